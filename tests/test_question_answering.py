"""question_answering: answers stand in the context, in whichever window; losses and figures are the field's own."""

import collections
import copy
import dataclasses
import json
import random
import re
import shutil
import string

import pytest
import torch
import transformers as hf
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny import learner_of, next_logs
from tiny_hub import CHATML

from goodfit.config.written import read_config
from goodfit.data.batches import IGNORED, collate
from goodfit.data.records import Record, RowProblem
from goodfit.hooks.types import Item
from goodfit.kinds import find_kind
from goodfit.kinds.extract import NOTHING, Extract
from goodfit.kinds.passes import pad_id
from goodfit.kinds.question_answering_metrics import answer_metrics
from goodfit.kinds.text import TextCoder
from goodfit.models.accept import compare_steps
from goodfit.models.call import call
from goodfit.models.fast.path import ComputePath
from goodfit.models.fast.wiring import wired
from goodfit.texts.words import split_words

KIND = find_kind("question_answering")
TEXT_FAMILIES = ("decoder", "seq2seq")
text_families = pytest.mark.parametrize("family", TEXT_FAMILIES)
families = pytest.mark.parametrize("family", ["encoder", *TEXT_FAMILIES])
NAMES = ["Ada", "Ben", "Cleo", "Dan", "Eve"]


def record_of(context, question, answer=None, record_id="r"):
    """A record with the first place of an answer, or with none."""
    answers = [] if answer is None else [{"text": answer, "start": context.index(answer)}]
    return Record(record_id, KIND.check({"context": context, "question": question, "answers": answers}, True))


def told(count, seed=0):
    """A context of so many sentences, with signs, accents and line ends between them."""
    chance = random.Random(seed)
    ways = ["{0} met {1} at noon.", "{0}'s café («{1}») closed;", "On day 12 {0} wrote:\n- 3.5kg, for {1}!"]
    return " ".join(chance.choice(ways).format(*chance.sample(NAMES, 2)) for _ in range(count))


def test_squads_two_lists_are_read():
    row = {"context": "Ada met Ben", "question": "Who?", "answers": {"text": ["Ada", "Ben"], "answer_start": [0, 8]}}
    assert KIND.check(row, True)["answers"] == [{"text": "Ada", "start": 0}, {"text": "Ben", "start": 8}]
    assert KIND.check({**row, "answers": {"text": [], "answer_start": []}}, True)["answers"] == []
    assert KIND.check({**row, "answers": [{"text": "Ben", "answer_start": 8}]}, True)["answers"] == [
        {"text": "Ben", "start": 8}
    ]


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        pytest.param(None, "answers is missing or no list, in a cell of a table as JSON (of a ques", id="missing"),
        pytest.param("Ada", "answers is missing or no list, in a cell of a table as JSON (of a ques", id="text"),
        pytest.param(["Ada"], "an answer has to be {text, start}", id="no start"),
        pytest.param([{"text": " ", "start": 3}], "an answer has to have some text, and a whole number as", id="blank"),
        pytest.param([{"text": "Ada", "start": "0"}], "an answer has to have some text, and a whole number", id="type"),
        pytest.param([{"text": "Ada", "start": 1}], "the answer at 1 is not what stands there in the", id="place"),
        pytest.param([{"text": "Ben", "start": -3}], "the answer at -3 is not what stands there", id="from behind"),
        pytest.param({"text": "Ada", "answer_start": 0}, "answers has to have as many texts as starts", id="no lists"),
        pytest.param({"text": ["Ada", "Ben"], "answer_start": [0]}, "answers has to have as many texts", id="uneven"),
    ],
)
def test_a_row_with_impossible_answers_says_why(answers, problem):
    with pytest.raises(RowProblem) as raised:
        KIND.check({"context": "Ada met Ben", "question": "Who?", "answers": answers}, True)
    assert str(raised.value).startswith(problem)


@pytest.mark.parametrize(
    ("answer", "blurred"),
    [("airport", False), ("the airport in Rome.", False), (" airport", False), ("port", True), ("air", True)],
)
def test_an_answer_that_ends_inside_a_word_is_blurred(answer, blurred):
    assert KIND.is_blurred(record_of("We met at the airport in Rome.", "Where?", answer).fields) is blurred


