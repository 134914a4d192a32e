// The definitions of detail/runtime.hpp.
#pragma once

#include <polyhost/version.h>
#include <polyhost/detail/gil.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/runtime.hpp>

#include <cstdlib>

namespace polyhost::detail {

// ---- the ledger of plain python3: a dict from "direction module.name" to the record's address ----

[[gnu::visibility("hidden")]] inline constinit PyObject* own_records = nullptr;

inline polyhost_thread* own_thread() {
  thread_local polyhost_thread state{};
  return &state;
}

// Always exact: there is nobody to change it.
inline void own_add_function(polyhost_function* function) {
  *function->slot = function->entry_points[exact_timing];
}

inline polyhost_record* own_record(const char* module, const char* name, std::uint32_t direction) {
  PyObject* key =
      PyUnicode_FromFormat("%s %s.%s", direction == POLYHOST_INBOUND ? "inbound" : "outbound", module, name);
  if (key == nullptr) return nullptr;
  polyhost_record* record = nullptr;
  if (PyObject* known = PyDict_GetItemWithError(own_records, key); known != nullptr) {
    record = static_cast<polyhost_record*>(PyLong_AsVoidPtr(known));
  } else if (PyErr_Occurred() == nullptr) {
    record = static_cast<polyhost_record*>(std::calloc(1, sizeof(polyhost_record)));
    PyObject* address = record != nullptr ? PyLong_FromVoidPtr(record) : PyErr_NoMemory();
    if (record != nullptr) record->min = UINT64_MAX;
    if (address == nullptr || PyDict_SetItem(own_records, key, address) != 0) {
      std::free(record);
      record = nullptr;
    }
    Py_XDECREF(address);
  }
  Py_DECREF(key);
  return record;
}

[[gnu::visibility("hidden")]] inline PyObject* make_own_ledger() {
  static polyhost_table own{};
  if (own_records == nullptr && (own_records = PyDict_New()) == nullptr) return nullptr;
  own = {.major = POLYHOST_ABI_MAJOR,
         .minor = POLYHOST_ABI_MINOR,
         .host = "a polyhost " POLYHOST_VERSION " plugin",
         .clock = best_clock(),
         .reserved = 0,
         .thread_offset = 0,
         .record = own_record,
         .thread = own_thread,
         .interrupt_waits = nullptr,
         .timing = &exact_timing,
         .add_function = own_add_function};
  PyObject* module = PyImport_AddModule(POLYHOST_CAPSULE_MODULE);  // borrowed from sys.modules
  PyObject* capsule = module != nullptr ? PyCapsule_New(&own, POLYHOST_CAPSULE, nullptr) : nullptr;
  if (capsule == nullptr) return nullptr;
  if (PyObject_SetAttrString(module, POLYHOST_CAPSULE_ATTRIBUTE, capsule) != 0 ||
      PyObject_SetAttrString(module, "records", own_records) != 0) {
    Py_CLEAR(capsule);
  }
  return capsule;
}

// ---- finding the ledger ----

// The module that holds the capsule, as a new reference: built into the host, or made by an earlier
// plugin. Null without an error set if there is neither.
inline PyObject* ledger_module() {
  PyObject* name = PyUnicode_FromString(POLYHOST_CAPSULE_MODULE);
  if (name == nullptr) return nullptr;
  PyObject* found = PyImport_GetModule(name);
  PyObject* builtin_names = PySys_GetObject("builtin_module_names");
  if (found == nullptr && PyErr_Occurred() == nullptr && builtin_names != nullptr) {
    const int built_in = PySequence_Contains(builtin_names, name);
    if (built_in == 1) found = PyImport_Import(name);
  }
  Py_DECREF(name);
  return found;
}

// Refuses a ledger that this plugin cannot write to, with what to do about it.
inline bool compatible(const polyhost_table& found) {
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

POLYHOST_INLINE bool connect() {
  if (table != nullptr) return true;
  PyObject* module = ledger_module();
  if (module == nullptr && PyErr_Occurred() != nullptr) return false;
  PyObject* capsule =
      module != nullptr ? PyObject_GetAttrString(module, POLYHOST_CAPSULE_ATTRIBUTE) : make_own_ledger();
  Py_XDECREF(module);
  if (capsule == nullptr) return false;
  const auto* found = static_cast<const polyhost_table*>(PyCapsule_GetPointer(capsule, POLYHOST_CAPSULE));
  Py_DECREF(capsule);
  if (found == nullptr || !compatible(*found) || !keep_the_end_apart() || !keep_forks_apart()) return false;
  clock_in_use = found->clock;
  thread_offset = found->thread_offset;
  timing_in_use = found->timing;
  table = found;
  return true;
}

}  // namespace polyhost::detail
