"""The legal plugin: its data are what its README says, and its metrics count what a lawyer would count."""

import json
import math
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from goodfit_legal import plugin
from goodfit_legal.citations import cited, uncited

from goodfit.cli.main import main
from goodfit.hooks.types import Evidence, Item
from goodfit.kinds.text_metrics import OPTIONAL_METRICS
from goodfit.testing.measure import score
from goodfit.testing.starter_data import SIZES
from goodfit.testing.starter_files import COPIES, starter_files
from goodfit.texts.figures import stated, unsupported

HERE = Path(__file__).resolve().parent.parent
TASKS = ["clauses", "terms", "summary", "contract_qa", "research"]
READ = {
    "clauses": ["text"],
    "terms": ["text"],
    "summary": ["source"],
    "contract_qa": ["question", "context"],
    "research": ["query"],
}
DATA = starter_files("legal", HERE / "goodfit_legal")
METRICS = {metric.name: metric for metric in plugin.goodfit_register_metrics()}


def classified(label: str, answer: str) -> Item:
    return Item(id=f"{label}-{answer}", fields={"text": "…", "label": label}, answer=answer, confidence=None)


def summarised(source: str, target: str, answer: str) -> Item:
    return Item(id="s", fields={"source": source, "target": target}, answer=answer, confidence=None)


@pytest.mark.parametrize("task", TASKS)
def test_a_generator_writes_the_committed_files_again(task):
    assert DATA[task].written_otherwise(HERE / "generators" / f"{task}.py") == []


@pytest.mark.parametrize("task", TASKS)
def test_the_files_hold_what_was_drawn_and_what_was_planted(task):
    assert DATA[task].misplanted() == []


@pytest.mark.parametrize("task", TASKS)
def test_only_what_was_planted_is_read_twice(task):
    assert DATA[task].repeated(lambda row: tuple(row[field] for field in READ[task])) == []


@pytest.mark.parametrize("split", SIZES)
def test_every_clause_type_has_its_part_of_every_split(split):
    counts = Counter(record["label"] for record in DATA["clauses"].records(split, without=COPIES))
    assert len(counts) == 8
    assert min(counts.values()) >= 0.08 * SIZES[split]
    assert max(counts.values()) <= 2.1 * min(counts.values())


@pytest.mark.parametrize("split", SIZES)
def test_terms_lie_where_their_spans_say(split):
    records = DATA["terms"].right(split)
    for record in records:
        spans, text = record["spans"], record["text"]
        assert len(spans) <= 5
        assert all(before["end"] <= after["start"] for before, after in pairwise(spans))
        for span in spans:
            term = text[span["start"] : span["end"]]
            assert term == term.strip(" ,;")
            assert bool(stated(term)) == (span["label"] in {"DATE", "AMOUNT", "DURATION"}), term
    assert {span["label"] for record in records for span in record["spans"]} == {
        *("PARTY", "DATE", "AMOUNT", "DURATION", "GOVERNING_LAW")
    }
    assert 0.07 <= sum(not record["spans"] for record in records) / len(records) <= 0.09


@pytest.mark.parametrize("split", SIZES)
def test_a_summary_is_short_and_states_only_what_its_source_has(split):
    for record in DATA["summary"].right(split):
        assert len(record["source"].split()) >= 60
        assert 10 <= len(record["target"].split()) <= 25
        assert not unsupported(record["target"], record["source"])
        assert not uncited(record["target"], record["source"])
        assert len(stated(record["target"])) >= 2


@pytest.mark.parametrize("split", SIZES)
@pytest.mark.parametrize(
    ("clause", "summary"),
    [
        pytest.param("fraud or wilful default", "except for fraud or wilful default", id="a cap"),
        pytest.param("damage caused by misuse", "misuse", id="a repair"),
        pytest.param("other than an act of", "is to blame", id="a delay"),
    ],
)
def test_a_summary_says_the_exception_of_its_clause(split, clause, summary):
    limited = [record for record in DATA["summary"].right(split) if clause in record["source"]]
    assert limited
    assert all(summary in record["target"].lower() for record in limited)


