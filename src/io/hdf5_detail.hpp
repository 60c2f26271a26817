/// What the parts of the HDF5 wrapper share; nothing outside of it includes this.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/hdf5.hpp"

namespace glassforge::io::hdf5_detail {

/// What HDF5 says of its last error, innermost first; the stack is cleared.
std::string reason();

/// File access properties. No file locks: nothing but whole files is ever visible, and some cluster file systems have none.
Hdf5Id access();

Hdf5Group rootOf(hid_t file, const std::string& path);

/// A dataspace of this shape; scalar where there are no axes.
Hdf5Id space(const std::vector<std::size_t>& shape);

std::vector<std::size_t> shapeOf(hid_t dataspace);

/// The shape of a dataset; FileError where the file stores too little for it, before anything is allocated.
std::vector<std::size_t> checkedShape(const Hdf5Group& group, const std::string& name, hid_t set, hid_t type);

/// A fixed-length UTF-8 type, padded with zeros.
Hdf5Id textType(std::size_t length);

/// Bytes of the longest text, at least 1.
std::size_t longest(const std::vector<std::string>& values);

/// The texts one after the other, each padded with zeros to `length`.
std::vector<char> padded(const std::vector<std::string>& values, std::size_t length);

/// `count` texts of a fixed-length or variable-length type through `read`, which is H5Dread or H5Aread on the right object.
bool readStrings(hid_t type, std::size_t count, std::vector<std::string>& out,
                 const std::function<herr_t(hid_t, void*)>& read);

template <Hdf5Number T>
hid_t memoryType() {
  if constexpr (std::same_as<T, double>) return H5T_NATIVE_DOUBLE;
  if constexpr (std::same_as<T, float>) return H5T_NATIVE_FLOAT;
  if constexpr (std::same_as<T, std::int8_t>) return H5T_NATIVE_INT8;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_NATIVE_INT32;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_NATIVE_INT64;
  if constexpr (std::same_as<T, std::uint64_t>) return H5T_NATIVE_UINT64;
}

template <Hdf5Number T>
hid_t fileType() {
  if constexpr (std::same_as<T, double>) return H5T_IEEE_F64LE;
  if constexpr (std::same_as<T, float>) return H5T_IEEE_F32LE;
  if constexpr (std::same_as<T, std::int8_t>) return H5T_STD_I8LE;
  if constexpr (std::same_as<T, std::int32_t>) return H5T_STD_I32LE;
  if constexpr (std::same_as<T, std::int64_t>) return H5T_STD_I64LE;
  if constexpr (std::same_as<T, std::uint64_t>) return H5T_STD_U64LE;
}

}  // namespace glassforge::io::hdf5_detail
