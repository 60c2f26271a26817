"""Section "Equilibration", second part: the distribution of energies by preparation, and how far each check is from its limit."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from ..records import Equilibration
from . import style, text
from .data import ReportData
from .equilibration import series_of

BINS = 30
NAME = {"hot": "from above", "cold": "from below", "": "all"}
COLORS = {"hot": style.LINES[1], "cold": style.LINES[0], "": style.LINES[0]}


def panel(data: ReportData) -> str:
    """Figure: P(e) of either preparation, and |value| / limit of every check of every structure. Empty without certificates."""
    certified = [s for s in _series(data) if s.checks]
    if not certified:
        return ""
    fig, axes = style.figure(4.0, columns=2, gridspec_kw={"width_ratios": [1, 1.15]})
    _distributions(axes[0, 0], certified)
    _margins(axes[0, 1], certified)
    passed = sum(s.certified for s in certified)
    caption = (
        f"Left: potential energy per particle in the sampling window of {text.counted(len(certified), 'structure')}, by how "
        "they came to their temperature; dashed: means. Right: size of every check of every structure in units of its limit "
        f"(filled: passed; crosses: failed). {passed} of {len(certified)} certificates passed."
    )
    return text.figure(style.svg(fig, "certificate"), "Certificates of equilibrium", caption)


def table(data: ReportData) -> str:
    """Table: the groups of the ensemble and what their comparison says. Empty without certificate.json."""
    if not (data.campaign.folder / "certificate.json").is_file():
        return ""
    content = data.campaign.certificate()
    rows = [
        [
            {"all": "all", "hot": "from above", "cold": "from below"}.get(group["preparation"], group["preparation"]),
            str(group["structures"]),
            text.with_error(group["energy"], group["energy_error"]),
            text.with_error(group["pressure"], group["pressure_error"]),
            text.with_error(group["energy_width"], group["energy_width_error"]),
        ]
        for group in content.get("groups", [])
    ]
    head = ["preparation", "structures", "energy per particle", "pressure", "width of P(e)"]
    caption = "Means over structures with their standard errors, sampling windows only. " + _comparison(content)
    return text.table(head, rows, caption)


def _series(data: ReportData) -> list[Equilibration]:
    return [] if isinstance(data.system.get("structures"), list) else series_of(data)


def _comparison(content: dict[str, Any]) -> str:
    """In words: whether the two preparations agree."""
    checks = content.get("checks", [])
    if not checks:
        return "There are not two preparations to compare (equilibrate.start = \"both\")."
    differ = [escape(check["name"]) for check in checks if not check["passed"]]
    if differ:
        return f"The two preparations DIFFER in {', '.join(differ)}."
    return f"The two preparations agree in {', '.join(escape(check['name']) for check in checks)}."


def _distributions(ax: Axes, series: list[Equilibration]) -> None:
    energies = {p: [s.energy[s.window] for s in series if s.preparation == p] for p in NAME}
    energies = {p: np.concatenate(found) for p, found in energies.items() if found}
    everything = np.concatenate(list(energies.values()))
    bins = np.linspace(everything.min(), everything.max() + 1e-12, BINS + 1)
    for preparation, values in energies.items():
        color = COLORS[preparation]
        ax.hist(values, bins, density=True, histtype="step", color=color, linewidth=1.4, label=NAME[preparation])
        ax.axvline(values.mean(), color=color, linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set_xlabel("energy per particle (ε_{AA})")
    ax.set_ylabel("*P*(*e*)")
    ax.set_title("energies at the final temperature")
    if len(energies) > 1:
        ax.legend(frameon=False, fontsize=8)
    style.grid(ax, "x")


def _margins(ax: Axes, series: list[Equilibration]) -> None:
    """One row a check; acceptances, which have no upper limit, are in the table of moves."""
    names = list(dict.fromkeys(c.name for s in series for c in s.checks if c.limit > 0))
    for row, name in enumerate(names):
        checks = [c for s in series for c in s.checks if c.name == name and np.isfinite(c.value) and c.limit > 0]
        ratio = np.array([max(abs(c.value) if "drift" in name else c.value, 0.0) / c.limit for c in checks])
        passed = np.array([c.passed for c in checks], dtype=bool)
        jitter = 0.36 * (np.arange(len(checks)) / max(len(checks) - 1, 1) - 0.5)
        ax.plot(ratio[passed], row + jitter[passed], "o", markersize=3, color=style.LINES[2], alpha=0.75)
        ax.plot(ratio[~passed], row + jitter[~passed], "x", markersize=5, color=style.LINES[6])
    ax.axvline(1, color=style.COLOR["muted"], linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set_yticks(range(len(names)), ["*F*_{s}" if name == "F_s" else name for name in names])
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_xlim(left=-0.04)
    ax.set_xlabel("size in units of the limit")
    ax.set_title("checks of every structure")
    style.grid(ax, "x")
