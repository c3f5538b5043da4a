"""Metrics of written answers: a figure is the same however it is written, and a grade is what its formula says."""

import math

import numpy as np
import pytest

from goodfit.evaluation.resample import interval
from goodfit.hooks.types import Item
from goodfit.kinds.text_metrics import OPTIONAL_METRICS as METRICS
from goodfit.testing.measure import score
from goodfit.texts.figures import Figure, grounds, stated, unsupported
from goodfit.texts.reading import counts, syllables

SOURCE = "The Buyer shall pay twelve thousand pounds (£12,000) within thirty (30) days of 1 March 2026."
TARGET = "The Buyer pays £12,000 within 30 days of 1 March 2026."
COMMON = {
    1: "blue call filled friend great league makes piece priest the thought through true used year",
    2: "about basement being between boxes careful client create customs doctor evening every friendly "
    "going handled honest hundred judgement likely marriage movie needed nineteen notice patient people player "
    "question quiet region review royal ruin safely science service something sometimes special statement study tables "
    "therefore today trial Tuesday unique warehouse wasted welcome",
    3: "actual annual another area audience awareness believer carrier companies convenient created easier "
    "everything family guarantee however idea important influence management medium museum nobody "
    "opinion period poetry possible retirement serious settlement various video",
    4: "apologise associate available biology confidential continuous delivery diagnosis diabetes environment "
    "experience immediate January material operation reality reliable society termination variety",
    5: "association immediately implementation individual liability opportunity",
}
"""Syllables -> common words that have so many, among them some that the rules get wrong."""

ANSWERS = ["He pays £12,000 within 30 days.", "He pays £13,000 within thirty days of 1 March 2026.", "He pays soon."]


def written(answer: str) -> Item:
    return Item(id="g", fields={"source": SOURCE, "target": TARGET}, answer=answer)


