"""Formats: JSONL, CSV, TSV, Parquet and a datasets folder give the same rows, and texts stay as they are."""

import csv
import json

import pytest

from goodfit.data.read import read_file
from goodfit.errors import DataError
from goodfit.kinds import KINDS, find_kind

GOOD = [{"text": f"text number {number}", "label": "ab"[number % 2]} for number in range(12)]


def lines(rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def as_jsonl(path):
    path.write_bytes(lines(GOOD))


def as_jsonl_of_windows(path):
    path.write_bytes(b"\xef\xbb\xbf" + lines(GOOD).replace(b"\n", b"\r\n"))


def as_csv(path):
    path.write_text("text,label\n" + "".join(f'"{row["text"]}",{row["label"]}\n' for row in GOOD), "utf-8")


def as_csv_of_windows(path):
    content = "text,label\r\n" + "".join(f"{row['text']},{row['label']}\r\n" for row in GOOD)
    path.write_bytes(b"\xef\xbb\xbf" + content.encode())


def as_csv_of_germany(path):
    content = "text;label\r\n" + "".join(f"{row['text']};{row['label']}\r\n" for row in GOOD)
    path.write_bytes(b"\xef\xbb\xbf" + content.encode())


def as_csv_with_blanks(path):
    path.write_text(" text , label \n" + "".join(f'"{row["text"]}",{row["label"]}\n' for row in GOOD), "utf-8")


def as_array(path):
    path.write_text(json.dumps(GOOD, indent=1), "utf-8")


def as_tsv(path):
    path.write_text("label\ttext\n" + "".join(f"{row['label']}\t{row['text']}\n" for row in GOOD), "utf-8")


def as_parquet(path):
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(GOOD), path)


def as_datasets_folder(path):
    import datasets

    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["a", "b"])})
    datasets.Dataset.from_list(GOOD, features=features).save_to_disk(str(path))


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param("train.jsonl", as_jsonl, id="JSONL"),
        pytest.param("train.jsonl", as_jsonl_of_windows, id="JSONL with BOM and CRLF"),
        pytest.param("train.csv", as_csv, id="CSV"),
        pytest.param("train.csv", as_csv_of_windows, id="CSV with BOM and CRLF"),
        pytest.param("train.csv", as_csv_of_germany, id="CSV with semicolons"),
        pytest.param("TRAIN.CSV", as_csv_of_windows, id="CSV with an ending in capitals"),
        pytest.param("train.csv", as_csv_with_blanks, id="CSV with blanks around the names of its columns"),
        pytest.param("train.JSON", as_array, id="JSON array with an ending in capitals"),
        pytest.param("train.json", as_array, id="JSON array"),
        pytest.param("train.jsonl", as_array, id="JSON array with the ending of lines"),
        pytest.param("train.tsv", as_tsv, id="TSV"),
        pytest.param("train.parquet", as_parquet, id="Parquet"),
        pytest.param("train", as_datasets_folder, id="datasets folder"),
    ],
)
def test_every_format_gives_the_same_rows(tmp_path, name, write):
    write(tmp_path / name)
    found = read_file(tmp_path / name)
    rows = found.rows
    assert (found.problems, found.empty) == ([], [])
    assert [dict(row.values) for row in rows] == GOOD
    first = 2 if name.lower().endswith(("csv", "tsv")) else 1
    place = "{}[{}]" if write is as_array else "{}:{}"
    assert [row.origin for row in rows] == [place.format(name, number) for number in range(first, first + len(GOOD))]


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_holds_the_rows_of_every_kind_with_json_in_its_cells(tmp_path, rows_of, kind):
    more = {"ranking": {"negatives": ["Never."]}, "chat": {"history": [["Hello?", "Good day."]]}}.get(kind, {})
    rows, check = [row | more for row in rows_of(kind, 8)], find_kind(kind).check
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows({name: in_cell(value) for name, value in row.items()} for row in rows)
    read = read_file(tmp_path / "in.csv").rows
    assert [check(row.values, True) for row in read] == [check(row, True) for row in rows]


def in_cell(value):
    """As a table is written; of an empty list nothing."""
    return value if isinstance(value, str) else json.dumps(value) if value else ""


