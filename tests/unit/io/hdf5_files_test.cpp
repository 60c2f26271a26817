#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <bit>
#include <csignal>
#include <cstring>
#include <functional>

#include "core/error.hpp"
#include "io/dynamics_file.hpp"
#include "io/feature_file.hpp"
#include "io/label_file.hpp"
#include "io/model_file.hpp"
#include "io/state_file.hpp"
#include "io/text_file.hpp"
#include "unit/io/records.hpp"
#include "unit/io/temporary_folder.hpp"

namespace glassforge::io {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool sameBits(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0);
}

bool sameBits(const Array<double>& a, const Array<double>& b) {
  return a.shape() == b.shape() && sameBits(a.values(), b.values());
}

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no FileError";
}

class Hdf5Files : public ::testing::Test {
 protected:
  std::string states(int dimension = 2) {
    const auto mixture = smallMixture(dimension);
    const auto path = folder_.path("states.h5");
    writeStates(path, someManifest("states"), mixture.species,
                std::vector{someState(3, mixture, true), someState(7, mixture, false)});
    return path;
  }
  TemporaryFolder folder_;
};

void expectEqual(const Snapshot& a, const Snapshot& b) {
  EXPECT_EQ(a.dimension, b.dimension);
  EXPECT_EQ(a.species, b.species);
  EXPECT_EQ(a.image, b.image);
  EXPECT_EQ(a.step, b.step);
  EXPECT_TRUE(sameBits(a.box, b.box));
  EXPECT_TRUE(sameBits(a.position, b.position));
  EXPECT_TRUE(sameBits(a.velocity, b.velocity));
  EXPECT_EQ(a.time, b.time);
}

void expectEqual(const EquilibrationSeries& a, const EquilibrationSeries& b) {
  EXPECT_EQ(a.method, b.method);
  EXPECT_EQ(a.progress, b.progress);
  EXPECT_EQ(a.energy, b.energy);
  EXPECT_EQ(a.pressure, b.pressure);
  EXPECT_EQ(a.temperature, b.temperature);
  EXPECT_EQ(a.move_names, b.move_names);
  EXPECT_EQ(a.move_acceptance, b.move_acceptance);
  EXPECT_EQ(a.move_attempts, b.move_attempts);
  EXPECT_EQ(a.energy_error, b.energy_error);
  EXPECT_EQ(a.preparation, b.preparation);
  EXPECT_EQ(a.displacement, b.displacement);
  EXPECT_EQ(a.redos, b.redos);
  EXPECT_EQ(a.window_begin, b.window_begin);
}

void expectEqual(const std::vector<Check>& a, const std::vector<Check>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(a[k].name, b[k].name);
    EXPECT_EQ(a[k].value, b[k].value);
    EXPECT_EQ(a[k].error, b[k].error);
    EXPECT_EQ(a[k].limit, b[k].limit);
    EXPECT_EQ(a[k].passed, b[k].passed);
  }
}

void expectEqual(const BasinCheck& a, const BasinCheck& b) {
  EXPECT_EQ(a.made, b.made);
  EXPECT_EQ(a.energy_per_particle, b.energy_per_particle);
  EXPECT_EQ(a.max_force, b.max_force);
  EXPECT_EQ(a.distance, b.distance);
  EXPECT_EQ(a.same_basin, b.same_basin);
}

void expectEqual(const CageState& a, const CageState& b) {
  EXPECT_TRUE(sameBits(a.position, b.position));
  EXPECT_EQ(a.radius, b.radius);
  EXPECT_EQ(a.displacement, b.displacement);
  EXPECT_EQ(a.acceptance, b.acceptance);
  EXPECT_EQ(a.spread, b.spread);
  EXPECT_EQ(a.sweeps, b.sweeps);
  EXPECT_EQ(a.burn_in, b.burn_in);
}

