"""The head of the page: what the campaign is, its headline numbers, and at the end where every file came from."""

from __future__ import annotations

from html import escape
from typing import Any

import numpy as np

from ..errors import MissingError
from ..records import FileRecord
from . import text
from .data import ReportData, label_title


def title(data: ReportData) -> str:
    """Name and one sentence."""
    sentence = f"{escape(data.model)} at <i>T</i> = {text.number(data.temperature)}"
    counts = _counts(data)
    if data.structures:
        sentence += f": {text.counted(len(data.structures), 'structure')}"
        sentence += f" of {text.number(sum(counts.values()), 9)} particles" if counts else ""
    try:
        labels = data.first_labels
        replicas = len(labels.replicas.status)
        sentence += f", {text.counted(replicas, 'replica')} each" if replicas else ""
        sentence += f", followed to <i>t</i> = {text.number(float(labels.times[-1]))}"
    except MissingError:
        pass
    return f"<h1>{escape(data.campaign.name)}</h1>{text.paragraph(sentence + '.', 'lead')}"


def facts(data: ReportData) -> str:
    """The list of settings and provenance under the title."""
    settings, counts = data.campaign.settings, _counts(data)
    replicas, campaign = settings.get("replicas", {}), settings.get("campaign", {})
    entries: list[tuple[str, str]] = []
    if counts:
        species = ", ".join(f"{escape(name)} {text.number(n, 9)}" for name, n in counts.items())
        entries.append(("particles", f"{text.number(sum(counts.values()), 9)} ({species})"))
        box = data.first_state.box
        entries.append(("box", " × ".join(text.number(float(length), 7) for length in box) + " σ<sub>AA</sub>"))
    entries.append(("smoothing at the cutoff", escape(str(data.system.get("smoothing", "–")))))
    dynamics = str(replicas.get("dynamics", "")).upper()
    entries.append(
        ("replicas", f"{replicas.get('count', '–')} {escape(dynamics)}, d<i>t</i> = {replicas.get('dt', '–')}")
    )
    if data.structures:
        entries.append(("thermal energy per particle", _thermal_energy(data)))
    entries.append(("split", _split(data)))
    entries.append(("seed", escape(str(campaign.get("seed", "–")))))
    entries += _versions(data)
    cells = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in entries)
    return f'<dl class="facts">{cells}</dl>'


def cards(data: ReportData) -> str:
    """Headline numbers."""
    return f'<div class="cards">{_tau_card(data)}{_score_card(data)}{_ceiling_card(data)}{_replica_card(data)}</div>'


def provenance(data: ReportData) -> str:
    """Table: what every file says of its origin; then the campaign file."""
    kinds: dict[str, list[FileRecord]] = {}
    for record in data.campaign.files():
        inside = record.path.relative_to(data.campaign.folder)
        kinds.setdefault(f"{inside.parent}/" if inside.parent.name else str(inside), []).append(record)
    rows = [[text.code(name), str(len(records)), *_origins(records)] for name, records in kinds.items()]
    head = ["file or folder", "files", "code", "instruction set", "campaign hash", "written", "host, ranks × threads"]
    table = text.table(head, rows, "What the files say of their origin.", "words")
    toml = (data.campaign.folder / "campaign.toml").read_text(encoding="utf-8", errors="replace")
    return f"{table}<details><summary>campaign.toml</summary><pre>{escape(toml)}</pre></details>"


def _card(name: str, value: str, about: str) -> str:
    lines = zip(("name", "value", "about"), (name, value, about))
    return '<div class="card">' + "".join(f'<div class="{css}">{line}</div>' for css, line in lines) + "</div>"


def _tau_card(data: ReportData) -> str:
    value, error = data.tau_alpha
    about = (
        "<i>F</i><sub>s</sub>(<i>q</i>, τ<sub>α</sub>) = 1/e, over structures" if np.isfinite(value) else "not measured"
    )
    return _card("relaxation time τ<sub>α</sub>", text.with_error(value, error), about)


