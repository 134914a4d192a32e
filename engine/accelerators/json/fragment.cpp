#include "accelerators/json/fragment.h"

#include <structmember.h>

#include <cstddef>

namespace polyhost::json {

namespace {

struct fragment_object {
  PyObject_HEAD PyObject* contents;
};

constinit PyTypeObject* type = nullptr;

PyObject* make(PyTypeObject* of, PyObject* arguments, PyObject* keywords) {
  if (PyTuple_GET_SIZE(arguments) != 1 || (keywords != nullptr && PyDict_GET_SIZE(keywords) != 0)) {
    PyErr_SetString(PyExc_TypeError, "Fragment() takes exactly 1 positional argument");
    return nullptr;
  }
  PyObject* const made = of->tp_alloc(of, 0);
  if (made != nullptr)
    reinterpret_cast<fragment_object*>(made)->contents = Py_NewRef(PyTuple_GET_ITEM(arguments, 0));
  return made;
}

int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  Py_VISIT(reinterpret_cast<fragment_object*>(self)->contents);
  return 0;
}

int clear(PyObject* self) {
  Py_CLEAR(reinterpret_cast<fragment_object*>(self)->contents);
  return 0;
}

void destroy(PyObject* self) {
  PyTypeObject* const of = Py_TYPE(self);
  PyObject_GC_UnTrack(self);
  clear(self);
  of->tp_free(self);
  Py_DECREF(of);
}

}  // namespace

PyObject* fragment_type() {
  static PyMemberDef members[] = {
      {"contents", T_OBJECT_EX, offsetof(fragment_object, contents), READONLY, "the text, bytes or str"},
      {nullptr, 0, 0, 0, nullptr}};
  static PyType_Slot slots[] = {
      {Py_tp_doc, const_cast<char*>("Fragment(contents, /)\n--\n\nJSON text, bytes or str, that dumps writes "
                                    "as it is, without a check.")},
      {Py_tp_new, reinterpret_cast<void*>(make)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_clear, reinterpret_cast<void*>(clear)},
      {Py_tp_dealloc, reinterpret_cast<void*>(destroy)},
      {Py_tp_members, members},
      {0, nullptr}};
  static PyType_Spec spec = {"polyhost.json.Fragment", sizeof(fragment_object), 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots};
  if (type == nullptr) type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  return Py_XNewRef(reinterpret_cast<PyObject*>(type));
}

bool is_fragment(PyTypeObject* of) { return of == type; }

PyObject* fragment_contents(PyObject* fragment) {
  return reinterpret_cast<fragment_object*>(fragment)->contents;
}

}  // namespace polyhost::json
