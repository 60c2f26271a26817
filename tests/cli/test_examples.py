"""The examples run and make what they promise; the commands of the README and the files it names are there."""

import json
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import h5py
import numpy as np
import pytest

import support

EXAMPLES = sorted(path.stem for path in (support.ROOT / "examples").glob("[0-9][0-9]_*.toml"))
README = (support.ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Folders of examples run under two ranks; each is run once, all in one place."""
    place = tmp_path_factory.mktemp("examples")

    def get(name):
        if not (place / name).exists():
            done = support.succeed("run", support.ROOT / f"examples/{name}.toml", ranks=2, cwd=place)
            assert f"report: {name}/report/report.html" in done.stdout
        return place / name

    return get


def run_as_written(text, place):
    """Runs a command as a document has it, with this build in place of the one it names."""
    words = [word.replace("build/release/glassforge", support.PROGRAM) for word in shlex.split(text, comments=True)]
    words = [str(support.ROOT / word) if word.startswith("examples/") else word for word in words]
    if words[0] == "mpirun":
        words[1:1] = support.MPIRUN[1:]
    done = subprocess.run(words, cwd=place, env=support.environment(1), capture_output=True, text=True, timeout=300,
                          check=False)
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def commands_in(text, prefix=""):
    """Lines that start the program, after `prefix`."""
    return re.findall(rf"^{prefix}((?:mpirun .*|)build/release/glassforge .*)$", text, re.MULTILINE)


def test_there_are_examples():
    assert len(EXAMPLES) >= 4


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example(name, made):
    folder, stated = made(name), tomllib.loads((support.ROOT / f"examples/{name}.toml").read_text(encoding="utf-8"))
    status = json.loads(support.succeed("status", folder, "--json").stdout)
    models = stated.get("train", {}).get("models", [])
    assert [entry["stage"] for entry in status["stages"] if entry["done"] < entry["all"]] == []
    times = 0
    with h5py.File(folder / "labels/labels_0000.h5") as labels:
        for s in range(stated["system"]["structures"]):
            replicas = labels[f"s{s:04d}/replicas/displacement"]
            times = len(labels[f"s{s:04d}/times"])
            assert replicas.shape[:2] == (times, stated["replicas"]["count"])
            assert set(labels[f"s{s:04d}/replicas/status"].asstr()[()]) == {"done"}
            assert np.isfinite(replicas[()]).all()
    scored = json.loads((folder / "evaluation.json").read_text())["results"] if models else []
    found = {(result["model"], result["label"]) for result in scored}
    assert found == {(model, label) for model in models for label in ("displacement", "bond_breaking")}
    assert len(scored) == len(found) * times
    assert (folder / "report/report.html").stat().st_size > 10000


def test_relaxation_times_are_measured(made):
    with h5py.File(made("01_ka2d_quick") / "dynamics.h5") as dynamics:
        tau = dynamics.attrs["tau_alpha"]
    with h5py.File(made("01_ka2d_quick") / "labels/labels_0000.h5") as labels:
        times = labels["s0000/times"][()]
    assert 0.5 < tau < 10
    assert np.allclose(times, tau * np.array([0.01, 0.1, 1]), rtol=0, atol=0.005 + 1e-9)


def test_frames_are_kept_and_exported(made):
    """Example 4: end frames, whose distances from the start are the labels."""
    folder = made("04_frames_nvt")
    text = (support.ROOT / "examples/04_frames_nvt.toml").read_text(encoding="utf-8")
    (export,) = commands_in(text, "#   ")
    run_as_written(export, folder.parent)
    assert len(list((folder.parent / "npz").rglob("*.npz"))) == 2 * 3
    with h5py.File(folder / "labels/labels_0000.h5") as labels:
        frames, start = labels["s0000/replicas/frames"][()], labels["s0000/positions/thermal"][()]
        moved = np.linalg.norm(frames - start, axis=-1)
        assert np.allclose(moved, labels["s0000/replicas/displacement"][()], rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", ["05_extend_ka2d_T0.26", "06_extend_ka_T0.47"])
def test_an_extension_of_glassbench(name, made):
    """At a temperature that GlassBench does not have: verified, exported as published sets are, with the card and checksums."""
    folder = made(name)
    support.succeed("verify", folder)
    text = (support.ROOT / f"examples/{name}.toml").read_text(encoding="utf-8")
    full = tomllib.loads((support.ROOT / f"examples/glassbench/{name[3:]}.toml").read_text(encoding="utf-8"))
    assert full["system"]["temperature"] == tomllib.loads(text)["system"]["temperature"]
    exports = [command for command in commands_in(text, "#   ") if " export " in command]
    assert exports
    for command in exports:
        run_as_written(command, folder.parent)
        out = folder.parent / shlex.split(command)[-1]
        subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out, check=True)
        assert (out / "DATACARD.md").exists() and len(list(out.rglob("train/*.npz"))) >= 4 and list(out.rglob("test/*.npz"))


def test_the_commands_of_the_readme(made):
    """In the place where the examples have run, so that what it says of finished runs is tried too."""
    place = made("01_ka2d_quick").parent
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL))
    commands = commands_in(blocks)
    assert len(commands) >= 3
    for command in commands:
        run_as_written(command, place)


def test_the_files_that_the_readme_names():
    named = set(re.findall(r"\]\(([^)#:]+)\)", README))
    named |= set(re.findall(r"(?:scripts|examples|docs|jobs|python)/[\w./-]*\w", README))
    assert len(named) >= 5
    assert [name for name in sorted(named) if not Path(support.ROOT / name).exists()] == []
