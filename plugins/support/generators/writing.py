"""How a support message is written: a grammar is expanded and dressed for its channel.

A grammar is a text file: ``== name`` opens a list, every line below it is one way to say it, ``{name}`` stands for
one line of that list and ``[a|b]`` for one of the words between the bars. All of it was written for this package.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from goodfit.testing.frames import Novelty, until_kept, without_numbers
from goodfit.testing.starter_data import SIZES, generate

Grammar = Mapping[str, Sequence[str]]
Aside = Callable[[str, random.Random], str]

DATA = Path(__file__).parents[1] / "goodfit_support" / "data"
CHANNELS = {"email": 45, "chat": 35, "phone_note": 20}
UNSEEN_SHARE = 0.33
"""Share of the validation and of the test messages whose main sentence has a frame that no other split holds."""

MOST_ALIKE = 0.6
"""From this likeness on two messages count as one. Numbers are left out: another order number makes no new message."""

SHORT_FORMS = {"please": "pls", "thanks": "thx", "you": "u", "your": "ur", "because": "cos", "and": "n"}


def read_grammar(*names: str) -> dict[str, list[str]]:
    """Read grammar files of this folder into one table of lists."""
    grammar: dict[str, list[str]] = {}
    for name in names:
        text = (Path(__file__).parent / "grammar" / f"{name}.txt").read_text(encoding="utf-8")
        for block in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
            head, *lines = block.splitlines()
            grammar[head] = [line for line in lines if line]
    return grammar


def expand(grammar: Grammar, name: str, rng: random.Random) -> str:
    """Say one line of the list ``name``, with all its slots and choices filled."""
    line = rng.choice(grammar[name])
    line = re.sub(r"\[([^\]]*)\]", lambda found: rng.choice(found[1].split("|")), line)
    return re.sub(r"\{(\w+)\}", lambda found: expand(grammar, found[1], rng), line)


def sentence_case(text: str) -> str:
    """Open every sentence with a capital letter, and say "an" before a vowel."""
    text = re.sub(r"\b([Aa]) (?=[aeiou])", r"\1n ", text)
    return re.sub(r"(^|[.!?] )([a-z])", lambda found: found[1] + found[2].upper(), text)


def misspell(text: str, rng: random.Random) -> str:
    """Swap, drop or double one letter inside a lower-case word of four letters or more."""
    places = list(re.finditer(r"(?<!\S)[a-z]{4,}(?=[ .,?])", text))
    if not places:
        return text
    word = rng.choice(places)
    at = word.start() + rng.randrange(1, len(word[0]) - 2)
    changed = rng.choice([text[at + 1] + text[at], text[at + 1], text[at] * 2 + text[at + 1]])
    return text[:at] + changed + text[at + 2 :]


def join(parts: Sequence[str]) -> str:
    """Put the parts that are there in one line."""
    return " ".join(part for part in parts if part)


def dress_email(body: str, grammar: Grammar, rng: random.Random) -> str:
    """Add greeting and closing as people do in a mail."""
    greeting = expand(grammar, "greeting", rng) if rng.random() < 0.6 else ""
    closing = expand(grammar, "closing", rng) if rng.random() < 0.6 else ""
    filler = expand(grammar, "filler", rng) if rng.random() < 0.25 else ""
    text = join([greeting, *rng.sample([filler, body], 2), closing])
    return misspell(text, rng) if rng.random() < 0.15 else text


def dress_chat(body: str, grammar: Grammar, rng: random.Random) -> str:
    """Write it as on a phone: small letters, short forms, few stops, slips."""
    text = join([expand(grammar, "chat_greeting", rng) if rng.random() < 0.3 else "", body])
    if rng.random() < 0.6:
        text = text.lower()
    if rng.random() < 0.35:
        text = re.sub(r"[a-z]+", lambda found: SHORT_FORMS.get(found[0], found[0]), text)
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        text = misspell(text, rng)
    return text.rstrip(".") if rng.random() < 0.7 else text


def dress_note(body: str, grammar: Grammar, rng: random.Random) -> str:
    """Add what an agent jots down beside the matter itself."""
    closing = expand(grammar, "note_closing", rng) if rng.random() < 0.5 else ""
    return join([body, closing])


DRESS = {"email": dress_email, "chat": dress_chat, "phone_note": dress_note}


def labels_for(shares: Mapping[str, int], size: int, rng: random.Random) -> list[str]:
    """Give each of ``size`` rows a label, in the given shares (in percent), in random order."""
    counts = {label: size * share // 100 for label, share in shares.items()}
    for label in sorted(shares, key=shares.__getitem__)[: size - sum(counts.values())]:
        counts[label] += 1
    labels = [label for label, count in counts.items() for _ in range(count)]
    rng.shuffle(labels)
    return labels


def compose(grammar: Grammar, rng: random.Random, *, label: str, aside: str, split: str) -> dict[str, Any]:
    """Write one message: its text and its slices.

    Args:
        grammar: All lists that it may use.
        rng: The one source of chance.
        label: List of the main sentence.
        aside: List of what is mentioned besides, or nothing.
        split: ``validation`` and ``test`` have frames of their own beside the common ones.
    """
    channel = rng.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    note = ".note" if channel == "phone_note" else ""
    own = f".{split}" if split != "train" and rng.random() < UNSEEN_SHARE else ""
    main = expand(grammar, label + note + own, rng)
    main = join([expand(grammar, "note_opening", rng), main]) if note else main
    besides = expand(grammar, aside + note, rng) if aside else ""
    customer = "business" if rng.random() < 0.2 else "private"
    about = expand(grammar, "business_note" if note else "business", rng) if customer == "business" else ""
    body = [besides, main] if rng.random() < 0.6 else [main, besides]
    text = DRESS[channel](sentence_case(join([about, *body])), grammar, rng)
    return {"text": text, "slices": {"channel": channel, "customer": customer}}


def write_messages(task: str, shares: Mapping[str, int], seed: int, aside: Aside) -> None:
    """Write the files of a task that gives each message a label.

    Args:
        task: Name of the task and of its grammar file.
        shares: Labels with their shares, in percent.
        seed: Start of all chance.
        aside: Chooses the list of what a message with a certain label mentions besides; empty for nothing.
    """
    grammar = read_grammar("shared", task)

    def messages(split: str, novelty: Novelty, rng: random.Random) -> list[dict[str, Any]]:
        def message(label: str) -> dict[str, Any]:
            return until_kept(
                lambda: compose(grammar, rng, label=label, aside=aside(label, rng), split=split),
                lambda drawn: novelty.accepts(without_numbers(drawn["text"])),
            )

        return [
            {"id": f"{task}-{split}-{number:03}", "label": label, **message(label)}
            for number, label in enumerate(labels_for(shares, SIZES[split], rng))
        ]

    generate(DATA / task, "classification", messages, seed, MOST_ALIKE)
