"""The parts of a search: proposals, pruners, the correction for many trials, the ledger, named searches."""

import contextlib
import dataclasses
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import optuna
import pytest

from goodfit.cli.setting_up import compose_words, config_roots
from goodfit.config.search import compose_search
from goodfit.config.space import Dimension, named_searches
from goodfit.data.records import Record
from goodfit.errors import (
    ChangedError,
    ConfigError,
    DataError,
    DiskError,
    GoodfitError,
    HardwareError,
    MissingPluginError,
    Mistakes,
    StoppedError,
)
from goodfit.evaluation.resample import mean
from goodfit.hooks.certainty import unit_numbers, unit_of
from goodfit.hooks.types import Item
from goodfit.kinds.label_metrics import classification_metrics
from goodfit.plugins.host import load_plugins
from goodfit.runs.known import read_task
from goodfit.runs.prepare import prepare
from goodfit.schema.sweep import SweepConf
from goodfit.sweeps.check import check_search
from goodfit.sweeps.choice import leader
from goodfit.sweeps.correct import corrected
from goodfit.sweeps.engine import settled
from goodfit.sweeps.ledger import Ledger
from goodfit.sweeps.mattered import importances, what_mattered
from goodfit.sweeps.outcomes import PROGRESS, Entry, Order, Result, read_result, trial_place
from goodfit.sweeps.propose import distributions, frozen, propose, values_of, words_with
from goodfit.sweeps.prune import Course, is_behind, misfit_of, promise_of
from goodfit.sweeps.shared import resplit
from goodfit.sweeps.trial import failed, refuse_unlike_trials, run_trial, trial_folder, write_result
from goodfit.sweeps.winner import together_in
from goodfit.training.held_out import Evaluation, Trace

SPACE = [
    Dimension(key="optim.lr", low=1e-5, high=1e-2, log=True),
    Dimension(key="adapter.rank", options=("4", "8", "16")),
]


def searched(conf, count, worth=lambda params: -abs(np.log10(params["optim.lr"]) + 3), start=None):
    """The proposals of a search whose trials are worth what a formula says."""
    entries = []
    for number in range(count):
        known = max(0, number - conf.ahead + 1)
        params = propose(SPACE, conf, 1, entries, known, start)
        assert params == propose(SPACE, conf, 1, [*entries[:known], *map(unfinished, entries[known:])], known, start)
        result = Result(state="finished", value=float(worth(params)), costs={})
        entries.append(Entry(number=number, params=params, words=(), result=result))
    return entries


def unfinished(entry):
    return dataclasses.replace(entry, result=None)


@pytest.mark.parametrize("sampler", ["tpe", "gp", "cmaes", "qmc", "random"])
def test_a_proposal_is_a_function_of_the_results_that_may_be_known(sampler):
    conf = SweepConf(sampler=sampler, ahead=2, startup_trials=3)
    one, other = searched(conf, 7), searched(conf, 7)
    assert [entry.params for entry in one] == [entry.params for entry in other]
    assert len({entry.params["optim.lr"] for entry in one}) == 7
    assert all(1e-5 <= entry.params["optim.lr"] <= 1e-2 for entry in one)


@pytest.mark.parametrize("sampler", ["tpe", "gp", "cmaes", "qmc", "random"])
def test_a_search_of_one_trial_at_a_time_proposes_with_all_results(sampler):
    conf = SweepConf(sampler=sampler, ahead=1, startup_trials=3)
    assert len({entry.params["optim.lr"] for entry in searched(conf, 6)}) == 6


def test_a_sampler_is_told_only_of_what_it_asked_for(monkeypatch):
    space = [Dimension(key="adapter.rank", low=1, high=8, whole=True), Dimension(key="a", low=1, high=4, whole=True)]
    conf, entries, told = SweepConf(sampler="cmaes", ahead=4), [], []
    tell = optuna.Study.tell

    def heard(study, trial, values=None, **how):
        told.append((words_with(space, trial.params), values))
        return tell(study, trial, values, **how)

    monkeypatch.setattr(optuna.Study, "tell", heard)
    for number in range(16):
        params = propose(space, conf, 1, entries, max(0, number - 3))
        result = Result(state="finished", value=float(params["adapter.rank"]), costs={})
        entries.append(Entry(number=number, params=params, words=words_with(space, params), result=result))
    own = {entry.words: values_of(entry.result, conf) for entry in entries}
    assert any(values is not None for _, values in told)
    assert all(values is None or values == own[words] for words, values in told)


@pytest.mark.parametrize("sampler", ["tpe", "cmaes", "qmc", "random"])
def test_the_first_trial_has_the_defaults_and_the_others_are_proposed_behind_it(sampler):
    start = {"optim.lr": 2e-3, "adapter.rank": "16"}
    found = [entry.params for entry in searched(SweepConf(sampler=sampler, ahead=2), 5, start=start)]
    assert found[0] == start
    assert len({params["optim.lr"] for params in found}) == 5
    other = searched(SweepConf(sampler=sampler, ahead=2, defaults_first=False), 5, start=start)
    assert other[0].params != start


@pytest.mark.parametrize(
    ("words", "start"),
    [
        (["optim.lr=tag(log,interval(1e-4,1e-2))", "adapter.rank=8,16"], {"optim.lr": 2e-3, "adapter.rank": "16"}),
        (["adapter=lora,dora", "training.batch_size=range(8,33,8)"], {"adapter": "lora", "training.batch_size": "16"}),
        (["optim.lr=interval(1e-5,1e-4)", "adapter.rank=8,16"], None),
        (["adapter.top_layers=choice(1,null,2)"], {"adapter.top_layers": "null"}),
        (["precision=32,bf16", "seed=1,2"], None),
    ],
)
def test_a_search_begins_with_the_defaults_where_its_space_holds_them(words, start):
    search = compose_search(["task=support/intent", "model=bert", *words], config_roots())
    assert search.start == start


