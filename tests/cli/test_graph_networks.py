"""Networks on graphs as models of a campaign: any number of ranks, what they leave behind, when they are trained again."""

from __future__ import annotations

import json
import shutil

import h5py
import numpy as np
import pytest
import support

BASE = support.campaign({
    "system.structures": 5, "system.particles": 200, "equilibrate.sweeps": 20, "replicas.count": 3, "replicas.times": [1, 4],
    "dynamics.structures": 0, "dynamics.max_time": None, "labels.pairs": True, "describe.sets": None, "files.shard_size": 3,
    "train.models": ["bapst", "DEN"], "split.train": 2, "split.validation": 2, "split.test": 1,
    "train.bapst": {"batch": 2, "passes": 7, "validate_every": 4, "rate": 1e-3, "times": [4], "labels": ["displacement"]},
    "train.botan": {"networks": 2, "batch": 3, "passes": 5, "pretrain_passes": 4, "validate_every": 3, "times": [4.1],
                    "optimiser": "soap", "standardised": True, "positions": "inherent", "augmentation": "rotations"}})


def finish(folder, models, ranks=None, code=0, **changes):
    """Runs the campaign in `folder` to its scores with these models."""
    support.write_campaign(folder / "c.toml", support.campaign({"train.models": models, **changes}, BASE))
    return support.succeed("run", "c.toml", "--stage", "evaluate", cwd=folder, ranks=ranks, code=code)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trained")
    finish(folder, ["bapst", "botan", "DEN"])
    return folder


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def copy_of(trained, folder):
    shutil.copytree(trained, folder, dirs_exist_ok=True)
    return folder


@pytest.mark.parametrize("ranks", [2, 3])
def test_the_same_bits_on_any_number_of_ranks(trained, tmp_path, ranks):
    copy_of(trained, tmp_path)
    for path in [*(tmp_path / "small/models").glob("*.h5"), *(tmp_path / "small").glob("evaluation*")]:
        path.unlink()
    finish(tmp_path, ["bapst", "botan", "DEN"], ranks=ranks)
    support.assert_same(trained / "small", tmp_path / "small")
    assert not (tmp_path / "small/work").exists()


def test_the_model_file_has_weights_and_history(trained):
    with h5py.File(trained / "small/models/bapst.h5") as file:
        assert list(file["displacement"]) == ["t1"] and "bond_breaking" not in file
        network = file["displacement/t1/seed0"]
        columns = text(network.attrs["history_columns"]).split()
        history = network["history"][()]
        assert history[:, columns.index("passes")].tolist() == [4, 7]
        assert np.isfinite(history[:, columns.index("pearson")]).all()
        assert network.attrs["passes"] in (4, 7)
        assert file["times/displacement"].shape == (2,)
    with h5py.File(trained / "small/models/botan.h5") as file:
        assert sorted(file["displacement/t1"]) == ["seed0", "seed1"] and "t1" in file["bond_breaking"]
        history = file["bond_breaking/t1/seed1/history"][()]
        assert history[:, :2].tolist() == [[0, 3], [0, 4], [1, 7], [1, 9]]
        first, second = (file[f"displacement/t1/seed{k}"] for k in (0, 1))
        name = next(key for key in first if isinstance(first[key], h5py.Dataset) and key != "history")
        assert not np.array_equal(first[name], second[name])


def test_scores_are_of_what_was_learnt(trained):
    results = json.loads((trained / "small/evaluation.json").read_text())["results"]
    learnt = {(r["model"], r["label"], r["time"]) for r in results}
    late = max(time for _, _, time in learnt)
    assert {one for one in learnt if one[0] == "bapst"} == {("bapst", "displacement", late)}
    assert {one for one in learnt if one[0] == "botan"} == {("botan", label, late) for label in ("displacement", "bond_breaking")}
    assert len([one for one in learnt if one[0] == "DEN"]) == 4
    said = support.succeed("evaluate", trained / "small").stdout
    assert "botan" in said


def test_each_look_is_a_line_of_the_log(trained):
    lines = [json.loads(line) for line in (trained / "small/log/training.jsonl").read_text().splitlines()]
    of_bapst = [line for line in lines if line["model"] == "bapst"]
    assert [line["passes"] for line in of_bapst] == [4, 7]
    assert {"label", "time", "phase", "loss", "validation_loss", "pearson", "seconds"} <= set(of_bapst[0])
    assert [line["phase"] for line in lines if line["model"] == "botan"][:3] == ["pretraining", "pretraining", "training"]


