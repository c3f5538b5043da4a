"""The fit verdict and the gates, on facts that were made to have one answer."""

import dataclasses
import json
import math
import types

import numpy as np
import pytest

from goodfit.cli.setting_up import compose_words
from goodfit.data.records import Record
from goodfit.evaluation.fit import FitFacts, diagnose
from goodfit.evaluation.gates import BUILT_IN, judge
from goodfit.evaluation.report import at_random, dealt, differences, figures, items_of
from goodfit.evaluation.resample import mean
from goodfit.evaluation.scale import Scale, scale_of
from goodfit.hooks.shares import divide
from goodfit.hooks.types import Evidence, Finding, GateSpec, Item, MetricSpec, Verdict
from goodfit.kinds.label_metrics import classification_metrics
from goodfit.kinds.language_modeling_metrics import language_metrics
from goodfit.plugins.guard import guard
from goodfit.runs.score import of_shared_labels
from goodfit.training.held_out import HeldOut


def share(right, count):
    """Statistics of ``count`` answers of which a share is right."""
    hits = np.zeros(count)
    hits[: round(right * count)] = 1
    return np.stack([np.random.default_rng(0).permutation(hits), np.ones(count)], axis=1)


def losses(level, count=100):
    spread = np.random.default_rng(1).uniform(0.9, 1.1, count)
    return np.stack([level * spread, np.ones(count)], axis=1)


FACTS = FitFacts(
    metric="accuracy",
    greater_is_better=True,
    reduce=mean,
    probe=share(0.85, 200),
    probe_reference=share(0.5, 200),
    validation=share(0.83, 100),
    loss_course=[losses(0.6), losses(0.45), losses(0.448)],
    best=2,
    stopped_early=False,
    steps=30,
    epochs=3.0,
)
WORDS = ["task=legal", "model=bert", "adapter=lora"]
OVERFIT = {"probe": share(1.0, 200), "validation": share(0.6, 100)}
LEARNT = {"probe": share(1.0, 200), "validation": share(0.97, 100)}
NOTHING = {"probe": share(0.5, 200)}
FALLING = {"loss_course": [losses(0.9), losses(0.6), losses(0.4)]}
AWAY = {"guessing": math.log(8), "loss_course": [losses(2.2), losses(9.0), losses(33.0)], "best": 0}
NOT_DEFINED = {"validation": np.zeros((30, 2)), "reduce": lambda sums: divide(sums[..., 0], sums[..., 1])}
UNSURE = {"probe": share(0.86, 50), "probe_reference": share(0.5, 50), "validation": share(0.72, 25)}


def diagnosed(*words, **changes):
    conf = compose_words([*WORDS, *words]).conf
    return diagnose(dataclasses.replace(FACTS, **changes), conf)


@pytest.mark.parametrize(
    ("changes", "verdict", "reason"),
    [
        pytest.param({}, "good", "gap +0.020", id="good"),
        pytest.param(OVERFIT, "overfit", "policy.max_fit_gap=0.1", id="overfit"),
        pytest.param(NOTHING, "underfit", "not better than the simplest reference", id="learnt nothing"),
        pytest.param(
            {"dealt": (np.linspace(0.7, 0.9, 101), np.linspace(0.4, 0.6, 101))},
            "underfit",
            "not better than its answers dealt at random, of which 95 % lie between 0.705 and 0.895",
            id="answers that any record could have got",
        ),
        pytest.param(
            {"probe": share(0.02, 500), "probe_reference": share(0.0, 500), "validation": share(0.02, 100)},
            "underfit",
            "of what that lacks to accuracy 1, at most 3",
            id="hardly anything learnt",
        ),
        pytest.param({"dealt": [np.linspace(0.4, 0.6, 101)] * 2}, "good", "gap", id="better than answers at random"),
        pytest.param(
            {"dealt": (np.linspace(0.4, 0.6, 101), np.linspace(0.7, 0.9, 101))},
            "unknown",
            "on the held-out records",
            id="chance on held-out records",
        ),
        pytest.param(FALLING, "underfit", "still falling", id="ended too soon"),
        pytest.param({**FALLING, "stopped_early": True}, "good", "gap", id="stopped"),
        pytest.param({**FALLING, **LEARNT}, "good", "gap", id="all learnt"),
        pytest.param(
            {"loss_course": [losses(0.4), losses(0.6)], "best": 0},
            "good",
            "the held-out loss rose by 0.2",
            id="the best was kept before the loss rose",
        ),
        pytest.param(NOT_DEFINED, "unknown", "accuracy is not defined", id="nothing to measure"),
        pytest.param({"validation": share(0.8, 19)}, "unknown", "only 19 held-out records", id="too few records"),
        pytest.param({"loss_course": [losses(0.4)], "best": 0}, "unknown", "scored once only", id="one evaluation"),
        pytest.param(UNSURE, "good", "gap +0.14", id="a gap within its interval"),
    ],
)
def test_the_fit_is_what_the_facts_say(changes, verdict, reason):
    found = diagnosed(**changes)
    assert found.verdict == verdict
    assert reason in " ".join(found.evidence)
    assert bool(found.words) == (verdict != "good" and reason.split()[-1] not in ("records", "defined"))