@pytest.mark.parametrize("sampler", ["tpe", "gp"])
def test_a_sampler_that_learns_comes_nearer_than_chance(sampler):
    def last(name):
        conf = SweepConf(sampler=name, ahead=1, startup_trials=4)
        return np.mean([entry.result.value for entry in searched(conf, 16)[8:]])

    assert last(sampler) > last("random")


def test_a_space_without_further_trials_ends_the_search():
    space = [Dimension(key="adapter.rank", options=("4", "8"))]
    space = [*space, Dimension(key="training.epochs", low=1, high=3, whole=True)]
    conf, entries = SweepConf(sampler="tpe"), []
    while (params := propose(space, conf, 0, entries, 0)) is not None:
        entries.append(Entry(number=len(entries), params=params, words=(), result=None))
    tried = sorted((entry.params["adapter.rank"], entry.params["training.epochs"]) for entry in entries)
    assert tried == [(rank, epochs) for rank in ("4", "8") for epochs in (1, 2, 3)]


SPACE_WORDS = ("optim.lr=interval(1e-4,1e-3)",)
GOOD, BAD = [0.5, 0.7, 0.8, 0.9], [0.1, 0.11, 0.1, 0.1]


@pytest.mark.parametrize("pruner", ["median", "asha", "hyperband", "wilcoxon", "patience"])
def test_a_pruner_ends_a_trial_that_falls_behind_and_no_other(pruner):
    conf = SweepConf(pruner=pruner, startup_trials=2)
    rivals = [Result(state="finished", value=score[-1], promises=score) for score in (GOOD, GOOD, GOOD)]
    for rival in range(len(rivals)):  # what they noted in their time
        rungs = {}
        for step in range(1, 5):
            _, rungs = is_behind(conf, rival, rivals[:rival], GOOD[:step], rungs)
        rivals[rival] = dataclasses.replace(rivals[rival], rungs=rungs)

    def ended(scores):
        rungs = {}
        for step in range(1, 5):
            behind, rungs = is_behind(conf, 3, rivals, scores[:step], rungs)
            if behind:
                return True
        return False

    assert not ended([score + 0.05 for score in GOOD])
    assert ended(BAD) or pruner == "hyperband"  # which ends trials of some brackets only


def test_a_pruner_with_patience_ends_no_trial_that_falls_and_leads_and_none_that_rises_behind_others():
    conf = SweepConf(pruner="patience", startup_trials=2)
    rivals = [Result(state="finished", value=score[-1], promises=score) for score in (GOOD, GOOD, BAD)]
    falls, far_off = [0.95, 0.94, 0.93, 0.92], [0.1, 0.09, 0.08, 0.07]
    for known, scores, ends in (
        ([], far_off, False),  # nothing to be behind
        (rivals, falls, False),
        (rivals, far_off, True),
        (rivals, [0.1, 0.2, 0.3, 0.4], False),
    ):
        assert any(is_behind(conf, 3, known, scores[:step], {})[0] for step in range(1, 5)) is ends


def played(folder, pruner, curves, fails, pick, seed):
    """What becomes of trials with these scores where ``pick`` says which one of those that may run comes next.

    Args:
        fails: Trial -> the evaluation behind which its training fails.

    Returns:
        Their results, and the evaluations that were made of each.
    """
    conf, rng = SweepConf(pruner=pruner, stop_misfits=False), np.random.default_rng(seed)
    orders, courses, traces, over, entries = {}, {}, {}, {}, []

    def place_of(number):
        return trial_place(folder, number)

    while len(entries) < len(curves) or any(entry.result is None for entry in entries):
        known = max(0, len(entries) - conf.ahead + 1)
        if len(entries) < len(curves) and all(entry.result for entry in entries[:known]):
            number, place = len(entries), place_of(len(entries))
            place.mkdir(parents=True)
            (place / "run.json").write_text('{"status": "running"}', "utf-8")
            results = [entry.result for entry in entries]
            told = {"rivals": tuple(results[:known]), "beside": tuple(results[known:])}
            orders[number] = Order(
                number=number, words=(), search=folder, folder=place, roots=(), sweep=conf, seed=0, **told
            )
            known = Result(state="running", costs={"trainable": 8.0}, records="all")
            courses[number] = Course(orders[number], range(8), 10 * len(curves[number]), known)
            traces[number] = Trace()
            entries.append(Entry(number=number, params={}, words=(), result=None))
            continue
        number = int(pick([number for number in courses if number not in over], rng))
        done = traces[number].evaluations
        score = curves[number][len(done)]
        done.append(Evaluation(10 * (len(done) + 1), len(done) + 1.0, score, {"validation/loss": -score}, [-score]))
        if courses[number](traces[number]) or len(done) == len(curves[number]):
            over[number] = courses[number].so_far
            costs = {"steps": 90.0, "seconds": 0.0, **over[number].costs}
            result = dataclasses.replace(over[number], costs=costs)
            if result.state == "finished":
                result = dataclasses.replace(result, value=score)
            write_result(place_of(number), number, {"status": "finished"}, result)
        elif len(done) == fails.get(number):
            over[number] = failed(orders[number], GoodfitError("it fails", "lower the rate"))
        for number in sorted(over):
            result = settled(conf, folder, number, read_result(place_of(number)), entries)
            assert result in (None, read_result(place_of(number)))
            entries[number] = dataclasses.replace(entries[number], result=result)
    for number, entry in enumerate(entries):
        status = "failed" if entry.result.state == "failed" else "finished"
        assert json.loads((place_of(number) / "run.json").read_text("utf-8"))["status"] == status
    assert not list(folder.rglob(PROGRESS))
    return [entry.result for entry in entries], [len(trace.evaluations) for trace in traces.values()]


