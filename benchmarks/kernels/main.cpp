// Starts MPI and Kokkos around Google Benchmark, on one thread.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <Kokkos_Core.hpp>
#include <cstdlib>

#include "par/communicator.hpp"

int main(int argc, char** argv) {
  const glassforge::par::Session mpi(argc, argv);
  setenv("OMP_PROC_BIND", "false", 0);
  omp_set_num_threads(1);
  const Kokkos::ScopeGuard kokkos;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