def replied(answer: str) -> Item:
    turns = [("system", "Be brief."), ("user", "What does it say?"), ("user", SOURCE), ("assistant", TARGET)]
    messages = [{"role": role, "content": content} for role, content in turns]
    return Item(id="c", fields={"messages": messages}, answer=answer)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        pytest.param("thirty (30) days", {Figure("period", "day", 30)}, id="words and digits are one figure"),
        pytest.param("two years", {Figure("period", "month", 24)}, id="years are compared in months"),
        pytest.param("10 Business Days", {Figure("period", "business day", 10)}, id="business days are no days"),
        pytest.param(
            "twelve thousand five hundred pounds (£12,500.00)", {Figure("money", "GBP", 12_500)}, id="a sum said twice"
        ),
        pytest.param("EUR 1.2 million", {Figure("money", "EUR", 1_200_000)}, id="millions"),
        pytest.param("the 1st day of March 2026", {Figure("date", "day", 20_260_301)}, id="a long date"),
        pytest.param("March 1, 2026", {Figure("date", "day", 20_260_301)}, id="an American date"),
        pytest.param("01.03.2026", {Figure("date", "day", 20_260_301)}, id="a date with dots"),
        pytest.param("3 per cent (3%)", {Figure("percent", "", 3)}, id="a percentage said twice"),
        pytest.param("clause 12.3.1", {Figure("reference", "12.3.1", 0)}, id="a clause number"),
        pytest.param(
            "between five and ten units", {Figure("number", "", 5), Figure("number", "", 10)}, id="a range is no sum"
        ),
        pytest.param("one of them, and no one else", set(), id="one is a pronoun"),
        pytest.param("figures in EUR million", set(), id="the head of a column"),
        pytest.param(
            "$5-6 million",
            {Figure("money", "USD", 5_000_000), Figure("number", "", 6_000_000)},
            id="a range with a scale",
        ),
        pytest.param("one month", {Figure("period", "month", 1)}, id="one before a unit"),
        pytest.param("no figure at all", set(), id="nothing"),
    ],
)
def test_a_figure_is_the_same_however_it_is_written(text, figures):
    assert stated(text) == figures


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param("£5bn", "£5m", id="scale letters"),
        pytest.param("$50k", "$50", id="a scale letter"),
        pytest.param("5 million customers", "5 customers", id="a scale in words"),
        pytest.param("5 customers", "5 million customers", id="a scale that is gone"),
        pytest.param("EUR 10", "EUR 10.000", id="thousands behind a dot"),
        pytest.param("INR 1,50,000", "INR 1,50,00,000.00", id="Indian sums"),
        pytest.param("-5%", "5%", id="a minus"),
        pytest.param("minus 5 per cent", "5%", id="a minus in words"),
        pytest.param("30 minutes", "30 seconds", id="units of time"),
        pytest.param("5 customers", "within 5 years", id="what is counted"),
        pytest.param("A$500", "$500", id="another dollar"),
        pytest.param("500 SEK", "500 NOK", id="another crown"),
        pytest.param("2 percentage points", "2 %", id="points are no per cent"),
        pytest.param("5 members", "on 5 March 2026", id="the day of a date"),
    ],
)
def test_another_scale_sign_or_unit_is_another_figure(text, source):
    assert unsupported(text, source) == stated(text) != set()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("£1.2m", "£1,200,000", id="a scale letter"),
        pytest.param("5bn euros", "€5,000,000,000", id="the currency behind"),
        pytest.param("US$1.1B", "USD 1,100 million", id="capitals"),
        pytest.param("1.2 million users", "1,200,000 users", id="no currency"),
        pytest.param("1.2M users", "1,200,000 users", id="a capital M"),
        pytest.param("EUR 1.250,00", "EUR 1,250.00", id="continental"),
        pytest.param("EUR 1.250.000", "EUR 1,250,000", id="continental millions"),
        pytest.param("EUR 10.000", "EUR 10,000", id="continental thousands"),
        pytest.param("EUR 1.459 per litre", "EUR 1.4590 a litre", id="a price of three decimals"),
        pytest.param("10.000 euros", "EUR 10,000", id="continental thousands before a currency"),
        pytest.param("EUR 1.250 million", "EUR 1,250,000", id="three decimals before a scale"),
        pytest.param("INR 1,50,000", "INR 150,000", id="Indian"),
        pytest.param("INR 1,50,00,000.00", "INR 15,000,000", id="Indian with decimals"),
        pytest.param("1,50,000 users", "150,000 users", id="Indian without a currency"),
        pytest.param("EUR 1\u00a0250,00", "EUR 1,250.00", id="a no-break blank"),
        pytest.param("CHF 1’250.00", "CHF 1,250.00", id="Swiss"),
        pytest.param("3,5 %", "3.5 %", id="a comma"),
        pytest.param("\u22125 %", "-5 %", id="a minus sign"),
        pytest.param("the 3rd quarter", "the third quarter", id="an ordinal"),
        pytest.param("the twenty-first day of March 2026", "21 March 2026", id="a spelled date"),
        pytest.param("one and a half million", "1.5 million", id="and a half"),
        pytest.param("half a million", "500,000", id="half a million"),
        pytest.param("two and a half years", "30 months", id="half a year"),
        pytest.param("90 minutes", "1.5 hours", id="minutes"),
        pytest.param("50 basis points", "0.5 percentage points", id="basis points"),
    ],
)
def test_two_ways_to_write_a_figure_support_each_other(one, other):
    assert stated(one) == stated(other) != set()
    assert unsupported(one, other) == unsupported(other, one) == set()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param("notice is 30", "30 days", id="a number without a noun"),
        pytest.param("it is 10.000", "EUR 10.000", id="a sum without its currency"),
        pytest.param("USD 0.125", "USD 0.125", id="three decimals below one"),
        pytest.param("the 2026 results", "on 31 December 2026", id="the year of a date"),
        pytest.param("on 5 March", "on 5 March 2026", id="a day without its year"),
        pytest.param("it fell by 5%", "change: -5%", id="a fall in words"),
        pytest.param("the 3rd party", "the third party", id="a rank"),
        pytest.param("from 3.9 to 4.2 million euros", "EUR 3.9 million and EUR 4.2 million", id="one scale for two"),
        pytest.param("Section 5 covers it", "Sections 4 and 5", id="a section"),
    ],
)
def test_a_source_supports_what_follows_from_its_figures(text, source):
    assert unsupported(text, source) == set()


