"""SIGKILL to all ranks at random instants, again and again: the same command ends with the same bits."""

import random
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
import support  # noqa: E402  (it lies with the other tests of the program)

# About two seconds over every stage, in many tasks of each kind.
CAMPAIGN = support.campaign({"equilibrate.sweeps": 4000, "replicas.times": {"tau_alpha": [0.1, 0.5, 10]},
                             "replicas.pack": 2})
RUN = ("run", "c.toml", "--stage", "evaluate")


def killed_runs(folder, whole_run, kills, seed):
    """Starts the campaign, kills it after a random share of the time a whole run takes, and so on. Returns how often it
    was killed in the middle rather than found finished."""
    chance = random.Random(seed)
    in_the_middle = 0
    for _ in range(kills):
        process = support.start(*RUN, ranks=chance.choice((None, 1, 2, 3)), cwd=folder)
        time.sleep(0.3 + chance.random() * 0.5 * whole_run)  # MPI takes 0.3 s to start
        in_the_middle += process.poll() is None
        support.kill(process)
    return in_the_middle


MORE = [pytest.param(12, seed, marks=pytest.mark.long) for seed in range(8)]


@pytest.mark.parametrize(("kills", "seed"), [(6, 20261122), *MORE])
def test_killed_at_random_instants(kills, seed, tmp_path):
    for name in ("whole", "killed"):
        support.write_campaign(tmp_path / name / "c.toml", CAMPAIGN)
    start = time.monotonic()
    support.succeed(*RUN, cwd=tmp_path / "whole")
    whole_run = time.monotonic() - start
    assert killed_runs(tmp_path / "killed", whole_run, kills, seed) >= 2
    support.succeed(*RUN, ranks=2, cwd=tmp_path / "killed")
    support.assert_same(tmp_path / "whole/small", tmp_path / "killed/small")
    assert not list((tmp_path / "killed").rglob("*.tmp"))
    assert not (tmp_path / "killed/small/work").exists()


def leave_temporary_files(folder):
    """What a killed writer leaves: part of a file under a name of its own, beside where it was to go."""
    left = []
    for place in ("states/.states_0000.h5", "work/launch/.s0000_r0000-0001.h5", "models/.DEN.h5", ".campaign.toml"):
        path = folder / f"{place}.node.12345.0x7ffc0.tmp"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\x89HDF half a file")
        left.append(path)
    return left


def test_temporary_files_are_cleaned_up(tmp_path):
    support.write_campaign(tmp_path / "c.toml", support.campaign())
    support.succeed("run", "c.toml", "--stage", "quench", cwd=tmp_path)
    left = leave_temporary_files(tmp_path / "small")
    support.succeed(*RUN, cwd=tmp_path)
    assert not [path for path in left if path.exists()]
    support.succeed(*RUN, "--out", "clean", cwd=tmp_path)
    support.assert_same(tmp_path / "small", tmp_path / "clean")


def test_parts_left_behind_by_a_merge(tmp_path):
    """Killed between writing a shard and removing the parts it was made from: they do no harm and go."""
    support.write_campaign(tmp_path / "c.toml", CAMPAIGN)
    for stage in ("equilibrate", "launch"):
        process = support.start(*RUN, cwd=tmp_path)
        work = tmp_path / "small/work" / stage
        support.wait_until(lambda folder=work: len(list(folder.glob("*.h5"))) > 1, process)
        support.kill(process)
        parts = {path: path.read_bytes() for path in work.glob("*.h5")}
        after = "quench" if stage == "equilibrate" else "label"
        support.succeed("run", "c.toml", "--stage", after, cwd=tmp_path)
        assert not work.exists()
        work.mkdir(parents=True)
        for path, data in parts.items():
            path.write_bytes(data)
    before = support.content(tmp_path / "small")
    support.succeed("run", "c.toml", "--stage", "label", ranks=2, cwd=tmp_path)
    assert not (tmp_path / "small/work").exists()
    support.assert_same({name: before[name] for name in before if not name.startswith("work/")}, tmp_path / "small")
