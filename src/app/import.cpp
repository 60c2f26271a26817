#include "app/import.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <set>

#include "app/campaign_folder.hpp"
#include "app/measure.hpp"
#include "app/progress.hpp"
#include "app/published_set.hpp"
#include "app/staged_folder.hpp"
#include "core/error.hpp"
#include "io/campaign_file.hpp"
#include "io/deepmind_data.hpp"
#include "io/extxyz.hpp"
#include "io/glass_data.hpp"
#include "io/label_file.hpp"
#include "io/lammps_data.hpp"
#include "io/state_file.hpp"
#include "io/structure_files.hpp"
#include "io/text_file.hpp"
#include "md/engine.hpp"

namespace glassforge::app {
namespace {

namespace fs = std::filesystem;

/// Where labels come from.
enum class LabelSource { none, frames, propensities };

/// Everything about the set that is known before its files are read one by one.
struct Plan {
  std::vector<PublishedStructure> structures;
  std::string format;
  LabelSource source = LabelSource::none;
  std::vector<double> times;
  std::size_t replicas = 0;
  Mixture mixture;
};

const std::string kDeepMind = "deepmind";

bool isNpz(const std::string& format) {
  return format == "botan" || format == "glassbench" || format == kDeepMind;
}

void checkOptions(const ImportOptions& o) {
  require(isNpz(o.format) || o.format == "extxyz" || o.format == "lammps",
          "--format '{}' is unknown; known are botan, glassbench, deepmind, extxyz, lammps", o.format);
  require(std::isfinite(o.temperature) && o.temperature > 0, "--temperature {} is not a positive number",
          o.temperature);
  require(o.seed >= 0, "--seed {} is negative", o.seed);
  for (std::size_t k = 0; k < o.times.size(); ++k) {
    require(std::isfinite(o.times[k]) && o.times[k] > 0 && (k == 0 || o.times[k] > o.times[k - 1]),
            "--times must be positive and ascending; {} is not", o.times[k]);
  }
}

std::vector<std::string> expand(const std::vector<std::string>& entries) {
  std::vector<std::string> files;
  for (const auto& entry : entries) {
    for (const auto& file : io::expandStructureFiles(fs::absolute(entry).string(), "")) files.push_back(file);
  }
  return files;
}

/// A single configuration from the first file of a structure; `mixture` has the box of files that state none.
Snapshot readSnapshot(const std::string& format, const std::string& path, const Mixture& mixture) {
  if (format == "extxyz") return io::readExtxyz(path, mixture);
  if (format == "lammps") return io::readLammpsData(path, mixture);
  if (format == kDeepMind) return io::readDeepMind(path, mixture, io::Counts::any).snapshot;
  return io::readGlassData(path, mixture, io::Counts::any).snapshot;
}

/// All times of a structure are in its one file, which names them.
void inspectDeepMind(const ImportOptions& o, Plan& plan) {
  const auto& first = plan.structures.front();
  require(o.times.empty(), "--times: DeepMind's files name their times; leave it out");
  require(first.files.size() == 1,
          "{} and {}: both are structure {}; DeepMind's files hold all times of a structure in one file",
          first.files[0].path, first.files[1 % first.files.size()].path, first.number);
  const auto data = io::readDeepMind(first.files.front().path, plan.mixture, io::Counts::any);
  plan.source = LabelSource::frames;
  plan.replicas = data.ends.front().extent(0);
  plan.times = data.times;
}

/// Looks into the first file for what it brings.
void inspectFirst(const ImportOptions& o, Plan& plan) {
  const auto& first = plan.structures.front();
  const std::string& path = first.files.front().path;
  if (!isNpz(o.format)) return;
  if (o.format == kDeepMind) return inspectDeepMind(o, plan);
  const auto data = io::readGlassData(path, plan.mixture, io::Counts::any);
  if (!data.end_positions.empty()) {
    plan.source = LabelSource::frames;
    plan.replicas = data.end_positions.extent(0);
    plan.times = timesOfFiles(first, o.model, o.temperature, o.times);
  } else if (!data.displacement.empty()) {
    plan.source = LabelSource::propensities;
    plan.times = timesOfPropensities(path, data.displacement.extent(0), o.model, o.temperature, o.times);
  }
}

Plan planImport(const ImportOptions& o) {
  Plan plan;
  Mixture model = Mixture::preset(o.model);
  if (o.format == kDeepMind)
    model.smoothing = Smoothing::none;  // their potential is plain truncated (docs/formulas.md)
  plan.structures = groupFiles(expand(o.files), o.temperature);
  plan.format = o.format;
  const std::string& path = plan.structures.front().files.front().path;
  const Snapshot snapshot = readSnapshot(o.format, path, model);
  require<FileError>(
      snapshot.box != model.box || static_cast<std::int64_t>(snapshot.particles()) == model.particles(),
      "{}: {} particles, and no box but that of the {} particles of model {}; a format with a box is needed", path,
      snapshot.particles(), model.particles(), model.name);
  plan.mixture = fitted(model, snapshot, path);
  inspectFirst(o, plan);
  require(plan.source != LabelSource::none || isNpz(o.format) || plan.structures.front().files.size() == 1,
          "structure {} has {} files without end frames; one is needed", plan.structures.front().number,
          plan.structures.front().files.size());
  return plan;
}

std::string defaultName(const std::string& out) {
  std::string name = fs::path(out).filename().string();
  for (auto& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '.' && c != '_' && c != '-') c = '_';
  }
  if (name.front() == '.' || name.front() == '-') name.front() = '_';
  return name;
}

/// Structures whose files lie in a folder named test, as in GlassBench's archives.
std::vector<std::int64_t> placesInTestFolders(const std::vector<PublishedStructure>& structures) {
  std::vector<std::int64_t> places;
  for (std::size_t k = 0; k < structures.size(); ++k) {
    const fs::path file(structures[k].files.front().path);
    if (file.parent_path().filename() == "test") places.push_back(static_cast<std::int64_t>(k));
  }
  return places;
}

/// The test part named, and the rest dealt out four to one; without names two thirds, a sixth and a sixth.
SplitSettings chooseSplit(const ImportOptions& o, const std::vector<PublishedStructure>& structures) {
  SplitSettings split;
  std::vector<std::int64_t> numbers;
  for (const auto& s : structures) numbers.push_back(s.number);
  const auto count = static_cast<std::int64_t>(numbers.size());
  split.test_ids = o.test.empty() ? placesInTestFolders(structures) : placesOf(o.test, numbers);
  if (!split.test_ids.empty()) {
    split.test = static_cast<std::int64_t>(split.test_ids.size());
    require(split.test < count, "{} all {} structures; at least one must be left to train on",
            o.test.empty() ? "folders named test hold" : "--test " + o.test + " names", count);
    split.validation = count - split.test < 2 ? 0 : std::max<std::int64_t>(1, (count - split.test) / 5);
  } else if (count >= 3) {
    split.test = split.validation = std::max<std::int64_t>(1, count / 6);
  } else {
    return split;
  }
  split.train = count - split.test - split.validation;
  return split;
}

Campaign campaignOf(const ImportOptions& o, const Plan& plan, const std::string& out) {
  Campaign c;
  c.name = o.name.empty() ? defaultName(out) : o.name;
  c.seed = static_cast<std::uint64_t>(o.seed);
  c.system.model = o.model;
  c.system.mixture = plan.mixture;
  c.system.temperature = o.temperature;
  c.system.structures = static_cast<std::int64_t>(plan.structures.size());
  for (const auto& s : plan.structures) c.system.files.push_back(s.files.front().path);
  c.equilibrate.swap_pairs = plan.mixture.swap_pairs;
  c.equilibrate.method = plan.mixture.swap_pairs.empty() ? "md" : "swap";
  c.equilibrate.start_temperature = std::max(c.equilibrate.start_temperature, o.temperature);
  if (plan.replicas > 0) c.replicas.count = static_cast<std::int64_t>(plan.replicas);
  c.replicas.dt = plan.mixture.timestep;
  c.replicas.times.times = plan.times.empty() ? o.times : plan.times;
  c.replicas.times.glassbench = c.replicas.times.times.empty();
  c.split = chooseSplit(o, plan.structures);
  if (plan.source != LabelSource::none && c.split.train > 0) c.models = {"ridge_glassmlp"};
  c.engine.skin = md::defaultSkin(plan.mixture.dimension);
  c.shard_size = plan.mixture.dimension == 3 && plan.mixture.particles() > 2000 ? 1 : 16;
  return c;
}

/// Lays --set over the campaign, checks it as `run` would, and writes it resolved.
Campaign resolveCampaign(const ImportOptions& o, const Plan& plan, const StagedFolder& staged) {
  const std::string file = staged.temporary("campaign.toml");
  const Campaign wanted = campaignOf(o, plan, staged.path());
  io::writeText(file, io::toToml(wanted));
  try {
    const Campaign c = readCampaign(file, o.set);
    require(c.system.files == wanted.system.files,
            "--set system.structures: the files of an import are its structures");
    require(plan.times.empty() || c.replicas.times.times == plan.times, "--set replicas.times: use --times");
    require(plan.source == LabelSource::frames || (!c.labels.pairs && !c.labels.overlap),
            "--set labels: pairs and overlap are made from end frames, which these files do not have");
    io::writeText(file, io::toToml(c));
    return c;
  } catch (const Error& error) {  // the user never sees the temporary file
    std::string message = error.what();
    for (auto at = message.find(file); at != std::string::npos; at = message.find(file)) {
      message.replace(at, file.size(), "import");
    }
    throw Error(error.code(), message);
  }
}

StructureState stateOf(const Campaign& c, const PublishedStructure& published, std::int64_t index, Snapshot thermal) {
  const std::string& path = published.files.front().path;
  const auto& mixture = c.system.mixture;
  std::vector<std::int64_t> counts(mixture.counts.size(), 0);
  for (const auto s : thermal.species) ++counts.at(static_cast<std::size_t>(s));
  require<FileError>(
      thermal.box == mixture.box && counts == mixture.counts,
      "{}: {} particles in a box of {}; the first file has {} in {}, and a campaign is of one system: import the "
      "files of each box as a campaign of their own",
      path, fmt::join(counts, " + "), fmt::join(thermal.box, " x "), fmt::join(mixture.counts, " + "),
      fmt::join(mixture.box, " x "));
  StructureState state;
  state.index = index;
  state.origin = fmt::format("published structure {}: {}", published.number, path);
  state.temperature = c.system.temperature;
  state.equilibration.method = "imported";
  try {
    const Measurement m = measure(mixture, thermal, c.system.temperature, c.engine.skin);
    state.energy = m.energy_per_particle;
    state.pressure = m.pressure;
  } catch (const PhysicsError& error) {
    throw FileError(fmt::format("{}: {}", path, error.what()));
  }
  state.thermal = std::move(thermal);
  return state;
}

EndFrames framesOf(const Plan& plan, const PublishedStructure& published, const Mixture& mixture) {
  if (plan.format != kDeepMind) return readEndFrames(published, mixture);
  EndFrames frames = readDeepMindFrames(published.files.front().path, mixture);
  require<FileError>(frames.times == plan.times && frames.positions[0].extent(0) == plan.replicas,
                     "{}: end frames of {} replicas at t = {}; the first file has {} at t = {}",
                     published.files.front().path, frames.positions[0].extent(0), fmt::join(frames.times, ", "),
                     plan.replicas, fmt::join(plan.times, ", "));
  return frames;
}

/// One structure: its state, and its labels where there are any.
StructureState importOne(const Campaign& c, const Plan& plan, const StepLadder& ladder, std::int64_t index,
                         std::vector<StructureLabels>& labels) {
  const auto& published = plan.structures[static_cast<std::size_t>(index)];
  const std::string& path = published.files.front().path;
  Snapshot thermal;
  if (plan.source == LabelSource::frames) {
    const EndFrames frames = framesOf(plan, published, c.system.mixture);
    thermal = frames.thermal;
    labels.push_back(labelsFromFrames(frames, c.system.mixture, c.labels, ladder, plan.times, c.replicas.keep_frames));
  } else if (plan.source == LabelSource::propensities) {
    const auto data = io::readGlassData(path, c.system.mixture);
    thermal = data.snapshot;
    labels.push_back(labelsAsPublished(data, path, ladder, plan.times));
  } else {
    thermal = readSnapshot(plan.format, path, c.system.mixture);
  }
  if (plan.source != LabelSource::none) labels.back().structure = labels.back().replicas.structure = index;
  return stateOf(c, published, index, std::move(thermal));
}

void importShard(const Campaign& c, const Plan& plan, const StepLadder& ladder, const CampaignFolder& folder,
                 const Shard& shard, const io::RunNotes& notes) {
  std::vector<StructureState> states;
  std::vector<StructureLabels> labels;
  for (std::int64_t s = shard.first; s < shard.first + shard.count; ++s) {
    states.push_back(importOne(c, plan, ladder, s, labels));
  }
  makeParentFolder(folder.states(shard));
  io::writeStates(folder.states(shard), folder.manifest("states"), c.system.mixture.species, states, notes);
  if (labels.empty()) return;
  makeParentFolder(folder.labels(shard));
  const bool from_frames = plan.source == LabelSource::frames;
  io::writeLabels(folder.labels(shard), folder.manifest("labels", folder.states(shard)),
                  {.dynamics = "imported",
                   .dt = std::numeric_limits<double>::quiet_NaN(),
                   .bond_inner = c.labels.bond_inner,
                   .bond_outer = c.labels.bond_outer,
                   .species_names = c.system.mixture.species,
                   .overlap_distance = from_frames && c.labels.overlap ? c.labels.overlap_distance : 0.0,
                   .pair_cutoff = from_frames && c.labels.pairs ? c.labels.pair_cutoff : 0.0},
                  labels, notes);
}

std::int64_t parseNumber(const std::string& text, const std::string& list) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value);
  require(error == std::errc() && last == end && value >= 0,
          "--test {}: '{}' is not a structure number; write numbers and ranges, as in 401-500 or 3,7,12", list, text);
  return value;
}

}  // namespace

