"""ranking: what a query is compared with, in which order documents come, and what predict searches."""

from dataclasses import replace

import pytest
import torch
from written import read_json, read_lines

from goodfit.data.batches import IGNORED, collate
from goodfit.data.records import Record, RowProblem
from goodfit.kinds import find_kind
from goodfit.kinds.passes import pad_id
from goodfit.kinds.ranking import bm25_order, documents_of, with_others
from goodfit.kinds.shape import item
from goodfit.models.call import call
from goodfit.runs.score import beside_probe, pick_probe
from goodfit.training.module import Tuning

KIND = find_kind("ranking")
SHOPS = ["The lamp is sold in Oslo.", "Boats leave at nine.", "Bread is baked at dawn.", "The museum has no stairs."]
families = pytest.mark.parametrize("family", ["encoder", "decoder", "seq2seq"])


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        pytest.param({"query": "x"}, "the field 'positive' is missing", id="no document"),
        pytest.param({"positive": "x"}, "the field 'query' is missing", id="no query"),
        pytest.param(
            {"query": "x", "positive": "y", "negatives": "z"},
            "negatives is no list of texts (in a cell of a table as JSON)",
            id="one negative",
        ),
        pytest.param(
            {"query": "x", "positive": "y", "negatives": [" "]},
            "negatives is no list of texts (in a cell of a table as JSON)",
            id="blank",
        ),
        pytest.param(
            {"query": "x", "positive": "y", "negatives": ["z", "y "]},
            "the positive document is among the negatives",
            id="right and wrong",
        ),
    ],
)
def test_a_row_that_cannot_be_ranked_says_why(row, problem):
    with pytest.raises(RowProblem) as raised:
        KIND.check(row, True)
    assert str(raised.value) == problem


def record_of(query, positive=None, negatives=(), record_id="r"):
    row = {"query": query, "positive": positive, "negatives": list(negatives)}
    return Record(record_id, KIND.check(row, positive is not None))


def test_candidates_are_all_documents_that_records_name_each_once():
    records = [record_of("q", "a", ["b", "c"]), record_of("p", "b"), record_of("n", negatives=["d"])]
    assert documents_of(records) == documents_of(records[::-1]) == ["a", "b", "c", "d"]


@families
def test_figures_do_not_hang_on_the_order_of_the_rows(ready, family):
    prepared, model = ready("ranking", family)
    records = prepared.splits.train[:12]  # documents share words: BM25 has ties
    assert answered(prepared.learner, model, records) == answered(prepared.learner, model, records[::-1])
    for simplest in (KIND.reference, KIND.untrained):
        orders, turned = (simplest(prepared.splits.train, some)[1] for some in (records, records[::-1]))
        assert orders == turned[::-1]


def answered(learner, model, records):
    """Of each record: the examples that it makes, and the order of the documents."""
    encoded = learner.encode(records)
    made = {record.id: [] for record in records}
    for example in encoded.examples:
        made[records[example.record].id].append((example.inputs, example.labels))
    orders = [outcome.answer for outcome in learner.outcomes(model, records, encoded)]
    return {record.id: (made[record.id], order) for record, order in zip(records, orders, strict=True)}


def test_blanks_around_a_document_make_no_other_one():
    records = with_others([record_of("q", "a", ["b ", "c"]), record_of("p", "a \n"), record_of("q", " c")])
    assert documents_of(records) == ["a", "b", "c"]
    assert [record.fields.get("also") for record in records] == [("c",), None, ("a",)]
    assert [KIND.is_disputed(record.fields) for record in records] == [True, False, False]


def test_blanks_around_a_row_of_documents_make_no_other_one(goodfit, finished, tmp_path):
    folder, _ = finished("ranking", "encoder")
    (tmp_path / "faq.csv").write_text("text\nat noon\nat noon \nin town\n", "utf-8")
    (answer,) = goodfit("predict", str(folder), "boats?", "--documents", "faq.csv", "--json").json["answers"]
    found = {one["text"]: one["from"] for one in answer["prediction"]}
    assert found == {"at noon": "faq.csv:2", "in town": "faq.csv:4"}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        pytest.param("Where is a lamp sold?", SHOPS[0], id="two words"),
        pytest.param("boats", SHOPS[1], id="one word"),
        pytest.param("the", SHOPS[0], id="no word that counts: as they came"),
        pytest.param("zebra", SHOPS[0], id="no word of theirs: as they came"),
    ],
)
def test_bm25_puts_the_document_first_that_shares_the_rarest_words(query, first):
    (order,) = bm25_order([query], SHOPS, 4)
    assert order[0] == first
    assert sorted(order) == sorted(SHOPS)


