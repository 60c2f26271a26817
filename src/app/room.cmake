# Where the report's Python package lies; GLASSFORGE_PYTHONPATH overrides it at run time.
set_source_files_properties("${PROJECT_SOURCE_DIR}/src/app/stage_report.cpp" PROPERTIES
  COMPILE_DEFINITIONS "GLASSFORGE_PYTHON_PACKAGE=\"${PROJECT_SOURCE_DIR}/python\"")
