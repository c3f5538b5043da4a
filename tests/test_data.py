"""Bad data: every bad row is named, and what cannot be used is refused in two lines."""

import bz2
import gzip
import json
import lzma
import os
import tempfile

import pytest
from tiny_hub import save_tiny

from goodfit.data.gather import read_split
from goodfit.data.read import read_file
from goodfit.data.records import FIELDS, BadRows, Problem, fields_known
from goodfit.kinds import KINDS, find_kind
from goodfit.kinds.shape import OF_EVERY_KIND

WORDS = ("task=classification", "dataset=files", "model=bert")
THERE = "if a run was trained on it, put it back there, or a link"
GOOD = [{"text": f"text number {number}", "label": "ab"[number % 2]} for number in range(12)]


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


@pytest.fixture
def check(goodfit, tmp_path):
    """``check(content, *words, name="train.jsonl")``: what ``goodfit check`` says of a training file."""

    def run(content, *words, name="train.jsonl"):
        (tmp_path / name).write_bytes(content)
        return goodfit("check", *WORDS, f"dataset.train={name}", *words, "--json")

    return run


@pytest.fixture
def problems(check):
    """``problems(content, …)``: the bad rows that ``goodfit check`` names."""

    def run(content, *words, name="train.jsonl"):
        outcome = check(content, *words, name=name)
        assert outcome.code == 2, outcome.out
        (error,) = outcome.json["errors"]
        assert error["fix"] == "mend the rows, or set them aside: dataset.on_bad_rows=quarantine"
        assert error["error"].startswith(f"{len(error['problems'])} of ")
        return error["problems"]

    return run


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        pytest.param(b'{"text": "x", "label": }', "1:24: broken JSON: Expecting value", id="broken JSON"),
        pytest.param(b'{"text": "x\x81", "label": "a"}', "1:12: bytes that are not UTF-8", id="bad UTF-8"),
        pytest.param(
            b'{"text": "x", "text": "y", "label": "a"}', "1: broken JSON: the key 'text' stands twice", id="key twice"
        ),
        pytest.param(b'{"text": "x", "label": NaN}', "1: broken JSON: NaN is not JSON", id="NaN"),
        pytest.param(b'{"text": "x", "label": -Infinity}', "1: broken JSON: -Infinity is not JSON", id="infinity"),
        pytest.param(b"[" * 100_000, "1: broken JSON: nested too deeply", id="nested"),
        pytest.param(b'["x", "a"]', "1: a JSON list, expected an object", id="list"),
        pytest.param(b'{"text": " \\n", "label": "a"}', "1: text is empty", id="blank text"),
        pytest.param(b'{"text": "x", "label": ""}', "1: label is empty", id="empty label"),
        pytest.param(b'{"text": "x", "label": null}', "1: the field 'label' is missing (fields: text)", id="null"),
        pytest.param(
            b'{"utterance": "x", "label": "a"}',
            "1: the field 'text' is missing (fields: label, utterance)",
            id="column",
        ),
        pytest.param(b'{"text": 5, "label": "a"}', "1: text is a int, expected text", id="number for text"),
        pytest.param(b'{"text": "x", "label": ["a"]}', "1: label is a list, expected text", id="list for a label"),
        pytest.param(b'{"text": "\\ud800", "label": "a"}', "1: half of a surrogate pair", id="surrogate"),
        pytest.param(b'{"id": [1], "text": "x", "label": "a"}', "1: id is a list, expected text or a number", id="id"),
        pytest.param(
            b'{"slices": 1, "text": "x", "label": "a"}', "1: slices is not a mapping of names to values", id="slices"
        ),
    ],
)
def test_a_bad_row_is_named_with_file_line_and_reason(problems, line, problem):
    assert problems(line + b"\n" + lines(GOOD)) == [f"train.jsonl:{problem}"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(b"text,label\nx,a\ny,b,c\nz,a\n", ["train.csv:3: 3 cells, expected 2"], id="cells"),
        pytest.param(b"text,label\nx,a\n\x81,b\n", ["train.csv:3:1: bytes that are not UTF-8"], id="bad UTF-8"),
        pytest.param(b"text,label\nx,a\n,b\n", ["train.csv:3: text is empty"], id="empty cell"),
        pytest.param(b'text,label\nx,a\n"y"z,b\n', ["train.csv:3: broken CSV: ',' expected after '\"'"], id="quotes"),
        pytest.param(
            b'text,label\n"y"z,b\nx,a\n\x81,b\n"open,a\nw,b\nv,b,c\n"two\nlines",a\n',
            [
                "train.csv:2: broken CSV: ',' expected after '\"'",
                "train.csv:4:1: bytes that are not UTF-8",
                "train.csv:5: broken CSV: ',' expected after '\"'",
                "train.csv:7: 3 cells, expected 2",
            ],
            id="every broken row of a file",
        ),
    ],
)
def test_a_bad_row_of_a_csv_file_is_named(problems, content, expected):
    assert problems(content, name="train.csv") == expected


def test_a_broken_row_of_a_csv_file_takes_no_other_row_with_it(tmp_path):
    long = "word " * 40_000
    content = f'text,label\nfirst,a\n"y"z,b\n"open,a\n"two\r\nlines",a\n"{long}",b\n\nlast,b\n'
    (tmp_path / "train.csv").write_text(content, "utf-8", newline="")
    found = read_file(tmp_path / "train.csv")
    rows, problems = found.rows, found.problems
    assert [row.values["text"] for row in rows] == ["first", "two\r\nlines", long, "last"]
    assert [row.origin for row in rows] == [f"train.csv:{line}" for line in (2, 5, 7, 9)]
    assert [problem.origin for problem in problems] == ["train.csv:3", "train.csv:4"]


