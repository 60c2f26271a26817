"""Runs of the two programs, and what their output says."""

from __future__ import annotations

import json
import re
import subprocess

TIMEOUT = 3600  # seconds


class RunFailed(Exception):
    """A program ended with an error, or its output lacks something."""


def run(words, folder=None):
    words = [str(word) for word in words]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode != 0:
        said = done.stdout[-2000:] + done.stderr[-2000:]
        raise RunFailed(f"{' '.join(words)}\nended with {done.returncode}:\n{said}")
    return done.stdout


# ---- ours ---------------------------------------------------------------------------------------------------------


def run_ours(program, words, ranks=1):
    start = ["mpirun", "--bind-to", "none", "-n", ranks] if ranks > 1 else []
    return json.loads(run([*start, program, *words, "--json"]))


def rate_of_ours(answer):
    return answer["atom_steps_per_second"]


def wall_rate_of_ours(answer):
    return answer["wall_atom_steps_per_second"]


def attempts_of_ours(answer):
    return answer["attempts_per_second"]


def seconds_of_ours(answer):
    return answer["seconds"]


# ---- LAMMPS -------------------------------------------------------------------------------------------------------


def lammps_version(lmp):
    found = re.search(r"Simulator - (.*)", run([lmp, "-h"]))
    return found.group(1) if found else "of an unknown version"


def run_lammps(lmp, script, variables, folder):
    """What the last run or minimisation of the script printed."""
    words = [lmp, "-sf", "opt", "-log", "none", "-in", script]
    for name, value in variables.items():
        words += ["-var", name, value]
    return parse_lammps(run(words, folder))


def numbers(text, pattern):
    """The groups of the last place that matches, as numbers."""
    found = re.findall(pattern, text)
    if not found:
        raise RunFailed(f"LAMMPS printed nothing like {pattern!r}:\n{text[-2000:]}")
    last = found[-1]
    return [float(value) for value in (last if isinstance(last, tuple) else (last,))]


def parse_lammps(text):
    wall, steps, atoms = numbers(text, r"Loop time of (\S+) on \d+ procs for (\d+) steps with (\d+) atoms")
    (use,) = numbers(text, r"([\d.]+)% CPU use")
    result = {"wall_seconds": wall, "cpu_seconds": wall * use / 100, "steps": steps, "atoms": atoms,
              "dangerous_builds": numbers(text, r"Dangerous builds = (\d+)")[0]}
    for part in ("Pair", "Neigh", "Modify"):
        seconds = numbers(text, rf"{part} +\|[^|]*\| ([^|]*)\|")[0]
        result[f"{part.lower()}_seconds"] = seconds * use / 100
    if "Force max component" in text:
        result |= parse_minimisation(text)
    else:
        first = re.search(r"Step Temp PotEng.*\n +0 +\S+ +(\S+)", text)
        result["start_energy"] = float(first.group(1)) if first else None
        result["list_builds"] = numbers(text, r"Neighbor list builds = (\d+)")[0]
    return result


def parse_minimisation(text):
    reason = re.findall(r"Stopping criterion = (.*)", text)[-1].strip()
    return {"force_evaluations": int(numbers(text, r"Iterations, force evaluations = +\d+ +(\d+)")[0]),
            "max_force": numbers(text, r"Force max component initial, final = +\S+ +(\S+)")[0],
            "energy_per_particle": numbers(text, r"Energy initial, next-to-last, final = *\n? *\S+ +\S+ +(\S+)")[0],
            "stop_reason": reason}


def rate_of_dynamics(result):
    return result["atoms"] * result["steps"] / result["cpu_seconds"]


def seconds_of_quench(result):
    return result["cpu_seconds"]