void expectEqual(const StructureState& a, const StructureState& b) {
  EXPECT_EQ(a.index, b.index);
  EXPECT_EQ(a.origin, b.origin);
  EXPECT_EQ(a.temperature, b.temperature);
  EXPECT_EQ(a.energy, b.energy);
  EXPECT_EQ(a.pressure, b.pressure);
  expectEqual(a.thermal, b.thermal);
  expectEqual(a.equilibration, b.equilibration);
  expectEqual(a.checks, b.checks);
  ASSERT_EQ(a.quenched, b.quenched);
  EXPECT_TRUE(sameBits(a.inherent.position, b.inherent.position));
  EXPECT_EQ(a.inherent.energy_per_particle, b.inherent.energy_per_particle);
  EXPECT_EQ(a.inherent.max_force, b.inherent.max_force);
  EXPECT_EQ(a.inherent.force_evaluations, b.inherent.force_evaluations);
  EXPECT_EQ(a.inherent.iterations, b.inherent.iterations);
  EXPECT_EQ(a.inherent.stop_reason, b.inherent.stop_reason);
  expectEqual(a.basin, b.basin);
  expectEqual(a.cage, b.cage);
}

void expectEqual(const ReplicaLabels& a, const ReplicaLabels& b) {
  EXPECT_EQ(a.structure, b.structure);
  EXPECT_EQ(a.first_replica, b.first_replica);
  EXPECT_TRUE(sameBits(a.displacement, b.displacement));
  EXPECT_TRUE(sameBits(a.bond_breaking, b.bond_breaking));
  EXPECT_TRUE(sameBits(a.frames, b.frames));
  EXPECT_TRUE(sameBits(a.energy_drift, b.energy_drift));
  EXPECT_EQ(a.status, b.status);
  EXPECT_EQ(a.pair_sum, b.pair_sum);
  EXPECT_EQ(a.pair_sum2, b.pair_sum2);
  EXPECT_EQ(a.pair_replicas, b.pair_replicas);
}

void expectEqual(const StructureLabels& a, const StructureLabels& b) {
  EXPECT_EQ(a.structure, b.structure);
  EXPECT_EQ(a.times, b.times);
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.species, b.species);
  expectEqual(a.replicas, b.replicas);
  EXPECT_TRUE(sameBits(a.displacement, b.displacement));
  EXPECT_TRUE(sameBits(a.displacement_variance, b.displacement_variance));
  EXPECT_TRUE(sameBits(a.bond_breaking, b.bond_breaking));
  EXPECT_TRUE(sameBits(a.bond_breaking_variance, b.bond_breaking_variance));
  EXPECT_TRUE(sameBits(a.thermal, b.thermal));
  EXPECT_TRUE(sameBits(a.inherent, b.inherent));
  EXPECT_TRUE(sameBits(a.overlap, b.overlap));
  EXPECT_TRUE(sameBits(a.displacement_ceiling, b.displacement_ceiling));
  EXPECT_TRUE(sameBits(a.bond_breaking_ceiling, b.bond_breaking_ceiling));
  EXPECT_EQ(a.distinct_pairs, b.distinct_pairs);
  EXPECT_EQ(a.pairs.edges, b.pairs.edges);
  EXPECT_TRUE(sameBits(a.pairs.change, b.pairs.change));
  EXPECT_TRUE(sameBits(a.pairs.variance, b.pairs.variance));
  EXPECT_TRUE(sameBits(a.cage, b.cage));
}

TEST_F(Hdf5Files, StatesComeBackBitForBit) {
  for (const int dimension : {2, 3}) {
    const auto mixture = smallMixture(dimension);
    const auto path = states(dimension);
    const auto read = readStates(path);
    ASSERT_EQ(read.size(), 2u);
    expectEqual(read[0], someState(3, mixture, true));
    expectEqual(read[1], someState(7, mixture, false));
    expectEqual(readState(path, 7), read[1]);
    EXPECT_THAT(stateIndices(path), ElementsAre(3, 7));
    EXPECT_EQ(readSpeciesNames(path), mixture.species);
    EXPECT_THAT(message([&] { readState(path, 4); }), HasSubstr("has no structure 4; it holds 3, 7"));
  }
}

