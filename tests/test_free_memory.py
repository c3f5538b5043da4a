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
        (tmp_path / "own").write_text(f"{line}\n", "utf-8", "surrogateescape")

    return make


def has_already():
    own = psutil.Process().memory_info()
    return own.rss - own.shared


def near(expected):
    return pytest.approx(expected, abs=8 * MIB)


def test_a_container_has_what_its_limit_leaves_and_the_pages_of_files(group):
    group(
        "0::/",
        "",
        max=900 * MIB,
        current=700 * MIB,
        stat=f"file {400 * MIB}\nshmem {300 * MIB}\nactive_file {60 * MIB}\ninactive_file {40 * MIB}",
    )
    assert free_memory.free_memory() == near(300 * MIB + has_already())


def test_a_unit_has_what_the_narrowest_group_around_it_leaves(group):
    group("0::/user/unit", "user", max=500 * MIB, current=300 * MIB, stat=f"active_file {MIB}\ninactive_file 0")
    group("0::/user/unit", "user/unit", max="max", current=300 * MIB, stat="")
    assert free_memory.free_memory() == near(201 * MIB + has_already())


def test_a_job_has_what_a_group_of_the_first_version_leaves(group):
    files = {
        "limit_in_bytes": 400 * MIB,
        "usage_in_bytes": 250 * MIB,
        "stat": f"cache 1\ntotal_inactive_file {50 * MIB}\ntotal_active_file 0",
    }
    group("7:pids:/\n6:memory:/slurm/job", "memory/slurm/job", **files)
    assert free_memory.free_memory() == near(200 * MIB + has_already())


@pytest.mark.parametrize("line", ["0::/", "4:memory:/", "3:pids:/"])
def test_without_a_limit_the_machine_says(group, line):
    group(line, "", max="max", current=0, stat="file 0")
    assert free_memory.free_memory() == pytest.approx(psutil.virtual_memory().available + has_already(), rel=0.2)


def test_kernels_that_do_not_say_all_are_asked_no_more(group):
    files = {"limit_in_bytes": 400 * MIB, "usage_in_bytes": 250 * MIB}  # as in gVisor, without statistics
    group("\n1:memory:/", "memory", **files)
    assert free_memory.free_memory() == near(150 * MIB + has_already())
    group("1:memory:/", "memory", limit_in_bytes=2**63 - 4096, usage_in_bytes=250 * MIB)
    assert free_memory.free_memory() > 400 * MIB
    group("0::/\udcff", "", max=500 * MIB)  # and nothing of what is used
    assert free_memory.free_memory() > 400 * MIB


def test_what_is_used_beyond_a_limit_leaves_nothing(group):
    group("0::/", "", max=100 * MIB, current=200 * MIB)
    assert free_memory.free_memory() == near(has_already())


def test_a_limit_of_addresses_counts(monkeypatch):
    most = psutil.Process().memory_info().vms + 50 * MIB
    monkeypatch.setattr(resource, "getrlimit", lambda _: (most, most))
    assert free_memory.free_memory() == near(50 * MIB + has_already())


def test_a_run_that_its_container_cannot_hold_is_refused(goodfit, tiny_words, group, monkeypatch):
    class Young(psutil.Process):
        """A process that has no memory yet; the one of a test may have more than the run needs."""

        def memory_info(self):
            return super().memory_info()._replace(rss=0, shared=0)

    monkeypatch.setattr(psutil, "Process", Young)
    group("0::/", "", max=600 * MIB, current=500 * MIB)
    outcome = goodfit("check", *tiny_words("classification", "encoder"))
    assert outcome.code == 5
    assert "the run needs about" in outcome.err