BLEU = {"metric": "bleu", "scale": Scale(100)}


@pytest.mark.parametrize(
    ("learnt", "verdict"),
    [(0.1, "underfit"), (0.99, "good")],
    ids=["a tenth of 100 is not all", "all learnt"],
)
def test_what_is_learnt_is_a_share_of_the_highest_value(learnt, verdict):
    """A loss that falls for ever is no reason to go on where all is right, and BLEU 10 is not that."""
    shares = {"probe": share(learnt, 200), "probe_reference": share(0.0, 200), "validation": share(learnt, 100)}
    values = {name: rows * (100, 1) for name, rows in shares.items()}
    assert diagnosed(**FALLING, **BLEU, **values).verdict == verdict


def test_a_score_of_0_to_100_that_hardly_rose_was_not_learnt():
    values = {"probe": share(0.02, 500), "probe_reference": share(0.0, 500), "validation": share(0.02, 100)}
    found = diagnosed(**BLEU, **{name: rows * (100, 1) for name, rows in values.items()})
    assert found.verdict == "underfit"
    assert "of what that lacks to bleu 100, at most 3" in " ".join(found.evidence)


def test_a_gap_of_logarithms_has_no_highest_value():
    """Of 40 documents a share of 0.09 may be of any loss, but not of one that is 0 to 1."""
    chance = np.random.default_rng(0)
    spread = np.stack([chance.normal(0, 0.02, 40), np.zeros(40)], 1)
    probe, held_out = (np.stack([np.full(40, level), np.ones(40)], 1) + spread for level in (1.0, 1.15))
    facts = {"metric": "perplexity", "greater_is_better": False, "reduce": lambda sums: np.exp(mean(sums))}
    reference = np.stack([np.full(40, 3.0), np.ones(40)], 1)
    parts = {"probe": probe, "probe_reference": reference, "validation": held_out}
    found = diagnosed(**facts, **parts, scale=Scale(0.0, ratio=True))
    assert found.verdict == "overfit"


STILL = {**NOTHING, "loss_course": [losses(0.467), losses(0.46), losses(0.463)], "best": 0}


@pytest.mark.parametrize(
    ("words", "changes", "tried"),
    [
        pytest.param(["optim.lr=2e-3"], STILL, ("optim.lr=0.0005",), id="usual rate"),
        pytest.param(["optim.lr=2e-5"], STILL, ("training.epochs=20", "optim.lr=4e-05", "adapter.rank=32"), id="small"),
        pytest.param(
            ["optim.lr=2e-3"], NOTHING, ("training.epochs=20", "optim.lr=0.004", "adapter.rank=32"), id="falling"
        ),
        pytest.param(["model=gpt", "optim.lr=2e-3"], STILL, ("training.epochs=20", "adapter=none"), id="noise"),
    ],
)
def test_where_a_usual_rate_taught_nothing_from_the_first_evaluation_on_a_smaller_one_is_tried(words, changes, tried):
    found = diagnosed("training.epochs=10", *words, **changes)
    assert (found.verdict, found.words) == ("underfit", tried)
    assert ("stood still" in found.evidence[-1]) == (len(tried) == 1)


