"""Wrong input ends in one message that says what, where and what would be right; nothing is half-written."""

import os
import re
import shutil

import numpy as np
import pytest

import support

INPUT, FILE = 2, 3  # exit codes
TINY = {"system.particles": 129, "system.box": 12.0, "replicas.count": 2,
        "replicas.times": [0.1, 0.5], "dynamics.structures": 0, "equilibrate.sweeps": 20, "files.shard_size": 3}


def tiny(changes=None):
    return support.campaign({**TINY, **(changes or {})})


def with_files():
    """Two structures from files; too few to train on."""
    return tiny({"system.structures": ["s0.npz", "s1.npz"], "split.validation": 0, "train.models": ["DEN"]})


def refused(done, code, pattern):
    """One message, with the exit code of its kind."""
    assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{done.stderr}"
    lines = support.messages(done.stderr)
    assert len(lines) == 1, done.stderr
    assert re.search(pattern, lines[0]), f"'{lines[0]}' does not say '{pattern}'"
    return lines[0]


def refused_alone(done, code, pattern):
    """The same, and nothing else on stderr."""
    message = refused(done, code, pattern)
    assert done.stderr == message + "\n"


# ---- the campaign file -----------------------------------------------------------------------------------------------

WRONG_VALUES = {
    "unknown key": ({"system.temprature": 0.5},
                    r"c\.toml:\d+: 'temprature' is not a known key in \[system\]; did you mean temperature\?"),
    "unknown section": ({"replica.count": 3},
                        r"c\.toml:\d+: 'replica' is not a known section; did you mean replicas\?"),
    "text for a number": ({"system.temperature": "cold"},
                          r"c\.toml:6: temperature in \[system\] is text; it must be a number"),
    "a number for an integer": ({"replicas.count": 2.5}, r"c\.toml:\d+: count in \[replicas\] is a number; .* integer"),
    "a number for a flag": ({"replicas.keep_frames": 1},
                            r"keep_frames in \[replicas\] is an integer; it must be true or false"),
    "negative temperature": ({"system.temperature": -0.5},
                             r"c\.toml:6: temperature in \[system\] is -0.5; it must be above 0"),
    "no seed": ({"campaign.seed": None}, r"seed in \[campaign\] is missing"),
    "a time between steps": ({"replicas.times": [0.014, 1]},
                             r"times in \[replicas\]: label time 0.014 .* steps of 0.01.* 5 %"),
    "times out of order": ({"replicas.times": [1, 0.5]}, r"label times must increase"),
    "no times": ({"replicas.times": []}, r"no label times"),
    "small box": ({"system.box": 4.9}, r"c\.toml:\d+: box in \[system\]: .*box.* cutoff"),
    "unknown model liquid": ({"system.model": "KA3"}, r"c\.toml:5: model in \[system\]: .*KA3.*KA2D"),
    "unknown dynamics": ({"replicas.dynamics": "brownian"},
                         r"dynamics in \[replicas\] is \"brownian\"; .*\"nve\", \"nvt\""),
    "unknown method": ({"equilibrate.method": "magic"}, r"method in \[equilibrate\] is \"magic\"; .*\"swap\""),
    "unknown descriptor": ({"describe.sets": ["densty"]},
                           r"c\.toml:\d+: sets in \[describe\]: .*\"densty\"; known are .*density"),
    "unknown learner": ({"train.models": ["gnn"]},
                        r"c\.toml:\d+: models in \[train\]: .*\"gnn\"; known are .*ridge_density"),
    "large split": ({"split.train": 5}, r"c\.toml:\d+: train in \[split\]: split 5 \+ 1 \+ 1 .* 3 structures"),
    "nothing to train on": ({"split.train": 0, "split.test": 0, "split.validation": 0},
                            r"c\.toml:\d+: models .*train must be at least 1"),
    "nothing to choose a penalty by": ({"split.validation": 0}, r"c\.toml:\d+: models .*penalty"),
    "tau_alpha not measured": ({"replicas.times": {"tau_alpha": [0.1, 1]}},
                               r"structures in \[dynamics\] is 0, .*tau_alpha"),
    "a name with a slash": ({"campaign.name": "a/b"}, r"name in \[campaign\] is \"a/b\"; .*letters, digits"),
}


@pytest.mark.parametrize("case", WRONG_VALUES)
def test_a_wrong_campaign_file(case, tmp_path):
    changes, pattern = WRONG_VALUES[case]
    support.write_campaign(tmp_path / "c.toml", tiny(changes))
    refused_alone(support.run("run", "c.toml", cwd=tmp_path), INPUT, pattern)
    assert os.listdir(tmp_path) == ["c.toml"]


