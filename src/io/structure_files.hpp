/// Which structure files a path, glob or folder in a campaign file stands for.
#pragma once

#include <string>
#include <vector>

namespace glassforge::io {

/// Expands one entry of `structures`: a file, a folder (its structure files, or where it has none the npz files below
/// it) or a glob, relative to `base`. One of our state files with several structures becomes "file:index" for each.
/// Absolute, sorted so that numbers in names count as numbers. FileError where nothing is there.
std::vector<std::string> expandStructureFiles(const std::string& entry, const std::string& base);

/// True where a comes before b, runs of digits compared as numbers: "s_2" before "s_10".
bool naturalLess(const std::string& a, const std::string& b);

}  // namespace glassforge::io
