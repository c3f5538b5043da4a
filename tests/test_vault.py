"""The vault: the way back from stand-ins to values, encrypted, and only where it is asked for."""

import json
import sys
from collections import Counter

import pytest
from test_scrubbing import FINDS, PLUGIN

from goodfit.data.vault import MARK, VAULT_KEY, put_back, read_vault, write_vault
from goodfit.files import part_of

KEY = "correct horse battery staple"
HASHED = ["privacy=hash", "privacy.scrubbers=[badge.numbers]"]


@pytest.fixture
def words(tmp_path, monkeypatch, tiny_words, rows_of, install):
    """The words of a tiny run whose records name badges, two of them the same one."""
    install("badge", PLUGIN.format(body=FINDS))
    monkeypatch.setenv("GOODFIT_PRIVACY_KEY", "another long secret")
    monkeypatch.setenv(VAULT_KEY, KEY)
    rows = rows_of("classification", 40, 0)
    for number, row in enumerate(rows):
        row["text"] += f" badge-{1000 + number // 2}"
    own = tmp_path / "train.jsonl"
    own.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return [*tiny_words("classification", "encoder"), f"dataset.train={own}", "training.epochs=1", *HASHED]


def test_a_vault_has_the_values_and_shows_none_of_them(words, tmp_path, goodfit, monkeypatch):
    vault = tmp_path / "staff.vault"
    assert goodfit("train", *words, f"privacy.vault={vault}", "run.dir=run").code == 0
    raw = vault.read_bytes()
    assert raw.startswith(MARK) and b"badge-" not in raw
    assert vault.stat().st_mode & 0o077 == 0
    found = read_vault(vault)
    stand_in = next(key for key, values in found.items() if values[0][0] == "badge-1003")
    outcome = goodfit("reveal", vault, f"{stand_in} came in", "nobody did", "--json")
    assert outcome.json == {"texts": ["badge-1003 came in", "nobody did"], "replaced": 1, "warnings": []}
    text = tmp_path / "text.txt"
    text.write_text(f"it was {stand_in}\n", "utf-8")
    assert goodfit("reveal", vault, "--input", text).out == "it was badge-1003\n"

    text.write_text(f"a\u2028b {stand_in}\n", "utf-8")
    assert goodfit("reveal", vault, "--input", text).out == "a\u2028b badge-1003\n"

    text.write_bytes(f"\xe4 {stand_in}\n".encode("latin-1"))
    assert goodfit("reveal", vault, "--input", text).out == "\ufffd badge-1003\n"
    assert goodfit("reveal", vault, stdin=f"\ufeff{stand_in}\n").out == "badge-1003\n"
    for argv, said in [
        ([], "reveal without a vault"),
        (["no.vault"], "no.vault does not exist"),
        ([text], "is no vault"),
    ]:
        refused = goodfit("reveal", *argv)
        assert refused.code == 2 and said in refused.err

    monkeypatch.setenv(VAULT_KEY, KEY + "!")
    refused = goodfit("reveal", vault, stand_in)
    assert refused.code == 2 and "does not open: another key, or a damaged file" in refused.err
    monkeypatch.setenv(VAULT_KEY, KEY)
    damaged = bytearray(raw)
    damaged[-1] ^= 1
    vault.write_bytes(damaged)
    assert goodfit("reveal", vault, stand_in).code == 2
    monkeypatch.delenv(VAULT_KEY)  # what was made once needs no key again, and writes no vault
    assert goodfit("reproduce", "run", "--output", tmp_path / "again").code == 0
    assert vault.read_bytes() == damaged


def test_a_vault_is_not_written_over_the_one_of_other_records(words, tmp_path, goodfit):
    vault, train = tmp_path / "staff.vault", tmp_path / "train.jsonl"
    assert goodfit("train", *words, f"privacy.vault={vault}", "run.dir=one").code == 0
    assert (
        goodfit("train", *words, f"privacy.vault={vault}", "run.dir=two").code == 0
    )  # the same records, as after a kill
    before = vault.read_bytes()
    train.write_text(train.read_text("utf-8").replace("badge-1003", "badge-4003"), "utf-8")
    outcome = goodfit("train", *words, f"privacy.vault={vault}", "run.dir=three")
    assert outcome.errors == [
        (f"{vault} is the vault of other records", "choose another privacy.vault, or move it away")
    ]
    assert vault.read_bytes() == before and not (tmp_path / "three").exists()


