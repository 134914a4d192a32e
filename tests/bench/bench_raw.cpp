// The functions of the call benchmark by hand, on the C API alone: the limit.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

namespace {

PyObject* noop(PyObject*, PyObject* const*, Py_ssize_t) { return Py_NewRef(Py_None); }

PyObject* add(PyObject*, PyObject* const* args, Py_ssize_t nargs) {
  if (nargs != 2) return nullptr;
  const long long a = PyLong_AsLongLong(args[0]);
  const long long b = PyLong_AsLongLong(args[1]);
  if ((a == -1 || b == -1) && PyErr_Occurred() != nullptr) return nullptr;
  return PyLong_FromLongLong(a + b);
}

PyObject* scale(PyObject*, PyObject* x) {
  const double value = PyFloat_AsDouble(x);
  if (value == -1.0 && PyErr_Occurred() != nullptr) return nullptr;
  return PyFloat_FromDouble(value * 2.0);
}

PyObject* text_length(PyObject*, PyObject* text) {
  Py_ssize_t size = 0;
  return PyUnicode_AsUTF8AndSize(text, &size) != nullptr ? PyLong_FromSsize_t(size) : nullptr;
}

PyMethodDef methods[] = {
    {"noop", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(noop)), METH_FASTCALL, nullptr},
    {"add", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(add)), METH_FASTCALL, nullptr},
    {"scale", scale, METH_O, nullptr},
    {"strlen", text_length, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr}};
PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "bench_raw", nullptr, -1, methods, nullptr, nullptr, nullptr, nullptr};

}  // namespace

PyMODINIT_FUNC PyInit_bench_raw() { return PyModule_Create(&definition); }
