"""glassforge bench: what is measured is there, finite and positive; the same configuration can be handed on; what is
wrong is said in one line. Nothing is asserted of how fast anything is."""

from __future__ import annotations

import json
import math
import os
import subprocess

import pytest
from published_files import PROGRAM, answer, glassforge, make_structure, refusal, write_xyz

SMALL = {"KA": ("--model", "KA", "--particles", 512), "KA2D": ("--model", "KA2D", "--particles", 387)}
QUICK = ("--equilibrate", 2, "--repeats", 3)


@pytest.fixture(scope="module")
def liquids(tmp_path_factory):
    """A small liquid of each model as a LAMMPS data file, and what bench md said when it made it."""
    folder = tmp_path_factory.mktemp("bench")
    made = {}
    for model, system in SMALL.items():
        file = folder / f"{model}.data"
        words = ("bench", "md", *system, *QUICK, "--steps", 200, "--dt", 0.005, "--write-state", file)
        made[model] = (file, answer(*words))
    return made


def assert_positive(got, *keys):
    for key in keys:
        values = got[key] if isinstance(got[key], list) else [got[key]]
        assert all(math.isfinite(v) and v > 0 for v in values), (key, got[key])


@pytest.mark.parametrize("model", SMALL)
def test_md_says_what_was_measured(liquids, model):
    _, got = liquids[model]
    assert_positive(got, "atom_steps_per_second", "wall_atom_steps_per_second", "skin", "list_builds_per_1000_steps",
                    "temperature", "energy_drift_per_particle", "threads", "cpu_seconds", "wall_seconds")
    assert got["model"] == model and got["particles"] == SMALL[model][-1]
    assert got["precision"] == "double" and got["replicas"] == 1 and got["ranks"] == 1 and got["steps"] == 200
    assert len(got["cpu_seconds"]) == len(got["wall_seconds"]) == 3
    median = sorted(got["cpu_seconds"])[1]
    assert got["atom_steps_per_second"] == pytest.approx(got["particles"] * 200 / median, rel=1e-12)
    assert 0.2 < got["temperature"] < 3 and got["energy_drift_per_particle"] < 1e-2


def test_md_starts_from_the_state_and_its_velocities(liquids):
    file, _ = liquids["KA"]
    words = ("bench", "md", "--model", "KA", "--dt", 0.005, "--steps", 30, "--repeats", 1, "--state", file)
    first, again = answer(*words), answer(*words, "--temperature", 2)
    assert first["state"] == str(file) and first["particles"] == 512
    assert first["temperature"] == again["temperature"], "velocities were drawn, though the file has them"
    assert answer(*words, "--replicas", 2, "--temperature", 0.1)["temperature"] < first["temperature"]


def test_replicas_ranks_and_precision_are_said(liquids):
    file, _ = liquids["KA"]
    words = ("bench", "md", "--model", "KA", "--state", file, "--steps", 20, "--repeats", 1, "--skin", 0.25)
    assert answer(*words, "--replicas", 3)["replicas"] == 3
    wide = ("bench", "md", "--model", "KA2D", "--state", liquids["KA2D"][0], "--steps", 20, "--repeats", 1)
    mixed = answer(*wide, "--precision", "mixed")
    assert mixed["precision"] == "mixed"
    assert_positive(mixed, "atom_steps_per_second")
    assert answer(*words)["skin"] == 0.25


