"""Exported datasets are those of the published layouts: folders, names, keys in their order, dtypes, array orders, wrapping, species
base; loaders written for the published sets get our labels back; a data card and checksums lie beside the files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest
import support
from published_files import BOX, COUNTS, glassforge, make_structure, refusal, write_glassbench

REFERENCE = os.environ.get("GLASSFORGE_REFERENCE_DATA", "")
N = sum(COUNTS)
TRAIN, TEST = (1, 2, 3), (5, 6)  # published numbers


# ---- campaigns to export -----------------------------------------------------------------------------------------------


def wrap(x):
    """To [-L/2, L/2), as GlassBench's T = 0.30 files and its models folders."""
    x = x - BOX * np.floor(x / BOX + 0.5)
    return np.where(x >= BOX / 2, x - BOX, x)


def published_set(folder, temperature, wrapped):
    """Structures of both parts in the folders of GlassBench's archives, at two times each."""
    codes = (1, 3) if wrapped else (5, 15)
    for part, numbers in (("train", TRAIN), ("test", TEST)):
        for number in numbers:
            made = make_structure(number, replicas=20)
            made.frames = made.start + np.clip(made.frames - made.start, -3, 3)
            if wrapped:
                made.start, made.frames = wrap(made.start), wrap(made.frames)
            write_glassbench(folder / part, number, made, codes=codes, temperature=temperature)
    return folder


def as_campaign(files, out, temperature):
    glassforge("import", files, "--format", "glassbench", "--model", "KA2D", "--temperature", temperature, "--set",
               "replicas.keep_frames=true", "--out", out)
    glassforge("run", out / "campaign.toml", "--stage", "evaluate")
    return out


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("conventions")


@pytest.fixture(scope="module")
def warm(place):
    """T = 0.30, whose published form is wrapped."""
    return as_campaign(published_set(place / "T0.30", "0.30", True), place / "warm", 0.30)


@pytest.fixture(scope="module")
def cold(place):
    """T = 0.231, whose published form is unwrapped, with inherent positions."""
    return as_campaign(published_set(place / "T0.23", "0.23", False), place / "cold", 0.231)


@pytest.fixture(scope="module")
def exported(place):
    """The folder of one export; each is made once."""

    def get(campaign, form, *words):
        out = place / "-".join([campaign.name, form, *words]).replace("--", "")
        if not out.exists():
            glassforge("export", campaign, "--format", form, *words, "--out", out)
        return out

    return get


def data_files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*.npz"))


def labels_of(campaign, structure):
    with h5py.File(campaign / "labels/labels_0000.h5") as file:
        group = file[f"s{structure:04d}"]
        return {name: group[f"labels/{name}"][()] for name in ("displacement", "bond_breaking")}


def facts(path):
    """{key: (dtype, shape, is Fortran-ordered)} in the order of the file."""
    with np.load(path) as file:
        return {name: (file[name].dtype.str, file[name].shape, np.isfortran(file[name])) for name in file.files}


# ---- layouts -----------------------------------------------------------------------------------------------------------


def trajectory_facts(inherent):
    found = {"box": ("<f8", (), False), "types": ("<i8", (N,), False), "initial_positions": ("<f8", (N, 2), False)}
    if inherent:
        found["initial_positions_inherent"] = ("<f8", (N, 2), False)
    return {**found, "positions": ("<f8", (20, N, 2), False)}


def test_trajectories_at_030(warm, exported):
    """KA2D_trajectories, T = 0.30: wrapped to [-L/2, L/2), no inherent positions; a member has the published size."""
    out = exported(warm, "glassbench")
    assert data_files(out) == sorted(f"T0.30/{part}/N1290T0.30_{k}_tc{code:02d}.npz" for part, numbers in
                                     (("train", TRAIN), ("test", TEST)) for k in numbers for code in (1, 3))
    path = out / "T0.30/test/N1290T0.30_5_tc03.npz"
    assert list(facts(path).items()) == list(trajectory_facts(False).items())
    assert path.stat().st_size == 444786
    with np.load(path) as file:
        assert float(file["box"]) == BOX and sorted(set(file["types"])) == [1, 2, 3]
        assert np.bincount(file["types"])[1:].tolist() == list(COUNTS)
        for name in ("initial_positions", "positions"):
            assert file[name].min() >= -BOX / 2 and file[name].max() < BOX / 2
            assert file[name].min() < -0.45 * BOX and file[name].max() > 0.45 * BOX


