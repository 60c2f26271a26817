"""A campaign that is ended at random instants, in every way there is, with another number of ranks each time: the same command
continues, and in the end there are the bits of a run that was left alone."""

import os
import random
import signal
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
import support  # noqa: E402  (it lies with the other tests of the program)

# Some seconds over every stage, in many tasks of each kind; checkpoints wherever a task can be stopped.
CAMPAIGN = support.campaign({"equilibrate.sweeps": 4000, "replicas.times": {"tau_alpha": [0.1, 0.5, 10]},
                             "replicas.pack": 2, "cage.make": True, "cage.sweeps": 400, "labels.pairs": True})
# Replica exchange, whose tasks belong to several ranks.
TEMPERING = support.campaign({
    "equilibrate.sweeps": None, "equilibrate.method": "tempering", "equilibrate.levels": 3, "equilibrate.time": 10,
    "equilibrate.exchange_time": 0.5, "replicas.times": [1, 5, 20], "replicas.pack": 4, "dynamics.structures": 0})
CAMPAIGNS = {"swap": CAMPAIGN, "tempering": TEMPERING}
RUN = ("run", "c.toml", "--stage", "evaluate")
OFTEN = ("--checkpoint", "0")
WAYS = ("kill all", "kill one rank", "kill while writing", "TERM", "USR1", "USR1 to one rank", "wall time")
PATIENCE = 60  # seconds for a run that was asked to stop


def ranks_of(process):
    """Process ids of the program itself, without mpirun."""
    return [one for one in support.processes_of_session(process.pid) if one != process.pid] or [process.pid]


def send(number, ids):
    for one in ids:
        try:
            os.kill(one, number)
        except ProcessLookupError:
            pass


def wait_for_writing(folder, process, seconds):
    """Until some file is being written, or time is over: the file has its temporary name then."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit and process.poll() is None:
        try:
            if any(folder.rglob(".*.tmp")):
                return
        except FileNotFoundError:  # a folder was removed while it was looked through
            continue


def end(process, way, folder, chance):
    """Ends a running program in this way; whether it was still running then."""
    if way == "kill while writing":
        wait_for_writing(folder, process, 3)
    running = process.poll() is None
    if way == "kill one rank":
        send(signal.SIGKILL, [chance.choice(ranks_of(process))])
    elif way == "TERM":
        send(signal.SIGTERM, [process.pid])
    elif way == "USR1":
        send(signal.SIGUSR1, [process.pid])
    elif way == "USR1 to one rank":
        send(signal.SIGUSR1, [chance.choice(ranks_of(process))])
    if way.startswith("kill") and way != "kill one rank":
        support.kill(process)
        return running
    try:
        process.communicate(timeout=PATIENCE)
    except Exception as error:
        support.kill(process)
        raise AssertionError(f"{way}: still running after {PATIENCE} s") from error
    return running


def killed_runs(folder, whole_run, kills, seed):
    """Starts the campaign and ends it after a random share of the time a whole run takes, until that has happened `kills`
    times. Returns in which ways, and the exit codes of the runs that could end themselves."""
    chance = random.Random(seed)
    ended, codes = [], []
    starts = 0
    while len(ended) < kills:
        starts += 1
        assert starts < 4 * kills + 20, f"only {len(ended)} of {starts} runs were still running when they were to be ended"
        way = chance.choice(WAYS)
        ranks = chance.choice((None, 1, 2, 3, 4))
        if way == "kill one rank" and ranks is None:
            ranks = 2
        limit = ("--walltime", f"{0.3 + chance.random() * 0.5 * whole_run:.2f}s") if way == "wall time" else ()
        process = support.start(*RUN, *OFTEN, *limit, ranks=ranks, cwd=folder)
        if way != "wall time":
            time.sleep(0.3 + chance.random() * 0.4 * whole_run)  # MPI takes 0.3 s to start
        running = end(process, way, folder, chance)
        if running and process.returncode != 0:
            ended.append(way)
        if running and way in ("USR1", "wall time"):
            codes.append(process.returncode)
        if process.returncode == 0:  # it was finished: the next kills have nothing to hit, so begin anew
            for path in sorted((folder / "small").rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
    return ended, codes


MORE = [pytest.param("swap", 60, 1, marks=pytest.mark.long), pytest.param("tempering", 40, 2, marks=pytest.mark.long)]


@pytest.mark.parametrize(("which", "kills", "seed"), [("swap", 14, 20261122), ("tempering", 6, 20261123), *MORE])
def test_ended_at_random_instants(which, kills, seed, tmp_path):
    for name in ("whole", "killed"):
        support.write_campaign(tmp_path / name / "c.toml", CAMPAIGNS[which])
    start = time.monotonic()
    support.succeed(*RUN, cwd=tmp_path / "whole")
    whole_run = time.monotonic() - start
    ended, codes = killed_runs(tmp_path / "killed", whole_run, kills, seed)
    print(f"{which}: a whole run takes {whole_run:.1f} s; ended: " + ", ".join(f"{way} x {ended.count(way)}" for way in WAYS))
    # A signal that comes while libraries are loaded, before the first line of the program, ends it: 138 of mpirun, -10 alone.
    assert set(codes) <= {support.STOPPED, 0, 128 + signal.SIGUSR1, -signal.SIGUSR1}
    assert codes.count(support.STOPPED) >= 0.8 * len(codes), codes
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
