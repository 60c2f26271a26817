#include "app/published_set.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "core/error.hpp"
#include "io/deepmind_data.hpp"
#include "io/npz.hpp"
#include "io/structure_files.hpp"
#include "iso/bonds.hpp"
#include "iso/launch.hpp"
#include "iso/pairs.hpp"

namespace glassforge::app {
namespace {

constexpr double kSamePosition = 1e-3;    // files of one structure are written with six digits or more
constexpr double kNameRounding = 0.0051;  // temperatures in file names have two decimals

/// The digits at the end of a name: "config_17" is number 17; "at_T0.30" has none.
std::optional<std::int64_t> trailingNumber(const std::string& stem) {
  std::size_t begin = stem.size();
  while (begin > 0 && std::isdigit(static_cast<unsigned char>(stem[begin - 1])) && stem.size() - begin < 15) --begin;
  if (begin == stem.size() || (begin > 0 && stem[begin - 1] == '.')) return std::nullopt;
  return std::stoll(stem.substr(begin));
}

struct NamedFile {
  PublishedFile file;
  std::string stem;  ///< path without time code and extension: what files of one structure share
  std::optional<std::int64_t> number;
};

NamedFile named(const std::string& path, std::optional<double> temperature) {
  const io::GlassName name = io::parseGlassName(path);
  require(!name.temperature || !temperature || std::abs(*name.temperature - *temperature) < kNameRounding,
          "{}: the file name says T = {}, --temperature says {}", path, name.temperature.value_or(0),
          temperature.value_or(0));
  const std::filesystem::path whole(path);
  std::string stem = whole.stem().string();
  if (name.time_code) stem.resize(stem.rfind("_tc"));
  return {
      {path, name.time_code}, (whole.parent_path() / stem).string(), name.number ? name.number : trailingNumber(stem)};
}

std::vector<int> codesOf(const PublishedStructure& structure) {
  std::vector<int> codes;
  for (const auto& file : structure.files) codes.push_back(file.code.value_or(-1));
  return codes;
}

void checkGroups(const std::vector<PublishedStructure>& structures) {
  for (const auto& s : structures) {
    for (std::size_t k = 1; k < s.files.size(); ++k) {
      require(
          s.files[k].code.has_value() && s.files[k - 1].code.has_value() && *s.files[k].code != *s.files[k - 1].code,
          "{} and {}: both are structure {} at the same time; files of one structure need names that end in _tcNN",
          s.files[k - 1].path, s.files[k].path, s.number);
    }
    require(codesOf(s) == codesOf(structures.front()),
            "structure {} has {} file(s), structure {} has {}: every structure needs the same time codes (_tcNN)",
            structures.front().number, structures.front().files.size(), s.number, s.files.size());
  }
}

/// Moves end positions from the unwrapped frame of one snapshot of a structure to that of another.
void changeFrame(Array<double>& positions, const Snapshot& from, const Snapshot& to) {
  if (from.image == to.image) return;
  const std::size_t block = from.position.size(), d = from.box.size();
  for (std::size_t at = 0; at < positions.size(); ++at) {
    const double boxes = to.image[at % block] - from.image[at % block];
    positions.values()[at] += boxes * to.box[at % d];
  }
}

/// Times are those of the steps, except where steps of dt do not meet the published ones exactly.
void setPublishedTimes(StructureLabels& labels, const StepLadder& ladder, const std::vector<double>& times) {
  labels.steps = ladder.steps();
  labels.times = ladder.times();
  for (std::size_t t = 0; t < times.size(); ++t) {
    if (std::abs(labels.times[t] - times[t]) > 1e-9 * times[t]) labels.times[t] = times[t];
  }
}

/// |x_i - origin_i|, summed as the launcher does.
void putDistances(const std::vector<double>& x, const std::vector<double>& origin, std::size_t d,
                  std::span<double> distance) {
  for (std::size_t i = 0; i < distance.size(); ++i) {
    double d2 = 0;
    for (std::size_t k = 0; k < d; ++k) d2 += (x[i * d + k] - origin[i * d + k]) * (x[i * d + k] - origin[i * d + k]);
    distance[i] = std::sqrt(d2);
  }
}

}  // namespace

std::vector<CodedTime> publishedTimes(const std::string& model, double temperature) {
  std::vector<CodedTime> result;
  if (model != "KA" && model != "KA2D") return result;
  const bool flat = model == "KA2D";
  // published times are whole multiples of 0.01 (KA2D) and of 0.001 (KA)
  const StepLadder ladder = StepLadder::glassbench(model, temperature, flat ? 0.01 : 0.001);
  const int stride = flat && ladder.size() == 8 ? 5 : 1;  // KA2D at T = 0.23 counts its codes in fives
  for (const auto step : ladder.steps()) {
    const auto s = static_cast<double>(step);
    result.push_back({stride * static_cast<int>(result.size() + 1), flat ? s * 0.01 : s / 1000});
  }
  return result;
}

std::vector<PublishedStructure> groupFiles(const std::vector<std::string>& files, std::optional<double> temperature) {
  require(!files.empty(), "no files are given");
  auto sorted = files;
  std::sort(sorted.begin(), sorted.end(), io::naturalLess);
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  std::vector<NamedFile> all;
  for (const auto& path : sorted) all.push_back(named(path, temperature));
  const bool numbered = std::all_of(all.begin(), all.end(), [](const auto& f) { return f.number.has_value(); });
  std::map<std::string, std::int64_t> place;
  for (const auto& f : all) place.emplace(f.stem, static_cast<std::int64_t>(place.size()) + 1);
  std::map<std::int64_t, PublishedStructure> groups;
  for (const auto& f : all) {
    const std::int64_t number = numbered ? *f.number : place[f.stem];
    groups[number].number = number;
    groups[number].files.push_back(f.file);
  }
  std::vector<PublishedStructure> structures;
  for (auto& [number, structure] : groups) {
    std::stable_sort(structure.files.begin(), structure.files.end(),
                     [](const auto& a, const auto& b) { return a.code < b.code; });
    structures.push_back(std::move(structure));
  }
  checkGroups(structures);
  return structures;
}

std::vector<double> timesOfFiles(const PublishedStructure& structure, const std::string& model, double temperature,
                                 const std::vector<double>& given) {
  const auto& files = structure.files;
  if (!given.empty()) {
    require(given.size() == files.size(),
            "--times has {} times, structure {} has {} file(s) with end frames; give one time "
            "per file, in the order of the time codes",
            given.size(), structure.number, files.size());
    return given;
  }
  const auto known = publishedTimes(model, temperature);
  std::vector<double> times;
  for (const auto& file : files) {
    require(file.code.has_value(), "{}: end frames at an unknown time: the name has no _tcNN; give --times", file.path);
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& t) { return t.code == *file.code; });
    std::vector<int> codes;
    for (const auto& t : known) codes.push_back(t.code);
    require(found != known.end(),
            "{}: time code tc{:02d} is not known for model {} at T = {} (known: {}); give --times", file.path,
            *file.code, model, temperature, fmt::join(codes, ", "));
    times.push_back(found->time);
  }
  return times;
}

