"""Task B of GlassBench on three temperatures that the program makes itself: models trained at each, scored at each.

The campaigns run in the folder that GLASSFORGE_STUDIES names, where finished ones are only read and stopped ones continue,
else in a temporary one. Some ten minutes on two cores: the label `long`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.results import record  # noqa: E402
from support.studies import RANKS, completed, glassforge, studies_folder  # noqa: E402

pytestmark = pytest.mark.long

TEMPERATURES = (0.35, 0.40, 0.45)
CAMPAIGN = """
[campaign]
name = "transfer_ka2d_T{temperature:.2f}"
seed = {seed}
[system]
model = "KA2D"
temperature = {temperature}
structures = 14
[equilibrate]
method = "swap"
sweeps = 16000
[certificate]
on_failure = "keep"
[replicas]
count = 10
times = {{ tau_alpha = [0.03, 0.3, 1] }}
[dynamics]
structures = 12
[train]
models = ["ridge_glassmlp", "ridge_density", "EPOT"]
species = ["A"]
[split]
train = 8
validation = 2
test = 4
"""


def trained(studies, temperature):
    text = CAMPAIGN.format(temperature=temperature, seed=round(100 * temperature))
    return completed(studies, f"transfer_ka2d_T{temperature:.2f}", text, "evaluate", RANKS)


def test_models_of_three_temperatures_on_each_other(tmp_path):
    studies = studies_folder(tmp_path)
    folders = [trained(studies, t) for t in TEMPERATURES]
    said = json.loads(glassforge("evaluate", *folders, "--json"))
    last = {t: max(m["time"] for m in said["matrix"] if m["temperature"] == t) for t in TEMPERATURES}
    cells = {}
    for m in said["matrix"]:
        if m["label"] == "displacement" and m["time"] == last[m["temperature"]]:
            cells[m["model"], m["trained_on"]["temperature"], m["temperature"]] = (m["pearson_pooled"], m["error"])
    models = sorted({model for model, _, _ in cells})
    record("transfer_ka2d", ["glassforge run transfer_ka2d_T0.35.toml --stage evaluate   (and 0.40, 0.45)",
                             "glassforge evaluate transfer_ka2d_T0.35 transfer_ka2d_T0.40 transfer_ka2d_T0.45 --json"],
           {"label": "displacement", "time": "tau_alpha of the temperature scored", "tau_alpha": {str(t): last[t] for t in TEMPERATURES},
            "matrix": {model: {f"scored at {b}": {f"trained at {a}": cells[model, a, b] for a in TEMPERATURES} for b in TEMPERATURES}
                       for model in models}})
    assert len(cells) == 9 * 3
    for (model, _, scored), (value, error) in cells.items():
        if model == "EPOT":
            continue
        assert 0.2 < value < 1 and 0 < error < 0.2
    for scored in TEMPERATURES:  # nothing learnt elsewhere is much better than what was learnt there
        own, its_error = cells["ridge_glassmlp", scored, scored]
        for trained_at in TEMPERATURES:
            value, error = cells["ridge_glassmlp", trained_at, scored]
            assert value < own + 3 * (error**2 + its_error**2) ** 0.5
