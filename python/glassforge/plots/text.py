"""Numbers and HTML fragments of the report."""

from __future__ import annotations

from html import escape
from math import floor, isfinite, log10
from typing import Iterable, Sequence

THIN = "\u202f"  # narrow no-break space, between thousands


def number(value: float | None, digits: int = 4) -> str:
    """A number with `digits` significant digits: 0.11, 1782, 20 000, 1.5 x 10^6 (as HTML); a dash where undefined."""
    if value is None or not isfinite(value):
        return "\u2013"
    if value == 0:
        return "0"
    exponent = floor(log10(abs(value)))
    if -4 < exponent < 6:
        return _grouped(f"{value:.{max(digits - 1 - exponent, 0)}f}", trim=True)
    mantissa = f"{value / 10.0**exponent:.{min(digits, 3) - 1}f}".rstrip("0").rstrip(".")
    power = f"10<sup>{str(exponent).replace('-', chr(0x2212))}</sup>"
    return power if mantissa == "1" else f"{mantissa}\u00d7{power}".replace("-", "\u2212")


def plain(value: float, digits: int = 4) -> str:
    """Like `number`, for SVG text."""
    return number(value, digits).replace("<sup>", "^{").replace("</sup>", "}")


def with_error(value: float | None, error: float | None) -> str:
    """value +- error, both to the second significant digit of the error."""
    if value is None or not isfinite(value):
        return "\u2013"
    if error is None or not isfinite(error) or error <= 0:
        return number(value)
    places = 1 - floor(log10(error))
    if places > 6:
        return f"{number(value)} \u00b1 {number(error, 2)}"
    rounded = [_grouped(f"{round(x, places):.{max(places, 0)}f}") for x in (value, error)]
    return f"{rounded[0]} \u00b1 {rounded[1]}"


def fixed(value: float | None, places: int = 3, sign: bool = False) -> str:
    """A fixed number of decimals, for columns of a table."""
    if value is None or not isfinite(value):
        return "\u2013"
    return f"{value:{'+' if sign else ''}.{places}f}".replace("-", "\u2212")


def _grouped(text: str, trim: bool = False) -> str:
    if trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    whole, dot, rest = text.lstrip("-").partition(".")
    groups = f"{int(whole):,}".replace(",", THIN) if len(whole) > 4 else whole
    return ("\u2212" if text.startswith("-") else "") + groups + dot + rest


def counted(count: int, noun: str) -> str:
    """ "1 structure", "24 structures"."""
    return f"{number(count, 12)} {noun}{'' if count == 1 else 's'}"


def listed(items: Sequence[str]) -> str:
    """ "a, b and c"."""
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def code(text: str) -> str:
    return f"<code>{escape(text)}</code>"


def paragraph(html: str, css: str = "") -> str:
    return f"<p{f' class={chr(34)}{css}{chr(34)}' if css else ''}>{html}</p>"


def figure(svg: str, title: str, caption: str) -> str:
    """A figure with its caption under it; `caption` is HTML."""
    return (
        f'<figure aria-label="{escape(title, quote=True)}"><div class="canvas">{svg}</div>'
        f"<figcaption><strong>{escape(title)}.</strong> {caption}</figcaption></figure>"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "", css: str = "") -> str:
    """A table of HTML cells; the first column names the row. A row of one cell is a heading across the table."""
    head_html = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = []
    for row in rows:
        if len(row) == 1:
            body.append(f'<tr class="group"><th scope="rowgroup" colspan="{len(head)}">{row[0]}</th></tr>')
        else:
            body.append(
                f'<tr><th scope="row">{row[0]}</th>' + "".join(f"<td>{cell}</td>" for cell in row[1:]) + "</tr>"
            )
    title = f"<caption>{caption}</caption>" if caption else ""
    return (
        f'<div class="scroll"><table class="{css}">{title}<thead><tr>{head_html}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )
