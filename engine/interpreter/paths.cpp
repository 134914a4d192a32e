// Where CPython's own search (Modules/getpath.py) would go astray because the host does not lie in its
// prefix.
#include "interpreter/paths.h"

#include "base/log.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace polyhost::interpreter {

namespace {

#ifdef Py_GIL_DISABLED
#define POLYHOST_PYTHON_THREADS "t"  // free-threaded
#else
#define POLYHOST_PYTHON_THREADS ""
#endif
#define POLYHOST_PYTHON_NAME \
  Py_STRINGIFY(PY_MAJOR_VERSION) "." Py_STRINGIFY(PY_MINOR_VERSION) POLYHOST_PYTHON_THREADS
constexpr const char* standard_library = "/lib/python" POLYHOST_PYTHON_NAME;

// The host's path if a venv was entered, else empty.
std::string& executable_to_restore() {
  static std::string& path = *new std::string;
  return path;
}

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first {};
  struct stat second {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

bool is_file(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode);
}

bool is_directory(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

// The running program's file, or empty.
std::string own_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

// The path that the program was started by, links in it kept; its own if it was found on PATH.
std::string shown_path(std::string_view program) {
  if (program.find('/') == std::string_view::npos) return own_path();
  std::error_code failure;
  const std::filesystem::path path = std::filesystem::absolute(program, failure);
  return failure ? own_path() : path.lexically_normal().string();
}

// True if the first program of that name on PATH is this one.
bool is_first_on_path(std::string_view program) {
  const char* path = std::getenv("PATH");
  if (path == nullptr) return false;
  std::string_view rest = path;
  while (true) {
    const std::size_t colon = rest.find(':');
    const std::string_view directory = rest.substr(0, colon);
    const std::string candidate =
        std::string(directory.empty() ? "." : directory).append("/").append(program);
    if (is_file(candidate) && ::access(candidate.c_str(), X_OK) == 0)
      return is_same_file(candidate, "/proc/self/exe");
    if (colon == std::string_view::npos) return false;
    rest.remove_prefix(colon + 1);
  }
}

// python3 finds itself by looking for argv[0] on PATH, and takes an empty one for "python3". The host,
// started with such an argv[0], would find another Python there, and its children would leave the host.
PyStatus set_executable(PyConfig& config, std::string_view program) {
  const bool bare_python = program.find('/') == std::string_view::npos && program.starts_with("python");
  if (!program.empty() && (!bare_python || is_first_on_path(program))) return PyStatus_Ok();
  const std::string path = own_path();
  if (path.empty()) return PyStatus_Ok();
  return PyConfig_SetBytesString(&config, &config.executable, path.c_str());
}

// The first directory upwards from the program that holds a standard library of this version, as CPython
// looks for it; without a slash at its end, so the root is "". False if there is none.
bool find_prefix(std::string& directory) {
  directory = own_path();
  while (!directory.empty()) {
    directory.erase(directory.rfind('/'));
    const std::string library = directory + standard_library;
    if (is_file(library + "/os.py") || is_file(library + "/os.pyc")) return true;
  }
  return false;
}

// On its way up CPython may meet its own library by another name: on Debian "/lib" is "/usr/lib", so from
// outside /usr it would take "/" for its prefix. It is told the name that python3 has for it.
// PYTHONHOME still overrides this; a venv's pyvenv.cfg is still obeyed.
PyStatus set_prefix(PyConfig& config) {
  std::string found;
  const char* folder = std::getenv("PYTHONPLATLIBDIR");  // then CPython looks for other names
  const bool looks_for_lib = folder == nullptr || *folder == '\0';
  if (!looks_for_lib || !find_prefix(found) || found == POLYHOST_PYTHON_PREFIX ||
      !is_same_file(found + standard_library, std::string(POLYHOST_PYTHON_PREFIX) + standard_library))
    return PyStatus_Ok();
  const PyStatus status = PyConfig_SetBytesString(&config, &config.prefix, POLYHOST_PYTHON_PREFIX);
  if (PyStatus_Exception(status) != 0) return status;
  return PyConfig_SetBytesString(&config, &config.exec_prefix, POLYHOST_PYTHON_EXEC_PREFIX);
}

bool is_venv(const std::string& directory) { return is_file(directory + "/pyvenv.cfg"); }

// The host may lie in a venv of its own; that one counts.
bool is_in_venv(const std::string& executable) {
  const std::string directory = executable.substr(0, executable.rfind('/'));
  return is_venv(directory) || is_venv(directory.substr(0, directory.rfind('/')));
}

// CPython and its site module know a venv by a pyvenv.cfg above the executable.
PyStatus enter_virtual_env(PyConfig& config, std::string_view program) {
  const char* venv = std::getenv("VIRTUAL_ENV");
  const char* home = std::getenv("PYTHONHOME");
  if (venv == nullptr || *venv != '/' || (home != nullptr && *home != '\0')) return PyStatus_Ok();
  const std::string executable = shown_path(program);
  if (executable.empty() || is_in_venv(executable)) return PyStatus_Ok();
  const std::string directory = venv;
  if (!is_venv(directory)) return PyStatus_Ok();
  if (const std::string problem = venv_problem(directory); !problem.empty()) {
    base::log_error(problem + " and is not used; make one with: polyhost -m venv DIRECTORY");
    return PyStatus_Ok();
  }
  executable_to_restore() = executable;
  PyStatus status = PyConfig_SetBytesString(&config, &config.base_executable, executable.c_str());
  if (PyStatus_Exception(status) != 0) return status;
  return PyConfig_SetBytesString(&config, &config.executable, (directory + "/bin/python").c_str());
}

}  // namespace

PyStatus set_paths(PyConfig& config, std::string_view program, bool use_virtual_env) {
  PyStatus status = set_executable(config, program);
  if (PyStatus_Exception(status) != 0) return status;
  status = set_prefix(config);
  if (PyStatus_Exception(status) != 0 || !use_virtual_env) return status;
  return enter_virtual_env(config, program);
}

std::string venv_problem(const std::string& directory) {
  if (!is_venv(directory))
    return "the directory " + directory + " is no virtual environment: it lacks pyvenv.cfg";
  const std::string packages = directory + standard_library + "/site-packages";
  if (is_directory(packages)) return {};
  return "the virtual environment " + directory + " was made for another Python than " + PY_VERSION +
         " (it lacks " + packages + ")";
}

std::string python_program() { return POLYHOST_PYTHON_EXEC_PREFIX "/bin/python" POLYHOST_PYTHON_NAME; }

bool restore_executable() {
  const std::string& path = executable_to_restore();
  if (path.empty()) return true;
  PyObject* text = PyUnicode_DecodeFSDefault(path.c_str());
  const bool done = text != nullptr && PySys_SetObject("executable", text) == 0;
  Py_XDECREF(text);
  return done;
}

}  // namespace polyhost::interpreter
