"""The Python reader: every value of a campaign folder comes back as written, and errors say what is wrong and where."""

from __future__ import annotations

import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import support
from synthetic_campaign import Plan, split_of, write_campaign

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
import glassforge  # noqa: E402


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader") / "synthetic"
    plan = write_campaign(folder, Plan(stopped={(5, 1): "energy jump at step 1200"}))
    return folder, plan


@pytest.fixture()
def fresh(tmp_path):
    """A campaign of its own, for tests that spoil it."""
    write_campaign(tmp_path / "c", Plan(structures=3, replicas=2, counts=(20, 11, 12)))
    return tmp_path / "c"


def raw(folder: Path, shard: str, name: str) -> np.ndarray:
    with h5py.File(folder / shard, "r") as file:
        return file[name][()]


def test_structures_of_all_shards_are_found(written):
    folder, plan = written
    campaign = glassforge.open(folder)
    assert campaign.name == "synthetic"
    assert campaign.structures().tolist() == list(range(plan.structures))
    assert campaign.labelled_structures().tolist() == list(range(plan.structures))
    assert sorted(p.name for p in (folder / "states").iterdir()) == ["states_0000.h5", "states_0001.h5"]


def test_state(written):
    folder, plan = written
    state = glassforge.open(folder).state(5)  # in the second shard
    assert state.positions.shape == (plan.particles, 2) and state.image.dtype.kind == "i"
    assert (state.positions >= 0).all() and (state.positions < plan.box).all()
    np.testing.assert_array_equal(
        state.positions, raw(folder, "states/states_0001.h5", "particles/s0005/position/value")[0]
    )
    np.testing.assert_array_equal(state.unwrapped(), state.positions + state.image * plan.box)
    np.testing.assert_array_equal(state.species, plan.species)
    assert state.species_names == ["A", "B", "C"]
    assert state.velocities is None
    assert np.abs(state.inherent - state.unwrapped()).max() < 0.5
    assert state.quench["stop_reason"] == "converged"
    assert state.observables["index"] == 5 and state.observables["origin"] == "equilibrated"


@pytest.mark.parametrize("form", ["vector", "matrix"])
def test_a_box_that_does_not_change_may_be_one_dataset(fresh, form):
    """H5MD allows the edges as a vector or a matrix, with or without frames."""
    box = glassforge.open(fresh).state(0).box
    with h5py.File(fresh / "states" / "states_0000.h5", "a") as file:
        del file["particles/s0000/box/edges"]
        file["particles/s0000/box/edges"] = box if form == "vector" else np.diag(box)
    np.testing.assert_array_equal(glassforge.open(fresh).state(0).box, box)


def test_labels_that_were_not_asked_for_are_none(fresh):
    with h5py.File(fresh / "labels" / "labels_0000.h5", "a") as file:
        for name in ("displacement", "displacement_variance"):
            del file[f"s0000/labels/{name}"]
    labels = glassforge.open(fresh).labels(0)
    assert labels.displacement is None and labels.bond_breaking is not None
    with pytest.raises(glassforge.MissingError, match="structure 0 has no label 'displacement'"):
        labels.of("displacement")


def test_equilibration(written):
    folder, _ = written
    series = glassforge.open(folder).equilibration(1)
    assert series.method == "swap" and series.progress.shape == series.energy.shape == (200,)
    assert series.temperature[0] > series.temperature[-1] == pytest.approx(0.30)
    assert series.move_names == ["displacement", "swap A-C", "swap B-C"] and len(series.move_acceptance) == 3
    assert series.energy_error == 1e-11


def test_labels_are_means_of_their_replicas(written):
    folder, plan = written
    labels = glassforge.open(folder).labels(5)
    shape = (len(plan.times), plan.replicas, plan.particles)
    assert labels.times.tolist() == list(plan.times) and labels.steps[0] == 11
    assert labels.replicas.displacement.shape == labels.replicas.bond_breaking.shape == shape
    np.testing.assert_allclose(labels.displacement, labels.replicas.displacement.mean(1))
    np.testing.assert_allclose(labels.displacement_variance, labels.replicas.displacement.var(1, ddof=1))
    np.testing.assert_array_equal(labels.of("bond_breaking"), labels.bond_breaking)
    assert labels.replicas.status == ["done", "energy jump at step 1200", "done", "done"]
    assert labels.replicas.energy_drift.shape == (plan.replicas,)
    assert labels.settings["dynamics"] == "nve" and labels.settings["dt"] == 0.01


