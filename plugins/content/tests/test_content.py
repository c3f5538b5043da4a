"""The content plugin: its data are what its README says, its metrics and checks count what an editor would count."""

import math
import re
import runpy
from collections import Counter
from pathlib import Path

import pytest
import yaml
from goodfit_content import checks, plugin
from goodfit_content.attributes import forbidden, required, to_state
from goodfit_content.guide import read_guide
from goodfit_content.phrases import those_in

from goodfit.hooks.types import Evidence, Finding, Item
from goodfit.kinds.generation import attributes
from goodfit.testing.measure import score
from goodfit.testing.starter_data import SIZES
from goodfit.testing.starter_files import starter_files

HERE = Path(__file__).resolve().parent.parent
TASKS = ["product_copy", "headline", "brand_voice"]
DATA = starter_files("content", HERE / "goodfit_content")
METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}
(GATE,) = plugin.goodfit_register_gates()


def read(row: dict) -> str:
    """The source of a record as text, as a run has it."""
    return attributes(row["source"]) if isinstance(row["source"], dict) else row["source"]


def written(source: str, answer: str, name: str = "1") -> Item:
    return Item(id=name, fields={"source": source, "target": "…"}, answer=answer)


def right_answers(task: str, split: str) -> list[Item]:
    return [written(read(row), row["target"], row["id"]) for row in DATA[task].right(split)]


@pytest.mark.parametrize("task", TASKS)
def test_a_generator_writes_the_committed_files_again(task):
    assert DATA[task].written_otherwise(HERE / "generators" / f"{task}.py") == []


@pytest.mark.parametrize("task", TASKS)
def test_the_files_hold_what_was_drawn_and_what_was_planted(task):
    assert DATA[task].misplanted() == []


@pytest.mark.parametrize("task", TASKS)
def test_only_what_was_planted_is_read_twice(task):
    assert DATA[task].repeated(read) == []


@pytest.mark.parametrize("task", TASKS)
def test_sources_and_targets_are_short(task):
    for split in SIZES:
        rows = DATA[task].records(split, without={"personal_data"})
        assert {40 <= len(read(row).split()) <= 120 for row in rows} == {True}
        least, most = (5, 10) if task == "headline" else (10, 40)
        assert {least <= len(row["target"].split()) <= most for row in rows} == {True}


@pytest.mark.parametrize("task", TASKS)
def test_a_target_states_only_figures_of_its_source(task):
    for split in SIZES:
        for row in DATA[task].right(split):
            assert set(re.findall(r"\d+", row["target"])) <= set(re.findall(r"\d+", read(row))), row["id"]


def test_about_a_third_of_the_test_products_are_unknown_to_training():
    nouns = [product.noun for product in runpy.run_path(HERE / "generators" / "product_frames.py")["NEW"]]
    new = {
        split: sum(bool(those_in(nouns, row["target"])) for row in DATA["product_copy"].records(split))
        for split in ("validation", "test")
    }
    assert new["validation"] == 0
    assert 0.25 <= new["test"] / SIZES["test"] <= 0.45


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("headline", "letters of notice went out", id="headline"),
        pytest.param("brand_voice", "transport within", id="brand_voice"),
    ],
)
def test_some_sentence_frames_occur_only_in_test(task, words):
    assert DATA[task].splits_that_say(words, read) == {"test"}


@pytest.mark.parametrize(
    ("task", "slice_name", "names"),
    [
        pytest.param("product_copy", "range", {"kitchen", "bedroom", "garden", "office", "travel"}, id="range"),
        pytest.param("product_copy", "phrases", {"named", "free"}, id="phrases"),
        pytest.param("headline", "section", {"local", "products", "business", "jobs"}, id="section"),
        pytest.param("brand_voice", "channel", {"web", "mail", "social"}, id="channel"),
    ],
)
def test_every_slice_can_be_audited(task, slice_name, names):
    counts = Counter(row["slices"][slice_name] for row in DATA[task].records("test"))
    assert set(counts) == names
    assert min(counts.values()) >= 0.08 * SIZES["test"]


@pytest.mark.parametrize("split", SIZES)
def test_the_right_copy_states_all_values_and_phrases_and_no_forbidden_one(split):
    items = right_answers("product_copy", split)
    assert score(METRICS["content.attributes_covered"], items) == score(METRICS["content.required_phrases"], items) == 1
    assert score(METRICS["content.forbidden_phrases"], items) == 0
    assert all(len(to_state(item.fields["source"])) >= 3 for item in items)
    for ask in (required, forbidden):
        assert 0.3 <= sum(bool(ask(item.fields["source"])) for item in items) / len(items) <= 0.7


