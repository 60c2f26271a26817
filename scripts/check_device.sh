#!/usr/bin/env bash
# Compiles the device form of molecular dynamics (src/md/device) for a GPU; no GPU is needed and nothing runs.
#
#   Kokkos_ROOT=/path/to/kokkos scripts/check_device.sh
#
# CUDA: nvcc and a Kokkos built with it (Kokkos_ENABLE_CUDA, Kokkos_ENABLE_OPENMP; CUDA 13 wants Kokkos 4.7 or later).
# HIP: hipcc and a Kokkos with Kokkos_ENABLE_HIP. Where there is neither it says so and ends with 77.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

skip() { echo "check_device: skipped: $*; nothing was compiled for a device"; exit 77; }

[ -n "${Kokkos_ROOT:-}" ] || skip "Kokkos_ROOT is not set to a Kokkos with CUDA or HIP"
export Kokkos_ROOT
config=$(find "$Kokkos_ROOT"/ -name KokkosConfigCommon.cmake 2>/dev/null | head -n 1)
[ -n "$config" ] || skip "there is no installed Kokkos below Kokkos_ROOT=$Kokkos_ROOT"
devices=$(sed -n 's/^ *set(Kokkos_DEVICES \(.*\))/\1/Ip' "$config" | tr ';a-z' ' A-Z')

case " $devices " in
  *" CUDA "*)
    command -v nvcc >/dev/null || skip "nvcc is not on the PATH"
    [ -x "$Kokkos_ROOT/bin/nvcc_wrapper" ] || skip "$Kokkos_ROOT/bin/nvcc_wrapper is missing"
    backend=CUDA compiler=$(nvcc --version | grep release)
    cmake --preset cuda
    build=build/cuda
    ;;
  *" HIP "*)
    command -v hipcc >/dev/null || skip "hipcc is not on the PATH"
    backend=HIP compiler=$(hipcc --version | head -n 1)
    build=build/hip
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=hipcc -DGLASSFORGE_DEVICE=HIP \
      -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON -DGLASSFORGE_CCACHE=
    ;;
  *) skip "the Kokkos in $Kokkos_ROOT has neither CUDA nor HIP (${devices:-none})" ;;
esac
cmake --build "$build" --target device_check -j 1
echo "check_device: passed: device::Engine in 2D and 3D compiles for $backend ($compiler)"
