"""Data by files alone: a department without a line of Python trains, and a wrong about.yaml is said by name."""

import pytest

ABOUT = "description: Reviews\nkind: classification\nlicence: Apache-2.0\norigin: synthetic\n"
TASK = "name: shop\nkind: classification\ndescription: A task\nprompt: 'Mood of: {text}'\nsource: shop.moods\n"


@pytest.fixture
def shop(install, rows_of, write_rows):
    """``shop(about)``: an installed department without hooks; its folder."""

    def write(about=ABOUT):
        folder = install("shop", "", {"task/shop.yaml": TASK})
        for seed, (split, count) in enumerate({"train": 24, "validation": 20, "test": 20}.items()):
            write_rows(folder / "data" / "moods" / f"{split}.jsonl", rows_of("classification", count, seed))
        (folder / "data" / "moods" / "about.yaml").write_text(about, "utf-8")
        return folder

    return write


@pytest.fixture
def own(tiny_words):
    """The words of a tiny run without its task and data."""
    return [w for w in tiny_words("classification", "encoder") if not w.startswith(("task", "dataset"))]


def test_a_department_without_python_trains(goodfit, shop, own):
    shop()
    outcome = goodfit("train", "task=shop", *own, "training.epochs=1", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["metrics"]["test/accuracy"]["n"] == 20
    (source,) = [
        source for source in goodfit("list", "data", "--json").json["options"] if source["name"] == "shop.moods"
    ]
    assert (source["kind"], source["licence"], source["offered_by"]) == ("classification", "Apache-2.0", "shop")


def test_a_split_without_a_file_is_split_off(goodfit, shop, own):
    folder = shop()
    (folder / "data" / "moods" / "test.jsonl").unlink()
    outcome = goodfit("check", "task=shop", *own, "--json")
    assert outcome.code == 0, outcome.err
    counts = outcome.json["records"]
    assert (counts["train"] + counts["test"], counts["validation"]) == (24, 20)


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        pytest.param(ABOUT + "kindd: x\n", "has no setting 'kindd'", id="misspelt key"),
        pytest.param(ABOUT.replace("licence: Apache-2.0\n", ""), "does not say its licence", id="no licence"),
        pytest.param(
            ABOUT.replace("kind: classification", "kind: clasification"), "has the kind 'clasification'", id="kind"
        ),
        pytest.param("- a list\n", "holds list, expected names and values", id="list"),
        pytest.param("a: &b 1\n", "anchors and aliases are not allowed", id="anchor"),
        pytest.param("!!python/object/apply:os.getcwd []\n", "is not plain YAML", id="code"),
    ],
)
def test_a_wrong_about_makes_the_plugin_broken_and_names_the_file(goodfit, shop, own, about, reason):
    folder = shop(about)
    outcome = goodfit("check", "task=shop", *own, "--quiet")
    assert (outcome.code, outcome.out) == (4, "")
    ((error, _),) = outcome.errors
    assert error.startswith("task=shop needs the plugin 'shop', which is broken: ")
    assert str(folder / "data" / "moods" / "about.yaml") in error
    assert reason in error


def test_data_without_a_training_file_make_the_plugin_broken(goodfit, shop):
    folder = shop()
    (folder / "data" / "moods" / "train.jsonl").unlink()
    listed = {plugin["name"]: plugin for plugin in goodfit("plugins", "list", "--json").json["plugins"]}
    assert listed["shop"]["reason"] == f"{folder / 'data' / 'moods'} has no training file"


def test_what_a_file_declares_a_hook_cannot_offer_again(goodfit, install, write_rows, rows_of):
    code = (
        "from goodfit.hooks import hookimpl\nfrom goodfit.hooks.types import DataSourceSpec\nHOOK_API = 1\n\n\n"
        "@hookimpl\ndef goodfit_register_data_sources():\n"
        "    about = dict(description='d', licence='x', origin='o', kind='classification', files=dict)\n"
        "    return [DataSourceSpec(name='shop.moods', **about)]\n"
    )
    folder = install("shop", code)
    write_rows(folder / "data" / "moods" / "train.jsonl", rows_of("classification", 4))
    (folder / "data" / "moods" / "about.yaml").write_text(ABOUT, "utf-8")
    listed = {plugin["name"]: plugin for plugin in goodfit("plugins", "list", "--json").json["plugins"]}
    assert listed["shop"]["reason"].startswith("ValueError: it offers 'shop.moods' twice")
    assert listed["legal"]["state"] == "ok"


def test_a_run_whose_plugin_lost_its_rows_is_measured_on_a_file(goodfit, install, own, tmp_path, write_rows, rows_of):
    rows = write_rows(tmp_path / "rows.jsonl", rows_of("classification", 40))
    other = write_rows(tmp_path / "other.jsonl", rows_of("classification", 10, 3))
    code = (
        "from pathlib import Path\nfrom goodfit.hooks import hookimpl\nfrom goodfit.hooks.types import DataSourceSpec\n"
        "HOOK_API = 1\n\n\n@hookimpl\ndef goodfit_register_data_sources():\n"
        f"    files = lambda: {{'train': Path({str(rows)!r})}}\n"
        "    about = dict(description='d', licence='x', origin='o', kind='classification', files=files)\n"
        "    return [DataSourceSpec(name='shop.moods', **about)]\n"
    )
    install("shop", code, {"task/shop.yaml": TASK})
    assert goodfit("train", "task=shop", *own, "training.max_steps=1", "run.dir=run", "--quiet").code == 0
    rows.unlink()
    outcome = goodfit("evaluate", "run", f"dataset.test={other}", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["trained_on"] is None