@pytest.mark.parametrize("pruner", ["asha", "hyperband", "median", "patience"])
def test_what_becomes_of_a_trial_does_not_depend_on_what_runs_beside_it(tmp_path, pruner):
    rng = np.random.default_rng(3)
    # nine evaluations, three rungs; some have fewer, and hyperband more brackets when it knows of more
    curves = [np.sort(rng.uniform(0, 1, 9)).tolist()[: 9 if number > 10 or number % 3 else 4] for number in range(28)]
    if pruner == "patience":  # which ends none that rises
        curves = [rng.permutation(curve).tolist() for curve in curves]
    fails = {0: 2, 3: 3, 7: 2, 14: 1, 18: 5}
    picks = {
        "one by one": lambda can, rng: can[0],
        "in step": lambda can, rng: min(can, key=lambda number: (len(steps[number]), number)),
        "the latest first": lambda can, rng: can[-1],
        "at random": lambda can, rng: rng.choice(can),
        "at random again": lambda can, rng: rng.choice(can),
    }
    found, made = {}, {}
    for seed, (name, pick) in enumerate(picks.items()):
        steps = {number: [] for number in range(len(curves))}

        def noted(can, rng, pick=pick, steps=steps):
            number = pick(can, rng)
            steps[number].append(1)
            return number

        found[name], made[name] = played(tmp_path / name, pruner, curves, fails, noted, seed)
    states = [(one.state, len(one.promises)) for one in found["one by one"]]
    assert {state for state, _ in states} == {"finished", "pruned", "failed"}
    if pruner == "asha":
        assert any(state == "pruned" for state, _ in states[1:4])  # which no trial before them could end in time
        assert {count for state, count in states if state == "pruned"} == {1, 3}
    for name, results in found.items():
        assert results == found["one by one"], name
    if pruner == "asha":
        assert made["one by one"] == [len(one.promises) for one in found["one by one"]]
        assert made["in step"] == made["one by one"]  # nothing is trained that the pruner ends


def promise(losses, score=0.5):
    return promise_of(Evaluation(1, 0.5, score, {"validation/loss": float(np.mean(losses))}, losses))


def test_pruners_compare_the_score_and_the_probability_of_the_right_answers():
    assert promise([np.log(2), np.log(4)]) == pytest.approx(0.5 + 0.375)
    assert promise([0.6, 0.6], score=0.6) > promise([0.6, 0.6], score=0.5)
    assert promise([0.6, 0.6]) > promise([0.7, 0.7])  # though as many answers are right
    assert promise([0.1, 0.1, 0.1, 20.0]) > promise([1.0, 1.0, 1.0, 1.0])  # though it is wrongly sure of one
    assert promise([float("nan"), 0.0]) == 1.0
    assert promise([2.0, 4.0], score=-3.0) == -3.0


def evaluation(step, score, held_out, probe):
    rng = np.random.default_rng(step)
    losses = list(held_out + rng.normal(0, 0.05, 60))
    return Evaluation(step, step / 10, score, {"validation/loss": float(np.mean(losses)), "probe/loss": probe}, losses)


@pytest.mark.parametrize(
    ("course", "said"),
    [
        pytest.param([(10, 0.7, 0.6, 0.5), (20, 0.8, 0.4, 0.3), (30, 0.7, 0.6, 0.1)], "it overfits", id="overfit"),
        pytest.param([(10, 0.7, 0.6, 0.5), (20, 0.8, 0.4, 0.3), (30, 0.3, 2.0, 1.9)], "it diverges", id="diverged"),
        pytest.param([(10, 0.7, 0.6, 0.5), (20, 0.8, 0.4, 0.3), (30, 0.9, 0.6, 0.1)], "", id="best score"),
        pytest.param([(10, 0.7, 0.6, 0.5), (20, 0.8, 0.4, 0.3), (30, 0.7, 0.4, 0.1)], "", id="within chance"),
    ],
)
def test_a_misfit_is_told_by_its_held_out_loss(course, said):
    found = misfit_of([evaluation(*one) for one in course], range(60))
    assert found.startswith(said)
    assert bool(found) == bool(said)
    if said:  # the best score is that of step 20, which the trial's figures and its fit verdict are of
        ends = ("at step 30: the held-out loss rose by ", " since step 20; figures and fit are those of step 20")
        assert found.startswith(f"{said} {ends[0]}") and found.endswith(ends[1])