@pytest.mark.parametrize("task", TASKS)
def test_the_texts_have_no_slips_of_the_generator(task):
    women = "Amara|Ines|Priya|Leila|Noor|Celeste|Maren"
    slips = re.compile(rf"\w\.\.|\blaws of [A-Z][A-Za-z ]+ applies|\bMr (?:{women})\b|\bMs (?!{women})\w+ [A-Z]")
    texts = [str(record) for split in SIZES for record in DATA[task].records(split)]
    assert [text for text in texts if slips.search(text)] == []


@pytest.mark.parametrize("split", SIZES)
def test_an_answer_stands_once_in_its_contract_and_a_quarter_of_the_questions_have_none(split):
    records = DATA["contract_qa"].records(split, without={"noisy_label", *COPIES})
    for record in records:
        assert len(record["context"].split()) >= 60
        for answer in record["answers"]:
            assert record["context"][answer["start"] :].startswith(answer["text"])
            assert record["context"].count(answer["text"]) == 1
    assert 0.24 <= sum(not record["answers"] for record in records) / len(records) <= 0.26


def test_a_question_without_an_answer_looks_like_the_others():
    answered, open_ = (
        [r for r in DATA["contract_qa"].right("train") if bool(r["answers"]) == known] for known in (True, False)
    )
    assert {record["slices"]["topic"] for record in open_} == {record["slices"]["topic"] for record in answered}
    asked = {record["question"].split()[0] for record in answered}
    assert sum(record["question"].split()[0] in asked for record in open_) >= 0.95 * len(open_)


def test_every_passage_of_the_book_is_asked_for_in_every_split():
    passages = {split: Counter(record["positive"] for record in DATA["research"].right(split)) for split in SIZES}
    assert len(passages["train"]) == len(passages["validation"]) == len(passages["test"]) == 80
    assert max(passages["test"].values()) == 2
    assert all(20 <= len(passage.split()) <= 60 for passage in passages["train"])


@pytest.mark.parametrize(
    ("task", "words"),
    [
        pytest.param("clauses", "not for the ears", id="clauses"),
        pytest.param("summary", "silence prolongs", id="summary"),
        pytest.param("contract_qa", "be the loss what it may", id="contract_qa"),
        pytest.param("research", "shoe size", id="research"),
    ],
)
def test_some_frames_occur_in_the_test_split_only(task, words):
    assert DATA[task].splits_that_say(words) == {"test"}


