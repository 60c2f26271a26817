#include "io/configuration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.hpp"
#include "io/extxyz.hpp"
#include "io/glass_data.hpp"
#include "io/lammps_data.hpp"
#include "io/npz.hpp"
#include "io/state_file.hpp"
#include "io/text_file.hpp"
#include "unit/io/records.hpp"
#include "unit/io/temporary_folder.hpp"

namespace glassforge::io {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no FileError";
}

void expectNear(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << i;
}

void expectInside(const Snapshot& s) {
  for (std::size_t i = 0; i < s.position.size(); ++i) {
    ASSERT_GE(s.position[i], 0.0);
    ASSERT_LT(s.position[i], s.box[i % s.box.size()]);
  }
}

Mixture cubicMixture(int dimension) {
  auto m = smallMixture(dimension);
  m.box.assign(m.box.size(), 6.25);
  return m;
}

GlassData someGlassData(const Mixture& mixture) {
  GlassData data;
  data.snapshot = someSnapshot(mixture, false);
  const auto n = data.snapshot.particles(), d = static_cast<std::size_t>(mixture.dimension);
  const auto start = data.snapshot.unwrapped();
  const auto near = [&](std::size_t rows, double reach, std::uint64_t step) {
    auto x = someNumbers(rows * n * d, -reach, reach, step);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += start[i % start.size()];
    return x;
  };
  data.inherent = Array<double>({n, d}, near(1, 0.4, 31));
  data.end_positions = Array<double>({4, n, d}, near(4, 9.0, 32));
  return data;
}

class Configuration : public ::testing::TestWithParam<int> {
 protected:
  Mixture mixture_ = smallMixture(GetParam());
  TemporaryFolder folder_;
};

TEST_P(Configuration, ExtxyzComesBack) {
  const auto s = someSnapshot(mixture_);
  const auto path = folder_.path("a.xyz");
  writeExtxyz(path, s, mixture_);
  const auto read = readConfiguration(path, mixture_);
  EXPECT_EQ(read.species, s.species);
  EXPECT_EQ(read.image, s.image);
  EXPECT_EQ(read.box, s.box);
  EXPECT_EQ(read.velocity, s.velocity);
  EXPECT_EQ(read.time, s.time);
  expectNear(read.position, s.position, 1e-14);
  expectInside(read);
}

TEST_P(Configuration, WrappedExtxyzComesBackBitForBit) {
  auto s = someSnapshot(mixture_);
  s.image.assign(s.image.size(), 0);
  writeExtxyz(folder_.path("a.xyz"), s, mixture_);
  EXPECT_EQ(readExtxyz(folder_.path("a.xyz"), mixture_).position, s.position);
}

TEST_P(Configuration, LammpsDataComesBackBitForBit) {
  for (const bool velocities : {true, false}) {
    const auto s = someSnapshot(mixture_, velocities);
    const auto path = folder_.path("data.anything");
    writeLammpsData(path, s, mixture_);
    const auto read = readConfiguration(path, mixture_);
    EXPECT_EQ(read.species, s.species);
    EXPECT_EQ(read.image, s.image);
    EXPECT_EQ(read.box, s.box);
    EXPECT_EQ(read.position, s.position);
    EXPECT_EQ(read.velocity, s.velocity);
  }
}

TEST_P(Configuration, StatesAreReadByNumber) {
  const auto path = folder_.path("states.h5");
  auto other = someState(9, mixture_, true);
  other.thermal.position[0] = 1.5;
  writeStates(path, someManifest("states"), mixture_.species, std::vector{someState(4, mixture_, true), other});
  EXPECT_EQ(readConfiguration(path, mixture_).position, someSnapshot(mixture_).position);
  EXPECT_EQ(readConfiguration(path + ":9", mixture_).position[0], 1.5);
  EXPECT_THAT(message([&] { readConfiguration(path + ":5", mixture_); }), HasSubstr("no structure 5"));
  EXPECT_THAT(message([&] { readConfiguration(path, smallMixture(5 - GetParam())); }), HasSubstr("dimensions"));
}

