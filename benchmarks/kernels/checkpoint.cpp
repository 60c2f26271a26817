// Writing a checkpoint of a pack of 32 x 4096: gathered from the engine, put into a file, flushed to disk, renamed.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>

#include "io/checkpoint_file.hpp"
#include "kernels/system.hpp"

namespace glassforge::kernels {
namespace {

constexpr int kReplicas = 32;

/// In the folder that GLASSFORGE_BENCH_FOLDER names, else in the one for temporary files.
std::string target() {
  const char* named = std::getenv("GLASSFORGE_BENCH_FOLDER");
  const std::filesystem::path folder = named != nullptr ? named : std::filesystem::temp_directory_path();
  return (folder / "glassforge_benchmark.0.h5").string();
}

void writeCheckpoint(benchmark::State& state) {
  const Mixture model = mixture<3>();
  md::Engine<3> engine(model, kReplicas, static_cast<int>(model.particles()), md::defaultSkin(3));
  for (int r = 0; r < kReplicas; ++r) engine.load(r, liquid<3>());
  engine.prepare();
  const std::string path = target();
  io::StoredCheckpoint stored;
  for (auto _ : state) {
    engine.save(stored.content, "engine");
    io::writeCheckpoint(path, stored);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * std::filesystem::file_size(path)));
  state.counters["bytes"] = static_cast<double>(std::filesystem::file_size(path));
  std::filesystem::remove(path);
}

BENCHMARK(writeCheckpoint)->Name("checkpoint/write/KA/32")->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

}  // namespace
}  // namespace glassforge::kernels
