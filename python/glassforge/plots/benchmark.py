"""Section "Benchmark": the other tasks of GlassBench - chi4 of predictions, distributions, learning curve, how models and
descriptors agree, transfer between temperatures."""

from __future__ import annotations

from html import escape

import numpy as np

from ..errors import MissingError
from . import style, text
from .data import SYMBOL, UNIT, Curve, ReportData, label_title, nearest_time

SHOWN = 3  # models whose distributions are drawn
BINS = 40
PALE = 1.6  # end of the colour scale of correlations: beyond 1, so that numbers stay legible


def predicted_chi4(data: ReportData) -> str:
    """Figure: chi4(t) of the displacement propensity, true and predicted by every fitted model (task C)."""
    rows = [r for r in data.scores.get("chi4", []) if r["species"] == data.scored_name and r["label"] == "displacement"]
    if not rows:
        return ""
    fig, axes = style.figure(4.0)
    ax = axes[0, 0]
    ax.set_xscale("log")
    labels = []
    for k, model in enumerate(dict.fromkeys(r["model"] for r in rows)):
        mine = sorted((r for r in rows if r["model"] == model), key=lambda r: r["time"])
        times, chi4, error = (np.array([r[key] if r[key] is not None else np.nan for r in mine], float) for key in ("time", "chi4", "error"))
        if not np.isfinite(chi4).any():
            continue
        color = style.COLOR["ink"] if model is None else style.LINES[(k - 1) % len(style.LINES)]
        ax.errorbar(times, chi4, np.nan_to_num(error), color=color, marker="o", markersize=3.6, capsize=1.8,
                    linewidth=1.8 if model is None else 1.2, elinewidth=0.9)
        labels.append((float(chi4[np.isfinite(chi4)][-1]), "labels (MD)" if model is None else model, color))
    ax.set_xlabel("time *t*")
    ax.set_ylabel("χ_{4}(*t*)")
    style.grid(ax)
    style.style_log(ax.xaxis)
    style.end_labels(ax, labels, gap=0.05)
    threshold = data.campaign.settings.get("evaluate", {}).get("threshold", 0.3)
    caption = (
        f"χ<sub>4</sub> of the {escape(data.scored_name)} particles, true and as the models predict it: their number times the "
        f"variance, over {text.counted(len(data.test_structures), data.structure_words)}, of the share with a propensity below "
        f"{text.number(threshold)} σ<sub>AA</sub>; bars are jackknife errors. Regression shrinks predictions towards the mean, so "
        "their fluctuations between structures are weaker as a rule."
    )
    return text.figure(style.svg(fig, "chi4-predicted"), "Dynamic heterogeneity, true and predicted", caption)


def predicted_distributions(data: ReportData) -> str:
    """Figure: density of the propensity at the time shown, true and as the best models predict it."""
    label = data.main_label
    fitted = [c for c in data.curves[label] if c.fitted and np.isfinite(c.pooled).any()][:SHOWN]
    if not fitted:
        raise MissingError("no fitted model was scored", "evaluate")
    time, truth, predicted = _pooled(data, fitted)
    low, high = np.percentile(truth, [0.1, 99.9])
    edges = np.linspace(low - 0.1 * (high - low), high + 0.1 * (high - low), BINS + 1)
    fig, axes = style.figure(3.6)
    ax = axes[0, 0]
    ax.stairs(np.histogram(truth, edges, density=True)[0], edges, color=style.COLOR["ink"], linewidth=1.8, label="labels (MD)")
    for k, (curve, values) in enumerate(zip(fitted, predicted)):
        ax.stairs(np.histogram(values, edges, density=True)[0], edges, color=style.LINES[k], linewidth=1.3, label=curve.model)
    ax.set_yscale("log")
    style.style_log(ax.yaxis)
    ax.set_xlabel(f"propensity {SYMBOL[label]}{UNIT[label]}")
    ax.set_ylabel("density")
    ax.legend(frameon=False, fontsize=8, labelcolor=style.COLOR["ink"])
    style.grid(ax)
    caption = (
        f"{label_title(label).capitalize()} propensity of the {escape(data.scored_name)} particles at <i>t</i> = {text.number(time)}: "
        "labels, and the models of the highest correlation. A prediction that misses the tail misses the most mobile particles."
    )
    return text.figure(style.svg(fig, "distribution-predicted"), "Distribution of the propensity, true and predicted", caption)


