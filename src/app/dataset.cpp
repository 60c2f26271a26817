#include "app/dataset.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>

#include "app/dataset_fields.hpp"
#include "app/learning_data.hpp"
#include "app/parents.hpp"
#include "app/state_store.hpp"
#include "core/error.hpp"
#include "io/atomic_file.hpp"
#include "io/dataset_file.hpp"
#include "io/label_file.hpp"
#include "io/sha256.hpp"

namespace glassforge::app {
namespace {

/// What one rank finds out about a structure for all of them.
struct Outline {
  std::int64_t structure = 0, pairs = 0, replicas = 0;
  std::uint64_t fields = 0;  ///< bit k: it has field k
  std::vector<double> times;
  std::vector<std::int64_t> steps;
};

/// Structures of a shard that have both a state and labels, ascending.
std::vector<DatasetRecord> readShard(const CampaignFolder& folder, const Shard& shard) {
  std::vector<DatasetRecord> records;
  const std::string labels = folder.labels(shard);
  io::checkManifest(labels, io::readManifest(labels), folder.manifest("labels"));
  const auto labelled = io::labelIndices(labels);
  for (auto& state : storedStates(folder, shard)) {
    if (std::find(labelled.begin(), labelled.end(), state.index) == labelled.end()) continue;
    auto found = io::readLabels(labels, state.index, io::Replicas::status_only);
    records.push_back({std::move(state), std::move(found)});
  }
  return records;
}

Outline outlineOf(const DatasetRecord& record) {
  const auto& labels = record.labels;
  Outline outline{record.state.index, 0,           static_cast<std::int64_t>(labels.replicas.status.size()), 0,
                  labels.times,       labels.steps};
  if (!labels.pairs.edges.empty()) outline.pairs = static_cast<std::int64_t>(labels.pairs.edges.extent(0));
  const auto& fields = datasetFields();
  for (std::size_t k = 0; k < fields.size(); ++k) outline.fields |= std::uint64_t{fields[k].isThere(record)} << k;
  return outline;
}

void pack(const Outline& o, std::vector<double>& numbers) {
  numbers.insert(numbers.end(),
                 {static_cast<double>(o.structure), static_cast<double>(o.pairs), static_cast<double>(o.replicas),
                  static_cast<double>(o.fields), static_cast<double>(o.times.size())});
  numbers.insert(numbers.end(), o.times.begin(), o.times.end());
  numbers.insert(numbers.end(), o.steps.begin(), o.steps.end());
}

Outline unpack(std::vector<double>::const_iterator& at) {
  Outline o;
  o.structure = static_cast<std::int64_t>(*at++);
  o.pairs = static_cast<std::int64_t>(*at++);
  o.replicas = static_cast<std::int64_t>(*at++);
  o.fields = static_cast<std::uint64_t>(*at++);
  const auto times = static_cast<std::ptrdiff_t>(*at++);
  o.times.assign(at, at + times);
  at += times;
  for (std::ptrdiff_t t = 0; t < times; ++t) o.steps.push_back(static_cast<std::int64_t>(*at++));
  return o;
}

/// Of all structures, ascending, on every rank. Collective.
std::vector<Outline> gatherOutlines(const StageContext& context, const std::vector<Shard>& shards) {
  std::vector<double> mine;
  const auto size = static_cast<std::size_t>(context.comm.size());
  par::together(context.comm, [&] {
    for (auto k = static_cast<std::size_t>(context.comm.rank()); k < shards.size(); k += size) {
      context.guard.check();
      for (const auto& record : readShard(context.folder, shards[k])) pack(outlineOf(record), mine);
    }
  });
  std::vector<Outline> all;
  for (const auto& numbers : context.comm.allGather(mine)) {
    for (auto at = numbers.cbegin(); at != numbers.cend();) all.push_back(unpack(at));
  }
  std::sort(all.begin(), all.end(), [](const Outline& a, const Outline& b) { return a.structure < b.structure; });
  return all;
}

/// Leaves those that have the label times which the first of those with most times has: an array has one axis of times.
void keepCommonTimes(std::vector<Outline>& outlines) {
  const auto most = std::max_element(outlines.begin(), outlines.end(), [](const Outline& a, const Outline& b) {
    return a.times.size() < b.times.size();
  });
  const auto times = most->times;
  std::erase_if(outlines, [&](const Outline& o) { return o.times != times; });
}

/// What the file will hold, the same on every rank.
struct Plan {
  std::vector<Outline> outlines;    ///< of the structures in it
  std::vector<std::size_t> fields;  ///< of datasetFields(), that its arrays are
  io::DatasetLayout layout;

