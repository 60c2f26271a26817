#include "io/dataset_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "io/hdf5_detail.hpp"
#include "io/sha256.hpp"

namespace glassforge::io {

using namespace hdf5_detail;

static_assert(std::endian::native == std::endian::little, "checksums are over little-endian values");

namespace {

const std::string kChecksums = "checksum/";
constexpr std::size_t kSlackBytes = 64 * 1024;  // of metadata that an array brings

/// The first 64 bits of the SHA-256 of the bytes.
std::uint64_t checksum(const void* data, std::size_t bytes) {
  Sha256 hash;
  hash.update(data, bytes);
  return std::stoull(hash.hex().substr(0, 16), nullptr, 16);
}

hid_t fileTypeOf(const DatasetArray& array) {
  return array.integer ? H5T_STD_I32LE : H5T_IEEE_F64LE;
}

/// A file being changed on disk, through its descriptor.
class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : path_(path), descriptor_(::open(path.c_str(), O_RDWR)) {
    require<FileError>(descriptor_ >= 0, "{}: cannot be opened: {}", path, std::strerror(errno));
  }
  ~Descriptor() { ::close(descriptor_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  /// Takes the blocks of the first `bytes` from the disk. File systems that cannot promise them are left to the writes.
  void reserve(std::size_t bytes) const {
    const bool done = ::fallocate(descriptor_, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(bytes)) == 0;
    const bool cannot = errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL;
    require<FileError>(done || cannot, "{}: {:.4g} MB cannot be had: {}", path_, 1e-6 * static_cast<double>(bytes),
                       std::strerror(errno));
  }
  /// Gives back what was reserved behind the end of the file, and makes sure of what lies before.
  void settle() const {
    struct stat status {};
    const bool known = ::fstat(descriptor_, &status) == 0 && ::ftruncate(descriptor_, status.st_size) == 0;
    require<FileError>(known, "{}: cannot be written: {}", path_, std::strerror(errno));
    reserve(static_cast<std::size_t>(status.st_size));
  }
  std::size_t size() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
  }

 private:
  std::string path_;
  int descriptor_;
};

Hdf5Id openToWrite(const std::string& path, const Hdf5Id& list) {
  H5Pset_libver_bounds(list.get(), H5F_LIBVER_V110, H5F_LIBVER_V110);
  Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDWR, list.get()), H5Fclose);
  require<FileError>(file.valid(), "{}: cannot be written: {}", path, file.valid() ? "" : reason());
  return file;
}

/// A contiguous dataset whose place in the file is fixed now and whose values come later.
void makeArray(const Hdf5Group& root, const std::string& name, hid_t type, const std::vector<std::size_t>& shape) {
  const Hdf5Id properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_obj_track_times(properties.get(), false);
  H5Pset_layout(properties.get(), H5D_CONTIGUOUS);
  H5Pset_alloc_time(properties.get(), H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(properties.get(), H5D_FILL_TIME_NEVER);
  if (const auto slash = name.rfind('/'); slash != std::string::npos) root.make(name.substr(0, slash));
  const auto extent = space(shape);
  Hdf5Id set(H5Dcreate2(root.id(), name.c_str(), type, extent.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT),
             H5Dclose);
  if (!set.valid() || !set.close()) root.fail(name, "cannot be made: " + reason());
}

void makeArrays(const std::string& path, const DatasetLayout& layout) {
  auto file = openToWrite(path, access());
  {
    const auto root = rootOf(file.get(), path);
    for (const auto& array : layout.arrays) {
      auto shape = array.row;
      shape.insert(shape.begin(), layout.firstRow(array, layout.structures.size()));
      makeArray(root, array.name, fileTypeOf(array), shape);
      root.object(array.name).setAttribute("axes", array.axes);
      makeArray(root, kChecksums + array.name, H5T_STD_U64LE, {layout.structures.size()});
    }
  }
  require<FileError>(file.close(), "{}: cannot be written", path);
}

}  // namespace