def test_what_older_label_files_do_not_hold(written):
    folder, plan = written
    labels = glassforge.open(folder).labels(0)
    assert labels.overlap is None
    np.testing.assert_allclose(labels.standard_error("displacement"), np.sqrt(labels.displacement_variance / plan.replicas))
    for missing in (lambda: labels.pairs, lambda: labels.ceiling("displacement"), lambda: labels.standard_error("pairs")):
        with pytest.raises(glassforge.MissingError, match="structure 0 has no"):
            missing()


def test_pairs_overlap_and_ceilings(tmp_path):
    """From a campaign that the program makes."""
    changes = {"labels.pairs": {"cutoff": 1.5}, "labels.overlap": True, "replicas.keep_frames": True,
               "replicas.times": [0.5, 2.0], "dynamics.structures": 0}
    support.write_campaign(tmp_path / "c.toml", support.campaign(changes))
    support.succeed("run", "c.toml", "--stage", "label", cwd=tmp_path)
    campaign = glassforge.open(tmp_path / "small")
    labels, box = campaign.labels(1), campaign.state(1).box
    pairs, frames = labels.pairs, labels.replicas.frames
    i, j = pairs.edges.T
    assert (i < j).all() and pairs.replicas.tolist() == [16, 16]

    def distance(x):
        d = x[..., i, :] - x[..., j, :]
        return np.linalg.norm(d - box * np.rint(d / box), axis=-1)

    change = distance(frames) - distance(labels.thermal)
    assert distance(labels.thermal).max() < 1.5
    np.testing.assert_allclose(pairs.change, change.mean(1), atol=1e-9)
    np.testing.assert_allclose(pairs.variance, change.var(1, ddof=1), atol=1e-8)
    np.testing.assert_array_equal(labels.overlap, (labels.replicas.displacement < 0.3).mean(1))
    a = labels.species == 0
    error = labels.standard_error("displacement")
    noise, spread = (error[:, a] ** 2).mean(1), labels.displacement[:, a].var(1)
    np.testing.assert_allclose(labels.ceiling("displacement")[:, 0], np.sqrt(np.maximum(0, 1 - noise / spread)), rtol=1e-12)
    assert labels.ceiling("bond_breaking").shape == (2, 3)


def test_features_dynamics_and_files(written):
    folder, plan = written
    campaign = glassforge.open(folder)
    features = campaign.features(5, "glassmlp")
    assert campaign.feature_sets() == ["glassmlp"] and features.values.shape == (plan.particles, 3)
    assert features.names[1] == "energy L=0" and features.units[1] == "epsilon" and np.isnan(features.radii[0])
    dynamics = campaign.dynamics()
    assert dynamics.f_s.shape == dynamics.times.shape and dynamics.f_s_per_structure.shape == (5, 60)
    assert dynamics.msd.shape == (60, 3) and dynamics.tau_alpha == pytest.approx(20000 / 9)
    first = campaign.files()[0]
    assert first.manifest["kind"] == "states" and first.run["host"] == "node01"


def test_split_evaluation_and_predictions(written):
    folder, plan = written
    campaign = glassforge.open(folder)
    assert {part: numbers.tolist() for part, numbers in campaign.split().items()} == split_of(plan)
    (folder / "split.json").rename(folder / "aside.json")
    assert campaign.split()["test"].tolist() == split_of(plan)["test"], "evaluation.json says it too"
    (folder / "aside.json").rename(folder / "split.json")
    test = campaign.split()["test"]
    prediction = campaign.predictions(test[0], "ridge_cage", "displacement")
    assert prediction.shape == (len(plan.times), plan.particles)
    np.testing.assert_array_equal(np.isnan(prediction[0]), plan.species != 0)
    truth = np.concatenate([campaign.labels(s).displacement[-1, plan.species == 0] for s in test])
    guess = np.concatenate([campaign.predictions(s, "ridge_cage")[-1, plan.species == 0] for s in test])
    stated = [
        r for r in campaign.evaluation()["results"] if (r["model"], r["label"]) == ("ridge_cage", "displacement")
    ][-1]
    assert np.corrcoef(truth, guess)[0, 1] == pytest.approx(stated["pearson_pooled"])


