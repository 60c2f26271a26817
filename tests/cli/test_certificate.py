"""Certificates of equilibrium: what status says, structures that are refused, and two preparations."""

import json
import sys

import h5py
import numpy as np
import pytest

import support

sys.path.insert(0, str(support.ROOT / "python"))

import glassforge  # noqa: E402
from glassforge import report  # noqa: E402

PHYSICS = 4  # exit code

# Hot and small, so that a window of some hundred sweeps forgets where it began.
HOT = support.campaign({
    "system.temperature": 2.0, "system.particles": 200, "system.structures": 4, "equilibrate.sweeps": 1200,
    "equilibrate.samples": 40, "replicas.times": [0.1], "dynamics.structures": 0, "split.train": 2,
})


def status(folder):
    return json.loads(support.succeed("status", folder, "--json").stdout)


def checks(folder):
    """{structure: {check: (value, error, limit, passed)}} of the states of a campaign."""
    found = {}
    for path in sorted((folder / "states").glob("*.h5")):
        with h5py.File(path) as file:
            for name, group in file["equilibration"].items():
                table = group["certificate"]
                columns = (table[key][()] for key in ("name", "value", "error", "limit", "passed"))
                found[int(name[1:])] = {row[0].decode(): row[1:] for row in zip(*columns)}
    return found


def scattering(folder):
    return [table["F_s"][0] for table in checks(folder).values()]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """HOT with F_s asked to be less than anything: all structures fail and are kept."""
    folder = tmp_path_factory.mktemp("kept")
    support.write_campaign(folder / "c.toml", support.campaign({"certificate.largest_scattering": 1e-9}, HOT))
    done = support.succeed("run", "c.toml", "--stage", "equilibrate", cwd=folder)
    return folder / "small", done.stdout


def test_kept_structures_are_named_aloud_and_in_status(kept):
    folder, output = kept
    assert max(scattering(folder)) > 0
    assert "NOT CERTIFIED" in output and "F_s" in output
    told = status(folder)
    assert told["refused"] == [] and told["certificate"]["passed"] is False
    remark = told["stages"][0]["remark"]
    assert "kept in spite of their certificate" in remark and "F_s" in remark
    structures = told["certificate"]["structures"]
    assert [s["structure"] for s in structures] == [0, 1, 2, 3]
    failed = [s["structure"] for s in structures if not s["passed"]]
    assert failed and all(any(c["name"] == "F_s" and not c["passed"] for c in structures[s]["checks"]) for s in failed)
    text = support.succeed("status", folder).stdout
    assert f"{4 - len(failed)} of 4 structures certified" in text and "U/N" in text


def test_certificate_json_is_what_the_states_say(kept):
    folder, _ = kept
    written = json.loads((folder / "certificate.json").read_text())
    assert written == status(folder)["certificate"]
    energies = []
    with h5py.File(folder / "states/states_0000.h5") as file:
        for group in file["equilibration"].values():
            window = group["progress"][()] > group.attrs["window_begin"]
            assert window.sum() == 20 and set(group["temperature"][window]) == {2.0}
            energies.append(group["energy"][window].mean())
    with h5py.File(folder / "states/states_0001.h5") as file:
        energies += [g["energy"][g["progress"][()] > g.attrs["window_begin"]].mean() for g in file["equilibration"].values()]
    group = written["groups"][0]
    assert group["energy"] == pytest.approx(np.mean(energies), rel=1e-12)
    assert group["energy_error"] == pytest.approx(np.std(energies, ddof=1) / 2, rel=1e-9)


def test_refused_structures_end_the_stage_and_nothing_is_lost(kept, tmp_path):
    """A limit between the values of F_s: some structures are refused, the others kept; then more redos take them in."""
    values = scattering(kept[0])
    limit = float(np.median(np.abs(values)))
    names = {"certificate.largest_scattering": limit, "certificate.on_failure": "redo", "certificate.redos": 0}
    refused = [s for s, value in enumerate(values) if value >= limit]
    assert 0 < len(refused) < 4
    support.write_campaign(tmp_path / "c.toml", support.campaign(names, HOT))
    done = support.run("run", "c.toml", cwd=tmp_path)
    assert done.returncode == PHYSICS
    (message,) = support.messages(done.stderr)
    assert "are refused" in message and "certificate.redos" in message
    folder = tmp_path / "small"
    told = status(folder)
    found = {entry["structure"]: [check["name"] for check in entry["checks"]] for entry in told["refused"]}
    assert set(refused) <= set(found)
    for s in range(4):
        assert (f"s{s:04d}: " in message) == (s in found)
        assert ("F_s" in found.get(s, [])) == (s in refused)
    assert "refused by their certificate" in told["stages"][0]["remark"]
    assert told["stages"][0]["done"] == 4 - len(found) == len(checks(folder))
    kept_states = support.fingerprint(folder / "states")
    again = support.run("run", "c.toml", cwd=tmp_path)  # nothing changes, and it says so again
    assert again.returncode == PHYSICS and support.fingerprint(folder / "states") == kept_states


