"""How often two minimisers end in the same basin: the ten published KA structures at T = 0.44, the published KA2D structure at
T = 0.231, and 20 KA2D structures at T = 0.30 that the program makes itself.

    GLASSFORGE_BIN=build/release/glassforge GLASSFORGE_REFERENCE_DATA=... GLASSFORGE_RESULTS=docs/results \\
        python3 benchmarks/cage_states/basins.py WORK

A few minutes on one core.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/support")]
import results  # noqa: E402
from glassforge import Campaign  # noqa: E402

DATA = Path(os.environ["GLASSFORGE_REFERENCE_DATA"])
SETS = {
    "KA_T0.44_published": ("KA", 0.44, [f"botan_ka3d_T0.44/isoconfig_N4096T0.44_{k}_tc07.npz" for k in range(1, 11)]),
    "KA2D_T0.231_published": ("KA2D", 0.231, ["glassbench_ka2d_T0.23/N1290T0.23_151_tc05.npz"]),
    "KA2D_T0.30_own": ("KA2D", 0.30, 20),
}


def run(work, name, model, temperature, structures):
    given = structures if isinstance(structures, int) else "[" + ", ".join(f'"{DATA / file}"' for file in structures) + "]"
    file = work / f"{name}.toml"
    file.write_text(f'[campaign]\nname = "{name}"\nseed = 20261122\n[system]\nmodel = "{model}"\ntemperature = {temperature}\n'
                    f"structures = {given}\n[equilibrate]\nsweeps = 3000\n[quench]\ncross_check = true\n"
                    "[replicas]\ntimes = [1]\n[split]\ntrain = 0\n")
    subprocess.run([results.PROGRAM, "run", file, "--stage", "quench", "--out", work / name], check=True)
    campaign = Campaign(work / name)
    return [campaign.state(int(number)) for number in campaign.structures()]


def figures(states):
    checks = [(state.basin, state.quench) for state in states]
    n = [len(state.species) for state in states]
    return {
        "structures": len(states),
        "same_basin": sum(bool(basin["same_basin"]) for basin, _ in checks),
        "distance": [float(f"{basin['distance']:.3g}") for basin, _ in checks],
        "energy_difference": [float(f"{(basin['energy_per_particle'] - first['energy_per_particle']) * size:.3g}")
                              for (basin, first), size in zip(checks, n)],
        "energy_per_particle": [round(float(first["energy_per_particle"]), 7) for _, first in checks],
        "energy_per_particle_second": [round(float(basin["energy_per_particle"]), 7) for basin, _ in checks],
        "largest_force": max(max(float(first["max_force"]), float(basin["max_force"])) for basin, first in checks),
    }


def main():
    work = Path(sys.argv[1]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    found = {name: figures(run(work, name, *settings)) for name, settings in SETS.items()}
    results.record("inherent_states", ["python3 benchmarks/cage_states/basins.py WORK"], found)


if __name__ == "__main__":
    main()
