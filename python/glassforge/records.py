"""What the reader hands out: plain records of numpy arrays. N particles, D dimensions, T times, R replicas.

Reduced Lennard-Jones units throughout: lengths in sigma_AA, energies in epsilon_AA, times in
sigma_AA (m / epsilon_AA)^(1/2).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from . import hdf5
from .errors import MissingError


@dataclass(frozen=True)
class State:
    """One structure: its thermal configuration and, where they were made, its inherent and its cage state."""

    number: int
    box: np.ndarray  #: (D,) lengths of the periodic box
    positions: np.ndarray  #: (N, D) wrapped into [0, L)
    image: np.ndarray  #: (N, D) int: how many boxes a particle has been wrapped by
    velocities: np.ndarray | None  #: (N, D), where there are any
    species: np.ndarray  #: (N,) int, 0-based
    species_names: list[str]
    inherent: np.ndarray | None  #: (N, D) unwrapped, in the frame of the thermal structure
    quench: dict[str, Any]  #: energy_per_particle, max_force, force_evaluations, iterations, stop_reason; or empty
    observables: dict[str, Any]  #: energy_per_particle, pressure, temperature, origin, index
    basin: dict[str, Any]  #: of a second minimiser: energy_per_particle, max_force, distance, same_basin; or empty
    cage: np.ndarray | None  #: (N, D) mean positions within cages, unwrapped, in the frame of the thermal structure
    cage_run: dict[str, Any]  #: radius, displacement, acceptance, spread, sweeps, burn_in; or empty

    def unwrapped(self) -> np.ndarray:
        """(N, D) positions in the infinite, unwrapped space."""
        return self.positions + self.image * self.box


@dataclass(frozen=True)
class Check:
    """One finding of a certificate, with what it was held against."""

    name: str  #: "F_s", "energy drift", ... (docs/formulas.md)
    value: float
    error: float  #: standard error of the value, 0 where it has none
    limit: float  #: the largest size allowed; an acceptance must lie above it
    passed: bool


@dataclass(frozen=True)
class Equilibration:
    """How one structure was equilibrated: series over K samples and the Monte Carlo moves."""

    method: str  #: "swap", "md", "hybrid", "tempering"
    progress: np.ndarray  #: (K,) sweeps (swap) or MD time (others)
    energy: np.ndarray  #: (K,) potential energy per particle
    pressure: np.ndarray  #: (K,)
    temperature: np.ndarray  #: (K,) of the bath at that moment
    move_names: list[str]
    move_acceptance: np.ndarray  #: (moves,) accepted / attempted
    move_attempts: np.ndarray  #: (moves,)
    energy_error: float  #: |running - full energy| per particle at the end
    preparation: str = ""  #: "hot" or "cold": from which side the temperature was reached; "" in files that do not say
    displacement: float = 0.0  #: standard deviation of displacement moves while sampling; 0 without them
    redos: int = 0  #: how often sampling was continued
    window_begin: float = 0.0  #: progress at which the (last) sampling at constant temperature began
    checks: list[Check] = field(default_factory=list)  #: the certificate; empty where there is none

    @property
    def window(self) -> np.ndarray:
        """(K,) bool: the samples that the certificate is about."""
        return self.progress > self.window_begin

    @property
    def certified(self) -> bool:
        return bool(self.checks) and all(check.passed for check in self.checks)


@dataclass(frozen=True)
class Replicas:
    """The values of single replicas; the large arrays are read from the file each time they are asked for."""

    path: Path
    group: str
    status: list[str]  #: (R) "done", or why the replica was stopped; empty where labels were imported without replicas
    energy_drift: np.ndarray  #: (R,) change of energy per particle over the run

    @property
    def displacement(self) -> np.ndarray:
        """(T, R, N) |r_i(t) - r_i(0)|."""
        return self._read("displacement")

    @property
    def bond_breaking(self) -> np.ndarray:
        """(T, R, N) remaining bonds / bonds at t = 0."""
        return self._read("bond_breaking")

    @property
    def frames(self) -> np.ndarray:
        """(T, R, N, D) unwrapped positions; only with keep_frames = true."""
        return self._read("frames")

    def _read(self, name: str) -> np.ndarray:
        with hdf5.open_file(self.path, "label") as file:
            values = hdf5.read_if_there(file, f"{self.group}/replicas/{name}")
        if values is None:
            raise MissingError(f"{self.path.name} holds no {self.group}/replicas/{name}", "label")
        return values


@dataclass(frozen=True)
class Pairs:
    """Change of the distances of pairs that were neighbours at t = 0 (BOTAN's edge target). E pairs."""

    edges: np.ndarray  #: (E, 2) int, ascending, the smaller number first
    change: np.ndarray  #: (T, E) mean over replicas of r_ij(t) - r_ij(0), minimum image
    variance: np.ndarray  #: (T, E) unbiased variance over replicas
    replicas: np.ndarray  #: (T,) int: how many replicas these are of


@dataclass(frozen=True)
class Labels:
    """The isoconfigurational labels of one structure; those that were not asked for are None."""

    number: int
    times: np.ndarray  #: (T,)
    steps: np.ndarray  #: (T,) int
    species: np.ndarray  #: (N,) int, 0-based
    species_names: list[str]
    displacement: np.ndarray | None  #: (T, N) mean over replicas of |r_i(t) - r_i(0)|
    displacement_variance: np.ndarray | None  #: (T, N) unbiased variance over replicas
    bond_breaking: np.ndarray | None  #: (T, N) mean over replicas of remaining bonds / bonds at t = 0
    bond_breaking_variance: np.ndarray | None  #: (T, N)
    thermal: np.ndarray | None  #: (N, D) unwrapped positions at t = 0
    inherent: np.ndarray | None  #: (N, D) unwrapped
    cage: np.ndarray | None  #: (N, D) unwrapped mean positions within cages
    replicas: Replicas
    settings: dict[str, Any]  #: dynamics, dt, bond_inner, bond_outer, ...
    overlap: np.ndarray | None = None  #: (T, N) share of replicas displaced by less than settings["overlap_distance"]
    displacement_ceiling: np.ndarray | None = None  #: (T, species) rho_max within the structure
    bond_breaking_ceiling: np.ndarray | None = None  #: (T, species)

    @property
    def pairs(self) -> Pairs:
        """The pair labels, read from the file each time they are asked for; MissingError where there are none."""
        names = {key: f"{self.replicas.group}/labels/pairs/{key}" for key in ("edges", "change", "variance")}
        names["replicas"] = f"{self.replicas.group}/replicas/pair_replicas"
        with hdf5.open_file(self.replicas.path, "label") as file:
            if names["edges"] not in file:
                raise MissingError(f"structure {self.number} has no pair labels ([labels] pairs = true makes them)", "label")
            return Pairs(**{key: hdf5.read(file, name) for key, name in names.items()})

    def standard_error(self, label: str) -> np.ndarray:
        """(T, N) standard error of a label: the square root of its variance over replicas / number of replicas."""
        variances = {"displacement": self.displacement_variance, "bond_breaking": self.bond_breaking_variance}
        variance, done = variances.get(label), self.replicas.status.count("done")
        if variance is None or done < 2:
            raise MissingError(f"structure {self.number} has no error of a label '{label}'", "label")
        return np.sqrt(variance / done)

    def ceiling(self, label: str) -> np.ndarray:
        """(T, species) the largest Pearson correlation that noise allows within this structure (rho_max)."""
        values = {"displacement": self.displacement_ceiling, "bond_breaking": self.bond_breaking_ceiling}.get(label)
        if values is None:
            raise MissingError(f"structure {self.number} has no ceiling of a label '{label}'", "label")
        return values

    def of(self, label: str) -> np.ndarray:
        """(T, N) the label by its name, "displacement" or "bond_breaking"."""
        values = {"displacement": self.displacement, "bond_breaking": self.bond_breaking}.get(label)
        if values is None:
            raise MissingError(f"structure {self.number} has no label '{label}'", "label")
        return values


@dataclass(frozen=True)
class Features:
    """One descriptor set of one structure."""

    values: np.ndarray  #: (N, F)
    names: list[str]  #: (F)
    units: list[str]  #: (F)
    radii: np.ndarray  #: (F,) how far each column looks


@dataclass(frozen=True)
class Dynamics:
    """Relaxation of the liquid from short runs. A particles for F_s; S structures were run."""

    times: np.ndarray  #: (T,)
    f_s: np.ndarray  #: (T,) self intermediate scattering function at wave number q
    f_s_error: np.ndarray  #: (T,) standard error over structures
    f_s_per_structure: np.ndarray  #: (S, T)
    msd_times: np.ndarray  #: (T,)
    msd: np.ndarray  #: (T, species) mean square displacement
    msd_error: np.ndarray  #: (T, species)
    tau_alpha: float  #: F_s(tau_alpha) = 1/e; NaN where F_s did not fall so far
    tau_alpha_error: float
    q: float


@dataclass(frozen=True)
class FileRecord:
    """What one HDF5 file says of its origin: the manifest, and the run that wrote it."""

    path: Path
    manifest: dict[str, Any]  #: kind, campaign, campaign_hash, seed, code_version, instruction_set, conventions, ...
    run: dict[str, Any]  #: date, host, ranks, threads, wall time


@dataclass(frozen=True)
class Training:
    """The training of one network on graphs. `history` has a value for each look at the validation part, by column: phase (0
    pretraining on edges, 1 training), passes, loss, validation_loss, pearson, pearson_pooled, pearson_edges, rate."""

    model: str
    targets: list[str]  # "displacement/t3": label and number of the time
    time: float  # NaN where one network learns all times at once
    network: int
    history: dict[str, np.ndarray]
    passes: int  # after which the parameters kept were taken
    pearson: float  # of these on the validation part; NaN without one
