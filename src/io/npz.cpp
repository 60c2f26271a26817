#include "io/npz.hpp"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>

#include "core/error.hpp"
#include "io/text_file.hpp"

namespace glassforge::io {
namespace {

// Sizes, signatures and fields: PKWARE APPNOTE 6.3.10, sections 4.3 and 4.5.
constexpr std::uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                        kLocator64 = 0x07064b50;
constexpr std::size_t kLocalSize = 30, kCentralSize = 46, kEndSize = 22, kLocatorSize = 20;
constexpr std::uint32_t kIn64 = 0xffffffff;
constexpr std::uint16_t kVersion = 20;  // needed to read: 2.0
constexpr unsigned kStored = 0, kDeflated = 8;
constexpr std::uint64_t kLargestRatio = 1100;  // deflate cannot shrink by more than 1032
constexpr std::string_view kSuffix = ".npy";

/// Little-endian numbers at a checked place.
class Bytes {
 public:
  Bytes(std::string_view data, std::string where) : data_(data), where_(std::move(where)) {}

  template <class T>
  T at(std::uint64_t offset) const {
    need(offset, sizeof(T));
    T value;
    std::memcpy(&value, data_.data() + offset, sizeof value);
    return value;
  }
  std::string_view part(std::uint64_t offset, std::uint64_t size) const {
    need(offset, size);
    return data_.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  }

