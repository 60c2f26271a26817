"""dataset.h5: states, labels and split of all structures in one file, the same for any number of ranks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import support

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
import glassforge  # noqa: E402

FILE = 3
# Every kind of label, and an odd number of shards, so that ranks run out of them at different times.
FULL = support.campaign({
    "system.structures": 5, "split.train": 3, "replicas.count": 3, "replicas.times": [0.1, 0.5], "dynamics.structures": 0,
    "labels.pairs": {"cutoff": 1.5}, "labels.overlap": {"distance": 0.2}, "quench.cross_check": False,
    "cage.make": True, "cage.sweeps": 20, "cage.burn_in": 20,
})


def run(place, *words, stage="label", **options):
    return support.succeed("run", "c.toml", "--stage", stage, *words, cwd=place, **options)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A campaign that is labelled and described, by the program alone."""
    place = tmp_path_factory.mktemp("dataset")
    support.write_campaign(place / "c.toml", FULL)
    run(place, stage="describe")
    return place


@pytest.fixture
def place(finished, tmp_path):
    shutil.copytree(finished, tmp_path / "c")
    return tmp_path / "c"


def remade(place, ranks):
    (place / "small/dataset.h5").unlink()
    run(place, ranks=ranks)
    return place / "small/dataset.h5"


def content(path):
    found = {}
    with h5py.File(path) as file:
        support._collect(file, "dataset:", found)
    return found


def test_any_number_of_ranks_gives_the_same_file(finished, place):
    made = finished / "small/dataset.h5"
    for ranks in (1, 2, 3, 4):
        other = remade(place, ranks)
        support.assert_same(content(made), content(other), f"{ranks} ranks")
        compared = subprocess.run(["h5diff", "--exclude-path", "/run", made, other], capture_output=True, text=True, check=False)
        assert (compared.returncode, compared.stdout) == (0, "")
        assert made.stat().st_size == other.stat().st_size


def test_it_holds_what_the_shards_hold(finished):
    """Array by array, against the files it is made from."""
    campaign = glassforge.open(finished / "small")
    dataset = campaign.dataset()
    numbers = campaign.structures()
    np.testing.assert_array_equal(dataset.structures, numbers)
    for row, number in enumerate(numbers):
        state, labels = campaign.state(number), campaign.labels(number)
        np.testing.assert_array_equal(dataset["box"][row], state.box)
        np.testing.assert_array_equal(dataset["species"][row], state.species)
        np.testing.assert_array_equal(dataset["positions/thermal"][row], state.unwrapped())
        np.testing.assert_array_equal(dataset["positions/inherent"][row], state.inherent)
        np.testing.assert_array_equal(dataset["positions/cage"][row], state.cage)
        assert dataset["energies/thermal"][row] == state.observables["energy_per_particle"]
        assert dataset["energies/inherent"][row] == state.quench["energy_per_particle"]
        for name in ("displacement", "displacement_variance", "displacement_ceiling", "bond_breaking",
                     "bond_breaking_variance", "bond_breaking_ceiling", "overlap"):
            np.testing.assert_array_equal(dataset[f"labels/{name}"][row], getattr(labels, name), name)
        np.testing.assert_array_equal(dataset["labels/displacement_error"][row],
                                      np.sqrt(labels.displacement_variance / 3))
        np.testing.assert_array_equal(dataset.times, labels.times)
        np.testing.assert_array_equal(dataset.steps, labels.steps)
    np.testing.assert_array_equal(dataset["labels/replicas"], [3] * 5)


def test_pairs_stand_one_after_another(finished):
    dataset = glassforge.open(finished / "small").dataset()
    for row, number in enumerate(dataset.structures):
        with h5py.File(finished / f"small/labels/labels_000{number // 2}.h5") as file:
            pairs = file[f"s{number:04d}/labels/pairs"]
            edges, change, variance = dataset.pairs(row)
            np.testing.assert_array_equal(edges, pairs["edges"][()])
            np.testing.assert_array_equal(change, pairs["change"][()])
            np.testing.assert_array_equal(variance, pairs["variance"][()])


def test_split_links_and_checks_of_the_reader(finished):
    campaign = glassforge.open(finished / "small")
    dataset = campaign.dataset()
    for part, numbers in campaign.split().items():
        np.testing.assert_array_equal(dataset.structures[dataset.split(part)], numbers)
    assert dataset.feature_sets() == campaign.feature_sets()
    for row, number in enumerate(dataset.structures):
        np.testing.assert_array_equal(dataset.features("density")[row], campaign.features(number, "density").values)
        np.testing.assert_array_equal(dataset.replicas(row, "displacement"), campaign.labels(number).replicas.displacement)
    dataset.check()


def test_a_rerun_touches_nothing(place):
    before = support.fingerprint(place / "small", skip=("log",))
    for ranks in (None, 3):
        run(place, ranks=ranks)
        assert support.fingerprint(place / "small", skip=("log",)) == before