def test_what_stands_in_the_place_of_a_name_is_not_repeated(goodfit, tmp_path):
    rows = [*GOOD, *({"text": "b", "label": f"Agnes Mustermann {number}"} for number in range(20))]
    (tmp_path / "swapped.jsonl").write_bytes(lines(rows))
    (tmp_path / "bare.csv").write_text("Agnes Mustermann is in,good\nBen Holt is not,bad\n", "utf-8")
    (tmp_path / "alike.csv").write_text("Agnes,1990,Agnes\n", "utf-8")
    (tmp_path / "short.csv").write_text("Agnes,ill\nBen,well\n", "utf-8")
    (tmp_path / "twice.jsonl").write_bytes(lines(GOOD) + b'{"Agnes": 1, "Agnes": 2}\n')
    for name, said in [
        ("swapped.jsonl", "a label is not in the label set"),
        ("bare.csv", "is there a header line?"),
        ("short.csv", "is there a header line?"),
        ("alike.csv", "the columns 1 and 3 have one name"),
        ("twice.jsonl", "broken JSON: a key stands twice"),
    ]:
        outcome = goodfit("check", *WORDS, f"dataset.train={name}", "task.labels=[a,b]", "--json")
        assert outcome.code == 2 and said in outcome.err
        assert "Agnes" not in outcome.err + outcome.out
    (tmp_path / "near.jsonl").write_bytes(lines([*GOOD, {"text": "x", "label": "positve"}]))
    outcome = goodfit("check", *WORDS, "dataset.train=near.jsonl", "task.labels=[a,b,positive]")
    assert "a label is not in the label set ('positve', did you mean 'positive'?)" in outcome.err


@pytest.mark.parametrize(
    ("word", "error", "fix"),
    [
        pytest.param(
            "dataset.fields.gruop=customer",
            "dataset.fields.gruop: records of the kind classification have no field 'gruop'",
            "did you mean 'group'?",
            id="field",
        ),
        pytest.param(
            "dataset.fields.group=custmer",
            "dataset.fields.group=custmer, and no row has a field 'custmer' (fields: customer, label, text)",
            "did you mean dataset.fields.group=customer?",
            id="column",
        ),
        pytest.param(
            "dataset.fields.label=nme",
            "dataset.fields.label=nme, and no row has a field 'nme' (fields: customer, label, text)",
            "name the one that holds the label: dataset.fields.label=<field>",
            id="column that is like none",
        ),
    ],
)
def test_a_renamed_field_that_is_not_there_is_refused(check, word, error, fix):
    content = lines([{**row, "customer": str(number)} for number, row in enumerate(GOOD)])
    assert check(content, word).errors == [(error, fix)]
    assert check(content, "dataset.fields.group=customer").code == 0


def test_a_column_with_a_blank_is_named_as_it_is_typed(check):
    content = lines([{**row, "customer no": "x"} for row in GOOD])
    (_, fix) = check(content, "dataset.fields.group=custmer no").errors[0]
    assert fix == "did you mean 'dataset.fields.group=customer no'?"


def test_fields_of_another_name_are_asked_for_once(check):
    content = lines([{"utterance": row["text"], "intent": row["label"]} for row in GOOD])
    assert check(content).errors == [
        (
            "no row has what is needed: train.jsonl:1: the field 'text' is missing (fields: intent, utterance); "
            "the other 11 neither",
            "say which field of yours it is: dataset.fields.text=<name>",
        )
    ]


def test_the_fields_of_all_kinds_may_be_named():
    fields = {name for kind in KINDS for given in find_kind(kind).fields for name in given.split(", ")}
    assert fields | {*OF_EVERY_KIND} <= FIELDS


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        ("utterance,intent", "fields: intent, utterance"),
        ("Text,Art der Sache", "fields: Art der Sache, Text"),
        ("mail_2,thema", "fields: mail_2, thema"),
        ("Agnes,ill", "2 fields, whose names may be text and are not repeated: is there a header line?"),
        ("it rains,weather", "2 fields, whose names may be text and are not repeated: is there a header line?"),
        ("a0171234567,spam", "2 fields, whose names may be text and are not repeated: is there a header line?"),
    ],
)
def test_the_columns_of_a_table_are_named_where_they_are_no_text(check, header, shown):
    content = f"{header}\n" + "x,y\n" * 3
    ((error, _),) = check(content.encode(), name="train.csv").errors
    assert f"is missing ({shown})" in error


@pytest.mark.parametrize(
    ("given", "typed", "shown"),
    [
        pytest.param(["label", "id"], [], "fields: id, label", id="all are known"),
        pytest.param(["id", "label", "Agnes"], [], "fields: id, label and 1 other", id="another one"),
        pytest.param(["Text", "Agnes", "Ben"], [], "fields: Text and 2 others", id="other ones"),
        pytest.param(["Agnes"], [], "fields: 1 other", id="none is known"),
        pytest.param(["utterance", "sex"], ["utterance", "ward;sex"], "fields: sex, utterance", id="typed ones"),
        pytest.param([], [], "fields: none", id="none"),
    ],
)
def test_a_file_names_the_columns_that_are_known_or_typed(given, typed, shown):
    assert fields_known(dict.fromkeys(given, "x"), typed) == shown


def test_columns_of_two_words_are_named(check):
    content = b"Ticket No,Customer message\n" + b"".join(b"%d,hello %d\n" % (n, n) for n in range(12))
    ((error, _),) = check(content, "dataset.fields.text=Customer message", name="train.csv").errors
    assert "the field 'label' is missing (fields: Customer message, Ticket No)" in error


def test_a_fault_that_all_rows_have_is_told_once(check):
    assert check(lines([{"text": "a", "label": 1.0}] * 30)).errors == [
        (
            "no row is good: train.jsonl:1: label is a float, expected text; the other 29 have the same fault",
            "mend the column, or name another one: dataset.fields.<field>=<name>",
        )
    ]


@pytest.mark.parametrize(
    ("problem", "fix"),
    [
        ({"sort": "missing", "lacks": "text"}, "say which field of yours it is: dataset.fields.text=<name>"),
        ({"sort": "unreadable"}, "mend the rows"),
        ({"sort": "value"}, "mend the column, or name another one: dataset.fields.<field>=<name>"),
        ({"sort": "value", "fix": "leave them out"}, "leave them out"),
    ],
    ids=["missing", "unreadable", "value", "value with a fix of its own"],
)
def test_what_mends_rows_is_told_by_the_sort_of_their_fault_and_not_by_its_words(problem, fix):
    assert BadRows([Problem(f"a.jsonl:{line}", "in other words", **problem) for line in (1, 2)], 2).fix == fix


