"""The support department: its data are as the README says, its metrics count right, its checks warn."""

import math
from collections import Counter
from pathlib import Path

import pytest
import yaml
from goodfit_support import plugin
from goodfit_support.contacts import has_contact_details
from goodfit_support.promises import promises, unbacked

from goodfit.hooks.types import Item
from goodfit.kinds.text_metrics import OPTIONAL_METRICS
from goodfit.testing.measure import score
from goodfit.testing.starter_data import SIZES
from goodfit.testing.starter_files import starter_files

HERE = Path(__file__).resolve().parents[1]
TASKS = ("intent", "sentiment", "reply", "faq")
DATA = starter_files("support", HERE / "goodfit_support")
METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}
POLICY = (
    "Late parcels: there is a voucher of $10 after 5 days. No day of arrival is promised. "
    "Items on sale are not refunded. The next delivery comes on 3 March."
)


def read(row: dict) -> str:
    """What a model reads of a record."""
    if "messages" in row:
        return "\n".join(turn["content"] for turn in row["messages"][:-1])
    return row["text"] if "text" in row else row["query"]


def replied(answer: str, key: str = "r", policy: str = POLICY) -> Item:
    turns = [("system", policy), ("user", "Where is my kettle?"), ("assistant", "I do not know.")]
    messages = [{"role": role, "content": content} for role, content in turns]
    return Item(id=key, fields={"messages": messages}, answer=answer)


def items(*pairs: tuple[str, str]) -> list[Item]:
    """Make items from (label, answer)."""
    return [
        Item(id=str(row), fields={"label": label}, answer=answer, confidence=None)
        for row, (label, answer) in enumerate(pairs)
    ]


@pytest.mark.parametrize("task", TASKS)
def test_a_generator_writes_the_committed_files_again(task):
    assert DATA[task].written_otherwise(HERE / "generators" / f"{task}.py") == []


@pytest.mark.parametrize("task", TASKS)
def test_the_files_hold_what_was_drawn_and_what_was_planted(task):
    assert DATA[task].misplanted() == []


@pytest.mark.parametrize("task", TASKS)
def test_only_what_was_planted_is_read_twice(task):
    assert DATA[task].repeated(lambda row: read(row).casefold()) == []


@pytest.mark.parametrize(
    ("task", "labels", "rarest"),
    [pytest.param("intent", 8, 0.08, id="intent"), pytest.param("sentiment", 3, 0.25, id="sentiment")],
)
def test_no_label_is_rare_in_any_split(task, labels, rarest):
    for records in (DATA[task].records(split) for split in SIZES):
        counts = Counter(row["label"] for row in records)
        assert len(counts) == labels
        assert min(counts.values()) >= rarest * len(records)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("intent", "fake page", id="intent"),
        pytest.param("sentiment", "what a letdown", id="sentiment"),
        pytest.param("reply", "my lawyer would like", id="reply"),
        pytest.param("faq", "half of my points", id="faq"),
    ],
)
def test_some_sentence_frames_occur_only_in_test(task, words):
    assert DATA[task].splits_that_say(words, read) == {"test"}


@pytest.mark.parametrize("task", ["intent", "sentiment"])
def test_every_message_names_its_channel_and_customer(task):
    rows = [row for split in SIZES for row in DATA[task].right(split)]
    assert {row["slices"]["channel"] for row in rows} == {"email", "chat", "phone_note"}
    assert {row["slices"]["customer"] for row in rows} == {"private", "business"}


def test_a_conversation_has_a_policy_and_ends_with_support():
    for row in (row for split in SIZES for row in DATA["reply"].right(split)):
        roles = [turn["role"] for turn in row["messages"]]
        assert roles == ["system", *["user", "assistant"] * roles.count("user")]
        assert 1 <= roles.count("user") <= 4
        assert sum(len(turn["content"].split()) for turn in row["messages"]) <= 170


def test_what_support_replies_depends_on_the_policy_and_promises_nothing_beyond_it():
    rows = [row for split in SIZES for row in DATA["reply"].right(split)]
    rules = {}
    for row in rows:
        assert unbacked(row["messages"][:-1], row["messages"][-1]["content"]) == []
        rules.setdefault(row["slices"]["topic"], set()).add(row["slices"]["rule"])
    assert len(rules) == 13
    assert all(len(own) >= 2 for own in rules.values())
    assert sum(any(promises(row["messages"][-1]["content"])) for row in rows) >= 0.5 * len(rows)


def test_every_answer_of_the_help_centre_is_asked_for_in_every_split():
    answers = {split: Counter(row["positive"] for row in DATA["faq"].right(split)) for split in SIZES}
    assert len(answers["train"]) == len(answers["validation"]) == len(answers["test"]) == 80
    assert all(20 <= len(answer.split()) <= 60 for answer in answers["train"])


