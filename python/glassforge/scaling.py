"""The figure of a scaling study: `python3 -m glassforge.scaling scale.json` makes scale.png beside it.

Speed-up, efficiency, where the time goes, and what the fitted model predicts, with its assumptions (docs/scaling.md).
"""

from __future__ import annotations

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np

INK, MUTED, LINE, MODEL = "#1c2127", "#616a75", "#0061a8", "#c2410c"
PARTS = {"compute": "#0061a8", "files": "#00785a", "wait": "#c9ced6"}


def seconds_of_model(model: dict[str, Any], ranks: np.ndarray, tasks: np.ndarray) -> np.ndarray:
    """T(n) = serial + task ceil(K / n) + request (K + n)."""
    return model["serial"] + model["task"] * np.ceil(tasks / ranks) + model["request"] * (tasks + ranks)


def draw(study: dict[str, Any]):
    """The figure of a study as scale.json states it."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 8.6), layout="constrained")
    speed, efficiency, split, prediction = figure.subplots(2, 2).flat
    rows = study["summary"]
    what = "a fixed campaign" if study["series"] == "strong" else f"{study['grows']} grow with the ranks"
    figure.suptitle(f"{study['series']} scaling of {study['stage']} ({what}): {study['campaign']}, {study['model_liquid']}, "
                    f"N = {study['particles']}, {study['host']['cores']} cores", fontsize=12, color=INK)
    _draw_speed(speed, study, rows)
    _draw_efficiency(efficiency, study, rows)
    _draw_split(split, rows)
    _draw_prediction(prediction, study)
    lines = [line for text in study["prediction"]["assumptions"] for line in textwrap.wrap("- " + text, 150, subsequent_indent="  ")]
    figure.supxlabel("The prediction assumes that\n" + "\n".join(lines), x=0.02, ha="left", fontsize=8, color=MUTED)
    return figure


def _curve(study: dict[str, Any], ranks: np.ndarray) -> np.ndarray:
    """Speed-up by the model against its own time at the smallest number of ranks measured."""
    rows, model = study["summary"], study["model"]
    first, tasks = rows[0]["ranks"], rows[0]["tasks"]
    weak = study["series"] == "weak"
    all_tasks = tasks * ranks / first if weak else np.full(len(ranks), float(tasks))
    start = seconds_of_model(model, np.array([first]), np.array([tasks]))[0]
    ratio = start / seconds_of_model(model, ranks, all_tasks)
    return ratio * (ranks if weak else first)


def _points(axes, rows: list[dict[str, Any]], per_rank: bool) -> None:
    """Medians with the spread of the repeats; hollow where ranks share cores."""
    for row in rows:
        scale = row["efficiency"] if per_rank else row["speed_up"]
        low, high = scale * row["median"] / row["max"], scale * row["median"] / row["min"]
        shared = row["oversubscribed"]
        axes.errorbar(row["ranks"], scale, [[scale - low], [high - scale]], fmt="o", color=LINE, capsize=3, zorder=3,
                      markerfacecolor="white" if shared else LINE, label=_label(row, rows, shared))


def _label(row: dict[str, Any], rows: list[dict[str, Any]], shared: bool) -> str | None:
    """One entry of the legend for each kind of point."""
    if row is not next(r for r in rows if r["oversubscribed"] == shared):
        return None
    return "measured, more ranks than cores" if shared else "measured: median, extremes"


def _fine(rows: list[dict[str, Any]]) -> np.ndarray:
    return np.arange(rows[0]["ranks"], rows[-1]["ranks"] + 1, dtype=float)


def _ticks(axes, rows: list[dict[str, Any]]) -> None:
    ranks = [row["ranks"] for row in rows]
    axes.set_xscale("log", base=2)
    axes.set_xticks(ranks, [str(n) for n in ranks])
    axes.minorticks_off()
    axes.set_xlabel("ranks")
    axes.set_xlim(ranks[0] / 1.2, ranks[-1] * 1.2)


def _draw_speed(axes, study: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    ranks = _fine(rows)
    axes.plot(ranks, ranks, color=MUTED, lw=1, ls="--", label="ideal")
    axes.plot(ranks, _curve(study, ranks), color=MODEL, lw=1.5, label="model")
    _points(axes, rows, per_rank=False)
    _ticks(axes, rows)
    axes.set_yscale("log", base=2)
    axes.set_yticks([row["ranks"] for row in rows], [str(row["ranks"]) for row in rows])
    axes.minorticks_off()
    axes.set_ylim(rows[0]["ranks"] / 1.6, rows[-1]["ranks"] * 1.6)
    axes.set_ylabel("speed-up" if study["series"] == "strong" else "scaled speed-up")
    axes.legend(frameon=False, fontsize=9, loc="upper left")


def _draw_efficiency(axes, study: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    ranks = _fine(rows)
    axes.axhline(1, color=MUTED, lw=1, ls="--")
    axes.plot(ranks, _curve(study, ranks) / ranks, color=MODEL, lw=1.5)
    _points(axes, rows, per_rank=True)
    _ticks(axes, rows)
    axes.set_ylim(0, 1.3)
    axes.set_ylabel("efficiency")


def _draw_split(axes, rows: list[dict[str, Any]]) -> None:
    at, bottom = np.arange(len(rows)), np.zeros(len(rows))
    for part, colour in PARTS.items():
        values = np.array([row[part] for row in rows])
        axes.bar(at, values, 0.6, bottom, color=colour, label=part)
        bottom += values
    axes.set_xticks(at, [str(row["ranks"]) + ("*" if row["oversubscribed"] else "") for row in rows])
    shared = any(row["oversubscribed"] for row in rows)
    axes.set_xlabel("ranks" + ("   (* more ranks than cores)" if shared else ""))
    axes.set_ylabel("seconds, mean over ranks")
    axes.set_ylim(0, 1.3 * bottom.max())
    axes.legend(frameon=False, ncols=3, fontsize=9, loc="upper center")


def _draw_prediction(axes, study: dict[str, Any]) -> None:
    prediction, model = study["prediction"], study["model"]
    ranks = np.unique(np.round(np.logspace(0, 5, 400)))
    tasks = np.full(len(ranks), prediction["tasks"])
    axes.loglog(ranks, prediction["seconds_on_one_rank"] / ranks, color=MUTED, lw=1, ls="--", label="ideal")
    axes.loglog(ranks, seconds_of_model(model, ranks, tasks), color=MODEL, lw=1.5, label="model")
    points = prediction["points"]
    axes.loglog([p["ranks"] for p in points], [p["seconds"] for p in points], "s", color=MODEL, ms=4)
    axes.axvspan(1, max(model["fitted_to_ranks"]), color="#e7eef6", zorder=0, label="measured range")
    axes.set_xlim(1, ranks[-1])
    axes.set_xlabel("ranks")
    axes.set_ylabel("predicted seconds")
    axes.set_title(f"{prediction['structures']:.0f} structures, {prediction['tasks']:.0f} tasks: serial {model['serial']:.3g} s, "
                   f"task {model['task']:.3g} s, request {model['request']:.2g} s", fontsize=9, color=MUTED)
    axes.legend(frameon=False, fontsize=9)


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python3 -m glassforge.scaling scale.json", file=sys.stderr)
        return 2
    path = Path(arguments[0])
    try:
        figure = draw(json.loads(path.read_text(encoding="utf-8")))
    except ImportError as error:
        print(f"no figure: {error}", file=sys.stderr)
        return 1
    figure.savefig(path.with_suffix(".png"), dpi=130)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
