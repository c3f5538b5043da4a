"""A run is made again from what it recorded, checked to the byte, and made again without some of its records."""

import fcntl
import json
import shutil
import signal

import pytest
from killing import different, killed

from goodfit.data.gather import gather
from goodfit.errors import DataError
from goodfit.kinds import find_kind
from goodfit.runs.digests import write_digests
from goodfit.schema.dataset import SPLITS, DatasetConf
from goodfit.tracking.history import History

DRIFTED = "this is not what the run was started with: "


@pytest.fixture
def copied(finished, tmp_path):
    """``copied(kind, family, *words)``: a copy of a finished run, to be spoilt."""
    return lambda *cell: shutil.copytree(finished(*cell)[0], tmp_path / "copy")


@pytest.fixture
def killed_run(tiny_words, tmp_path):
    """A run that was killed in its third save."""
    words = tiny_words("classification", "encoder")
    given = dict(word.split("=", 1) for word in words)
    own = [f"dataset.{split}={shutil.copy(given[f'dataset.{split}'], tmp_path / f'{split}.jsonl')}" for split in SPLITS]
    argv = ["train", *words, *own, "training.save_every_steps=1", f"run.dir={tmp_path / 'run'}"]
    assert killed(argv, tmp_path, "open", "optimizer.safetensors", 5) == -9
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("kind", "family", "words"),
    [
        pytest.param("classification", "encoder", [], id="adapter-of-an-encoder"),
        pytest.param("generation", "seq2seq", [], id="adapter-of-a-seq2seq"),
        pytest.param(
            "token_classification",
            "decoder",
            ["adapter=none", "runtime.threads=2"],
            id="all-weights-of-a-decoder-on-two-threads",
        ),
    ],
)
def test_a_run_made_again_is_equal_in_every_file(goodfit, finished, tmp_path, kind, family, words):
    folder, _ = finished(kind, family, *words)
    outcome = goodfit("reproduce", folder, "--output", tmp_path / "again", "--json", "--quiet")
    assert outcome.code == 0, outcome.out
    found = outcome.json
    assert (found["equal"], found["machine"], set(found["files"].values())) == (True, {}, {"equal"})
    weights = "model/model.safetensors" if words else "adapter/adapter_model.safetensors"
    assert {"lock.json", "metrics.json", "predictions/test.jsonl", "history.jsonl", weights} <= set(found["files"])
    assert different(folder, tmp_path / "again") == []


def test_a_run_that_does_not_come_out_the_same_ends_with_3(goodfit, copied, tmp_path):
    run = copied("classification", "encoder")
    metrics = json.loads((run / "metrics.json").read_text("utf-8"))
    metrics["tuned"]["test/loss"]["value"] += 1e-9
    (run / "metrics.json").write_text(json.dumps(metrics), "utf-8")
    write_digests(run, {})  # as if the run had come out so
    outcome = goodfit("reproduce", run, "--output", "again", "--quiet")
    assert outcome.code == 3
    assert "metrics.json" in outcome.out
    assert outcome.out.splitlines()[-1] == f"NOT EQUAL: {run} and {tmp_path / 'again'}"


def relock(run, **changes):
    """Change a run's lock, as if the run had been made so."""
    lock = json.loads((run / "lock.json").read_text("utf-8"))
    (run / "lock.json").write_text(json.dumps({**lock, **changes}), "utf-8")
    write_digests(run, {})


def test_a_run_of_a_goodfit_with_fewer_settings_is_made_again_and_that_is_told(goodfit, copied):
    run = copied("classification", "encoder")
    relock(run, config="sha256:of fewer settings", goodfit={"version": "0.0.9", "code": "sha256:of before"})
    outcome = goodfit("reproduce", run, "--output", "again", "--json", "--quiet")
    assert outcome.code == 0, outcome.err
    found = outcome.json
    assert found["equal"] and found["largest_difference"] == 0.0
    assert {place: pair[0] for place, pair in found["machine"].items()} == {
        "goodfit.version": "0.0.9",
        "goodfit.code": "sha256:of before",
    }
    assert {name for name, what in found["files"].items() if what != "equal"} == {"lock.json"}


