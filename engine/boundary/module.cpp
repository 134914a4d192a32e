// _polyhost: the table for plugins, snapshots as Python values, reports as text.
#include "boundary/module.h"

#include "boundary/calibrate.h"
#include "boundary/crash.h"
#include "boundary/interrupt.h"
#include "boundary/redirect.h"
#include "boundary/table.h"
#include "boundary/termination.h"
#include "boundary/threads.h"
#include "record/timing.h"

#include <polyhost/version.h>
#include <polyhost/convert.hpp>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/ledger_dict.hpp>

#include <stdexcept>
#include <utility>
#include <vector>

namespace polyhost::boundary {

namespace {

Services& services() {
  static Services& instance = *new Services;
  return instance;
}

PyObject* as_text(const std::string& utf8_text) {
  return PyUnicode_DecodeUTF8(utf8_text.data(), static_cast<Py_ssize_t>(utf8_text.size()), "replace");
}

object rows_as_list(const std::vector<record::Function>& rows) {
  object list = detail::or_throw(PyList_New(0));
  for (const record::Function& f : rows) {
    const object row = detail::row_as_dict(detail::or_throw(converter<std::string>::make(f.name)), f);
    if (PyList_Append(list.get(), row.get()) != 0) throw_python_error();
  }
  return list;
}

// The ledger of one module, or of all of them. Throws python_error.
object as_dict(const record::Snapshot& s, const std::string* module = nullptr) {
  detail::ledger_head head{table().host,          s.wall_ns, s.clock.source.c_str(), s.clock.ns_per_tick,
                           s.clock.resolution_ns, 0,         s.timing.c_str()};
  std::vector<record::Function> rows;
  for (const record::Function& f : s.functions) {
    if (module != nullptr && f.module != *module) continue;
    head.lost += f.lost;
    rows.push_back(f);
  }
  return detail::ledger_as_dict(head, rows_as_list(rows));
}

// Adds `value` to a dict; throws python_error.
void put(const object& dict, const char* key, const object& value) {
  if (PyDict_SetItemString(dict.get(), key, value.get()) != 0) throw_python_error();
}
void put(const object& dict, const char* key, double value) {
  put(dict, key, detail::or_throw(PyFloat_FromDouble(value)));
}

// [(rule, function, text, saves_ns), ...]
object advice_as_list(const record::Snapshot& s) {
  object list = detail::or_throw(PyList_New(0));
  for (const Advice& a : services().advise(s)) {
    const object one =
        detail::or_throw(Py_BuildValue("(NNNK)", as_text(a.rule), as_text(a.function), as_text(a.text),
                                       static_cast<unsigned long long>(a.saves_ns)));
    if (PyList_Append(list.get(), one.get()) != 0) throw_python_error();
  }
  return list;
}

PyObject* snapshot(PyObject*, PyObject*) {
  return detail::guarded<PyObject*>(nullptr, [] {
    calibrate();
    const record::Snapshot s = services().take_snapshot();
    object dict = as_dict(s);
    put(dict, "script",
        detail::or_throw(
            PyUnicode_DecodeFSDefaultAndSize(s.script.data(), static_cast<Py_ssize_t>(s.script.size()))));
    const object regions = detail::or_throw(PyList_New(0));
    for (const record::Region& r : s.regions) {
      const object functions = rows_as_list(r.functions);
      const object region = detail::or_throw(Py_BuildValue(
          "{s:N,s:K,s:K,s:O}", "name", as_text(r.name), "entered", static_cast<unsigned long long>(r.entered),
          "wall_ns", static_cast<unsigned long long>(r.wall_ns), "functions", functions.get()));
      if (PyList_Append(regions.get(), region.get()) != 0) throw_python_error();
    }
    put(dict, "regions", regions);
    put(dict, "advice", advice_as_list(s));
    put(dict, "threads", object::steal(PyBool_FromLong(s.threads ? 1 : 0)));
    put(dict, "cost_per_call_ns", s.cost.per_call_ns);
    put(dict, "cost_per_split_ns", s.cost.per_split_ns);
    put(dict, "call_site_ns", s.cost.call_site_ns);
    return dict.release();
  });
}

// A str as UTF-8; throws python_error for lone surrogates.
std::string utf8(PyObject* text) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) throw_python_error();
  return {bytes, static_cast<std::size_t>(size)};
}

PyObject* ledger_of(PyObject*, PyObject* module) {
  return detail::guarded<PyObject*>(nullptr, [&] {
    if (module == Py_None) return as_dict(services().take_snapshot()).release();
    const std::string name = utf8(module);
    return ledger().knows(name) ? as_dict(services().take_snapshot(), &name).release() : Py_NewRef(Py_None);
  });
}

PyObject* reset(PyObject*, PyObject*) {
  return detail::guarded<PyObject*>(nullptr, [] {
    services().reset();
    return Py_NewRef(Py_None);
  });
}

