"""Structured identifiers: a frozen set of texts, odd ways of writing, and figures that name nobody."""

import re
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from goodfit_privacy import plugin
from goodfit_privacy.identifiers import find
from goodfit_privacy.looks import Looks, relaxed
from goodfit_privacy.numbers import number_type, spoken_digits, valid_iban
from goodfit_privacy.patterns import PATTERNS
from goodfit_privacy.plain import plain
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodfit.data.scrub import Scrub
from goodfit.data.stand_ins import key_for

FROZEN = [line.split("\t") for line in Path(__file__).with_name("regression.tsv").read_text("utf-8").splitlines()]
CALM = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(("sort", "value", "text"), FROZEN, ids=[f"{line[0]} {line[2]}" for line in FROZEN])
def test_the_frozen_set_is_found_whole_with_its_type_and_nothing_else(sort, value, text):
    (found,) = find([text])
    shown = [(place.type, text[place.start : place.end]) for place in found]
    assert shown == ([] if sort == "NONE" else [(sort, value)])


@pytest.mark.parametrize("texts", [("due 1.12.2024", "due 11.2.2024"), ("from 10.1.23.4", "from 10.12.3.4")])
def test_dates_and_addresses_with_the_same_figures_at_other_places_have_stand_ins_of_their_own(texts):
    (identifiers, *_) = plugin.goodfit_register_scrubbers()
    scrub = Scrub([identifiers], "pseudonymise", key_for("pseudonymise", 1))
    assert len(set(scrub.texts(texts))) == 2


def test_every_pattern_has_a_check():
    from goodfit_privacy.identifiers import CHECKS

    assert set(PATTERNS) == set(CHECKS)


PARTS = re.findall(
    r"\S+",
    """ab at dot . @ 1 2 34 - / ( ) + : www. :// one two three Mr Dr mrs monday may 19 20 2003 sk- pin is bc1 0x A1
    DE GB IBAN no \u017ftreet \u0131d \u0130d \u212a Passport licence street apt day 1999 Jones 12345678
    4111111111111111 zip 90210 in since eyJ token password: x9""",
)


ASKED = [re.compile(pattern) for pattern in PATTERNS.values()]
LOOKS = Looks(PATTERNS.values())


def begins(text):
    """Where each pattern begins."""
    return {(at, order) for order, one in enumerate(ASKED) for at in range(len(text)) if one.match(text, at)}


def seen(looks, *texts):
    """Where a look sees that patterns may begin."""
    coming, found = looks.at(texts), set()
    while coming.places:
        found.add(coming.places[0])
        coming.go_on(coming.places[0][0] + 1)
    return found


@given(st.lists(st.tuples(st.sampled_from(PARTS), st.sampled_from(["", " "])), max_size=30))
@settings(deadline=None, max_examples=400)
def test_a_quick_look_passes_over_no_place_at_which_a_pattern_begins(parts):
    text = plain("".join(map("".join, parts))).text
    assert begins(text) <= seen(LOOKS, text)


RARE = [
    "ONE TWO THREE FOUR F\u0130VE SIX SEVEN EIGHT NINE ZERO",
    "one two three four five \u017fix seven eight nine zero",
    "\u0130d 12345678",
    "\ud800 4111111111111111",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ",
    "send it to 0x52908400098527886E0F7030069857D2E4169EE7",
    "my zip code is 90210",
]


def test_each_pattern_has_a_text():
    texts = [plain(text).text for text in [*RARE, *(text for _, _, text in FROZEN)]]
    assert {order for text in texts for _, order in begins(text)} == set(range(len(PATTERNS)))


@pytest.mark.parametrize("text", [*RARE, *(text for _, _, text in FROZEN)])
def test_a_quick_look_passes_over_nothing_of_the_frozen_set(text):
    read = plain(text).text
    assert begins(read) <= seen(LOOKS, read)
    find([text])


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(?i:abc)", "ABC"),
        ("(?i:\u0131)", "i"),
        ("(?i:i)", "\u0131"),
        ("[^i]", "\u0131"),
        ("[^?]", "\ud800"),
        ("(?i:k)", "\u212a"),
        (r"a(?=b)c|d(?=e)", "de"),
        (r"x{20}", "x" * 20),
        ("[^_]", "\u00e9"),
        ("[^0]", "\u0663"),
        (r"[^\W\d_]", "\u00e9"),
        (r"\b\u00e9", "\u00e9"),
        (r"\bx\b", "x\u2014"),
        (r"x\B\w", "x\u0663"),
        ("[a-\uffff]", "\u2003"),
        (r"\S\D\W", "\u00e9\u2014\u2003"),
        (r"[^\S]", "\u2003"),
        (r"[^\D]", "\u0663"),
    ],
)
def test_a_loose_pattern_begins_where_its_pattern_does(pattern, text):
    assert re.match(pattern, text) and (0, 0) in seen(Looks([pattern]), text)