def test_a_run_of_this_goodfit_is_not_made_again_with_other_settings(goodfit, copied):
    run = copied("classification", "encoder")
    relock(run, config="sha256:of other settings")
    outcome = goodfit("reproduce", run, "--quiet")
    ((error, _),) = outcome.errors
    assert outcome.code == 2
    assert error.startswith("what the run was made from is not here any more: config was sha256:")


def test_other_data_are_refused_before_anything_is_trained(goodfit, tiny_words, tmp_path, write_rows, rows_of):
    data = write_rows(tmp_path / "train.jsonl", rows_of("classification", 32))
    words = [*tiny_words("classification", "encoder"), f"dataset.train={data}", "training.epochs=1", "run.dir=run"]
    assert goodfit(*words, "--quiet").code == 0
    write_rows(data, rows_of("classification", 32, 9))
    outcome = goodfit("reproduce", "run", "--quiet")
    ((error, fix),) = outcome.errors
    assert outcome.code == 2
    assert error.startswith("what the run was made from is not here any more: data.train.digest was sha256:")
    assert fix == "bring that back; nothing was trained"
    assert not (tmp_path / "run-again").exists()


def test_erased_records_leave_the_bytes_of_a_run_that_never_had_them(
    goodfit, tiny_words, tmp_path, write_rows, rows_of
):
    rows = rows_of("classification", 60)
    erased = [row["id"] for row in rows[5:40:7]]
    whole = write_rows(tmp_path / "whole.jsonl", rows)
    less = write_rows(tmp_path / "less.jsonl", [row for row in rows if row["id"] not in erased])
    (tmp_path / "ids.txt").write_text("\n".join(erased), "utf-8")
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("dataset.")]
    words += ["dataset=files", "training.epochs=1", "--quiet"]
    assert goodfit(*words, f"dataset.train={whole}", "run.dir=run").code == 0
    assert goodfit(*words, f"dataset.train={less}", "run.dir=less").code == 0
    outcome = goodfit("reproduce", "run", "--without", "ids.txt", "--output", "erased", "--quiet")
    assert outcome.code == 0, outcome.err
    # the settings are others: dataset.train there, dataset.without here; a checkpoint names those of its run
    unlike = different(tmp_path / "less", tmp_path / "erased")
    assert {name.split("/")[-1] for name in unlike} == {"lock.json", "state.json", "manifest.json"}
    locks = [json.loads((tmp_path / run / "lock.json").read_text("utf-8")) for run in ("less", "erased")]
    assert locks[0]["data"] == locks[1]["data"]
    (tmp_path / "more.txt").write_text(rows[1]["id"], "utf-8")
    ((error, fix),) = goodfit("reproduce", "erased", "--without", "more.txt", "--quiet").errors
    assert error.startswith(
        f"{tmp_path / 'more.txt'} lacks {len(erased)} ids that {tmp_path / 'erased'} was made without"
    )
    assert fix == f"name all of them in one file, those of {tmp_path / 'ids.txt'}, too"
    (tmp_path / "more.txt").write_text("\n".join([rows[1]["id"], *erased]), "utf-8")
    assert goodfit("reproduce", "erased", "--without", "more.txt", "--output", "twice", "--quiet").code == 0
    left = json.loads((tmp_path / "twice" / "lock.json").read_text("utf-8"))["data"]
    assert sum(part["records"] for part in left.values()) == len(rows) - len(erased) - 1
    (tmp_path / "ids.txt").write_text("nobody", "utf-8")
    outcome = goodfit("reproduce", "run", "--without", "ids.txt", "--quiet")
    assert outcome.errors == [(f"1 of the ids in {tmp_path / 'ids.txt'} are in no record: nobody", "check the ids")]


def test_records_that_are_named_by_their_places_are_left_out_with_a_warning(goodfit, tiny_words, tmp_path, write_rows):
    rows = [{"text": f"a text {number} of its own", "label": "ab"[number % 2]} for number in range(60)]
    data = write_rows(tmp_path / "train.jsonl", rows)
    (tmp_path / "ids.txt").write_text("train-2\ntrain-7\n", "utf-8")
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("dataset.")]
    found = goodfit("check", *words, "dataset=files", f"dataset.train={data}", "dataset.without=ids.txt", "--json")
    assert found.code == 0, found.err
    (finding,) = [found for found in found.json["findings"] if found["code"] == "data.without_by_place"]
    assert finding["figure"] == 2
    assert "such as train-2; the rows behind them have other places in this run" in finding["message"]