TEST_P(Configuration, BotanFilesComeBack) {
  const auto data = someGlassData(mixture_);
  const auto path = folder_.path(botanFileName(50, 0.44, 7, 3));
  writeBotan(path, data);
  const auto read = readGlassData(path, mixture_);
  EXPECT_EQ(read.snapshot.species, data.snapshot.species);
  EXPECT_EQ(read.snapshot.position, data.snapshot.position);
  const auto shift = [&](std::size_t i) { return data.snapshot.image[i] * mixture_.box[i % mixture_.box.size()]; };
  ASSERT_EQ(read.end_positions.shape(), data.end_positions.shape());
  for (std::size_t i = 0; i < data.end_positions.size(); ++i) {
    ASSERT_NEAR(read.end_positions.values()[i] + shift(i % data.snapshot.position.size()), data.end_positions.values()[i], 1e-13);
  }
  const NpzReader file(path);
  EXPECT_THAT(file.names(), ElementsAre("types", "initial_positions", "positions"));
  EXPECT_EQ(file.read("types").type, "|i1");
  EXPECT_TRUE(file.read("initial_positions").fortran);
  EXPECT_FALSE(file.read("positions").fortran);
  EXPECT_EQ(readConfiguration(path, mixture_).position, data.snapshot.position);
}

TEST_P(Configuration, GlassBenchFilesComeBack) {
  const auto mixture = cubicMixture(GetParam());
  const auto data = someGlassData(mixture);
  const auto path = folder_.path(glassBenchFileName(50, 0.3, 151, 5));
  writeGlassBench(path, data);
  const auto read = readGlassData(path, mixture);
  EXPECT_EQ(read.snapshot.species, data.snapshot.species);
  EXPECT_EQ(read.snapshot.image, data.snapshot.image);
  expectNear(read.snapshot.position, data.snapshot.position, 1e-14);
  EXPECT_EQ(read.end_positions, data.end_positions);
  expectNear(read.inherent.values(), data.inherent.values(), 1e-13);
  const NpzReader file(path);
  EXPECT_THAT(file.names(), ElementsAre("box", "types", "initial_positions", "initial_positions_inherent", "positions"));
  EXPECT_EQ(file.read("types").type, "<i8");
  EXPECT_EQ(file.reals("box")(), 6.25);
  EXPECT_THAT(message([&] { writeGlassBench(path, someGlassData(mixture_)); }), HasSubstr("not a square or cube"));
}

/// The form of the T = 0.30 files: everything wrapped to [-L/2, L/2).
TEST_P(Configuration, WrappedEndPositionsFollowTheirStart) {
  const auto mixture = cubicMixture(GetParam());
  const auto s = someSnapshot(mixture, false);
  const auto n = s.particles(), d = static_cast<std::size_t>(mixture.dimension);
  const double length = 6.25;
  const auto centred = [&](double x) { return x - length * std::nearbyint(x / length); };
  Array<double> start({n, d}), ends({3, n, d}), inherent({n, d});
  const auto moves = someNumbers(ends.size(), -2.9, 2.9, 33);
  for (std::size_t i = 0; i < n * d; ++i) start.values()[i] = centred(s.position[i]);
  for (std::size_t i = 0; i < n * d; ++i) inherent.values()[i] = centred(s.position[i] + 0.1);
  for (std::size_t i = 0; i < ends.size(); ++i) ends.values()[i] = centred(s.position[i % (n * d)] + moves[i]);
  NpzWriter writer;
  Array<std::int64_t> types({n});
  for (std::size_t i = 0; i < n; ++i) types(i) = s.species[i] + 1;
  writer.add("types", NpyArray::of(types));
  writer.add("box", NpyArray::of(length));
  writer.add("initial_positions", NpyArray::of(start));
  writer.add("initial_positions_inherent", NpyArray::of(inherent));
  writer.add("positions", NpyArray::of(ends));
  writer.commit(folder_.path("w.npz"));
  const auto read = readGlassData(folder_.path("w.npz"), mixture);
  const auto from = read.snapshot.unwrapped();
  for (std::size_t i = 0; i < ends.size(); ++i) {
    ASSERT_NEAR(read.end_positions.values()[i] - from[i % from.size()], moves[i], 1e-12);
  }
  for (std::size_t i = 0; i < from.size(); ++i) ASSERT_NEAR(read.inherent.values()[i] - from[i], 0.1, 1e-12);
}