def test_trajectories_at_023(cold, exported):
    """KA2D_trajectories, T = 0.23: unwrapped, inherent positions between initial and end positions."""
    out = exported(cold, "glassbench")
    assert data_files(out) == sorted(f"T0.23/{part}/N1290T0.23_{k}_tc{code:02d}.npz" for part, numbers in
                                     (("train", TRAIN), ("test", TEST)) for k in numbers for code in (5, 15))
    path = out / "T0.23/train/N1290T0.23_2_tc15.npz"
    assert list(facts(path).items()) == list(trajectory_facts(True).items())
    assert path.stat().st_size == 465710
    with np.load(path) as file:
        moved = np.linalg.norm(file["positions"] - file["initial_positions"], axis=-1)
        assert moved.max() < 5  # unwrapped: no jumps by a box
        assert np.abs(file["initial_positions_inherent"] - file["initial_positions"]).max() < 3


def test_botan(cold, exported):
    out = exported(cold, "botan")
    assert data_files(out) == sorted(f"isoconfig_N1290T0.23_{k}_tc{code:02d}.npz" for k in TRAIN + TEST for code in (5, 15))
    path = out / "isoconfig_N1290T0.23_6_tc05.npz"
    assert list(facts(path).items()) == [("types", ("|i1", (N,), False)), ("initial_positions", ("<f8", (N, 2), True)),
                                         ("positions", ("<f8", (20, N, 2), False))]
    with np.load(path) as file:
        assert sorted(set(file["types"])) == [0, 1, 2]
        assert file["initial_positions"].min() >= 0 and file["initial_positions"].max() < BOX


def test_models(warm, exported):
    """KA2D_models and KA_models: one file a structure; predictions stand in the test files only, for A particles."""
    out = exported(warm, "glassbench-models", "--predictions")
    assert data_files(out) == sorted(f"T0.30/{part}/N1290T0.30_{k}.npz" for part, numbers in
                                     (("train", TRAIN), ("test", TEST)) for k in numbers)
    common = [("types", ("<i8", (N,), False)), ("initial_positions", ("<f8", (N, 2), False)),
              ("initial_positions_inherent", ("<f8", (N, 2), False)), ("md_prop", ("<f8", (2, N), False)),
              ("bb_prop", ("<f8", (2, N), False))]
    times = [("times", ("<f8", (2,), False))]  # two of the six published ones: said, since they are not all
    assert list(facts(out / "T0.30/train/N1290T0.30_1.npz").items()) == common + times
    models = [("ridge_glassmlp", ("<f8", (2, COUNTS[0]), False))]
    assert list(facts(out / "T0.30/test/N1290T0.30_6.npz").items()) == common + models + times
    with np.load(out / "T0.30/test/N1290T0.30_6.npz") as file, h5py.File(warm / "evaluation.h5") as evaluation:
        assert sorted(set(file["types"])) == [1, 2, 3]
        for name in ("initial_positions", "initial_positions_inherent"):
            assert file[name].min() >= -BOX / 2 and file[name].max() < BOX / 2
        predicted = evaluation["s0004/ridge_glassmlp/displacement"][()]
        assert np.array_equal(file["ridge_glassmlp"], predicted[:, file["types"] == 1])
        assert np.array_equal(file["md_prop"], labels_of(warm, 4)["displacement"])
        assert np.array_equal(file["bb_prop"], labels_of(warm, 4)["bond_breaking"])


def test_models_without_predictions(warm, exported):
    assert "ridge_glassmlp" not in facts(exported(warm, "glassbench-models") / "T0.30/test/N1290T0.30_6.npz")


@pytest.mark.parametrize("form", ["glassbench", "botan", "glassbench-models"])
def test_members_are_as_numpy_writes_them(form, cold, exported, tmp_path):
    """The same arrays saved by NumPy give the same file, byte for byte."""
    out = exported(cold, form)
    path = out / data_files(out)[0]
    with np.load(path) as file:
        np.savez(tmp_path / "by_numpy.npz", **{name: file[name] for name in file.files})
    with zipfile.ZipFile(path) as ours, zipfile.ZipFile(tmp_path / "by_numpy.npz") as theirs:
        assert ours.namelist() == theirs.namelist()
        for name in ours.namelist():
            assert ours.read(name) == theirs.read(name), name
    assert path.stat().st_size == (tmp_path / "by_numpy.npz").stat().st_size


