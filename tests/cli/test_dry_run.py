"""run --dry-run: what a campaign costs, for the full-size campaign files of examples/glassbench among others."""

import json
import tomllib

import pytest

import support

FULL = sorted((support.ROOT / "examples/glassbench").glob("*.toml"))
RATES = ("--rate", "4e6,3e6")
TEN = {0.64: 520, 0.56: 1650, 0.50: 6860, 0.44: 130000}  # KA: the last published time


def plan(file, *words, cwd=None):
    return json.loads(support.succeed("run", file, "--dry-run", "--json", *words, cwd=cwd).stdout)


def stage(found, name):
    (one,) = [s for s in found["stages"] if s["stage"] == name]
    return one


@pytest.fixture
def small(tmp_path):
    return support.write_campaign(tmp_path / "c.toml", support.campaign({"replicas.times": [0.1, 2.0], "replicas.pack": 5}))


def test_numbers_follow_from_the_campaign(small):
    """3 structures x 387 particles; 60 sweeps; 16 replicas of 200 steps in packs of 5."""
    found = plan(small, "--rate", "1e6,2e6", "--ranks", 4)
    assert found["rates"] == {"particle_steps": 1e6, "moves": 2e6, "source": "given"}
    moves, steps = 3 * 387 * 60, 3 * 387 * 16 * 200
    equilibrate, launch = stage(found, "equilibrate"), stage(found, "launch")
    assert equilibrate["tasks"] == 3 and equilibrate["work"][0] == {
        "amount": moves, "unit": "Monte Carlo moves", "core_hours": pytest.approx(moves / 2e6 / 3600)}
    assert launch["tasks"] == 3 * 4 and launch["work"][0]["amount"] == steps
    assert launch["wall_hours"] == pytest.approx(steps / 1e6 / 3600 / 12 * 3)
    assert equilibrate["wall_hours"] == pytest.approx(moves / 2e6 / 3600 / 3)
    assert found["core_hours"] == pytest.approx(sum(s["core_hours"] for s in found["stages"]))
    assert found["wall_hours"] == pytest.approx(sum(s["wall_hours"] for s in found["stages"]))


def test_disk_is_what_a_run_takes(tmp_path):
    """Against the files of a real run, to a fifth (metadata of small files)."""
    sections = support.campaign({"system.particles": None, "replicas.times": [0.1, 1.0], "replicas.keep_frames": True,
                                 "files.shard_size": 3})
    file = support.write_campaign(tmp_path / "c.toml", sections)
    found = plan(file, *RATES)
    support.succeed("run", file, "--stage", "evaluate", cwd=tmp_path)
    folder = tmp_path / "small"

    def size(name):
        return sum(path.stat().st_size for path in (folder / name).glob("*.h5"))

    assert found["disk"]["states"] == pytest.approx(size("states"), rel=0.2)
    assert found["disk"]["labels"] + found["disk"]["frames"] == pytest.approx(size("labels"), rel=0.2)
    assert found["disk"]["features"] == pytest.approx(size("features"), rel=0.2)
    made = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "log" and path.name != ".lock"]
    assert abs(found["disk"]["files"] - len(made)) <= 3


def test_a_quick_measurement_stands_in_for_rates(small):
    found = plan(small)
    assert "measured now on 387 particles" in found["rates"]["source"]
    assert 1e4 < found["rates"]["particle_steps"] < 1e9 and 1e4 < found["rates"]["moves"] < 1e9
    text = support.succeed("run", small, "--dry-run").stdout
    assert "core hours" in text and "# disk" in text and "a second and core (measured now" in text


