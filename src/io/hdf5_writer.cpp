#include <cstdlib>
#include <cstring>

#include "core/error.hpp"
#include "io/hdf5.hpp"
#include "io/hdf5_detail.hpp"
#include "io/text_file.hpp"

namespace glassforge::io {

using namespace hdf5_detail;

namespace {

constexpr std::size_t kGrowth = 1024 * 1024;  // bytes by which the image grows
constexpr std::size_t kEndOffset = 28;        // of the end-of-file address in a superblock of version 2 or 3

}  // namespace

/// The bytes of the file: the core driver allocates through these callbacks and leaves the block here when the file closes.
struct Hdf5Writer::Image {
  void* block = nullptr;
  std::size_t size = 0;

  ~Image() { std::free(block); }

  H5FD_file_image_callbacks_t callbacks() {
    return {.image_malloc = [](std::size_t bytes, H5FD_file_image_op_t, void*) { return std::malloc(bytes); },
            .image_memcpy = [](void* to, const void* from, std::size_t bytes, H5FD_file_image_op_t, void*) {
              return std::memcpy(to, from, bytes);
            },
            .image_realloc = resize,
            .image_free = release,
            .udata_copy = [](void* self) { return self; },
            .udata_free = [](void*) { return herr_t{0}; },
            .udata = this};
  }

  /// The file proper: the block without what was allocated ahead.
  std::string_view bytes(const std::string& path) const {
    std::uint64_t end = 0;
    require<FileError>(block != nullptr && size > kEndOffset + sizeof end, "{}: cannot be written: HDF5 made no file", path);
    std::memcpy(&end, static_cast<const char*>(block) + kEndOffset, sizeof end);
    require<FileError>(end <= size, "{}: cannot be written: HDF5 made {} of {} bytes", path, size, end);
    return {static_cast<const char*>(block), static_cast<std::size_t>(end)};
  }

 private:
  static void* resize(void* old, std::size_t bytes, H5FD_file_image_op_t, void* self) {
    void* grown = std::realloc(old, bytes);
    if (grown != nullptr) static_cast<Image*>(self)->size = bytes;
    return grown;
  }
  static herr_t release(void* old, H5FD_file_image_op_t why, void* self) {
    if (why == H5FD_FILE_IMAGE_OP_FILE_CLOSE) {
      static_cast<Image*>(self)->block = old;
    } else {
      std::free(old);
    }
    return 0;
  }
};

Hdf5Writer::Hdf5Writer(std::string path) : path_(std::move(path)), image_(std::make_unique<Image>()) {
  const auto list = access();
  H5Pset_libver_bounds(list.get(), H5F_LIBVER_V110, H5F_LIBVER_V110);
  H5Pset_fapl_core(list.get(), kGrowth, false);
  auto callbacks = image_->callbacks();
  H5Pset_file_image_callbacks(list.get(), &callbacks);
  const Hdf5Id creation(H5Pcreate(H5P_FILE_CREATE), H5Pclose);
  H5Pset_obj_track_times(creation.get(), false);
  id_ = Hdf5Id(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, creation.get(), list.get()), H5Fclose);
  require<FileError>(id_.valid(), "{}: cannot be written: {}", path_, id_.valid() ? "" : reason());
}

Hdf5Writer::~Hdf5Writer() { id_.close(); }

Hdf5Group Hdf5Writer::root() const { return rootOf(id_.get(), path_); }

void Hdf5Writer::commit() {
  const bool closed = id_.close();
  require<FileError>(closed, "{}: cannot be written: {}", path_, closed ? "" : reason());
  writeText(path_, image_->bytes(path_));
}

}  // namespace glassforge::io