def test_columns_are_slices(check, tmp_path):
    content = "text,label,ward,sex\n" + "".join(
        f"hello {n},{'ab'[n % 2]},{'nw'[n > 3]},{'f' * (n % 2)}\n" for n in range(12)
    )
    word = "dataset.fields.slices=ward;sex"
    assert check(content.encode(), word, name="train.csv").code == 0
    error = "dataset.fields.slices=sexx, and no row has a field 'sexx' (fields: label, sex, text, ward)"
    found = check(content.encode(), f"{word}x", name="train.csv").errors
    assert found == [(error, "did you mean dataset.fields.slices=sex?")]
    for names, expected in [
        ({"slices": "ward"}, [{"ward": "n"}, {"ward": "n"}]),
        ({"slices": "ward;sex"}, [{"ward": "n"}, {"ward": "n", "sex": "f"}]),
    ]:
        read = read_split(tmp_path / "train.csv", {}, names, dict)
        assert [dict(record.slices) for record in read.records[:2]] == expected
    rows = [{"text": "x", "label": "a", "of": {"sex": "f"}}]
    (tmp_path / "of.jsonl").write_bytes(lines(rows))
    (record,) = read_split(tmp_path / "of.jsonl", {}, {"slices": "of"}, dict).records
    assert record.slices == {"sex": "f"}


@pytest.mark.parametrize("slices", [{"sex": "f", "ward": None}, '{"sex": "f", "ward": ""}'], ids=["mapping", "text"])
def test_a_slice_without_a_value_is_none(slices, tmp_path, write_rows):
    file = write_rows(tmp_path / "rows.jsonl", [{"text": "x", "slices": slices}])
    (record,) = read_split(file, {}, {}, dict).records
    assert record.slices == {"sex": "f"}


def test_rows_that_lack_different_fields_are_told_one_by_one(check):
    rows = [{"text": row["text"]} if n % 2 else {"label": row["label"]} for n, row in enumerate(GOOD)]
    ((error, _),) = check(lines(rows)).errors
    assert error.startswith("12 of 12 rows are bad: train.jsonl:1, train.jsonl:3, ")
    assert "train.jsonl:11: the field 'text' is missing (fields: label); train.jsonl:2, " in error
    assert "train.jsonl:12: the field 'label' is missing (fields: text)" in error


def german(encoding, greeting="Grüße"):
    rows = "".join(f"{greeting if n % 4 == 0 else 'Hallo'} {n},{'ab'[n % 2]}\n" for n in range(24))
    return f"text,label\n{rows}".encode(encoding)


@pytest.mark.parametrize(
    ("content", "where", "likely"),
    [
        pytest.param(german("cp1252"), " (first at train.csv:2:3)", "Windows-1252", id="a quarter of the rows"),
        pytest.param(german("latin-1"), " (first at train.csv:2:3)", "Windows-1252", id="Latin-1"),
        pytest.param(
            "text,label\nGrüße,a\n".encode("cp1252"), " (first at train.csv:2:3)", "Windows-1252", id="one row"
        ),
        pytest.param(
            "text,größe\nx,a\ny,b\nz,a\n".encode("cp1252"), " (first at train.csv:1:8)", "Windows-1252", id="header"
        ),
        pytest.param(german("utf-32"), "", "UTF-32", id="UTF-32"),
        pytest.param(german("utf-16"), "", "UTF-16", id="UTF-16"),
        pytest.param(german("utf-16-le"), "", "UTF-16LE", id="UTF-16 without a mark"),
        pytest.param(german("utf-16-be"), "", "UTF-16BE", id="UTF-16, big-endian"),
    ],
)
def test_a_file_of_another_encoding_is_told_once_with_what_mends_it(check, tmp_path, content, where, likely):
    mended = f"iconv -f {likely.upper()} -t UTF-8 {tmp_path}/train.csv > {tmp_path}/train-utf8.csv"
    assert check(content, name="train.csv").errors == [
        (
            f"{tmp_path}/train.csv is not UTF-8{where}: it looks like {likely}",
            f'save it as UTF-8 ("CSV UTF-8" in a spreadsheet), or: {mended}',
        )
    ]


@pytest.mark.parametrize("name", ["train.csv", "train.jsonl"])
@pytest.mark.parametrize("few", [1, 5])
def test_a_file_of_another_encoding_is_told_where_few_rows_show_it(check, tmp_path, name, few):
    words = [f"{'Grüße' if n < few else 'Hallo'} {n}" for n in range(60)]
    csv = "text,label\n" + "".join(f"{text},{'ab'[n % 2]}\n" for n, text in enumerate(words))
    jsonl = "".join(f'{{"text": "{text}", "label": "{"ab"[n % 2]}"}}\n' for n, text in enumerate(words))
    ((error, fix),) = check((csv if name.endswith("csv") else jsonl).encode("cp1252"), name=name).errors
    assert error.startswith(f"{few} of 60 rows are bad: {name}:")
    file = tmp_path / name
    other = f"{file} > {file.with_stem('train-utf8')}"
    assert fix == (
        f"{name} looks like Windows-1252: save it as UTF-8 (iconv -f WINDOWS-1252 -t UTF-8 {other}), mend the rows, "
        "or set them aside: dataset.on_bad_rows=quarantine"
    )


def test_rows_that_are_no_json_have_no_column_to_mend(check):
    ((error, fix),) = check(b"{'text': 'x', 'label': 'a'}\n" * 12).errors
    assert error.startswith("no row is good: train.jsonl:1:2: broken JSON: ")
    assert fix == "mend the rows"


def test_an_encoding_of_another_script_is_not_guessed(check, tmp_path):
    content = b"text,label\n" + b"".join(f"Привет мир {n},{'ab'[n % 2]}\n".encode("cp1251") for n in range(12))
    assert check(content, name="train.csv").errors == [
        (
            f"{tmp_path}/train.csv is not UTF-8 (first at train.csv:2:1)",
            'save it as UTF-8; spreadsheets call that "CSV UTF-8"',
        )
    ]


def test_damaged_rows_of_a_file_in_utf8_are_bad_rows(problems):
    content = german("utf-8") + b"".join(b"Gr\xfc\xdfe %d,a\n" % n for n in range(4))
    assert problems(content, name="train.csv") == [f"train.csv:{n}:3: bytes that are not UTF-8" for n in range(26, 30)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("train.xlsx", b"PK\x03\x04 ", id="Excel"),
        pytest.param("train.XLS", b"x", id="old Excel, capitals"),
        pytest.param("train.ods", b"PK\x03\x04 ", id="LibreOffice"),
        pytest.param("train.csv", b"PK\x03\x04 ", id="renamed"),
        pytest.param("train.csv", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", id="old one, renamed"),
    ],
)
def test_a_spreadsheet_is_refused_with_how_to_save_it(check, tmp_path, name, content):
    what = f"{tmp_path}/{name} is a spreadsheet, expected a text file"
    assert check(content, name=name).errors == [(what, 'save its sheet as "CSV UTF-8" (.csv)')]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress], ids=["gzip", "bzip2", "xz"])
