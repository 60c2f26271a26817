"""Section "Training": how the networks on graphs learnt - losses and the correlation on the validation part."""

from __future__ import annotations

from html import escape

import numpy as np

from ..records import Training
from . import style, text
from .data import ReportData, label_title


def curves(data: ReportData) -> str:
    """Figure: losses, and Pearson on the validation part, against passes, for every network; nothing where there are none."""
    trainings = [t for t in data.campaign.trainings() if len(t.history.get("passes", []))]
    if not trainings:
        return ""
    fig, axes = style.figure(3.9, columns=2)
    losses, scores = axes[0]
    names = []
    for k, training in enumerate(trainings):
        color = style.LINES[k % len(style.LINES)]
        _draw_losses(losses, training, color)
        names.append((_draw_scores(scores, training, color), _name(training), color))
    losses.set_yscale("log")
    losses.set(xlabel="passes", ylabel="loss", title="Loss: training, and dashed validation")
    scores.set(xlabel="passes", ylabel="Pearson correlation", title="Validation part, mean over structures")
    for ax in (losses, scores):
        ax.set_xlim(left=0)
        ax.locator_params(axis="x", nbins=5)
        style.grid(ax)
    style.style_log(losses.yaxis, (2, 5))
    style.end_labels(scores, [name for name in names if np.isfinite(name[0])])
    return text.figure(style.svg(fig, "training"), "Training of the networks", _caption(trainings))


def _draw_losses(ax, training: Training, color: str) -> None:
    """Each phase is a line of its own: its loss is another one."""
    history = training.history
    for phase in np.unique(history["phase"]):
        mine = history["phase"] == phase
        width = 1.3 if phase == 1 else 0.8
        ax.plot(history["passes"][mine], history["loss"][mine], color=color, linewidth=width)
        seen = mine & np.isfinite(history["validation_loss"])
        ax.plot(history["passes"][seen], history["validation_loss"][seen], color=color, linewidth=0.9, linestyle=(0, (4, 2)))


def _draw_scores(ax, training: Training, color: str) -> float:
    """Returns the height of the end of the line; NaN where there is none."""
    history = training.history
    before = (history["phase"] == 0) & np.isfinite(history["pearson_edges"])
    ax.plot(history["passes"][before], history["pearson_edges"][before], color=color, linewidth=0.8, linestyle=(0, (1, 1.5)))
    seen = (history["phase"] == 1) & np.isfinite(history["pearson"])
    if not seen.any():
        return np.nan
    ax.plot(history["passes"][seen], history["pearson"][seen], color=color, linewidth=1.3)
    if np.isfinite(training.pearson):
        ax.plot([training.passes], [training.pearson], color=color, marker="o", markersize=5, linestyle="none")
    return float(history["pearson"][seen][-1])


def _name(training: Training) -> str:
    several = "" if training.network == 0 else f", {training.network + 1}"
    if not np.isfinite(training.time):
        return training.model + several
    label = training.targets[0].partition("/")[0] if training.targets else ""
    return f"{training.model}, {label_title(label)}, *t* = {text.plain(training.time)}{several}"


def _caption(trainings: list[Training]) -> str:
    models = text.listed([escape(m) for m in dict.fromkeys(t.model for t in trainings)])
    return (
        f"{models}: a pass is one structure forward and backward. Loss: mean over the training passes since the look before, and the mean "
        "squared error on the validation part. Pearson correlation of single validation structures, averaged over them and over what the "
        "network learns; the dot marks the weights that were kept. Thin and dotted: pretraining on the change of pair distances, and the "
        "correlation of these."
    )