@pytest.mark.parametrize(
    ("words", "changes", "tried"),
    [
        pytest.param(["optim.lr=0.5"], {**NOTHING, **AWAY}, ("optim.lr=0.125",), id="away"),
        pytest.param(
            ["optim.lr=1"],
            {**NOTHING, "guessing": math.log(8)},
            ("training.epochs=20", "adapter.rank=32"),
            id="highest",
        ),
    ],
)
def test_where_training_led_away_from_guessing_a_smaller_rate_is_tried(words, changes, tried):
    found = diagnosed("training.epochs=10", *words, **changes)
    assert (found.verdict, found.words) == ("underfit", tried)
    told = ", and of one who guesses among the labels 2.08: steps of this rate are too large"
    assert found.evidence[-1].endswith(told) == (len(tried) == 1)


def test_the_loss_of_a_written_list_of_labels_is_not_held_against_guessing_one(finished):
    folder, _ = finished("multilabel", "seq2seq", "training.max_steps=1")
    fit = json.loads((folder / "run.json").read_text("utf-8"))["fit"]
    assert fit["verdict"] == "underfit"
    assert not [line for line in fit["evidence"] if "guesses among the labels" in line]
    assert "training.max_steps=2" in fit["try"]


def test_less_is_better_for_a_metric_that_says_so():
    wrong = {"metric": "error", "greater_is_better": False, "probe_reference": share(0.5, 200)}
    assert diagnosed(**wrong, probe=share(0.15, 200), validation=share(0.17, 100)).verdict == "good"
    assert diagnosed(**wrong, probe=share(0.0, 200), validation=share(0.4, 100)).verdict == "overfit"
    assert diagnosed(**wrong, probe=share(0.5, 200), validation=share(0.5, 100)).verdict == "underfit"


def test_the_policy_says_how_large_a_gap_may_be():
    assert diagnosed("policy.max_fit_gap=0.6", **OVERFIT).verdict == "good"


@pytest.mark.parametrize("adapter", ["lora", "none", "head"])
@pytest.mark.parametrize("model", ["bert", "t5"])
def test_the_words_to_try_next_are_words_that_compose(model, adapter):
    words = ["task=legal", f"model={model}", f"adapter={adapter}"]
    conf = compose_words(words).conf
    for changes, verdict in ((OVERFIT, "overfit"), (NOTHING, "underfit")):
        found = diagnose(dataclasses.replace(FACTS, **changes), conf)
        typed = [word for word in found.words if "=" in word]
        assert (found.verdict, bool(typed)) == (verdict, True)
        tried = compose_words([*words, *typed]).conf
        assert tried != conf


@pytest.mark.parametrize(
    ("words", "told"),
    [
        pytest.param("task=legal model=bert", True, id="encoder"),
        pytest.param("task=legal model=bert adapter=none", True, id="all weights"),
        pytest.param("task=legal model=bert training.word_dropout=0.2", False, id="done already"),
        pytest.param("task=language_modeling model=bert", False, id="hides words itself"),
        pytest.param("task=legal model=t5", False, id="no mask token"),
    ],
)
def test_what_overfits_is_told_to_hide_words_where_that_can_be(words, told):
    conf = compose_words(words.split()).conf
    found = diagnose(dataclasses.replace(FACTS, **OVERFIT), conf)
    assert found.verdict == "overfit"
    assert ("training.word_dropout=0.1" in found.words) == told


@pytest.mark.parametrize(
    ("words", "tried"),
    [
        pytest.param("model=bert training.max_steps=30", ["training.max_steps=60", "adapter.rank=32"], id="max_steps"),
        pytest.param("model=bert adapter=ia3", ["training.epochs=20"], id="no rank"),
        pytest.param("model=t5 adapter=lora", ["training.epochs=20", "adapter=none"], id="an adapter over noise"),
        pytest.param(
            "model=t5 adapter=none adapter.top_layers=1",
            ["training.epochs=20", "adapter.top_layers=null"],
            id="layers of noise",
        ),
        pytest.param(
            "model=bert adapter.top_layers=1",
            ["training.epochs=20", "adapter.top_layers=null", "adapter.rank=32"],
            id="upper layers",
        ),
    ],
)
def test_the_words_to_try_next_change_what_held_the_run_back(words, tried):
    conf = compose_words(["task=legal", *words.split()]).conf
    found = diagnose(dataclasses.replace(FACTS, **NOTHING), conf)
    assert [word for word in found.words if not word.startswith("optim.lr=")] == tried


