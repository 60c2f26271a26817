"""Opening and reading HDF5 files with errors that name the file and what is wrong with it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

import h5py
import numpy as np

from .errors import CampaignError, DamagedError, MissingError

FORMAT_VERSION = 1


@contextmanager
def open_file(path: Path, stage: str) -> Iterator[h5py.File]:
    """The file at `path`, open for reading. `stage` is the stage that makes it, named where it is missing."""
    if not path.is_file():
        raise MissingError(f"no {path.name} in {path.parent}", stage)
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise DamagedError(f"{path}: damaged, or not an HDF5 file ({_first_line(error)})") from error
    with file:
        try:
            found = file.attrs.get("format_version", FORMAT_VERSION)
            if int(found) != FORMAT_VERSION:
                raise CampaignError(f"{path}: format version {found}, this reader knows {FORMAT_VERSION}")
            yield file
        except (OSError, RuntimeError, KeyError) as error:  # h5py raises KeyError for an object it cannot open
            raise DamagedError(f"{path}: damaged ({_first_line(error)})") from error


def read(file: h5py.File, name: str) -> np.ndarray:
    """The whole dataset `name`; strings come as str."""
    dataset = member(file, name)
    if not isinstance(dataset, h5py.Dataset):
        raise CampaignError(f"{file.filename}: {name} is not a dataset")
    try:
        if dataset.shape is None:  # a null dataspace
            return np.empty(0)
        if h5py.check_string_dtype(dataset.dtype) is not None:
            return dataset.asstr()[()]
        return dataset[()]
    except (OSError, RuntimeError, ValueError) as error:
        raise DamagedError(f"{file.filename}: dataset {name} cannot be read ({_first_line(error)})") from error


def member(file: h5py.File, name: str) -> h5py.Group | h5py.Dataset:
    """The group or dataset `name`."""
    try:
        return file[name]
    except KeyError as error:
        if name in file:
            raise DamagedError(f"{file.filename}: {name} cannot be read ({_first_line(error)})") from error
        raise CampaignError(f"{file.filename}: {name} is missing") from error


def read_if_there(file: h5py.File, name: str) -> np.ndarray | None:
    """Like `read`, or None where there is no such dataset."""
    return read(file, name) if name in file else None


def attributes(item: h5py.Group | h5py.Dataset) -> dict[str, Any]:
    """All attributes, scalars as Python values and strings as str."""
    return {key: _plain(value) for key, value in item.attrs.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, np.ndarray):
        items = [_plain(v) for v in value.ravel()]
        return items[0] if value.size == 1 and value.ndim == 0 else items
    return value.item() if isinstance(value, np.generic) else value


def _first_line(error: Exception) -> str:
    return str(error.args[0] if error.args else error).splitlines()[0].strip("'\"")
