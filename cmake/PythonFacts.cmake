# Asks the python3 that is to be embedded what it is. For the build, and for those who use the installed package.
#   POLYHOST_PYTHON_*         its version, prefixes, headers, libraries and the suffix of extension modules
#   POLYHOST_HEADERS_PROBLEM  why extension modules cannot be compiled; empty: they can
#   POLYHOST_LIBRARY_PROBLEM  why it cannot be embedded; empty: it can
# The default is the distribution's python3, not the first one on PATH.
set(POLYHOST_PYTHON /usr/bin/python3 CACHE FILEPATH "the python3 to embed")
option(POLYHOST_STATIC_PYTHON "link libpython statically where there is an archive" ON)
set(POLYHOST_HEADERS_PROBLEM "")
set(POLYHOST_LIBRARY_PROBLEM "")

execute_process(COMMAND ${POLYHOST_PYTHON} -I ${CMAKE_CURRENT_LIST_DIR}/python_facts.py
  OUTPUT_VARIABLE _polyhost_facts RESULT_VARIABLE _polyhost_result OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REPLACE "\n" ";" _polyhost_facts "${_polyhost_facts}")
foreach(_polyhost_fact IN LISTS _polyhost_facts)
  string(REGEX MATCH "^([A-Z_]+)=(.*)$" _polyhost_matched "${_polyhost_fact}")
  set(POLYHOST_PYTHON_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()

set(_polyhost_other "give another with -DPOLYHOST_PYTHON=/path/to/python3.x")
if(NOT _polyhost_result EQUAL 0)
  set(POLYHOST_HEADERS_PROBLEM "${POLYHOST_PYTHON} does not run; ${_polyhost_other}")
elseif(NOT POLYHOST_PYTHON_IMPLEMENTATION STREQUAL "CPython" OR POLYHOST_PYTHON_VERSION VERSION_LESS 3.11)
  set(POLYHOST_HEADERS_PROBLEM "${POLYHOST_PYTHON} is ${POLYHOST_PYTHON_IMPLEMENTATION} ${POLYHOST_PYTHON_VERSION}, \
but polyhost embeds CPython 3.11 or newer; ${_polyhost_other}")
elseif(NOT EXISTS ${POLYHOST_PYTHON_INCLUDE}/Python.h)
  set(POLYHOST_HEADERS_PROBLEM "${POLYHOST_PYTHON_INCLUDE}/Python.h is missing: install libpython3-dev, or ${_polyhost_other}")
elseif(NOT POLYHOST_PYTHON_SHARED_LIBRARY AND NOT (POLYHOST_STATIC_PYTHON AND POLYHOST_PYTHON_STATIC_LIBRARY))
  set(POLYHOST_LIBRARY_PROBLEM "${POLYHOST_PYTHON} has no libpython to link: install libpython3-dev, or ${_polyhost_other}")
endif()
