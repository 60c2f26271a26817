"""Our speed beside LAMMPS's; started by lammps.sh, which says what it is for."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import engines
from tables import write_tables

HERE = Path(__file__).resolve().parent
BOX_3D, BOX_2D = 3, 2
QUIET = 0.95  # idle share of the processors


# ---- configurations -----------------------------------------------------------------------------------------------

STATES = {  # name: words for `glassforge bench md` that make it
    "ka_4096": ["--model", "KA", "--smoothing", "quartic", "--equilibrate", 200],
    "ka_262144": ["--model", "KA", "--smoothing", "quartic", "--particles", 262144, "--equilibrate", 200],
    "ka2d_1290": ["--model", "KA2D", "--equilibrate", 400],
}


def state(lab, name):
    """The file of a configuration at T = 0.5, made once."""
    path = lab.folder / "states" / f"{name}.data"
    if not path.exists():
        lab.tell(f"making {path}")
        path.parent.mkdir(parents=True, exist_ok=True)
        lab.ours("bench", "md", *STATES[name], "--temperature", 0.5, "--steps", 1, "--repeats", 1,
                 "--write-state", path)
    return path


def published(lab, number):
    """Structure `number` of the published KA set as a LAMMPS data file."""
    path = lab.folder / "states" / f"botan_{number}.data"
    found = sorted(Path(os.environ["GLASSFORGE_REFERENCE_DATA"]).glob(f"**/*N4096T0.44_{number}_tc*.npz"))
    if not found:
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    lab.ours("bench", "md", "--model", "KA", "--state", found[0], "--temperature", 0.44, "--steps", 1, "--repeats", 1,
             "--write-state", path)
    return path


# ---- cases: each returns one row of the table, or several ---------------------------------------------------------


def dynamics(lab, title, name, potential, ours, peer):
    """`ours`: words for bench md; `peer`: variables of nve.in."""
    start = state(lab, name)
    model = "KA2D" if name.startswith("ka2d") else "KA"
    words = ["bench", "md", "--model", model, "--state", start, "--temperature", 0.5, "--repeats", 1, *ours]
    variables = {"state": start, "potential": HERE / f"{potential}.in", **peer}
    row = lab.alternate(title, "atom-steps/s", lambda: lab.ours(*words), lambda: lab.lammps("nve.in", variables),
                        engines.rate_of_ours, engines.rate_of_dynamics)
    row["energy_difference"] = None
    if potential in ("ka_table", "ka_force_shift"):  # the same potential: the same energy at the start
        smoothing = ours[ours.index("--smoothing") + 1]
        energy = lab.ours("energy", start, "--model", model, "--smoothing", smoothing)["energy_per_particle"]
        row["energy_difference"] = row["peer_runs"][0]["start_energy"] - energy
    return [row]


def dynamics_3d(lab, title, name, potential, smoothing, steps=(6000, 1500), warm=200, precision="double"):
    ours = ["--smoothing", smoothing, "--dt", 0.005, "--steps", steps[0], "--precision", precision]
    peer = {"dim": BOX_3D, "skin": 0.2, "dt": 0.005, "warm": warm, "steps": steps[1]}
    return dynamics(lab, title, name, potential, ours, peer)


def ka_cut(lab):
    return (dynamics_3d(lab, "MD KA 4096: quartic | lj/cut/opt", "ka_4096", "ka_cut", "quartic")
            + dynamics_3d(lab, "MD KA 4096: force-shift | lj/cut/opt", "ka_4096", "ka_cut", "force-shift"))


def ka_mixed(lab):
    return dynamics_3d(lab, "MD KA 4096: quartic, mixed precision | lj/cut/opt, double", "ka_4096", "ka_cut", "quartic",
                       precision="mixed")


def ka_same(lab):
    return (dynamics_3d(lab, "MD KA 4096: quartic | table spline, same potential", "ka_4096", "ka_table", "quartic")
            + dynamics_3d(lab, "MD KA 4096: force-shift | lj/smooth/linear, same potential", "ka_4096",
                          "ka_force_shift", "force-shift"))


def ka_large(lab):
    return dynamics_3d(lab, "MD KA 262144: quartic | lj/cut/opt", "ka_262144", "ka_cut", "quartic", (200, 100), 50)


def ka2d_cut(lab):
    rows = []
    for skin in (0.6, 1.0):  # the second is LAMMPS's best of a scan from 0.4 to 2
        peer = {"dim": BOX_2D, "skin": skin, "dt": 0.01, "warm": 500, "steps": 20000}
        rows += dynamics(lab, f"MD KA2D 1290: quartic | lj/cut/opt, skin {skin}", "ka2d_1290", "ka2d_cut",
                         ["--dt", 0.01, "--steps", 40000], peer)
    return rows


def quench_from(lab, title, start, smoothing, potential):
    words = ["bench", "quench", "--model", "KA", "--smoothing", smoothing, "--state", start, "--tolerance", 1e-8,
             "--repeats", 1]
    variables = {"state": start, "potential": HERE / f"{potential}.in", "skin": 0.3, "tolerance": 1e-8}
    row = lab.alternate(title, "s", lambda: lab.ours(*words), lambda: lab.lammps("quench.in", variables),
                        engines.seconds_of_ours, engines.seconds_of_quench)
    row["ratio"] = 1 / row["ratio"]
    for side in ("ours", "peer"):
        last = row[f"{side}_runs"][-1]
        row[f"{side}_evaluations"] = last["force_evaluations"]
        row[f"{side}_energy"] = last["energy_per_particle"]
        row[f"{side}_stop"] = last["stop_reason"]
        row[f"{side}_max_force"] = last["max_force"]
    return row


def quench(lab):
    start = state(lab, "ka_4096")
    rows = [quench_from(lab, "quench KA 4096 to 1e-8: quartic | cg on table spline", start, "quartic", "ka_table"),
            quench_from(lab, "quench KA 4096 to 1e-8: force-shift | cg on lj/smooth/linear", start, "force-shift",
                        "ka_force_shift")]
    for number in (1, 2) if os.environ.get("GLASSFORGE_REFERENCE_DATA") else ():
        structure = published(lab, number)
        if structure:
            title = f"quench BOTAN structure {number} to 1e-8: force-shift | cg on lj/smooth/linear"
            rows.append(quench_from(lab, title, structure, "force-shift", "ka_force_shift"))
    return rows


def swap(lab):
    rows = []
    for name, model, dim, potential, types, attempts, skin, sweeps in (
            ("ka2d_1290", "KA2D", BOX_2D, "ka2d_cut", (1, 3), 1000, 0.6, 1000),
            ("ka_4096", "KA", BOX_3D, "ka_cut", (1, 2), 100, 0.2, 300)):
        start = state(lab, name)
        words = ["bench", "swap", "--model", model, "--smoothing", "quartic", "--state", start, "--temperature", 0.5,
                 "--swap-fraction", 1, "--repeats", 1, "--steps", sweeps]
        variables = {"state": start, "dim": dim, "potential": HERE / f"{potential}.in", "skin": skin, "dt": 0.005,
                     "temperature": 0.5, "first": types[0], "second": types[1], "attempts": attempts, "steps": 2}
        count = attempts * variables["steps"]
        title = f"swaps {model} {name.split('_')[1]}: all attempts swaps | fix atom/swap"
        rows.append(lab.alternate(title, "attempts/s",
                                  lambda w=words: lab.ours(*w), lambda v=variables: lab.lammps("swap.in", v),
                                  engines.attempts_of_ours, lambda run, n=count: n / run["modify_seconds"]))
    return rows


def ranks(lab):
    """Two ranks with replicas of their own against one rank, by wall time."""
    words = ["bench", "md", "--model", "KA", "--smoothing", "quartic", "--state", state(lab, "ka_4096"),
             "--temperature", 0.5, "--dt", 0.005, "--replicas", 4, "--steps", 1500, "--repeats", 1]
    row = lab.alternate("MD KA 4096, 4 replicas a rank, by wall time: two ranks | one rank of ours", "atom-steps/s",
                        lambda: lab.ours(*words, ranks=2), lambda: lab.ours(*words, ranks=1),
                        engines.wall_rate_of_ours, engines.wall_rate_of_ours)
    # Per rank, the share of the clock in which it ran: below 1, other programs had the core.
    row["ran"] = [[run["cpu_seconds"][0] / run["wall_seconds"][0] / run["ranks"] for run in row[side]]
                  for side in ("ours_runs", "peer_runs")]
    # How much slower a core is beside a busy one: free of what other programs take.
    row["cpu_ratio"] = (median(map(engines.rate_of_ours, row["ours_runs"]))
                        / median(map(engines.rate_of_ours, row["peer_runs"])))
    return [row]


CASES = {
    "ka_cut": (ka_cut, "KA 4096, both smoothings, beside lj/cut/opt"),
    "ka_same": (ka_same, "KA 4096 beside the same potential in LAMMPS"),
    "ka_mixed": (ka_mixed, "KA 4096 in mixed precision beside lj/cut/opt in double"),
    "ka_large": (ka_large, "KA 262144 beside lj/cut/opt"),
    "ka2d_cut": (ka2d_cut, "KA2D 1290 beside lj/cut/opt"),
    "quench": (quench, "inherent states to 1e-8, of ours and of published structures"),
    "swap": (swap, "swap attempts beside fix atom/swap"),
    "ranks": (ranks, "two of our ranks beside one"),
}


# ---- running and printing -----------------------------------------------------------------------------------------


def idle_share(seconds=1.0):
    """Share of the processors' time in which nothing ran."""
    def look():
        ticks = [int(n) for n in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]]
        return ticks[3] + ticks[4], sum(ticks)
    idle, total = look()
    time.sleep(seconds)
    idle_now, total_now = look()
    return (idle_now - idle) / max(1, total_now - total)


