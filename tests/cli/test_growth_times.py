"""Label times that are added to a labelled campaign: what is there keeps its bits, and the end is as if made at once."""

import json

import h5py
import numpy as np
import pytest
import support

TIMES = [0.1, 0.37, 1.0, 2.5]
EVERY_LABEL = {"bond_breaking": {"inner": 1.4, "outer": 1.8}, "pairs": {"cutoff": 1.5}, "overlap": {"distance": 0.2}}
BASE = support.campaign({
    "replicas.count": 4, "replicas.times": TIMES, "replicas.keep_frames": True, "dynamics.structures": 0,
    "train.models": ["DEN"], **{f"labels.{key}": value for key, value in EVERY_LABEL.items()},
})


def replica_rows(folder):
    """{(file, structure, dataset, step): values of all replicas} of everything that has a value per replica and time."""
    found = {}
    for path in sorted((folder / "labels").glob("*.h5")):
        with h5py.File(path) as file:
            for structure in (name for name in file if name != "run"):
                steps = file[structure]["steps"][()]
                for name in ("displacement", "bond_breaking", "frames"):
                    values = file[structure]["replicas"][name][()]
                    found.update({(path.name, structure, name, step): values[t] for t, step in enumerate(steps)})
    return found


def run(folder, *settings, stage="evaluate", ranks=None):
    changes = [word for setting in settings for word in ("--set", setting)]
    return support.succeed("run", "c.toml", "--stage", stage, *changes, cwd=folder, ranks=ranks)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    folder = tmp_path_factory.mktemp("once")
    support.write_campaign(folder / "c.toml", BASE)
    run(folder)
    return folder / "small"


def test_structures_replicas_and_times_one_after_another(at_once, tmp_path):
    """Times beyond and between the old ones; the old rows keep their bits, and at the end all is as made at once."""
    support.write_campaign(tmp_path / "c.toml", BASE)
    few = ["system.structures=2", "split.validation=0", "replicas.pack=3"]
    stages = [
        ["replicas.times=[0.37, 1.0]", "replicas.count=2", *few],
        ["replicas.times=[0.37, 1.0, 2.5]", "replicas.count=2", *few],  # beyond
        ["replicas.times=[0.37, 1.0, 2.5]", "replicas.count=4", *few],
        ["replicas.times=[0.1, 0.37, 1.0, 2.5]", "replicas.count=4", *few],  # between
        ["replicas.pack=0"],  # the third structure
    ]
    before = {}
    for k, settings in enumerate(stages):
        run(tmp_path, *settings, ranks=2 if k % 2 else None)
        now = replica_rows(tmp_path / "small")
        for key, values in before.items():
            np.testing.assert_array_equal(now[key][: len(values)], values)
        before = now
    wanted, got = ({key: value for key, value in support.content(folder).items() if key.startswith("labels")}
                   for folder in (at_once, tmp_path / "small"))
    support.assert_same(got, wanted)


def test_times_and_replicas_in_one_go(at_once, tmp_path):
    support.write_campaign(tmp_path / "c.toml", BASE)
    run(tmp_path, "replicas.times=[0.37, 2.5]", "replicas.count=2")
    run(tmp_path, ranks=2)
    support.assert_same(tmp_path / "small", at_once)


def test_parts_of_a_stopped_run_are_kept(at_once, tmp_path):
    """Replicas that had run to the old times when the program was stopped, before the merge, are not run again for them."""
    support.write_campaign(tmp_path / "c.toml", BASE)
    run(tmp_path, "replicas.times=[0.37, 1.0]", "replicas.count=3", stage="launch")
    parts = support.fingerprint(tmp_path / "small/work")
    assert len(parts) == 3
    run(tmp_path, stage="launch")
    later = support.fingerprint(tmp_path / "small/work")
    assert len(later) == 9 and all(later[name] == print_ for name, print_ in parts.items())
    said = json.loads(support.succeed("status", "small", "--json", cwd=tmp_path).stdout)
    assert said["stages"][3]["done"] == 0
    run(tmp_path)
    support.assert_same(tmp_path / "small", at_once)


def test_status_of_times_that_are_missing(tmp_path):
    support.write_campaign(tmp_path / "c.toml", BASE)
    run(tmp_path, "replicas.times=[0.37, 1.0]", stage="label")
    text = (tmp_path / "small/campaign.toml").read_text().replace("times = [0.37, 1.0]", "times = [0.37, 1.0, 2.5]")
    (tmp_path / "small/campaign.toml").write_text(text)
    said = json.loads(support.succeed("status", "small", "--json", cwd=tmp_path).stdout)["stages"][3]
    assert (said["done"], said["all"]) == (0, 3) and "3 lack label times" in said["remark"]


@pytest.mark.parametrize("times", ["[0.37]", "[0.37, 2.5]", "{ tau_alpha = [0.5] }"])
def test_fewer_or_other_times_are_refused(times, tmp_path):
    support.write_campaign(tmp_path / "c.toml", support.campaign({"dynamics.structures": 2}, BASE))
    run(tmp_path, "replicas.times=[0.37, 1.0]", stage="label")
    before = support.fingerprint(tmp_path / "small")
    done = support.run("run", "c.toml", "--stage", "label", "--set", f"replicas.times={times}", cwd=tmp_path)
    assert done.returncode == 2 and "can be added, not taken away" in done.stderr
    assert support.fingerprint(tmp_path / "small") == before


def test_multiples_of_tau_alpha_grow_too(tmp_path):
    support.write_campaign(tmp_path / "c.toml", support.campaign({"replicas.count": 2}))
    run(tmp_path, "replicas.times={ tau_alpha = [0.5] }", stage="label")
    run(tmp_path, stage="label")
    run(tmp_path, "replicas.times={ tau_alpha = [0.1, 0.5, 1] }", stage="label", ranks=2)
    support.succeed("run", "c.toml", "--stage", "label", "--out", "fresh", cwd=tmp_path)
    support.assert_same(tmp_path / "small", tmp_path / "fresh")


def test_two_replicas_that_are_the_same_are_refused(tmp_path):
    """A part whose replica 1 is a copy of replica 0: the merge names both."""
    support.write_campaign(tmp_path / "c.toml", support.campaign({"replicas.keep_frames": False}, BASE))
    run(tmp_path, stage="launch")
    forged = tmp_path / "small/work/launch/s0001_r0000-0003.h5"
    with h5py.File(forged, "a") as file:
        for name in ("displacement", "bond_breaking"):
            values = file["part"][name][()]
            values[:, 1] = values[:, 0]
            file["part"][name][...] = values
    done = support.run("run", "c.toml", "--stage", "label", cwd=tmp_path)
    assert done.returncode == 4 and "structure 1: replicas 0 and 1 are the same run" in done.stderr


def test_labels_say_how_many_pairs_of_replicas_differ(at_once):
    for path in (at_once / "labels").glob("*.h5"):
        with h5py.File(path) as file:
            assert all(file[name]["replicas"].attrs["distinct_pairs"] == 6 for name in file if name != "run")