# ---- loaders -----------------------------------------------------------------------------------------------------------


def propensity_as_at_023(path):
    """GlassBench's example script for unwrapped files: R_i = mean over replicas of |r_i(t) - r_i(0)|."""
    data = np.load(path)
    return np.mean(np.sqrt(np.sum((data["positions"] - data["initial_positions"]) ** 2, axis=-1)), axis=0)


def propensity_as_at_030(path):
    """The same for wrapped files: by the minimum image."""
    data = np.load(path)
    d = data["positions"] - data["initial_positions"]
    d -= data["box"] * np.round(d / data["box"])
    return np.mean(np.sqrt(np.sum(d**2, axis=-1)), axis=0)


def test_loaders_get_our_labels_back(warm, cold, exported):
    for index, (part, number) in enumerate([("train", k) for k in TRAIN] + [("test", k) for k in TEST]):
        for t, code in enumerate((1, 3)):
            found = propensity_as_at_030(exported(warm, "glassbench") / f"T0.30/{part}/N1290T0.30_{number}_tc{code:02d}.npz")
            assert np.abs(found - labels_of(warm, index)["displacement"][t]).max() < 1e-12
        for t, code in enumerate((5, 15)):
            path = exported(cold, "glassbench") / f"T0.23/{part}/N1290T0.23_{number}_tc{code:02d}.npz"
            assert np.abs(propensity_as_at_023(path) - labels_of(cold, index)["displacement"][t]).max() < 1e-12


def test_either_form_can_be_asked_for(warm, cold, exported, tmp_path):
    """The form matters: the loader of unwrapped files gets wrong labels from wrapped ones."""
    wrapped = exported(cold, "glassbench", "--coordinates", "wrapped") / "T0.23/train/N1290T0.23_1_tc15.npz"
    truth = labels_of(cold, 0)["displacement"][1]
    assert np.abs(propensity_as_at_030(wrapped) - truth).max() < 1e-12
    assert np.abs(propensity_as_at_023(wrapped) - truth).max() > 1
    unwrapped = exported(warm, "glassbench", "--coordinates", "unwrapped") / "T0.30/train/N1290T0.30_1_tc03.npz"
    assert np.abs(propensity_as_at_023(unwrapped) - labels_of(warm, 0)["displacement"][1]).max() < 1e-12
    assert "wrapped, unwrapped" in refusal("export", warm, "--format", "glassbench", "--coordinates", "both", "--out",
                                           tmp_path / "x", code=2)
    assert "one form only" in refusal("export", warm, "--format", "botan", "--coordinates", "wrapped", "--out", tmp_path / "x",
                                      code=2)
    assert "no place" in refusal("export", warm, "--format", "botan", "--predictions", "--out", tmp_path / "x", code=2)


# ---- there and back ----------------------------------------------------------------------------------------------------


def test_published_trajectories_come_back_byte_for_byte(place, warm, cold, exported):
    """Names, folders and bytes: unwrapped files whole; of wrapped ones all but end positions that crossed the edge of the cell."""
    for campaign, name, wrapped in ((cold, "T0.23", False), (warm, "T0.30", True)):
        out = exported(campaign, "glassbench")
        assert data_files(place / name) == [path.removeprefix(name + "/") for path in data_files(out)]
        for path in data_files(place / name):
            with np.load(place / name / path) as published, np.load(out / name / path) as ours:
                for key in published.files:
                    if wrapped and key == "positions":
                        assert np.abs(wrap(ours[key] - published[key])).max() < 1e-14 * BOX
                    else:
                        assert ours[key].tobytes() == published[key].tobytes(), f"{path}: {key}"


def write_models_set(folder):
    """Files as in KA2D_models, with every key, in two parts."""
    made_of = {}
    for part, numbers in (("train", TRAIN), ("test", TEST)):
        (folder / part).mkdir(parents=True)
        for number in numbers:
            made, rng = make_structure(number), np.random.default_rng(number)
            inside = np.abs(wrap(made.start)).max(1) < 0.45 * BOX  # the others may cross the edge of the cell
            arrays = {"types": made.species.astype(np.int64) + 1, "initial_positions": wrap(made.start)}
            for name in ("initial_positions_inherent", "initial_positions_cage"):
                arrays[name] = wrap(made.start + 0.05 * rng.normal(size=made.start.shape))
            arrays["md_prop"], arrays["bb_prop"] = rng.uniform(0, 1, (6, N)), rng.uniform(0, 1, (6, N))
            np.savez(folder / part / f"N1290T0.30_{number}.npz", **arrays)
            made_of[f"{part}/N1290T0.30_{number}.npz"] = inside
    return made_of


