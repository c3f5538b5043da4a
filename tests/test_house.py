"""The house: what is written about it is so, and its rooms are kept as agreed."""

import ast
import importlib
import importlib.util
import re
import runpy
import shlex
import subprocess
from collections import Counter
from pathlib import Path
from unittest.mock import Mock

import pytest
from conftest import sample

from goodfit import run_files
from goodfit.cli.arguments import parse
from goodfit.cli.setting_up import compose_words
from goodfit.hooks import HOOK_API, specs
from goodfit.schema import RunConf

REPOSITORY = Path(__file__).parents[1]
PACKAGE = REPOSITORY / "platform" / "goodfit"
SOURCES = sorted(PACKAGE.rglob("*.py"))
PAGES = [page for pattern in ("*.md", "docs/**/*.md", "plugins/*/README.md") for page in REPOSITORY.glob(pattern)]
HOOKS = {name: hook for name, hook in vars(specs).items() if name.startswith("goodfit_")}


def place(path):
    return path.relative_to(REPOSITORY).as_posix()


@pytest.mark.parametrize("path", SOURCES, ids=place)
def test_a_file_says_what_it_is_for_and_is_short(path):
    text = path.read_text("utf-8")
    purpose = ast.get_docstring(ast.parse(text))
    assert purpose, "the first line is the answer to the file's question"
    assert purpose.splitlines()[0][-1] in ".?"
    assert len(text.splitlines()) <= 400


def test_files_of_a_run_are_named_in_one_place():
    named = {
        name for key, name in vars(run_files).items() if key.isupper() and isinstance(name, str) and "." in name[1:]
    }
    others = {"config.yaml": {"config/places.py"}, "README.md": {"data/hub_cache.py", "testing/new.py"}}  # of others
    for path in SOURCES:
        inside = path.relative_to(PACKAGE).as_posix()
        for node in ast.walk(ast.parse(path.read_text("utf-8"))) if inside != "run_files.py" else ():
            if isinstance(node, ast.Constant) and node.value in named:
                assert inside in others.get(node.value, ()), f"{inside} writes '{node.value}' out"


def test_no_file_is_a_drawer_for_everything():
    drawers = {"utils", "helpers", "common", "misc", "base"}
    found = [place(path) for path in SOURCES if path.stem in drawers or path.parent.name in drawers]
    assert found == ["platform/goodfit/models/base.py"]


@pytest.mark.parametrize("path", SOURCES, ids=place)
def test_what_others_may_call_says_what_it_does(path):
    tree = ast.parse(path.read_text("utf-8"))
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name[0] != "_" and not ast.get_docstring(node)
    ]
    assert bare == []


def test_a_sample_of_cases_has_each_value_in_one():
    pairs = [(kind, family) for kind in range(8) for family in "abc" if (kind, family) not in [(1, "a"), (5, "b")]]
    cases = [Mock(**{"callspec.params": {"kind": kind, "family": family}}) for kind, family in pairs]
    found = [tuple(case.callspec.params.values()) for case in sample(cases)]
    assert len(found) == 8 and {kind for kind, _ in found} == {*range(8)}
    assert sorted(Counter(family for _, family in found).values()) == [2, 3, 3]
    assert sample(cases) == sample(cases)


@pytest.mark.skipif(not (REPOSITORY / ".git").exists(), reason="only a checkout knows what git leaves out")
def test_git_leaves_out_no_file_of_the_house():
    files = [path for folder in ("platform", "conf", "tests") for path in (REPOSITORY / folder).rglob("*.*")]
    paths = "\n".join(place(path) for path in files if path.suffix in (".py", ".yaml"))
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin"],
        cwd=REPOSITORY,
        input=paths,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")  # 1: none is ignored


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_is_documented_and_used_by_the_plugins_that_it_names(name):
    doc = HOOKS[name].__doc__
    for heading in ("When: ", "Process: ", "Errors: ", "Used by: "):
        assert heading in doc
    assert 1 <= int(re.search(r"Since: hook API (\d+)\.", doc)[1]) <= HOOK_API
    named = set(re.findall(r"(?<!tests/)plugins/(\w+)", doc.split("Used by: ")[1]))
    installed = {path.parent.name for path in REPOSITORY.glob("plugins/*/pyproject.toml")}
    using = {plugin for plugin in installed if hasattr(importlib.import_module(f"goodfit_{plugin}.plugin"), name)}
    assert named == using
    assert using


