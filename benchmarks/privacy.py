"""How much the scrubbers find, of whom, and how fast, beside presidio-analyzer on the same texts.

    python benchmarks/privacy.py ../shared/data [--presidio PYTHON] > benchmarks/privacy.md

``PYTHON`` is an interpreter that has presidio-analyzer and an English spaCy model; the product does not need it.
The training and validation parts of presidio_synth were used to look for errors and to choose thresholds, never to
train; the figures are those of its test part, whose sentence templates are in neither.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit_fairness.people import NAMES
from goodfit_privacy import deep, fast, identifiers
from rows import read_rows

from goodfit.hooks.certainty import wilson

Spans = Sequence[tuple[int, int]]
Find = Callable[[Sequence[str]], Sequence[Spans]]

ROUNDS = 5
"""How often all ways are measured."""
STRUCTURED = "CREDIT_CARD EMAIL_ADDRESS DOMAIN_NAME IBAN_CODE IP_ADDRESS PHONE_NUMBER US_SSN US_DRIVER_LICENSE".split()  # noqa: SIM905
ROLES = (
    'PER are mostly roles there ("Lender", "the Borrower"), which a tagger of names need not find: a text about a '
    "party without its name."
)
ORIGINS = (
    "`last`, `men` and `women` are of data/bias/name_lexicon, a word each; origins are those of the fairness audit, "
    "first and last name. Of the latter two thirds of the words stand in the recipe that the tagger learnt from, too: "
    "they say little of names that it never saw."
)
FRAMES = (
    "The parcel for {} has come back.",
    "I spoke with {} about the invoice.",
    "{} did not attend the hearing.",
    "Is {} still your contact?",
    "the complaint was filed by {} in march",
)
"""Sentences of this file alone, for names by group."""

PRESIDIO = """
import json, sys, time
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import NlpEngineProvider
import spacy
texts, model = json.load(sys.stdin), sys.argv[1]
if model == "blank":
    nlp = spacy.blank("en"); nlp.to_disk("/tmp/spacy_blank_en"); model = "/tmp/spacy_blank_en"
conf = {"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": model}]}
nlp = NlpEngineProvider(nlp_configuration=conf).create_engine()
engine = AnalyzerEngine(nlp_engine=nlp, supported_languages=["en"])
[engine.analyze(text, language="en") for text in texts]
start = time.process_time()
found = [[(r.start, r.end) for r in engine.analyze(text, language="en")] for text in texts]
print(json.dumps({"found": found, "seconds": time.process_time() - start}))
"""


OURS = """
import json, sys, time
from goodfit_privacy import identifiers
before, texts = json.load(sys.stdin)
identifiers.find(before)
def seconds(texts):
    start = time.process_time()
    identifiers.find(texts)
    return time.process_time() - start