def _pooled(data: ReportData, curves: list[Curve]) -> tuple[float, np.ndarray, list[np.ndarray]]:
    """The time shown; labels (M,) of the scored particles of sampled structures; predictions (M,) of each curve's model."""
    truths, predictions, time = [], [[] for _ in curves], np.nan
    for s in data.sampled_tests:
        labels = data.campaign.labels(s)
        mask = data.scored(labels.species, labels.species_names)
        for mine, curve in zip(predictions, curves):
            times, truth, prediction = data.truth_and_prediction(s, curve.model)
            k = nearest_time(times, data.tau_alpha[0])
            time = float(times[k])
            mine.append(prediction[k, mask])
        truths.append(truth[k, mask])
    return time, np.concatenate(truths), [np.concatenate(mine) for mine in predictions]


def correlations(data: ReportData) -> str:
    """Figure: pooled Pearson between the labels, all models and all descriptors, one map a label."""
    rows = [r for r in data.scores.get("correlations", []) if r["species"] == data.scored_name]
    if not rows:
        return ""
    names = list(dict.fromkeys(r["label"] for r in rows))
    fig, axes = style.figure(4.6, columns=len(names))
    shown = 0.0
    for ax, label in zip(axes[0], names):
        mine = sorted((r for r in rows if r["label"] == label), key=lambda r: r["time"])
        row = mine[nearest_time(np.array([r["time"] for r in mine]), data.tau_alpha[0])]
        shown = row["time"]
        _correlation_map(ax, row, label)
    caption = (
        f"Pearson correlation between columns at <i>t</i> = {text.number(shown)}, {escape(data.scored_name)} particles pooled over "
        f"{text.counted(len(data.test_structures), data.structure_words)}: where two models agree with each other more than with the "
        "labels, they know the same and lack the same."
    )
    return text.figure(style.svg(fig, "correlations"), "How labels, models and descriptors agree", caption)


def _correlation_map(ax, row: dict, label: str) -> None:
    values = np.array([[np.nan if v is None else v for v in line] for line in row["pearson"]], float)
    names = [label_title(label), *row["names"][1:]]
    ax.pcolormesh(values, cmap=style.SIGN_MAP, vmin=-PALE, vmax=PALE)
    for (a, b), value in np.ndenumerate(values):
        ax.text(b + 0.5, a + 0.5, "–" if np.isnan(value) else text.fixed(value, 2), ha="center", va="center", fontsize=7,
                color=style.COLOR["ink"])
    ticks = np.arange(len(names)) + 0.5
    ax.set_xticks(ticks, names, rotation=45, ha="right", rotation_mode="anchor")
    ax.set_yticks(ticks, names)
    ax.set(aspect="equal", title=label_title(label).capitalize())
    ax.invert_yaxis()
    ax.tick_params(length=0)


def learning_curve(data: ReportData) -> str:
    """Figure: pooled Pearson at the time shown against the number of training structures; nothing where none was asked for."""
    rows = [r for r in data.scores.get("learning_curve", []) if r["species"] == data.scored_name]
    if not rows:
        return ""
    labels = list(dict.fromkeys(r["label"] for r in rows))
    fig, axes = style.figure(3.9, columns=len(labels), sharey=True)
    for ax, label in zip(axes[0], labels):
        _draw_learning(ax, data, [r for r in rows if r["label"] == label])
        ax.set_title(label_title(label).capitalize())
    axes[0, 0].set_ylabel("Pearson correlation, pooled")
    caption = (
        f"Pearson correlation, {escape(data.scored_name)} particles pooled over all structures, each predicted by models fitted to "
        "so many structures of its fold; bars are jackknife errors. The label time is the one nearest to τ<sub>α</sub>, or the last."
    )
    return text.figure(style.svg(fig, "learning-curve"), "Learning curve", caption)