TEST_F(Hdf5Files, LargeStatesAreChunkedAndComeBack) {
  auto mixture = Mixture::preset("KA");
  const auto path = folder_.path("large.h5");
  writeStates(path, someManifest("states"), mixture.species, std::vector{someState(0, mixture, true)});
  expectEqual(readState(path, 0), someState(0, mixture, true));
}

TEST_F(Hdf5Files, LabelsComeBackBitForBit) {
  const auto mixture = smallMixture(2);
  const auto path = folder_.path("labels.h5");
  const LabelHeader header{.dynamics = "nvt", .dt = 0.01, .bond_inner = 1.3, .bond_outer = 1.7, .species_names = {"A", "B", "C"}};
  auto bare = someLabels(12, mixture, 0);
  bare.bond_breaking = bare.bond_breaking_variance = bare.inherent = bare.cage = {};
  writeLabels(path, someManifest("labels"), header, std::vector{someLabels(0, mixture, 4), bare});
  const auto read = readLabels(path);
  ASSERT_EQ(read.size(), 2u);
  expectEqual(read[0], someLabels(0, mixture, 4));
  expectEqual(read[1], bare);
  expectEqual(readLabels(path, 12), bare);
  const auto found = readLabelHeader(path);
  EXPECT_EQ(found.dynamics, "nvt");
  EXPECT_EQ(found.dt, 0.01);
  EXPECT_EQ(found.bond_inner, 1.3);
  EXPECT_EQ(found.bond_outer, 1.7);
  EXPECT_EQ(found.species_names, header.species_names);
  EXPECT_THAT(labelIndices(path), ElementsAre(0, 12));
}

TEST_F(Hdf5Files, PairsOverlapAndCeilingsComeBackToo) {
  const auto mixture = smallMixture(2);
  const auto path = folder_.path("labels.h5");
  const LabelHeader header{.species_names = {"A", "B", "C"}, .overlap_distance = 0.25, .pair_cutoff = 1.5};
  writeLabels(path, someManifest("labels"), header, std::vector{fullLabels(4, mixture, 4)});
  expectEqual(readLabels(path, 4), fullLabels(4, mixture, 4));
  EXPECT_EQ(readLabelHeader(path).overlap_distance, 0.25);
  EXPECT_EQ(readLabelHeader(path).pair_cutoff, 1.5);
  auto bare = fullLabels(4, mixture, 4);
  bare.replicas.frames = {};
  expectEqual(readLabels(path, 4, Replicas::without_frames), bare);
  const auto covers = labelCovers(path);
  ASSERT_EQ(covers.size(), 1u);
  EXPECT_EQ(covers[0].structure, 4);
  EXPECT_EQ(covers[0].steps, bare.steps);
  EXPECT_EQ(covers[0].status, bare.replicas.status);
}

TEST_F(Hdf5Files, LabelsOfUnlikeShapesAreRefused) {
  auto labels = someLabels(0, smallMixture(2), 4);
  labels.replicas.displacement = someArray({3, 5, labels.species.size()}, 0, 1);
  EXPECT_THAT(message([&] { writeLabels(folder_.path("x.h5"), someManifest("labels"), {}, std::vector{labels}); }),
              HasSubstr("displacement of replicas"));
  EXPECT_EQ(folder_.entries(), 0u);
}

TEST_F(Hdf5Files, PartOfATaskComesBack) {
  const auto path = folder_.path("part.h5");
  ReplicaPart part{.steps = {10, 100, 1000}, .labels = fullLabels(5, smallMixture(3), 3).replicas};
  part.labels.first_replica = 8;
  writeReplicaPart(path, someManifest("labels"), part);
  const auto read = readReplicaPart(path);
  EXPECT_EQ(read.steps, part.steps);
  expectEqual(read.labels, part.labels);
  EXPECT_EQ(readManifest(path).kind, "part");
  EXPECT_EQ(read.labels.steps, part.steps);
  EXPECT_EQ(partCover(path).first_replica, 8);
  EXPECT_EQ(partCover(path).steps, part.steps);
  EXPECT_EQ(partCover(path).status, part.labels.status);
}