def test_hybrid_and_md_count_their_steps(small):
    """The bath is above 1 for the share of the cooling in which MD takes two half steps for one."""
    cold = plan(small, *RATES, "--set", "equilibrate.method=md", "--set", "equilibrate.time=10", "--set",
                "equilibrate.start_temperature=0.9")
    assert stage(cold, "equilibrate")["work"][0]["amount"] == pytest.approx(3 * 387 * 10 / 0.01)
    hot = plan(small, *RATES, "--set", "equilibrate.method=hybrid", "--set", "equilibrate.time=10")
    steps, moves = stage(hot, "equilibrate")["work"]
    assert 1.2 < steps["amount"] / (3 * 387 * 10 / 0.01) < 1.4 and moves["amount"] == pytest.approx(3 * 387 * 10 * 10)


def test_options_belong_to_a_dry_run(small):
    for words in (("--rate", "1e6"), ("--ranks", "2"), ("--json",)):
        assert "--dry-run" in support.succeed("run", small, *words, code=2).stderr
    assert "not a positive number" in support.succeed("run", small, "--dry-run", "--rate", "-3", code=2).stderr
    assert "3 numbers" in support.succeed("run", small, "--dry-run", "--rate", "1e6,1e6,1e6", code=2).stderr


# ---- the full-size campaigns -------------------------------------------------------------------------------------------


def test_all_six_sets_are_there():
    assert {"ka_T0.64", "ka_T0.56", "ka_T0.50", "ka_T0.44", "ka2d_T0.30", "ka2d_T0.23"} <= {path.stem for path in FULL}


@pytest.mark.parametrize("file", FULL, ids=lambda path: path.stem)
def test_a_full_size_campaign(file, tmp_path):
    found, stated = plan(file, *RATES, "--ranks", 64, cwd=tmp_path), tomllib.loads(file.read_text(encoding="utf-8"))
    assert list(tmp_path.iterdir()) == []
    structures, replicas = stated["system"]["structures"], stated["replicas"]["count"]
    assert sum(stated["split"].values()) == structures
    launch = stage(found, "launch")
    assert launch["tasks"] >= structures and launch["tasks"] <= structures * replicas
    assert found["core_hours"] > launch["core_hours"] > 0 and found["wall_hours"] > found["core_hours"] / 64 * 0.999
    assert found["disk"]["bytes"] > 1e9 and found["disk"]["frames"] > 0
    text = support.succeed("run", file, "--dry-run", *RATES, cwd=tmp_path).stdout
    for words in ("# equilibrate", "# launch", "core hours", "# disk", "replica blocks"):
        assert words in text


@pytest.mark.parametrize("temperature", TEN)
def test_published_sizes_of_ka(temperature):
    stated = tomllib.loads((support.ROOT / f"examples/glassbench/ka_T{temperature:.2f}.toml").read_text(encoding="utf-8"))
    assert (stated["system"]["structures"], stated["replicas"]["count"]) == (500, 32)
    assert stated["split"]["train"] + stated["split"]["validation"] == 400 and stated["split"]["test"] == 100
    found = plan(support.ROOT / f"examples/glassbench/ka_T{temperature:.2f}.toml", *RATES)
    dt = stated["replicas"].get("dt", 0.0025)
    assert stage(found, "launch")["work"][0]["amount"] == pytest.approx(500 * 32 * 4096 * TEN[temperature] / dt, rel=0.01)


def test_published_sizes_of_ka2d():
    """Particle-steps of the published runs: 1.2e15 at T = 0.231, 1.5e14 at 0.30."""
    for name, structures, amount in (("ka2d_T0.23", 300, 300 * 20 * 1290 * 1.5e8), ("ka2d_T0.30", 3000, 3000 * 20 * 1290 * 2e6)):
        file = support.ROOT / f"examples/glassbench/{name}.toml"
        stated = tomllib.loads(file.read_text(encoding="utf-8"))
        assert (stated["system"]["structures"], stated["replicas"]["count"]) == (structures, 20)
        assert stated["split"]["train"] + stated["split"]["validation"] == stated["split"]["test"] == structures // 2
        assert stage(plan(file, *RATES), "launch")["work"][0]["amount"] == pytest.approx(amount, rel=1e-6)
