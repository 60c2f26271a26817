"""Read a glassforge campaign folder into numpy arrays.

    import glassforge

    campaign = glassforge.open("ka2d_T0.30")
    campaign.structures()                       # array([0, 1, ..., 23])
    labels = campaign.labels(7)
    labels.times                                # (T,) in reduced Lennard-Jones units
    labels.displacement                         # (T, N): the propensity of every particle at every time
    labels.replicas.displacement                # (T, R, N): the values it is the mean of, read when asked for
    state = campaign.state(7)
    state.unwrapped()                           # (N, D)
    campaign.features(7, "glassmlp").values     # (N, F)
    campaign.split()["test"]                    # structure numbers
    dataset = campaign.dataset()                # all structures at once, for training (dataset.h5)
    dataset["labels/displacement"]              # (S, T, N)

Everything is in reduced Lennard-Jones units (sigma_AA, epsilon_AA, m, k_B = 1) and in the order of particle ids.
docs/formats.md says what lies in which file; `python3 -m glassforge.report FOLDER` makes a page of figures from it.
"""

from pathlib import Path as _Path

from .dataset import Dataset
from .errors import CampaignError, DamagedError, MissingError
from .reader import Campaign

__all__ = ["Campaign", "CampaignError", "DamagedError", "Dataset", "MissingError", "open"]


def open(folder: "str | _Path") -> Campaign:  # noqa: A001  (glassforge.open, like gzip.open)
    """The campaign in `folder`; CampaignError where there is none."""
    return Campaign(folder)
