"""Results of long runs, kept as small JSON files: what was found, by which command, with which version of the program."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("GLASSFORGE_BIN", str(ROOT / "build/release/glassforge"))


def record(name, commands, figures):
    """Writes <name>.json into the folder that GLASSFORGE_RESULTS names (docs/results holds the committed ones); without it
    prints the same. `commands`: the command lines, as one would type them. `figures`: plain numbers, lists and texts."""
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    entry = {"result": name, "version": version, "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"), "commands": commands,
             **figures}
    text = json.dumps(entry, indent=1)
    folder = os.environ.get("GLASSFORGE_RESULTS")
    if folder:
        Path(folder, f"{name}.json").write_text(text + "\n", encoding="utf-8")
    print(text)
    return entry
