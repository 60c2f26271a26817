"""Full disks, folders that cannot be written to, damaged checkpoints, files of another campaign, two programs in one folder:
one clear line, nothing lost, and the campaign is completed by the same command once the cause is gone."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
import support  # noqa: E402

CAMPAIGN = support.campaign({"equilibrate.sweeps": 2000, "replicas.times": [1, 5, 25], "replicas.pack": 4,
                             "dynamics.structures": 0})
RUN = ("run", "c.toml", "--stage", "label", "--checkpoint", "0")
FILE_ERROR = 3


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    support.write_campaign(folder / "c.toml", CAMPAIGN)
    support.succeed(*RUN, cwd=folder)
    return folder / "small"


@pytest.fixture
def place(tmp_path):
    support.write_campaign(tmp_path / "c.toml", CAMPAIGN)
    return tmp_path


def mount(*arguments):
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"mount {' '.join(map(str, arguments))} is not allowed here: {done.stderr.strip()}")


@pytest.fixture
def small_disk(place):
    """A disk of so many kilobytes in the place of the campaign's folder."""
    disk = place / "small"
    disk.mkdir()
    mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", disk)
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def refused(done, *parts):
    assert done.returncode == FILE_ERROR, done.stderr
    said = support.messages(done.stderr)
    assert len(said) == 1, done.stderr
    for part in parts:
        assert part in said[0]


@pytest.mark.parametrize("ranks", [None, 2])
def test_a_full_disk(small_disk, place, undisturbed, ranks):
    sizes = [64, 200, 600, 1500, 4000]  # kilobytes: it fills in another stage each time
    for kilobytes in sizes:
        mount("-o", f"remount,size={kilobytes}k", small_disk)
        done = support.run(*RUN, ranks=ranks, cwd=place)
        if done.returncode == 0:
            break
        refused(done, "No space left on device")
        assert not list(small_disk.rglob("*.tmp"))
    assert kilobytes > sizes[1], "the disk was never full"
    mount("-o", "remount,size=64m", small_disk)
    support.succeed(*RUN, ranks=ranks, cwd=place)
    support.assert_same(undisturbed, small_disk)


def test_a_folder_that_cannot_be_written_to(place, undisturbed):
    support.succeed("run", "c.toml", "--stage", "quench", cwd=place)
    folder = place / "small"
    mount("--bind", folder, folder)
    try:
        mount("-o", "remount,ro,bind", folder)
        refused(support.run(*RUN, cwd=place), str(folder.name), "cannot be written")
        refused(support.run(*RUN, ranks=2, cwd=place), "cannot be written")
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
    support.succeed(*RUN, cwd=place)
    support.assert_same(undisturbed, folder)


def interrupted(place, stage):
    """Both checkpoint files of some task of this stage, of a run that was killed; the newest last."""
    folder = place / "small/work/checkpoints" / stage
    process = support.start(*RUN, cwd=place)
    support.wait_until(lambda: len(list(folder.glob("*.h5"))) > 1, process)
    support.kill(process)
    slots = sorted(folder.glob("*.h5"), key=lambda path: path.stat().st_mtime_ns)
    if len(slots) < 2:
        pytest.fail("killed between two tasks")
    return slots


def truncate(path):
    path.write_bytes(path.read_bytes()[:-1000])


def flip_a_bit(path):
    bytes_ = bytearray(path.read_bytes())
    bytes_[len(bytes_) // 2] ^= 1
    path.write_bytes(bytes_)


@pytest.mark.parametrize("damage", [truncate, flip_a_bit])
@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("stage", ["equilibrate", "launch"])
def test_damaged_checkpoints(place, undisturbed, damage, both, stage):
    slots = interrupted(place, stage)
    for path in slots if both else slots[-1:]:
        damage(path)
    done = support.succeed(*RUN, cwd=place)
    assert done.stderr.count("a damaged checkpoint is passed over") == (2 if both else 1), done.stderr
    assert str(slots[-1].name) in done.stderr
    support.assert_same(undisturbed, place / "small")


@pytest.mark.parametrize("same_slot", [True, False])
@pytest.mark.parametrize("stage", ["equilibrate", "launch"])
def test_a_checkpoint_of_another_campaign(place, tmp_path, undisturbed, stage, same_slot):
    other = tmp_path / "other"
    support.write_campaign(other / "c.toml", support.campaign({"campaign.seed": 77}, CAMPAIGN))
    theirs = interrupted(other, stage)[-1]
    ours = interrupted(place, stage)
    if theirs.name.split(".")[0] != ours[-1].name.split(".")[0]:
        pytest.fail("checkpoints of two different tasks")
    kept = {path: path.read_bytes() for path in ours}
    for path in ours:
        path.unlink()
    strange = next(path for path in ours if (path.name == theirs.name) == same_slot)
    shutil.copy(theirs, strange)
    refused(support.run(*RUN, cwd=place), strange.name, "other settings")
    assert strange.read_bytes() == theirs.read_bytes()
    strange.unlink()
    for path, content in kept.items():
        path.write_bytes(content)
    support.succeed(*RUN, cwd=place)
    support.assert_same(undisturbed, place / "small")


def test_a_part_of_another_campaign(place, tmp_path, undisturbed):
    other = tmp_path / "other"
    support.write_campaign(other / "c.toml", support.campaign({"campaign.seed": 77}, CAMPAIGN))
    for folder in (other, place):
        process = support.start(*RUN, cwd=folder)
        work = folder / "small/work/launch"
        support.wait_until(lambda work=work: len(list(work.glob("*.h5"))) > 0, process)
        support.kill(process)
    name = sorted(path.name for path in (other / "small/work/launch").glob("*.h5"))[0]
    target = place / "small/work/launch" / name
    shutil.copy(other / "small/work/launch" / name, target)
    refused(support.run(*RUN, cwd=place), name, "other settings")
    target.unlink()
    support.succeed(*RUN, cwd=place)
    support.assert_same(undisturbed, place / "small")


def test_two_programs_in_one_folder(place, undisturbed):
    first = support.start(*RUN, ranks=2, cwd=place)
    support.wait_until(lambda: (place / "small/work").exists(), first)
    for ranks in (None, 2):
        refused(support.run(*RUN, ranks=ranks, cwd=place), "another glassforge is working in this folder")
    first.communicate(timeout=300)
    assert first.returncode == 0
    support.assert_same(undisturbed, place / "small")


def test_a_stop_comes_with_a_checkpoint(place, undisturbed):
    """Asked to stop in the middle of a task, with checkpoints an hour apart: the work so far is kept."""
    process = support.start("run", "c.toml", "--stage", "label", "--checkpoint", "1h", cwd=place)
    support.wait_until((place / "small/work/launch").exists, process)
    time.sleep(0.2)
    os.kill(process.pid, support.signal.SIGUSR1)
    assert process.wait(timeout=60) == support.STOPPED
    assert len(list((place / "small/work/checkpoints/launch").glob("*.h5"))) == 1
    support.succeed(*RUN, cwd=place)
    support.assert_same(undisturbed, place / "small")
