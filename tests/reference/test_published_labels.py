"""Published isoconfigurational labels come out again, from the published starts, at full length.

The campaigns run in the folder that GLASSFORGE_STUDIES names, where a stopped one continues, else in a temporary one."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from support.results import record  # noqa: E402
from support.studies import completed, glassforge, studies_folder  # noqa: E402

REFERENCE = os.environ.get("GLASSFORGE_REFERENCE_DATA", "")
pytestmark = pytest.mark.skipif(not REFERENCE, reason="GLASSFORGE_REFERENCE_DATA is not set: no published labels to compare with")

BOX, SIGMA = 32.8962, np.array([[1.0, 0.80, 0.90], [0.80, 0.88, 0.80], [0.90, 0.80, 0.94]])
GLASSBENCH = Path(REFERENCE) / "glassbench_ka2d_T0.23"
STRUCTURE_151 = """
[campaign]
name = "s151"
seed = 151
[system]
model = "KA2D"
temperature = 0.231
structures = ["{files}/N1290T0.23_151_tc05.npz"]
[replicas]
count = 100
pack = 5
times = [0.1, 11.64, 1288.41]
[dynamics]
structures = 0
"""
BOTAN = Path(REFERENCE) / "botan_ka3d_T0.44"
STRUCTURE_1 = """
[campaign]
name = "{name}"
seed = 4120
[system]
model = "KA"
temperature = 0.44
structures = ["{files}/isoconfig_N4096T0.44_1_tc07.npz"]
[engine]
precision = "{precision}"
[replicas]
count = 8
pack = 1
dt = 0.005
times = [0.13, 1.3, 13, 130, 412, 1300, 4120]
[dynamics]
structures = 0
"""


@pytest.fixture
def studies(tmp_path):
    return studies_folder(tmp_path)


def labelled(studies, name, text, **values):
    return completed(studies, name, text.format(name=name, **values), "label")


def rows(folder, label, species=0):
    """(T, R, A particles) of structure 0, and its times."""
    with h5py.File(folder / "labels/labels_0000.h5") as file:
        s = file["s0000"]
        return s["replicas"][label][:][:, :, s["species"][:] == species], s["times"][:]


def made_by(folder):
    """The version of the program that ran the replicas, which may be older than the one that compares."""
    with h5py.File(folder / "labels/labels_0000.h5") as file:
        return str(np.bytes_(file.attrs["code_version"]).decode())


def true_spread(values):
    """Standard deviation over particles of the mean over replicas, noise taken away: values (R, N)."""
    return np.sqrt(values.mean(0).var() - (values.var(0, ddof=1) / len(values)).mean())


def minimum_image(d):
    return d - BOX * np.round(d / BOX)


def bonds_that_remain(species, start, frames):
    """(R, N): by the definition, over all pairs: r < 1.4 sigma at the start, r < 1.8 sigma in a frame."""
    sigma = SIGMA[species[:, None], species[None, :]]
    bonded = np.linalg.norm(minimum_image(start[:, None] - start[None]), axis=-1) < 1.4 * sigma
    np.fill_diagonal(bonded, False)
    result = []
    for frame in frames:
        still = np.linalg.norm(minimum_image(frame[:, None] - frame[None]), axis=-1) < 1.8 * sigma
        result.append((bonded & still).sum(1) / bonded.sum(1))
    return np.array(result)


def test_bond_breaking_of_published_frames(tmp_path):
    glassforge("import", GLASSBENCH, "--format", "glassbench", "--model", "KA2D", "--temperature", 0.231, "--out", tmp_path / "i")
    with h5py.File(tmp_path / "i/labels/labels_0000.h5") as file:
        ours, times = file["s0000/replicas/bond_breaking"][:], file["s0000/times"][:]
        mean = file["s0000/labels/bond_breaking"][:]
    for k, code in enumerate((5, 15, 25, 35, 40)):
        data = np.load(GLASSBENCH / f"N1290T0.23_151_tc{code:02d}.npz")
        wanted = bonds_that_remain(data["types"] - 1, data["initial_positions"], data["positions"])
        assert np.abs(ours[k] - wanted).max() < 1e-12, times[k]
        assert np.abs(mean[k] - wanted.mean(0)).max() < 1e-12, times[k]
    assert mean[4].mean() < 0.9  # bonds have broken


@pytest.mark.long
def test_structure_151(studies):
    ours = labelled(studies, "s151", STRUCTURE_151, files=GLASSBENCH)
    against = json.loads(glassforge("compare", ours, GLASSBENCH, "--times", "0.1,11.64,1288.41", "--json"))["A"]
    published = studies / "s151_published"
    if not published.exists():
        glassforge("import", GLASSBENCH, "--format", "glassbench", "--model", "KA2D", "--temperature", 0.231, "--out", published)
    mine, times = rows(ours, "displacement")
    theirs, _ = rows(published, "displacement")
    spread_a, spread_b = ([true_spread(x[k]) for k in range(3)] for x in (mine, theirs))
    record("structure_151", ["glassforge run s151.toml --stage label  # 100 replicas from the published start, NVE, dt = 0.01",
                             "glassforge compare s151 glassbench_ka2d_T0.23 --times 0.1,11.64,1288.41 --json"],
           {"labels_made_by": made_by(ours), "times": list(times), "replicas": mine.shape[1],
            "pearson": against["pearson"], "ceiling": against["ceiling"],
            "mean_ours": against["mean_a"], "mean_published": against["mean_b"], "spread_ours": spread_a,
            "spread_published": spread_b, "spread_note": "standard deviation over A particles, replica noise taken away"})
    assert mine.shape[1] == 100 and len(times) == 3
    for k in range(3):
        assert abs(against["pearson"][k] - against["ceiling"][k]) < 0.03, times[k]
        assert against["mean_a"][k] == pytest.approx(against["mean_b"][k], rel=0.05)
        assert spread_a[k] == pytest.approx(spread_b[k], rel=0.10)


@pytest.mark.long
@pytest.mark.parametrize(("name", "precision"), [("botan1", "double"), ("botan1_mixed", "mixed")])
def test_botan_structure_1(studies, name, precision):
    ours = labelled(studies, name, STRUCTURE_1, files=BOTAN, precision=precision)
    against = json.loads(glassforge("compare", ours, BOTAN / "isoconfig_N4096T0.44_1_tc07.npz", "--json"))["A"]
    mine, times = rows(ours, "displacement")
    with h5py.File(ours / "labels/labels_0000.h5") as file:
        drift = np.abs(file["s0000/replicas/energy_drift"][:]).max()
    each = mine[-1].mean(1)  # <R>_A of each replica
    error = 0.0625 * np.sqrt(1 / len(each) + 1 / 32)  # published standard deviation between replicas
    record(name.replace("botan1", "botan_structure_1"),
           [f"glassforge run {name}.toml --stage label  # 8 replicas, NVE, force-shift, dt = 0.005",
            f"glassforge compare {name} isoconfig_N4096T0.44_1_tc07.npz --json"],
           {"precision": precision, "labels_made_by": made_by(ours), "times": list(times), "replicas": len(each),
            "mean_R_A": float(each.mean()), "mean_R_A_each": list(each),
            "mean_R_A_published": 0.6986, "standard_error_of_difference": float(error), "pearson": against["pearson"],
            "ceiling": against["ceiling"], "largest_energy_drift_per_particle": float(drift)})
    assert len(each) >= 8 and times[-1] == pytest.approx(4120)
    assert abs(each.mean() - 0.6986) < 3 * error
    assert abs(against["pearson"][0] - against["ceiling"][0]) < 0.06  # about three standard errors of a correlation of 8 replicas
