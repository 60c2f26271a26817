"""glassforge scale: the record of where time goes is whole, and the study says what the runs said."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest
import support

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python"))
from glassforge import scaling  # noqa: E402

TINY = support.campaign({
    "system.structures": 4, "split.train": 2, "replicas.count": 4, "replicas.pack": 1, "replicas.times": [0.1, 2],
    "dynamics.structures": 0, "quench.cross_check": False, "files.shard_size": 1,
})
INPUT = 2


def scale(place, *words, **options):
    return support.succeed("scale", "c.toml", *words, cwd=place, **options)


@pytest.fixture(scope="module")
def strong(tmp_path_factory):
    place = tmp_path_factory.mktemp("scale")
    support.write_campaign(place / "c.toml", TINY)
    done = scale(place, "--strong", "1,2", "--repeats", "1", "--out", "study", "--predict-structures", "500")
    return place / "study", done.stdout, json.loads((place / "study/scale.json").read_text())


def assert_whole(run):
    """Every moment of every rank counts once, and all ranks were there from begin to end."""
    assert len(run["per_rank"]) == run["ranks"]
    for rank in run["per_rank"]:
        parts = [rank[part] for part in ("compute", "wait", "files")]
        assert min(parts) >= -1e-6
        assert sum(parts) == pytest.approx(rank["seconds"], rel=1e-6, abs=1e-6)
        assert rank["handout"] <= rank["wait"] + 1e-6
    assert sum(sum(rank[part] for part in ("compute", "wait", "files")) for rank in run["per_rank"]) == pytest.approx(
        run["ranks"] * run["seconds"], rel=0.05, abs=0.1)
    assert run["seconds"] <= run["wall"]


def test_the_times_of_each_rank_are_whole(strong):
    _, _, study = strong
    assert [run["ranks"] for run in study["runs"]] == [1, 2]
    for run in study["runs"]:
        assert_whole(run)
        assert sum(rank["tasks"] for rank in run["per_rank"]) == run["tasks"] == 16  # 4 structures x 4 packs
        assert all(rank["compute"] > 0 for rank in run["per_rank"] if rank["tasks"] > 0)
        assert all(rank["files"] > 0 for rank in run["per_rank"])


def test_the_summary_follows_from_the_runs(strong):
    _, _, study = strong
    one, two = study["summary"]
    assert one["median"] == study["runs"][0]["seconds"] and two["median"] == study["runs"][1]["seconds"]
    assert one["efficiency"] == 1 and one["speed_up"] == 1
    assert two["speed_up"] == pytest.approx(one["median"] / two["median"])
    assert two["efficiency"] == pytest.approx(two["speed_up"] / 2)
    assert one["structures"] == two["structures"] == 4
    cores = len(os.sched_getaffinity(0))
    assert study["host"]["cores"] == cores or "SLURM_JOB_NUM_NODES" in os.environ
    assert two["oversubscribed"] == (cores < 2)


def test_the_prediction_follows_from_the_model(strong):
    _, _, study = strong
    prediction, model = study["prediction"], study["model"]
    assert prediction["structures"] == 500 and prediction["tasks"] == 2000
    assert [point["ranks"] for point in prediction["points"]] == [1e2, 1e3, 1e4, 1e5]
    for point in prediction["points"]:
        expected = scaling.seconds_of_model(model, point["ranks"], prediction["tasks"])
        assert point["seconds"] == pytest.approx(expected)
        assert point["efficiency"] == pytest.approx(prediction["seconds_on_one_rank"] / point["seconds"] / point["ranks"])
    assert min(model[name] for name in ("serial", "task", "request")) >= 0
    assert len(prediction["assumptions"]) >= 4


def test_what_it_says_and_leaves(strong):
    folder, text, study = strong
    assert "strong scaling of launch" in text and "assuming that" in text
    assert all(assumption in text for assumption in study["prediction"]["assumptions"])
    assert sorted(p.name for p in folder.iterdir()) == ["scale.json", "scale.png"]
    assert (folder / "scale.png").read_bytes().startswith(b"\x89PNG")


def test_a_weak_series_grows_with_the_ranks(tmp_path):
    support.write_campaign(tmp_path / "c.toml", TINY)
    done = scale(tmp_path, "--weak", "1,2", "--repeats", "1", "--stage", "describe", "--set", "system.structures=3",
                 "--set", "split.train=1", "--json")
    study = json.loads(done.stdout)
    assert study == json.loads((tmp_path / "scale_small_describe_weak/scale.json").read_text())
    assert [(row["structures"], row["tasks"]) for row in study["summary"]] == [(3, 3), (6, 6)]
    assert study["grows"] == "structures"
    one, two = study["summary"]
    assert two["efficiency"] == pytest.approx(one["median"] / two["median"])
    assert two["speed_up"] == pytest.approx(2 * two["efficiency"])
    for run in study["runs"]:
        assert_whole(run)


@pytest.mark.parametrize("stage", ["equilibrate", "train"])
def test_other_stages(tmp_path, stage):
    support.write_campaign(tmp_path / "c.toml", TINY)
    study = json.loads(scale(tmp_path, "--strong", "2", "--repeats", "1", "--stage", stage, "--json").stdout)
    assert_whole(study["runs"][0])
    assert study["summary"][0]["tasks"] == {"equilibrate": 4, "train": 3}[stage]


def test_without_matplotlib_it_says_so(tmp_path):
    support.write_campaign(tmp_path / "c.toml", TINY)
    (tmp_path / "fake").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "fake").chmod(0o755)
    os.environ["GLASSFORGE_PYTHON"] = str(tmp_path / "fake")
    try:
        text = scale(tmp_path, "--strong", "1", "--repeats", "1").stdout
    finally:
        del os.environ["GLASSFORGE_PYTHON"]
    assert "no plot was made" in text and (tmp_path / "scale_small_launch_strong/scale.json").is_file()


BAD = {
    "neither": ([], r"give --strong or --weak"),
    "both": (["--strong", "1,2", "--weak", "1,2"], r"give --strong or --weak"),
    "order": (["--strong", "2,1"], r"--strong takes numbers of ranks, ascending"),
    "zero": (["--strong", "0,1"], r"--strong takes numbers of ranks"),
    "stage": (["--strong", "1", "--stage", "quench"], r"--stage quench cannot be studied; one of equilibrate, launch"),
    "repeats": (["--strong", "1", "--repeats", "0"], r"--repeats 0 is not positive"),
    "launcher": (["--strong", "1", "--launcher", "mpirun -n 2"], r"has no \{ranks\} in it"),
    "grow": (["--weak", "1", "--grow", "times"], r"--grow times; structures or replicas"),
    "grow without packs": (["--weak", "1", "--grow", "replicas", "--set", "replicas.pack=0"], r"takes a replicas\.pack"),
    "no models": (["--strong", "1", "--stage", "train", "--set", "train.models=[]"], r"takes models in \[train\]"),
    "folder": (["--strong", "1", "--out", "."], r"choose another --out"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_words_are_told(tmp_path, case):
    words, pattern = BAD[case]
    support.write_campaign(tmp_path / "c.toml", TINY)
    done = support.run("scale", "c.toml", *words, cwd=tmp_path, timeout=60)
    told = support.messages(done.stderr)
    assert done.returncode == INPUT and len(told) == 1 and re.search(pattern, told[0]), done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["c.toml"]


def test_a_launcher_or_a_run_that_fails(tmp_path):
    support.write_campaign(tmp_path / "c.toml", TINY)
    done = support.run("scale", "c.toml", "--strong", "1", "--launcher", "nowhere/mpirun -n {ranks}", cwd=tmp_path)
    assert done.returncode == 3 and "'nowhere/mpirun' cannot be started" in done.stderr
    done = support.run("scale", "c.toml", "--strong", "1", "--launcher", "false {ranks}", "--out", "b", cwd=tmp_path)
    assert done.returncode == 3 and "exit code 1; what it said is in b/base_1.log" in done.stderr
