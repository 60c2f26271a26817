"""What the sections share, read from the campaign once: sizes, sampled labels, scores, the model to show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..errors import CampaignError, MissingError
from ..reader import Campaign
from ..records import Labels, State

SAMPLED = 200  # structures that distributions and thin lines are drawn from, where there are more

SYMBOL = {"displacement": "*R*", "bond_breaking": "*C*_{B}"}
UNIT = {"displacement": " (σ_{AA})", "bond_breaking": ""}

_PRESET_DIAMETERS = {"KA": (1.0, 0.88), "KA2D": (1.0, 0.88, 0.94)}


@dataclass(frozen=True)
class Curve:
    """One model's scores over time for one label, pooled over the test structures; NaN where undefined."""

    model: str
    times: np.ndarray  #: (T,)
    pooled: np.ndarray  #: (T,)
    error: np.ndarray  #: (T,) jackknife standard error
    per_structure: np.ndarray  #: (T,) mean of the Pearson of single structures
    r2: np.ndarray  #: (T,)
    ceiling: np.ndarray  #: (T,) rho_max

    @property
    def fitted(self) -> bool:
        """False for a bare descriptor, which predicts no value of the label."""
        return bool(np.isfinite(self.r2).any())


@dataclass(frozen=True)
class ReplicaHealth:
    """Over all structures: status and energy drift of every replica."""

    labelled: int  #: structures with labels
    total: int
    stopped: list[tuple[int, int, str]]  #: (structure, replica, why)
    drift: np.ndarray  #: (replicas that are done,) change of energy per particle


