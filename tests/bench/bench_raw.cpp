// The functions of `polyhost bench` by hand, on the C API alone: the limit.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "bodies.h"

namespace {

bool failed(PyObject* result_or_null) { return result_or_null == nullptr; }

PyObject* noop(PyObject*, PyObject* const*, Py_ssize_t nargs) {
  return nargs == 0 ? Py_NewRef(Py_None) : nullptr;
}

PyObject* add(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
  const Py_ssize_t given = nargs + (kwnames != nullptr ? PyTuple_GET_SIZE(kwnames) : 0);
  if (given != 2) return nullptr;  // the keywords are the bench's own, in this order
  const long long a = PyLong_AsLongLong(args[0]);
  const long long b = PyLong_AsLongLong(args[1]);
  if ((a == -1 || b == -1) && PyErr_Occurred() != nullptr) return nullptr;
  return PyLong_FromLongLong(a + b);
}

PyObject* scale(PyObject*, PyObject* const* args, Py_ssize_t nargs) {
  const double x = PyFloat_AsDouble(args[0]);
  const double factor = nargs > 1 ? PyFloat_AsDouble(args[1]) : 2.0;
  if ((x == -1.0 || factor == -1.0) && PyErr_Occurred() != nullptr) return nullptr;
  return PyFloat_FromDouble(::scale(x, factor));
}

PyObject* text_length(PyObject*, PyObject* text) {
  Py_ssize_t size = 0;
  return PyUnicode_AsUTF8AndSize(text, &size) != nullptr ? PyLong_FromSsize_t(size) : nullptr;
}

PyObject* fib(PyObject*, PyObject* n) {
  const long long value = PyLong_AsLongLong(n);
  if (value == -1 && PyErr_Occurred() != nullptr) return nullptr;
  return PyLong_FromLongLong(::fib(value));
}

PyObject* sum_list(PyObject*, PyObject* items) {
  if (!PyList_CheckExact(items)) return PyErr_Format(PyExc_TypeError, "a list is needed");
  double total = 0;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items); ++i) {
    PyObject* item = PyList_GET_ITEM(items, i);
    if (!PyFloat_CheckExact(item)) return PyErr_Format(PyExc_TypeError, "floats are needed");
    total += PyFloat_AS_DOUBLE(item);
  }
  return PyFloat_FromDouble(total);
}

PyObject* sum_buffer(PyObject*, PyObject* items) {
  Py_buffer view;
  if (PyObject_GetBuffer(items, &view, PyBUF_ND | PyBUF_FORMAT) != 0) return nullptr;
  const auto* values = static_cast<const double*>(view.buf);
  double total = 0;
  if (view.format == nullptr || view.format[0] != 'd' || view.format[1] != '\0') {
    PyErr_SetString(PyExc_TypeError, "float64 items are needed");
  } else {
    for (Py_ssize_t i = 0; i < view.len / view.itemsize; ++i) total += values[i];
  }
  PyBuffer_Release(&view);
  return PyErr_Occurred() == nullptr ? PyFloat_FromDouble(total) : nullptr;
}

// Each item of the first buffer, doubled, into the second.
PyObject* scale_many(PyObject*, PyObject* const* args, Py_ssize_t nargs) {
  if (nargs != 2) return nullptr;
  Py_buffer from;
  Py_buffer to;
  if (PyObject_GetBuffer(args[0], &from, PyBUF_ND | PyBUF_FORMAT) != 0) return nullptr;
  if (PyObject_GetBuffer(args[1], &to, PyBUF_ND | PyBUF_FORMAT | PyBUF_WRITABLE) != 0) {
    PyBuffer_Release(&from);
    return nullptr;
  }
  const auto* items = static_cast<const double*>(from.buf);
  auto* results = static_cast<double*>(to.buf);
  const Py_ssize_t count = (from.len < to.len ? from.len : to.len) / static_cast<Py_ssize_t>(sizeof(double));
  for (Py_ssize_t i = 0; i < count; ++i) results[i] = ::scale(items[i], 2.0);
  PyBuffer_Release(&to);
  PyBuffer_Release(&from);
  return Py_NewRef(args[1]);
}

PyObject* repeat(PyObject*, PyObject* const* args, Py_ssize_t nargs) {
  if (nargs != 2) return nullptr;
  const long long count = PyLong_AsLongLong(args[1]);
  long long total = 0;
  for (long long i = 0; i < count; ++i) {
    PyObject* arguments[] = {nullptr, PyLong_FromLongLong(i)};
    if (failed(arguments[1])) return nullptr;
    PyObject* result =
        PyObject_Vectorcall(args[0], arguments + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, nullptr);
    Py_DECREF(arguments[1]);
    if (failed(result)) return nullptr;
    total += PyLong_AsLongLong(result);
    Py_DECREF(result);
  }
  return PyErr_Occurred() == nullptr ? PyLong_FromLongLong(total) : nullptr;
}

template <class F>
PyCFunction entry(F* function) {
  return reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(function));
}

PyMethodDef methods[] = {{"noop", entry(noop), METH_FASTCALL, nullptr},
                         {"add", entry(add), METH_FASTCALL | METH_KEYWORDS, nullptr},
                         {"scale", entry(scale), METH_FASTCALL, nullptr},
                         {"strlen", text_length, METH_O, nullptr},
                         {"fib", fib, METH_O, nullptr},
                         {"sum_list", sum_list, METH_O, nullptr},
                         {"sum_buffer", sum_buffer, METH_O, nullptr},
                         {"scale_many", entry(scale_many), METH_FASTCALL, nullptr},
                         {"repeat", entry(repeat), METH_FASTCALL, nullptr},
                         {nullptr, nullptr, 0, nullptr}};
PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "bench_raw", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_bench_raw() { return PyModule_Create(&definition); }
