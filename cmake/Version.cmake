# core/version.hpp: what a file says it was made by. Written at every build by WriteVersion.cmake, but only where the text
# changes, so that nothing is compiled again for nothing.

set(glassforge_generated "${PROJECT_BINARY_DIR}/include")
add_custom_target(glassforge_version
  COMMAND "${CMAKE_COMMAND}"
    "-DTEMPLATE=${PROJECT_SOURCE_DIR}/src/core/version.hpp.in" "-DOUTPUT=${glassforge_generated}/core/version.hpp"
    "-DSOURCE=${PROJECT_SOURCE_DIR}" "-DGLASSFORGE_VERSION=${PROJECT_VERSION}"
    "-DGLASSFORGE_INSTRUCTION_SET=${GLASSFORGE_INSTRUCTION_SET}"
    "-DGLASSFORGE_COMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
    "-DGLASSFORGE_BUILD_TYPE=${CMAKE_BUILD_TYPE}"
    -P "${PROJECT_SOURCE_DIR}/cmake/WriteVersion.cmake"
  BYPRODUCTS "${glassforge_generated}/core/version.hpp"
  COMMENT "Looking for a new version" VERBATIM)