def test_bm25_lists_no_more_than_asked_and_documents_without_words_as_they_came():
    assert [len(order) for order in bm25_order(["lamp", "boats"], SHOPS, 2)] == [2, 2]
    assert bm25_order(["lamp"], ["...", "!!!"], 2) == [["...", "!!!"]]
    assert bm25_order(["lamp", "x"], [], 2) == [[], []]


def test_a_query_learns_against_the_documents_of_all_others_in_its_batch(ready):
    prepared, model = ready("ranking", "encoder")
    records = [record_of(f"query {n}", document, record_id=str(n)) for n, document in enumerate([*SHOPS, SHOPS[0]])]
    examples = prepared.learner.encode(records).examples
    scores = call(model.eval(), collate(examples, pad_id(prepared.coding.tokenizer), prepared.learner.labels_at))
    assert scores.logits.shape == (5, 5)
    assert scores.targets.tolist() == [0, 1, 2, 3, 4]
    same = scores.logits[0, 4], scores.logits[4, 0]  # the copy of a query's own document is no wrong answer to it
    assert all(float(one.detach()) < -1e30 for one in same)
    assert scores.losses().isfinite().all()


def test_queries_with_no_wrong_document_in_any_batch_are_refused(goodfit, tiny_words, rows_of, write_rows, tmp_path):
    words = [*tiny_words("ranking", "encoder"), "training.batch_size=1"]
    outcome = goodfit("train", *words, "run.dir=out")
    assert (outcome.code, (tmp_path / "out").exists()) == (2, False)
    assert outcome.errors == [
        (
            "an encoder learns ranking against the wrong documents of a batch, and with training.batch_size=1 and "
            "these records no batch has one",
            "a greater training.batch_size, or wrong documents in the records: the field negatives",
        )
    ]
    rows = [{**row, "negatives": ["A lamp is no boat."]} for row in rows_of("ranking", 32)]
    named = f"dataset.train={write_rows(tmp_path / 'named.jsonl', rows)}"
    for more in ("training.batch_size=2", named):
        assert goodfit("check", *words, more).code == 0


def test_what_saves_memory_does_not_take_documents_away_unsaid(goodfit, tiny_words, monkeypatch):
    words = [*tiny_words("ranking", "encoder"), "adapter=none", "training.batch_size=16"]
    needed = goodfit("check", *words, "--json").json["memory_bytes"]
    fewer = "a smaller dataset.max_tokens, or a smaller training.batch_size, with which a query meets fewer documents"
    for part in (needed["activations"] * 0.1, needed["total"] - 1):
        small = f"hardware.memory_gb={(needed['total'] - part) / 2**30}"
        ((_, fix),) = goodfit("check", *words, small).errors
        assert "accumulation" not in fix
    assert fix == f"{fewer}, or a smaller model: goodfit list model shows sizes"

    def full(*_):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(Tuning, "training_step", full)
    outcome = goodfit("train", *words, "run.dir=out")
    assert outcome.code == 5
    (*_, error, fix) = outcome.err.splitlines()
    assert error == "error: memory ran out at step 0: CUDA out of memory"
    assert fix == f"  fix: add runtime.gradient_checkpointing=true: the step stays the same; or {fewer}"


