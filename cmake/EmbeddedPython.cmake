# How to link the Python that PythonFacts.cmake found. For the build, and for those who use the installed package.
#   polyhost::python_headers  to compile extension modules
#   polyhost::python          to link a program that embeds Python; where that can be done
# With POLYHOST_SHORT_START, the program starts sooner, at the price of options that not every program can take.
add_library(polyhost::python_headers INTERFACE IMPORTED)
target_include_directories(polyhost::python_headers SYSTEM INTERFACE ${POLYHOST_PYTHON_INCLUDE})

if(POLYHOST_LIBRARY_PROBLEM)
  return()
endif()
add_library(polyhost::python INTERFACE IMPORTED)
target_link_libraries(polyhost::python INTERFACE polyhost::python_headers)
if(POLYHOST_STATIC_PYTHON AND POLYHOST_PYTHON_STATIC_LIBRARY)
  set(POLYHOST_PYTHON_LINKED static)
  # All of the archive, exported: extension modules use symbols that the program itself does not. Not position
  # independent, which is what makes it as fast as the distribution's own python3.
  target_compile_options(polyhost::python INTERFACE -fno-pie)
  target_link_options(polyhost::python INTERFACE -no-pie -rdynamic)
  target_link_libraries(polyhost::python INTERFACE
    $<LINK_LIBRARY:WHOLE_ARCHIVE,${POLYHOST_PYTHON_STATIC_LIBRARY}>)
  separate_arguments(_polyhost_libraries UNIX_COMMAND "${POLYHOST_PYTHON_LIBRARIES}")
  if(POLYHOST_SHORT_START)
    # Loading shared libraries is a good part of start-up. What is linked in here stays hidden, so that
    # extension modules keep to the shared ones. Not libgcc: it unwinds, and a process must have one unwinder.
    list(TRANSFORM _polyhost_libraries REPLACE "^-l(z|expat)$" "-Wl,-Bstatic,-l\\1,-Bdynamic")
    target_link_options(polyhost::python INTERFACE -static-libstdc++
      -Wl,--exclude-libs,libz.a:libexpat.a:libstdc++.a)
    # A smaller file, of which fewer pages are read: without the C++ runtime that nobody calls, and in an order
    # that keeps together what runs once at start.
    target_link_options(polyhost::python INTERFACE -Wl,--gc-sections
      -Wl,-T,${CMAKE_CURRENT_LIST_DIR}/startup_order.ld)
    # All symbols are bound at load: nearly all are used by a start, and one by one they cost more.
    target_link_options(polyhost::python INTERFACE -Wl,-z,now)
  endif()
  target_link_libraries(polyhost::python INTERFACE ${_polyhost_libraries})
else()
  set(POLYHOST_PYTHON_LINKED shared)
  target_link_options(polyhost::python INTERFACE -rdynamic)
  target_link_libraries(polyhost::python INTERFACE ${POLYHOST_PYTHON_SHARED_LIBRARY} ${CMAKE_DL_LIBS})
endif()