PyObject* timing(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  return detail::guarded<PyObject*>(nullptr, [&]() -> PyObject* {
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

PyObject* report(PyObject*, PyObject* arguments) {
  return detail::guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    PyObject* format = nullptr;
    PyObject* order = nullptr;
    if (PyArg_ParseTuple(arguments, "UU:report", &format, &order) == 0) return nullptr;
    calibrate();
    return as_text(services().render(services().take_snapshot(), utf8(format), utf8(order)));
  });
}

PyObject* show(PyObject*, PyObject* arguments) {
  return detail::guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    PyObject* json = nullptr;
    PyObject* format = nullptr;
    PyObject* order = nullptr;
    if (PyArg_ParseTuple(arguments, "UUU:show", &json, &format, &order) == 0) return nullptr;
    return as_text(services().show(utf8(json), utf8(format), utf8(order)));
  });
}

PyObject* diff(PyObject*, PyObject* arguments) {
  return detail::guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    PyObject* before = nullptr;
    PyObject* after = nullptr;
    if (PyArg_ParseTuple(arguments, "O!O!:diff", &PyList_Type, &before, &PyList_Type, &after) == 0)
      return nullptr;
    const auto texts = [](PyObject* list) {
      std::vector<std::string> all;
      for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); ++i) all.push_back(utf8(PyList_GET_ITEM(list, i)));
      return all;
    };
    return as_text(services().diff(texts(before), texts(after)));
  });
}

PyObject* look_at(PyObject*, PyObject* number) {
  return detail::guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    const long long pid = PyLong_AsLongLong(number);
    if (pid == -1 && PyErr_Occurred() != nullptr) return nullptr;
    return as_text(services().look_at(pid));
  });
}

PyObject* redirect(PyObject*, PyObject* pairs) {
  return detail::guarded<PyObject*>(nullptr, [&] { return redirect_functions(pairs).release(); });
}

int execute(PyObject* module) {
  const object capsule = object::steal(PyCapsule_New(const_cast<polyhost_table*>(&table()), POLYHOST_CAPSULE,
                                                     nullptr));  // plugins only read it
  if (!capsule) return -1;
  watch_interrupts();  // a process without native functions is left as it is
  if (services().write_reports != nullptr) {
    if (services().reports_at_end) report_at_termination(services().write_reports);
    explain_crashes(services().write_reports_of_copy);
  }
  if (services().reports_at_end && !calibrate_at_exit()) return -1;
  if (PyModule_AddStringConstant(module, "version", POLYHOST_VERSION) != 0) return -1;
  if (PyModule_AddObjectRef(module, "reloads", services().reloads ? Py_True : Py_False) != 0) return -1;
  return PyModule_AddObjectRef(module, POLYHOST_CAPSULE_ATTRIBUTE, capsule.get());
}

PyObject* begin_region(PyObject*, PyObject*) {
  return detail::guarded<PyObject*>(nullptr,
                                    [] { return PyLong_FromUnsignedLongLong(services().begin_region()); });
}

PyObject* end_region(PyObject*, PyObject* arguments) {
  return detail::guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    unsigned long long token = 0;
    PyObject* name = nullptr;
    if (PyArg_ParseTuple(arguments, "KU:end_region", &token, &name) == 0) return nullptr;
    return PyBool_FromLong(services().end_region(token, utf8(name)) ? 1 : 0);
  });
}

PyObject* expect_own_thread(PyObject*, PyObject*) {
  expect_thread();
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {
    {"snapshot", snapshot, METH_NOARGS, "snapshot() -> dict: the ledger as it is now, in nanoseconds."},
    {"ledger_of", ledger_of, METH_O,
     "ledger_of(module: str | None) -> dict | None: the ledger of a module's functions; None: of all."},
    {"reset", reset, METH_NOARGS, "reset() -> None: empties the ledger and restarts the wall clock."},
    {"begin_region", begin_region, METH_NOARGS, "begin_region() -> int: what end_region() asks for."},
    {"end_region", end_region, METH_VARARGS,
     "end_region(token: int, name: str) -> bool: adds what was called since to the region; False after a "
     "reset()."},
    {"timing", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(timing)), METH_FASTCALL,
     "timing([mode: str]) -> str: the timing mode that was in use; another one from now on."},
    {"report", report, METH_VARARGS,
     "report(format: str, sort: str) -> str: the ledger as text; format is 'table', 'json' or 'html'; sort "
     "is the "
     "order\n"
     "of the table's rows."},
    {"show", show, METH_VARARGS,
     "show(json: str, format: str, sort: str) -> str: the same of a report that was saved as JSON."},
    {"diff", diff, METH_VARARGS,
     "diff(before: list[str], after: list[str]) -> str: what has changed between reports saved as JSON."},
    {"look_at", look_at, METH_O,
     "look_at(pid: int) -> str: the JSON report of a running process that shares its counts; else a "
     "RuntimeError."},
    {"expect_thread", expect_own_thread, METH_NOARGS,
     "expect_thread() -> None: the next thread is polyhost's own."},
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
