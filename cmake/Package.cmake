# cpack --config build/PRESET/CPackConfig.cmake: a .deb for this Debian. The tuned build is the one to ship.
if(NOT EXISTS /etc/debian_version OR NOT POLYHOST_PYTHON STREQUAL "/usr/bin/python3")
  return()  # what another Python needs no Debian package brings
endif()
string(REGEX MATCH "^([0-9]+)\\.([0-9]+)" python_series "${POLYHOST_PYTHON_VERSION}")
math(EXPR next_minor "${CMAKE_MATCH_2} + 1")

install(FILES cmake/debian_copyright DESTINATION share/doc/polyhost RENAME copyright)
set(POLYHOST_DEB ON)  # for the tests
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME polyhost)
set(CPACK_PACKAGE_CONTACT "The polyhost authors <polyhost@localhost>" CACHE STRING "the maintainer that the .deb names")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "runs Python scripts on a C++ host, with native functions")
set(CPACK_PACKAGE_DESCRIPTION "Runs any Python script as python3 does, and compiles C++ beside it or in it to functions
that the script calls. Every call between the two is counted and timed.
With it come the headers for plugins, and a library to embed the host
in other programs.")
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR})
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION interpreters)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# The standard library is Debian's.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "python3 (>= ${python_series}), python3 (<< ${CMAKE_MATCH_1}.${next_minor})")
# What compiles C++ for scripts; and what a program links that embeds the engine.
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "g++, libpython3-dev")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "cmake, pkg-config, zlib1g-dev, libexpat1-dev")
include(CPack)
