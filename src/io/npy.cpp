#include "io/npy.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstring>
#include <optional>

#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::io {
namespace {

static_assert(std::endian::native == std::endian::little, "npy files are read and written as the bytes in memory");

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxAxes = 32;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kAxisDigits = 21;  // NumPy leaves room for the longest axis to grow in place

/// Bytes of one element, or nothing where the type is not read.
std::optional<std::size_t> elementSize(std::string_view type) {
  if (type.size() < 3 || type.size() > 8) return std::nullopt;
  std::size_t digits = 0;
  for (const char c : type.substr(2)) {
    if (!std::isdigit(static_cast<unsigned char>(c))) return std::nullopt;
    digits = digits * 10 + static_cast<std::size_t>(c - '0');
  }
  const char order = type[0], kind = type[1];
  if (kind == 'U') return order == '<' || digits == 0 ? std::optional(4 * digits) : std::nullopt;
  if (digits == 1) return kind == 'i' || kind == 'u' || kind == 'b' ? std::optional(digits) : std::nullopt;
  if (order != '<') return std::nullopt;
  const bool integer = (kind == 'i' || kind == 'u') && (digits == 2 || digits == 4 || digits == 8);
  const bool real = kind == 'f' && (digits == 4 || digits == 8);
  return integer || real ? std::optional(digits) : std::nullopt;
}

/// Reads the Python dictionary of an npy header, which has three keys.
class Header {
 public:
  Header(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  void read(NpyArray& array) {
    expect('{');
    for (int key = 0; key < 3; ++key) {
      const auto name = quoted();
      expect(':');
      if (name == "descr") {
        array.type = descr();
      } else if (name == "fortran_order") {
        array.fortran = truth();
      } else if (name == "shape") {
        array.shape = shape();
      } else {
        fail();
      }
      skip();
      if (peek() == ',') ++at_;
    }
    expect('}');
    if (array.type.empty()) fail();
  }

 private:
  [[noreturn]] void fail() const { throw FileError(fmt::format("{}: damaged: not a NumPy header", where_)); }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }
  void expect(char c) {
    skip();
    if (peek() != c) fail();
    ++at_;
  }
  std::string quoted() {
    skip();
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail();
    const auto end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail();
    std::string word(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return word;
  }
  std::string descr() {
    skip();
    if (peek() == '[') throw FileError(fmt::format("{}: a structured array; plain numbers or text are read", where_));
    return quoted();
  }
  bool truth() {
    skip();
    for (const std::string_view word : {"True", "False"}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return word == "True";
    }
    fail();
  }
  std::vector<std::size_t> shape() {
    std::vector<std::size_t> axes;
    expect('(');
    for (skip(); peek() != ')'; skip()) {
      axes.push_back(number());
      skip();
      if (peek() == ',') ++at_;
      if (axes.size() > kMaxAxes) fail();
    }
    ++at_;
    return axes;
  }
  std::size_t number() {
    std::size_t value = 0;
    const auto begin = at_;
    for (; std::isdigit(static_cast<unsigned char>(peek())); ++at_) {
      value = value * 10 + static_cast<std::size_t>(peek() - '0');
      if (at_ - begin > 17) fail();
    }
    if (at_ == begin) fail();
    return value;
  }

  std::string_view text_;
  const std::string& where_;
  std::size_t at_ = 0;
};

/// Copies elements of `width` bytes from column-major to row-major order, or back.
std::string reorder(std::string_view from, const std::vector<std::size_t>& shape, std::size_t width, bool to_fortran) {
  std::string to(from.size(), '\0');
  std::vector<std::size_t> index(shape.size(), 0), stride(shape.size(), width);
  for (std::size_t axis = 1; axis < shape.size(); ++axis) stride[axis] = stride[axis - 1] * shape[axis - 1];
  for (std::size_t at = 0; at < from.size(); at += width) {
    std::size_t column = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) column += index[axis] * stride[axis];
    const auto [source, target] = to_fortran ? std::pair(at, column) : std::pair(column, at);
    std::memcpy(to.data() + target, from.data() + source, width);
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      if (++index[axis] < shape[axis]) break;
      index[axis] = 0;
    }
  }
  return to;
}

template <class From, class To>
void convert(const std::string& bytes, std::vector<To>& out) {
  for (std::size_t k = 0; k < out.size(); ++k) {
    From value;
    std::memcpy(&value, bytes.data() + k * sizeof value, sizeof value);
    out[k] = static_cast<To>(value);
  }
}

template <class To>
bool convertIntegers(const std::string& type, const std::string& bytes, std::vector<To>& out) {
  const auto kind = std::string_view(type).substr(1);
  if (kind == "i1") return convert<std::int8_t>(bytes, out), true;
  if (kind == "u1" || kind == "b1") return convert<std::uint8_t>(bytes, out), true;
  if (kind == "i2") return convert<std::int16_t>(bytes, out), true;
  if (kind == "u2") return convert<std::uint16_t>(bytes, out), true;
  if (kind == "i4") return convert<std::int32_t>(bytes, out), true;
  if (kind == "u4") return convert<std::uint32_t>(bytes, out), true;
  if (kind == "i8") return convert<std::int64_t>(bytes, out), true;
  if (kind == "u8") return convert<std::uint64_t>(bytes, out), true;
  return false;
}

