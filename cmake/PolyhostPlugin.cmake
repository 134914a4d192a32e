# polyhost_add_plugin(NAME SOURCES...): an extension module NAME written against polyhost/native.hpp.
# The same file imports under polyhost and under plain python3. It is a CMake target as any other: more sources,
# libraries and options go to it by target_*; CMAKE_LIBRARY_OUTPUT_DIRECTORY says where it is built.
function(polyhost_add_plugin name)
  set(text "")
  foreach(source IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH source)
    if(EXISTS "${source}")  # else it is made by the build
      file(STRINGS "${source}" marks REGEX "POLYHOST_(EXPORT|MODULE|EMBEDDED_MODULE)")
      string(APPEND text "${marks}")
    endif()
  endforeach()
  if(text MATCHES "POLYHOST_EXPORT" AND NOT text MATCHES "MODULE")
    message(FATAL_ERROR "polyhost_add_plugin(${name}): POLYHOST_EXPORT counts only where polyhost compiles the file itself \
(`polyhost build FILE.cpp`, `import`): name the functions in a POLYHOST_MODULE(${name}, m) instead")
  endif()
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE polyhost::native)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX "${POLYHOST_PYTHON_EXT_SUFFIX}"
    CXX_VISIBILITY_PRESET hidden)
endfunction()
