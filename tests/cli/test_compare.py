"""glassforge compare: numbers as NumPy makes them, structures matched by where their particles are."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from published_files import BOX, Made, answer, glassforge, make_structure, refusal, write_glassbench

REFERENCE = os.environ.get("GLASSFORGE_REFERENCE_DATA", "")
GLASSBENCH = ("--format", "glassbench", "--model", "KA2D", "--temperature", 0.231)
NUMBERS = (1, 2, 5)


def half(made: Made, first: bool) -> Made:
    """The first or last half of the replicas."""
    middle = made.frames.shape[1] // 2
    return Made(made.species, made.box, made.start, made.frames[:, :middle] if first else made.frames[:, middle:])


def make(number: int) -> Made:
    return make_structure(number, replicas=8)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A campaign `a` of one half of the replicas; npz files `b` of the other half, under other numbers and wrapped."""
    folder = tmp_path_factory.mktemp("compare")
    for number in NUMBERS:
        write_glassbench(folder / "npz", number, half(make(number), True))
        other = half(make(number), False)
        other.frames = other.frames - other.start
        other.start = other.start - BOX * np.round(other.start / BOX)
        other.frames = other.frames + other.start
        write_glassbench(folder / "b", 20 - number, other)
    glassforge("import", folder / "npz", *GLASSBENCH, "--out", folder / "a")
    return folder


def expected(numbers, species: int, time: int) -> dict[str, float]:
    """What compare must say of displacements of halves a and b."""
    values, noise = [], []
    for first in (True, False):
        halves = [half(make(n), first) for n in numbers]
        each = [np.sqrt(((h.frames - h.start) ** 2).sum(-1))[time][:, h.species == species] for h in halves]
        values.append(np.concatenate([e.mean(0) for e in each]))
        noise.append(np.mean(np.concatenate([e.var(0, ddof=1) / len(e) for e in each])))
    a, b = values
    reliability = [1 - n / v.var() for n, v in zip(noise, values)]
    return {"pearson": np.corrcoef(a, b)[0, 1], "ceiling": np.sqrt(reliability[0] * reliability[1]), "mean_a": a.mean(),
            "mean_b": b.mean(), "spread_a": a.std(), "spread_b": b.std()}


def check(got, numbers):
    assert got["structures"] == len(numbers)
    for s, name in enumerate("ABC"):
        for t in range(len(got["times"])):
            for key, value in expected(numbers, s, t).items():
                assert got[name][key][t] == pytest.approx(value, rel=1e-9), (name, key, t)


def test_pooled_over_structures_matched_by_position(folder):
    got = answer("compare", folder / "a", folder / "b")
    check(got, NUMBERS)
    assert got["times"] == pytest.approx([11.64, 1288.41], rel=1e-12)
    assert got["replicas_a"] == got["replicas_b"] == 4
    assert sorted(map(tuple, got["pairs"])) == [(0, 19), (1, 18), (2, 15)]
    assert set(got["bond_breaking"]) == {"A", "B", "C"} and 0 < got["bond_breaking"]["A"]["pearson"][1] < 1
    assert 0 < got["A"]["pearson"][0] < 1


def test_every_form_says_the_same(folder, tmp_path):
    shutil.copy(folder / "a/labels/labels_0000.h5", tmp_path / "alone.h5")
    wanted = answer("compare", folder / "a", folder / "b")
    for a in (folder / "a/campaign.toml", folder / "a/labels/labels_0000.h5", tmp_path / "alone.h5", folder / "npz"):
        got = answer("compare", a, folder / "b")
        for name in ("A", "B", "C"):
            assert got[name]["pearson"] == pytest.approx(wanted[name]["pearson"], rel=1e-12)
            assert got[name]["ceiling"] == pytest.approx(wanted[name]["ceiling"], rel=1e-9)


def test_one_file_is_compared_with_its_structure_and_time(folder):
    got = answer("compare", folder / "a", folder / "b/N1290T0.23_18_tc25.npz")
    assert got["structures"] == 1 and got["times"] == pytest.approx([1288.41], rel=1e-12) and got["pairs"] == [[1, 18]]
    assert got["A"]["pearson"][0] == pytest.approx(expected((2,), 0, 1)["pearson"], rel=1e-9)
    swapped = answer("compare", folder / "b/N1290T0.23_18_tc25.npz", folder / "a")
    assert swapped["A"]["mean_b"] == got["A"]["mean_a"] and swapped["pairs"] == [[18, 1]]


