"""The rules of the house that can be counted. Each function takes the root of a source tree and returns its violations,
one message a line, so that the tests can try it on a bad tree as well as on ours."""

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path

# Which rooms a room may include; `app` sees them all.
ALLOWED = {
    "core": {"core"},
    "par": {"core", "par"},
    "io": {"core", "io"},
    "md": {"core", "md"},
    "swapmc": {"core", "md", "swapmc"},
    "iso": {"core", "md", "swapmc", "iso"},
    "ml": {"core", "ml"},
}
ROOMS = {*ALLOWED, "app"}

# Libraries that only some rooms may call.
RESERVED = {"mpi.h": {"par", "io"}, "hdf5.h": {"io"}, "hdf5_hl.h": {"io"}}

P90_LINES, MAX_LINES, MAX_FILE_LINES = 30, 80, 500

CPP = {".cpp", ".hpp", ".in"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def files(root, folders, suffixes):
    """Source files under the given folders of root, in a fixed order."""
    found = (path for folder in folders for path in sorted((Path(root) / folder).rglob("*")))
    return [path for path in found if path.suffix in suffixes and "__pycache__" not in path.parts]


def numbered(path):
    return enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)


def where(root, path, number):
    return f"{path.relative_to(root)}:{number}"


# ---- (a) imports run one way -------------------------------------------------------------------------------------------


def include_violation(room, name):
    """What is wrong with a file of `room` including `name`, or None."""
    target = name.split("/")[0]
    if ".." in name.split("/"):
        return "includes by a path that climbs; write it from src/"
    if target in ROOMS and "/" in name and room != "app" and target not in ALLOWED[room]:
        return f"{room} must not include {target}"
    if name in RESERVED and room not in RESERVED[name]:
        return f"only {' and '.join(sorted(RESERVED[name]))} may include {name}"
    return None


def import_violations(root):
    found = []
    for path in files(root, ["src"], CPP):
        room = path.relative_to(Path(root) / "src").parts[0]
        if room not in ROOMS:
            found.append(f"{path.relative_to(root)}: {room} is not a room of the house")
            continue
        for number, line in numbered(path):
            match = INCLUDE.match(line)
            problem = match and include_violation(room, match.group(2))
            if problem:
                found.append(f"{where(root, path, number)}: {problem} ({match.group(2)})")
    return found


# ---- (b) lengths -------------------------------------------------------------------------------------------------------


def have_ctags():
    program = shutil.which("ctags")
    if not program:
        return False
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return "Universal Ctags" in version and "+json" in version


def function_lengths(root):
    """(lines, 'file:line name') of every function in src and python."""
    paths = files(root, ["src"], {".cpp", ".hpp"}) + files(root, ["python"], {".py"})
    if not paths:
        return []
    macros = "KOKKOS_INLINE_FUNCTION,KOKKOS_FORCEINLINE_FUNCTION,KOKKOS_FUNCTION"
    tags = subprocess.run(
        ["ctags", "--output-format=json", "--fields=+ne", "--kinds-C++=f", "--kinds-Python=fm", "-I", macros,
         "--langmap=C++:+.hpp", "-f", "-", "-L", "-"],
        input="\n".join(map(str, paths)), capture_output=True, text=True, check=True).stdout
    lengths = []
    for tag in map(json.loads, tags.splitlines()):
        if "end" in tag:
            place = where(root, Path(tag["path"]), tag["line"])
            lengths.append((tag["end"] - tag["line"] + 1, f"{place} {tag['name']}"))
    return sorted(lengths)


def length_violations(root):
    found = []
    lengths = function_lengths(root)
    if lengths:
        p90 = lengths[(9 * len(lengths) - 1) // 10][0]
        if p90 > P90_LINES:
            found.append(f"nine functions of ten have up to {p90} lines, more than {P90_LINES}")
    found += [f"{name}: {lines} lines, more than {MAX_LINES}" for lines, name in lengths if lines > MAX_LINES]
    for path in files(root, ["src", "python"], CPP | {".py"}):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > MAX_FILE_LINES:
            found.append(f"{path.relative_to(root)}: {lines} lines, more than {MAX_FILE_LINES}")
    return found


# ---- (c) nothing left lying about --------------------------------------------------------------------------------------

LEFTOVER = re.compile(r"\b(TODO|FIXME|XXX)\b")

# A // comment that is one whole statement and no sentence.
CPP_CODE = re.compile(
    r"^\s*//\s*("
    r"#\s*include\s*[<\"].*"
    r"|(auto|const|int|double|float|bool|std::\S+)\s[^;]*=\s*[^;]*;"
    r"|return\s+[\w:.()\[\]]+;"
    r"|[\w:.\->]+\([^;]*\);"
    r"|(if|for|while)\s*\(.*\)\s*\{"
    r"|\}( else( if \(.*\))? \{)?[;,]?"
    r")\s*$")


def leftover_violations(root):
    found = []
    for path in files(root, ["src", "python", "jobs", "scripts", "cmake", "benchmarks"], CPP | {".py", ".sh", ".cmake", ".sbatch"}):
        for number, line in numbered(path):
            match = LEFTOVER.search(line)
            if match:
                found.append(f"{where(root, path, number)}: {match.group(0)}")
    return found


def is_python_statement(text):
    try:
        body = ast.parse(text).body
    except SyntaxError:
        return False
    return bool(body) and isinstance(body[0], (ast.Import, ast.ImportFrom, ast.Assign, ast.AugAssign)) or (
        bool(body) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Call))


def commented_code_violations(root):
    found = []
    for path in files(root, ["src"], CPP):
        found += [f"{where(root, path, number)}: code in a comment: {line.strip()}"
                  for number, line in numbered(path) if CPP_CODE.match(line)]
    for path in files(root, ["python"], {".py"}):
        before = False
        for number, line in numbered(path):
            # One comment line may be a formula; two that parse one after the other are code.
            code = line.strip().startswith("# ") and is_python_statement(line.strip()[2:])
            if code and before:
                found.append(f"{where(root, path, number)}: code in a comment: {line.strip()}")
            before = code
    return found


# ---- flags that would cost determinism ---------------------------------------------------------------------------------

LOOSE_FLAG = re.compile(
    r"-Ofast|-ffast-math|-funsafe-math-optimizations|-fassociative-math|-freciprocal-math|-ffp-contract=(?!off)\S+")
LOOSE_PRAGMA = re.compile(r"#\s*pragma.*(fast-math|Ofast|fp_contract|fp contract)|optimize\s*\(\s*\"[^\"]*(fast|unsafe)")


def pragma_violations(root):
    return [f"{where(root, path, number)}: {line.strip()}"
            for path in files(root, ["src"], CPP) for number, line in numbered(path) if LOOSE_PRAGMA.search(line)]


def flag_violations(commands):
    """`commands` is what compile_commands.json holds."""
    found = []
    for entry in commands:
        loose = LOOSE_FLAG.search(entry["command"])
        if loose:
            found.append(f"{entry['file']}: compiled with {loose.group(0)}")
        elif "-ffp-contract=off" not in entry["command"]:
            found.append(f"{entry['file']}: compiled without -ffp-contract=off")
    return found
