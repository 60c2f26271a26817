#include <algorithm>

#include "core/error.hpp"
#include "io/hdf5.hpp"
#include "io/hdf5_detail.hpp"
#include "io/sha256.hpp"

namespace glassforge::io {

using namespace hdf5_detail;

namespace {

constexpr std::size_t kBlockBytes = 16 * 1024 * 1024;

/// The type values are hashed in: little-endian, of the file's own class and size.
Hdf5Id canonical(hid_t file_type) {
  const auto size = H5Tget_size(file_type);
  const auto kind = H5Tget_class(file_type);
  Hdf5Id type(H5Tcopy(file_type), H5Tclose);
  if (kind == H5T_INTEGER || kind == H5T_FLOAT) H5Tset_order(type.get(), H5T_ORDER_LE);
  if (kind == H5T_STRING && H5Tis_variable_str(file_type) <= 0) H5Tset_size(type.get(), size);
  return type;
}

class Hasher {
 public:
  explicit Hasher(Sha256& hash) : hash_(hash) {}

  void group(const Hdf5Group& group) {
    text("group " + group.path());
    attributes(group);
    for (const auto& name : group.names()) {
      if (group.path().empty() && name == "run") continue;
      member(group, name);
    }
  }

 private:
  /// Of a link to another file, where it leads to counts, and not what is there.
  void member(const Hdf5Group& parent, const std::string& name) {
    if (const auto target = parent.outsideTarget(name); !target.empty()) {
      return text(fmt::format("link {}/{} {}", parent.path(), name, target));
    }
    const auto object = parent.object(name);
    if (H5Iget_type(object.id()) == H5I_GROUP) {
      group(parent.open(name));
    } else if (H5Iget_type(object.id()) == H5I_DATASET) {
      dataset(parent, name, object.id());
      attributes(object);
    }
  }

  void attributes(const Hdf5Group& object) {
    for (const auto& name : object.attributeNames()) attribute(object.id(), object, name);
  }

  void attribute(hid_t object, const Hdf5Group& group, const std::string& name) {
    const Hdf5Id attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
    const Hdf5Id type(H5Aget_type(attribute.get()), H5Tclose);
    const Hdf5Id extent(H5Aget_space(attribute.get()), H5Sclose);
    const auto count = static_cast<std::size_t>(std::max<hssize_t>(0, H5Sget_simple_extent_npoints(extent.get())));
    text("attribute " + name);
    const bool done = values(type.get(), shapeOf(extent.get()), count,
                             [&](hid_t memory, void* out) { return H5Aread(attribute.get(), memory, out); });
    if (!done) group.fail("", fmt::format("attribute '{}' cannot be read: {}", name, reason()));
  }

  /// Read in blocks along the first axis, so that a large dataset need not fit into memory.
  void dataset(const Hdf5Group& parent, const std::string& name, hid_t set) {
    const Hdf5Id type(H5Dget_type(set), H5Tclose);
    const Hdf5Id extent(H5Dget_space(set), H5Sclose);
    const auto shape = checkedShape(parent, name, set, type.get());
    text("dataset " + parent.path() + "/" + name);
    header(type.get(), shape);
    if (shape.empty()) return block(parent, name, set, type.get(), H5S_ALL, 1);
    const std::size_t row = Array<char>::count({shape.begin() + 1, shape.end()});
    const std::size_t element = std::max<std::size_t>(1, H5Tget_size(type.get()));
    const std::size_t rows = std::max<std::size_t>(1, kBlockBytes / std::max<std::size_t>(1, row * element));
    for (std::size_t first = 0; row > 0 && first < shape[0]; first += rows) {
      const std::size_t many = std::min(rows, shape[0] - first);
      std::vector<hsize_t> start(shape.size(), 0), length(shape.begin(), shape.end());
      start[0] = first, length[0] = many;
      H5Sselect_hyperslab(extent.get(), H5S_SELECT_SET, start.data(), nullptr, length.data(), nullptr);
      block(parent, name, set, type.get(), extent.get(), many * row);
    }
  }

  void block(const Hdf5Group& parent, const std::string& name, hid_t set, hid_t type, hid_t selection, std::size_t count) {
    const hsize_t many = count;
    const Hdf5Id memory_space(H5Screate_simple(1, &many, nullptr), H5Sclose);
    const hid_t in_memory = selection == H5S_ALL ? H5S_ALL : memory_space.get();
    const bool done = content(type, count, [&](hid_t memory, void* out) {
      return H5Dread(set, memory, in_memory, selection, H5P_DEFAULT, out);
    });
    if (!done) parent.fail(name, "cannot be read, the file is damaged: " + reason());
  }

  bool values(hid_t type, const std::vector<std::size_t>& shape, std::size_t count,
              const std::function<herr_t(hid_t, void*)>& read) {
    header(type, shape);
    return count == 0 || content(type, count, read);
  }

  /// Class, size and shape; for texts the class alone, so that padding does not count.
  void header(hid_t type, const std::vector<std::size_t>& shape) {
    const auto kind = H5Tget_class(type);
    text(fmt::format("{} {} ({})", static_cast<int>(kind), kind == H5T_STRING ? 0 : H5Tget_size(type), fmt::join(shape, ",")));
  }

  bool content(hid_t type, std::size_t count, const std::function<herr_t(hid_t, void*)>& read) {
    if (H5Tget_class(type) == H5T_STRING) {
      std::vector<std::string> texts;
      if (!readStrings(type, count, texts, read)) return false;
      for (const auto& one : texts) text(one);
      return true;
    }
    const auto memory = canonical(type);
    std::vector<char> bytes(H5Tget_size(memory.get()) * count);
    if (!bytes.empty() && read(memory.get(), bytes.data()) < 0) return false;
    hash_.update(bytes.data(), bytes.size());
    return true;
  }

  void text(std::string_view value) {
    hash_.update(fmt::format("{}:", value.size()));
    hash_.update(value);
  }

  Sha256& hash_;
};

}  // namespace

std::string contentHash(const std::string& path) {
  const Hdf5File file(path);
  Sha256 hash;
  Hasher(hash).group(file.root());
  return hash.hex();
}

}  // namespace glassforge::io