@pytest.mark.parametrize("batches", [1, 3, 6, 7, 40])
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 40])
def test_what_a_run_that_was_scored_once_is_told_to_try_scores_it_twice(batches, steps):
    limit = "training.epochs=1" if steps >= batches else f"training.max_steps={steps}"
    trained = min(steps, batches)
    once = {"loss_course": [losses(0.4)], "best": 0, "steps": trained, "epochs": round(trained / batches, 4)}
    found = diagnosed(limit, **once)
    assert found.verdict == "unknown"
    training = compose_words([*WORDS, limit, *found.words]).conf.training
    last = training.max_steps or training.epochs * batches
    ends = HeldOut.ends(batches, training.evaluations_per_epoch)
    assert len({step for step in range(1, last + 1) if (step - 1) % batches in ends or step == last}) >= 2


PAIR = {"difference": 0.2, "low": 0.1, "high": 0.3, "p": 0.001}

EVIDENCE = Evidence(
    task="t",
    primary="test/f1",
    tuned={"test/f1": {"value": 0.8, "low": 0.7, "high": 0.9, "n": 50}},
    paired={"test/f1": PAIR},
    fit="good",
    findings=[Finding(severity="warning", code="x.y", message="m")],
)


LESS = {"greater_is_better": False}


def with_pair(low, high, p=0.01):
    return {"paired": {"test/f1": {"difference": (low + high) / 2, "low": low, "high": high, "p": p}}}


@pytest.mark.parametrize(
    ("gate", "changes", "passed", "reason"),
    [
        pytest.param("better_than_base", {}, True, "test/f1 differs by +0.200 [+0.100, +0.300], p 0.001", id="better"),
        pytest.param("better_than_base", with_pair(-0.1, 0.3), False, "differs by +0.100", id="perhaps better"),
        pytest.param("better_than_base", with_pair(0.0, 0.3), False, "[+0.000, ", id="perhaps equal"),
        pytest.param("better_than_base", with_pair(0.1, 0.3, 0.06), False, ", p 0.060", id="perhaps chance"),
        pytest.param("better_than_base", {"paired": {}}, False, "has no paired difference", id="no base"),
        pytest.param(
            "better_than_base",
            {**with_pair(-0.3, -0.1), "greater_is_better": False},
            True,
            "-0.200",
            id="less is better",
        ),
        pytest.param("better_than_base", LESS, False, "+0.200", id="more is worse"),
        pytest.param("better_than_base", {"at_random": {"low": 0.1, "high": 0.3}}, True, "p 0.001", id="no chance"),
        pytest.param(
            "better_than_base",
            {"at_random": {"low": 0.6, "high": 0.81}},
            False,
            "; but with 0.800 it is no better than its own answers dealt at random [0.600, 0.810]",
            id="chance",
        ),
        pytest.param("better_than_base", {"reference": PAIR | {"low": 0.01}}, True, "p 0.001", id="no reference ahead"),
        pytest.param(
            "better_than_base",
            {"reference": PAIR | {"low": -0.01}, "reference_is": "the first words"},
            False,
            "; but from the simplest reference (the first words) by +0.200 [-0.010, +0.300], p 0.001",
            id="reference",
        ),
        pytest.param(
            "better_than_base",
            {"reference": PAIR | {"low": -0.01}, "reference_is": "DEFLATE", "reference_by": "test/bits_per_byte"},
            False,
            "; but from the simplest reference (DEFLATE), in test/bits_per_byte, by +0.200 [-0.010, +0.300], p 0.001",
            id="reference by another metric",
        ),
        pytest.param(
            "better_than_base",
            {"reference": dict.fromkeys(PAIR), "reference_is": "DEFLATE"},
            True,
            ", p 0.001; not compared (test/f1 is not defined for both) with the simplest reference (DEFLATE)",
            id="reference without a figure",
        ),
        pytest.param("not_overfit", {}, True, "the fit is good", id="good fit"),
        pytest.param("not_overfit", {"fit": "unknown"}, True, "nothing shows whether it overfits", id="unknown fit"),
        pytest.param("not_overfit", {"fit": "overfit"}, False, "the fit is overfit", id="overfit"),
        pytest.param("no_error_findings", {}, True, "no audit reports an error", id="warnings only"),
        pytest.param(
            "no_error_findings",
            {"findings": [Finding(severity="error", code="x.bad", message="m")]},
            False,
            "errors: x.bad",
            id="an error",
        ),
        pytest.param("min_value", {"min_value": 0.7}, True, "test/f1 is certain to 0.700, asked for 0.7", id="enough"),
        pytest.param("min_value", {"min_value": 0.75}, False, "asked for 0.75", id="not certain enough"),
        pytest.param("min_value", {}, False, "policy.min_value is not set", id="nothing asked"),
        pytest.param("min_value", {"min_value": 0.8} | LESS, False, "0.900", id="too much"),
    ],
)
def test_a_gate_says_yes_or_no_and_why(gate, changes, passed, reason):
    (verdict,) = judge([BUILT_IN[gate]], dataclasses.replace(EVIDENCE, **changes))
    assert (verdict.gate, verdict.passed) == (gate, passed)
    assert reason in verdict.reason


