"""The search: what is typed, which trials come of it, how they are judged, and that a kill changes nothing."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import threading
import time
import weakref
from collections import Counter

import numpy as np
import pytest
import torch
from killing import killed
from strangers import HEAD
from written import read_json, read_lines

from goodfit.config.space import split_space
from goodfit.errors import ConfigError, TrainingError
from goodfit.evaluation.shown import with_interval
from goodfit.models.fast.attention import NotFlat
from goodfit.models.fast.frozen import frozen_of
from goodfit.schema.sweep import SweepConf
from goodfit.sweeps import packed
from goodfit.sweeps import trial as single
from goodfit.sweeps.mattered import what_mattered
from goodfit.sweeps.outcomes import Result
from goodfit.sweeps.propose import MEASURED, excess
from goodfit.sweeps.summary import of_front
from goodfit.sweeps.winner import kept_by
from goodfit.training.held_out import HeldOut
from goodfit.training.pack import PackedTraining
from goodfit.training.saver import Rise

SPACE = ["optim.lr=tag(log,interval(1e-3,3e-2))", "adapter.rank=2,4", "sweep.engine=solo"]


@pytest.fixture(scope="session")
def searched(tmp_path_factory, tiny_words):
    """``searched(*words)``: the folder of a finished search of three trials, and what ``sweep --json`` did."""
    from conftest import run_main

    made = {}

    def run(*words):
        if words not in made:
            folder = tmp_path_factory.mktemp("search") / "sweep"
            argv = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", "sweep.trials=3", *words]
            outcome = run_main(["sweep", *argv, f"run.dir={folder}", "--json", "--quiet"], folder.parent)
            assert outcome.code == 0, outcome.err
            made[words] = folder, outcome
        return made[words]

    return run


def course(folder):
    """What a search did, without its times."""
    found = read_json(folder / "sweep.json")
    for trial in found["trials"]:
        trial.pop("costs", None)
    return found["trials"], found["best"]["words"], found["best"]["corrected"], found["best"]["confirmed"]


def test_a_winner_is_confirmed_on_records_that_chose_no_trial(searched):
    folder, _ = searched()

    def held_out(place):
        with np.load(folder / place / "validation.npz") as found:
            return set(found["units"].tolist())

    chose, fresh = held_out("trials/0000"), held_out("confirmations/1")
    assert fresh and not fresh & chose


def test_a_search_ends_with_the_words_of_its_winner_and_a_run_of_its_own(searched):
    folder, outcome = searched()
    found = outcome.json
    assert found == read_json(folder / "sweep.json")
    assert [trial["number"] for trial in found["trials"]] == [0, 1, 2]
    assert {trial["state"] for trial in found["trials"]} <= {"finished", "stopped", "pruned"}
    assert len({tuple(trial["words"]) for trial in found["trials"]}) == 3
    best = found["best"]
    assert best["value"] == max(trial["value"] for trial in found["trials"] if trial["value"] is not None)
    assert best["corrected"]["trials"] >= 2 and best["confirmed"]["splits"] == 1
    assert read_json(folder / "best" / "run.json")["status"] == "finished"
    assert (folder / "best" / "adapter" / "adapter_model.safetensors").exists()
    assert [word for word in best["words"] if word.startswith("optim.lr=")] == best["words"][-2:-1]


def test_a_search_on_few_validation_records_says_that_its_choice_is_mostly_chance(goodfit, tmp_path, tiny_words):
    words = [*SPACE, "adapter=lora", "sweep.trials=1", "training.max_steps=1", "sweep.train_best=false"]
    words += ["sweep.confirmations=0", f"run.dir={tmp_path / 'search'}"]
    outcome = goodfit("sweep", *tiny_words("classification", "encoder"), *words)
    assert outcome.err.startswith(
        "warning: validation has 24 records, fewer than 30: a share of right answers has an interval of about ±0.20, "
        "so that which epoch, or trial of a search, is the best is mostly chance; 100 make it ±0.10: add records"
    )
    written, beyond = read_json(tmp_path / "search" / "sweep.json")["warnings"]
    assert outcome.err.startswith(f"warning: {written}\nwarning: {beyond}\n")
    assert beyond.startswith(
        "no trial has the settings of a run without the search: optim.lr=0.0005 (searched: 0.001 to"
    )
    assert f"Warning: {written}" in (tmp_path / "search" / "report.html").read_text("utf-8")


def test_a_trial_is_worth_its_lower_end_less_the_gap(searched):
    _, outcome = searched()
    for trial in outcome.json["trials"]:
        if trial["state"] in ("finished", "stopped"):
            assert trial["value"] <= trial["held_out"]["low"] + 1e-9


def test_a_metric_without_a_value_makes_a_failed_trial_and_not_a_broken_search(install, goodfit, tiny_words, tmp_path):
    nothing = "\n@hookimpl\ndef goodfit_register_metrics():\n    return [metric('odd.nothing')]\n"
    install("odd", HEAD.replace("sums[..., 0] / sums[..., 1]", "sums[..., 0] * float('nan')") + nothing)
    words = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", "sweep.trials=2"]
    words += ["task.metrics=[odd.nothing]", "sweep.metric=odd.nothing", f"run.dir={tmp_path / 'search'}"]
    outcome = goodfit("sweep", *words, "--json")
    assert outcome.code == 6
    assert "odd.nothing has no value on the validation or the training records" in outcome.err
    assert [read_json(path)["state"] for path in sorted((tmp_path / "search" / "trials").glob("*/trial.json"))] == [
        "failed"
    ] * 2


def test_the_defaults_stay_unless_a_trial_is_better_beyond_chance(searched, goodfit, tiny_words):
    space = ["optim.lr=tag(log,interval(1e-5,1e-1))", "adapter=lora", "adapter.rank=2,16", "sweep.metric=loss"]
    shared = [*tiny_words("classification", "encoder"), *space, "sweep.trials=4", "sweep.train_best=false"]
    found = {}
    for margin in (0, 1000):
        outcome = goodfit("sweep", *shared, "sweep.confirmations=0", f"sweep.margin={margin}", "--json", "--quiet")
        assert outcome.code == 0, outcome.err
        found[margin] = outcome.json
    assert found[0]["trials"][0]["words"][-1] == "adapter.rank=16"
    values = [trial["value"] if trial["value"] is not None else -99.0 for trial in found[0]["trials"]]
    assert found[0]["best"]["number"] == values.index(max(values)) != 0
    beside = found[1000]["best"]["beside_defaults"]
    assert found[1000]["best"]["number"] == 0 and beside["keeps"]
    assert beside["highest"] == found[0]["best"]["number"]
    # the other search may have packed its trials in another way: sums of the same to the last bits
    assert beside["difference"] == pytest.approx(max(values) - values[0], abs=1e-6)
    assert beside["standard_error"] > 0


def test_defaults_that_are_worth_most_are_named_beside_the_best_of_the_others(goodfit, tiny_words):
    space = ["optim.lr=choice(1e-9,5e-4,1e-8)", "sweep.metric=loss", "sweep.trials=3"]
    own = ["sweep.train_best=false", "sweep.confirmations=0", "--json", "--quiet"]
    best = goodfit("sweep", *tiny_words("classification", "encoder"), *space, *own).json["best"]
    beside = best["beside_defaults"]
    assert best["words"][-1] == "optim.lr=0.0005"
    assert beside["first"] == best["number"] != beside["highest"]
    assert beside["difference"] < 0 and beside["keeps"]
    assert beside["margin"] == beside["standard_error"] > 0


def test_only_the_winners_run_reads_the_test_records(searched):
    folder, _ = searched()
    for place in [*folder.glob("trials/*"), *folder.glob("confirmations/*")]:
        assert read_json(place / "run.json")["status"] == "finished"
        assert "test/" not in (place / "history.jsonl").read_text("utf-8") + (place / "trial.json").read_text("utf-8")
        assert not (place / "metrics.json").exists() and not (place / "predictions").exists()
    assert "test/f1_macro" in read_json(folder / "best" / "metrics.json")["tuned"]


def by_step(line):
    """Trainings first, then evaluations of a step."""
    return line["step"], "train/loss" not in line


def test_the_winners_run_has_the_course_of_its_trial(searched):
    folder, outcome = searched()
    number = outcome.json["best"]["number"]
    one, other = (
        sorted(map(json.loads, (place / "history.jsonl").read_text("utf-8").splitlines()), key=by_step)
        for place in (folder / "trials" / f"{number:04d}", folder / "best")
    )
    assert len(one) > 3
    for line, same in zip(one, other, strict=False):  # a packed trial's sums are those of its own run to the last bits
        assert line == pytest.approx(same, rel=1e-5)


def test_the_same_command_goes_on_where_a_search_was_killed(searched, tmp_path, tiny_words, goodfit):
    folder, _ = searched()
    cut = tmp_path / "cut"
    shutil.copytree(folder, cut)
    # as a kill in the middle of the last trial leaves it: proposed, begun, and nothing of its end
    lines = (cut / "journal.log").read_text("utf-8").splitlines(keepends=True)
    begun = max(index for index, line in enumerate(lines) if '"op_code":4' in line)
    (cut / "journal.log").write_text("".join(lines[: begun + 1]) + '{"op_code":5,"half', "utf-8")
    (cut / "trials" / "0002" / "trial.json").unlink()
    for name in ("best", "confirmations"):
        shutil.rmtree(cut / name)
    (cut / "sweep.json").unlink()
    argv = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", "sweep.trials=3"]
    outcome = goodfit("sweep", *argv, f"run.dir={cut}", "--json", "--quiet")
    assert outcome.code == 0, outcome.err
    assert course(cut) == course(folder)


@pytest.mark.parametrize(("executor", "count"), [("processes", 3), ("slurm", 2)])  # a job begins anew for each
def test_workers_run_the_trials_that_one_process_runs(searched, tmp_path, tiny_words, goodfit, executor, count):
    words = ["sweep.sampler=random", "sweep.confirmations=0", "sweep.train_best=false", f"sweep.trials={count}"]
    folder, _ = searched(*words)
    argv = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", *words]
    more = ["sweep.workers=2", f"sweep.executor={executor}"]
    outcome = goodfit("sweep", *argv, *more, f"run.dir={tmp_path / 'two'}", "--json", "--quiet")
    assert outcome.code == 0, outcome.err
    assert course(tmp_path / "two") == course(folder)


def test_a_folder_keeps_to_one_search(searched, goodfit, tiny_words):
    folder, _ = searched()
    argv = [*tiny_words("classification", "encoder"), "optim.lr=1e-3,1e-2", "sweep.trials=3", f"run.dir={folder}"]
    outcome = goodfit("sweep", *argv)
    assert outcome.code == 2
    assert "holds a search of other words" in outcome.err


QUICK = ["adapter=lora", "sweep.engine=solo", "training.epochs=1", "sweep.margin=0", "--quiet", "--json"]


def test_a_search_that_goes_on_to_another_winner_has_that_ones_run_and_confirmation(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK, "optim.lr=choice(1e-9,3e-2)", "sweep.metric=loss"]
    words += ["sweep.sampler=grid", "sweep.ahead=1", "run.dir=search"]
    first = goodfit("sweep", *words, "sweep.trials=2", "sweep.max_steps=1")
    assert first.code == 0, first.err
    assert [trial["words"][-1] for trial in first.json["trials"]] == ["optim.lr=1e-09"]
    assert first.json["fewer"] == "1 of sweep.trials=2 trials: the budget is used up"
    second = goodfit("sweep", *words, "sweep.trials=2")
    assert second.code == 0, second.err
    assert second.json["fewer"] is None
    assert second.json["best"]["words"][-1] == "optim.lr=0.03"
    for name in ("best", "confirmations/1"):
        assert "optim.lr=0.03" in (tmp_path / "search" / name / "overrides.txt").read_text("utf-8")
    kept = tmp_path / "search" / "best-0"
    assert "optim.lr=1e-09" in (kept / "overrides.txt").read_text("utf-8")
    assert f"another trial won before, whose run is kept in {kept}" in second.json["warnings"]
    assert goodfit("verify", kept).code == 0
    assert (tmp_path / "runs").exists() is False
    moved = shutil.copytree(tmp_path / "search", tmp_path / "moved")
    again = goodfit("sweep", *words[:-1], f"run.dir={moved}", "sweep.trials=2")
    assert again.json["best"]["words"] == second.json["best"]["words"] and len(again.json["trials"]) == 2


def test_a_search_takes_no_folder_that_holds_other_files(goodfit, tmp_path, tiny_words):
    (tmp_path / "mine" / "best").mkdir(parents=True)
    (tmp_path / "mine" / "best" / "model.txt").write_text("precious", "utf-8")
    outcome = goodfit("sweep", *tiny_words("classification", "encoder"), "optim.lr=1e-3,1e-2", "run.dir=mine")
    assert outcome.errors == [(f"{tmp_path / 'mine'} holds other files ('best')", "choose another run.dir")]
    assert (tmp_path / "mine" / "best" / "model.txt").read_text("utf-8") == "precious"


def test_a_search_that_was_killed_while_it_wrote_down_its_words_goes_on(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK, "optim.lr=1e-3,1e-2", "sweep.trials=1", "run.dir=search"]
    words += ["sweep.train_best=false", "sweep.confirmations=0"]
    assert killed(["sweep", *words], tmp_path, "os.rename", ".search.json.part") == -signal.SIGKILL
    assert (tmp_path / "search" / ".search.json.part").is_file()
    outcome = goodfit("sweep", *words)
    assert outcome.code == 0, outcome.err
    assert not (tmp_path / "search" / ".search.json.part").exists()


def test_a_search_of_another_space_does_not_go_on(goodfit, tmp_path, tiny_words):
    named = tmp_path / "conf" / "sweeps" / "ours.yaml"
    named.parent.mkdir(parents=True)
    named.write_text("optim.lr: 1e-3,1e-2\nsweep.sampler: grid\n", "utf-8")
    shared = [*tiny_words("classification", "encoder"), *QUICK, "sweep.train_best=false", "sweep.confirmations=0"]
    words = [*shared, "--config-dir", "conf", "sweep=ours", "optim.weight_decay=0,0.1", "run.dir=search"]
    assert goodfit("sweep", *words, "sweep.trials=4", "sweep.max_steps=1", "sweep.ahead=1").code == 0
    named.write_text("optim.lr: 1e-3,2e-2\nsweep.sampler: grid\n", "utf-8")
    outcome = goodfit("sweep", *words, "sweep.trials=4", "sweep.ahead=1")
    error, fix = outcome.errors[0]
    assert "holds a search of other words: 'optim.lr=1e-3,2e-2' is new" in error
    assert "'optim.lr=1e-3,1e-2' is gone" in error
    assert fix == "choose another run.dir, or bring the named search back"
    ((_, fix),) = goodfit("sweep", *words, "optim.beta1=0.8", "sweep.trials=4", "sweep.ahead=1").errors
    again = shlex.split(fix.removeprefix("choose another run.dir, or go on with that search: goodfit "))
    named.write_text("optim.lr: 1e-3,1e-2\nsweep.sampler: grid\n", "utf-8")
    assert goodfit(*again).code == 0
    plain = [*shared, "sweep.sampler=grid", "sweep.trials=4", "sweep.ahead=1", "run.dir=plain"]
    space = ["optim.lr=1e-3,1e-2", "optim.weight_decay=0,0.1"]
    assert goodfit("sweep", *plain, *space, "sweep.max_steps=1").code == 0
    outcome = goodfit("sweep", *plain, *space[::-1])
    assert "holds a search of other words: their order is another" in outcome.err
    precious, page = tmp_path / "precious.txt", tmp_path / "plain" / "report.html"
    precious.write_text("mine", "utf-8")
    page.unlink(missing_ok=True)
    page.symlink_to(precious)
    assert f"{page} is a link, and goodfit writes none" in goodfit("sweep", *plain, *space).err
    assert precious.read_text("utf-8") == "mine"


def test_a_search_does_not_go_on_with_an_option_that_was_edited(goodfit, tmp_path, tiny_words):
    option = tmp_path / "conf" / "optim" / "mine.yaml"
    option.parent.mkdir(parents=True)
    option.write_text("name: adamw\nweight_decay: 0.1\n", "utf-8")
    words = [*tiny_words("classification", "encoder"), *QUICK, "--config-dir", "conf", "optim=mine"]
    words += ["optim.lr=1e-3,1e-2", "sweep.train_best=false", "sweep.confirmations=0", "run.dir=search"]
    assert goodfit("sweep", *words, "sweep.trials=1").code == 0
    assert goodfit("sweep", *words, "sweep.trials=1", "sweep.max_steps=9").code == 0
    option.write_text("name: adamw\nweight_decay: 0.2\n", "utf-8")
    outcome = goodfit("sweep", *words, "sweep.trials=2")
    what = f"the search in {tmp_path / 'search'} began with other settings: optim.weight_decay was 0.1, is 0.2"
    assert outcome.errors == [(what, "bring them back, or choose another run.dir")]
    option.write_text("name: adamw\nweight_decay: 0.1\n", "utf-8")
    other = tmp_path / "conf" / "sweep" / "judged.yaml"
    other.parent.mkdir()
    other.write_text("metric: accuracy\n", "utf-8")
    option.with_name("third.yaml").write_text("name: adamw\nbeta1: 0.8\n", "utf-8")
    words = [*words[:-1], "sweep=judged", "run.dir=other"]
    words[words.index("optim=mine")] = "optim=adamw,mine,third"
    assert goodfit("sweep", *words, "sweep.trials=1").code == 0
    assert goodfit("sweep", *words, "sweep.trials=1", "sweep.max_minutes=9").code == 0
    other.write_text("metric: loss\n", "utf-8")
    outcome = goodfit("sweep", *words, "sweep.trials=2")
    assert outcome.errors[0][0].endswith("began with other settings: sweep.metric was accuracy, is loss")
    other.write_text("metric: accuracy\n", "utf-8")
    option.write_text("name: adamw\nweight_decay: 0.3\n", "utf-8")
    outcome = goodfit("sweep", *words, "sweep.trials=2")
    assert "began with other settings: options.optim=mine was sha256:" in outcome.errors[0][0]


def test_every_combination_is_tried_of_a_search_with_a_name(goodfit, tmp_path, tiny_words):
    named = tmp_path / "conf" / "sweeps" / "ours.yaml"
    named.parent.mkdir(parents=True)
    named.write_text("training.epochs: 1\n", "utf-8")
    words = [*tiny_words("classification", "encoder"), "adapter=lora", "--config-dir", "conf", "sweep=ours"]
    words += ["optim.lr=1e-3,1e-2", "adapter.rank=2,4", "sweep.train_best=false", "--json", "--quiet"]
    outcome = goodfit("train", "-m", *words[:-1])
    assert outcome.code == 0, outcome.err
    assert [trial["words"] for trial in outcome.json["trials"]] == [
        [f"optim.lr={rate}", f"adapter.rank={rank}"] for rate in (0.001, 0.01) for rank in (2, 4)
    ]


def test_trials_are_no_runs(goodfit, searched):
    folder, _ = searched()
    for verb in ("resume", "reproduce", "evaluate"):
        outcome = goodfit(verb, folder / "trials" / "0000")
        what = f"{folder / 'trials' / '0000'} is a trial of a search, and no run"
        assert outcome.errors == [(what, f"the winner's run is {folder}/best")]


def test_a_search_finds_how_many_layers_are_needed(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK, "adapter=lora", "model.layers=1,2", "sweep.trials=2"]
    outcome = goodfit("sweep", *words, "sweep.confirmations=1", f"run.dir={tmp_path / 'search'}", "--json")
    assert outcome.code == 0, outcome.err
    assert sorted(trial["words"] for trial in outcome.json["trials"]) == [["model.layers=1"], ["model.layers=2"]]


@pytest.mark.parametrize("metric", ["loss", "f1_macro"])
def test_what_was_searched_for_has_its_figure_on_the_test_records_by_its_name(goodfit, tmp_path, tiny_words, metric):
    words = [*tiny_words("classification", "encoder"), "adapter=lora", "training.max_steps=1,2", "sweep.trials=2"]
    words += ["sweep.confirmations=0", f"sweep.metric={metric}", "run.dir=search"]
    outcome = goodfit("sweep", *words)
    assert outcome.code == 0, outcome.err
    tuned = read_json(tmp_path / "search" / "best" / "metrics.json")["tuned"]
    told = f"{metric} {with_interval(tuned[f'test/{metric}'])}"
    if metric != "f1_macro":
        told += f", and the primary metric f1_macro {with_interval(tuned['test/f1_macro'])}"
    assert f"\n      {told} on the test records, read this once\n" in outcome.out
    page = (tmp_path / "search" / "report.html").read_text("utf-8")
    assert f"<p>As a run of its own, on the test records: {told}; fit: " in page
    side, better = ("above", "lower") if metric == "loss" else ("below", "higher")
    assert f"held-out records, {better} is better; far {side} the diagonal is overfitted" in page
    assert f"Held-out {metric} at each evaluation" in page and page.count(f">held-out {metric}</text>") == 2


def test_the_page_says_by_what_a_step_is_kept_where_that_is_not_what_is_searched_for(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK, "training.max_steps=1,2", "sweep.trials=2"]
    words += ["sweep.metric=accuracy", "sweep.confirmations=0", "sweep.train_best=false", "run.dir=search"]
    assert goodfit("sweep", *words).code == 0
    page = (tmp_path / "search" / "report.html").read_text("utf-8")
    assert "Held-out f1_macro at each evaluation of each trial: it decides which step is kept, and accuracy is" in page


def test_costs_that_are_asked_for_are_shown_and_which_constraints_are_broken(
    goodfit, tmp_path, tiny_words, monkeypatch
):
    seen, real = [], single.nothing_kept

    @contextlib.contextmanager
    def watched(model):
        before = frozen_of(model)
        with real(model):
            seen.append((before is None, frozen_of(model)))
            yield
        seen.append(frozen_of(model) is before)

    monkeypatch.setattr(single, "nothing_kept", watched)
    words = [*tiny_words("classification", "encoder"), "adapter=head", "training.max_steps=1,3", "sweep.trials=2"]
    words += ["sweep.objectives=[quality,trainable]", "sweep.pruner=none", "sweep.train_best=false", "run.dir=search"]
    words += ["sweep.constraints=[steps<=2,ms_per_record<=1000000]", "sweep.confirmations=0", "sweep.sampler=grid"]
    outcome = goodfit("sweep", *words)
    assert outcome.code == 0, outcome.err
    assert seen == [(False, None), True] * 2
    one, other = read_json(tmp_path / "search" / "sweep.json")["trials"]
    assert (one["broken"], other["broken"]) == ([], ["steps<=2"])
    assert one["costs"]["ms_per_record"] > 0
    head, *rows = outcome.out.splitlines()
    assert head.split()[-4:] == ["trainable", "steps", "ms_per_record", "words"]
    assert "3 (breaks steps<=2)" in rows[1] and "breaks" not in rows[0]
    page = (tmp_path / "search" / "report.html").read_text("utf-8")
    assert "<th>trainable<th>steps<th>ms_per_record<th>" in page and "<td>3 (breaks steps&lt;=2)<td>" in page


def test_a_pass_is_timed_only_where_a_constraint_asks_for_it(searched):
    _, outcome = searched()
    assert all("ms_per_record" not in trial["costs"] for trial in outcome.json["trials"])


def test_why_a_trial_and_a_confirmation_failed_is_told_at_the_end(goodfit, tmp_path, tiny_words, monkeypatch):
    real = single.run_trial

    def unconfirmed(order, *given):
        return Result(state="failed", reason="it broke") if order.fresh else real(order, *given)

    monkeypatch.setattr(single, "run_trial", unconfirmed)
    words = [*tiny_words("classification", "encoder"), "adapter=lora", "training.epochs=1", "sweep.confirmations=1"]
    words += ["adapter.targets=choice([query],[nothing])", "sweep.engine=solo", "run.dir=search"]
    outcome = goodfit("train", "-m", *words, "sweep.train_best=false", terminal=True)
    assert outcome.code == 0, outcome.err
    record = read_json(tmp_path / "search" / "sweep.json")
    assert f"\ntrial 1 failed: {record['trials'][1]['reason']}\n" in outcome.out
    told = "confirmation 1 came to no value: it broke"
    assert told in record["warnings"] and told in (tmp_path / "search" / "report.html").read_text("utf-8")
    assert "1 of at most 2 trials, about" in outcome.err and "of at most 1000" not in outcome.err


def test_all_trainings_of_a_search_multiply_alike_whatever_a_later_start_measures(
    goodfit, tmp_path, tiny_words, monkeypatch
):
    words = [*tiny_words("classification", "encoder"), *QUICK, "optim.lr=1e-3,1e-2", "sweep.confirmations=0"]
    for trials, pays in ((1, False), (2, True)):
        monkeypatch.setattr("goodfit.runs.machine.onednn_pays", lambda half, pays=pays: pays)
        outcome = goodfit("sweep", *words, f"sweep.trials={trials}", "run.dir=search")
        assert outcome.code == 0, outcome.err
        assert "runtime.linears=torch" in outcome.json["best"]["words"]
    assert read_json(tmp_path / "search" / "search.json")["linears"] == "torch"
    configs = [*tmp_path.glob("search/trials/*/config.yaml"), tmp_path / "search" / "best" / "config.yaml"]
    assert ["linears: torch" in path.read_text("utf-8") for path in configs] == [True] * 3


def test_a_search_is_no_run_and_says_what_to_type(searched, goodfit, tmp_path):
    folder, _ = searched()
    for verb in ("resume", "reproduce", "evaluate", "verify"):
        outcome = goodfit(verb, folder)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.errors == [(f"{folder} is a search, and no run", f"the winner's run is {folder}/best")]
    (tmp_path / "cut").mkdir()
    shutil.copy(folder / "search.json", tmp_path / "cut")
    ((_, fix),) = goodfit("resume", "cut").errors
    assert fix.startswith("goodfit sweep task=classification ")
    assert fix.endswith(" adapter=lora sweep.trials=3 run.dir=cut goes on with it, or shows what it found")


def test_a_gate_that_said_no_says_no_again(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK, "optim.lr=1e-3,1e-2", "sweep.trials=1", "run.dir=search"]
    words += ["policy.enforce=true", "policy.gates=[min_value]", "policy.min_value=1", "sweep.confirmations=0"]
    for _ in range(2):
        outcome = goodfit("sweep", *words)
        assert outcome.code == 3
        (gate,) = outcome.json["best"]["run"]["gates"]
        assert gate["passed"] is False
        what = f"the model in {tmp_path / 'search' / 'best'} did not pass: min_value: {gate['reason']}"
        assert outcome.errors == [(what, "mend the cause, or judge only: policy=default")]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param([], id="one"),
        pytest.param(["sweep.executor=slurm"], id="slurm", marks=pytest.mark.spare),
        pytest.param(["sweep.workers=2"], id="two"),
    ],
)
def test_trials_on_other_records_are_not_compared(goodfit, tmp_path, tiny_words, more):
    words = [word for word in tiny_words("classification", "encoder") if "dataset.validation" not in word]
    outcome = goodfit("sweep", *words, *QUICK, "seed=1,2", "sweep.trials=2", "run.dir=search", *more)
    assert outcome.code == 2
    error, fix = outcome.errors[0]
    assert re.fullmatch("the train records and validation records are not those of trial [01]", error)
    assert fix == "goodfit splits by the seed: name dataset.validation= and dataset.test=, or leave seed out"
    assert len(list((tmp_path / "search" / "trials").glob("*/lock.json"))) <= 1


def test_only_the_choice_of_the_best_quality_is_corrected(goodfit, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK, "training.max_steps=1,3", "sweep.objectives=[steps]"]
    more = ["sweep.pruner=none", "sweep.train_best=false", "sweep.confirmations=0", "sweep.trials=2"]
    outcome = goodfit("sweep", *words, *more)
    assert outcome.code == 0, outcome.err
    assert outcome.json["best"]["corrected"] is None


def test_a_search_without_a_winner_says_so(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK, "optim.lr=1e-3,1e-2", "sweep.trials=1", "run.dir=search"]
    outcome = goodfit("sweep", *words, "sweep.constraints=[steps<=0]")
    assert outcome.code == 6
    assert "no trial keeps the constraints steps<=0 (nearest: 4)" in outcome.err
    assert outcome.errors[0][1] == "type 'sweep.constraints=[steps<=4]', which trial 0 keeps, in another run.dir"
    assert read_json(tmp_path / "search" / "sweep.json")["status"] == "failed"
    page = tmp_path / "search" / "report.html"
    assert f"; all of them: {page}" in outcome.err
    drawn = page.read_text("utf-8")
    assert "No trial won: no trial keeps the constraints steps&lt;=0 (nearest: 4), of 1 that came to a value" in drawn
    assert drawn.count("<svg") == 3 and "class=best" not in drawn
    outcome = goodfit("sweep", *words, "sweep.constraints=[steps<=4]")  # tpe goes by the constraints
    what = f"the search in {tmp_path / 'search'} began with other settings: sweep.constraints was ['steps<=0'], is "
    assert outcome.errors == [(f"{what}['steps<=4']", "bring them back, or choose another run.dir")]


def test_a_constraint_by_which_no_trial_was_proposed_can_be_typed_anew(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK, "adapter.rank=2,4", "sweep.sampler=random"]
    words += ["sweep.trials=2", "sweep.confirmations=0", "sweep.train_best=false", "run.dir=search"]
    ((_, fix),) = goodfit("sweep", *words, "sweep.constraints=[trainable<=10,memory_gb<=1e-6,steps<=4]").errors
    told = re.fullmatch(r"let trial (\d) keep them: goodfit (.*)", fix)
    again = shlex.split(told[2])
    begun = read_json(tmp_path / "search" / "sweep.json")["trials"]
    outcome = goodfit(*again, "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["best"]["number"] == int(told[1])
    assert all(one["costs"] == other["costs"] for one, other in zip(begun, outcome.json["trials"], strict=True))
    outcome = goodfit("sweep", *words, "sweep.constraints=[ms_per_record<=9]")  # no trial took that pass
    assert outcome.errors[0][0].endswith("other settings: sweep.constraints was [], is ['ms_per_record']")


@pytest.mark.parametrize(
    ("constraint", "kept"),
    [
        ("trainable<=10", "trainable<=86024"),
        ("memory_gb<=0.1", "memory_gb<=0.1235"),
        ("seconds>=1e6", "seconds>=12340"),
        ("steps<=9", "steps<=9"),
    ],
)
def test_the_bound_that_a_trial_keeps_is_named_in_few_digits(constraint, kept):
    costs = {"trainable": 86024.0, "memory_gb": 0.12345, "seconds": 12345.6, "steps": 4.0}
    result = Result(state="finished", value=1.0, costs=costs)
    assert kept_by(constraint, result) == kept
    assert next(iter(excess(result, SweepConf(constraints=[kept])).values())) <= 0


def test_what_no_trial_can_be_made_of_is_said_as_of_a_run_and_takes_no_folder(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("generation", "seq2seq"), "task.max_new_tokens=1", "dataset.max_cut_share=0"]
    outcome = goodfit("sweep", *words, *QUICK, "training.batch_size=4,8", "run.dir=search")
    run = goodfit("train", *words)
    assert outcome.errors[0][0].endswith("are longer than the model reads or writes; at most 0% may be cut")
    assert (outcome.code, outcome.errors) == (run.code, run.errors) == (2, run.errors)
    assert not (tmp_path / "search").exists()


def test_where_trials_may_be_prepared_unalike_the_last_ones_fix_is_that_of_the_search(goodfit, tiny_words):
    words = [*tiny_words("generation", "seq2seq"), *QUICK, "training.probe_size=16,17"]
    outcome = goodfit("sweep", *words, "sweep.trials=2", "task.max_new_tokens=1", "dataset.max_cut_share=0")
    ((error, fix),) = outcome.errors
    assert outcome.code == 6 and error.startswith("no trial of the search came to a value; the last one: ")
    assert "fix:" not in error and fix.startswith("let answers be longer")


def test_no_run_is_written_into_the_folder_of_a_search(searched, goodfit, tiny_words):
    folder, _ = searched()
    outcome = goodfit("train", *tiny_words("classification", "encoder"), f"run.dir={folder}")
    assert outcome.errors[0][0] == f"{folder} holds a search already"
    assert not (folder / "config.yaml").exists()


def test_a_search_goes_on_whatever_its_words_look_like_and_over_its_own_records(
    goodfit, tmp_path, tiny_words, write_rows, rows_of
):
    rows = rows_of("classification", 12, 5)
    own = ["optim.lr=1e-3,1e-2", "adapter=lora", "task.description=two\nlines", "training.epochs=1"]
    own.append(f"dataset.validation={write_rows(tmp_path / 'validation.jsonl', rows)}")
    own += ["sweep.train_best=false", "sweep.confirmations=0", "run.dir=search", "--json", "--quiet"]
    first = goodfit("sweep", *tiny_words("classification", "encoder"), *own, "+sweep.trials=1")
    assert first.code == 0, first.err
    assert len(first.json["trials"]) == 1 and first.json["importances"] == {}
    more = goodfit("sweep", *tiny_words("classification", "encoder"), *own, "sweep.trials=2")
    assert more.code == 0, more.err
    assert more.json["trials"][0] == first.json["trials"][0] and len(more.json["trials"]) == 2
    write_rows(tmp_path / "validation.jsonl", [{**rows[0], "label": rows[1]["label"]}, *rows[1:]])
    outcome = goodfit("sweep", *tiny_words("classification", "encoder"), *own, "sweep.trials=3")
    what = f"the validation records are not those that the search in {tmp_path / 'search'} began with"
    assert outcome.errors == [(what, "bring them back, or choose another run.dir")]


@pytest.mark.parametrize("name", ["journal.log", "trials/0002/trial.json", "search.json"])
def test_a_spoilt_search_is_refused(searched, goodfit, tmp_path, tiny_words, name):
    folder, _ = searched()
    spoilt = shutil.copytree(folder, tmp_path / "spoilt")
    if name.startswith("trials"):  # a result that the journal has is not read again
        lines = (spoilt / "journal.log").read_text("utf-8").splitlines(keepends=True)
        begun = max(index for index, line in enumerate(lines) if '"op_code":4' in line)
        (spoilt / "journal.log").write_text("".join(lines[: begun + 1]), "utf-8")
    path = spoilt / name
    path.write_text(path.read_text("utf-8") + "garbage\n" if name == "journal.log" else "{}", "utf-8")
    words = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", "sweep.trials=3", f"run.dir={spoilt}"]
    outcome = goodfit("sweep", *words, "--quiet")
    assert outcome.code == 2
    assert outcome.errors[0][0] == f"{path} is damaged"


@pytest.mark.parametrize("engine", [["sweep.engine=solo"], ["sweep.width=2"]], ids=["solo", "packed"])
def test_a_failing_trial_is_a_result(goodfit, tmp_path, tiny_words, engine):
    argv = [*tiny_words("classification", "encoder"), "adapter=lora", "adapter.rank=2,4", "sweep.confirmations=0"]
    more = ["optim.lr=1e-2", "adapter.targets=choice([query],[nothing])", "sweep.train_best=false", "training.epochs=1"]
    outcome = goodfit("train", "-m", *argv, *more, *engine, f"run.dir={tmp_path / 'sweep'}", "--json", "--quiet")
    assert outcome.code == 0, outcome.err
    states = [trial["state"] for trial in outcome.json["trials"]]
    assert sorted(states) == ["failed", "failed", "finished", "finished"]
    failed = [trial for trial in outcome.json["trials"] if trial["state"] == "failed"]
    assert all("adapter" in trial["reason"] for trial in failed)
    assert all(trial["costs"]["seconds"] > 0 for trial in failed)  # sweep.max_minutes counts them


def no_memory(monkeypatch, owner, name, only=None):
    """Let memory run out in a call of a function: in the one of this number, from 1, or in each."""
    real, calls = getattr(owner, name), []

    def call(*given, **words):
        calls.append(name)
        if only in (None, len(calls)):
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(*given, **words)

    monkeypatch.setattr(owner, name, call)


@pytest.mark.parametrize(
    ("owner", "name", "call", "which"),
    [
        pytest.param(PackedTraining, "step", 1, "trials 0, 1 are", id="a step"),
        pytest.param(HeldOut, "evaluate", 2, "trials 0, 1 are", id="an evaluation"),
        pytest.param(packed, "start", 2, "trials 0, 1 are", id="beginning"),
        pytest.param(PackedTraining, "enter", 2, "trials 0, 1 are", id="entering"),
        pytest.param(packed, "finish", 2, "trial 1 is", id="judging the second"),
    ],
)
def test_trials_that_fit_alone_and_not_together_are_trained_alone(
    searched, goodfit, tmp_path, tiny_words, monkeypatch, owner, name, call, which
):
    models, left, widths = [], [], []
    enter, step, run_trial = PackedTraining.enter, PackedTraining.step, packed.run_trial
    monkeypatch.setattr(
        PackedTraining, "enter", lambda own, trial: models.append(weakref.ref(trial.model)) or enter(own, trial)
    )
    monkeypatch.setattr(PackedTraining, "step", lambda own: widths.append(len(own.trials)) or step(own))
    no_memory(monkeypatch, owner, name, call)

    def alone(*given):
        left.append([model for model in models if model() is not None])
        widths.clear()
        return run_trial(*given)

    monkeypatch.setattr(packed, "run_trial", alone)
    short = ["sweep.confirmations=0", "sweep.train_best=false"]
    words = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", "sweep.trials=3", *short]
    outcome = goodfit("sweep", *words, "sweep.engine=packed", "sweep.width=2", "run.dir=search", "--json")
    assert outcome.code == 0, outcome.err
    assert left == [[]] * (2 if "are" in which else 1)  # no weights of the pack take room beside a trial alone
    assert set(widths) == {1}
    told = f"{which} trained alone, not in a shared pass: memory ran out (those that come are trained alone, too)"
    assert outcome.err.count(f"warning: {told}\n") == 1
    assert outcome.json["warnings"][-1] == told
    assert told in (tmp_path / "search" / "report.html").read_text("utf-8")
    solo = searched("sweep.engine=solo", *short)[1].json["trials"]
    for one, other in zip(outcome.json["trials"], solo, strict=True):
        assert (one["words"], one["state"], one["best_step"]) == (other["words"], other["state"], other["best_step"])
        assert one["value"] == pytest.approx(other["value"], abs=1e-3)


@pytest.mark.parametrize("width", [["sweep.width=2"], ["sweep.engine=solo"]], ids=["packed", "solo"])
def test_a_search_without_memory_says_how_it_goes_on(goodfit, tmp_path, tiny_words, monkeypatch, width):
    words = [*tiny_words("classification", "encoder"), "adapter=lora", "optim.lr=1e-3,1e-2", "sweep.trials=2"]
    words += ["sweep.confirmations=0", "sweep.train_best=false", "training.epochs=1"]
    with monkeypatch.context() as small:
        no_memory(small, single, "measure_trial")
        outcome = goodfit("sweep", *words, *width, f"run.dir={tmp_path / 'search'}", "--quiet")
    typed = [
        *words,
        *(word for word in width if "width" not in word),
        "sweep.width=1",
        f"run.dir={tmp_path / 'search'}",
    ]
    again = shlex.join(["goodfit", "sweep", *typed])
    fix = f"  fix: free some, then go on with: {again}"
    assert (outcome.code, outcome.err) == (5, f"error: memory ran out: CUDA out of memory\n{fix}\n")
    outcome = goodfit(*shlex.split(again)[1:], "--json", "--quiet")
    assert outcome.code == 0, outcome.err
    assert [trial["state"] for trial in outcome.json["trials"]] == ["finished"] * 2


def test_models_that_cannot_be_packed_after_all_are_trained_alone_and_that_is_told(goodfit, tiny_words, monkeypatch):
    def cannot(pack):
        raise NotFlat("the model draws for all trials at once")

    monkeypatch.setattr(PackedTraining, "step", cannot)
    words = [*tiny_words("classification", "encoder"), "adapter=lora", "sweep.width=2", "optim.lr=1e-3,1e-2"]
    words += ["sweep.trials=2", "sweep.confirmations=0", "sweep.train_best=false", "training.epochs=1"]
    outcome = goodfit("sweep", *words, "--json")
    assert outcome.code == 0, outcome.err
    told = "trials 0, 1 are trained alone, not in a shared pass: the model draws for all trials at once"
    assert outcome.json["warnings"][-1] == told and f"warning: {told}\n" in outcome.err


@pytest.mark.parametrize("lines", [500, 3])
def test_a_trial_of_a_pack_has_the_history_that_it_has_alone(goodfit, tmp_path, tiny_words, monkeypatch, lines):
    monkeypatch.setattr("goodfit.training.watch.LOGGED_STEPS", lines)
    words = [*tiny_words("classification", "encoder"), "adapter=lora", "optim.lr=1e-3,1e-2", "training.epochs=2"]
    words += ["training.evaluations_per_epoch=2", "sweep.trials=2", "sweep.width=2", "sweep.pruner=none"]
    words += ["sweep.stop_misfits=false", "sweep.confirmations=0", "sweep.train_best=false"]
    for engine in ("solo", "packed"):
        outcome = goodfit("sweep", *words, f"sweep.engine={engine}", f"run.dir={engine}", "--quiet")
        assert outcome.code == 0, outcome.err
    for number in ("0000", "0001"):
        assert "packed" in (tmp_path / "packed" / "trials" / number / "log.txt").read_text("utf-8")
        alone, together = (
            read_lines(tmp_path / engine / "trials" / number / "history.jsonl") for engine in ("solo", "packed")
        )
        assert [list(line) for line in together] == [list(line) for line in alone]
        for one, other in zip(alone, together, strict=True):
            assert other == pytest.approx(one, rel=1e-3, abs=1e-6)


LEGAL = "task=legal model=bert"
ALONE = "sweep.engine=auto trains what cannot be packed alone"


@pytest.mark.parametrize(
    ("words", "error", "fix"),
    [
        pytest.param(f"{LEGAL} optim.lrr=1,2", "no setting called 'optim.lrr'", "did you mean 'optim.lr'?", id="typo"),
        pytest.param(
            f"{LEGAL} optim.lr=interval(1,7)", "optim.lr is 7.0", "choose a value between 0 and 1", id="range"
        ),
        pytest.param(
            f"{LEGAL} optim.lr=1e-3,oops,1e-4",
            "optim.lr is 'oops', expected a number",
            "for example optim.lr=0.1",
            id="value in the middle",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=range(1,2,0)",
            "'optim.lr=range(1,2,0)' cannot be read: a range's step is not 0",
            "write a,b,c or choice(a,b,c), range(1,5), interval(0,1) or tag(log,interval(1e-5,1e-3))",
            id="range without a step",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=1e-3,1e-4 sweep.metric=f1_mcro",
            "no metric of this task is called 'f1_mcro'",
            "did you mean 'f1_micro'?",
            id="metric",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=1e-4,1e-3 optim.lr=5e-3",
            "'optim.lr' is typed with one value behind several to search",
            "leave one of them out",
            id="several values and one",
        ),
        pytest.param(
            f"{LEGAL} training.evaluations_per_epoch=1,4 sweep.pruner=asha",
            "sweep.pruner=asha compares trials at one evaluation, and how often there is one is searched",
            "add sweep.pruner=none, or leave it out",
            id="evaluations",
        ),
        pytest.param(
            f"{LEGAL} hardware.devices=1,2",
            "'hardware.devices=1,2' searches over hardware.devices, of which a search has one",
            "start a search for each value",
            id="devices",
        ),
        pytest.param("task=legal model=t5,brt", "no model called 'brt'", "did you mean 'bert'?", id="option"),
        pytest.param(
            f"{LEGAL} task.prompt=a,b",
            "'task.prompt=a,b' searches over task.prompt, of which a search has one",
            "start a search for each value",
            id="task",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=tag(log,interval(0,1))",
            "'optim.lr=tag(log,interval(0,1))' is logarithmic and begins at 0",
            "write interval(low,high) with low below high, and above 0 where it is logarithmic",
            id="log of nothing",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=1e-4,1e-3 sweep.objectives=[]",
            "sweep.objectives names none",
            "sweep.objectives=[quality]",
            id="no objective",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=1e-4,1e-3 sweep.objectives=[quality,steps]",
            "sweep.pruner=median ends trials of low quality, and sweep.objectives is [quality,steps]",
            "add sweep.pruner=none",
            id="pruner and objectives",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=1e-4,1e-3 sweep.objectives=[steps]",
            "sweep.pruner=median ends trials of low quality, and sweep.objectives is [steps]",
            "add sweep.pruner=none",
            id="pruner and another objective",
        ),
        pytest.param(
            f"{LEGAL} adapter=none optim.lr=1e-4,1e-3 sweep.engine=packed",
            "sweep.engine=packed, and adapter=none cannot be packed",
            ALONE,
            id="packed without an adapter",
        ),
        pytest.param(
            f"{LEGAL} adapter=lora runtime=plain optim.lr=1e-4,1e-3 sweep.engine=packed sweep.width=2",
            "sweep.engine=packed, and runtime.path is plain",
            ALONE,
            id="packed on the plain path",
        ),
        pytest.param(
            "task=ranking dataset=files dataset.train=a.jsonl model=bert adapter=lora optim.lr=1e-4,1e-3 "
            "sweep.engine=packed",
            "sweep.engine=packed, and the records of a batch are compared with each other",
            ALONE,
            id="packed pairs",
        ),
        pytest.param(
            f"{LEGAL} adapter=lora optim.lr=1e-4,1e-3 sweep.engine=packed sweep.constraints=[seconds<=9]",
            "sweep.engine=packed, and 'seconds<=9' is about a trial's own time, of which one in a pass has a share",
            ALONE,
            id="packed seconds",
        ),
        pytest.param(
            f"{LEGAL} sweep=grid optim.lr=interval(1e-4,1e-3)",
            "optim.lr is an interval, and a grid has values",
            "name them: optim.lr=a,b,c",
            id="grid of an interval",
        ),
        pytest.param(
            f"{LEGAL} optim.lr=1e-4,1e-3 sweep.constraints=[beauty<=3]",
            "'beauty<=3' is no constraint",
            "write name<=number with a name of seconds, steps, trainable, memory_gb, ms_per_record, errors, warnings",
            id="constraint",
        ),
        *(
            pytest.param(
                f"{LEGAL} optim.lr=1e-4,1e-3 sweep.constraints=[steps<={bound}]",
                f"'steps<={bound}' is no constraint",
                f"write name<=number with a name of {', '.join(MEASURED)}",
                id=f"a bound of {bound}",
            )
            for bound in ("nan", "inf")
        ),
        pytest.param(
            f"{LEGAL} sweep=grid sweep=thorough optim.lr=1e-4,1e-3",
            "sweep=grid and sweep=thorough are two ways to search",
            "choose one; -m is sweep=grid, goodfit sweep WORDS searches without it",
            id="two ways",
        ),
    ],
)
def test_a_mistake_in_a_search_is_answered_before_it_begins(goodfit, tmp_path, words, error, fix):
    outcome = goodfit("sweep", *words.split())
    assert (outcome.code, outcome.out) == (2, "")
    assert (error, fix) in outcome.errors
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("more", [[], ["optim.lr=1e-3"]], ids=["an interval", "a finite rest"])
def test_a_grid_of_no_typed_values_blames_no_setting_that_nobody_typed(goodfit, more):
    outcome = goodfit("train", "-m", "task=support", "model=bert", *more)
    what = "there is nothing to combine: no word names several values"
    assert outcome.errors == [(what, "name them, such as optim.lr=1e-3,3e-3, or leave -m out")]


def test_a_single_run_does_not_read_how_a_search_goes_on(goodfit):
    outcome = goodfit("train", *LEGAL.split(), "sweep.trials=3")
    assert outcome.errors == [
        ("sweep.trials was typed, and a single run does not read it", "goodfit sweep WORDS searches")
    ]


@pytest.mark.parametrize(
    ("word", "values"),
    [
        ("adapter.rank=4,8", ["adapter.rank=4", "adapter.rank=8"]),
        ("adapter.rank=choice(4,8)", ["adapter.rank=4", "adapter.rank=8"]),
        ("adapter.rank=range(2,7,2)", ["adapter.rank=2", "adapter.rank=4", "adapter.rank=6"]),
        ("model=bert,t5", ["model=bert", "model=t5"]),
        ("optim.lr=interval(1e-4,1e-3)", ["optim.lr=0.0001", "optim.lr=0.001"]),
        ("adapter.rank=interval(2,9)", ["adapter.rank=2", "adapter.rank=9"]),
    ],
)
def test_a_space_is_read_in_hydras_grammar(word, values):
    fixed, (dimension,) = split_space(["task=legal", word])
    assert fixed == ["task=legal"]
    assert dimension.extremes() == values


def test_no_value_can_be_one_of_the_values_that_are_searched(goodfit, tiny_words, tmp_path):
    words = ["adapter=lora", "adapter.top_layers=choice(null,1)", "sweep=grid", "training.max_steps=1"]
    words += ["sweep.confirmations=0", "sweep.train_best=false", f"run.dir={tmp_path / 'search'}"]
    outcome = goodfit("sweep", *tiny_words("classification", "encoder"), *words, "--json")
    assert outcome.code == 0, outcome.err
    searched = [trial["words"] for trial in outcome.json["trials"]]
    assert searched == [["adapter.top_layers=null"], ["adapter.top_layers=1"]]
    assert outcome.json["fewer"] is None  # they are all that there are
    trained = [trial["costs"]["trainable"] for trial in outcome.json["trials"]]
    assert trained[0] > trained[1]


@pytest.mark.parametrize("word", ["optim.lr=interval(3,1)", "adapter.rank=range(1,1)", "model=glob(*)"])
def test_a_space_that_cannot_be_read_is_refused(word):
    with pytest.raises(ConfigError):
        split_space([word])


def test_packed_trials_are_judged_as_they_are_alone(searched):
    short = ["sweep.width=3", "sweep.confirmations=0", "sweep.train_best=false"]
    alone, together = (searched(f"sweep.engine={engine}", *short)[1].json for engine in ("solo", "packed"))
    assert [trial["words"] for trial in together["trials"]] == [trial["words"] for trial in alone["trials"]]
    for one, other in zip(alone["trials"], together["trials"], strict=True):
        assert other["state"] == one["state"]
        assert other["best_step"] == one["best_step"]
        assert other["costs"]["steps"] == one["costs"]["steps"]
        assert other["value"] == pytest.approx(one["value"], abs=1e-3)
    log = (searched("sweep.engine=packed", *short)[0] / "trials" / "0001" / "log.txt").read_text("utf-8")
    assert "packed" in log


def test_a_trial_of_a_pack_that_fails_twice_at_one_step_ends_alone(goodfit, tiny_words, monkeypatch):
    evaluate, unscored, rises = HeldOut.evaluate, [], []

    def cannot(self, *given):
        if not unscored:
            unscored.append(self)
            raise TrainingError("it cannot be scored", "another metric")
        evaluate(self, *given)

    def refuse(self, loss, step):
        rises.append(self)
        if unscored and self is rises[0]:
            raise TrainingError("it diverges", "a lower rate")

    monkeypatch.setattr(HeldOut, "evaluate", cannot)
    monkeypatch.setattr(Rise, "refuse", refuse)
    words = [
        *tiny_words("classification", "encoder"),
        "adapter=lora",
        "adapter.rank=2,4",
        "sweep=grid",
        "sweep.width=2",
    ]
    words += [
        "sweep.engine=packed",
        "sweep.train_best=false",
        "training.epochs=1",
        "run.dir=sweep",
        "--json",
        "--quiet",
    ]
    outcome = goodfit("sweep", *words)
    assert outcome.code == 0, outcome.err
    assert [trial["state"] for trial in outcome.json["trials"]] == ["failed", "finished"]
    assert outcome.json["trials"][0]["reason"] == "it cannot be scored (fix: another metric)"


def test_trials_are_held_against_those_that_run_beside_them_wherever_they_run(searched):
    words = ["training.batch_size=4,16", "training.epochs=3", "sweep.pruner=asha", "sweep.sampler=random"]
    words += ["sweep.trials=6", "sweep.confirmations=0", "sweep.train_best=false"]

    def came(*more):
        trials = searched(*words, *more)[1].json["trials"]
        return [(trial["state"], trial["reason"], trial["best_step"], trial["costs"]["steps"]) for trial in trials]

    alone = came()
    assert "pruned" in [state for state, *_ in alone[1:4]]  # of the first, that no trial was over for in time
    assert came("sweep.engine=packed", "sweep.width=4") == alone
    assert came("sweep.workers=2") == alone


@pytest.mark.parametrize(
    ("kind", "family", "asked"),
    [
        ("classification", "encoder", {2}),
        ("multilabel", "encoder", {2}),
        ("token_classification", "encoder", {2}),
        ("question_answering", "encoder", {2}),
        ("language_modeling", "decoder", {2}),
        ("generation", "seq2seq", {2}),
        ("classification", "decoder", set()),  # it scores each label behind a text that it has read once
    ],
)
def test_trials_of_a_pack_are_evaluated_in_one_pass(goodfit, tmp_path, tiny_words, monkeypatch, kind, family, asked):
    from goodfit.models.pack import Pack

    widths, real = set(), Pack.scores
    monkeypatch.setattr(Pack, "scores", lambda own, batch, at: widths.add(len(at)) or real(own, batch, at))
    words = [
        *tiny_words(kind, family),
        SPACE[0],
        "adapter=lora",
        "sweep.trials=2",
        "sweep.width=2",
        "training.epochs=2",
    ]
    words += ["sweep.confirmations=0", "sweep.train_best=false", "sweep.pruner=none", "sweep.stop_misfits=false"]
    courses = []
    for engine in ("solo", "packed"):
        outcome = goodfit("sweep", *words, f"sweep.engine={engine}", f"run.dir={engine}", "--quiet")
        assert outcome.code == 0, outcome.err
        trials = (read_json(tmp_path / engine / "trials" / f"000{number}" / "trial.json") for number in (0, 1))
        courses.append([evaluation for trial in trials for evaluation in trial["course"]])
    assert widths == asked
    for one, other in zip(*courses, strict=True):
        assert other == pytest.approx(one, rel=1e-4)


def test_a_trial_in_a_pass_has_a_share_of_its_seconds(goodfit, tiny_words):
    words = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", "sweep.trials=3", "sweep.width=3"]
    words += ["sweep.engine=packed", "training.epochs=30", "training.patience=0", "sweep.stop_misfits=false"]
    words += ["sweep.confirmations=0", "sweep.train_best=false", "sweep.pruner=none", "--json", "--quiet"]
    began = time.monotonic()
    outcome = goodfit("sweep", *words)
    passed = time.monotonic() - began
    assert outcome.code == 0, outcome.err
    seconds = [trial["costs"]["seconds"] for trial in outcome.json["trials"]]
    assert min(seconds) > 0 and sum(seconds) < passed


def test_a_search_for_seconds_packs_no_trials(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *SPACE[:2], "adapter=lora", "sweep.trials=2", "sweep.width=2"]
    words += ["sweep.objectives=[quality,seconds]", "sweep.pruner=none", "training.epochs=1", "run.dir=search"]
    assert goodfit("sweep", *words, "sweep.confirmations=0", "sweep.train_best=false", "--quiet").code == 0
    logs = [log.read_text("utf-8") for log in (tmp_path / "search").glob("trials/*/log.txt")]
    assert ["packed" in log for log in logs] == [False, False]


@pytest.mark.parametrize("engine", ["solo", "packed"])
def test_a_metric_that_fails_behind_the_training_fails_its_trial_alone(install, goodfit, tiny_words, tmp_path, engine):
    fails = "\n@hookimpl\ndef goodfit_register_metrics():\n    return [metric('odd.fails')]\n"
    install("odd", HEAD.replace("sums[..., 0] / sums[..., 1]", "[][len(sums)]") + fails)
    words = [*tiny_words("classification", "encoder"), *SPACE[:2], "adapter=lora", "sweep.trials=2", "sweep.width=2"]
    words += ["task.metrics=[odd.fails]", "sweep.metric=odd.fails", f"sweep.engine={engine}", "run.dir=search"]
    outcome = goodfit("sweep", *words, "--quiet")
    assert outcome.code == 6, outcome.err
    for place in sorted((tmp_path / "search" / "trials").iterdir()):
        assert "the plugin 'odd' failed in" in read_json(place / "trial.json")["reason"]
        assert not (place / ".lock").exists()


def test_a_search_reads_its_records_once(goodfit, tiny_words, monkeypatch):
    from goodfit.runs import known
    from goodfit.sweeps import shared

    read_for, real = [], known.read_task
    for module in (known, shared):
        monkeypatch.setattr(module, "read_task", lambda *args: read_for.append(args) or real(*args))
    words = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", "sweep.trials=2", "training.epochs=1"]
    outcome = goodfit("sweep", *words, "sweep.confirmations=1", "sweep.train_best=false", "--json", "--quiet")
    assert outcome.code == 0, outcome.err
    assert outcome.json["best"]["confirmed"]["splits"] == 1
    assert len(read_for) == 1


@pytest.mark.parametrize("engine", ["solo", "packed"])
def test_trials_give_back_what_they_free_where_memory_is_scarce(goodfit, tiny_words, tmp_path, engine):
    words = [*tiny_words("classification", "encoder"), SPACE[0], "adapter=lora", "sweep.trials=2", "training.epochs=1"]
    words += [f"sweep.engine={engine}", "sweep.width=2", "sweep.confirmations=0", "sweep.train_best=false"]
    needed = goodfit("check", *tiny_words("classification", "encoder"), "adapter=lora", "--json").json["memory_bytes"]
    scarce = f"hardware.memory_gb={(needed['total'] + needed['activations']) / 2**30}"
    assert goodfit("sweep", *words, scarce, f"run.dir={tmp_path / 'search'}", "--quiet").code == 0
    logs = [path.read_text("utf-8") for path in sorted((tmp_path / "search" / "trials").glob("*/log.txt"))]
    assert len(logs) == 2
    assert all("what is freed goes back to the system" in log for log in logs)


@pytest.mark.parametrize("engine", ["solo", "packed"])
def test_what_does_not_depend_on_a_trial_is_found_out_once(goodfit, tiny_words, monkeypatch, engine):
    from goodfit.runs import plan
    from goodfit.sweeps import shared

    asked = Counter()

    def counted(module, name):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args: asked.update([name]) or real(*args))

    counted(shared, "pick_path")
    counted(plan, "_memory")
    words = [*tiny_words("classification", "encoder"), SPACE[0], "adapter=lora", "sweep.trials=3", "training.epochs=1"]
    words += [f"sweep.engine={engine}", "sweep.width=2", "sweep.confirmations=0", "sweep.train_best=false"]
    assert goodfit("sweep", *words, "--quiet").code == 0
    assert asked == {"pick_path": 1, "_memory": 1}


@pytest.mark.parametrize(
    "adapter",
    [
        ["adapter=head"],
        ["adapter.top_layers=1", "sweep.engine=solo"],
        ["adapter.top_layers=1", "sweep.engine=packed", "sweep.width=2"],
    ],
    ids=["head", "upper layers", "packed upper layers"],
)
def test_trials_share_what_is_frozen_in_all_of_them(tmp_path, tiny_words, monkeypatch, adapter):
    from goodfit.models.fast.frozen import Frozen

    computed, real = [], Frozen._computed
    monkeypatch.setattr(
        Frozen, "_computed", lambda own, rows, batch: computed.append(len(rows)) or real(own, rows, batch)
    )
    words = [*adapter, "training.batch_size=4,8", "sweep.sampler=grid", "sweep.confirmations=0", "sweep.pruner=none"]
    words += ["sweep.train_best=false"]
    both = _trials(tiny_words, tmp_path / "both", words)
    rows = sum(computed)
    computed.clear()
    (alone,) = _trials(tiny_words, tmp_path / "alone", [word.replace("4,8", "choice(8)") for word in words])
    assert 0 < rows < 1.5 * sum(computed)  # a path is accepted on a few rows by each
    near = [pytest.approx(step, rel=1e-6) for step in alone["course"]]  # a pass with others changes the last bits
    assert both[1]["course"] == (near if "sweep.engine=packed" in adapter else alone["course"])
    assert both[0]["course"] != near


def test_a_trial_over_a_base_in_four_bits_does_not_get_the_whole_base_of_another_one(goodfit, tiny_words):
    words = [*tiny_words("classification", "decoder"), "sweep.sampler=grid", "sweep.engine=solo", "sweep.pruner=none"]
    words += ["optim.lr=1e-2", "sweep.confirmations=0", "sweep.train_best=false", "--json", "--quiet"]
    (alone,) = goodfit("sweep", *words, "adapter=choice(qlora)").json["trials"]
    both = goodfit("sweep", *words, "adapter=lora,qlora").json["trials"]
    assert both[1]["costs"]["memory_gb"] == alone["costs"]["memory_gb"]
    assert both[1]["value"] == alone["value"] and both[1]["held_out"] == alone["held_out"]
    assert both[1]["probe"] == alone["probe"]


def _trials(tiny_words, folder, words):
    """The results of a search."""
    from conftest import run_main

    argv = [*tiny_words("classification", "encoder"), *words, f"run.dir={folder}", "--quiet"]
    outcome = run_main(["sweep", *argv], folder.parent)
    assert outcome.code == 0, outcome.err
    return [read_json(path) for path in sorted(folder.glob("trials/*/trial.json"))]


def test_the_page_shows_every_trial_and_needs_nothing_from_outside(searched):
    folder, outcome = searched()
    page = (folder / "report.html").read_text("utf-8")
    assert page.count("<svg") == 3 + bool(outcome.json["importances"])
    assert f"<p>What mattered: {what_mattered(outcome.json)}.</p>" in page and "explain" not in page
    for trial in outcome.json["trials"]:
        assert " ".join(trial["words"]) in page
    assert "http" not in page and "<script" not in page


def test_the_page_says_that_trials_are_fewer_who_is_at_the_front_and_what_colours_mean(goodfit, tmp_path, tiny_words):
    words = [*tiny_words("classification", "encoder"), *QUICK[:-1], "training.max_steps=1,3", "sweep.trials=4"]
    words += ["sweep.sampler=random", "sweep.objectives=[quality,steps]", "sweep.pruner=none", "sweep.train_best=false"]
    outcome = goodfit("sweep", *words, "sweep.confirmations=0", "run.dir=search")
    assert outcome.code == 0, outcome.err
    record = read_json(tmp_path / "search" / "sweep.json")
    page = (tmp_path / "search" / "report.html").read_text("utf-8")
    fewer, front = "2 of sweep.trials=4 trials: the space holds no other ones", of_front(record)
    assert f"<p>{fewer}.</p>" in page and f"\n{fewer}\n" in outcome.out
    assert f"<p>Front: {front}.</p>" in page and f"\nfront: {front}\n" in outcome.out
    assert '<p>Trials: <span style="color:#2a6f97">&#9679;</span> finished: trained to its end. The winner' in page


@pytest.mark.parametrize(
    ("front", "told"),
    [([1], "trial 1 is beaten by none in all of a, b"), ([0, 2], "trials 0, 2 are beaten by none in all of a, b")],
)
def test_the_front_is_told_of_one_and_of_several(front, told):
    assert of_front({"front": front, "objectives": ["a", "b"]}) == told


def test_a_signal_ends_a_search_and_fails_no_trial(searched, tmp_path, tiny_words, goodfit):
    words = ["sweep.sampler=random", "sweep.engine=solo", "sweep.confirmations=0", "sweep.train_best=false"]
    folder = tmp_path / "stopped"
    argv = [*tiny_words("classification", "encoder"), *SPACE, "adapter=lora", "sweep.trials=3", *words]

    def strike():
        for _ in range(30_000):
            if (folder / "trials" / "0001" / "history.jsonl").exists():
                os.kill(os.getpid(), signal.SIGTERM)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=strike, daemon=True)
    thread.start()
    outcome = goodfit("sweep", *argv, f"run.dir={folder}", "--quiet")
    assert outcome.code == 143, outcome.err
    thread.join()
    assert outcome.errors[0][0] == "the search was stopped by SIGTERM: 1 trial is over and kept"
    assert f"run.dir={folder}" in outcome.errors[0][1]
    assert [trial["state"] for trial in read_json(folder / "sweep.json")["trials"]] == ["finished"]
    assert goodfit("sweep", *argv, f"run.dir={folder}", "--quiet").code == 0
    assert course(folder) == course(searched(*words)[0])


def test_searches_with_a_name_are_listed_and_a_misspelt_one_is_answered_with_the_nearest(goodfit):
    listed = {option["name"] for option in goodfit("list", "sweep", "--json").json["options"]}
    assert {"default", "grid", "thorough", "legal", "encoder", "decoder", "seq2seq"} <= listed
    outcome = goodfit("sweep", "sweep=legl", "model=bert")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [("no sweep called 'legl'", "did you mean 'legal'?")]