TEST_P(Configuration, DamagedTextIsAFileErrorOrARead) {
  const auto s = someSnapshot(mixture_);
  writeExtxyz(folder_.path("a.xyz"), s, mixture_);
  writeLammpsData(folder_.path("a.data"), s, mixture_);
  for (const std::string name : {"a.xyz", "a.data"}) {
    const auto whole = readText(folder_.path(name));
    for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 700) {
      message([&] { readConfiguration(folder_.spill("cut", std::string_view(whole).substr(0, at)), mixture_); });
      auto bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
      message([&] { readConfiguration(folder_.spill("flipped", bytes), mixture_); });
    }
    EXPECT_THAT(message([&] { readConfiguration(folder_.spill("cut", whole.substr(0, whole.size() / 2)), mixture_); }),
                HasSubstr("cut"));
  }
}

INSTANTIATE_TEST_SUITE_P(Dimensions, Configuration, ::testing::Values(2, 3));

TEST(ExtxyzText, FormsThatOthersWrite) {
  const TemporaryFolder folder;
  const auto mixture = smallMixture(2);
  const auto read = [&](const std::string& text) { return readConfiguration(folder.spill("x.xyz", text), mixture); };
  const auto monte_carlo = read("2\ncolumns:species,position dt:1 cell:6.25,7.5 rho:1.19 T:0.231 Model:JBB\n3 -1 2\n1 7 8");
  EXPECT_THAT(monte_carlo.species, ElementsAre(2, 0));
  EXPECT_THAT(monte_carlo.position, ElementsAre(5.25, 2, 0.75, 0.5));
  EXPECT_THAT(monte_carlo.image, ElementsAre(-1, 0, 1, 1));
  const auto sorted = read("2\nid=x Properties=id:I:1:pos:R:3:species:S:1 Lattice=\"5 0 0 0 6 0 0 0 1\" pbc=\"T T F\"\r\n"
                           "7 1 2 0 B\r\n3 3 4 0 A\r\n");
  EXPECT_THAT(sorted.species, ElementsAre(0, 1));
  EXPECT_THAT(sorted.position, ElementsAre(3, 4, 1, 2));
  EXPECT_THAT(sorted.box, ElementsAre(5, 6));
  EXPECT_THAT(read("2\n\n0 1 2 0\n1 1 3 0\n").species, ElementsAre(0, 1));
  EXPECT_EQ(read("1\n\nA 1 2 0\n").box, mixture.box);
  const auto refused = [&](const std::string& text) { return message([&] { read(text); }); };
  EXPECT_THAT(refused("1\n\nZ 1 2 0\n"), HasSubstr("species 'Z' is not one of mixture KA2D: A, B, C"));
  EXPECT_THAT(refused("1\n\n4 1 2 0\n"), HasSubstr("species '4'"));
  EXPECT_THAT(refused("1\n\nA 1 x 0\n"), HasSubstr("x.xyz:3: 'x' is not a number"));
  EXPECT_THAT(refused("1\n\nA 1 nan 0\n"), HasSubstr("not finite"));
  EXPECT_THAT(refused("1\n\nA 1 1e300 0\n"), HasSubstr("coordinate 1 of particle 0"));
  EXPECT_THAT(refused("1\n\nA 1\n"), HasSubstr("has 2 columns; 4 are expected"));
  EXPECT_THAT(refused("3\n\nA 1 2 0\n"), HasSubstr("3 particles are announced, 1 lines follow"));
  EXPECT_THAT(refused("99999999999\n\nA 1 2 0\n"), HasSubstr("announced"));
  EXPECT_THAT(refused("-1\n\n"), HasSubstr("number of particles"));
  EXPECT_THAT(refused("1\nLattice=\"5 1 0 0 5 0 0 0 5\"\nA 1 2 0\n"), HasSubstr("orthorhombic"));
  EXPECT_THAT(refused("1\nLattice=\"0 0 0 0 5 0 0 0 5\"\nA 1 2 0\n"), HasSubstr("box length 0"));
  EXPECT_THAT(refused("1\nProperties=pos:R:3\n1 2 0\n"), HasSubstr("no species"));
  EXPECT_THAT(refused("2\nProperties=id:I:1:species:S:1:pos:R:3\n1 A 1 2 0\n1 A 2 2 0\n"), HasSubstr("id 1 stands there twice"));
  EXPECT_THAT(refused("1\ncolumns:species,position cell:5,5,5\n1 1 2\n"), HasSubstr("cell has 3 lengths"));
  EXPECT_THAT(message([&] { readConfiguration(folder.path("none"), mixture); }), HasSubstr("no such file"));
  EXPECT_THAT(refused("hello\nworld\n"), HasSubstr("not a LAMMPS data file"));
  EXPECT_THAT(refused(""), HasSubstr("x.xyz"));
}

