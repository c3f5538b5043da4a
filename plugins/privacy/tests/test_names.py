"""Names: what the tagger finds, and the pseudonyms that stand in for it."""

import re
import runpy
from pathlib import Path

import pytest
from goodfit_privacy import deep, fast
from goodfit_privacy.amounts import AMOUNT
from goodfit_privacy.deep import joined
from goodfit_privacy.lone_numbers import without_lone_numbers
from goodfit_privacy.plugin import goodfit_register_scrubbers
from goodfit_privacy.speech import is_speech
from goodfit_privacy.surrogates import WORDS, is_surrogate, parts, stand_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from goodfit.data.scrub import Scrub
from goodfit.data.stand_ins import key_for
from goodfit.texts.words import split_words

CALM = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
TEXTS = [
    "Hello, this is Ngozi Okafor, I am calling about my parcel.",
    "Dear Mrs. Hargreaves, thank you for your letter.",
    "My husband Tomasz and I want a joint account.",
    "Patient Yılmaz, Ayşe, 47 years old, lives alone in Rotterdam.",
    "She was born in Lisbon, Portugal, and works at Silverline Logistics Ltd.",
    "Please deliver to 44 Old Mill Road, Bristol.",
    "The shop closes at 5 pm and the parcel weighs 20 kg.",
]


@pytest.mark.parametrize(
    ("text", "persons", "others"),
    [
        ("This Agreement is made between Jan Brandt and Acme Holdings Ltd.", ["Jan Brandt"], ["Acme Holdings Ltd"]),
        ("It is made between Peter O'Neill and Acme Holdings Ltd.", ["Peter O'Neill"], ["Acme Holdings Ltd"]),
        ("THIS CONTRACT IS MADE BETWEEN MARTHA KESSLER AND ACME LTD", ["MARTHA KESSLER"], []),
        ("Der Vertrag zwischen Jan Brandt und der Acme GmbH", ["Jan Brandt"], ["Acme GmbH"]),
        ("The contract between Microsoft Corporation and Apple Inc", [], ["Microsoft Corporation", "Apple Inc"]),
        ("The exchange rate between Russian Ruble and British Pound", [], []),
    ],
)
@pytest.mark.parametrize("tagger", [fast, deep], ids=["fast", "deep"])
def test_a_party_that_is_a_person_is_no_firm(tagger, text, persons, others):
    (found,) = tagger.find([text])
    named = {text[place.start : place.end]: place.type for place in found}
    assert {name: named.get(name) for name in persons} == dict.fromkeys(persons, "PERSON")
    firms = {sign for place in found if place.type == "ORGANIZATION" for sign in range(place.start, place.end)}
    assert all(set(range(text.index(name), text.index(name) + 4)) <= firms for name in others)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (TEXTS[0], ["Ngozi Okafor"]),
        (TEXTS[1], ["Hargreaves"]),
        (TEXTS[2], ["Tomasz"]),
        (TEXTS[3], ["Yılmaz", "Ayşe", "Rotterdam"]),
        (TEXTS[4], ["Lisbon", "Portugal", "Silverline Logistics"]),
        (TEXTS[5], ["Old Mill Road", "Bristol"]),
        ("The shop closes at 5 pm and the parcel weighs 20 kg.", []),
        ("I would like to cancel my order and get a refund.", []),
    ],
)
@pytest.mark.parametrize("tagger", [fast, deep], ids=["fast", "deep"])
def test_names_are_found_and_ordinary_words_are_not(tagger, text, named):
    (found,) = tagger.find([text])
    covered = {sign for place in found for sign in range(place.start, place.end)}
    for name in named:
        start = text.index(name)
        assert set(range(start, start + len(name))) - covered <= {
            n for n, sign in enumerate(text) if not sign.isalnum()
        }
    if not named:
        assert found == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "Patient: Yeah, a pack a day. Doctor: Okay. Any history of lupus or dementia? Patient: Mom has dementia.",
            [],
        ),
        ("That's fine. It’s late. She said no. Nope. Dad drinks alcohol. EBITDA rose. I don't know. OK, hmm.", []),
        ("They didn't call me. Uncle Bob did.", ["Bob"]),
        ("Assets | 1,204\nLiabilities | 980\nDividends | 12\nSalaries | 7\nThe Group's revenue in APAC rose.", []),
        ("Will called, and Mum went to see Chen.", ["Will", "Chen"]),
    ],
)
def test_words_of_speech_are_no_names(text, named):
    (found,) = fast.find([text])
    assert [text[place.start : place.end] for place in found] == named


