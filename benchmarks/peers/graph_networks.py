#!/usr/bin/env python3
"""Our training step of graph networks beside the same step in torch and e3nn, on the same structure, in turn, one thread each:
a table of medians and their ratios, and the same as JSON in benchmarks/peers/results, which git ignores.

    python3 -m venv /tmp/torch && /tmp/torch/bin/pip install torch==2.15.0 numpy e3nn==0.6.0
    benchmarks/peers/graph_networks.py --torch /tmp/torch/bin/python STRUCTURE.npz --box 15.05658

Wants a release build. A structure is an npz with positions and types that `glassforge bench --state` reads too. Seconds are of
process CPU time. torch runs with a malloc that keeps its memory (see KEEP): as glibc is set up, it gives back and faults in
gigabytes at every step, which doubles the time; --plain-malloc measures that.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

from compare import spread
from engines import RunFailed, run_ours

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "build/release/glassforge"
KEEP = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "100000000000"}
SCRIPTS = {"botan": ("botan_torch.py", "--network", "botan"), "bapst": ("botan_torch.py", "--network", "bapst"),
           "se3": ("se3_e3nn.py", "--recompute")}


def run_torch(arguments, network):
    script, *words = SCRIPTS[network]
    command = [arguments.torch, HERE / script, arguments.structure, "--steps", arguments.steps, *words]
    if arguments.box is not None:
        command += ["--box", arguments.box]
    environment = os.environ | {"OMP_NUM_THREADS": "1"} | ({} if arguments.plain_malloc else KEEP)
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        raise RunFailed(f"{script} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def run_glassforge(arguments, network):
    words = ["bench", "train", "--model", arguments.model, "--state", arguments.structure, "--network", network,
             "--steps", arguments.steps]
    return run_ours(arguments.program, words)["networks"][0]


def compare(arguments, network):
    """Both in turn, `rounds` times; all that they said, and the ratio of their median seconds a step."""
    row = {"network": network, "ours": [], "peer": [], "load": []}
    for _ in range(arguments.rounds):
        row["load"].append(os.getloadavg()[0])
        row["ours"].append(run_glassforge(arguments, network))
        row["peer"].append(run_torch(arguments, network))
    row["ours_seconds"] = [s for run in row["ours"] for s in run["cpu_seconds"]]
    row["peer_seconds"] = [s for run in row["peer"] for s in run["cpu_seconds_per_step"]]
    row["ratio"] = median(row["peer_seconds"]) / median(row["ours_seconds"])
    for what in ("edges", "parameters"):
        ours, peer = row["ours"][0][what], row["peer"][0][what]
        if ours != peer:
            print(f"{network}: {ours} {what} of ours, {peer} of torch's", file=sys.stderr)
    return row


def memory(runs):
    return max(run["peak_memory_gib"] for run in runs)


def print_table(rows):
    print("| network | edges | parameters | ours, s a step (range) | torch | torch / ours | memory, GiB: ours | torch | load |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        one = row["ours"][0]
        print(f"| {row['network']} | {one['edges']} | {one['parameters']} | {spread(row['ours_seconds'])} | "
              f"{spread(row['peer_seconds'])} | {row['ratio']:.2f} | {memory(row['ours']):.2f} | {memory(row['peer']):.2f} | "
              f"{min(row['load']):.1f}-{max(row['load']):.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("structure", help="npz with positions and types")
    parser.add_argument("--torch", required=True, help="a Python that has torch")
    parser.add_argument("--box", help="length, where the file has none")
    parser.add_argument("--model", default="KA", help="of ours: KA or KA2D")
    parser.add_argument("--network", default="botan,bapst,se3", help="separated by commas")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, in turn")
    parser.add_argument("--steps", type=int, default=3, help="timed in each run")
    parser.add_argument("--plain-malloc", action="store_true", help="torch with glibc's malloc as it is set up")
    parser.add_argument("--program", default=os.environ.get("GLASSFORGE_BIN", str(PROGRAM)))
    parser.add_argument("--out", type=Path, default=HERE / "results")
    arguments = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    rows = []
    try:
        for network in arguments.network.split(","):
            if network not in SCRIPTS:
                parser.error(f"unknown network {network}; known are {', '.join(SCRIPTS)}")
            rows.append(compare(arguments, network))
    except RunFailed as error:
        sys.exit(f"graph_networks.py: {error}")
    finally:
        arguments.out.mkdir(parents=True, exist_ok=True)
        (arguments.out / "graph_networks.json").write_text(json.dumps({"cores": os.cpu_count(), "rows": rows}, indent=1))
    print_table(rows)


if __name__ == "__main__":
    main()
