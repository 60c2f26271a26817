// Reading one side of a comparison, whatever form it has.
#include <algorithm>
#include <filesystem>

#include "app/campaign_folder.hpp"
#include "app/compare.hpp"
#include "app/published_set.hpp"
#include "core/error.hpp"
#include "io/label_file.hpp"
#include "io/npz.hpp"
#include "io/structure_files.hpp"

namespace glassforge::app {
namespace {

namespace fs = std::filesystem;

/// What a side knows about its system: from its campaign, its label file, or from what the user says.
struct Knowledge {
  std::optional<Mixture> mixture;
  std::string model;
  std::optional<double> temperature;
  LabelSettings labels;
};

bool isCampaign(const std::string& path) {
  return fs::path(path).filename() == "campaign.toml" || exists((fs::path(path) / "campaign.toml").string());
}

bool isLabelFile(const std::string& path) {
  const auto extension = fs::path(path).extension();
  return extension == ".h5" || extension == ".hdf5";
}

/// Drops what a comparison does not look at; labels of single replicas are most of a file.
StructureLabels slim(StructureLabels labels) {
  labels.replicas.displacement = {};
  labels.replicas.bond_breaking = {};
  labels.replicas.frames = {};
  labels.replicas.pair_sum = labels.replicas.pair_sum2 = {};
  labels.pairs = {};
  return labels;
}

void appendFile(const std::string& path, LabelSet& set, Knowledge& knows) {
  const auto header = io::readLabelHeader(path);
  set.species_names = header.species_names;
  knows.labels.bond_inner = header.bond_inner;
  knows.labels.bond_outer = header.bond_outer;
  for (const auto index : io::labelIndices(path)) set.structures.push_back(slim(io::readLabels(path, index)));
}

void knowCampaign(const OpenedCampaign& opened, Knowledge& knows) {
  knows.mixture = opened.campaign.system.mixture;
  knows.model = opened.campaign.system.model;
  knows.temperature = opened.campaign.system.temperature;
}

LabelSet readCampaignLabels(const std::string& path, Knowledge& knows) {
  const OpenedCampaign opened = openCampaign(path);
  const CampaignFolder folder(opened.root, opened.campaign);
  LabelSet set{path, opened.campaign.system.mixture.box, {}, {}};
  knowCampaign(opened, knows);
  for (const auto& shard : folder.shards()) {
    if (exists(folder.labels(shard))) appendFile(folder.labels(shard), set, knows);
  }
  require<FileError>(!set.structures.empty(),
                     "{}: there are no labels yet; run the campaign up to the stage label first", path);
  return set;
}

/// A label file knows its box by the campaign.toml of its folder, where it still lies there.
LabelSet readLabelFile(const std::string& path, Knowledge& knows) {
  require<FileError>(exists(path), "{}: there is no such file", path);
  LabelSet set{path, {}, {}, {}};
  appendFile(path, set, knows);
  const auto folder = fs::absolute(path).parent_path().parent_path();
  if (exists((folder / "campaign.toml").string())) {
    knowCampaign(openCampaign(folder.string()), knows);
    set.box = knows.mixture->box;
  }
  return set;
}

std::string guessModel(const std::string& path) {
  const io::NpzReader file(path);
  const auto start = file.reals("initial_positions");
  for (const auto* name : {"KA", "KA2D"}) {
    const Mixture m = Mixture::preset(name);
    const auto n = static_cast<std::size_t>(m.particles()), d = static_cast<std::size_t>(m.dimension);
    if (start.shape() == std::vector<std::size_t>{n, d}) return name;
  }
  throw InputError(
      fmt::format("{}: {} coordinates do not tell the model; give --model", path, fmt::join(start.shape(), " x ")));
}

/// Any small step will do: steps are not compared.
StepLadder ladderOf(const std::vector<double>& times) {
  return StepLadder::fromTimes(times, times.front() / 1000);
}

StructureLabels readPublished(const PublishedStructure& structure, const Mixture& mixture, const Knowledge& knows,
                              const std::vector<double>& given) {
  const std::string& path = structure.files.front().path;
  const auto name = io::parseGlassName(path);
  const bool coded = name.time_code.has_value();
  const double temperature = name.temperature.value_or(knows.temperature.value_or(0));
  require(!coded || temperature > 0 || !given.empty(), "{}: the name has a time code but no temperature; give --times",
          path);
  const auto data = io::readGlassData(path, mixture);
  StructureLabels labels;
  if (!data.end_positions.empty()) {
    const auto times =
        timesOfFiles(structure, knows.model, temperature, coded && temperature > 0 ? std::vector<double>{} : given);
    labels = labelsFromFrames(readEndFrames(structure, mixture), mixture, knows.labels, ladderOf(times), times, false);
  } else {
    require<FileError>(!data.displacement.empty(), "{}: has neither end frames (positions) nor propensities (md_prop)",
                       path);
    const auto rows = data.displacement.extent(0);
    const bool published = publishedTimes(knows.model, temperature).size() == rows;
    const auto times =
        timesOfPropensities(path, rows, knows.model, temperature, published ? std::vector<double>{} : given);
    labels = labelsAsPublished(data, path, ladderOf(times), times);
  }
  labels.structure = structure.number;
  return slim(std::move(labels));
}

LabelSet readNpzSet(const std::vector<std::string>& paths, const LabelHints& hints, Knowledge knows) {
  std::vector<std::string> files;
  for (const auto& path : paths) {
    for (auto& file : io::expandStructureFiles(fs::absolute(path).string(), "")) files.push_back(std::move(file));
  }
  const auto structures = groupFiles(files);
  const std::string& first = structures.front().files.front().path;
  if (!hints.model.empty()) knows = {Mixture::preset(hints.model), hints.model, knows.temperature, knows.labels};
  if (!knows.mixture) {
    knows.model = guessModel(first);
    knows.mixture = Mixture::preset(knows.model);
  }
  if (hints.temperature) knows.temperature = hints.temperature;
  LabelSet set{fmt::format("{}", fmt::join(paths, " ")),
               io::readGlassData(first, *knows.mixture).snapshot.box,
               knows.mixture->species,
               {}};
  for (const auto& structure : structures) {
    set.structures.push_back(readPublished(structure, *knows.mixture, knows, hints.times));
  }
  return set;
}

std::optional<LabelSet> readOurs(const std::string& path, Knowledge& knows) {
  if (isCampaign(path)) return readCampaignLabels(path, knows);
  if (isLabelFile(path)) return readLabelFile(path, knows);
  return std::nullopt;
}

}  // namespace

std::pair<LabelSet, LabelSet> readLabelSets(const std::string& a, const std::string& b, const LabelHints& hints) {
  Knowledge knows;
  auto set_a = readOurs(a, knows);
  auto set_b = readOurs(b, knows);
  if (!set_a) set_a = readNpzSet({a}, hints, knows);
  if (!set_b) set_b = readNpzSet({b}, hints, knows);
  if (set_a->box.empty()) set_a->box = set_b->box;
  if (set_b->box.empty()) set_b->box = set_a->box;
  if (set_a->box.empty() && !hints.model.empty()) set_a->box = set_b->box = Mixture::preset(hints.model).box;
  return {std::move(*set_a), std::move(*set_b)};
}

std::pair<LabelSet, LabelSet> readLabelSets(const std::string& campaign, const std::vector<std::string>& published,
                                            const LabelHints& hints) {
  Knowledge knows;
  LabelSet ours = readCampaignLabels(campaign, knows);
  LabelSet theirs = readNpzSet(published, hints, knows);
  return {std::move(ours), std::move(theirs)};
}

}  // namespace glassforge::app
