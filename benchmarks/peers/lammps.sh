#!/usr/bin/env bash
# Our speed beside LAMMPS's, from the same configurations, in turn: a table of medians and their ratios, and the same
# as JSON. Rates are per second of process CPU time; the load of the machine while they were taken is printed with them.
#
#   benchmarks/peers/lammps.sh                         all cases, 5 rounds (about 20 minutes)
#   benchmarks/peers/lammps.sh --rounds 3 --only ka_cut,quench
#   benchmarks/peers/lammps.sh --help                  cases and options
#
# Wants a release build (cmake --preset release && cmake --build --preset release) and LAMMPS. GLASSFORGE_REFERENCE_DATA
# adds quenches of two published structures. Results go to benchmarks/peers/results, which git ignores.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repo=$(cd "$here/../.." && pwd)
program=${GLASSFORGE_BIN:-$repo/build/release/glassforge}
lmp=${LMP:-lmp}

if [[ " $* " != *" --help "* && " $* " != *" -h "* ]]; then
  if ! command -v "$lmp" >/dev/null; then
    echo "lammps.sh: there is no LAMMPS here ($lmp); apt-get install lammps, or set LMP to its program" >&2
    exit 1
  fi
  if ! [ -x "$program" ]; then
    echo "lammps.sh: $program is missing; build it (scripts/setup.sh, cmake --preset release," \
      "cmake --build --preset release), or set GLASSFORGE_BIN" >&2
    exit 1
  fi
fi
export OMP_NUM_THREADS=1
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
exec /usr/bin/python3 "$here/compare.py" --program "$program" --lmp "$lmp" "$@"
