"""glassforge verify: a whole campaign holds; each thing that is damaged is named; differences from published files are explained."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
import support
from published_files import glassforge, make_structure, write_glassbench

REFERENCE = os.environ.get("GLASSFORGE_REFERENCE_DATA", "")
ALL_HOLD = 0
SOME_DO_NOT = 1


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A finished campaign with kept frames, in two shards."""
    place = tmp_path_factory.mktemp("verify")
    sections = support.campaign({"replicas.keep_frames": True, "replicas.count": 6})
    support.succeed("run", support.write_campaign(place / "small.toml", sections), cwd=place)
    return place / "small"


@pytest.fixture
def copy(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "small")
    return tmp_path / "small"


def verify(folder, *words, code=ALL_HOLD):
    done = support.succeed("verify", folder, "--json", *words, code=code)
    return json.loads(done.stdout)


def violated(folder):
    """{invariant: violations} of those that do not hold."""
    found = {i["name"]: i["violations"] for i in verify(folder, code=SOME_DO_NOT)["invariants"] if not i["holds"]}
    assert found
    return found


def change(path, dataset, edit):
    """Lays an edit of a dataset's values into an HDF5 file, checksums and all."""
    with h5py.File(path, "r+") as file:
        values = file[dataset][()]
        edit(values)
        file[dataset][...] = values


def add(index, amount):
    def edit(values):
        values[index] += amount

    return edit


def put(index, value):
    def edit(values):
        values[index] = value

    return edit


LABELS, STATES = "labels/labels_0000.h5", "states/states_0000.h5"


def test_a_whole_campaign_holds(whole):
    before = support.fingerprint(whole)
    found = verify(whole)
    assert found["holds"] and all(i["holds"] and i["checked"] > 0 for i in found["invariants"])
    assert len(found["invariants"]) >= 20
    text = support.succeed("verify", whole).stdout
    assert "invariants hold" in text and "VIOLATED" not in text
    assert support.fingerprint(whole) == before  # it only looks


def test_several_campaigns(whole, copy):
    change(copy / LABELS, "s0001/labels/displacement", add((0, 3), 1e-15))
    found = json.loads(support.succeed("verify", whole, copy, "--json", code=SOME_DO_NOT).stdout)
    assert [one["holds"] for one in found] == [True, False]


def test_the_last_bit_of_a_mean(copy):
    """One bit: means and variances follow from the replicas' values exactly."""
    with h5py.File(copy / LABELS) as file:
        value = file["s0001/labels/displacement"][1, 7]
    change(copy / LABELS, "s0001/labels/displacement", put((1, 7), np.nextafter(value, 10)))
    found = violated(copy)
    (said,) = found["means and variances are those of the replicas, bit for bit"]
    assert said.startswith("s0001: displacement:") and "1 values differ" in said


def another_species(values):
    values[0] = (values[0] + 1) % 3