@pytest.mark.parametrize(
    ("change", "said", "code"),
    [
        (["privacy=mask"], "privacy.vault is for privacy=hash and privacy=pseudonymise, and the mode is mask", 2),
        (["privacy.vault=missing/staff.vault"], "is no folder", 2),
        (["privacy.vault=README.md"], "exists, and is no vault", 2),
        ("no key", f"the variable {VAULT_KEY} is not set", 2),
        ("short key", f"the variable {VAULT_KEY} has 5 characters", 2),
        ("no package", "privacy.vault needs the package cryptography", 5),
    ],
)
def test_a_vault_that_could_not_be_written_ends_a_run_before_it_begins(
    words, tmp_path, goodfit, monkeypatch, change, said, code
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README.md").write_text("mine", "utf-8")
    if change == "no key":
        monkeypatch.delenv(VAULT_KEY)
    if change == "short key":
        monkeypatch.setenv(VAULT_KEY, "short")
    if change == "no package":
        monkeypatch.setitem(sys.modules, "cryptography", None)
    changes = change if isinstance(change, list) else []
    keys = {word.partition("=")[0] for word in changes}
    typed = [word for word in (*words, "privacy.vault=staff.vault") if word.partition("=")[0] not in keys]
    outcome = goodfit("train", *typed, *changes, "run.dir=run")
    assert outcome.code == code and said in outcome.err
    assert not (tmp_path / "run").exists() and not (tmp_path / "staff.vault").exists()
    assert (tmp_path / "README.md").read_text("utf-8") == "mine"


@pytest.mark.parametrize("lying", ["a file", "a link"])
def test_a_vault_is_its_owners_whatever_lies_where_it_is_written(tmp_path, monkeypatch, lying):
    monkeypatch.setenv(VAULT_KEY, KEY)
    vault, other = tmp_path / "staff.vault", tmp_path / "other"
    other.write_text("theirs", "utf-8")
    if lying == "a link":
        part_of(vault).symlink_to(other)
    else:
        part_of(vault).touch()
        part_of(vault).chmod(0o666)
    write_vault(vault, {"Bodri": Counter({"Jo Fox": 2})})
    assert read_vault(vault) == {"Bodri": [("Jo Fox", 2)]}
    assert vault.stat().st_mode & 0o077 == 0 and not vault.is_symlink()
    assert other.read_text("utf-8") == "theirs"


def test_the_longest_stand_in_is_put_back_and_the_most_frequent_value():
    vault = {"Ann Lee": [("Jo Fox", 3), ("JO FOX", 1)], "Ann": [("Kim", 1)]}
    assert put_back("Ann Lee met Ann and Annabel", vault) == ("Jo Fox met Kim and Annabel", ["Ann Lee", "Ann"])
    assert put_back("nobody", {}) == ("nobody", [])


def test_lines_of_json_stay_lines_of_json_and_other_persons_values_are_told_of(goodfit, tmp_path, monkeypatch):
    values = {
        "Bodri": [('Dwayne "The Rock" Johnson', 2)],
        "Vako": [("1 Low Street\nYork", 1)],
        "Ann": [("Kim", 2), ("Jo", 1)],
    }
    monkeypatch.setattr("goodfit.data.vault.read_vault", lambda path: values)
    answer = {"id": "1", "prediction": ["Bodri lives at Vako", 3], "Vako": None}
    (tmp_path / "answers.jsonl").write_text(f"{json.dumps(answer)}\nBodri\n", "utf-8")
    outcome = goodfit("reveal", "a.vault", "--input", "answers.jsonl")
    first, second = outcome.out.splitlines()
    said = 'Dwayne "The Rock" Johnson lives at 1 Low Street\nYork'
    assert json.loads(first) == {"id": "1", "prediction": [said, 3], "1 Low Street\nYork": None}
    assert (second, outcome.err) == ('Dwayne "The Rock" Johnson', "")
    outcome = goodfit("reveal", "a.vault", "Ann came")
    assert outcome.out == "Kim came\n"
    assert outcome.err == "warning: 1 stand-ins stand for several values, of which the most frequent is put back\n"


def test_the_places_of_an_answer_move_with_the_values_that_are_put_back(goodfit, tmp_path, monkeypatch):
    values = {"Bodri Vako": [("Jo Fox", 2)], "[DATE_12]": [("1 May", 1)]}
    monkeypatch.setattr("goodfit.data.vault.read_vault", lambda path: values)
    read = "Bodri Vako came on [DATE_12] with Bodri Vako."
    places = [(0, 10), (6, 10), (19, 28), (34, 44)]
    spans = [{"start": start, "end": end, "label": "X", "text": read[start:end]} for start, end in places]
    bare = [{"start": 34, "end": 44}]
    other = [{"start": 3, "end": 900}]
    answer = {"id": "1", "answer": spans, "read": read, "bare": bare, "other": other}
    (tmp_path / "answers.jsonl").write_text(json.dumps(answer) + "\n", "utf-8")
    shown = json.loads(goodfit("reveal", "a.vault", "--input", "answers.jsonl").out)
    text = shown["read"]
    assert text == "Jo Fox came on 1 May with Jo Fox."
    assert [text[one["start"] : one["end"]] for one in shown["answer"]] == ["Jo Fox", "Jo Fox", "1 May", "Jo Fox"]
    assert all(one["text"] == text[one["start"] : one["end"]] and one["label"] == "X" for one in shown["answer"])
    assert [text[one["start"] : one["end"]] for one in shown["bare"]] == ["Jo Fox"]
    assert shown["other"] == other


def test_a_vault_has_no_values_of_the_run_that_the_base_came_from(
    words, tmp_path, goodfit, tiny_words, rows_of, write_rows
):
    rows = [
        {**row, "text": f"{row['text']} badge-{9000 + n}"} for n, row in enumerate(rows_of("classification", 32, 8))
    ]
    theirs = write_rows(tmp_path / "theirs.jsonl", rows)
    earlier = [*tiny_words("classification", "encoder"), f"dataset.train={theirs}", "training.max_steps=1"]
    assert goodfit("train", *earlier, "adapter=none", "privacy=none", "run.dir=earlier").code == 0
    own = [word for word in words if not word.startswith("model")]
    vault = tmp_path / "staff.vault"
    outcome = goodfit("train", *own, "model=run:earlier", f"privacy.vault={vault}", "run.dir=run", "--json")
    assert outcome.code == 0, outcome.err
    values = {value for found in read_vault(vault).values() for value, *_ in found}
    assert "badge-1003" in values
    assert not any(value.startswith("badge-9") for value in values)