/// One code point as UTF-8.
void appendUtf8(std::string& text, std::uint32_t code) {
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0 | (code >> 6));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0 | (code >> 12));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    text += static_cast<char>(0xf0 | ((code >> 18) & 0x07));
    text += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    text += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    text += static_cast<char>(0x80 | (code & 0x3f));
  }
}

template <class T>
NpyArray make(const Array<T>& values, std::string type, bool fortran) {
  NpyArray array{.type = std::move(type), .shape = values.shape(), .fortran = fortran, .bytes = {}};
  array.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
  return array;
}

/// Length of the header text and where it begins; version 1 has a 16-bit length, 2 and 3 a 32-bit one.
std::pair<std::size_t, std::size_t> headerExtent(std::string_view data, const std::string& where) {
  require<FileError>(data.size() >= 10 && data.substr(0, kMagic.size()) == kMagic, "{}: damaged: not a NumPy array", where);
  const int version = data[6];
  require<FileError>(version >= 1 && version <= 3, "{}: NumPy format version {}; 1, 2 and 3 are read", where, version);
  const std::size_t width = version == 1 ? 2 : 4;
  require<FileError>(data.size() >= 8 + width, "{}: damaged: it ends within the header", where);
  std::uint32_t length = 0;
  std::memcpy(&length, data.data() + 8, width);
  require<FileError>(data.size() - 8 - width >= length, "{}: damaged: it ends within the header", where);
  return {8 + width, length};
}

}  // namespace

Array<double> NpyArray::reals() const {
  Array<double> values(shape);
  if (type == "<f8") {
    convert<double>(bytes, values.values());
  } else if (type == "<f4") {
    convert<float>(bytes, values.values());
  } else {
    require<FileError>(convertIntegers(type, bytes, values.values()), "numbers are expected, not type {}", type);
  }
  return values;
}

Array<std::int64_t> NpyArray::integers() const {
  Array<std::int64_t> values(shape);
  require<FileError>(convertIntegers(type, bytes, values.values()), "integers are expected, not type {}", type);
  return values;
}

std::vector<std::string> NpyArray::texts() const {
  require<FileError>(isText(), "text is expected, not type {}", type);
  std::vector<std::string> values(size());
  const std::size_t width = values.empty() ? 0 : bytes.size() / values.size();
  for (std::size_t k = 0; k < values.size(); ++k) {
    for (std::size_t c = 0; c < width; c += 4) {
      std::uint32_t code = 0;
      std::memcpy(&code, bytes.data() + k * width + c, sizeof code);
      if (code == 0) break;
      appendUtf8(values[k], code);
    }
  }
  return values;
}

NpyArray NpyArray::of(const Array<double>& values, bool fortran) { return make(values, "<f8", fortran); }
NpyArray NpyArray::of(const Array<std::int64_t>& values) { return make(values, "<i8", false); }
NpyArray NpyArray::of(const Array<std::int8_t>& values) { return make(values, "|i1", false); }
NpyArray NpyArray::of(double value) { return of(Array<double>({}, value)); }

NpyArray parseNpy(std::string_view data, const std::string& where) {
  const auto [begin, length] = headerExtent(data, where);
  NpyArray array;
  Header(data.substr(begin, length), where).read(array);
  require<FileError>(array.type[0] != '>', "{}: numbers are big-endian ({}); save it little-endian", where, array.type);
  const auto width = elementSize(array.type);
  require<FileError>(width.has_value(), "{}: values of type {} are not read; integers, float32, float64 and text are", where,
                     array.type);
  std::size_t wanted = *width;
  bool fits = true;
  for (const auto axis : array.shape) fits = fits && !__builtin_mul_overflow(wanted, axis, &wanted);
  const auto content = data.substr(begin + length);
  require<FileError>(fits && wanted == content.size(), "{}: damaged: shape ({}) of {} does not fit its {} bytes", where,
                     fmt::join(array.shape, ", "), array.type, content.size());
  array.bytes = array.fortran && *width > 0 ? reorder(content, array.shape, *width, false) : std::string(content);
  return array;
}

std::string formatNpy(const NpyArray& array) {
  std::string shape = "(";
  for (std::size_t k = 0; k < array.shape.size(); ++k) shape += fmt::format("{}{}", k > 0 ? ", " : "", array.shape[k]);
  shape += array.shape.size() == 1 ? ",)" : ")";
  auto header = fmt::format("{{'descr': '{}', 'fortran_order': {}, 'shape': {}, }}", array.type,
                            array.fortran ? "True" : "False", shape);
  if (!array.shape.empty()) {
    const auto growing = fmt::format("{}", array.fortran ? array.shape.back() : array.shape.front());
    header.append(kAxisDigits - growing.size(), ' ');
  }
  const std::size_t before = kMagic.size() + 4 + header.size() + 1;
  header.append((kAlignment - before % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string data(kMagic);
  data += {'\x01', '\x00'};
  data += static_cast<char>(header.size() & 0xff);
  data += static_cast<char>(header.size() >> 8);
  data += header;
  const auto width = elementSize(array.type).value_or(0);
  data += array.fortran && width > 0 ? reorder(array.bytes, array.shape, width, true) : array.bytes;
  return data;
}

NpyArray readNpy(const std::string& path) { return parseNpy(readText(path), path); }

}  // namespace glassforge::io