DAMAGES = {
    "variance": (LABELS, "s0000/labels/bond_breaking_variance", add((2, 5), 1e-6), "means and variances are those of the replicas", "s0000"),
    "replica": (LABELS, "s0000/replicas/displacement", add((1, 2, 3), 0.01), "displacements follow from the kept frames", "s0000"),
    "frame": (LABELS, "s0001/replicas/frames", add((0, 1, 4, 0), 0.3), "displacements follow from the kept frames", "s0001"),
    "bond": (LABELS, "s0001/replicas/bond_breaking", put((2, 0, 0), 1.25), "remaining bonds are between 0 and 1", "s0001"),
    "negative": (LABELS, "s0001/replicas/displacement", put((0, 0, 0), -0.1), "displacements are not negative", "s0001"),
    "mean above 1": (LABELS, "s0001/labels/bond_breaking", put((0, 0), 1.5), "remaining bonds are between 0 and 1", "s0001"),
    "time": (LABELS, "s0001/times", add(1, 1e-9), "label times are those of their steps", "s0001"),
    "step": (LABELS, "s0001/steps", add(1, 1), "label times are those of their steps", "s0001"),
    "start": (LABELS, "s0000/positions/thermal", add((3, 1), 1e-9), "labels start from the positions of their states", "s0000"),
    "label species": (LABELS, "s0000/species", another_species, "labels have the species of their states", "s0000"),
    "inherent of labels": (LABELS, "s0000/positions/inherent", add((3, 1), 1e-9), "labels have the inherent positions", "s0000"),
    "position": (STATES, "particles/s0001/position/value", add((0, 5, 0), 0.02), "energies of stored configurations", "s0001"),
    "out of the box": (STATES, "particles/s0001/position/value", add((0, 5, 0), 1000.0), "positions lie in the box", "s0001"),
    "not a number": (STATES, "particles/s0001/position/value", put((0, 5, 0), np.nan), "positions lie in the box", "s0001"),
    "species": (STATES, "particles/s0000/species", another_species, "species have the numbers of particles", "s0000"),
    "box": (STATES, "particles/s0000/box/edges/value", add((0, 0, 0), 0.1), "the box is that of the campaign", "s0000"),
    "inherent": (STATES, "inherent/s0000/position", add((7, 0), 1e-3), "residual forces of inherent states", "s0000"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damage_is_named(damage, copy):
    file, dataset, edit, invariant, where = DAMAGES[damage]
    change(copy / file, dataset, edit)
    found = violated(copy)
    (said,) = [violations for name, violations in found.items() if name.startswith(invariant)]
    assert any(line.startswith(where) for line in said), said


@pytest.mark.parametrize(("group", "name", "change_by", "invariant"), [
    ("observables/s0001", "energy_per_particle", 1e-8, "energies of stored configurations"),
    ("observables/s0001", "pressure", 1e-6, "pressures of stored configurations"),
    ("inherent/s0001", "energy_per_particle", 1e-8, "energies of inherent states"),
    ("inherent/s0001", "energy_per_particle", 5.0, "inherent states lie below their thermal states"),
    ("inherent/s0001", "max_force", 1e-8, "residual forces of inherent states"),
])
def test_a_changed_number_is_named(copy, group, name, change_by, invariant):
    with h5py.File(copy / STATES, "r+") as file:
        file[group].attrs[name] = file[group].attrs[name] + change_by
    (said,) = [violations for found, violations in violated(copy).items() if found.startswith(invariant)]
    assert said[0].startswith("s0001")


def test_a_replica_that_is_there_twice(copy):
    with h5py.File(copy / LABELS, "r+") as file:
        for name in ("displacement", "bond_breaking", "frames"):
            rows = file[f"s0000/replicas/{name}"]
            rows[:, 4] = rows[:, 1]
    found = violated(copy)
    assert found["replicas are pairwise distinct"] == ["s0000: replicas 1 and 4 have the same displacements"]


def test_damaged_bytes(copy):
    path = copy / LABELS
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    (said,) = violated(copy)["files are whole: manifest, checksums, this campaign"]
    assert "labels_0000.h5" in said


def test_a_file_of_another_campaign(copy):
    with h5py.File(copy / LABELS, "r+") as file:
        file.attrs["campaign_hash"] = np.bytes_("0" * 16)
    (said,) = violated(copy)["files are whole: manifest, checksums, this campaign"]
    assert "labels_0000.h5" in said and "other settings" in said


def test_children_of_other_parents(copy):
    """Features, models and scores say what they were made from."""
    with h5py.File(copy / "features/features_0000.h5", "r+") as file:
        file["s0000/density_energy/features"][0, 0] += 1e-6
    said = " ".join(violated(copy)["files were made from the files that are there now"])
    assert "models/ridge_density_energy.h5" in said or "evaluation.h5" in said
    with h5py.File(copy / STATES, "r+") as file:
        file["observables/s0000"].attrs["origin"] = np.bytes_("elsewhere")
    said = violated(copy)["files were made from the files that are there now"]
    assert any(line.startswith("features/features_0000.h5: states/states_0000.h5 has changed since") for line in said)


def test_a_leaking_split(copy):
    split = json.loads((copy / "split.json").read_text())
    split["train"].append(split["test"][0])
    (copy / "split.json").write_text(json.dumps(split))
    (said,) = violated(copy)["the split is disjoint and names structures of the campaign"]
    assert f"structure {split['test'][0]} is in 2 parts" in said
    (copy / "split.json").write_text(json.dumps({**split, "train": [99]}))
    assert "structure 99 is not one" in violated(copy)["the split is disjoint and names structures of the campaign"][0]


def test_made_up_scores(copy):
    content = json.loads((copy / "evaluation.json").read_text())
    content["results"][0]["pearson_pooled"] += 0.01
    (copy / "evaluation.json").write_text(json.dumps(content))
    (said,) = violated(copy)["scores follow from predictions and labels"]
    assert content["results"][0]["model"] in said


def test_certificates_can_be_required(copy):
    certificate = copy / "certificate.json"
    certificate.unlink(missing_ok=True)
    certificate.write_text('{"passed": false, "checks": []}')
    assert verify(copy)["holds"]
    found = verify(copy, "--require-certificate", code=SOME_DO_NOT)
    (said,) = [i["violations"] for i in found["invariants"] if not i["holds"]]
    assert "of the ensemble" in said[0]


def test_a_campaign_under_way_holds_as_far_as_it_is(tmp_path):
    small = support.write_campaign(tmp_path / "small.toml", support.campaign())
    support.succeed("run", small, "--stage", "equilibrate", cwd=tmp_path)
    found = verify(tmp_path / "small")
    assert found["holds"] and any("labels of 0 of 3" in note for note in found["notes"])


# ---- against published files ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    folder = tmp_path_factory.mktemp("against")
    for number in (1, 2):
        write_glassbench(folder / "npz", number, make_structure(number))
    glassforge("import", folder / "npz", "--format", "glassbench", "--model", "KA2D", "--temperature", 0.231, "--out", folder / "set")
    return folder


def topics(found, topic):
    return [one for one in found["against"] if one["topic"] == topic]


def test_an_import_is_the_same_as_its_source(published):
    found = verify(published / "set", "--against", published / "npz")
    assert topics(found, "structures")[0]["numbers"]["pairs"] == [[0, 1], [1, 2]]
    (rounding,) = topics(found, "rounding")
    assert rounding["numbers"]["largest_distance"] == 0 and rounding["numbers"]["largest_energy_difference"] == 0
    labels = topics(found, "labels")
    assert len(labels) == 3 * 2  # species, times
    for one in labels:
        assert one["numbers"]["verdict"] == "they are the same" and one["numbers"]["mean_ratio"] == pytest.approx(1)
    assert "species count from 1" in topics(found, "coordinates")[0]["text"]
    assert "the published files" not in support.succeed("verify", published / "set").stdout


def test_rounded_coordinates_are_recognised(published, tmp_path):
    """Six digits, wrapped, other replicas: each is said."""
    for number in (1, 2):
        made = make_structure(number)
        rng = np.random.default_rng(number)
        mobility = 1 + 0.5 * np.sin(2 * np.pi * made.start[:, 0] / made.box)  # as published_files has it
        scale = np.array([0.1, 0.4])[:, None, None, None] * mobility[None, None, :, None]
        start = made.start - made.box * np.floor(made.start / made.box + 0.5)
        frames = start + scale * rng.normal(size=made.frames.shape)
        made.start, made.frames = (np.array([float(f"{v:.6g}") for v in x.ravel()]).reshape(x.shape) for x in (start, frames))
        write_glassbench(tmp_path / "npz", number, made)
    found = verify(published / "set", "--against", tmp_path / "npz")
    (rounding,) = topics(found, "rounding")
    assert rounding["numbers"]["significant_digits"] == 6 and 0 < rounding["numbers"]["largest_distance"] < 1e-4
    assert rounding["numbers"]["largest_energy_difference"] < 10 * rounding["numbers"]["expected_energy_difference"]
    assert topics(found, "coordinates")[0]["numbers"]["initial_positions"] == "wrapped to [-L/2, L/2)"
    (potential,) = topics(found, "potential")
    assert {"none", "shift", "force-shift", "quartic"} <= set(potential["numbers"])
    for one in topics(found, "labels"):
        assert one["numbers"]["pearson"] < 1 and "noise of the replicas" in one["numbers"]["verdict"]
        assert one["numbers"]["rms_difference"] == pytest.approx(one["numbers"]["expected_rms_difference"], rel=0.2)


@pytest.mark.skipif(not REFERENCE, reason="GLASSFORGE_REFERENCE_DATA is not set: nothing compared with published data")
def test_published_inherent_states_tell_the_potential(tmp_path):
    """Zero force at the published inherent state: quartic, as the reference found by a program of its own."""
    source = Path(REFERENCE) / "glassbench_ka2d_T0.23"
    for smoothing in ("quartic", "force-shift"):
        glassforge("import", source, "--format", "glassbench", "--model", "KA2D", "--temperature", 0.231, "--set",
                   f"system.smoothing={smoothing}", "--out", tmp_path / smoothing)
        (potential,) = topics(verify(tmp_path / smoothing, "--against", source), "potential")
        numbers = potential["numbers"]
        assert numbers["published_inherent_fits"] == "quartic"
        assert [round(numbers[name]["inherent_rms_force"], 4) for name in ("quartic", "force-shift", "none")] == pytest.approx(
            [0.0175, 0.038, 0.072], abs=6e-4)
        assert ("as it should be" in potential["text"]) == (smoothing == "quartic")
        (rounding,) = topics(verify(tmp_path / smoothing, "--against", source), "rounding")
        assert rounding["numbers"]["significant_digits"] == 6
