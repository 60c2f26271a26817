"""glassforge dynamics: what the labels of a campaign say, held against the same sums in numpy."""

import json

import h5py
import numpy as np
import pytest
import support

CAMPAIGN = support.campaign({
    "campaign.name": "dyn", "replicas.times": [0.1, 0.5, 1.5, 4.0, 10.0], "replicas.count": 6, "replicas.keep_frames": True,
    "system.structures": 4, "split.validation": 2, "labels.overlap": True,
})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("dynamics")
    support.write_campaign(place / "c.toml", CAMPAIGN)
    support.succeed("run", "c.toml", "--stage", "label", cwd=place, ranks=2)
    return place / "dyn"


def dynamics(*arguments, **options):
    return json.loads(support.succeed("dynamics", *arguments, "--json", **options).stdout)


def labels(folder, kind):
    """Of one species (swaps make every structure's particles others): (S, T, R, N) displacements, (S, T, R, N, D) vectors; times."""
    distances, vectors = [], []
    for path in sorted((folder / "labels").glob("*.h5")):
        with h5py.File(path) as file:
            for name in sorted(key for key in file if key != "run"):
                group = file[name]
                mine = group["species"][()] == kind
                distances.append(group["replicas/displacement"][()][..., mine])
                vectors.append((group["replicas/frames"][()] - group["positions/thermal"][()])[..., mine, :])
                times = group["times"][()]
    return np.array(distances), np.array(vectors), times


def test_every_column(folder):
    said = dynamics(folder)
    assert said["structures"] == 4 and said["replicas"] == 6
    for s, name in enumerate(said["species_names"]):
        mine, _, times = labels(folder, s)
        got, n = said["species"][name], mine.shape[-1]
        assert got["particles"] == n and said["times"] == list(times)
        means = {"displacement": mine, "msd": mine**2, "overlap": mine < 0.3}
        for key, values in means.items():
            per_structure = values.mean((2, 3))
            np.testing.assert_allclose(got[key], per_structure.mean(0), rtol=1e-12)
            np.testing.assert_allclose(got[key + "_error"], per_structure.std(0, ddof=1) / 2, rtol=1e-9, atol=1e-15)
        alpha = 2 * (mine**4).mean((2, 3)).mean(0) / (4 * (mine**2).mean((2, 3)).mean(0) ** 2) - 1
        np.testing.assert_allclose(got["non_gaussian"], alpha, atol=1e-12)
        slow = (mine.mean(2) < 0.3).mean(-1)
        np.testing.assert_allclose(got["chi4"], n * slow.var(0, ddof=1), atol=1e-12)
        left_out = np.array([n * np.delete(slow, k, 0).var(0, ddof=1) for k in range(4)])
        error = np.sqrt(3 / 4 * ((left_out - left_out.mean(0)) ** 2).sum(0))
        np.testing.assert_allclose(got["chi4_error"], error, atol=1e-12)
        label, noise = mine.mean(2), mine.var(2, ddof=1) / 6
        spread = label.transpose(1, 0, 2).reshape(len(times), -1).var(1)
        wanted = np.sqrt(np.maximum(0, 1 - noise.mean((0, 2)) / spread))
        np.testing.assert_allclose(got["rho_max"], wanted, rtol=1e-10)


def test_scattering_is_that_along_the_axes(folder):
    """In an isotropic liquid both are the same; here within four standard errors of 24 runs, at two wave numbers."""
    _, dr, _ = labels(folder, 0)
    for q in (2 * np.pi, 4.0):
        said = dynamics(folder, "--q", q)
        along_axes = np.cos(q * dr).mean((3, 4))  # (S, T, R)
        assert said["q"] == pytest.approx(q, rel=1e-6)
        runs = along_axes.transpose(1, 0, 2).reshape(len(said["times"]), -1)  # (T, S R)
        error = runs.std(1, ddof=1) / np.sqrt(runs.shape[1])
        assert (np.abs(said["species"]["A"]["f_s"] - runs.mean(1)) < 4 * error).all() and error.max() < 0.03


def test_tau_alpha_lies_where_scattering_crosses(folder):
    a = dynamics(folder)["species"]["A"]
    k = next(k for k, f in enumerate(a["f_s"]) if f < np.exp(-1))
    times = dynamics(folder)["times"]
    assert times[k - 1] < a["tau_alpha"] < times[k]
    assert 0 < a["tau_alpha_error"] < a["tau_alpha"]
    assert dynamics(folder, "--q", 0.5)["species"]["A"]["tau_alpha"] is None


def test_the_short_runs_agree(folder):
    """Two independent ways to tau_alpha: short runs before the launch, and the labels."""
    said = dynamics(folder)
    stage, a = said["dynamics_stage"], said["species"]["A"]
    error = np.hypot(stage["tau_alpha_error"], a["tau_alpha_error"])
    assert abs(stage["tau_alpha"] - a["tau_alpha"]) < 4 * error + 0.1 * a["tau_alpha"]


def test_a_label_file_alone(folder):
    whole, one = dynamics(folder), dynamics(folder / "labels/labels_0000.h5")
    assert one["structures"] == 2 and one["times"] == whole["times"] and one["system"] == ""


def test_text_names_all_species_and_what_was_published(folder, tmp_path):
    text = support.succeed("dynamics", folder).stdout
    for words in ("A particles", "B particles", "C particles", "tau_alpha = ", "rho_max", "4 structures x 6 replicas"):
        assert words in text
    assert "published" not in text
    at_published = support.campaign({"system.temperature": 0.3, "replicas.times": [0.1], "dynamics.structures": 0}, CAMPAIGN)
    support.write_campaign(tmp_path / "c.toml", at_published)
    support.succeed("run", "c.toml", "--stage", "label", cwd=tmp_path)
    text = support.succeed("dynamics", "dyn", cwd=tmp_path).stdout
    assert "published for KA2D at T = 0.3: tau_alpha 2200" in text and "does not cross 1/e" in text


BAD = {
    "no labels": ([], 3, "there are no labels yet"),
    "wave number": (["--q", "-1"], 2, "--q, --overlap and --threshold must be above 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(case, tmp_path):
    arguments, code, pattern = BAD[case]
    support.write_campaign(tmp_path / "c.toml", CAMPAIGN)
    support.succeed("run", "c.toml", "--stage", "equilibrate", cwd=tmp_path)
    done = support.run("dynamics", "dyn", *arguments, cwd=tmp_path)
    assert done.returncode == code and pattern in done.stderr
    missing = support.run("dynamics", tmp_path / "none.h5")
    assert missing.returncode == 3 and "there is no such file" in missing.stderr


def test_the_report_plots_chi4(folder):
    support.succeed("report", folder)
    assert json.loads((folder / "report/dynamics.json").read_text()) == {**dynamics(folder), "source": str(folder)}
    page = (folder / "report/report.html").read_text(encoding="utf-8")
    assert "Dynamic heterogeneity" in page and "jackknife error over structures" in page


def test_overlap_label(folder):
    with h5py.File(folder / "labels/labels_0000.h5") as file:
        assert file.attrs["overlap_distance"] == 0.3
        group = file["s0000"]
        np.testing.assert_array_equal(group["labels/overlap"][()], (group["replicas/displacement"][()] < 0.3).mean(1))
