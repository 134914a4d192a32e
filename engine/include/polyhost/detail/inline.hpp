// POLYHOST_INLINE marks what is no template where it is defined, in detail/impl, so that many plugins can
// share one compiled copy. Each header brings its definitions along as inline functions, unless
// POLYHOST_COMPILED is defined: then they are expected in one object file, made by compiling
// detail/impl/all.hpp with POLYHOST_COMPILED, and a plugin itself compiles in half the time.
#pragma once

#ifdef POLYHOST_COMPILED
#define POLYHOST_INLINE
#else
#define POLYHOST_INLINE inline
#endif
