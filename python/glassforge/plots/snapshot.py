"""Section "One structure": the true propensity of a test structure beside the prediction, and where they differ."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import matplotlib
import numpy as np
from matplotlib.collections import EllipseCollection
from matplotlib.colors import Colormap, Normalize
from matplotlib.patches import Rectangle

from ..errors import MissingError
from ..records import State
from . import style, text
from .data import SYMBOL, UNIT, ReportData, label_title, nearest_time

HEIGHT = 3.85  # of the figure, in inches
SLAB = 1.0  # thickness shown of a three-dimensional structure, in sigma_AA
VECTOR_LIMIT = 6000  # circles a panel; beyond, they are drawn as an image


@dataclass(frozen=True)
class View:
    """What the panels share: circles (M, 2), their species (M,), and the particles (M,) they stand for."""

    box: np.ndarray  # (2,)
    centres: np.ndarray
    species: np.ndarray
    particle: np.ndarray
    diameters: np.ndarray  # per species


def maps(data: ReportData) -> str:
    """Figure: true and predicted propensity on one colour scale, and the difference of their ranks."""
    label, model = data.main_label, data.best.model
    number, correlation = _typical(data)
    state, (times, truths, predictions) = data.campaign.state(number), data.truth_and_prediction(number)
    k = nearest_time(times, data.tau_alpha[0])
    truth, prediction = truths[k], predictions[k]
    scored = np.isfinite(prediction) & np.isfinite(truth)
    view = _view(state, data.diameters(len(state.species_names) or int(state.species.max()) + 1))
    low, high = np.percentile(truth[scored], [2, 98])
    same = Normalize(low, high if high > low else low + 1e-12)
    ranks = np.full(len(truth), np.nan)
    ranks[scored] = 100 * (_rank(prediction[scored]) - _rank(truth[scored]))
    fig = style.blank_figure(HEIGHT)
    colors = matplotlib.colormaps["viridis"]
    panels = (
        (np.where(scored, truth, np.nan), same, colors, "true"),
        (prediction, same, colors, f"predicted by {model}"),
        (ranks, Normalize(-75, 75), style.SIGN_MAP, "predicted rank − true rank"),
    )
    images = [_panel(fig, column, view, *panel) for column, panel in enumerate(panels)]
    _colorbar(fig, images[0], (0.015 + 0.335 / 2, 0.335), SYMBOL[label] + UNIT[label])
    _colorbar(fig, images[2], (0.685, 0.3), "percentile points")
    caption = _caption(data, state, float(times[k]), number, correlation)
    return text.figure(style.svg(fig, "maps"), f"One {data.structure_words}, true and predicted", caption)


def _typical(data: ReportData) -> tuple[int, float]:
    """The test structure whose own Pearson (best model, shown time) is the median one, and that Pearson."""
    scores = []
    for s in data.sampled_tests:
        times, truths, predictions = data.truth_and_prediction(s)
        k = nearest_time(times, data.tau_alpha[0])
        truth, prediction = truths[k], predictions[k]
        use = np.isfinite(prediction) & np.isfinite(truth)
        if use.any():
            spread = prediction[use].std() * truth[use].std()
            covariance = np.mean((prediction[use] - prediction[use].mean()) * (truth[use] - truth[use].mean()))
            scores.append((float(covariance / spread) if spread > 0 else 0.0, s))
    if not scores:
        raise MissingError("there are no predictions on test structures", "evaluate")
    correlation, number = sorted(scores)[len(scores) // 2]
    return number, correlation


def _view(state: State, diameters: np.ndarray) -> View:
    """Circles of all particles in the box, with copies where a circle crosses a face; of a slab where the box is 3D."""
    box, shown = state.box[:2], np.arange(len(state.species))
    if len(state.box) == 3:
        depth = state.positions[:, 2]
        shown = np.flatnonzero(np.abs(depth - state.box[2] / 2) < SLAB / 2)
        shown = shown[np.argsort(depth[shown], kind="stable")]  # what lies in front is drawn last
    centres, particle, reach = state.positions[shown, :2], shown, diameters.max() / 2
    for axis in (0, 1):
        shift = np.zeros(2)
        shift[axis] = box[axis]
        low, high = centres[:, axis] < reach, centres[:, axis] > box[axis] - reach
        centres, particle = (
            np.concatenate([centres, centres[low] + shift, centres[high] - shift]),
            np.concatenate([particle, particle[low], particle[high]]),
        )
    return View(box, centres, state.species[particle], particle, diameters)


def _panel(fig, column: int, view: View, values: np.ndarray, norm: Normalize, cmap: Colormap, title: str):
    """One map; returns a coloured collection for the colour bar."""
    ax = fig.add_axes([0.015 + 0.335 * column, 0.16, 0.3, 0.3 * fig.get_figwidth() / fig.get_figheight()])
    known = np.isfinite(values[view.particle])
    frame = Rectangle((0, 0), *view.box, facecolor="none", edgecolor=style.COLOR["muted"], linewidth=0.8)
    ax.add_patch(frame)
    frame.set_clip_on(False)
    colored = None
    for is_known in (False, True):
        for species, diameter in enumerate(view.diameters):
            which = (known == is_known) & (view.species == species)
            if not which.any():
                continue
            circles = EllipseCollection(
                [diameter],
                [diameter],
                [0],
                units="xy",
                offsets=view.centres[which],
                transOffset=ax.transData,
                linewidths=0.25 if is_known else 0,
                edgecolor=style.COLOR["muted"],
                facecolor=style.COLOR["faint"],
                rasterized=len(view.centres) > VECTOR_LIMIT,
            )
            if is_known:
                circles.set(array=values[view.particle[which]], norm=norm, cmap=cmap)
                colored = circles
            ax.add_collection(circles)
            circles.set_clip_path(frame)
    ax.set(xlim=(0, view.box[0]), ylim=(0, view.box[1]), aspect="equal", xticks=[], yticks=[], title=title)
    ax.set_frame_on(False)
    return colored


def _colorbar(fig, colored, place: tuple[float, float], label: str) -> None:
    if colored is None:
        return
    left, width = place
    ax = fig.add_axes([left + 0.15 * width, 0.115, 0.7 * width, 0.022])
    bar = fig.colorbar(colored, cax=ax, orientation="horizontal", extend="both", extendfrac=0.03)
    bar.outline.set_visible(False)
    bar.set_label(label)
    bar.locator = matplotlib.ticker.MaxNLocator(6)
    bar.update_ticks()


def _rank(values: np.ndarray) -> np.ndarray:
    """Ranks scaled to [0, 1]."""
    ranks = np.empty(len(values))
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks / max(len(values) - 1, 1)


def _caption(data: ReportData, state: State, time: float, number: int, correlation: float) -> str:
    slab = ""
    if len(state.box) == 3:
        slab = f" A slab of thickness {text.number(SLAB)} σ<sub>AA</sub> through the middle of the box."
    return (
        f"Structure {number}, the {data.structure_words} of median correlation ({text.fixed(correlation, 2)}), at "
        f"<i>t</i> = {text.number(time)}: {label_title(data.main_label)} propensity of the {escape(data.scored_name)} "
        "particles in the periodic box, circles of diameter σ<sub>αα</sub>; other species are pale. Left and middle share "
        "one colour scale (2nd to 98th percentile of the truth); a prediction spreads less than the truth by nature. Right: "
        f"by how much the prediction ranks a particle too high (orange) or too low (purple).{slab}"
    )
