// The definitions of detail/own_ledger.hpp.
#pragma once

#include <polyhost/abi.h>
#include <polyhost/version.h>
#include <polyhost/detail/clock.hpp>
#include <polyhost/detail/environment.hpp>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/estimate.hpp>
#include <polyhost/detail/impl/own_report.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/ledger_dict.hpp>
#include <polyhost/detail/own_ledger.hpp>
#include <polyhost/detail/timing.hpp>

#include <unistd.h>

#include <cstdlib>

namespace polyhost::detail {

// Never freed: plugins write to it to the very end.
struct own_ledger {
  PyObject* records;  // a dict: (module, name, direction) to the record's address
  moment start;
};
[[gnu::visibility("hidden")]] inline constinit own_ledger own{};

inline polyhost_thread* own_thread() {
  thread_local polyhost_thread state{};
  return &state;
}

// Always exact: there is nobody to change it.
inline void own_add_function(polyhost_function* function) {
  *function->slot = function->entry_points[exact_timing];
}

[[gnu::cold]] inline polyhost_record* own_record(const char* module, const char* name,
                                                 std::uint32_t direction) {
  PyObject* key = Py_BuildValue("(NNI)", PyUnicode_FromFormat("%s", module), PyUnicode_FromFormat("%s", name),
                                static_cast<unsigned>(direction));
  if (key == nullptr) return nullptr;
  polyhost_record* record = nullptr;
  if (PyObject* known = PyDict_GetItemWithError(own.records, key); known != nullptr) {
    record = static_cast<polyhost_record*>(PyLong_AsVoidPtr(known));
  } else if (PyErr_Occurred() == nullptr) {
    record = static_cast<polyhost_record*>(std::calloc(1, sizeof(polyhost_record)));
    PyObject* address = record != nullptr ? PyLong_FromVoidPtr(record) : PyErr_NoMemory();
    if (record != nullptr) record->min = UINT64_MAX;
    if (address == nullptr || PyDict_SetItem(own.records, key, address) != 0) {
      std::free(record);
      record = nullptr;
    }
    Py_XDECREF(address);
  }
  Py_DECREF(key);
  return record;
}

// Appends the row of a record that has calls. Returns how many of them were lost; throws python_error.
[[gnu::cold]] inline std::uint64_t append_own_row(const object& functions, PyObject* key, PyObject* address,
                                                  double ns_per_tick) {
  const polyhost_record counts = copy_record(*static_cast<const polyhost_record*>(PyLong_AsVoidPtr(address)));
  const totals all = estimate_totals(counts);
  if (all.calls == 0) return 0;
  const auto direction = static_cast<polyhost_direction>(PyLong_AsUnsignedLong(PyTuple_GET_ITEM(key, 2)));
  const row made = make_row(counts, all, direction, ns_per_tick);
  const object name =
      or_throw(PyUnicode_FromFormat("%U.%U", PyTuple_GET_ITEM(key, 0), PyTuple_GET_ITEM(key, 1)));
  if (PyList_Append(functions.get(), row_as_dict(name, made).get()) != 0) throw_python_error();
  return made.lost;
}

// _polyhost.ledger_of
[[gnu::cold]] inline PyObject* own_ledger_of(PyObject*, PyObject* module) {
  return guarded<PyObject*>(nullptr, [&] {
    ledger_head head{"a polyhost " POLYHOST_VERSION " plugin",
                     now().ns - own.start.ns,
                     clock_source(),
                     ns_per_tick_since(own.start),
                     0.0,
                     0,
                     "exact"};
    head.resolution_ns = static_cast<double>(smallest_step()) * head.ns_per_tick;
    const object functions = or_throw(PyList_New(0));
    const object items = or_throw(PyDict_Items(own.records));  // a copy: the dict may grow meanwhile
    bool known = module == Py_None;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items.get()); ++i) {
      PyObject* item = PyList_GET_ITEM(items.get(), i);
      PyObject* key = PyTuple_GET_ITEM(item, 0);
      if (module != Py_None) {
        const int same = PyObject_RichCompareBool(PyTuple_GET_ITEM(key, 0), module, Py_EQ);
        if (same < 0) throw_python_error();
        if (same == 0) continue;
        known = true;
      }
      head.lost += append_own_row(functions, key, PyTuple_GET_ITEM(item, 1), head.ns_per_tick);
    }
    return known ? ledger_as_dict(head, functions).release() : Py_NewRef(Py_None);
  });
}