@pytest.mark.parametrize("split", SIZES)
def test_every_right_headline_fits_and_every_right_rewrite_keeps_the_voice(split):
    assert score(METRICS["content.headline_fits"], right_answers("headline", split)) == 1
    assert score(METRICS["content.voice_kept"], right_answers("brand_voice", split)) == 1


def test_a_copied_source_never_keeps_the_voice():
    copies = [written(read(row), read(row)) for row in DATA["brand_voice"].records("test")]
    assert score(METRICS["content.voice_kept"], copies) == 0


@pytest.mark.parametrize("task", TASKS)
def test_right_answers_have_no_findings(task):
    assert plugin.goodfit_check_answers(f"content/{task}", right_answers(task, "test")) == []


@pytest.mark.parametrize(
    ("phrase", "text", "there"),
    [
        pytest.param("moss green", "Moss green, in wool", True, id="case and commas"),
        pytest.param("oak", "cloaked in soak", False, id="not inside a word"),
        pytest.param("£39", "It costs £39.", True, id="a price before a full stop"),
        pytest.param("£39", "It costs £39.50", False, id="not a part of a price"),
        pytest.param("39", "It costs £39", True, id="a figure without its sign"),
        pytest.param("30%", "30 % off", True, id="a percent sign apart"),
        pytest.param("1.5 litres", "holds 1.5 litres", True, id="a decimal"),
        pytest.param("5 litres", "holds 1.5 litres", False, id="not behind a decimal point"),
        pytest.param("must-have", "a must have", True, id="hyphens are blanks"),
        pytest.param("cheap", "cheaper", False, id="other forms are other words"),
        pytest.param("customer’s", "the customer's home", True, id="either apostrophe"),
        pytest.param("free delivery", "free, fast delivery", False, id="words in between"),
        pytest.param("…", "… and so on", False, id="a phrase without words"),
    ],
)
def test_a_phrase_stands_in_a_text_as_whole_words(phrase, text, there):
    assert (those_in([phrase], text) == [phrase]) is there


@pytest.mark.parametrize(
    ("phrase", "text", "there"),
    [
        pytest.param("cheap", "It is cheaper.", True, id="comparative"),
        pytest.param("cheap", "cheaply made", True, id="adverb"),
        pytest.param("bargain", "two bargains", True, id="plural"),
        pytest.param("trendy", "the trendiest mug", True, id="y becomes i"),
        pytest.param("nice", "nicer", True, id="a silent e"),
        pytest.param("big", "bigger", True, id="a doubled letter"),
        pytest.param("gift idea", "our gift ideas", True, id="a phrase"),
        pytest.param("cheap", "cheapskate", False, id="another word"),
        pytest.param("on sale", "sale on", False, id="another order"),
    ],
)
def test_a_forbidden_word_is_found_in_its_other_forms(phrase, text, there):
    source = f"name: Mug | never say: {phrase}"
    assert score(METRICS["content.forbidden_phrases"], [written(source, text)]) == there
    findings = plugin.goodfit_check_answers("content/product_copy", [written(source, text)])
    assert ["content.forbidden"] * there == [finding.code for finding in findings]


def test_a_source_says_what_to_state_and_which_phrases_to_use_or_avoid():
    source = (
        "name: Ivy mug | stock: 12 left | must say: free returns | price: £9 | never say: cheap; on sale | note: Hi: Bo"
    )
    assert to_state(source) == ["Ivy mug", "£9"]
    assert (required(source), forbidden(source)) == (["free returns"], ["cheap", "on sale"])
    assert (to_state("A text"), required("A text"), forbidden("never say: ; ")) == ([], [], [])


PRODUCT = "name: Ivy mug | material: oak | price: £9 | stock: 12 left | must say: free returns | never say: cheap; gift"