@pytest.mark.parametrize("word", ["hii", "byee", "hellooo", "okthanks", "noreally", "okk", "hai", "gud", "nicethank"])
def test_words_of_a_chat_are_speech_in_small_letters_only(word):
    assert is_speech(word)
    assert not is_speech(word.capitalize())


def test_short_names_are_not_two_words_of_speech():
    assert not any(map(is_speech, ("noah", "itoh", "lee", "anna", "hannah", "goodall")))


def test_a_greeting_is_no_part_of_a_name():
    def named(text):
        shares = {start: (1.0, "PERSON", 1) for start, _ in split_words(text)}
        return [text[start:end] for start, end, _ in joined(text, shares)]

    assert named("hi charlie") == ["charlie"]
    assert named("ok, jane doe, bye") == ["jane doe"]
    assert named("hii byee") == []
    assert named("Hi Charlie") == ["Hi Charlie"]


@pytest.mark.parametrize(
    ("text", "numbers", "left"),
    [
        ("transfer 45000 to savings", ["45000"], []),
        ("45 German families", ["45"], []),
        ("250", ["250"], []),
        ("²", ["²"], ["²"]),  # no number to Python
        ("my new address is 250", ["250"], ["250"]),
        ("250, Old Mill Road", ["250", "Old Mill"], ["250", "Old Mill"]),
        ("call 555 0199 2837", ["555", "2837"], ["555", "2837"]),  # parts of a long number
        ("Lives at home alone. Came on day 45.", ["45"], []),
        ("Our home market\nGermany | 1245 | 1310", ["Germany", "1245", "1310"], ["Germany"]),
        ("to Leeds\nKenya\t313\t368", ["Leeds", "Kenya", "313", "368"], ["Leeds", "Kenya"]),
        (
            "Jane | Oak Avenue 4 | Dallas | 75201",
            ["Oak Avenue 4", "Dallas", "75201"],
            ["Oak Avenue 4", "Dallas", "75201"],
        ),
        ("Name | Town | Zip\nJane | Dallas | 75201", ["Dallas", "75201"], ["Dallas", "75201"]),
        ("Street | Oak\nNumber | 7", ["Oak", "7"], ["Oak", "7"]),
        ("Town: Bangor\nStreet: Lindenweg\nNumber: 21", ["Bangor", "21"], ["Bangor", "21"]),
        ("Jane\n12\nBaker Row\n\n75201", ["12", "Baker Row", "75201"], ["12", "Baker Row", "75201"]),
        ("Springfield  IL  62704", ["Springfield", "62704"], ["Springfield", "62704"]),
    ],
)
def test_a_short_number_alone_is_no_address(text, numbers, left):
    places = [(text.index(part), text.index(part) + len(part), "STREET_ADDRESS") for part in numbers]
    assert [text[start:end] for start, end, _ in without_lone_numbers(text, places)] == left
    people = [(*place[:2], "PERSON") for place in places]
    assert list(without_lone_numbers(text, people)) == people


def test_a_country_in_capitals_is_no_pronoun():
    assert fast.can_be_one("US", "LOCATION") and not fast.can_be_one("us", "LOCATION")


@CALM
@given(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=6))
def test_a_text_has_the_same_names_alone_and_among_others(texts):
    assert fast.find(texts) == [fast.find([text])[0] for text in texts]


def test_the_thorough_tagger_reads_long_texts_in_windows_and_scrubs_to_itself():
    scrub = Scrub(goodfit_register_scrubbers()[:2], "mask", key_for("mask", 1))
    long = " ".join([*TEXTS, "We close at five."] * 12)
    once = scrub.texts([*TEXTS, long, ""])
    assert scrub.texts(once) == once
    assert not re.search("Okafor|Hargreaves|Tomasz|Rotterdam|Lisbon", "".join(once))
    assert once[-2].count("at five.") == 12


@CALM
@given(st.text(max_size=60))
def test_any_text_is_read(text):
    (found,) = fast.find([text])
    assert all(0 <= place.start < place.end <= len(text) for place in found)


