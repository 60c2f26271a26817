"""Runs the program as a user would, and compares what it leaves behind."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import h5py

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GLASSFORGE_BIN", str(ROOT / "build/release/glassforge"))
MPIRUN = ["mpirun", "--oversubscribe", "--bind-to", "none"]
STOPPED = 75  # exit code: stopped early by time or signal, run again

# A whole campaign in about a second: a hot KA2D liquid, label times relative to tau_alpha, two shards.
SMALL = {
    "campaign": {"name": "small", "seed": 5},
    "system": {"model": "KA2D", "temperature": 0.6, "structures": 3, "particles": 387},
    "equilibrate": {"sweeps": 60, "samples": 10},
    "certificate": {"on_failure": "keep"},  # far too short to be certified
    "replicas": {"count": 16, "times": {"tau_alpha": [0.1, 0.5, 1]}},
    "dynamics": {"structures": 2, "max_time": 20},
    "describe": {"sets": ["density", "energy"]},
    "train": {"models": ["ridge_density_energy", "DEN", "EPOT"]},
    "split": {"train": 1, "validation": 1, "test": 1},
    "files": {"shard_size": 2},
}


# ---- campaign files --------------------------------------------------------------------------------------------------


def campaign(changes=None, base=SMALL):
    """The base campaign with `changes` ({"section.key": value}; None removes) laid over it."""
    made = copy.deepcopy(base)
    for dotted, value in (changes or {}).items():
        section, _, key = dotted.partition(".")
        if value is None:
            made[section].pop(key, None)
        else:
            made.setdefault(section, {})[key] = value
    return made


def literal(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {literal(entry)}" for key, entry in value.items()) + " }"
    return json.dumps(value)


def write_campaign(path, sections):
    """Writes a campaign file and returns its path."""
    lines = []
    for name, entries in sections.items():
        lines.append(f"[{name}]")
        lines += [f"{key} = {literal(value)}" for key, value in entries.items()]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Path(path)


# ---- running ---------------------------------------------------------------------------------------------------------


def command(arguments, ranks=None):
    """The command line of the program, alone or under mpirun."""
    launcher = [] if ranks is None else [*MPIRUN, "-n", str(ranks)]
    return [*launcher, PROGRAM, *map(str, arguments)]


def environment(threads):
    """No binding, as many threads as asked for, and root is as good as anyone (containers)."""
    more = {"OMP_NUM_THREADS": str(threads), "OMP_PROC_BIND": "false", "OMP_WAIT_POLICY": "passive",
            "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    return {**os.environ, **more}


def run(*arguments, ranks=None, threads=1, cwd=None, timeout=300):
    """Runs the program to its end and returns what subprocess.run does, texts captured."""
    return subprocess.run(command(arguments, ranks), env=environment(threads), cwd=cwd, timeout=timeout, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def succeed(*arguments, code=0, **options):
    """The same; the exit code must be `code`."""
    done = run(*arguments, **options)
    assert done.returncode == code, f"exit code {done.returncode}, not {code}\n{done.stdout}\n{done.stderr}"
    return done


def start(*arguments, ranks=None, threads=1, cwd=None):
    """Starts the program in a session of its own, so that everything it starts can be found and ended."""
    return subprocess.Popen(command(arguments, ranks), env=environment(threads), cwd=cwd, start_new_session=True,
                            text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def processes_of_session(session):
    """Ids of the processes of a session: mpirun puts its ranks into process groups of their own."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue  # gone in the meantime
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def kill(process):
    """SIGKILL to the process and everything it started, at once; returns when all of them are gone."""
    while ids := processes_of_session(process.pid):
        for one in ids:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass
        time.sleep(0.01)
    process.communicate()


def wait_until(condition, process, seconds=240):
    """Waits for a condition while a process runs; an error where the process ends first."""
    limit = time.monotonic() + seconds
    while not condition():
        if process.poll() is not None:
            raise AssertionError(f"it ended before: code {process.returncode}, {process.communicate()}")
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.01)


def messages(text):
    """The lines in which the program itself says what is wrong; mpirun's own are passed over."""
    return [line for line in text.splitlines() if line.startswith("glassforge:")]


# ---- comparing -------------------------------------------------------------------------------------------------------


def content(folder):
    """{"file:/group/dataset": ...} of every dataset and attribute of a campaign but those under /run, as bytes (so that
    NaN equals NaN), and of its JSON texts."""
    folder = Path(folder)
    found = {}
    for path in sorted(folder.rglob("*.h5")):
        with h5py.File(path, "r") as file:
            _collect(file, f"{path.relative_to(folder)}:", found)
    for name in ("certificate.json", "evaluation.json", "crossfit.json", "split.json"):
        if (folder / name).exists():
            found[name] = (folder / name).read_text(encoding="utf-8")
    return found


def _collect(group, prefix, found):
    _collect_attributes(group, prefix, found)
    for name in group:
        place = f"{prefix}/{name}"
        if place.endswith(":/run"):
            continue
        link = group.get(name, getlink=True)
        if isinstance(link, h5py.ExternalLink):  # what it leads to is collected there
            found[place] = (link.filename, link.path)
            continue
        member = group[name]
        if isinstance(member, h5py.Group):
            _collect(member, place, found)
        else:
            values = member[()]
            found[place] = (str(member.dtype), member.shape, values.tobytes() if hasattr(values, "tobytes") else values)
            _collect_attributes(member, place, found)


def _collect_attributes(item, place, found):
    for name, value in item.attrs.items():
        shape = getattr(value, "shape", ())
        found[f"{place}@{name}"] = (str(getattr(value, "dtype", type(value))), shape,
                                    value.tobytes() if hasattr(value, "tobytes") else value)


def differences(a, b):
    """Names of what differs between two contents, and whether it is there at all."""
    lines = [f"only in the first: {name}" for name in sorted(a.keys() - b.keys())]
    lines += [f"only in the second: {name}" for name in sorted(b.keys() - a.keys())]
    return lines + [f"differs: {name}" for name in sorted(a.keys() & b.keys()) if a[name] != b[name]]


def assert_same(a, b, what=""):
    """Both campaigns (folders or contents) hold the same, bit for bit."""
    first = a if isinstance(a, dict) else content(a)
    second = b if isinstance(b, dict) else content(b)
    assert first, "nothing to compare"
    found = differences(first, second)
    assert not found, f"{what}: {len(found)} of {len(first)} differ\n" + "\n".join(found[:20])


def fingerprint(folder, skip=()):
    """{file: (time of last change, hash)} of a tree, to see that nothing was touched."""
    folder = Path(folder)
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in skip
    }
