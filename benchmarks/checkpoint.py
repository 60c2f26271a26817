#!/usr/bin/env python3
"""How long a checkpoint of 32 replicas of KA (N = 4096) takes to reach the disk, beside `dd conv=fsync` of as many bytes in the
same folder, in turn; medians of wall times.

    cmake --build --preset release --target benchmarks
    benchmarks/checkpoint.py [--folder DIR] [--repeats 20]
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "build/release/glassforge_benchmarks"


def checkpoint(folder):
    """(seconds, bytes) of one checkpoint; the first of a process, as in a run where they lie minutes apart."""
    done = subprocess.run([PROGRAM, "--benchmark_filter=checkpoint/write/KA/32", "--benchmark_format=json"], check=True,
                          capture_output=True, text=True, env={**os.environ, "GLASSFORGE_BENCH_FOLDER": str(folder)})
    entry = json.loads(done.stdout[done.stdout.index("{"):])["benchmarks"][0]
    return entry["real_time"] / 1e3, int(entry["bytes"])


def dd(folder, size):
    """Seconds for as many bytes from memory by dd, which flushes them to disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
        source = Path(memory) / "source"
        source.write_bytes(os.urandom(size))
        target = folder / "dd.tmp"
        start = time.perf_counter()
        subprocess.run(["dd", f"if={source}", f"of={target}", "bs=1M", "conv=fsync", "status=none"], check=True)
        spent = time.perf_counter() - start
        target.unlink()
        return spent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--repeats", type=int, default=20)
    options = parser.parse_args()
    ours, theirs, size = [], [], 0
    for _ in range(options.repeats):
        seconds, size = checkpoint(options.folder)
        ours.append(seconds)
        theirs.append(dd(options.folder, size))
    for name, times in (("checkpoint", ours), ("dd conv=fsync", theirs)):
        median = statistics.median(times)
        print(f"{name:14s} {size / 1e6:.1f} MB  median {median:.3f} s ({min(times):.3f} to {max(times):.3f})  "
              f"{size / 1e6 / median:.0f} MB/s")


if __name__ == "__main__":
    main()