TEST_F(Hdf5Files, FeaturesComeBackBitForBit) {
  const auto path = folder_.path("features.h5");
  const std::vector<StructureFeatures> features{{0, {someFeatures("cage", 43, 1), someFeatures("glassmlp", 43, 6)}},
                                                {10000, {someFeatures("glassmlp", 43, 6)}}};
  writeFeatures(path, someManifest("features"), features);
  const auto read = readFeatures(path);
  ASSERT_EQ(read.size(), 2u);
  ASSERT_EQ(read[0].sets.size(), 2u);
  ASSERT_EQ(read[1].sets.size(), 1u);
  EXPECT_EQ(read[1].structure, 10000);
  const auto& set = read[0].sets[1];
  EXPECT_EQ(set.name, "glassmlp");
  EXPECT_EQ(set.names, features[0].sets[1].names);
  EXPECT_EQ(set.units, features[0].sets[1].units);
  EXPECT_TRUE(sameBits(set.radii, features[0].sets[1].radii));
  EXPECT_TRUE(sameBits(set.values, features[0].sets[1].values));
  EXPECT_THAT(featureSetNames(path), ElementsAre("cage", "glassmlp"));
  EXPECT_THAT(featureIndices(path), ElementsAre(0, 10000));
  EXPECT_TRUE(sameBits(readFeatures(path, 0, "cage").values, features[0].sets[0].values));
  EXPECT_THAT(message([&] { readFeatures(path, 10000, "cage"); }), HasSubstr("has no features 'cage' of structure 10000"));
  auto other = features;
  other[1].sets[0] = someFeatures("glassmlp", 43, 5);
  EXPECT_THAT(message([&] { writeFeatures(path, someManifest("features"), other); }), HasSubstr("other columns"));
}

TEST_F(Hdf5Files, DynamicsComeBackBitForBit) {
  const auto path = folder_.path("dynamics.h5");
  const auto record = someDynamics();
  writeDynamics(path, someManifest("dynamics"), record);
  const auto read = readDynamics(path);
  EXPECT_EQ(read.times, record.times);
  EXPECT_EQ(read.steps, record.steps);
  EXPECT_EQ(read.structures, record.structures);
  EXPECT_EQ(read.q, record.q);
  EXPECT_EQ(read.fs, record.fs);
  EXPECT_EQ(read.fs_error, record.fs_error);
  EXPECT_TRUE(sameBits(read.fs_per_structure, record.fs_per_structure));
  EXPECT_TRUE(sameBits(read.msd, record.msd));
  EXPECT_TRUE(sameBits(read.msd_error, record.msd_error));
  EXPECT_EQ(read.tau_alpha, record.tau_alpha);
  EXPECT_TRUE(std::isnan(read.tau_alpha_error));
}

TEST_F(Hdf5Files, ModelsComeBackWithTheirTree) {
  const auto path = folder_.path("model.h5");
  ModelRecord record{.model = "ridge_cage", .label = "displacement", .arrays = {}, .attributes = {}};
  record.arrays["displacement/A/t0/weights"] = someArray({5}, -1, 1);
  record.arrays["scale"] = someArray({2, 3, 4}, -1, 1);
  record.arrays["displacement/A/t0/scalar"] = Array<double>({}, 3.5);
  record.attributes["displacement/A/t0/penalty"] = 1e-3;
  record.attributes["layers"] = std::int64_t{-4};
  record.attributes["scale/how"] = std::string("standard deviation of σ");
  record.attributes["displacement/empty"] = std::string();
  writeModel(path, someManifest("model"), record);
  const auto read = readModel(path);
  EXPECT_EQ(read.model, record.model);
  EXPECT_EQ(read.label, record.label);
  EXPECT_EQ(read.arrays, record.arrays);
  EXPECT_EQ(read.attributes, record.attributes);
  record.attributes["seed"] = 1.0;
  EXPECT_THAT(message([&] { writeModel(path, someManifest("model"), record); }), HasSubstr("'seed' has no usable name"));
}