def _score_card(data: ReportData) -> str:
    try:
        best = data.best
    except MissingError:
        return _card("best model", "–", "no evaluation yet")
    about = (
        f"{escape(best.model)}, {label_title(data.main_label)} at <i>t</i> = {text.number(best.times[-1])}; "
        f"within structures {text.fixed(float(best.per_structure[-1]), 2)}"
    )
    return _card("best model, Pearson", text.with_error(float(best.pooled[-1]), float(best.error[-1])), about)


def _ceiling_card(data: ReportData) -> str:
    try:
        best = data.best
    except MissingError:
        return _card("noise ceiling ρ<sub>max</sub>", "–", "no evaluation yet")
    share = best.pooled[-1] / best.ceiling[-1]
    about = (
        f"what the noise of the labels allows; the model reaches {text.fixed(100 * float(share), 0)} %"
        if np.isfinite(share)
        else "not known"
    )
    return _card("noise ceiling ρ<sub>max</sub>", text.fixed(float(best.ceiling[-1])), about)


def _replica_card(data: ReportData) -> str:
    try:
        health = data.health
    except MissingError:
        return _card("replicas", "–", "no labels yet")
    if health.total == 0:
        return _card("replicas", "–", f"labels of {text.counted(health.labelled, 'structure')} without single replicas")
    done = health.total - len(health.stopped)
    about = (
        "all ran to the end" if not health.stopped else f"{text.counted(len(health.stopped), 'replica')} stopped early"
    )
    return _card("replicas done", f"{text.number(done, 9)} of {text.number(health.total, 9)}", about)


def _counts(data: ReportData) -> dict[str, int]:
    """Particles of every species of the first structure."""
    try:
        state = data.first_state
    except MissingError:
        return {}
    counts = np.bincount(state.species)
    names = state.species_names if len(state.species_names) >= len(counts) else [str(k) for k in range(len(counts))]
    return {names[k]: int(n) for k, n in enumerate(counts)}


def _thermal_energy(data: ReportData) -> str:
    values = [data.campaign.state(s).observables.get("energy_per_particle") for s in data.sampled]
    known = np.array([v for v in values if v is not None])
    if known.size == 0:
        return "–"
    return text.with_error(
        float(known.mean()), float(known.std(ddof=1) / np.sqrt(known.size)) if known.size > 1 else None
    )


def _split(data: ReportData) -> str:
    try:
        parts = {name: len(numbers) for name, numbers in data.campaign.split().items()}
    except MissingError:
        stated = data.campaign.settings.get("split", {})
        parts = {name: stated.get(name, 0) for name in ("train", "validation", "test")}
    return ", ".join(f"{name} {count}" for name, count in parts.items())


def _versions(data: ReportData) -> list[tuple[str, str]]:
    records = data.campaign.files()
    versions = sorted({str(r.manifest.get("code_version", "")) for r in records} - {""})
    dates = sorted({_minute(str(r.run["date"])) for r in records if "date" in r.run})
    span = f"{dates[0]} to {dates[-1]}" if len(dates) > 1 else "".join(dates)
    span = span.replace(f" UTC to {span[:10]}", " to")
    return [("code version", escape(", ".join(versions) or "–")), ("run", escape(span or "–"))]


def _minute(date: str) -> str:
    """2026-11-23T18:00:00Z -> 2026-11-23 18:00 UTC."""
    return f"{date[:10]} {date[11:16]} UTC" if date.endswith("Z") and len(date) == 20 else date


def _origins(records: list[FileRecord]) -> list[str]:
    """Cells on the origin of files of one kind: every value that occurs, dates as a range."""
    manifests, runs = [r.manifest for r in records], [r.run for r in records]
    dates = sorted({_of(run, "date") for run in runs})
    places = {f"{_of(run, 'host')}, {_of(run, 'ranks')} × {_of(run, 'threads')}" for run in runs}
    values = [
        ", ".join(sorted({_of(m, key) for m in manifests}))
        for key in ("code_version", "instruction_set", "campaign_hash")
    ]
    return [*values, dates[0] if len(dates) == 1 else f"{dates[0]} to {dates[-1]}", "; ".join(sorted(places))]


def _of(values: dict[str, Any], key: str) -> str:
    return escape(str(values.get(key, "–")))