def test_records_of_one_group_are_no_evidence_of_their_own():
    stopped = {"alone": 0, "in groups": 0}
    for seed in range(100):
        rng = np.random.default_rng(seed)
        before, after = (np.repeat(rng.normal(1, 0.5, 12), 10).tolist() for _ in range(2))
        figures = [{"validation/loss": float(np.mean(losses)), "probe/loss": 0.5} for losses in (before, after)]
        course = [
            Evaluation(1, 0.1, 0.9, figures[0], before), Evaluation(2, 0.2, 0.8, figures[1], after)
        ]  # fmt: skip
        stopped["alone"] += bool(misfit_of(course, range(120)))
        stopped["in groups"] += bool(misfit_of(course, [number // 10 for number in range(120)]))
    assert stopped["in groups"] <= 8 < stopped["alone"]


def test_the_correction_takes_away_what_the_choice_among_many_added():
    chance = np.random.default_rng(0)
    best, right, inside = [], [], []
    for _ in range(30):  # forty trials that are all right in 60 % of the cases
        trials = [np.stack([chance.random(80) < 0.6, np.ones(80)], 1).astype(float) for _ in range(40)]
        scores = [mean(trial.sum(0)) for trial in trials]
        found = corrected(trials, mean, 0, int(np.argmax(scores)))
        best.append(max(scores))
        right.append(found.value)
        inside.append(found.low <= 0.6 <= found.high)
    assert np.mean(best) > 0.68  # the winner's curse
    assert abs(np.mean(right) - 0.6) < 0.02
    assert np.mean(inside) > 0.8


def test_the_interval_of_a_corrected_score_covers_what_it_promises():
    chance, covered = np.random.default_rng(0), 0
    for _ in range(100):
        trial = np.stack([chance.random(200) < 0.7, np.ones(200)], 1).astype(float)
        found = corrected([trial, trial], mean, 0, 0)
        covered += found.low <= 0.7 <= found.high
    assert covered >= 90


@pytest.mark.parametrize("sign", [1, -1], ids=["greater is better", "less is better"])
def test_a_corrected_score_and_its_interval_lie_where_scores_do(sign):
    chance = np.random.default_rng(1)
    trials = [np.stack([chance.random(20) < 0.93, np.ones(20)], 1).astype(float) for _ in range(6)]
    scores = [float(mean(trial.sum(0))) for trial in trials]
    found = corrected(trials, lambda sums: sign * mean(sums), 0, int(np.argmax(sign * np.array(scores))))
    low, high = (found.low, found.high) if sign > 0 else (-found.high, -found.low)
    assert 0 <= low <= sign * found.value <= high <= 1


def test_trials_that_are_all_right_on_a_few_records_may_be_wrong_on_others():
    trial = np.ones((8, 2))
    found = corrected([trial, trial], mean, 0, 0)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 8))  # Clopper and Pearson


def test_a_record_whose_id_is_the_group_of_another_is_a_unit_of_its_own():
    records = [Record(id="1", fields={}), Record(id="2", fields={}, group="1"), Record(id="3", fields={}, group="1")]
    assert unit_numbers(records) == [0, 1, 1]
    assert len(set(map(unit_of, records))) == 2


@pytest.mark.parametrize(
    ("more", "number"),
    [([], 0), (["sweep.constraints=[steps<=5]"], 1), (["sweep.objectives=[steps]", "sweep.pruner=none"], 2)],
    ids=["quality", "constraint", "fewest steps"],
)
def test_the_leader_keeps_the_constraints_and_is_best_in_what_is_searched_for(more, number):
    search = compose_search(["task=support", "model=bert", *SPACE_WORDS, *more], config_roots())
    results = [
        Result(state="finished", value=value, costs={"steps": steps}) for value, steps in [(0.9, 9.0), (0.8, 5.0)]
    ]
    results += [Result(state="stopped", value=0.1, costs={"steps": 1.0}), Result(state="pruned", reports=[0.99])]
    entries = [Entry(number=place, params={}, words=(), result=one) for place, one in enumerate(results)]
    assert leader(search, [*entries, Entry(number=4, params={}, words=(), result=None)]).number == number
    assert leader(search, entries[3:]) is None


def test_a_pruned_trial_is_held_against_no_constraint():
    conf = SweepConf(constraints=["ms_per_record<=1000"])
    axes = distributions([Dimension(key="adapter.rank", options=("4", "8"))])
    pruned = Result(state="pruned", reports=[0.1], promises=[0.1], costs={"seconds": 1.0})
    assert frozen({"adapter.rank": "4"}, axes, pruned, conf).state.name == "PRUNED"


def test_the_correction_leaves_a_clear_winner_what_it_has():
    chance = np.random.default_rng(0)
    trials = [np.stack([chance.random(200) < share, np.ones(200)], 1).astype(float) for share in (0.5, 0.5, 0.9)]
    assert abs(corrected(trials, mean, 0, 2).value - mean(trials[2].sum(0))) < 0.01


def test_trials_that_are_one_another_lose_nothing_to_the_choice_also_in_a_mean_over_labels():
    chance = np.random.default_rng(0)
    labels = [str(number) for number in range(77)]
    metric = next(spec for spec in classification_metrics(labels) if spec.name == "f1_macro")
    right = [chance.choice(labels) for _ in range(200)]
    answers = [label if chance.random() < 0.8 else str(chance.choice(labels)) for label in right]
    items = [
        Item(id=str(place), fields={"label": label}, answer=answer)
        for place, (label, answer) in enumerate(zip(right, answers, strict=True))
    ]
    trial = metric.statistics(items)
    found = corrected([trial, trial, trial], metric.reduce, 0, 0)
    assert found.value == pytest.approx(float(metric.reduce(trial.sum(0))))
    assert found.low < found.value < found.high <= 1


def test_the_correction_chooses_as_the_search_does():
    chance = np.random.default_rng(0)
    trials = [np.stack([chance.random(200) < share, np.ones(200)], 1).astype(float) for share in (0.5, 0.6)]
    first, highest = (mean(trial.sum(0)) for trial in trials)
    assert abs(corrected(trials, mean, 0, winner=0, first=0, margin=1.0).value - first) < 0.01
    assert abs(corrected(trials, mean, 0, winner=1, first=0, margin=-1.0).value - highest) < 0.01


NAMED = named_searches(config_roots())
DEPARTMENTS = ["legal", "medical", "finance", "support", "content"]


def test_every_department_and_family_has_a_search():
    assert {*DEPARTMENTS, "encoder", "decoder", "seq2seq"} <= set(NAMED)


@pytest.mark.parametrize("model", ["bert", "t5", "gpt"])
@pytest.mark.parametrize("name", DEPARTMENTS)
def test_a_named_search_composes_with_every_family(name, model):
    search = compose_search([f"sweep={name}", f"model={model}"], config_roots())
    assert search.first.conf.task.name.startswith(name)
    assert len(search.space) >= 2
    assert all(not word.startswith("sweep") for word in search.fixed)


@pytest.fixture
def database(monkeypatch):
    """The address of a PostgreSQL cluster of the test's own."""
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql, and its bin folder on PATH")
    place = Path("/tmp") / f"goodfit-pg-{os.getpid()}"
    place.mkdir()
    as_user = []
    if os.getuid() == 0:
        shutil.chown(place, "nobody")
        as_user = ["setpriv", "--reuid=nobody", "--clear-groups"]

    def run(*argv):
        subprocess.run([*as_user, *argv], check=True, cwd=place, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    try:
        run("initdb", "-D", place / "data", "-U", "tester", "--auth=trust", "--no-sync")
        run("pg_ctl", "-D", place / "data", "-w", "-l", place / "log", "-o", f"-h '' -k {place} -F", "start")
        monkeypatch.setenv("GOODFIT_STORAGE", f"postgresql://tester@/postgres?host={place}")
        yield place
    finally:
        subprocess.run(
            [*as_user, "pg_ctl", "-D", place / "data", "-m", "immediate", "stop"],
            check=False,
            cwd="/tmp",
            stdout=subprocess.DEVNULL,
        )
        shutil.rmtree(place, ignore_errors=True)


def ledger_of(folder, *words):
    words = ["task=support", "model=bert", *SPACE_WORDS, *words]
    return Ledger(compose_search(words, config_roots()), folder, "search")


@pytest.mark.parametrize("storage", ["journal", "postgresql"])
def test_a_ledger_remembers_what_was_proposed_and_what_became_of_it(tmp_path, storage, request):
    if storage == "postgresql":
        request.getfixturevalue("database")
    ledger = ledger_of(tmp_path, f"sweep.storage={storage}")
    for rate in (2e-4, 5e-4, 7e-4, 9e-4):
        ledger.begin({"optim.lr": rate})
    done = Result(state="finished", value=0.5, reports=[0.1, 0.5], promises=[0.2, 0.4], course=[], costs={"steps": 3.0})
    ledger.finish(0, done)
    ledger.finish(1, Result(state="pruned", reports=[0.1]))
    ledger.finish(2, Result(state="failed", reason="no"))
    ledger.close()
    with contextlib.closing(ledger_of(tmp_path, f"sweep.storage={storage}")) as second:
        again = second.entries()
    assert [entry.words for entry in again][:2] == [("optim.lr=0.0002",), ("optim.lr=0.0005",)]
    assert [entry.result and entry.result.state for entry in again] == ["finished", "pruned", "failed", None]
    assert again[0].result == done


def played_out(folder, worth, *words):
    """A ledger with sixteen trials in two settings, each worth what ``worth`` makes of its rate and of chance."""
    folder.mkdir(exist_ok=True)
    chance = np.random.default_rng(3)
    ledger = ledger_of(folder, "training.keep_checkpoints=1,2", *words)
    for number in range(16):
        rate = float(10 ** chance.uniform(-4, -3))
        ledger.begin({"optim.lr": rate, "training.keep_checkpoints": "12"[number % 2]})
        value = worth(np.log10(rate), chance.normal(0.7, 0.02))
        ledger.finish(number, Result(state="finished", value=value, reports=[value], costs={"steps": 3.0}))
    return ledger


def test_only_a_setting_that_mattered_beyond_chance_is_said_to_have_mattered(tmp_path):
    importances = played_out(tmp_path, lambda rate, noise: noise + 0.1 * rate).importances()
    assert list(importances) == ["optim.lr"] and importances["optim.lr"] > 2


def test_no_setting_mattered_where_trials_differ_by_chance_alone(tmp_path):
    assert played_out(tmp_path, lambda rate, noise: noise).importances() == {}
    assert played_out(tmp_path / "alike", lambda rate, noise: 0.5).importances() == {}


def test_what_mattered_in_the_first_of_several_objectives_is_what_made_it_good(tmp_path):
    """Only the best rates are alike: the others are spread."""
    words = ("sweep.objectives=[quality,steps]", "sweep.pruner=none")

    def peak(rate, noise):
        return noise - (rate + 3.9) ** 2

    one, two = played_out(tmp_path / "one", peak), played_out(tmp_path / "two", peak, *words)
    assert one.importances() == two.importances() != {}


def test_seven_trials_are_too_few_to_show_what_mattered(tmp_path):
    assert importances([None] * 7, ["optim.lr"], highest_is_best=True) == {}


@pytest.mark.parametrize(
    ("found", "values", "told"),
    [
        ({"optim.lr": 3.21, "a": 2.0}, [0.5, 0.6], "optim.lr (3.2 times chance), a (2.0 times chance)"),
        ({}, [0.5, None, 0.6], "no setting is shown to have mattered among 2 trials with a value"),
        ({}, [0.5], "no setting is shown to have mattered among 1 trial with a value"),
    ],
)
def test_a_reader_is_told_what_mattered_or_that_nothing_is_shown_to(found, values, told):
    assert what_mattered({"importances": found, "trials": [{"value": value} for value in values]}) == told


def test_a_database_that_is_not_named_is_asked_for(goodfit, monkeypatch):
    monkeypatch.delenv("GOODFIT_STORAGE", raising=False)
    argv = ["task=support", "model=bert", "optim.lr=1e-4,1e-3", "sweep.storage=postgresql", "run.dir=x"]
    assert goodfit("sweep", *argv).errors == [
        (
            "sweep.storage=postgresql, and GOODFIT_STORAGE holds no address of a database",
            "export GOODFIT_STORAGE=postgresql://user:password@host/database",
        )
    ]


@pytest.mark.parametrize("place", ["host:port/searches", "127.0.0.1:1/x?foo=bar"], ids=["port", "option"])
def test_an_address_that_is_none_is_refused_and_not_shown(goodfit, monkeypatch, place):
    monkeypatch.setenv("GOODFIT_STORAGE", f"postgresql://me:secret@{place}")
    argv = ["task=support", "model=bert", "optim.lr=1e-4,1e-3", "sweep.storage=postgresql", "run.dir=x"]
    outcome = goodfit("sweep", *argv)
    assert outcome.code == 2
    assert outcome.errors[0][0].endswith("GOODFIT_STORAGE holds no address of a database")
    assert "secret" not in outcome.err


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, ""),
        (
            "raise ImportError('no pq wrapper available.\\nAttempts made: 3')",
            ", which cannot be imported: no pq wrapper",
        ),
    ],
    ids=["missing", "without its C library"],
)
def test_what_speaks_to_a_database_is_asked_for(goodfit, monkeypatch, tmp_path, content, why):
    monkeypatch.setenv("GOODFIT_STORAGE", "postgresql://me:secret@host/searches")
    for name in [name for name in sys.modules if name.partition(".")[0] == "psycopg"]:
        monkeypatch.delitem(sys.modules, name)
    if content is None:
        monkeypatch.setitem(sys.modules, "psycopg", None)
    else:
        (tmp_path / "site" / "psycopg").mkdir(parents=True)
        (tmp_path / "site" / "psycopg" / "__init__.py").write_text(content, "utf-8")
        monkeypatch.syspath_prepend(str(tmp_path / "site"))
    argv = ["task=support", "model=bert", "optim.lr=1e-4,1e-3", "sweep.storage=postgresql", "run.dir=x"]
    outcome = goodfit("sweep", *argv)
    ((what, fix),) = outcome.errors
    assert (outcome.code, fix) == (5, "pip install 'goodfit[postgresql]'")
    assert what.startswith(f"sweep.storage=postgresql needs the package psycopg{why}")


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("training.epochs=interval(1,inf)", "'training.epochs=interval(1,inf)' has no end"),
        (
            "optim.lr=tag(lgo,interval(1e-6,1e-2))",
            "'optim.lr=tag(lgo,interval(1e-6,1e-2))' has the tag 'lgo', which says nothing",
        ),
    ],
)
def test_a_space_that_cannot_be_meant_is_refused(goodfit, word, error):
    outcome = goodfit("sweep", "task=support", "model=bert", word, "run.dir=x")
    assert (outcome.code, outcome.errors[0][0]) == (2, error)


