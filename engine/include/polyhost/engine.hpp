// Python in a program of one's own, with native functions that the ledger knows. The program links
// polyhost::engine. Not for plugins, which include native.hpp alone.
//
//   #include <polyhost/engine.hpp>
//   double price(double net) { return net * 1.19; }
//   POLYHOST_EMBEDDED_MODULE(shop, m) { m.def<price>("price(net)"); }
//   int main() {
//     polyhost::engine engine;
//     engine.run_string("import shop; print(shop.price(100))");
//   }
#pragma once

#include <polyhost/native.hpp>
#include <polyhost/snapshot.hpp>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace polyhost {

struct engine_options {
  std::vector<std::string> arguments{};  // sys.argv
  std::vector<std::string>
      search_paths{};         // in front of sys.path; nothing of the program's is there by itself
  std::string virtual_env{};  // a venv whose packages are importable: its directory
  // sys.executable, which multiprocessing and the like start: a python3 of the version that is embedded, or
  // polyhost. Empty: the venv's, or the python3 whose library is linked (/usr/bin/python3.11). Such a child
  // does not have the program's own modules.
  std::string executable{};
  bool isolated = false;  // as python3 -I: neither PYTHON* variables nor the user's site-packages count
  // As in python3: SIGINT raises KeyboardInterrupt and SIGPIPE is ignored. Else signals are the program's
  // own.
  bool signal_handlers = false;
  bool imports_cpp = false;  // `import kernels` compiles and loads kernels.cpp
  polyhost_timing timing = POLYHOST_TIMING_EXACT;
};

namespace detail {

// A Python function as `callback` wants it.
struct python_function {
  object callable;
  const signature* described = nullptr;  // lives to the end
  polyhost_record* record = nullptr;
};
// "f" or "Class.method" of a module, which is imported. Takes the GIL. Throws python_error.
python_function find_function(const std::string& module, const std::string& name);

// Takes a module in, before Python starts; `name` is kept. Throws std::logic_error once Python runs.
bool embed_module(const char* name, PyObject* (*init)());

}  // namespace detail

// Python from construction to destruction. A process has one engine in its life: Python's extension modules
// do not survive a second start. The thread that makes it is Python's main thread, holds the GIL from then on
// (without_gil gives it up for a while), and destroys it.
//
// Every member may be called from any thread, and takes the GIL where the thread does not have it. A Python
// exception is thrown as python_error, which print() shows as python3 does. Strings are UTF-8, paths as the
// file system has them.
class engine {
 public:
  // Starts Python. Throws std::logic_error if there is or was an engine, or another Python in the process;
  // std::runtime_error if Python cannot start (no standard library, a venv of another version).
  explicit engine(const engine_options& options = {});
  // Ends Python: waits for its threads that are not daemons, runs atexit, flushes sys.stdout.
  ~engine();
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  // Runs a script in __main__, with its directory in front of sys.path and sys.argv = [path, *arguments].
  // Returns the exit status: 0 at the script's end, or what sys.exit says, as python3 has it (a text goes to
  // sys.stderr, and is 1). Throws python_error: a file that cannot be read is an OSError, others than scripts
  // (.pyc, zip) are a SyntaxError.
  int run_file(const std::string& path, const std::vector<std::string>& arguments = {});

  // Runs statements in __main__, as run_file does; `filename` is what tracebacks call them.
  int run_string(const std::string& text, const std::string& filename = "<string>");

  // A Python function as a C++ function object: "f" or "Class.method" of a module, which is imported; what a
  // script defined is in "__main__". Every call is an outbound crossing in the row module.name.
  //   auto area = engine.function<double(double, double)>("shapes", "area");
  template <class Signature>
  callback<Signature> function(const std::string& module, const std::string& name) {
    const detail::gil_guard gil;
    const detail::python_function found = detail::find_function(module, name);
    return callback<Signature>(found.callable.get(), found.described, 0, found.record);
  }

  // Calls it once: engine.call<double>("shapes", "area", 2.0, 3.0). SystemExit is a python_error here.
  template <class R = object, class... A>
  R call(const std::string& module, const std::string& name, A&&... arguments) {
    return function<R(std::decay_t<A>...)>(module, name)(std::forward<A>(arguments)...);
  }

  // Shows the exception with its traceback on sys.stderr, by sys.excepthook.
  void print(const python_error& error);

  // The crossings so far.
  record::Snapshot snapshot();
  // The same as text: "table" or "json". Throws std::invalid_argument for another format.
  std::string report(const std::string& format = "table");
  // Sets all counts to zero.
  void reset();
};

// Holds the GIL for a scope, in any thread, whether or not it has it: for what the C API and polyhost::object
// need it for.
using with_gil = detail::gil_guard;

// Gives the GIL up for a scope, so that other threads run Python. The thread must hold it.
class without_gil {
 public:
  without_gil() : state_(PyEval_SaveThread()) {}
  ~without_gil() { PyEval_RestoreThread(state_); }
  without_gil(const without_gil&) = delete;
  without_gil& operator=(const without_gil&) = delete;

 private:
  PyThreadState* state_;
};

}  // namespace polyhost

// As POLYHOST_MODULE, for a module in the program itself: `import NAME` finds it, in every engine of the
// program. In a file that the program links as a whole: of a static library the linker leaves out what nobody
// names.
#define POLYHOST_EMBEDDED_MODULE(NAME, M)                                      \
  extern "C" __attribute__((visibility("default"))) PyObject* PyInit_##NAME(); \
  [[maybe_unused]] static const bool polyhost_embedded_##NAME =                \
      ::polyhost::detail::embed_module(#NAME, PyInit_##NAME);                  \
  POLYHOST_MODULE(NAME, M)