std::size_t DatasetLayout::firstRow(const DatasetArray& array, std::size_t k) const {
  return array.axes.front() == "pairs" ? static_cast<std::size_t>(pair_offsets.at(k)) : k;
}

std::size_t DatasetLayout::rowBytes(const DatasetArray& array) const {
  return Array<char>::count(array.row) * (array.integer ? sizeof(std::int32_t) : sizeof(double));
}

void createDataset(const std::string& path, const DatasetLayout& layout,
                   const std::function<void(const Hdf5Group& root)>& small) {
  Hdf5Writer writer(path);
  {
    const auto root = writer.root();
    small(root);
    root.write("structures", layout.structures);
    if (!layout.pair_offsets.empty()) root.make("labels/pairs").write("offsets", layout.pair_offsets);
    std::vector<std::string> names;
    for (const auto& array : layout.arrays) names.push_back(array.name);
    root.setAttribute("arrays", names);
  }
  writer.commit();
  const Descriptor descriptor(path);
  std::size_t bytes = descriptor.size();
  for (const auto& array : layout.arrays) {
    bytes += layout.firstRow(array, layout.structures.size()) * layout.rowBytes(array) + kSlackBytes;
  }
  descriptor.reserve(bytes);
  makeArrays(path, layout);
  descriptor.settle();
}

DatasetWriter::DatasetWriter(MPI_Comm comm, const std::string& path, const DatasetLayout& layout)
    : comm_(comm), path_(path), layout_(layout) {
  const auto list = access();
  H5Pset_fapl_mpio(list.get(), comm, MPI_INFO_NULL);
  H5Pset_all_coll_metadata_ops(list.get(), true);
  H5Pset_coll_metadata_write(list.get(), true);
  file_ = openToWrite(path, list);
  checksums_.assign(layout.arrays.size(), std::vector<std::uint64_t>(layout.structures.size(), 0));
}

