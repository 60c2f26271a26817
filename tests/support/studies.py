"""Campaigns of long tests: run by the program, and kept where GLASSFORGE_STUDIES says."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from support.results import PROGRAM

RANKS = int(os.environ.get("GLASSFORGE_RANKS", "1"))


def glassforge(*words, ranks=1):
    """Runs the program, which must succeed, on so many ranks; what it printed."""
    launcher = ["mpirun", "--oversubscribe", "--bind-to", "none", "-n", str(ranks)] if ranks > 1 else []
    done = subprocess.run([*launcher, PROGRAM, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def studies_folder(otherwise):
    """The folder that GLASSFORGE_STUDIES names, where finished campaigns are only read and stopped ones go on; else `otherwise`."""
    folder = Path(os.environ.get("GLASSFORGE_STUDIES", otherwise))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def completed(studies, name, text, stage, ranks=1):
    """The folder of the campaign of that name and campaign file, run up to a stage; only what is missing of it is run."""
    source = studies / name / "campaign.toml"
    if not source.exists():
        source = studies / f"{name}.toml"
        if not source.exists():
            source.write_text(text, encoding="utf-8")
    glassforge("run", source, "--stage", stage, "--out", studies / name, ranks=ranks)
    return studies / name
