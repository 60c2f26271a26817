"""The campaign folder as one object. Files are opened when something is asked for, and closed again."""

from __future__ import annotations

import json
import re
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from . import hdf5
from .dataset import Dataset
from .errors import CampaignError, DamagedError, MissingError
from .records import Check, Dynamics, Equilibration, Features, FileRecord, Labels, Replicas, State, Training

_STRUCTURE = re.compile(r"s(\d{4,})$")


class Campaign:
    """Everything a campaign folder holds, as numpy arrays. Thin: it computes nothing and keeps nothing open."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise CampaignError(f"{folder}: no such folder")
        if not (self.folder / "campaign.toml").is_file():
            raise CampaignError(f"{folder}: no campaign.toml in it, so it is not a campaign folder")

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The resolved campaign.toml: tables of keys."""
        path = self.folder / "campaign.toml"
        try:
            return tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise DamagedError(f"{path}: cannot be read ({error})") from error

    @property
    def name(self) -> str:
        return str(self.settings.get("campaign", {}).get("name", self.folder.resolve().name))

    def structures(self) -> np.ndarray:
        """(S,) int: the numbers of all structures that have a state, or labels where states are absent."""
        return np.array(sorted(self._state_files or self._label_files), dtype=np.int64)

    def labelled_structures(self) -> np.ndarray:
        """(S,) int: the numbers of the structures that have labels."""
        return np.array(sorted(self._label_files), dtype=np.int64)

    def state(self, number: int) -> State:
        """Thermal configuration, inherent and cage state, and observables of structure `number`."""
        group = _name(number)
        with hdf5.open_file(self._file_of(self._state_files, number, "states", "equilibrate"), "equilibrate") as file:
            particles = f"particles/{group}"
            species = hdf5.member(file, f"{particles}/species")
            positions = _frame(file, f"{particles}/position")
            image = _frame(file, f"{particles}/image")
            return State(
                number=number,
                box=_box(file, f"{particles}/box/edges"),
                positions=positions,
                image=np.zeros(positions.shape, np.int32) if image is None else image,
                velocities=_frame(file, f"{particles}/velocity"),
                species=hdf5.read(file, f"{particles}/species"),
                species_names=list(hdf5.attributes(species).get("names", [])),
                inherent=hdf5.read_if_there(file, f"inherent/{group}/position"),
                quench=_attributes(file, f"inherent/{group}"),
                observables=_attributes(file, f"observables/{group}"),
                basin=_attributes(file, f"basin/{group}"),
                cage=hdf5.read_if_there(file, f"cage/{group}/position"),
                cage_run=_attributes(file, f"cage/{group}"),
            )

    def equilibration(self, number: int) -> Equilibration:
        """The monitored series of structure `number`; MissingError where it was imported."""
        path = self._file_of(self._state_files, number, "states", "equilibrate")
        with hdf5.open_file(path, "equilibrate") as file:
            group = f"equilibration/{_name(number)}"
            if group not in file or "energy" not in file[group]:
                raise MissingError(f"structure {number} has no equilibration series", "equilibrate")
            attributes = hdf5.attributes(file[group])
            moves = hdf5.read_if_there(file, f"{group}/move_names")
            series = {
                key: hdf5.read(file, f"{group}/{key}") for key in ("progress", "energy", "pressure", "temperature")
            }
            return Equilibration(
                method=str(attributes.get("method", "")),
                move_names=[] if moves is None else [str(m) for m in moves],
                move_acceptance=_or_empty(hdf5.read_if_there(file, f"{group}/move_acceptance")),
                move_attempts=_or_empty(hdf5.read_if_there(file, f"{group}/move_attempts")),
                energy_error=float(attributes.get("energy_error", np.nan)),
                preparation=str(attributes.get("preparation", "")),
                displacement=float(attributes.get("displacement", 0)),
                redos=int(attributes.get("redos", 0)),
                window_begin=float(attributes.get("window_begin", 0)),
                checks=_checks(file, f"{group}/certificate"),
                **series,
            )

    def labels(self, number: int) -> Labels:
        """Isoconfigurational labels of structure `number`. Values of single replicas are read when asked for."""
        path = self._file_of(self._label_files, number, "labels", "label")
        with hdf5.open_file(path, "label") as file:
            group = _name(number)
            settings = hdf5.attributes(file)
            status = hdf5.read_if_there(file, f"{group}/replicas/status")
            drift = hdf5.read_if_there(file, f"{group}/replicas/energy_drift")
            means = {
                key: hdf5.read_if_there(file, f"{group}/labels/{key}")
                for key in ("displacement", "displacement_variance", "bond_breaking", "bond_breaking_variance", "overlap",
                            "displacement_ceiling", "bond_breaking_ceiling")
            }
            return Labels(
                number=number,
                times=hdf5.read(file, f"{group}/times"),
                steps=hdf5.read(file, f"{group}/steps"),
                species=hdf5.read(file, f"{group}/species"),
                species_names=list(settings.get("species_names", [])),
                thermal=hdf5.read_if_there(file, f"{group}/positions/thermal"),
                inherent=hdf5.read_if_there(file, f"{group}/positions/inherent"),
                cage=hdf5.read_if_there(file, f"{group}/positions/cage"),
                replicas=Replicas(path, group, [] if status is None else [str(s) for s in status], _or_empty(drift)),
                settings=settings,
                **means,
            )

    def dataset(self) -> Dataset:
        """dataset.h5: states, labels and split of all structures as arrays over structures."""
        return Dataset(self.folder / "dataset.h5")

    def label_dynamics(self) -> dict[str, Any]:
        """What `glassforge dynamics --json` says, as the stage report left it; MissingError where it was not made."""
        path = self.folder / "report" / "dynamics.json"
        if not path.is_file():
            raise MissingError(f"no {path.name} in {path.parent}", "report")
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise DamagedError(f"{path}: cannot be read ({error})") from error

    def feature_sets(self) -> list[str]:
        """Names of the descriptor sets that were computed."""
        names: set[str] = set()
        for path in sorted((self.folder / "features").glob("features_*.h5")):
            with hdf5.open_file(path, "describe") as file:
                names.update(key for key in file if key != "run" and not _STRUCTURE.match(key))
        return sorted(names)

    def features(self, number: int, descriptor_set: str) -> Features:
        """Descriptors of structure `number`, e.g. features(7, "glassmlp")."""
        with hdf5.open_file(self._file_of(self._feature_files, number, "features", "describe"), "describe") as file:
            values = hdf5.read_if_there(file, f"{_name(number)}/{descriptor_set}/features")
            if values is None:
                have = ", ".join(sorted(file[_name(number)])) or "none"
                raise MissingError(
                    f"structure {number} has no descriptor set '{descriptor_set}' (has: {have})", "describe"
                )
            names, units = (hdf5.read(file, f"{descriptor_set}/{key}").tolist() for key in ("names", "units"))
            return Features(values, names, units, hdf5.read(file, f"{descriptor_set}/radii"))

    def dynamics(self) -> Dynamics:
        """F_s(q, t), mean square displacement and tau_alpha from short runs."""
        with hdf5.open_file(self.folder / "dynamics.h5", "launch") as file:
            attributes = hdf5.attributes(file)
            return Dynamics(
                times=hdf5.read(file, "F_s/times"),
                f_s=hdf5.read(file, "F_s/value"),
                f_s_error=hdf5.read(file, "F_s/error"),
                f_s_per_structure=hdf5.read(file, "F_s/per_structure"),
                msd_times=hdf5.read(file, "msd/times"),
                msd=hdf5.read(file, "msd/value"),
                msd_error=hdf5.read(file, "msd/error"),
                tau_alpha=float(attributes.get("tau_alpha", np.nan)),
                tau_alpha_error=float(attributes.get("tau_alpha_error", np.nan)),
                q=float(attributes.get("q", 2 * np.pi)),
            )

    def certificate(self) -> dict[str, Any]:
        """certificate.json as it stands: what the certificates of all structures say together (docs/formats.md)."""
        return self._json("certificate.json", "equilibrate")

    def evaluation(self) -> dict[str, Any]:
        """evaluation.json as it stands: keys temperature, split, results, comparisons, ... (docs/formats.md)."""
        return self._scores("evaluation.json")

    def cross_fit(self) -> dict[str, Any]:
        """crossfit.json as it stands: the same of all structures, each predicted by models that have not seen it."""
        return self._scores("crossfit.json")

    def transfer(self) -> dict[str, Any]:
        """transfer.json as it stands: what `glassforge evaluate` of several campaigns found, this one named first."""
        return self._scores("transfer.json")

    def predictions(self, number: int, model: str, label: str = "displacement", cross_fit: bool = False) -> np.ndarray:
        """(T, N) prediction for test structure `number`, e.g. predictions(7, "ridge_cage"); NaN for species not scored.

        With `cross_fit`, for any structure, by the models of the fold that has not seen it.
        """
        name = "crossfit.h5" if cross_fit else "evaluation.h5"
        with hdf5.open_file(self.folder / name, "evaluate") as file:
            values = hdf5.read_if_there(file, f"{_name(number)}/{model}/{label}")
        if values is None:
            raise MissingError(f"{name} holds no {label} of model '{model}' for structure {number}", "evaluate")
        return values

    def trainings(self) -> list[Training]:
        """How the networks on graphs of this campaign were trained, model by model; empty where there are none."""
        found = []
        for path in sorted((self.folder / "models").glob("*.h5")):
            with hdf5.open_file(path, "train") as file:
                for group in _groups_with_history(file):
                    attributes = hdf5.attributes(file[group])
                    about = hdf5.attributes(file[group].parent)
                    table = hdf5.read(file, f"{group}/history")
                    columns = str(attributes.get("history_columns", "")).split()
                    if table.ndim != 2 or table.shape[1] != len(columns):
                        raise CampaignError(f"{path}: {group}/history does not have the {len(columns)} columns it names")
                    found.append(
                        Training(
                            model=path.stem,
                            targets=str(about.get("targets", "")).split(),
                            time=float(about.get("time", np.nan)),
                            network=int(group.rpartition("seed")[2]),
                            history={name: table[:, k] for k, name in enumerate(columns)},
                            passes=int(attributes.get("passes", 0)),
                            pearson=float(attributes.get("pearson", np.nan)),
                        )
                    )
        return found

    def split(self) -> dict[str, np.ndarray]:
        """Structure numbers of the parts "train", "validation" and "test", from split.json or else evaluation.json."""
        stored = (self.folder / "split.json").is_file()
        parts = self._json("split.json", "label") if stored else self.evaluation().get("split", {})
        return {part: np.array(parts.get(part, []), dtype=np.int64) for part in ("train", "validation", "test")}

    def files(self) -> list[FileRecord]:
        """Manifest and run record of every HDF5 file, in the order of the stages."""
        patterns = ("states/*.h5", "dynamics.h5", "labels/*.h5", "dataset.h5", "features/*.h5", "models/*.h5", "evaluation.h5", "crossfit.h5")
        records = []
        for path in (p for pattern in patterns for p in sorted(self.folder.glob(pattern))):
            with hdf5.open_file(path, "") as file:
                run = hdf5.attributes(file["run"]) if "run" in file else {}
                records.append(FileRecord(path, hdf5.attributes(file), run))
        return records

    def _scores(self, name: str) -> dict[str, Any]:
        """A JSON object of scores."""
        content = self._json(name, "evaluate")
        if not isinstance(content.get("results"), list):
            raise CampaignError(f"{self.folder / name}: holds no list 'results'")
        return content

    def _json(self, name: str, stage: str) -> dict[str, Any]:
        """The JSON object in the file `name`."""
        path = self.folder / name
        if not path.is_file():
            raise MissingError(f"no {name} in {self.folder}", stage)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
            raise DamagedError(f"{path}: cannot be read ({error})") from error
        if not isinstance(content, dict):
            raise CampaignError(f"{path}: is not a JSON object")
        return content

    @cached_property
    def _state_files(self) -> dict[int, Path]:
        return self._index("states/states_*.h5", "particles")

    @cached_property
    def _label_files(self) -> dict[int, Path]:
        return self._index("labels/labels_*.h5", "/")

    @cached_property
    def _feature_files(self) -> dict[int, Path]:
        return self._index("features/features_*.h5", "/")

    def _index(self, pattern: str, group: str) -> dict[int, Path]:
        """Structure number -> the shard that holds it."""
        found: dict[int, Path] = {}
        for path in sorted(self.folder.glob(pattern)):
            with hdf5.open_file(path, "") as file:
                numbers = (_STRUCTURE.match(key) for key in hdf5.member(file, group))
                found.update({int(match.group(1)): path for match in numbers if match})
        return found

    def _file_of(self, index: dict[int, Path], number: int, kind: str, stage: str) -> Path:
        if not index:
            raise MissingError(f"no {kind} in {self.folder}", stage)
        if number not in index:
            raise MissingError(f"structure {number} has no {kind}; those that have: {_ranges(sorted(index))}", stage)
        return index[number]


