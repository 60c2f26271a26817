"""State dicts of torch (.pth) without torch: such a file is a zip of a pickle, `data.pkl`, and the numbers of each tensor,
`data/0`, `data/1`, ... Only tensors, dictionaries and plain values are read: whatever else a pickle may ask for is refused, so
that a file from elsewhere cannot run anything.
"""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np

from .errors import CampaignError

# Names of storages in the pickle, and what one number of theirs is.
STORAGES = {"FloatStorage": "<f4", "DoubleStorage": "<f8", "HalfStorage": "<f2", "LongStorage": "<i8", "IntStorage": "<i4",
            "ShortStorage": "<i2", "CharStorage": "<i1", "ByteStorage": "<u1", "BoolStorage": "?"}


def read_pth(path: Path, inside: str | None = None) -> dict[str, np.ndarray]:
    """The arrays of a state dict by name, in its order; `inside` names the entry of a checkpoint that holds it.

    CampaignError where the file is not a zip of torch's, or holds anything but tensors."""
    content = _unpickle(path)
    if inside is not None:
        if not isinstance(content, dict) or inside not in content:
            raise CampaignError(f"{path}: there is no {inside!r}; there is {_names(content)}")
        content = content[inside]
    if not isinstance(content, dict) or not content or not all(isinstance(v, np.ndarray) for v in content.values()):
        raise CampaignError(f"{path}: not a state dict (names and tensors) but {_names(content)}; "
                            "where a checkpoint holds one, --inside NAME reads it")
    return {str(name): array for name, array in content.items()}


def write_pth(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Writes a file that torch.load reads as an OrderedDict of tensors."""
    storages = {str(dtype): name for name, text in STORAGES.items() for dtype in [np.dtype(text)]}
    arrays = {name: np.asarray(array) for name, array in arrays.items()}
    for name, array in arrays.items():
        if str(array.dtype) not in storages:
            raise CampaignError(f"{path}: {name} has numbers of type {array.dtype}, for which torch has no storage")
    folder = path.stem
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        kinds = [storages[str(array.dtype)] for array in arrays.values()]
        file.writestr(f"{folder}/data.pkl", _pickle(arrays, kinds))
        file.writestr(f"{folder}/byteorder", "little")
        for number, array in enumerate(arrays.values()):
            file.writestr(f"{folder}/data/{number}", np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
        file.writestr(f"{folder}/version", "3\n")


def _names(content: Any) -> str:
    if isinstance(content, dict) and content:
        return "entries " + ", ".join(str(name) for name in list(content)[:8])
    return f"something of type {type(content).__name__}"


# ---- reading ---------------------------------------------------------------------------------------------------------


def _unpickle(path: Path) -> Any:
    if not path.is_file():
        raise CampaignError(f"{path}: there is no such file")
    if not zipfile.is_zipfile(path):
        raise CampaignError(f"{path}: not a zip; torch before 1.6 wrote .pth files in another way: load it with torch and "
                            "torch.save it again")
    try:
        with zipfile.ZipFile(path) as file:
            pickles = [name for name in file.namelist() if name.split("/")[-1] == "data.pkl"]
            if len(pickles) != 1:
                raise CampaignError(f"{path}: a zip, but not of torch.save: it has no data.pkl")
            return _Reader(file, pickles[0][: -len("data.pkl")], path).load()
    except CampaignError:
        raise
    except Exception as error:  # a damaged pickle can end in any of them
        raise CampaignError(f"{path}: damaged ({type(error).__name__}: {error})") from error


class _Storage:
    """Stands for a class such as torch.FloatStorage."""

    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)


class _Reader(pickle.Unpickler):
    def __init__(self, file: zipfile.ZipFile, folder: str, path: Path) -> None:
        super().__init__(io.BytesIO(file.read(folder + "data.pkl")))
        self.file, self.folder, self.path = file, folder, path
        order = folder + "byteorder"
        if order in file.namelist() and file.read(order).strip() != b"little":
            raise CampaignError(f"{path}: written on a big-endian machine, which this reader does not know")

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _parameter
        if module == "torch" and name in STORAGES:
            return _Storage(STORAGES[name])
        raise CampaignError(f"{self.path}: holds {module}.{name}; only state dicts of tensors are read")

    def persistent_load(self, pid: Any) -> np.ndarray:
        kind, storage, key, _, count = pid
        if kind != "storage" or not isinstance(storage, _Storage) or "/" in str(key):
            raise CampaignError(f"{self.path}: a reference that is not to a storage")
        numbers = np.frombuffer(self.file.read(f"{self.folder}data/{key}"), storage.dtype)
        if numbers.size != count:
            raise CampaignError(f"{self.path}: storage {key} has {numbers.size} numbers, should have {count}")
        return numbers


def _tensor(storage: np.ndarray, offset: int, shape: tuple, stride: tuple, *_: Any) -> np.ndarray:
    """A copy of the part of a storage that a tensor shows; ValueError where it reaches beyond it."""
    last = offset + sum((n - 1) * step for n, step in zip(shape, stride))
    empty = 0 in shape
    if len(shape) != len(stride) or min((offset, *shape, *stride)) < 0 or (not empty and last >= storage.size):
        raise ValueError("a tensor reaches beyond its storage")
    if empty:
        return np.empty(shape, storage.dtype)
    steps = [step * storage.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(storage[offset:], shape, steps).copy()


def _parameter(tensor: np.ndarray, *_: Any) -> np.ndarray:
    return tensor


# ---- writing: the pickle by its opcodes, since the functions that it names are torch's ---------------------------------


def _pickle(arrays: dict[str, np.ndarray], kinds: list[str]) -> bytes:
    entries = [_text(name) + _tensor_code(number, kind, array)
               for number, (kind, (name, array)) in enumerate(zip(kinds, arrays.items()))]
    return b"\x80\x02" + _EMPTY + b"(" + b"".join(entries) + b"u."


_EMPTY = b"ccollections\nOrderedDict\n)R"


def _tensor_code(number: int, kind: str, array: np.ndarray) -> bytes:
    """_rebuild_tensor_v2(storage, 0, shape, stride, requires_grad = False, hooks = {})"""
    storage = b"(" + _text("storage") + b"ctorch\n" + kind.encode() + b"\n" + _text(str(number)) + _text("cpu") + _whole(array.size) + b"tQ"
    stride = [int(np.prod(array.shape[axis + 1:], dtype=np.int64)) for axis in range(array.ndim)]
    return (b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + _whole(0) + _wholes(array.shape) + _wholes(stride)
            + b"\x89" + _EMPTY + b"tR")


def _text(text: str) -> bytes:
    encoded = text.encode("utf-8")
    return b"X" + struct.pack("<I", len(encoded)) + encoded


def _whole(value: int) -> bytes:
    return b"J" + struct.pack("<i", value)


def _wholes(values: Any) -> bytes:
    return b"(" + b"".join(_whole(int(value)) for value in values) + b"t"