def test_times_select_and_name(folder, tmp_path):
    got = answer("compare", "--times", "1288,3", folder / "a", folder / "b")
    assert got["times"] == pytest.approx([1288.41], rel=1e-12) and len(got["A"]["pearson"]) == 1
    shutil.copy(folder / "b/N1290T0.23_18_tc25.npz", tmp_path / "mine.npz")
    assert "give --times" in refusal("compare", folder / "a", tmp_path / "mine.npz", code=2)
    named = answer("compare", folder / "a", tmp_path / "mine.npz", "--times", "1290")
    assert named["A"]["pearson"][0] == pytest.approx(expected((2,), 0, 1)["pearson"], rel=1e-9)
    assert named["times"] == pytest.approx([1288.41], rel=1e-12) and named["times_b"] == [1290]


def test_propensities_without_replicas_have_no_ceiling(folder, tmp_path):
    glassforge("export", folder / "a", "--format", "glassbench-models", "--out", tmp_path / "models")
    got = answer("compare", folder / "b", tmp_path / "models")
    assert got["A"]["pearson"][0] == pytest.approx(expected(NUMBERS, 0, 0)["pearson"], rel=1e-9)
    assert got["A"]["ceiling"] == [None, None] and got["replicas_b"] == 0


def test_the_table_can_be_read(folder):
    text = glassforge("compare", folder / "a", folder / "b").stdout
    assert "3 structures in common" in text and "displacement of A particles" in text and "bond breaking of C" in text
    assert f"{expected(NUMBERS, 0, 0)['pearson']:.4f}" in text


def test_what_cannot_be_compared_is_said(folder, tmp_path):
    write_glassbench(tmp_path / "other", 1, make_structure(99))
    assert "no structure in common" in refusal("compare", folder / "a", tmp_path / "other", code=2)
    write_glassbench(tmp_path / "later", 1, make(1), codes=(35, 40))
    assert "no time is common" in refusal("compare", folder / "a", tmp_path / "later", code=2)
    assert "no time is common" in refusal("compare", folder / "a", folder / "b", "--times", "3", code=2)
    assert "no such file" in refusal("compare", folder / "a", tmp_path / "none.npz", code=3)
    assert "no such file" in refusal("compare", folder / "a", tmp_path / "none.h5", code=3)
    assert "known are KA, KA2D" in refusal("compare", folder / "a", folder / "b", "--model", "LJ", code=2)
    assert "3 dimensions" in refusal("compare", folder / "npz", folder / "b", "--model", "KA", code=3)


def test_damaged_and_foreign_files_are_named(folder, tmp_path):
    labels = (folder / "a/labels/labels_0000.h5").read_bytes()
    (tmp_path / "cut.h5").write_bytes(labels[: len(labels) // 2])
    assert "cut.h5" in refusal("compare", tmp_path / "cut.h5", folder / "b", code=3)
    shutil.copy(folder / "a/states/states_0000.h5", tmp_path / "states.h5")
    assert "'labels' is needed" in refusal("compare", tmp_path / "states.h5", folder / "b", code=3)
    npz = (folder / "b/N1290T0.23_18_tc25.npz").read_bytes()
    (tmp_path / "N1290T0.23_18_tc25.npz").write_bytes(npz[:-100])
    assert "tc25.npz" in refusal("compare", folder / "a", tmp_path / "N1290T0.23_18_tc25.npz", code=3)
    np.savez(tmp_path / "empty.npz", types=np.ones(3, int), initial_positions=np.ones((3, 2)))
    assert "empty.npz" in refusal("compare", folder / "a", tmp_path / "empty.npz", code=3)


@pytest.mark.skipif(not REFERENCE, reason="GLASSFORGE_REFERENCE_DATA is not set: nothing compared with published data")
def test_ceiling_of_published_labels():
    files = Path(REFERENCE) / "glassbench_ka2d_T0.23"
    got = answer("compare", files, files)
    assert got["A"]["pearson"] == pytest.approx([1] * 5)
    assert np.sqrt(got["A"]["ceiling"]) == pytest.approx([0.918, 0.936, 0.936, 0.932, 0.901], abs=1e-3)
