"""python3 -m glassforge.weights: state dicts of torch, npz and our model files; and what it refuses."""

from __future__ import annotations

import pickle
import sys
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "python"))
from glassforge.errors import CampaignError  # noqa: E402
from glassforge.pth import read_pth, write_pth  # noqa: E402
from glassforge.weights import main, read_model  # noqa: E402

TWO_LAYERS = HERE / "data/two_layers.pth"


def numbers(*shape):
    return (np.arange(np.prod(shape, dtype=int)) / 8).reshape(shape).astype(np.float32)


EXPECTED = {"fc1.weight": numbers(4, 3), "fc1.bias": numbers(6)[:4], "fc2.weight": numbers(4, 2).T, "fc2.bias": numbers(6)[4:]}


def require_equal(found, expected):
    assert list(found) == list(expected)
    for name, array in expected.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape, name
        np.testing.assert_array_equal(found[name], array, name)


def test_a_state_dict_of_torch_is_read_with_its_strides_and_shared_storage():
    require_equal(read_pth(TWO_LAYERS), EXPECTED)


def test_a_checkpoint_needs_the_name_of_its_state_dict():
    checkpoint = HERE / "data/two_layers_checkpoint.pth"
    with pytest.raises(CampaignError, match="entries epoch, model_state_dict.*--inside"):
        read_pth(checkpoint)
    with pytest.raises(CampaignError, match="no 'model'"):
        read_pth(checkpoint, "model")
    found = read_pth(checkpoint, "model_state_dict")
    require_equal({name: found[name] for name in EXPECTED}, EXPECTED)
    assert found["half"].dtype == np.float64 and found["steps"].shape == () and found["steps"] == 7


def test_pth_to_npz_and_back(tmp_path, capsys):
    assert main([str(TWO_LAYERS), str(tmp_path / "w.npz")]) == 0
    assert "4 arrays, 26 numbers" in capsys.readouterr().out
    with np.load(tmp_path / "w.npz") as file:
        require_equal(dict(file), EXPECTED)
    assert main([str(tmp_path / "w.npz"), str(tmp_path / "w.pth")]) == 0
    require_equal(read_pth(tmp_path / "w.pth"), EXPECTED)


def test_torch_reads_what_is_written(tmp_path):
    torch = pytest.importorskip("torch")
    arrays = {**EXPECTED, "double": np.linspace(0, 1, 7), "count": np.array(3), "none": np.zeros((0, 2), np.float32)}
    write_pth(tmp_path / "w.pth", arrays)
    found = torch.load(tmp_path / "w.pth")
    require_equal({name: tensor.numpy() for name, tensor in found.items()}, arrays)


def test_numbers_without_a_storage_are_refused(tmp_path):
    with pytest.raises(CampaignError, match="a has numbers of type complex128"):
        write_pth(tmp_path / "w.pth", {"a": np.zeros(2, complex)})


# ---- model files of ours -----------------------------------------------------------------------------------------------


@pytest.fixture()
def model_file(tmp_path):
    path = tmp_path / "botan.h5"
    with h5py.File(path, "w") as file:
        file.attrs.update(format_version=1, kind="model", model="botan", label="")
        for place, time in enumerate((412.0, 4120.0)):
            group = file.create_group(f"displacement/t{place}")
            group.attrs["targets"], group.attrs["time"] = f"displacement/t{place}", time
            for seed in range(2):
                network = group.create_group(f"seed{seed}")
                network["history"] = np.zeros((3, 4))
                network.create_group("statistics")
                for name, array in EXPECTED.items():
                    network[name] = array.astype(float) + place + 10 * seed
    return path


def test_a_network_of_a_model_file_is_found_by_label_time_and_number(model_file, tmp_path):
    words = ["--label", "displacement", "--time", "4120", "--network", "1"]
    assert main([str(model_file), str(tmp_path / "w.pth"), *words]) == 0
    found = read_pth(tmp_path / "w.pth")
    require_equal({name: found[name] for name in EXPECTED}, {name: a + np.float32(11) for name, a in EXPECTED.items()})
    assert len(found) == len(EXPECTED)