TEST(LammpsText, FormsThatLammpsWrites) {
  const TemporaryFolder folder;
  const auto mixture = smallMixture(3);
  const auto read = [&](const std::string& text) { return readConfiguration(folder.spill("x", text), mixture); };
  const std::string head = "LAMMPS data file via write_data\n\n2 atoms\n2 atom types\n\n-1 4 xlo xhi\n-1 5 ylo yhi\n0 7 zlo zhi\n\n";
  const std::string body = "Masses\n\n1 1\n2 1\n\nPair Coeffs # lj/cut\n\n1 1 1\n2 0.5 0.88\n\nAtoms # atomic\n\n"
                           "2 2 3 4 6.5 0 -1 2\n1 1 -1 0 0 0 0 0\n\nVelocities\n\n1 1 2 3\n2 4 5 6\n";
  const auto s = read(head + body);
  EXPECT_THAT(s.box, ElementsAre(5, 6, 7));
  EXPECT_THAT(s.species, ElementsAre(0, 1));
  EXPECT_THAT(s.position, ElementsAre(0, 1, 0, 4, 5, 6.5));
  EXPECT_THAT(s.image, ElementsAre(0, 0, 0, 0, -1, 2));
  EXPECT_THAT(s.velocity, ElementsAre(1, 2, 3, 4, 5, 6));
  const auto refused = [&](const std::string& text) { return message([&] { read(text); }); };
  EXPECT_THAT(refused(head + "0.5 0 0 xy xz yz\n\n" + body), HasSubstr("tilted"));
  EXPECT_THAT(refused(head + "Atoms # full\n\n1 1 1 0 0 0 0\n"), HasSubstr("atom style full; atomic is read"));
  EXPECT_THAT(refused(head + "Atoms\n\n1 3 0 0 0\n2 1 0 0 0\n"), HasSubstr("atom type 3; mixture KA has 1 to 2"));
  EXPECT_THAT(refused(head + "Atoms\n\n1 1 0 0 0\n"), HasSubstr("2 atoms are announced, 1 are there"));
  EXPECT_THAT(refused(head + "Atoms\n\n1 1 0 0\n2 1 0 0\n"), HasSubstr("an atom has 4 columns"));
  EXPECT_THAT(refused(head + "Atoms\n\n1 1 0 0 0\n2 1 0 0 0\n\nVelocities\n\n1 0 0 0\n"), HasSubstr("atom 2 has no velocity"));
  EXPECT_THAT(refused("title\n\n999999999999 atoms\n"), HasSubstr("announced"));
  EXPECT_THAT(refused(head), HasSubstr("no section Atoms"));
}

