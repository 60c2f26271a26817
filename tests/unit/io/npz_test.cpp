#include "io/npz.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.hpp"
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

NpyArray textArray() {
  NpyArray array{.type = "<U3", .shape = {2}, .fortran = false, .bytes = {}};
  for (const char32_t c : U"σab\0\0\0") {
    if (array.bytes.size() < 24) array.bytes.append(reinterpret_cast<const char*>(&c), 4);
  }
  array.bytes.resize(24, '\0');
  return array;
}

NpzWriter archive(bool deflate) {
  NpzWriter writer(deflate);
  writer.add("types", NpyArray::of(Array<std::int8_t>({3}, std::vector<std::int8_t>{0, 1, -1})));
  writer.add("fortran", NpyArray::of(someArray({4, 3, 2}, -1, 1), true));
  writer.add("reals", NpyArray::of(someArray({5, 7}, -1, 1)));
  writer.add("box", NpyArray::of(32.8962));
  writer.add("words", textArray());
  writer.add("empty", NpyArray::of(Array<std::int64_t>(std::vector<std::size_t>{0, 3})));
  return writer;
}

class Npz : public ::testing::TestWithParam<bool> {
 protected:
  TemporaryFolder folder_;
};

TEST_P(Npz, ArraysComeBackBitForBit) {
  const auto path = folder_.path("a.npz");
  archive(GetParam()).commit(path);
  const NpzReader file(path);
  EXPECT_THAT(file.names(), ElementsAre("types", "fortran", "reals", "box", "words", "empty"));
  EXPECT_THAT(file.integers("types").values(), ElementsAre(0, 1, -1));
  EXPECT_EQ(file.reals("fortran"), someArray({4, 3, 2}, -1, 1));
  EXPECT_TRUE(file.read("fortran").fortran);
  EXPECT_FALSE(file.read("reals").fortran);
  EXPECT_EQ(file.reals("reals"), someArray({5, 7}, -1, 1));
  EXPECT_EQ(file.reals("box")(), 32.8962);
  EXPECT_TRUE(file.read("box").shape.empty());
  EXPECT_THAT(file.read("words").texts(), ElementsAre("σab", ""));
  EXPECT_THAT(file.read("empty").shape, ElementsAre(0, 3));
  EXPECT_THAT(message([&] { file.read("none"); }), AllOf(HasSubstr(path), HasSubstr("no member none; it has types")));
  EXPECT_THAT(message([&] { file.integers("reals"); }), AllOf(HasSubstr("member reals"), HasSubstr("integers are expected")));
  EXPECT_THAT(message([&] { file.reals("words"); }), HasSubstr("numbers are expected"));
}

TEST_P(Npz, BytesDependOnTheArraysAlone) {
  EXPECT_EQ(archive(GetParam()).bytes(), archive(GetParam()).bytes());
}

/// Reads everything there is; content that is read must be right.
void readAll(const std::string& path) {
  const NpzReader file(path);
  for (const auto& name : file.names()) {
    const auto array = file.read(name);
    if (name == "reals") {
      EXPECT_EQ(array.reals(), someArray({5, 7}, -1, 1));
    }
    if (name == "fortran") {
      EXPECT_EQ(array.reals(), someArray({4, 3, 2}, -1, 1));
    }
    if (name == "words" && array.isText()) {
      EXPECT_THAT(array.texts(), ElementsAre("σab", ""));
    }
  }
}

TEST_P(Npz, TruncatedFilesAreFileErrors) {
  const auto whole = archive(GetParam()).bytes();
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto path = folder_.spill("cut.npz", std::string_view(whole).substr(0, length));
    EXPECT_THAT(message([&] { readAll(path); }), HasSubstr(path)) << length;
  }
}

TEST_P(Npz, FlippedBytesAreFileErrorsOrHarmless) {
  const auto whole = archive(GetParam()).bytes();
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    auto bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    const auto path = folder_.spill("flipped.npz", bytes);
    const auto said = message([&] { readAll(path); });
    if (said != "no FileError") ++refused;
  }
  EXPECT_GT(refused, whole.size() / 2);
}

INSTANTIATE_TEST_SUITE_P(Deflated, Npz, ::testing::Bool());

std::string npy(const std::string& header, const std::string& content) {
  std::string data = "\x93NUMPY";
  data += {'\x01', '\x00', static_cast<char>(header.size()), '\x00'};
  return data + header + content;
}

TEST(Npy, HeadersOfEveryKind) {
  const auto parse = [](const std::string& header, std::size_t bytes) {
    return parseNpy(npy(header, std::string(bytes, '\x01')), "x");
  };
  EXPECT_THAT(parse("{'descr': '<u2', 'fortran_order': False, 'shape': (2,), }", 4).integers().values(), ElementsAre(257, 257));
  EXPECT_THAT(parse("{\"shape\":(2,1),\"fortran_order\":True,\"descr\":\"|b1\"}\n", 2).shape, ElementsAre(2, 1));
  EXPECT_EQ(parse("{'descr': '<f4', 'fortran_order': False, 'shape': (), }", 4).reals().size(), 1u);
  EXPECT_EQ(parse("{'descr': '<i8', 'fortran_order': False, 'shape': (1), }", 8).integers().values()[0], 0x0101010101010101);
  const auto refused = [&](const std::string& header, std::size_t bytes) { return message([&] { parse(header, bytes); }); };
  EXPECT_THAT(refused("{'descr': '>f8', 'fortran_order': False, 'shape': (1,), }", 8), HasSubstr("big-endian"));
  EXPECT_THAT(refused("{'descr': '<c16', 'fortran_order': False, 'shape': (1,), }", 16), HasSubstr("type <c16"));
  EXPECT_THAT(refused("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8), HasSubstr("type |O"));
  EXPECT_THAT(refused("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }", 8), HasSubstr("structured"));
  EXPECT_THAT(refused("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", 8), HasSubstr("does not fit its 8 bytes"));
  EXPECT_THAT(refused("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", 8),
              HasSubstr("does not fit"));
  EXPECT_THAT(refused("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,), }", 8), HasSubstr("damaged"));
  EXPECT_THAT(refused("{'descr': '<f8', 'shape': (1,), }", 8), HasSubstr("damaged"));
  EXPECT_THAT(refused("", 8), HasSubstr("damaged"));
}

TEST(Npy, HeaderBytesAreNumPys) {
  const auto bytes = formatNpy(NpyArray::of(Array<double>(std::vector<std::size_t>{4096, 3}), true));
  EXPECT_EQ(bytes.size(), 128u + 4096 * 3 * 8);
  EXPECT_EQ(bytes.substr(0, 10), std::string("\x93NUMPY\x01\x00v\x00", 10));
  EXPECT_THAT(bytes.substr(10, 118), HasSubstr("{'descr': '<f8', 'fortran_order': True, 'shape': (4096, 3), }   "));
  EXPECT_EQ(bytes[127], '\n');
}

TEST(Npy, SingleFileIsRead) {
  const TemporaryFolder folder;
  writeText(folder.path("x.npy"), formatNpy(NpyArray::of(2.5)));
  EXPECT_EQ(readNpy(folder.path("x.npy")).reals()(), 2.5);
  EXPECT_THROW(readNpy(folder.path("none.npy")), FileError);
}

}  // namespace
}  // namespace glassforge::io