EndFrames readEndFrames(const PublishedStructure& structure, const Mixture& mixture) {
  EndFrames frames;
  for (const auto& file : structure.files) {
    auto data = io::readGlassData(file.path, mixture);
    require<FileError>(!data.end_positions.empty(), "{}: has no end frames (member positions)", file.path);
    if (frames.positions.empty()) {
      frames.thermal = data.snapshot;
      frames.start = data.start;
      frames.inherent = data.inherent;
      frames.cage = data.cage;
    } else {
      const auto& first = frames.thermal;
      require<FileError>(data.snapshot.species == first.species && data.snapshot.box == first.box &&
                             largestDistance(data.snapshot.position, first.position, first.box) < kSamePosition,
                         "{}: initial positions or types differ from those in {}, which has the same structure number",
                         file.path, structure.files.front().path);
      require<FileError>(data.end_positions.extent(0) == frames.positions[0].extent(0),
                         "{}: {} replicas, {} has {}; all times of a structure need the same replicas", file.path,
                         data.end_positions.extent(0), structure.files.front().path, frames.positions[0].extent(0));
      changeFrame(data.end_positions, data.snapshot, first);
    }
    frames.positions.push_back(std::move(data.end_positions));
  }
  return frames;
}

EndFrames readDeepMindFrames(const std::string& path, const Mixture& mixture) {
  auto data = io::readDeepMind(path, mixture);
  return {data.snapshot, {}, {}, {}, std::move(data.ends), data.times};
}