@families
def test_what_is_searched_is_named_with_its_place(goodfit, finished, tmp_path, family):
    folder, _ = finished("ranking", family)
    (tmp_path / "help" / "deep").mkdir(parents=True)
    (tmp_path / "help" / "one.txt").write_text(f"{SHOPS[0]}\n\n\n{SHOPS[1]}\nAnd at ten.\n", "utf-8")
    (tmp_path / "help" / "deep" / "two.md").write_text(f"\n{SHOPS[2]}\n", "utf-8")
    (tmp_path / "help" / "notes.bin").write_bytes(b"\xff\xfe")
    outcome = goodfit("predict", str(folder), "When do boats leave?", "--documents", "help", "--json")
    assert (outcome.code, outcome.err) == (0, "warning: not searched, of the files in help: .bin 1\n")
    ((answer,),) = (outcome.json["answers"],)
    places = {found["text"]: found["from"] for found in answer["prediction"]}
    assert places == {
        SHOPS[0]: "one.txt:1",
        f"{SHOPS[1]}\nAnd at ten.": "one.txt:4",
        SHOPS[2]: "deep/two.md:2",
    }


def test_what_of_a_folder_is_not_searched_is_counted(goodfit, finished, tmp_path):
    folder, _ = finished("ranking", "encoder")
    (tmp_path / "help").mkdir()
    for name in ("a.md", "b.PDF", "c.pdf", "d.csv", ".hidden"):
        (tmp_path / "help" / name).write_text("boats", "utf-8")
    (tmp_path / "secret.txt").write_text("boats of mine", "utf-8")
    (tmp_path / "help" / "e.txt").symlink_to("../secret.txt")
    outcome = goodfit("predict", str(folder), "boats?", "--documents", "help")
    told = "warning: not searched, of the files in help: .csv 1, .pdf 2, links out of it 1\n"
    assert (outcome.code, outcome.err) == (0, told)
    assert "of mine" not in outcome.out


def test_a_table_of_documents_may_call_its_column_as_it_likes(goodfit, finished, tmp_path):
    folder, _ = finished("ranking", "encoder")
    (tmp_path / "faq.csv").write_text("question,answer\nwhen?,at noon\nwhere?,in town\n", "utf-8")
    argv = ["predict", str(folder), "boats?", "--documents", "faq.csv", "--json"]
    outcome = goodfit(*argv)
    assert outcome.errors == [
        (
            "no row of faq.csv has a text in text, positive, document",
            "say which column has the documents: dataset.fields.positive=NAME",
        )
    ]
    (answer,) = goodfit(*argv, "dataset.fields.positive=answer").json["answers"]
    assert {found["text"] for found in answer["prediction"]} == {"at noon", "in town"}


def test_without_documents_those_of_the_runs_own_data_are_searched(goodfit, finished):
    folder, _ = finished("ranking", "encoder")
    (answer,) = goodfit("predict", str(folder), "How do I clean my lamp?", "--json").json["answers"]
    assert all(found["text"].startswith("Every ") for found in answer["prediction"])
    assert all(found["from"].split(":")[0].endswith(".jsonl") for found in answer["prediction"])


SHOP = "name: shop\nkind: ranking\ndescription: A task\nsource: shop.help\n"
ABOUT = "description: Help\nkind: ranking\nlicence: Apache-2.0\norigin: synthetic\n"


def test_where_a_plugin_lost_its_documents_others_can_be_named(
    goodfit, install, tiny_words, write_rows, rows_of, tmp_path
):
    plugin = install("shop", "", {"task/shop.yaml": SHOP, "../data/help/about.yaml": ABOUT})
    train = write_rows(plugin / "data" / "help" / "train.jsonl", rows_of("ranking", 48))
    own = [word for word in tiny_words("ranking", "encoder") if not word.startswith(("task=", "dataset"))]
    outcome = goodfit("train", "task=shop", *own, "training.max_steps=1", "run.dir=run", "--quiet")
    assert outcome.code == 0, outcome.err
    train.unlink()
    outcome = goodfit("predict", "run", "lamp", "--quiet")
    assert (outcome.code, outcome.errors[0][1]) == (4, "name documents: --documents FOLDER")
    write_rows(tmp_path / "mine.jsonl", [{"text": one} for one in SHOPS])
    assert goodfit("predict", "run", "lamp", "--documents", "mine.jsonl", "--quiet").code == 0