@families
def test_an_answer_inside_a_word_is_learnt_with_the_whole_word(ready, family):
    learner = learner_of(ready, KIND.name, family)
    (example,) = learner.encode([record_of("We met at the airport in Rome.", "Where?", "port")]).examples
    assert learnt_text(learner, family, example) == "airport"


def learnt_text(learner, family, example):
    """What an example teaches, as text."""
    if family == "encoder":
        first, last = example.labels
        ids = example.inputs[first : last + 1] if last else ()
    else:
        ids = [label for label in example.labels if label not in (IGNORED, learner.coder.eos)]
    text = learner.coding.tokenizer.decode(ids).strip()
    return "" if text == NOTHING else text


@families
def test_an_answer_in_a_late_window_is_learnt_there_and_nowhere_else(ready, family):
    context = f"{'Nothing happened that day. ' * 40}Then Zoe came. {'Nobody spoke. ' * 10}"
    learner = learner_of(ready, KIND.name, family, max_tokens=64, max_new_tokens=8)
    encoded = learner.encode([record_of(context, "Who came?", "Zoe")])
    taught = [learnt_text(learner, family, example).lower() for example in encoded.examples]
    assert len(taught) > 4
    assert set(taught) == {"", "zoe"}
    assert "zoe" not in taught[: len(taught) // 2]
    assert not encoded.cut


@families
def test_an_answer_that_no_window_holds_is_counted(ready, family):
    learner = learner_of(ready, KIND.name, family, max_tokens=48, max_new_tokens=8)
    context = " ".join(f"word {number}" for number in range(120))
    encoded = learner.encode([record_of(context, "All?", context), record_of(context, "Which?", "word 3")])
    assert encoded.cut == [0]


@families
def test_an_answer_longer_than_any_that_may_be_given_is_counted(ready, family):
    context = "Zoe came with Ben, Ada, Cleo, Dan, Eve, Finn and Gwen to the old mill."
    long = record_of(context, "With whom?", "Ben, Ada, Cleo, Dan, Eve, Finn and Gwen")
    encoded = learner_of(ready, KIND.name, family, max_new_tokens=8).encode([long, record_of(context, "Who?", "Zoe")])
    assert list(encoded.beyond) == [0]
    again = learner_of(ready, KIND.name, family, max_new_tokens=encoded.beyond[0]).encode([long])
    assert (dict(again.beyond), list(again.cut)) == ({}, [])
    less = learner_of(ready, KIND.name, family, max_new_tokens=encoded.beyond[0] - 1).encode([long])
    assert less.beyond == encoded.beyond


def test_long_answers_are_named_with_the_setting_that_lets_the_model_give_them(goodfit, tmp_path, tiny_words):
    context = " ".join(f"clause {number} of the lease" for number in range(30))
    rows = [
        {"context": context, "question": f"Which one {number}?", "answers": [{"text": context[:size], "start": 0}]}
        for number, size in enumerate([8] * 20 + [200] * 4)
    ]
    (tmp_path / "mine.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    words = [*tiny_words("question_answering", "encoder"), "dataset.train=mine.jsonl", "task.max_new_tokens=16"]
    asked = goodfit("check", *words, "--json")
    found = [one for one in asked.json["findings"] if one["code"] == "data.long_answers"]
    assert sum(len(one["evidence"]["ids"]) for one in found) == 4
    (setting,) = {one["mend"].split()[-1] for one in found}
    asked = goodfit("check", *words[:-1], setting, "--json")
    assert "data.long_answers" not in [one["code"] for one in asked.json["findings"]]


@families
def test_the_windows_together_show_the_whole_context(ready, family):
    context = told(40)
    learner = learner_of(ready, KIND.name, family, max_tokens=64)
    encoded = learner.encode([record_of(context, "Who?")])
    decode = learner.coding.tokenizer.decode
    shown = " ".join(decode(example.inputs, skip_special_tokens=True).lower() for example in encoded.examples)
    words = {context[start:end].lower() for start, end in split_words(context)}
    assert len(encoded.examples) > 3
    assert not encoded.cut
    assert {word for word in words if word not in shown} <= {"é", "café", "«", "»"}  # the tokenizer has no such signs


@text_families
@pytest.mark.parametrize("gap", ["\n\n\n\n", "\t\t", "      ", " \n  \n "])
def test_blank_lines_and_columns_do_not_push_words_out_of_their_window(ready, family, gap):
    learner = learner_of(ready, KIND.name, family, max_tokens=64, max_new_tokens=8)
    context = gap.join(f"row{number}" for number in range(60))
    encoded = learner.encode([record_of(context, "Which?", "row59")])
    assert not encoded.cut
    shown = "".join(learner.coding.tokenizer.decode(example.inputs) for example in encoded.examples).replace(" ", "")
    assert all(f"row{number}" in shown for number in range(60))


@families
def test_a_question_longer_than_its_share_leaves_room_for_the_context(ready, family):
    learner = learner_of(ready, KIND.name, family, max_tokens=64, max_new_tokens=8)
    context = "Ada met Ben at the old mill."
    encoded = learner.encode([record_of(context, "who met whom " * 60, "Ben"), record_of(context, "Who?", "Ben")])
    assert encoded.cut == [0]
    assert max(len(example.inputs) for example in encoded.examples) <= 64
    of_first = [example for example in encoded.examples if example.record == 0]
    shown = " ".join(learner.coding.tokenizer.decode(example.inputs) for example in of_first).lower()
    assert all(word in shown for word in ("ada", "met", "ben", "mill"))
    assert {learnt_text(learner, family, example).lower() for example in of_first} >= {"ben"}


@families
@pytest.mark.parametrize("limit", [40, 128])
def test_answers_are_words_of_the_context_or_nothing(ready, lively, family, limit):
    learner = learner_of(ready, KIND.name, family, max_tokens=limit, max_new_tokens=6, batch_size=16)
    contexts = [told(count, seed) for seed, count in enumerate((1, 2, 5, 12))]
    contexts += ["....", "漢字 と かな。", "Ada\u200bBen  \n\n 🎉 [SEP] </s> (no answer)", "x" * 300]
    records = [record_of(context, question) for context in contexts for question in ("Who met Ben?", "why " * 60)]
    outcomes = learner.outcomes(lively(KIND.name, family)[1], records, learner.encode(records))
    assert all(found.answer in record.fields["context"] for found, record in zip(outcomes, records, strict=True))
    assert sum(bool(found.answer) for found in outcomes) > 2
    assert all(found.answer == found.answer.strip() for found in outcomes)


class Borders(torch.nn.Module):
    """A stand-in for an encoder: a token that it is told of begins and ends the answer, and how sure it is."""

    def __init__(self, sure):
        super().__init__()
        self.sure = sure
        self.device = torch.device("cpu")

    def forward(self, input_ids, attention_mask, token_type_ids):
        logits = torch.zeros(*input_ids.shape, 2)
        logits[:, 0] = 3.0
        for token, value in self.sure.items():
            logits[input_ids == token] = value
        return hf.modeling_outputs.TokenClassifierOutput(logits=logits)


@pytest.mark.parametrize(
    ("sure", "answer"),
    [
        pytest.param({"zoe": 6.0}, "Zoe", id="in a late window only"),
        pytest.param({"zoe": 6.0, "ada": 9.0}, "Ada", id="the surer one of two windows"),
        pytest.param({"zoe": 2.0}, "", id="less sure than of none"),
    ],
)
def test_an_encoder_answers_from_the_window_that_is_surest(ready, sure, answer):
    learner = learner_of(ready, KIND.name, "encoder", max_tokens=40)
    context = f"Ada left. {'Nothing happened. ' * 40}Then Zoe came. {'Nobody spoke. ' * 20}"
    record = record_of(context, "Who?")
    encoded = learner.encode([record])
    model = Borders({learner.coding.tokenizer.convert_tokens_to_ids(name): value for name, value in sure.items()})
    assert len(encoded.examples) > 3
    assert learner.outcomes(model, [record], encoded)[0].answer == answer


def test_an_encoders_answer_is_the_best_of_all_runs_of_tokens(ready, lively):
    learner = learner_of(ready, KIND.name, "encoder", max_tokens=32, max_new_tokens=5)
    model = lively(KIND.name, "encoder")[1]
    records = [record_of(told(4, seed), "Who met Ben?") for seed in range(6)]
    encoded = learner.encode(records)
    tokenizer = learner.coding.tokenizer
    for number, (record, found) in enumerate(zip(records, learner.outcomes(model, records, encoded), strict=True)):
        context = record.fields["context"]
        offsets = tokenizer(context, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        question = len(tokenizer("Who met Ben?")["input_ids"])
        runs, place = [], 0
        own = [example for example in encoded.examples if example.record == number]
        ids = tokenizer(context, add_special_tokens=False)["input_ids"]
        for example in own:
            read = list(example.inputs[question:-1])
            place = next(at for at in range(place, len(ids)) if ids[at : at + len(read)] == read)
            with torch.inference_mode():
                types = torch.tensor([[int(place >= question) for place in range(len(example.inputs))]])
                logs = model(torch.tensor([example.inputs]), token_type_ids=types).logits[0].log_softmax(0)
            for start in range(len(read)):
                for end in range(start, min(start + 5, len(read))):
                    sure = float(logs[question + start, 0] + logs[question + end, 1])
                    text = context[offsets[place + start][0] : offsets[place + end][1]]
                    runs.append((sure - float(logs[0].sum()), text, sure))
        best = max(runs)
        assert found.answer == (best[1] if best[0] > 0 else "")
        if best[0] > 0:
            assert found.confidence == pytest.approx(torch.tensor(best[2]).exp().item(), rel=1e-3)


SMALL = ["Ada met Ada", "a a a b", "no answer here", "(no answer) it said", "12.5 kg", "Ben"]


def coder_of(ready, family, in_turns=False):
    """A coder of the family; asked in turns, an answer begins without the blank that a word has behind another one."""
    coding = learner_of(ready, KIND.name, family).coding
    if in_turns:
        tokenizer = copy.deepcopy(coding.tokenizer)
        tokenizer.add_special_tokens({"additional_special_tokens": ["<|im_start|>", "<|im_end|>"]})
        tokenizer.chat_template = CHATML
        coding = dataclasses.replace(coding, tokenizer=tokenizer, apply_chat_template=True)
    return TextCoder(coding)


asked = pytest.mark.parametrize(
    ("family", "in_turns"),
    [("decoder", False), ("decoder", True), ("seq2seq", False)],
    ids=["decoder", "decoder in turns", "seq2seq"],
)


@asked
@pytest.mark.parametrize("context", SMALL)
def test_what_can_be_written_are_all_runs_of_words_and_that_there_is_none(ready, family, in_turns, context):
    coder = coder_of(ready, family, in_turns)
    words = [context[start:end] for start, end in split_words(context)]
    first, later = zip(*map(coder.word_ids, words), strict=True)
    extract = Extract(coder, first, later)
    runs = {
        (*first[start], *(token for word in later[start + 1 : end] for token in word))
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    assert runs == {
        coder.answer_ids(" ".join(words[start:end]))
        for start in range(len(words))
        for end in range(start + 1, len(words) + 1)
    }
    seen, open_ones = set(), [()]
    while open_ones:
        written = open_ones.pop()
        for token in extract.allowed(written):
            if token == coder.eos:
                seen.add(written)
            else:
                open_ones.append((*written, token))
    assert seen == runs | {coder.answer_ids(NOTHING)}
    for written in runs:
        first, last = extract.place(written)
        assert extract.ids((first, last)) == (*written, coder.eos)
    assert extract.place(coder.answer_ids(NOTHING)) is None
    assert extract.ids(None) == (*coder.answer_ids(NOTHING), coder.eos)


@asked
def test_a_run_that_breaks_off_has_its_whole_words(ready, family, in_turns):
    coder = coder_of(ready, family, in_turns)
    extract = Extract(coder, *zip(*map(coder.word_ids, ("old", "incomprehensibilities")), strict=True))
    whole = extract.ids((0, 1))[:-1]
    assert len(whole) > 2
    assert extract.place(whole) == (0, 1)
    assert extract.place(whole[:-1]) == (0, 0)
    assert extract.place(()) is None


def best_by_hand(model, coder, source, runs):
    """The run of tokens that greedy decoding among these comes to, and its mean negative log-likelihood."""
    written, sums = (), 0.0
    while True:
        logs = next_logs(model, coder, source, written)
        fitting = {run[len(written)] for run in runs if run[: len(written)] == written}
        token = max(fitting, key=lambda one: float(logs[one]))
        sums -= float(logs[token])
        written = (*written, token)
        if token == coder.eos:
            return written[:-1], sums / len(written)


@text_families
def test_a_text_model_answers_as_greedy_decoding_among_all_runs_in_every_window(ready, lively, family):
    learner = learner_of(ready, KIND.name, family, max_tokens=56, max_new_tokens=14)
    model, coder = lively(KIND.name, family)[1], learner.coder
    records = [record_of(told(count, seed), "Who?") for seed, count in enumerate((1, 1, 4, 5))]
    found = [outcome.answer for outcome in learner.outcomes(model, records, learner.encode(records))]
    expected, several = [], 0
    for record in records:
        by_window = []
        for piece, _, source, _ in learner.read_windows([record]):
            words = split_words(record.fields["context"])[piece.first : piece.last]
            texts = {(*coder.answer_ids(NOTHING), coder.eos): ""}
            for start in range(len(words)):
                run = ()
                for end in range(start, len(words)):
                    run = (*run, *coder.word_ids(record.fields["context"][slice(*words[end])])[end > start])
                    if len(run) >= 14:
                        break
                    texts.setdefault((*run, coder.eos), record.fields["context"][words[start][0] : words[end][1]])
            written, doubt = best_by_hand(model, coder, source, texts)
            by_window.append((doubt, texts[*written, coder.eos]))
        several += len(by_window) > 1
        expected.append(min((one for one in by_window if one[1]), default=(0, ""))[1])
    assert several
    assert found == expected


def figures(answer, *right):
    fields = {"context": "", "question": "", "answers": [{"text": text, "start": 0} for text in right]}
    item = Item(id="i", fields=fields, answer=answer, confidence=None)
    return {spec.name: float(spec.reduce(spec.statistics([item]).sum(0))) for spec in answer_metrics()}


@pytest.mark.parametrize(
    ("answer", "right", "f1", "exact"),
    [
        pytest.param("The old mill!", ["old mill"], 1.0, 1.0, id="articles and signs"),
        pytest.param("the old mill", ["old red mill"], 2 * 2 / (2 + 3), 0.0, id="two of three words"),
        pytest.param("mill mill", ["mill"], 2 / 3, 0.0, id="a word counts as often as it stands"),
        pytest.param("red barn", ["old mill", "a barn"], 2 / 3, 0.0, id="the best of several"),
        pytest.param("", ["old mill"], 0.0, 0.0, id="none instead of some"),
        pytest.param("mill", [], 0.0, 0.0, id="some instead of none"),
        pytest.param("", [], 1.0, 1.0, id="rightly none"),
        pytest.param("the", [], 0.0, 0.0, id="an article instead of none"),
        pytest.param(".", [], 0.0, 0.0, id="a sign instead of none"),
        pytest.param(" ", [], 1.0, 1.0, id="blanks are none"),
    ],
)
def test_f1_and_exact_match_by_hand(answer, right, f1, exact):
    found = figures(answer, *right)
    assert (found["f1"], found["exact_match"]) == (pytest.approx(f1), exact)
    assert found["has_answer_f1"] == pytest.approx(f1 if right else float("nan"), nan_ok=True)
    assert found["no_answer_accuracy"] == pytest.approx(float("nan") if right else f1, nan_ok=True)


def squad_words(text):
    """Normalised as in SQuAD's evaluation script."""
    bare = "".join(sign for sign in text.lower() if sign not in set(string.punctuation))
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def squad_f1(answer, right):
    one, other = squad_words(answer).split(), squad_words(right).split()
    if not one or not other:
        return float(one == other)
    same = sum((collections.Counter(one) & collections.Counter(other)).values())
    if not same:
        return 0.0
    precision, recall = same / len(one), same / len(other)
    return 2 * precision * recall / (precision + recall)


PHRASES = st.lists(st.sampled_from(["the", "a", "an–old", "mill", "Mill,", "“the", "U.S.", "-", "café"]), max_size=5)


@settings(max_examples=150, deadline=None)
@given(answer=PHRASES.map(" ".join), right=st.lists(PHRASES.map(" ".join), min_size=1, max_size=3))
def test_f1_and_exact_match_are_those_of_squads_script(answer, right):
    found = figures(answer, *right)
    assert found["f1"] == pytest.approx(max(squad_f1(answer, one) for one in right))
    assert found["exact_match"] == max(float(squad_words(answer) == squad_words(one)) for one in right)


@pytest.mark.parametrize("flat", [False, True], ids=["padded", "flat"])
def test_the_loss_of_an_encoder_is_that_of_transformers_question_answering(ready, flat):
    prepared, model = ready("question_answering", "encoder")
    other, tokenizer = hf.BertForQuestionAnswering(model.config).eval(), prepared.coding.tokenizer
    other.bert.load_state_dict({k.removeprefix("bert."): v for k, v in model.state_dict().items() if "bert." in k})
    other.qa_outputs.load_state_dict(model.classifier.state_dict())
    long = record_of(told(3), "Who met Ben?", "Dan")
    examples = [*prepared.encoded["train"].examples[:6], *prepared.learner.encode([long]).examples]
    assert len({len(example.inputs) for example in examples}) > 1
    batch = collate(examples, pad_id(tokenizer), "spans")
    with torch.inference_mode(), wired(model, reads_first_state=False, flat=flat, onednn=False):
        found = call(model, batch).losses().view(-1, 2).mean(1)
    for example, loss in zip(examples, found.tolist(), strict=True):
        first, last = (torch.tensor([place]) for place in example.labels)
        with torch.inference_mode():
            read = torch.tensor([example.inputs])
            is_end = (read == tokenizer.sep_token_id).long()
            types = (is_end.cumsum(1) - is_end).clamp(max=1)
            expected = other(read, token_type_ids=types, start_positions=first, end_positions=last).loss
        assert loss == pytest.approx(float(expected), rel=1e-5)


def test_an_encoder_reads_what_its_tokenizer_makes_of_a_pair(ready):
    learner = ready("question_answering", "encoder")[0].learner
    context, question = told(2), "Who met Ben?"
    (example,) = learner.encode([record_of(context, question)]).examples
    pair = learner.coding.tokenizer(question, context)
    assert list(example.inputs) == pair["input_ids"]
    assert collate([example], 0, "spans").token_types.tolist() == pair["token_type_ids"]


def test_a_run_made_before_there_were_token_types_stays_without(ready, finished, tmp_path):
    folder, _ = finished("question_answering", "encoder")
    written = (folder / "config.yaml").read_text("utf-8")
    assert "  token_types: true\n" in written
    (tmp_path / "config.yaml").write_text(written.replace("  token_types: true\n", ""), "utf-8")
    assert read_config(tmp_path).model.token_types is False
    (example,) = ready("question_answering", "encoder", "model.token_types=false")[0].encoded["test"].examples[:1]
    assert collate([example], 0, "spans").token_types is None


@pytest.mark.parametrize(
    ("words", "error"),
    [
        pytest.param(["task=question_answering", "model=gpt"], "they are for an encoder that", id="decoder"),
        pytest.param(["task=classification", "model=bert"], "they are for an encoder that", id="other kind"),
        pytest.param(["task=question_answering", "model=custom"], "has one type for all tokens", id="one type"),
    ],
)
def test_token_types_are_told_where_they_can_be(goodfit, tmp_path, tiny_words, model_folders, words, error):
    files = [word for word in tiny_words(words[0].removeprefix("task="), "encoder") if word.startswith("dataset")]
    one = shutil.copytree(model_folders["encoder"], tmp_path / "one")
    config = json.loads((one / "config.json").read_text("utf-8"))
    (one / "config.json").write_text(json.dumps(config | {"type_vocab_size": 1}), "utf-8")
    named = [f"model.name={one}"] if "model=custom" in words else []
    outcome = goodfit("check", *words, *named, *files, "tracker=none", "model.token_types=true")
    assert outcome.code == 2
    assert outcome.err.startswith("error: model.token_types is true, and ") and error in outcome.err
    assert outcome.err.endswith("\n  fix: leave it out\n")


def test_gradients_on_the_fast_path_are_those_of_padded_batches(ready):
    prepared, model = ready("question_answering", "encoder")
    model = copy.deepcopy(model).requires_grad_(True)
    examples = prepared.encoded["train"].examples
    path = ComputePath(flat=True, onednn=False)
    verdict = compare_steps(model, examples, pad_id(prepared.coding.tokenizer), "spans", path)
    assert verdict.same, verdict.reason