def test_an_open_choice_says_what_there_is(model_file):
    for choice in ({}, {"label": "displacement"}, {"time": 13.0}, {"label": "bond_breaking", "time": 4120.0}):
        with pytest.raises(CampaignError, match="--label displacement --time 412; --label displacement --time 4120"):
            read_model(model_file, **choice)
    with pytest.raises(CampaignError, match="no network 2; there are seed0, seed1"):
        read_model(model_file, time=412.0, network=2)


def test_a_network_of_all_targets_needs_no_choice(tmp_path):
    with h5py.File(tmp_path / "se3.h5", "w") as file:
        file.attrs.update(format_version=1, kind="model", model="se3", label="")
        file.create_group("all").attrs["targets"] = "displacement/t0 displacement/t1"
        file["all/seed0/fc1.weight"] = EXPECTED["fc1.weight"]
    assert list(read_model(tmp_path / "se3.h5")) == ["fc1.weight"]
    with h5py.File(tmp_path / "ridge.h5", "w") as file:
        file.attrs.update(format_version=1, kind="model", model="ridge_x", label="")
    with pytest.raises(CampaignError, match="model ridge_x has no graph network"):
        read_model(tmp_path / "ridge.h5")


# ---- what is refused ---------------------------------------------------------------------------------------------------


class Harmful:
    def __reduce__(self):
        return print, ("harm",)


def test_a_pickle_that_asks_for_anything_else_is_refused(tmp_path, capsys):
    path = tmp_path / "evil.pth"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("evil/data.pkl", pickle.dumps({"fc1.weight": Harmful()}, 2))
    assert main([str(path), str(tmp_path / "w.npz")]) == 1
    said = capsys.readouterr()
    assert "only state dicts of tensors are read" in said.err and "harm" not in said.out
    assert not (tmp_path / "w.npz").exists()


def test_old_damaged_and_foreign_files_have_messages(tmp_path):
    (tmp_path / "old.pth").write_bytes(b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.")
    with pytest.raises(CampaignError, match="torch before 1.6"):
        read_pth(tmp_path / "old.pth")
    with zipfile.ZipFile(tmp_path / "other.pth", "w") as file:
        file.writestr("readme", "x")
    with pytest.raises(CampaignError, match="no data.pkl"):
        read_pth(tmp_path / "other.pth")
    with pytest.raises(CampaignError, match="no such file"):
        read_pth(tmp_path / "none.pth")
    assert main([str(TWO_LAYERS), str(tmp_path / "w.txt")]) == 1
    assert main([str(tmp_path / "w.txt"), str(tmp_path / "w.npz")]) == 1


def test_a_short_storage_is_found(tmp_path):
    write_pth(tmp_path / "w.pth", {"a": numbers(5)})
    with zipfile.ZipFile(tmp_path / "w.pth") as file:
        entries = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(tmp_path / "short.pth", "w") as file:
        for name, content in entries.items():
            file.writestr(name, content[:8] if name.endswith("data/0") else content)
    with pytest.raises(CampaignError, match="2 numbers, should have 5"):
        read_pth(tmp_path / "short.pth")


def test_any_damaged_byte_of_the_pickle_is_an_error_of_ours_or_harmless(tmp_path):
    write_pth(tmp_path / "w.pth", {"a": numbers(5), "b": numbers(2, 3)})
    with zipfile.ZipFile(tmp_path / "w.pth") as file:
        entries = {name: file.read(name) for name in file.namelist()}
    whole = entries["w/data.pkl"]
    for at in range(len(whole)):
        entries["w/data.pkl"] = whole[:at] + bytes([whole[at] ^ (1 << (at % 8))]) + whole[at + 1:]
        with zipfile.ZipFile(tmp_path / "damaged.pth", "w") as file:
            for name, content in entries.items():
                file.writestr(name, content)
        try:
            read_pth(tmp_path / "damaged.pth")
        except CampaignError as error:
            assert "damaged.pth" in str(error)