WRONG_COMMANDS = {
    "missing file": (["run", "none.toml"], FILE, r"none\.toml: cannot be read: No such file"),
    "a folder for a file": (["run", "."], FILE, r"is a folder; a file is needed"),
    "unknown stage": (["run", "c.toml", "--stage", "lable"], INPUT, r"stage 'lable' is unknown; .*label"),
    "unknown key of --set": (["run", "c.toml", "--set", "system.temprature=1"], INPUT,
                             r"--set system\.temprature=1: .* mean temperature"),
    "--set without a section": (["run", "c.toml", "--set", "count=1"], INPUT,
                                r"--set count=1: this is not section\.key=value"),
    "wrong value of --set": (["run", "c.toml", "--set", "system.temperature=-1"], INPUT,
                             r"--set system\.temperature=-1: .* above 0"),
    "unknown duration": (["run", "c.toml", "--walltime", "soon"], INPUT, r"duration 'soon' .*90s"),
    "unknown option": (["run", "c.toml", "--fast"], INPUT, r"--fast.*see glassforge run --help"),
    "unknown command": (["runn", "c.toml"], INPUT, r"'runn' is not a command; the commands are run, "),
    "no command": ([], INPUT, r"a command is missing"),
    "out below a file": (["run", "c.toml", "--out", "c.toml/out"], FILE, r"c\.toml/out.*cannot be made"),
    "unknown export format": (["export", "c.toml", "--format", "pdb", "--out", "x"], INPUT,
                              r"--format 'pdb' is unknown; known are .*extxyz"),
    "unknown import format": (["import", "c.toml", "--format", "pdb", "--model=KA", "--temperature=1", "--out", "x"],
                              INPUT, r"--format 'pdb' is unknown; known are .*extxyz"),
    "status of nothing": (["status", "none"], INPUT, r"none: there is no campaign\.toml here"),
    "scores of nothing": (["evaluate", "c.toml"], FILE, r"run the campaign up to the stage (train|label) first"),
}


@pytest.mark.parametrize("case", WRONG_COMMANDS)
def test_a_wrong_command(case, tmp_path):
    arguments, code, pattern = WRONG_COMMANDS[case]
    support.write_campaign(tmp_path / "c.toml", tiny())
    refused_alone(support.run(*arguments, cwd=tmp_path), code, pattern)
    assert os.listdir(tmp_path) == ["c.toml"]


@pytest.mark.parametrize(("case", "ranks"), [("unknown learner", 3), ("negative temperature", 2)])
def test_one_message_under_mpirun(case, ranks, tmp_path):
    changes, pattern = WRONG_VALUES[case]
    support.write_campaign(tmp_path / "c.toml", tiny(changes))
    refused(support.run("run", "c.toml", cwd=tmp_path, ranks=ranks, timeout=60), INPUT, pattern)
    assert os.listdir(tmp_path) == ["c.toml"]


@pytest.mark.parametrize("case", ["unknown option", "out below a file"])
def test_one_message_about_the_command_under_mpirun(case, tmp_path):
    arguments, code, pattern = WRONG_COMMANDS[case]
    support.write_campaign(tmp_path / "c.toml", tiny())
    refused(support.run(*arguments, cwd=tmp_path, ranks=2, timeout=60), code, pattern)


# ---- structure files -------------------------------------------------------------------------------------------------


def write_structure(path, particles=129):
    """A structure of the tiny campaign as GlassBench writes them: on a lattice with room for everyone."""
    side = 12
    places = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), -1).reshape(-1, 2)[:particles]
    positions = places * 12.0 / side + 0.5
    species = np.repeat([1, 2, 3], [60, 33, 36])[:particles]
    np.savez(path, box=np.float64(12.0), types=species.astype(np.int64), initial_positions=positions,
             initial_positions_inherent=positions, positions=positions[None])