def _draw_learning(ax, data: ReportData, rows: list[dict]) -> None:
    times = np.unique([r["time"] for r in rows])
    time = times[nearest_time(times, data.tau_alpha[0])]
    labels = []
    for k, model in enumerate(dict.fromkeys(r["model"] for r in rows)):
        mine = sorted((r for r in rows if r["model"] == model and r["time"] == time), key=lambda r: r["train"])
        counts, pooled, error = (np.array([np.nan if r[key] is None else r[key] for r in mine], float) for key in ("train", "pearson_pooled", "error"))
        color = style.LINES[k % len(style.LINES)]
        ax.errorbar(counts, pooled, np.nan_to_num(error), color=color, marker="o", markersize=3.6, capsize=1.8, linewidth=1.3)
        if np.isfinite(pooled).any():
            labels.append((float(pooled[np.isfinite(pooled)][-1]), model, color))
    ax.set_xscale("log")
    ax.set_xlabel("training structures")
    counts = sorted({int(r["train"]) for r in rows})
    ax.set_xticks(counts, [str(c) for c in counts])
    ax.minorticks_off()
    style.grid(ax)
    style.end_labels(ax, labels)


def transfer(data: ReportData) -> str:
    """Figure: pooled Pearson by training and test temperature, one map a fitted model (task B); nothing where it was not made."""
    try:
        rows = data.campaign.transfer().get("matrix", [])
    except MissingError:
        return ""
    rows = [r for r in rows if r["species"] == data.scored_name and r["label"] == "displacement" and r.get("r2") is not None]
    models = list(dict.fromkeys(r["model"] for r in rows))[:4]
    if not models:
        return ""
    fig, axes = style.figure(3.6, columns=len(models))
    for ax, model in zip(axes[0], models):
        _transfer_map(ax, [r for r in rows if r["model"] == model], model)
    axes[0, 0].set_ylabel("scored at *T*")
    caption = (
        f"Pearson correlation of the displacement propensity, {escape(data.scored_name)} particles of the test structures, at the "
        "label time nearest to τ<sub>α</sub> of the temperature scored: columns are the temperatures that models were trained at, "
        "small numbers jackknife errors."
    )
    return text.figure(style.svg(fig, "transfer"), "Transfer between temperatures", caption)


def _transfer_map(ax, rows: list[dict], model: str) -> None:
    trained = sorted({r["trained_on"]["temperature"] for r in rows})
    tested = sorted({r["temperature"] for r in rows})
    values = np.full((len(tested), len(trained)), np.nan)
    for a, test in enumerate(tested):
        for b, train in enumerate(trained):
            mine = sorted((r for r in rows if r["temperature"] == test and r["trained_on"]["temperature"] == train), key=lambda r: r["time"])
            if not mine:
                continue
            tau = mine[0].get("tau_alpha")
            row = mine[nearest_time(np.array([r["time"] for r in mine]), np.nan if tau is None else tau)]
            values[a, b] = np.nan if row["pearson_pooled"] is None else row["pearson_pooled"]
            bar = "" if row["error"] is None else f"\n± {text.fixed(row['error'])}"
            ax.text(b + 0.5, a + 0.5, f"{text.fixed(values[a, b])}{bar}", ha="center", va="center", fontsize=7.5,
                    color=style.COLOR["ink"])
    ax.pcolormesh(values, cmap=style.SIGN_MAP, vmin=-PALE, vmax=PALE)
    ax.set_xticks(np.arange(len(trained)) + 0.5, [text.plain(t) for t in trained])
    ax.set_yticks(np.arange(len(tested)) + 0.5, [text.plain(t) for t in tested])
    ax.set(aspect="equal", title=model, xlabel="trained at *T*")
    ax.tick_params(length=0)
