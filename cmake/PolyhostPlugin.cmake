# polyhost_add_plugin(NAME SOURCES...): an extension module NAME written against polyhost/native.hpp.
# The same file imports under polyhost and under plain python3. It is built into PLUGIN_DIRECTORY if that
# variable is set, else into the current binary directory.
function(polyhost_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE polyhost::native)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX "${POLYHOST_PYTHON_EXT_SUFFIX}"
    CXX_VISIBILITY_PRESET hidden)
  if(PLUGIN_DIRECTORY)
    set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PLUGIN_DIRECTORY})
  endif()
endfunction()
