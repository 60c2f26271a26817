"""How figures look: colours that follow the page's light or dark theme, axes, labels, and the way to inline SVG.

Figures are drawn with matplotlib in stand-in colours (#fd00xx, which no colour map contains); the SVG that comes out has
each stand-in replaced by a CSS variable, so that one figure serves the light page, the dark page and the printer.
"""

from __future__ import annotations

import io
import re
from typing import Iterable, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from .text import plain

LEVELS = 12  # of the theme-following ramps
SIGN_LEVELS = 15  # of the one about zero, which has a middle

# name: (on a light page, on a dark page). The line colours are told apart with every common colour blindness.
_FIXED = {
    "ink": ("#1c2127", "#e7e9ec"),
    "muted": ("#616a75", "#9aa4b0"),
    "faint": ("#dfe3e8", "#333a43"),
    "panel": ("#ffffff", "#171b20"),
    "line0": ("#0061a8", "#5cb3f5"),
    "line1": ("#c2410c", "#ff9a5c"),
    "line2": ("#00785a", "#3fcf9f"),
    "line3": ("#8c3f94", "#dd9ae6"),
    "line4": ("#806000", "#e3c04c"),
    "line5": ("#0e7490", "#67d5e8"),
    "line6": ("#9f1239", "#fb8ba4"),
    "line7": ("#4d5a1f", "#b7c86a"),
}


def _ramps() -> dict[str, tuple[str, str]]:
    """Viridis for families of lines ("time") and, from the page's background outward, "count"; "sign" about zero."""
    viridis, signs = matplotlib.colormaps["viridis"], matplotlib.colormaps["PuOr_r"]
    dark_signs = LinearSegmentedColormap.from_list("", ["#c9a8ff", "#7d63b8", "#30353d", "#a86a22", "#ffb454"])
    ramps = {}
    for k, x in enumerate(np.linspace(0, 1, LEVELS)):
        ramps[f"time{k}"] = (to_hex(viridis(0.02 + 0.74 * x)), to_hex(viridis(0.42 + 0.57 * x)))
        ramps[f"count{k}"] = (to_hex(viridis(0.96 - 0.96 * x)), to_hex(viridis(0.12 + 0.88 * x)))
    for k, x in enumerate(np.linspace(0, 1, SIGN_LEVELS)):
        ramps[f"sign{k}"] = (to_hex(signs(0.08 + 0.84 * x)), to_hex(dark_signs(x)))
    return ramps


THEME = _FIXED | _ramps()
COLOR = {name: f"#fd00{index:02x}" for index, name in enumerate(THEME)}
_NAME_OF = {stand_in: name for name, stand_in in COLOR.items()}
LINES = [COLOR[f"line{k}"] for k in range(8)]
COUNT_MAP = ListedColormap([COLOR[f"count{k}"] for k in range(LEVELS)])
SIGN_MAP = ListedColormap([COLOR[f"sign{k}"] for k in range(SIGN_LEVELS)])

WIDTH = 10.0  # inches of a full-width figure; a point is then about 1.4 pixels on the page

_RC = {
    "svg.fonttype": "none",
    "svg.hashsalt": "glassforge",
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 9.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.titlecolor": COLOR["ink"],
    "axes.titlepad": 8,
    "axes.edgecolor": COLOR["muted"],
    "axes.labelcolor": COLOR["ink"],
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "none",
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "figure.facecolor": "none",
    "text.color": COLOR["ink"],
    "text.parse_math": False,
    "xtick.color": COLOR["muted"],
    "ytick.color": COLOR["muted"],
    "xtick.labelcolor": COLOR["ink"],
    "ytick.labelcolor": COLOR["ink"],
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.minor.width": 0.5,
    "ytick.minor.width": 0.5,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "round",
}


def applied():
    """A context in which matplotlib draws in the house style; every figure is made and saved inside one."""
    return matplotlib.rc_context(_RC)


def figure(height: float, columns: int = 1, rows: int = 1, **keywords) -> tuple[Figure, np.ndarray]:
    """A full-width figure of `height` inches and its (rows, columns) axes."""
    fig = Figure(figsize=(WIDTH, height), constrained_layout=True)
    axes = fig.subplots(rows, columns, squeeze=False, **keywords)
    fig.get_layout_engine().set(w_pad=0.12, h_pad=0.06, wspace=0.04, hspace=0.06)
    return fig, axes


def blank_figure(height: float) -> Figure:
    """A full-width figure without axes, for layouts placed by hand."""
    return Figure(figsize=(WIDTH, height))


def svg(fig: Figure, name: str) -> str:
    """The figure as inline SVG: theme colours as CSS variables, the page's font, ids that are unique to `name`."""
    buffer = io.StringIO()
    fig.savefig(buffer, format="svg", transparent=True, metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.S)
    text = re.sub(r'\s(xmlns(:xlink)?|version)="[^"]*"', "", text)
    text = re.sub(r'(<svg[^>]*?) height="[\d.]+pt"', r'\1 role="img"', text, count=1)
    text = re.sub(r'(<svg[^>]*?) width="[\d.]+pt"', r"\1", text, count=1)
    text = re.sub(r'(\sid="|url\(#|href="#)', rf"\g<1>{name}-", text)
    text = re.sub(
        r"#fd00[0-9a-f]{2}", lambda m: f"var(--{_NAME_OF[m.group(0)]})" if m.group(0) in _NAME_OF else m.group(0), text
    )
    text = re.sub(r"font: (?:(bold|italic) )?(?:\d+ )?([\d.]+)px [^;\"]*", _font, text)
    return re.sub(r"(<text[^>]*>)([^<]*)(</text>)", lambda m: m.group(1) + rich(m.group(2)) + m.group(3), text)


