"""Section "Scores": Pearson correlation against time for every model, with tables and published values beside ours."""

from __future__ import annotations

from html import escape

import numpy as np

from .. import published
from ..errors import MissingError
from . import style, text
from .data import Curve, ReportData, label_title

LEARNED = ("BOTAN", "CAGE", "GlassMLP", "SE3", "EIGNN")  # published methods that are drawn; the tables show all


def pearson_figure(data: ReportData, label: str) -> str:
    """Figure: pooled Pearson against time for every model, the noise ceiling, and published values where they apply."""
    curves = data.curves[label]
    table = published.find(data.model, data.temperature, label)
    fig, axes = style.figure(4.6)
    ax = axes[0, 0]
    ax.set_xscale("log")
    labels = _draw_published(ax, table, curves) + _draw_curves(ax, curves)
    times, ceiling = _ceiling(curves)
    if np.isfinite(ceiling).any():
        ax.plot(times, ceiling, color=style.COLOR["ink"], linewidth=1.1, linestyle=(0, (6, 2)))
        labels.append((float(ceiling[np.isfinite(ceiling)][-1]), "noise ceiling *ρ*_{max}", style.COLOR["ink"]))
    _finish_axes(ax, curves, data.tau_alpha[0])
    style.end_labels(ax, labels, gap=0.042)
    return text.figure(
        style.svg(fig, f"pearson-{label}"),
        f"Prediction of {label_title(label)} against time",
        _caption(data, table),
    )