def test_more_redos_continue_where_it_stood(tmp_path):
    """Refused with no redo, then allowed some: the same bits as when they were allowed at once, on any number of ranks."""
    long = {"certificate.on_failure": "redo", "certificate.redos": 0, "equilibrate.sweeps": 200}
    support.write_campaign(tmp_path / "none.toml", support.campaign(long, HOT))
    assert support.run("run", "none.toml", "--stage", "equilibrate", "--out", "grown", cwd=tmp_path).returncode == PHYSICS
    assert list((tmp_path / "grown/work/refused").glob("*.h5"))
    support.write_campaign(tmp_path / "some.toml", support.campaign({**long, "certificate.redos": 8}, HOT))
    support.succeed("run", "some.toml", "--stage", "equilibrate", "--out", "grown", cwd=tmp_path)
    assert not (tmp_path / "grown/work").exists()
    support.succeed("run", "some.toml", "--stage", "equilibrate", "--out", "fresh", ranks=2, cwd=tmp_path)
    support.assert_same(tmp_path / "grown", tmp_path / "fresh")
    assert status(tmp_path / "fresh")["certificate"]["passed"]
    with h5py.File(tmp_path / "fresh/states/states_0000.h5") as file:
        redos = [group.attrs["redos"] for group in file["equilibration"].values()]
    assert max(redos) > 0


def test_two_preparations_are_compared(tmp_path):
    both = {"equilibrate.start": "both", "equilibrate.displacement": "auto"}
    support.write_campaign(tmp_path / "c.toml", support.campaign(both, HOT))
    support.succeed("run", "c.toml", "--stage", "equilibrate", ranks=3, cwd=tmp_path)
    folder = tmp_path / "small"
    certificate = json.loads((folder / "certificate.json").read_text())
    assert [(g["preparation"], g["structures"]) for g in certificate["groups"]] == [("all", 4), ("hot", 2), ("cold", 2)]
    assert {c["name"] for c in certificate["checks"]} == {"mean energy", "mean pressure", "width of P(e)",
                                                           "P(e), Kolmogorov-Smirnov"}
    text = support.succeed("status", folder).stdout
    assert "hot and cold, mean energy" in text
    page = report.build(folder)
    assert "Certificates of equilibrium" in page and "from below" in page
    campaign = glassforge.open(folder)
    assert campaign.certificate() == certificate
    for s in range(4):
        series = campaign.equilibration(s)
        assert series.preparation == ("cold" if s % 2 else "hot")
        lowest = 1.6 if s % 2 else 2.0
        assert series.temperature.min() == pytest.approx(lowest)
        assert series.displacement != 0.05 and abs(series.move_acceptance[0] - 0.4) < 0.06
        assert series.window.sum() == 20 and series.redos == 0
        assert {check.name for check in series.checks} >= {"F_s", "energy drift", "hexagonal share", "like neighbours"}
    support.succeed("run", "c.toml", "--stage", "equilibrate", "--out", "one", cwd=tmp_path)
    support.assert_same(folder, tmp_path / "one")


def test_certificate_grows_with_the_campaign(tmp_path):
    support.write_campaign(tmp_path / "c.toml", support.campaign({"system.structures": 3, "split.train": 1}, HOT))
    support.succeed("run", "c.toml", "--stage", "equilibrate", cwd=tmp_path)
    first = json.loads((tmp_path / "small/certificate.json").read_text())
    support.write_campaign(tmp_path / "c.toml", HOT)
    support.succeed("run", "c.toml", "--stage", "equilibrate", cwd=tmp_path)
    grown = json.loads((tmp_path / "small/certificate.json").read_text())
    assert grown["structures"][:3] == first["structures"] and len(grown["structures"]) == 4


def test_a_folder_without_certificates_goes_on(tmp_path):
    """Files of an earlier version have neither the table nor the attributes; they are read, and status says so."""
    support.write_campaign(tmp_path / "c.toml", HOT)
    support.succeed("run", "c.toml", "--stage", "equilibrate", cwd=tmp_path)
    folder = tmp_path / "small"
    for path in (folder / "states").glob("*.h5"):
        with h5py.File(path, "r+") as file:
            for group in file["equilibration"].values():
                del group["certificate"]
                for name in ("preparation", "displacement", "redos", "window_begin"):
                    del group.attrs[name]
    (folder / "certificate.json").unlink()
    told = status(folder)
    assert "4 without a certificate" in told["stages"][0]["remark"] and told["certificate"] is None
    support.succeed("run", "c.toml", "--stage", "quench", cwd=tmp_path)
    assert not (folder / "certificate.json").exists()
    series = glassforge.open(folder).equilibration(0)
    assert series.checks == [] and series.preparation == ""


def test_no_certificate_where_none_is_asked_for(tmp_path):
    support.write_campaign(tmp_path / "c.toml", support.campaign({"certificate.make": False}, HOT))
    support.succeed("run", "c.toml", "--stage", "equilibrate", cwd=tmp_path)
    assert not (tmp_path / "small/certificate.json").exists()
    assert status(tmp_path / "small")["certificate"] is None


@pytest.mark.parametrize("change, expected", [
    ({"certificate.on_failure": "keep"}, "structures that fail are kept"),
    ({"certificate.on_failure": "refuse"}, "structures that fail are refused"),
    ({"certificate.on_failure": "redo", "certificate.redos": 3}, "at most to 8 times"),
])
def test_dry_run_says_what_becomes_of_failures(change, expected, tmp_path):
    support.write_campaign(tmp_path / "c.toml", support.campaign(change, HOT))
    assert expected in support.succeed("run", "c.toml", "--dry-run", cwd=tmp_path).stdout


@pytest.mark.parametrize("change, expected", [
    ({"certificate.on_failure": "hope"}, "on_failure in [certificate]"),
    ({"certificate.redos": 2.5}, "redos in [certificate]"),
    ({"equilibrate.start": "warm"}, "start in [equilibrate]"),
    ({"equilibrate.displacement": "wide"}, "displacement in [equilibrate]"),
])
def test_bad_keys(change, expected, tmp_path):
    support.write_campaign(tmp_path / "c.toml", support.campaign(change, HOT))
    done = support.succeed("run", "c.toml", cwd=tmp_path, code=2)
    (message,) = support.messages(done.stderr)
    assert expected in message