def test_models_come_back_byte_for_byte(tmp_path):
    inside = write_models_set(tmp_path / "T0.30")
    glassforge("import", tmp_path / "T0.30", "--format", "glassbench", "--model", "KA2D", "--temperature", 0.3, "--out",
               tmp_path / "set")
    assert json.loads((tmp_path / "set/split.json").read_text())["test"] == [3, 4]  # the folder says so
    glassforge("export", tmp_path / "set", "--format", "glassbench-models", "--out", tmp_path / "out")
    assert data_files(tmp_path / "out/T0.30") == data_files(tmp_path / "T0.30")
    for path, away in inside.items():
        with np.load(tmp_path / "T0.30" / path) as published, np.load(tmp_path / "out/T0.30" / path) as ours:
            keys = [key for key in published.files if key != "initial_positions_cage" or key in ours.files]
            assert [key for key in ours.files if key in published.files] == keys
            for key in keys:
                if key.startswith("initial_positions_"):
                    assert ours[key][away].tobytes() == published[key][away].tobytes(), key
                    assert np.abs(wrap(ours[key] - published[key])).max() < 1e-14 * BOX
                else:
                    assert ours[key].tobytes() == published[key].tobytes(), key


@pytest.mark.skipif(not REFERENCE, reason="GLASSFORGE_REFERENCE_DATA is not set: nothing compared with published data")
def test_published_files_come_back(tmp_path):
    """BOTAN's whole files; GlassBench's arrays, since our copies of the files are compressed."""
    botan, ka2d = Path(REFERENCE) / "botan_ka3d_T0.44", Path(REFERENCE) / "glassbench_ka2d_T0.23"
    glassforge("import", *(botan / f"isoconfig_N4096T0.44_{k}_tc07.npz" for k in (2, 10)), "--format", "botan", "--model", "KA",
               "--temperature", 0.44, "--set", "replicas.keep_frames=true", "--out", tmp_path / "ka")
    glassforge("export", tmp_path / "ka", "--format", "botan", "--out", tmp_path / "botan")
    assert data_files(tmp_path / "botan") == ["isoconfig_N4096T0.44_10_tc07.npz", "isoconfig_N4096T0.44_2_tc07.npz"]
    for path in (tmp_path / "botan").glob("*.npz"):
        assert path.read_bytes() == (botan / path.name).read_bytes(), path.name
    glassforge("import", ka2d, "--format", "glassbench", "--model", "KA2D", "--temperature", 0.231, "--set",
               "replicas.keep_frames=true", "--out", tmp_path / "ka2d")
    glassforge("export", tmp_path / "ka2d", "--format", "glassbench", "--out", tmp_path / "glassbench")
    assert data_files(tmp_path / "glassbench/T0.23") == data_files(ka2d)
    for name in data_files(ka2d):
        with zipfile.ZipFile(ka2d / name) as published, zipfile.ZipFile(tmp_path / "glassbench/T0.23" / name) as ours:
            for member in ours.namelist():  # ours of the data folder have some more, on where they came from
                assert ours.read(member) == published.read(member), f"{name}: {member}"
        assert (tmp_path / "glassbench/T0.23" / name).stat().st_size == 465710


# ---- our own campaigns -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own(place):
    """Six structures made here, three of them for testing, dealt out by the seed."""
    sections = support.campaign({"campaign.name": "own", "system.structures": 6, "replicas.keep_frames": True, "replicas.count": 4,
                                 "split.train": 2, "split.validation": 1, "split.test": 3})
    support.succeed("run", support.write_campaign(place / "own.toml", sections), "--stage", "evaluate", cwd=place)
    return place / "own"


