#include "io/hdf5_detail.hpp"

#include <algorithm>
#include <optional>

#include "core/error.hpp"

namespace glassforge::io::hdf5_detail {

std::string reason() {
  std::string text;
  const auto visit = [](unsigned, const H5E_error2_t* error, void* out) -> herr_t {
    if (error->desc != nullptr) *static_cast<std::string*>(out) = error->desc;
    return 1;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, visit, &text);
  H5Eclear2(H5E_DEFAULT);
  return text.empty() ? "HDF5 gives no reason" : text;
}

Hdf5Id space(const std::vector<std::size_t>& shape) {
  const std::vector<hsize_t> extent(shape.begin(), shape.end());
  if (shape.empty()) return {H5Screate(H5S_SCALAR), H5Sclose};
  return {H5Screate_simple(static_cast<int>(extent.size()), extent.data(), nullptr), H5Sclose};
}

Hdf5Id textType(std::size_t length) {
  Hdf5Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), std::max<std::size_t>(1, length));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  return type;
}

std::size_t longest(const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const auto& value : values) length = std::max(length, value.size());
  return length;
}

std::vector<char> padded(const std::vector<std::string>& values, std::size_t length) {
  std::vector<char> block(length * values.size(), '\0');
  for (std::size_t k = 0; k < values.size(); ++k) std::copy(values[k].begin(), values[k].end(), block.data() + k * length);
  return block;
}

bool readStrings(hid_t type, std::size_t count, std::vector<std::string>& out,
                 const std::function<herr_t(hid_t, void*)>& read) {
  out.assign(count, {});
  if (H5Tis_variable_str(type) > 0) {
    const Hdf5Id memory(H5Tcopy(type), H5Tclose);
    std::vector<char*> pointers(count, nullptr);
    if (read(memory.get(), pointers.data()) < 0) return false;
    for (std::size_t k = 0; k < count; ++k) {
      if (pointers[k] != nullptr) out[k] = pointers[k];
      H5free_memory(pointers[k]);
    }
    return true;
  }
  const std::size_t length = H5Tget_size(type);
  std::vector<char> block(length * count);
  if (read(type, block.data()) < 0) return false;
  for (std::size_t k = 0; k < count; ++k) {
    const char* begin = block.data() + k * length;
    out[k].assign(begin, std::find(begin, begin + length, '\0'));
  }
  return true;
}

std::vector<std::size_t> shapeOf(hid_t dataspace) {
  const int rank = H5Sget_simple_extent_ndims(dataspace);
  std::vector<hsize_t> extent(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank > 0) H5Sget_simple_extent_dims(dataspace, extent.data(), nullptr);
  return {extent.begin(), extent.end()};
}

namespace {

constexpr std::size_t kLargestRatio = 1100;  // deflate cannot shrink by more than 1032

/// Number of elements times bytes each, or nothing where that overflows.
std::optional<std::size_t> bytesOf(const std::vector<std::size_t>& shape, std::size_t element) {
  std::size_t total = element;
  for (const auto extent : shape) {
    if (__builtin_mul_overflow(total, extent, &total)) return std::nullopt;
  }
  return total;
}

}  // namespace

std::vector<std::size_t> checkedShape(const Hdf5Group& group, const std::string& name, hid_t set, hid_t type) {
  const Hdf5Id extent(H5Dget_space(set), H5Sclose);
  auto shape = shapeOf(extent.get());
  const auto bytes = bytesOf(shape, H5Tget_size(type));
  const auto stored = static_cast<std::size_t>(H5Dget_storage_size(set));
  if (!bytes || *bytes / kLargestRatio > stored) {
    group.fail(name, fmt::format("is damaged: shape ({}) does not fit the {} bytes stored", fmt::join(shape, ", "), stored));
  }
  return shape;
}

Hdf5Id access() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  Hdf5Id list(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_fclose_degree(list.get(), H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 12, 1) || (H5_VERSION_GE(1, 10, 7) && !H5_VERSION_GE(1, 11, 0))
  H5Pset_file_locking(list.get(), false, true);
#endif
  return list;
}

Hdf5Group rootOf(hid_t file, const std::string& path) {
  Hdf5Id group(H5Gopen2(file, "/", H5P_DEFAULT), H5Gclose);
  require<FileError>(group.valid(), "{}: damaged: {}", path, group.valid() ? "" : reason());
  return {std::move(group), path, ""};
}

}  // namespace glassforge::io::hdf5_detail
