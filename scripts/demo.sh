#!/usr/bin/env bash
# The main job from a fresh clone: sets up, builds, and runs a KA2D campaign from random starts to a report.
# Usage: scripts/demo.sh [FOLDER]     results go to FOLDER (default: ./demo_ka2d_T0.35)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-demo_ka2d_T0.35}
ranks=$(env -u OMP_NUM_THREADS nproc)  # nproc counts threads of OpenMP where that is set

"$root/scripts/setup.sh"
cmake --preset release -S "$root" -B "$root/build/release" >/dev/null
cmake --build "$root/build/release" --target glassforge

# Open MPI refuses root unless told so; cores may be fewer than its slots think
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
start=$SECONDS
mpirun -n "$ranks" --oversubscribe --bind-to none "$root/build/release/glassforge" run "$root/examples/demo.toml" --out "$out"
echo "The campaign took $((SECONDS - start)) s on $ranks rank(s)."