 private:
  void need(std::uint64_t offset, std::uint64_t size) const {
    require<FileError>(offset <= data_.size() && size <= data_.size() - offset, "{}: damaged: the archive is cut off", where_);
  }
  std::string_view data_;
  std::string where_;
};

/// Where the end record is: the last one whose comment reaches exactly to the end of the file.
std::uint64_t findEnd(std::string_view data, const std::string& path) {
  const std::size_t last = data.size() < kEndSize ? 0 : data.size() - kEndSize;
  const std::size_t first = last > 0xffff ? last - 0xffff : 0;
  const Bytes bytes(data, path);
  for (std::size_t at = last + 1; data.size() >= kEndSize && at-- > first;) {
    if (bytes.at<std::uint32_t>(at) == kEnd && at + kEndSize + bytes.at<std::uint16_t>(at + 20) == data.size()) return at;
  }
  throw FileError(fmt::format("{}: not a whole zip archive (npz): its end record is missing", path));
}

/// The 64-bit fields of the zip64 extra field, which stand there only where the 32-bit ones are full.
void readExtra64(const Bytes& bytes, std::uint64_t at, std::uint64_t size, std::initializer_list<std::uint64_t*> fields) {
  const std::uint64_t end = at + size;
  while (at + 4 <= end) {
    const auto id = bytes.at<std::uint16_t>(at);
    const std::uint64_t stop = at + 4 + bytes.at<std::uint16_t>(at + 2);
    at += 4;
    for (auto* field : fields) {
      if (id != 1 || *field != kIn64 || at + 8 > stop) continue;
      *field = bytes.at<std::uint64_t>(at);
      at += 8;
    }
    at = stop;
  }
}

template <class T>
void put(std::string& to, T value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::uint32_t checksum(std::string_view data) {
  uLong crc = crc32(0, nullptr, 0);
  for (std::size_t at = 0; at < data.size();) {
    const auto part = static_cast<uInt>(std::min<std::size_t>(data.size() - at, 1u << 30));
    crc = crc32(crc, reinterpret_cast<const Bytef*>(data.data() + at), part);
    at += part;
  }
  return static_cast<std::uint32_t>(crc);
}

/// Raw deflate, without a zlib header; nothing where the stream is damaged or of another length.
std::optional<std::string> inflateRaw(std::string_view packed, std::size_t size) {
  std::string out(size + 1, '\0');  // one more, so that a stream that is too long is seen
  z_stream stream{};
  if (packed.size() > kIn64 || size >= kIn64 || inflateInit2(&stream, -MAX_WBITS) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  if (result != Z_STREAM_END || stream.total_out != size) return std::nullopt;
  out.resize(size);
  return out;
}

std::string deflateRaw(std::string_view data) {
  z_stream stream{};
  const int opened = deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  require<FileError>(opened == Z_OK && data.size() < kIn64, "an array of {} bytes cannot be compressed", data.size());
  std::string out(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = static_cast<uInt>(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Entry {
  std::string file;
  std::uint16_t method;
  std::uint32_t crc, packed, unpacked, offset;
};

/// What both headers begin with after the versions: flags, method, 1980-01-01 00:00:00, checksum.
void putCommon(std::string& to, const Entry& entry) {
  put(to, std::uint16_t{0});
  put(to, entry.method);
  put(to, std::uint16_t{0});
  put(to, std::uint16_t{0x0021});
  put(to, entry.crc);
}

/// With the sizes a second time in a zip64 field, as NumPy has it.
void putLocal(std::string& to, const Entry& entry) {
  put(to, kLocal);
  put(to, kVersion);
  putCommon(to, entry);
  put(to, entry.packed);
  put(to, entry.unpacked);
  put(to, static_cast<std::uint16_t>(entry.file.size()));
  put(to, std::uint16_t{20});
  to += entry.file;
  put(to, std::uint16_t{1});
  put(to, std::uint16_t{16});
  put(to, std::uint64_t{entry.unpacked});
  put(to, std::uint64_t{entry.packed});
}

void putCentral(std::string& to, const Entry& entry) {
  put(to, kCentral);
  put(to, static_cast<std::uint16_t>(kVersion | 0x0300));  // made on Unix
  put(to, kVersion);
  putCommon(to, entry);
  put(to, entry.packed);
  put(to, entry.unpacked);
  put(to, static_cast<std::uint16_t>(entry.file.size()));
  to.append(8, '\0');  // no extra field, no comment, disk 0, no internal attributes
  put(to, std::uint32_t{0600u << 16});
  put(to, entry.offset);
  to += entry.file;
}

}  // namespace

NpzReader::NpzReader(std::string path) : path_(std::move(path)), data_(readText(path_)) {
  const Bytes bytes(data_, path_);
  const auto end = findEnd(data_, path_);
  std::uint64_t entries = bytes.at<std::uint16_t>(end + 10);
  std::uint64_t size = bytes.at<std::uint32_t>(end + 12);
  std::uint64_t begin = bytes.at<std::uint32_t>(end + 16);
  const bool in64 = entries == 0xffff || size == kIn64 || begin == kIn64;
  if (in64 && end >= kLocatorSize && bytes.at<std::uint32_t>(end - kLocatorSize) == kLocator64) {
    const auto record = bytes.at<std::uint64_t>(end - kLocatorSize + 8);
    require<FileError>(record < end && bytes.at<std::uint32_t>(record) == kEnd64, "{}: damaged: no zip64 end record", path_);
    entries = bytes.at<std::uint64_t>(record + 32);
    size = bytes.at<std::uint64_t>(record + 40);
    begin = bytes.at<std::uint64_t>(record + 48);
  }
  readDirectory(begin, size, entries);
}

void NpzReader::readDirectory(std::uint64_t begin, std::uint64_t size, std::uint64_t entries) {
  const Bytes bytes(data_, path_);
  bytes.part(begin, size);
  std::uint64_t at = begin;
  for (std::uint64_t k = 0; k < entries; ++k) {
    require<FileError>(at + kCentralSize <= begin + size && bytes.at<std::uint32_t>(at) == kCentral,
                       "{}: damaged: entry {} of the zip directory", path_, k);
    Member member;
    member.flags = bytes.at<std::uint16_t>(at + 8);
    member.method = bytes.at<std::uint16_t>(at + 10);
    member.crc = bytes.at<std::uint32_t>(at + 16);
    member.packed = bytes.at<std::uint32_t>(at + 20);
    member.unpacked = bytes.at<std::uint32_t>(at + 24);
    member.header = bytes.at<std::uint32_t>(at + 42);
    const auto name_size = bytes.at<std::uint16_t>(at + 28);
    const auto extra_size = bytes.at<std::uint16_t>(at + 30);
    const auto comment_size = bytes.at<std::uint16_t>(at + 32);
    std::string name(bytes.part(at + kCentralSize, name_size));
    readExtra64(bytes, at + kCentralSize + name_size, extra_size, {&member.unpacked, &member.packed, &member.header});
    at += kCentralSize + name_size + extra_size + comment_size;
    if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
    if (members_.emplace(name, member).second) names_.push_back(name);
  }
}

std::string_view NpzReader::packedBytes(const std::string& name, const Member& member) const {
  const Bytes bytes(data_, where(name));
  const auto at = member.header;
  require<FileError>(bytes.at<std::uint32_t>(at) == kLocal, "{}: damaged: its header is not where the directory says",
                     where(name));
  const auto name_size = bytes.at<std::uint16_t>(at + 26);
  const auto extra_size = bytes.at<std::uint16_t>(at + 28);
  const auto there = bytes.part(at + kLocalSize, name_size);
  require<FileError>(there == name || there == name + std::string(kSuffix), "{}: damaged: its header has another name",
                     where(name));
  return bytes.part(at + kLocalSize + name_size + extra_size, member.packed);
}

std::string NpzReader::unpack(const std::string& name, const Member& member) const {
  require<FileError>((member.flags & 1u) == 0, "{}: encrypted", where(name));
  require<FileError>(member.method == kStored || member.method == kDeflated,
                     "{}: compression method {}; stored and deflated members are read", where(name), member.method);
  const auto packed = packedBytes(name, member);
  std::optional<std::string> data;
  if (member.method == kStored) {
    if (member.packed == member.unpacked) data = std::string(packed);
  } else if (member.unpacked / kLargestRatio <= member.packed) {
    data = inflateRaw(packed, static_cast<std::size_t>(member.unpacked));
  }
  require<FileError>(data.has_value(), "{}: damaged: {} bytes do not unpack to {}", where(name), member.packed, member.unpacked);
  require<FileError>(checksum(*data) == member.crc, "{}: damaged: its checksum is wrong", where(name));
  return std::move(*data);
}

NpyArray NpzReader::read(const std::string& name) const {
  const auto found = members_.find(name);
  require<FileError>(found != members_.end(), "{}: no member {}; it has {}", path_, name, fmt::join(names_, ", "));
  return parseNpy(unpack(name, found->second), where(name));
}

Array<double> NpzReader::reals(const std::string& name) const {
  const auto array = read(name);
  require<FileError>(!array.isText(), "{}: holds text ({}); numbers are expected", where(name), array.type);
  return array.reals();
}

Array<std::int64_t> NpzReader::integers(const std::string& name) const {
  const auto array = read(name);
  require<FileError>(array.isInteger(), "{}: holds values of type {}; integers are expected", where(name), array.type);
  return array.integers();
}

void NpzWriter::add(const std::string& name, const NpyArray& array) {
  const auto data = formatNpy(array);
  const auto packed = deflate_ ? deflateRaw(data) : data;
  require<FileError>(data.size() < kIn64 && local_.size() + packed.size() < kIn64, "{}: archives of 4 GB are not written", name);
  const Entry entry{.file = name + std::string(kSuffix),
                    .method = static_cast<std::uint16_t>(deflate_ ? kDeflated : kStored),
                    .crc = checksum(data),
                    .packed = static_cast<std::uint32_t>(packed.size()),
                    .unpacked = static_cast<std::uint32_t>(data.size()),
                    .offset = static_cast<std::uint32_t>(local_.size())};
  putLocal(local_, entry);
  local_ += packed;
  putCentral(directory_, entry);
  ++entries_;
}

std::string NpzWriter::bytes() const {
  std::string archive = local_ + directory_;
  put(archive, kEnd);
  put(archive, std::uint32_t{0});
  put(archive, static_cast<std::uint16_t>(entries_));
  put(archive, static_cast<std::uint16_t>(entries_));
  put(archive, static_cast<std::uint32_t>(directory_.size()));
  put(archive, static_cast<std::uint32_t>(local_.size()));
  put(archive, std::uint16_t{0});
  return archive;
}

void NpzWriter::commit(const std::string& path) const { writeText(path, bytes()); }

}  // namespace glassforge::io
