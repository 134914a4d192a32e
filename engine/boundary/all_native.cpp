// Each thread keeps the calls that it is in; what is called has its record by the place of its definition.
#include "boundary/all_native.h"

#include "boundary/table.h"

#include <Python.h>
#include <polyhost/detail/account.hpp>
#include <polyhost/detail/tick.hpp>
#include <polyhost/object.hpp>

#include <pthread.h>

#include <cstdint>
#include <new>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace polyhost::boundary {

namespace {

// A call of native code that a thread is in; or, within one, that of the Python code that it has called.
struct Call {
  PyObject* callable;       // only compared; null for Python code
  polyhost_record* record;  // null for Python code
  std::uint64_t entry;
  std::uint64_t nested;  // what the thread had ended before
  int depth;             // of the Python code
};

thread_local std::vector<Call> calls;
thread_local int depth = 0;  // of Python functions, from where this began to look

// By what defines it: a PyMethodDef, or a type. Null for what is not timed here.
using Records = std::unordered_map<const void*, polyhost_record*>;

Records& records() {
  static Records& known = *new Records;
  return known;
}

struct Name {
  std::string module;
  std::string rest;
};

// "list" is builtins.list, "re.Pattern" is itself.
Name name_of(const PyTypeObject* type, const std::string& method) {
  const std::string_view full = type->tp_name;
  const std::size_t dot = full.rfind('.');
  const std::string name(dot == std::string_view::npos ? full : full.substr(dot + 1));
  return {std::string(dot == std::string_view::npos ? "builtins" : full.substr(0, dot)),
          method.empty() ? name : name + "." + method};
}

// A type itself, or that of an instance. Borrowed.
PyTypeObject* type_of(PyObject* of) {
  return PyType_Check(of) != 0 ? reinterpret_cast<PyTypeObject*>(of) : Py_TYPE(of);
}

bool defines(const PyTypeObject* type, const PyMethodDef* wanted) {
  for (const PyMethodDef* method = type->tp_methods; method != nullptr && method->ml_name != nullptr;
       ++method)
    if (method == wanted) return true;
  return false;
}

// The type that a method stands in, of those that `type` inherits from.
const PyTypeObject* definer(PyTypeObject* type, const PyMethodDef* method) {
  PyObject* const order = type->tp_mro;
  for (Py_ssize_t i = 0; order != nullptr && i < PyTuple_GET_SIZE(order); ++i) {
    const auto* base = reinterpret_cast<PyTypeObject*>(PyTuple_GET_ITEM(order, i));
    if (defines(base, method)) return base;
  }
  return nullptr;
}

Name name_of_function(PyObject* function, const PyMethodDef* method) {
  PyObject* const self = PyCFunction_GET_SELF(function);
  if (self != nullptr && PyModule_Check(self) == 0) {
    if (const PyTypeObject* found = definer(type_of(self), method)) return name_of(found, method->ml_name);
  }
  PyObject* const module = reinterpret_cast<PyCFunctionObject*>(function)->m_module;
  const char* name = module != nullptr && PyUnicode_Check(module) ? PyUnicode_AsUTF8(module) : nullptr;
  PyErr_Clear();
  // pybind11's functions live as long as what holds them; those of a module's definition for ever.
  if (self == nullptr || PyModule_Check(self) == 0) Py_INCREF(function);
  return {name != nullptr ? name : "builtins", method->ml_name};
}

// True for a class that Python code has made: calling it is a call of Python.
bool is_python_class(const PyTypeObject* type) {
  static const destructor of_python_classes = [] {
    const object made =
        object::steal(PyObject_CallFunction(reinterpret_cast<PyObject*>(&PyType_Type), "s(){}", "made"));
    PyErr_Clear();
    return made ? reinterpret_cast<PyTypeObject*>(made.get())->tp_dealloc : nullptr;
  }();
  return type->tp_dealloc == of_python_classes;
}

const PyMethodDef* definition_of(PyObject* callable) {
  if (PyCFunction_Check(callable)) return reinterpret_cast<PyCFunctionObject*>(callable)->m_ml;
  if (PyObject_TypeCheck(callable, &PyMethodDescr_Type))
    return reinterpret_cast<PyMethodDescrObject*>(callable)->d_method;
  return nullptr;
}

const void* key_of(PyObject* callable) {
  if (const PyMethodDef* method = definition_of(callable)) return method;
  if (PyType_Check(callable) != 0) return callable;
  return &Py_TYPE(callable)->tp_call;  // of an instance; its type may be called, too
}

// Calls of Python code. Not remembered: classes come and go.
bool is_python(PyObject* callable) {
  if (PyFunction_Check(callable) || PyMethod_Check(callable)) return true;
  return definition_of(callable) == nullptr && is_python_class(type_of(callable));
}

// Empty for what has rows of its own.
Name name_of(PyObject* callable) {
  const PyMethodDef* const method = definition_of(callable);
  if (method != nullptr) {
    if (is_registered(*method)) return {};
    Name name = PyCFunction_Check(callable) ? name_of_function(callable, method)
                                            : name_of(PyDescr_TYPE(callable), method->ml_name);
    return name.module == POLYHOST_CAPSULE_MODULE ? Name{} : name;
  }
  PyTypeObject* const type = type_of(callable);
  if (std::string_view(type->tp_name).starts_with("polyhost")) return {};
  Py_INCREF(type);  // its address stays its own
  return name_of(type, PyType_Check(callable) != 0 ? "" : "__call__");
}

polyhost_record* record_of(PyObject* callable) {
  if (is_python(callable)) return nullptr;
  const void* key = key_of(callable);
  const auto known = records().find(key);
  if (known != records().end()) return known->second;
  const detail::exception_aside of_the_script;
  polyhost_record* record = nullptr;
  const Name name = name_of(callable);
  if (!name.rest.empty()) {
    record = table().record(name.module.c_str(), name.rest.c_str(), POLYHOST_INBOUND);
    if (record != nullptr) table().describe(record, "", record::one_sided_trait);
  }
  records().emplace(key, record);
  return record;
}

void begin(PyObject* callable) {
  if (timing() == POLYHOST_TIMING_OFF) return;
  try {
    polyhost_record* const record = record_of(callable);
    if (record != nullptr) calls.push_back({callable, record, detail::tick(), table().thread()->nested, 0});
  } catch (const std::bad_alloc&) {  // it is not timed
  }
}

// The top bit, which says whether the thread is in a function of polyhost's, stays as it was.
void set_nested(std::uint64_t value) { __atomic_store_n(&table().thread()->nested, value, __ATOMIC_RELAXED); }

void end(PyObject* callable, bool failed) {
  const std::uint64_t exit = detail::tick();
  // What lies above it has ended without a word, as where a greenlet was left.
  auto found = calls.rbegin();
  while (found != calls.rend() && found->callable != callable) ++found;
  if (found == calls.rend()) return;
  const Call call = *found;
  calls.erase(found.base() - 1, calls.end());
  polyhost_record& record = *call.record;
  const std::uint64_t outer = exit - call.entry;
  detail::account<POLYHOST_INBOUND>(
      record, {call.entry, call.entry, exit, exit, 0, 0, table().thread()->nested - call.nested});
  if (failed) record.errors += 1;
  set_nested(call.nested + (outer != 0 ? outer : 1));  // that a call has ended must show (abi.h)
  if (const auto observe = table().observe)
    observe(&record, call.entry, call.entry, exit, exit, 0, failed ? 1 : 0);
  if (record.until_look != 0) {
    record.until_look -= 1;
  } else if (table().look != nullptr) {
    table().look(&record);
  }
}

void begin_python() {
  ++depth;
  if (calls.empty() || calls.back().record == nullptr) return;
  try {
    calls.push_back({nullptr, nullptr, detail::tick(), table().thread()->nested, depth});
  } catch (const std::bad_alloc&) {  // it counts as native
  }
}

void end_python() {
  if (!calls.empty() && calls.back().record == nullptr && calls.back().depth == depth) {
    const Call call = calls.back();
    calls.pop_back();
    set_nested(call.nested + (detail::tick() - call.entry));
  }
  --depth;
}

// What the thread was in belongs to its parent.
void enter_child() {
  calls.clear();
  depth = 0;
}

#if PY_VERSION_HEX < 0x030C0000

int profile(PyObject*, PyFrameObject*, int what, PyObject* callable) {
  if (what == PyTrace_C_CALL) {
    begin(callable);
  } else if (what == PyTrace_C_RETURN || what == PyTrace_C_EXCEPTION) {
    end(callable, what == PyTrace_C_EXCEPTION);
  } else if (what == PyTrace_CALL) {
    begin_python();
  } else if (what == PyTrace_RETURN) {
    end_python();
  }
  return 0;
}

// What threading gives to sys.setprofile in a new thread: it gives its place to `profile`.
PyObject* profile_thread(PyObject*, PyObject*) {
  PyEval_SetProfile(profile, nullptr);
  Py_RETURN_NONE;
}
PyMethodDef profile_thread_method = {"profile_thread", profile_thread, METH_VARARGS, nullptr};

bool start() {
  const object threading = object::steal(PyImport_ImportModule("threading"));
  const object hook = object::steal(PyCFunction_New(&profile_thread_method, nullptr));
  const object done = object::steal(
      threading && hook ? PyObject_CallMethod(threading.get(), "setprofile", "O", hook.get()) : nullptr);
  if (!done) return false;
  PyEval_SetProfile(profile, nullptr);
  return true;
}

#else

// What sys.monitoring calls with (code, offset, callable, first argument), and at Python functions' begin and
// end.
PyObject* on_call(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  if (count > 2) begin(arguments[2]);
  Py_RETURN_NONE;
}
PyObject* on_return(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  if (count > 2) end(arguments[2], false);
  Py_RETURN_NONE;
}
PyObject* on_raise(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  if (count > 2) end(arguments[2], true);
  Py_RETURN_NONE;
}

PyObject* on_start(PyObject*, PyObject* const*, Py_ssize_t) {
  begin_python();
  Py_RETURN_NONE;
}
PyObject* on_end(PyObject*, PyObject* const*, Py_ssize_t) {
  end_python();
  Py_RETURN_NONE;
}

using Fast = PyObject* (*)(PyObject*, PyObject* const*, Py_ssize_t);
PyCFunction as_method(Fast function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(function));
}
PyMethodDef callbacks[] = {{"CALL", as_method(on_call), METH_FASTCALL, nullptr},
                           {"C_RETURN", as_method(on_return), METH_FASTCALL, nullptr},
                           {"C_RAISE", as_method(on_raise), METH_FASTCALL, nullptr},
                           {"PY_START", as_method(on_start), METH_FASTCALL, nullptr},
                           {"PY_RESUME", as_method(on_start), METH_FASTCALL, nullptr},
                           {"PY_THROW", as_method(on_start), METH_FASTCALL, nullptr},
                           {"PY_RETURN", as_method(on_end), METH_FASTCALL, nullptr},
                           {"PY_YIELD", as_method(on_end), METH_FASTCALL, nullptr},
                           {"PY_UNWIND", as_method(on_end), METH_FASTCALL, nullptr}};

