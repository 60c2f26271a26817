"""Training of networks on graphs that is killed at random instants, with another number of ranks each time, ends with the bits
of a training that was left alone."""

from __future__ import annotations

import random
import shutil
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
import support  # noqa: E402
import test_kill as kill  # noqa: E402  (the ways to end a program)

CAMPAIGN = support.campaign({
    "system.structures": 5, "system.particles": 200, "equilibrate.sweeps": 20, "replicas.count": 2, "replicas.times": [1],
    "dynamics.structures": 0, "dynamics.max_time": None, "labels.pairs": True, "describe.sets": None,
    "train.models": ["botan"], "split.train": 3, "split.validation": 1, "split.test": 1,
    "train.botan": {"networks": 2, "batch": 4, "passes": 14, "pretrain_passes": 5, "validate_every": 6,
                    "optimiser": "soap", "standardised": True, "labels": ["displacement"]}})
RUN = ("run", "c.toml", "--stage", "train")
WAYS = ("kill all", "kill all", "kill while writing", "kill one rank", "USR1", "USR1 to one rank", "wall time")


def prepared(folder):
    """The campaign with its labels, and two copies of it."""
    support.write_campaign(folder / "whole/c.toml", CAMPAIGN)
    support.succeed("run", "c.toml", "--stage", "describe", cwd=folder / "whole")
    shutil.copytree(folder / "whole", folder / "killed")
    return folder / "whole", folder / "killed"


def ended_runs(folder, whole_run, kills, chance):
    """Ends the training until that has happened `kills` times; the ways, and how often it went on from a checkpoint."""
    ended, starts = [], 0
    while len(ended) < kills:
        starts += 1
        assert starts < 4 * kills + 20, f"only {len(ended)} of {starts} runs were still running when they were to be ended"
        way, ranks = chance.choice(WAYS), chance.choice((None, 1, 2, 3, 4))
        if way == "kill one rank" and ranks is None:
            ranks = 2
        wait = 0.3 + chance.random() * 0.5 * whole_run
        limit = ("--walltime", f"{wait:.2f}s") if way == "wall time" else ()
        process = support.start(*RUN, "--checkpoint", "0", *limit, ranks=ranks, cwd=folder)
        if way != "wall time":
            time.sleep(wait)
        running = kill.end(process, way, folder, chance)
        if running and process.returncode != 0:
            ended.append(way)
        if process.returncode == 0:  # it was finished: begin anew
            (folder / "small/models/botan.h5").unlink()
    return ended


@pytest.mark.parametrize(("kills", "seed"), [(6, 3), pytest.param(60, 4, marks=pytest.mark.long)])
def test_killed_at_random_instants(kills, seed, tmp_path):
    whole, killed = prepared(tmp_path)
    start = time.monotonic()
    support.succeed(*RUN, cwd=whole)
    whole_run = time.monotonic() - start
    ended = ended_runs(killed, whole_run, kills, random.Random(seed))
    print(f"a training takes {whole_run:.1f} s; ended: " + ", ".join(f"{way} x {ended.count(way)}" for way in sorted(set(ended))))
    support.succeed(*RUN, ranks=2, cwd=killed)
    support.assert_same(whole / "small", killed / "small")
    assert not list(killed.rglob("*.tmp"))
    assert not (killed / "small/work").exists()