def test_experiments_can_be_searched_where_they_are_judged_alike(tmp_path):
    for name, setting in (("a", "optim: {lr: 1e-4}"), ("b", "optim: {lr: 1e-3}"), ("c", "policy: {max_fit_gap: 0.5}")):
        path = tmp_path / "conf" / "experiment" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# @package _global_\n{setting}\n")
    roots = config_roots(str(tmp_path / "conf"))
    words = ["task=support", "model=bert"]
    search = compose_search([*words, "experiment=a,b"], roots)
    assert (search.start, search.beyond) == (None, "")
    for name, trials in (("ea", "sweep: {trials: 3}"), ("eb", "optim: {lr: 1e-3}")):
        (tmp_path / "conf" / "experiment" / f"{name}.yaml").write_text(f"# @package _global_\n{trials}\n")
    for pair in ("ea,eb", "eb,ea"):
        with pytest.raises(ConfigError, match="the options of this search differ in 'sweep'"):
            compose_search([*words, f"experiment={pair}"], roots)
        assert compose_search([*words, f"experiment={pair}", "sweep.trials=4"], roots).conf.trials == 4
    rates = {word: composed.conf.optim.lr for word, composed in search.options.items()}
    assert rates == {"experiment=a": 1e-4, "experiment=b": 1e-3}
    with pytest.raises(ConfigError, match="the options of this search differ in 'policy', of which a search has one"):
        compose_search([*words, "experiment=a,b,c"], roots)