@pytest.mark.parametrize(
    ("name", "pairs", "value"),
    [
        pytest.param(
            "content.attributes_covered",
            [(PRODUCT, "The Ivy mug costs £9."), (PRODUCT, "Oak."), ("A text", "Oak")],
            3 / 6,
            id="values: stock and texts without attributes do not count",
        ),
        pytest.param(
            "content.required_phrases",
            [(PRODUCT, "With free returns."), (PRODUCT, "Returns are free."), ("name: Ivy mug", "An Ivy mug.")],
            1 / 2,
            id="required: word for word, and only where the source names some",
        ),
        pytest.param(
            "content.forbidden_phrases",
            [(PRODUCT, "A cheap gift"), (PRODUCT, "A mug"), (PRODUCT, ""), ("name: Ivy mug", "A cheap gift")],
            1 / 3,
            id="forbidden: answers count, not phrases",
        ),
        pytest.param(
            "content.headline_fits",
            [
                ("…", "Mills opens shop in Danby"),
                ("…", "Mills opens shop."),
                ("…", "M" * 71),
                ("…", " "),
                ("…", "A\nB"),
                ("…", "Kettle\u2028now"),
                ("…", "“Kettle.”"),
                ("…", "—"),
                ("…", "#"),
                ("…", "Shop opens “Kettle”"),
            ],
            2 / 10,
            id="headline: no end mark, not too long, with words, one line",
        ),
        pytest.param(
            "content.voice_kept",
            [("channel: web | text: …", "You find it here."), ("channel: mail | text: …", "You find it here.")],
            1 / 2,
            id="voice: by channel",
        ),
    ],
)
def test_a_metric_is_the_ratio_of_its_summed_counts(name, pairs, value):
    assert score(METRICS[name], [written(source, answer) for source, answer in pairs]) == pytest.approx(value)


@pytest.mark.parametrize("name", METRICS)
def test_no_items_give_an_undefined_share(name):
    assert METRICS[name].statistics([]).shape == (0, 2)
    assert math.isnan(score(METRICS[name], []))


@pytest.mark.parametrize(
    ("channel", "text", "broken"),
    [
        pytest.param("web", "Your lamp comes on Friday.", [], id="web"),
        pytest.param("mail", "Hello, your lamp comes on Friday. Merrow & Finch", [], id="mail"),
        pytest.param("mail", "Good morning! Your lamp. Merrow & Finch.", ["exclamation_mark"], id="exclamation mark"),
        pytest.param("social", "Your lamp comes on Friday. #lamps", [], id="social"),
        pytest.param("radio", "Your lamp comes on Friday. #lamps", [], id="a channel that the guide does not know"),
        pytest.param("web", "You get the best lamp.", ["superlatives"], id="superlative"),
        pytest.param("web", "You get it, 100% guaranteed.", ["promises"], id="promise"),
        pytest.param("web", "You get it prior to Friday.", ["long_words"], id="long word"),
        pytest.param("web", "You, unlike other customers, get it.", ["third_person"], id="third person"),
        pytest.param("web", "Your lamp was quickly packed by our team.", ["passive"], id="passive"),
        pytest.param("web", "Your lamp was sent by us.", ["passive"], id="irregular passive"),
        pytest.param(
            "web", "Your parcel was packed carefully by us.", ["passive"], id="passive with its adverb behind"
        ),
        pytest.param("web", "Your bench is painted by the sea.", [], id="a place"),
        pytest.param("web", "Your bench is painted by hand by Monday.", [], id="a means"),
        pytest.param("mail", "Hello, your lamp comes. Best wishes, Merrow & Finch", [], id="best wishes"),
        pytest.param(
            "mail", "Hello, your best lamp comes. All the best, Merrow & Finch", ["superlatives"], id="best lamp"
        ),
        pytest.param("web", "You get the most comfortable chair.", ["superlatives"], id="a superlative of two words"),
        pytest.param("web", "Your lamp is made in Wales.", [], id="a fact breaks no rule"),
        pytest.param("web", "Your shop is open by 9:00, we will be there by then.", [], id="no passive"),
        pytest.param("web", "The lamp comes on Friday.", ["no_you"], id="nobody is spoken to"),
        pytest.param("web", "You " + "and you " * 10, ["long_sentence"], id="21 words in one sentence"),
        pytest.param("web", "You get " + "more. " * 30, [], id="many short sentences"),
        pytest.param("web", "Hello, your lamp comes on Friday.", ["greeting"], id="a greeting on the web"),
        pytest.param("mail", "Your lamp comes on Friday. Merrow & Finch", ["greeting"], id="a mail without a greeting"),
        pytest.param("mail", "Hello, your lamp comes on Friday.", ["ending"], id="a mail without a name"),
        pytest.param("web", "Your lamp comes on Friday. #lamps", ["hashtags"], id="a hashtag on the web"),
        pytest.param("social", "Your lamp comes #today #lamps", ["hashtags"], id="two hashtags"),
        pytest.param("social", "You wait. " * 14 + "#waiting", ["too_long"], id="148 characters"),
        pytest.param("social", "", ["no_you", "hashtags"], id="nothing"),
    ],
)
def test_a_text_breaks_the_rules_of_the_guide_for_its_channel(channel, text, broken):
    assert read_guide().broken_rules(text, channel) == broken