@pytest.mark.parametrize(
    ("text", "citations"),
    [
        pytest.param("under clause 12.3(b)", {"clause 12.3(b)"}, id="a clause"),
        pytest.param("see cl. 12.3 (b)", {"clause 12.3(b)"}, id="a short form"),
        pytest.param("Clauses 9 and 12.3", {"clause 9", "clause 12.3"}, id="several"),
        pytest.param("clause 3 and 30 days", {"clause 3"}, id="one, and a period"),
        pytest.param(
            "s. 4 of the Sale of Goods Act 1970", {"section 4", "Sale of Goods Act 1970"}, id="a section of a statute"
        ),
        pytest.param("The Late Payments Regulations, 1999", {"Late Payments Regulations 1999"}, id="regulations"),
        pytest.param("cl 12 and s 5", {"clause 12", "section 5"}, id="short forms without a point"),
        pytest.param("Sec. 5, § 6", {"section 5", "section 6"}, id="a section in other short forms"),
        pytest.param("clause (b)", {"clause (b)"}, id="a letter in brackets"),
        pytest.param("clause 12(viii)", {"clause 12(viii)"}, id="a long Roman number"),
        pytest.param("clauses 5 & 6", {"clause 5", "clause 6"}, id="an ampersand"),
        pytest.param("clauses 9-11", {"clause 9", "clause 10", "clause 11"}, id="a range"),
        pytest.param(
            "clauses 4.1 to 4.3, and clause 7", {"clause 4.1", "clause 4.2", "clause 4.3", "clause 7"}, id="subclauses"
        ),
        pytest.param("Article IV of Schedule B", {"article iv", "schedule b"}, id="a Roman number and a letter"),
        pytest.param("Exhibit B, Annexes 1 and 2", {"exhibit b", "annex 1", "annex 2"}, id="exhibit and annexes"),
        pytest.param("§ 433 BGB", {"section 433 bgb"}, id="a German code"),
        pytest.param("42 U.S.C. § 1983", {"42 usc § 1983"}, id="the United States Code"),
        pytest.param("Regulation (EU) 2016/679", {"regulation 2016/679"}, id="a regulation of the Union"),
        pytest.param("Directive 95/46/EC", {"directive 95/46"}, id="a directive"),
        pytest.param("the Bribery Act", {"Bribery Act"}, id="an act without its year"),
        pytest.param("Civil Procedure Rules 1998", {"Civil Procedure Rules 1998"}, id="rules"),
        pytest.param(
            "Donoghue v Stevenson [1932] AC 562", {"donoghue v stevenson", "[1932] ac 562"}, id="an English decision"
        ),
        pytest.param(
            "In Brown v. Board of Education, 347 U.S. 483", {"brown v board", "347 us 483"}, id="an American decision"
        ),
        pytest.param("the Civil Rights Act of 1964", {"Civil Rights Act 1964"}, id="an American act"),
        pytest.param("Sarbanes-Oxley Act of 2002", {"Sarbanes-Oxley Act 2002"}, id="an act of two names"),
        pytest.param("Case C-131/12", {"case c-131/12"}, id="a decision of the Union"),
        pytest.param("456 F. Supp. 2d 789", {"456 fsupp2d 789"}, id="a series of American reports"),
        pytest.param("Rule 12(b)(6)", {"rule 12(b)(6)"}, id="a rule"),
        pytest.param("Section 9 (Term)", {"section 9"}, id="a heading in brackets"),
        pytest.param("Section 4(a)(i) and (ii)", {"section 4(a)(i)", "section 4(a)(ii)"}, id="brackets in a list"),
        pytest.param("clause 3 and (b) 30 days", {"clause 3"}, id="one, and a list of its own"),
        pytest.param("§ 433 Abs. 1 Satz 2 BGB", {"section 433(1)(2) bgb"}, id="a German subsection"),
        pytest.param("§ 433 Abs. 1 S. 2 BGB", {"section 433(1)(2) bgb"}, id="a German sentence"),
        pytest.param("BGHZ 12, S. 34", {"section 34"}, id="a German page"),
        pytest.param("Article 6(1)(f) of the GDPR", {"article 6(1)(f) gdpr"}, id="of the code"),
        pytest.param("Salomon & Co. Ltd v Broderip", {"salomon v broderip"}, id="a company"),
        pytest.param("UCC § 2-107(1)", {"section 2-107(1)"}, id="a hyphen in a number"),
        pytest.param("Sec. 9-109, Rule 10b-5(b)", {"section 9-109", "rule 10b-5(b)"}, id="hyphens in short forms"),
        pytest.param("§§ 2-7", {f"section {number}" for number in range(2, 8)}, id="a hyphen of several"),
        pytest.param("clause 3–5", {"clause 3", "clause 4", "clause 5"}, id="a dash"),
        pytest.param("§ 433-435 BGB", {f"section {number} bgb" for number in (433, 434, 435)}, id="a German hyphen"),
        pytest.param("§§ 2-107 and 2-108", {"section 2-107", "section 2-108"}, id="several with hyphens"),
        pytest.param("Re Spectrum Plus Ltd", {"re spectrum"}, id="a matter"),
        pytest.param("In re Sigma Finance; see Re A (Children)", {"re sigma", "re a"}, id="matters in a sentence"),
        pytest.param("In re Marriage of Smith", {"re marriage of smith"}, id="a matter of several words"),
        pytest.param(
            "R (Miller) v Secretary of State, R (on the application of Begum) v Governors",
            {"r (miller) v secretary", "r (begum) v governors"},
            id="the Crown",
        ),
        pytest.param(
            "Recital 47, recitals (48) and (49)", {f"recital {number}" for number in (47, 48, 49)}, id="recitals"
        ),
        pytest.param("Recital A", {"recital a"}, id="a lettered recital"),
        pytest.param("Fed. R. Civ. P. 12(b)(6)", {"rule 12(b)(6) frcp"}, id="a federal rule"),
        pytest.param(
            "Federal Rule of Evidence 403, FRCP 12", {"rule 403 fre", "rule 12 frcp"}, id="federal rules in other words"
        ),
        pytest.param("410 US 113", {"410 us 113"}, id="a report without points"),
        pytest.param("it cost 12 US 5 dollars", set(), id="dollars"),
        pytest.param("Re: your letter\nRe: Contract of 5 May", set(), id="subjects of letters"),
        pytest.param(
            "Re Your Letter\nSubject: Re Meeting\nWe write Re Invoice 12", set(), id="subjects without colons"
        ),
        pytest.param("the Tenant's 12 days in 2026", set(), id="nothing"),
        pytest.param("This Act has parts I like; schedule a meeting", set(), id="words that are no citation"),
    ],
)
def test_a_citation_is_the_same_however_it_is_written(text, citations):
    assert cited(text) == citations


