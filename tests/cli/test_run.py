"""Running a campaign in pieces, again, further, and finding out how far it is."""

import json
import os
import re
import signal

import h5py
import numpy as np
import pytest

import support

STAGES = ["equilibrate", "quench", "launch", "label", "describe", "train", "evaluate", "report"]
OPTIONS = {  # what --help of a command must name
    "run": ["CAMPAIGN", "--stage", "--set", "--out", "--walltime", "--dry-run", "--rate", "--ranks", "--json"],
    "status": ["CAMPAIGN", "--json"],
    "evaluate": ["CAMPAIGN", "--json"],
    "report": ["CAMPAIGN"],
    "import": ["FILES", "--format", "--model", "--temperature", "--times", "--test", "--out"],
    "export": ["CAMPAIGN", "--format", "--coordinates", "--predictions", "--licence", "--out"],
    "verify": ["CAMPAIGN", "--against", "--require-certificate", "--json"],
    "compare": ["--times", "--json"],
    "dynamics": ["CAMPAIGN", "--q", "--json"],
    "energy": ["--model", "--smoothing", "--temperature", "--json"],
}

# About two seconds of launching in many tasks: long enough to be stopped in.
LONG = support.campaign({"replicas.times": [0.1, 30.0], "replicas.pack": 1, "dynamics.structures": 0})


@pytest.fixture
def small(tmp_path):
    return support.write_campaign(tmp_path / "c.toml", support.campaign())


@pytest.fixture(scope="module")
def long_content(tmp_path_factory):
    """The content of LONG after a run that nothing stopped."""
    folder = tmp_path_factory.mktemp("long")
    support.write_campaign(folder / "c.toml", LONG)
    support.succeed("run", "c.toml", "--stage", "evaluate", ranks=2, cwd=folder)
    return support.content(folder / "small")


# ---- a run and a second one ------------------------------------------------------------------------------------------


def test_a_finished_campaign_is_left_alone(small):
    """Nothing but the report is made again, by any number of ranks and from either of the two campaign files."""
    folder = small.parent / "small"
    done = support.succeed("run", small, cwd=small.parent)
    assert "report: small/report/report.html" in done.stdout
    before = support.fingerprint(folder, skip=("report",))
    assert {"campaign.toml", "dynamics.h5", "evaluation.json", "evaluation.h5", "split.json"} <= before.keys()
    assert not (folder / "work").exists()
    support.succeed("run", small, ranks=2, cwd=small.parent)
    assert support.fingerprint(folder, skip=("report",)) == before
    support.succeed("run", folder / "campaign.toml", cwd="/")
    assert support.fingerprint(folder, skip=("report",)) == before


def test_stage_by_stage(small):
    """--stage stops where it is told; the pieces make the same as one run."""
    folder = small.parent / "small"
    makes = {"equilibrate": "states", "label": "labels", "describe": "features", "train": "models",
             "evaluate": "evaluation.h5"}
    for k, stage in enumerate(STAGES[:-1]):
        done = support.succeed("run", small, "--stage", stage, cwd=small.parent)
        assert f"done up to {stage}" in done.stdout or stage == "evaluate"
        for later in STAGES[k + 1 :]:
            assert later not in makes or not (folder / makes[later]).exists()
        assert stage not in makes or (folder / makes[stage]).exists()
    support.succeed("run", small, "--stage", "evaluate", "--out", "whole", cwd=small.parent)
    support.assert_same(folder, small.parent / "whole")


def test_dry_run_writes_nothing(small):
    done = support.succeed("run", small, "--dry-run", cwd=small.parent)
    assert os.listdir(small.parent) == ["c.toml"]
    assert "nothing is written" in done.stdout and "temperature = 0.6" in done.stdout
    for stage in ("equilibrate", "quench", "launch"):
        assert re.search(rf"# {stage} +3 ", done.stdout)
    support.succeed("run", small, "--stage", "label", cwd=small.parent)
    before = support.fingerprint(small.parent)
    support.succeed("run", small, "--dry-run", "--set", "replicas.count=20", cwd=small.parent, ranks=2)
    assert support.fingerprint(small.parent) == before


# ---- growth ----------------------------------------------------------------------------------------------------------


def replica_values(folder):
    """{(file, structure, name): (T, R, N) values} of all labels."""
    found = {}
    for path in sorted((folder / "labels").glob("*.h5")):
        with h5py.File(path) as file:
            for structure in (name for name in file if name != "run"):
                for name in ("displacement", "bond_breaking"):
                    found[path.name, structure, name] = file[structure]["replicas"][name][()]
    return found


def test_more_replicas(tmp_path):
    """Four replicas grown to eight: the four keep their bits, and all is as if eight had been asked for at first."""
    support.write_campaign(tmp_path / "c.toml", support.campaign({"replicas.count": 4}))
    support.succeed("run", "c.toml", "--stage", "evaluate", cwd=tmp_path)
    first = replica_values(tmp_path / "small")
    grow = ("run", "c.toml", "--stage", "evaluate", "--set", "replicas.count=8")
    support.succeed(*grow, cwd=tmp_path, ranks=2)
    grown = replica_values(tmp_path / "small")
    assert len(first) == 6
    for key, values in first.items():
        assert values.shape[1] == 4 and grown[key].shape[1] == 8
        assert np.array_equal(grown[key][:, :4], values, equal_nan=True)
    support.succeed(*grow, "--out", "fresh", cwd=tmp_path)
    support.assert_same(tmp_path / "small", tmp_path / "fresh")