def test_the_guide_of_another_house_can_be_read(tmp_path):
    own = {
        "house": "Bo",
        "forbidden": {"superlatives": ["top"], "promises": []},
        "most_words_in_a_sentence": 3,
        "channels": {"wall": {"opens_with": [], "ends_with": "Bo", "hashtags": 0, "most_characters": 20}},
    }
    (tmp_path / "guide.yaml").write_text(yaml.safe_dump(own), encoding="utf-8")
    guide = read_guide(tmp_path / "guide.yaml")
    assert guide.broken_rules("You are the top man", "wall") == ["superlatives", "long_sentence", "ending"]


def test_forbidden_phrases_are_one_finding_by_rule_without_texts():
    items = [written(PRODUCT, "A cheap mug, the best one", str(number)) for number in range(25)]
    items += [written(PRODUCT, "Purchase it", "25"), written(PRODUCT, "A mug", "26")]
    finding, claims = plugin.goodfit_check_answers("content/product_copy", items)
    assert (finding.severity, finding.code, finding.figure) == ("warning", "content.forbidden", 26 / 27)
    assert finding.message == (
        "26 of 27 answers use a phrase that the style guide or their own source forbids: "
        "1 long_words, 25 never_say, 25 superlatives"
    )
    assert finding.evidence == {
        "answers": 26,
        "of": 27,
        "by_rule": {"long_words": 1, "never_say": 25, "superlatives": 25},
        "ids": [str(number) for number in range(20)],
    }
    assert (claims.code, claims.figure) == ("content.unsupported_claims", 25 / 27)


SHIRT = "name: Loft shirt | material: 100% cotton | colour: blue | price: £39"


@pytest.mark.parametrize(
    ("source", "answer", "by_rule"),
    [
        pytest.param(SHIRT, "The Loft shirt in blue is made of 100% cotton and costs £39.", None, id="a value"),
        pytest.param(SHIRT, "Of 100 % Cotton, 100% guaranteed.", {"promises": 1}, id="a promise beside a value"),
        pytest.param(SHIRT, "Zero 100% cotton risk.", None, id="what stands around a value"),
        pytest.param(SHIRT, "It is 100% soft.", {"promises": 1}, id="a part of a value"),
        pytest.param("text: 100% cotton", "100% cotton", {"promises": 1}, id="no value of a product"),
        pytest.param(f"{SHIRT} | never say: cotton", "100% cotton", {"never_say": 1}, id="forbidden by its own source"),
        pytest.param("name: Best Mug | stock: 2", "The Best Mug.", None, id="a name"),
        pytest.param(SHIRT, "Best before 12 May.", None, id="best before"),
        pytest.param(SHIRT, "The best-before date is on it. Best by end of May.", None, id="best before and by"),
        pytest.param(SHIRT, "Best by far.", {"superlatives": 1}, id="best by far"),
        pytest.param(SHIRT, "It was the best before we came.", {"superlatives": 1}, id="the best before"),
    ],
)
def test_a_value_that_the_copy_must_state_and_a_day_break_no_rule(source, answer, by_rule):
    findings = plugin.goodfit_check_answers("content/product_copy", [written(source, answer)])
    found = [finding.evidence["by_rule"] for finding in findings if finding.code == "content.forbidden"]
    assert found == ([by_rule] if by_rule else [])