// Called by Python when it ends. `process` is the one that made the ledger.
[[gnu::cold]] inline PyObject* report_at_exit(PyObject*, PyObject* process) {
  if (PyLong_AsLong(process) != static_cast<long>(::getpid())) return Py_NewRef(Py_None);
  const object ledger = object::steal(own_ledger_of(nullptr, Py_None));
  const object globals = object::steal(
      ledger ? Py_BuildValue("{s:O,s:O}", "__builtins__", PyEval_GetBuiltins(), "ledger", ledger.get())
             : nullptr);
  const object code =
      object::steal(globals ? Py_CompileString(own_report_script, "<polyhost>", Py_file_input) : nullptr);
  return code ? PyEval_EvalCode(code.get(), globals.get(), globals.get()) : nullptr;
}

[[gnu::cold]] inline bool register_report() {
  static PyMethodDef method{"report", report_at_exit, METH_O, nullptr};
  const object function = object::steal(PyCFunction_NewEx(&method, nullptr, nullptr));
  const object atexit = object::steal(PyImport_ImportModule("atexit"));
  if (!function || !atexit) return false;
  return static_cast<bool>(object::steal(
      PyObject_CallMethod(atexit.get(), "register", "Ol", function.get(), static_cast<long>(::getpid()))));
}

// The table that plugins find; filled on first use.
[[gnu::cold]] inline const polyhost_table& own_table() {
  static const polyhost_table instance{.major = POLYHOST_ABI_MAJOR,
                                       .minor = POLYHOST_ABI_MINOR,
                                       .host = "a polyhost " POLYHOST_VERSION " plugin",
                                       .clock = best_clock(),
                                       .reserved = 0,
                                       .thread_offset = 0,
                                       .record = own_record,
                                       .thread = own_thread,
                                       .interrupt_waits = nullptr,
                                       .timing = &exact_timing,
                                       .add_function = own_add_function,
                                       .observe = nullptr,
                                       .look = nullptr,
                                       .describe = nullptr};
  return instance;
}

// Makes the ledger, once a process.
[[gnu::cold]] inline bool make_own_ledger() {
  if (own.records != nullptr) return true;
  clock_in_use = own_table().clock;
  own.start = now();
  own.records = PyDict_New();
  return own.records != nullptr && (!environment_wants_report() || register_report());
}

POLYHOST_INLINE bool keeps_own_ledger() { return own.records != nullptr; }

[[gnu::cold]] POLYHOST_INLINE object offer_own_ledger() {
  static PyMethodDef methods[] = {
      {"ledger_of", own_ledger_of, METH_O,
       "ledger_of(module: str | None) -> dict | None: the ledger of a module's functions; None: of all."},
      {nullptr, nullptr, 0, nullptr}};
  if (!make_own_ledger()) return {};
  // Plugins only read the table.
  const object capsule =
      object::steal(PyCapsule_New(const_cast<polyhost_table*>(&own_table()), POLYHOST_CAPSULE, nullptr));
  object module = object::borrow(PyImport_AddModule(POLYHOST_CAPSULE_MODULE));
  if (!capsule || !module || PyModule_AddFunctions(module.get(), methods) != 0 ||
      PyModule_AddObjectRef(module.get(), POLYHOST_CAPSULE_ATTRIBUTE, capsule.get()) != 0) {
    return {};
  }
  return module;
}

}  // namespace polyhost::detail
