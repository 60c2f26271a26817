"""Section "Predicted against true": density of test particles at a few times."""

from __future__ import annotations

from html import escape

import numpy as np
from matplotlib.colors import LogNorm

from . import style, text
from .data import SYMBOL, UNIT, ReportData, label_title

PANELS = 4


def predicted_against_true(data: ReportData) -> str:
    """Figure: hexagonal bins of the best model's predictions against the labels, one panel a time."""
    best, label = data.best, data.main_label
    times, truth, prediction = _pairs(data)
    chosen = np.unique(np.linspace(0, len(times) - 1, min(PANELS, len(times))).round().astype(int))
    fig, axes = style.figure(2.75, columns=len(chosen))
    for ax, k in zip(axes[0], chosen):
        _panel(ax, truth[k], prediction[k])
        score = best.pooled[np.argmin(np.abs(best.times - times[k]))]
        ax.set_title(f"*t* = {text.plain(float(times[k]))}")
        style.note(
            ax,
            0.05,
            0.95,
            f"Pearson {text.fixed(float(score), 2)}",
            style.COLOR["ink"],
            coords="axes fraction",
            va="top",
        )
        ax.set_xlabel(f"true {SYMBOL[label]}{UNIT[label]}")
    axes[0, 0].set_ylabel(f"predicted {SYMBOL[label]}{UNIT[label]}")
    particles = f"{text.number(truth.shape[1], 9)} {escape(data.scored_name)} particles"
    caption = (
        f"Prediction of {escape(best.model)} against the {label_title(label)} propensity, {particles} of "
        f"{text.counted(len(data.sampled_tests), data.structure_words)}. Colour: particles per hexagon, logarithmic. On the "
        "line the prediction is exact; the 0.2 % of particles farthest out lie outside the axes."
    )
    return text.figure(style.svg(fig, "scatter"), "Predicted against true", caption)


def _pairs(data: ReportData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times (T,), truth (T, M) and prediction (T, M) of the scored test particles side by side."""
    truths, predictions, times = [], [], np.empty(0)
    for s in data.sampled_tests:
        times, truth, prediction = data.truth_and_prediction(s)
        use = np.isfinite(prediction).any(axis=0)
        truths.append(truth[:, use])
        predictions.append(prediction[:, use])
    return times, np.concatenate(truths, axis=1), np.concatenate(predictions, axis=1)


def _panel(ax, truth: np.ndarray, prediction: np.ndarray) -> None:
    both = np.isfinite(truth) & np.isfinite(prediction)
    truth, prediction = truth[both], prediction[both]
    if truth.size == 0:
        return
    low, high = np.percentile(np.concatenate([truth, prediction]), [0.1, 99.9])
    high = high if high > low else low + 1e-6
    hexagons = ax.hexbin(
        truth,
        prediction,
        gridsize=34,
        extent=(low, high, low, high),
        mincnt=1,
        cmap=style.COUNT_MAP,
        linewidths=0.1,
    )
    hexagons.set_norm(LogNorm(1, max(2, float(hexagons.get_array().max()))))
    ax.plot([low, high], [low, high], color=style.COLOR["muted"], linewidth=0.9, zorder=3)
    ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
    ax.locator_params(nbins=4)
    style.grid(ax)
