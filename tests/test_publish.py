"""The page on publishing a plugin: every command of it is typed, in its order, and does what the page says."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "publish.md"


def commands():
    """The page's command lines, in order."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def shell(argv, folder, site):
    """Run a command that is not goodfit's."""
    env = {**os.environ, "PYTHONPATH": str(site)}
    line = [sys.executable, "-m", *argv]
    done = subprocess.run(line, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_commands_of_the_page_lead_from_a_file_to_a_wheel(goodfit, tiny_words, rows_of, tmp_path, monkeypatch):
    lines = ["utterance,wanted", *(f'"{row["text"]}",{row["label"]}' for row in rows_of("classification", 200))]
    (tmp_path / "requests.csv").write_text("\n".join(lines) + "\n", "utf-8")
    small = [w for w in tiny_words("classification", "encoder") if not w.startswith(("task", "dataset"))]
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    typed = []
    for program, *words in commands():
        typed.append(" ".join([program, *words[:2]]))
        if words[:2] == ["install", "-e"]:  # a copy here: the licence has to be said before
            (about,) = (tmp_path / "goodfit-hr").rglob("about.yaml")
            said = re.sub("^licence: .*$", "licence: Apache-2.0", about.read_text("utf-8"), flags=re.MULTILINE)
            about.write_text(said, "utf-8")
        if program == "goodfit":
            argv = [new for word in words for new in (small if word == "model=bert" else [word])]
            outcome = goodfit(*argv)
            assert outcome.code == 0, outcome.err
        elif program == "pip" and words[0] == "install":  # not into the environment of these tests
            shell(["pip", "install", "--no-deps", "--no-build-isolation", "--target", site, *words[2:]], tmp_path, site)
        elif program == "pip":
            shell(["pip", words[0], "--no-build-isolation", *words[1:]], tmp_path, site)
        else:
            shell([program, "-q", "-p", "no:cacheprovider", *words], tmp_path, site)
    assert typed == [
        "goodfit plugins new",
        "pip install -e",
        "goodfit list task",
        "goodfit preview task=hr",
        "goodfit train task=hr",
        "goodfit plugins check",
        "pytest goodfit-hr",
        "pip wheel --no-deps",
    ]
    assert [path.name for path in (tmp_path / "dist").iterdir()] == ["goodfit_hr-0.1.0-py3-none-any.whl"]
    for name in [name for name in sys.modules if name.startswith("goodfit_hr")]:
        del sys.modules[name]
