#include <algorithm>

#include "core/error.hpp"
#include "io/hdf5.hpp"
#include "io/hdf5_detail.hpp"

namespace glassforge::io {

using namespace hdf5_detail;

namespace {

constexpr std::size_t kLargestText = 1 << 20;  // bytes of one text

herr_t collectAttribute(hid_t, const char* name, const H5A_info_t*, void* out) {
  static_cast<std::vector<std::string>*>(out)->emplace_back(name);
  return 0;
}

Hdf5Id openAttribute(const Hdf5Group& group, const std::string& name) {
  if (!group.hasAttribute(name)) group.fail("", fmt::format("attribute '{}' is missing", name));
  Hdf5Id attribute(H5Aopen(group.id(), name.c_str(), H5P_DEFAULT), H5Aclose);
  if (!attribute.valid()) group.fail("", fmt::format("attribute '{}' cannot be opened: {}", name, reason()));
  return attribute;
}

std::size_t attributeCount(hid_t attribute) {
  const Hdf5Id extent(H5Aget_space(attribute), H5Sclose);
  const auto points = H5Sget_simple_extent_npoints(extent.get());
  return points > 0 ? static_cast<std::size_t>(points) : 0;
}

void writeAttribute(const Hdf5Group& group, const std::string& name, hid_t file_type, hid_t memory_type,
                    const std::vector<std::size_t>& shape, const void* data) {
  const auto extent = space(shape);
  const Hdf5Id attribute(H5Acreate2(group.id(), name.c_str(), file_type, extent.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.valid() || (Array<char>::count(shape) > 0 && H5Awrite(attribute.get(), memory_type, data) < 0)) {
    group.fail("", fmt::format("attribute '{}' cannot be written: {}", name, reason()));
  }
}

}  // namespace

template <Hdf5Number T>
void Hdf5Group::setAttribute(const std::string& name, T value) const {
  writeAttribute(*this, name, fileType<T>(), memoryType<T>(), {}, &value);
}

template <Hdf5Number T>
void Hdf5Group::setAttribute(const std::string& name, const std::vector<T>& values) const {
  writeAttribute(*this, name, fileType<T>(), memoryType<T>(), {values.size()}, values.data());
}

void Hdf5Group::setAttribute(const std::string& name, std::string_view value) const {
  const std::vector<std::string> one{std::string(value)};
  const auto type = textType(value.size());
  writeAttribute(*this, name, type.get(), type.get(), {}, padded(one, longest(one)).data());
}

void Hdf5Group::setAttribute(const std::string& name, const std::vector<std::string>& values) const {
  const auto length = longest(values);
  const auto type = textType(length);
  writeAttribute(*this, name, type.get(), type.get(), {values.size()}, padded(values, length).data());
}

bool Hdf5Group::hasAttribute(const std::string& name) const {
  const auto found = H5Aexists(id_.get(), name.c_str());
  if (found < 0) fail("", fmt::format("attribute '{}' cannot be looked up: {}", name, reason()));
  return found > 0;
}

std::vector<std::string> Hdf5Group::attributeNames() const {
  std::vector<std::string> found;
  hsize_t at = 0;
  if (H5Aiterate2(id_.get(), H5_INDEX_NAME, H5_ITER_INC, &at, collectAttribute, &found) < 0) {
    fail("", "its attributes cannot be listed: " + reason());
  }
  std::sort(found.begin(), found.end());
  return found;
}

char Hdf5Group::attributeKind(const std::string& name) const {
  const auto attribute = openAttribute(*this, name);
  const Hdf5Id type(H5Aget_type(attribute.get()), H5Tclose);
  switch (H5Tget_class(type.get())) {
    case H5T_FLOAT: return 'd';
    case H5T_INTEGER: return 'i';
    case H5T_STRING: return 's';
    default: return '?';
  }
}

template <Hdf5Number T>
std::vector<T> Hdf5Group::attributes(const std::string& name) const {
  const auto attribute = openAttribute(*this, name);
  const char kind = attributeKind(name);
  if (kind != 'i' && (kind != 'd' || std::integral<T>)) {
    fail("", fmt::format("attribute '{}' is not {}", name, std::integral<T> ? "an integer" : "a number"));
  }
  std::vector<T> values(attributeCount(attribute.get()));
  if (!values.empty() && H5Aread(attribute.get(), memoryType<T>(), values.data()) < 0) {
    fail("", fmt::format("attribute '{}' cannot be read: {}", name, reason()));
  }
  return values;
}

template <Hdf5Number T>
T Hdf5Group::attribute(const std::string& name) const {
  const auto values = attributes<T>(name);
  if (values.size() != 1) fail("", fmt::format("attribute '{}' has {} values; 1 is expected", name, values.size()));
  return values.front();
}

std::vector<std::string> Hdf5Group::textAttributes(const std::string& name) const {
  const auto attribute = openAttribute(*this, name);
  const Hdf5Id type(H5Aget_type(attribute.get()), H5Tclose);
  if (H5Tget_class(type.get()) != H5T_STRING) fail("", fmt::format("attribute '{}' is not text", name));
  if (H5Tis_variable_str(type.get()) <= 0 && H5Tget_size(type.get()) > kLargestText) {
    fail("", fmt::format("attribute '{}' is damaged: texts of {} bytes", name, H5Tget_size(type.get())));
  }
  std::vector<std::string> values;
  const bool done = readStrings(type.get(), attributeCount(attribute.get()), values,
                                [&](hid_t memory, void* out) { return H5Aread(attribute.get(), memory, out); });
  if (!done) fail("", fmt::format("attribute '{}' cannot be read: {}", name, reason()));
  return values;
}

std::string Hdf5Group::textAttribute(const std::string& name) const {
  const auto values = textAttributes(name);
  if (values.size() != 1) fail("", fmt::format("attribute '{}' has {} values; 1 is expected", name, values.size()));
  return values.front();
}

#define GLASSFORGE_HDF5_NUMBER(T)                                                         \
  template void Hdf5Group::setAttribute(const std::string&, T) const;                     \
  template void Hdf5Group::setAttribute(const std::string&, const std::vector<T>&) const; \
  template T Hdf5Group::attribute<T>(const std::string&) const;                           \
  template std::vector<T> Hdf5Group::attributes<T>(const std::string&) const;

GLASSFORGE_HDF5_NUMBER(double)
GLASSFORGE_HDF5_NUMBER(float)
GLASSFORGE_HDF5_NUMBER(std::int8_t)
GLASSFORGE_HDF5_NUMBER(std::int32_t)
GLASSFORGE_HDF5_NUMBER(std::int64_t)
GLASSFORGE_HDF5_NUMBER(std::uint64_t)
#undef GLASSFORGE_HDF5_NUMBER

}  // namespace glassforge::io
