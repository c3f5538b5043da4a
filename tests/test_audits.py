"""Audits: named by the config, asked of copies, and a run that needs one does not go on without it."""

import json

import pytest
import yaml

from goodfit.errors import ConfigError, DataError, PluginError, stop_on
from goodfit.hooks.types import ScrubberSpec
from goodfit.plugins import calls
from goodfit.plugins.guard import guard

HEAD = """
import json
from pathlib import Path

from goodfit.hooks import hookimpl
from goodfit.hooks.types import AuditSpec, Finding, Limit

HOOK_API = 1
LIMITS = (Limit(name="odd_share", default=0.5, low=0, high=1, meaning="A share"),)


def found(code, **more):
    return [Finding(severity="info", code=f"odd.{code}", message=code, **more)]

"""
OFFER = """

@hookimpl
def goodfit_register_audits():
    about = dict(description="d", limits=LIMITS)
    return [
        AuditSpec(name="odd.look", look_at_data=look, **about),
        AuditSpec(name="odd.heavy", look_at_data=lambda facts: found("heavy"), heavy=True, description="d"),
        AuditSpec(name="odd.tags", look_at_data=lambda facts: found("tags"), kinds=("ranking",), description="d"),
    ]
"""
LOOK = "def look(facts):\n    {body}\n"


def code_of(body):
    return HEAD + LOOK.format(body=body) + OFFER


def codes(outcome):
    return [finding["code"] for finding in outcome.json["findings"]]


def test_light_audits_of_installed_plugins_are_asked_where_a_task_names_none(goodfit, install, words):
    install("odd", code_of("return found('seen', figure=facts.limits['odd_share'])"))
    outcome = goodfit("check", *words, "policy.limits.odd_share=0.25", "--json")
    assert outcome.code == 0, outcome.err
    assert [code for code in codes(outcome) if code.startswith("odd.")] == ["odd.seen"]
    assert {finding["code"]: finding["figure"] for finding in outcome.json["findings"]}["odd.seen"] == 0.25


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        pytest.param("task.audits=[]", [], id="none"),
        pytest.param("task.audits=[odd]", ["odd.seen"], id="a plugin's light ones"),
        pytest.param("task.audits=[odd.heavy]", ["odd.heavy"], id="a heavy one by name"),
        pytest.param("policy.audits=[odd.heavy]", ["odd.heavy", "odd.seen"], id="of the policy"),
        pytest.param("quality.deep=true", ["odd.heavy", "odd.seen"], id="deep"),
    ],
)
def test_a_config_says_which_audits_are_asked(goodfit, install, words, word, expected):
    install("odd", code_of("return found('seen')"))
    outcome = goodfit("check", *words, word, "--json")
    assert outcome.code == 0, outcome.err
    assert sorted(code for code in codes(outcome) if code.startswith("odd.")) == expected


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("1 / 0", "ZeroDivisionError (", id="raises"),
        pytest.param("raise SystemExit(0)", "SystemExit", id="exits"),
        pytest.param("return None", "TypeError: expected Sequence, got NoneType", id="returns nothing"),
        pytest.param(
            "import time; time.sleep(60)",
            "TimeoutError: it took longer than 1 s (plugins.hook_seconds)",
            id="takes forever",
        ),
    ],
)
def test_an_audit_that_fails_is_reported_and_stops_a_run_that_names_it(goodfit, install, words, body, reason):
    install("odd", code_of(body))
    words = [*words, "plugins.hook_seconds=1"]
    reported = goodfit("check", *words, "--json")
    assert (reported.code, codes(reported).count("odd.failed")) == (0, 1)
    outcome = goodfit("check", *words, "task.audits=[odd.look]")
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(f"the plugin 'odd' failed in odd.look.look_at_data: {reason}")
    assert fix == "goodfit plugins check odd tells its authors what is wrong"


def test_an_error_of_a_plugin_that_lies_beside_goodfit_shows_no_record():
    place = calls.OURS.with_name("goodfit_odd") / "plugin.py"
    with pytest.raises(ValueError) as caught:
        exec(compile("float('Jane Doe')", str(place), "exec"))
    assert calls.reason(caught.value, had_records=True) == f"ValueError ({place}:1)"
    assert "Jane Doe" in calls.reason(caught.value)


def scrubber_that_raises(error):
    def find(texts):
        raise error(f"cannot read {texts[0]}", "x")

    return guard(ScrubberSpec(name="odd.numbers", description="d", recall={"N": 1.0}, measured_on="", find=find), "odd")