def test_only_what_has_changed_is_trained_again(trained, tmp_path):
    copy_of(trained, tmp_path)
    before = support.fingerprint(tmp_path / "small/models")
    finish(tmp_path, ["bapst", "botan", "DEN"])
    assert support.fingerprint(tmp_path / "small/models") == before
    finish(tmp_path, ["bapst", "botan", "DEN"], **{"train.bapst": {**BASE["train"]["bapst"], "rate": 2e-3}})
    after = support.fingerprint(tmp_path / "small/models")
    assert {name for name in after if after[name] != before[name]} == {"bapst.h5"}


@pytest.mark.parametrize("change", [{"positions": "cage"}, {"positions": "thermal"}, {"augmentation": "axes"}])
def test_positions_and_turns_are_part_of_a_training(trained, tmp_path, change):
    copy_of(trained, tmp_path)
    before = support.fingerprint(tmp_path / "small/models")
    cage = {"cage.make": True, "cage.sweeps": 20, "cage.burn_in": 20} if change == {"positions": "cage"} else {}
    finish(tmp_path, ["bapst", "botan", "DEN"], **{"train.botan": {**BASE["train"]["botan"], **change}, **cage})
    after = support.fingerprint(tmp_path / "small/models")
    changed = {name for name in after if after[name] != before[name]}
    assert "botan.h5" in changed
    assert cage or changed == {"botan.h5"}, "where there are cage states now, all labels have changed"
    with h5py.File(tmp_path / "small/models/botan.h5") as file:
        positions = text(file.attrs["positions"]) if "positions" in file.attrs else "thermal"
    assert positions == change.get("positions", "inherent")


def test_another_run_begins_from_given_weights(trained, tmp_path):
    copy_of(trained, tmp_path)
    with h5py.File(tmp_path / "small/models/bapst.h5") as file:
        network = file["displacement/t1/seed0"]
        arrays = {name: value[()].astype(np.float32) for name, value in network.items()
                  if isinstance(value, h5py.Dataset) and name != "history"}
    np.savez(tmp_path / "weights.npz", **arrays)
    again = {**BASE["train"]["bapst"], "initial": "weights.npz"}
    finish(tmp_path, ["bapst", "DEN"], **{"train.bapst": again})
    with h5py.File(trained / "small/models/bapst.h5") as old, h5py.File(tmp_path / "small/models/bapst.h5") as new:
        place = "displacement/t1/seed0/history"
        assert new[place][0, 2] < old[place][0, 2], "the loss begins where it was"
    arrays.pop(next(iter(arrays)))
    np.savez(tmp_path / "weights.npz", **arrays)
    done = finish(tmp_path, ["bapst", "DEN"], code=2, **{"train.bapst": again})
    assert "train.bapst.initial: the array" in support.messages(done.stderr)[0]


def test_cross_fitting_trains_them_too(tmp_path):
    finish(tmp_path, ["bapst"], **{"evaluate.folds": 5})
    finish(tmp_path / "two", ["bapst"], ranks=2, **{"evaluate.folds": 5})
    support.assert_same(tmp_path / "small", tmp_path / "two/small")
    scores = json.loads((tmp_path / "small/crossfit.json").read_text())
    assert {r["model"] for r in scores["results"]} == {"bapst"}
    assert not (tmp_path / "small/work").exists()
    lines = [json.loads(line) for line in (tmp_path / "small/log/training.jsonl").read_text().splitlines()]
    assert len({line.get("fit") for line in lines}) == 6


def test_what_is_wrong_is_said_before_the_run(tmp_path):
    def refused(models, **changes):
        done = finish(tmp_path, models, code=2, **changes)
        assert not (tmp_path / "small").exists()
        return support.messages(done.stderr)[0]

    assert "set labels.pairs = { cutoff = 2.0 }" in refused(["botan"], **{"labels.pairs": False})
    assert "did you mean 'passes'" in refused(["bapst"], **{"train.bapst": {"pases": 3}}) or "passes" in refused(
        ["bapst"], **{"train.bapst": {"pases": 3}})
    assert "set [cage] make = true" in refused(["bapst"], **{"train.bapst": {"positions": "cage"}})
    assert "schedule" in refused(["bapst"], **{"train.bapst": {"schedule": "linear"}})
    assert "no network" in refused(["DEN"], **{"train.DEN": {"passes": 3}})
