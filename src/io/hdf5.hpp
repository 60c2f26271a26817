/// HDF5 with RAII and errors that name file and object. Not thread-safe, as HDF5 itself is not.
///
/// Files are written in the 1.10 format, whose metadata carry checksums; small datasets live in them, larger ones are chunked
/// with a Fletcher checksum, and strings have a fixed length: so damage is found when a file is read.
#pragma once

#include <hdf5.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/array.hpp"

namespace glassforge::io {

/// Owner of an HDF5 id.
class Hdf5Id {
 public:
  using Closer = herr_t (*)(hid_t);
  Hdf5Id() = default;
  Hdf5Id(hid_t id, Closer closer) : id_(id), closer_(closer) {}
  Hdf5Id(Hdf5Id&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
  Hdf5Id& operator=(Hdf5Id&& other) noexcept;
  ~Hdf5Id() { close(); }

  hid_t get() const { return id_; }
  bool valid() const { return id_ >= 0; }
  /// False where HDF5 reports an error.
  bool close();

 private:
  hid_t id_ = -1;
  Closer closer_ = nullptr;
};

/// What a dataset or an attribute can be made of.
template <class T>
concept Hdf5Number = std::same_as<T, double> || std::same_as<T, float> || std::same_as<T, std::int8_t> ||
                     std::same_as<T, std::int32_t> || std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t>;

enum class Compression { none, deflate };

/// A group of an open file; it must not outlive the file.
class Hdf5Group {
 public:
  Hdf5Group(Hdf5Id id, std::string file, std::string path)
      : id_(std::move(id)), file_(std::move(file)), path_(std::move(path)) {}

  /// Opens a member group; `path` may have '/' in it. FileError where it is missing.
  Hdf5Group open(const std::string& path) const;
  /// Opens a member group, making what is missing of its path.
  Hdf5Group make(const std::string& path) const;
  /// A member group or dataset, for its attributes.
  Hdf5Group object(const std::string& path) const;
  bool has(const std::string& path) const;
  /// Member names, sorted.
  std::vector<std::string> names() const;
  /// A second name for a dataset that is there already.
  void link(const std::string& existing, const std::string& name) const;
  /// `name` stands for an object of another file, given relative to the folder of this one. It need not be there yet.
  void linkOutside(const std::string& file, const std::string& object, const std::string& name) const;
  /// "file:object" of such a link; empty where `name` is no link to another file.
  std::string outsideTarget(const std::string& name) const;

  template <Hdf5Number T>
  void write(const std::string& name, const Array<T>& values, Compression compression = Compression::none) const;
  template <Hdf5Number T>
  void write(const std::string& name, const std::vector<T>& values) const;
  void write(const std::string& name, const std::vector<std::string>& values) const;

  /// Reads a dataset of any number type as T. FileError where it is missing, damaged, or text.
  template <Hdf5Number T>
  Array<T> read(const std::string& name) const;
  /// The same, and a FileError unless the shape is `shape`.
  template <Hdf5Number T>
  Array<T> read(const std::string& name, const std::vector<std::size_t>& shape) const;
  template <Hdf5Number T>
  std::vector<T> readVector(const std::string& name) const;
  template <Hdf5Number T>
  std::vector<T> readVector(const std::string& name, std::size_t size) const;
  std::vector<std::string> readTexts(const std::string& name) const;

  template <Hdf5Number T>
  void setAttribute(const std::string& name, T value) const;
  template <Hdf5Number T>
  void setAttribute(const std::string& name, const std::vector<T>& values) const;
  void setAttribute(const std::string& name, std::string_view value) const;
  void setAttribute(const std::string& name, const std::vector<std::string>& values) const;

  bool hasAttribute(const std::string& name) const;
  std::vector<std::string> attributeNames() const;
  /// 'd' real, 'i' integer, 's' text, '?' other.
  char attributeKind(const std::string& name) const;
  template <Hdf5Number T>
  T attribute(const std::string& name) const;
  template <Hdf5Number T>
  std::vector<T> attributes(const std::string& name) const;
  std::string textAttribute(const std::string& name) const;
  std::vector<std::string> textAttributes(const std::string& name) const;

  const std::string& file() const { return file_; }
  const std::string& path() const { return path_; }
  hid_t id() const { return id_.get(); }
  /// Throws a FileError: "<file>: <path>/<name>: <message>".
  [[noreturn]] void fail(const std::string& name, std::string_view message) const;

 private:
  Hdf5Id id_;
  std::string file_;
  std::string path_;  ///< "" for the root, else "/a/b"
};

/// A file open for reading.
class Hdf5File {
 public:
  /// FileError where the file is missing, not HDF5, or damaged.
  explicit Hdf5File(const std::string& path);
  Hdf5Group root() const;

 private:
  Hdf5Id id_;
  std::string path_;
};

/// A file being written. It is built in memory and stored in one go by commit(), so that a full disk is an error like others.
class Hdf5Writer {
 public:
  explicit Hdf5Writer(std::string path);
  ~Hdf5Writer();
  Hdf5Group root() const;
  /// Closes, writes to a temporary name, flushes and renames. Groups of this file must be gone by then. FileError.
  void commit();

 private:
  struct Image;

  std::string path_;
  std::unique_ptr<Image> image_;  ///< outlives the id, whose closing hands the bytes over
  Hdf5Id id_;
};

/// SHA-256 over the names, shapes and values of all datasets and attributes but those under /run: what h5diff would compare,
/// independent of storage, order of writing and byte order. 64 hex digits.
std::string contentHash(const std::string& path);

}  // namespace glassforge::io