class Lab:
    """Where the two programs run in turn."""

    def __init__(self, arguments):
        self.folder = Path(arguments.out)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.program, self.lmp, self.rounds = arguments.program, arguments.lmp, arguments.rounds
        self.patience = arguments.patience
        write_tables(self.folder / "ka.table")

    @staticmethod
    def tell(text):
        print(text, file=sys.stderr, flush=True)

    def wait_for_quiet(self):
        """Until other programs leave the processors alone, but no longer than asked for."""
        until = time.monotonic() + self.patience
        while self.patience > 0 and idle_share() < QUIET and time.monotonic() < until:
            pass

    def ours(self, *words, ranks=1):
        return engines.run_ours(self.program, words, ranks)

    def lammps(self, script, variables):
        return engines.run_lammps(self.lmp, HERE / script, variables, self.folder)

    def alternate(self, title, unit, ours, peer, of_ours, of_peer):
        """One row: both run in turn, `rounds` times each; the load is looked at before every pair."""
        self.tell(title)
        row = {"case": title, "unit": unit, "ours_runs": [], "peer_runs": [], "load": []}
        for _ in range(self.rounds):
            self.wait_for_quiet()
            row["load"].append(os.getloadavg()[0])
            row["ours_runs"].append(ours())
            row["peer_runs"].append(peer())
        row["load"].append(os.getloadavg()[0])
        row["ours"] = [of_ours(run) for run in row["ours_runs"]]
        row["peer"] = [of_peer(run) for run in row["peer_runs"]]
        row["ratio"] = median(row["ours"]) / median(row["peer"])
        row["heavy_load"] = max(row["load"]) > len(os.sched_getaffinity(0))
        return row


