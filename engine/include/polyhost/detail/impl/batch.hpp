// A call of f.batch: its arguments looked at, its loop run without the GIL, its result handed over.
#pragma once

#include <polyhost/detail/batch.hpp>
#include <polyhost/detail/bind.hpp>
#include <polyhost/detail/crossing.hpp>
#include <polyhost/detail/impl/batch_argument.hpp>
#include <polyhost/detail/impl/batch_result.hpp>
#include <polyhost/detail/impl/registration.hpp>
#include <polyhost/detail/impl/threads.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/raise_refusal.hpp>
#include <polyhost/detail/released_gil.hpp>
#include <polyhost/detail/runtime.hpp>
#include <polyhost/detail/timing.hpp>

#include <algorithm>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace polyhost::detail {

// The operand that gives the results their kind and shape: the first numpy array, else the first array or
// list, else a scalar. Null with ValueError set if the others do not fit it.
inline const batch_operand* find_model(const std::vector<batch_operand>& operands, const signature& s) {
  std::size_t model = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const batch_operand& best = operands[model];
    if ((best.scalar && !operands[i].scalar) || (!best.from_numpy && operands[i].from_numpy)) model = i;
  }
  const batch_operand& like = operands[model];
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const batch_operand& other = operands[i];
    if (other.scalar) continue;
    const bool same_shape = other.dimensions <= 1 || like.dimensions <= 1 ||
                            (other.dimensions == like.dimensions &&
                             std::equal(other.shape, other.shape + other.dimensions, like.shape));
    if (other.count == like.count && same_shape) continue;
    PyErr_Format(PyExc_ValueError, "%s(): arguments '%s' and '%s' differ in %s", s.qualified_name().c_str(),
                 s.parameters[std::min(i, model)].name.c_str(), s.parameters[std::max(i, model)].name.c_str(),
                 other.count == like.count ? "shape" : "length");
    return nullptr;
  }
  return &like;
}

// threads: 0 for all cores. False with an exception set.
inline bool load_threads(PyObject* from, const signature& s, std::size_t& threads) {
  argument arg{&s, s.parameters.size() - 1};
  converter<std::uint16_t> number;
  if (!number.load(from, arg)) {
    raise_argument_refusal(arg, from);
    return false;
  }
  threads = number.value != 0 ? number.value : available_cores();
  return true;
}

// The arguments are bound: those of the function, then `out` and `threads`.
template <class Crossing>
PyObject* convert_and_run_batch(const batch_function& batch, const signature& s, PyObject* const* bound,
                                Crossing& c) {
  std::deque<batch_argument> in;
  std::vector<batch_operand> operands;
  argument arg{&s, 0};
  for (; arg.index < batch.count; ++arg.index) {
    if (!in.emplace_back(*batch.arguments[arg.index]).load(bound[arg.index], arg)) {
      raise_argument_refusal(arg, bound[arg.index]);
      return nullptr;
    }
    operands.push_back(in.back().operand());
  }
  std::size_t threads = 1;
  if (!load_threads(bound[batch.count + 1], s, threads)) return nullptr;
  const batch_operand* like = find_model(operands, s);
  if (like == nullptr) return nullptr;
  PyObject* const out = bound[batch.count];
  if (like->scalar && out == Py_None) {
    alignas(8) char one[8];
    c.begin_inner();
    batch.run(operands.data(), one, 0, 1);
    c.end_inner();
    return batch.result->make(one);
  }
  batch_result result(*batch.result);
  if (!result.prepare(out, *like, s.qualified_name())) return nullptr;
  for (std::size_t i = 0; i < batch.count; ++i) {
    in[i].keep_apart(result.data(), result.end(), batch.result->size);
    operands[i] = in[i].operand();
  }
  const auto count = static_cast<std::size_t>(like->count);
  run_without_gil(c, [&](auto& gil) {
    run_on_threads(count, threads, [&](std::size_t begin, std::size_t end) {
      batch.run(operands.data(), result.data(), begin, end);
    });
    c.end_inner();
    gil.retake();
  });
  return result.finish(out, *like).release();
}

