"""glassforge dynamics on published end frames, against numbers that were taken from the same files by other programs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.studies import glassforge  # noqa: E402

REFERENCE = os.environ.get("GLASSFORGE_REFERENCE_DATA", "")
pytestmark = pytest.mark.skipif(not REFERENCE, reason="GLASSFORGE_REFERENCE_DATA is not set: no published frames")

# Structure 151, A particles, 20 replicas: t, <R>, MSD, F_s(2 pi) along the axes, share of R <= 0.3, rho_max by the variance formula
STRUCTURE_151 = [
    (0.1, 0.05328, 0.00362, 0.9649, 1.0000, 0.918),
    (11.64, 0.12642, 0.02065, 0.8170, 0.9983, 0.936),
    (1288.41, 0.12989, 0.02216, 0.8065, 0.9933, 0.936),
    (142587, 0.19144, 0.08260, 0.7019, 0.8800, 0.932),
    (1.5e6, 0.62604, 0.84622, 0.2916, 0.1133, 0.901),
]
# BOTAN, T = 0.44, t = 4120, structures 1 .. 10: <R>_A and the share of A particles with R <= 0.3
BOTAN_MEAN = [0.69862, 0.49624, 0.61657, 0.42772, 0.55486, 0.50796, 0.61245, 0.47998, 0.46255, 0.45336]
BOTAN_SLOW = [0.0000, 0.2020, 0.0269, 0.2868, 0.0577, 0.1230, 0.0317, 0.1654, 0.1922, 0.1913]


def imported(folder, files, kind, model, temperature):
    glassforge("import", files, "--format", kind, "--model", model, "--temperature", temperature, "--out", folder / "i")
    return json.loads(glassforge("dynamics", folder / "i", "--json"))


def test_structure_151(tmp_path):
    said = imported(tmp_path, Path(REFERENCE) / "glassbench_ka2d_T0.23", "glassbench", "KA2D", 0.231)
    a = said["species"]["A"]
    assert said["structures"] == 1 and said["replicas"] == 20 and a["particles"] == 600
    for k, (t, mean, msd, f_s, _, ceiling) in enumerate(STRUCTURE_151):
        assert said["times"][k] == pytest.approx(t, rel=1e-3)
        assert a["displacement"][k] == pytest.approx(mean, abs=1e-5)
        assert a["msd"][k] == pytest.approx(msd, abs=1e-5)
        assert a["f_s"][k] == pytest.approx(f_s, abs=0.005)  # one structure, finite directions
        assert a["rho_max"][k] == pytest.approx(ceiling, abs=6e-4)
    assert a["chi4"] == [None] * 5  # of one structure there is none


def test_botan(tmp_path):
    said = imported(tmp_path, Path(REFERENCE) / "botan_ka3d_T0.44", "botan", "KA", 0.44)
    a = said["species"]["A"]
    assert said["structures"] == 10 and said["replicas"] == 32 and a["particles"] == 3277
    assert a["displacement"][0] == pytest.approx(np.mean(BOTAN_MEAN), abs=1e-5)
    assert a["displacement_error"][0] == pytest.approx(np.std(BOTAN_MEAN, ddof=1) / np.sqrt(10), rel=1e-3)
    assert a["chi4"][0] == pytest.approx(3277 * np.var(BOTAN_SLOW, ddof=1), rel=2e-3)
    assert a["chi4_error"][0] > 0.2 * a["chi4"][0]
    assert abs(a["f_s"][0] - 0.348) < 3 * np.hypot(a["f_s_error"][0], 0.022)  # of 15 structures
    assert said["published"]["tau_alpha"] == 4120
