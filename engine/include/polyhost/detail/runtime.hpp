// Where a plugin finds its ledger: the host's, or, under plain python3, one that the first plugin makes
// and all later ones share. Found once a plugin, at import.
#pragma once

#include <Python.h>
#include <polyhost/abi.h>
#include <polyhost/detail/tick.hpp>
#include <polyhost/detail/timing.hpp>
#include <polyhost/object.hpp>

#include <cstddef>

namespace polyhost::detail {

// All state of a plugin is hidden: plugins of different versions must not share it.

// The ledger of this plugin; null until the first module of the plugin is imported.
[[gnu::visibility("hidden")]] inline constinit const polyhost_table* table = nullptr;
[[gnu::visibility("hidden")]] inline constinit std::ptrdiff_t thread_offset = 0;

[[gnu::always_inline]] inline polyhost_thread& this_thread() {
  if (thread_offset == 0) [[unlikely]]
    return *table->thread();
  return *reinterpret_cast<polyhost_thread*>(static_cast<char*>(__builtin_thread_pointer()) + thread_offset);
}

// The module that holds the ledger, in this interpreter: built into the host, or offered by a plugin. Null
// without an exception if there is neither. Needs the GIL.
object ledger_module();

// Connects this plugin to its ledger; false with a Python exception set if it cannot.
bool connect();

}  // namespace polyhost::detail

#ifndef POLYHOST_COMPILED
#include <polyhost/detail/impl/runtime.hpp>
#endif
