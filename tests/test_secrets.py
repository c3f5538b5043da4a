"""Secrets: a config with one is refused, and none is repeated in an error, a log or a record of a run."""

import json
import logging

import pytest

from goodfit.runs.log import logged_to
from goodfit.texts.secrets import GONE, has_secret, redact, secret_variable

SECRETS = {
    "AWS": "AKIAIOSFODNN7EXAMPLE",
    "GitHub": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "GitLab": "glpat-abcdefghij0123456789",
    "Stripe": "sk_live_abcdefghijklmnop",
    "OpenAI": "sk-proj-abcdefghij0123456789abcdef",
    "Hugging Face": "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "Google": "AIza" + "b1c2d" * 7,
    "Slack": "xoxb-123456789012-abcdefghijkl",
    "web token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJlMTIz",
    "address": "postgres://admin:s3cr3tpw@",
    "password": "password: hunter2Xy9!",
    "password of something": "DB_PASSWORD=hunter2Xy9!",
    "key of something": "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRf",
    "key of an account": "AccountKey=Eby8vdM02xNOcqFlqUwJPLlm",
    "token": "token: a8f5f167f44f4964e6c998dee827110c",
    "address without a user": "redis://:s3cr3tpw@",
    "address in capitals": "HTTPS://admin:s3cr3tpw@",
    "address with a slash in its password": "postgres://admin:s3/cr:3tpw@",
    "signature of Azure": "https://x.blob.core.windows.net/a/b?sv=2020-08-04&sig=AbCdEfGhIjKl%2BmnopqrsTUV%3D",
    "signature of S3": "https://b.s3.amazonaws.com/a?X-Amz-Expires=60&X-Amz-Signature=" + "0123456789abcdef" * 4,
    "session of S3": "https://b.s3.amazonaws.com/a?X-Amz-Security-Token=IQoJb3JpZ2luX2VjEJr%2F%2F%2F",
}
each = pytest.mark.parametrize("secret", [pytest.param(value, id=name) for name, value in SECRETS.items()])
PLAIN = [
    "the password is required for each login",
    "see https://example.com/help:faq",
    "order 1234567890",
    "http://localhost:8080/path@home and http://example.com:80/@user",
    "the token: something, and pad_token=<|endoftext|>",
    "Say: {text}",
    "https://example.com/find?sign=gemini&sig=none and ?signature=required",
    "the module sk_characteristically and the folder sk-learn-something-quite-long",
]


@each
def test_a_secret_is_taken_out_and_the_rest_stays(secret):
    told = redact(f"before {secret} after")
    assert told.startswith("before ") and told.endswith(" after") and GONE in told
    assert not has_secret(told)


@pytest.mark.parametrize("text", PLAIN)
def test_talk_of_secrets_stays_as_it_is(text):
    assert redact(text) == text
    assert not has_secret(text)


def test_a_secret_of_the_environment_is_one_whatever_its_form(monkeypatch):
    monkeypatch.setenv("DEPARTMENT_TOKEN", "plain-looking-words")
    monkeypatch.setenv("DEPARTMENT_NAME", "customer support")
    assert secret_variable("use plain-looking-words here") == "DEPARTMENT_TOKEN"
    assert redact("customer support says plain-looking-words") == f"customer support says {GONE}"


@pytest.mark.parametrize(
    ("name", "value", "is_secret"),
    [
        ("SONAR_PROJECT_KEY", "classification", False),
        ("SONAR_PROJECT_KEY", "customer-support", False),
        ("GOODFIT_VAULT_KEY", "customer-support", True),
        ("SEPARATOR_TOKEN", "token_classification", False),
        ("DB_PASSWORD", "Constantinople", True),
        ("DB_PASSWORD", "correct horse battery staple", True),
        ("VAULT_KEY", "correct horse battery staple", True),
        ("VAULT_KEY", "correct-horse-battery", True),
        ("SERVICE_KEY", "0123456789abcdef0123456789abcdef", True),
        ("SERVICE_KEY", "qwertzuiopasdfghjklyxcvbnm", True),
        ("SERVICE_KEY", "support-q7x2m", True),
        ("SERVICE_KEY", "qWzRtYpLkJhGfDsA", True),
        ("SERVICE_KEY", "Customer_Support", False),
    ],
)
def test_a_name_is_no_secret_whatever_its_variable_is_called(monkeypatch, name, value, is_secret):
    monkeypatch.setenv(name, value)
    text = f"see {value} there"
    assert secret_variable(text) == (name if is_secret else None)
    assert redact(text) == f"see {GONE} there"  # there it costs nothing


