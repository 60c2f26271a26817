"""Which cage states converge and predict best: Monte Carlo within spheres of several radii, with several numbers of sweeps, of
published structures; and how far the cage positions and those of the inherent state are from the start, beside the propensity.

    GLASSFORGE_BIN=build/release/glassforge GLASSFORGE_REFERENCE_DATA=... GLASSFORGE_RESULTS=docs/results \\
        python3 benchmarks/cage_states/study.py WORK

WORK keeps every run, so that the script continues where it was stopped. About half an hour on one core.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests/support")]
import results  # noqa: E402
from glassforge import Campaign  # noqa: E402

DATA = Path(os.environ["GLASSFORGE_REFERENCE_DATA"])
RADII = (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.6, 1.25)
LONGER = {  # sweeps -> radii
    "KA2D_T0.231": {10000: (0.3, 0.4, 1.25), 30000: (0.3, 0.4, 1.25), 100000: (0.4,)},
    "KA_T0.44": {1000: (0.3, 0.4, 1.25), 3000: (0.3, 0.4, 1.25), 10000: (0.4,)},
}
SEEDS = (1, 2)
BURN_IN = 200


class System:
    """Published structures of one model liquid, and the propensities they are held against."""

    def __init__(self, name, model, temperature, files, dt, sweeps):
        self.name, self.model, self.temperature, self.dt, self.sweeps = name, model, temperature, dt, sweeps
        self.files = [str(DATA / file) for file in files]
        self.times, self.propensity, self.ceiling = [], [], []  # per time; (A particles of all structures); rho_max

    def add(self, time, displacements):
        """`displacements`: per structure (replicas, A particles)."""
        count = displacements[0].shape[0]
        mean = np.concatenate([d.mean(axis=0) for d in displacements])
        noise = np.concatenate([d.var(axis=0, ddof=1) for d in displacements]).mean() / count
        self.times.append(time)
        self.propensity.append(mean)
        self.ceiling.append(float(np.sqrt(max(0.0, 1 - noise / mean.var(ddof=1)))))


KA2D = System("KA2D_T0.231", "KA2D", 0.231, ["glassbench_ka2d_T0.23/N1290T0.23_151_tc05.npz"], 0.01,
              (100, 300, 1000, 3000))
KA = System("KA_T0.44", "KA", 0.44, [f"botan_ka3d_T0.44/isoconfig_N4096T0.44_{k}_tc07.npz" for k in (1, 2)], 0.005,
            (300,))


def campaign(system, work, seed, stage, settings):
    """Runs a campaign over the structures of a system, where that has not been done, and opens it."""
    label = "_".join(f"{key.split('.')[-1]}{value}" for key, value in settings.items())
    folder = work / f"{system.name}_{stage}_seed{seed}_{label}"
    file = work / f"{system.name}.toml"
    files = ", ".join(f'"{name}"' for name in system.files)
    file.write_text(
        f'[campaign]\nname = "{system.name}"\nseed = 0\n[system]\nmodel = "{system.model}"\n'
        f"temperature = {system.temperature}\nstructures = [{files}]\n"
        f"[replicas]\ndt = {system.dt}\ntimes = [0.13]\n[dynamics]\nstructures = 0\n[split]\ntrain = 0\n")
    options = [f"--set={key}={value}" for key, value in {"campaign.seed": seed, **settings}.items()]
    subprocess.run([results.PROGRAM, "run", file, "--stage", stage, "--out", folder, *options], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Campaign(folder)


def of_a_particles(state, positions):
    """(A particles) how far `positions` are from the thermal ones."""
    return np.linalg.norm(positions - state.unwrapped(), axis=1)[state.species == 0]


def pearson(system, distances):
    return [float(np.corrcoef(distances, propensity)[0, 1]) for propensity in system.propensity]


def cage_row(system, work, radius, sweeps, burn_in=BURN_IN, displacement='"auto"', seeds=SEEDS):
    """What one choice of the keys gives, as means over the seeds; and how far two seeds are from each other."""
    settings = {"quench.tolerance": 1, "cage.make": "true", "cage.radius": radius, "cage.sweeps": sweeps,
                "cage.burn_in": burn_in, "cage.displacement": displacement}
    runs = [campaign(system, work, seed, "quench", settings) for seed in seeds]
    states = [[run.state(int(s)) for s in run.structures()] for run in runs]
    distances = [np.concatenate([of_a_particles(state, state.cage) for state in of_seed]) for of_seed in states]
    apart = np.concatenate([(a.cage - b.cage)[a.species == 0].ravel() for a, b in zip(*states)])
    moved = np.concatenate([(s.cage - s.unwrapped())[s.species == 0].ravel() for s in states[0]])
    made = [state.cage_run for of_seed in states for state in of_seed]
    return {
        "system": system.name, "radius": radius, "sweeps": sweeps, "burn_in": burn_in,
        "displacement": displacement.strip('"'),
        "acceptance": float(np.mean([one["acceptance"] for one in made])),
        "step": float(np.mean([one["displacement"] for one in made])),
        "rms_from_start": float(np.sqrt(np.mean(moved**2))),
        "rms_between_seeds": float(np.sqrt(np.mean(apart**2))),
        "pearson_between_seeds": float(np.corrcoef(*distances)[0, 1]),
        "pearson": np.mean([pearson(system, d) for d in distances], axis=0).round(4).tolist(),
    }


def load_ka2d(work):
    for code, time in (("05", 0.1), ("15", 11.64), ("25", 1288.41)):
        data = np.load(KA2D.files[0].replace("tc05", f"tc{code}"))
        moved = np.linalg.norm(data["positions"] - data["initial_positions"], axis=2)
        KA2D.add(time, [moved[:, data["types"] == 1]])


def load_ka(work):
    """Short times by 16 replicas of ours, the last by the 32 published ones."""
    run = campaign(KA, work, 1, "label", {"replicas.times": "[0.13, 1.3, 13]", "replicas.count": 16})
    labels = [run.labels(int(s)) for s in run.labelled_structures()]
    for k, time in enumerate(labels[0].times):
        KA.add(float(time), [one.replicas.displacement[k][:, one.species == 0] for one in labels])
    published = [np.load(name) for name in KA.files]
    moved = [np.linalg.norm(d["positions"] - d["initial_positions"], axis=2) for d in published]
    KA.add(4120.0, [m[:, d["types"] == 0] for m, d in zip(moved, published)])


def study(system, work):
    """Radius against sweeps; in 2D also burn-in and step at one radius."""
    inherent = campaign(system, work, 1, "quench", {})
    distances = np.concatenate([of_a_particles(s, s.inherent) for s in map(inherent.state, inherent.structures().tolist())])
    rows = [cage_row(system, work, radius, sweeps) for sweeps in system.sweeps for radius in RADII]
    rows += [cage_row(system, work, radius, sweeps) for sweeps, radii in LONGER[system.name].items() for radius in radii]
    more = []
    if system is KA2D:
        more += [cage_row(system, work, 0.3, 1000, burn_in) for burn_in in (20, 50, 1000)]
        more += [cage_row(system, work, 0.3, 1000, displacement=str(step)) for step in (0.02, 0.05, 0.08, 0.12)]
    return {"structures": [Path(name).name for name in system.files], "times": system.times,
            "ceiling": np.round(system.ceiling, 4).tolist(), "pearson_inherent": np.round(pearson(system, distances), 4).tolist(),
            "radius_and_sweeps": rows, "burn_in_and_step": more}


def main():
    work = Path(sys.argv[1]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    figures = {}
    for system, load in ((KA2D, load_ka2d), (KA, load_ka)):
        load(work)
        figures[system.name] = study(system, work)
    results.record("cage_states", ["python3 benchmarks/cage_states/study.py WORK"], figures)


if __name__ == "__main__":
    main()
