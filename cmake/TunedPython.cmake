# The archive of a CPython that is built here, from Debian's source (tuned_python.sh), in place of the distribution's.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(FATAL_ERROR "POLYHOST_TUNED_PYTHON needs gcc for link-time optimisation, not ${CMAKE_CXX_COMPILER_ID}")
endif()
if(NOT POLYHOST_STATIC_PYTHON)
  message(FATAL_ERROR "POLYHOST_TUNED_PYTHON makes a static libpython: POLYHOST_STATIC_PYTHON must be ON")
endif()
if(NOT POLYHOST_PYTHON_STATIC_LIBRARY OR NOT EXISTS /etc/debian_version)
  message(FATAL_ERROR "POLYHOST_TUNED_PYTHON needs Debian's own Python, with a libpython3.x.a that is whole, as Debian 12 has it: "
    "leave POLYHOST_PYTHON at /usr/bin/python3")
endif()

cmake_path(GET POLYHOST_PYTHON_STATIC_LIBRARY FILENAME archive)
set(directory ${PROJECT_BINARY_DIR}/python)
set(POLYHOST_PYTHON_STATIC_LIBRARY ${directory}/${archive})
add_custom_command(OUTPUT ${POLYHOST_PYTHON_STATIC_LIBRARY}
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/tuned_python.sh ${directory} ${POLYHOST_PYTHON}
  DEPENDS ${CMAKE_CURRENT_LIST_DIR}/tuned_python.sh ${CMAKE_CURRENT_LIST_DIR}/training.py ${package_lists}
  COMMENT "Building CPython ${POLYHOST_PYTHON_VERSION} from source" USES_TERMINAL VERBATIM)
add_custom_target(polyhost_tuned_python DEPENDS ${POLYHOST_PYTHON_STATIC_LIBRARY})