def _draw_curves(ax, curves: list[Curve]) -> list[tuple[float, str, str]]:
    """Draws every model; returns its end labels. Bare descriptors are grey."""
    labels, drawn = [], 0
    for k, curve in enumerate(c for c in curves if np.isfinite(c.pooled).any()):
        color, dash, marker = style.COLOR["muted"], (0, (3, 2)), "s"
        if curve.fitted:
            color, marker = style.LINES[drawn % len(style.LINES)], "oD^v"[drawn // len(style.LINES) % 4]
            dash, drawn = "solid", drawn + 1
        shift = 1 + 0.02 * (k - (len(curves) - 1) / 2)  # so that error bars at one time stand side by side
        ax.errorbar(
            curve.times * shift,
            curve.pooled,
            np.nan_to_num(curve.error),
            color=color,
            linestyle=dash,
            marker=marker,
            markersize=3.6,
            linewidth=1.4 if curve.fitted else 0.9,
            elinewidth=0.9,
            capsize=1.8,
            zorder=3,
        )
        labels.append((float(curve.pooled[np.isfinite(curve.pooled)][-1]), curve.model, color))
    return labels


def _draw_published(ax, table: published.Published | None, curves: list[Curve]) -> list[tuple[float, str, str]]:
    """Published scores at times near ours (within a factor of 2 of the range); returns their end labels."""
    if table is None:
        return []
    labels, color, (first, last) = [], style.COLOR["muted"], _time_range(curves)
    times = np.array(table.times)
    for method, marker in zip(LEARNED, "1234+"):
        values = np.array(table.scores.get(method, [np.nan] * len(times)))
        use = np.isfinite(values) & (times > first / 2) & (times < 2 * last)
        if use.any():
            ax.plot(
                times[use],
                values[use],
                linestyle=(0, (1, 2)),
                marker=marker,
                markersize=6,
                color=color,
                linewidth=0.8,
                alpha=0.8,
            )
            labels.append((float(values[use][-1]), f"{method} (published)", color))
    return labels


def _time_range(curves: list[Curve]) -> tuple[float, float]:
    times = np.concatenate([c.times for c in curves])
    return float(times.min()), float(times.max())


def _ceiling(curves: list[Curve]) -> tuple[np.ndarray, np.ndarray]:
    """(T,), (T,): rho_max, the same for every model."""
    longest = max(curves, key=lambda c: int(np.isfinite(c.ceiling).sum()))
    return longest.times, longest.ceiling


def _finish_axes(ax, curves: list[Curve], tau_alpha: float) -> None:
    first, last = _time_range(curves)
    first, last = first / 2, 2 * last
    reach = np.concatenate([c.pooled - np.nan_to_num(c.error) for c in curves])
    lowest = float(np.nanmin(reach)) if np.isfinite(reach).any() else 0.0
    ax.set_ylim(min(0.0, lowest - 0.06), 1.0)
    ax.set_xlim(first, last)
    if lowest < 0:
        ax.axhline(0, color=style.COLOR["muted"], linewidth=0.7)
    if np.isfinite(tau_alpha) and first < tau_alpha < last:
        ax.axvline(tau_alpha, color=style.COLOR["muted"], linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
        style.note(ax, tau_alpha, 1.0, "τ_{α}", offset=(-5, -4), ha="right", va="top")
    ax.set_xlabel("time *t*")
    ax.set_ylabel("Pearson correlation, pooled")
    style.grid(ax)
    style.style_log(ax.xaxis)


def _caption(data: ReportData, table: published.Published | None) -> str:
    count = len(data.test_structures)
    caption = (
        f"{escape(data.scored_name)} particles, pooled over {text.counted(count, data.structure_words)}"
        f"{_cross_fit_words(data)}; bars are jackknife standard errors over these. Dashed: the highest correlation that the noise of finitely many replicas allows, "
        "ρ<sub>max</sub>. Grey squares: bare descriptors, not fitted, with their own sign."
    )
    if table:
        caption += (
            f" Dotted grey: published values ({table.source}) for {table.model} at <i>T</i> = "
            f"{text.number(table.temperature)}, on the published test structures and labels."
        )
    return caption


def _cross_fit_words(data: ReportData) -> str:
    if not data.cross_fitted:
        return ""
    return f", each predicted by models fitted in one of {len(data.scores['folds'])} folds without it"


def test_part_table(data: ReportData, label: str) -> str:
    """The table of the test part beside that of cross-fitting; nothing where there is no cross-fitting."""
    if not data.cross_fitted or label not in data.test_curves:
        return ""
    count = len(data.campaign.split()["test"])
    return _table(data, label, data.test_curves[label], f"the {text.counted(count, 'test structure')} of the split", False)


def pearson_table(data: ReportData, label: str) -> str:
    """Table: pooled Pearson with error, and under it the mean over single structures; published values below ours."""
    count = len(data.test_structures)
    return _table(data, label, data.curves[label], f"{text.counted(count, data.structure_words)}{_cross_fit_words(data)}", True)


def _table(data: ReportData, label: str, curves: list[Curve], structures: str, beside_published: bool) -> str:
    times = np.unique(np.concatenate([c.times for c in curves]))
    highest = {
        t: max((_at(c.times, c.pooled, t) for c in curves if np.isfinite(_at(c.times, c.pooled, t))), default=None)
        for t in times
    }
    rows = [[escape(c.model), *(_cell(c, t, highest[t]) for t in times)] for c in curves]
    grid, ceiling = _ceiling(curves)
    rows.append(["<i>ρ</i><sub>max</sub>", *(text.fixed(_at(grid, ceiling, t)) for t in times)])
    table = published.find(data.model, data.temperature, label) if beside_published else None
    if table:
        rows.append([f"published ({table.source})"])
        rows += [[m, *(text.fixed(table.at(m, t)) for t in times)] for m in table.scores]
    head = ["model", *(f"<i>t</i> = {text.number(t)}" for t in times)]
    caption = (
        f"Pearson correlation with the {label_title(label)} propensity, {escape(data.scored_name)} particles: pooled over "
        f"{structures} ± jackknife error; small: mean of the correlations within single structures. Bold: the "
        "highest of a time."
    )
    return text.table(head, rows, caption, "scores")


def _cell(curve: Curve, time: float, highest: float | None) -> str:
    value, error, single = (
        _at(curve.times, column, time) for column in (curve.pooled, curve.error, curve.per_structure)
    )
    if not np.isfinite(value):
        return "–"
    bar = f" ± {text.fixed(error)}" if np.isfinite(error) else ""
    written = f"<b>{text.fixed(value)}</b>" if value == highest else text.fixed(value)
    return f"{written}<span class='error'>{bar}</span><small>{text.fixed(single)}</small>"


def _at(times: np.ndarray, values: np.ndarray, time: float) -> float:
    where = np.flatnonzero(times == time)
    return float(values[where[0]]) if where.size else float("nan")


def comparisons(data: ReportData) -> str:
    """Table: differences between models on the same structures, with paired errors."""
    rows = data.scores.get("comparisons") or []
    rows = [r for r in rows if r.get("species", data.scored_name) == data.scored_name]
    if not rows:
        raise MissingError("there are no comparisons between models", "evaluate")
    times = sorted({float(r["time"]) for r in rows})
    body: list[list[str]] = []
    for label in dict.fromkeys(r["label"] for r in rows):
        body.append([label_title(label)])
        pairs = list(dict.fromkeys((r["model"], r["baseline"]) for r in rows if r["label"] == label))
        for k, pair in enumerate(pairs):
            if pair[::-1] in pairs[:k]:
                continue  # the same difference with the other sign
            mine = {float(r["time"]): r for r in rows if r["label"] == label and (r["model"], r["baseline"]) == pair}
            body.append([f"{escape(pair[0])} − {escape(pair[1])}", *(_difference(mine.get(t)) for t in times)])
    head = ["model − baseline", *(f"<i>t</i> = {text.number(t)}" for t in times)]
    caption = (
        "Pooled Pearson of a model less that of a baseline on the same structures (a bare descriptor by its absolute "
        "value), ± paired jackknife error. Bold: further than two errors from zero."
    )
    return text.table(head, body, caption, "scores")


def _difference(row: dict | None) -> str:
    if row is None or row.get("difference") is None:
        return "–"
    value, error = float(row["difference"]), row.get("error")
    written = text.fixed(value, sign=True)
    if error is None:
        return written
    strong = abs(value) > 2 * float(error) > 0
    return f"{f'<b>{written}</b>' if strong else written}<span class='error'> ± {text.fixed(float(error))}</span>"
