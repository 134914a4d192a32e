# polyhost_add_plugin(NAME SOURCES...): an extension module NAME written against polyhost/native.hpp.
# The same file imports under polyhost and under plain python3. It is a CMake target as any other: more sources,
# libraries and options go to it by target_*; CMAKE_LIBRARY_OUTPUT_DIRECTORY says where it is built.
function(polyhost_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE polyhost::native)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX "${POLYHOST_PYTHON_EXT_SUFFIX}"
    CXX_VISIBILITY_PRESET hidden)
endfunction()
