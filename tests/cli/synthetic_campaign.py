"""Writes a small campaign folder of made-up but plausible numbers, laid out as docs/formats.md says.

The tests of the Python reader and of the report use it; nothing in it comes from a simulation.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np

ALL_PARTS = ("equilibration", "inherent", "dynamics", "labels", "replicas", "features", "evaluation")
MODELS = {"ridge_glassmlp": 0.75, "ridge_cage": 0.85, "glassmlp": 0.7, "energy": 0.3, "density": -0.2}


@dataclass
class Plan:
    """What to make. Times are ascending; `parts` says which stages have run."""

    structures: int = 6
    replicas: int = 4
    counts: tuple[int, ...] = (60, 33, 36)
    dimension: int = 2
    temperature: float = 0.30
    model: str = "KA2D"
    times: tuple[float, ...] = (0.11, 14.14, 1781.79, 20000.0)
    shard_size: int = 4
    seed: int = 7
    parts: tuple[str, ...] = ALL_PARTS
    stopped: dict[tuple[int, int], str] = field(default_factory=dict)  # (structure, replica) -> status

    @property
    def stated_structures(self) -> int | list[str]:
        """The campaign file names the files where structures were imported, else how many were made."""
        if "equilibration" in self.parts:
            return self.structures
        return [f"structure_{s}.npz" for s in range(self.structures)]

    @property
    def particles(self) -> int:
        return sum(self.counts)

    @property
    def names(self) -> list[str]:
        return ["A", "B", "C"][: len(self.counts)]

    @property
    def species(self) -> np.ndarray:
        return np.repeat(np.arange(len(self.counts)), self.counts).astype(np.int32)

    @property
    def box(self) -> np.ndarray:
        return np.full(self.dimension, (self.particles / 1.2) ** (1 / self.dimension))


@dataclass
class Structure:
    """The made-up truth of one structure: positions (N, D), mobility (N,), displacement (T, R, N)."""

    positions: np.ndarray
    image: np.ndarray
    mobility: np.ndarray
    displacement: np.ndarray
    bonds: np.ndarray


def write_campaign(folder: Path, plan: Plan | None = None) -> Plan:
    """The folder, with the parts the plan names; returns the plan."""
    plan = plan or Plan()
    folder.mkdir(parents=True, exist_ok=True)
    _write_settings(folder, plan)
    structures = [_structure(plan, s) for s in range(plan.structures)]
    _write_states(folder, plan, structures)
    if "dynamics" in plan.parts:
        _write_dynamics(folder, plan)
    if "labels" in plan.parts:
        folder.joinpath("split.json").write_text(json.dumps(split_of(plan)), encoding="utf-8")
        _write_labels(folder, plan, structures)
    if "features" in plan.parts:
        _write_features(folder, plan, structures)
    if "evaluation" in plan.parts:
        _write_evaluation(folder, plan, structures)
    return plan


def split_of(plan: Plan) -> dict[str, list[int]]:
    third = plan.structures // 3
    numbers = list(range(plan.structures))
    return {"train": numbers[: -2 * third], "validation": numbers[-2 * third : -third], "test": numbers[-third:]}


def _structure(plan: Plan, number: int) -> Structure:
    rng = np.random.default_rng([plan.seed, number])
    positions = _spread_out(rng, plan)
    field_ = _smooth_field(rng, positions, plan.box)
    mobility = field_ + 0.4 * rng.normal(size=plan.particles)
    shape = (len(plan.times), plan.replicas, plan.particles)
    progress = np.linspace(0, 1, len(plan.times))[:, None, None]
    scale = 0.05 * (20**progress) * np.exp((0.2 + 0.5 * progress) * mobility)
    displacement = scale * rng.rayleigh(0.8, size=shape)
    bonds = np.clip(np.exp(-0.3 * progress**2 * scale) + 0.03 * progress * rng.normal(size=shape), 0, 1)
    return Structure(positions, rng.integers(-2, 3, positions.shape, dtype=np.int32), mobility, displacement, bonds)


def _spread_out(rng: np.random.Generator, plan: Plan) -> np.ndarray:
    """(N, D) positions on a jittered lattice, species mixed."""
    side = int(np.ceil(plan.particles ** (1 / plan.dimension)))
    sites = np.stack(np.meshgrid(*[np.arange(side)] * plan.dimension, indexing="ij"), -1).reshape(-1, plan.dimension)
    chosen = rng.permutation(len(sites))[: plan.particles]
    jittered = (sites[chosen] + 0.5 + 0.12 * rng.normal(size=(plan.particles, plan.dimension))) * plan.box / side
    return jittered % plan.box


def _smooth_field(rng: np.random.Generator, positions: np.ndarray, box: np.ndarray) -> np.ndarray:
    """(N,) a random field of zero mean and unit variance that varies over a few diameters."""
    waves = rng.integers(-4, 5, size=(24, len(box)))
    phases = rng.uniform(0, 2 * np.pi, 24)
    values = np.cos(2 * np.pi * positions @ (waves / box).T + phases).sum(1)
    return (values - values.mean()) / values.std()


def _manifest(file: h5py.File, plan: Plan, kind: str) -> None:
    file.attrs.update(
        kind=kind,
        format_version=1,
        campaign="synthetic",
        campaign_hash="0123456789abcdef",
        seed=plan.seed,
        code_version="0.1.0",
        instruction_set="avx512",
        conventions=f"{plan.model}, quartic, reduced units",
        parent_hash="",
        units="reduced Lennard-Jones",
    )
    file.create_group("run").attrs.update(
        date="2026-11-23T18:00:00Z", host="node01", ranks=2, threads=1, wall_time=12.5
    )


def _write_settings(folder: Path, plan: Plan) -> None:
    folder.joinpath("campaign.toml").write_text(
        f"""[campaign]
