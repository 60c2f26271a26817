"""Draws docs/cage_states.png from docs/results/cage_states.json: python3 benchmarks/cage_states/plot.py"""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

DOCS = Path(__file__).resolve().parents[2] / "docs"
NAMES = {"KA2D_T0.231": "KA2D, T = 0.231", "KA_T0.44": "KA, T = 0.44"}
CAGED = {"KA2D_T0.231": 1, "KA_T0.44": 2}  # which of the times lies in the regime of cages: 11.64 and 13


def draw_prediction(axes, name, found):
    """Pearson against the radius, with the most sweeps that every radius has; dashed: the inherent state."""
    rows = found["radius_and_sweeps"]
    radii = {sweeps: [r["radius"] for r in rows if r["sweeps"] == sweeps] for sweeps in {r["sweeps"] for r in rows}}
    most = max(sweeps for sweeps, have in radii.items() if len(have) == max(map(len, radii.values())))
    for k, time in enumerate(found["times"]):
        line, = axes.plot(radii[most], [r["pearson"][k] for r in rows if r["sweeps"] == most], "o-", label=f"t = {time:g}")
        axes.axhline(found["pearson_inherent"][k], ls="--", lw=0.9, color=line.get_color())
    axes.set(xscale="log", xlabel=r"radius / $\sigma_{aa}$", ylabel="Pearson, A particles", ylim=(0, 1),
             title=f"{NAMES[name]}, {most} sweeps (dashed: inherent)")
    axes.set_xticks(radii[most], [f"{r:g}" for r in radii[most]], fontsize=8)
    axes.minorticks_off()
    axes.legend(fontsize=8)


def by_radius(rows):
    """radius -> its rows, fewest sweeps first."""
    return {radius: sorted((r for r in rows if r["radius"] == radius), key=lambda r: r["sweeps"])
            for radius in sorted({r["radius"] for r in rows})}


def draw_sweeps(axes, name, found):
    """Pearson against the number of sweeps at the time of caging; dashed: the inherent state; dotted: what noise allows."""
    k = CAGED[name]
    for radius, rows in by_radius(found["radius_and_sweeps"]).items():
        axes.plot([r["sweeps"] for r in rows], [r["pearson"][k] for r in rows], "o-", label=f"{radius:g}", ms=4)
    axes.axhline(found["pearson_inherent"][k], ls="--", color="black", lw=0.9)
    axes.axhline(found["ceiling"][k], ls=":", color="black", lw=0.9)
    axes.set(xscale="log", xlabel="sweeps", ylabel="Pearson, A particles", ylim=(0, 1),
             title=f"t = {found['times'][k]:g} (dashed: inherent, dotted: ceiling)")


def draw_convergence(axes, name, found):
    """How far two independent runs are from each other, as a share of how far the cage positions are from the start."""
    for radius, rows in by_radius(found["radius_and_sweeps"]).items():
        apart = [r["rms_between_seeds"] / r["rms_from_start"] for r in rows]
        axes.plot([r["sweeps"] for r in rows], apart, "o-", label=f"{radius:g}", ms=4)
    axes.set(xscale="log", yscale="log", xlabel="sweeps", ylabel="rms between seeds / rms from start",
             title="convergence")
    axes.legend(title="radius", fontsize=7, title_fontsize=7, ncol=2)


def main():
    found = json.loads((DOCS / "results/cage_states.json").read_text(encoding="utf-8"))
    figure, axes = plt.subplots(2, 3, figsize=(14, 7.5), layout="constrained")
    for k, name in enumerate(NAMES):
        draw_prediction(axes[k][0], name, found[name])
        draw_sweeps(axes[k][1], name, found[name])
        draw_convergence(axes[k][2], name, found[name])
    figure.savefig(DOCS / "cage_states.png", dpi=110, metadata={"Software": None})


if __name__ == "__main__":
    main()