void DatasetWriter::transfer(const std::string& name, hid_t type, std::vector<hsize_t> start,
                             std::vector<hsize_t> length, const void* data) {
  const Hdf5Id set(H5Dopen2(file_.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
  const Hdf5Id in_file(H5Dget_space(set.get()), H5Sclose);
  const Hdf5Id in_memory(H5Screate_simple(static_cast<int>(length.size()), length.data(), nullptr), H5Sclose);
  if (length.front() == 0) {
    H5Sselect_none(in_file.get());
    H5Sselect_none(in_memory.get());
  } else {
    H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, length.data(), nullptr);
  }
  const Hdf5Id list(H5Pcreate(H5P_DATASET_XFER), H5Pclose);
  H5Pset_dxpl_mpio(list.get(), H5FD_MPIO_COLLECTIVE);
  const bool done = H5Dwrite(set.get(), type, in_memory.get(), in_file.get(), list.get(), data) >= 0;
  if (!done && failure_.empty()) failure_ = fmt::format("{}: /{}: cannot be written: {}", path_, name, reason());
}

void DatasetWriter::write(std::size_t number, std::size_t first, std::size_t count, const void* rows) {
  const auto& array = layout_.arrays[number];
  const std::size_t begin = count == 0 ? 0 : layout_.firstRow(array, first);
  const std::size_t end = count == 0 ? 0 : layout_.firstRow(array, first + count);
  std::vector<hsize_t> start(array.row.size() + 1, 0), length(array.row.begin(), array.row.end());
  start[0] = begin;
  length.insert(length.begin(), end - begin);
  for (std::size_t k = first; k < first + count; ++k) {
    const std::size_t from = layout_.firstRow(array, k), to = layout_.firstRow(array, k + 1),
                      bytes = layout_.rowBytes(array);
    checksums_[number][k] = checksum(static_cast<const char*>(rows) + (from - begin) * bytes, (to - from) * bytes);
  }
  transfer(array.name, array.integer ? H5T_NATIVE_INT32 : H5T_NATIVE_DOUBLE, std::move(start), std::move(length), rows);
}

void DatasetWriter::requireWritten() const {
  if (!failure_.empty()) throw FileError(failure_);
}

void DatasetWriter::close() {
  int rank = 0;
  MPI_Comm_rank(comm_, &rank);
  const auto count = layout_.structures.size();
  for (std::size_t k = 0; k < checksums_.size(); ++k) {
    std::vector<std::uint64_t> all(count);
    MPI_Allreduce(checksums_[k].data(), all.data(), static_cast<int>(count), MPI_UINT64_T, MPI_BOR, comm_);
    transfer(kChecksums + layout_.arrays[k].name, H5T_NATIVE_UINT64, {0}, {rank == 0 ? count : 0}, all.data());
  }
  if (!file_.close() && failure_.empty()) failure_ = fmt::format("{}: cannot be written: {}", path_, reason());
  requireWritten();
}

// ---- checking -------------------------------------------------------------------------------------------------------

namespace {

/// The arrays as they stand in the file.
DatasetLayout layoutOf(const Hdf5Group& root) {
  DatasetLayout layout;
  layout.structures = root.readVector<std::int64_t>("structures");
  if (root.has("labels/pairs/offsets")) {
    layout.pair_offsets = root.open("labels/pairs").readVector<std::int64_t>("offsets", layout.structures.size() + 1);
  }
  for (const auto& name : root.textAttributes("arrays")) {
    const auto set = root.object(name);
    const Hdf5Id type(H5Dget_type(set.id()), H5Tclose), extent(H5Dget_space(set.id()), H5Sclose);
    auto shape = checkedShape(root, name, set.id(), type.get());
    DatasetArray array{name, set.textAttributes("axes"), {}, H5Tget_class(type.get()) == H5T_INTEGER};
    const std::size_t rows = layout.firstRow(array, layout.structures.size());
    if (shape.size() != array.axes.size() || shape.front() != rows) {
      root.fail(name, fmt::format("has shape ({}); {} rows are expected", fmt::join(shape, ", "), rows));
    }
    array.row.assign(shape.begin() + 1, shape.end());
    layout.arrays.push_back(std::move(array));
  }
  return layout;
}

void checkRows(const Hdf5Group& root, const DatasetLayout& layout, const DatasetArray& array, std::size_t part,
               std::size_t parts) {
  const auto expected = root.readVector<std::uint64_t>(kChecksums + array.name, layout.structures.size());
  const auto set = root.object(array.name);
  const Hdf5Id in_file(H5Dget_space(set.id()), H5Sclose);
  for (std::size_t k = part; k < layout.structures.size(); k += parts) {
    const std::size_t begin = layout.firstRow(array, k), end = layout.firstRow(array, k + 1);
    std::vector<hsize_t> start(array.row.size() + 1, 0), length(array.row.begin(), array.row.end());
    start[0] = begin;
    length.insert(length.begin(), end - begin);
    std::vector<char> rows((end - begin) * layout.rowBytes(array));
    const Hdf5Id in_memory(H5Screate_simple(static_cast<int>(length.size()), length.data(), nullptr), H5Sclose);
    H5Sselect_hyperslab(in_file.get(), H5S_SELECT_SET, start.data(), nullptr, length.data(), nullptr);
    const auto type = array.integer ? H5T_STD_I32LE : H5T_IEEE_F64LE;
    if (!rows.empty() && H5Dread(set.id(), type, in_memory.get(), in_file.get(), H5P_DEFAULT, rows.data()) < 0) {
      root.fail(array.name, "cannot be read, the file is damaged: " + reason());
    }
    if (checksum(rows.data(), rows.size()) != expected[k]) {
      root.fail(array.name,
                fmt::format("is damaged: the values of structure {} do not have their checksum", layout.structures[k]));
    }
  }
}

}  // namespace

std::vector<std::int64_t> datasetStructures(const std::string& path) {
  return Hdf5File(path).root().readVector<std::int64_t>("structures");
}

void checkDataset(const std::string& path, std::size_t part, std::size_t parts) {
  const Hdf5File file(path);
  const auto root = file.root();
  const auto layout = layoutOf(root);
  for (const auto& array : layout.arrays) checkRows(root, layout, array, part, parts);
}

}  // namespace glassforge::io
