"""Equilibration by replica exchange: the same bits for any number of ranks, what is recorded, what is refused."""

import re
import signal
from pathlib import Path

import h5py
import numpy as np
import pytest

import support

TEMPERING = support.campaign({
    "campaign.name": "tempering", "system.model": "KA", "system.temperature": 0.9, "system.particles": 250,
    "system.structures": 2, "equilibrate.method": "tempering", "equilibrate.sweeps": None,
    "equilibrate.temperatures": [0.9, 0.98, 1.06], "equilibrate.start_temperature": 1.5, "equilibrate.time": 2,
    "equilibrate.exchange_time": 0.1, "equilibrate.samples": 15, "replicas.dt": 0.005, "replicas.times": [0.1],
    "replicas.count": 2, "dynamics.structures": 0, "split.train": 0, "split.validation": 0, "split.test": 0,
    "train.models": [],
})
FILE = "c.toml"


def changed(changes):
    return support.campaign(changes, TEMPERING)


def run_in(folder, sections=TEMPERING, **options):
    support.write_campaign(folder / FILE, sections)
    support.succeed("run", FILE, "--stage", "equilibrate", "--out", "made", cwd=folder, **options)
    return folder / "made"


def series(folder, number):
    with h5py.File(folder / "states/states_0000.h5", "r") as file:
        group = file[f"equilibration/s{number:04d}"]
        return {name: group[name][()] for name in group if name != "certificate"} | dict(group.attrs)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    return run_in(tmp_path_factory.mktemp("alone"))


@pytest.mark.parametrize(("ranks", "threads"), [(None, 2), (2, 1), (3, 1), (4, 1)])
def test_the_same_bits(alone, ranks, threads, tmp_path):
    support.assert_same(alone, run_in(tmp_path, ranks=ranks, threads=threads))


def test_groups_of_ranks_give_the_same_bits(tmp_path):
    """Two levels on four ranks: two structures at a time."""
    sections = changed({"equilibrate.temperatures": [0.9, 1.0]})
    support.assert_same(run_in(tmp_path / "alone", sections), run_in(tmp_path / "groups", sections, ranks=4))


def test_what_is_recorded(alone):
    found = series(alone, 1)
    assert found["method"] == b"tempering" or found["method"] == "tempering"
    assert [name.decode() for name in found["move_names"]] == ["exchange 0.9-0.98", "exchange 0.98-1.06"]
    assert list(found["move_attempts"]) == [10, 10]
    assert np.all((found["move_acceptance"] > 0) & (found["move_acceptance"] < 1))
    assert found["round_trips"] >= 0
    assert len(found["energy"]) == 15
    assert np.isclose(found["progress"][-1], 3.0)  # cooling over half of `time`, then `time`
    assert found["temperature"][0] > 1 and np.all(found["temperature"][found["progress"] > 1.05] == 0.9)


def test_a_redo_gives_the_same_bits_over_ranks(tmp_path):
    """Far too short to be certified: exchanges go on, at last the structures are refused, and more redos make them again."""
    short = changed({"certificate.on_failure": "redo", "certificate.redos": 1, "equilibrate.time": 0.5})
    for name, ranks in (("alone", None), ("three", 3)):
        support.write_campaign(tmp_path / name / FILE, short)
        done = support.run("run", FILE, "--stage", "equilibrate", "--out", "made", cwd=tmp_path / name, ranks=ranks)
        assert done.returncode == 4, done.stderr
        assert "2 of 2 structures are refused" in done.stderr
    support.assert_same(tmp_path / "alone/made", tmp_path / "three/made")
    refused = tmp_path / "alone/made/work/refused/s0000.h5"
    for redos, progress in ((1, 0.2 + 0.5 + 2 * 0.5), (2, 0.2 + 0.5 + 2 * 0.5 + 4 * 0.5)):  # blocks of 0.1, two of cooling
        with h5py.File(refused, "r") as file:
            group = file["equilibration/s0000"]
            assert group.attrs["redos"] == redos
            assert np.isclose(group["progress"][-1], progress)
            assert np.isclose(group.attrs["window_begin"], progress - redos * 2 * 0.5)
        support.run("run", FILE, "--stage", "equilibrate", "--out", "made", "--set", "certificate.redos=2",
                    cwd=tmp_path / "alone", ranks=2)


def test_structures_and_replicas_differ(alone):
    assert not np.array_equal(series(alone, 0)["energy"], series(alone, 1)["energy"])


