"""glassforge energy: the same configuration in every form gives the same energy; what is wrong is said in one line."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from published_files import answer, glassforge, make_structure, refusal, reference_pair_energy, write_glassbench, write_xyz

REFERENCE = os.environ.get("GLASSFORGE_REFERENCE_DATA", "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Structure 3 as npz and extxyz."""
    folder = tmp_path_factory.mktemp("energy")
    made = make_structure(3, times=1)
    write_glassbench(folder / "npz", 3, made, codes=(15,))
    write_xyz(folder / "s_3.xyz", made)
    return folder


def test_energy_is_that_of_the_pair_sum(folder):
    expected = reference_pair_energy(make_structure(3))
    for file in ("s_3.xyz", "npz/N1290T0.23_3_tc15.npz"):
        got = answer("energy", folder / file, "--model", "KA2D")
        assert got["energy_per_particle"] == pytest.approx(expected, abs=1e-10)
        assert got["particles"] == 1290 and got["model"] == "KA2D" and got["smoothing"] == "quartic"
        assert got["file"] == str(folder / file) and got["max_force"] > 0


def test_our_state_files_and_lammps_data_agree(folder, tmp_path):
    glassforge("import", folder / "s_3.xyz", "--format", "extxyz", "--model", "KA2D", "--temperature", 0.3, "--out",
               tmp_path / "c")
    glassforge("export", tmp_path / "c", "--format", "lammps", "--out", tmp_path / "lammps")
    expected = reference_pair_energy(make_structure(3))
    for file in (tmp_path / "c/states/states_0000.h5", f"{tmp_path}/c/states/states_0000.h5:0", tmp_path / "lammps"):
        got = answer("energy", file, "--model", "KA2D")
        assert got["energy_per_particle"] == pytest.approx(expected, abs=1e-10)


def test_temperature_adds_the_ideal_pressure(folder):
    cold = answer("energy", folder / "s_3.xyz", "--model", "KA2D")
    warm = answer("energy", folder / "s_3.xyz", "--model", "KA2D", "--temperature", 0.5)
    assert warm["pressure"] - cold["pressure"] == pytest.approx(0.5 * 1290 / 32.8962**2, rel=1e-12)


def test_smoothing_changes_the_energy(folder):
    quartic = answer("energy", folder / "s_3.xyz", "--model", "KA2D")
    plain = answer("energy", folder / "s_3.xyz", "--model", "KA2D", "--smoothing", "none")
    assert plain["smoothing"] == "none" and plain["energy_per_particle"] < quartic["energy_per_particle"] - 0.1


def test_several_files_give_a_list_and_the_mean(folder, tmp_path):
    write_xyz(tmp_path / "s_1.xyz", make_structure(1))
    write_xyz(tmp_path / "s_2.xyz", make_structure(2))
    got = answer("energy", tmp_path, "--model", "KA2D")
    single = [s["energy_per_particle"] for s in got["states"]]
    assert len(single) == 2 and got["energy_per_particle"] == pytest.approx(np.mean(single), rel=1e-14)
    assert got["mean"]["energy_per_particle"] == got["energy_per_particle"]
    assert got["max_force"] == max(s["max_force"] for s in got["states"])
    table = glassforge("energy", tmp_path, "--model", "KA2D").stdout
    assert "mean" in table and table.count("1290") == 2


def test_particle_numbers_and_box_come_from_the_file(tmp_path):
    rng = np.random.default_rng(1)
    sites = np.stack(np.meshgrid(np.arange(8), np.arange(8)), -1).reshape(-1, 2)
    rows = [f"{'ABC'[i % 3]} {x} {y} 0" for i, (x, y) in enumerate(1.1 * sites + 0.01 * rng.uniform(size=(64, 2)))]
    (tmp_path / "a.xyz").write_text('64\nLattice="8.8 0 0 0 8.8 0 0 0 1" Properties=species:S:1:pos:R:3\n' + "\n".join(rows))
    got = answer("energy", tmp_path / "a.xyz", "--model", "KA2D")
    assert got["particles"] == 64 and got["box"] == [8.8, 8.8]
    (tmp_path / "b.xyz").write_text("64\nno cell here\n" + "\n".join(rows))
    assert "--box" in refusal("energy", tmp_path / "b.xyz", "--model", "KA2D", code=2)
    boxed = answer("energy", tmp_path / "b.xyz", "--model", "KA2D", "--box", "8.8")
    assert boxed["energy_per_particle"] == pytest.approx(got["energy_per_particle"], rel=1e-14)
    assert "box of its own" in refusal("energy", tmp_path / "a.xyz", "--model", "KA2D", "--box", "9")


def test_bad_input_is_named(folder, tmp_path):
    good = folder / "npz/N1290T0.23_3_tc15.npz"
    assert "no such file" in refusal("energy", tmp_path / "none.xyz", "--model", "KA2D", code=3)
    assert "known are KA, KA2D" in refusal("energy", good, "--model", "Wahnstrom", code=2)
    assert "known are force-shift" in refusal("energy", good, "--model", "KA2D", "--smoothing", "cubic", code=2)
    assert "--temperature" in refusal("energy", good, "--model", "KA2D", "--temperature", -1, code=2)
    assert "3 dimensions" in refusal("energy", good, "--model", "KA", code=3)
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(good.read_bytes()[:5000])
    assert "damaged.npz" in refusal("energy", damaged, "--model", "KA2D", code=3)
    flipped = bytearray(good.read_bytes())
    flipped[len(flipped) // 3] ^= 0x10
    damaged.write_bytes(flipped)
    assert "checksum" in refusal("energy", damaged, "--model", "KA2D", code=3)
    (tmp_path / "text.xyz").write_text("2\n\nA 0 0 0\nB 1 one 0\n")
    assert "text.xyz:4" in refusal("energy", tmp_path / "text.xyz", "--model", "KA2D", code=3)


def test_particles_on_top_of_each_other_are_no_energy(tmp_path):
    made = make_structure(1)
    made.start[1] = made.start[0]
    write_xyz(tmp_path / "a.xyz", made)
    assert "a.xyz" in refusal("energy", tmp_path / "a.xyz", "--model", "KA2D", code=4)


@pytest.mark.skipif(not REFERENCE, reason="GLASSFORGE_REFERENCE_DATA is not set: nothing compared with published data")
def test_published_configurations():
    golden = answer("energy", Path(REFERENCE) / "ka2d_golden/config_0.xyz", "--model", "KA2D")
    assert golden["energy_per_particle"] == pytest.approx(-2.676832403210, abs=1e-9)
    botan = answer("energy", Path(REFERENCE) / "botan_ka3d_T0.44", "--model", "KA", "--temperature", 0.44)
    assert len(botan["states"]) == 10
    assert botan["energy_per_particle"] == pytest.approx(-6.208947, abs=1e-6)
    assert botan["pressure"] == pytest.approx(3.9426, abs=1e-4)