@pytest.mark.parametrize("verb", ["show", "sweep"])
def test_what_goodfit_itself_calls_so_is_no_secret(goodfit, monkeypatch, verb):
    for name, value in (("A_SECRET", "classification"), ("B_SECRET", "answerdotai/ModernBERT-base")):
        monkeypatch.setenv(name, value)
    space = ["optim.lr=choice(1e-3,3e-3)"] if verb == "sweep" else []
    outcome = goodfit(verb, "task=classification", "model=modernbert-base", "dataset=files", *space)
    assert "secret" not in outcome.err
    assert verb == "sweep" or outcome.code == 0


@pytest.mark.parametrize("verb", ["show", "sweep"])
def test_a_setting_with_a_variable_s_secret_names_the_variable(goodfit, monkeypatch, verb):
    monkeypatch.setenv("DB_PASSWORD", "correct horse battery")
    word = "task.description='correct horse battery'"
    outcome = goodfit(verb, "task=classification", "model=bert", "dataset=files", "optim.lr=1e-3", word)
    what = "task.description holds what looks like a secret, and a config is written down"
    fix = "take it out; where it is none, unset DB_PASSWORD"
    assert (outcome.code, outcome.errors) == (2, [(f"{what}: it is the value of DB_PASSWORD", fix)])


@each
def test_a_word_with_a_secret_is_refused_and_not_repeated(goodfit, tmp_path, tiny_words, secret):
    words = [*tiny_words("classification", "encoder"), f"task.description='{secret}'", "run.dir=out"]
    outcome = goodfit("train", *words, "--json")
    assert outcome.code == 2
    assert outcome.err == (
        "error: task.description holds what looks like a secret, and a config is written down\n"
        "  fix: take it out: keys are read from the environment by what uses them\n"
    )
    assert secret not in outcome.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("verb", "word"),
    [
        ("check", 'task.description=password: "Abc12345xyz!" {text}'),
        ("check", 'run.dir=a-"quoted"-secret-of-ours'),
        ("sweep", "task.labels=choice([a,b],[a,'password: Abc12345xyz!'],[c,d])"),
    ],
)
def test_a_secret_is_seen_behind_quotes_and_within_lists(goodfit, monkeypatch, tiny_words, verb, word):
    monkeypatch.setenv("DEPARTMENT_TOKEN", 'a-"quoted"-secret-of-ours')
    outcome = goodfit(verb, *tiny_words("classification", "encoder"), word)
    assert outcome.code == 2
    assert "holds what looks like a secret, and a config is written down" in outcome.errors[0][0]
    assert "Abc12345" not in outcome.err


def test_a_file_with_a_secret_is_refused(goodfit, tmp_path, tiny_words):
    folder = tmp_path / "mine" / "tracker"
    folder.mkdir(parents=True)
    (folder / "ours.yaml").write_text(f"name: none\nproject: {SECRETS['GitHub']}\n", "utf-8")
    words = [word for word in tiny_words("classification", "encoder") if not word.startswith("tracker=")]
    outcome = goodfit("check", *words, "tracker=ours", "--config-dir", "mine")
    assert outcome.code == 2
    assert outcome.errors[0][0].startswith("tracker.project holds what looks like a secret")
    assert SECRETS["GitHub"] not in outcome.err


def test_an_error_does_not_repeat_a_secret_that_was_typed(goodfit):
    outcome = goodfit("train", "task=legal", "model=bert", f"optim.lr={SECRETS['GitHub']}", "--json")
    assert outcome.code == 2
    assert outcome.errors == [(f"optim.lr is '{GONE}', expected a number", "for example optim.lr=0.1")]
    assert SECRETS["GitHub"] not in outcome.out


@pytest.mark.parametrize("secret", ["grüße-aus-der-küche", 'a-"quoted"-secret-of-ours', "back\\slash\\secret"])
def test_no_output_repeats_a_secret_of_the_environment_however_it_is_written(goodfit, monkeypatch, secret):
    monkeypatch.setenv("DEPARTMENT_TOKEN", secret)
    outcome = goodfit("predict", f"runs/{secret}", "a text", "--json", "--traceback")
    assert outcome.code == 2
    assert outcome.json["errors"][0]["error"].count(GONE) == 1
    assert outcome.err.startswith("Traceback") and outcome.err.count(GONE) >= 2
    for part in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1]):
        assert part not in outcome.out + outcome.err


def test_a_log_takes_secrets_out_of_what_libraries_say(tmp_path):
    with logged_to(tmp_path / "log.txt"):
        logging.getLogger("some.library").warning("refused with %s", SECRETS["Hugging Face"])
    said = (tmp_path / "log.txt").read_text("utf-8")
    assert said.endswith(f"WARNING some.library: refused with {GONE}\n")