def test_a_named_search_searches_nothing_that_an_adapter_does_not_read():
    words = ["task=support", "model=bert", "sweep=encoder"]
    for adapter, has_rank in (("lora", True), ("ia3", False), ("none", False)):
        for more in (words, words[:2]):
            keys = {one.key for one in compose_search([*more, f"adapter={adapter}"], config_roots()).space}
            assert ("adapter.rank" in keys) == has_rank


@pytest.mark.parametrize("named", [[], ["sweep=encoder"]], ids=["no name", "by name"])
@pytest.mark.parametrize(
    ("words", "ends", "rate"),
    [
        (["adapter=lora"], (2e-4, 5e-3), 2e-3),
        (["adapter=none"], (2e-5, 5e-4), 2e-4),
        (["adapter=lora", "optim=sgd"], (0.02, 0.5), 0.2),
        (["adapter=none", "optim=sgd"], (0.002, 0.05), 0.02),
    ],
    ids=["lora", "all weights", "sgd", "all weights by sgd"],
)
def test_the_space_of_a_family_lies_about_the_rate_of_what_is_tuned_and_by_what(named, words, ends, rate):
    search = compose_search(["task=support", "model=bert", *named, *words], config_roots())
    (found,) = (one for one in search.space if one.key == "optim.lr")
    assert (found.low, found.high) == ends
    assert search.start["optim.lr"] == pytest.approx(rate) and search.beyond == ""


