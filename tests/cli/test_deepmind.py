"""DeepMind's pickles become npz files by python/deepmind_to_npz.py, and those a campaign."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys

import h5py
import numpy as np
import pytest
import support
from published_files import glassforge, refusal

SCRIPT = support.ROOT / "python/deepmind_to_npz.py"
COUNTS, BOX = (400, 100), 7.47
TIMES = np.array([0.0, 0.05, 0.13, 0.4, 1.2])
INDICES = [0, 2, 4]
KA = ("--format", "deepmind", "--model", "KA", "--temperature", 0.44)


def structure(seed, box=BOX):
    """A jittered lattice in the layout of the pickles: times of the targets are TIMES[INDICES], the first of them 0."""
    rng = np.random.default_rng(seed)
    side, n = 8, sum(COUNTS)
    sites = np.stack(np.meshgrid(*3 * [np.arange(side)], indexing="ij"), -1).reshape(-1, 3)[rng.permutation(side**3)[:n]]
    start = (sites + 0.5 + 0.02 * rng.uniform(-1, 1, (n, 3))) * box / side
    steps = np.array([0, 0.05, 0.4])[:, None, None, None] * rng.normal(size=(3, 6, n, 3))
    return {
        "positions": start,
        "types": rng.permutation(np.repeat([0, 1], COUNTS)),
        "box": np.array([box, box, box]),
        "time": TIMES,
        "time_indices": np.array(INDICES),
        "trajectory_start_velocities": rng.normal(size=(6, n, 3)),
        "trajectory_target_positions": list(start + steps),  # a list of arrays, as in the pickles
        "metadata": {"temperature": 0.44, "pressure": np.float64(2.93), "fluid": "LJ"},
    }


def write(path, content, protocol=2):
    path.write_bytes(pickle.dumps(content, protocol=protocol))
    return path


def convert(*words, code=0):
    done = subprocess.run([sys.executable, SCRIPT, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def converted(tmp_path):
    """Structures 3 and 12 as npz files."""
    for number, protocol in ((3, 2), (12, pickle.HIGHEST_PROTOCOL)):
        write(tmp_path / f"glass_{number}.pickle", structure(number), protocol)
    convert(*tmp_path.glob("*.pickle"), "--out", tmp_path / "npz")
    return tmp_path / "npz"


def test_members_keep_their_names(converted):
    assert sorted(p.name for p in converted.iterdir()) == ["glass_12.npz", "glass_3.npz"]
    made = structure(3)
    with np.load(converted / "glass_3.npz") as file:
        assert set(file.files) == set(made)
        for name in set(made) - {"metadata"}:
            assert np.array_equal(file[name], np.asarray(made[name])), name
            assert file[name].dtype in (np.float64, np.int64)
        assert json.loads(str(file["metadata"])) == {"temperature": 0.44, "pressure": 2.93, "fluid": "LJ"}


class Evil:
    """A pickle that would run a command when it is loaded."""

    def __init__(self, mark):
        self.mark = mark

    def __reduce__(self):
        return os.system, (f"touch {self.mark}",)


def test_pickles_that_run_code_are_refused(tmp_path):
    content = structure(1)
    content["metadata"] = Evil(tmp_path / "mark")
    said = convert(write(tmp_path / "evil.pickle", content), "--out", tmp_path / "npz", code=2).stderr
    assert "evil.pickle: it asks for" in said and "system" in said
    assert not (tmp_path / "mark").exists() and list((tmp_path / "npz").iterdir()) == []


def test_pickles_of_another_kind_are_refused(tmp_path):
    assert "not a dictionary" in convert(write(tmp_path / "a.pickle", [1]), "--out", tmp_path / "n", code=2).stderr
    assert "it lacks box" in convert(write(tmp_path / "b.pickle", {k: v for k, v in structure(1).items() if k != "box"}), "--out",
                                     tmp_path / "n", code=2).stderr
    (tmp_path / "c.pickle").write_bytes(write(tmp_path / "d.pickle", structure(1)).read_bytes()[:5000])
    assert "cannot be read" in convert(tmp_path / "c.pickle", "--out", tmp_path / "n", code=2).stderr
    assert list((tmp_path / "n").iterdir()) == []


def test_a_campaign_of_them(converted, tmp_path):
    done = glassforge("import", converted, *KA, "--out", tmp_path / "set")
    assert "imported 2 structures (published numbers 3 .. 12)" in done.stdout and "6 replicas at t = 0.13, 1.2" in done.stdout
    assert 'smoothing = "none"' in (tmp_path / "set/campaign.toml").read_text()
    for index, number in enumerate((3, 12)):
        made = structure(number)
        with h5py.File(tmp_path / "set/labels/labels_0000.h5") as file:
            group = file[f"s{index:04d}"]
            each = np.linalg.norm(np.array(made["trajectory_target_positions"][1:]) - made["positions"], axis=-1)
            assert group["times"][()].tolist() == [0.13, 1.2]
            assert np.array_equal(group["species"], made["types"])
            assert np.abs(group["labels/displacement"] - each.mean(1)).max() < 1e-12
            assert group["replicas/displacement"].shape == (2, 6, 500)
        with h5py.File(tmp_path / "set/states/states_0000.h5") as file:
            energy = file[f"observables/s{index:04d}"].attrs["energy_per_particle"]
        assert energy == pytest.approx(plain_energy(made), abs=1e-9)
    glassforge("verify", tmp_path / "set")


def plain_energy(made):
    """Energy per particle of KA, plainly truncated: the potential of these data."""
    sigma, epsilon = np.array([[1, 0.8], [0.8, 0.88]]), np.array([[1, 1.5], [1.5, 0.5]])
    a, b = np.triu_indices(len(made["types"]), 1)
    d = made["positions"][a] - made["positions"][b]
    d -= BOX * np.round(d / BOX)
    pair = made["types"][a], made["types"][b]
    x2 = (d**2).sum(-1) / sigma[pair] ** 2
    near = x2 < 2.5**2
    return float((4 * epsilon[pair] * (x2**-6.0 - x2**-3.0))[near].sum() / len(made["types"]))


def test_boxes_that_differ_are_refused(converted, tmp_path):
    """NPT: each file has its own box, a campaign has one."""
    write(tmp_path / "glass_20.pickle", structure(20, box=7.471))
    convert(tmp_path / "glass_20.pickle", "--out", converted)
    said = refusal("import", converted, *KA, "--out", tmp_path / "set", code=3)
    assert "glass_20.npz" in said and "7.471" in said and "7.47 " in said and "each box" in said
    glassforge("import", converted / "glass_20.npz", *KA, "--out", tmp_path / "alone")


def test_npz_of_another_kind_is_refused(converted, tmp_path):
    with np.load(converted / "glass_3.npz") as file:
        arrays = dict(file)
    for name in ("box", "time", "trajectory_target_positions"):
        np.savez(tmp_path / "damaged_1.npz", **{key: value for key, value in arrays.items() if key != name})
        said = refusal("import", tmp_path / "damaged_1.npz", *KA, "--out", tmp_path / "set", code=3)
        assert f"no member {name}" in said and "deepmind_to_npz" in said
    np.savez(tmp_path / "damaged_1.npz", **{**arrays, "time_indices": np.array([0, 2, 9])})
    assert "index 9" in refusal("import", tmp_path / "damaged_1.npz", *KA, "--out", tmp_path / "set", code=3)
    assert "name their times" in refusal("import", converted, *KA, "--times", 3, "--out", tmp_path / "set", code=2)