@pytest.mark.parametrize("name", ["train.csv", "train.jsonl", "train.parquet"])
def test_a_compressed_file_with_another_ending_is_no_bad_row(check, tmp_path, pack, name):
    what = f"{tmp_path}/{name} is compressed, in spite of its ending"
    assert check(pack(b"text,label"), name=name).errors == [(what, "unpack it")]


@pytest.mark.parametrize(
    ("content", "empty"),
    [
        pytest.param("text,label\n{}".replace("\n", "\r\n") + ",\r\n , \r\n", [26, 27], id="at the end"),
        pytest.param(",\ntext,label\n,\n{},,,,\n", [1, 3, 28], id="anywhere, with more cells"),
        pytest.param("text;label;;\n{};;;\n", [26], id="semicolons, and columns without a name"),
    ],
)
def test_empty_rows_of_a_spreadsheet_are_counted_and_stop_nothing(goodfit, tmp_path, content, empty):
    rows = [f"a text of its own, number {n}" for n in range(24)]
    sign = ";" if ";" in content else ","
    wide = sign * (2 if ";" in content else 0)
    written = "".join(f'"{row}"{sign}{"ab"[n % 2]}{wide}\n' for n, row in enumerate(rows))
    (tmp_path / "train.csv").write_bytes(content.replace("{}", written).encode())
    words = ["task=classification", "dataset=files", "dataset.train=train.csv", "quality.deep=false"]
    outcome = goodfit("data", *words, "--json")
    assert outcome.code == 0, outcome.err
    assert sum(outcome.json["records"].values()) == 24
    (finding,) = [found for found in outcome.json["findings"] if found["code"] == "data.empty_rows"]
    assert finding["severity"] == "info"
    assert finding["message"] == f"empty rows were left out: {len(empty)}, the first at train.csv:{empty[0]}"
    assert finding["evidence"] == {"rows": [f"train.csv:{line}" for line in empty]}


def article(number):
    """An article of SQuAD with two paragraphs: one question with an answer, one without."""
    context = f"The fee of contract {number} is {number * 7} pounds."
    answers = [{"text": f"{number * 7} pounds", "answer_start": context.index(f"{number * 7} pounds")}]
    qas = [{"id": f"q{number}", "question": f"What is fee {number}?", "answers": answers, "is_impossible": False}]
    other = [{"id": f"n{number}", "question": f"Who signed {number}?", "answers": [], "is_impossible": True}]
    paragraphs = [{"context": context, "qas": qas}, {"context": f"Nobody signed {number}.", "qas": other}]
    return {"title": f"Contract {number}", "paragraphs": paragraphs}


@pytest.mark.parametrize("indent", [None, 2])
def test_a_file_of_squad_is_read_as_it_was_downloaded(tmp_path, indent):
    squad = {"version": "v2.0", "data": [article(1), article(2)]}
    (tmp_path / "squad.json").write_text(json.dumps(squad, indent=indent), "utf-8")
    first, second, *_ = rows = [row.values for row in read_file(tmp_path / "squad.json").rows]
    assert [row["id"] for row in rows] == ["q1", "n1", "q2", "n2"]
    assert first["answers"] == [{"text": "7 pounds", "start": first["context"].index("7 pounds")}]
    assert (second["answers"], second["group"]) == ([], "Contract 1, paragraph 2")


def test_an_object_that_only_begins_like_squad_is_a_row(tmp_path):
    (tmp_path / "rows.jsonl").write_text('{"data": "x", "label": "a"}\n{"data": [1], "label": "b"}\n', "utf-8")
    assert [row.values["data"] for row in read_file(tmp_path / "rows.jsonl").rows] == ["x", [1]]


def test_ids_that_pandas_wrote_as_fractions_because_one_is_missing_are_whole_numbers(check, tmp_path, goodfit):
    import pyarrow as pa
    import pyarrow.parquet

    def write(ids):
        columns = {"id": ids, "text": [f"text number {n}" for n in range(12)], "label": ["a", "b"] * 6}
        pyarrow.parquet.write_table(pa.table(columns), tmp_path / "train.parquet")
        return goodfit("data", *WORDS, "dataset.train=train.parquet", "--json")

    assert write([1.0, None, *map(float, range(3, 13))]).code == 0
    ((error, fix),) = write([1.0, 2.5, *map(float, range(3, 13))]).errors
    assert error == "1 of 12 rows are bad: train.parquet:2: id is a fraction, expected text or a whole number"
    assert "dataset.fields.id=null" in fix


@pytest.mark.parametrize("rows", [1, 4])
def test_bad_rows_beside_no_good_one_are_not_told_to_be_set_aside(check, rows):
    ((_, fix),) = check(lines([{"text": "", "label": "a"}] * rows + [{"text": "x", "label": " "}])).errors
    assert fix == "mend the rows"


def test_a_row_with_something_in_one_cell_is_still_a_bad_row(problems):
    content = b"text,label\nx,a\n,b\n,\n" + b"".join(b"y %d,b\n" % n for n in range(8))
    assert problems(content, name="train.csv") == ["train.csv:3: text is empty"]


PARCELS = ["late", "broken", "dear", "late, broken", "dear,late", ""]


def table_of_parcels(between=","):
    labels = [label.replace(",", between) for label in PARCELS]
    return "text,labels\n" + "".join(f'parcel number {n},"{labels[n % 6]}"\n' for n in range(36))


@pytest.fixture
def look(goodfit, tmp_path):
    """``look(content, *words)``: what ``goodfit data`` says of a table of several labels."""

    def run(content, *words):
        (tmp_path / "train.csv").write_text(content, "utf-8")
        given = ["task=multilabel", "dataset=files", "dataset.train=train.csv", "quality.deep=false"]
        return goodfit("data", *given, *words, "--json")

    return run


