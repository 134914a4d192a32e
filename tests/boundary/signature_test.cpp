// Reading signature strings, and matching arguments to them.
#include <polyhost/detail/bind.hpp>
#include <polyhost/detail/impl/read_signature.hpp>
#include <polyhost/detail/signature.hpp>

#include "python.h"

#include <vector>

using polyhost::object;
using polyhost::detail::bind;
using polyhost::detail::cpp_type;
using polyhost::detail::parameter_kind;
using polyhost::detail::read_signature;
using polyhost::detail::signature;
using polyhost::test::take_error;

namespace {

signature read(const char* text) {
  polyhost::test::need_python();
  signature s;
  s.module = "m";
  read_signature(s, text);
  const cpp_type any{[](std::string& out) { out += "T"; }, nullptr};
  for (auto& p : s.parameters) p.type = any;
  s.result = any;
  return s;
}

std::string refusal(const char* text) {
  try {
    read(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  } catch (const polyhost::python_error& error) {
    return error.what();
  }
  return "accepted";
}

// Calls `text` with `positional` small ints and the keywords, each valued 100, 101, ...; the bound values,
// with defaults as they are, or the error.
std::string bound(const char* text, int positional, const std::vector<const char*>& keywords = {}) {
  const signature s = read(text);
  std::vector<object> owned;
  for (int i = 0; i < positional; ++i) owned.push_back(object::steal(PyLong_FromLong(i)));
  object names = object::steal(PyTuple_New(static_cast<Py_ssize_t>(keywords.size())));
  for (std::size_t i = 0; i < keywords.size(); ++i) {
    owned.push_back(object::steal(PyLong_FromLong(100 + static_cast<long>(i))));
    PyTuple_SET_ITEM(names.get(), static_cast<Py_ssize_t>(i), PyUnicode_FromString(keywords[i]));
  }
  std::vector<PyObject*> args;
  for (const object& value : owned) args.push_back(value.get());
  std::vector<PyObject*> out(s.parameters.size() + 1);
  if (!bind(s, args.data(), positional, keywords.empty() ? nullptr : names.get(), out.data()))
    return take_error();
  std::string text_of_all;
  for (std::size_t i = 0; i < s.parameters.size(); ++i) {
    const object text_of_one = object::steal(PyObject_Repr(out[i]));
    text_of_all += (i == 0 ? "" : " ") + std::string(PyUnicode_AsUTF8(text_of_one.get()));
  }
  return text_of_all;
}

}  // namespace

TEST_CASE("a signature is read and written back") {
  for (const char* parameters :
       {"()", "(n)", "(a, b, /)", "(a, /, b, *, c)", "(*, c=1)", "(x, factor=2.0, *, clip=None)",
        "(a=(1, 2), b='),', c=[{1: \"(\"}], d=\"it\\\"s\")", "(größe)"}) {
    const signature s = read((std::string("f") + parameters).c_str());
    CHECK(s.name == "f");
    CHECK(s.text(false) == parameters);
  }
  CHECK(read(" f ( a ,b = 1, ) ").text(false) == "(a, b=1)");
  CHECK(read("f(x, factor=2.0, *, clip=None)").text(true) ==
        "(x: T, factor: T = 2.0, *, clip: T = None) -> T");
}

TEST_CASE("kinds and defaults") {
  const signature s = read("f(a, /, b, *, c=1 + 1)");
  CHECK(s.positional == 2);
  REQUIRE(s.parameters.size() == 3);
  CHECK(s.parameters[0].kind == parameter_kind::positional_only);
  CHECK(s.parameters[1].kind == parameter_kind::positional_or_keyword);
  CHECK(s.parameters[2].kind == parameter_kind::keyword_only);
  CHECK(PyLong_AsLong(s.parameters[2].default_value.get()) == 2);
}

TEST_CASE("a text that is no signature is refused with the reason") {
  CHECK(refusal("f") == "it has no parameter list");
  CHECK(refusal("f(") == "its parameter list does not end");
  CHECK(refusal("f(a=(1, 2)") == "its parameter list does not end");
  CHECK(refusal("f(a='x)") == "a quote in it does not end");
  CHECK(refusal("f(a,,b)") == "a parameter in it has no name");
  CHECK(refusal("f(a) -> int") ==
        "nothing may follow its parameter list: the types come from the C++ function");
  CHECK(refusal("f(a: int)") == "'a: int' has an annotation: the types come from the C++ function");
  CHECK(refusal("f(a: int = 1)") == "'a: int' has an annotation: the types come from the C++ function");
  CHECK(refusal("f(1a)") == "'1a' is not a parameter name");
  CHECK(refusal("f(*args)") == "'*args' is not a parameter name");
  CHECK(refusal("1f(a)") == "'1f' is not a function name");
  CHECK(refusal("(a)") == "'' is not a function name");
  CHECK(refusal("f(a, a)") == "'a' stands in it twice");
  CHECK(refusal("f(a=1, b)") == "'b' has no default, but follows a parameter that has one");
  CHECK(refusal("f(a, *)") == "no parameter follows '*'");
  CHECK(refusal("f(*, a, *, b)") == "'*' stands in it twice");
  CHECK(refusal("f(/, a)") == "'/' is out of place");
  CHECK(refusal("f(a, /, b, /)") == "'/' is out of place");
  CHECK(refusal("f(if)") == "'if' is not a parameter name");
  CHECK(refusal("class(a)") == "'class' is not a function name");
  CHECK(refusal("f(a=)") == "the default of 'a' is missing");
  CHECK(refusal("f(a=b)") == "NameError: name 'b' is not defined");
  CHECK(refusal("f(\xff)") == "'\xff' is not a parameter name");
}

TEST_CASE("arguments find their parameters") {
  CHECK(bound("f()", 0) == "");
  CHECK(bound("f(a, b)", 2) == "0 1");
  CHECK(bound("f(a, b)", 1, {"b"}) == "0 100");
  CHECK(bound("f(a, b)", 0, {"b", "a"}) == "101 100");
  CHECK(bound("f(a, b=7, *, c='x')", 1) == "0 7 'x'");
  CHECK(bound("f(a, b=7, *, c='x')", 1, {"c"}) == "0 7 100");
}

TEST_CASE("arguments that do not fit are refused in Python's words") {
  CHECK(bound("f()", 1) == "TypeError: m.f() takes 0 positional arguments but 1 was given");
  CHECK(bound("f(a)", 2) == "TypeError: m.f() takes 1 positional argument but 2 were given");
  CHECK(bound("f(a, b=1)", 3) == "TypeError: m.f() takes from 1 to 2 positional arguments but 3 were given");
  CHECK(bound("f(a)", 0) == "TypeError: m.f() missing 1 required positional argument: 'a'");
  CHECK(bound("f(a, b)", 0) == "TypeError: m.f() missing 2 required positional arguments: 'a' and 'b'");
  CHECK(bound("f(a, b, c, *, d)", 0) ==
        "TypeError: m.f() missing 3 required positional arguments: 'a', 'b', and 'c'");
  CHECK(bound("f(a, *, d, e)", 1) ==
        "TypeError: m.f() missing 2 required keyword-only arguments: 'd' and 'e'");
  CHECK(bound("f(a)", 1, {"b"}) == "TypeError: m.f() got an unexpected keyword argument 'b'");
  CHECK(bound("f(a)", 1, {"a"}) == "TypeError: m.f() got multiple values for argument 'a'");
  CHECK(bound("f(a, /)", 0, {"a"}) ==
        "TypeError: m.f() got some positional-only arguments passed as keyword arguments: 'a'");
  CHECK(bound("f(a, b, /)", 0, {"b", "a"}) ==
        "TypeError: m.f() got some positional-only arguments passed as keyword arguments: 'a, b'");
}