def crash(_evidence):
    raise RuntimeError("out of order")


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        pytest.param(crash, "the plugin 'x' failed in x.own.judge: RuntimeError (", id="raises"),
        pytest.param(lambda evidence: None, "expected Verdict, got NoneType", id="returns nothing"),
        pytest.param(lambda evidence: True, "expected Verdict, got bool", id="returns no verdict"),
    ],
)
def test_a_gate_that_fails_says_no_and_the_others_are_heard(own, reason):
    gates = [guard(GateSpec(name="x.own", description="", judge=own), "x"), BUILT_IN["not_overfit"]]
    first, second = judge(gates, EVIDENCE)
    assert (first.gate, first.passed) == ("x.own", False)
    assert reason in first.reason
    assert second == Verdict(gate="not_overfit", passed=True, reason="the fit is good")


def test_a_verdict_has_the_name_of_the_gate_that_is_offered():
    own = GateSpec(name="x.own", description="", judge=lambda evidence: Verdict(passed=True, reason="fine"))
    assert judge([own], EVIDENCE) == [Verdict(gate="x.own", passed=True, reason="fine")]


@pytest.mark.parametrize(
    ("words", "error", "fix"),
    [
        pytest.param(
            ["policy.gates=[not_overfitt]"], "no gate called 'not_overfitt'", "did you mean 'not_overfit'?", id="gate"
        ),
        pytest.param(
            ["task.primary=acuracy"],
            "no metric of this task called 'acuracy'",
            "did you mean 'accuracy'?",
            id="primary",
        ),
        pytest.param(
            ["task.metrics=[legal.risk_recal]"],
            "no metric called 'legal.risk_recal'",
            "did you mean 'legal.risk_recall'?",
            id="metric",
        ),
        pytest.param(
            ["task.metrics=[figures_kept]"],
            "the metric 'figures_kept' measures generation and chat, and task=classification is classification",
            "leave it out: task.metrics=[]",
            id="metric of another kind",
        ),
        pytest.param(
            ["policy.gates=[not_overfit,medical.no_invented_doses]"],
            "the gate 'medical.no_invented_doses' reads medical.doses_supported, medical.doses_stated, "
            "medical.doses_read, which task=classification does not measure",
            "leave the gate out: policy.gates=[not_overfit]",
            id="gate of another kind",
        ),
        pytest.param(
            ["policy.gates=[legal.risk_found]"],
            "the gate 'legal.risk_found' reads legal.risk_recall, which task=classification does not measure",
            "add task.metrics=[legal.risk_recall]",
            id="gate whose metric is not named",
        ),
        pytest.param(
            ["policy.gates=[min_value]"],
            "the gate 'min_value' asks for policy.min_value, which is not set",
            "add policy.min_value=<number>, or leave the gate out: policy.gates=[]",
            id="gate without its value",
        ),
        pytest.param(
            ["policy.gates=[content.nothing_forbidden]"],
            "the gate 'content.nothing_forbidden' judges what is looked for in content/product_copy, content/headline, "
            "content/brand_voice, and not in task=classification",
            "leave it out of policy.gates, or choose one of these tasks",
            id="gate of other tasks",
        ),
        pytest.param(
            ["policy.gates=[fairness.certain]"],
            "the gate 'fairness.certain' judges comparisons of groups, and this run makes none: fairness.swaps is not "
            "asked, and fairness.impact needs two labels and test records with slices",
            "add policy.audits=[fairness.swaps], or leave it out of policy.gates",
            id="gate without what it compares",
        ),
        pytest.param(
            ["policy.gates=[privacy.no_leak]"],
            "the gate 'privacy.no_leak' judges leak tests, and this run makes none",
            "add policy.audits=[privacy.membership], or leave it out of policy.gates",
            id="gate without a test",
        ),
    ],
)
def test_a_gate_or_metric_that_is_not_there_prints_two_lines_and_exits_2(goodfit, tiny_words, words, error, fix):
    for verb in ("check", "train"):
        outcome = goodfit(verb, *tiny_words("classification", "encoder"), *words)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.errors == [(error, fix)]


