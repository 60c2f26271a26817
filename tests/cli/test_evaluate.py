"""glassforge evaluate and report: scores of one campaign, transfer to others, and what is missing for them."""

from __future__ import annotations

import json
import shutil

import pytest
from published_files import answer, glassforge, make_structure, refusal, write_glassbench


def campaign(folder, numbers, temperature, codes):
    """An imported campaign, run to its models and scores."""
    for number in numbers:
        write_glassbench(folder / "npz", number, make_structure(number), codes=codes, temperature=f"{temperature:.2f}")
    glassforge("import", folder / "npz", "--format", "glassbench", "--model", "KA2D", "--temperature", temperature, "--test",
               f"{max(numbers) - 1}-{max(numbers)}", "--set", 'train.models=["ridge_density","EPOT"]', "--out", folder / "set")
    glassforge("run", folder / "set/campaign.toml", "--stage", "evaluate")
    return folder / "set"


@pytest.fixture(scope="module")
def cold(tmp_path_factory):
    return campaign(tmp_path_factory.mktemp("cold"), range(1, 7), 0.231, (15, 25))


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    return campaign(tmp_path_factory.mktemp("warm"), range(11, 16), 0.30, (1, 3))


def test_one_campaign(cold):
    got = answer("evaluate", cold)
    assert got == json.loads((cold / "evaluation.json").read_text())
    assert {r["model"] for r in got["results"]} == {"ridge_density", "EPOT"}
    for key in ("label", "species", "time", "pearson_pooled", "pearson_per_structure", "r2", "error", "ceiling"):
        assert key in got["results"][0]
    assert "ridge_density" in glassforge("evaluate", cold).stdout


def test_models_of_the_first_are_scored_on_the_others(cold, warm):
    got = answer("evaluate", cold, warm)
    own = [r for r in got["results"] if r["temperature"] == 0.231]
    alone = answer("evaluate", cold)["results"]
    assert [r["pearson_pooled"] for r in own] == [r["pearson_pooled"] for r in alone]
    other = [r for r in got["results"] if r["temperature"] == 0.30]
    assert len(other) == len(own) and got["trained_on"]["temperature"] == 0.231
    assert sorted({r["time"] for r in other}) == pytest.approx([0.11, 14.14])
    text = glassforge("evaluate", cold, warm).stdout
    assert "models trained on" in text and "T = 0.3)" in text


def test_transfer_matrix(cold, warm):
    got = answer("evaluate", cold, warm)
    assert got == json.loads((cold / "transfer.json").read_text())
    cells = {(m["trained_on"]["temperature"], m["temperature"]) for m in got["matrix"]}
    assert cells == {(a, b) for a in (0.231, 0.30) for b in (0.231, 0.30)}
    first = [m["pearson_pooled"] for m in got["matrix"] if m["trained_on"]["temperature"] == 0.231]
    assert first == [r["pearson_pooled"] for r in got["results"]]
    own = {(r["model"], r["label"], r["time"]): r["pearson_pooled"] for r in answer("evaluate", warm)["results"]}
    warm_on_warm = [m for m in got["matrix"] if m["trained_on"]["temperature"] == m["temperature"] == 0.30]
    assert {(m["model"], m["label"], m["time"]): m["pearson_pooled"] for m in warm_on_warm} == own


def test_scoring_the_test_part_leaves_a_line(cold):
    log = cold / "log/scores.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[0]["part"] == "test" and lines[0]["structures"] == [4, 5] and "EPOT" in lines[0]["models"]
    before = len(lines)
    answer("evaluate", cold)  # nothing new is looked at
    assert len(log.read_text().splitlines()) == before
    answer("evaluate", cold, cold)
    assert len(log.read_text().splitlines()) > before


def test_cross_fitting_scores_every_structure_once(cold, tmp_path):
    folder = tmp_path / "set"
    shutil.copytree(cold, folder)
    keys = ("evaluate.folds=3", "evaluate.learning_curve=[1, 2]")
    run = ["run", folder / "campaign.toml", "--stage", "evaluate"] + [a for key in keys for a in ("--set", key)]
    glassforge(*run)
    got = json.loads((folder / "crossfit.json").read_text())
    assert sorted(s for fold in got["folds"] for s in fold["test"]) == list(range(6))
    for fold in got["folds"]:
        parts = [set(fold[part]) for part in ("train", "validation", "test")]
        assert sum(map(len, parts)) == len(set.union(*parts)) == 6
    row = got["results"][0]
    for key in ("pearson_pooled", "spearman", "r2", "error", "ceiling", "bootstrap"):
        assert key in row
    assert {r["train"] for r in got["learning_curve"]} == {1, 2}
    assert {r["model"] for r in got["learning_curve"]} == {"ridge_density"}
    assert {c["model"] for c in got["chi4"]} == {None, "ridge_density"}
    names = got["correlations"][0]["names"]
    assert names == ["label", "ridge_density", "EPOT"] and got["correlations"][0]["pearson"][0][0] == 1
    assert not list((folder / "work").glob("crossfit/*.h5"))
    content = (folder / "crossfit.h5").read_bytes()
    glassforge(*run)
    assert (folder / "crossfit.h5").read_bytes() == content
    (folder / "crossfit.h5").unlink()
    glassforge(*run, ranks=3)
    assert json.loads((folder / "crossfit.json").read_text()) == got


def test_impossible_folds_are_refused(cold, tmp_path):
    shutil.copytree(cold, tmp_path / "set")
    run = ("run", tmp_path / "set/campaign.toml", "--stage", "evaluate")
    assert "between 2 and the 6 structures" in refusal(*run, "--set", "evaluate.folds=7", code=2)
    assert "needs folds" in refusal(*run, "--set", "evaluate.learning_curve=[1]", code=2)
    text = refusal(*run, "--set", "evaluate.folds=3", "--set", "evaluate.learning_curve=[5]", code=2)
    assert "asks for 5 training structures" in text


def test_report_of_one_campaign(cold):
    done = glassforge("report", cold)
    assert "report.html" in done.stdout and (cold / "report/report.html").stat().st_size > 10000


def test_what_is_missing_is_said(cold, tmp_path):
    assert "campaign.toml" in refusal("evaluate", tmp_path, code=2)
    assert "campaign.toml" in refusal("report", tmp_path / "none", code=2)
    shutil.copytree(cold, tmp_path / "a")
    shutil.rmtree(tmp_path / "a/models")
    assert "stage train" in refusal("evaluate", tmp_path / "a", code=3)
    assert "stage train" in refusal("evaluate", tmp_path / "a", cold, code=3)
    shutil.rmtree(tmp_path / "a/labels")
    assert "stage label" in refusal("evaluate", cold, tmp_path / "a", code=3)