def test_a_source_that_has_a_subclause_has_its_clause_but_not_the_other_way_round():
    assert uncited("clause 12 and clause 12.3", "clause 12.3(b)") == set()
    assert uncited("clause 12.3(b)", "clause 12") == {"clause 12.3(b)"}
    assert uncited("section 12 of the Factors Act 1931", "clause 12, Factors Act 1930") == {
        "section 12",
        "Factors Act 1931",
    }


@pytest.mark.parametrize(
    ("text", "source", "invented"),
    [
        pytest.param("clause 10", "clauses 9 to 12", set(), id="within a range"),
        pytest.param("clause 12", "clauses 9-12", set(), id="the end of a range"),
        pytest.param("clause 13", "clauses 9-12", {"clause 13"}, id="behind a range"),
        pytest.param("clause 12(viii)", "clause 12(vii)", {"clause 12(viii)"}, id="a neighbour"),
        pytest.param("the Bribery Act", "the Bribery Act 2010", set(), id="without the year"),
        pytest.param("the Bribery Act 2010", "the Bribery Act", {"Bribery Act 2010"}, id="with a new year"),
        pytest.param(
            "Civil Rights Act of 1991", "Civil Rights Act of 1964", {"Civil Rights Act 1991"}, id="another year"
        ),
        pytest.param("the Lanham Act", "the Lanham Act of 1946", set(), id="without the American year"),
        pytest.param("C-999/99", "Case C-131/12", {"case c-999/99"}, id="another case"),
        pytest.param("123 F. Supp. 2d 999", "456 F. Supp. 2d 999", {"123 fsupp2d 999"}, id="another volume"),
        pytest.param("Rule 12(b)(7)", "Rule 12(b)(6)", {"rule 12(b)(7)"}, id="another rule"),
        pytest.param("Article 6 GDPR", "Article 6(1)(f) GDPR", set(), id="a parent in its code"),
        pytest.param("Article 7 GDPR", "Article 6(1)(f) GDPR", {"article 7 gdpr"}, id="a neighbour in its code"),
        pytest.param("§ 433 BGB", "§ 433 Abs. 1 BGB", set(), id="without the subsection"),
        pytest.param("§ 433 Abs. 2 BGB", "§ 433 Abs. 1 BGB", {"section 433(2) bgb"}, id="another subsection"),
        pytest.param("Section 9 (Term)", "Section 9", set(), id="with its heading"),
        pytest.param("Section 4(b)", "Section 4(a) to (c)", set(), id="within a range of letters"),
        pytest.param("Section 4(d)", "Section 4(a)-(c)", {"section 4(d)"}, id="behind a range of letters"),
        pytest.param("Section 4(ii)", "Section 4(i) to (iii)", set(), id="within a range of small Roman numbers"),
        pytest.param("Section 4(k)", "Section 4(i) to (v)", {"section 4(k)"}, id="a letter in one of Roman numbers"),
        pytest.param("Exhibit B", "Exhibits A to C", set(), id="within a range of capitals"),
        pytest.param("Art. 6 Abs. 1 lit. b DSGVO", "Art. 6 Abs. 1 lit. a bis c DSGVO", set(), id="a German range"),
        pytest.param("§ 6", "§§ 5 bis 9", set(), id="within a range of German sections"),
        pytest.param("Section 4(b)", "Section 4(a) and (b)", set(), id="a bracket of a list"),
        pytest.param("Section 4(c)", "Section 4(a) and (b)", {"section 4(c)"}, id="a bracket outside a list"),
        pytest.param("Section 5", "Sections 3 through 7", set(), id="within an American range"),
        pytest.param("clause 4.2", "Clause 4.1 or 4.2", set(), id="one sort for two"),
        pytest.param("Part II", "Parts I to III", set(), id="within a Roman range"),
        pytest.param("Part IV", "Parts I to III", {"part iv"}, id="outside a Roman range"),
        pytest.param("Tesla v Musk", "Tesla, Inc. v. Musk", set(), id="without the company's form"),
        pytest.param("§ 433", "§ 433 BGB", set(), id="without the code"),
        pytest.param("section 50", "UCC § 2-107", {"section 50"}, id="a hyphen is no range"),
        pytest.param("Section 101", "Section 9-109 of the UCC", {"section 101"}, id="a hyphen of a section"),
        pytest.param("Clause 31 applies", "See clause 9-109", {"clause 31"}, id="a hyphen of a clause"),
        pytest.param("In re Sigma Finance", "Re Spectrum Plus Ltd", {"re sigma"}, id="another matter"),
        pytest.param("Re Sigma Finance Corp", "In re Sigma Finance", set(), id="the same matter"),
        pytest.param(
            "R (Jones) v Secretary of State",
            "R (Miller) v Secretary of State",
            {"r (jones) v secretary"},
            id="another claimant",
        ),
        pytest.param("Recital 48", "Recital 47", {"recital 48"}, id="another recital"),
        pytest.param(
            "Fed. R. Civ. P. 12(b)(6)", "Fed. R. Civ. P. 12(b)(1)", {"rule 12(b)(6) frcp"}, id="another federal rule"
        ),
        pytest.param("Rule 12(b), FRCP 12", "Fed. R. Civ. P. 12(b)(1)", set(), id="a parent of a federal rule"),
        pytest.param("410 U.S. 113", "410 US 113", set(), id="a report with points"),
        pytest.param("section 483", "347 U.S. 483", {"section 483"}, id="a page is no section"),
    ],
)
def test_a_source_supports_what_it_cites(text, source, invented):
    assert uncited(text, source) == invented


