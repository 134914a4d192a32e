# Sanitizer builds (POLYHOST_SANITIZE) and the processor that is built for.
if(POLYHOST_SANITIZE)
  # -g1: reports need lines, not variables, which take a third of the time to compile.
  add_compile_options(-fsanitize=${POLYHOST_SANITIZE} -fno-omit-frame-pointer -g1)
  add_link_options(-fsanitize=${POLYHOST_SANITIZE})
  if(POLYHOST_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()

if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
  add_compile_options(-march=x86-64-v2)
endif()