StructureLabels labelsFromFrames(const EndFrames& frames, const Mixture& mixture, const LabelSettings& settings,
                                 const StepLadder& ladder, const std::vector<double>& times, bool keep_frames) {
  const std::size_t T = frames.positions.size(), R = frames.positions.at(0).extent(0), N = frames.thermal.particles();
  const auto d = static_cast<std::size_t>(frames.thermal.dimension);
  const auto origin = frames.thermal.unwrapped();
  ReplicaLabels block;
  block.displacement = Array<double>({T, R, N});
  if (keep_frames) block.frames = Array<double>({T, R, N, d});
  block.status.assign(R, "done");
  block.energy_drift.assign(R, std::nan(""));
  std::optional<iso::PairDistances> pairs;
  if (settings.pairs) {
    pairs.emplace(frames.thermal, settings.pair_cutoff);
    block.pair_sum = Array<std::int64_t>({T, pairs->size()});
    block.pair_sum2 = Array<std::int64_t>({T, pairs->size()});
    block.pair_replicas.assign(T, static_cast<std::int64_t>(R));
  }
  iso::Bonds bonds;
  if (settings.bond_breaking) {
    block.bond_breaking = Array<double>({T, R, N});
    bonds = iso::findBonds(mixture, frames.thermal, settings.bond_inner, settings.bond_outer);
  }
  for (std::size_t t = 0; t < T; ++t) {
    for (std::size_t r = 0; r < R; ++r) {
      const auto row = frames.positions[t].row(r);
      const std::vector<double> x(row.begin(), row.end());
      putDistances(x, origin, d, block.displacement.row(t, r));
      if (settings.bond_breaking)
        iso::remainingBonds(bonds, frames.thermal.box, x, block.bond_breaking.row(t, r).data());
      if (pairs) pairs->accumulate(x, block.pair_sum.row(t), block.pair_sum2.row(t));
      if (keep_frames) std::copy(x.begin(), x.end(), block.frames.row(t, r).begin());
    }
  }
  StructureLabels labels = iso::gatherReplicas(ladder, frames.thermal.species, {block});
  iso::addDerivedLabels(settings, frames.thermal, labels);
  labels.thermal = frames.start.empty() ? Array<double>({N, d}, origin) : frames.start;
  labels.inherent = frames.inherent;
  labels.cage = frames.cage;
  setPublishedTimes(labels, ladder, times);
  return labels;
}

std::vector<double> timesOfPropensities(const std::string& path, std::size_t rows, const std::string& model,
                                        double temperature, const std::vector<double>& given) {
  std::vector<double> times = given;
  const io::NpzReader file(path);
  if (times.empty() && file.has("times")) times = file.reals("times").values();  // our own exports, off the ladder
  if (times.empty()) {
    for (const auto& coded : publishedTimes(model, temperature)) times.push_back(coded.time);
  }
  require(times.size() == rows, "{}: propensities (md_prop) at {} times, {} {}; give --times", path, rows,
          given.empty() ? "the published ladder has" : "--times has", times.size());
  return times;
}

StructureLabels labelsAsPublished(const io::GlassData& data, const std::string& path, const StepLadder& ladder,
                                  const std::vector<double>& times) {
  const std::size_t rows = data.displacement.empty() ? 0 : data.displacement.extent(0);
  require<FileError>(rows == times.size(), "{}: propensities (md_prop) at {} times; {} are expected", path, rows,
                     times.size());
  StructureLabels labels;
  labels.species = data.snapshot.species;
  labels.displacement = data.displacement;
  if (data.bond_breaking.shape() == data.displacement.shape()) labels.bond_breaking = data.bond_breaking;
  labels.thermal = data.start;
  labels.inherent = data.inherent;
  labels.cage = data.cage;
  setPublishedTimes(labels, ladder, times);
  return labels;
}

double largestDistance(const std::vector<double>& a, const std::vector<double>& b, const std::vector<double>& box) {
  double largest2 = 0;
  for (std::size_t at = 0; at < a.size(); at += box.size()) {
    double r2 = 0;
    for (std::size_t k = 0; k < box.size(); ++k) {
      double dx = a[at + k] - b[at + k];
      dx -= box[k] * std::nearbyint(dx / box[k]);
      r2 += dx * dx;
    }
    largest2 = std::max(largest2, r2);
  }
  return std::sqrt(largest2);
}

}  // namespace glassforge::app