TEST_F(Hdf5Files, ManifestComesBackAndRefusesOthers) {
  const auto path = states();
  const auto found = readManifest(path);
  const auto expected = someManifest("states");
  EXPECT_EQ(found.seed, expected.seed);
  EXPECT_EQ(found.conventions, expected.conventions);
  EXPECT_EQ(found.parent_hash, "");
  checkManifest(path, found, expected);
  checkVersion(path, found, expected);
  const auto refused = [&](auto change) {
    auto other = expected;
    change(other);
    return message([&] { checkManifest(path, found, other), checkVersion(path, found, other); });
  };
  EXPECT_THAT(refused([](Manifest& m) { m.kind = "labels"; }), AllOf(HasSubstr(path), HasSubstr("'labels' is needed")));
  EXPECT_THAT(refused([](Manifest& m) { m.format_version = 2; }), HasSubstr("format version 1"));
  EXPECT_THAT(refused([](Manifest& m) { m.campaign = "other"; }), HasSubstr("belongs to campaign 'probe', not 'other'"));
  EXPECT_THAT(refused([](Manifest& m) { m.campaign_hash = "1"; }), HasSubstr("with other settings"));
  EXPECT_THAT(refused([](Manifest& m) { m.code_version = "9"; }), HasSubstr("--accept-version"));
  EXPECT_THAT(message([&] { readLabels(path); }), HasSubstr("kind 'states'; 'labels' is needed"));
}

TEST_F(Hdf5Files, ContentHashIsOfContentAlone) {
  const auto path = states();
  const auto hash = contentHash(path);
  EXPECT_EQ(hash.size(), 64u);
  const auto mixture = smallMixture(2);
  const std::vector both{someState(3, mixture, true), someState(7, mixture, false)};
  const auto hashOf = [&](const Manifest& manifest, const std::vector<StructureState>& content, const RunNotes& notes) {
    writeStates(path, manifest, mixture.species, content, notes);
    return contentHash(path);
  };
  const auto manifest = someManifest("states");
  EXPECT_EQ(hashOf(manifest, both, {{"wall_time", 3.5}, {"ranks", std::int64_t{4}}, {"date", std::string("never")}}), hash);
  EXPECT_EQ(hashOf(manifest, {both[1], both[0]}, {}), hash);
  auto changed = both;
  changed[0].thermal.position[5] = std::nextafter(changed[0].thermal.position[5], 0.0);
  EXPECT_NE(hashOf(manifest, changed, {}), hash);
  auto other = manifest;
  other.parent_hash = "1";
  EXPECT_NE(hashOf(other, both, {}), hash);
  EXPECT_NE(hashOf(manifest, {both[0]}, {}), hash);
}

TEST_F(Hdf5Files, WritingLeavesNoTemporaryFileAndKeepsTheOldOneOnFailure) {
  const auto path = states();
  EXPECT_EQ(folder_.entries(), 1u);
  auto bad = someState(3, smallMixture(2), false);
  bad.thermal.position.pop_back();
  EXPECT_THAT(message([&] { writeStates(path, someManifest("states"), {"A", "B", "C"}, std::vector{bad}); }),
              HasSubstr("unlike sizes"));
  EXPECT_EQ(folder_.entries(), 1u);
  EXPECT_EQ(readStates(path).size(), 2u);
}

