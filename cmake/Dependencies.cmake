# What the rooms stand on besides Kokkos. Where something is missing the message names Debian's package.

set(MPI_CXX_SKIP_MPICXX ON)
find_package(MPI REQUIRED COMPONENTS CXX)

# HDF5 with MPI: HDF5_PREFER_PARALLEL is only a preference, so the answer is checked.
set(HDF5_PREFER_PARALLEL ON)
find_package(HDF5 REQUIRED COMPONENTS C)
if(NOT HDF5_IS_PARALLEL)
  message(FATAL_ERROR "HDF5 ${HDF5_VERSION} at ${HDF5_INCLUDE_DIRS} was built without MPI; glassforge writes with parallel HDF5. "
    "Install libhdf5-openmpi-dev (Debian) or load a parallel HDF5 module, or set HDF5_ROOT.")
endif()
add_library(glassforge_hdf5 INTERFACE)
add_library(glassforge::hdf5 ALIAS glassforge_hdf5)
target_include_directories(glassforge_hdf5 SYSTEM INTERFACE ${HDF5_C_INCLUDE_DIRS})
target_compile_definitions(glassforge_hdf5 INTERFACE ${HDF5_C_DEFINITIONS})
target_link_libraries(glassforge_hdf5 INTERFACE ${HDF5_C_LIBRARIES} MPI::MPI_CXX)

find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)  # libcrypto, for SHA-256
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(nlohmann_json 3.9 REQUIRED)
find_package(CLI11 2 REQUIRED)

# Eigen without threads of its own: the order of its sums must not depend on how many there are.
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
add_library(glassforge_eigen INTERFACE)
add_library(glassforge::eigen ALIAS glassforge_eigen)
target_link_libraries(glassforge_eigen INTERFACE Eigen3::Eigen)
target_compile_definitions(glassforge_eigen INTERFACE EIGEN_DONT_PARALLELIZE)

find_path(RANDOM123_INCLUDE_DIR Random123/philox.h)
if(NOT RANDOM123_INCLUDE_DIR)
  message(FATAL_ERROR "Random123/philox.h not found: install librandom123-dev (Debian) or set RANDOM123_INCLUDE_DIR.")
endif()
add_library(Random123::Random123 INTERFACE IMPORTED)
target_include_directories(Random123::Random123 SYSTEM INTERFACE "${RANDOM123_INCLUDE_DIR}")

# Voro++ is optional and has no CMake config of its own. With it, GLASSFORGE_HAVE_VORO is defined.
find_path(VORO_INCLUDE_DIR voro++.hh PATH_SUFFIXES voro++)
find_library(VORO_LIBRARY voro++)
add_library(glassforge_voro INTERFACE)
add_library(glassforge::voro ALIAS glassforge_voro)
if(VORO_INCLUDE_DIR AND VORO_LIBRARY)
  target_include_directories(glassforge_voro SYSTEM INTERFACE "${VORO_INCLUDE_DIR}")
  target_link_libraries(glassforge_voro INTERFACE "${VORO_LIBRARY}")
  target_compile_definitions(glassforge_voro INTERFACE GLASSFORGE_HAVE_VORO)
else()
  message(STATUS "Voro++ not found (Debian: voro++-dev): descriptors that need it will say so")
endif()
mark_as_advanced(RANDOM123_INCLUDE_DIR VORO_INCLUDE_DIR VORO_LIBRARY)
