"""Tables on a terminal: whatever its width, every figure of every row stands in them whole."""

import io
import re
from collections import Counter

import pytest
from conftest import Terminal
from rich.console import Console

from goodfit.cli.console import print_table
from goodfit.cli.live import Live
from goodfit.cli.tables import fitted
from goodfit.sweeps.outcomes import Entry, Result

WIDTHS = [40, 60, 80, 200]
HEADERS = ["trial", "state", "worth", "held-out [95 %]", "training", "fit", "words"]
ROWS = [
    ["0", "finished", "0.412", "0.512 [0.413, 0.612]", "0.813", "good", "optim.lr=0.001 adapter.rank=4"],
    [
        "11",
        "stopped",
        "-0.401",
        "0.498 [-0.402, 0.622]",
        "0.999",
        "overfit",
        "optim.lr=0.0012345678912 adapter.rank=16",
    ],
    ["12", "failed", "-", "-", "-", "", "optim.lr=3.25e-05 adapter.target=all-linear-and-more"],
]


def figures(text):
    return re.findall(r"-?\d+(?:\.\d+)?(?:e-\d+)?", text.replace("95 %", ""))


def as_text(table, width):
    console = Console(file=io.StringIO(), width=width)
    console.print(table)
    return console.file.getvalue()


@pytest.mark.parametrize("width", WIDTHS)
def test_no_figure_is_cut_and_no_letter_is_lost(width):
    text = as_text(fitted(HEADERS, ROWS, width), width)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width and "…" not in text
    wanted = [figure for row in ROWS for cell in row for figure in figures(cell)]
    assert sorted(figures(text)) == sorted(wanted)
    for word in ("finished", "stopped", "overfit", "training"):
        assert word in text
    assert Counter("".join(map("".join, ROWS)).replace(" ", "")) <= Counter(text)


@pytest.mark.parametrize(("width", "in_columns"), [(40, False), (60, False), (80, True), (200, True)])
def test_cells_stand_one_below_another_where_no_table_fits(width, in_columns):
    lines = [line.split() for line in as_text(fitted(HEADERS, ROWS, width), width).splitlines()]
    assert (["trial", "0"] in lines) != in_columns
    assert any(line[:3] == ["0", "finished", "0.412"] for line in lines) == in_columns


@pytest.mark.parametrize(
    ("width", "headers"),
    [
        pytest.param(200, ["a", "course", "fit"], id="all"),
        pytest.param(20, ["a", "fit"], id="the first"),
        pytest.param(12, ["a"], id="both"),
    ],
)
def test_spare_columns_go_first(width, headers):
    rows = [["0.123456789", "▁▂▃▄▅▆▇█▁▂", "good"]]
    text = as_text(fitted(["a", "course", "fit"], rows, width, spare=("course", "fit")), width)
    assert text.split()[: len(headers)] == headers
    assert "0.123456789" in text


def test_columns_of_words_give_before_a_word_folds():
    rows = [["bioclinical-modernbert", "long inputs and other things that take much room"]]
    assert (
        as_text(fitted(["name", "description"], rows, 40), 40).split("\n")[1].startswith("bioclinical-modernbert  long")
    )


def test_signs_that_take_two_columns_are_counted_so():
    table = ["text", "value"], [["日本語のテキスト", "0.123"]]
    assert "日本語のテキスト  0.123" in as_text(fitted(*table, 23), 23)
    assert "日本語のテキス   0.123" in as_text(fitted(*table, 22), 22)


def seen(written):
    """What stood on the terminal at the end, without what steers it."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", written)


@pytest.fixture
def terminal(monkeypatch):
    def make(width):
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("TERM", "xterm")
        stream = Terminal()
        monkeypatch.setattr("sys.stdout", stream)
        monkeypatch.setattr("sys.stderr", stream)
        return stream

    return make


@pytest.mark.parametrize("width", WIDTHS)
def test_a_verbs_table_is_as_wide_as_the_terminal(terminal, width):
    stream = terminal(width)
    print_table(HEADERS, ROWS)
    text = seen(stream.getvalue())
    assert max(map(len, text.splitlines())) <= width
    assert sorted(figures(text)) == sorted(figure for row in ROWS for cell in row for figure in figures(cell))


@pytest.mark.parametrize(("width", "has_course"), [(40, False), (60, False), (80, True), (200, True)])
def test_the_table_of_a_search_that_goes_on_shows_figures_whole(terminal, width, has_course):
    words = ("optim.lr=0.0012345678912", "adapter.rank=16")
    held_out = {"value": 0.4567}
    result = Result(state="stopped", held_out=held_out, reports=[0.1, 0.4, 0.3, 0.2], fit={"verdict": "overfit"})
    over = Entry(number=11, params={}, words=words, result=result)
    stream = terminal(width)
    with Live(False) as live:
        live.began(Entry(number=11, params={}, words=words, result=None), 14)
        live.ended(over, over)
        text = seen(stream.getvalue())
    last = text[text.rindex("1 of at most 14 trials") :]
    assert {"11", "0.457", "0.0012345678912", "16"} <= set(figures(last))
    assert ("▁" in last, "…" in last) == (has_course, False)
    assert max(map(len, last.splitlines())) <= width


def test_a_search_that_goes_on_counts_the_trials_before_and_says_no_time_behind_the_last(terminal):
    def entry(number, **known):
        return Entry(number=number, params={}, words=("a=1",), result=Result(state="finished") if known else None)

    stream = terminal(80)

    def title():
        return re.findall(r"\d+ (?:of at most \d+ )?trials[^\n]*", seen(stream.getvalue()))[-1].strip()

    with Live(False) as live:
        live.goes_on([entry(0, over=True)], None)
        live.began(entry(1), 4)
        assert title() == "1 of at most 4 trials"
        live.ended(entry(1, over=True), None)
        assert title() == "2 of at most 4 trials, about 0 min left"
        live.no_more()
        live.status("confirming")
        assert title() == "2 trials"
