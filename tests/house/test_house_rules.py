"""The rules of the house, checked on this tree, and each check tried on a small tree that breaks it."""

import json
import os
from pathlib import Path

import house_rules
import pytest

ROOT = Path(__file__).resolve().parents[2]

needs_ctags = pytest.mark.skipif(not house_rules.have_ctags(),
                                 reason="universal-ctags is not installed: function lengths NOT checked")


def tree(root, **contents):
    """A small source tree; the keyword `src__md__a_hpp` becomes src/md/a.hpp."""
    for key, text in contents.items():
        parts = key.split("__")
        stem, suffix = parts[-1].rsplit("_", 1)
        path = root.joinpath(*parts[:-1], f"{stem}.{suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def report(violations):
    return "\n" + "\n".join(violations)


def test_imports_run_one_way():
    violations = house_rules.import_violations(ROOT)
    assert not violations, report(violations)


@pytest.mark.parametrize("room, line", [
    ("core", '#include "md/forces.hpp"'),
    ("core", "#include <io/file.hpp>"),
    ("md", '#  include "swapmc/moves.hpp"'),
    ("ml", '#include "iso/labels.hpp"'),
    ("iso", '#include "par/communicator.hpp"'),
    ("io", '#include "par/communicator.hpp"'),
    ("md", "#include <mpi.h>"),
    ("app", "#include <mpi.h>"),
    ("par", "#include <hdf5.h>"),
    ("md", '#include "../core/box.hpp"'),
    ("lobby", '#include "core/box.hpp"'),
])
def test_a_wrong_import_is_found(tmp_path, room, line):
    tree(tmp_path, **{f"src__{room}__a_hpp": f"#pragma once\n{line}\n"})
    assert len(house_rules.import_violations(tmp_path)) == 1


def test_right_imports_pass(tmp_path):
    tree(tmp_path,
         src__iso__a_cpp='#include "core/box.hpp"\n#include "md/forces.hpp"\n#include "swapmc/moves.hpp"\n',
         src__io__a_cpp="#include <hdf5.h>\n#include <mpi.h>\n",
         src__app__a_cpp='#include "par/communicator.hpp"\n#include "io/file.hpp"\n#include <vector>\n')
    assert house_rules.import_violations(tmp_path) == []


@needs_ctags
def test_functions_and_files_are_short():
    violations = house_rules.length_violations(ROOT)
    assert not violations, report(violations)


def function(lines, name="f"):
    return f"int {name}() {{\n" + "  g();\n" * (lines - 2) + "}\n"


@needs_ctags
def test_a_long_function_is_found(tmp_path):
    short = "".join(function(5, f"f{i}") for i in range(40))
    tree(tmp_path, src__md__a_cpp=short + function(81))
    assert any("a.cpp:201 f: 81 lines" in line for line in house_rules.length_violations(tmp_path))


@needs_ctags
def test_many_middling_functions_are_found(tmp_path):
    tree(tmp_path, src__md__a_cpp="".join(function(31, f"f{i}") for i in range(10)))
    assert house_rules.length_violations(tmp_path) == ["nine functions of ten have up to 31 lines, more than 30"]


@needs_ctags
def test_a_long_python_function_is_found(tmp_path):
    tree(tmp_path, python__a_py="def f():\n" + "    g()\n" * 100 + "\n\n" + "def h(): pass\n" * 20)
    assert any("a.py:1 f: 101 lines" in line for line in house_rules.length_violations(tmp_path))


@needs_ctags
def test_a_long_file_is_found(tmp_path):
    tree(tmp_path, src__md__a_hpp="// one line\n" * 501)
    assert house_rules.length_violations(tmp_path) == ["src/md/a.hpp: 501 lines, more than 500"]


def test_no_leftovers():
    violations = house_rules.leftover_violations(ROOT)
    assert not violations, report(violations)


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "X" * 3])
def test_a_leftover_is_found(tmp_path, word):
    tree(tmp_path, src__md__a_hpp=f"// {word}: later\n", scripts__a_sh="echo done\n")
    assert house_rules.leftover_violations(tmp_path) == [f"src/md/a.hpp:1: {word}"]


def test_no_code_in_comments():
    violations = house_rules.commented_code_violations(ROOT)
    assert not violations, report(violations)


@pytest.mark.parametrize("line", [
    "// #include <vector>",
    "  // forces.update(pack, list);",
    "// const double x = 2 * y;",
    "// if (x > 0) {",
    "// } else {",
    "// return energy;",
])
def test_code_in_a_comment_is_found(tmp_path, line):
    tree(tmp_path, src__md__a_cpp=line + "\n")
    assert len(house_rules.commented_code_violations(tmp_path)) == 1


def test_python_code_in_a_comment_is_found(tmp_path):
    tree(tmp_path, python__a_py="# import numpy\n# x = numpy.load(name)\n")
    assert len(house_rules.commented_code_violations(tmp_path)) == 1


@pytest.mark.parametrize("line", [
    "// rows are sorted by id; see the list build",
    "/// The force is -dV/dr over r, exact at the cutoff;",
    "// namespace glassforge::md",
    "// sigma_ab = (sigma_a + sigma_b) / 2, Lorentz",
    "// returns the energy; throws PhysicsError where it is not finite.",
    "}  // namespace",
    "x = f(y);  // y is scaled (once);",
])
def test_a_sentence_is_no_code(tmp_path, line):
    tree(tmp_path, src__md__a_cpp=line + "\n")
    assert house_rules.commented_code_violations(tmp_path) == []


def test_no_pragma_loosens_the_arithmetic():
    violations = house_rules.pragma_violations(ROOT)
    assert not violations, report(violations)


@pytest.mark.parametrize("line", [
    '#pragma GCC optimize("fast-math")',
    "#pragma STDC FP_CONTRACT ON".lower(),
    '__attribute__((optimize("unsafe-math-optimizations"))) void f();',
])
def test_a_loosening_pragma_is_found(tmp_path, line):
    tree(tmp_path, src__md__a_cpp=line + "\n")
    assert len(house_rules.pragma_violations(tmp_path)) == 1


def test_every_file_is_compiled_with_strict_arithmetic():
    database = Path(os.environ.get("GLASSFORGE_BUILD", ROOT / "build/release")) / "compile_commands.json"
    if not database.exists():
        pytest.skip(f"no {database}: flags NOT checked")
    violations = house_rules.flag_violations(json.loads(database.read_text()))
    assert not violations, report(violations)


@pytest.mark.parametrize("flags", [
    "-O3", "-O3 -ffast-math -ffp-contract=off", "-Ofast -ffp-contract=off", "-ffp-contract=off -ffp-contract=fast"])
def test_a_loose_flag_is_found(flags):
    assert len(house_rules.flag_violations([{"file": "a.cpp", "command": f"c++ {flags} -c a.cpp"}])) == 1


def test_strict_flags_pass():
    assert house_rules.flag_violations([{"file": "a.cpp", "command": "c++ -O3 -ffp-contract=off -c a.cpp"}]) == []