def test_risk_recall_looks_at_risk_clauses_only():
    items = [
        classified("indemnity", "indemnity"),
        classified("termination", "payment"),
        classified("payment", "indemnity"),
        classified("limitation_of_liability", "limitation_of_liability"),
    ]
    assert score(METRICS["legal.risk_recall"], items) == pytest.approx(2 / 3)
    assert math.isnan(score(METRICS["legal.risk_recall"], [classified("payment", "payment")]))


def test_risk_labels_that_the_data_call_otherwise_are_named_and_pass_no_gate():
    splits = {"train": [{"label": "liability"}, {"label": "termination"}], "test": [{"label": "indemnity"}]}
    (finding,) = plugin.goodfit_check_data("legal/clauses", splits)
    assert finding.message == "no record is labelled limitation_of_liability: legal.risk_recall speaks of " + (
        "indemnity, termination alone"
    )
    splits["train"].append({"label": "limitation_of_liability"})
    assert plugin.goodfit_check_data("legal/clauses", splits) == []
    assert plugin.goodfit_check_data("legal/terms", {"train": [{"spans": []}]}) == []
    (gate,) = plugin.goodfit_register_gates()
    tuned = {"test/legal.risk_recall": {"value": 1.0, "low": 0.9, "high": 1.0}}
    evidence = Evidence(
        task="legal/clauses", primary="test/legal.risk_recall", tuned=tuned, paired={}, fit="good", findings=()
    )
    assert gate.judge(evidence).passed
    refused = gate.judge(replace(evidence, findings=(finding,)))
    assert not refused.passed and refused.reason.endswith("(legal.risk_labels)")