LOSSES = (
    "net profit: EUR -1 million | net profit last year: EUR -2 million | margin: -4 % | revenue: EUR 9 million"
    " | costs change: -3 % | customers change: -16.9 % | store at -5 to 10 °C"
)


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        pytest.param("Net profit was EUR 1 million, after EUR 2 million the year before.", 2, id="a profit"),
        pytest.param("Net profit fell to EUR 1 million from EUR 2 million.", 2, id="what a profit fell to"),
        pytest.param("Net profit was 1 million.", 1, id="a number without its currency"),
        pytest.param("Profit before interest and tax was EUR 1 million.", 1, id="a profit before costs"),
        pytest.param("Costs fell by 3 % and the margin was 4 %.", 1, id="a fall of another measure"),
        pytest.param("The margin was 4 % on lower costs.", 1, id="a fall of another measure behind it"),
        pytest.param("- Costs: down 3 %\n- Net profit: EUR 1 million", 1, id="a fall in another line of a list"),
        pytest.param("Customers rose by 16.9 %.", 1, id="a rise"),
        pytest.param("Store between 5 and 10 °C.", 1, id="a temperature"),
    ],
)
def test_a_loss_in_the_source_is_no_profit(text, figures):
    assert len(unsupported(text, LOSSES)) == figures


@pytest.mark.parametrize(
    "text",
    [
        "Net profit was EUR -1 million.",
        "A net loss of EUR 1 million, after EUR 2 million a year earlier.",
        "The net loss narrowed from EUR 2 million to EUR 1 million.",
        "Net loss, including one-off effects, was EUR 1 million.",
        "Net loss: EUR 1 million (last year: EUR 2 million)",
        "It ended with EUR 1 million in the red.",
        "The result was EUR 1 million, a loss.",
        "The company lost EUR 1 million.",
        "Ein Fehlbetrag von EUR 1 million.",
        "Costs fell by 3 % and customers by 16.9 %.",
        "Costs were down 3 %, with 16.9 % fewer customers.",
        "There was a 16.9 % year-on-year decline in customers.",
        "The margin was negative at 4 %.",
        "Revenue was EUR 9 million.",
        "Store at -5 to 10 °C, so from 5 degrees below freezing on.",
    ],
)
def test_a_loss_or_fall_in_words_needs_no_minus(text):
    assert unsupported(text, LOSSES) == set()


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param("amlodipine 5 mg", "Plan: amlodipine -5 mg od", id="a dash before a dose"),
        pytest.param("5 mg and 2 tablets", "Plan:\n-5 mg amlodipine\n-2 tablets", id="lines of a list"),
        pytest.param("from 10 % to 20 %", "10 % -20 %", id="a range"),
        pytest.param("on 3 March 2026, 5 to 10 days", "2026-03-03, 5-10 days", id="a date and a range"),
        pytest.param("a profit of 1,000", "(1,000)", id="brackets"),
        pytest.param("You paid £20.", "card -£20.00", id="a payment"),
        pytest.param("Expenses were EUR 5 million.", "expenses: EUR -5 million", id="costs"),
        pytest.param("5 % off", "price: -5 %", id="a discount"),
        pytest.param(
            "Tickets are £10 for adults and £5 for children.", "adults -£10, children -£5", id="dashes of prices"
        ),
        pytest.param("Net profit was EUR (1.0) million.", "net profit: EUR -1.0 million", id="an accountant's minus"),
        pytest.param("You get a credit of EUR 300.", "Price adjustment: -EUR 300", id="a credit"),
        pytest.param("3 of them", "change: -3 %, the third party", id="an ordinal beside it"),
    ],
)
def test_a_dash_a_bracket_and_a_payment_take_nothing_from_a_figure(text, source):
    assert unsupported(text, source) == set()


