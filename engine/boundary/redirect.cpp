// The contents of CPython's builtin functions, exchanged.
#include "boundary/redirect.h"

#include <polyhost/detail/errors.hpp>

#include <deque>
#include <utility>

namespace polyhost::boundary {

namespace {

constexpr int flags = METH_FASTCALL | METH_KEYWORDS;  // of all native functions: one way to call them

// self: the text
PyObject* refuse(PyObject* self, PyObject* const*, Py_ssize_t, PyObject*) {
  PyErr_SetObject(PyExc_TypeError, self);
  return nullptr;
}

bool is_native(PyObject* function) {
  return PyCFunction_CheckExact(function) && PyCFunction_GET_FLAGS(function) == flags;
}

// A builtin function of that name that refuses all calls. Never freed, as little as the one it stands for.
object refusing(PyObject* held, PyObject* text) {
  const PyMethodDef& old = *reinterpret_cast<PyCFunctionObject*>(held)->m_ml;
  static std::deque<PyMethodDef>& methods = *new std::deque<PyMethodDef>;
  PyMethodDef& method = methods.emplace_back(old);
  method.ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(refuse));
  object made = object::steal(PyCFunction_NewEx(&method, text, nullptr));
  if (!made) throw_python_error();
  return made;
}

void exchange(PyObject* a, PyObject* b) {
  auto& left = *reinterpret_cast<PyCFunctionObject*>(a);
  auto& right = *reinterpret_cast<PyCFunctionObject*>(b);
  std::swap(left.m_ml, right.m_ml);
  std::swap(left.m_self, right.m_self);
}

}  // namespace

object redirect_functions(PyObject* pairs) {
  const object list = object::steal(PySequence_List(pairs));
  object others = object::steal(PyList_New(0));
  if (!list || !others) throw_python_error();
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list.get()); ++i) {  // first everything that can fail
    PyObject* held = nullptr;
    PyObject* to = nullptr;
    if (PyArg_ParseTuple(PyList_GET_ITEM(list.get(), i), "OO", &held, &to) == 0) throw_python_error();
    if (!is_native(held) || !(is_native(to) || PyUnicode_Check(to))) {
      PyErr_SetString(PyExc_TypeError, "redirect() takes pairs of native functions, or of one and a str");
      throw_python_error();
    }
    const object other = PyUnicode_Check(to) ? refusing(held, to) : object::borrow(to);
    if (PyList_Append(others.get(), other.get()) != 0) throw_python_error();
  }
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list.get()); ++i)
    exchange(PyTuple_GET_ITEM(PyList_GET_ITEM(list.get(), i), 0), PyList_GET_ITEM(others.get(), i));
  return others;
}

}  // namespace polyhost::boundary