@pytest.mark.parametrize(
    ("name", "pairs", "value"),
    [
        pytest.param(
            "support.urgent_recall",
            [
                ("fraud_report", "fraud_report"),
                ("billing_error", "refund"),
                ("account_access", "fraud_report"),
                ("refund", "fraud_report"),
                ("account_access", "account_access"),
            ],
            0.5,
            id="urgent: another urgent intent is a miss, other intents do not count",
        ),
        pytest.param(
            "support.escalation_recall",
            [("negative", "negative"), ("negative", "neutral"), ("negative", "negative"), ("positive", "negative")],
            2 / 3,
            id="escalation: only negative messages count",
        ),
        pytest.param(
            "support.false_alarm_rate",
            [("negative", "negative"), ("neutral", "negative"), ("positive", "neutral"), ("positive", "positive")],
            1 / 3,
            id="false alarm: only the others count",
        ),
    ],
)
def test_a_metric_is_the_ratio_of_its_summed_counts(name, pairs, value):
    assert score(METRICS[name], items(*pairs)) == pytest.approx(value)


def test_labels_without_negative_give_no_rate_of_false_alarms():
    assert math.isnan(score(METRICS["support.false_alarm_rate"], items(("angry", "fine"), ("fine", "fine"))))


@pytest.mark.parametrize("name", METRICS)
def test_no_items_give_an_undefined_metric(name):
    assert math.isnan(score(METRICS[name], []))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Write to ines.b42@example.com.", True, id="mail"),
        pytest.param("Please call 555-0142.", True, id="local number"),
        pytest.param("My number is (555) 010-4477", True, id="area code"),
        pytest.param("call +1 555 010 4477 please", True, id="country code"),
        pytest.param("call +15550104477", True, id="country code without spaces"),
        pytest.param("+49 30 1234567", True, id="Berlin with its country code"),
        pytest.param("Ring +49 151 23456789.", True, id="a German mobile"),
        pytest.param("+44 7700 900123", True, id="a British mobile with its country code"),
        pytest.param("07700 900123", True, id="a British mobile"),
        pytest.param("tel. (030) 1234567", True, id="area code in brackets"),
        pytest.param("01 23 45 67 89", True, id="groups of two"),
        pytest.param("10 000 000 pounds", False, id="a large sum"),
        pytest.param("0049 30 1234567", True, id="zeros for the plus"),
        pytest.param("45 000 555 1000 or 100 200 3000 pieces", False, id="more large sums"),
        pytest.param("size 38 40 42 44", False, id="sizes"),
        pytest.param("03.12.2026 10.30", False, id="a date with a time"),
        pytest.param("on 05.03.2026 or 2026 01 05", False, id="more dates"),
        pytest.param("card 4000 0123 4567 8901", False, id="a card with a zero in front of a group"),
        pytest.param("Where is order #48213? I paid $129.95.", False, id="order and amount"),
        pytest.param("order GF-20417, 204417 and 14 Alder Row", False, id="order numbers"),
        pytest.param("It came on 2031-05-03, not on 04.05.2031.", False, id="dates"),
        pytest.param("card 4000 0000 0000 0000", False, id="a card is not a phone"),
        pytest.param("I tweeted @goodshop at 12:30", False, id="handle"),
    ],
)
def test_contact_details_are_told_from_other_numbers(text, expected):
    assert has_contact_details(text) is expected


@pytest.mark.parametrize("task", TASKS)
def test_the_check_finds_exactly_the_personal_data_that_were_planted(task):
    planted = {}
    for fault in DATA[task].faults():
        if fault["fault"] == "personal_data":
            planted.setdefault(fault["split"], set()).add(fault["id"])
    splits = {split: DATA[task].records(split) for split in SIZES}
    findings = plugin.goodfit_check_data(task=f"support/{task}", splits=splits)
    assert {finding.evidence["split"]: set(finding.evidence["ids"]) for finding in findings} == planted
    assert {split: len(ids) for split, ids in planted.items()} == {"train": 10, "validation": 2, "test": 3}


