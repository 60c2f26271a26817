#!/usr/bin/env python3
"""DeepMind's pickled glass structures (Bapst et al., Nature Physics 2020) as npz files for `glassforge import --format deepmind`.

    python3 python/deepmind_to_npz.py train/*.pickle --out npz

Members keep their names. A pickle can run code when it is loaded; here only NumPy's arrays, scalars and types and plain Python
values are allowed, anything else is refused. Texts and numbers of the metadata become one text member in JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
from pathlib import Path

import numpy as np

ARRAYS = (
    "positions",
    "types",
    "box",
    "time",
    "time_indices",
    "trajectory_start_velocities",
    "trajectory_target_positions",
)
NEEDED = ("positions", "types", "box", "time", "trajectory_target_positions")

# What a pickle of arrays names. NumPy moved numpy.core to numpy._core, so both stand here.
_ALLOWED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    *((f"numpy.{core}.multiarray", name) for core in ("core", "_core") for name in ("_reconstruct", "scalar")),
    *((f"numpy.{core}.numeric", "_frombuffer") for core in ("core", "_core")),
    ("_codecs", "encode"),
    ("collections", "OrderedDict"),
}


class RefusedPickle(Exception):
    """The pickle asks for something that is neither an array nor a plain value."""


class _ArraysOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str):
        if (module, name) not in _ALLOWED:
            raise RefusedPickle(f"it asks for {module}.{name}, which is no array")
        return super().find_class(module, name)


def load(path: Path) -> dict:
    """The content of a pickle, arrays and plain values only. RefusedPickle where it is anything else."""
    with open(path, "rb") as file:
        try:
            content = _ArraysOnly(file, encoding="latin1").load()
        except RefusedPickle:
            raise
        except Exception as error:  # a damaged pickle raises nearly anything
            raise RefusedPickle(f"it cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise RefusedPickle(f"it holds a {type(content).__name__}, not a dictionary")
    missing = [name for name in NEEDED if name not in content]
    if missing:
        raise RefusedPickle(f"it lacks {', '.join(missing)}")
    return content


def members(content: dict) -> dict[str, np.ndarray]:
    """The arrays of the npz: integers as int64, everything else as float64."""
    arrays = {}
    for name in ARRAYS:
        if name not in content:
            continue
        value = np.asarray(content[name])
        if value.dtype.kind not in "iuf":
            raise RefusedPickle(f"{name} is of type {value.dtype}, not numbers of one shape")
        arrays[name] = value.astype(np.int64 if value.dtype.kind in "iu" else np.float64)
    if "metadata" in content:
        arrays["metadata"] = np.array(json.dumps(_plain(content["metadata"]), sort_keys=True))
    return arrays


def _plain(value):
    """Metadata as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return value.decode("latin1") if isinstance(value, bytes) else value


def convert(source: Path, folder: Path) -> Path:
    """Writes folder/<name>.npz, whole or not at all, and returns its path."""
    target = folder / (source.stem + ".npz")
    temporary = folder / f".{source.stem}.{os.getpid()}.npz"
    try:
        np.savez(temporary, **members(load(source)))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return target


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("files", nargs="+", type=Path, help="pickles, one structure each")
    parser.add_argument("--out", type=Path, required=True, help="folder of the npz files")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for source in options.files:
        try:
            print(convert(source, options.out))
        except (RefusedPickle, OSError) as error:
            print(f"deepmind_to_npz: {source}: {error}", file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
