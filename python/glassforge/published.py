"""Published Pearson correlations, to stand beside ours where model liquid and temperature are the same.

Pooled over the published test structures, A particles. Sources:
  GlassBench, Jung et al., doi:10.5281/zenodo.10118191: KA_results/FIG1.dat (KA, T = 0.44), KA2D_results/FIG3.dat
  (KA2D, T = 0.30, displacement), FIG4.dat (bond breaking), FIGA1.dat (T = 0.23);
  EIGNN, Jiang et al., arXiv:2407.06111, results/*.csv (EIGNN with cage states, and all methods of KA at
  tau_alpha of T = 0.50, 0.56, 0.64).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

GLASSBENCH = "GlassBench"


@dataclass(frozen=True)
class Published:
    """Scores of one label at one temperature. `scores` and `ceiling` are parallel to `times`."""

    model: str
    temperature: float
    label: str
    source: str
    times: tuple[float, ...]
    scores: dict[str, tuple[float, ...]]
    ceiling: tuple[float, ...] = ()

    def at(self, method: str, time: float, tolerance: float = 0.05) -> float:
        """The score of `method` at the published time within `tolerance` (relative) of `time`; NaN where there is none."""
        near = [k for k, t in enumerate(self.times) if abs(t - time) <= tolerance * time]
        return self.scores[method][near[0]] if near else nan


_KA_044 = Published(
    "KA",
    0.44,
    "displacement",
    "GlassBench and EIGNN",
    (0.13, 1.3, 13, 130, 412, 1300, 4120, 13000, 41200, 130000),
    {
        "BOTAN": (0.9489, 0.7383, 0.7332, 0.6951, 0.7299, 0.7416, 0.7551, 0.6906, 0.4990, 0.1973),
        "CAGE": (0.6836, 0.8452, 0.8991, 0.8265, 0.8025, 0.8006, 0.7792, 0.6911, 0.5030, 0.2617),
        "GlassMLP": (0.3897, 0.7950, 0.7656, 0.7252, 0.7398, 0.7695, 0.7681, 0.6999, 0.5359, 0.3603),
        "SE3": (0.8964, 0.6723, 0.6811, 0.7127, 0.7577, 0.7980, 0.8146, 0.7892, 0.7083, 0.6257),
        "EIGNN": (nan, nan, nan, nan, nan, nan, 0.8180, nan, nan, nan),
        "SBO": (-0.0368, -0.0224, -0.0110, 0.0134, 0.0314, 0.0515, 0.0682, 0.0790, 0.0632, 0.0292),
        "DEN": (-0.0661, -0.0963, -0.1137, -0.1307, -0.1492, -0.1873, -0.2460, -0.3045, -0.2599, -0.1224),
        "EPOT": (0.0181, 0.0798, 0.1351, 0.2340, 0.3136, 0.4087, 0.5069, 0.5893, 0.5592, 0.3925),
        "PSI6": (-0.0134, -0.0296, -0.0337, -0.0516, -0.0733, -0.1029, -0.1448, -0.1915, -0.1801, -0.0911),
    },
    (0.9756, 0.9754, 0.9726, 0.9715, 0.9669, 0.9587, 0.9433, 0.9110, nan, nan),
)

_KA2D_030_TIMES = (0.11, 1.25, 14.14, 158.74, 1781.79, 20000)

_KA2D_030_DISPLACEMENT = Published(
    "KA2D",
    0.30,
    "displacement",
    GLASSBENCH,
    _KA2D_030_TIMES,
    {
        "BOTAN": (0.9241, 0.8563, 0.6731, 0.6704, 0.7234, 0.6699),
        "CAGE": (0.3916, 0.6308, 0.7921, 0.7450, 0.6521, 0.6221),
        "GlassMLP": (0.2599, 0.7398, 0.6600, 0.6153, 0.6733, 0.6585),
        "SE3": (0.8910, 0.6549, 0.5523, 0.6192, 0.7159, 0.7181),
        "DEN": (-0.0360, -0.0399, -0.0665, -0.1092, -0.1988, -0.3383),
        "EPOT": (0.0209, 0.0432, 0.0945, 0.1764, 0.2976, 0.4766),
        "PSI4": (0.0081, 0.0216, 0.0219, 0.0320, 0.0422, 0.0102),
        "TT": (-0.0114, -0.0045, -0.0356, -0.0819, -0.1605, -0.2755),
    },
    (0.9415, 0.9591, 0.9499, 0.9481, 0.9334, 0.8623),
)

_KA2D_030_BONDS = Published(
    "KA2D",
    0.30,
    "bond_breaking",
    GLASSBENCH,
    _KA2D_030_TIMES[1:],
    {
        "BOTAN": (0.5558, 0.5564, 0.6202, 0.7152, 0.7880),
        "CAGE": (0.2202, 0.3605, 0.5453, 0.6805, 0.7285),
        "GlassMLP": (-0.0094, 0.1861, 0.4128, 0.6659, 0.7670),
        "SE3": (0.5117, 0.4794, 0.5768, 0.7249, 0.7973),
        "DEN": (0.0058, 0.0289, 0.0925, 0.2142, 0.3657),
        "EPOT": (-0.0129, -0.0629, -0.1660, -0.3182, -0.5344),
        "PSI4": (0.0020, -0.0056, -0.0168, -0.0329, -0.0175),
        "TT": (0.0020, 0.0255, 0.0868, 0.1809, 0.3074),
    },
    (0.9623, 0.9393, 0.9305, 0.9351, 0.9245),
)

_KA2D_023 = Published(
    "KA2D",
    0.231,
    "displacement",
    GLASSBENCH,
    (0.1, 1.1, 11.64, 122.47, 1288.41, 13554, 142587, 1.5e6),
    {"GlassMLP": (0.2928, 0.7582, 0.7490, 0.7162, 0.6521, 0.6230, 0.7025, 0.7758)},
)


def _at_tau_alpha(temperature: float, time: float, *scores: float) -> Published:
    methods = ("BOTAN", "CAGE", "GlassMLP", "SE3", "EIGNN")
    return Published("KA", temperature, "displacement", "EIGNN", (time,), {m: (s,) for m, s in zip(methods, scores)})


TABLES = (
    _KA_044,
    _at_tau_alpha(0.50, 217, 0.6909, 0.7643, 0.7184, 0.7710, 0.8043),
    _at_tau_alpha(0.56, 52, 0.6682, 0.6940, 0.6410, 0.7151, 0.7475),
    _at_tau_alpha(0.64, 16.5, 0.6579, 0.6327, 0.5554, 0.6724, 0.6785),
    _KA2D_030_DISPLACEMENT,
    _KA2D_030_BONDS,
    _KA2D_023,
)


def find(model: str, temperature: float, label: str) -> Published | None:
    """The table of this model liquid, temperature (to 0.002; KA2D's 0.23 and 0.231 are one) and label, if there is one."""
    for table in TABLES:
        if table.model == model and table.label == label and abs(table.temperature - temperature) <= 0.002:
            return table
    return None