name = "synthetic"
seed = {plan.seed}

[system]
model = "{plan.model}"
temperature = {plan.temperature}
structures = {plan.stated_structures}
particles = {list(plan.counts)}
box = {plan.box.tolist()}
smoothing = "quartic"

[replicas]
count = {plan.replicas}
dynamics = "nve"
dt = 0.01
times = {list(plan.times)}
""",
        encoding="utf-8",
    )


def _shards(folder: Path, plan: Plan, kind: str):
    """(open file, structure numbers) of each shard."""
    folder = folder / kind
    folder.mkdir(exist_ok=True)
    for shard, first in enumerate(range(0, plan.structures, plan.shard_size)):
        with h5py.File(folder / f"{kind}_{shard:04d}.h5", "w") as file:
            _manifest(file, plan, kind)
            yield file, range(first, min(first + plan.shard_size, plan.structures))


def _write_states(folder: Path, plan: Plan, structures: list[Structure]) -> None:
    for file, numbers in _shards(folder, plan, "states"):
        file.create_group("h5md").attrs["version"] = [1, 1]
        for s in numbers:
            _write_particles(file, plan, structures[s], s)
            rng = np.random.default_rng([plan.seed, s, 1])
            file.create_group(f"observables/s{s:04d}").attrs.update(
                energy_per_particle=-2.6 + 0.01 * rng.normal(),
                pressure=3.8,
                temperature=plan.temperature,
                origin="equilibrated" if "equilibration" in plan.parts else f"structure_{s}.npz",
                index=s,
            )
            if "inherent" in plan.parts:
                file[f"inherent/s{s:04d}/position"] = (
                    structures[s].positions
                    + structures[s].image * plan.box
                    + 0.02 * rng.normal(size=structures[s].positions.shape)
                )
                file[f"inherent/s{s:04d}"].attrs.update(
                    energy_per_particle=-2.9 + 0.004 * rng.normal(),
                    max_force=float(10 ** rng.uniform(-10.5, -9.1)),
                    force_evaluations=900,
                    iterations=850,
                    stop_reason="converged",
                )
            if "equilibration" in plan.parts:
                _write_equilibration(file, plan, s)


def _write_particles(file: h5py.File, plan: Plan, structure: Structure, s: int) -> None:
    group = file.create_group(f"particles/s{s:04d}")
    group.create_group("box").attrs.update(dimension=plan.dimension, boundary=["periodic"] * plan.dimension)
    group["box/edges/step"], group["box/edges/time"] = [0], [0.0]
    group["box/edges/value"] = np.diag(plan.box)[None]
    for name, values in (("position", structure.positions), ("image", structure.image)):
        group[f"{name}/step"], group[f"{name}/time"], group[f"{name}/value"] = [0], [0.0], values[None]
    group["species"] = plan.species
    group["species"].attrs["names"] = plan.names
    group["id"] = np.arange(plan.particles)


def _write_equilibration(file: h5py.File, plan: Plan, s: int) -> None:
    rng = np.random.default_rng([plan.seed, s, 2])
    progress = np.linspace(100, 20000, 200)
    bath = np.maximum(plan.temperature, 2.0 + (plan.temperature - 2.0) * progress / 1e4)
    group = file.create_group(f"equilibration/s{s:04d}")
    group["progress"], group["temperature"] = progress, bath
    group["energy"] = -2.9 + 0.9 * bath**0.7 + 0.01 * rng.normal(size=200)
    group["pressure"] = 3.0 + 2 * bath
    group["move_names"] = np.array(["displacement", "swap A-C", "swap B-C"], dtype=h5py.string_dtype())
    group["move_acceptance"] = np.array([0.41, 0.021, 0.055]) * (1 + 0.03 * rng.normal(size=3))
    group["move_attempts"] = np.array([2.0e7, 2.6e6, 2.6e6])
    group.attrs.update(method="swap", energy_error=1e-11)


def _write_dynamics(folder: Path, plan: Plan) -> None:
    rng = np.random.default_rng([plan.seed, 3])
    times = np.geomspace(0.05, 2e4, 60)
    tau = plan.times[-1] / 9
    lines = [
        0.82 * np.exp(-((times / (tau * f)) ** 0.6)) + 0.18 * np.exp(-((times / 0.2) ** 2))
        for f in rng.normal(1, 0.1, 5)
    ]
    per_structure = np.clip(lines, 0, 1)
    msd = np.minimum(3 * plan.temperature * times**2, 0.025) + 0.05 * times / tau
    with h5py.File(folder / "dynamics.h5", "w") as file:
        _manifest(file, plan, "dynamics")
        file.attrs.update(tau_alpha=tau, tau_alpha_error=0.04 * tau, q=2 * np.pi)
        file["F_s/times"], file["F_s/steps"] = times, (times / 0.01).astype(np.int64)
        file["F_s/value"], file["F_s/per_structure"] = per_structure.mean(0), per_structure
        file["F_s/error"] = per_structure.std(0, ddof=1) / np.sqrt(5)
        file["msd/times"] = times
        file["msd/value"] = np.stack([msd * f for f in (1.0, 1.6, 1.25)[: len(plan.counts)]], 1)
        file["msd/error"] = 0.05 * file["msd/value"][()]


def _write_labels(folder: Path, plan: Plan, structures: list[Structure]) -> None:
    for file, numbers in _shards(folder, plan, "labels"):
        file.attrs.update(dynamics="nve", dt=0.01, bond_inner=1.4, bond_outer=1.8, species_names=plan.names)
        for s in numbers:
            group, structure = file.create_group(f"s{s:04d}"), structures[s]
            for name, values in (("displacement", structure.displacement), ("bond_breaking", structure.bonds)):
                group[f"labels/{name}"] = values.mean(1)
                group[f"labels/{name}_variance"] = values.var(1, ddof=1)
                if "replicas" in plan.parts:
                    group[f"replicas/{name}"] = values
            if "replicas" in plan.parts:
                status = [plan.stopped.get((s, r), "done") for r in range(plan.replicas)]
                group["replicas/status"] = np.array(status, dtype=h5py.string_dtype())
                group["replicas/energy_drift"] = 2e-6 * np.random.default_rng([plan.seed, s, 4]).normal(
                    size=plan.replicas
                )
            group["times"], group["species"] = np.array(plan.times), plan.species
            group["steps"] = np.round(np.array(plan.times) / 0.01).astype(np.int64)
            group["positions/thermal"] = structure.positions + structure.image * plan.box


def _write_features(folder: Path, plan: Plan, structures: list[Structure]) -> None:
    text = h5py.string_dtype()
    for file, numbers in _shards(folder, plan, "features"):
        for s in numbers:
            rng = np.random.default_rng([plan.seed, s, 5])
            file[f"s{s:04d}/glassmlp/features"] = structures[s].mobility[:, None] + rng.normal(size=(plan.particles, 3))
        file["glassmlp/names"] = np.array(["density L=0", "energy L=0", "energy L=1"], dtype=text)
        file["glassmlp/units"] = np.array(["1", "epsilon", "epsilon"], dtype=text)
        file["glassmlp/radii"] = np.array([np.nan, 2.5, 20.0])


def _write_evaluation(folder: Path, plan: Plan, structures: list[Structure]) -> None:
    """Predictions are the truth with noise; scores are what these predictions really give on A particles."""
    test, results = split_of(plan)["test"], []
    with h5py.File(folder / "evaluation.h5", "w") as file:
        _manifest(file, plan, "evaluation")
        for model, quality in MODELS.items():
            for label in ("displacement", "bond_breaking"):
                predictions = {s: _predict(plan, structures[s], s, label, quality) for s in test}
                for s, values in predictions.items():
                    file[f"s{s:04d}/{model}/{label}"] = values
                results += _scores(plan, structures, predictions, model, label)
    last = plan.times[-1]
    content = {
        "campaign": "synthetic",
        "temperature": plan.temperature,
        "species_scored": "A",
        "split": split_of(plan),
        "tau_alpha": last / 9,
        "tau_alpha_error": 0.04 * last / 9,
        "results": results,
        "comparisons": [
            {
                "model": model,
                "baseline": "energy",
                "label": "displacement",
                "species": "A",
                "time": t,
                "difference": 0.3,
                "error": 0.03,
            }
            for model in ("ridge_glassmlp", "ridge_cage")
            for t in plan.times[-2:]
        ],
    }
    folder.joinpath("evaluation.json").write_text(json.dumps(content, indent=1), encoding="utf-8")


def _truth(structure: Structure, label: str) -> np.ndarray:
    return (structure.displacement if label == "displacement" else structure.bonds).mean(1)


def _predict(plan: Plan, structure: Structure, s: int, label: str, quality: float) -> np.ndarray:
    rng = np.random.default_rng([plan.seed, s, 6, round(100 * abs(quality))])
    truth = _truth(structure, label)
    centred = (truth - truth.mean(1, keepdims=True)) / (truth.std(1, keepdims=True) + 1e-12)
    noise = np.sqrt(1 - quality**2) * rng.normal(size=truth.shape)
    values = truth.mean(1, keepdims=True) + truth.std(1, keepdims=True) * abs(quality) * (quality * centred + noise)
    return np.where(plan.species == 0, values, np.nan)


def _scores(
    plan: Plan, structures: list[Structure], predictions: dict[int, np.ndarray], model: str, label: str
) -> list[dict]:
    scored, rows = plan.species == 0, []
    for k, time in enumerate(plan.times):
        pairs = [(predictions[s][k, scored], _truth(structures[s], label)[k, scored]) for s in predictions]
        predicted, true = (np.concatenate(columns) for columns in zip(*pairs))
        if true.std() == 0:  # no bond has broken yet
            continue
        pooled = float(np.corrcoef(predicted, true)[0, 1])
        single = [np.corrcoef(p, t)[0, 1] for p, t in pairs]
        rows.append(
            {
                "model": model,
                "label": label,
                "species": "A",
                "time": time,
                "pearson_pooled": pooled,
                "error": 0.015,
                "pearson_per_structure": float(np.mean(single)),
                "r2": pooled**2 if "_" in model or "mlp" in model else None,
                "ceiling": 0.96 - 0.02 * k,
            }
        )
    return rows
