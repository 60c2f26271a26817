# How tests are registered. Labels: the folder's (unit, physics, mpi, reference, cli, restart, slurm), and besides `long` for
# a GoogleTest whose name contains Long and a pytest marked `long`; scripts/test.sh leaves those out.

find_package(GTest REQUIRED)
include(GoogleTest)

set(GLASSFORGE_PYTHON "/usr/bin/python3" CACHE FILEPATH "The Python that has h5py, numpy and pytest (Debian's own)")
set(GLASSFORGE_MPIEXEC_FLAGS "--oversubscribe;--bind-to;none" CACHE STRING "For test runs; these are Open MPI's")

set(glassforge_test_env OMP_PROC_BIND=false OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1)
if(GLASSFORGE_SANITIZE)
  list(APPEND glassforge_test_env "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/support/lsan.supp:print_suppressions=0"
    "ASAN_OPTIONS=fast_unwind_on_malloc=0")
endif()

# One object for every test's main: Kokkos always, MPI where the test is linked with it.
function(glassforge_test_executable name main)
  add_executable(${name} ${ARGN} "${PROJECT_SOURCE_DIR}/tests/support/${main}")
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_link_libraries(${name} PRIVATE glassforge::flags GTest::gtest GTest::gmock Kokkos::kokkos)
  if(main STREQUAL "main_mpi.cpp")
    target_link_libraries(${name} PRIVATE MPI::MPI_CXX)
  endif()
  target_precompile_headers(${name} REUSE_FROM glassforge_test_pch)
endfunction()

# glassforge_add_gtest(name label main(main.cpp|main_mpi.cpp) LIBRARIES ... SOURCES ...): one CTest a case.
function(glassforge_add_gtest name label main)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "LIBRARIES;SOURCES")
  glassforge_test_executable(${name} ${main} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES})
  gtest_discover_tests(${name} TEST_PREFIX "${name}." TEST_LIST cases DISCOVERY_TIMEOUT 60)
  # Properties that are lists do not pass through gtest_discover_tests, so ctest reads them from a file of its own.
  set(properties "${CMAKE_CURRENT_BINARY_DIR}/${name}_properties.cmake")
  file(CONFIGURE OUTPUT "${properties}" @ONLY CONTENT [[
foreach(case IN LISTS cases)
  set_tests_properties("${case}" PROPERTIES LABELS "@label@" TIMEOUT 300
    ENVIRONMENT "OMP_NUM_THREADS=2;OMP_WAIT_POLICY=passive;@glassforge_test_env@")
  if(case MATCHES "Long")
    set_tests_properties("${case}" PROPERTIES LABELS "@label@;long" TIMEOUT 7200)
  endif()
endforeach()
]])
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${properties}")
endfunction()

# glassforge_add_mpi_test(name executable np...): the executable under mpirun at each np. A GoogleTest executable with cases
# named Long gets them as tests of their own.
function(glassforge_add_mpi_test name executable)
  foreach(np ${ARGN})
    glassforge_add_mpi_run("${name}.np${np}" ${executable} ${np} "mpi" 600 "--gtest_filter=-*Long*")
    get_target_property(sources ${executable} SOURCES)
    foreach(source ${sources})
      file(STRINGS "${source}" cases REGEX "^TEST.*Long")
      if(cases)
        glassforge_add_mpi_run("${name}.long.np${np}" ${executable} ${np} "mpi;long" 7200 "--gtest_filter=*Long*")
      endif()
    endforeach()
  endforeach()
endfunction()

function(glassforge_add_mpi_run test executable np labels timeout)
  add_test(NAME "${test}" COMMAND "${MPIEXEC_EXECUTABLE}" ${GLASSFORGE_MPIEXEC_FLAGS} ${MPIEXEC_NUMPROC_FLAG} ${np}
    $<TARGET_FILE:${executable}> ${ARGN})
  set_tests_properties("${test}" PROPERTIES ENVIRONMENT "OMP_NUM_THREADS=1;${glassforge_test_env}"
    LABELS "${labels}" PROCESSORS ${np} TIMEOUT ${timeout})
endfunction()

# Files whose runs mostly take two processors; the others leave one to a second test.
set(glassforge_two_processor_pytests "^(restart|slurm|cli\\.test_(determinism|scale|submit|tempering))")

# glassforge_add_pytest(file label): one CTest a file; one more, with the label long, where something in it is marked `long`.
function(glassforge_add_pytest file label)
  get_filename_component(stem "${file}" NAME_WE)
  set(test "${label}.${stem}")
  glassforge_add_pytest_run("${test}" "${file}" "not long" "${label}" 600)
  if(NOT test MATCHES "${glassforge_two_processor_pytests}")
    set_tests_properties("${test}" PROPERTIES PROCESSORS 1)
  endif()
  file(STRINGS "${file}" marks REGEX "pytest\\.mark\\.long")
  if(marks)
    glassforge_add_pytest_run("${test}.long" "${file}" "long" "${label};long" 7200)
  endif()
endfunction()

function(glassforge_add_pytest_run test file selection labels timeout)
  add_test(NAME "${test}" COMMAND "${GLASSFORGE_PYTHON}" -m pytest -q -rs -p no:cacheprovider -m "${selection}" "${file}"
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}")
  set_tests_properties("${test}" PROPERTIES LABELS "${labels}" TIMEOUT ${timeout} PROCESSORS 2
    ENVIRONMENT "GLASSFORGE_BIN=${PROJECT_BINARY_DIR}/glassforge;GLASSFORGE_BUILD=${PROJECT_BINARY_DIR};\
PYTHONPATH=${PROJECT_SOURCE_DIR}/python;PYTHONDONTWRITEBYTECODE=1;OMP_NUM_THREADS=1;${glassforge_test_env}")
endfunction()