// What Python calls: METH_FASTCALL | METH_KEYWORDS.
inline PyObject* call_batch(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
  const function_object& function = as_function(self);
  const signature& s = *function.sig;
  const auto cross = [&](auto& c) {
    return run_for_python(c, s, [&]() -> PyObject* {
      std::vector<PyObject*> bound(s.parameters.size());
      if (!bind(s, args, nargs, kwnames, bound.data())) return nullptr;
      return convert_and_run_batch(*function.batch, s, bound.data(), c);
    });
  };
  if (timing_is(POLYHOST_TIMING_OFF)) {
    untimed_crossing<POLYHOST_INBOUND> c(this_thread());
    PyObject* result = cross(c);
    c.end();
    return result;
  }
  inbound_crossing c(tick(), this_thread());
  PyObject* result = cross(c);
  c.end(*function.record, result == nullptr);
  look_at_caller(*function.record);
  return result;
}

// ---- the function itself, made when it is first asked for ----

inline constexpr const char* batch_doc = R"(For every item of the arguments, in one call and without the GIL.

Each argument is a number, for all items, or a list, a buffer or a numpy array of them; all of these have one
length. Buffers of the function's own type are read in place. The results go into `out`, a writable buffer of
their type, or into a new array.array (a list of bools), or into a new numpy array where an argument is one.
Numbers alone give a number. threads: how many cores to use; 0 for all. An exception of one item ends the call;
`out` may have changed.)";

// Makes the signature of f into that of f.batch. False if f has parameters of the names that batch adds.
inline bool extend_for_batch(signature& s, const batch_function& batch) {
  for (std::size_t i = 0; i < s.parameters.size(); ++i) {
    if (s.parameters[i].name == "out" || s.parameters[i].name == "threads") return false;
    s.parameters[i].type.describe = batch.arguments[i]->describe_argument;
  }
  s.result.describe = batch.result->describe_result;
  s.name += ".batch";
  const auto add = [&](const char* name, const char* text, PyObject* value, void (*describe)(std::string&)) {
    parameter p;
    p.name = name;
    p.key = object::steal(PyUnicode_InternFromString(name));
    p.kind = parameter_kind::keyword_only;
    p.default_text = text;
    p.default_value = object::steal(value);
    p.type.describe = describe;
    s.parameters.push_back(std::move(p));
  };
  add("out", "None", Py_NewRef(Py_None), [](std::string& out) { out += "Buffer | None"; });
  add("threads", "1", PyLong_FromLong(1), [](std::string& out) { out += "int"; });
  return true;
}

// A builtin function `name.batch`, whose self stands for the module that `self` does. Throws python_error.
inline object make_batch(PyObject* self) {
  const function_object& of = as_function(self);
  auto made = std::make_unique<registration>();
  made->sig = *of.sig;
  const char* reason = nullptr;
  if (of.batch == nullptr || of.is_batch) {
    reason =
        "only functions of numbers that return a number have one, unless their author keeps them from it";
  } else if (!extend_for_batch(made->sig, *of.batch)) {
    reason = "it has a parameter named 'out' or 'threads' of its own";
  }
  if (reason != nullptr) {
    PyErr_Format(PyExc_AttributeError, "%s() has no batch: %s", of.sig->qualified_name().c_str(), reason);
    throw_python_error();
  }
  constexpr entry_points calls{call_batch, call_batch, call_batch, call_batch};
  return make_builtin(keep(std::move(made)), self, batch_doc, calls, of.batch, /*is_batch=*/true,
                      /*releases_gil=*/true);
}

POLYHOST_INLINE PyObject* get_or_make_batch(PyObject* self, PyObject*) {
  PyObject*& made = as_function(self).made_batch;
  try {
    if (made == nullptr) made = make_batch(self).release();
  } catch (...) {
    set_python_error_from_current_exception();
  }
  return Py_XNewRef(made);
}

}  // namespace polyhost::detail
