# Kokkos 5 or 4 where CMake finds one (a module, Kokkos_ROOT, CMAKE_PREFIX_PATH), else the 3.4 that scripts/setup.sh builds
# into the project's own prefix. Whichever it is must have OpenMP: Debian's own package (libtrilinos-kokkos-dev) has not,
# and its CMake target names a folder that does not exist, so it is never taken.

if(NOT DEFINED GLASSFORGE_KOKKOS_PREFIX)
  set(GLASSFORGE_KOKKOS_PREFIX "${PROJECT_SOURCE_DIR}/.deps/kokkos")
endif()

set(glassforge_refused "")
foreach(major 5 4 3.4)
  if(major STREQUAL "3.4")
    if(NOT GLASSFORGE_KOKKOS_PREFIX)
      continue()
    endif()
    set(glassforge_where PATHS "${GLASSFORGE_KOKKOS_PREFIX}" NO_DEFAULT_PATH)
  else()
    set(glassforge_where "")
  endif()
  find_package(Kokkos ${major} CONFIG QUIET ${glassforge_where})
  if(Kokkos_FOUND AND "OPENMP" IN_LIST Kokkos_DEVICES)
    break()
  endif()
  foreach(config version IN ZIP_LISTS Kokkos_CONSIDERED_CONFIGS Kokkos_CONSIDERED_VERSIONS)
    list(APPEND glassforge_refused "${version} at ${config}")
  endforeach()
  set(Kokkos_FOUND FALSE)
  unset(Kokkos_DIR CACHE)
endforeach()

if(NOT Kokkos_FOUND)
  list(REMOVE_DUPLICATES glassforge_refused)
  if(glassforge_refused)
    list(JOIN glassforge_refused "\n  " glassforge_refused)
    set(glassforge_refused "Not taken, because too old or without OpenMP:\n  ${glassforge_refused}\n")
  endif()
  message(FATAL_ERROR "No Kokkos with OpenMP found (4 or 5, or 3.4 in ${GLASSFORGE_KOKKOS_PREFIX}).\n"
    "${glassforge_refused}"
    "Run scripts/setup.sh, or set Kokkos_ROOT to a Kokkos 4 or 5 built with Kokkos_ENABLE_OPENMP=ON.")
endif()
message(STATUS "Kokkos ${Kokkos_VERSION} at ${Kokkos_DIR} (${Kokkos_DEVICES})")