bool start() {
  constexpr int tool = 4;  // of those that have no name
  PyObject* const monitoring = PySys_GetObject("monitoring");
  if (monitoring == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "this Python has no sys.monitoring");
    return false;
  }
  object done = object::steal(PyObject_CallMethod(monitoring, "use_tool_id", "is", tool, "polyhost"));
  const object events = object::steal(done ? PyObject_GetAttrString(monitoring, "events") : nullptr);
  long wanted = 0;
  for (PyMethodDef& method : callbacks) {
    const object event =
        object::steal(events ? PyObject_GetAttrString(events.get(), method.ml_name) : nullptr);
    const object callback = object::steal(event ? PyCFunction_New(&method, nullptr) : nullptr);
    if (!callback) return false;
    if (std::string_view(method.ml_name).substr(0, 2) != "C_") wanted |= PyLong_AsLong(event.get());
    done = object::steal(
        PyObject_CallMethod(monitoring, "register_callback", "iOO", tool, event.get(), callback.get()));
    if (!done) return false;
  }
  // C_RETURN and C_RAISE come with CALL, and are not asked for by themselves.
  done = object::steal(PyObject_CallMethod(monitoring, "set_events", "il", tool, wanted));
  return static_cast<bool>(done);
}

#endif

}  // namespace

bool time_all_native() {
#ifdef Py_GIL_DISABLED
  PyErr_SetString(PyExc_RuntimeError, "--all-native needs a Python with a GIL: leave it out");
  return false;
#else
  ::pthread_atfork(nullptr, nullptr, enter_child);
  return start();
#endif
}

}  // namespace polyhost::boundary