def test_labels_with_commas_between_them_are_not_read_as_one(look):
    assert look(table_of_parcels()).errors == [
        (
            "2 of 5 labels look like several labels with ',' between them, such as 'dear,late'",
            "write ; between labels ('dear;late'), or name all labels if these are single ones: task.labels=[…]",
        )
    ]
    assert look(table_of_parcels(";")).code == 0


@pytest.mark.parametrize(
    ("table", "sign", "shown"),
    [
        pytest.param(table_of_parcels("|"), "|", "dear|late", id="bars"),
        pytest.param(table_of_parcels("/"), "/", "dear/late", id="slashes"),
        pytest.param(table_of_parcels("\n"), "\\n", "dear\\nlate", id="lines"),
        pytest.param(table_of_parcels("\uff1b"), "\uff1b", "dear\uff1blate", id="full-width semicolons"),
        pytest.param(table_of_parcels().replace("dear,late", "[dear, late]"), ",", "[dear, late]", id="brackets"),
    ],
)
def test_labels_with_other_signs_between_them_are_not_read_as_one(look, table, sign, shown):
    ((error, fix),) = look(table).errors
    assert error.startswith("2 of 5 labels look like several")
    assert error.endswith(f" labels with '{sign}' between them, such as '{shown}'")
    assert fix.startswith(f"write ; between labels ('dear;{' late' if '[' in shown else 'late'}'), or name all")


def test_labels_that_lead_from_topics_to_their_parts_are_single_ones(look):
    paths = ["food/price", "food/taste", "rooms/price", "rooms/taste", "food"]
    assert look("text,labels\n" + "".join(f"stay number {n},{paths[n % 5]}\n" for n in range(40))).code == 0


def test_labels_that_have_commas_can_be_named(look):
    named = "task.labels=[late,broken,dear,'late, broken','dear,late']"
    assert look(table_of_parcels(), named).code == 0
    outcome = look(table_of_parcels(), "task.labels=[late,broken,dear]")
    assert set(problem.split(": ")[1] for problem in outcome.json["errors"][0]["problems"]) == {
        "its labels have ',' between them, and not ';'"
    }


def test_a_comma_in_a_label_is_no_reason_to_stop(look):
    content = table_of_parcels(";").replace("dear", "dear, very")
    assert look(content).code == 0


def test_what_was_set_aside_is_named_where_nothing_is_left(check):
    outcome = check(lines([{"text": "", "label": "a"}] * 3), "dataset.on_bad_rows=quarantine")
    assert outcome.errors[0][0].startswith("no good training record is left: train.jsonl:1: text is empty; ")


def test_every_label_is_learnt_however_few_records_it_has(goodfit, tmp_path, tiny_words, rows_of):
    rows = [*rows_of("classification", 40), *({"text": f"a rare text {n}", "label": f"rare {n}"} for n in range(8))]
    (tmp_path / "rare.jsonl").write_bytes(lines(rows))
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("dataset.")]
    outcome = goodfit("check", *words, "dataset=files", "dataset.train=rare.jsonl", "--json")
    assert outcome.code == 0, outcome.err
    assert len(outcome.json["labels"]) == 10


def test_a_path_may_have_commas_and_brackets(goodfit, tmp_path):
    (tmp_path / "a, b (final).jsonl").write_bytes(lines(GOOD))
    outcome = goodfit("data", "task=classification", "dataset=files", "dataset.train=a, b (final).jsonl", "--json")
    assert outcome.code in (0, 2) and "names several values" not in outcome.err
    assert "does not exist" not in outcome.err


def controls(goodfit, tmp_path, words, rows):
    for seed, split in enumerate(("train", "validation", "test")):
        part = [{**row, "id": f"{split}-{number}"} for number, row in enumerate(rows[: 8 if seed else None])]
        (tmp_path / f"{split}.jsonl").write_bytes(lines(part))
    own = [f"dataset.{split}={split}.jsonl" for split in ("train", "validation", "test")]
    outcome = goodfit("check", *words, *own, "--json")
    assert outcome.code == 0, outcome.err
    codes = ("data.control_tokens", "data.early_ends")
    found = [one for one in outcome.json["findings"] if one["code"] in codes]
    return [(one["code"], one["severity"], one["evidence"]["split"], one["evidence"]["ids"]) for one in found]


def test_an_end_that_stands_in_a_text_is_told_of_and_in_an_answer_is_a_fault(goodfit, tmp_path, tiny_words):
    rows = [{"source": f"a lamp, number {number}", "target": f"lamp {number}, for sale"} for number in range(30)]
    words = [*tiny_words("generation", "decoder"), "privacy=none", "task.max_new_tokens=32"]
    assert controls(goodfit, tmp_path, words, rows) == []
    rows[20]["source"] += " <|endoftext|> and more"
    rows[21]["target"] += " <|endoftext|> and more"
    assert controls(goodfit, tmp_path, words, rows) == [
        ("data.control_tokens", "warning", "train", ["train-20", "train-21"]),
        ("data.early_ends", "error", "train", ["train-21"]),
    ]
    words = [*tiny_words("generation", "seq2seq"), "privacy=none", "task.max_new_tokens=32"]
    rows[22]["target"] += " </s>"
    rows[21]["target"] = "a lamp"
    rows[23]["source"] += " <extra_id_0>"
    rows[20]["source"] = rows[21]["target"]
    assert controls(goodfit, tmp_path, words, rows) == [
        ("data.control_tokens", "warning", "train", ["train-22", "train-23"]),
        ("data.early_ends", "error", "train", ["train-22"]),
    ]


def test_signs_that_an_encoder_reads_between_texts_are_told_of(goodfit, tmp_path, tiny_words):
    rows = [{"text": f"a lamp [sep] number {number} [x] </s>", "label": "ab"[number % 2]} for number in range(30)]
    words = [*tiny_words("classification", "encoder"), "privacy=none"]
    rows[25]["text"] += " [SEP]"
    assert controls(goodfit, tmp_path, words, rows) == [("data.control_tokens", "warning", "train", ["train-25"])]


