// The engine of polyhost/engine.hpp: Python without a command line, on the same session as the program
// polyhost.
#include <polyhost/engine.hpp>

#include "boundary/calibrate.h"
#include "boundary/table.h"
#include "interpreter/embedded.h"
#include "session.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <map>
#include <memory>
#include <stdexcept>

namespace polyhost {

namespace {

bool started = false;

struct EmbeddedModule {
  const char* name;
  PyObject* (*init)();
};

std::vector<EmbeddedModule>& embedded_modules() {
  static std::vector<EmbeddedModule>& modules = *new std::vector<EmbeddedModule>;
  return modules;
}

object path_object(const std::string& path) {
  return detail::or_throw(
      PyUnicode_DecodeFSDefaultAndSize(path.data(), static_cast<Py_ssize_t>(path.size())));
}

object text_object(const std::string& text) {
  return detail::or_throw(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr));
}

// Borrowed.
PyObject* main_globals() {
  PyObject* const module = PyImport_AddModule("__main__");
  if (module == nullptr) throw_python_error();
  return PyModule_GetDict(module);
}

// The status of the SystemExit that is set, as python3 gives it to the system; a text is shown.
int take_exit_status() {
  const object exception = detail::take_exception();
  const object code = detail::or_throw(PyObject_GetAttrString(exception.get(), "code"));
  if (Py_IsNone(code.get())) return 0;
  if (PyLong_Check(code.get())) {
    const long status = PyLong_AsLong(code.get());
    PyErr_Clear();  // one that is too large is -1, as in python3
    return static_cast<int>(status) & 0xff;
  }
  PyObject* const error_stream = PySys_GetObject("stderr");
  if (error_stream != nullptr && !Py_IsNone(error_stream) &&
      (PyFile_WriteObject(code.get(), error_stream, Py_PRINT_RAW) != 0 ||
       PyFile_WriteString("\n", error_stream) != 0))
    PyErr_Clear();
  return 1;
}

// `result` is what running gave: a new reference, or null with an exception set.
int status_of(PyObject* result) {
  if (object::steal(result)) return 0;
  if (PyErr_ExceptionMatches(PyExc_SystemExit) == 0) throw_python_error();
  return take_exit_status();
}

struct Closed {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::unique_ptr<std::FILE, Closed> open_script(const std::string& path, PyObject* shown) {
  std::unique_ptr<std::FILE, Closed> file;
  struct stat found {};
  if (path.find('\0') != std::string::npos) {
    errno = ENOENT;
  } else {
    file.reset(std::fopen(path.c_str(), "rbe"));
  }
  if (file && ::fstat(::fileno(file.get()), &found) == 0 && S_ISDIR(found.st_mode)) {
    errno = EISDIR;
    file.reset();
  }
  if (!file) {
    PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, shown);
    throw_python_error();
  }
  return file;
}

// sys.argv, and the script's directory in front of sys.path.
void set_command_line(const std::string& path, PyObject* shown, const std::vector<std::string>& arguments) {
  const object list = detail::or_throw(PyList_New(0));
  if (PyList_Append(list.get(), shown) != 0) throw_python_error();
  for (const std::string& argument : arguments)
    if (PyList_Append(list.get(), path_object(argument).get()) != 0) throw_python_error();
  if (PySys_SetObject("argv", list.get()) != 0) throw_python_error();
  const std::size_t slash = path.rfind('/');
  const object directory =
      path_object(slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1)));
  const object os_path = detail::or_throw(PyImport_ImportModule("os.path"));
  const object absolute =
      detail::or_throw(PyObject_CallMethod(os_path.get(), "realpath", "O", directory.get()));
  PyObject* const search = PySys_GetObject("path");
  if (search == nullptr || !PyList_Check(search)) return;  // the script's own doing
  const bool there = PyList_GET_SIZE(search) > 0 &&
                     PyObject_RichCompareBool(PyList_GET_ITEM(search, 0), absolute.get(), Py_EQ) == 1;
  if (!there && PyList_Insert(search, 0, absolute.get()) != 0) throw_python_error();
}

}  // namespace

