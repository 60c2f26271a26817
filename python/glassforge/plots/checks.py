"""Section "Checks": inherent states and their residual forces, energy drift of the replicas, replicas stopped early."""

from __future__ import annotations

from collections import Counter
from html import escape

import numpy as np

from ..errors import MissingError
from . import style, text
from .data import ReportData

BINS = 24
LISTED = 20  # stopped replicas named one by one


def inherent_states(data: ReportData) -> str:
    """Figure: histograms of the inherent-state energy and of the largest residual force."""
    quenches = [data.campaign.state(s).quench for s in data.sampled]
    quenches = [q for q in quenches if "energy_per_particle" in q]
    if not quenches:
        raise MissingError("no inherent states", "quench")
    energy = np.array([q["energy_per_particle"] for q in quenches])
    force = np.array([q.get("max_force", np.nan) for q in quenches])
    fig, axes = style.figure(2.9, columns=2)
    _histogram(axes[0, 0], energy, "inherent-state energy per particle (ε_{AA})")
    _force_histogram(axes[0, 1], force)
    stops = Counter(str(q.get("stop_reason", "")) for q in quenches)
    deviation = energy.std(ddof=1) if len(energy) > 1 else np.nan
    largest = np.nanmax(force) if np.isfinite(force).any() else np.nan
    ends = escape(", ".join(f"{why} ({n})" for why, n in stops.most_common()))
    caption = (
        f"Left: potential energy per particle of {text.counted(len(energy), 'inherent state')}, mean "
        f"{text.with_error(energy.mean(), _standard_error(energy))}, standard deviation {text.number(deviation, 2)}. "
        f"Right: largest force component left, at most {text.number(largest, 2)} ε<sub>AA</sub>/σ<sub>AA</sub>. "
        f"Minimisations ended: {ends}."
    )
    return text.figure(style.svg(fig, "inherent"), "Inherent states", caption)


def replicas(data: ReportData) -> str:
    """Figure: energy drift of every replica; then the replicas that did not finish, by name."""
    health = data.health
    if health.total == 0:
        raise MissingError("the labels hold no values of single replicas", "launch")
    parts = []
    drift = health.drift[np.isfinite(health.drift)]
    if drift.size:
        fig, axes = style.figure(2.6)
        power = int(np.floor(np.log10(np.abs(drift).max()))) if drift.any() else 0
        unit = f"(10^{{{power}}} ε_{{AA}})".replace("-", "−") if power else "(ε_{AA})"
        _histogram(axes[0, 0], drift / 10.0**power, f"(*E*_{{end}} − *E*_{{start}}) / *N*  {unit}", bins=2 * BINS)
        axes[0, 0].axvline(0, color=style.COLOR["muted"], linewidth=0.8, linestyle=(0, (4, 3)))
        axes[0, 0].set_ylabel("replicas")
        caption = (
            "Change of the conserved energy per particle over a run, of "
            f"{text.counted(drift.size, 'replica')} that finished: mean {text.number(drift.mean(), 2)}, largest "
            f"{text.number(np.abs(drift).max(), 2)}."
        )
        parts.append(text.figure(style.svg(fig, "drift"), "Energy drift of the replicas", caption))
    parts.append(_stopped(health.stopped, health.total, health.labelled))
    return "".join(parts)


def _stopped(stopped: list[tuple[int, int, str]], total: int, structures: int) -> str:
    of = f"{text.counted(total, 'replica')} of {text.counted(structures, 'structure')}"
    if not stopped:
        return text.paragraph(f"All {of} ran to the end.", "good")
    more = f" The first {LISTED} are named." if len(stopped) > LISTED else ""
    rows = [[f"structure {s}, replica {r}", escape(why)] for s, r, why in stopped[:LISTED]]
    words = f"{len(stopped)} of {of} did not run to the end; labels are means over the others.{more}"
    return text.paragraph(words, "warning") + text.table(["replica", "why it was stopped"], rows, css="words")


def _histogram(ax, values: np.ndarray, label: str, bins: int = BINS) -> None:
    bins = min(bins, max(6, int(2 * np.sqrt(values.size))))
    spread = float(np.ptp(values))
    edges = np.linspace(values.min(), values.max(), bins + 1) if spread > 0 else np.linspace(-0.5, 0.5, 8) + values[0]
    ax.hist(values, edges, color=style.LINES[0], alpha=0.75, edgecolor=style.COLOR["panel"], linewidth=0.5)
    ax.set_xlabel(label)
    ax.set_ylabel("structures")
    ax.locator_params(axis="x", nbins=6)
    ax.ticklabel_format(axis="x", useOffset=False, style="plain")
    ax.yaxis.get_major_locator().set_params(integer=True)
    style.grid(ax, "y")


def _force_histogram(ax, force: np.ndarray) -> None:
    positive = force[force > 0]
    if positive.size == 0:
        ax.set_axis_off()
        return
    low, high = np.floor(np.log10(positive.min())), np.ceil(np.log10(positive.max()) + 1e-9)
    edges = np.logspace(low, max(high, low + 1), 4 * int(max(high - low, 1)) + 1)
    ax.set_xscale("log")
    ax.hist(positive, edges, color=style.LINES[2], alpha=0.75, edgecolor=style.COLOR["panel"], linewidth=0.5)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_xlabel("largest force component (ε_{AA}/σ_{AA})")
    ax.set_ylabel("structures")
    ax.yaxis.get_major_locator().set_params(integer=True)
    style.style_log(ax.xaxis)
    style.grid(ax, "y")


def _standard_error(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else np.nan
