"""Task A of GlassBench on the ten published BOTAN structures at T = 0.44, t = 4120: every structure is predicted once, by models that
have not seen it (train on seven, validate on one, test on two, rotated), with the learning curve.

The campaign runs in the folder that GLASSFORGE_STUDIES names, where a finished one is only read, else in a temporary one. About an
hour on two cores, half of it cage states: the label `long`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.results import record  # noqa: E402
from support.studies import RANKS, glassforge, studies_folder  # noqa: E402

DATA = os.environ.get("GLASSFORGE_REFERENCE_DATA")
pytestmark = [pytest.mark.long, pytest.mark.skipif(not DATA, reason="GLASSFORGE_REFERENCE_DATA is not set")]

ALL_STATES = ["ridge_thermal_inherent_cage"]  # 3296 columns: once, without the learning curve
MODELS = ["ridge_cage", "glassmlp", "ridge_glassmlp", "softness", "sbo_pca",
          "sbo_cg_pca", "DEN", "EPOT", "EINH", "PSI6", "TT"]
PUBLISHED = {"ridge_cage": 0.779, "glassmlp": 0.768, "EPOT": 0.507, "DEN": -0.246, "PSI6": -0.145, "sbo_pca": 0.068, "sbo_cg_pca": 0.172}
LEARNING_CURVE = [1, 2, 4, 7]
SETTINGS = ["cage.make=true", "train.species=[\"A\"]", "split.train=7", "split.validation=1", "evaluate.folds=5"]


def settings(models, learning_curve):
    return [*SETTINGS, f"train.models={json.dumps(models)}", f"evaluate.learning_curve={learning_curve}"]


def scored(studies, models, learning_curve):
    folder = studies / "botan_models"
    keys = [word for setting in settings(models, learning_curve) for word in ("--set", setting)]
    if not (folder / "campaign.toml").exists():
        glassforge("import", Path(DATA) / "botan_ka3d_T0.44", "--format", "botan", "--model", "KA", "--temperature", 0.44, "--times", 4120,
                   "--test", "9-10", *keys, "--out", folder)
    glassforge("run", folder / "campaign.toml", "--stage", "report", *keys, ranks=RANKS)
    return json.loads((folder / "crossfit.json").read_text(encoding="utf-8"))


def rows(results, label):
    keys = ("pearson_pooled", "error", "pearson_per_structure", "spearman", "r2")
    return {r["model"]: {**{key: r[key] for key in keys}, "bootstrap": r["bootstrap"]["pearson_pooled"]} for r in results if r["label"] == label}


def curve(results, label):
    found = {}
    for r in results:
        if r["label"] == label:
            found.setdefault(r["model"], {})[r["train"]] = [r["pearson_pooled"], r["error"]]
    return found


def test_task_a_on_the_published_structures(tmp_path):
    studies = studies_folder(tmp_path)
    all_states = scored(studies, ALL_STATES, [])
    said = scored(studies, MODELS, LEARNING_CURVE)
    labels = ("displacement", "bond_breaking")
    tables = {label: rows(all_states["results"] + said["results"], label) for label in labels}
    ceiling = {label: next(r["ceiling"] for r in said["results"] if r["label"] == label) for label in labels}
    record("botan_models", ["glassforge import botan_ka3d_T0.44 --format botan --model KA --temperature 0.44 --times 4120 --test 9-10 "
                            + " ".join(f"--set '{s}'" for s in settings(MODELS, LEARNING_CURVE)) + " --out botan_models",
                            "glassforge run botan_models/campaign.toml", "the same with train.models and evaluate.learning_curve "
                            f"= {json.dumps(ALL_STATES)} and []"],
           {"scores": tables, "ceiling": ceiling, "learning_curve": {label: curve(said["learning_curve"], label) for label in labels},
            "published": PUBLISHED})
    tested = sorted(s for fold in said["folds"] for s in fold["test"])
    assert tested == list(range(10))
    assert [len(fold["train"]) for fold in said["folds"]] == [7] * 5
    pooled = {model: row["pearson_pooled"] for model, row in tables["displacement"].items()}
    best_cage = max(pooled["ridge_cage"], pooled["ridge_thermal_inherent_cage"])
    assert best_cage > 0.65 and pooled["glassmlp"] > 0.65
    for model in ("EPOT", "DEN"):  # these are not fitted: the published value must lie within the errors of ten structures
        assert abs(pooled[model] - PUBLISHED[model]) < 3 * tables["displacement"][model]["error"] + 0.05
    for model, by_count in curve(said["learning_curve"], "displacement").items():
        assert by_count[7][0] > by_count[1][0], model
