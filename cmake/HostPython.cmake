# The Python that this build embeds: found, watched for changes, and tuned where that is wanted.
option(POLYHOST_TUNED_PYTHON "build libpython from Debian's source, optimised by profile and at link time" OFF)

include(PythonFacts)
foreach(problem IN LISTS POLYHOST_HEADERS_PROBLEM POLYHOST_LIBRARY_PROBLEM)
  message(FATAL_ERROR "${problem}")
endforeach()
# Another Python behind the same name (an upgrade, say) is asked anew.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${POLYHOST_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/python_facts.py)
# A package that is upgraded brings files older than the build; dpkg's list of them is new.
file(GLOB package_lists /var/lib/dpkg/info/libpython*-dev*.list)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${package_lists})

if(POLYHOST_TUNED_PYTHON)
  include(TunedPython)
elseif(POLYHOST_STATIC_PYTHON AND POLYHOST_PYTHON_STATIC_LIBRARY)
  # Linked from a copy, whose time is that of the change and not of the package.
  cmake_path(GET POLYHOST_PYTHON_STATIC_LIBRARY FILENAME archive)
  file(COPY_FILE ${POLYHOST_PYTHON_STATIC_LIBRARY} ${PROJECT_BINARY_DIR}/${archive} ONLY_IF_DIFFERENT)
  set(POLYHOST_PYTHON_STATIC_LIBRARY ${PROJECT_BINARY_DIR}/${archive})
endif()

if(NOT POLYHOST_SANITIZE)
  set(POLYHOST_SHORT_START ON)
endif()
include(EmbeddedPython)
if(POLYHOST_PYTHON_LINKED STREQUAL "shared")
  cmake_path(GET POLYHOST_PYTHON_SHARED_LIBRARY PARENT_PATH CMAKE_BUILD_RPATH)
endif()
if(POLYHOST_TUNED_PYTHON)
  set(POLYHOST_PYTHON_LINKED "${POLYHOST_PYTHON_LINKED}, tuned")
  add_dependencies(polyhost::python polyhost_tuned_python)
  target_link_options(polyhost::python INTERFACE -flto=auto -O3)
endif()
message(STATUS "polyhost ${PROJECT_VERSION} embeds ${POLYHOST_PYTHON}: CPython ${POLYHOST_PYTHON_VERSION}, linked ${POLYHOST_PYTHON_LINKED}")
