"""One self-contained HTML page about a campaign: what it is, whether it is sound, and how well models do on it.

    /usr/bin/python3 -m glassforge.report CAMPAIGN_FOLDER [-o report.html]

Written to <campaign>/report/report.html unless -o says otherwise. The page needs no other file and no network. What the
campaign does not have yet is named in the page with the command that makes it. Exit codes: 0 written, 1 an error.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from functools import partial
from html import escape
from pathlib import Path
from typing import Callable, Sequence

from .errors import CampaignError, MissingError
from .plots import benchmark, certificate, checks, dynamics, equilibration, header, propensity, scatter, scores, snapshot, style, text, training
from .plots.data import ReportData
from .reader import Campaign

Block = Callable[[ReportData], str]


def build(folder: str | Path) -> str:
    """The page of the campaign in `folder`, as HTML. CampaignError where a file is damaged, or it is no campaign."""
    data = ReportData(Campaign(folder))
    with style.applied():
        head = header.title(data) + header.cards(data) + header.facts(data)
        sections = [(anchor, title, _blocks(data, blocks)) for anchor, title, blocks in _sections(data)]
    return _page(data, head, [section for section in sections if section[2]])


def write(page: str, path: Path) -> None:
    """The page under its final name, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(page)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="glassforge.report", description="Make one HTML page about a glassforge campaign."
    )
    parser.add_argument("campaign", type=Path, help="folder of the campaign")
    parser.add_argument("-o", "--output", type=Path, help="where to write (default: CAMPAIGN/report/report.html)")
    options = parser.parse_args(arguments)
    output = options.output or options.campaign / "report" / "report.html"
    try:
        write(build(options.campaign), output)
    except (CampaignError, OSError) as error:
        print(f"glassforge.report: error: {error}", file=sys.stderr)
        return 1
    print(output)
    return 0


def _sections(data: ReportData) -> list[tuple[str, str, list[Block]]]:
    """Anchor, title and blocks of every section, in the order of the stages."""
    try:
        labels = sorted(data.curves, key=lambda label: label != "displacement") if data.curves else ["displacement"]
    except MissingError:
        labels = ["displacement"]
    figures = [partial(_with_label, scores.pearson_figure, label) for label in labels]
    tables = [partial(_with_label, table, label) for table in (scores.pearson_table, scores.test_part_table) for label in labels]
    tasks = [benchmark.predicted_chi4, benchmark.predicted_distributions, benchmark.learning_curve, benchmark.correlations]
    return [
        ("equilibration", "Equilibration", [equilibration.energy, certificate.panel, certificate.table, equilibration.moves]),
        ("relaxation", "Relaxation", [dynamics.relaxation, dynamics.heterogeneity]),
        ("labels", "Labels", [propensity.distributions]),
        ("scores", "Scores", [*figures, *tables, scores.comparisons]),
        ("benchmark", "Benchmark", [*tasks, benchmark.transfer]),
        ("training", "Training", [training.curves]),
        ("predictions", "Predictions", [snapshot.maps, scatter.predicted_against_true]),
        ("checks", "Checks", [checks.inherent_states, checks.replicas]),
        ("files", "Files", [header.provenance]),
    ]


def _with_label(block: Callable[[ReportData, str], str], label: str, data: ReportData) -> str:
    return block(data, label)


def _blocks(data: ReportData, blocks: list[Block]) -> str:
    """All blocks of a section; what several of them lack is said once."""
    return "".join(dict.fromkeys(_block(data, block) for block in blocks))


def _block(data: ReportData, block: Block) -> str:
    """The block's HTML, or one line that says what is missing and which command makes it."""
    try:
        return block(data)
    except MissingError as error:
        command = f"glassforge run {data.campaign.folder / 'campaign.toml'} --stage {error.stage}"
        return text.paragraph(f"{escape(error.what[0].upper() + error.what[1:])}. Run {text.code(command)}.", "missing")


def _page(data: ReportData, head: str, sections: list[tuple[str, str, str]]) -> str:
    css = Path(__file__).with_name("plots").joinpath("page.css").read_text(encoding="utf-8")
    light, dark = style.css_variables()
    links = "".join(f'<a href="#{anchor}">{title}</a>' for anchor, title, _ in sections)
    body = "".join(f'<section id="{anchor}"><h2>{title}</h2>{html}</section>' for anchor, title, html in sections)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(data.campaign.name)} – glassforge report</title>"
        f"<style>:root{{{light}}}\n@media screen and (prefers-color-scheme: dark){{:root{{{dark}}}}}\n{css}</style></head>\n"
        f"<body><header>{head}<nav>{links}</nav></header>\n<main>{body}</main>\n"
        "<footer>Reduced Lennard-Jones units throughout: lengths in σ<sub>AA</sub>, energies in ε<sub>AA</sub>, times in "
        "σ<sub>AA</sub>(<i>m</i>/ε<sub>AA</sub>)<sup>1/2</sup>.</footer></body></html>\n"
    )


if __name__ == "__main__":
    sys.exit(main())