def test_it_grows_with_the_campaign(finished, tmp_path):
    """Structures, then replicas and times: the end is the file that is made at once, but for the split, which has grown too."""
    support.write_campaign(tmp_path / "c.toml", FULL)
    few = ["--set", "replicas.count=2", "--set", "replicas.times=[0.5]"]
    run(tmp_path, "--set", "system.structures=3", "--set", "split.train=1", *few, ranks=2)
    small = content(tmp_path / "small/dataset.h5")
    run(tmp_path, *few, ranks=3)
    more = content(tmp_path / "small/dataset.h5")
    assert more["dataset:/structures"][1] == (5,) and small["dataset:/structures"][1] == (3,)
    run(tmp_path, *few[2:])
    run(tmp_path, ranks=4)
    found = support.differences(content(finished / "small/dataset.h5"), content(tmp_path / "small/dataset.h5"))
    assert set(found) <= {f"differs: dataset:{name}" for name in ("@parent_hash", "/split/train", "/split/validation", "/split/test")}


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))


def place_of_array(path, name):
    with h5py.File(path) as file:
        return file[name].id.get_offset()


DAMAGE = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-4096]),
    "one bit of an array": lambda path: flip(path, place_of_array(path, "labels/displacement") + 4801),
    "one bit of the last row": lambda path: flip(path, place_of_array(path, "labels/pairs/variance") - 1),
    "one bit of a checksum": lambda path: flip(path, place_of_array(path, "checksum/species") + 3),
}


@pytest.mark.parametrize(("what", "ranks"), zip(DAMAGE, (2, 3, None, 2)))
def test_a_damaged_dataset_is_found_and_made_again(finished, place, what, ranks):
    path = place / "small/dataset.h5"
    DAMAGE[what](path)
    found = support.succeed("verify", place / "small", code=1).stdout
    assert "dataset.h5" in found and "VIOLATED files are whole" in found
    if what == "one bit of an array":
        assert "/labels/displacement: is damaged: the values of structure " in found
        with pytest.raises(glassforge.DamagedError, match="labels/displacement of structure"):
            glassforge.open(place / "small").dataset().check()
    assert "the dataset is made again" in run(place, ranks=ranks).stdout
    support.assert_same(content(finished / "small/dataset.h5"), content(path))
    support.succeed("verify", place / "small")


def refuse(place, pattern, ranks):
    before = support.fingerprint(place / "small", skip=("log",))
    done = support.run("run", "c.toml", "--stage", "label", cwd=place, ranks=ranks, timeout=60)
    told = support.messages(done.stderr)
    assert done.returncode == FILE and len(told) == 1 and pattern in told[0], done.stderr
    assert support.fingerprint(place / "small", skip=("log",)) == before


@pytest.mark.parametrize("ranks", [None, 3])
def test_another_file_of_that_name_is_not_overwritten(place, ranks):
    path = place / "small/dataset.h5"
    path.write_text("my notes")
    refuse(place, "dataset.h5: not an HDF5 file; move it away", ranks)
    with h5py.File(path, "w") as file:
        file["x"] = 1
    refuse(place, "not one of glassforge's", ranks)
    shutil.copy(place / "small/labels/labels_0000.h5", path)
    refuse(place, "kind 'labels'; 'dataset' is needed", ranks)


def test_an_unreadable_shard_ends_all_ranks_with_one_message(place):
    (place / "small/dataset.h5").unlink()
    path = place / "small/labels/labels_0002.h5"
    path.write_bytes(path.read_bytes()[:-4096])
    refuse(place, "labels_0002.h5: ", 3)


def test_what_a_killed_run_left_is_removed(finished, place):
    left = place / "small/.dataset.h5.node.1.0x1.tmp"
    left.write_bytes(b"half")
    (place / "small/dataset.h5").unlink()
    run(place, ranks=2)
    assert not left.exists()
    support.assert_same(content(finished / "small/dataset.h5"), content(place / "small/dataset.h5"))


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 16 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("a small tmpfs cannot be mounted here: a full disk was NOT tried")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize("left", [0, 400])  # kB: nothing, some of the arrays (0.8 MB)
def test_a_full_disk(finished, small_disk, left):
    """One clear error on all ranks; what was there stays, and the run goes on when there is room again."""
    shutil.copytree(finished, small_disk / "c")
    place = small_disk / "c"
    path = place / "small/dataset.h5"
    flip(path, place_of_array(path, "labels/displacement") + 4801)
    damaged = path.read_bytes()
    free = shutil.disk_usage(small_disk).free
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(free - left * 1024))
    done = support.run("run", "c.toml", "--stage", "label", cwd=place, ranks=3, timeout=60)
    told = support.messages(done.stderr)
    assert done.returncode == FILE and len(told) == 1 and "No space left on device" in told[0], done.stderr
    assert path.read_bytes() == damaged
    assert not list(place.glob("small/.dataset*.tmp"))
    ballast.unlink()
    run(place, ranks=2)
    support.assert_same(content(finished / "small/dataset.h5"), content(path))


def test_status_names_it(finished):
    assert "dataset.h5: 5 structures" in support.succeed("status", finished / "small").stdout
