// _polyhost: the table for plugins, snapshots as Python values, reports as text.
#include "boundary/module.h"

#include "boundary/calibrate.h"
#include "boundary/interrupt.h"
#include "boundary/redirect.h"
#include "boundary/table.h"
#include "record/fields.h"
#include "record/timing.h"

#include <polyhost/version.h>
#include <polyhost/containers.hpp>
#include <polyhost/convert.hpp>
#include <polyhost/detail/errors.hpp>

#include <stdexcept>
#include <utility>

namespace polyhost::boundary {

namespace {

Services& services() {
  static Services& instance = *new Services;
  return instance;
}

// Adds `value` to a dict; throws python_error.
template <class T>
void put(PyObject* dict, const char* key, const T& value) {
  const object made = object::steal(converter<T>::make(value));
  if (!made || PyDict_SetItemString(dict, key, made.get()) != 0) throw_python_error();
}

object new_dict() {
  object dict = object::steal(PyDict_New());
  if (!dict) throw_python_error();
  return dict;
}

object function_as_dict(const record::Function& f) {
  object dict = new_dict();
  record::for_each_field(f, [&](const char* name, const auto& value) { put(dict.get(), name, value); });
  return dict;
}

object as_dict(const record::Snapshot& s) {
  object dict = new_dict();
  PyObject* d = dict.get();
  const object script = object::steal(
      PyUnicode_DecodeFSDefaultAndSize(s.script.data(), static_cast<Py_ssize_t>(s.script.size())));
  const object functions = object::steal(PyList_New(0));
  if (!script || !functions) throw_python_error();
  for (const record::Function& f : s.functions) {
    if (PyList_Append(functions.get(), function_as_dict(f).get()) != 0) throw_python_error();
  }
  put(d, "script", script);
  put(d, "wall_ns", s.wall_ns);
  put(d, "clock_source", s.clock.source);
  put(d, "ns_per_tick", s.clock.ns_per_tick);
  put(d, "resolution_ns", s.clock.resolution_ns);
  put(d, "cost_per_call_ns", s.cost.per_call_ns);
  put(d, "lost", s.lost);
  put(d, "timing", s.timing);
  put(d, "cost_per_split_ns", s.cost.per_split_ns);
  put(d, "call_site_ns", s.cost.call_site_ns);
  put(d, "functions", functions);
  return dict;
}

// Runs `body`, which returns a new reference; C++ exceptions become Python's.
template <class Body>
PyObject* guarded(Body body) {
  try {
    return body();
  } catch (...) {
    detail::set_python_error_from_current_exception();
    return nullptr;
  }
}

PyObject* snapshot(PyObject*, PyObject*) {
  return guarded([] {
    calibrate();
    return as_dict(services().take_snapshot()).release();
  });
}

PyObject* reset(PyObject*, PyObject*) {
  return guarded([] {
    services().reset();
    return Py_NewRef(Py_None);
  });
}

PyObject* timing(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  return guarded([&]() -> PyObject* {
    const std::string_view before = record::text(boundary::timing());
    if (count > 0) {
      const char* name = PyUnicode_AsUTF8(arguments[0]);
      if (name == nullptr) return nullptr;
      const std::optional<polyhost_timing> wanted = record::timing_of(name);
      if (!wanted) {
        PyErr_Format(PyExc_ValueError,
                     "use 'exact', 'full', 'sampled' or 'off': there is no timing mode '%U'", arguments[0]);
        return nullptr;
      }
      set_timing(*wanted);
    }
    return converter<std::string_view>::make(before);
  });
}

PyObject* report(PyObject*, PyObject* format) {
  return guarded([&]() -> PyObject* {
    Py_ssize_t size = 0;
    const char* name = PyUnicode_AsUTF8AndSize(format, &size);
    if (name == nullptr) return nullptr;
    calibrate();
    const std::string text =
        services().render(services().take_snapshot(), {name, static_cast<std::size_t>(size)});
    return PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace");
  });
}

PyObject* redirect(PyObject*, PyObject* pairs) {
  return guarded([&] { return redirect_functions(pairs).release(); });
}

int execute(PyObject* module) {
  const object capsule = object::steal(PyCapsule_New(const_cast<polyhost_table*>(&table()), POLYHOST_CAPSULE,
                                                     nullptr));  // plugins only read it
  if (!capsule) return -1;
  watch_interrupts();  // a process without native functions is left as it is
  if (services().reports_at_end && !calibrate_at_exit()) return -1;
  if (PyModule_AddStringConstant(module, "version", POLYHOST_VERSION) != 0) return -1;
  if (PyModule_AddObjectRef(module, "reloads", services().reloads ? Py_True : Py_False) != 0) return -1;
  return PyModule_AddObjectRef(module, POLYHOST_CAPSULE_ATTRIBUTE, capsule.get());
}

PyMethodDef methods[] = {
    {"snapshot", snapshot, METH_NOARGS, "snapshot() -> dict: the ledger as it is now, in nanoseconds."},
    {"reset", reset, METH_NOARGS, "reset() -> None: empties the ledger and restarts the wall clock."},
    {"timing", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(timing)), METH_FASTCALL,
     "timing([mode: str]) -> str: the timing mode that was in use; another one from now on."},
    {"report", report, METH_O,
     "report(format: str) -> str: the ledger as text; format is 'table' or 'json'."},
    {"redirect", redirect, METH_O,
     "redirect(pairs: list[tuple[builtin, builtin | str]]) -> list: the first of each pair, wherever it is "
     "held,\n"
     "does what the second did, or is a TypeError with that text; returns what the first ones were."},
    {nullptr, nullptr, 0, nullptr}};
PyModuleDef_Slot slots[] = {{Py_mod_exec, reinterpret_cast<void*>(execute)}, {0, nullptr}};
PyModuleDef definition = {PyModuleDef_HEAD_INIT,
                          POLYHOST_CAPSULE_MODULE,
                          "The boundary of this process. Use the package polyhost instead.",
                          0,
                          methods,
                          slots,
                          nullptr,
                          nullptr,
                          nullptr};

PyObject* init() { return PyModuleDef_Init(&definition); }

}  // namespace

void register_module(Services wanted) {
  services() = std::move(wanted);
  if (PyImport_AppendInittab(POLYHOST_CAPSULE_MODULE, init) != 0) throw std::bad_alloc();
}

}  // namespace polyhost::boundary