def spread(values):
    return f"{median(values):.3g} ({min(values):.3g}-{max(values):.3g})"


def print_table(rows):
    print("| case: ours beside LAMMPS's | unit | ours, median (range) | LAMMPS | ratio | load |")
    print("| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        mark = " HEAVY" if row["heavy_load"] else ""
        load = f"{min(row['load']):.1f}-{max(row['load']):.1f}{mark}"
        print(f"| {row['case'].replace(' | ', ' beside ')} | {row['unit']} | {spread(row['ours'])} | "
              f"{spread(row['peer'])} | {row['ratio']:.2f} | {load} |")
    for row in rows:
        if "ours_evaluations" in row:
            print(f"\n{row['case']}\n  force evaluations {row['ours_evaluations']} | {row['peer_evaluations']};"
                  f" energy per particle {row['ours_energy']:.10f} | {row['peer_energy']:.10f};"
                  f" largest force {row['ours_max_force']:.2g} | {row['peer_max_force']:.2g};"
                  f" {row['ours_stop']} | {row['peer_stop']}")
        if "cpu_ratio" in row:
            print(f"\n{row['case']}\n  per second of CPU time the ratio is {row['cpu_ratio']:.3f};"
                  f" share of the clock in which the ranks ran:"
                  f" two {median(row['ran'][0]):.2f}, one {median(row['ran'][1]):.2f} (median)")
        if row.get("energy_difference") is not None:
            print(f"\n{row['case']}\n  energy per particle of the start:"
                  f" LAMMPS minus ours {row['energy_difference']:.2g}")


def parse(words):
    cases = "; ".join(f"{name} ({what})" for name, (_, what) in CASES.items())
    what = "Our speed beside LAMMPS's: medians, ratios (above 1: we are faster)"
    parser = argparse.ArgumentParser(prog="lammps.sh", description=what, epilog=f"cases: {cases}")
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--lmp", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5, help="runs of each program a case, in turn (default 5)")
    parser.add_argument("--patience", type=float, default=0,
                        help="seconds to wait before each round for other programs to be still (default 0)")
    parser.add_argument("--only", help="cases, separated by commas")
    parser.add_argument("--out", default=str(HERE / "results"), help="folder of results and of the configurations made")
    arguments = parser.parse_args(words)
    arguments.cases = arguments.only.split(",") if arguments.only else list(CASES)
    for name in arguments.cases:
        if name not in CASES:
            parser.error(f"unknown case {name}; known are {', '.join(CASES)}")
    if arguments.rounds < 1:
        parser.error("--rounds must be at least 1")
    return arguments


def main(words):
    arguments = parse(words)
    lab = Lab(arguments)
    rows = []
    for name in arguments.cases:
        rows += CASES[name][0](lab)
        about = {"lammps": engines.lammps_version(lab.lmp), "rounds": lab.rounds, "cores": os.cpu_count(), "rows": rows}
        (lab.folder / "lammps.json").write_text(json.dumps(about, indent=1))
    print(f"LAMMPS {engines.lammps_version(lab.lmp)}, {lab.rounds} rounds in turn, one thread; "
          "load: 1 minute average, ours included")
    print_table(rows)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (engines.RunFailed, subprocess.TimeoutExpired) as error:
        sys.exit(f"lammps.sh: {error}")
