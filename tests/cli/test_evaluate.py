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
