# Where the Python package lies; GLASSFORGE_PYTHONPATH overrides it at run time.
set_source_files_properties("${PROJECT_SOURCE_DIR}/src/app/program.cpp" PROPERTIES
  COMPILE_DEFINITIONS "GLASSFORGE_PYTHON_PACKAGE=\"${PROJECT_SOURCE_DIR}/python\"")

# The templates of job scripts, in the program itself, so that it finds them without the source tree.
foreach(template cpu_sbatch gpu_sbatch work_sh run-all_sh)
  string(REPLACE "_" "." file "${template}")
  set(path "${PROJECT_SOURCE_DIR}/jobs/${file}.in")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
  file(READ "${path}" ${template})
endforeach()
set(run_all_sh "${run-all_sh}")
file(CONFIGURE OUTPUT "${glassforge_generated}/app/job_templates.hpp" @ONLY CONTENT [=[
/// Contents of jobs/*.in.
#pragma once

namespace glassforge::app::job_templates {

inline constexpr const char* cpu = R"template(@cpu_sbatch@)template";
inline constexpr const char* gpu = R"template(@gpu_sbatch@)template";
inline constexpr const char* work = R"template(@work_sh@)template";
inline constexpr const char* run_all = R"template(@run_all_sh@)template";

}  // namespace glassforge::app::job_templates
]=])
install(DIRECTORY "${PROJECT_SOURCE_DIR}/jobs" DESTINATION share/glassforge)