@pytest.mark.parametrize("mode", ["mask", "pseudonymise", "drop"])
def test_what_is_scrubbed_scrubs_to_itself(mode):
    identifiers, _, by_net = goodfit_register_scrubbers()
    scrub = Scrub([identifiers, by_net], mode, key_for(mode, 1))
    once = scrub.texts(TEXTS)
    assert scrub.texts(once) == once
    assert "Okafor" not in once[0] and "Hargreaves" not in once[1]


def test_a_person_has_one_pseudonym_in_a_data_set_and_parts_of_the_name_share_it():
    key = b"one data set"
    whole, part = stand_in("PERSON", "Ngozi Okafor", key), stand_in("PERSON", "okafor", key)
    assert re.fullmatch(r"[A-Z][a-z]+ [A-Z][a-z]+", whole)
    assert whole.split()[1].lower() == part
    assert whole != stand_in("PERSON", "Ngozi Okafor", b"another one")
    assert stand_in("ORGANIZATION", "Silverline Logistics Ltd.", key).endswith(" Ltd.")
    assert stand_in("STREET_ADDRESS", "44 Old Mill Road", key) == ""


@pytest.mark.parametrize(
    ("value", "alone"),
    [
        ("Jane Doe's", ["Jane", "Doe"]),
        ("Ludwig van der Berg", ["Ludwig", "Berg"]),
        ("Mr Will O'Brien", ["O'Brien"]),
        ("Al May", []),
    ],
)
def test_the_parts_of_a_name_stand_for_a_person_alone_where_they_are_no_words(value, alone):
    assert parts("PERSON", value) == alone
    assert parts("LOCATION", value) == []


@pytest.mark.parametrize("mode", ["mask", "pseudonymise"])
def test_the_family_name_of_a_person_is_taken_out_where_it_stands_alone(mode):
    scrub = Scrub(goodfit_register_scrubbers()[2:], mode, key_for(mode, 1))
    (once,) = scrub.texts(["Jane Doe's loan was denied. Doe appealed, and a doe ran by. Doering stayed."])
    assert not re.search(r"\bDoe\b", once) and "a doe ran by" in once
    if mode == "pseudonymise":
        whole, alone = re.fullmatch(r"\w+ (\w+)'s loan was denied\. (\w+) appealed.*", once).groups()
        assert whole == alone


def test_whose_something_is_does_not_make_another_person():
    one, other = (stand_in("PERSON", text, b"a key") for text in ("Jane Doe", "Jane Doe's"))
    assert other == f"{one}'s"
    assert stand_in("PERSON", "O'Brien", b"a key") != "O'Brien"
    assert "Anna" not in stand_in("PERSON", "'Anna", b"a key")


@pytest.mark.parametrize("value", ["Van Le", "Le", "Di La", "Co Le", "Mr. Bank", "Dr. Le Van Di", "VAN DER BERG"])
def test_a_person_whose_name_is_a_word_that_firms_and_families_share_gets_a_pseudonym_too(value):
    made = stand_in("PERSON", value, b"a key")
    words = [set(re.findall(r"\w+", text)) - {"Mr", "Dr"} for text in (value, made)]
    assert made and not words[0] & words[1]


@pytest.mark.parametrize(
    ("sort", "value", "stays"),
    [
        ("PERSON", "Ludwig van der Berg", ["van", "der"]),
        ("PERSON", "Mrs. Doe", ["Mrs"]),
        ("ORGANIZATION", "Bank of La Paz", ["Bank", "of", "La"]),
    ],
)
def test_what_names_nobody_stays_beside_a_pseudonym(sort, value, stays):
    made = stand_in(sort, value, b"a key")
    assert [word for word in re.findall(r"\w+", made) if word in re.findall(r"\w+", value)] == stays


def test_a_person_of_whom_nothing_but_a_title_was_found_gets_the_type():
    assert stand_in("PERSON", "Mr.", b"a key") == ""


def test_no_name_that_we_know_looks_like_a_pseudonym():
    people = runpy.run_path(str(Path(__file__).parents[1] / "recipes" / "people.py"))["PEOPLE"]
    known = [name for lists in people.values() for text in lists for name in text.split()]
    assert len(known) > 1000
    assert [name for name in known if is_surrogate(name)] == []
    assert WORDS == 32**3