@pytest.mark.parametrize(
    ("source", "answer", "by_rule"),
    [
        pytest.param("Mills won a prize", "Mills is the best", {"best": 1}, id="invented"),
        pytest.param("Mills won the Best Shop prize", "Mills is best shop", None, id="quoted"),
        pytest.param("It works", "It is guaranteed, the fastest", {"fastest": 1, "guaranteed": 1}, id="two claims"),
        pytest.param("Clients purchase it", "Clients purchase it", None, id="a headline need not keep the voice"),
        pytest.param("It works", "It guarantees you the No. 1", {"No. 1": 1, "guarantees": 1}, id="a number one"),
        pytest.param("It works", "The #1 shop, 100 per cent", {"#1": 1, "100 per cent": 1}, id="signs and percents"),
        pytest.param("It works", "Zero risk, unmatched", {"unmatched": 1, "zero risk": 1}, id="no risk"),
        pytest.param("It works", "A lifetime warranty", {"lifetime warranty": 1}, id="a warranty"),
        pytest.param(
            "It works", "Clinically tested and BPA-free", {"BPA-free": 1, "clinically tested": 1}, id="facts made up"
        ),
        pytest.param("It is dermatologist tested", "Dermatologist-tested", None, id="a fact of the source"),
        pytest.param("made in: Wales", "Made in Italy", {"made in <country>": 1}, id="another country"),
        pytest.param("made in: Wales | price: £9", "Made in Wales", None, id="the country of the source"),
        pytest.param("It works", "Voted shop of the year, it cures", {"cures": 1, "voted": 1}, id="a vote and a cure"),
        pytest.param(
            "The most popular lamp", "Most durable lamp", {"most <adjective>": 1}, id="a superlative of two words"
        ),
        pytest.param("Most people pay", "Most people pay for most events", None, id="most of many"),
        pytest.param("It is not guaranteed", "It is guaranteed", {"guaranteed": 1}, id="denied by the source"),
        pytest.param("It isn't in any way guaranteed", "It is not guaranteed", None, id="denied by both"),
        pytest.param("It is not only guaranteed", "It is guaranteed", None, id="not only"),
        pytest.param("It never broke, it is guaranteed", "It is guaranteed", None, id="a denial of something else"),
        pytest.param(
            "name: Mug | never say: guaranteed", "It is guaranteed", {"guaranteed": 1}, id="forbidden by the source"
        ),
    ],
)
def test_a_headline_may_claim_what_its_source_says(source, answer, by_rule):
    findings = plugin.goodfit_check_answers("content/headline", [written(source, answer)])
    assert [finding.evidence["by_rule"] for finding in findings] == ([by_rule] if by_rule else [])
    assert {finding.code for finding in findings} <= {"content.unsupported_claims"}


def test_a_rewrite_is_told_every_rule_that_it_breaks():
    items = [written("channel: mail | text: the best lamp", "The best lamp!", "a")]
    forbidden_phrases, voice = plugin.goodfit_check_answers("content/brand_voice", items)
    assert (forbidden_phrases.code, forbidden_phrases.evidence["by_rule"]) == ("content.forbidden", {"superlatives": 1})
    assert voice.evidence == {
        "answers": 1,
        "of": 1,
        "by_rule": {"ending": 1, "exclamation_mark": 1, "greeting": 1, "no_you": 1, "superlatives": 1},
        "ids": ["a"],
    }


@pytest.mark.parametrize("task", ["contents/club", "legal/summary"])
def test_the_answers_of_others_are_left_alone(task):
    assert plugin.goodfit_check_answers(task, [written("…", "The best!")]) == []


@pytest.mark.parametrize(
    ("task", "codes", "passed", "reason"),
    [
        pytest.param("content/headline", [], True, "no answer uses a forbidden phrase", id="clean"),
        pytest.param("content/headline", ["content.forbidden"], False, "1 of 9", id="forbidden"),
        pytest.param("content/headline", ["content.unsupported_claims"], False, "1 of 9", id="claim"),
        pytest.param("content/brand_voice", ["content.voice_broken"], True, "no answer uses", id="another rule"),
        pytest.param("legal/summary", [], False, "nobody looked at the answers of legal/summary", id="not looked at"),
    ],
)
def test_the_gate_lets_no_forbidden_phrase_pass(task, codes, passed, reason):
    findings = [Finding(severity="warning", code=code, message="1 of 9") for code in codes]
    evidence = Evidence(task=task, primary="test/rougeL", tuned={}, paired={}, fit="good", findings=findings)
    verdict = GATE.judge(evidence)
    assert verdict.passed is passed
    assert "style guide" in GATE.description
    assert verdict.reason.startswith(reason)


def test_a_site_with_a_vowel_is_called_an_office():
    sources = [row["source"] for split in SIZES for row in DATA["headline"].records(split)]
    assert not any(re.search(r"\b[Aa] [aeiou]", source) for source in sources)


@pytest.mark.parametrize("task", TASKS)
def test_a_task_names_a_source_of_its_kind_and_metrics_that_are_there(task):
    conf = yaml.safe_load((HERE / "goodfit_content" / "conf" / "task" / "content" / f"{task}.yaml").read_text("utf-8"))
    source = DATA[task].source
    assert (conf["name"], conf["source"], conf["kind"]) == (f"content/{task}", source.name, source.kind)
    assert conf["kind"] == "generation"
    own = {name for name in conf["metrics"] if name.startswith("content.")}
    assert own != set()
    assert all(conf["kind"] in METRICS[name].kinds for name in own)
    assert conf["name"] in checks.CHECKS


def test_the_default_task_is_product_copy():
    conf = yaml.safe_load((HERE / "goodfit_content" / "conf" / "task" / "content.yaml").read_text("utf-8"))
    assert conf["defaults"] == ["content/product_copy@_here_", "_self_"]
