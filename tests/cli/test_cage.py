"""Cage states and the second minimiser: made with the quench, or added later to what is there."""

import json
import shutil

import numpy as np
import pytest
from glassforge import Campaign

import support

WITHOUT = support.campaign({"dynamics.structures": 0, "replicas.times": [0.1, 1.0], "replicas.count": 4})
CAGE = {"cage.make": True, "cage.sweeps": 60, "cage.burn_in": 20}
CHECK = {"quench.cross_check": True}
STAGE = ("--stage", "evaluate")


def run(folder, sections, *arguments, **options):
    file = support.write_campaign(folder / "c.toml", sections)
    return support.succeed("run", file, *(arguments or STAGE), cwd=folder, **options)


def status(folder):
    return json.loads(support.succeed("status", folder, "--json").stdout)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """The folder of a campaign that had cage states and the second minimiser from the start."""
    folder = tmp_path_factory.mktemp("everything")
    done = run(folder, support.campaign({**CAGE, **CHECK}, WITHOUT))
    assert "two minimisers end in the same basin for" in done.stdout
    return folder / "small"


def test_cage_states_are_stored_and_read(everything):
    campaign = Campaign(everything)
    for number in campaign.structures():
        state, labels = campaign.state(number), campaign.labels(number)
        away = np.linalg.norm(state.cage - state.unwrapped(), axis=1)
        sigma = np.array([1.0, 0.88, 0.94])[state.species]  # of KA2D, by species
        assert 0 < away.min() and np.all(away < 0.4 * sigma)
        assert state.cage_run["radius"] == 0.4 and state.cage_run["sweeps"] == 60 and state.cage_run["burn_in"] == 20
        assert 0.2 < state.cage_run["acceptance"] < 0.6 and 0 < state.cage_run["spread"] < 0.1
        assert np.array_equal(labels.cage, state.cage)
        assert state.basin["max_force"] < 1e-9
        assert bool(state.basin["same_basin"]) == (state.basin["distance"] < 0.01)


def test_added_later_they_leave_the_rest_alone(everything, tmp_path):
    """A finished campaign, then cage states, then the second minimiser: values stay, and all is as if asked for at first."""
    run(tmp_path, WITHOUT)
    before = support.content(tmp_path / "small")
    assert status(tmp_path / "small")["cage_states"] == 0
    run(tmp_path, support.campaign(CAGE, WITHOUT), ranks=2)
    with_cage = support.content(tmp_path / "small")
    changed = [line for line in support.differences(before, with_cage) if "parent_hash" not in line]
    listed = ("dataset.h5:/parents/hashes", "dataset.h5:@arrays")  # what it was made from, and what is in it
    changed = [line for line in changed if not line.endswith(listed)]
    assert changed and all(line.startswith("only in the second") and "cage" in line for line in changed)
    run(tmp_path, support.campaign({**CAGE, **CHECK}, WITHOUT), ranks=2)
    support.assert_same(everything, tmp_path / "small")


def test_the_same_bits_for_any_ranks(everything, tmp_path):
    run(tmp_path, support.campaign({**CAGE, **CHECK}, WITHOUT), ranks=3)
    support.assert_same(everything, tmp_path / "small")


def test_a_part_of_a_run_that_asked_for_less(tmp_path):
    """Killed after the quench of a structure and before the merge; then cage states are asked for."""
    one = {"files.shard_size": 1, "equilibrate.sweeps": 20}
    run(tmp_path / "quenched", support.campaign(one, WITHOUT), "--stage", "quench")
    run(tmp_path / "killed", support.campaign(one, WITHOUT), "--stage", "equilibrate")
    part = tmp_path / "killed/small/work/quench/s0001.h5"
    part.parent.mkdir(parents=True)
    shutil.copy(tmp_path / "quenched/small/states/states_0001.h5", part)
    run(tmp_path / "killed", support.campaign({**one, **CAGE}, WITHOUT), "--stage", "quench")
    assert status(tmp_path / "killed/small")["cage_states"] == 3
    run(tmp_path / "fresh", support.campaign({**one, **CAGE}, WITHOUT), "--stage", "quench")
    support.assert_same(tmp_path / "killed/small", tmp_path / "fresh/small")


def test_status_counts_them(everything, tmp_path):
    found = status(everything)
    assert found["cage_states"] == 3
    assert found["inherent_states"]["checked"] == 3 and 0 <= found["inherent_states"]["same_basin"] <= 3
    said = support.succeed("status", everything).stdout
    assert "cage states: 3" in said and f"two minimisers: {found['inherent_states']['same_basin']} of 3" in said
    run(tmp_path, WITHOUT, "--stage", "quench")
    support.write_campaign(tmp_path / "c.toml", support.campaign(CAGE, WITHOUT))
    support.succeed("run", "c.toml", "--stage", "equilibrate", cwd=tmp_path)
    quench = {entry["stage"]: entry for entry in status(tmp_path / "small")["stages"]}["quench"]
    assert (quench["done"], quench["all"]) == (0, 3)  # the campaign now asks for more than there is


@pytest.mark.parametrize("change", [{"cage.make": False}, {"cage.radius": 0.2}, {"cage.sweeps": 70}])
def test_other_cage_states_are_refused_in_the_same_folder(everything, tmp_path, change):
    shutil.copytree(everything, tmp_path / "small")
    before = support.fingerprint(tmp_path / "small")
    support.write_campaign(tmp_path / "c.toml", support.campaign({**CAGE, **CHECK, **change}, WITHOUT))
    done = support.run("run", "c.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert any("has cage states" in line and "another --out" in line for line in support.messages(done.stderr))
    assert support.fingerprint(tmp_path / "small") == before
