#include "app/export.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "app/label_store.hpp"
#include "app/progress.hpp"
#include "app/published_set.hpp"
#include "app/staged_folder.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/extxyz.hpp"
#include "io/label_file.hpp"
#include "io/lammps_data.hpp"
#include "io/npz.hpp"

namespace glassforge::app {
namespace {

constexpr double kSameTime = 0.01;  // relative

/// One structure on its way out.
struct Outgoing {
  const Campaign& campaign;
  const StructureState& state;
  const StructureLabels* labels;  ///< nullptr where there are none
  std::string folder;
};

std::int64_t publishedNumber(const Outgoing& o) { return o.state.index + 1; }

/// "N1290T0.30_7": as GlassBench names structures.
std::string stem(const Outgoing& o) {
  return fmt::format("{}/N{}T{:.2f}_{}", o.folder, o.state.thermal.particles(), o.campaign.system.temperature,
                     publishedNumber(o));
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

std::int64_t writeTrajectories(const Outgoing& o, bool botan) {
  require<FileError>(o.labels != nullptr && !o.labels->replicas.frames.empty(),
                     "structure {} has no end frames, which this format holds: run the campaign with replicas.keep_frames = true, "
                     "or use --format glassbench-models, which holds the propensities",
                     o.state.index);
  io::GlassData data;
  data.snapshot = o.state.thermal;
  const std::size_t n = data.snapshot.particles(), d = data.snapshot.box.size();
  if (o.state.quenched) data.inherent = Array<double>({n, d}, o.state.inherent.position);
  const auto codes = codesOf(o.labels->times, o.campaign);
  for (std::size_t t = 0; t < codes.size(); ++t) {
    data.end_positions = endPositions(o.labels->replicas, t);
    const double temperature = o.campaign.system.temperature;
    const std::string name = botan ? io::botanFileName(n, temperature, publishedNumber(o), codes[t])
                                   : io::glassBenchFileName(n, temperature, publishedNumber(o), codes[t]);
    botan ? io::writeBotan(o.folder + "/" + name, data) : io::writeGlassBench(o.folder + "/" + name, data);
  }
  return static_cast<std::int64_t>(codes.size());
}

/// Coordinates (N, D) in [-L/2, L/2), as GlassBench's models files have them.
Array<double> centred(std::vector<double> x, const std::vector<double>& box) {
  for (std::size_t at = 0; at < x.size(); ++at) {
    const double length = box[at % box.size()];
    x[at] -= length * std::floor(x[at] / length + 0.5);
    if (x[at] >= length / 2) x[at] -= length;
  }
  const std::vector<std::size_t> shape{x.size() / box.size(), box.size()};
  return Array<double>(shape, std::move(x));
}

/// Times and box are not in published files of this form; they are added where they are not the published ones.
void addDeviations(const Outgoing& o, io::NpzWriter& writer) {
  const auto known = publishedTimes(o.campaign.system.model, o.campaign.system.temperature);
  bool same = known.size() == o.labels->times.size();
  for (std::size_t t = 0; same && t < known.size(); ++t) {
    same = std::abs(o.labels->times[t] - known[t].time) <= kSameTime * known[t].time;
  }
  if (!same) writer.add("times", io::NpyArray::of(Array<double>({o.labels->times.size()}, o.labels->times)));
  const auto& mixture = o.campaign.system.mixture;
  if (known.empty() || Mixture::preset(o.campaign.system.model).box != mixture.box) {
    writer.add("box", io::NpyArray::of(Array<double>({mixture.box.size()}, mixture.box)));
  }
}

std::int64_t writeModels(const Outgoing& o) {
  require<FileError>(o.labels != nullptr, "structure {} has no labels; run the campaign up to the stage label first",
                     o.state.index);
  const auto& thermal = o.state.thermal;
  Array<std::int64_t> types({thermal.particles()});
  for (std::size_t i = 0; i < thermal.particles(); ++i) types(i) = thermal.species[i] + 1;
  io::NpzWriter writer;
  writer.add("types", io::NpyArray::of(types));
  writer.add("initial_positions", io::NpyArray::of(centred(thermal.position, thermal.box)));
  if (o.state.quenched) {
    writer.add("initial_positions_inherent", io::NpyArray::of(centred(o.state.inherent.position, thermal.box)));
  }
  writer.add("md_prop", io::NpyArray::of(o.labels->displacement));
  if (!o.labels->bond_breaking.empty()) writer.add("bb_prop", io::NpyArray::of(o.labels->bond_breaking));
  addDeviations(o, writer);
  writer.commit(stem(o) + ".npz");
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
  if (o.state.quenched) {
    const std::size_t n = o.state.thermal.particles(), d = o.state.thermal.box.size();
    columns.push_back({"inherent", Array<double>({n, d}, o.state.inherent.position)});
  }
  std::string note;
  if (o.labels != nullptr) {
    addColumns("displacement", o.labels->displacement, columns);
    addColumns("bond_breaking", o.labels->bond_breaking, columns);
    note = fmt::format("label_times=\"{}\"", fmt::join(o.labels->times, " "));
  }
  io::writeExtxyz(stem(o) + ".extxyz", o.state.thermal, o.campaign.system.mixture, columns, note);
  return 1;
}

std::int64_t writeLammps(const Outgoing& o) {
  io::writeLammpsData(stem(o) + ".data", o.state.thermal, o.campaign.system.mixture);
  return 1;
}

const std::map<std::string, std::function<std::int64_t(const Outgoing&)>>& writers() {
  static const std::map<std::string, std::function<std::int64_t(const Outgoing&)>> all{
      {"glassbench", [](const Outgoing& o) { return writeTrajectories(o, false); }},
      {"botan", [](const Outgoing& o) { return writeTrajectories(o, true); }},
      {"glassbench-models", writeModels},
      {"extxyz", writeExtendedXyz},
      {"lammps", writeLammps}};
  return all;
}

bool hasLabels(const CampaignFolder& folder, std::int64_t structure) {
  const std::string path = folder.labels(folder.shardOf(structure));
  if (!exists(path)) return false;
  const auto there = io::labelIndices(path);
  return std::find(there.begin(), there.end(), structure) != there.end();
}

}  // namespace

std::vector<std::string> exportFormats() {
  std::vector<std::string> names;
  for (const auto& [name, writer] : writers()) names.push_back(name);
  return names;
}

std::int64_t exportCampaign(const ExportOptions& options, const par::StopGuard& guard) {
  const auto writer = writers().find(options.format);
  require(writer != writers().end(), "--format '{}' is unknown; known are {}", options.format, fmt::join(exportFormats(), ", "));
  const OpenedCampaign opened = openCampaign(options.campaign);
  const CampaignFolder folder(opened.root, opened.campaign);
  StagedFolder staged(options.out);
  const std::int64_t count = opened.campaign.system.structures;
  Progress progress("export", "structures", count, 1, "", false);
  std::int64_t files = 0;
  for (std::int64_t s = 0; s < count; ++s) {
    guard.check();
    progress.take(s);
    const StructureState state = storedState(folder, s);
    std::optional<StructureLabels> labels;
    if (options.format != "lammps" && hasLabels(folder, s)) labels = storedLabels(folder, s);
    files += writer->second({opened.campaign, state, labels ? &*labels : nullptr, staged.temporary()});
  }
  progress.finish();
  staged.commit();
  return files;
}

}  // namespace glassforge::app
