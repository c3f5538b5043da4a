"""The memory that a run may use: of the machine, within the limits that its process was given."""

import resource

import psutil
import pytest

from goodfit.runs import free_memory

MIB = 2**20


@pytest.fixture
def group(tmp_path, monkeypatch):
    """``group(line, folder, **files)``: a control group whose files say this, around this process."""
    monkeypatch.setattr(free_memory, "GROUPS", tmp_path / "groups")
    monkeypatch.setattr(free_memory, "OWN_GROUPS", tmp_path / "own")

    def make(line, folder, **files):
        place = tmp_path / "groups" / folder
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (place / f"memory.{name}").write_text(f"{text}\n", "utf-8")
        (tmp_path / "own").write_text(f"{line}\n", "utf-8")

    return make


def has_already():
    own = psutil.Process().memory_info()
    return own.rss - own.shared


def near(expected):
    return pytest.approx(expected, abs=8 * MIB)


def test_a_container_has_what_its_limit_leaves_and_the_pages_of_files(group):
    group("0::/", "", max=900 * MIB, current=700 * MIB, stat=f"anon {600 * MIB}\nfile {100 * MIB}")
    assert free_memory.free_memory() == near(300 * MIB + has_already())


def test_a_unit_has_what_the_narrowest_group_around_it_leaves(group):
    group("0::/user/unit", "user", max=500 * MIB, current=300 * MIB, stat=f"file {MIB}")
    group("0::/user/unit", "user/unit", max="max", current=300 * MIB, stat="file 0")
    assert free_memory.free_memory() == near(201 * MIB + has_already())


def test_a_job_has_what_a_group_of_the_first_version_leaves(group):
    files = {"limit_in_bytes": 400 * MIB, "usage_in_bytes": 250 * MIB, "stat": f"cache 1\ntotal_cache {50 * MIB}"}
    group("7:pids:/\n6:memory:/slurm/job", "memory/slurm/job", **files)
    assert free_memory.free_memory() == near(200 * MIB + has_already())


@pytest.mark.parametrize("line", ["0::/", "4:memory:/", "3:pids:/"])
def test_without_a_limit_the_machine_says(group, line):
    group(line, "", max="max", current=0, stat="file 0")
    assert free_memory.free_memory() == pytest.approx(psutil.virtual_memory().available + has_already(), rel=0.2)


def test_a_limit_of_addresses_counts(monkeypatch):
    most = psutil.Process().memory_info().vms + 50 * MIB
    monkeypatch.setattr(resource, "getrlimit", lambda _: (most, most))
    assert free_memory.free_memory() == near(50 * MIB + has_already())


def test_a_run_that_its_container_cannot_hold_is_refused(goodfit, tiny_words, group):
    group("0::/", "", max=600 * MIB, current=900 * MIB, stat="file 0")
    outcome = goodfit("check", *tiny_words("classification", "encoder"))
    assert outcome.code == 5
    assert "the run needs about" in outcome.err