TEST_F(Hdf5Files, FullDiskIsAFileError) {
  const auto path = folder_.path("full.h5");
  const auto labels = someLabels(0, Mixture::preset("KA2D"), 20);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  for (const rlim_t limit : {0u, 100u, 2000u, 50000u, 1000000u}) {
    const rlimit small{limit, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const auto said = message([&] { writeLabels(path, someManifest("labels"), {}, std::vector{labels}); });
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_THAT(said, AllOf(HasSubstr(path), HasSubstr("cannot be"))) << limit;
    EXPECT_EQ(folder_.entries(), 0u) << limit;
  }
  std::signal(SIGXFSZ, SIG_DFL);
}

TEST_F(Hdf5Files, MissingAndForeignFilesAreFileErrors) {
  EXPECT_THAT(message([&] { readStates(folder_.path("none.h5")); }), HasSubstr("there is no such file"));
  EXPECT_THAT(message([&] { readStates(folder_.path("")); }), HasSubstr("there is no such file"));
  writeText(folder_.path("text.h5"), "not HDF5 at all");
  EXPECT_THAT(message([&] { readStates(folder_.path("text.h5")); }), HasSubstr("not an HDF5 file"));
  writeText(folder_.path("empty.h5"), "");
  EXPECT_THAT(message([&] { readStates(folder_.path("empty.h5")); }), HasSubstr("not an HDF5 file"));
}

/// Every truncation is refused, naming the file.
TEST_F(Hdf5Files, TruncatedFilesAreFileErrors) {
  const auto path = states();
  const auto whole = readText(path);
  const auto cut = folder_.path("cut.h5");
  for (std::size_t length = 0; length < whole.size(); length += 1 + whole.size() / 150) {
    folder_.spill("cut.h5", std::string_view(whole).substr(0, length));
    EXPECT_THAT(message([&] { readStates(cut); }), HasSubstr(cut)) << length;
  }
}

/// A flipped byte is refused or lies where nothing is stored: what is read is never another content.
TEST_F(Hdf5Files, FlippedBytesNeverChangeWhatIsRead) {
  const auto path = states();
  const auto whole = readText(path);
  const auto hash = contentHash(path);
  const auto flipped = folder_.path("flipped.h5");
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 1500) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    folder_.spill("flipped.h5", bytes);
    try {
      readStates(flipped);
      EXPECT_EQ(contentHash(flipped), hash) << at;
    } catch (const FileError& error) {
      EXPECT_THAT(error.what(), HasSubstr(flipped));
      ++refused;
    }
  }
  EXPECT_GT(refused, 500u);
}

TEST(Hdf5Numbers, ConvertBetweenWidthsButNotFromTextOrReals) {
  const TemporaryFolder folder;
  Hdf5Writer writer(folder.path("x.h5"));
  {
    const auto root = writer.root();
    root.write("i", std::vector<std::int32_t>{-1, 2});
    root.write("u", std::vector<std::uint64_t>{~std::uint64_t{0}});
    root.write("f", Array<float>({2, 1}, std::vector<float>{0.5f, 2}));
    root.write("s", std::vector<std::string>{"one", "", "drei"});
    root.write("none", std::vector<double>{});
    root.write("no texts", std::vector<std::string>{});
    root.write("packed", Array<double>({100, 100}, 1.5), Compression::deflate);
  }
  writer.commit();
  const Hdf5File file(folder.path("x.h5"));
  const auto root = file.root();
  EXPECT_THAT(root.readVector<std::int64_t>("i"), ElementsAre(-1, 2));
  EXPECT_THAT(root.readVector<double>("i"), ElementsAre(-1.0, 2.0));
  EXPECT_EQ(root.readVector<std::uint64_t>("u").front(), ~std::uint64_t{0});
  EXPECT_EQ(root.read<double>("f", {2, 1})(0, 0), 0.5);
  EXPECT_THAT(root.readTexts("s"), ElementsAre("one", "", "drei"));
  EXPECT_TRUE(root.readVector<double>("none").empty());
  EXPECT_TRUE(root.readTexts("no texts").empty());
  EXPECT_EQ(root.read<double>("packed"), Array<double>({100, 100}, 1.5));
  EXPECT_THAT(message([&] { root.readVector<std::int64_t>("f"); }), HasSubstr("/f: holds real numbers"));
  EXPECT_THAT(message([&] { root.read<double>("s"); }), HasSubstr("does not hold numbers"));
  EXPECT_THAT(message([&] { root.readTexts("i"); }), HasSubstr("does not hold text"));
  EXPECT_THAT(message([&] { root.read<double>("f", {3, 1}); }), HasSubstr("has shape (2, 1); (3, 1) is expected"));
  EXPECT_THAT(message([&] { root.read<double>("a/b"); }), HasSubstr("no such dataset"));
  EXPECT_THAT(message([&] { root.open("i"); }), HasSubstr("as a group"));
}

}  // namespace
}  // namespace glassforge::io