  /// Where structure s stands, or its number of structures where it is not in.
  std::size_t place(std::int64_t structure) const {
    const auto& all = layout.structures;
    const auto found = std::lower_bound(all.begin(), all.end(), structure);
    return static_cast<std::size_t>(found != all.end() && *found == structure ? found - all.begin()
                                                                              : all.end() - all.begin());
  }
};

Plan planOf(const StageContext& context, std::vector<Outline> outlines) {
  Plan plan{std::move(outlines), {}, {}};
  std::uint64_t there = 0;
  std::vector<std::int64_t> offsets{0};
  for (const auto& o : plan.outlines) {
    plan.layout.structures.push_back(o.structure);
    offsets.push_back(offsets.back() + o.pairs);
    there |= o.fields;
  }
  const auto& mixture = context.campaign.system.mixture;
  DatasetRecord sizes;
  sizes.state.thermal.dimension = mixture.dimension;
  sizes.state.thermal.species.resize(static_cast<std::size_t>(mixture.particles()));
  sizes.labels.times = plan.outlines.front().times;
  const auto extents = datasetExtents(sizes, mixture.species.size());
  const auto& fields = datasetFields();
  for (std::size_t k = 0; k < fields.size(); ++k) {
    if ((there >> k & 1) == 0) continue;
    io::DatasetArray array{fields[k].name, fields[k].axes, {}, static_cast<bool>(fields[k].integer)};
    for (std::size_t a = 1; a < array.axes.size(); ++a) array.row.push_back(extents.at(array.axes[a]));
    if (array.axes.front() == "pairs") plan.layout.pair_offsets = offsets;
    plan.layout.arrays.push_back(std::move(array));
    plan.fields.push_back(k);
  }
  return plan;
}

// ---- what rank 0 writes
// -----------------------------------------------------------------------------------------------

std::string relative(const CampaignFolder& folder, const std::string& path) {
  return std::filesystem::path(path).lexically_relative(folder.root()).string();
}

/// Links that lead to descriptors and to the values of replicas, where those are or will be.
void writeLinks(const io::Hdf5Group& root, const StageContext& context, const Plan& plan) {
  const auto& folder = context.folder;
  const auto sets = wantedSets(context.campaign);
  for (const auto& o : plan.outlines) {
    const auto& shard = folder.shardOf(o.structure);
    const std::string name = io::structureName(o.structure);
    if (o.replicas > 0)
      root.make("replicas").linkOutside(relative(folder, folder.labels(shard)), "/" + name + "/replicas", name);
    if (!sets.empty()) root.make("features").linkOutside(relative(folder, folder.features(shard)), "/" + name, name);
  }
  const auto& first = folder.shardOf(plan.outlines.front().structure);
  for (const auto& set : sets) {
    root.make("feature_sets").linkOutside(relative(folder, folder.features(first)), "/" + set, set);
  }
}

/// Rows of the structures of each part; a structure of the split that has no labels is in none.
void writeSplit(const io::Hdf5Group& root, const Split& split, const Plan& plan) {
  const auto group = root.make("split");
  for (const auto& [name, part] :
       {std::pair{"train", &split.train}, {"validation", &split.validation}, {"test", &split.test}}) {
    std::vector<std::int64_t> rows;
    for (const auto structure : *part) {
      const auto row = plan.place(structure);
      if (row < plan.layout.structures.size()) rows.push_back(static_cast<std::int64_t>(row));
    }
    group.write(name, rows);
  }
}

void writeSmall(const io::Hdf5Group& root, const StageContext& context, const DatasetParents& parents,
                const Plan& plan) {
  const auto& folder = context.folder;
  Manifest manifest = folder.manifest("dataset");
  manifest.parent_hash = parents.hash;
  io::writeManifest(root, manifest, context.notes);
  const auto header = io::readLabelHeader(folder.labels(folder.shardOf(plan.outlines.front().structure)));
  root.setAttribute("dynamics", header.dynamics);
  root.setAttribute("dt", header.dt);
  root.setAttribute("bond_inner", header.bond_inner);
  root.setAttribute("bond_outer", header.bond_outer);
  root.setAttribute("overlap_distance", header.overlap_distance);
  root.setAttribute("pair_cutoff", header.pair_cutoff);
  root.setAttribute("species_names", header.species_names);
  root.write("times", plan.outlines.front().times);
  root.write("steps", plan.outlines.front().steps);
  const auto group = root.make("parents");
  group.write("files", parents.files);
  group.write("hashes", parents.hashes);
  if (const auto split = folder.storedSplit()) writeSplit(root, *split, plan);
  writeLinks(root, context, plan);
}

// ---- what all ranks write
// -----------------------------------------------------------------------------------------------

/// The rows of one array that neighbouring structures of a shard have, as bytes.
std::vector<char> rowsOf(const Plan& plan, std::size_t number, const std::vector<DatasetRecord>& records) {
  const auto& array = plan.layout.arrays[number];
  const auto& field = datasetFields()[plan.fields[number]];
  std::vector<char> rows;
  const auto add = [&](const auto& values) {
    const auto* bytes = reinterpret_cast<const char*>(values.data());
    rows.insert(rows.end(), bytes, bytes + values.size() * sizeof(values[0]));
  };
  for (const auto& record : records) {
    const auto place = plan.place(record.state.index);
    const std::size_t many = plan.layout.firstRow(array, place + 1) - plan.layout.firstRow(array, place);
    const std::size_t before = rows.size(), expected = many * plan.layout.rowBytes(array);
    if (field.integer) add(field.integer(record));
    if (field.real) add(field.real(record));
    if (rows.size() == before && field.real) {
      add(std::vector<double>(expected / sizeof(double), std::numeric_limits<double>::quiet_NaN()));
    }
    require<FileError>(rows.size() - before == expected, "structure {}: {} has {} bytes where {} are right",
                       record.state.index, array.name, rows.size() - before, expected);
  }
  return rows;
}

/// Each rank fills in one of its shards a round; all ranks take part in every transfer.
void fillArrays(const StageContext& context, const std::vector<Shard>& shards, const Plan& plan,
                const std::string& path) {
  const auto& comm = context.comm;
  std::unique_ptr<io::DatasetWriter> writer;
  par::together(comm, [&] { writer = std::make_unique<io::DatasetWriter>(comm.handle(), path, plan.layout); });
  const auto size = static_cast<std::size_t>(comm.size());
  for (std::size_t begin = 0; begin < shards.size(); begin += size) {
    const std::size_t mine = begin + static_cast<std::size_t>(comm.rank());
    std::vector<DatasetRecord> records;
    std::vector<std::vector<char>> rows(plan.layout.arrays.size());
    par::together(comm, [&] {
      context.guard.check();
      if (mine >= shards.size()) return;
      records = readShard(context.folder, shards[mine]);
      std::erase_if(records, [&](const auto& r) { return plan.place(r.state.index) == plan.layout.structures.size(); });
      for (std::size_t k = 0; k < rows.size(); ++k) rows[k] = rowsOf(plan, k, records);
    });
    const std::size_t first = records.empty() ? 0 : plan.place(records.front().state.index);
    for (std::size_t k = 0; k < rows.size(); ++k) writer->write(k, first, records.size(), rows[k].data());
    par::together(comm, [&] { writer->requireWritten(); });
  }
  par::together(comm, [&] { writer->close(); });
}

/// Whether dataset.h5 is whole and made from what is there now. Says so where it is damaged. Collective.
bool isSound(const StageContext& context, const std::string& hash) {
  const auto& comm = context.comm;
  const std::string path = context.folder.dataset();
  std::string answer;
  par::together(comm, [&] {
    if (!comm.root() || !exists(path)) return;
    char signature[8] = {};
    std::ifstream(path, std::ios::binary).read(signature, sizeof signature);
    require<FileError>(std::string_view(signature, sizeof signature) == "\x89HDF\r\n\x1a\n",
                       "{}: not an HDF5 file; move it away, the dataset of the campaign comes here", path);
    try {
      io::Hdf5File file(path);
    } catch (const FileError& error) {
      answer = error.what();
      return;
    }
    answer = isUpToDate(context.folder, path, "dataset", hash) ? "up to date" : "";
  });
  answer = comm.broadcast(answer);
  if (answer == "up to date") {
    std::string damage;
    try {
      io::checkDataset(path, static_cast<std::size_t>(comm.rank()), static_cast<std::size_t>(comm.size()));
    } catch (const FileError& error) {
      damage = error.what();
    }
    answer = "";
    for (const auto& one : comm.allGather(damage)) answer = answer.empty() ? one : answer;
    if (answer.empty()) return true;
  }
  if (comm.root() && !answer.empty()) fmt::print("  {}; the dataset is made again\n", answer);
  return false;
}

void writeDataset(const StageContext& context, const std::vector<Shard>& shards, const DatasetParents& parents,
                  const Plan& plan) {
  const auto& comm = context.comm;
  std::unique_ptr<io::AtomicFile> file;  // of rank 0; what is not committed is removed
  par::together(comm, [&] {
    if (!comm.root()) return;
    file = std::make_unique<io::AtomicFile>(context.folder.dataset());
    io::createDataset(file->temporary(), plan.layout,
                      [&](const io::Hdf5Group& root) { writeSmall(root, context, parents, plan); });
  });
  const std::string temporary = comm.broadcast(file ? file->temporary() : "");
  fillArrays(context, shards, plan, temporary);
  par::together(comm, [&] {
    io::checkDataset(temporary, static_cast<std::size_t>(comm.rank()), static_cast<std::size_t>(comm.size()));
  });
  par::together(comm, [&] {
    if (file) file->commit();
  });
}

}  // namespace

std::vector<Shard> labelledShards(const CampaignFolder& folder) {
  std::vector<Shard> shards(folder.shards());
  std::erase_if(shards, [&](const Shard& s) { return !exists(folder.labels(s)) || !exists(folder.states(s)); });
  return shards;
}

DatasetParents datasetParents(const par::Communicator& comm, const CampaignFolder& folder, const Campaign& campaign) {
  std::vector<std::string> paths;
  std::string split = "none";
  par::together(comm, [&] {
    for (const auto& shard : labelledShards(folder)) {
      paths.push_back(folder.states(shard));
      paths.push_back(folder.labels(shard));
    }
    if (const auto s = folder.storedSplit()) {
      split =
          fmt::format("{}; {}; {}", fmt::join(s->train, " "), fmt::join(s->validation, " "), fmt::join(s->test, " "));
    }
  });
  DatasetParents parents{{}, contentHashes(comm, paths), ""};
  for (const auto& path : paths) parents.files.push_back(relative(folder, path));
  io::Sha256 hash;
  hash.update(fmt::format("{}\n{}\nsplit {}\nsets {}", fmt::join(parents.files, "\n"), fmt::join(parents.hashes, "\n"),
                          split, fmt::join(wantedSets(campaign), " ")));
  parents.hash = hash.hex();
  return parents;
}

void mergeDataset(const StageContext& context) {
  std::vector<Shard> shards;
  par::together(context.comm, [&] { shards = labelledShards(context.folder); });
  if (shards.empty()) return;
  const auto parents = datasetParents(context.comm, context.folder, context.campaign);
  if (isSound(context, parents.hash)) return;
  auto outlines = gatherOutlines(context, shards);
  if (outlines.empty()) return;
  const std::size_t all = outlines.size();
  keepCommonTimes(outlines);
  const Plan plan = planOf(context, std::move(outlines));
  writeDataset(context, shards, parents, plan);
  if (!context.comm.root()) return;
  const std::size_t in = plan.layout.structures.size();
  fmt::print("  dataset.h5: {} structures{}\n", in,
             in == all ? "" : fmt::format("; {} have other label times and are left out", all - in));
}

}  // namespace glassforge::app