def _font(match: re.Match) -> str:
    weight = "; font-weight: 600" if "bold" in match.group(0) or " 700 " in match.group(0) else ""
    return f"font-size: {match.group(2)}px{weight}"


def rich(text: str) -> str:
    """SVG text with *italics*, _{subscripts} and ^{superscripts}."""
    text = re.sub(r"\*([^*]+)\*", r'<tspan font-style="italic">\1</tspan>', text)
    for mark, shift, back in (("_", "0.28em", "-0.196em"), (r"\^", "-0.45em", "0.315em")):
        # a shift is in ems of its own text; the zero-width space takes the baseline back for what follows
        small = rf'<tspan dy="{shift}" font-size="70%">\1</tspan><tspan dy="{back}">&#8203;</tspan>'
        text = re.sub(mark + r"\{([^}]*)\}", small, text)
    return text


def style_log(axis, base_subs: Iterable[int] = range(2, 10)) -> None:
    """A logarithmic axis with ticks at the decades, written 10^k (or 0.1, 1, 10 near one)."""
    low, high = sorted(axis.get_view_interval())
    decades = np.log10(high / low) if low > 0 else 1
    axis.set_major_locator(LogLocator(subs=(1.0,) if decades > 1.4 else (1.0, 2.0, 5.0), numticks=12))
    axis.set_minor_locator(LogLocator(subs=tuple(base_subs), numticks=200 if decades < 8 else 2))
    axis.set_major_formatter(FuncFormatter(lambda value, _: decade(value)))
    axis.set_minor_formatter(NullFormatter())


def decade(value: float) -> str:
    """A tick value of a logarithmic axis."""
    exponent = np.log10(value) if value > 0 else 0
    if abs(exponent - round(exponent)) > 1e-6 or -2 <= round(exponent) <= 2:
        return plain(value)
    return f"10^{{{round(exponent)}}}".replace("-", "\u2212")


def ramp(count: int) -> list[str]:
    """`count` line colours from the time ramp, first to last."""
    steps = np.linspace(0, LEVELS - 1, count) if count > 1 else [LEVELS // 2]
    return [COLOR[f"time{round(s)}"] for s in steps]


def grid(ax: Axes, axis: str = "both") -> None:
    ax.grid(True, axis=axis, color=COLOR["faint"], linewidth=0.6)


def note(
    ax: Axes, x: float, y: float, text: str, color: str = COLOR["muted"], offset=(0, 0), coords="data", **keywords
) -> None:
    """Text at data coordinates (or `coords`), shifted by `offset` points, a little smaller than labels."""
    ax.annotate(
        text, (x, y), xycoords=coords, xytext=offset, textcoords="offset points", color=color, fontsize=8, **keywords
    )


def end_labels(ax: Axes, labels: Sequence[tuple[float, str, str]], gap: float = 0.05) -> None:
    """(y, text, colour) written beside the right edge of `ax`, moved apart to at least `gap` of the axis height."""
    if not labels:
        return
    order = sorted(range(len(labels)), key=lambda k: labels[k][0])
    to_fraction = ax.transData + ax.transAxes.inverted()
    wanted = np.array([to_fraction.transform((ax.get_xlim()[1], labels[k][0]))[1] for k in order])
    for where, k, at in zip(spread(wanted, gap), order, wanted):
        _, text, color = labels[k]
        ax.plot([1.006, 1.022], [at, where], transform=ax.transAxes, color=color, linewidth=0.7, clip_on=False)
        ax.text(1.027, where, text, transform=ax.transAxes, color=color, fontsize=8, va="center", clip_on=False)


def spread(wanted: np.ndarray, gap: float) -> np.ndarray:
    """Ascending positions at least `gap` apart, as near to the ascending `wanted` as that allows (pooled runs)."""
    runs: list[list[float]] = []  # [sum of (wanted - offset), count]; a run is placed evenly about its mean
    for value in wanted:
        runs.append([float(value), 1])
        while len(runs) > 1 and _start(runs[-1], gap) < _start(runs[-2], gap) + runs[-2][1] * gap:
            total, count = runs.pop()
            runs[-1][0] += total
            runs[-1][1] += count
    return np.concatenate([_start(run, gap) + gap * np.arange(int(run[1])) for run in runs])


def _start(run: list[float], gap: float) -> float:
    return run[0] / run[1] - gap * (run[1] - 1) / 2


def css_variables() -> tuple[str, str]:
    """Declarations of the colours for the light and for the dark page."""
    light, dark = ("".join(f"--{name}:{pair[k]};" for name, pair in THEME.items()) for k in (0, 1))
    return light, dark