@pytest.mark.parametrize("error", [DataError, ConfigError, PluginError])
def test_what_a_plugin_says_of_records_in_our_own_errors_is_left_out(error):
    with pytest.raises(PluginError) as raised:
        scrubber_that_raises(error).find(["Jane Doe"])
    assert raised.value.what.startswith(f"the plugin 'odd' failed in odd.numbers.find: {error.__name__} (")
    assert "Jane Doe" not in raised.value.what + raised.value.fix


def test_what_our_own_code_says_to_a_plugin_that_calls_it_is_said():
    def find(texts):
        stop_on([ConfigError("it is asked of ours", "x")])

    spec = ScrubberSpec(name="odd.numbers", description="d", recall={"N": 1.0}, measured_on="", find=find)
    with pytest.raises(ConfigError, match="it is asked of ours"):
        guard(spec, "odd").find(["Jane Doe"])


@pytest.mark.parametrize("name", ["absent", "absent.look"])
def test_a_run_that_needs_an_audit_of_a_missing_plugin_exits_4(goodfit, words, name):
    outcome = goodfit("check", *words, f"task.audits=[{name}]")
    assert (outcome.code, outcome.out) == (4, "")
    what = "task.audits of task=classification needs the plugin 'absent', which is not installed"
    assert outcome.errors == [(what, "pip install goodfit-absent, from its own folder or your index")]


@pytest.mark.parametrize(
    ("word", "error", "fix"),
    [
        pytest.param("task.audits=[odd.lok]", "no audit called 'odd.lok'", "did you mean 'odd.look'?", id="audit"),
        pytest.param(
            "policy.audits=[starters]",
            "policy.audits of policy=default names 'starters', and that plugin offers no audit",
            "goodfit list audits",
            id="plugin without audits",
        ),
        pytest.param(
            "policy.limits.odd_shar=1",
            "policy.limits sets the limit 'odd_shar', which is one of no installed audit",
            "did you mean 'odd_share'?",
            id="limit",
        ),
        pytest.param(
            "policy.limits.odd_share=7", "policy.limits.odd_share is 7", "choose a value between 0 and 1", id="range"
        ),
    ],
)
def test_a_wrong_name_or_limit_exits_2(goodfit, install, words, word, error, fix):
    install("odd", code_of("return []"))
    outcome = goodfit("check", *words, word)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [(error, fix)]


def test_all_wrong_limits_are_told_together(goodfit, install, words):
    install("odd", code_of("return []"))
    outcome = goodfit("check", *words, "policy.limits.odd_shar=1", "policy.limits.odd_share=7")
    assert [error for error, _ in outcome.errors] == [
        "policy.limits sets the limit 'odd_shar', which is one of no installed audit",
        "policy.limits.odd_share is 7",
    ]


def test_an_audit_cannot_change_the_records(goodfit, install, tiny_words):
    body = "[row.fields['spans'].clear() for rows in facts.splits.values() for row in rows]\n    return []"
    install("odd", code_of(body))
    outcome = goodfit("preview", *tiny_words("token_classification", "encoder"), "task.audits=[odd]", "--json")
    assert outcome.code == 0, outcome.err
    assert all([word for word in shown["learns"] if word.endswith("/B-WHO")] for shown in outcome.json["examples"])


def test_limits_and_audits_are_listed(goodfit, install):
    install("odd", code_of("return []"))
    audits = {option["name"]: option for option in goodfit("list", "audits", "--json").json["options"]}
    assert audits["odd.look"]["offered_by"] == "odd"
    limits = {option["name"]: option for option in goodfit("list", "limits", "--json").json["options"]}
    assert (limits["odd_share"]["default"], limits["odd_share"]["range"]) == (0.5, "0 to 1")


ASKS = (
    HEAD
    + """
def look(facts):
    test = facts.splits["test"]
    again = facts.ask(test)
    told = {
        "same": [one.answer for one in again] == [one.answer for one in facts.items],
        "near": max(abs(a - b.loss) for a, b in zip(facts.losses(test), facts.items)),
        "base": None if facts.base_losses is None else max(abs(a - b) for a, b in zip(
            facts.base_losses(test), facts.losses(test))),
        "records": len(facts.items),
    }
    return found("asked", evidence=told, rows=(test[0].id,), mend="nothing")


@hookimpl
def goodfit_register_audits():
    return [AuditSpec(name="odd.asks", look_at_model=look, description="d")]
"""
)


