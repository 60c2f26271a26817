"""The content of every file is the same bits for any number of ranks and threads and any packing."""

import pytest

import support

# (ranks or None for the program alone, threads, pack)
WAYS = {
    "two threads": (None, 2, 0),
    "mpirun -n 1": (1, 1, 0),
    "mpirun -n 2": (2, 1, 0),
    "mpirun -n 3": (3, 1, 0),
    "mpirun -n 4": (4, 1, 0),
    "pack 1": (None, 1, 1),
    "pack 4, two ranks with two threads": (2, 2, 4),
    "pack 16": (None, 1, 16),
}

# The system of the published sets, so that threads have something to share.
KA2D = support.campaign({"campaign.name": "ka2d", "system.particles": None})
KA = support.campaign({
    "campaign.name": "ka", "system.model": "KA", "system.temperature": 0.9, "system.particles": 400,
    "equilibrate.sweeps": None, "equilibrate.time": 2, "replicas.dt": 0.005, "replicas.times": [0.1, 0.5],
    "replicas.dynamics": "nvt", "replicas.keep_frames": True,
})
OWN = support.campaign({
    "campaign.name": "own", "equilibrate.method": "hybrid", "equilibrate.time": 2, "equilibrate.sweeps": None,
    "replicas.times": [0.1, 0.5], "dynamics.structures": 0,
    "train.models": ["ridge_softness_functions", "glassmlp", "softness", "sbo_pca", "sbo_cg_pca", "DEN"],
    "train.glassmlp": {"networks": 2, "epochs": [6, 3, 3, 2]}, "evaluate.folds": 3, "evaluate.learning_curve": [1],
})
CAMPAIGNS = {"ka2d": KA2D, "ka": KA, "hybrid": OWN}
MIXED = ("mpirun -n 3", "pack 4, two ranks with two threads")
CASES = [("ka2d", way) for way in WAYS] + [(name, way) for name in ("ka", "hybrid") for way in MIXED] + [("hybrid", "mpirun -n 4")]


def run_in(folder, sections, ranks=None, threads=1, pack=0):
    file = support.write_campaign(folder.parent / f"{folder.name}.toml", sections)
    support.succeed("run", file, "--stage", "evaluate", "--out", folder, "--set", f"replicas.pack={pack}", ranks=ranks,
                    threads=threads)
    return support.content(folder)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The content of a campaign after a run alone on one thread; each is run once."""
    contents = {}

    def get(name):
        if name not in contents:
            contents[name] = run_in(tmp_path_factory.mktemp(name) / "alone", CAMPAIGNS[name])
        return contents[name]

    return get


@pytest.mark.parametrize(("name", "way"), CASES)
def test_the_same_bits(alone, name, way, tmp_path):
    support.assert_same(alone(name), run_in(tmp_path / "other", CAMPAIGNS[name], *WAYS[way]), way)


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_the_comparison_sees_everything(alone, name):
    """What is compared covers every kind of file, in several shards, and nothing of /run."""
    sections, found = CAMPAIGNS[name], alone(name)
    wanted = {f"{kind}/{kind}_000{k}.h5" for kind in ("states", "labels", "features") for k in (0, 1)}
    wanted |= {f"models/{model}.h5" for model in sections["train"]["models"]}
    wanted |= {"dataset.h5", "certificate.json", "evaluation.h5", "evaluation.json", "split.json"}
    if sections["dynamics"]["structures"] > 0:
        wanted.add("dynamics.h5")
    if sections.get("evaluate"):
        wanted |= {"crossfit.h5", "crossfit.json"}
    assert {entry.partition(":")[0] for entry in found} == wanted
    assert not [entry for entry in found if ":/run" in entry]
    assert len(found) > 300


def test_another_seed_gives_other_labels(alone, tmp_path):
    found = run_in(tmp_path / "other", support.campaign({"campaign.seed": 6}, OWN))
    entry = "labels/labels_0000.h5:/s0000/replicas/displacement"
    assert found[entry][:2] == alone("hybrid")[entry][:2]
    assert found[entry][2] != alone("hybrid")[entry][2]
