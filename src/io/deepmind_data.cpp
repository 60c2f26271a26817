#include "io/deepmind_data.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "io/npz.hpp"
#include "io/unwrapped.hpp"

namespace glassforge::io {
namespace {

std::vector<double> readBox(const NpzReader& file, std::size_t dimension) {
  const auto box = file.reals("box");
  require<FileError>(box.size() == 1 || box.size() == dimension, "{}: {} lengths; 1 or {} are expected",
                     file.where("box"), box.size(), dimension);
  return box.size() == 1 ? std::vector<double>(dimension, box.values().front()) : box.values();
}

/// The times of the target positions: one each where there are as many, else those that time_indices names.
std::vector<double> readTimes(const NpzReader& file, std::size_t targets) {
  const auto all = file.reals("time").values();
  if (!file.has("time_indices")) {
    require<FileError>(all.size() == targets, "{}: {} times for {} sets of target positions", file.where("time"),
                       all.size(), targets);
    return all;
  }
  const auto indices = file.integers("time_indices").values();
  require<FileError>(indices.size() == targets, "{}: {} indices for {} sets of target positions",
                     file.where("time_indices"), indices.size(), targets);
  std::vector<double> times;
  for (const auto k : indices) {
    require<FileError>(k >= 0 && k < static_cast<std::int64_t>(all.size()), "{}: index {}; member time has {} entries",
                       file.where("time_indices"), k, all.size());
    times.push_back(all[static_cast<std::size_t>(k)]);
  }
  return times;
}

/// The replicas at one time, (R, N, D), in the frame of the start.
Array<double> targetsAt(const Array<double>& targets, std::size_t t, const Snapshot& snapshot,
                        const std::vector<double>& start) {
  const auto row = targets.row(t);
  std::vector<double> x(row.begin(), row.end());
  if (liesInOneCell(x, snapshot.box)) x = nearestCopies(x, start, snapshot.box);
  return Array<double>({targets.extent(1), targets.extent(2), targets.extent(3)}, std::move(x));
}

}  // namespace

DeepMindData readDeepMind(const std::string& path, const Mixture& mixture, Counts counts) {
  const NpzReader file(path);
  for (const auto* name : {"types", "positions", "box", "time", "trajectory_target_positions"}) {
    require<FileError>(file.has(name),
                       "{}: has no member {}; DeepMind's pickles become npz files by python/deepmind_to_npz.py", path,
                       name);
  }
  const auto d = static_cast<std::size_t>(mixture.dimension);
  DeepMindData data;
  auto& s = data.snapshot;
  s.dimension = mixture.dimension;
  s.box = readBox(file, d);
  s.species = readSpecies(file, mixture, counts);
  const auto start = readFinite(file, "positions", {s.particles(), d});
  setUnwrapped(s, start.values(), file.where("positions"));
  const auto targets = readFinite(file, "trajectory_target_positions", {0, 0, s.particles(), d});
  const auto times = readTimes(file, targets.extent(0));
  for (std::size_t t = 0; t < times.size(); ++t) {
    if (times[t] == 0 && t == 0) continue;
    require<FileError>(times[t] > 0 && (data.times.empty() || times[t] > data.times.back()),
                       "{}: the times of the target positions, {}, do not ascend", file.where("time"),
                       fmt::join(times, ", "));
    data.times.push_back(times[t]);
    data.ends.push_back(targetsAt(targets, t, s, start.values()));
  }
  require<FileError>(!data.times.empty(), "{}: no time above 0", file.where("time"));
  return data;
}

}  // namespace glassforge::io