@pytest.mark.parametrize("shard_size", [2, 16])
def test_more_structures(shard_size, tmp_path):
    """Two structures grown to three, in a shard of its own or in the shard of the others."""
    two = {"system.structures": 2, "files.shard_size": shard_size, "split.validation": 0, "train.models": ["DEN"]}
    support.write_campaign(tmp_path / "two.toml", support.campaign(two))
    three = {"files.shard_size": shard_size, "train.models": ["DEN", "ridge_density"]}
    support.write_campaign(tmp_path / "three.toml", support.campaign(three))
    support.succeed("run", "two.toml", "--stage", "evaluate", cwd=tmp_path)
    split = json.loads((tmp_path / "small/split.json").read_text())
    first = replica_values(tmp_path / "small")
    support.succeed("run", "three.toml", "--stage", "evaluate", cwd=tmp_path)

    grown_split = json.loads((tmp_path / "small/split.json").read_text())
    assert grown_split == {**split, "validation": [2]}
    grown = replica_values(tmp_path / "small")
    assert len(grown) == 6
    assert all(np.array_equal(grown[key], values, equal_nan=True) for key, values in first.items())
    support.succeed("run", "three.toml", "--stage", "describe", "--out", "fresh", cwd=tmp_path)
    made = {key: value for key, value in support.content(tmp_path / "small").items()
            if key.startswith(("certificate", "states", "labels", "features", "dynamics"))}
    fresh = {key: value for key, value in support.content(tmp_path / "fresh").items()
             if key != "split.json" and not key.startswith("dataset.h5:")}  # which has the split in it
    support.assert_same(made, fresh)


def test_what_follows_from_grown_data_is_made_again(tmp_path):
    """Models and scores after a growth are those that training from the grown data gives."""
    support.write_campaign(tmp_path / "c.toml", support.campaign({"replicas.count": 4}))
    run = ("run", "c.toml", "--stage", "evaluate")
    support.succeed(*run, cwd=tmp_path)
    before = support.content(tmp_path / "small")
    support.succeed(*run, "--set", "replicas.count=6", cwd=tmp_path)
    after = support.content(tmp_path / "small")
    for name in ("models/ridge_density_energy.h5:@parent_hash", "evaluation.h5:@parent_hash", "evaluation.json"):
        assert after[name] != before[name]
    for name in ("evaluation.json", "evaluation.h5", *(f"models/{m}.h5" for m in LONG["train"]["models"])):
        (tmp_path / "small" / name).unlink()
    support.succeed(*run, "--set", "replicas.count=6", cwd=tmp_path, ranks=2)
    support.assert_same(after, tmp_path / "small")


def test_another_model_leaves_the_others(tmp_path):
    """More descriptors and models: what is there stays as it is."""
    support.write_campaign(tmp_path / "c.toml", support.campaign({"train.models": ["ridge_density"]}))
    support.succeed("run", "c.toml", "--stage", "evaluate", cwd=tmp_path)
    before = support.content(tmp_path / "small")
    models = 'train.models=["ridge_density", "ridge_glassmlp"]'
    support.succeed("run", "c.toml", "--stage", "evaluate", "--set", models, "--set", "describe.sets=[]", cwd=tmp_path)
    after = support.content(tmp_path / "small")
    links = ("dataset.h5:@parent_hash", "dataset.h5:/feature")  # to the sets that are asked for now
    changed = {name for name in before if before[name] != after.get(name) and not name.startswith(links)}
    assert changed == {"evaluation.json", "evaluation.h5:@parent_hash", "models/ridge_density.h5:@parent_hash"}
    assert "models/ridge_glassmlp.h5:@model" in after


# ---- stopped early ---------------------------------------------------------------------------------------------------


def test_walltime(long_content, tmp_path):
    """Pieces of a second each, with 75 until all is done; then the same bits."""
    support.write_campaign(tmp_path / "c.toml", LONG)
    codes = []
    while not codes or codes[-1] == support.STOPPED:
        done = support.run("run", "c.toml", "--stage", "evaluate", "--walltime", "1s", cwd=tmp_path,
                           ranks=2 if len(codes) % 2 else None)
        codes.append(done.returncode)
        if done.returncode == support.STOPPED:
            said = support.messages(done.stderr)
            assert said == ["glassforge: stopped by wall time of 1 s; run the same command again to continue"]
        assert len(codes) < 60
    assert codes[0] == support.STOPPED and codes[-1] == 0
    support.assert_same(long_content, tmp_path / "small")


