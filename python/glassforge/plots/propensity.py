"""Section "Labels": how the propensities are distributed at every time."""

from __future__ import annotations

import numpy as np

from ..errors import MissingError
from . import style, text
from .data import SYMBOL, UNIT, ReportData

MAX_BINS = 60
CUMULATIVE_POINTS = 301


def distributions(data: ReportData) -> str:
    """Figure: density of the displacement propensity on a logarithmic axis, cumulative share of bond breaking beside it."""
    times = data.first_labels.times
    panels = [(label, data.pooled_label(label)) for label in data.label_names]
    panels = [(label, values) for label, values in panels if values.size]
    if not panels:
        raise MissingError("the labels hold no values", "label")
    fig, axes = style.figure(3.6, columns=len(panels))
    for ax, (label, values) in zip(axes[0], panels):
        draw = _draw_density if label == "displacement" else _draw_cumulative
        draw(ax, times, values)
    sentences = {
        "displacement": "mean over replicas of the unsquared displacement |<b>r</b><sub><i>i</i></sub>(<i>t</i>) − "
        "<b>r</b><sub><i>i</i></sub>(0)|.",
        "bond_breaking": "share of the particles that keep at most this fraction of their bonds; at the last time "
        f"{text.number(panels[-1][1][-1].mean(), 3)} of the bonds are left on average.",
    }
    sides = ("Left: ", "Right: ") if len(panels) > 1 else ("",)
    caption = (
        f"{data.scored_name} particles of {text.counted(len(data.campaign.labelled_structures()), 'structure')}, one line a "
        "time; colours run from early to late. "
        + " ".join(side + sentences[label] for side, (label, _) in zip(sides, panels))
    )
    return text.figure(style.svg(fig, "distributions"), "Distribution of the propensity at each time", caption)


def _draw_density(ax, times: np.ndarray, values: np.ndarray) -> None:
    """One line a time from (T, M) displacement propensities, named at its peak."""
    edges = _edges(values)
    peaks = []
    for k, color in enumerate(style.ramp(len(times))):
        density = np.histogram(values[k], edges)[0] / (values[k].size * np.diff(np.log10(edges)))
        ax.stairs(density, edges, color=color, linewidth=1.3)
        top = int(np.argmax(density))
        peaks.append((float(edges[top : top + 2].mean()), float(density[top]), text.plain(times[k]), color))
    ax.set_ylim(0, 1.13 * max(p[1] for p in peaks))
    ax.set_xscale("log")
    ax.set_xlabel("propensity " + SYMBOL["displacement"] + UNIT["displacement"])
    ax.set_ylabel("density per decade of *R*")
    style.style_log(ax.xaxis)
    style.grid(ax)
    _write_times(ax, peaks)


def _draw_cumulative(ax, times: np.ndarray, values: np.ndarray) -> None:
    """One line a time from (T, M) fractions of remaining bonds: the share of particles with at most that fraction."""
    low = min(float(np.floor(20 * values.min()) / 20), 0.95)
    grid = np.linspace(low, 1.0, CUMULATIVE_POINTS)
    labels = []
    for k, color in enumerate(style.ramp(len(times))):
        share = np.searchsorted(np.sort(values[k]), grid + 1e-9, side="right") / values[k].size
        ax.plot(grid, share, color=color, drawstyle="steps-post", linewidth=1.3)
        labels.append(
            (float(np.searchsorted(np.sort(values[k]), 1 - 1e-9) / values[k].size), text.plain(times[k]), color)
        )
    ax.set_ylim(0, 1.02)
    ax.set_xlim(low, 1.0)
    ax.set_xlabel("remaining bonds " + SYMBOL["bond_breaking"])
    ax.set_ylabel("cumulative share of particles")
    style.grid(ax)
    style.end_labels(ax, labels)


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


def _edges(values: np.ndarray) -> np.ndarray:
    """Logarithmic bin edges for (T, M) values: few where there are few particles."""
    bins = int(np.clip(2 * values.shape[1] ** (1 / 3), 10, MAX_BINS))
    positive = values[values > 0]
    low, high = (positive.min(), positive.max()) if positive.size else (0.1, 1.0)
    return np.geomspace(0.95 * low, 1.05 * high, bins + 1)
