"""Section "Relaxation": self intermediate scattering function and mean square displacement."""

from __future__ import annotations

import numpy as np

from ..errors import MissingError
from ..records import Dynamics
from . import style, text
from .data import ReportData


def relaxation(data: ReportData) -> str:
    """Figure: F_s(q, t) with its error band and tau_alpha; MSD per species on logarithmic axes."""
    if data.campaign.settings.get("dynamics", {}).get("structures") == 0:
        return text.paragraph("The campaign file switches this measurement off ([dynamics] structures = 0).", "note")
    dynamics = data.campaign.dynamics()
    names = data.first_state.species_names if data.structures else []
    fig, axes = style.figure(3.7, columns=2)
    _draw_fs(axes[0, 0], dynamics)
    _draw_msd(axes[0, 1], dynamics, names)
    count = len(dynamics.f_s_per_structure)
    caption = (
        f"Left: self intermediate scattering function of the {names[0] if names else 'first species'} particles at "
        f"<i>q</i> = {text.number(dynamics.q)} / σ<sub>AA</sub>, mean over {text.counted(count, 'structure')} (thin lines) with "
        f"its standard error (band). {_tau_words(dynamics)} Right: mean square displacement of every species, with guides for "
        "ballistic (∝ <i>t</i>²) and diffusive (∝ <i>t</i>) motion."
    )
    return text.figure(style.svg(fig, "dynamics"), "Relaxation of the liquid", caption)


def heterogeneity(data: ReportData) -> str:
    """Figure: chi4(t) of the first species with its jackknife error, beside published values; nothing where it is not known."""
    try:
        found = data.campaign.label_dynamics()
    except MissingError:  # the page of a folder that the program did not make
        return ""
    name = found["species_names"][0]
    t, species = np.array(found["times"]), found["species"][name]
    chi4, error = (np.array(species[key], dtype=float) for key in ("chi4", "chi4_error"))
    if not np.isfinite(chi4).any():
        return ""
    fig, axes = style.figure(3.7)
    ax = axes[0, 0]
    ax.set_xscale("log")
    ax.errorbar(t, chi4, np.nan_to_num(error), color=style.LINES[0], marker="o", markersize=4.5, capsize=2, linewidth=1.2)
    published = found.get("published", {}).get("chi4", [])
    if published:
        ax.plot(*np.array(published).T, "s", color=style.LINES[1], markersize=5, fillstyle="none")
    ax.set_xlabel("time *t*")
    ax.set_ylabel("χ_{4}(*t*)")
    style.grid(ax)
    style.style_log(ax.xaxis)
    caption = (
        f"χ<sub>4</sub> of the {name} particles: their number times the variance, over {text.counted(found['structures'], 'structure')}, "
        f"of the share with a propensity below {found['threshold']:g}; bars are the jackknife error over structures."
        + (" Open squares: published (GlassBench)." if published else "")
    )
    return text.figure(style.svg(fig, "chi4"), "Dynamic heterogeneity", caption)


def _tau_words(dynamics: Dynamics) -> str:
    if not np.isfinite(dynamics.tau_alpha):
        return "It does not fall to 1/e within the runs, so τ<sub>α</sub> is not known."
    return f"It crosses 1/e at τ<sub>α</sub> = {text.with_error(dynamics.tau_alpha, dynamics.tau_alpha_error)}."


def _draw_fs(ax, dynamics: Dynamics) -> None:
    t, mean, error = dynamics.times, dynamics.f_s, np.nan_to_num(dynamics.f_s_error)
    ax.set_xscale("log")
    ax.plot(t, dynamics.f_s_per_structure.T, color=style.LINES[0], linewidth=0.5, alpha=0.35)
    ax.fill_between(t, mean - error, mean + error, color=style.LINES[0], alpha=0.25, linewidth=0)
    ax.plot(t, mean, color=style.LINES[0], linewidth=1.8)
    ax.axhline(1 / np.e, color=style.COLOR["muted"], linewidth=0.8, linestyle=(0, (4, 3)))
    style.note(ax, t[0], 1 / np.e, "1/e", offset=(-4, 3), va="bottom")
    if np.isfinite(dynamics.tau_alpha):
        ax.plot([dynamics.tau_alpha] * 2, [0, 1 / np.e], color=style.LINES[1], linewidth=0.9)
        ax.plot(dynamics.tau_alpha, 1 / np.e, "o", color=style.LINES[1], markersize=4.5)
        style.note(
            ax,
            dynamics.tau_alpha,
            0,
            f"τ_{{α}} = {text.plain(dynamics.tau_alpha, 3)}",
            style.LINES[1],
            offset=(-5, 6),
            ha="right",
        )
    ax.set_ylim(0, 1.02)
    ax.set_xlabel("time *t*")
    ax.set_ylabel("*F*_{s}(*q*, *t*)")
    style.grid(ax)
    style.style_log(ax.xaxis)


def _draw_msd(ax, dynamics: Dynamics, names: list[str]) -> None:
    t, msd = dynamics.msd_times, dynamics.msd
    ax.set_xscale("log")
    ax.set_yscale("log")
    labels = []
    for k in range(msd.shape[1]):
        color = style.LINES[k % len(style.LINES)]
        error = np.nan_to_num(dynamics.msd_error[:, k])
        ax.fill_between(
            t, np.maximum(msd[:, k] - error, 0.2 * msd[:, k]), msd[:, k] + error, color=color, alpha=0.2, linewidth=0
        )
        ax.plot(t, msd[:, k], color=color)
        labels.append((float(msd[-1, k]), names[k] if k < len(names) else str(k), color))
    low, high = ax.get_ylim()
    _guide(ax, t[: max(len(t) // 6, 2)], float(msd[0].max()) * 2.2, 2, "∝ *t*^{2}")
    _guide(ax, t[-max(len(t) // 6, 2) :], float(msd[-max(len(t) // 6, 2)].max()) * 2.2, 1, "∝ *t*")
    ax.set_ylim(low, high * 4)
    ax.set_xlabel("time *t*")
    ax.set_ylabel("mean square displacement (σ_{AA}^{2})")
    style.grid(ax)
    style.style_log(ax.xaxis)
    style.style_log(ax.yaxis)
    style.end_labels(ax, labels)


def _guide(ax, t: np.ndarray, start: float, power: int, name: str) -> None:
    """A straight line of the given slope that begins at (t[0], start)."""
    ax.plot(t, start * (t / t[0]) ** power, color=style.COLOR["muted"], linewidth=0.9, linestyle=(0, (1, 2)))
    middle = len(t) // 2
    style.note(ax, t[middle], start * (t[middle] / t[0]) ** power * 1.5, name, ha="right", va="bottom")