def test_numbers_follow_the_split(own, exported):
    """Training and validation structures come first, then the test structures, whatever the seed dealt out."""
    out = exported(own, "glassbench-models")
    assert data_files(out) == sorted([f"T0.60/train/N387T0.60_{k}.npz" for k in (1, 2, 3)] +
                                     [f"T0.60/test/N387T0.60_{k}.npz" for k in (4, 5, 6)])
    split = json.loads((own / "split.json").read_text())
    order = sorted(split["train"] + split["validation"]) + split["test"]
    with h5py.File(own / "labels/labels_0000.h5") as first, h5py.File(own / "labels/labels_0001.h5") as second, h5py.File(
            own / "labels/labels_0002.h5") as third:
        for number, structure in enumerate(order, start=1):
            part = "train" if number <= 3 else "test"
            label = (first, second, third)[structure // 2][f"s{structure:04d}/labels/displacement"][()]
            with np.load(out / f"T0.60/{part}/N387T0.60_{number}.npz") as file:
                assert np.array_equal(file["md_prop"], label)
                assert file["box"].shape == (2,) and len(file["times"]) == 3
    card = (out / "DATACARD.md").read_text()
    assert "- train: 3 structures, numbers 1-3" in card and "- test: 3 structures, numbers 4-6" in card


# ---- data card ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["glassbench", "botan", "glassbench-models", "extxyz"])
def test_checksums(form, cold, exported):
    """By the real sha256sum, over every file; and a damaged file is found."""
    out = exported(cold, form)
    listed = [line.split("  ", 1)[1] for line in (out / "SHA256SUMS").read_text().splitlines()]
    assert listed == sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file() and p.name != "SHA256SUMS")
    assert "DATACARD.md" in listed
    subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"], cwd=out, check=True)
    first = out / listed[-1]
    before = first.read_bytes()
    first.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    assert subprocess.run(["sha256sum", "-c", "--status", "SHA256SUMS"], cwd=out, check=False).returncode != 0
    first.write_bytes(before)


def test_the_card_says_what_it_must(own, exported):
    card = (exported(own, "glassbench") / "DATACARD.md").read_text()
    for words in ("Model liquid: KA2D", "T = 0.6", "smoothing `quartic`", "180 A, 99 B, 108 C", "reduced Lennard-Jones", "Seed of all random numbers: 5",
                  "24 replicas", "Displacement propensity", "within 1.4 sigma", "CC-BY-4.0", "How to cite", "Certificate", "tau_alpha",
                  "equilibrated by `swap`", "Made by glassforge", "Campaign hash", "zenodo.10118191", "unwrapped", "sweeps = 60"):
        assert words in card, words
    with h5py.File(own / "states/states_0000.h5") as states:
        assert states.attrs["campaign_hash"].decode() in card
    assert not re.search(r"20\d\d-\d\d-\d\d", card)  # no dates: the same campaign gives the same card


def test_the_card_is_the_same_every_time(cold, tmp_path):
    for name in ("a", "b"):
        glassforge("export", cold, "--format", "glassbench-models", "--licence", "CC0-1.0", "--out", tmp_path / name)
    assert (tmp_path / "a/DATACARD.md").read_bytes() == (tmp_path / "b/DATACARD.md").read_bytes()
    assert (tmp_path / "a/SHA256SUMS").read_bytes() == (tmp_path / "b/SHA256SUMS").read_bytes()
    card = (tmp_path / "a/DATACARD.md").read_text()
    assert "CC0-1.0" in card and "stay under the licence of their source" in card and "labelled 0.23" in card


def test_the_card_has_the_certificate(own, tmp_path):
    certificate = own / "certificate.json"
    before = certificate.read_text() if certificate.exists() else None
    certificate.write_text('{"passed": false, "checks": [{"name": "two preparations", "value": 0.5, "limit": 3, "passed": true}, '
                           '{"name": "energy drift", "value": 4.5, "limit": 3, "passed": false}]}')
    glassforge("export", own, "--format", "extxyz", "--out", tmp_path / "out")
    if before is None:
        certificate.unlink()
    else:
        certificate.write_text(before)
    card = (tmp_path / "out/DATACARD.md").read_text()
    assert "Ensemble: NOT passed" in card
    assert re.search(r"two preparations: .*- passed", card) and re.search(r"energy drift: .*4\.5.*- NOT passed", card)


def test_the_lammps_form_is_no_dataset(cold, exported):
    out = exported(cold, "lammps")
    assert sorted(p.name for p in out.iterdir()) == [f"N1290T0.23_{k}.data" for k in TRAIN + TEST]
