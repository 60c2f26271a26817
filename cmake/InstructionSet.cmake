# GLASSFORGE_INSTRUCTION_SET: the usual name of the level that GLASSFORGE_ARCH_FLAGS means on this machine, from the macros
# that those flags switch on; glassforge_arch_key tells apart machines that share a name.

separate_arguments(glassforge_arch UNIX_COMMAND "${GLASSFORGE_ARCH_FLAGS}")
set(glassforge_host_compiler "${CMAKE_CXX_COMPILER}")
if(CMAKE_CXX_COMPILER MATCHES "nvcc_wrapper")  # it compiles the host's half with this one
  set(glassforge_host_compiler "$ENV{NVCC_WRAPPER_DEFAULT_COMPILER}")
  if(NOT glassforge_host_compiler)
    set(glassforge_host_compiler g++)
  endif()
endif()
execute_process(
  COMMAND "${CMAKE_COMMAND}" -E echo ""
  COMMAND "${glassforge_host_compiler}" ${glassforge_arch} -dM -E -x c++ -
  OUTPUT_VARIABLE glassforge_macros ERROR_VARIABLE glassforge_macros_error RESULT_VARIABLE glassforge_macros_failed)
if(glassforge_macros_failed)
  message(FATAL_ERROR "${glassforge_host_compiler} does not take GLASSFORGE_ARCH_FLAGS=${GLASSFORGE_ARCH_FLAGS}:\n${glassforge_macros_error}")
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
string(REGEX MATCHALL "#define __(AVX|FMA|SSE|BMI|ARM_FEATURE)[A-Za-z0-9_]*" glassforge_arch_key "${glassforge_macros}")
list(SORT glassforge_arch_key)
string(SHA256 glassforge_arch_key "${glassforge_arch_key}")
string(SUBSTRING "${glassforge_arch_key}" 0 12 glassforge_arch_key)
message(STATUS "Instruction set ${GLASSFORGE_INSTRUCTION_SET}")