def test_a_stopped_run_continues(alone, tmp_path):
    longer = changed({"equilibrate.time": 16})
    whole = run_in(tmp_path / "whole", longer)
    support.write_campaign(tmp_path / "stopped" / FILE, longer)
    process = support.start("run", FILE, "--stage", "equilibrate", "--out", "made", ranks=2, cwd=tmp_path / "stopped")
    part = tmp_path / "stopped/made/work/equilibrate/s0000.h5"
    support.wait_until(part.exists, process, 300)
    process.send_signal(signal.SIGUSR1)
    process.communicate(timeout=60)
    assert process.returncode == support.STOPPED
    assert not (tmp_path / "stopped/made/states").exists()
    support.succeed("run", FILE, "--stage", "equilibrate", "--out", "made", cwd=tmp_path / "stopped")
    support.assert_same(whole, tmp_path / "stopped/made")


def test_levels_become_a_ladder_that_is_used_and_kept(tmp_path):
    sections = changed({"equilibrate.temperatures": None, "equilibrate.levels": 4, "equilibrate.time": 20})
    support.write_campaign(tmp_path / FILE, sections)
    plan = support.succeed("run", FILE, "--dry-run", cwd=tmp_path).stdout
    stated = [float(x) for x in re.search(r"^temperatures = \[(.*)\]$", plan, re.MULTILINE).group(1).split(",")]
    assert stated[0] == 0.9 and len(stated) == 4
    assert np.allclose(np.diff(np.log(stated)), np.log(stated[1] / stated[0]))
    # 2 structures x 250 particles x 4 levels x (20 + 10) / 0.005, with half the step: the highest level is above 1
    assert stated[-1] > 1
    assert re.search(r"2 structures, 2.4e\+07 particle-steps.*4 temperatures up to \S+, about 30 % of exchanges accepted", plan)
    folder = run_in(tmp_path, sections)
    assert re.search(r"^temperatures = \[(.*)\]$", (folder / "campaign.toml").read_text(), re.MULTILINE).group(1) == \
        ", ".join(map(repr, stated))
    accepted = np.mean([series(folder, s)["move_acceptance"] for s in (0, 1)])
    assert 0.15 < accepted < 0.5
    support.succeed("run", "made/campaign.toml", "--stage", "equilibrate", cwd=tmp_path)


REFUSED = {
    "another first temperature": ({"equilibrate.temperatures": [0.8, 0.9]},
                                  r"c\.toml:\d+: temperatures in \[equilibrate\] begins with 0.8; .* of the system, 0.9"),
    "from below": ({"equilibrate.start": "both"}, r'c\.toml:\d+: start .* is "both".* must be "hot"'),
    "not ascending": ({"equilibrate.temperatures": [0.9, 1.1, 1.0]}, r"c\.toml:\d+: temperatures .* must increase"),
    "one temperature": ({"equilibrate.temperatures": [0.9]}, r"temperatures .* has one entry; at least two"),
    "above the start": ({"equilibrate.temperatures": [0.9, 1.6]},
                        r"temperatures .* ends with 1.6, above start_temperature = 1.5.*raise start_temperature"),
    "two numbers of levels": ({"equilibrate.levels": 5}, r"c\.toml:\d+: levels .* is 5, but temperatures has 3 entries"),
    "one level": ({"equilibrate.levels": 1}, r"c\.toml:\d+: levels in \[equilibrate\] is 1; it must be at least 2 and at most"),
    "no room above": ({"equilibrate.temperatures": None, "equilibrate.start_temperature": 0.9},
                      r"c\.toml:\d+: start_temperature .* must be above 0.9"),
    "exchanges too rare": ({"equilibrate.exchange_time": 5}, r"c\.toml:\d+: exchange_time .* must be at most time = 2"),
    "negative exchange time": ({"equilibrate.exchange_time": -1}, r"exchange_time .* is -1; it must be above 0"),
    "text in the list": ({"equilibrate.temperatures": [0.9, "hot"]}, r"c\.toml:\d+: temperatures in \[equilibrate\]"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case, tmp_path):
    changes, pattern = REFUSED[case]
    support.write_campaign(tmp_path / FILE, changed(changes))
    done = support.run("run", FILE, cwd=tmp_path)
    assert done.returncode == 2
    assert re.search(pattern, support.messages(done.stderr)[0]), done.stderr
    assert [path.name for path in Path(tmp_path).iterdir()] == [FILE]