def test_a_dash_is_no_minus():
    values = {figure.value for figure in stated("10-20 units, pages 3 - 5, B-204")}
    assert values == {10, 20, 3, 5, 204}


def test_a_date_supports_its_month_and_its_year():
    assert stated("in March 2026") | stated("2026") <= grounds("on 1 March 2026")
    assert unsupported("in April 2026", "on 1 March 2026") == stated("in April 2026") != set()


@pytest.mark.parametrize("asked", [pytest.param(written, id="generation"), pytest.param(replied, id="chat")])
def test_figures_are_counted_over_all_answers(asked):
    items = [asked(answer) for answer in ANSWERS]
    assert score(METRICS["figures_supported"], items) == pytest.approx(4 / 5)
    assert score(METRICS["figures_kept"], items) == pytest.approx(4 / 9)
    assert math.isnan(score(METRICS["figures_supported"], items[2:]))


def test_the_last_message_of_a_conversation_supports_no_figure():
    messages = [{"role": "user", "content": "How long?"}, {"role": "assistant", "content": "It takes 30 days."}]
    item = Item(id="c", fields={"messages": messages}, answer="It takes 30 days.")
    assert (score(METRICS["figures_supported"], [item]), score(METRICS["figures_kept"], [item])) == (0, 1)


@pytest.mark.parametrize(
    ("word", "count"),
    [
        pytest.param("waste", 1, id="a silent e"),
        pytest.param("asked", 1, id="a silent ed"),
        pytest.param("wasted", 2, id="a spoken ed"),
        pytest.param("makes", 1, id="a silent es"),
        pytest.param("boxes", 2, id="a spoken es"),
        pytest.param("table", 2, id="a spoken le"),
        pytest.param("the", 1, id="at least one"),
        pytest.param("agreement", 3, id="three"),
        pytest.param("part-time", 2, id="a word of two parts"),
        pytest.param("don't", 1, id="an apostrophe"),
        pytest.param("T", 1, id="a letter"),
        pytest.param("12,500", 1, id="a number"),
    ],
)
def test_syllables_follow_the_plain_rule(word, count):
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *[pytest.param(word, 2, id=word) for word in ("client", "trial", "quiet", "create", "science", "statement")],
        *[pytest.param(word, 2, id=word) for word in ("every", "something", "careful", "people", "business")],
        *[pytest.param(word, 3, id=word) for word in ("created", "management", "element", "employee", "area")],
        pytest.param("diagnosis", 4, id="diagnosis"),
    ],
)
def test_vowels_spoken_apart_count_twice_and_a_silent_e_inside_counts_nothing(word, count):
    assert syllables(word) == count


def test_nearly_all_common_words_get_their_right_count():
    words = [(word, count) for count, listed in COMMON.items() for word in listed.split()]
    right = sum(syllables(word) == count for word, count in words)
    assert (right, len(words)) == (120, 123)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("Dr. Smith saw Mrs. Jones at 3 p.m. today.", 1, id="titles and a time"),
        pytest.param("Take 500 mg b.d. for 7 days.", 1, id="an abbreviation and a small letter"),
        pytest.param("We meet at 3 p.m. Then we go.", 2, id="an abbreviation and a capital letter"),
        pytest.param("Take it at 3 p.m.", 1, id="an abbreviation at the end"),
        pytest.param("J. R. Smith signed. He left.", 2, id="initials"),
        pytest.param("He lives at No. 5. She said no. They left.", 3, id="a number and a no"),
        pytest.param("Fruit, e.g. Apples, is good.", 1, id="always goes on"),
        pytest.param("It works. It helps.", 2, id="two"),
        pytest.param("It works. It helps", 2, id="the last without a stop"),
        pytest.param("It costs 2.50 and works", 1, id="a point in a number"),
        pytest.param("Really?! (It works.)", 2, id="several signs"),
        pytest.param("Bring:\n- your card\n- a list of your drugs", 3, id="a list with signs"),
        pytest.param("1. Wash it\n2. Dry it\n\nCall us if it bleeds", 3, id="a numbered list and a paragraph"),
        pytest.param("(a) Rest.\r\n(b) Drink water.\r\n", 2, id="a list with stops"),
        pytest.param("Your results\n \nAll is well.", 2, id="a heading"),
        pytest.param("We looked at your knee\nand at your foot\ntoday", 1, id="wrapped"),
        pytest.param("He came late\n- by a day - and was\nsorry.", 1, id="wrapped at a dash"),
        pytest.param("", 0, id="no text"),
        pytest.param("…!", 0, id="no word"),
    ],
)
def test_sentences_end_with_a_sign(text, sentences):
    assert counts(text).sentences == sentences