def _name(number: int) -> str:
    return f"s{number:04d}"


def _groups_with_history(file: h5py.File) -> list[str]:
    names: list[str] = []
    file.visit(lambda name: names.append(name.rpartition("/")[0]) if name.endswith("/history") else None)
    return names


def _checks(file: h5py.File, name: str) -> list[Check]:
    """The table of a certificate; empty where there is none."""
    if name not in file:
        return []
    columns = [hdf5.read(file, f"{name}/{key}").tolist() for key in ("name", "value", "error", "limit", "passed")]
    return [Check(n, value, error, limit, bool(passed)) for n, value, error, limit, passed in zip(*columns)]


def _attributes(file: h5py.File, name: str) -> dict[str, Any]:
    """The attributes of a group, or nothing where there is no such group."""
    return hdf5.attributes(file[name]) if name in file else {}


def _frame(file: h5py.File, name: str) -> np.ndarray | None:
    """(N, D): the one frame of an H5MD element, or None where there is no such element."""
    values = hdf5.read_if_there(file, f"{name}/value")
    return None if values is None else values[0]


def _box(file: h5py.File, name: str) -> np.ndarray:
    """(D,) lengths of the box: H5MD edges as a vector or a matrix, for all frames or for the one there is."""
    edges = _frame(file, name) if isinstance(hdf5.member(file, name), h5py.Group) else hdf5.read(file, name)
    return np.diagonal(edges).copy() if edges.ndim == 2 else edges


def _or_empty(values: np.ndarray | None) -> np.ndarray:
    return np.empty(0) if values is None else values


def _ranges(numbers: list[int]) -> str:
    """Sorted numbers in few words: [0, 1, 2, 5] -> "0-2, 5"."""
    parts: list[list[int]] = []
    for n in numbers:
        if parts and n == parts[-1][1] + 1:
            parts[-1][1] = n
        else:
            parts.append([n, n])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