def test_a_rate_that_was_typed_is_searched_as_typed_and_defaults_beyond_it_are_told():
    words = ["task=support", "model=bert", "adapter=lora", "optim=sgd", "optim.lr=tag(log,interval(2e-4,5e-3))"]
    search = compose_search([*words, "adapter.rank=2,4", "training.batch_size=8,32"], config_roots())
    assert (search.space[0].low, search.space[0].high, search.start) == (2e-4, 5e-3, None)
    assert search.beyond == (
        "no trial has the settings of a run without the search: optim.lr=0.2 (searched: 0.0002 to 0.005, logarithmic); "
        "adapter.rank=16 (searched: 2, 4); training.batch_size=16 (searched: 8, 32); search over these, too, and the "
        "winner is compared with them"
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["optim.lr=1e-3,2.2e-3"], "optim.lr=0.002 (searched: 0.001, 0.0022)"),
        (["optim.lr=2e-3,2.2e-3", "optim.weight_decay=0,0.1"], "optim.weight_decay=0.01 (searched: 0, 0.1)"),
        (["schedule=cosine,constant", "optim.lr=2e-3,3e-3"], "schedule=linear (searched: cosine, constant)"),
        (["adapter.top_layers=1,2"], "adapter.top_layers=null (searched: 1, 2)"),
    ],
    ids=["between", "one of two", "a group", "no number"],
)
def test_defaults_that_the_space_does_not_hold_are_told_wherever_they_lie(words, told):
    search = compose_search(["task=support", "model=bert", *words], config_roots())
    assert search.start is None
    assert search.beyond == (
        f"no trial has the settings of a run without the search: {told}; search over these, too, and the winner is "
        "compared with them"
    )


@pytest.mark.parametrize(
    ("words", "what", "fix"),
    [
        (
            ["adapter=lora,none,dora", "adapter.rank=4,8"],
            "adapter.rank was typed, and adapter=none does not read it",
            "type adapter=lora,dora, and search adapter=none by itself",
        ),
        (
            ["adapter=none,lora", "adapter.rank=4"],
            "adapter.rank was typed, and adapter=none does not read it",
            "type adapter=lora, and search adapter=none by itself",
        ),
        (["optim=sgd", "adapter=vera,oft", "adapter.alpha=4,8"], None, "leave it out"),
    ],
    ids=["in the middle", "first", "none reads it"],
)
def test_a_setting_that_an_option_does_not_read_is_refused_with_what_can_be_searched(goodfit, words, what, fix):
    outcome = goodfit("sweep", "task=support", "model=bert", *words)
    both = [f"adapter.alpha was typed, and adapter={name} does not read it" for name in ("vera", "oft")]
    assert (outcome.code, outcome.errors) == (2, [(one, fix) for one in ([what] if what else both)])


def test_lists_are_the_values_of_a_space():
    words = ["task=support", "model=bert", "adapter.targets=[query,key],[value]"]
    (dimension,) = compose_search(words, config_roots()).space
    assert (dimension.key, dimension.options) == ("adapter.targets", ("[query,key]", "[value]"))


def test_a_trial_that_a_lost_worker_still_trains_is_waited_for_and_its_result_taken(tmp_path):
    order = Order(
        number=0, words=(), search=tmp_path, folder=tmp_path / "0000", roots=(), sweep=SweepConf(), seed=0, rivals=()
    )  # without words it could not be trained
    begun = threading.Event()

    def lost_worker():
        with trial_folder(order.folder):
            begun.set()
            time.sleep(0.5)
            failed(order, GoodfitError("its own", "end"))

    worker = threading.Thread(target=lost_worker)
    worker.start()
    begun.wait()
    assert run_trial(order, shared=None, signals=None).reason == "its own (fix: end)"
    worker.join()


def test_a_failed_trial_keeps_no_model_and_says_that_it_failed(tmp_path):
    order = Order(number=0, words=(), search=tmp_path, folder=tmp_path, roots=(), sweep=SweepConf(), seed=0, rivals=())
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "run.json").write_text(json.dumps({"status": "running"}), "utf-8")
    failed(order, GoodfitError("its own", "end"))
    assert not (tmp_path / "checkpoints").exists()
    assert json.loads((tmp_path / "run.json").read_text("utf-8")) == {"status": "failed"}


@pytest.mark.parametrize(
    ("word", "package"), [("sampler=gp", "scipy"), ("sampler=cmaes", "cmaes"), ("pruner=wilcoxon", "scipy")]
)
def test_a_package_that_a_search_needs_is_asked_for_before_it_begins(monkeypatch, word, package):
    search = compose_search(["task=support", "model=bert", *SPACE_WORDS, f"sweep.{word}"], config_roots())
    check_search(search)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(HardwareError) as raised:
        check_search(search)
    assert raised.value.lines() == [
        f"error: sweep.{word} needs the package {package}",
        "  fix: pip install 'goodfit[samplers]'",
    ]


def test_a_whole_interval_holds_whole_numbers():
    search = compose_search(
        ["task=support", "model=bert", "training.patience=tag(log,interval(0.5,8))"], config_roots()
    )  # int(0.5) is no beginning of a logarithmic one
    assert search.space[0].values == range(1, 9)


