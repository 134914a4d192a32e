// The search for NAME.cpp. In C++, since every import that fails comes by here, and every start would pay for
// a module of Python.
#include "toolchain/finder.h"

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <polyhost/object.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace polyhost::toolchain {

namespace {

// A str as the file system has it; none, without an exception, for what no file can be called, and for what
// is no str.
std::optional<std::string> encoded(PyObject* text) {
  const object bytes = object::steal(PyUnicode_Check(text) ? PyUnicode_EncodeFSDefault(text) : nullptr);
  if (!bytes) {
    PyErr_Clear();
    return std::nullopt;
  }
  return std::string(PyBytes_AS_STRING(bytes.get()), static_cast<std::size_t>(PyBytes_GET_SIZE(bytes.get())));
}

constexpr std::size_t looked_at = std::size_t{16} << 20;  // bytes of a file, however long it is

// The content of a regular file, or its begin; none of anything else.
std::optional<std::string> content(const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct stat status {};
  if (file < 0) return std::nullopt;
  std::optional<std::string> text;
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
    std::string buffer(std::min(static_cast<std::size_t>(status.st_size), looked_at), '\0');
    const ssize_t got = ::pread(file, buffer.data(), buffer.size(), 0);
    text = buffer.substr(0, static_cast<std::size_t>(got < 0 ? 0 : got));
  }
  ::close(file);
  return text;
}

// False for the source of an extension module that is made by other means, or of a program.
bool is_ours(const std::string& text) {
  constexpr std::array theirs{"PyInit_",   "PyMODINIT_FUNC",      "PYBIND11_MODULE",
                              "NB_MODULE", "BOOST_PYTHON_MODULE", "int main("};
  const auto has = [&](const char* mark) { return text.find(mark) != std::string::npos; };
  return has("POLYHOST_") || std::ranges::none_of(theirs, has);
}

// The path of that file in that directory, a str; null without an exception if it is not there, or if the
// entry of sys.path is not a directory's name.
object find_in(PyObject* directory, const std::string& file) {
  const std::optional<std::string> name = encoded(directory);
  if (!name) return {};
  const std::string path = name->empty() ? file : *name + "/" + file;  // "", as of -c: the current directory
  if (path.find('\0') != std::string::npos || ::access(path.c_str(), R_OK) != 0) return {};
  const std::optional<std::string> text = content(path.c_str());
  if (!text || !is_ours(*text)) return {};
  return object::steal(PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

// find_spec(fullname, path=None, target=None)
PyObject* find_spec(PyObject*, PyObject* args, PyObject* keywords) {
  static const std::array<const char*, 4> names{"fullname", "path", "target", nullptr};
  PyObject* fullname = nullptr;
  PyObject* path = Py_None;
  PyObject* target = Py_None;
  if (PyArg_ParseTupleAndKeywords(args, keywords, "U|OO:find_spec", const_cast<char**>(names.data()),
                                  &fullname, &path, &target) == 0)
    return nullptr;
  PyObject* const directories = Py_IsNone(path) ? PySys_GetObject("path") : path;
  const object list = object::steal(directories != nullptr ? PySequence_List(directories) : PyList_New(0));
  if (!list) return nullptr;
  const std::optional<std::string> name = encoded(fullname);
  if (!name) Py_RETURN_NONE;
  const std::string file = name->substr(name->rfind('.') + 1) + ".cpp";
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list.get()); ++i) {
    const object found = find_in(PyList_GET_ITEM(list.get(), i), file);
    if (!found) continue;
    const object finder = object::steal(PyImport_ImportModule("polyhost.toolchain.finder"));
    return finder ? PyObject_CallMethod(finder.get(), "spec", "OO", fullname, found.get()) : nullptr;
  }
  if (PyErr_Occurred() != nullptr) return nullptr;
  Py_RETURN_NONE;
}

PyMethodDef methods[] = {{"find_spec", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(find_spec)),
                          METH_VARARGS | METH_KEYWORDS | METH_STATIC,
                          "The spec of a module that NAME.cpp is compiled to, or None."},
                         {nullptr, nullptr, 0, nullptr}};

PyType_Slot slots[] = {
    {Py_tp_doc, const_cast<char*>("Finds NAME.cpp on sys.path, and in the directories of packages.")},
    {Py_tp_methods, methods},
    {0, nullptr}};
PyType_Spec type_spec{"_polyhost.CppFinder", sizeof(PyObject), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE, slots};

}  // namespace

void install_finder() {
  PyObject* const finders = PySys_GetObject("meta_path");
  const object type = object::steal(PyType_FromSpec(&type_spec));
  if (finders == nullptr || !PyList_Check(finders) || !type || PyList_Append(finders, type.get()) != 0)
    PyErr_Print();
}

}  // namespace polyhost::toolchain
