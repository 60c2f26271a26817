#include "app/export_forms.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "app/published_set.hpp"
#include "core/error.hpp"
#include "io/extxyz.hpp"
#include "io/lammps_data.hpp"

namespace glassforge::app {
namespace {

constexpr double kSameTime = 0.01;  // relative
constexpr double kWrappedTemperature = 0.30;
constexpr double kNameRounding = 0.005;  // temperatures in file names have two decimals

std::int64_t numberOf(const Outgoing& o) {
  return o.layout.place(o.state.index).number;
}

/// A folder below that of the export, made where it is missing.
std::string subfolder(const Outgoing& o, const std::string& relative) {
  const std::string path = o.folder + "/" + relative;
  std::error_code error;
  std::filesystem::create_directories(path, error);
  require<FileError>(!error, "{}: the folder cannot be made: {}", path, error.message());
  return path;
}

/// The published code of each time; 1, 2, ... where one of the times is not on the published ladder.
std::vector<int> codesOf(const std::vector<double>& times, const Campaign& campaign) {
  std::vector<int> codes;
  for (const auto& known : publishedTimes(campaign.system.model, campaign.system.temperature)) {
    for (const double t : times) {
      if (std::abs(t - known.time) <= kSameTime * known.time) codes.push_back(known.code);
    }
  }
  if (codes.size() == times.size() && std::set<int>(codes.begin(), codes.end()).size() == codes.size()) return codes;
  codes.clear();
  for (std::size_t t = 0; t < times.size(); ++t) codes.push_back(static_cast<int>(t) + 1);
  return codes;
}

/// (R, N, D) of the replicas that are done.
Array<double> endPositions(const ReplicaLabels& replicas, std::size_t t) {
  const auto& frames = replicas.frames;
  std::vector<double> values;
  std::size_t done = 0;
  for (std::size_t r = 0; r < frames.extent(1); ++r) {
    if (replicas.status[r] != "done") continue;
    const auto row = frames.row(t, r);
    values.insert(values.end(), row.begin(), row.end());
    ++done;
  }
  return Array<double>({done, frames.extent(2), frames.extent(3)}, std::move(values));
}

std::vector<std::size_t> shapeOf(const Outgoing& o) {
  return {o.state.thermal.particles(), static_cast<std::size_t>(o.state.thermal.dimension)};
}

/// Positions of the published file where the labels brought them, else those of our state.
Array<double> startOf(const Outgoing& o) {
  const bool published = o.imported_labels && o.labels != nullptr && !o.labels->thermal.empty();
  return published ? o.labels->thermal : Array<double>(shapeOf(o), o.state.thermal.unwrapped());
}

Array<double> inherentOf(const Outgoing& o) {
  if (o.imported_labels && o.labels != nullptr && !o.labels->inherent.empty()) return o.labels->inherent;
  return o.state.quenched ? Array<double>(shapeOf(o), o.state.inherent.position) : Array<double>();
}

Array<double> cageOf(const Outgoing& o) {
  if (o.imported_labels && o.labels != nullptr && !o.labels->cage.empty()) return o.labels->cage;
  return o.state.cage.position.empty() ? Array<double>() : Array<double>(shapeOf(o), o.state.cage.position);
}

std::int64_t writeTrajectories(const Outgoing& o, bool botan) {
  require<FileError>(
      o.labels != nullptr && !o.labels->replicas.frames.empty(),
      "structure {} has no end frames, which this format holds: run the campaign with replicas.keep_frames = true, "
      "or use --format glassbench-models, which holds the propensities",
      o.state.index);
  io::GlassData data;
  data.snapshot = o.state.thermal;
  data.start = startOf(o);
  data.inherent = inherentOf(o);
  const std::size_t n = data.snapshot.particles();
  const double temperature = o.campaign.system.temperature;
  const auto codes = codesOf(o.labels->times, o.campaign);
  const std::string folder = botan ? o.folder : subfolder(o, o.layout.subfolder(o.state.index));
  for (std::size_t t = 0; t < codes.size(); ++t) {
    data.end_positions = endPositions(o.labels->replicas, t);
    if (botan) {
      io::writeBotan(folder + "/" + io::botanFileName(n, temperature, numberOf(o), codes[t]), data);
    } else {
      io::writeGlassBench(folder + "/" + io::glassBenchFileName(n, temperature, numberOf(o), codes[t]), data,
                          o.trajectories);
    }
  }
  return static_cast<std::int64_t>(codes.size());
}

std::int64_t writeGlassBenchForm(const Outgoing& o) {
  return writeTrajectories(o, false);
}
std::int64_t writeBotanForm(const Outgoing& o) {
  return writeTrajectories(o, true);
}

bool sameAsPublished(const std::vector<double>& times, const std::vector<CodedTime>& known) {
  bool same = known.size() == times.size();
  for (std::size_t t = 0; same && t < known.size(); ++t)
    same = std::abs(times[t] - known[t].time) <= kSameTime * known[t].time;
  return same;
}

/// (T, particles of the first species), as the test files of the models folders hold predictions.
Array<double> ofFirstSpecies(const Array<double>& values, const std::vector<std::int32_t>& species) {
  const auto count = static_cast<std::size_t>(std::count(species.begin(), species.end(), 0));
  Array<double> mine({values.extent(0), count});
  for (std::size_t t = 0; t < values.extent(0); ++t) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < species.size(); ++i) {
      if (species[i] == 0) mine(t, at++) = values(t, i);
    }
  }
  return mine;
}