@pytest.mark.parametrize(
    "error",
    [
        DiskError("full", "make room"),
        ChangedError("other", "bring them back"),
        MissingPluginError("gone", "install it"),
    ],
)
def test_what_ends_a_search_is_no_result_of_its_trial(tmp_path, monkeypatch, error):
    def fail(order, shared):
        raise error

    monkeypatch.setattr("goodfit.sweeps.trial.start", fail)
    order = Order(
        number=0,
        words=(),
        search=tmp_path,
        folder=tmp_path / "trials" / "0000",
        roots=(),
        sweep=SweepConf(),
        seed=1,
        rivals=(),
    )
    with pytest.raises(type(error)):
        run_trial(order, shared=None, signals=None)
    assert not (tmp_path / "trials" / "0000" / "trial.json").exists()


def prepared_of(tiny_words, tmp_path, write_rows, **parts):
    """A run of the kind classification on these records."""
    files = {split: write_rows(tmp_path / f"{split}.jsonl", rows) for split, rows in parts.items()}
    typed = [*tiny_words("classification", "encoder"), *(f"dataset.{split}={path}" for split, path in files.items())]
    composed, host = compose_words(typed), load_plugins()
    return prepare(read_task(composed, host), host)


def rows_of(groups, count, first=0):
    found = []
    for place in range(count):
        name, group, label = f"r{first + place}", groups[place % len(groups)], ("good", "bad")[place % 2]
        found.append({"id": name, "text": f"letter {name} of {place * 7919 % 1000}", "label": label, "group": group})
    return found


def test_a_fresh_split_has_no_group_on_both_sides(tiny_words, tmp_path, write_rows):
    """The user's own validation file shares its groups with the training records."""
    groups = [f"g{n}" for n in range(20)]
    parts = {"train": rows_of(groups, 60), "validation": rows_of(groups, 40, 100)}
    prepared = prepared_of(tiny_words, tmp_path, write_rows, **parts)
    for number in (1, 2):
        fresh = resplit(prepared, number).splits
        assert fresh.validation and fresh.train
        assert not {record.group for record in fresh.validation} & {record.group for record in fresh.train}
        assert not {record.id for record in fresh.validation} & {row["id"] for row in parts["validation"]}


def test_where_no_record_can_be_held_out_anew_that_is_said(tiny_words, tmp_path, write_rows):
    rows = rows_of(["one", "two"], 60)  # each label is one group
    prepared = prepared_of(tiny_words, tmp_path, write_rows, train=rows, validation=rows_of(["three", "four"], 24, 100))
    with pytest.raises(DataError, match="no training records can be held out anew"):
        resplit(prepared, 1)


def test_a_record_that_stands_in_several_fresh_splits_is_one(tmp_path):
    for name, units in (("1", ["a", "b"]), ("2", ["b", "c"])):
        (tmp_path / name).mkdir()
        np.savez(tmp_path / name / "validation.npz", statistics=np.ones((2, 2)), units=np.array(units))
    found = together_in([tmp_path / "1", tmp_path / "2"])
    assert found.tolist() == [[1, 1], [2, 2], [1, 1]]


def test_weights_that_another_trial_did_not_have_are_refused(tmp_path):
    lock = {
        "seed": 1,
        "data": dict.fromkeys(("train", "validation", "test"), "d"),
        "base": {"name": "b", "digest": "x"},
        "plugins": {"p": "sha256:1"},
        "goodfit": {"version": "1", "code": "sha256:2"},
    }
    (tmp_path / "trials" / "0000").mkdir(parents=True)
    (tmp_path / "trials" / "0000" / "lock.json").write_text(json.dumps(lock), "utf-8")
    own = tmp_path / "trials" / "0001"
    refuse_unlike_trials(tmp_path, own, lock)
    refuse_unlike_trials(tmp_path, own, {**lock, "base": {"name": "another", "digest": "y"}})
    with pytest.raises(ChangedError, match="the weights of b are not those of trial 0"):
        refuse_unlike_trials(tmp_path, own, {**lock, "base": {"name": "b", "digest": "y"}})
    for name, other in (("plugins", {"p": "sha256:3"}), ("goodfit", {"version": "1", "code": "sha256:4"})):
        with pytest.raises(ChangedError, match=r"the code of .+ is not that of trial 0"):
            refuse_unlike_trials(tmp_path, own, {**lock, name: other})
    fresh = {**lock, "data": {"train": "t", "validation": "v", "test": "d"}}
    refuse_unlike_trials(tmp_path, own, fresh, fresh=True)
    with pytest.raises(ChangedError, match="the train records and validation records"):
        refuse_unlike_trials(tmp_path, own, fresh)


def test_an_error_of_a_worker_crosses_with_its_words_and_its_code():
    several = Mistakes([ConfigError("one", "mend it"), GoodfitError("two", "mend that")])
    for error in (ConfigError("what", "fix"), StoppedError(signal.SIGINT, "what", "fix"), several):
        found = pickle.loads(pickle.dumps(error))
        assert type(found) is type(error)
        assert (str(found), found.lines(), found.exit_code) == (str(error), error.lines(), error.exit_code)


def test_what_an_interrupted_try_left_is_gone_before_the_next_one(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "config.yaml").touch()
    with trial_folder(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == [".lock"]
    (tmp_path / "config.yaml").touch()
    (tmp_path / "trial.json").touch()
    with trial_folder(tmp_path):
        assert {path.name for path in tmp_path.iterdir()} == {".lock", "config.yaml", "trial.json"}