@pytest.mark.parametrize(
    ("ask", "stage"),
    [
        (lambda c: c.labels(0), "label"),
        (lambda c: c.features(0, "glassmlp"), "describe"),
        (lambda c: c.dynamics(), "launch"),
        (lambda c: c.evaluation(), "evaluate"),
        (lambda c: c.split(), "evaluate"),
        (lambda c: c.predictions(0, "ridge_cage"), "evaluate"),
        (lambda c: c.equilibration(0), "equilibrate"),
    ],
)
def test_what_is_missing_names_its_stage(tmp_path, ask, stage):
    write_campaign(tmp_path / "c", Plan(structures=1, counts=(20, 11, 12), parts=()))
    campaign = glassforge.open(tmp_path / "c")
    with pytest.raises(glassforge.MissingError, match=f"'{stage}'") as caught:
        ask(campaign)
    assert caught.value.stage == stage and "\n" not in str(caught.value)
    assert campaign.state(0).inherent is None and campaign.state(0).quench == {}


def test_unknown_names_list_what_there_is(written):
    campaign = glassforge.open(written[0])
    with pytest.raises(glassforge.MissingError, match="structure 9 has no labels; those that have: 0-5"):
        campaign.labels(9)
    with pytest.raises(glassforge.MissingError, match=r"no descriptor set 'cage' \(has: glassmlp\)"):
        campaign.features(0, "cage")
    with pytest.raises(glassforge.MissingError, match="holds no s0000/replicas/frames"):
        campaign.labels(0).replicas.frames


def test_a_folder_that_is_no_campaign(tmp_path):
    with pytest.raises(glassforge.CampaignError, match="no such folder"):
        glassforge.open(tmp_path / "nowhere")
    with pytest.raises(glassforge.CampaignError, match="no campaign.toml"):
        glassforge.open(tmp_path)


@pytest.mark.parametrize("spoil", ["truncate", "text", "middle"])
def test_a_damaged_hdf5_file_is_named(fresh, spoil):
    path = fresh / "labels" / "labels_0000.h5"
    content = bytearray(path.read_bytes())
    if spoil == "middle":  # the symbol tables of the first groups
        content[800:6000] = bytes(5200)
    path.write_bytes({"truncate": content[: len(content) // 2], "text": b"not HDF5", "middle": content}[spoil])
    with pytest.raises(glassforge.CampaignError, match="labels_0000.h5") as caught:
        glassforge.open(fresh).labels(0)
    assert "\n" not in str(caught.value)


def test_damaged_text_files_are_named(fresh):
    (fresh / "evaluation.json").write_text('{"results": [')
    with pytest.raises(glassforge.DamagedError, match="evaluation.json: cannot be read"):
        glassforge.open(fresh).evaluation()
    (fresh / "evaluation.json").write_text("{}")
    with pytest.raises(glassforge.CampaignError, match="no list 'results'"):
        glassforge.open(fresh).evaluation()
    (fresh / "split.json").write_text("3")
    with pytest.raises(glassforge.CampaignError, match="split.json: is not a JSON object"):
        glassforge.open(fresh).split()
    (fresh / "campaign.toml").write_text("[campaign\n")
    with pytest.raises(glassforge.DamagedError, match="campaign.toml: cannot be read"):
        glassforge.open(fresh).settings


def test_another_format_version_is_refused(fresh):
    with h5py.File(fresh / "states" / "states_0000.h5", "a") as file:
        file.attrs["format_version"] = 2
    with pytest.raises(glassforge.CampaignError, match="format version 2, this reader knows 1"):
        glassforge.open(fresh).state(0)


def test_a_missing_dataset_is_named(fresh):
    with h5py.File(fresh / "labels" / "labels_0000.h5", "a") as file:
        del file["s0001/times"]
    with pytest.raises(glassforge.CampaignError, match="s0001/times is missing"):
        glassforge.open(fresh).labels(1)