def test_a_quick_look_passes_over_most_places():
    assert not seen(LOOKS, "The parcel has come back, and nobody knows why.")
    assert len(seen(LOOKS, "Write to ann about it.", "Tell Ann on Monday.")) == 1


def test_the_states_of_a_look_need_a_byte_for_a_sign():
    assert seen(Looks(["x"]), "\u00e9x", "\U0001f600\ud800x") == {(1, 0), (5, 0)}


def test_what_cannot_be_said_is_refused():
    with pytest.raises(ValueError, match="GROUPREF"):
        relaxed(r"(a)\1")
    with pytest.raises(ValueError, match="flags stand in the groups"):
        relaxed(r"(?i)a")


@pytest.mark.parametrize(
    ("text", "sort"),
    [
        ("4111111111111112", "RECORD_NUMBER"),  # a wrong check digit: no card, and still somebody's
        ("4111111111111111", "CREDIT_CARD"),
        ("12.345.678", None),
        ("1234567", None),
        ("000-12-3456", "PHONE_NUMBER"),  # no office gave it out
    ],
)
def test_check_digits_say_what_a_number_is(text, sort):
    assert number_type(text) == sort


def test_digits_in_words_are_read():
    assert spoken_digits("double four, oh one triple nine") == "4401999"


def test_an_account_is_known_by_its_check_digits_or_its_length():
    assert valid_iban("DE89 3704 0044 0532 0130 00")
    assert valid_iban("GB00 NWBK 6016 1331 9268 19")
    assert not valid_iban("GB00 NWBK 6016")


def test_look_alikes_and_hidden_signs_lead_back_to_their_places():
    text = "se\u200bnd t\u043e j\u0430ne"
    read = plain(text)
    assert read.text == "send to jane"
    start, end = read.back(read.text.index("jane"), len(read.text))
    assert text[start:end] == "j\u0430ne"
    assert plain("Москва").text == "Москва"


@pytest.mark.parametrize("sign", ["\u2066", "\u180b", "\u3164", "\ufffa", "\U000e0041", "\U000e0101"])
def test_a_sign_without_a_width_hides_no_number(sign):
    text = f"call +44 20 79{sign}46 0958 now"
    ((found,),) = find([text])
    assert text[found.start : found.end] == f"+44 20 79{sign}46 0958"


def test_a_letter_with_marks_of_its_own_is_one_letter():
    text = unicodedata.normalize("NFD", "an José Núñez: zoë@müller.de!")
    read = plain(text)
    assert read.text == unicodedata.normalize("NFC", text)
    for word in ("José", "zoë@müller.de"):
        start = read.text.index(word)
        first, last = read.back(start, start + len(word))
        assert text[first:last] == unicodedata.normalize("NFD", word)
    assert plain("x\u0301\u0302y").back(0, 1) == (0, 3)


@CALM
@given(st.text(max_size=80))
def test_any_text_is_read_and_every_place_lies_in_it(text):
    (found,) = find([text])
    assert all(0 <= place.start < place.end <= len(text) for place in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@CALM
@given(st.lists(st.sampled_from([line[2] for line in FROZEN]), max_size=6))
def test_texts_are_read_the_same_alone_and_together(texts):
    assert find(texts) == [find([text])[0] for text in texts]


def test_long_texts_that_nearly_fit_a_pattern_everywhere_are_read():
    for unit in ("a.", "1 ", "at dot ", "@", "12-", "one ", "A1", "::", "x@", "-----BEGIN A "):
        assert find([unit * 2_000]) is not None


def test_what_seems_to_begin_everywhere_hides_nothing_and_is_read_in_time():
    nearly = ("a" * 60 + ".") * 1_000 + "@b and "
    ((found,),) = find([nearly + "ann@example.com"])
    assert (found.start, found.type) == (len(nearly), "EMAIL_ADDRESS")


@pytest.mark.parametrize(
    ("sort", "value", "text"),
    [
        ("IP_ADDRESS", "::ffff:192.0.2.1", "from {} at noon"),
        ("IBAN_CODE", "de89 3704 0044 0532 0130 00", "pay to {} please"),
        ("SECRET", "hunter2xx9", "DB_PASSWORD={}"),
        ("SECRET", "wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = {}"),
    ],
)
def test_identifiers_of_logs_and_settings_are_found_whole(sort, value, text):
    text = text.format(value)
    (found,) = find([text])
    assert [(place.type, text[place.start : place.end]) for place in found] == [(sort, value)]