def test_documents_that_are_longer_than_the_model_reads_are_counted(goodfit, finished, write_rows, tmp_path):
    folder, _ = finished("ranking", "encoder")
    write_rows(tmp_path / "long.jsonl", [{"text": "word " * 500}, {"text": SHOPS[0]}])
    outcome = goodfit("predict", str(folder), "lamp", "--documents", "long.jsonl")
    assert outcome.code == 0
    assert outcome.err == "warning: of 1 of 2 documents only the beginning is read\n"


def rows_with_two_rights():
    rows = [
        {"query": f"Where is the {n // 2} sold?", "positive": f"The {n // 2} is sold in town {n}."} for n in range(20)
    ]
    return [Record(str(n), KIND.check(row, True)) for n, row in enumerate(rows)]


def test_what_another_row_calls_right_for_a_query_takes_no_place():
    records = with_others(rows_with_two_rights())
    assert with_others(records) == records
    documents = documents_of(records)
    best = [
        sorted(documents, key=lambda document, own=record: document != own.fields["positive"]) for record in records
    ]
    second = [[*record.fields["also"], *order] for record, order in zip(records, best, strict=True)]
    for spec in KIND.metrics(()):
        for orders in (best, second):
            items = [item(record, order) for record, order in zip(records, orders, strict=True)]
            assert float(spec.reduce(spec.statistics(items).sum(0))) == 1.0
        last = [item(record, order[::-1]) for record, order in zip(records, best, strict=True)]
        assert float(spec.reduce(spec.statistics(last).sum(0))) < 0.2