def test_turns_that_are_typed_in_a_conversation_are_told_of(goodfit, tmp_path, tiny_words, rows_of):
    rows = [{"messages": row["messages"]} for row in rows_of("chat", 30)]
    folder = save_tiny("qwen3", [str(row) for row in rows], tmp_path / "qwen")
    words = [*tiny_words("chat", "decoder"), "privacy=none", f"model.name={folder}"]
    assert controls(goodfit, tmp_path, words, rows) == []
    rows[20]["messages"][0]["content"] += "<|im_end|>\n<|im_start|>assistant\nYes."
    rows[21]["messages"][-1]["content"] += "<|im_end|> or not"
    assert controls(goodfit, tmp_path, words, rows) == [
        ("data.control_tokens", "warning", "train", ["train-20", "train-21"]),
        ("data.early_ends", "error", "train", ["train-21"]),
    ]


def test_texts_that_the_model_cannot_read_are_told_of(goodfit, tmp_path, tiny_words):
    rows = [{"text": f"我的卡丢了 {number}", "label": "ab"[number % 2]} for number in range(40)]
    (tmp_path / "zh.jsonl").write_bytes(lines(rows))
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("dataset.")]
    outcome = goodfit("check", *words, "dataset=files", "dataset.train=zh.jsonl", "--json")
    assert outcome.code == 0, outcome.err
    (train, *_) = [one for one in outcome.json["findings"] if one["code"] == "data.unknown_tokens"]
    assert train["severity"] == "warning" and train["figure"] == 1


@pytest.mark.parametrize(
    ("content", "error", "fix"),
    [
        pytest.param(
            b"text,text,label\nx,y,a\nz,w,b\n",
            "train.csv:1: the columns 1 and 2 have one name",
            "give each column a name of its own in this line; if it is a record, add one with the names above it",
            id="twice",
        ),
        pytest.param(
            b"Contracts of 2023;;\nno;text;label\n1;x;a\n2;y;b\n",
            "train.csv:1: one of 3 columns has a name, as in a title",
            "let the line with the names of the columns be the first: take out what stands above it",
            id="title",
        ),
    ],
)
@pytest.mark.parametrize("words", [[], ["dataset.on_bad_rows=quarantine"]], ids=["stop", "quarantine"])
def test_a_csv_header_that_names_no_columns_is_refused(check, words, content, error, fix):
    outcome = check(content, *words, name="train.csv")
    assert (outcome.code, outcome.errors) == (2, [(error, fix)])


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("sep=;\r\ntext;label;", id="Excel's line"),
        pytest.param('"sep=;"\ntext;label;', id="in quotes"),
        pytest.param("text;label;date, place", id="a comma in a name"),
        pytest.param('text;label;"a, b, c, d, e"', id="commas in quotes"),
    ],
)
def test_what_stands_between_the_cells_of_a_csv_file_is_found(goodfit, tmp_path, header):
    rows = "".join(f"a text of its own, number {n};{'ab'[n % 2]};\n" for n in range(24))
    (tmp_path / "train.csv").write_bytes(f"{header}\n{rows}".encode())
    words = ["task=classification", "dataset=files", "dataset.train=train.csv", "quality.deep=false"]
    outcome = goodfit("data", *words, "--json")
    assert outcome.code == 0, outcome.err
    assert sum(outcome.json["records"].values()) == 24


def test_all_bad_rows_are_named_and_the_first_of_them_in_the_message(check):
    outcome = check(b'{"text": ""}\n' * 25 + lines(GOOD))
    (error,) = outcome.json["errors"]
    assert error["problems"] == [f"train.jsonl:{number}: text is empty" for number in range(1, 26)]
    places = ", ".join(f"train.jsonl:{number}" for number in range(1, 21))
    said = f"25 of 37 rows are bad: {places}: text is empty; and 5 more (all of them with --json)"
    assert error["error"] == said


def test_an_id_that_stands_twice_is_a_bad_row(check):
    rows = [{"id": 7, **row} for row in GOOD[:2]]
    (error,) = check(lines([*rows, *GOOD])).json["errors"]
    assert error["problems"] == ["train.jsonl:2: the id '7' stands twice (first: train.jsonl:1)"]
    assert error["fix"].endswith("or set them aside: dataset.on_bad_rows=quarantine")


@pytest.mark.parametrize("word", ["dataset.fields.id=null", "dataset.fields.id="])
def test_a_column_called_id_that_is_none_is_not_looked_at(check, word, tmp_path):
    rows = [{"id": 7, "group": "all", "slices": "none", **row} for row in GOOD]
    listed = tmp_path / "gone.txt"
    listed.write_text("train-2\n", "utf-8")
    others = ["dataset.fields.group=null", "dataset.fields.slices=null", f"dataset.without={listed}"]
    outcome = check(lines(rows), word, *others, "--json")
    assert outcome.code == 0, outcome.err
    assert sum(outcome.json["records"].values()) == len(GOOD) - 1
    ((error, fix),) = check(lines(GOOD), "dataset.fields.text=null").errors
    assert error.startswith("no row has what is needed: train.jsonl:1: the field 'text' is missing (")
    assert fix == "say which field of yours it is: dataset.fields.text=<name>"


def test_files_that_are_numbered_each_from_one_are_told_what_mends_the_ids(check, tmp_path):
    rows = [{"id": number, **row} for number, row in enumerate(GOOD, 1)]
    (tmp_path / "test.jsonl").write_bytes(lines(rows[:2]))
    ((error, fix),) = check(lines(rows), f"dataset.test={tmp_path}/test.jsonl").errors
    assert error.endswith("test.jsonl:2: the id '2' stands twice (first: train.jsonl:2)")
    assert fix.startswith("give every record of all files an id of its own, or name another column")
    assert "quarantine" not in fix  # which would set the whole file aside


def test_an_id_that_reads_like_a_place_does_not_offer_to_set_a_whole_file_aside(check, tmp_path):
    rows = [{"id": f"{number} (first: test.jsonl:", **row} for number, row in enumerate(GOOD, 1)]
    (tmp_path / "test.jsonl").write_bytes(lines(rows[:2]))
    ((_, fix),) = check(lines(rows), f"dataset.test={tmp_path}/test.jsonl").errors
    assert fix.startswith("give every record of all files an id of its own") and "quarantine" not in fix


def test_a_row_whose_id_is_none_is_a_bad_row_and_is_not_left_out_by_its_looks(check, problems, tmp_path):
    rows = [{"id": [1], **GOOD[0]}, *GOOD[1:]]
    assert problems(lines(rows)) == ["train.jsonl:1: id is a list, expected text or a number"]
    listed = tmp_path / "gone.txt"
    listed.write_text("[1]\n", "utf-8")
    ((error, _),) = check(lines(rows), f"dataset.without={listed}").errors
    assert error == f"1 of the ids in {listed} are in no record: [1]"