@pytest.mark.parametrize("page", ["commands.md", "settings.md", "hooks.md", "plugins.md", "results.md"])
def test_the_reference_is_what_the_generator_writes(page):
    generate = runpy.run_path(str(REPOSITORY / "docs" / "generate.py"))["PAGES"][page]
    assert (REPOSITORY / "docs" / "reference" / page).read_text("utf-8") == generate()


def tree_of_the_readme():
    """Paths of the tree in the README, folders with a slash at the end."""
    text = (REPOSITORY / "README.md").read_text("utf-8")
    block = re.search(r"## The tree\n\n```\n(.*?)```", text, re.DOTALL)[1]
    parents, found = [""], set()
    for line in block.splitlines():
        depth = (len(line) - len(line.lstrip())) // 2
        names = re.match(r"\s*(\S+(?: +[\w./-]+(?:\.\w+|/)(?=\s|$))*)", line)[1].split()
        found |= {parents[depth] + name for name in names}
        parents[depth + 1 :] = [parents[depth] + names[0]]
    return found


def test_the_tree_in_the_readme_is_the_tree_on_disk():
    written = tree_of_the_readme()
    assert [path for path in sorted(written) if not (REPOSITORY / path).exists()] == []
    rooms = {place(path) + "/" for path in PACKAGE.iterdir() if (path / "__init__.py").exists()}
    top = {f"{path.name}/" for path in REPOSITORY.iterdir() if path.is_dir() and any(path.rglob("*.*"))}
    hidden = {name for name in top if name.startswith((".", "_"))} | {"runs/", "build/", "dist/"}
    assert rooms | top - hidden <= written
    assert len(rooms) >= 12


def commands():
    """Every ``goodfit …`` in a page: (page, command line)."""
    for page in PAGES:
        if page.name == "publish.md":  # its commands are typed in their order by a test of their own
            continue
        text = page.read_text("utf-8").replace("\\\n", " ")
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
            yield from ((page, line.split("#")[0]) for line in block.splitlines() if line.startswith("goodfit "))
        yield from ((page, line) for line in re.findall(r"`(goodfit [^`]+)`", text))


@pytest.mark.parametrize(
    ("page", "line"), [pytest.param(page, line, id=f"{place(page)}: {line.strip()}") for page, line in commands()]
)
def test_a_command_in_the_documentation_is_one_that_goodfit_knows(goodfit, page, line):
    argv = [word.replace("<", "").replace(">", "") for word in shlex.split(line)[1:]]
    found = parse([word for word in argv if word != "[verb]"])
    if found.verb in ("train", "check", "preview", "show") and found.words != ["WORDS"]:
        assert isinstance(compose_words(found.words).conf, RunConf)
    elif found.verb in ("list", "explain") or (found.verb == "plugins" and found.words[0] in ("list", "lock")):
        assert goodfit(*argv).code == 0


@pytest.mark.parametrize("page", PAGES, ids=place)
def test_a_link_in_the_documentation_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_exit_codes_in_the_readme_are_those_of_the_errors():
    from goodfit import errors

    text = (REPOSITORY / "README.md").read_text("utf-8")
    written = {int(code) for code in re.findall(r"(?:Exit codes: |, )(\d+) [a-z]", text.replace("\n", " "))}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.GoodfitError)]
    raised = {kind.exit_code for kind in kinds}
    assert len(raised) == 7
    assert raised | {0, 130} <= written