std::vector<std::int64_t> placesOf(const std::string& list, const std::vector<std::int64_t>& there) {
  std::set<std::int64_t> places;
  for (std::size_t begin = 0; begin <= list.size();) {
    const auto end = std::min(list.find(',', begin), list.size());
    const std::string part = list.substr(begin, end - begin);
    const auto dash = part.find('-');
    const std::int64_t first = parseNumber(part.substr(0, dash), list);
    const std::int64_t last = dash == std::string::npos ? first : parseNumber(part.substr(dash + 1), list);
    const auto before = places.size();
    for (std::size_t k = 0; k < there.size(); ++k) {
      if (there[k] >= first && there[k] <= last) places.insert(static_cast<std::int64_t>(k));
    }
    require(places.size() > before,
            "--test {}: none of the files is structure {} (or it is named twice); they are {} .. {}", list, part,
            there.front(), there.back());
    begin = end + 1;
  }
  return {places.begin(), places.end()};
}

ImportSummary importStructures(const ImportOptions& options, const par::StopGuard& guard, const io::RunNotes& notes) {
  checkOptions(options);
  StagedFolder staged(options.out);
  const Plan plan = planImport(options);
  const Campaign campaign = resolveCampaign(options, plan, staged);
  const StepLadder ladder = plan.times.empty() ? StepLadder() : StepLadder::fromTimes(plan.times, campaign.replicas.dt);
  const CampaignFolder folder(staged.temporary(), campaign);
  Progress progress("import", "shards", static_cast<std::int64_t>(folder.shards().size()), 1, "", false);
  for (const auto& shard : folder.shards()) {
    guard.check();
    progress.take(shard.number);
    importShard(campaign, plan, ladder, folder, shard, notes);
  }
  progress.finish();
  if (campaign.split.train > 0 && !plan.times.empty()) folder.storeSplit();
  staged.commit();
  return {campaign.system.structures,        plan.structures.front().number,
          plan.structures.back().number,     plan.replicas,
          campaign.split.test_ids.size(),    plan.times,
          plan.source == LabelSource::frames};
}

}  // namespace glassforge::app