def test_two_ranks_run_replicas_of_their_own(liquids):
    words = ["bench", "md", "--model", "KA2D", "--state", liquids["KA2D"][0], "--steps", 50, "--repeats", 1, "--json"]
    command = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", "2", PROGRAM, *map(str, words)]
    environment = os.environ | {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
                                "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, env=environment)
    got = json.loads(done.stdout)
    assert got["ranks"] == 2 and got["replicas"] == 1
    assert got["atom_steps_per_second"] == pytest.approx(2 * 387 * 50 / got["cpu_seconds"][0], rel=1e-12)


@pytest.mark.parametrize("model", SMALL)
def test_swap_says_what_was_measured(liquids, model):
    words = ("bench", "swap", "--model", model, "--state", liquids[model][0], "--repeats", 2, "--steps", 20,
             "--temperature", 10)
    got = answer(*words)
    assert_positive(got, "particles", "attempts_per_second", "acceptance", "swap_acceptance")
    assert got["acceptance"] < 1 and got["swap_acceptance"] < 1
    only = answer(*words, "--swap-fraction", 1)
    assert only["acceptance"] == 0 and only["swap_acceptance"] > 0


def test_quench_says_what_was_measured(liquids):
    file, _ = liquids["KA"]
    got = answer("bench", "quench", "--model", "KA", "--state", file, "--tolerance", 1e-7, "--repeats", 1)
    assert_positive(got, "seconds", "force_evaluations", "max_force")
    assert got["stop_reason"] == "converged" and got["max_force"] < 1e-7
    assert got["energy_per_particle"] < answer("energy", file, "--model", "KA")["energy_per_particle"]
    short = answer("bench", "quench", "--model", "KA", "--state", file, "--repeats", 1, "--max-evaluations", 5)
    assert short["stop_reason"] == "evaluations" and short["max_force"] > 1e-3


def test_train_says_what_was_measured(liquids):
    words = ("bench", "train", "--model", "KA", "--state", liquids["KA"][0], "--steps", 2, "--network", "botan,bapst")
    got = answer(*words)
    assert got["particles"] == 512 and got["steps"] == 2
    botan, bapst = got["networks"]
    assert (botan["network"], botan["parameters"]) == ("botan", 54209)
    assert (bapst["network"], bapst["parameters"]) == ("bapst", 62401)
    assert bapst["edges"] == botan["edges"] + 512, "one sends to itself, the other does not"
    for network in (botan, bapst):
        assert_positive(network, "particles", "edges", "cpu_seconds", "wall_seconds", "seconds_per_pass", "peak_memory_gib", "loss")
        assert len(network["cpu_seconds"]) == 2 and network["peak_memory_gib"] < 2
        assert network["passes_per_second"] == pytest.approx(1 / network["seconds_per_pass"], rel=1e-12)
    flat = answer("bench", "train", "--model", "KA2D", "--state", liquids["KA2D"][0], "--steps", 1, "--network", "botan")
    assert flat["networks"][0]["parameters"] == 54145


def test_any_form_of_state_and_any_smoothing(tmp_path):
    write_xyz(tmp_path / "s.xyz", make_structure(4))
    got = answer("bench", "quench", "--model", "KA2D", "--state", tmp_path / "s.xyz", "--smoothing", "shift",
                 "--tolerance", 10, "--repeats", 1)
    assert got["smoothing"] == "shift" and got["particles"] == 1290


def test_large_liquids_are_copies_that_parted(tmp_path):
    file = tmp_path / "large.data"
    got = answer("bench", "md", "--model", "KA2D", "--particles", 5160, "--equilibrate", 1, "--steps", 20,
                 "--repeats", 1, "--write-state", file)
    assert got["particles"] == 5160
    lines = file.read_text().split("Atoms # atomic\n\n")[1].split("\n\n")[0].splitlines()
    x = [tuple(map(float, line.split()[2:4])) for line in lines]
    unit, box = 5160 // 4, 2 * 32.8962
    apart = [abs((a[0] - b[0] + box / 4) % (box / 2) - box / 4) for a, b in zip(x[:unit], x[unit : 2 * unit])]
    assert sum(apart) / unit > 1e-3, "the copies are still the same"


def test_without_json_it_is_a_list_for_people(liquids):
    words = ("bench", "md", "--model", "KA2D", "--state", liquids["KA2D"][0], "--steps", 10, "--repeats", 1)
    text = glassforge(*words).stdout
    assert "atom_steps_per_second" in text and "{" not in text


def test_descriptor_sets(liquids):
    got = json.loads(glassforge("bench", "describe", "--model", "KA2D", "--state", liquids["KA2D"][0], "--sets", "glassmlp,cage,PSI4",
                                "--repeats", 1, "--json").stdout)
    assert {name: one["columns"] for name, one in got["sets"].items()} == {"glassmlp": 320, "cage": 2773, "PSI4": 1}
    assert all(one["seconds"] > 0 for one in got["sets"].values())


@pytest.mark.parametrize(("words", "says", "code"), [
    ((), "bench md", 2),
    (("fly",), "fly", 2),
    (("describe", "--sets", "cagey"), "cagey", 2),
    (("md", "--model", "LJ"), "KA2D", 2),
    (("md", "--smoothing", "spline"), "force-shift", 2),
    (("md", "--precision", "half"), "mixed", 2),
    (("md", "--dt", "-0.1"), "--dt", 2),
    (("md", "--dt", "nan"), "--dt", 2),
    (("md", "--steps", "-5"), "--steps", 2),
    (("md", "--repeats", "0"), "--repeats", 2),
    (("md", "--replicas", "0"), "--replicas", 2),
    (("md", "--skin", "inf"), "--skin", 2),
    (("md", "--temperature", "0"), "--temperature", 2),
    (("md", "--particles", "20"), "box", 2),
    (("md", "--particles", "262143"), "--particles", 2),
    (("md", "--tolerance", "1"), "--tolerance", 2),
    (("swap", "--swap-fraction", "1.5"), "--swap-fraction", 2),
    (("quench", "--tolerance", "tight"), "tight", 2),
    (("train", "--network", "gnn"), "botan", 2),
    (("train", "--targets", "0"), "--targets", 2),
    (("md", "--state", "nowhere.data"), "nowhere.data", 3),
])
def test_what_is_wrong_is_said_in_one_line(words, says, code):
    assert says in refusal("bench", *words, code=code)


def test_a_state_says_its_own_number_of_particles(liquids):
    assert "--particles" in refusal("bench", "md", "--state", liquids["KA"][0], "--particles", 100, code=2)
