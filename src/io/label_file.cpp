#include "io/label_file.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "io/hdf5.hpp"

namespace glassforge::io {
namespace {

constexpr std::string_view kKind = "labels";
constexpr std::string_view kPartKind = "part";

using Shape = std::vector<std::size_t>;

void writeWhereThere(const Hdf5Group& group, const std::string& name, const Array<double>& values) {
  if (!values.empty()) group.write(name, values);
}

Array<double> readWhereThere(const Hdf5Group& group, const std::string& name, const Shape& shape) {
  return group.has(name) ? group.read<double>(name, shape) : Array<double>();
}

/// T of an array whose leading axis is time; FileError where two arrays of a record disagree.
void requireShape(const Array<double>& values, const Shape& shape, std::string_view what, std::int64_t structure) {
  require<FileError>(values.empty() || values.shape() == shape, "structure {}: {} has shape ({}) where ({}) is right", structure,
                     what, fmt::join(values.shape(), ", "), fmt::join(shape, ", "));
}

/// Sums over replicas, so that replicas added later can be added to them.
void writePairSums(const Hdf5Group& group, const ReplicaLabels& labels) {
  if (labels.pair_replicas.empty()) return;
  group.write("pair_sum", labels.pair_sum);
  group.write("pair_sum2", labels.pair_sum2);
  group.write("pair_replicas", labels.pair_replicas);
  group.object("pair_sum").setAttribute("scale", kPairScale);
  group.object("pair_sum2").setAttribute("scale", kPairScale);
}

void readPairSums(const Hdf5Group& group, std::size_t times, ReplicaLabels& labels) {
  if (!group.has("pair_sum")) return;
  const auto scale = group.object("pair_sum").attribute<double>("scale");
  if (scale != kPairScale) group.fail("pair_sum", fmt::format("has scale {} where {} is right", scale, kPairScale));
  labels.pair_sum = group.read<std::int64_t>("pair_sum");
  if (labels.pair_sum.rank() != 2 || labels.pair_sum.extent(0) != times) {
    group.fail("pair_sum", fmt::format("has shape ({}); {} times are expected", fmt::join(labels.pair_sum.shape(), ", "), times));
  }
  labels.pair_sum2 = group.read<std::int64_t>("pair_sum2", labels.pair_sum.shape());
  labels.pair_replicas = group.readVector<std::int64_t>("pair_replicas", times);
}

void writeReplicas(const Hdf5Group& group, const ReplicaLabels& labels) {
  writePairSums(group, labels);
  writeWhereThere(group, "displacement", labels.displacement);
  writeWhereThere(group, "bond_breaking", labels.bond_breaking);
  writeWhereThere(group, "frames", labels.frames);
  group.write("energy_drift", labels.energy_drift);
  group.write("status", labels.status);
}

/// Shapes follow from the number of times and from the first array that is there.
ReplicaLabels readReplicas(const Hdf5Group& group, std::size_t times, Replicas wanted = Replicas::read) {
  ReplicaLabels labels;
  labels.status = group.readTexts("status");
  const auto replicas = labels.status.size();
  labels.energy_drift = group.readVector<double>("energy_drift", replicas);
  if (wanted == Replicas::status_only) return labels;
  for (const auto& [name, values] : {std::pair<const char*, Array<double>*>{"displacement", &labels.displacement},
                                     {"bond_breaking", &labels.bond_breaking},
                                     {"frames", &labels.frames}}) {
    if (!group.has(name) || (values == &labels.frames && wanted == Replicas::without_frames)) continue;
    *values = group.read<double>(name);
    const auto& shape = values->shape();
    if (shape.size() != (values == &labels.frames ? 4u : 3u) || shape[0] != times || shape[1] != replicas) {
      group.fail(name, fmt::format("has shape ({}); {} times and {} replicas are expected", fmt::join(shape, ", "), times,
                                   replicas));
    }
  }
  readPairSums(group, times, labels);
  return labels;
}

void writePairs(const Hdf5Group& group, const PairLabels& pairs) {
  if (pairs.edges.empty()) return;
  group.write("edges", pairs.edges);
  group.write("change", pairs.change);
  group.write("variance", pairs.variance);
}

PairLabels readPairs(const Hdf5Group& labels, std::size_t times) {
  PairLabels pairs;
  if (!labels.has("pairs")) return pairs;
  const auto group = labels.open("pairs");
  pairs.edges = group.read<std::int32_t>("edges");
  if (pairs.edges.rank() != 2 || pairs.edges.extent(1) != 2) {
    group.fail("edges", fmt::format("has shape ({}); two ends of each pair are expected", fmt::join(pairs.edges.shape(), ", ")));
  }
  pairs.change = group.read<double>("change", {times, pairs.edges.extent(0)});
  pairs.variance = group.read<double>("variance", {times, pairs.edges.extent(0)});
  return pairs;
}

/// (T, species), or empty where the file was made before there was one.
Array<double> readCeiling(const Hdf5Group& group, const std::string& name, std::size_t times) {
  if (!group.has(name)) return {};
  auto ceiling = group.read<double>(name);
  if (ceiling.rank() != 2 || ceiling.extent(0) != times) {
    group.fail(name, fmt::format("has shape ({}); {} times are expected", fmt::join(ceiling.shape(), ", "), times));
  }
  return ceiling;
}

bool hasReplicas(const ReplicaLabels& r) { return !r.status.empty() || !r.displacement.empty() || !r.bond_breaking.empty(); }

void requireShapes(const StructureLabels& s) {
  const auto t = s.times.size(), n = s.species.size();
  require<FileError>(s.steps.size() == t, "structure {}: {} times but {} steps", s.structure, t, s.steps.size());
  requireShape(s.displacement, {t, n}, "displacement", s.structure);
  requireShape(s.displacement_variance, {t, n}, "displacement_variance", s.structure);
  requireShape(s.bond_breaking, {t, n}, "bond_breaking", s.structure);
  requireShape(s.bond_breaking_variance, {t, n}, "bond_breaking_variance", s.structure);
  requireShape(s.overlap, {t, n}, "overlap", s.structure);
  const auto r = s.replicas.status.size();
  requireShape(s.replicas.displacement, {t, r, n}, "displacement of replicas", s.structure);
  requireShape(s.replicas.bond_breaking, {t, r, n}, "bond_breaking of replicas", s.structure);
}

void writeOne(const Hdf5Group& group, const StructureLabels& s) {
  requireShapes(s);
  const auto labels = group.make("labels");
  writeWhereThere(labels, "displacement", s.displacement);
  writeWhereThere(labels, "displacement_variance", s.displacement_variance);
  writeWhereThere(labels, "bond_breaking", s.bond_breaking);
  writeWhereThere(labels, "bond_breaking_variance", s.bond_breaking_variance);
  writeWhereThere(labels, "displacement_ceiling", s.displacement_ceiling);
  writeWhereThere(labels, "bond_breaking_ceiling", s.bond_breaking_ceiling);
  writeWhereThere(labels, "overlap", s.overlap);
  if (!s.pairs.edges.empty()) writePairs(labels.make("pairs"), s.pairs);
  if (hasReplicas(s.replicas)) {
    const auto replicas = group.make("replicas");
    writeReplicas(replicas, s.replicas);
    if (s.distinct_pairs > 0) replicas.setAttribute("distinct_pairs", s.distinct_pairs);
  }
  const auto positions = group.make("positions");
  writeWhereThere(positions, "thermal", s.thermal);
  writeWhereThere(positions, "inherent", s.inherent);
  writeWhereThere(positions, "cage", s.cage);
  group.write("times", s.times);
  group.write("steps", s.steps);
  group.write("species", s.species);
}

Array<double> readPositions(const Hdf5Group& group, const std::string& name, std::size_t particles) {
  if (!group.has(name)) return {};
  auto positions = group.read<double>(name);
  if (positions.rank() != 2 || positions.extent(0) != particles) {
    group.fail(name, fmt::format("has shape ({}); {} particles are expected", fmt::join(positions.shape(), ", "), particles));
  }
  return positions;
}

StructureLabels readOne(const Hdf5Group& group, std::int64_t index, Replicas wanted = Replicas::read) {
  StructureLabels s;
  s.structure = index;
  s.times = group.readVector<double>("times");
  const auto t = s.times.size();
  s.steps = group.readVector<std::int64_t>("steps", t);
  s.species = group.readVector<std::int32_t>("species");
  const auto n = s.species.size();
  const auto labels = group.open("labels");
  s.displacement = readWhereThere(labels, "displacement", {t, n});
  s.displacement_variance = readWhereThere(labels, "displacement_variance", {t, n});
  s.bond_breaking = readWhereThere(labels, "bond_breaking", {t, n});
  s.bond_breaking_variance = readWhereThere(labels, "bond_breaking_variance", {t, n});
  s.displacement_ceiling = readCeiling(labels, "displacement_ceiling", t);
  s.bond_breaking_ceiling = readCeiling(labels, "bond_breaking_ceiling", t);
  s.overlap = readWhereThere(labels, "overlap", {t, n});
  s.pairs = readPairs(labels, t);
  const auto positions = group.open("positions");
  s.thermal = readPositions(positions, "thermal", n);
  s.inherent = readPositions(positions, "inherent", n);
  s.cage = readPositions(positions, "cage", n);
  if (group.has("replicas")) {
    const auto replicas = group.open("replicas");
    s.replicas = readReplicas(replicas, t, wanted);
    if (replicas.hasAttribute("distinct_pairs")) s.distinct_pairs = replicas.attribute<std::int64_t>("distinct_pairs");
  }
  s.replicas.steps = s.steps;
  s.replicas.structure = index;
  return s;
}

}  // namespace

void writeLabels(const std::string& path, const Manifest& manifest, const LabelHeader& header,
                 std::span<const StructureLabels> labels, const RunNotes& notes) {
  Hdf5Writer writer(path);
  {
    const auto root = writer.root();
    writeManifest(root, manifest, notes);
    root.setAttribute("dynamics", header.dynamics);
    root.setAttribute("dt", header.dt);
    root.setAttribute("bond_inner", header.bond_inner);
    root.setAttribute("bond_outer", header.bond_outer);
    if (header.overlap_distance > 0) root.setAttribute("overlap_distance", header.overlap_distance);
    if (header.pair_cutoff > 0) root.setAttribute("pair_cutoff", header.pair_cutoff);
    root.setAttribute("species_names", header.species_names);
    for (const auto& one : labels) writeOne(root.make(structureName(one.structure)), one);
  }
  writer.commit();
}

LabelHeader readLabelHeader(const std::string& path) {
  const auto file = openKind(path, kKind);
  const auto root = file.root();
  const auto whereThere = [&](const char* name) { return root.hasAttribute(name) ? root.attribute<double>(name) : 0.0; };
  return {.dynamics = root.textAttribute("dynamics"),
          .dt = root.attribute<double>("dt"),
          .bond_inner = root.attribute<double>("bond_inner"),
          .bond_outer = root.attribute<double>("bond_outer"),
          .species_names = root.textAttributes("species_names"),
          .overlap_distance = whereThere("overlap_distance"),
          .pair_cutoff = whereThere("pair_cutoff")};
}

std::vector<std::int64_t> labelIndices(const std::string& path) { return structureIndices(openKind(path, kKind).root()); }

std::vector<StructureLabels> readLabels(const std::string& path) {
  const auto file = openKind(path, kKind);
  const auto root = file.root();
  std::vector<StructureLabels> labels;
  for (const auto index : structureIndices(root)) labels.push_back(readOne(root.open(structureName(index)), index));
  return labels;
}

StructureLabels readLabels(const std::string& path, std::int64_t index, Replicas wanted) {
  const auto file = openKind(path, kKind);
  const auto root = file.root();
  const auto there = structureIndices(root);
  require<FileError>(std::find(there.begin(), there.end(), index) != there.end(),
                     "{}: has no labels of structure {}; it holds {}", path, index, fmt::join(there, ", "));
  return readOne(root.open(structureName(index)), index, wanted);
}

std::vector<ReplicaCover> labelCovers(const std::string& path) {
  const auto file = openKind(path, kKind);
  const auto root = file.root();
  std::vector<ReplicaCover> covers;
  for (const auto index : structureIndices(root)) {
    const auto group = root.open(structureName(index));
    ReplicaCover cover{index, 0, group.readVector<std::int64_t>("steps"), {}};
    if (group.has("replicas")) cover.status = group.open("replicas").readTexts("status");
    covers.push_back(std::move(cover));
  }
  return covers;
}

ReplicaCover partCover(const std::string& path) {
  const auto file = openKind(path, kPartKind);
  const auto group = file.root().open("part");
  return {group.attribute<std::int64_t>("structure"), group.attribute<std::int64_t>("first_replica"),
          group.readVector<std::int64_t>("steps"), group.readTexts("status")};
}

void writeReplicaPart(const std::string& path, const Manifest& manifest, const ReplicaPart& part, const RunNotes& notes) {
  Hdf5Writer writer(path);
  {
    const auto root = writer.root();
    Manifest own(manifest);
    own.kind = kPartKind;
    writeManifest(root, own, notes);
    const auto group = root.make("part");
    group.setAttribute("structure", part.labels.structure);
    group.setAttribute("first_replica", part.labels.first_replica);
    group.write("steps", part.steps);
    writeReplicas(group, part.labels);
  }
  writer.commit();
}

ReplicaPart readReplicaPart(const std::string& path) {
  const auto file = openKind(path, kPartKind);
  const auto group = file.root().open("part");
  ReplicaPart part;
  part.steps = group.readVector<std::int64_t>("steps");
  part.labels = readReplicas(group, part.steps.size());
  part.labels.steps = part.steps;
  part.labels.structure = group.attribute<std::int64_t>("structure");
  part.labels.first_replica = group.attribute<std::int64_t>("first_replica");
  return part;
}

}  // namespace glassforge::io