def test_pseudonyms_of_two_data_sets_cannot_be_linked():
    people = [f"Name{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)]
    one, other = ([stand_in("PERSON", name, key) for name in people] for key in (b"1", b"2"))
    assert sum(a == b for a, b in zip(one, other, strict=True)) <= 1
    shared = len(set(one) & set(other))
    assert shared <= 8  # by chance: 200 * 200 / 32768 = 1.2


def test_a_base_with_other_weights_is_refused(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"of the same shape, say")
    with pytest.raises(ValueError, match=re.escape(f"tuned on other weights than those in {tmp_path}")):
        deep.refuse_other_base(tmp_path, "sha256:" + "0" * 64)


@pytest.mark.parametrize("tagger", [fast, deep], ids=["fast", "deep"])
@pytest.mark.parametrize(
    "text",
    [
        "Postings of Gareth Olsen in March\n10 Mar waste Dr 28.42\n13 Mar insurance premium Dr 21.68\n29 Mar Cr 50.10",
        "23 Jul grant instalment Cr 1,022.28\n26 Jul repayment 14 of 48 Dr 2.399,57\nHugo Vasquez, Lyon -4,799.14",
    ],
)
def test_amounts_are_no_part_of_a_name(tagger, text):
    (found,) = tagger.find([text])
    amounts = [match.span() for match in AMOUNT.finditer(text)]
    assert len(amounts) == 3
    assert not [place for place in found for start, end in amounts if place.start < end and start < place.end]
    named = "".join(text[place.start : place.end] for place in found)
    assert "Olsen" in named or "Hugo" in named


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Lives at home alone. BP 138/85. Na 138, K 4.2, eGFR 62, platelets 245.", id="ratio"),
        pytest.param("Seen in room 4. Creatinine 112 Na 138 K 42 Hb 134 Plt 245 WCC 76 CRP 145", id="panel"),
        pytest.param("lives at home. HbA1c\t40\t20-42\nFerritin\t231\t15-150\nCRP\t12\t0-5", id="rows"),
        pytest.param("Our home market | 231,966 | 241,211\nFrance | 943,917 | 776,493", id="grouped"),
        pytest.param(
            "Revenue by unit; offices moved to Leeds.\nKenya\t1262\t8475\nItaly\t53.102\t70.571", id="regions"
        ),
        pytest.param("Our home sales\nKenya; 313; 368\nItaly; 8823; 2033\nUnited States  7962  4399", id="gaps"),
    ],
)
def test_readings_and_figures_of_a_table_are_no_addresses(text):
    (found,) = deep.find([text])
    taken = [text[place.start : place.end] for place in found]
    assert [part for part in taken if re.search(r"\d", part)] in ([], ["room 4"], ["4"])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("I live at 12 Baker Street, London.", ["12 Baker Street"]),
        ("Send it to Unit 4, 221B Main St, Springfield, IL 62704.", ["221B Main St", "Springfield", "62704"]),
        ("Anschrift: Hauptstr. 5, 80331 München", ["Hauptstr", "5", "80331 München"]),
        ("Mr K. Patel\nFlat 3\n118\nHigh Street\nLeeds\nLS1 4AB", ["Flat 3", "118", "High Street", "LS1 4AB"]),
        ("233 Erzsébet tér 19.\n Suite 282\n Domoszló\n Hungary 34796", ["233", "19", "282", "34796"]),
        ("Address:     83393 Pärna 33\nCite Sfaxi\n, 13\n 44939", ["83393 Pärna 33", "13", "44939"]),
        ("Moved to 1,204 Maple Drive, Bangor, ME 04401", ["1", "204 Maple Drive", "04401"]),
        ("Lives at Flat K 3, Oak House. Na 138, K 4.2, Hb 134.", ["K 3"]),
        ("Lives at 12 K Street, Na 138, K 4.2", ["12 K Street"]),
        ("They live at 138/85 Sukhumvit Road.", ["138/85 Sukhumvit Road"]),
        ("Doe\t44 Oak Avenue\tDallas\t75201", ["44 Oak Avenue", "Dallas", "75201"]),
    ],
)
def test_addresses_are_found_among_figures(text, parts):
    (found,) = deep.find([text])
    covered = {sign for place in found for sign in range(place.start, place.end)}
    for part in parts:
        start = text.index(part)
        assert {n for n in range(start, start + len(part)) if text[n].isalnum()} <= covered, part


@pytest.mark.parametrize("place", ["5 42nd Street", "142 5th Avenue"])
def test_of_a_name_no_word_is_left_that_shares_a_token_with_the_one_before(place):
    text = f"She lives at {place}, Springfield."
    assert place in [text[found.start : found.end] for found in deep.find([text])[0]]
