"""glassforge import and export: published files become a campaign that run continues, and come back as they were."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from published_files import BOX, glassforge, make_structure, refusal, write_glassbench, write_xyz

REFERENCE = os.environ.get("GLASSFORGE_REFERENCE_DATA", "")
GLASSBENCH = ("--format", "glassbench", "--model", "KA2D", "--temperature", 0.231)
TIMES = (11.64, 1288.41)  # tc15, tc25


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Structures 151, 152, 160 and 7 at two times each."""
    folder = tmp_path_factory.mktemp("published")
    for number in (151, 152, 160, 7):
        write_glassbench(folder, number, make_structure(number))
    return folder


@pytest.fixture(scope="module")
def imported(published, tmp_path_factory):
    """The same as a campaign with frames."""
    out = tmp_path_factory.mktemp("imported") / "set"
    done = glassforge("import", published, *GLASSBENCH, "--test", "152-300", "--set", "replicas.keep_frames=true", "--out", out)
    assert "imported 4 structures (published numbers 7 .. 160)" in done.stdout
    return out


def labels_of(folder: Path, structure: int) -> h5py.Group:
    return h5py.File(folder / "labels/labels_0000.h5")[f"s{structure:04d}"]


def left_over(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_structures_are_numbered_by_published_number(imported):
    with h5py.File(imported / "states/states_0000.h5") as file:
        for index, number in enumerate((7, 151, 152, 160)):
            made = make_structure(number)
            particles = file[f"particles/s{index:04d}"]
            assert np.array_equal(particles["species"], made.species)
            assert np.abs(particles["position/value"][0] - made.start).max() < 1e-12
            origin = file[f"observables/s{index:04d}"].attrs["origin"]
            origin = origin.decode() if isinstance(origin, bytes) else origin
            assert f"published structure {number}:" in origin and f"_{number}_tc15.npz" in origin


def test_labels_are_means_over_replicas(imported):
    for index, number in enumerate((7, 151, 152, 160)):
        made, group = make_structure(number), labels_of(imported, index)
        each = np.sqrt(((made.frames - made.start) ** 2).sum(-1))
        assert group["times"][()] == pytest.approx(TIMES, rel=1e-12)
        assert group["steps"][()].tolist() == [1164, 128841]
        assert np.abs(group["labels/displacement"] - each.mean(1)).max() < 1e-12
        assert np.abs(group["labels/displacement_variance"] - each.var(1, ddof=1)).max() < 1e-12
        assert np.abs(group["replicas/displacement"] - each).max() < 1e-12
        assert [s.decode() for s in group["replicas/status"]] == ["done"] * 4
        assert group.file.attrs["dynamics"] in ("imported", b"imported")


def test_bond_breaking_is_counted_from_the_frames(imported):
    made, group = make_structure(151), labels_of(imported, 1)
    sigma = np.array([[1, 0.8, 0.9], [0.8, 0.88, 0.8], [0.9, 0.8, 0.94]])[made.species[:, None], made.species[None]]

    def distances(x):
        d = x[:, None] - x[None]
        return np.sqrt(((d - BOX * np.round(d / BOX)) ** 2).sum(-1))

    bonds = (distances(made.start) < 1.4 * sigma) & ~np.eye(len(sigma), dtype=bool)
    kept = bonds & (distances(made.frames[1, 0]) < 1.8 * sigma)
    assert group["replicas/bond_breaking"][1, 0] == pytest.approx(kept.sum(1) / bonds.sum(1), abs=1e-12)
    assert group["labels/bond_breaking"][1].mean() < 0.99


def test_pairs_and_overlap_come_from_the_frames(published, tmp_path):
    glassforge("import", published, *GLASSBENCH, "--test", "152-300", "--set", "labels.pairs={cutoff=2.0}", "--set",
               "labels.overlap=true", "--out", tmp_path / "set")
    made, group = make_structure(151), labels_of(tmp_path / "set", 1)
    edges = group["labels/pairs/edges"][()]

    def lengths(x):
        d = x[edges[:, 1]] - x[edges[:, 0]]
        return np.sqrt(((d - BOX * np.round(d / BOX)) ** 2).sum(-1))

    assert lengths(made.start).max() < 2 and (edges[:, 0] < edges[:, 1]).all()
    change = np.array([[lengths(frame) for frame in frames] for frames in made.frames]) - lengths(made.start)
    assert np.abs(group["labels/pairs/change"][()] - change.mean(1)).max() < 1e-8
    assert np.abs(group["labels/pairs/variance"][()] - change.var(1, ddof=1)).max() < 1e-7
    assert group.file.attrs["pair_cutoff"] == 2
    each = np.sqrt(((made.frames - made.start) ** 2).sum(-1))
    assert np.abs(group["labels/overlap"][()] - (each < 0.3).mean(1)).max() < 1e-12


def test_run_continues_to_the_report(imported, tmp_path):
    folder = tmp_path / "moved"
    shutil.copytree(imported, folder)
    glassforge("run", folder / "campaign.toml", "--stage", "evaluate")
    split = glassforge("evaluate", folder, "--json")
    assert '"test": [\n   2,\n   3\n  ]' in split.stdout
    assert (folder / "models/ridge_glassmlp.h5").exists() and (folder / "evaluation.json").exists()
    before = (folder / "labels/labels_0000.h5").read_bytes()
    glassforge("run", folder / "campaign.toml", "--stage", "label")
    assert (folder / "labels/labels_0000.h5").read_bytes() == before


def test_a_folder_outlives_its_sources(tmp_path):
    write_glassbench(tmp_path / "npz", 1, make_structure(1), codes=(15,))
    glassforge("import", tmp_path / "npz", *GLASSBENCH, "--out", tmp_path / "set")
    shutil.rmtree(tmp_path / "npz")
    shutil.move(tmp_path / "set", tmp_path / "elsewhere")
    glassforge("run", tmp_path / "elsewhere/campaign.toml", "--stage", "quench")
    assert "done" in glassforge("status", tmp_path / "elsewhere").stdout


def test_wrapped_frames_are_unwrapped(tmp_path):
    """As the T = 0.30 set: everything in [-L/2, L/2]."""
    made = make_structure(4, times=1)
    made.frames = made.start + np.clip(made.frames - made.start, -3, 3)
    displacement = made.displacement
    for name in ("start", "frames"):
        x = getattr(made, name)
        setattr(made, name, x - BOX * np.round(x / BOX))
    write_glassbench(tmp_path / "npz", 4, made, codes=(1,), temperature="0.30")
    glassforge("import", tmp_path / "npz", "--format", "glassbench", "--model", "KA2D", "--temperature", 0.3, "--out",
               tmp_path / "set")
    group = labels_of(tmp_path / "set", 0)
    assert group["times"][()] == pytest.approx([0.11]) and group["steps"][()].tolist() == [11]
    assert np.abs(group["labels/displacement"] - displacement).max() < 1e-10


def test_times_can_be_given(tmp_path):
    made = make_structure(1)
    write_glassbench(tmp_path / "npz", 1, made, codes=(1, 2))
    out = tmp_path / "set"
    assert "give --times" in refusal("import", tmp_path / "npz", *GLASSBENCH, "--out", out, code=2)
    assert "2 file(s)" in refusal("import", tmp_path / "npz", *GLASSBENCH, "--times", "3", "--out", out, code=2)
    assert "ascending" in refusal("import", tmp_path / "npz", *GLASSBENCH, "--times", "9,3", "--out", out, code=2)
    glassforge("import", tmp_path / "npz", *GLASSBENCH, "--times", "3,9.004", "--out", out)
    group = labels_of(out, 0)
    assert group["times"][()].tolist() == [3, 9.004] and group["steps"][()].tolist() == [300, 900]


def test_structures_without_frames_have_no_labels(tmp_path):
    for number in (2, 10, 1):
        write_xyz(tmp_path / f"s_{number}.xyz", make_structure(number))
    done = glassforge("import", tmp_path, "--format", "extxyz", "--model", "KA2D", "--temperature", 0.3, "--times", "0.1,1",
                      "--name", "mine", "--seed", 5, "--out", tmp_path / "set")
    assert "no labels" in done.stdout and "1 .. 10" in done.stdout
    assert left_over(tmp_path / "set") == ["campaign.toml", "states"]
    text = (tmp_path / "set/campaign.toml").read_text()
    assert 'name = "mine"' in text and "seed = 5" in text and "times = [0.1, 1.0]" in text
    glassforge("run", tmp_path / "set/campaign.toml", "--stage", "label", "--set", "replicas.times=[0.1]", "--set",
               "replicas.count=2", "--set", "dynamics.structures=0")
    assert labels_of(tmp_path / "set", 2)["labels/displacement"].shape == (1, 1290)


def test_glassbench_comes_back_as_it_was(published, imported, tmp_path):
    done = glassforge("export", imported, "--format", "glassbench", "--out", tmp_path / "out")
    assert "wrote 8 files" in done.stdout
    assert left_over(tmp_path / "out") == ["DATACARD.md", "SHA256SUMS", "T0.23"]
    assert len(left_over(tmp_path / "out/T0.23/train")) + len(left_over(tmp_path / "out/T0.23/test")) == 8
    for number in (7, 151, 152, 160):
        for code in (15, 25):
            part = "train" if number < 152 else "test"
            back = np.load(tmp_path / f"out/T0.23/{part}/N1290T0.23_{number}_tc{code}.npz")
            there = np.load(published / f"N1290T0.23_{number}_tc{code}.npz")
            assert np.array_equal(back["types"], there["types"]) and back["types"].dtype == np.int64
            assert back["box"] == there["box"] and back["box"].shape == ()
            for name in ("initial_positions", "positions"):
                assert np.abs(back[name] - there[name]).max() < 1e-12


def test_botan_form(imported, tmp_path):
    glassforge("export", imported, "--format", "botan", "--out", tmp_path / "out")
    back, made = np.load(tmp_path / "out/isoconfig_N1290T0.23_151_tc25.npz"), make_structure(151)
    assert back["types"].dtype == np.int8 and np.array_equal(back["types"], made.species)
    assert np.isfortran(back["initial_positions"])
    assert back["initial_positions"].min() >= 0 and back["initial_positions"].max() < BOX
    each = np.sqrt(((back["positions"] - back["initial_positions"]) ** 2).sum(-1))
    assert np.abs(each.mean(0) - made.displacement[1]).max() < 1e-12
    assert "box" not in back.files
    glassforge("import", tmp_path / "out", "--format", "botan", "--model", "KA2D", "--temperature", 0.231, "--out",
               tmp_path / "again")
    again, first = labels_of(tmp_path / "again", 1), labels_of(imported, 1)
    assert np.abs(again["labels/displacement"][()] - first["labels/displacement"][()]).max() < 1e-12
    assert np.abs(again["labels/bond_breaking"][()] - first["labels/bond_breaking"][()]).max() < 1e-12


def test_models_form_carries_propensities(imported, tmp_path):
    glassforge("export", imported, "--format", "glassbench-models", "--out", tmp_path / "out")
    assert left_over(tmp_path / "out/T0.23/train") == ["N1290T0.23_151.npz", "N1290T0.23_7.npz"]
    assert left_over(tmp_path / "out/T0.23/test") == ["N1290T0.23_152.npz", "N1290T0.23_160.npz"]
    back, made = np.load(tmp_path / "out/T0.23/train/N1290T0.23_151.npz"), make_structure(151)
    assert sorted(back.files) == ["bb_prop", "initial_positions", "md_prop", "times", "types"]
    assert np.array_equal(back["types"], made.species + 1)
    assert back["initial_positions"].min() >= -BOX / 2 and back["initial_positions"].max() < BOX / 2
    assert np.abs(back["md_prop"] - made.displacement).max() < 1e-12 and back["bb_prop"].shape == (2, 1290)
    glassforge("import", tmp_path / "out", *GLASSBENCH, "--out", tmp_path / "again")
    group = labels_of(tmp_path / "again", 1)
    assert np.array_equal(group["labels/displacement"], back["md_prop"]) and "replicas" not in group
    assert group["times"][()] == pytest.approx(TIMES, rel=1e-12)
    glassforge("run", tmp_path / "again/campaign.toml", "--stage", "evaluate")
    assert '"ceiling": null' in (tmp_path / "again/evaluation.json").read_text()


def test_extxyz_has_propensities_as_columns(imported, tmp_path):
    glassforge("export", imported, "--format", "extxyz", "--out", tmp_path / "out")
    lines = (tmp_path / "out/N1290T0.23_151.extxyz").read_text().splitlines()
    made = make_structure(151)
    assert lines[0] == "1290" and ":displacement:R:2:bond_breaking:R:2" in lines[1] and 'label_times="11.64 1288.41"' in lines[1]
    columns = np.array([[float(x) for x in line.split()[4:6]] for line in lines[2:]])
    assert np.abs(columns - made.displacement.T).max() < 1e-12
    glassforge("import", tmp_path / "out", "--format", "extxyz", "--model", "KA2D", "--temperature", 0.231, "--out",
               tmp_path / "again")


def test_what_an_export_lacks_is_said(published, imported, tmp_path):
    glassforge("import", published, *GLASSBENCH, "--out", tmp_path / "set")
    assert "replicas.keep_frames" in refusal("export", tmp_path / "set", "--format", "glassbench", "--out", tmp_path / "x", code=3)
    assert "known are botan, extxyz" in refusal("export", tmp_path / "set", "--format", "vtk", "--out", tmp_path / "x", code=2)
    assert "campaign.toml" in refusal("export", tmp_path / "nowhere", "--format", "lammps", "--out", tmp_path / "x", code=2)
    assert "not an empty folder" in refusal("export", tmp_path / "set", "--format", "lammps", "--out", imported, code=3)
    assert left_over(tmp_path) == ["set"]


def test_bad_imports_leave_nothing_behind(published, tmp_path):
    out = tmp_path / "set"

    def said(*words, code):
        message = refusal("import", *words, "--out", out, code=code)
        assert left_over(tmp_path) == []
        return message

    assert "no such file" in said(published / "none.npz", *GLASSBENCH, code=3)
    assert "known are botan, glassbench" in said(published, "--format", "vasp", *GLASSBENCH[2:], code=2)
    assert "3 dimensions" in said(published, "--format", "glassbench", "--model", "KA", "--temperature", 0.23, code=3)
    assert "known are KA, KA2D" in said(published, "--format", "glassbench", "--model", "LJ", "--temperature", 0.23, code=2)
    assert "the file name says T = 0.23" in said(published, *GLASSBENCH[:4], "--temperature", 0.3, code=2)
    assert "positive" in said(published, *GLASSBENCH[:4], "--temperature", -1, code=2)
    assert "none of the files is structure 9" in said(published, *GLASSBENCH, "--test", "151,9", code=2)
    assert "not a structure number" in said(published, *GLASSBENCH, "--test", "151-x", code=2)
    assert "all 4 structures" in said(published, *GLASSBENCH, "--test", "1-1000", code=2)
    assert "dynamics" in said(published, *GLASSBENCH, "--set", "replicas.dynamic=nvt", code=2)
    assert "import" in said(published, *GLASSBENCH, "--name", "a/b", code=2)
    assert "use --times" in said(published, *GLASSBENCH, "--set", "replicas.times=[1.0]", code=2)


def test_files_that_do_not_belong_together_are_named(tmp_path):
    write_glassbench(tmp_path / "a", 1, make_structure(1))
    write_glassbench(tmp_path / "a", 2, make_structure(2), codes=(15,))
    assert "same time codes" in refusal("import", tmp_path / "a", *GLASSBENCH, "--out", tmp_path / "set", code=2)
    write_glassbench(tmp_path / "b", 1, make_structure(1), codes=(15,))
    write_glassbench(tmp_path / "b", 1, make_structure(2), codes=(25,))
    assert "tc25.npz: initial positions or types differ" in refusal("import", tmp_path / "b", *GLASSBENCH, "--out",
                                                                      tmp_path / "set", code=3)
    write_glassbench(tmp_path / "c", 1, make_structure(1), codes=(15,))
    write_glassbench(tmp_path / "c", 1, make_structure(1, replicas=3), codes=(25,))
    assert "3 replicas" in refusal("import", tmp_path / "c", *GLASSBENCH, "--out", tmp_path / "set", code=3)
    damaged = tmp_path / "c/N1290T0.23_1_tc25.npz"
    damaged.write_bytes(damaged.read_bytes()[:-500])
    assert "tc25.npz" in refusal("import", tmp_path / "c", *GLASSBENCH, "--out", tmp_path / "set", code=3)
    assert left_over(tmp_path) == ["a", "b", "c"]


def test_existing_folders_are_not_touched(published, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/precious").write_text("mine")
    assert "not an empty folder" in refusal("import", published, *GLASSBENCH, "--out", tmp_path / "full", code=3)
    assert left_over(tmp_path) == ["full"] and left_over(tmp_path / "full") == ["precious"]
    (tmp_path / "empty").mkdir()
    glassforge("import", published, *GLASSBENCH, "--out", f"{tmp_path}/empty/")
    assert "campaign.toml" in left_over(tmp_path / "empty")
    (tmp_path / "file").write_text("mine")
    assert "not an empty folder" in refusal("import", published, *GLASSBENCH, "--out", tmp_path / "file", code=3)


@pytest.mark.skipif(not REFERENCE, reason="GLASSFORGE_REFERENCE_DATA is not set: nothing compared with published data")
def test_published_sets(tmp_path):
    glassforge("import", Path(REFERENCE) / "glassbench_ka2d_T0.23", *GLASSBENCH, "--set", "replicas.keep_frames=true", "--out",
               tmp_path / "ka2d")
    group = labels_of(tmp_path / "ka2d", 0)
    mobile = group["species"][()] == 0
    assert group["labels/displacement"][:, mobile].mean(1) == pytest.approx(
        [0.05328, 0.12642, 0.12989, 0.19144, 0.62604], abs=1e-5)
    assert group["labels/bond_breaking"][:, mobile].mean(1)[[0, 2, 3, 4]] == pytest.approx(
        [1, 0.99960, 0.97133, 0.76003], abs=1e-5)
    assert group["steps"][()].tolist() == [10, 1164, 128841, 14258697, 150000000]
    glassforge("import", Path(REFERENCE) / "botan_ka3d_T0.44", "--format", "botan", "--model", "KA", "--temperature", 0.44,
               "--test", "9-10", "--out", tmp_path / "ka")
    mean = []
    for k in range(10):
        with h5py.File(tmp_path / f"ka/labels/labels_{k:04d}.h5") as file:
            group = file[f"s{k:04d}"]
            assert group["times"][()].tolist() == [4120]
            mean.append(group["labels/displacement"][0, group["species"][()] == 0].mean())
    assert mean == pytest.approx([0.69862, 0.49624, 0.61657, 0.42772, 0.55486, 0.50796, 0.61245, 0.47998, 0.46255, 0.45336],
                                 abs=1e-5)
