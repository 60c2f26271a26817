"""The report: one page that needs nothing else, says what a campaign is and lacks, and fails with one clear line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import h5py
import numpy as np
import pytest
from synthetic_campaign import ALL_PARTS, Plan, write_campaign

PYTHON = Path(__file__).resolve().parents[2] / "python"
sys.path.insert(0, str(PYTHON))
from glassforge import published, report  # noqa: E402
from glassforge.errors import CampaignError  # noqa: E402
from glassforge.plots import style, text  # noqa: E402
from glassforge.plots.data import nearest_time  # noqa: E402

SMALL = {"structures": 3, "replicas": 2, "counts": (20, 11, 12)}
FIGURES = [
    "Energy during equilibration",
    "Relaxation of the liquid",
    "Distribution of the propensity at each time",
    "Prediction of displacement against time",
    "Prediction of bond breaking against time",
    "Distribution of the propensity, true and predicted",
    "One test structure, true and predicted",
    "Predicted against true",
    "Inherent states",
    "Energy drift of the replicas",
]


class Page(HTMLParser):
    """Checks that tags close in order, and collects ids, references, figure names and text."""

    VOID = {"meta", "br", "img", "link", "hr"}

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.figures: list[str] = []
        self.words = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [value for key, value in attributes if key in ("href", "xlink:href", "src", "data")]
        self.links += re.findall(r"url\(([^)]*)\)", " ".join(value or "" for _, value in attributes))
        if tag == "figure":
            self.figures.append(values["aria-label"])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words += data


def run(*arguments: object) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(PYTHON)}
    command = [sys.executable, "-m", "glassforge.report", *map(str, arguments)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """A campaign in which every stage has run, and its page."""
    folder = tmp_path_factory.mktemp("report") / "full"
    write_campaign(folder, Plan(stopped={(2, 3): "energy jump at step 1200"}))
    return folder, report.build(folder)


@pytest.fixture()
def fresh(tmp_path):
    write_campaign(tmp_path / "c", Plan(**SMALL))
    return tmp_path / "c"


def test_the_page_is_self_contained(full):
    html = full[1]
    page = Page(html)
    assert not re.search(r"https?:|\bsrc=|@import|<script|<link", html)
    for link in page.links:
        assert link.startswith(("#", "data:image/png;base64,")), link
    inside = [link[1:] for link in page.links if link.startswith("#")]
    assert set(inside) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids)), "ids of different figures must not collide"


def test_every_figure_and_table_is_there(full):
    page = Page(full[1])
    assert page.figures == FIGURES
    for words in ("swap A-C", "ridge_cage", "model − baseline", "published (GlassBench)", "campaign hash"):
        assert words in page.words
    assert not re.search(r"\bnan\b|\binf\b|None", page.words)
    assert "#fd00" not in full[1], "a stand-in colour was left over"


def test_it_says_what_the_campaign_is(full):
    words = Page(full[1]).words
    assert "KA2D at T = 0.3: 6 structures of 129 particles, 4 replicas each" in words
    for fact in ("129 (A 60, B 33, C 36)", "quartic", "4 NVE, dt = 0.01", "2026-11-23 18:00 UTC", "0.1.0"):
        assert fact in words
    assert "2222 ± 89" in words  # tau_alpha
    assert "23 of 24" in words and "structure 2, replica 3" in words and "energy jump at step 1200" in words


def test_the_best_model_leads(full):
    rows = json.loads((full[0] / "evaluation.json").read_text())["results"]
    last = {r["model"]: r for r in rows if r["label"] == "displacement" and r["time"] == 20000.0}
    best = max(last.values(), key=lambda r: r["pearson_pooled"])
    page = full[1]
    assert best["model"] == "ridge_cage"
    assert f'<div class="value">{text.with_error(best["pearson_pooled"], best["error"])}</div>' in page
    assert f"<b>{text.fixed(best['pearson_pooled'])}</b>" in page


def test_both_themes_are_served(full):
    html = full[1]
    assert "prefers-color-scheme: dark" in html and "@media print" in html
    for name in style.THEME:
        assert html.count(f"--{name}:") == 2
    assert set(re.findall(r"var\(--([a-z0-9-]+)\)", html)) <= set(style.THEME) | {"bg", "note", "note-line", "good"}


@pytest.mark.parametrize(
    ("part", "stage", "figure"),
    [
        ("dynamics", "launch", "Relaxation of the liquid"),
        ("inherent", "quench", "Inherent states"),
        ("labels", "label", "Distribution of the propensity at each time"),
        ("replicas", "launch", "Energy drift of the replicas"),
        ("evaluation", "evaluate", "One test structure, true and predicted"),
    ],
)
def test_a_missing_piece_names_the_command_that_makes_it(tmp_path, part, stage, figure):
    write_campaign(tmp_path / "c", Plan(**SMALL, parts=tuple(p for p in ALL_PARTS if p != part)))
    html = report.build(tmp_path / "c")
    assert figure not in Page(html).figures
    notice = rf'<p class="missing">[^<]* Run <code>glassforge run [^<]*campaign.toml --stage {stage}</code>.</p>'
    assert re.search(notice, html)
    assert len(re.findall(notice, html)) <= 4, "one notice a section"


def test_imported_labels_alone_make_a_page(tmp_path):
    write_campaign(tmp_path / "c", Plan(**SMALL, parts=("labels",)))
    page = Page(report.build(tmp_path / "c"))
    assert page.figures == ["Distribution of the propensity at each time"]
    assert "imported from files" in page.words


def test_a_campaign_without_anything_makes_a_page(fresh):
    for kind in ("states", "labels", "features"):
        for path in (fresh / kind).iterdir():
            path.unlink()
    for name in ("dynamics.h5", "evaluation.h5", "evaluation.json", "split.json"):
        (fresh / name).unlink()
    page = Page(report.build(fresh))
    assert page.figures == [] and "--stage equilibrate" in page.words


def test_three_dimensions_are_shown_as_a_slab(tmp_path):
    plan = Plan(structures=3, replicas=2, counts=(160, 40), dimension=3, model="KA", temperature=0.44)
    write_campaign(tmp_path / "c", plan)
    page = Page(report.build(tmp_path / "c"))
    assert page.figures == FIGURES and "A slab of thickness" in page.words


def test_one_time_one_replica_one_test_structure(tmp_path):
    write_campaign(tmp_path / "c", Plan(structures=3, replicas=2, counts=(20, 11, 12), times=(31.0,)))
    assert "Predicted against true" in Page(report.build(tmp_path / "c")).figures


def test_published_values_stand_only_where_they_apply(tmp_path, full):
    assert "BOTAN (published)" in full[1]
    write_campaign(tmp_path / "c", Plan(**SMALL, temperature=0.4))
    other = report.build(tmp_path / "c")
    assert "published" not in other and "BOTAN" not in other
    assert published.find("KA2D", 0.23, "displacement") is published.find("KA2D", 0.231, "displacement") is not None
    assert published.find("KA", 0.30, "displacement") is None
    table = published.find("KA", 0.44, "displacement")
    assert table.at("BOTAN", 4120) == 0.7551 and np.isnan(table.at("BOTAN", 2000))
    for entry in published.TABLES:
        assert all(len(scores) == len(entry.times) for scores in entry.scores.values())
        assert len(entry.ceiling) in (0, len(entry.times))


def test_predictions_older_than_the_labels_are_not_drawn(fresh):
    with h5py.File(fresh / "evaluation.h5", "a") as file:
        values = file["s0002/ridge_cage/displacement"][:2]
        del file["s0002/ridge_cage/displacement"]
        file["s0002/ridge_cage/displacement"] = values
    page = Page(report.build(fresh))
    assert "older than its labels" in page.words and "Predicted against true" not in page.figures


def write_cross_fit(folder):
    """crossfit.json and .h5 and transfer.json as the program writes them, from what evaluation.json holds."""
    scores = json.loads((folder / "evaluation.json").read_text())
    test = scores.pop("split")["test"]
    models = list(dict.fromkeys(r["model"] for r in scores["results"]))
    places = [{"label": "displacement", "species": "A", "time": t} for t in sorted({r["time"] for r in scores["results"]})]
    scores["folds"] = [{"train": [], "validation": [], "test": [s]} for s in test]
    scores["chi4"] = [{**p, "model": m, "chi4": 2.0, "error": 0.3} for p in places for m in (None, "ridge_cage")]
    names = ["label", *models]
    scores["correlations"] = [{**p, "names": names, "pearson": [[1 if a == b else 0.4 for a in names] for b in names]} for p in places]
    scores["learning_curve"] = [{**r, "train": n} for r in scores["results"] if r["model"] == "ridge_cage" for n in (1, 4)]
    (folder / "crossfit.json").write_text(json.dumps(scores))
    (folder / "crossfit.h5").write_bytes((folder / "evaluation.h5").read_bytes())
    temperatures = (0.3, 0.4)
    matrix = [{**r, "trained_on": {"campaign": "c", "temperature": a}, "temperature": b, "tau_alpha": None}
              for r in scores["results"] for a in temperatures for b in temperatures]
    (folder / "transfer.json").write_text(json.dumps({"results": scores["results"], "matrix": matrix}))


def test_cross_fitted_scores_and_the_other_tasks_are_drawn(fresh):
    write_cross_fit(fresh)
    page = Page(report.build(fresh))
    for figure in ("Dynamic heterogeneity, true and predicted", "Learning curve", "How labels, models and descriptors agree",
                   "Transfer between temperatures", "One structure, true and predicted"):
        assert figure in page.figures
    assert "folds without it" in page.words and "of the split" in page.words


def write_training(folder, model="botan", times=(14.14, 1781.79)):
    """models/<model>.h5 as the program writes it, of what the report reads: the history of its networks."""
    columns = "phase passes loss validation_loss pearson pearson_pooled pearson_edges rate"
    (folder / "models").mkdir(exist_ok=True)
    with h5py.File(folder / "models" / f"{model}.h5", "w") as file:
        for k, time in enumerate(times):
            group = file.create_group(f"displacement/t{k}")
            group.attrs.update(targets=f"displacement/t{k}", time=time)
            passes = np.arange(500, 12501, 500)
            phase = (passes > 2500).astype(float)
            learnt = np.where(phase, 1 - np.exp(-(passes - 2500) / 4000), 0.02)
            loss = np.where(phase, 0.09 - 0.05 * learnt, 0.02 * np.exp(-passes / 2000)) * (1 + k)
            rows = [phase, passes, loss, 1.1 * loss, (0.7 - 0.1 * k) * learnt, 0.68 * learnt, 0.2 + 0.6 * (passes > 1000), 0 * loss + 1e-4]
            network = group.create_group("seed0")
            network["history"] = np.array(rows, float).T
            network.attrs.update(history_columns=columns, pearson=float(rows[4][-3]), passes=int(passes[-3]))


def test_the_training_of_networks_is_drawn(fresh):
    assert "Training of the networks" not in Page(report.build(fresh)).figures
    assert ">Training</a>" not in report.build(fresh)
    write_training(fresh)
    page = Page(report.build(fresh))
    assert "Training of the networks" in page.figures and "pretraining" in page.words
    with h5py.File(fresh / "models/botan.h5", "a") as file:
        file["displacement/t0/seed0"].attrs["history_columns"] = "phase passes"
    with pytest.raises(CampaignError, match="history does not have the 2 columns"):
        report.build(fresh)


def test_undefined_scores_are_dashes(fresh):
    content = json.loads((fresh / "evaluation.json").read_text())
    for row in content["results"]:
        row["error"] = None
        if row["model"] == "glassmlp":
            row["pearson_pooled"] = None
    (fresh / "evaluation.json").write_text(json.dumps(content))
    assert "–" in Page(report.build(fresh)).words


def test_names_from_files_are_escaped(fresh):
    path = fresh / "campaign.toml"
    path.write_text(path.read_text().replace('"synthetic"', '"a <b>bold</b> name"'))
    assert "a &lt;b&gt;bold&lt;/b&gt; name" in report.build(fresh)


def test_the_command_writes_the_page_whole(fresh):
    done = run(fresh)
    target = fresh / "report" / "report.html"
    assert (done.returncode, done.stderr) == (0, "") and done.stdout.strip() == str(target)
    first = target.read_bytes()
    assert first.startswith(b"<!DOCTYPE html>") and first.endswith(b"</html>\n")
    assert [p.name for p in target.parent.iterdir()] == ["report.html"], "no temporary file is left"
    elsewhere = fresh / "page.html"
    assert run(fresh, "-o", elsewhere).returncode == 0
    assert elsewhere.read_bytes() == first, "the same campaign gives the same page"


@pytest.mark.parametrize("name", ["labels/labels_0000.h5", "states/states_0000.h5", "dynamics.h5", "evaluation.h5"])
def test_a_damaged_file_is_one_clear_line(fresh, name):
    (fresh / "report").mkdir()
    (fresh / "report" / "report.html").write_text("an older page")
    content = (fresh / name).read_bytes()
    (fresh / name).write_bytes(content[: len(content) // 3])
    failed = run(fresh)
    assert failed.returncode == 1 and failed.stdout == ""
    assert re.fullmatch(rf"glassforge.report: error: [^\n]*{name}[^\n]*\n", failed.stderr)
    assert (fresh / "report" / "report.html").read_text() == "an older page"


def test_other_errors_are_one_line_too(tmp_path, fresh):
    for arguments in ([tmp_path / "nowhere"], [tmp_path], [fresh, "-o", fresh / "campaign.toml" / "x.html"]):
        failed = run(*arguments)
        assert failed.returncode == 1 and failed.stderr.count("\n") == 1
        assert failed.stderr.startswith("glassforge.report: error: ")


def test_a_result_without_a_key_is_named(fresh):
    content = json.loads((fresh / "evaluation.json").read_text())
    del content["results"][0]["pearson_pooled"]
    (fresh / "evaluation.json").write_text(json.dumps(content))
    with pytest.raises(CampaignError, match="lacks the key 'pearson_pooled'"):
        report.build(fresh)


@pytest.mark.parametrize(
    ("value", "error", "written"),
    [
        (31.04, 1.03, "31.0 ± 1.0"),
        (918306.0, 21200.0, "918\u202f000 ± 21\u202f000"),
        (-2.60114, 0.00221, "\u22122.6011 ± 0.0022"),
        (0.8534, np.nan, "0.8534"),
        (np.nan, 0.1, "–"),
    ],
)
def test_values_with_errors(value, error, written):
    assert text.with_error(value, error) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.11, "0.11"),
        (1781.79, "1782"),
        (20000.0, "20\u202f000"),
        (1.5e6, "1.5×10<sup>6</sup>"),
        (1e-9, "10<sup>\u22129</sup>"),
        (0.0, "0"),
        (None, "–"),
    ],
)
def test_numbers(value, written):
    assert text.number(value) == written


def test_labels_are_moved_apart_as_little_as_needed():
    placed = style.spread(np.array([0.10, 0.50, 0.51, 0.52]), 0.05)
    assert np.diff(placed).min() >= 0.05 - 1e-12
    assert placed[0] == 0.10 and placed[1:].mean() == pytest.approx(0.51)


def test_the_time_that_is_shown():
    times = np.array([0.11, 14.14, 1781.79, 20000.0])
    assert nearest_time(times, 2200.0) == 2
    assert nearest_time(times, 200.0) == 3  # none within a factor of 3: the last
    assert nearest_time(times, np.nan) == 3