@pytest.mark.parametrize(
    ("truth", "answer", "exact"),
    [
        pytest.param([(0, 4, "PARTY")], [(0, 4, "PARTY")], 1, id="equal"),
        pytest.param([(0, 4, "PARTY"), (5, 9, "DATE")], [(5, 9, "DATE"), (0, 4, "PARTY")], 1, id="in any order"),
        pytest.param([(0, 4, "PARTY")], [(0, 4, "DATE")], 0, id="another label"),
        pytest.param([(0, 4, "PARTY")], [(0, 5, "PARTY")], 0, id="another end"),
        pytest.param([(0, 4, "PARTY")], [(0, 4, "PARTY"), (5, 9, "DATE")], 0, id="one too many"),
        pytest.param([(0, 4, "PARTY")], [], 0, id="one missing"),
        pytest.param([], [], 1, id="nothing to find"),
    ],
)
def test_a_document_is_exact_or_not(truth, answer, exact):
    spans, found = (
        [dict(zip(("start", "end", "label"), span, strict=True)) for span in side] for side in (truth, answer)
    )
    item = Item(id="d", fields={"text": "…", "spans": spans}, answer=found, confidence=None)
    assert score(METRICS["legal.document_exact"], [item]) == exact


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        pytest.param("", 1, id="refused"),
        pytest.param(" ", 1, id="blank"),
        pytest.param("30 days", 0, id="answered"),
    ],
)
def test_only_questions_without_an_answer_can_be_refused(answer, refused):
    answers = [{"text": "30 days", "start": 0}]
    items = [
        Item(id="known", fields={"context": "30 days", "question": "?", "answers": answers}, answer=""),
        Item(id="open", fields={"context": "30 days", "question": "?", "answers": []}, answer=answer),
    ]
    assert score(METRICS["legal.unanswerable_refused"], items) == refused
    assert math.isnan(score(METRICS["legal.unanswerable_refused"], items[:1]))


@pytest.mark.parametrize(
    ("right", "answer", "exact"),
    [
        pytest.param("GBP 1,000.00", "£1,000", 1, id="written in another way"),
        pytest.param("GBP 1,000.00", "GBP 100,000", 0, id="another sum"),
        pytest.param("12.5 %", "125", 0, id="a point that is gone"),
        pytest.param("within thirty (30) days", "30 days", 1, id="the same period"),
        pytest.param("30 days", "", 0, id="no answer"),
    ],
)
def test_figures_of_an_answer_count_by_their_value(right, answer, exact):
    def item(*texts: str) -> Item:
        answers = [{"text": text, "start": 0} for text in texts]
        return Item(id="q", fields={"context": "…", "question": "?", "answers": answers}, answer=answer)

    assert score(METRICS["legal.figures_exact"], [item(right), item("the Seller"), item()]) == exact


@pytest.mark.parametrize("name", METRICS)
def test_no_items_give_an_undefined_share(name):
    assert METRICS[name].statistics([]).shape == (0, 2)
    assert math.isnan(score(METRICS[name], []))


def test_invented_figures_are_one_finding_without_texts():
    made_up = [
        Item(id=str(number), fields={"source": "within 30 days"}, answer="in 40 days", confidence=None)
        for number in range(25)
    ]
    (finding,) = plugin.goodfit_check_answers("legal/summary", [*made_up, summarised("within 30 days", "", "30 days")])
    assert (finding.severity, finding.code, finding.figure) == ("warning", "legal.invented_figures", 25 / 26)
    assert finding.message == "25 of 26 summaries have a figure that their source does not have"
    assert finding.evidence == {"answers": 25, "figures": 25, "of": 26, "ids": [str(number) for number in range(20)]}