namespace detail {

bool embed_module(const char* name, PyObject* (*init)()) {
  if (started || Py_IsInitialized() != 0)
    throw std::logic_error(std::string("the module ") + name +
                           " comes too late: embed modules before the engine is made");
  embedded_modules().push_back({name, init});
  return true;
}

python_function find_function(const std::string& module, const std::string& name) {
  static std::map<std::pair<std::string, std::string>, const signature*>& known =
      *new std::map<std::pair<std::string, std::string>, const signature*>;
  const with_gil gil;
  object found = detail::or_throw(PyImport_Import(text_object(module).get()));
  for (std::size_t begin = 0; begin <= name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    found =
        detail::or_throw(PyObject_GetAttr(found.get(), text_object(name.substr(begin, end - begin)).get()));
    begin = end + 1;
  }
  if (PyCallable_Check(found.get()) == 0) {
    PyErr_Format(PyExc_TypeError, "%s.%s cannot be called: it is of type %s", module.c_str(), name.c_str(),
                 Py_TYPE(found.get())->tp_name);
    throw_python_error();
  }
  polyhost_record* record = boundary::table().record(module.c_str(), name.c_str(), POLYHOST_OUTBOUND);
  if (record == nullptr) throw std::bad_alloc();
  const signature*& described = known[{module, name}];
  if (described == nullptr) {
    auto made = std::make_unique<signature>();
    made->module = module;
    made->name = name;
    described = made.release();
  }
  return {std::move(found), described, record};
}

}  // namespace detail

engine::engine(const engine_options& options) {
  if (Py_IsInitialized() != 0 && !started)
    throw std::logic_error("Python runs already in this process: a polyhost::engine starts its own");
  if (std::exchange(started, true))
    throw std::logic_error("a process has one polyhost::engine in its life: make it once and keep it");
  session::begin({options.arguments.empty() ? "" : options.arguments.front(), options.timing, false});
  for (const EmbeddedModule& module : embedded_modules())
    if (PyImport_AppendInittab(module.name, module.init) != 0) throw std::bad_alloc();
  interpreter::start({options.arguments, options.executable, options.virtual_env, options.search_paths,
                      options.isolated, options.signal_handlers});
  session::python_started(options.imports_cpp);
  if (detail::connect()) {
    try {
      boundary::calibrate_for_good();
    } catch (const python_error&) {  // Ctrl-C, say: the reports then lack the cost of measuring
    }
    return;
  }
  PyErr_Print();
  interpreter::end();
  throw std::runtime_error("Python cannot start: its built-in module " POLYHOST_CAPSULE_MODULE " is missing");
}

engine::~engine() {
  // The thread that made it, which may have given the GIL up.
  if (!detail::holds_gil()) PyEval_RestoreThread(PyGILState_GetThisThreadState());
  interpreter::end();
}

// Members, since an engine must be there for them.
// NOLINTBEGIN(readability-convert-member-functions-to-static)
int engine::run_file(const std::string& path, const std::vector<std::string>& arguments) {
  const with_gil gil;
  const object shown = path_object(path);
  const auto file = open_script(path, shown.get());
  set_command_line(path, shown.get(), arguments);
  PyObject* const globals = main_globals();
  if (PyDict_SetItemString(globals, "__file__", shown.get()) != 0) throw_python_error();
  return status_of(PyRun_FileExFlags(file.get(), path.c_str(), Py_file_input, globals, globals, 0, nullptr));
}

int engine::run_string(const std::string& text, const std::string& filename) {
  const with_gil gil;
  PyObject* const globals = main_globals();
  if (text.find('\0') != std::string::npos) {
    PyErr_SetString(PyExc_SyntaxError, "source code string cannot contain null bytes");
    throw_python_error();
  }
  const object code = detail::or_throw(
      Py_CompileStringObject(text.c_str(), path_object(filename).get(), Py_file_input, nullptr, -1));
  return status_of(PyEval_EvalCode(code.get(), globals, globals));
}

void engine::print(const python_error& error) {
  const with_gil gil;
  PyObject* const value = error.value();
  const object traceback = object::steal(PyException_GetTraceback(value));
  auto* const type = reinterpret_cast<PyObject*>(Py_TYPE(value));
  PyObject* const shown = traceback ? traceback.get() : Py_None;
  PyObject* const hook = PySys_GetObject("excepthook");
  if (hook != nullptr && object::steal(PyObject_CallFunctionObjArgs(hook, type, value, shown, nullptr)))
    return;
  PyErr_Clear();
  PyErr_Display(type, value, shown);
}

record::Snapshot engine::snapshot() {
  const with_gil gil;
  return session::take_snapshot();
}

std::string engine::report(const std::string& format) { return session::render(snapshot(), format); }

void engine::reset() {
  const with_gil gil;
  session::reset();
}
// NOLINTEND(readability-convert-member-functions-to-static)

}  // namespace polyhost
