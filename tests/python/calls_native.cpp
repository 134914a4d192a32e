// Functions of each shape of signature, and of each kind of C++ failure.
#include <polyhost/native.hpp>

#include <filesystem>
#include <new>

namespace {

using Int = std::int64_t;

Int nothing() { return 42; }
Int three(Int a, Int b, Int c) { return 100 * a + 10 * b + c; }
std::tuple<Int, Int, Int, Int, Int> five(Int a, Int b, Int c, Int d, Int e) { return {a, b, c, d, e}; }
std::string defaults(Int a, double b, const std::string& c, const std::optional<Int>& d,
                     std::pair<Int, bool> e) {
  return std::to_string(a) + " " + std::to_string(b) + " " + c + " " + (d ? std::to_string(*d) : "None") +
         " " + std::to_string(e.first) + " " + (e.second ? "True" : "False");
}
polyhost::object same(polyhost::object value) { return value; }
PyObject* borrowed(PyObject* value) { return Py_NewRef(value); }
polyhost::object no_object() { return {}; }
const std::string& text_by_reference() {
  static const std::string text = "by reference";
  return text;
}

struct unknown_exception : std::exception {
  [[nodiscard]] const char* what() const noexcept override { return "an unknown one"; }
};

// Exceptions of one's own.
struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct SpecialFailure : Failure {
  using Failure::Failure;
};
void fail_specially(bool special) {
  if (special) throw SpecialFailure("special");
  throw Failure("failure");
}

// One exception a kind, thrown by value, as libraries do.
void fail(const std::string& kind) {
  if (kind == "bad_alloc") throw std::bad_alloc();
  if (kind == "bad_array_new_length") throw std::bad_array_new_length();
  if (kind == "errno") throw std::system_error(ENOENT, std::generic_category(), "opening");
  if (kind == "system") throw std::system_error(EACCES, std::system_category(), "reading");
  if (kind == "iostream") throw std::system_error(make_error_code(std::io_errc::stream), "foreign category");
  if (kind == "filesystem") (void)std::filesystem::file_size("/no/such/file");
  if (kind == "out_of_range") throw std::out_of_range("out_of_range");
  if (kind == "invalid_argument") throw std::invalid_argument("invalid_argument");
  if (kind == "domain_error") throw std::domain_error("domain_error");
  if (kind == "length_error") throw std::length_error("length_error");
  if (kind == "range_error") throw std::range_error("range_error");
  if (kind == "overflow_error") throw std::overflow_error("overflow_error");
  if (kind == "underflow_error") throw std::underflow_error("underflow_error");
  if (kind == "runtime_error") throw std::runtime_error("runtime_error");
  if (kind == "logic_error") throw std::logic_error("logic_error");
  if (kind == "unknown") throw unknown_exception();
  if (kind == "int") throw 42;
  if (kind == "not utf-8")
    throw std::runtime_error(
        "ab\xff"
        "cd");
  if (kind == "empty") throw std::runtime_error("");
}

void fail_without_gil(const std::string& kind) { fail(kind); }

// Calls f, which raises, and goes on: the text of the error.
std::string describe_error(const polyhost::callback<void()>& f) {
  try {
    f();
  } catch (const polyhost::python_error& error) {
    return error.what();
  }
  return "no error";
}

bool is_key_error(const polyhost::callback<void()>& f) {
  try {
    f();
  } catch (const polyhost::python_error& error) {
    return error.matches(PyExc_KeyError);
  }
  return false;
}

// Raises by the C API.
void raise_key_error() {
  PyErr_SetString(PyExc_KeyError, "from the C API");
  polyhost::throw_python_error();
}

// The first error is dropped, the second goes to the caller.
void second_error(const polyhost::callback<void()>& f, const polyhost::callback<void()>& g) {
  try {
    f();
  } catch (const polyhost::python_error&) {
    g();
  }
}

}  // namespace

POLYHOST_MODULE(calls_native, m) {
  m.doc("Shapes of calls.");
  m.def<nothing>("nothing()", "Takes nothing.");
  m.def<three>("three(a, b, c)", "Takes three numbers.\n\nThe second paragraph.");
  m.def<three>("positional(a, b, c, /)");
  m.def<five>("mixed(a, /, b, c=3, *, d, e=5)", "Takes arguments of every kind.");
  m.def<three>("keyword_only(*, a, b=2, c=3)");
  m.def<defaults>("defaults(a=1, b=2.5, c='x, (y) = \"z\"', d=None, e=(1, True))");
  m.def<same>("same(value)");
  m.def<borrowed>("borrowed(value)");
  m.def<same>("same_or_list(value=[])");
  m.def<no_object>("no_object()");
  m.def<text_by_reference>("text_by_reference()");
  m.def<[](Int x) { return x + 1; }>("successor(x)");

  m.exception<Failure>("Failure", PyExc_LookupError);
  m.exception<SpecialFailure>("SpecialFailure");
  m.def<fail_specially>("fail_specially(special)");
  m.def<fail>("fail(kind)");
  m.def<fail_without_gil>("fail_without_gil(kind)", nullptr, polyhost::release_gil);
  m.def<describe_error>("describe_error(f)");
  m.def<is_key_error>("is_key_error(f)");
  m.def<raise_key_error>("raise_key_error()");
  m.def<second_error>("second_error(f, g)");
}