first = seconds(texts)
passes = round(2 / seconds(texts))
print(json.dumps({"first": first, "again": seconds(texts * passes) / passes}))
"""


def ours(*finders: Callable[[Sequence[str]], Sequence[Sequence[Any]]]) -> Find:
    """The places of several scrubbers together."""

    def find(texts: Sequence[str]) -> list[Spans]:
        found = [finder(texts) for finder in finders]
        return [[(place.start, place.end) for part in found for place in part[index]] for index in range(len(texts))]

    return find


def presidio(python: str, model: str, texts: Sequence[str]) -> tuple[list[Spans], float]:
    """What presidio-analyzer finds, and its CPU seconds."""
    done = subprocess.run(
        [python, "-c", PRESIDIO, model], input=json.dumps(list(texts)), capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    return answer["found"], answer["seconds"]


def shown(hits: int, of: int) -> str:
    """A share with its 95 % interval (Wilson 1927)."""
    if not of:
        return "-"
    low, high = wilson(hits, of)
    return f"{hits / of:.3f} [{low:.3f}, {high:.3f}]"


def covered(text: str, spans: Spans) -> list[bool]:
    """Which signs lie in a place."""
    inside = [False] * len(text)
    for start, end in spans:
        inside[start:end] = [True] * (end - start)
    return inside


def compare(rows: Sequence[Mapping[str, Any]], found: Sequence[Spans]) -> dict[str, Any]:
    """Spans that are covered whole, runs of covered signs that are half in a span, documents with anything left."""
    right, of = Counter(), Counter()
    runs = good = leaking = 0
    for row, spans in zip(rows, found, strict=True):
        text, inside = row["text"], covered(row["text"], spans)
        marked = covered(text, [(span["start"], span["end"]) for span in row["spans"]])
        missed = 0
        for span in row["spans"]:
            whole = all(inside[n] for n in range(span["start"], span["end"]) if text[n].isalnum())
            of[span["label"]] += 1
            right[span["label"]] += whole
            missed += not whole
        leaking += missed > 0
        start = 0
        while start < len(text):
            end = start
            while end < len(text) and inside[end]:
                end += 1
            signs = [n for n in range(start, end) if text[n].isalnum()]
            if signs:
                runs += 1
                good += 2 * sum(marked[n] for n in signs) >= len(signs)
            start = end + 1
    return {"right": right, "of": of, "runs": runs, "good": good, "leaking": leaking, "texts": len(rows)}


def finding(data: Path, python: str | None, model: str) -> list[str]:
    """The test part of presidio_synth."""
    rows = read_rows(data / "pii/presidio_synth/test.jsonl")
    texts = [row["text"] for row in rows]
    tried = {
        "identifiers": ours(identifiers.find)(texts),
        "identifiers + names_fast": ours(identifiers.find, fast.find)(texts),
        "identifiers + names": ours(identifiers.find, deep.find)(texts),
        "all three": ours(identifiers.find, deep.find, fast.find)(texts),
    }
    if python:
        tried["presidio, patterns alone"] = presidio(python, "blank", texts)[0]
        tried["presidio, its default engine with spaCy's small model"] = presidio(python, model, texts)[0]
    figures = {name: compare(rows, found) for name, found in tried.items()}
    lines = [
        "| what looks | span recall | precision | structured | texts with a leak |",
        "|---|---|---|---|---|",
    ]
    for name, got in figures.items():
        structured = (sum(got[part][sort] for sort in STRUCTURED) for part in ("right", "of"))
        lines.append(
            f"| {name} | {shown(sum(got['right'].values()), sum(got['of'].values()))} "
            f"| {shown(got['good'], got['runs'])} | {shown(*structured)} | {shown(got['leaking'], got['texts'])} |"
        )
    lines += ["", "| type | places | " + " | ".join(figures) + " |", "|---|---|" + "---|" * len(figures)]
    for sort in sorted(figures["identifiers"]["of"]):
        cells = [f"{got['right'][sort] / got['of'][sort]:.3f}" for got in figures.values()]
        lines.append(f"| {sort} | {figures['identifiers']['of'][sort]} | {' | '.join(cells)} |")
    return lines


def hard_texts(data: Path, python: str | None, model: str) -> list[str]:
    """People and organisations in loan agreements."""
    rows = []
    for row in read_rows(data / "finance/sec_ner/test.jsonl"):
        text, spans = " ".join(row["tokens"]), []
        place = 0
        for token, tag in zip(row["tokens"], row["tags"], strict=True):
            end = place + len(token)
            if tag[2:] in ("PER", "LOC", "ORG"):
                if tag[0] == "I" and spans and spans[-1]["label"] == tag[2:]:
                    spans[-1]["end"] = end
                else:
                    spans.append({"start": place, "end": end, "label": tag[2:]})
            place = end + 1
        rows.append({"text": text, "spans": spans})
    texts = [row["text"] for row in rows]
    tried = {"names_fast": ours(fast.find)(texts), "names": ours(deep.find)(texts)}
    if python:
        tried["presidio, spaCy's small model"] = presidio(python, model, texts)[0]
    figures = {name: compare(rows, found) for name, found in tried.items()}
    lines = ["| type | places | " + " | ".join(figures) + " |", "|---|---|" + "---|" * len(figures)]
    for sort in ("PER", "LOC", "ORG"):
        cells = [shown(got["right"][sort], got["of"][sort]) for got in figures.values()]
        lines.append(f"| {sort} | {figures['names']['of'][sort]} | {' | '.join(cells)} |")
    return [*lines, "", ROLES]


def by_group(data: Path) -> list[str]:
    """First and last names of several origins and of women and men, in the same sentences."""
    groups = defaultdict(list)
    for row in read_rows(data / "bias/name_lexicon/lexicon.jsonl"):
        groups[row["group"]].append(row["name"])
    for (origin, _), names in NAMES.items():  # those of the fairness audit, first and last name, of women and men
        groups[origin] += names.split(", ")
    chance = random.Random(1)
    lines = ["| names | texts | names_fast | names |", "|---|---|---|---|"]
    for group, listed in sorted(groups.items()):
        chosen = sorted(set(listed))
        chance.shuffle(chosen)
        rows = []
        for name in chosen[:60]:
            for frame in FRAMES:
                start = frame.index("{}")
                rows.append(
                    {"text": frame.format(name), "spans": [{"start": start, "end": start + len(name), "label": "NAME"}]}
                )
        texts = [row["text"] for row in rows]
        got = [compare(rows, ours(find)(texts)) for find in (fast.find, deep.find)]
        lines.append(
            f"| {group} | {len(rows)} | " + " | ".join(shown(g["right"]["NAME"], g["of"]["NAME"]) for g in got) + " |"
        )
    return [*lines, "", ORIGINS]


def speed(data: Path, python: str | None, model: str) -> list[str]:
    """Characters in a CPU second, one thread, all ways in turn, medians."""
    import torch

    torch.set_num_threads(1)
    texts = [row["text"] for row in read_rows(data / "pii/presidio_synth/test.jsonl")]
    size = sum(map(len, texts))
    before = [row["text"] for row in read_rows(data / "pii/presidio_synth/train.jsonl")]
    rounds: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        given = json.dumps([before, texts])
        done = subprocess.run([sys.executable, "-c", OURS], input=given, capture_output=True, text=True, check=True)
        for name, seconds in json.loads(done.stdout).items():
            rounds[f"identifiers, {name}"].append(size / seconds)
        for name, finder in (("names_fast", fast.find), ("names", deep.find)):
            find = ours(identifiers.find, finder)
            find(texts)  # loads weights and warms up
            rounds[f"identifiers + {name}"].append(size / _seconds(find, texts))
        if python:
            for name, used in (("presidio, patterns alone", "blank"), ("presidio, spaCy's small model", model)):
                rounds[name].append(size / presidio(python, used, texts)[1])
    rates = {name: statistics.median(found) for name, found in rounds.items()}
    slowest = rates.get("presidio, spaCy's small model", math.nan)
    patterns = rates.get("presidio, patterns alone", math.nan)
    lines = [
        f"Medians of {ROUNDS}, all ways in turn. First: a process that has read the training part (820 texts)",
        "reads the test part; again: it reads that once more. RE2 makes its automata as texts need them, and has its",
        "full speed after some megabytes.",
        "",
        "| what looks | thousand characters a CPU second | times presidio's patterns | times presidio with its model |",
        "|---|---|---|---|",
    ]
    for name, rate in rates.items():
        lines.append(f"| {name} | {rate / 1000:.0f} | {rate / patterns:.1f} | {rate / slowest:.1f} |")
    return lines


def _seconds(find: Find, texts: Sequence[str]) -> float:
    started = time.process_time()
    find(texts)
    return time.process_time() - started


def main() -> None:
    """Print the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--presidio", metavar="PYTHON")
    parser.add_argument("--spacy", default="en_core_web_sm", help="the spaCy model of presidio's default engine")
    args = parser.parse_args()
    command = "python benchmarks/privacy.py ../shared/data --presidio PYTHON"
    command += "" if args.spacy == parser.get_default("spacy") else f" --spacy {args.spacy}"
    print(f"# What the scrubbers find\n\n`{command}`\n")
    print((__doc__ or "").split("product does not need it.\n")[1].strip() + "\n")
    print(
        "Recall: places of which nothing is left. Precision: what is taken out and lies half in a marked place; "
        "texts have unmarked places, too (films, bands). Intervals: Wilson, 95 %.\n"
    )
    for heading, lines in (
        ("presidio_synth, test part", finding(args.data, args.presidio, args.spacy)),
        ("Names in loan agreements (sec_ner, test part)", hard_texts(args.data, args.presidio, args.spacy)),
        ("Names by group, in five sentences", by_group(args.data)),
        ("Speed", speed(args.data, args.presidio, args.spacy)),
    ):
        print(f"## {heading}\n\n" + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