std::int64_t writeModels(const Outgoing& o) {
  require<FileError>(o.labels != nullptr, "structure {} has no labels; run the campaign up to the stage label first",
                     o.state.index);
  const auto& system = o.campaign.system;
  io::GlassModels data;
  data.box = o.state.thermal.box;
  data.species = o.state.thermal.species;
  data.thermal = startOf(o);
  data.inherent = inherentOf(o);
  data.cage = cageOf(o);
  data.displacement = o.labels->displacement;
  data.bond_breaking = o.labels->bond_breaking;
  const auto known = publishedTimes(system.model, system.temperature);
  if (!sameAsPublished(o.labels->times, known)) data.times = o.labels->times;
  data.unusual_box = known.empty() || Mixture::preset(system.model).box != data.box;
  for (const auto& p : o.predictions) data.predictions.emplace_back(p.model, ofFirstSpecies(p.values, data.species));
  const std::string folder = subfolder(o, o.layout.subfolder(o.state.index));
  io::writeGlassModels(folder + "/" + o.layout.stem(o.state.index) + ".npz", data);
  return 1;
}

/// Propensities (T, N) as columns (N, T).
void addColumns(const std::string& name, const Array<double>& values, std::vector<io::ExtraColumns>& columns) {
  if (values.empty()) return;
  const std::size_t T = values.extent(0), N = values.extent(1);
  io::ExtraColumns extra{name, Array<double>({N, T})};
  for (std::size_t t = 0; t < T; ++t) {
    for (std::size_t i = 0; i < N; ++i) extra.values(i, t) = values(t, i);
  }
  columns.push_back(std::move(extra));
}

std::int64_t writeExtendedXyz(const Outgoing& o) {
  std::vector<io::ExtraColumns> columns;
  if (o.state.quenched) columns.push_back({"inherent", Array<double>(shapeOf(o), o.state.inherent.position)});
  std::string note;
  if (o.labels != nullptr) {
    addColumns("displacement", o.labels->displacement, columns);
    addColumns("bond_breaking", o.labels->bond_breaking, columns);
    note = fmt::format("label_times=\"{}\"", fmt::join(o.labels->times, " "));
  }
  const std::string path = o.folder + "/" + o.layout.stem(o.state.index) + ".extxyz";
  io::writeExtxyz(path, o.state.thermal, o.campaign.system.mixture, columns, note);
  return 1;
}

std::int64_t writeLammps(const Outgoing& o) {
  io::writeLammpsData(o.folder + "/" + o.layout.stem(o.state.index) + ".data", o.state.thermal,
                      o.campaign.system.mixture);
  return 1;
}

}  // namespace

const std::vector<ExportForm>& exportForms() {
  static const std::vector<ExportForm> all{{"botan", true, writeBotanForm},
                                           {"extxyz", true, writeExtendedXyz},
                                           {"glassbench", true, writeGlassBenchForm},
                                           {"glassbench-models", true, writeModels},
                                           {"lammps", false, writeLammps}};
  return all;
}

io::TrajectoryForm publishedTrajectoryForm(const Campaign& campaign) {
  const bool wrapped =
      campaign.system.model == "KA2D" && std::abs(campaign.system.temperature - kWrappedTemperature) < kNameRounding;
  return wrapped ? io::TrajectoryForm::wrapped : io::TrajectoryForm::unwrapped;
}

}  // namespace glassforge::app
