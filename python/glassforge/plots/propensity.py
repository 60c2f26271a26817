"""Section "Labels": how the propensities are distributed at every time."""

from __future__ import annotations

import numpy as np

from ..errors import MissingError
from . import style, text
from .data import SYMBOL, UNIT, ReportData

MAX_BINS = 60


def distributions(data: ReportData) -> str:
    """Figure: density of the displacement propensity on a logarithmic axis, and of bond breaking beside it."""
    times = data.first_labels.times
    panels = [(label, data.pooled_label(label)) for label in data.label_names]
    panels = [(label, values) for label, values in panels if values.size]
    if not panels:
        raise MissingError("the labels hold no values", "label")
    fig, axes = style.figure(3.6, columns=len(panels))
    for k, (ax, (label, values)) in enumerate(zip(axes[0], panels)):
        peaks = _draw(ax, times, values, label)
        if k == 0:
            _write_times(ax, peaks)
    sentences = {
        "displacement": "mean over replicas of the unsquared displacement |<b>r</b><sub><i>i</i></sub>(<i>t</i>) − "
        "<b>r</b><sub><i>i</i></sub>(0)|.",
        "bond_breaking": "fraction of a particle's bonds that remain, every curve scaled to its own highest value; mean at "
        f"the last time {text.number(panels[-1][1][-1].mean(), 3)}.",
    }
    sides = ("Left: ", "Right: ") if len(panels) > 1 else ("",)
    caption = (
        f"{data.scored_name} particles of {text.counted(len(data.campaign.labelled_structures()), 'structure')}, one line a "
        "time, named at its peak; colours run from early to late. "
        + " ".join(side + sentences[label] for side, (label, _) in zip(sides, panels))
    )
    return text.figure(style.svg(fig, "distributions"), "Distribution of the propensity at each time", caption)


def _draw(ax, times: np.ndarray, values: np.ndarray, label: str) -> list[tuple[float, float, str, str]]:
    """Draws one line a time; returns where each has its peak (x, y), the time in words and the colour."""
    logarithmic = label == "displacement"
    colors = style.ramp(len(times))
    edges = _edges(values, logarithmic)
    peaks = []
    for k, color in enumerate(colors):
        density = _density(values[k], edges, logarithmic)
        if not logarithmic:
            density = density / density.max() if density.max() > 0 else density
        ax.stairs(density, edges, color=color, linewidth=1.3)
        top = int(np.argmax(density))
        peaks.append((float(edges[top : top + 2].mean()), float(density[top]), text.plain(times[k]), color))
    ax.set_ylim(0, 1.13 * max(p[1] for p in peaks))
    ax.set_xlabel(("propensity " if logarithmic else "remaining bonds ") + SYMBOL[label] + UNIT[label])
    if logarithmic:
        ax.set_xscale("log")
        style.style_log(ax.xaxis)
        ax.set_ylabel("density per decade of *R*")
    else:
        ax.set_ylabel("density, relative")
    style.grid(ax)
    return peaks


def _write_times(ax, peaks: list[tuple[float, float, str, str]]) -> None:
    """The time of every line above its peak, moved up where a neighbour's text already stands."""
    placed: list[tuple[float, float]] = []
    to_fraction = ax.transData + ax.transAxes.inverted()
    for x, y, name, color in sorted(peaks, key=lambda p: p[1]):
        at, where = to_fraction.transform((x, y))
        where += 0.015
        for other, level in sorted(placed, key=lambda p: p[1]):
            if abs(other - at) < 0.09 and abs(level - where) < 0.05:
                where = level + 0.05
        placed.append((at, where))
        ax.text(at, where, name, transform=ax.transAxes, color=color, fontsize=8, ha="center", va="bottom")


def _edges(values: np.ndarray, logarithmic: bool) -> np.ndarray:
    """Bin edges for (T, M) values: few where there are few particles."""
    bins = int(np.clip(2 * values.shape[1] ** (1 / 3), 10, MAX_BINS))
    if not logarithmic:
        low = float(np.floor(20 * values.min()) / 20)
        return np.linspace(min(low, 0.95), 1.0, bins + 1)
    positive = values[values > 0]
    low, high = (positive.min(), positive.max()) if positive.size else (0.1, 1.0)
    return np.geomspace(0.95 * low, 1.05 * high, bins + 1)


def _density(values: np.ndarray, edges: np.ndarray, logarithmic: bool) -> np.ndarray:
    widths = np.diff(np.log10(edges) if logarithmic else edges)
    return np.histogram(values, edges)[0] / (max(values.size, 1) * widths)