@pytest.mark.parametrize("has", ["swaps", "slices"])
def test_a_gate_that_has_what_it_needs_refuses_no_run(goodfit, tmp_path, tiny_words, rows_of, write_rows, has):
    words = [*tiny_words("classification", "encoder"), "policy.gates=[fairness.certain]"]
    rows = rows_of("classification", 24, 2)
    if has == "slices":
        rows = [{**row, "slices": {"by": ("phone", "post")[number % 3 % 2]}} for number, row in enumerate(rows)]
    else:
        words.append("policy.audits=[fairness.swaps]")
    words.append(f"dataset.test={write_rows(tmp_path / 'test.jsonl', rows)}")
    outcome = goodfit("data", *words)
    assert outcome.code == 0, outcome.err


def test_an_enforced_gate_ends_the_run_with_3_and_the_run_is_there(goodfit, tmp_path, tiny_words):
    words = ["policy=strict", "policy.gates=[min_value]", "policy.min_value=1", "training.epochs=1", "run.dir=run"]
    outcome = goodfit("train", *tiny_words("classification", "encoder"), *words, "--quiet", "--json")
    assert outcome.code == outcome.json["exit_code"] == 3
    assert {"run", "status", "metrics", "fit", "gates"} <= set(outcome.json)
    assert [gate["passed"] for gate in outcome.json["gates"]] == [False]
    ((error, fix),) = outcome.errors
    assert error.startswith(f"the model in {tmp_path}/run did not pass: min_value: test/f1_macro is certain to 0.")
    assert fix == "mend the cause, or judge only: policy=default"
    assert goodfit("evaluate", "run", "--json").code == 0


def test_answers_without_a_thought_are_no_better_than_the_same_ones_dealt_at_random():
    chance = np.random.default_rng(3)
    spec = classification_metrics(["a", "b"])[0]
    for right in (False, True):
        items = []
        for number in range(200):
            label = ("a", "b")[number % 2]
            answer = label if right else chance.choice(["a", "b"])
            items.append(Item(id=str(number), fields={"label": label}, answer=str(answer)))
        value = float(spec.reduce(spec.statistics(items).sum(0)))
        at_random = dealt(spec, items, 0)
        assert (value > np.quantile(at_random, 0.975)) == right
        assert value > 0.4  # though a majority's macro-F1 is 0.33


def test_answers_without_a_thought_pass_no_gate_though_they_are_better_than_the_most_frequent_one():
    chance, labels = np.random.default_rng(5), [f"label {number}" for number in range(10)]
    spec = classification_metrics(labels)[0]
    better, passed = [], []
    for seed in range(20):
        records = [Record(str(number), {"label": str(chance.choice(labels))}) for number in range(200)]
        ours, base = (
            items_of(records, answers, [None] * 200)
            for answers in ([str(one) for one in chance.choice(labels, 200)], [labels[0]] * 200)
        )
        found = {"tuned": figures([spec], records, ours, "test", seed)}
        found["paired"] = differences([spec], ours, base, "test", seed)
        for verdicts, more in ((better, {}), (passed, {"at_random": at_random(spec, ours, seed)})):
            evidence = dataclasses.replace(EVIDENCE, primary="test/f1_macro", **found, **more)
            verdicts.append(judge([BUILT_IN["better_than_base"]], evidence)[0].passed)
    assert sum(better) >= 15
    assert sum(passed) <= 2