def truncate(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    """Changes one byte in the middle, where the numbers are."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(bytes(data))


DAMAGE = {
    "missing": (lambda path: path.unlink(), FILE, r"s1\.npz: (no such file|there is no such file)"),
    "truncated": (truncate, FILE, r"s1\.npz: "),
    "flipped": (flip, FILE, r"s1\.npz, member .*: damaged: its checksum is wrong"),
    "of another size": (lambda path: write_structure(path, 120), INPUT, r"s1\.npz: 120 particles .* 129"),
    "not a structure": (lambda path: path.write_text("hello\n"), FILE, r"s1\.npz: "),
}


@pytest.mark.parametrize(("damage", "ranks"), [*((damage, None) for damage in DAMAGE), ("truncated", 2)])
def test_a_damaged_structure_file(damage, ranks, tmp_path):
    for k in (0, 1):
        write_structure(tmp_path / f"s{k}.npz")
    spoil, code, pattern = DAMAGE[damage]
    spoil(tmp_path / "s1.npz")
    support.write_campaign(tmp_path / "c.toml", with_files())
    before = sorted(os.listdir(tmp_path))
    refused(support.run("run", "c.toml", cwd=tmp_path, ranks=ranks, timeout=60), code, pattern)
    assert sorted(os.listdir(tmp_path)) == before


def test_sound_structure_files_are_taken(tmp_path):
    """So that the test above fails for the damage alone."""
    for k in (0, 1):
        write_structure(tmp_path / f"s{k}.npz")
    support.write_campaign(tmp_path / "c.toml", with_files())
    support.succeed("run", "c.toml", "--stage", "quench", cwd=tmp_path)


# ---- a folder that is there ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A folder with a finished campaign beside its file."""
    folder = tmp_path_factory.mktemp("finished")
    support.write_campaign(folder / "c.toml", tiny())
    support.succeed("run", "c.toml", "--stage", "evaluate", "--out", "there", cwd=folder)
    return folder


@pytest.fixture
def place(finished, tmp_path):
    """A copy of it to spoil."""
    shutil.copytree(finished, tmp_path / "copy")
    return tmp_path / "copy"


def assert_refused_untouched(place, code, pattern, *arguments, ranks=None):
    before = support.fingerprint(place)
    refused(support.run("run", *arguments, cwd=place, ranks=ranks, timeout=60), code, pattern)
    assert support.fingerprint(place) == before


OTHER_CAMPAIGNS = {
    "seed": ("campaign.seed=6", r"belongs to another campaign"),
    "temperature": ("system.temperature=0.7", r"belongs to another campaign"),
    "times": ("replicas.times=[0.1,0.6]", r"label times that replicas\.times no longer has.*can be added, not taken away"),
    "fewer replicas": ("replicas.count=1", r"replicas\.count is 2 in this folder.*grow, not shrink"),
    "fewer structures": ("system.structures=2 split.test=0", r"system\.structures is 3 in this folder"),
    "shards": ("files.shard_size=1", r"files\.shard_size is 3 in this folder"),
    "split": ("split.train=2 split.validation=0", r"split\.json: .*keeps its part"),
}


@pytest.mark.parametrize("case", OTHER_CAMPAIGNS)
def test_the_folder_of_another_campaign(case, place):
    setting, pattern = OTHER_CAMPAIGNS[case]
    changes = [f"--set={one}" for one in setting.split(" ")]
    assert_refused_untouched(place, INPUT, pattern, "c.toml", "--out", "there", *changes)


def copy_labels_of_another_campaign(place):
    support.succeed("run", "c.toml", "--stage", "label", "--out", "other", "--set", "campaign.seed=6", cwd=place)
    shutil.copy(place / "other/labels/labels_0000.h5", place / "there/labels/labels_0000.h5")


DAMAGED_SHARDS = {
    "truncated states": (lambda place: truncate(place / "there/states/states_0000.h5"), r"states_0000\.h5: "),
    "empty states": (lambda place: (place / "there/states/states_0000.h5").write_bytes(b""), r"states_0000\.h5: "),
    "flipped states": (lambda place: flip(place / "there/states/states_0000.h5"), r"states_0000\.h5: .*"),
    "truncated labels": (lambda place: truncate(place / "there/labels/labels_0000.h5"), r"labels_0000\.h5: "),
    "flipped labels": (lambda place: flip(place / "there/labels/labels_0000.h5"), r"labels_0000\.h5: .*"),
    "labels of another campaign": (copy_labels_of_another_campaign, r"labels_0000\.h5: .*(campaign|settings)"),
    "states in place of labels": (
        lambda place: shutil.copy(place / "there/states/states_0000.h5", place / "there/labels/labels_0000.h5"),
        r"labels_0000\.h5: .*kind 'states'"),
    "truncated features": (lambda place: truncate(place / "there/features/features_0000.h5"), r"features_0000\.h5: "),
    "truncated split": (lambda place: truncate(place / "there/split.json"), r"split\.json: not a split"),
}


UNDER_MPIRUN = ("truncated states", "labels of another campaign", "truncated features")


DAMAGED_FOLDERS = [(case, None) for case in DAMAGED_SHARDS] + [(case, 2) for case in UNDER_MPIRUN]


@pytest.mark.parametrize(("case", "ranks"), DAMAGED_FOLDERS)
def test_a_damaged_folder(case, ranks, place):
    spoil, pattern = DAMAGED_SHARDS[case]
    spoil(place)
    assert_refused_untouched(place, FILE, pattern, "c.toml", "--out", "there", "--stage", "evaluate", ranks=ranks)


def test_two_programs_in_one_folder(tmp_path):
    support.write_campaign(tmp_path / "c.toml", tiny({"equilibrate.sweeps": 2000000}))
    first = support.start("run", "c.toml", "--out", "there", cwd=tmp_path)
    try:
        support.wait_until((tmp_path / "there/campaign.toml").exists, first)
        before = support.fingerprint(tmp_path, skip=("log",))
        for ranks in (None, 2):
            done = support.run("run", "c.toml", "--out", "there", cwd=tmp_path, ranks=ranks, timeout=60)
            refused(done, FILE, r"there: another glassforge is working in this folder")
        assert first.poll() is None
        assert support.fingerprint(tmp_path, skip=("log",)) == before
    finally:
        support.kill(first)
