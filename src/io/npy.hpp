/// One array in NumPy's npy format: the header, and the bytes in row-major order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/array.hpp"

namespace glassforge::io {

/// Types read: bool, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64 and text, little-endian.
struct NpyArray {
  std::string type;                 ///< NumPy's descr: "<f8", "<i8", "|i1", "<U4", ...
  std::vector<std::size_t> shape;   ///< empty for a single value
  bool fortran = false;             ///< column-major in the file; in memory it is row-major in any case
  std::string bytes;                ///< row-major

  std::size_t size() const { return Array<char>::count(shape); }
  bool isText() const { return type.size() > 1 && type[1] == 'U'; }
  bool isInteger() const { return type.size() > 1 && std::string_view("iub").find(type[1]) != std::string_view::npos; }

  /// Values of any number type as double. FileError for text.
  Array<double> reals() const;
  /// Values of any integer type (or bool). FileError for text and reals.
  Array<std::int64_t> integers() const;
  /// FileError where it is not text.
  std::vector<std::string> texts() const;

  static NpyArray of(const Array<double>& values, bool fortran = false);
  static NpyArray of(const Array<std::int64_t>& values);
  static NpyArray of(const Array<std::int8_t>& values);
  /// A single value.
  static NpyArray of(double value);
};

/// Parses the bytes of an npy file; FileError where they are damaged or of a type that is not read, e.g. big-endian.
/// `where` names the file and the member in messages.
NpyArray parseNpy(std::string_view data, const std::string& where);

/// The bytes of an npy file of version 1.0, as NumPy writes them.
std::string formatNpy(const NpyArray& array);

/// Reads an .npy file. FileError.
NpyArray readNpy(const std::string& path);

}  // namespace glassforge::io