def test_deals_that_are_not_defined_are_left_out():
    items = [Item(id=str(n), fields={}, answer=n) for n in range(50)]
    spec = MetricSpec(
        name="x.y",
        description="",
        kinds=(),
        greater_is_better=True,
        statistics=lambda given: np.array([[item.answer < 0, 1.0] for item in given]) * sometimes.pop(),
        reduce=lambda sums: divide(sums[..., 0], sums[..., 1]),
    )
    sometimes = [1.0, 0.0] * 50
    assert at_random(spec, items, 0) == {"low": 0.0, "high": 0.0}
    sometimes = [0.0] * 100
    assert at_random(spec, items, 0) == {"low": None, "high": None}


def test_a_gap_of_perplexity_is_a_ratio_and_one_of_bleu_a_share_of_its_range():
    perplexity = language_metrics()[0]
    nats = {"metric": "perplexity", "greater_is_better": False, "reduce": perplexity.reduce}
    (probe, reference, held_out) = (np.array([[(8.5 + more) * 20, 20.0, 80.0]] * 100) for more in (0, 1, 0.02))
    parts = {"probe": probe, "probe_reference": reference, "validation": held_out}
    found = diagnosed(**nats, **parts, scale=scale_of(perplexity))
    assert found.verdict == "good"
    assert "gap of logarithms +0.020" in found.evidence[0]
    assert diagnosed(**nats, **parts).verdict == "overfit"  # by more than 90 of 4900
    bleu = Scale(top=100)
    in_hundreds = {"reduce": lambda sums: 100 * mean(sums), "metric": "bleu"}
    assert diagnosed(**in_hundreds, scale=bleu).verdict == "good"
    assert diagnosed(**in_hundreds, **OVERFIT, scale=bleu).verdict == "overfit"


def test_a_gap_is_of_the_labels_that_both_parts_have():
    alike = share(1.0, 150), share(0.6, 60)
    found = diagnosed(**LEARNT, alike=alike)
    assert found.verdict == "overfit"
    assert found.evidence[0].startswith("accuracy of the labels that both have: training probe 1.000, held-out 0.600")
    few = diagnosed(**LEARNT, alike=(alike[0], share(0.6, 12)))
    assert few.verdict == "unknown"
    assert few.evidence[0].startswith("only 12 held-out records (groups, where records have them) with labels that")


def test_rare_labels_that_are_not_held_out_do_not_make_a_gap(goodfit, tmp_path, tiny_words, write_rows, rows_of):
    rows = rows_of("classification", 64)
    rare = [{"id": f"rare-{n}", "text": f"an odd thing number {n}", "label": f"odd {n % 8}"} for n in range(16)]
    words = [
        *tiny_words("classification", "encoder"),
        f"dataset.train={write_rows(tmp_path / 'own.jsonl', rows + rare)}",
    ]
    outcome = goodfit("train", *words, "run.dir=run", "--quiet")
    assert outcome.code == 0, outcome.err
    evidence = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["fit"]["evidence"]
    assert "of the labels that both have: training probe" in evidence[0]


def test_parts_of_which_one_has_no_record_of_shared_labels_alone_are_not_compared():
    kind = types.SimpleNamespace(interchangeable=True, labels=lambda fields: fields["labels"])
    probe, held_out = ([Record(str(n), {"labels": labels}) for n in range(30)] for labels in (["a", "b"], ["a"]))
    prepared = types.SimpleNamespace(
        task=types.SimpleNamespace(kind=kind), splits=types.SimpleNamespace(validation=held_out)
    )
    beside = held_out, held_out
    found = of_shared_labels(prepared, types.SimpleNamespace(records=probe), probe, beside, lambda *_: share(1.0, 30))
    assert [len(part) for part in found] == [0, 0]
    assert diagnosed(**LEARNT, alike=found).verdict == "unknown"