def test_a_place_is_that_of_the_file_also_where_rows_cannot_be_read(tmp_path):
    kind, ids = find_kind("classification"), tmp_path / "ids.txt"

    def read(lines, **changes):
        path = tmp_path / "train.csv"
        path.write_text("\n".join(["text,label", *lines]))
        conf = DatasetConf(source="files", train=str(path), on_bad_rows="quarantine", **changes)
        found = gather(conf, 42, None, lambda row: kind.check(row, True), kind.stratum, kind.compared)
        return {record.id: record.fields["text"] for split in SPLITS for record in found[split]}

    lines = ["a,b,c,d", *(f"a text {number} of its own,{'ab'[number % 2]}" for number in range(60))]
    assert read(lines)["train-7"] == "a text 5 of its own"
    ids.write_text("train-7\n")
    assert read(lines, without=str(ids)) == read([*lines[:6], *lines[7:]])
    ids.write_text("\n\n")
    with pytest.raises(DataError, match="names no record"):
        read(lines, without=str(ids))


def test_a_whole_run_is_verified(goodfit, finished):
    folder, _ = finished("classification", "encoder")
    outcome = goodfit("verify", folder, "--json")
    assert (outcome.code, outcome.json["whole"], outcome.json["faults"]) == (0, True, {})


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