def test_the_grade_is_that_of_all_answers_read_as_one_text():
    answers = ["The cat sat.", "The agreement commences immediately upon signature."]
    words, sentences, syllable_count = 3 + 6, 2, 3 + 1 + 3 + 3 + 5 + 2 + 3
    expected = 0.39 * words / sentences + 11.8 * syllable_count / words - 15.59
    grade = METRICS["reading_grade"]
    assert score(grade, [written(answer) for answer in answers]) == pytest.approx(expected)
    assert score(grade, [written(answers[0])]) < score(grade, [written(answers[1])])
    assert not grade.greater_is_better


def test_answers_of_one_grade_near_0_say_nothing_of_grades_up_to_1():
    spec = METRICS["reading_grade"]
    rows = spec.statistics([written(ANSWERS[0])] * 20)
    moved = float(spec.reduce(rows.sum(0))) - 0.5
    found = interval(rows, lambda sums: spec.reduce(sums) - moved, 0, spec.top)
    assert (found.low, found.high) == pytest.approx((0.5, 0.5))


def test_a_list_is_graded_as_the_sentences_that_say_the_same():
    listed = written("Bring to us:\n- your old card\n- your new card")
    said = written("Bring to us. Your old card. Your new card.")
    assert score(METRICS["reading_grade"], [listed]) == score(METRICS["reading_grade"], [said])
    numbered = written("1. Bring to us\n2. Your old card\n3. Your new card")
    assert score(METRICS["reading_grade"], [numbered]) == score(METRICS["reading_grade"], [said])


@pytest.mark.parametrize("name", METRICS)
def test_nothing_written_gives_an_undefined_metric_and_resamples_are_reduced_at_once(name):
    spec = METRICS[name]
    empty = [] if name == "figures_kept" else [written("")]
    assert math.isnan(score(METRICS[name], []))
    assert math.isnan(score(METRICS[name], empty))
    rows = spec.statistics([written(answer) for answer in ANSWERS])
    both = spec.reduce(np.stack([rows.sum(0), 0 * rows.sum(0)]))
    assert both.shape == (2,)
    assert both[0] == spec.reduce(rows.sum(0))
    assert math.isnan(both[1])


def test_a_task_names_them_without_a_prefix(goodfit):
    listed = {metric["name"]: metric for metric in goodfit("list", "metrics", "--json").json["options"]}
    assert {listed[name]["offered_by"] for name in METRICS} == {"goodfit"}


def test_a_misspelt_one_is_answered_with_the_nearest(goodfit, tiny_words):
    outcome = goodfit("check", *tiny_words("generation", "seq2seq"), "task.metrics=[figures_keptt]")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.errors == [("no metric called 'figures_keptt'", "did you mean 'figures_kept'?")]


def test_a_run_reports_them_beside_the_metrics_of_its_kind(goodfit, tiny_words):
    words = ["task.metrics=[figures_supported,reading_grade]", "training.epochs=1", "run.dir=run", "--json"]
    outcome = goodfit("train", *tiny_words("generation", "seq2seq"), *words)
    assert outcome.code == 0, outcome.err
    assert {"test/rougeL", "test/figures_supported", "test/reading_grade"} <= set(outcome.json["metrics"])
