"""A campaign of 500 structures x 32 replicas of KA2D at its own size, everything but the run times cut down, on 4 ranks of whatever
machine this is: the plan, the sharing out and the status at full size, with memory and files as docs/limits.md promises."""

import json
import sys
import time
from pathlib import Path

import h5py
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
import support  # noqa: E402

pytestmark = pytest.mark.long
STRUCTURES, REPLICAS, SHARD = 500, 32, 16
CAMPAIGN = support.campaign({
    "campaign.name": "full", "system.temperature": 1.0, "system.structures": STRUCTURES, "system.particles": None,
    "equilibrate.sweeps": 4, "equilibrate.samples": 2, "quench.tolerance": 1e-2,
    "replicas.count": REPLICAS, "replicas.times": [0.1], "dynamics.structures": 0, "files.shard_size": SHARD,
    "split.train": 400, "split.validation": 50,
    "split.test": 50})
MEMORY = 400e6  # bytes a rank, docs/limits.md
RANKS = 4


def peak_memory(session):
    """Largest resident size that any process of the session has had, in bytes."""
    peak = 0
    for process in support.processes_of_session(session):
        try:
            lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        peak = max([peak, *(1024 * int(line.split()[1]) for line in lines if line.startswith("VmHWM"))])
    return peak


def files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_500_structures(tmp_path):
    support.write_campaign(tmp_path / "full.toml", CAMPAIGN)
    plan = json.loads(support.succeed("run", "full.toml", "--dry-run", "--ranks", RANKS, "--json", cwd=tmp_path).stdout)
    print(json.dumps(plan)[:2000])
    folder = tmp_path / "full"
    process = support.start("run", "full.toml", "--stage", "label", ranks=RANKS, cwd=tmp_path)
    memory, most = 0, 0
    start = time.monotonic()
    while process.poll() is None:
        memory = max(memory, peak_memory(process.pid))
        most = max(most, len(files(folder)) if folder.exists() else 0)
        time.sleep(0.2)
    print(f"{time.monotonic() - start:.0f} s, peak memory of a rank {memory / 1e6:.0f} MB, at most {most} files")
    assert process.returncode == 0, process.communicate()
    end = files(folder)
    shards = -(-STRUCTURES // SHARD)
    print(f"{len(end)} files at the end, {sum(path.stat().st_size for path in end) / 1e6:.0f} MB")
    assert memory < MEMORY
    assert most <= STRUCTURES + 2 * shards + 3 * RANKS + 12
    assert len(end) <= 2 * shards + 12
    status = support.succeed("status", "full", cwd=tmp_path).stdout
    print(status)
    assert str(STRUCTURES) in status and str(STRUCTURES * REPLICAS) in status
    labelled = 0
    for path in sorted((folder / "labels").glob("*.h5")):
        with h5py.File(path) as file:
            for name in file:
                if name.startswith("s0"):
                    labelled += 1
                    assert file[name]["replicas/displacement"].shape == (1, REPLICAS, 1290)
                    assert set(file[name]["replicas/status"][:]) == {b"done"}
    assert labelled == STRUCTURES
    before = support.content(folder / "states")
    support.succeed("run", "full.toml", "--stage", "label", ranks=2, cwd=tmp_path)  # a no-op
    assert support.content(folder / "states") == before
