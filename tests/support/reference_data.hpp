/// Where the published data of the reference tests lie.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace glassforge::test {

/// A file below the folder that GLASSFORGE_REFERENCE_DATA names; empty where it is unset.
inline std::string referenceFile(const std::string& relative) {
  const char* folder = std::getenv("GLASSFORGE_REFERENCE_DATA");
  return folder == nullptr || *folder == '\0' ? "" : (std::filesystem::path(folder) / relative).string();
}

/// "isoconfig_N4096T0.44_<number>_tc07.npz" of the BOTAN set.
inline std::string botanFile(int number) {
  return referenceFile("botan_ka3d_T0.44/isoconfig_N4096T0.44_" + std::to_string(number) + "_tc07.npz");
}

}  // namespace glassforge::test

/// Skips the test, saying so, where the published data are not at hand.
#define GLASSFORGE_NEEDS_REFERENCE_DATA()                                                                       \
  if (glassforge::test::referenceFile("x").empty())                                                             \
  GTEST_SKIP() << "GLASSFORGE_REFERENCE_DATA is not set, so nothing was compared with published data"
