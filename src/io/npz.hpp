/// NumPy's npz archives: zip files of npy members.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "io/npy.hpp"

namespace glassforge::io {

/// Reads an archive by its central directory: stored and deflated members, zip64, data descriptors; checksums are checked.
class NpzReader {
 public:
  /// FileError where the file is missing or not a whole archive.
  explicit NpzReader(std::string path);

  /// Array names (without ".npy"), in the order of the archive.
  const std::vector<std::string>& names() const { return names_; }
  bool has(const std::string& name) const { return members_.contains(name); }
  /// FileError naming file and member where it is missing or damaged.
  NpyArray read(const std::string& name) const;

  /// The same as values; FileError where the member is of another type.
  Array<double> reals(const std::string& name) const;
  Array<std::int64_t> integers(const std::string& name) const;

  const std::string& path() const { return path_; }
  /// "file.npz, member types": how messages name a member.
  std::string where(const std::string& name) const { return path_ + ", member " + name; }

 private:
  struct Member {
    unsigned method = 0;
    unsigned flags = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed = 0, unpacked = 0, header = 0;
  };
  void readDirectory(std::uint64_t begin, std::uint64_t size, std::uint64_t entries);
  std::string_view packedBytes(const std::string& name, const Member& member) const;
  std::string unpack(const std::string& name, const Member& member) const;

  std::string path_;
  std::string data_;
  std::vector<std::string> names_;
  std::map<std::string, Member> members_;
};

/// Writes an archive with the bytes NumPy gives it: they depend on the arrays alone (members are dated 1980-01-01).
class NpzWriter {
 public:
  explicit NpzWriter(bool deflate = false) : deflate_(deflate) {}
  void add(const std::string& name, const NpyArray& array);
  /// The archive so far.
  std::string bytes() const;
  /// Writes it to a temporary name, flushes and renames. FileError.
  void commit(const std::string& path) const;

 private:
  bool deflate_;
  std::string local_;
  std::string directory_;
  std::size_t entries_ = 0;
};

}  // namespace glassforge::io