@pytest.mark.parametrize(
    ("answer", "sorts"),
    [
        pytest.param("We will refund you.", ["refund"], id="refund"),
        pytest.param("You get your money back.", ["refund"], id="money back"),
        pytest.param("You get a voucher of $10 after 5 days.", [], id="a voucher that the policy grants"),
        pytest.param("You get a voucher of $20.", ["voucher"], id="a larger voucher"),
        pytest.param("I can give you 10% off.", ["discount"], id="discount"),
        pytest.param("We send you a new one for free.", ["gift"], id="gift"),
        pytest.param("It will be there on Friday.", ["date"], id="a day"),
        pytest.param("It comes on 3 March.", [], id="the day that the policy names"),
        pytest.param("It comes on 4 March.", ["date"], id="another day"),
        pytest.param("It takes two weeks.", ["date"], id="a period"),
        pytest.param("That was our fault.", ["fault"], id="fault"),
        pytest.param("We accept full responsibility.", ["fault"], id="responsibility"),
        pytest.param("I cannot refund this, but you will have it by Monday.", ["date"], id="denied, then promised"),
        pytest.param("I cannot refund this.", [], id="denied"),
        pytest.param("Would you like a refund?", [], id="a question"),
        pytest.param("You ordered it on Friday.", [], id="the past"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_a_promise_is_backed_by_the_policy_or_not(answer, sorts):
    assert unbacked(replied(answer).fields["messages"], answer) == sorts


@pytest.mark.parametrize(
    ("answer", "sorts"),
    [
        pytest.param("No problem, we will refund you.", ["refund"], id="no problem"),
        pytest.param("We will refund you, no questions asked.", ["refund"], id="no questions asked"),
        pytest.param("Do not worry, I will refund you today.", ["refund", "date"], id="do not worry"),
        pytest.param("Not only will we refund you, we add a voucher.", ["refund", "voucher"], id="not only"),
        pytest.param("There is no need to send it back: we will refund you.", ["refund"], id="no need"),
        pytest.param("I have credited your account with £50.", ["refund"], id="credited"),
        pytest.param("You will be repaid in full.", ["refund"], id="repaid"),
        pytest.param("Here is a £10 coupon", ["voucher"], id="coupon"),
        pytest.param("You get 20 percent off.", ["discount"], id="percent off"),
        pytest.param("You get £10 off your next order.", ["discount"], id="pounds off"),
        pytest.param("We will waive the fee.", ["gift"], id="waived"),
        pytest.param("We do it at no cost to you.", ["gift"], id="at no cost"),
        pytest.param("A replacement is on its way.", ["gift"], id="replacement"),
        pytest.param("This one is on us.", ["gift"], id="on us"),
        pytest.param("We take full responsibility.", ["fault"], id="responsibility taken"),
        pytest.param("It was entirely our error.", ["fault"], id="error"),
        pytest.param("It will arrive on 5th March.", ["date"], id="an ordinal"),
        pytest.param("Expect it on Monday.", ["date"], id="expect"),
        pytest.param("It is done within a fortnight.", ["date"], id="fortnight"),
        pytest.param("As you have not received it we will send you your money back.", ["refund"], id="a reason"),
        pytest.param("Because the lamp doesn't work I will give you your money back.", ["refund"], id="because"),
        pytest.param("I see that it was not as described and I am refunding you.", ["refund"], id="what support sees"),
        pytest.param("You would like a refund, which I have now arranged.", ["refund"], id="a wish that is granted"),
        pytest.param("We'll refund you at no extra charge.", ["refund", "gift"], id="no extra charge"),
        pytest.param("I have issued a credit to your account.", ["refund"], id="a credit"),
        pytest.param("You won't be charged.", ["gift"], id="not charged"),
        pytest.param("There will be no charge.", ["gift"], id="no charge"),
        pytest.param("We'll pay for the return shipping.", ["gift"], id="return shipping"),
        pytest.param("We'll cover the cost.", ["gift"], id="the cost"),
        pytest.param("We'll send a new one.", ["gift"], id="a new one"),
        pytest.param("It should be with you by Friday.", ["date"], id="should"),
        pytest.param("Please note that it will come on Friday.", ["date"], id="please note"),
        pytest.param("Send it in and you get an answer within 3 days.", ["date"], id="asked, then promised"),
    ],
)
def test_a_promise_is_seen_however_it_is_put(answer, sorts):
    assert unbacked([], answer) == sorts


@pytest.mark.parametrize(
    "answer",
    [
        "Refunds are ruled out.",
        "A refund is out of the question.",
        "I understand you want a refund.",
        "I refuse to refund this.",
        "There is no need to refund it.",
        "I can repair it instead of a refund.",
        "We received your mail today and will look at it.",
        "Please read our refund policy.",
        "You can count on us.",
        "Please reply within 14 days.",
        "Could you please send us a photo within 7 days.",
        "Send it back within 7 days.",
        "As I said I cannot promise that we will refund you.",
        "I do not think that we will refund you.",
        "I know you would like a refund, which I understand.",
        "I know you would like a refund, which I cannot give.",
        "You will not be charged twice.",
        "We won't cover the cost.",
        "You should have received it on Friday.",
    ],
)
def test_a_refusal_or_a_request_is_no_promise(answer):
    assert list(promises(answer)) == []


@pytest.mark.parametrize(
    ("policy", "answer", "sorts"),
    [
        *[
            pytest.param(policy, "We offer you a refund.", ["refund"], id=policy)
            for policy in (
                "Refunds are excluded.",
                "Refunds are forbidden.",
                "Avoid refunds.",
                "Only a manager may grant refunds.",
                "We give a voucher instead of a refund.",
                "We repair rather than refund.",
                "Refunds need a manager's approval.",
                "We stopped giving refunds.",
            )
        ],
        pytest.param("We give a voucher instead of a refund.", "You get a voucher.", [], id="what is given instead"),
        pytest.param("No refunds, only vouchers.", "You get a voucher.", [], id="what alone is given"),
        pytest.param("We refund 50% of the price.", "We refund you in full.", ["refund"], id="half is not all"),
        pytest.param("We refund the price.", "We refund you in full.", [], id="all"),
        pytest.param("We are closed on Monday.", "It will arrive on Monday.", ["date"], id="closed"),
        pytest.param("We do not deliver on Mondays.", "It will arrive on Monday.", ["date"], id="no deliveries"),
        pytest.param("We deliver on Monday, closed on Sunday.", "It will arrive on Monday.", [], id="open"),
        pytest.param("It comes on March 5.", "It will arrive on 5th March.", [], id="one date in two ways"),
        pytest.param(
            "We answer in two weeks.", "You get an answer within a fortnight.", [], id="one period in two ways"
        ),
        pytest.param("We answer in two weeks.", "You get an answer within a week.", ["date"], id="a shorter period"),
    ],
)
def test_a_policy_grants_what_it_says_and_no_more(policy, answer, sorts):
    assert unbacked([{"role": "system", "content": policy}], answer) == sorts


def test_without_a_policy_nothing_is_granted():
    assert unbacked([{"role": "user", "content": "Is there a voucher?"}], "You get a voucher.") == ["voucher"]


def test_promise_free_is_the_share_of_replies_that_stay_within_the_policy():
    answers = ["We will refund you on Friday.", "You get a voucher of $10.", "I do not know.", "It is our mistake."]
    assert score(METRICS["support.promise_free"], [replied(answer) for answer in answers]) == 0.5


def test_promises_are_one_finding_by_sort_without_texts():
    items = [replied("We refund you on Friday.", f"row-{row}") for row in range(25)] + [replied("I do not know.")]
    (finding,) = plugin.goodfit_check_answers("support/reply", items)
    assert (finding.severity, finding.code, finding.figure) == ("warning", "support.promises", 25 / 26)
    assert finding.message == "25 of 26 replies promise what their policy does not grant: 25 refund"
    assert finding.evidence == {"promises": {"refund": 25}, "of": 26, "ids": [f"row-{row}" for row in range(20)]}


@pytest.mark.parametrize("task", ["support/reply", "support/intent", "supporters/club"])
def test_there_is_nothing_to_report_about_no_replies(task):
    assert plugin.goodfit_check_answers(task, []) == []


def test_a_finding_names_at_most_twenty_ids_and_no_text():
    records = [{"id": f"row-{row}", "text": "Mail a@example.com", "label": "neutral"} for row in range(30)]
    (finding,) = plugin.goodfit_check_data(task="support", splits={"train": records, "test": []})
    assert (finding.severity, finding.code) == ("warning", "support.contact_details")
    assert finding.message == "30 of 30 train records hold a mail address or a phone number"
    assert finding.evidence == {"split": "train", "count": 30, "ids": [f"row-{row}" for row in range(20)]}


def test_the_check_leaves_the_tasks_of_other_departments_alone():
    records = [{"id": "a", "text": "Mail a@example.com", "label": "neutral"}]
    assert plugin.goodfit_check_data(task="supporters/club", splits={"train": records}) == []


@pytest.mark.parametrize("task", TASKS)
def test_a_task_file_names_what_the_plugin_offers(task):
    folder = Path(plugin.__file__).parent / "conf" / "task" / "support"
    conf = yaml.safe_load((folder / f"{task}.yaml").read_text("utf-8"))
    source = DATA[task].source
    assert (conf["name"], conf["source"], conf["kind"]) == (f"support/{task}", source.name, source.kind)
    assert all(path.is_file() for path in source.files().values())
    assert all(conf["kind"] in {**OPTIONAL_METRICS, **METRICS}[name].kinds for name in conf.get("metrics", []))


def test_every_metric_has_its_name():
    assert list(METRICS) == [
        "support.urgent_recall",
        "support.escalation_recall",
        "support.false_alarm_rate",
        "support.promise_free",
    ]
