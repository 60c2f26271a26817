# Rooms of the house. A room is the static library of all src/<room>/**.cpp (an interface library while there is none).

# Kokkos_Core.hpp is precompiled once and shared by every target that links Kokkos: it is most of what such a file costs.
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/pch/kokkos.cpp" CONTENT "// Carries the precompiled header.\n")
add_library(glassforge_pch OBJECT "${PROJECT_BINARY_DIR}/pch/kokkos.cpp")
target_link_libraries(glassforge_pch PRIVATE glassforge::flags Kokkos::kokkos)
target_precompile_headers(glassforge_pch PRIVATE <Kokkos_Core.hpp> <algorithm> <string> <string_view> <vector>)

# glassforge_add_room(name libraries... [EXCLUDE files...]): the target glassforge::name, including as "name/file.hpp".
function(glassforge_add_room room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "EXCLUDE")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/${room}/*.cpp")
  list(TRANSFORM arg_EXCLUDE PREPEND "${PROJECT_SOURCE_DIR}/src/${room}/")
  if(arg_EXCLUDE)
    list(REMOVE_ITEM sources ${arg_EXCLUDE})
  endif()
  set(target glassforge_${room})
  if(sources)
    add_library(${target} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE glassforge::flags)
    target_precompile_headers(${target} REUSE_FROM glassforge_pch)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(glassforge::${room} ALIAS ${target})
  target_include_directories(${target} ${scope} "${PROJECT_SOURCE_DIR}/src" "${glassforge_generated}")
  target_link_libraries(${target} ${scope} ${arg_UNPARSED_ARGUMENTS})
  add_dependencies(${target} glassforge_version)
  # A room may say more about its own files (a flag for one kernel) in src/<room>/room.cmake.
  include("${PROJECT_SOURCE_DIR}/src/${room}/room.cmake" OPTIONAL)
endfunction()