@families
def test_what_another_row_calls_right_for_a_query_is_not_learnt_as_wrong(ready, family):
    prepared, model = ready("ranking", family)
    records = with_others(rows_with_two_rights())
    encoded = prepared.learner.encode(records)
    if family == "encoder":
        batch = collate(encoded.examples, pad_id(prepared.coding.tokenizer), "pairs")
        assert batch.labels.tolist() == [n // 2 for n in range(20)]
        rivals = call(model, batch).logits.exp().bool().sum(1)
        assert set(rivals.tolist()) == {19}  # all but the other right one
        return
    no = prepared.learner.said["no"]
    for example in encoded.examples:
        if tuple(label for label in example.labels if label != IGNORED) == no:
            read = prepared.coding.tokenizer.decode(example.inputs)
            assert not any(other in read for other in records[example.record].fields["also"])
    few = prepared.learner.encode(with_others(records[:2]))
    assert [example.record for example in few.examples] == [0, 1]  # there is no wrong one


@families
def test_a_named_negative_that_another_row_calls_right_for_the_query_is_not_learnt_as_wrong(ready, family):
    prepared, _ = ready("ranking", family)
    records = with_others([record_of("q", "one", ["two", "three"], "a"), record_of("q", "two", record_id="b")])
    without = with_others([record_of("q", "one", ["three"], "a"), record_of("q", "two", record_id="b")])
    assert [KIND.is_disputed(record.fields) for record in records] == [True, False]
    assert documents_of(records) == ["one", "three", "two"]
    assert {one.inputs for one in prepared.learner.encode(records).examples} == {
        one.inputs for one in prepared.learner.encode(without).examples
    }


def test_several_right_documents_of_a_query_are_no_conflict_and_one_called_wrong_is_told_of(
    goodfit, tiny_words, rows_of, write_rows, tmp_path
):
    given = rows_of("ranking", 60)
    given += [
        {**given[0], "id": "other", "positive": given[1]["positive"], "negatives": [given[2]["positive"]]},
        {**given[0], "id": "contrary", "positive": given[3]["positive"], "negatives": [given[1]["positive"]]},
    ]
    words = [*tiny_words("ranking", "encoder"), f"dataset.train={write_rows(tmp_path / 'two.jsonl', given)}"]
    outcome = goodfit("check", *words, "policy.audits=[quality]", "--json")
    assert outcome.code == 0, outcome.err
    found = {one["code"]: one for one in outcome.json["findings"]}
    assert "data.conflict" not in found and "quality.near_conflict" not in found
    assert found["data.disputed"]["evidence"] == {"split": "train", "ids": ["contrary"]}
    assert not any(given[1]["positive"] in str(one) for one in found.values())


def test_a_gap_is_one_between_as_many_documents(ready):
    prepared, model = ready("ranking", "encoder")
    train, validation = prepared.splits.train, prepared.splits.validation
    assert len(pick_probe(prepared).records) <= len(validation) < len(train)
    conf = replace(prepared.conf, training=replace(prepared.conf.training, probe_size=len(validation) // 2))
    prepared = replace(prepared, task=replace(prepared.task, conf=conf))
    probe = pick_probe(prepared)
    answers = prepared.learner.outcomes(model, validation, prepared.encoded["validation"])
    records, found = beside_probe(prepared, model, probe, answers)
    assert len(records) == len(found) == len(probe.records) < len(validation)
    assert {record.id for record in records} < {record.id for record in validation}
    documents = set(documents_of(records))
    assert all(set(outcome.answer) <= documents for outcome in found)


def test_figures_say_among_how_many_documents_was_searched(goodfit, finished, write_rows, rows_of, tmp_path):
    folder, _ = finished("ranking", "encoder")  # ten documents
    assert read_json(folder / "metrics.json")["documents"] == 10
    assert "On 24 test records, searched among 10 documents; " in (folder / "adapter" / "README.md").read_text("utf-8")
    assert goodfit("evaluate", folder, "--json").json["documents"] == 10
    one = [{**row, "positive": SHOPS[0]} for row in rows_of("ranking", 5, 9)]
    write_rows(tmp_path / "one.jsonl", one)
    shown = goodfit("evaluate", folder, "dataset.test=one.jsonl").out.splitlines()[0]
    assert shown.startswith("on 5 records, searched among 1 document  ")
    findings = read_lines(folder / "findings.jsonl")
    (told,) = [one for one in findings if one["code"] == "data.few_documents"]
    assert told["severity"] == "warning"
    assert told["message"].startswith("figures are of a search among 10 documents, all that the test records name")


def test_the_table_of_a_run_and_a_check_say_among_how_many_documents(
    goodfit, tiny_words, rows_of, write_rows, tmp_path
):
    rows = [{**row, "positive": f"{row['positive']} {row['id']}"} for row in rows_of("ranking", 20, 9)]
    write_rows(tmp_path / "many.jsonl", rows)
    words = [*tiny_words("ranking", "encoder"), "dataset.test=many.jsonl"]
    outcome = goodfit("train", *words, "training.max_steps=1", "run.dir=run")
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("on the test records, searched among 20 documents  ")
    assert "data.few_documents" not in outcome.out
    write_rows(tmp_path / "many.jsonl", rows[:19])
    found = goodfit("check", *words, "--json").json["findings"]
    assert "data.few_documents" in [one["code"] for one in found]


@pytest.mark.parametrize(
    ("kind", "documents", "error", "fix"),
    [
        pytest.param("ranking", "nowhere", "the documents nowhere do not exist", "check --documents", id="no folder"),
        pytest.param("ranking", ".", "has no .txt or .md file", "name a folder of texts", id="no text"),
        pytest.param("classification", ".", "classification searches no documents", "leave --documents out", id="kind"),
    ],
)
def test_documents_that_cannot_be_searched_print_two_lines(goodfit, finished, kind, documents, error, fix):
    folder, _ = finished(kind, "encoder")
    outcome = goodfit("predict", str(folder), "lamp", "--documents", documents)
    ((what, mend),) = outcome.errors
    assert (outcome.code, outcome.out) == (2, "")
    assert error in what
    assert fix in mend


@families
def test_the_prompt_that_is_left_for_others_has_the_document_below_the_query(finished, ready, family):
    folder, _ = finished("ranking", family)
    prompt = read_json(folder / "adapter" / "task.json")["prompt"]
    assert prompt.rstrip("\n").endswith("{query}" if family == "encoder" else "{query}\n{document}")
    if family == "decoder":
        prepared, _ = ready("ranking", family)
        learner, record = prepared.learner, prepared.splits.test[0]
        text = prompt.replace("{query}", record.fields["query"]).replace("{document}", record.fields["positive"])
        read = learner.coding.tokenizer.decode(learner.encode([record]).examples[0].inputs)
        assert read.startswith(text)
