"""Made-up structures in the forms that published sets have: jittered lattices with end frames of random displacements."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np

PROGRAM = os.environ.get("GLASSFORGE_BIN") or str(Path(__file__).resolve().parents[2] / "build/release/glassforge")


def glassforge(*words, cwd=None, check=True, ranks=1):
    """Runs the program, on several ranks by mpirun; with `check`, it must succeed."""
    launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)] if ranks > 1 else []
    done = subprocess.run([*launcher, PROGRAM, *map(str, words)], cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    if check:
        assert done.returncode == 0, done.stderr
    return done


def answer(*words, cwd=None):
    """The JSON object a command prints."""
    return json.loads(glassforge(*words, "--json", cwd=cwd).stdout)


def refusal(*words, cwd=None, code=None):
    """The one message of a command that must fail."""
    done = glassforge(*words, cwd=cwd, check=False)
    assert done.returncode not in (0, 75), done.stdout
    if code is not None:
        assert done.returncode == code, done.stderr
    lines = [line for line in done.stderr.strip().splitlines() if "Kokkos" not in line]
    assert len(lines) == 1 and lines[0].startswith("glassforge: "), done.stderr
    return lines[0]


@dataclass
class Made:
    """One structure: species from 0, positions (N, 2) in [0, L), end frames (T, R, N, 2) unwrapped."""

    species: np.ndarray
    box: float
    start: np.ndarray
    frames: np.ndarray

    @property
    def displacement(self):
        """(T, N) mean over replicas."""
        return np.sqrt(((self.frames - self.start) ** 2).sum(-1)).mean(1)


COUNTS = (600, 330, 360)
BOX = 32.8962


def make_structure(number: int, times: int = 2, replicas: int = 4) -> Made:
    """A KA2D structure: particles on a jittered square lattice, mobility that varies in space."""
    rng = np.random.default_rng([5, number])
    side = 36
    sites = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), -1).reshape(-1, 2)
    chosen = rng.permutation(len(sites))[: sum(COUNTS)]
    start = ((sites[chosen] + 0.5 + 0.05 * rng.uniform(-1, 1, (sum(COUNTS), 2))) * BOX / side) % BOX
    mobility = 1 + 0.5 * np.sin(2 * np.pi * start[:, 0] / BOX)
    scale = 0.1 * 4.0 ** np.arange(times)[:, None, None, None] * mobility[None, None, :, None]
    species = rng.permutation(np.repeat(np.arange(3), COUNTS))
    frames = start + scale * rng.normal(size=(times, replicas, sum(COUNTS), 2))
    return Made(species, BOX, start, frames)


def write_glassbench(folder: Path, number: int, made: Made, codes=(15, 25), temperature="0.23"):
    """One file a time, as the T = 0.23 set: unwrapped, types from 1."""
    folder.mkdir(parents=True, exist_ok=True)
    for frames, code in zip(made.frames, codes):
        np.savez(folder / f"N1290T{temperature}_{number}_tc{code:02d}.npz", box=np.float64(made.box),
                 types=made.species.astype(np.int64) + 1, initial_positions=made.start, positions=frames)


def write_xyz(path: Path, made: Made):
    rows = [f"{'ABC'[s]} {x:.17g} {y:.17g} 0" for s, (x, y) in zip(made.species, made.start)]
    path.write_text(f'{len(rows)}\nLattice="{BOX} 0 0 0 {BOX} 0 0 0 1" Properties=species:S:1:pos:R:3 pbc="T T F"\n'
                    + "\n".join(rows) + "\n", encoding="utf-8")


def reference_pair_energy(made: Made) -> float:
    """Energy per particle with the KA2D potential, by brute force."""
    sigma = np.array([[1, 0.8, 0.9], [0.8, 0.88, 0.8], [0.9, 0.8, 0.94]])
    epsilon = np.array([[1, 1.5, 0.75], [1.5, 0.5, 1.5], [0.75, 1.5, 0.75]])
    c = 2.5
    u, f, g = c**-12 - c**-6, -12 * c**-13 + 6 * c**-7, 156 * c**-14 - 42 * c**-8
    c4 = (f / c - g) / (8 * c * c)
    c2 = -(f / c + 4 * c4 * c * c) / 2
    c0 = -(u + c2 * c * c + c4 * c**4)
    d = made.start[:, None] - made.start[None]
    d -= BOX * np.round(d / BOX)
    r2 = (d**2).sum(-1)
    pairs = np.triu(np.ones_like(r2, bool), 1)
    x2 = r2 / sigma[made.species[:, None], made.species[None]] ** 2
    near = pairs & (x2 < c * c)
    e, x2 = epsilon[made.species[:, None], made.species[None]][near], x2[near]
    return float((4 * e * (x2**-6 - x2**-3 + c0 + c2 * x2 + c4 * x2 * x2)).sum() / len(made.start))
