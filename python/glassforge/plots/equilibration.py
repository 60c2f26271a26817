"""Section "Equilibration": energy per particle against progress, and how often Monte Carlo moves were accepted."""

from __future__ import annotations

import numpy as np

from ..errors import MissingError
from ..records import Equilibration
from . import style, text
from .data import ReportData


def series_of(data: ReportData) -> list[Equilibration]:
    """The monitored series of the sampled structures; MissingError where every structure was imported."""
    found = []
    for s in data.sampled:
        try:
            series = data.campaign.equilibration(s)
        except MissingError:
            continue
        if len(series.energy) > 1:
            found.append(series)
    if not found:
        raise MissingError("no equilibration series", "equilibrate")
    return found


def energy(data: ReportData) -> str:
    """Figure: one thin line a structure, their mean, and the temperature of the bath above."""
    if isinstance(data.system.get("structures"), list):
        return text.paragraph("The structures were imported from files, so there is no equilibration to show.", "note")
    series = series_of(data)
    grid, energies, baths = _on_one_grid(series)
    final = np.flatnonzero((np.abs(baths - baths[:, -1:]) > 1e-9 * np.abs(baths[:, -1:])).any(0))
    start = 0 if final.size == 0 else min(int(final[-1]) + 1, len(grid) - 2)
    cooled = start > 0
    fig, axes = style.figure(4.2, columns=2 if cooled else 1, rows=2, gridspec_kw={"height_ratios": [1, 3.4]})
    _draw_whole(axes[:, 0], grid, energies, baths, series[0].method)
    if cooled:
        axes[0, 1].remove()
        axes[1, 1].remove()
        _draw_final(
            fig.add_subplot(axes[0, 1].get_gridspec()[:, 1]), grid[start:], energies[:, start:], series[0].method
        )
    caption = (
        f"Potential energy per particle of {text.counted(len(series), 'structure')} (thin lines) and their mean (thick), "
        f"with the temperature of the bath above. {'Right: the part at the final temperature. ' if cooled else ''}"
        f"{_levelling(grid[start:], energies[:, start:])}"
    )
    return text.figure(style.svg(fig, "equilibration"), "Energy during equilibration", caption)


def moves(data: ReportData) -> str:
    """Table: acceptance of every kind of Monte Carlo move; empty where there were none."""
    if isinstance(data.system.get("structures"), list):
        return ""
    series = [s for s in series_of(data) if s.move_names]
    if not series:
        return ""
    rows = []
    for name in dict.fromkeys(name for s in series for name in s.move_names):
        which = [(s, s.move_names.index(name)) for s in series if name in s.move_names]
        acceptance = np.array([s.move_acceptance[k] for s, k in which])
        attempts = sum(float(s.move_attempts[k]) for s, k in which)
        spread = f"{text.fixed(100 * acceptance.min(), 2)} to {text.fixed(100 * acceptance.max(), 2)}"
        rows.append([name, text.number(attempts, 3), text.fixed(100 * acceptance.mean(), 2), spread])
    worst = (
        np.nanmax([s.energy_error for s in series]) if np.isfinite([s.energy_error for s in series]).any() else np.nan
    )
    head = ["move", "attempts", "accepted, %", "range over structures, %"]
    if series[0].method == "tempering":
        return text.table(head, rows, "Exchanges of neighbouring temperatures, all structures together.")
    caption = "Monte Carlo moves, all structures together."
    if np.isfinite(worst):
        caption += " Largest difference of the running energy from the full sum at the end: "
        caption += f"{text.number(worst, 2)} per particle."
    return text.table(head, rows, caption)


def _on_one_grid(series: list[Equilibration]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Progress (K,), energies (structures, K) and bath temperatures (preparations, K) on the grid of the longest series;
    energies are NaN where a structure was not sampled so long."""
    grid = max((s.progress for s in series), key=len)
    energies = [np.interp(grid, s.progress, s.energy, right=np.nan) for s in series]
    ways = {s.preparation: s for s in series}
    baths = [np.interp(grid, s.progress, s.temperature) for s in ways.values()]
    return grid, np.array(energies), np.array(baths)


def _lines(ax, grid: np.ndarray, energies: np.ndarray) -> None:
    alpha = float(np.clip(6 / len(energies), 0.12, 0.5))
    ax.plot(grid, energies.T, color=style.LINES[0], linewidth=0.6, alpha=alpha)
    ax.plot(grid, np.nanmean(energies, axis=0), color=style.COLOR["ink"], linewidth=1.6)
    style.grid(ax)


def _progress_label(method: str) -> str:
    return "Monte Carlo sweeps" if method == "swap" else "time *t*"


def _draw_whole(axes: np.ndarray, grid: np.ndarray, energies: np.ndarray, baths: np.ndarray, method: str) -> None:
    top, main = axes
    bath = baths[0]
    top.plot(grid, baths.T, color=style.LINES[1])
    top.set_ylim(0, 1.12 * baths.max())
    top.set_ylabel("bath *T*")
    top.tick_params(labelbottom=False)
    style.grid(top)
    style.note(
        top, grid[-1], bath[-1], f"*T* = {text.plain(bath[-1])}", style.LINES[1], offset=(0, 4), ha="right", va="bottom"
    )
    _lines(main, grid, energies)
    main.set_xlabel(_progress_label(method))
    main.set_ylabel("energy per particle (ε_{AA})")
    top.set_xlim(main.get_xlim())


def _draw_final(ax, grid: np.ndarray, energies: np.ndarray, method: str) -> None:
    _lines(ax, grid, energies)
    level = np.nanmean(energies[:, len(grid) // 2 :])
    ax.axhline(level, color=style.COLOR["muted"], linewidth=0.9, linestyle=(0, (4, 3)))
    ax.set_title("at the final temperature")
    ax.set_xlabel(_progress_label(method))
    ax.set_ylabel("energy per particle (ε_{AA})")


def _levelling(grid: np.ndarray, energies: np.ndarray) -> str:
    """In words: how far the last two quarters differ, with the standard error over structures."""
    energies = energies[np.isfinite(energies).all(1)]
    quarter = len(grid) // 4
    if quarter == 0 or len(energies) < 2:
        return ""
    change = energies[:, -quarter:].mean(1) - energies[:, -2 * quarter : -quarter].mean(1)
    error = change.std(ddof=1) / np.sqrt(len(change))
    return f"From the third to the last quarter of that part the energy changes by {text.with_error(change.mean(), error)}."
