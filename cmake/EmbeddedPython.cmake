# Finds the Python to embed and how to link it.
#   polyhost::python_headers  to compile extension modules
#   polyhost::python          to link a program that embeds Python
#   POLYHOST_PYTHON_*         its version, prefixes and the suffix of extension modules
# The default is the distribution's python3, not the first one on PATH.

set(POLYHOST_PYTHON /usr/bin/python3 CACHE FILEPATH "the python3 to embed")
option(POLYHOST_STATIC_PYTHON "link libpython statically where there is an archive" ON)
option(POLYHOST_TUNED_PYTHON "build libpython from Debian's source, optimised by profile and at link time" OFF)

execute_process(COMMAND ${POLYHOST_PYTHON} -I ${CMAKE_CURRENT_LIST_DIR}/python_facts.py
  OUTPUT_VARIABLE facts RESULT_VARIABLE result OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${POLYHOST_PYTHON} does not run; give another with -DPOLYHOST_PYTHON=/path/to/python3.x")
endif()
# Another Python behind the same name (an upgrade, say) is asked anew.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${POLYHOST_PYTHON} ${CMAKE_CURRENT_LIST_DIR}/python_facts.py)
# A package that is upgraded brings files older than the build; dpkg's list of them is new.
file(GLOB package_lists /var/lib/dpkg/info/libpython*-dev*.list)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${package_lists})
string(REPLACE "\n" ";" facts "${facts}")
foreach(fact IN LISTS facts)
  string(REGEX MATCH "^([A-Z_]+)=(.*)$" matched "${fact}")
  set(POLYHOST_PYTHON_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()

if(NOT POLYHOST_PYTHON_IMPLEMENTATION STREQUAL "CPython" OR POLYHOST_PYTHON_VERSION VERSION_LESS 3.11)
  message(FATAL_ERROR "${POLYHOST_PYTHON} is ${POLYHOST_PYTHON_IMPLEMENTATION} ${POLYHOST_PYTHON_VERSION}, but polyhost "
    "embeds CPython 3.11 or newer; give another with -DPOLYHOST_PYTHON=/path/to/python3.x")
endif()
if(NOT EXISTS ${POLYHOST_PYTHON_INCLUDE}/Python.h)
  message(FATAL_ERROR "${POLYHOST_PYTHON_INCLUDE}/Python.h is missing: install libpython3-dev, "
    "or give another Python with -DPOLYHOST_PYTHON=/path/to/python3.x")
endif()

add_library(polyhost_python_headers INTERFACE)
add_library(polyhost::python_headers ALIAS polyhost_python_headers)
target_include_directories(polyhost_python_headers SYSTEM INTERFACE ${POLYHOST_PYTHON_INCLUDE})

if(POLYHOST_TUNED_PYTHON)
  include(TunedPython)
elseif(POLYHOST_STATIC_PYTHON AND POLYHOST_PYTHON_STATIC_LIBRARY)
  # Linked from a copy, whose time is that of the change and not of the package.
  cmake_path(GET POLYHOST_PYTHON_STATIC_LIBRARY FILENAME archive)
  file(COPY_FILE ${POLYHOST_PYTHON_STATIC_LIBRARY} ${PROJECT_BINARY_DIR}/${archive} ONLY_IF_DIFFERENT)
  set(POLYHOST_PYTHON_STATIC_LIBRARY ${PROJECT_BINARY_DIR}/${archive})
endif()

add_library(polyhost_python INTERFACE)
add_library(polyhost::python ALIAS polyhost_python)
target_link_libraries(polyhost_python INTERFACE polyhost_python_headers)

if(POLYHOST_STATIC_PYTHON AND POLYHOST_PYTHON_STATIC_LIBRARY)
  set(POLYHOST_PYTHON_LINKED static)
  # All of the archive, exported: extension modules use symbols that the program itself does not. Not position
  # independent, which is what makes it as fast as the distribution's own python3.
  target_compile_options(polyhost_python INTERFACE -fno-pie)
  # All symbols are bound at load: nearly all are used by a start, and one by one they cost more.
  target_link_options(polyhost_python INTERFACE -no-pie -rdynamic -Wl,-z,now)
  target_link_libraries(polyhost_python INTERFACE
    $<LINK_LIBRARY:WHOLE_ARCHIVE,${POLYHOST_PYTHON_STATIC_LIBRARY}>)
  separate_arguments(libraries UNIX_COMMAND "${POLYHOST_PYTHON_LIBRARIES}")
  if(NOT POLYHOST_SANITIZE)
    # Loading shared libraries is a good part of start-up. What is linked in here stays hidden, so that
    # extension modules keep to the shared ones. Not libgcc: it unwinds, and a process must have one unwinder.
    list(TRANSFORM libraries REPLACE "^-l(z|expat)$" "-Wl,-Bstatic,-l\\1,-Bdynamic")
    target_link_options(polyhost_python INTERFACE -static-libstdc++
      -Wl,--exclude-libs,libz.a:libexpat.a:libstdc++.a)
    # A smaller file, of which fewer pages are read: without the C++ runtime that nobody calls, and in an order
    # that keeps together what runs once at start.
    target_link_options(polyhost_python INTERFACE -Wl,--gc-sections
      -Wl,-T,${CMAKE_CURRENT_LIST_DIR}/startup_order.ld)
  endif()
  target_link_libraries(polyhost_python INTERFACE ${libraries})
elseif(POLYHOST_PYTHON_SHARED_LIBRARY)
  set(POLYHOST_PYTHON_LINKED shared)
  get_filename_component(folder ${POLYHOST_PYTHON_SHARED_LIBRARY} DIRECTORY)
  target_link_options(polyhost_python INTERFACE -rdynamic)
  target_link_libraries(polyhost_python INTERFACE ${POLYHOST_PYTHON_SHARED_LIBRARY} ${CMAKE_DL_LIBS})
  set(CMAKE_BUILD_RPATH ${folder})
else()
  message(FATAL_ERROR "${POLYHOST_PYTHON} has no libpython to link: install libpython3-dev, "
    "or give another Python with -DPOLYHOST_PYTHON=/path/to/python3.x")
endif()
if(POLYHOST_TUNED_PYTHON)
  set(POLYHOST_PYTHON_LINKED "${POLYHOST_PYTHON_LINKED}, tuned")
  add_dependencies(polyhost_python polyhost_tuned_python)
  target_link_options(polyhost_python INTERFACE -flto=auto -O3)
endif()
message(STATUS "polyhost ${PROJECT_VERSION} embeds ${POLYHOST_PYTHON}: CPython ${POLYHOST_PYTHON_VERSION}, linked ${POLYHOST_PYTHON_LINKED}")