@pytest.mark.parametrize(
    ("kind", "family", "has_base"),
    [("classification", "encoder", False), ("generation", "seq2seq", True), ("language_modeling", "decoder", True)],
)
def test_an_audit_of_the_model_can_ask_it_and_its_base(goodfit, install, tiny_words, tmp_path, kind, family, has_base):
    install("odd", ASKS)
    words = [*tiny_words(kind, family), "adapter=lora", "optim.lr=0.01", "task.audits=[odd]"]
    outcome = goodfit("train", *words, "training.epochs=1", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    findings = map(json.loads, (tmp_path / "run" / "findings.jsonl").read_text("utf-8").splitlines())
    (told,) = [finding["evidence"] for finding in findings if finding["code"] == "odd.asked"]
    assert told["same"]
    assert told["records"] == 24
    assert told["near"] < 1e-4
    assert (told["base"] is not None and told["base"] > 1e-4) == has_base
    record = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    asked = {"audit": "odd.asks", "on": "model", "needed": True, "applies": True, "findings": 1}
    assert record["audits"] == [asked]
    card = (tmp_path / "run/adapter/README.md").read_text("utf-8")
    assert "info: asked (odd.asked). To mend it: nothing." in card
    assert "1 findings" not in card and "1 finding" in card


def test_an_audit_of_the_model_that_returns_no_findings_ends_a_run_that_names_it(goodfit, install, words):
    install(
        "odd", ASKS.replace('return found("asked", evidence=told, rows=(test[0].id,), mend="nothing")', "return ['x']")
    )
    outcome = goodfit("train", *words, "task.audits=[odd]", "training.max_steps=1", "--quiet")
    assert outcome.code == 4
    said = "the plugin 'odd' failed in odd.asks.look_at_model: TypeError: expected Finding, got str"
    assert outcome.errors == [(said, "goodfit plugins check odd tells its authors what is wrong")]


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("token_classification", "encoder"),
        ("ranking", "encoder"),
        ("question_answering", "seq2seq"),
        ("chat", "decoder"),
    ],
)
def test_a_model_of_any_kind_is_asked_about_other_people(goodfit, tiny_words, tmp_path, kind, family):
    words = [*tiny_words(kind, family), "task.audits=[fairness.swaps]", "policy.limits.swap_records=10"]
    outcome = goodfit("train", *words, "training.max_steps=1", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    findings = map(json.loads, (tmp_path / "run" / "findings.jsonl").read_text("utf-8").splitlines())
    swapped = {found["evidence"]["swapped"] for found in findings if found["code"] == "fairness.flips"}
    assert {"gender", "origin"} <= swapped


@pytest.mark.parametrize(
    ("policy", "gate"), [("medical", "medical.no_invented_doses"), ("finance", "no_error_findings")]
)
def test_a_department_that_decides_about_people_asks_for_more(goodfit, words, policy, gate):
    outcome = goodfit("show", *words, f"policy={policy}", "--json")
    assert outcome.code == 0, outcome.err
    chosen = outcome.json["config"]["policy"]
    assert {gate, "fairness.treats_alike"} <= set(chosen["gates"])
    assert (chosen["audits"], chosen["enforce"]) == (["quality", "fairness", "fairness.swaps"], True)


def test_the_data_page_names_the_worst_first_and_what_would_mend_it(goodfit, leaky):
    outcome = goodfit("data", *leaky, "quality.deep=false")
    assert outcome.code == 0, outcome.err
    assert "(classification), 35 train, 24 validation, 24 test\n" in outcome.out
    page = outcome.out[outcome.out.index("warning") :]
    assert "2 of 35 training records are copies or near copies of others (quality.duplicate)" in page
    assert "  rows: copy-1, copy-2\n  mend: leave these training records out: quality.fix=drop\n" in page
    found, after, to_type = page.splitlines()[-3:]
    assert found.startswith("found    0 error, 4 warning")
    assert after == "next     see whether a model reads texts of these lengths:"
    assert to_type.startswith("         goodfit check ") and to_type.endswith(" quality.deep=false")


@pytest.fixture
def leaky(tiny_words, rows_of, write_rows, tmp_path):
    """Words of a run with two copies and a leak in its training records."""
    rows, test = rows_of("classification", 32), rows_of("classification", 24, seed=2)
    rows += [{**rows[3], "id": "copy-1"}, {**rows[4], "id": "copy-2"}, {**test[5], "id": "leak"}]
    file = write_rows(tmp_path / "leaky.jsonl", rows)
    return [*tiny_words("classification", "encoder"), f"dataset.train={file}"]


def test_faulty_training_records_stay_until_somebody_says_otherwise(goodfit, leaky):
    outcome = goodfit("check", *leaky, "--json")
    assert outcome.json["records"] == {"train": 35, "validation": 24, "test": 24}
    by_code = {finding["code"]: finding for finding in outcome.json["findings"]}
    assert by_code["quality.duplicate"]["rows"] == ["copy-1", "copy-2"]
    assert by_code["data.leak"]["rows"] == ["leak"]
    assert by_code["quality.duplicate"]["mend"] == "leave these training records out: quality.fix=drop"


@pytest.mark.parametrize(("fix", "listed"), [("drop", []), ("quarantine", ["copy-1", "copy-2", "leak"])])
def test_faulty_training_records_are_left_out_and_counted(goodfit, leaky, tmp_path, fix, listed):
    outcome = goodfit("train", *leaky, f"quality.fix={fix}", "training.epochs=1", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    findings = [json.loads(line) for line in (tmp_path / "run/findings.jsonl").read_text("utf-8").splitlines()]
    (left_out,) = [finding for finding in findings if finding["code"] == "data.left_out"]
    assert left_out["rows"] == ["copy-1", "copy-2", "leak"]
    assert left_out["evidence"] == {"counts": {"data.leak": 1, "quality.duplicate": 2}}
    for code in ("data.leak", "quality.duplicate"):
        (mended,) = [finding for finding in findings if finding["code"] == code]
        assert (mended["severity"], mended.get("mend", "")) == ("info", "")
        assert mended["message"].endswith(": left out of training") and "by heart" not in mended["message"]
    rejected = (tmp_path / "run/data/rejected.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["reason"] for line in rejected] == [
        f"left out: {'data.leak' if row == 'leak' else 'quality.duplicate'}" for row in listed
    ]
    assert json.loads((tmp_path / "run/lock.json").read_text("utf-8"))["data"]["train"]["records"] == 32
    deeds = json.loads((tmp_path / "run/run.json").read_text("utf-8"))["plugins"]
    assert deeds["quality"]["records"] == {"left_out": 2}
    card = next((tmp_path / "run").glob("*/README.md")).read_text("utf-8")
    assert "- quality: 2 records left out; " in card and "To mend it: leave" not in card
    assert len((tmp_path / "leaky.jsonl").read_text("utf-8").splitlines()) == 35


@pytest.fixture
def spoilt(tiny_words, rows_of, write_rows, tmp_path):
    """Words of a run that has an eighth of its test records in training, judged by a gate on errors."""
    rows, test = rows_of("classification", 32), rows_of("classification", 24, seed=2)
    rows += [{**row, "id": f"leak-{number}"} for number, row in enumerate(test[:3])]
    words = [f"dataset.train={write_rows(tmp_path / 'spoilt.jsonl', rows)}", "training.epochs=1"]
    words += ["policy.gates=[no_error_findings]", "policy.enforce=true"]
    return [*tiny_words("classification", "encoder"), *words]


def test_a_test_that_was_learnt_by_heart_is_an_error_that_a_gate_stops(goodfit, spoilt):
    outcome = goodfit("train", *spoilt, "run.dir=run", "--json")
    assert outcome.code == 3, outcome.err
    (gate,) = outcome.json["gates"]
    assert gate == {"gate": "no_error_findings", "passed": False, "reason": "errors: data.leak"}
    found = {one["code"]: one for one in goodfit("check", *spoilt, "--json").json["findings"]}
    assert found["data.leak"]["message"] == (
        "3 of 24 test inputs stand in the training records, too: up to 0.12 of a score may be learnt by heart"
    )


def test_what_mends_the_reason_of_a_gate_is_what_comes_next(goodfit, spoilt):
    mend = "leave these training records out: quality.fix=drop"
    ((_, fix),) = goodfit("train", *spoilt, "run.dir=run", "--quiet").errors
    assert fix == f"{mend}, or judge only: policy=default"
    outcome = goodfit("train", *spoilt, "policy.enforce=false", "run.dir=again")
    assert outcome.code == 0, outcome.err
    assert f"(data.leak)\n  mend: {mend}\n" in outcome.out
    assert f"\nnext: {mend}\n      goodfit predict again " in outcome.out


def test_check_names_what_comes_next_where_it_found_no_error(goodfit, leaky, spoilt):
    last = goodfit("check", *leaky).out.splitlines()[-1]
    assert last.startswith("next     goodfit train task=classification ")
    assert "next  " not in goodfit("check", *spoilt).out


def test_a_leak_that_was_left_out_of_training_stops_no_gate(goodfit, spoilt):
    outcome = goodfit("train", *spoilt, "quality.fix=drop", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    (gate,) = outcome.json["gates"]
    assert gate["passed"]
    outcome = goodfit("train", *spoilt, "quality.fix=drop", "run.dir=again")
    assert "info: 3 of 35 training records were left out" in outcome.out and "(data.leak)" not in outcome.out


@pytest.fixture
def chosen_by(tmp_path, write_rows):
    """``chosen_by(count)``: words of data of which so many of 40 test inputs stand in validation, too."""

    def words(count):
        def rows(what):
            return [{"text": f"{what} number {n} is {n * n}", "label": "ab"[n % 2]} for n in range(40)]

        splits = {split: rows(split) for split in ("train", "validation", "test")}
        splits["test"][:count] = [{**row, "text": row["text"].upper()} for row in splits["validation"][:count]]
        files = [f"dataset.{split}={write_rows(tmp_path / f'{split}.jsonl', own)}" for split, own in splits.items()]
        return ["task=classification", "dataset=files", *files, "quality.deep=false"]

    return words


@pytest.mark.parametrize(("count", "severity"), [(2, "warning"), (3, "error")])
def test_test_inputs_that_stand_in_validation_are_found_and_stay(goodfit, chosen_by, count, severity):
    words = chosen_by(count)
    for fix in ("keep", "drop"):
        outcome = goodfit("data", *words, f"quality.fix={fix}", "--json")
        (found,) = outcome.json["findings"]
        assert (found["code"], found["severity"]) == ("data.test_in_validation", severity)
        assert found["message"].startswith(
            f"{count} of 40 test inputs stand in the validation records, too: these choose"
        )
        assert found["rows"] == [f"validation-{n + 1}" for n in range(count)]
        assert (found["figure"], found["evidence"]["ids"][0]) == (count / 40, "test-1")
        assert outcome.json["records"] == {"train": 40, "validation": 40, "test": 40}


def test_what_is_said_of_test_inputs_in_validation_mends_it_and_strict_quality_stops(goodfit, chosen_by, tmp_path):
    words = chosen_by(3)
    ((what, _),) = goodfit("data", *words, "quality=strict").errors
    assert what.startswith("3 of 40 test inputs stand in the validation records, too")
    (tmp_path / "ids.txt").write_text("validation-1\nvalidation-2\nvalidation-3\n")
    codes = {one["code"] for one in goodfit("data", *words, "dataset.without=ids.txt", "--json").json["findings"]}
    assert codes == {"data.without_by_place"}
    words = [word for word in words if not word.startswith("dataset.validation=")]
    codes = {one["code"] for one in goodfit("data", *words, "dataset.validation_share=0.5", "--json").json["findings"]}
    assert "data.test_in_validation" not in codes


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(
            [{"label": "ab"[n % 2]} for n in range(9)],
            "test has 9 records, fewer than 30: a share of right answers has an interval of about ±0.33, so that a "
            "good model is hardly told from a poor one (data.few_records)",
            id="few records",
        ),
        pytest.param(
            [{"label": "ab"[n % 2], "group": f"customer {n % 4}"} for n in range(40)],
            "test has 40 records in 4 groups, fewer than 30: a share of right answers has an interval of about ±0.50, "
            "so that a good model is hardly told from a poor one (data.few_records)",
            id="few groups",
        ),
        pytest.param(
            [{"label": "a" if n else "b"} for n in range(40)],
            "1 of 2 labels have fewer than 5 test records ('b' 1): figures of these labels are mostly chance, and a "
            "mean over labels counts each as much as any other (data.few_of_label)",
            id="few of a label",
        ),
    ],
)
def test_a_split_too_small_to_judge_by_is_told_with_what_mends_it(goodfit, tmp_path, write_rows, rows, said):
    rows = [{"text": f"a text of its own, number {n}", **row} for n, row in enumerate(rows)]
    train = [{"text": f"something else, {n} times", "label": "ab"[n % 2]} for n in range(40)]
    files = [f"dataset.train={write_rows(tmp_path / 'train.jsonl', train)}"]
    files += [f"dataset.test={write_rows(tmp_path / 'test.jsonl', rows)}", "dataset.validation_share=0.8"]
    outcome = goodfit("data", "task=classification", "dataset=files", *files, "quality.deep=false")
    assert outcome.code == 0, outcome.err
    lines = outcome.out.splitlines()
    (told,) = [number for number, line in enumerate(lines) if line == f"warning: {said}"]
    assert lines[told + 1].startswith("  mend: ")
    assert "validation has" not in outcome.out


@pytest.mark.parametrize(
    ("groups", "mend"),
    [
        pytest.param(
            26,
            "100 make it ±0.10: add records; all splits together have 26 that are independent (groups and near copies "
            "count once), of which dataset.test_share=0.3 takes about 8, ±0.35, where goodfit splits",
            id="out of reach",
        ),
        pytest.param(
            400,
            "100 make it ±0.10: add records, or where goodfit splits take a larger share: dataset.test_share=0.3",
            id="within reach",
        ),
    ],
)
def test_a_larger_share_is_advised_by_what_it_can_give(goodfit, tmp_path, write_rows, groups, mend):
    rows = [{"text": f"number {n} is {n * n}", "label": "ab"[n % 2], "group": f"g{n % groups}"} for n in range(800)]
    files = [f"dataset.train={write_rows(tmp_path / 'train.jsonl', rows)}", "dataset.test_share=0.06"]
    outcome = goodfit("data", "task=classification", "dataset=files", *files, "quality.deep=false", "--json")
    assert outcome.code == 0, outcome.err
    found = [one for one in outcome.json["findings"] if one["code"] == "data.few_records"]
    (told,) = [one for one in found if one["evidence"]["split"] == "test"]
    assert (told["mend"], told["evidence"]["units_in_all"]) == (mend, groups)


def test_a_larger_share_is_advised_of_what_it_is_taken_of_and_not_where_it_is_taken(goodfit, tmp_path, write_rows):
    rows = [{"text": f"number {n} is {n * n}", "label": "ab"[n % 2], "group": f"g{n % 26}"} for n in range(520)]
    mends = []
    for share in (0.1, 0.3):
        files = [f"dataset.train={write_rows(tmp_path / 'train.jsonl', rows)}", "dataset.test_share=0.3"]
        words = ["task=classification", "dataset=files", *files, f"dataset.validation_share={share}"]
        outcome = goodfit("data", *words, "quality.deep=false", "--json")
        assert outcome.code == 0, outcome.err
        found = [one for one in outcome.json["findings"] if one["code"] == "data.few_records"]
        mends += [one["mend"] for one in found if one["evidence"]["split"] == "validation"]
    assert "dataset.validation_share=0.3 takes about 5, " in mends[0]  # of 18: the test has 8 of the 26
    assert mends[1].endswith(
        ": add records that are independent (groups and near copies count once: all splits together have 26)"
    )


def test_a_fix_that_leaves_nothing_exits_2(goodfit, tiny_words, rows_of, write_rows, tmp_path):
    test = write_rows(tmp_path / "same.jsonl", rows_of("classification", 24))
    words = [*tiny_words("classification", "encoder"), f"dataset.train={test}", f"dataset.test={test}"]
    other = [{**row, "id": f"v{row['id']}"} for row in rows_of("classification", 24)]
    words.append(f"dataset.test={write_rows(tmp_path / 'other.jsonl', other)}")
    unknown = goodfit("check", *words, "quality.fix=drop", "quality.fixes=[data.laek]")
    assert unknown.errors == [
        (
            "quality.fixes names 'data.laek', and no finding that names training records is called so",
            "did you mean 'data.leak'?",
        )
    ]
    outcome = goodfit("check", *words, "quality.fix=drop")
    assert (outcome.code, outcome.errors[0][0]) == (2, "quality.fix would leave no training record")


def test_a_fix_that_takes_all_records_of_a_label_exits_2_and_names_it(goodfit, spoilt_label):
    what = "quality.fix would leave no training record with the label 'rare': data.leak"
    fix = "mend the records or add some of it, or keep theirs: quality.fixes=[quality.duplicate,quality.near_leak]"
    assert goodfit("check", *spoilt_label, "quality.fix=drop").errors == [(what, fix)]
    outcome = goodfit("check", *spoilt_label, "quality.fix=drop", fix.rpartition(" ")[2])
    assert outcome.code == 0, outcome.err


@pytest.fixture
def spoilt_label(tiny_words, rows_of, write_rows, tmp_path):
    """Words of a run whose only training record of a label stands in test, too."""
    rows, test = rows_of("classification", 32), rows_of("classification", 24, seed=2)
    odd = {"text": "Something of its own, and quite unlike all others here.", "label": "rare"}
    files = [write_rows(tmp_path / f"{name}.jsonl", [*some, odd]) for name, some in (("one", rows), ("two", test))]
    return [*tiny_words("classification", "encoder"), f"dataset.train={files[0]}", f"dataset.test={files[1]}"]


def test_a_leak_that_was_left_out_claims_no_more_to_be_learnt_by_heart(goodfit, spoilt):
    found = {one["code"]: one for one in goodfit("check", *spoilt, "quality.fix=drop", "--json").json["findings"]}
    said = "3 of 24 test inputs stand in the training records, too: left out of training"
    assert (found["data.leak"]["severity"], found["data.leak"]["message"]) == ("info", said)


@pytest.fixture
def contrary(tiny_words, rows_of, write_rows, tmp_path):
    """Words of a run with a leak, an input that says nothing, and inputs with two answers in train and test."""
    rows, test = rows_of("classification", 32), rows_of("classification", 24, seed=2)
    other = {"good": "bad", "bad": "good"}
    train = [*rows, {**rows[3], "id": "c", "label": other[rows[3]["label"]]}, {**test[5], "id": "leak"}]
    train.append({"text": "n/a", "label": "good", "id": "nothing"})
    test.append({**test[7], "id": "t", "label": other[test[7]["label"]]})
    files = [write_rows(tmp_path / f"{name}.jsonl", some) for name, some in (("one", train), ("two", test))]
    return [*tiny_words("classification", "encoder"), f"dataset.train={files[0]}", f"dataset.test={files[1]}"]


@pytest.mark.parametrize(
    ("code", "typed", "words"),
    [
        ("data.leak", [], ["quality.fix=drop"]),
        (
            "data.conflict",
            [],
            ["quality.fix=drop", "quality.fixes=[data.leak,quality.duplicate,quality.near_leak,data.conflict]"],
        ),
        (
            "quality.empty",
            ["quality.fixes=[data.leak]"],
            ["quality.fix=drop", "quality.fixes=[data.leak,quality.empty]"],
        ),
        (
            "quality.empty",
            ["quality.fix=quarantine"],
            ["quality.fixes=[data.leak,quality.duplicate,quality.near_leak,quality.empty]"],
        ),
    ],
)
def test_the_words_that_mend_leave_those_records_out_and_switch_nothing_off(goodfit, contrary, code, typed, words):
    (found,) = [one for one in goodfit("check", *contrary, *typed, "--json").json["findings"] if mends(one, code)]
    assert found["mend"].endswith(f"leave these training records out: {' '.join(words)}")
    findings = goodfit("check", *contrary, *typed, *words, "--json").json["findings"]
    (left_out,) = [one for one in findings if one["code"] == "data.left_out"]
    assert {code, "data.leak"} <= set(left_out["evidence"]["counts"])
    assert not [one for one in findings if mends(one, code)]


def mends(finding, code):
    return finding["code"] == code and "quality.fix" in finding["mend"]


def test_an_input_with_two_answers_is_found_in_held_out_records_and_stays(goodfit, contrary):
    found = [one for one in goodfit("check", *contrary, "--json").json["findings"] if one["code"] == "data.conflict"]
    assert [(one["evidence"]["split"], one["message"], len(one["rows"])) for one in found] == [
        ("train", "1 training inputs have several different answers", 2),
        ("test", "1 test inputs have several different answers", 0),
    ]
    assert found[1]["evidence"]["ids"][1] == "t" and found[1]["mend"] == "decide on one answer for each input"
    words = [*contrary, "quality.fix=drop", "quality.fixes=[data.conflict]", "quality.conflicts=stop"]
    assert goodfit("check", *words).errors[0][0] == "1 training inputs have several different answers"


def test_an_input_with_two_answers_in_test_alone_stops_a_strict_run(goodfit, tiny_words, rows_of, write_rows, tmp_path):
    test = rows_of("classification", 24, seed=2)
    test.append({**test[7], "id": "t", "label": "good" if test[7]["label"] == "bad" else "bad"})
    words = [*tiny_words("classification", "encoder"), f"dataset.test={write_rows(tmp_path / 'two.jsonl', test)}"]
    said = "1 test inputs have several different answers"
    fix = "mend the records, or go on with it: quality.conflicts=report"
    assert goodfit("check", *words, "quality.conflicts=stop").errors == [(said, fix)]


@pytest.mark.parametrize(
    ("code", "what", "fix"),
    [
        pytest.param(
            "quality.duplicates",
            "and no finding that names training records is called so",
            "did you mean 'quality.duplicate'?",
            id="misspelt",
        ),
        pytest.param(
            "quality.wrong_answer",
            "and the audit that looks for it, quality.labels, is not asked",
            "ask all audits of the data: quality.deep=true",
            id="heavy",
        ),
    ],
)
def test_a_fix_that_would_do_nothing_is_refused(goodfit, words, code, what, fix):
    words = [*words, "quality.fix=drop", f"quality.fixes=[data.leak,{code}]", "quality.deep=false"]
    assert goodfit("check", *words).errors == [(f"quality.fixes names '{code}', {what}", fix)]


def test_a_fix_that_no_audit_looks_for_in_such_a_task_is_refused(goodfit, tiny_words):
    words = [*tiny_words("multilabel", "encoder"), "quality.fix=drop", "quality.fixes=[data.leak,quality.wrong_answer]"]
    what = "quality.fixes names 'quality.wrong_answer', which no audit looks for in a task of the kind multilabel"
    assert goodfit("check", *words).errors == [(what, "leave it out: quality.fixes=[data.leak]")]


def test_a_code_of_a_plugin_that_tells_none_is_taken(goodfit, install, words):
    install("odd", code_of("return found('seen', rows=(facts.splits['train'][0].id,))"))
    outcome = goodfit("check", *words, "quality.fix=drop", "quality.fixes=[odd.seen]", "--json")
    assert outcome.code == 0, outcome.err
    assert "data.left_out" in codes(outcome)


def test_the_words_of_a_heavy_audit_ask_it_where_training_would_not(goodfit, install, words):
    heavy = "heavy=True, look_at_data=look, codes=('odd.seen',)"
    code = code_of("return found('seen', rows=(facts.splits['train'][0].id,), mend='look')")
    install("odd", code.replace("look_at_data=look", heavy))
    usual = "data.leak,quality.duplicate,quality.near_leak"
    to_type = ["quality.fix=drop", f"quality.fixes=[{usual},odd.seen]", "quality.deep=true"]
    said = {one["code"]: one for one in goodfit("data", *words, "--json").json["findings"]}
    assert said["odd.seen"]["mend"] == f"look, or leave these training records out: {' '.join(to_type)}"
    said = {one["code"]: one for one in goodfit("check", *words, *to_type, "--json").json["findings"]}
    assert said["data.left_out"]["evidence"]["counts"]["odd.seen"] == 1
    assert goodfit("check", *words, *to_type[:2]).errors == [
        (
            "quality.fixes names 'odd.seen', and the audit that looks for it, odd.look, is not asked",
            "ask all audits of the data: quality.deep=true",
        )
    ]


def test_a_strangers_audit_says_what_is_left_out_where_nobody_says_otherwise(goodfit, install, words, tmp_path):
    code = code_of("return found('seen', rows=(facts.splits['train'][0].id,))")
    install("odd", code.replace("look_at_data=look", "look_at_data=look, codes=('odd.seen',), fixes=('odd.seen',)"))
    words = [*words, "training.max_steps=1", "quality.fix=drop"]
    outcome = goodfit("train", *words, "run.dir=out", "plugins.disable=[quality]", "--json")
    assert outcome.code == 0, outcome.err
    written = yaml.safe_load((tmp_path / "out/config.yaml").read_text("utf-8"))
    assert written["quality"]["fixes"] == ["data.leak", "odd.seen"]
    deeds = json.loads((tmp_path / "out/run.json").read_text("utf-8"))["plugins"]
    assert deeds["odd"]["records"] == {"left_out": 1}
    assert "data.left_out" not in codes(goodfit("check", *words, "quality.fixes=[data.leak]", "--json"))
    unasked = goodfit("check", *words, "quality.fixes=[data.leak,odd.seen]", "task.audits=[]")
    assert unasked.code == 0, unasked.err
