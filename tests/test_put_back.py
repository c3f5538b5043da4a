"""What a plugin changes of the process, and what it leaves running, harms neither a run nor its end."""

import os
import subprocess
import sys

import pytest
import torch
from broken_plugins import TASK, judges

from goodfit.hooks.types import ScrubberSpec
from goodfit.plugins.guard import Guarded

CHANGES = {
    "the working directory": ("import os; os.chdir('/')", os.getcwd),
    "torch's grad mode": ("import torch; torch.set_grad_enabled(False)", torch.is_grad_enabled),
    "torch's default dtype": ("import torch; torch.set_default_dtype(torch.float64)", torch.get_default_dtype),
    "torch's number of threads": ("import torch; torch.set_num_threads(3)", torch.get_num_threads),
}
"""Part of the process -> what changes it, what reads it."""


@pytest.mark.parametrize("part", CHANGES)
def test_what_a_hook_changes_of_the_process_is_put_back_and_told(goodfit, install, tiny_words, part):
    change, read = CHANGES[part]
    name = f"odd{list(CHANGES).index(part)}"  # each plugin is told of once
    install(name, judges(f"{change}\n    return []"), {f"task/{name}.yaml": TASK.format(name=name)})
    before = read()
    outcome = goodfit("check", f"task={name}", *tiny_words("classification", "encoder")[1:], "run.dir=here")
    assert outcome.code == 0, outcome.err
    assert f"the plugin '{name}' changed {part} in goodfit_check_data; it was put back" in outcome.err
    assert read() == before


@pytest.mark.parametrize("part", CHANGES)
def test_what_an_offered_function_changes_is_put_back_even_where_it_fails(part, caplog):
    change, read = CHANGES[part]

    def find(texts):
        exec(change)
        raise ValueError

    before = read()
    guarded = Guarded(find, "odd", ScrubberSpec, "find", "odd.names", None, False)
    with pytest.raises(Exception, match="the plugin 'odd' failed"):
        guarded(["a text"])
    assert read() == before
    assert f"the plugin 'odd' changed {part} in odd.names.find; it was put back" in caplog.text


IDLE = "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), name='idle').start()\n"


def test_a_thread_of_a_plugin_does_not_keep_goodfit_from_its_end(install, tmp_path):
    install("odd", IDLE)
    command = (
        "import sys; from goodfit.cli.main import main; from goodfit.plugins import threads; "
        "threads.WAIT_SECONDS = 0.2; sys.exit(main())"
    )
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", command, "doctor"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "no problem found")
    assert done.stderr.splitlines()[-1].endswith("left running: 'idle'")


def test_the_check_names_what_a_plugin_changes_and_leaves_running(goodfit, install):
    changes = "".join(f"{change}\n" for change, _ in CHANGES.values())
    install("odd", f"{IDLE}{changes}HOOK_API = 1\n")
    checks = {one["check"]: one for one in goodfit("plugins", "check", "odd", "--json").json["checks"]}
    told = "\n".join(checks["keeps_to_itself"]["problems"])
    assert "import: a thread that goes on: idle" in told
    for part in list(CHANGES)[:3]:  # how many threads a new torch has depends on the machine
        assert f"import: the plugin 'odd' changed {part} in import; it was put back" in told