TEST(GlassNames, AreParsed) {
  const auto full = parseGlassName("/some_5/T0.1/isoconfig_N4096T0.44_12_tc07.npz");
  EXPECT_EQ(full.temperature, 0.44);
  EXPECT_EQ(full.number, 12);
  EXPECT_EQ(full.time_code, 7);
  const auto untimed = parseGlassName("N1290T0.30_401.npz");
  EXPECT_EQ(untimed.temperature, 0.30);
  EXPECT_EQ(untimed.number, 401);
  EXPECT_FALSE(untimed.time_code);
  const auto other = parseGlassName("run_tcx.npz");
  EXPECT_FALSE(other.temperature || other.number || other.time_code);
  EXPECT_EQ(glassBenchFileName(1290, 0.231, 151, 5), "N1290T0.23_151_tc05.npz");
  EXPECT_EQ(botanFileName(4096, 0.44, 7, 10), "isoconfig_N4096T0.44_7_tc10.npz");
}

class GlassDataErrors : public ::testing::Test {
 protected:
  std::string refused(const std::string& replaced, const NpyArray& array) {
    const auto data = someGlassData(mixture_);
    writeGlassBench(folder_.path("good.npz"), data);
    const NpzReader good(folder_.path("good.npz"));
    NpzWriter writer;
    for (const auto& name : good.names()) writer.add(name, name == replaced ? array : good.read(name));
    writer.commit(folder_.path("bad.npz"));
    return message([&] { readGlassData(folder_.path("bad.npz"), mixture_); });
  }
  Mixture mixture_ = cubicMixture(2);
  TemporaryFolder folder_;
};

TEST_F(GlassDataErrors, NameFileAndMember) {
  EXPECT_THAT(refused("types", NpyArray::of(Array<std::int64_t>({43}, 1))),
              AllOf(HasSubstr("bad.npz, member types: 43 of type 1"), HasSubstr("20, 11, 12 of A, B, C")));
  EXPECT_THAT(refused("types", NpyArray::of(someArray({43}, 0, 1))), HasSubstr("integers are expected"));
  EXPECT_THAT(refused("initial_positions", NpyArray::of(someArray({43, 3}, 0, 1))), HasSubstr("shape (43, 3); model KA2D is in 2 dimensions"));
  auto x = someArray({43, 2}, 0, 1);
  x(5, 1) = std::numeric_limits<double>::infinity();
  EXPECT_THAT(refused("initial_positions", NpyArray::of(x)), HasSubstr("member initial_positions: value 11 is inf"));
  EXPECT_THAT(refused("positions", NpyArray::of(someArray({4, 42, 2}, 0, 1))), HasSubstr("does not fit (0, 43, 2)"));
  EXPECT_THAT(refused("box", NpyArray::of(-1.0)), HasSubstr("box length -1"));
  EXPECT_THAT(refused("box", NpyArray::of(someArray({3}, 1, 2))), HasSubstr("3 lengths"));
}

TEST_F(GlassDataErrors, OtherCountsAreReadWhereAsked) {
  auto other = mixture_;
  other.counts = {10, 20, 13};
  auto data = someGlassData(mixture_);
  writeBotan(folder_.path("a.npz"), data);
  EXPECT_THROW(readGlassData(folder_.path("a.npz"), other), FileError);
  EXPECT_EQ(readGlassData(folder_.path("a.npz"), other, Counts::any).snapshot.species, data.snapshot.species);
  EXPECT_THROW(readGlassData(folder_.path("a.npz"), smallMixture(3), Counts::any), FileError);
}

}  // namespace
}  // namespace glassforge::io