SPOILT = {
    "metrics": (lambda run: flip(run / "metrics.json"), "metrics.json", "not what was written"),
    "card": (lambda run: (run / "adapter" / "README.md").unlink(), "adapter/README.md", "missing"),
    "record": (lambda run: flip(run / "run.json"), "run.json", "not what was written"),
    "stranger": (lambda run: (run / "adapter" / "x.bin").write_bytes(b"x"), "adapter/x.bin", "not of this run"),
    "checkpoint": (
        lambda run: flip(max((run / "checkpoints").iterdir()) / "weights.safetensors"),
        "checkpoints/step-00000008",
        "weights.safetensors is not what was written",
    ),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_was_changed_is_found_and_ends_with_3(goodfit, copied, what):
    run = copied("classification", "encoder")
    spoil, name, said = SPOILT[what]
    spoil(run)
    outcome = goodfit("verify", run, "--json")
    assert (outcome.code, outcome.json["faults"]) == (3, {name: said})


def test_a_run_whose_checkpoints_are_gone_is_not_whole_and_can_be_made_again(goodfit, copied, tmp_path):
    run = copied("classification", "encoder")
    shutil.rmtree(run / "checkpoints")
    outcome = goodfit("verify", run, "--json")
    assert outcome.code == 3
    assert set(outcome.json["faults"].values()) == {"missing"}
    assert all(name.startswith("checkpoints/step-") for name in outcome.json["faults"])
    assert goodfit("reproduce", run, "--output", tmp_path / "again", "--quiet").code == 0


def test_a_run_without_an_end_cannot_be_verified_or_made_again(goodfit, killed_run):
    for verb in ("verify", "reproduce"):
        outcome = goodfit(verb, killed_run)
        assert outcome.code == 2
        assert outcome.errors == [
            (f"{killed_run} has no digests.json: the run is not finished", f"goodfit resume {killed_run}")
        ]


def change_data(run):
    path = run.parent / "train.jsonl"
    path.write_text(path.read_text("utf-8").replace("lovely", "splendid"), "utf-8")


def change_config(run):
    text = (run / "config.yaml").read_text("utf-8")
    (run / "config.yaml").write_text(text.replace("batch_size: 8", "batch_size: 4"), "utf-8")


def change_package(run):
    lock = json.loads((run / "lock.json").read_text("utf-8"))
    lock["packages"]["torch"] = "1.0"
    (run / "lock.json").write_text(json.dumps(lock), "utf-8")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(change_data, "data.train.digest was sha256:", id="data"),
        pytest.param(change_config, "config was sha256:", id="config"),
        pytest.param(change_package, "packages.torch was 1.0, is ", id="package"),
    ],
)
def test_a_run_does_not_go_on_as_another_one_unless_that_is_typed(goodfit, killed_run, change, said):
    change(killed_run)
    locked = (killed_run / "lock.json").read_bytes()
    with (killed_run / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ((what, _),) = goodfit("resume", killed_run, "--allow-drift", "--quiet").errors
    assert what == f"another run is writing to {killed_run}"
    assert (killed_run / "lock.json").read_bytes() == locked
    outcome = goodfit("resume", killed_run, "--quiet")
    ((error, fix),) = outcome.errors
    assert outcome.code == 2
    assert error.startswith(DRIFTED + said)
    assert fix.endswith(f"goodfit resume {killed_run} --allow-drift")
    assert goodfit("resume", killed_run, "--allow-drift", "--quiet").code == 0
    (place,) = json.loads((killed_run / "lock.json").read_text("utf-8"))["drift"]
    assert said.startswith(place)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_run_does_not_go_on_to_records_that_it_may_have_been_trained_on(goodfit, killed_run, split):
    path = killed_run.parent / f"{split}.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    path.write_text("".join(json.dumps({**row, "id": f"new{n}"}) + "\n" for n, row in enumerate(rows)), "utf-8")
    for words in ([], ["--allow-drift"]):
        outcome = goodfit("resume", killed_run, "--quiet", *words)
        ((error, fix),) = outcome.errors
        assert outcome.code == 2
        assert error.startswith(f"{DRIFTED}data.{split}.digest was sha256:") and "may be among the records" in error
        assert fix == "bring the records back, or train again in another run.dir"
    shutil.rmtree(killed_run / "checkpoints")  # it begins anew
    assert goodfit("resume", killed_run, "--allow-drift", "--quiet").code == 0


def test_a_run_that_went_on_with_other_records_is_measured_on_them(goodfit, killed_run):
    change_data(killed_run)
    assert goodfit("resume", killed_run, "--allow-drift", "--quiet").code == 0
    outcome = goodfit("evaluate", killed_run, "--split", "train", "--quiet")
    assert outcome.code == 0, outcome.err
    path = killed_run.parent / "train.jsonl"
    path.write_text(path.read_text("utf-8").replace("splendid", "superb"), "utf-8")
    ((error, _),) = goodfit("evaluate", killed_run, "--split", "train", "--quiet").errors
    assert error == f"the train records of {killed_run} changed since it was trained"


def test_a_reproduction_that_was_killed_goes_on_to_its_verdict(goodfit, finished, tmp_path):
    folder, _ = finished("classification", "encoder")
    argv = ["reproduce", str(folder), "--output", str(tmp_path / "again")]
    assert killed(argv, tmp_path, "open", "again/predictions", 1) == -9
    lock = tmp_path / "again" / "lock.json"
    written = lock.read_text("utf-8")
    change_package(tmp_path / "again")
    ((what, fix),) = goodfit(*argv, "--quiet").errors
    assert "was begun otherwise than it would go on: packages.torch was 1.0, is " in what
    assert fix == "bring that back, or choose another --output"
    lock.write_text(written, "utf-8")
    outcome = goodfit(*argv)
    assert outcome.code == 0, outcome.err
    assert "goes on behind step" in outcome.err
    assert outcome.out.endswith(f"equal: {folder} and {tmp_path / 'again'}\n") and "NOT" not in outcome.out
    outcome = goodfit(*argv, "--quiet")
    assert outcome.errors == [
        (f"{tmp_path / 'again'} holds a run already", "choose another --output, or delete that folder")
    ]


def test_a_reproduction_that_is_stopped_says_how_it_comes_to_its_verdict(goodfit, finished, tmp_path, monkeypatch):
    folder, _ = finished("classification", "encoder")
    write = History.log

    def stop(self, line):
        write(self, line)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(History, "log", stop)
    outcome = goodfit("reproduce", folder, "--output", "again", "--quiet")
    assert outcome.code == 143
    ((_, fix),) = outcome.errors
    assert fix == f"goodfit reproduce {folder} --output {tmp_path / 'again'}"


def test_only_resume_allows_drift(goodfit):
    assert goodfit("train", "--allow-drift").errors == [
        ("train has no option --allow-drift", "--allow-drift is for resume")
    ]
