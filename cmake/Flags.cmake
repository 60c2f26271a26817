# glassforge::flags: what every file of ours is compiled with.
#
# Determinism decides the flags: -ffp-contract=off because a fused multiply-add would make results depend on what the compiler
# inlines where, and no -ffast-math. -fno-math-errno changes no value, only whether sqrt may set errno.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Release, Debug or RelWithDebInfo" FORCE)
endif()

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_RELEASE "-O3 -DNDEBUG" CACHE STRING "" FORCE)
set(CMAKE_CXX_FLAGS_DEBUG "-Og -g -D_GLIBCXX_ASSERTIONS" CACHE STRING "" FORCE)

add_library(glassforge_flags INTERFACE)
add_library(glassforge::flags ALIAS glassforge_flags)
target_compile_options(glassforge_flags INTERFACE
  ${glassforge_arch} -ffp-contract=off -fno-math-errno
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  # GCC 12 finds "uninitialized" values inside its own AVX-512 intrinsics wherever Eigen or a kernel uses them.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-uninitialized;-Wno-maybe-uninitialized>
  $<$<BOOL:${GLASSFORGE_WERROR}>:-Werror>)

if(CMAKE_CXX_COMPILER MATCHES "nvcc_wrapper")
  # The device's own fused multiply-adds are off like the CPU's. fmt believes that nvcc has no constexpr; CUDA 13 has.
  target_compile_options(glassforge_flags INTERFACE --fmad=false)
  target_compile_definitions(glassforge_flags INTERFACE FMT_USE_CONSTEXPR=1)
endif()

if(GLASSFORGE_SANITIZE)
  set(glassforge_sanitize -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  target_compile_options(glassforge_flags INTERFACE ${glassforge_sanitize})
  target_link_options(glassforge_flags INTERFACE ${glassforge_sanitize})
endif()

find_program(GLASSFORGE_CCACHE ccache)
mark_as_advanced(GLASSFORGE_CCACHE)
if(GLASSFORGE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # The sloppiness is what ccache asks for where headers are precompiled; base and nohashdir let a second clone profit; the
  # namespace keeps machines apart for which -march=native means different things.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
    "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "CCACHE_NAMESPACE=${glassforge_arch_key}"
    "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime" "${GLASSFORGE_CCACHE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
    target_compile_options(glassforge_flags INTERFACE -fpch-preprocess)
  endif()
endif()