class ReportData:
    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign

    # ---- what the campaign is ----

    @property
    def system(self) -> dict[str, Any]:
        return self.campaign.settings.get("system", {})

    @property
    def model(self) -> str:
        return str(self.system.get("model", "unknown model"))

    @cached_property
    def temperature(self) -> float:
        return float(self.system.get("temperature", np.nan))

    @cached_property
    def structures(self) -> list[int]:
        return self.campaign.structures().tolist()

    @cached_property
    def sampled(self) -> list[int]:
        """At most SAMPLED of the structures, evenly spaced."""
        return _thinned(self.structures)

    @cached_property
    def first_state(self) -> State:
        if not self.structures:
            raise MissingError("no states", "equilibrate")
        return self.campaign.state(self.structures[0])

    @cached_property
    def first_labels(self) -> Labels:
        numbers = self.campaign.labelled_structures()
        if len(numbers) == 0:
            raise MissingError("no labels", "label")
        return self.campaign.labels(int(numbers[0]))

    def diameters(self, species: int) -> np.ndarray:
        """(species,) sigma_aa of each species, from the campaign file or the preset; 1 where neither says."""
        sigma = np.atleast_1d(self.system.get("mixture", {}).get("sigma", []))
        if sigma.size == species * species:
            return np.diagonal(sigma.reshape(species, species)).astype(float)
        preset = _PRESET_DIAMETERS.get(self.model, ())
        return np.array(preset) if len(preset) == species else np.ones(species)

    # ---- labels ----

    @cached_property
    def scored_name(self) -> str:
        try:
            return str(self.campaign.evaluation().get("species_scored", "A"))
        except MissingError:
            return "A"

    def scored(self, species: np.ndarray, names: list[str]) -> np.ndarray:
        """(N,) bool: the particles of the scored species (the first one, where the name is not known)."""
        index = names.index(self.scored_name) if self.scored_name in names else 0
        return species == index

    @cached_property
    def _label_pass(self) -> tuple[dict[int, dict[str, np.ndarray]], ReplicaHealth]:
        """One pass over all labels: the scored particles' labels of sampled structures, and the replicas' health."""
        numbers = self.campaign.labelled_structures().tolist()
        if not numbers:
            raise MissingError("no labels", "label")
        keep, kept, stopped, drift, total = set(_thinned(numbers)), {}, [], [], 0
        for s in numbers:
            labels = self.campaign.labels(s)
            status, total = labels.replicas.status, total + len(labels.replicas.status)
            stopped += [(s, r, why) for r, why in enumerate(status) if why != "done"]
            values = labels.replicas.energy_drift
            done = np.array([why == "done" for why in status], bool)
            drift.append(values[done] if len(values) == len(done) else values)
            if s in keep and np.array_equal(labels.times, self.first_labels.times):
                mask = self.scored(labels.species, labels.species_names)
                arrays = {"displacement": labels.displacement, "bond_breaking": labels.bond_breaking}
                kept[s] = {name: values[:, mask] for name, values in arrays.items() if values is not None}
        return kept, ReplicaHealth(len(numbers), total, stopped, np.concatenate(drift))

    @cached_property
    def label_names(self) -> list[str]:
        """The labels there are, displacement first."""
        there = {name for arrays in self._label_pass[0].values() for name in arrays}
        return [name for name in ("displacement", "bond_breaking") if name in there]

    def pooled_label(self, label: str) -> np.ndarray:
        """(T, particles) a label of the scored species, sampled structures side by side; without those not labelled."""
        parts = [arrays[label] for arrays in self._label_pass[0].values() if label in arrays]
        side_by_side = np.concatenate(parts, axis=1)
        return side_by_side[:, np.isfinite(side_by_side).all(axis=0)]

    @property
    def health(self) -> ReplicaHealth:
        return self._label_pass[1]

    # ---- scores ----

    @cached_property
    def scores(self) -> dict[str, Any]:
        """crossfit.json where the campaign cross-fits, else evaluation.json."""
        try:
            return self.campaign.cross_fit()
        except MissingError:
            return self.campaign.evaluation()

    @property
    def cross_fitted(self) -> bool:
        return "folds" in self.scores

    @cached_property
    def curves(self) -> dict[str, list[Curve]]:
        """Label -> curves of the scored species, best at the last time first."""
        return self._curves(self.scores["results"])

    @cached_property
    def test_curves(self) -> dict[str, list[Curve]]:
        """The same of the test part alone."""
        return self._curves(self.campaign.evaluation()["results"])

    def _curves(self, results: list[dict]) -> dict[str, list[Curve]]:
        rows = [r for r in results if r.get("species", self.scored_name) == self.scored_name]
        curves: dict[str, list[Curve]] = {}
        try:
            for label, model in dict.fromkeys((r["label"], r["model"]) for r in rows):
                mine = sorted((r for r in rows if (r["label"], r["model"]) == (label, model)), key=lambda r: r["time"])
                keys = ("time", "pearson_pooled", "error", "pearson_per_structure", "r2", "ceiling")
                curves.setdefault(label, []).append(Curve(model, *(_column(mine, key) for key in keys)))
        except KeyError as error:
            raise CampaignError(f"{self.campaign.folder}: a result of the scores lacks the key {error}") from error
        return {label: sorted(group, key=_rank) for label, group in curves.items()}

    @cached_property
    def main_label(self) -> str:
        if not self.curves:
            raise MissingError("there are no scores", "evaluate")
        return "displacement" if "displacement" in self.curves else next(iter(self.curves))

    @cached_property
    def best(self) -> Curve:
        """The model with the highest pooled Pearson at the last time; a fitted one where there is any."""
        group = self.curves[self.main_label]
        return next((curve for curve in group if curve.fitted), group[0])

    @cached_property
    def tau_alpha(self) -> tuple[float, float]:
        """tau_alpha and its error, from dynamics.h5 or else evaluation.json; NaN where neither knows it."""
        try:
            dynamics = self.campaign.dynamics()
            return dynamics.tau_alpha, dynamics.tau_alpha_error
        except MissingError:
            pass
        try:
            evaluation = self.campaign.evaluation()
        except MissingError:
            return np.nan, np.nan
        return _float(evaluation.get("tau_alpha")), _float(evaluation.get("tau_alpha_error"))

    @cached_property
    def test_structures(self) -> list[int]:
        """The structures that scores are of: all where they are cross-fitted, else the test part."""
        if self.cross_fitted:
            return sorted(s for fold in self.scores["folds"] for s in fold["test"])
        return self.campaign.split()["test"].tolist()

    @property
    def structure_words(self) -> str:
        """What the scored structures are called."""
        return "structure" if self.cross_fitted else "test structure"

    @cached_property
    def sampled_tests(self) -> list[int]:
        """At most SAMPLED of the test structures; MissingError where the split has none."""
        if not self.test_structures:
            raise MissingError("the split has no test structures", "evaluate")
        return _thinned(self.test_structures)

    def truth_and_prediction(self, number: int, model: str | None = None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Times (T,), the main label (T, N) and what a model, by default the best, predicts (T, N) for a test structure."""
        labels = self.campaign.labels(number)
        truth = labels.of(self.main_label)
        prediction = self.campaign.predictions(number, model or self.best.model, self.main_label, self.cross_fitted)
        if truth.shape != prediction.shape:
            raise MissingError(f"the predictions of structure {number} are older than its labels", "evaluate")
        return labels.times, truth, prediction


def label_title(label: str) -> str:
    """ "bond_breaking" -> "bond breaking"."""
    return label.replace("_", " ")


def nearest_time(times: np.ndarray, tau_alpha: float) -> int:
    """Index of the time to show: the one nearest to tau_alpha where that is within a factor of 3, else the last."""
    if np.isfinite(tau_alpha) and tau_alpha > 0:
        k = int(np.argmin(np.abs(np.log(times / tau_alpha))))
        if max(times[k] / tau_alpha, tau_alpha / times[k]) <= 3:
            return k
    return len(times) - 1


def _thinned(numbers: list[int]) -> list[int]:
    if len(numbers) <= SAMPLED:
        return numbers
    return [numbers[k] for k in np.linspace(0, len(numbers) - 1, SAMPLED).round().astype(int)]


def _float(value: Any) -> float:
    return np.nan if value is None else float(value)


def _column(rows: list[dict], key: str) -> np.ndarray:
    return np.array([_float(row[key] if key in ("time", "pearson_pooled") else row.get(key)) for row in rows])


def _rank(curve: Curve) -> tuple[bool, float]:
    last = curve.pooled[-1]
    return (not np.isfinite(last), -last)
