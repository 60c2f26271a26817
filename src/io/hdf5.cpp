#include "io/hdf5.hpp"

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "io/hdf5_detail.hpp"

namespace glassforge::io {

using namespace hdf5_detail;

namespace {

constexpr std::size_t kCompactBytes = 16 * 1024;  // up to here a dataset lives in its object header
constexpr std::size_t kChunkBytes = 1024 * 1024;

/// Chunks of whole trailing axes, about 1 MB each.
std::vector<hsize_t> chunkOf(const std::vector<std::size_t>& shape, std::size_t element) {
  std::vector<hsize_t> chunk(shape.begin(), shape.end());
  std::size_t bytes = element * Array<char>::count(shape);
  for (auto& extent : chunk) {
    if (bytes <= kChunkBytes) break;
    const std::size_t below = bytes / static_cast<std::size_t>(extent);
    extent = std::max<hsize_t>(1, kChunkBytes / std::max<std::size_t>(1, below));
    bytes = below * static_cast<std::size_t>(extent);
  }
  return chunk;
}

Hdf5Id creation(const std::vector<std::size_t>& shape, std::size_t element, Compression compression) {
  Hdf5Id list(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(list.get(), false);
  if (element * Array<char>::count(shape) <= kCompactBytes) {
    H5Pset_layout(list.get(), H5D_COMPACT);
    return list;
  }
  const auto chunk = chunkOf(shape, element);
  H5Pset_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data());
  if (compression == Compression::deflate) {
    H5Pset_shuffle(list.get());
    H5Pset_deflate(list.get(), 4);
  }
  H5Pset_fletcher32(list.get());
  return list;
}

herr_t collect(hid_t, const char* name, const H5L_info_t*, void* out) {
  static_cast<std::vector<std::string>*>(out)->emplace_back(name);
  return 0;
}

}  // namespace

Hdf5Id& Hdf5Id::operator=(Hdf5Id&& other) noexcept {
  if (this != &other) {
    close();
    id_ = std::exchange(other.id_, -1);
    closer_ = other.closer_;
  }
  return *this;
}

bool Hdf5Id::close() {
  if (id_ < 0) return true;
  return closer_(std::exchange(id_, -1)) >= 0;
}

// ---- groups ---------------------------------------------------------------------------------------------------------

void Hdf5Group::fail(const std::string& name, std::string_view message) const {
  throw FileError(fmt::format("{}: {}{}{}: {}", file_, path_, name.empty() ? "" : "/", name, message));
}

Hdf5Group Hdf5Group::open(const std::string& path) const {
  if (!has(path)) fail(path, "there is no such group");
  Hdf5Id group(H5Gopen2(id_.get(), path.c_str(), H5P_DEFAULT), H5Gclose);
  if (!group.valid()) fail(path, "cannot be opened as a group: " + reason());
  return {std::move(group), file_, path_ + "/" + path};
}

Hdf5Group Hdf5Group::make(const std::string& path) const {
  if (has(path)) return open(path);
  const Hdf5Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links.get(), 1);
  const Hdf5Id properties(H5Pcreate(H5P_GROUP_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.get(), false);
  Hdf5Id group(H5Gcreate2(id_.get(), path.c_str(), links.get(), properties.get(), H5P_DEFAULT), H5Gclose);
  if (!group.valid()) fail(path, "cannot be made: " + reason());
  return {std::move(group), file_, path_ + "/" + path};
}

Hdf5Group Hdf5Group::object(const std::string& path) const {
  if (!has(path)) fail(path, "is missing");
  Hdf5Id object(H5Oopen(id_.get(), path.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object.valid()) fail(path, "cannot be opened: " + reason());
  return {std::move(object), file_, path_ + "/" + path};
}

bool Hdf5Group::has(const std::string& path) const {
  for (auto slash = path.find('/');; slash = path.find('/', slash + 1)) {
    const auto found = H5Lexists(id_.get(), path.substr(0, slash).c_str(), H5P_DEFAULT);
    if (found < 0) fail(path, "cannot be looked up: " + reason());
    if (found == 0) return false;
    if (slash == std::string::npos) return true;
  }
}

std::vector<std::string> Hdf5Group::names() const {
  std::vector<std::string> found;
  hsize_t at = 0;
  if (H5Literate(id_.get(), H5_INDEX_NAME, H5_ITER_INC, &at, collect, &found) < 0) {
    fail("", "its members cannot be listed: " + reason());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void Hdf5Group::link(const std::string& existing, const std::string& name) const {
  if (H5Lcreate_hard(id_.get(), existing.c_str(), id_.get(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0) {
    fail(name, "cannot be linked: " + reason());
  }
}

void Hdf5Group::linkOutside(const std::string& file, const std::string& object, const std::string& name) const {
  if (H5Lcreate_external(file.c_str(), object.c_str(), id_.get(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT) < 0) {
    fail(name, "cannot be linked: " + reason());
  }
}

std::string Hdf5Group::outsideTarget(const std::string& name) const {
  H5L_info_t info;
  if (H5Lget_info(id_.get(), name.c_str(), &info, H5P_DEFAULT) < 0) fail(name, "cannot be looked up: " + reason());
  if (info.type != H5L_TYPE_EXTERNAL) return "";
  std::vector<char> value(info.u.val_size);
  const char *file = nullptr, *object = nullptr;
  unsigned flags = 0;
  if (H5Lget_val(id_.get(), name.c_str(), value.data(), value.size(), H5P_DEFAULT) < 0 ||
      H5Lunpack_elink_val(value.data(), value.size(), &flags, &file, &object) < 0) {
    fail(name, "is a damaged link: " + reason());
  }
  return fmt::format("{}:{}", file, object);
}

// ---- datasets -------------------------------------------------------------------------------------------------------

namespace {

void writeDataset(const Hdf5Group& group, const std::string& name, hid_t file_type, hid_t memory_type,
                  const std::vector<std::size_t>& shape, std::size_t element, const void* data,
                  Compression compression) {
  const auto extent = space(shape);
  const auto properties = creation(shape, element, compression);
  Hdf5Id set(H5Dcreate2(group.id(), name.c_str(), file_type, extent.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT),
             H5Dclose);
  if (!set.valid()) group.fail(name, "cannot be made: " + reason());
  const bool written =
      Array<char>::count(shape) == 0 || H5Dwrite(set.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
  if (!written) group.fail(name, "cannot be written: " + reason());
  if (!set.close()) group.fail(name, "cannot be written: " + reason());
}

/// A dataset opened for reading, its size checked before anything is allocated.
struct OpenDataset {
  Hdf5Id set, type;
  H5T_class_t kind = H5T_NO_CLASS;
  std::vector<std::size_t> shape;
};

OpenDataset openDataset(const Hdf5Group& group, const std::string& name) {
  if (!group.has(name)) group.fail(name, "there is no such dataset");
  OpenDataset open;
  open.set = Hdf5Id(H5Dopen2(group.id(), name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!open.set.valid()) group.fail(name, "cannot be opened as a dataset: " + reason());
  open.type = Hdf5Id(H5Dget_type(open.set.get()), H5Tclose);
  open.kind = H5Tget_class(open.type.get());
  open.shape = checkedShape(group, name, open.set.get(), open.type.get());
  return open;
}

}  // namespace

template <Hdf5Number T>
void Hdf5Group::write(const std::string& name, const Array<T>& values, Compression compression) const {
  writeDataset(*this, name, fileType<T>(), memoryType<T>(), values.shape(), sizeof(T), values.data(), compression);
}

template <Hdf5Number T>
void Hdf5Group::write(const std::string& name, const std::vector<T>& values) const {
  writeDataset(*this, name, fileType<T>(), memoryType<T>(), {values.size()}, sizeof(T), values.data(),
               Compression::none);
}

void Hdf5Group::write(const std::string& name, const std::vector<std::string>& values) const {
  const auto length = longest(values);
  const auto type = textType(length);
  const auto block = padded(values, length);
  writeDataset(*this, name, type.get(), type.get(), {values.size()}, length, block.data(), Compression::none);
}

template <Hdf5Number T>
Array<T> Hdf5Group::read(const std::string& name) const {
  const auto open = openDataset(*this, name);
  if (open.kind != H5T_INTEGER && open.kind != H5T_FLOAT) fail(name, "does not hold numbers");
  if (std::integral<T> && open.kind == H5T_FLOAT) fail(name, "holds real numbers; integers are expected");
  Array<T> values(open.shape);
  if (!values.empty() && H5Dread(open.set.get(), memoryType<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) {
    fail(name, "cannot be read, the file is damaged: " + reason());
  }
  return values;
}

template <Hdf5Number T>
Array<T> Hdf5Group::read(const std::string& name, const std::vector<std::size_t>& shape) const {
  auto values = read<T>(name);
  if (values.shape() != shape) {
    fail(name,
         fmt::format("has shape ({}); ({}) is expected", fmt::join(values.shape(), ", "), fmt::join(shape, ", ")));
  }
  return values;
}

template <Hdf5Number T>
std::vector<T> Hdf5Group::readVector(const std::string& name) const {
  auto values = read<T>(name);
  if (values.rank() != 1) fail(name, fmt::format("has {} axes; 1 is expected", values.rank()));
  return std::move(values.values());
}

template <Hdf5Number T>
std::vector<T> Hdf5Group::readVector(const std::string& name, std::size_t size) const {
  return std::move(read<T>(name, {size}).values());
}

std::vector<std::string> Hdf5Group::readTexts(const std::string& name) const {
  const auto open = openDataset(*this, name);
  if (open.kind != H5T_STRING) fail(name, "does not hold text");
  std::vector<std::string> values;
  const bool done = readStrings(open.type.get(), Array<char>::count(open.shape), values, [&](hid_t type, void* out) {
    return H5Dread(open.set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
  });
  if (!done) fail(name, "cannot be read, the file is damaged: " + reason());
  return values;
}

// ---- files ----------------------------------------------------------------------------------------------------------

Hdf5File::Hdf5File(const std::string& path) : path_(path) {
  std::error_code error;
  require<FileError>(std::filesystem::is_regular_file(path, error), "{}: there is no such file", path);
  const auto list = access();
  id_ = Hdf5Id(H5Fopen(path.c_str(), H5F_ACC_RDONLY, list.get()), H5Fclose);
  require<FileError>(id_.valid(), "{}: not an HDF5 file, or damaged: {}", path, id_.valid() ? "" : reason());
}

Hdf5Group Hdf5File::root() const {
  return rootOf(id_.get(), path_);
}

#define GLASSFORGE_HDF5_NUMBER(T)                                                                  \
  template void Hdf5Group::write(const std::string&, const Array<T>&, Compression) const;          \
  template void Hdf5Group::write(const std::string&, const std::vector<T>&) const;                 \
  template Array<T> Hdf5Group::read<T>(const std::string&) const;                                  \
  template Array<T> Hdf5Group::read<T>(const std::string&, const std::vector<std::size_t>&) const; \
  template std::vector<T> Hdf5Group::readVector<T>(const std::string&) const;                      \
  template std::vector<T> Hdf5Group::readVector<T>(const std::string&, std::size_t) const;

GLASSFORGE_HDF5_NUMBER(double)
GLASSFORGE_HDF5_NUMBER(float)
GLASSFORGE_HDF5_NUMBER(std::int8_t)
GLASSFORGE_HDF5_NUMBER(std::int32_t)
GLASSFORGE_HDF5_NUMBER(std::int64_t)
GLASSFORGE_HDF5_NUMBER(std::uint64_t)
#undef GLASSFORGE_HDF5_NUMBER

}  // namespace glassforge::io
