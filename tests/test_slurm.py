"""hardware=slurm: the script that is written, what is submitted, and that the script makes the run."""

import os
import subprocess
from pathlib import Path

import pytest

SBATCH = '#!/bin/bash\necho "$@" > asked.txt\necho "71;cluster"\n'
SRUN = '#!/bin/bash\nshift\nSLURM_PROCID=0 SLURM_LOCALID=0 SLURM_NODEID=0 SLURM_NTASKS=1 exec "$@"\n'
SCONTROL = '#!/bin/bash\necho "$@" >> control.txt\necho localhost\n'
WORDS = ["hardware=slurm", "hardware.accelerator=cpu", "hardware.partition=night", "hardware.nodes=2"]


@pytest.fixture
def words(tiny_words):
    return [word for word in tiny_words("classification", "encoder") if not word.startswith("hardware")]


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    """Commands that stand for Slurm's."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, code in (("sbatch", SBATCH), ("srun", SRUN), ("scontrol", SCONTROL)):
        (tools / name).write_text(code, "utf-8")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    return tools


def test_check_shows_the_script_and_writes_nothing(goodfit, words, tmp_path):
    outcome = goodfit("check", *words, *WORDS, "run.dir=run")
    assert outcome.code == 0, outcome.err
    for line in (
        "#SBATCH --job-name=goodfit-classification",
        "#SBATCH --nodes=2",
        "#SBATCH --ntasks-per-node=1",
        "#SBATCH --partition=night",
        "#SBATCH --time=08:00:00",
    ):
        assert line in outcome.out.splitlines()
    assert "gpus" not in outcome.out
    assert "--gpus-per-node=4" in goodfit("check", *words, "hardware=slurm", "hardware.devices=4").out
    assert list(tmp_path.iterdir()) == []


def test_what_a_file_names_for_slurm_is_no_line_of_the_script(goodfit, words, tmp_path):
    (tmp_path / "own" / "hardware").mkdir(parents=True)
    content = "launcher: slurm\naccelerator: cpu\npartition: |-\n  night\n  touch stolen\n"
    (tmp_path / "own" / "hardware" / "night.yaml").write_text(content, "utf-8")
    outcome = goodfit("check", *words, "hardware=night", "--config-dir", "own", "run.dir=run")
    assert outcome.code == 2
    assert outcome.errors[0][0].startswith("hardware.partition is ")
    named = goodfit("check", *words, "hardware=slurm", "task.name=a; touch b", "run.dir=run")
    assert "#SBATCH --job-name=goodfit-a--touch-b" in named.out.splitlines()


def test_a_run_is_submitted_and_its_script_makes_it(goodfit, words, cluster, tmp_path):
    outcome = goodfit("train", *words, *WORDS, "hardware.nodes=1", "training.max_steps=1", "run.dir=a run", "--json")
    assert outcome.code == 0, outcome.err
    folder = tmp_path / "a run"
    expected = {"status": "submitted", "job": "71", "run": str(folder), "script": str(folder / "job.sbatch")}
    assert outcome.json == {**expected, "warnings": []}
    assert (tmp_path / "asked.txt").read_text("utf-8") == f"--parsable {folder / 'job.sbatch'}\n"
    environment = {**os.environ, "SLURM_JOB_NODELIST": "here", "SLURM_JOB_ID": "71"}
    script = Path(outcome.json["script"])
    done = subprocess.run(["bash", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "run.json").is_file()
    assert (folder / "adapter").is_dir()
    done = subprocess.run(["bash", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "there is nothing to go on with" in done.stdout  # a job that is put back goes on with its run
    assert "requeue" not in (tmp_path / "control.txt").read_text("utf-8")


def test_a_job_whose_run_was_saved_is_put_back_into_the_queue(goodfit, words, cluster, tmp_path):
    (cluster / "srun").write_text("#!/bin/bash\nexit 143\n", "utf-8")
    assert goodfit("train", *words, *WORDS, "run.dir=run").code == 0
    environment = {**os.environ, "SLURM_JOB_NODELIST": "here", "SLURM_JOB_ID": "71"}
    done = subprocess.run(["bash", "run/job.sbatch"], cwd=tmp_path, env=environment, check=False, capture_output=True)
    assert done.returncode == 143
    assert (tmp_path / "control.txt").read_text("utf-8").splitlines()[-1] == "requeue 71"


def test_a_mistake_is_found_before_anything_is_submitted(goodfit, words, cluster, tmp_path):
    outcome = goodfit("train", *words, *WORDS, "dataset.train=gone.jsonl")
    assert outcome.code == 2
    assert not (tmp_path / "asked.txt").exists()


def test_without_slurm_the_script_is_kept(goodfit, words, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    outcome = goodfit("train", *words, *WORDS, "run.dir=run")
    assert (outcome.code, outcome.out) == (5, "")
    assert outcome.errors[0][0] == "this machine has no sbatch"
    assert (tmp_path / "run" / "job.sbatch").is_file()


def test_what_slurm_says_is_passed_on(goodfit, words, cluster):
    (cluster / "sbatch").write_text("#!/bin/bash\necho 'invalid partition specified: night' >&2\nexit 1\n", "utf-8")
    outcome = goodfit("train", *words, *WORDS, "run.dir=run")
    assert outcome.code == 5
    assert outcome.errors[0][0] == "sbatch refused the job: invalid partition specified: night"


def test_a_time_that_is_none_is_refused(goodfit, words):
    outcome = goodfit("check", *words, *WORDS, "hardware.time_limit=soon")
    assert (outcome.code, outcome.out) == (2, "")
    assert "hardware.time_limit" in outcome.errors[0][0]
