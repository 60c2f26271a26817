#!/usr/bin/env bash
# clang-format and clang-tidy over our own code. Advice, no gate: the rules that are enforced are in tests/house.
#
#   scripts/lint.sh                 everything under src
#   scripts/lint.sh src/md          one room
#   scripts/lint.sh --fix [FOLDER]  also formats the files in place
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
fix=no
if [ "${1:-}" = --fix ]; then
  fix=yes
  shift
fi
folder=${1:-src}

mapfile -t all < <(find "$folder" -name '*.[ch]pp' | sort)
mapfile -t sources < <(find "$folder" -name '*.cpp' | sort)
[ ${#all[@]} -gt 0 ] || { echo "lint: no C++ files under $folder" >&2; exit 1; }

if [ "$fix" = yes ]; then
  clang-format -i "${all[@]}"
fi
unformatted=$(clang-format --dry-run "${all[@]}" 2>&1 | grep -c 'clang-format-violations' || true)
echo "lint: $unformatted places that clang-format would change (scripts/lint.sh --fix $folder)"

cmake --preset tidy >/dev/null
cmake --build build/tidy --target glassforge_version >/dev/null
failed=0
if [ ${#sources[@]} -gt 0 ]; then
  printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P "${GLASSFORGE_JOBS:-$(nproc)}" clang-tidy --quiet -p build/tidy 2>/dev/null ||
    failed=1
fi
exit "$failed"