def test_invented_citations_are_one_finding_beside_the_figures():
    source = "Subject to clause 4.2, the Tenant pays within 30 days."
    answers = {"wrong": "Clause 4 and the Rent Act 1990.", "right": "Clause 4.2: 30 days."}
    items = [Item(id=key, fields={"source": source}, answer=answer) for key, answer in answers.items()]
    figures, citations = plugin.goodfit_check_answers("legal/summary", items)
    assert (figures.code, citations.code) == ("legal.invented_figures", "legal.invented_citations")
    assert citations.message == "1 of 2 summaries have a citation that their source does not have"
    assert citations.evidence == {"answers": 1, "citations": 1, "of": 2, "ids": ["wrong"]}


def test_missed_risk_clauses_are_one_finding_by_type():
    items = [
        classified("indemnity", "payment"),
        classified("indemnity", "indemnity"),
        classified("termination", "warranty"),
        classified("payment", "warranty"),
    ]
    (finding,) = plugin.goodfit_check_answers("legal/clauses", items)
    assert finding.message == "2 of 3 risk clauses were taken for something else: 1 indemnity, 1 termination"
    assert (finding.code, finding.figure) == ("legal.missed_risk_clauses", 2 / 3)
    assert finding.evidence == {
        "missed": {"indemnity": 1, "termination": 1},
        "of": {"indemnity": 2, "termination": 1},
        "ids": ["indemnity-payment", "termination-warranty"],
    }


@pytest.mark.parametrize("task", ["legal/clauses", "legal/summary", "legal/terms", "classification", "support/intents"])
def test_there_is_nothing_to_report_about_no_answers_or_right_ones(task):
    items = [classified("indemnity", "indemnity")] if task == "legal/clauses" else []
    assert plugin.goodfit_check_answers(task, items) == []


@pytest.mark.parametrize("task", TASKS)
def test_a_task_file_names_what_the_plugin_offers(task):
    folder = Path(plugin.__file__).parent / "conf" / "task"
    conf = yaml.safe_load((folder / "legal" / f"{task}.yaml").read_text(encoding="utf-8"))
    source = DATA[task].source
    assert (conf["name"], conf["source"], conf["kind"]) == (f"legal/{task}", source.name, source.kind)
    assert all(conf["kind"] in {**OPTIONAL_METRICS, **METRICS}[name].kinds for name in conf.get("metrics", []))
    assert all(f"{{{field}}}" in conf["prompt"] for field in READ[task])


def test_a_departments_own_clauses_are_found_where_the_environment_says(monkeypatch, capsys, tmp_path):
    words = ["task=legal", "model=bert", "dataset.source=legal.house"]
    monkeypatch.delenv("GOODFIT_LEGAL_CLAUSES", raising=False)
    assert main(["data", *words]) == 2
    error, fix = capsys.readouterr().err.splitlines()
    assert "GOODFIT_LEGAL_CLAUSES does not say where they are" in error
    assert fix == "  fix: set GOODFIT_LEGAL_CLAUSES to a folder with train.jsonl, or .csv or .parquet"
    monkeypatch.setenv("GOODFIT_LEGAL_CLAUSES", str(tmp_path))
    assert main(["data", *words]) == 2
    assert "put train.jsonl there" in capsys.readouterr().err
    lines = [json.dumps({"text": row["text"], "label": row["label"]}) for row in DATA["clauses"].records("train")[:80]]
    (tmp_path / "train.jsonl").write_text("\n".join(lines), "utf-8")
    assert main(["data", *words, "--json", "--quiet"]) == 0
    assert sum(json.loads(capsys.readouterr().out)["records"].values()) == 80
    assert main(["show", *words]) == 0
    shown = capsys.readouterr().out
    assert "legal.house" in shown
    assert str(tmp_path) not in shown
