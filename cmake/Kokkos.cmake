# Kokkos 5 or 4 where CMake finds one (a module, Kokkos_ROOT, CMAKE_PREFIX_PATH), else the 3.4 that scripts/setup.sh builds
# into the project's own prefix. Whichever it is must have OpenMP: Debian's own package (libtrilinos-kokkos-dev) has not,
# and its CMake target names a folder that does not exist; being a 3.4 outside our prefix it is never taken.

option(GLASSFORGE_OWN_KOKKOS "Take the Kokkos in .deps/kokkos even where another is found" OFF)
set(GLASSFORGE_DEVICE "" CACHE STRING "CUDA or HIP: the Kokkos must have this backend as well")
if(NOT DEFINED GLASSFORGE_KOKKOS_PREFIX)
  set(GLASSFORGE_KOKKOS_PREFIX "${PROJECT_SOURCE_DIR}/.deps/kokkos")
endif()

set(glassforge_too_old "")
set(Kokkos_FOUND FALSE)
if(NOT GLASSFORGE_OWN_KOKKOS)
  foreach(major 5 4)
    find_package(Kokkos ${major} CONFIG QUIET)
    if(Kokkos_FOUND)
      break()
    endif()
    foreach(config version IN ZIP_LISTS Kokkos_CONSIDERED_CONFIGS Kokkos_CONSIDERED_VERSIONS)
      set(glassforge_too_old "Not taken: ${version} at ${config}\n")
    endforeach()
  endforeach()
endif()
if(NOT Kokkos_FOUND AND GLASSFORGE_KOKKOS_PREFIX)
  unset(Kokkos_DIR CACHE)
  find_package(Kokkos 3.4 CONFIG QUIET PATHS "${GLASSFORGE_KOKKOS_PREFIX}" NO_DEFAULT_PATH)
endif()

if(NOT Kokkos_FOUND)
  message(FATAL_ERROR "No Kokkos found (4 or 5, or 3.4 in ${GLASSFORGE_KOKKOS_PREFIX}).\n${glassforge_too_old}"
    "Run scripts/setup.sh, or set Kokkos_ROOT to a Kokkos 4 or 5 built with Kokkos_ENABLE_OPENMP=ON.")
endif()
if(NOT "OPENMP" IN_LIST Kokkos_DEVICES)
  message(FATAL_ERROR "Kokkos ${Kokkos_VERSION} at ${Kokkos_DIR} was built without OpenMP (${Kokkos_DEVICES}).\n"
    "Set Kokkos_ROOT to one built with Kokkos_ENABLE_OPENMP=ON, or run scripts/setup.sh and configure with "
    "-DGLASSFORGE_OWN_KOKKOS=ON.")
endif()
if(GLASSFORGE_DEVICE AND NOT GLASSFORGE_DEVICE IN_LIST Kokkos_DEVICES)
  message(FATAL_ERROR "Kokkos ${Kokkos_VERSION} at ${Kokkos_DIR} was built without ${GLASSFORGE_DEVICE} (${Kokkos_DEVICES}).\n"
    "Set Kokkos_ROOT to one built with Kokkos_ENABLE_${GLASSFORGE_DEVICE}=ON and Kokkos_ENABLE_OPENMP=ON.")
endif()
message(STATUS "Kokkos ${Kokkos_VERSION} at ${Kokkos_DIR} (${Kokkos_DEVICES})")
