"""Weights of graph networks between our model files, npz, and state dicts of torch (.pth):

    /usr/bin/python3 -m glassforge.weights model1.pth model1.npz
    /usr/bin/python3 -m glassforge.weights model1.npz model1.pth
    /usr/bin/python3 -m glassforge.weights models/botan.h5 botan.pth --label displacement --time 4120

Names are those of the state dict ("network.edge_model.mlp.fc1.weight"); weights are (out, in). torch is not needed.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np

from .errors import CampaignError
from .hdf5 import open_file
from .pth import read_pth, write_pth

ALL_TARGETS = "all"  # the group of a network that learns all labels and times at once


def read_npz(path: Path) -> dict[str, np.ndarray]:
    """All arrays of an npz; CampaignError where it cannot be read."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise CampaignError(f"{path}: cannot be read as npz ({error})") from error


def read_model(path: Path, label: str | None = None, time: float | None = None, network: int = 0) -> dict[str, np.ndarray]:
    """The weights (float32) of one network of a model file of ours: that of a label and time, and of those that differ in
    their seed the one of that number. CampaignError with what there is where the choice is open or not there."""
    with open_file(path, "train") as file:
        model = str(file.attrs.get("model", ""))
        groups = fitted_groups(file)
        if not groups:
            raise CampaignError(f"{path}: model {model} has no graph network")
        chosen = [name for name, (its_label, its_time) in groups.items()
                  if (label is None or its_label in (None, label))
                  and (time is None or its_time is None or np.isclose(its_time, time, rtol=1e-9))]
        if len(chosen) != 1:
            known = "; ".join(name if its_label is None else f"--label {its_label} --time {its_time:g}"
                              for name, (its_label, its_time) in groups.items())
            raise CampaignError(f"{path}: {len(chosen) or 'no'} networks are of that label and time; there are: {known}")
        group = file[chosen[0]]
        if f"seed{network}" not in group:
            raise CampaignError(f"{path}: {chosen[0]} has no network {network}; there are {', '.join(sorted(group))}")
        return arrays_of(group[f"seed{network}"])


def fitted_groups(file: h5py.File) -> dict[str, tuple[str | None, float | None]]:
    """Label and time of each group with networks; None for a network of all labels and times."""
    found: dict[str, tuple[str | None, float | None]] = {}

    def look(name: str, item: h5py.Group | h5py.Dataset) -> None:
        if isinstance(item, h5py.Group) and "targets" in item.attrs and "seed0" in item:
            found[name] = (None, None) if name == ALL_TARGETS else (name.rsplit("/", 1)[0], float(item.attrs["time"]))

    file.visititems(look)
    return found


def arrays_of(group: h5py.Group) -> dict[str, np.ndarray]:
    """What has a name with a dot is a weight; the rest (history, statistics) is of the training."""
    return {name: np.asarray(item[()], dtype=np.float32) for name, item in group.items()
            if isinstance(item, h5py.Dataset) and "." in name}


def read_weights(path: Path, arguments: argparse.Namespace) -> dict[str, np.ndarray]:
    if path.suffix == ".npz":
        return read_npz(path)
    if path.suffix in (".pth", ".pt"):
        return read_pth(path, arguments.inside)
    if path.suffix == ".h5":
        return read_model(path, arguments.label, arguments.time, arguments.network)
    raise CampaignError(f"{path}: weights are read from .pth, .pt, .npz and our model files .h5")


def write_weights(path: Path, arrays: dict[str, np.ndarray]) -> None:
    if path.suffix == ".npz":
        np.savez(path, **arrays)
    elif path.suffix in (".pth", ".pt"):
        write_pth(path, arrays)
    else:
        raise CampaignError(f"{path}: weights are written as .npz, .pth or .pt")


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python3 -m glassforge.weights",
                                     description="Weights of graph networks between model files (.h5), .npz and .pth.")
    parser.add_argument("source", type=Path, help=".pth, .npz or models/NAME.h5")
    parser.add_argument("target", type=Path, help=".npz or .pth")
    parser.add_argument("--label", help="of a model file: displacement or bond_breaking")
    parser.add_argument("--time", type=float, help="of a model file")
    parser.add_argument("--network", type=int, default=0, help="of those that differ in their seed (default 0)")
    parser.add_argument("--inside", help="the entry of a checkpoint (.pth) that holds the state dict")
    arguments = parser.parse_args(words)
    try:
        arrays = read_weights(arguments.source, arguments)
        write_weights(arguments.target, arrays)
    except (CampaignError, OSError) as error:
        print(f"glassforge.weights: {error}", file=sys.stderr)
        return 1
    print(f"{arguments.target}: {len(arrays)} arrays, {sum(a.size for a in arrays.values())} numbers")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
