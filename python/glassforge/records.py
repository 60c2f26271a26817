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
    """One structure: its thermal configuration and, where it was quenched, its inherent state."""

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
    replicas: Replicas
    settings: dict[str, Any]  #: dynamics, dt, bond_inner, bond_outer, ...

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