@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_label_that_training_lacks_is_a_bad_row(problems, tmp_path, split):
    (tmp_path / "other.jsonl").write_bytes(lines([*GOOD[:3], {"text": "new", "label": "c"}]))
    found = problems(lines(GOOD), f"dataset.{split}=other.jsonl")
    assert found == ["other.jsonl:4: a label is not in the label set"]


def test_a_label_that_was_not_typed_is_a_bad_row(problems):
    found = problems(lines(GOOD), "task.labels=[a,c]")
    assert len(found) == 6
    assert set(found) == {f"train.jsonl:{n}: a label is not in the label set" for n in range(2, 13, 2)}


@pytest.mark.parametrize(
    ("name", "content", "words", "error"),
    [
        pytest.param("train.jsonl", b"", [], "train.jsonl has no rows", id="empty"),
        pytest.param("train.jsonl", b"\n  \n\n", [], "train.jsonl has no rows", id="blank lines"),
        pytest.param("train.csv", b"text,label\n", [], "train.csv has no rows", id="header only"),
        pytest.param("train.docx", b"x", [], "train.docx has the ending '.docx'", id="ending"),
        pytest.param("train.parquet", b"PAR1", [], "train.parquet cannot be read as Parquet: ", id="damaged Parquet"),
        pytest.param(
            "train.jsonl", lines(GOOD[::2]), [], "all training records have the label 'a'", id="one label only"
        ),
        pytest.param(
            "train.jsonl", lines(GOOD[:2]), [], "no records for validation and test (train 2, ", id="too few to split"
        ),
        pytest.param("x.jsonl", b"", ["dataset.train=gone.jsonl"], "gone.jsonl does not exist", id="missing file"),
        pytest.param("x.jsonl", b"", ["dataset.train=."], " has no .txt or .md file", id="folder"),
    ],
)
def test_data_that_cannot_be_used_print_two_lines_and_exit_2(check, name, content, words, error):
    outcome = check(content, *words, name=name)
    assert outcome.code == 2, outcome.out
    ((what, fix),) = outcome.errors
    assert error in what
    assert fix


def test_all_records_with_one_of_one_label_are_refused(check):
    rows = [{"text": f"text number {number}", "labels": ["money"]} for number in range(24)]
    assert check(lines(rows), "task=multilabel").errors == [
        ("all training records have the label 'money'", "give others, too, without it or with another one")
    ]
    without = [{**row, "labels": []} for row in rows]
    assert check(lines(without), "task=multilabel", "task.labels=[money]").errors == [
        ("no training record has a label", "give records of which some have labels")
    ]


NOT_PLAIN = "write what it gives to a file first, and name that"


@pytest.mark.parametrize(
    ("argv", "odd"),
    [
        pytest.param(["check", *WORDS, "dataset.train=odd.jsonl"], "odd.jsonl", id="rows"),
        pytest.param(["preview", *WORDS, "dataset.train=zero.jsonl"], "zero.jsonl", id="a link to a device"),
        pytest.param(["check", *WORDS, "dataset.train=x.jsonl", "dataset.without=odd.txt"], "odd.txt", id="ids"),
        pytest.param(["check", *WORDS, "dataset.train=x.jsonl", "plugins.lock=odd.json"], "odd.json", id="plugins"),
        pytest.param(["reveal", "odd.vault", "a text"], "odd.vault", id="vault"),
    ],
)
def test_what_is_no_plain_file_is_refused_before_it_is_opened(goodfit, tmp_path, argv, odd):
    if odd.startswith("odd"):
        os.mkfifo(tmp_path / odd)  # nobody writes into it: who opened it would wait for ever
    else:
        (tmp_path / odd).symlink_to("/dev/zero")
    (tmp_path / "x.jsonl").write_bytes(lines(GOOD))
    outcome = goodfit(*argv)
    ((error, fix),) = outcome.errors
    assert (outcome.code, error.removeprefix(f"{tmp_path}/"), fix) == (2, f"{odd} is no plain file", NOT_PLAIN)


def test_an_option_that_is_no_plain_file_is_refused(goodfit, tmp_path):
    folder = tmp_path / "mine" / "policy"
    folder.mkdir(parents=True)
    os.mkfifo(folder / "odd.yaml")
    outcome = goodfit("show", *WORDS, "policy=odd", "--config-dir", "mine")
    assert outcome.errors == [(f"{folder / 'odd.yaml'} is no plain file", "write the values to one")]


def test_a_text_taken_for_the_label_is_said_where_nothing_can_be_held_out(check):
    rows = [{"text": "ab"[n % 2], "label": f"a text of its own, number {n}"} for n in range(24)]
    assert check(lines(rows)).errors == [
        (
            "24 of 24 records have a label that no other has, so that none can be held out",
            "name the column with the labels, dataset.fields.<field>=<name>, or give several records of each label",
        )
    ]


@pytest.mark.parametrize("verb", ["train", "check", "preview"])
def test_bad_data_print_two_lines_whatever_the_verb_and_leave_nothing_behind(goodfit, tmp_path, verb):
    outcome = goodfit(verb, *WORDS, "dataset.train=gone.jsonl")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"error: the data file {tmp_path}/gone.jsonl does not exist\n  fix: check the path; {THERE}\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "error"),
    [
        pytest.param(["dataset=files"], "dataset=files without a training file", id="files without a file"),
        pytest.param([], "task=classification brings no data of its own", id="generic task without data"),
        pytest.param(["dataset=hub"], "dataset=hub without a name", id="hub without a name"),
        pytest.param(
            ["dataset.source=legal.terms"],
            "the data 'legal.terms' are of the kind token_classification, expected classification",
            id="data of another kind",
        ),
    ],
)
def test_data_that_were_not_named_print_two_lines_and_exit_2(goodfit, words, error):
    outcome = goodfit("check", "task=classification", "model=bert", *words)
    assert outcome.code == 2
    assert [what for what, _ in outcome.errors] == [error]