@pytest.mark.parametrize(("name", "ranks"), [("SIGTERM", None), ("SIGUSR1", None), ("SIGUSR1", 2)])
def test_a_signal_during_launch(name, ranks, long_content, tmp_path):
    support.write_campaign(tmp_path / "c.toml", LONG)
    arguments = ("run", "c.toml", "--stage", "evaluate")
    process = support.start(*arguments, ranks=ranks, cwd=tmp_path)
    try:
        support.wait_until(lambda: len(list(tmp_path.glob("small/work/launch/*.h5"))) > 2, process)
        process.send_signal(getattr(signal, name))
        output, errors = process.communicate(timeout=60)
    finally:
        support.kill(process)
    assert process.returncode == support.STOPPED, (output, errors)
    said = support.messages(errors)
    number = int(getattr(signal, name))
    assert said == [f"glassforge: stopped by signal {number}; run the same command again to continue"]
    assert (tmp_path / "small/work/launch").exists()
    support.succeed(*arguments, cwd=tmp_path)
    support.assert_same(long_content, tmp_path / "small")


# ---- how far it is ---------------------------------------------------------------------------------------------------


def status(file, **options):
    """{stage: (done, all)} as the JSON says, and the text."""
    said = json.loads(support.succeed("status", file, "--json", **options).stdout)
    assert said["campaign"] == "small" and [entry["stage"] for entry in said["stages"]] == STAGES
    text = support.succeed("status", file, **options).stdout
    return {entry["stage"]: (entry["done"], entry["all"]) for entry in said["stages"]}, text


def test_status(tmp_path):
    support.write_campaign(tmp_path / "c.toml", LONG)
    every = dict(zip(STAGES, (3, 3, 48, 3, 3, 3, 1, 1)))
    before, text = status("c.toml", cwd=tmp_path)
    assert before == {stage: (0, count) for stage, count in every.items()}
    assert text.count("to do") == len(STAGES)
    assert os.listdir(tmp_path) == ["c.toml"]

    process = support.start("run", "c.toml", cwd=tmp_path)
    try:
        support.wait_until(lambda: len(list(tmp_path.glob("small/work/launch/*.h5"))) > 2, process)
        during, _ = status("c.toml", cwd=tmp_path)
        assert during["quench"] == (3, 3) and during["launch"][0] > 2 and during["label"] == (0, 3)
    finally:
        support.kill(process)
    middle, text = status(tmp_path / "small")
    assert middle["quench"] == (3, 3) and 2 < middle["launch"][0] < 48 and middle["report"] == (0, 1)
    assert re.search(rf"launch +under way +{middle['launch'][0]} of 48 replicas", text)

    support.succeed("run", "c.toml", cwd=tmp_path, ranks=2)
    after, text = status(tmp_path / "small/campaign.toml")
    assert after == {stage: (count, count) for stage, count in every.items()}
    assert "to do" not in text and "under way" not in text and text.count("done") == len(STAGES)


# ---- help ------------------------------------------------------------------------------------------------------------


def commands():
    text = support.run("--help").stdout
    return re.findall(r"^  (\w+) +", text.partition("Subcommands:")[2].partition("Exit codes")[0], re.MULTILINE)


def test_help():
    """Every command that the help of the program names has its own, and that names its options."""
    named = commands()
    assert set(OPTIONS) <= set(named)
    for name in named:
        done = support.succeed(name, "--help")
        assert f"glassforge {name}" in done.stdout and "-h,--help" in done.stdout and done.stderr == ""
        assert [option for option in OPTIONS.get(name, []) if option not in done.stdout] == []


def test_version():
    assert re.match(r"glassforge \d+\.\d+\.\d+", support.succeed("--version").stdout)


def test_replicas_that_fail_are_told_and_left_out(tmp_path):
    """A time step at the edge: some replicas leave physics, twice, and the campaign goes on without them; at a larger one
    none is left."""
    settings = {"replicas.times": [0.019, 30], "replicas.dt": 0.019, "dynamics.structures": 0}
    support.write_campaign(tmp_path / "c.toml", support.campaign(settings))
    done = support.run("run", "c.toml", "--stage", "label", cwd=tmp_path)
    with h5py.File(tmp_path / "small/labels/labels_0000.h5") as file:
        status = file["s0000/replicas/status"][:]
        mean, each = file["s0000/labels/displacement"][:], file["s0000/replicas/displacement"][:]
    failed = status != b"done"
    assert 0 < failed.sum() < len(failed), status
    assert done.returncode == 0, done.stderr
    assert "FAILED" in done.stdout and "replicas failed twice and are left out" in done.stdout
    np.testing.assert_allclose(mean, each[:, ~failed].mean(1), rtol=1e-12)
    notes = [json.loads(line) for line in (tmp_path / "small/log/notes.jsonl").read_text().splitlines()]
    assert any("structure 0, replica" in entry["note"] and entry["stage"] == "launch" for entry in notes)
    done = support.run("run", "c.toml", "--stage", "label", "--set", "replicas.dt=0.03", "--set",
                       "replicas.times=[0.03, 3]", "--out", "none", cwd=tmp_path)
    assert done.returncode == 4
    assert "structures without a replica that is left: s0000" in done.stderr
