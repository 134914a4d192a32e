// The definitions of detail/runtime.hpp.
#pragma once

#include <polyhost/version.h>
#include <polyhost/detail/account.hpp>
#include <polyhost/detail/gil.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/own_ledger.hpp>
#include <polyhost/detail/runtime.hpp>

namespace polyhost::detail {

[[gnu::cold]] POLYHOST_INLINE object ledger_module() {
  const object name = object::steal(PyUnicode_FromString(POLYHOST_CAPSULE_MODULE));
  if (!name) return {};
  object found = object::steal(PyImport_GetModule(name.get()));
  PyObject* builtin_names = PySys_GetObject("builtin_module_names");
  if (!found && PyErr_Occurred() == nullptr && builtin_names != nullptr &&
      PySequence_Contains(builtin_names, name.get()) == 1) {
    found = object::steal(PyImport_Import(name.get()));
  }
  return found;
}

// Refuses a ledger that this plugin cannot write to, with what to do about it.
[[gnu::cold]] inline bool compatible(const polyhost_table& found) {
  constexpr std::uint32_t needed_minor = 2;
  if (found.major == POLYHOST_ABI_MAJOR && found.minor >= needed_minor) return true;
  const bool host_is_older = found.major <= POLYHOST_ABI_MAJOR;
  PyErr_Format(
      PyExc_ImportError,
      "this module speaks polyhost ABI %u.%u (polyhost %s), but the ledger of this process, kept by %s, "
      "speaks %u.%u: %s",
      POLYHOST_ABI_MAJOR, POLYHOST_ABI_MINOR, POLYHOST_VERSION, found.host, found.major, found.minor,
      host_is_older ? "upgrade polyhost, or rebuild the module with the headers of that version"
                    : "rebuild the module with the headers of that version");
  return false;
}

// The ledger behind the module that holds it; null with an exception set if that is not polyhost's.
[[gnu::cold]] inline const polyhost_table* table_of(PyObject* module) {
  const object capsule = object::steal(PyObject_GetAttrString(module, POLYHOST_CAPSULE_ATTRIBUTE));
  if (!capsule && PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return nullptr;
  PyErr_Clear();
  if (capsule && PyCapsule_IsValid(capsule.get(), POLYHOST_CAPSULE) != 0)
    return static_cast<const polyhost_table*>(PyCapsule_GetPointer(capsule.get(), POLYHOST_CAPSULE));
  PyErr_Format(
      PyExc_ImportError,
      "this module looks for polyhost's ledger in the module '%s', but %R is another one: rename that",
      POLYHOST_CAPSULE_MODULE, module);
  return nullptr;
}

[[gnu::cold]] POLYHOST_INLINE bool connect() {
  if (table != nullptr && !keeps_own_ledger()) return true;
  object module = ledger_module();
  if (!module && PyErr_Occurred() == nullptr) module = offer_own_ledger();
  if (!module) return false;
  if (table != nullptr) return true;
  const polyhost_table* found = table_of(module.get());
  if (found == nullptr || !compatible(*found) || !keep_the_end_apart() || !keep_forks_apart()) return false;
  clock_in_use = found->clock;
  thread_offset = found->thread_offset;
  timing_in_use = found->timing;
  ledger_has_native_histogram = found->minor >= 3;
  observe = found->minor >= 3 ? found->observe : nullptr;
  look = found->minor >= 3 ? found->look : nullptr;
  table = found;
  return true;
}

}  // namespace polyhost::detail
