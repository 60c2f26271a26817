// What we write, read by the programs that others use: h5py, MDAnalysis and NumPy.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "core/error.hpp"
#include "io/extxyz.hpp"
#include "io/feature_file.hpp"
#include "io/glass_data.hpp"
#include "io/label_file.hpp"
#include "io/npz.hpp"
#include "io/state_file.hpp"
#include "unit/io/records.hpp"
#include "unit/io/temporary_folder.hpp"

namespace glassforge::io {
namespace {

/// Debian's own Python: it has the packages, where another one on PATH may not.
class Python : public ::testing::Test {
 protected:
  bool runs(const std::string& script) {
    folder_.spill("script.py", script);
    const auto command = "cd '" + folder_.path("") + "' && /usr/bin/python3 -W ignore script.py";
    return std::system(command.c_str()) == 0;
  }
  bool has(const std::string& package) {
    const bool there = runs("import importlib.util, sys\nsys.exit(importlib.util.find_spec('" + package + "') is None)\n");
    if (!there) std::cout << "no " << package << " in /usr/bin/python3: nothing is checked\n";
    return there;
  }
  TemporaryFolder folder_;
};

TEST_F(Python, H5pyReadsStatesLabelsAndFeatures) {
  if (!has("h5py")) GTEST_SKIP() << "no h5py";
  const auto mixture = smallMixture(2);
  const std::vector states{someState(3, mixture, true), someState(7, mixture, false)};
  writeStates(folder_.path("states.h5"), someManifest("states"), mixture.species, states);
  writeLabels(folder_.path("labels.h5"), someManifest("labels"), {.species_names = mixture.species},
              std::vector{someLabels(3, mixture, 4)});
  writeFeatures(folder_.path("features.h5"), someManifest("features"),
                std::vector<StructureFeatures>{{3, {someFeatures("cage", 43, 5)}}});
  EXPECT_TRUE(runs(R"(
import h5py, numpy as np
with h5py.File("states.h5") as f:
    assert list(f["h5md"].attrs["version"]) == [1, 1]
    assert f["h5md/modules/units"].attrs["system"] == b"LJ"
    g = f["particles/s0003"]
    x, image = g["position/value"], g["image/value"]
    assert x.shape == (1, 43, 2) and x.dtype == np.float64 and image.dtype == np.int32
    assert (np.diag(g["box/edges/value"][0]) == [6.25, 7.5]).all()
    assert list(g["box"].attrs["boundary"]) == [b"periodic"] * 2 and g["box"].attrs["dimension"] == 2
    assert list(g["species"].attrs["names"]) == [b"A", b"B", b"C"]
    assert np.bincount(g["species"]).tolist() == [20, 11, 12]
    assert g["position/step"][0] == 1234567890123 and g["velocity/value"].shape == (1, 43, 2)
    assert "velocity" not in f["particles/s0007"]
    assert f["inherent/s0003"].attrs["stop_reason"] == b"converged" and f["inherent/s0003/position"].shape == (43, 2)
    assert f["observables/s0003"].attrs["index"] == 3 and f["observables/s0003/value"][0] == -2.5 + 1e-13
    assert f.attrs["seed"] == 0xfedcba9876543210 and f.attrs["format_version"] == 1 and f.attrs["units"].startswith(b"reduced")
    assert list(f["equilibration/s0003/move_names"]) == [b"displacement", b"swap A-C"]
    assert "date" in f["run"].attrs and "host" in f["run"].attrs
with h5py.File("labels.h5") as f:
    g = f["s0003"]
    assert g["labels/displacement"].shape == (3, 43) and g["replicas/frames"].shape == (3, 4, 43, 2)
    assert g["replicas/status"][-1] == b"stopped at step 17: energy jump"
with h5py.File("features.h5") as f:
    assert f["s0003/cage/features"].shape == (43, 5) and np.isnan(f["cage/radii"][0])
)"));
}

TEST_F(Python, MDAnalysisReadsStates) {
  if (!has("MDAnalysis")) GTEST_SKIP() << "no MDAnalysis";
  const auto mixture = smallMixture(3);
  writeStates(folder_.path("states.h5md"), someManifest("states"), mixture.species, std::vector{someState(3, mixture, true)});
  writeExtxyz(folder_.path("check.xyz"), someSnapshot(mixture), mixture);
  EXPECT_TRUE(runs(R"(
import h5py, numpy as np
from MDAnalysis.coordinates.H5MD import H5MDReader
reader = H5MDReader("states.h5md", convert_units=False)
ts = reader.ts
with h5py.File("states.h5md") as f:
    g = f["particles/s0003"]
    assert ts.n_atoms == 50 and reader.n_frames == 1
    assert np.allclose(ts.positions, g["position/value"][0], atol=1e-6)
    assert np.allclose(ts.velocities, g["velocity/value"][0], atol=1e-6)
assert np.allclose(ts.dimensions, [6.25, 6.25, 7.5, 90, 90, 90])
assert ts.data["step"] == 1234567890123 and abs(ts.time - 0.3) < 1e-12
)"));
}

TEST_F(Python, NumPyReadsEveryFormOfArchive) {
  if (!has("numpy")) GTEST_SKIP() << "no numpy";
  for (const bool deflate : {false, true}) {
    NpzWriter writer(deflate);
    writer.add("c", NpyArray::of(Array<double>({2, 3}, std::vector<double>{0, 1, 2, 3, 4, 5})));
    writer.add("f", NpyArray::of(Array<double>({2, 3}, std::vector<double>{0, 1, 2, 3, 4, 5}), true));
    writer.add("box", NpyArray::of(32.8962));
    writer.add("types", NpyArray::of(Array<std::int64_t>({2}, std::vector<std::int64_t>{1, -2})));
    writer.commit(folder_.path("a.npz"));
    EXPECT_TRUE(runs(R"(
import numpy as np, zipfile
assert zipfile.ZipFile("a.npz").testzip() is None
z = np.load("a.npz")
x = np.arange(6.0).reshape(2, 3)
assert (z["c"] == x).all() and (z["f"] == x).all()
assert z["c"].flags["C_CONTIGUOUS"] and z["f"].flags["F_CONTIGUOUS"] and not z["f"].flags["C_CONTIGUOUS"]
assert z["box"].shape == () and z["box"] == 32.8962 and z["types"].tolist() == [1, -2] and z["types"].dtype == np.int64
)"));
  }
}

/// The bytes are NumPy's own (of Debian's Python; later zipfile modules say more in the local headers).
TEST_F(Python, ArchivesAreNumPysBytes) {
  if (!has("numpy")) GTEST_SKIP() << "no numpy";
  NpzWriter writer;
  writer.add("box", NpyArray::of(32.8962));
  writer.add("x", NpyArray::of(Array<double>({5, 2}, 1.5)));
  writer.add("f", NpyArray::of(Array<double>({5, 2}, 1.5), true));
  writer.commit(folder_.path("ours.npz"));
  EXPECT_TRUE(runs(R"(
import numpy as np
x = np.full((5, 2), 1.5)
np.savez("theirs.npz", box=np.float64(32.8962), x=x, f=np.asfortranarray(x))
assert open("ours.npz", "rb").read() == open("theirs.npz", "rb").read()
)"));
}

TEST_F(Python, WeReadWhatNumPyWrites) {
  if (!has("numpy")) GTEST_SKIP() << "no numpy";
  ASSERT_TRUE(runs(R"(
import numpy as np, io, zipfile
arrays = dict(u1=np.arange(3, dtype="u1"), i2=np.arange(3, dtype="i2"), u4=np.arange(3, dtype="u4"), f4=np.float32([0.5]),
              b=np.array([True, False]), s=np.array(["ab", "σ"]), k=np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
np.savez("plain.npz", **arrays)
np.savez_compressed("packed.npz", **arrays)
np.savez("big.npz", x=np.arange(3, dtype=">f8"))
class Pipe(io.RawIOBase):  # cannot seek: the zip has data descriptors
    def __init__(self, path): self.file = open(path, "wb")
    def writable(self): return True
    def write(self, data): return self.file.write(data)
with zipfile.ZipFile(Pipe("piped.npz"), "w") as z:
    for name, value in arrays.items():
        data = io.BytesIO(); np.save(data, value); z.writestr(name + ".npy", data.getvalue())
)"));
  for (const std::string name : {"plain.npz", "packed.npz", "piped.npz"}) {
    const NpzReader file(folder_.path(name));
    EXPECT_EQ(file.integers("u1").values(), (std::vector<std::int64_t>{0, 1, 2})) << name;
    EXPECT_EQ(file.integers("i2").values(), (std::vector<std::int64_t>{0, 1, 2}));
    EXPECT_EQ(file.integers("u4").values(), (std::vector<std::int64_t>{0, 1, 2}));
    EXPECT_EQ(file.integers("b").values(), (std::vector<std::int64_t>{1, 0}));
    EXPECT_EQ(file.reals("f4").values(), std::vector<double>{0.5});
    EXPECT_EQ(file.read("s").texts(), (std::vector<std::string>{"ab", "σ"}));
    EXPECT_EQ(file.reals("k")(1, 2, 3), 23.0);
  }
  EXPECT_THROW(NpzReader(folder_.path("big.npz")).read("x"), FileError);
}

}  // namespace
}  // namespace glassforge::io
