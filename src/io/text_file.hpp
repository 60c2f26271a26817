/// Whole files as text, read with clear errors and written so that a reader never sees half of one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glassforge::io {

/// The bytes of a file; FileError with the path and the system's reason.
std::string readText(const std::string& path);

/// Writes to a temporary name in the same folder, flushes to disk and renames. FileError where any of it fails.
void writeText(const std::string& path, std::string_view text);

/// The exact shortest text from which the same double is read back, always with a point or an exponent.
std::string exactText(double value);

}  // namespace glassforge::io
