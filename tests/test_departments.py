"""A stranger's department: it judges its own tasks, changes nothing, and has all that ours have."""

import json

import pytest
from strangers import HEAD, TASK, with_task

JUDGE = HEAD + "\n@hookimpl\ndef goodfit_check_data(task, splits):\n    {body}\n"


def test_a_judge_that_fails_on_its_own_task_exits_4(goodfit, install, words):
    install("odd", JUDGE.format(body="1 / 0"), {"task/odd/first.yaml": TASK.format(name="odd/first")})
    outcome = goodfit("check", *with_task(words, "odd/first"))
    assert (outcome.code, outcome.out) == (4, "")
    ((error, fix),) = outcome.errors
    assert error.startswith(
        "the plugin 'odd' could not judge its own task: goodfit_check_data raised ZeroDivisionError ("
    )
    assert fix.startswith("mend the plugin")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param("1 / 0", "raised ZeroDivisionError (", id="raises"),
        pytest.param("return ['bad']", "raised TypeError: expected a sequence of ", id="returns texts"),
        pytest.param("return None", "raised TypeError: expected a sequence of ", id="returns nothing"),
    ],
)
def test_a_judge_that_fails_on_another_task_becomes_a_finding(goodfit, install, words, body, reason):
    install("odd", JUDGE.format(body=body))
    outcome = goodfit("check", *words, "--json")
    assert outcome.code == 0, outcome.err
    (finding,) = [found for found in outcome.json["findings"] if found["code"] == "odd.failed"]
    assert finding["severity"] == "warning"
    assert finding["message"].startswith(f"goodfit_check_data {reason}")


def test_a_judge_cannot_change_the_records(goodfit, install, tiny_words):
    body = (
        "[(row.update(text='gone'), row['spans'].clear()) for rows in splits.values() for row in rows]\n    return []"
    )
    install("odd", JUDGE.format(body=f"return {body}"))
    outcome = goodfit("preview", *tiny_words("token_classification", "encoder"), "--json")
    assert outcome.code == 0, outcome.err
    for shown in outcome.json["examples"]:
        assert [word for word in shown["learns"] if word.endswith("/B-WHO")]
        assert "gone" not in shown["reads"]


def test_looking_up_options_runs_no_code_of_a_plugin(goodfit, install, tmp_path):
    mark = tmp_path / "was here"
    install("odd", f"open({str(mark)!r}, 'w')\n", {"task/odd.yaml": TASK.format(name="odd")})
    for line in ("list task", "show task=odd model=t5", "explain optim.lr", "completion suggest xtask=od"):
        assert goodfit(*line.split()).code == 0
    assert "odd" in goodfit("list", "task").out
    assert not mark.exists()


STRANGER = (
    HEAD
    + """
from pathlib import Path


def files():
    return {{"train": Path({train!r}), "validation": Path({validation!r}), "test": Path({test!r})}}


@hookimpl
def goodfit_register_data_sources():
    about = dict(description="d", licence="x", origin="o")
    return [DataSourceSpec(name="shop.moods", kind="classification", files=files, **about)]


@hookimpl
def goodfit_register_metrics():
    return [metric("shop.right")]


@hookimpl
def goodfit_register_gates():
    def judge(evidence):
        return Verdict(passed=evidence.tuned[evidence.primary]["n"] == 24, reason=evidence.task)

    return [GateSpec(name="shop.gate", description="d", judge=judge)]


@hookimpl
def goodfit_check_data(task, splits):
    counts = dict((split, len(rows)) for split, rows in splits.items())
    return [Finding(severity="info", code="shop.counted", message="counted", evidence=counts)] if task == "shop" else []


@hookimpl
def goodfit_check_answers(task, items):
    return [Finding(severity="info", code="shop.seen", message=f"{{len(items)}} answers")] if task == "shop" else []
"""
)


def test_a_strangers_department_has_all_that_ours_have(goodfit, install, tmp_path, words):
    files = dict(word.removeprefix("dataset.").split("=", 1) for word in words if word.startswith("dataset."))
    conf = {
        "task/shop.yaml": TASK.format(name="shop") + "source: shop.moods\nmetrics: [shop.right]\nprimary: shop.right\n",
        "policy/shop.yaml": "gates: [shop.gate, not_overfit]\n",
    }
    install("shop", STRANGER.format(**files), conf)
    own = [word for word in words if not word.startswith(("task", "dataset"))]
    outcome = goodfit("train", "task=shop", "policy=shop", *own, "training.epochs=1", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    assert outcome.json["primary"] == "test/shop.right"
    figures = outcome.json["metrics"]
    assert figures["test/shop.right"] == figures["test/accuracy"]
    assert outcome.json["gates"][0] == {"gate": "shop.gate", "passed": True, "reason": "shop"}
    findings = map(json.loads, (tmp_path / "run" / "findings.jsonl").read_text("utf-8").splitlines())
    own_findings = {found["code"]: found for found in findings if found["code"].startswith("shop.")}
    assert own_findings["shop.counted"]["evidence"] == {"train": 32, "validation": 24, "test": 24}
    assert own_findings["shop.seen"]["message"] == "24 answers"
    identity = json.loads((tmp_path / "run" / "lock.json").read_text("utf-8"))["plugins"]["shop"]
    assert (identity["distribution"], identity["version"]) == ("goodfit-shop", "1.0")
    assert identity["digest"].startswith("sha256:")
    deeds = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["plugins"]["shop"]
    assert deeds["uses"] == ["shop.gate", "shop.moods", "shop.right"]
    assert deeds["findings"] == {"shop.counted": 1, "shop.seen": 1}
    assert deeds["hooks"]["goodfit_check_answers"] == 1