def test_tokens_and_tags_are_read_from_cells():
    check, row = find_kind("token_classification").check, {"tokens": ["Ada", "sings"], "tags": ["B-WHO", "O"]}
    assert check({name: json.dumps(value) for name, value in row.items()}, True) == check(row, True)


def test_words_that_other_readers_take_for_nothing_stay_texts(tmp_path):
    (tmp_path / "train.csv").write_text("text,label\nNA,null\nnan,None\n007,1.10\n", "utf-8")
    rows = read_file(tmp_path / "train.csv").rows
    assert [tuple(row.values.values()) for row in rows] == [("NA", "null"), ("nan", "None"), ("007", "1.10")]


def test_a_parquet_file_with_two_columns_of_one_name_is_told_so(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet

    path = tmp_path / "train.parquet"
    pyarrow.parquet.write_table(pa.Table.from_arrays([pa.array(["a"])] * 3, names=["text", "label", "text"]), path)
    with pytest.raises(DataError) as raised:
        read_file(path)
    assert raised.value.what == f"{path}: the columns 1 and 3 have one name"
    assert raised.value.fix == "give each column a name of its own"


def test_a_parquet_file_that_python_cannot_hold_has_its_bad_rows_and_its_good_ones(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet

    texts = pa.array([b"one", b"tw\xff", b"three"]).view(pa.string())
    columns = {
        "text": texts,
        "label": pa.array(["a", "b", "a"]),
        "group": pa.array([1.5, float("nan"), float("nan")]),
        "day": pa.array([1, 10**15, 10**15], pa.int64()).cast(pa.timestamp("ms")),
    }
    pyarrow.parquet.write_table(pa.table(columns), tmp_path / "train.parquet")
    found = read_file(tmp_path / "train.parquet")
    assert [str(problem) for problem in found.problems] == ["train.parquet:2: bytes that are not UTF-8"]
    assert [row.origin for row in found.rows] == ["train.parquet:1", "train.parquet:3"]
    assert [row.values["group"] for row in found.rows] == [1.5, None]
    assert found.rows[1].values["day"] == str(10**15)


def test_a_label_number_of_no_label_is_no_label(tmp_path):
    import datasets

    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["no", "yes"])})
    rows = {"text": ["one", "two", "three"], "label": [1, -1, 0]}
    datasets.Dataset.from_dict(rows, features).save_to_disk(str(tmp_path / "train"))
    assert [row.values["label"] for row in read_file(tmp_path / "train").rows] == ["yes", None, "no"]


def test_label_numbers_in_lists_have_their_names(tmp_path, goodfit):
    import datasets

    tag = datasets.ClassLabel(names=["O", "B-WHO", "I-WHO"])
    text, place = datasets.Value("string"), datasets.Value("int64")
    span = {"start": place, "end": place, "label": datasets.ClassLabel(names=["WHO"])}
    features = {"tokens": datasets.List(text), "ner_tags": datasets.List(tag), "spans": datasets.List(span)}
    rows = [
        {
            "tokens": ["Ada", "Ito", "sings", str(n)],
            "ner_tags": [1, 2, 0, 0],
            "spans": [{"start": 0, "end": 7, "label": 0}],
        }
        for n in range(12)
    ]
    datasets.Dataset.from_list(rows, datasets.Features(features)).save_to_disk(str(tmp_path / "train"))
    found = read_file(tmp_path / "train").rows[0].values
    assert found["ner_tags"] == ["B-WHO", "I-WHO", "O", "O"]
    assert found["spans"] == [{"start": 0, "end": 7, "label": "WHO"}]
    words = ["task=token_classification", "model=bert", "dataset=files", f"dataset.train={tmp_path / 'train'}"]
    outcome = goodfit("data", *words, "dataset.fields.tags=ner_tags", "--json")
    assert outcome.code == 0, outcome.err


def test_a_line_ends_only_at_a_line_feed(tmp_path):
    text = "one\u2028two\x85three\x0bfour"
    (tmp_path / "train.jsonl").write_text(json.dumps({"text": text}, ensure_ascii=False) + "\n", "utf-8")
    found = read_file(tmp_path / "train.jsonl")
    assert (found.problems, found.rows[0].values["text"]) == ([], text)
