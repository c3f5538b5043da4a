# Two commands for a fresh machine: `make train task=legal model=t5` and `make test`.

PYTHON ?= python3
CASES ?=
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := $(wildcard plugins/*/pyproject.toml)
EDITABLE := -e . $(patsubst %/pyproject.toml,-e ./%,$(PLUGINS))

# Words stand behind `make train` as name=value, which make takes for variables, or as plain goals (`make train -- --json`).
GOALS := $(filter-out train test install lint benchmark clean,$(MAKECMDGOALS))
export GOODFIT_WORDS := $(GOALS) $(filter-out PYTHON=%,$(MAKEOVERRIDES))

.PHONY: train test install lint benchmark clean
.SILENT:

# make escapes blanks and backslashes of a word by a backslash, and doubles its dollars
train: install
	$(BIN)/python -c 'import os, re; \
	words = re.findall(r"(?:\\.|[^\s\\])+", os.environ["GOODFIT_WORDS"]); \
	words = [re.sub(r"\\(.)", r"\1", word).replace("$$$$", "$$") for word in words]; \
	os.execv("$(BIN)/goodfit", ["goodfit", "train", *words])'

test: $(VENV)/.tests
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(if $(CI),--durations=10) $(CASES)

install: $(VENV)/.installed

# all that is installed is compiled by all cores at once, where pip takes one
PIP := $(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt
COMPILE := $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib platform plugins || true # some are templates, and no Python

$(VENV)/.installed: pyproject.toml constraints.txt $(PLUGINS)
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	echo "installing into $(VENV); this takes a few minutes the first time"
	$(PIP) torch
	$(PIP) hatchling editables
	$(PIP) --no-build-isolation $(EDITABLE)
	$(COMPILE)
	touch $@

$(VENV)/.tests: $(VENV)/.installed
	$(PIP) --no-build-isolation -e '.[test]'
	$(COMPILE)
	touch $@

benchmark: $(VENV)/.installed
	$(PIP) --no-build-isolation -e '.[benchmark]'
	$(COMPILE)
	$(BIN)/python benchmarks/speed.py

lint: $(VENV)/.tests
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports

clean:
	rm -rf $(VENV)

# words without '=' arrive here as goals
%:
	@:
