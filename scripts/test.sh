#!/usr/bin/env bash
# What a newcomer runs: set-up, release build, and every test that is not long.
#
#   scripts/test.sh                 all but the long tests
#   scripts/test.sh -L unit         arguments go to ctest (here: the unit tests alone)
#   scripts/test.sh --all           the long tests too
#
# GLASSFORGE_JOBS sets how many compile and test at once (default: the processors there are).
# GLASSFORGE_REFERENCE_DATA names the folder of published data; without it the tests that compare with it skip and say so.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
jobs=${GLASSFORGE_JOBS:-$(env -u OMP_NUM_THREADS nproc)}  # nproc counts threads of OpenMP where that is set
selection=(-LE '^long$')
if [ "${1:-}" = --all ]; then
  selection=()
  shift
fi

scripts/setup.sh
cmake --preset release
cmake --build --preset release -j "$jobs"

failed=0
ctest --test-dir build/release --output-on-failure --no-tests=error -j "$jobs" "${selection[@]}" "$@" || failed=$?
# Whatever a pytest file left out is said here, since ctest counts the file as passed.
sed -n 's/^SKIPPED \[\([0-9]*\)\] /test: skipped \1: /p' build/release/Testing/Temporary/LastTest.log | sort -u | head -n 20
if [ -z "${GLASSFORGE_REFERENCE_DATA:-}" ]; then
  echo "test: GLASSFORGE_REFERENCE_DATA is not set, so nothing was compared with published data"
fi
if [ "$failed" = 0 ]; then
  echo "test: passed"
else
  echo "test: FAILED (ctest returned $failed; the lines above name the tests)"
fi
exit "$failed"
