# core/version.hpp: what a file says it was made by. Written at every build by WriteVersion.cmake, but only where the text
# changes, so that nothing is compiled again for nothing.

# The instruction set by its usual level, from the macros that the flags switch on.
execute_process(
  COMMAND "${CMAKE_COMMAND}" -E echo ""
  COMMAND "${CMAKE_CXX_COMPILER}" ${glassforge_arch} -dM -E -x c++ -
  OUTPUT_VARIABLE glassforge_macros ERROR_VARIABLE glassforge_macros_error RESULT_VARIABLE glassforge_macros_failed)
if(glassforge_macros_failed)
  message(FATAL_ERROR "${CMAKE_CXX_COMPILER} does not take GLASSFORGE_ARCH_FLAGS=${GLASSFORGE_ARCH_FLAGS}:\n${glassforge_macros_error}")
endif()

function(glassforge_has_all result)
  set(${result} ON PARENT_SCOPE)
  foreach(feature ${ARGN})
    if(NOT glassforge_macros MATCHES "#define __${feature}__ ")
      set(${result} OFF PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

set(GLASSFORGE_INSTRUCTION_SET "${CMAKE_SYSTEM_PROCESSOR}")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  glassforge_has_all(level_2 SSE4_2 SSSE3 POPCNT)
  glassforge_has_all(level_3 AVX2 FMA BMI2 F16C)
  glassforge_has_all(level_4 AVX512F AVX512BW AVX512CD AVX512DQ AVX512VL)
  set(GLASSFORGE_INSTRUCTION_SET "x86-64")
  foreach(level 2 3 4)
    if(level_${level})
      set(GLASSFORGE_INSTRUCTION_SET "x86-64-v${level}")
    endif()
  endforeach()
elseif(glassforge_macros MATCHES "#define __ARM_FEATURE_SVE ")
  string(APPEND GLASSFORGE_INSTRUCTION_SET "+sve")
endif()
message(STATUS "Instruction set ${GLASSFORGE_INSTRUCTION_SET}")

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
