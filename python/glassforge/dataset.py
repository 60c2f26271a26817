"""dataset.h5 of a campaign: everything that models are trained on, in dense arrays over structures."""

from __future__ import annotations

import hashlib
from functools import cached_property
from pathlib import Path

import h5py
import numpy as np

from . import hdf5
from .errors import CampaignError, DamagedError, MissingError


class Dataset:
    """The arrays of one dataset.h5, read when asked for; the file is closed in between.

        dataset = glassforge.open("ka2d_T0.30").dataset()      # or Dataset("ka2d_T0.30/dataset.h5")
        dataset.structures                        # (S,) numbers of the structures, ascending: row k is structure structures[k]
        dataset.times                             # (T,) in reduced Lennard-Jones units
        dataset["species"]                        # (S, N) int, 0-based; names: dataset.attributes["species_names"]
        dataset["positions/inherent"]             # (S, N, D) unwrapped, in the frame of "positions/thermal"; box: dataset["box"] (S, D)
        dataset["labels/displacement"]            # (S, T, N) mean over replicas; ..._variance over replicas, ..._error of the mean
        rows = dataset.split("train")             # rows of the training structures
        x = dataset.features("glassmlp")[rows]    # (rows, N, F), from the files of the stage describe
        y = dataset["labels/displacement"][rows]
        edges, change, variance = dataset.pairs(0)    # (E, 2), (T, E), (T, E): pair targets of row 0

    What a structure lacks is NaN; an array that no structure has is not there. names() lists the arrays; docs/formats.md
    describes each. MissingError where the stage that makes something has not run, DamagedError where the file is damaged.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        with self._open() as file:
            self.attributes = hdf5.attributes(file)
        if self.attributes.get("kind") != "dataset":
            raise CampaignError(f"{self.path}: is not a dataset of glassforge")

    def names(self) -> list[str]:
        """Names of the arrays over structures or pairs."""
        return list(self.attributes["arrays"])

    def axes(self, name: str) -> list[str]:
        """Names of the axes of an array: ["structures", "times", "particles"]."""
        with self._open() as file:
            return [axis.decode() for axis in hdf5.member(file, name).attrs["axes"]]

    def __contains__(self, name: str) -> bool:
        return name in self.attributes["arrays"]

    def __getitem__(self, name: str) -> np.ndarray:
        """A whole array, e.g. dataset["labels/displacement"]."""
        with self._open() as file:
            if name not in file:
                raise MissingError(f"{self.path.name} has no {name}; it has {', '.join(self.names())}", "label")
            return hdf5.read(file, name)

    @cached_property
    def structures(self) -> np.ndarray:
        """(S,) int64: the structure of each row."""
        return self["structures"]

    @cached_property
    def times(self) -> np.ndarray:
        """(T,) times of the labels."""
        return self["times"]

    @cached_property
    def steps(self) -> np.ndarray:
        """(T,) int64: their steps."""
        return self["steps"]

    def split(self, part: str) -> np.ndarray:
        """Rows of "train", "validation" or "test"."""
        return self[f"split/{part}"]

    def pairs(self, row: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Edges (E, 2), mean change of distance (T, E) and its variance over replicas (T, E) of one row."""
        with self._open() as file:
            if "labels/pairs" not in file:
                raise MissingError(f"{self.path.name} has no pair targets (labels.pairs was not asked for)", "label")
            group = file["labels/pairs"]
            begin, end = group["offsets"][row : row + 2]
            return group["edges"][begin:end], group["change"][begin:end].T, group["variance"][begin:end].T

    def feature_sets(self) -> list[str]:
        """Names of the descriptor sets that the campaign asks for."""
        with self._open() as file:
            return sorted(file["feature_sets"]) if "feature_sets" in file else []

    def features(self, descriptor_set: str) -> np.ndarray:
        """(S, N, F): a descriptor set of all rows, read through the links to the feature files."""
        return np.stack([self._linked(row, "features", "describe", f"{descriptor_set}/features")
                         for row in range(len(self.structures))])

    def replicas(self, row: int, label: str = "displacement") -> np.ndarray:
        """(T, R, N): the values of the replicas of one row, read through the link to the label file."""
        return self._linked(row, "replicas", "label", label)

    def check(self) -> None:
        """DamagedError, naming array and structure, where values do not have their checksum."""
        with self._open() as file:
            for name in self.names():
                values = hdf5.read(file, name)
                rows = self._rows(file, name)
                for number, begin, end, sum_ in zip(self.structures, rows, rows[1:], hdf5.read(file, f"checksum/{name}")):
                    digest = hashlib.sha256(np.ascontiguousarray(values[begin:end]).tobytes()).hexdigest()
                    if int(digest[:16], 16) != int(sum_):
                        raise DamagedError(f"{self.path}: {name} of structure {number} does not have its checksum")

    def _rows(self, file: h5py.File, name: str) -> np.ndarray:
        """(S + 1,) the first row of each structure in an array."""
        if file[name].attrs["axes"][0] == b"pairs":
            return file["labels/pairs/offsets"][()]
        return np.arange(len(self.structures) + 1)

    def _linked(self, row: int, group: str, stage: str, name: str) -> np.ndarray:
        place = f"{group}/s{self.structures[row]:04d}"
        with self._open() as file:
            try:
                return file[place][name][()]
            except (KeyError, OSError) as error:
                raise MissingError(f"{self.path.name}: {place}/{name} leads nowhere", stage) from error

    def _open(self):
        return hdf5.open_file(self.path, "label")