@pytest.fixture
def canaries(tmp_path, monkeypatch):
    """``canaries()``: the files below the folders of temporary files and of the hub's libraries with a text of the
    data, those in the hub's own cache aside, from which data are read here."""
    import datasets
    import huggingface_hub

    places = {name: tmp_path / name for name in ("temporary", "datasets", "hub")}
    places["temporary"].mkdir()
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(tempfile, "tempdir", str(places["temporary"]))
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", places["datasets"])
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(places["hub"]))
    written = (places["temporary"], places["datasets"])
    return lambda: [path for place in written for path in place.rglob("*") if b"text number" in _content(path)]


def _content(path):
    return path.read_bytes() if path.is_file() else b""


HUB = ("task=classification", "model=bert", "dataset=hub")


@pytest.mark.parametrize("broken", [False, True], ids=["good", "broken"])
def test_no_text_of_a_hub_data_set_is_left_on_the_disk(goodfit, tmp_path, canaries, broken):
    (tmp_path / "owner").mkdir()
    (tmp_path / "owner/train.jsonl").write_bytes(lines(GOOD * 4) + b'{"text": ["one"]}\n' * broken)
    outcome = goodfit("check", *HUB, "dataset.name=owner", "privacy=mask")
    assert outcome.code == (2 if broken else 0), outcome.err
    assert canaries() == []
    assert list((tmp_path / "temporary").glob("goodfit*")) == []


def test_offline_a_hub_data_set_is_read_from_the_hubs_own_cache(goodfit, tmp_path, canaries):
    commit = "0" * 40
    repository = tmp_path / "hub/datasets--owner--reviews"
    files = repository / "snapshots" / commit
    (repository / "refs").mkdir(parents=True)
    files.mkdir(parents=True)
    (repository / "refs/main").write_text(commit)
    (files / "train.jsonl").write_bytes(lines(GOOD * 4))
    words = (*HUB, "dataset.name=owner/reviews")
    assert goodfit("check", *words).code == 0
    assert canaries() == []
    (files / "README.md").write_text("---\nconfigs:\n- config_name: more\n  data_files: more.jsonl\n---\n")
    outcome = goodfit("check", *words)
    assert outcome.code == 5
    (what, fix), *_ = outcome.errors
    assert what == "the hub could not give owner/reviews: not all of its files are here"
    assert fix == "fetch it whole (hf download --repo-type dataset owner/reviews), or use dataset=files"


CARD = "---\nconfigs:\n" + "".join(
    f"- config_name: {name}\n  data_files:\n  - split: train\n    path: {name}/train-*.jsonl\n" for name in ("en", "de")
)


@pytest.mark.parametrize("listed", [False, True], ids=["", "listed"])
def test_offline_one_of_several_configurations_is_read_without_the_others(goodfit, tmp_path, canaries, listed):
    from huggingface_hub._tree_cache import TreeCacheEntry, write_tree_cache

    commit = "0" * 40
    repository = tmp_path / "hub/datasets--owner--letters"
    files = repository / "snapshots" / commit
    (repository / "refs").mkdir(parents=True)
    (files / "en").mkdir(parents=True)
    (repository / "refs/main").write_text(commit)
    (files / "README.md").write_text(CARD + "---\n")
    (files / "en/train-0.jsonl").write_bytes(lines(GOOD * 4))
    if listed:  # as `hf download --include` leaves it
        entry = TreeCacheEntry(size=1, blob_id="0" * 40, lfs_sha256=None, lfs_size=None, xet_hash=None)
        write_tree_cache(
            str(repository), commit, dict.fromkeys(["README.md", "en/train-0.jsonl", "de/train-0.jsonl"], entry)
        )
    words = (*HUB, "dataset.name=owner/letters")
    assert goodfit("data", *words, "dataset.config=en").code == 0
    assert canaries() == []
    missing = goodfit("data", *words, "dataset.config=de")
    assert (missing.code, missing.errors[0][0]) == (
        5,
        "the hub could not give owner/letters: not all of its files are here",
    )
    for config, error, fix in (
        ([], "has 2 configurations, and none of them is named", "add dataset.config=<name>, one of en, de"),
        (["fr"], "has no configuration 'fr'", "add dataset.config=<name>, one of en, de"),
        (["dee"], "has no configuration 'dee'", "did you mean dataset.config=de?"),
    ):
        outcome = goodfit("data", *words, *(f"dataset.config={name}" for name in config))
        assert (outcome.code, outcome.errors) == (2, [(f"owner/letters {error}", fix)])


def test_a_folder_of_several_splits_asks_for_one(check, tmp_path):
    import datasets

    part = datasets.Dataset.from_list(GOOD)
    datasets.DatasetDict({"train": part, "test": part}).save_to_disk(str(tmp_path / "both"))
    ((what, fix),) = check(b"", "dataset.train=both", name="x.jsonl").errors
    assert what.endswith("both holds several splits")
    assert fix.endswith("both/train")


def test_a_folder_of_texts_is_learnt_with_the_folders_as_labels(goodfit, tmp_path, tiny_words):
    for number, row in enumerate(GOOD):
        for split in ("train", "validation", "test"):
            file = tmp_path / split / row["label"] / f"{number}.txt"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(row["text"], "utf-8")
    given = [f"dataset.{split}={split}" for split in ("train", "validation", "test")]
    words = [*tiny_words("classification", "encoder"), *given]
    outcome = goodfit("preview", *words, "dataset.fields.label=folder", "--json")
    assert outcome.code == 0, outcome.err
    assert {shown["id"]: shown["learns"] for shown in outcome.json["examples"]} == {
        "train/a/0.txt": ["a"], "train/a/10.txt": ["a"], "train/a/2.txt": ["a"],
    }  # fmt: skip
    assert "the field 'label' is missing (fields: folder, id, text)" in goodfit("preview", *words).err


def test_fields_can_be_renamed(goodfit, tmp_path, tiny_words):
    (tmp_path / "mine.jsonl").write_bytes(lines([{"utterance": r["text"], "intent": r["label"]} for r in GOOD]))
    given = [f"dataset.{split}=mine.jsonl" for split in ("train", "validation", "test")]
    names = ["dataset.fields.text=utterance", "dataset.fields.label=intent"]
    outcome = goodfit("preview", *tiny_words("classification", "encoder"), *given, *names, "--json")
    assert outcome.code == 0, outcome.err
    assert [shown["learns"] for shown in outcome.json["examples"]] == [["a"], ["b"], ["a"]]
    assert "text" in outcome.json["examples"][0]["reads"]
