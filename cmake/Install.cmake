# cmake --install: the program, the public headers, the engine as a library, the CMake package, the Python package.
# All of it may be moved: nothing knows its prefix.
include(CMakePackageConfigHelpers)
set(package lib/cmake/Polyhost)
# On python3's own path where the prefix is /usr. The program carries its own; this one is for python3 (polyhost.json), type checkers and editors.
set(POLYHOST_PACKAGE_DIRECTORY lib/python3/dist-packages CACHE STRING "where the Python package is installed, in the prefix")

if(POLYHOST_PYTHON_LINKED MATCHES "shared")
  set_property(TARGET polyhost PROPERTY INSTALL_RPATH ${CMAKE_BUILD_RPATH})
endif()
install(TARGETS polyhost RUNTIME DESTINATION bin)
install(DIRECTORY engine/include/polyhost DESTINATION include)
install(DIRECTORY scripts/polyhost DESTINATION ${POLYHOST_PACKAGE_DIRECTORY} PATTERN __pycache__ EXCLUDE)
install(TARGETS _polyhost_json LIBRARY DESTINATION ${POLYHOST_PACKAGE_DIRECTORY}/polyhost/json)

set_target_properties(polyhost_abi PROPERTIES EXPORT_NAME abi)
set_target_properties(polyhost_native PROPERTIES EXPORT_NAME native)
set_target_properties(polyhost_engine PROPERTIES EXPORT_NAME engine)
install(TARGETS polyhost_abi polyhost_native EXPORT PolyhostNative)
install(TARGETS polyhost_engine EXPORT PolyhostEngine ARCHIVE DESTINATION lib)
install(EXPORT PolyhostNative NAMESPACE polyhost:: DESTINATION ${package})
install(EXPORT PolyhostEngine NAMESPACE polyhost:: DESTINATION ${package})

configure_file(cmake/PolyhostConfig.cmake.in PolyhostConfig.cmake @ONLY)
write_basic_package_version_file(PolyhostConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/PolyhostConfig.cmake ${PROJECT_BINARY_DIR}/PolyhostConfigVersion.cmake
  cmake/PythonFacts.cmake cmake/python_facts.py cmake/EmbeddedPython.cmake cmake/PolyhostPlugin.cmake
  DESTINATION ${package})
