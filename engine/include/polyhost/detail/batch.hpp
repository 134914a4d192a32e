// f.batch(...): a function of numbers, called for every item of its arguments in one crossing, without the
// GIL. What an argument may be is batch_operand.hpp's, where the results go batch_result.hpp's.
#pragma once

#include <polyhost/detail/batch_operand.hpp>
#include <polyhost/detail/batch_result.hpp>
#include <polyhost/detail/bind.hpp>
#include <polyhost/detail/function_object.hpp>
#include <polyhost/detail/raise_refusal.hpp>
#include <polyhost/detail/released_gil.hpp>
#include <polyhost/detail/threads.hpp>
#include <polyhost/detail/timed_crossing.hpp>
#include <polyhost/detail/timing.hpp>

#include <array>
#include <tuple>
#include <utility>

namespace polyhost::detail {

// The loops over the items from `begin` to `end`.
template <auto F, class R, class... A>
struct batch_loop {
  static constexpr std::size_t count = sizeof...(A);
  static constexpr unsigned all = (1U << count) - 1;
  using indexes = std::index_sequence_for<A...>;

  static void run(const batch_operand* in, char* out, std::size_t begin, std::size_t end) {
    unsigned arrays = 0;
    bool packed = true;
    for (std::size_t i = 0; i < count; ++i) {
      arrays |= in[i].scalar ? 0U : 1U << i;
      packed = packed && in[i].packed;
    }
    if (packed && run_packed(arrays, in, out, begin, end)) return;
    run_strided(in, out, begin, end, indexes());
  }

  template <class T>
  static T read(const batch_operand& operand, std::size_t index) {
    stored_item<T> stored;
    std::memcpy(&stored, operand.data + static_cast<Py_ssize_t>(index) * operand.step, sizeof(T));
    return item<T>(stored);
  }

 private:
  // A byte other than 0 and 1 is true, also if it becomes one while the loop runs.
  template <class T>
  static T item(stored_item<T> stored) {
    if constexpr (std::same_as<T, bool>) return stored != 0;
    return stored;
  }

  // Loops that a compiler can vectorise: every mixture of arrays and scalars of up to two, else all of them
  // arrays, or the first alone.
  static bool run_packed(unsigned arrays, const batch_operand* in, char* out, std::size_t begin,
                         std::size_t end) {
    if (arrays == all) return loop<all>(in, out, begin, end, indexes());
    if constexpr (count >= 2) {
      if (arrays == 1) return loop<1>(in, out, begin, end, indexes());
    }
    if constexpr (count == 2) {
      if (arrays == 2) return loop<2>(in, out, begin, end, indexes());
    }
    return false;
  }

  template <unsigned Arrays, std::size_t... I>
  static bool loop(const batch_operand* in, char* out, std::size_t begin, std::size_t end,
                   std::index_sequence<I...>) {
    const std::tuple<const stored_item<A>*...> from{reinterpret_cast<const stored_item<A>*>(in[I].data)...};
    const std::tuple<stored_item<A>...> same{
        ((Arrays >> I & 1U) != 0 ? stored_item<A>{} : *std::get<I>(from))...};
    R* const to = reinterpret_cast<R*>(out);
    for (std::size_t i = begin; i < end; ++i)
      to[i] = F(item<A>((Arrays >> I & 1U) != 0 ? std::get<I>(from)[i] : std::get<I>(same))...);
    return true;
  }

  template <std::size_t... I>
  static void run_strided(const batch_operand* in, char* out, std::size_t begin, std::size_t end,
                          std::index_sequence<I...>) {
    for (std::size_t i = begin; i < end; ++i) reinterpret_cast<R*>(out)[i] = F(read<A>(in[I], i)...);
  }
};

// The operand that gives the results their kind and shape: the first numpy array, else the first array or
// list, else a scalar. Null with ValueError set if the others do not fit it.
inline const batch_operand* find_model(const batch_operand* const* operands, const signature& s) {
  const std::size_t count = s.parameters.size() - 2;
  std::size_t model = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const batch_operand& best = *operands[model];
    if ((best.scalar && !operands[i]->scalar) || (!best.from_numpy && operands[i]->from_numpy)) model = i;
  }
  const batch_operand& like = *operands[model];
  for (std::size_t i = 0; i < count; ++i) {
    const batch_operand& other = *operands[i];
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

template <auto F, class R, class... A>
struct batch_thunk {
  static constexpr std::size_t count = sizeof...(A);
  using indexes = std::index_sequence_for<A...>;

  // METH_FASTCALL | METH_KEYWORDS
  static PyObject* call(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* kwnames) {
    const function_object& function = as_function(self);
    PyObject* bound[count + 2];
    const auto cross = [&](auto& c) -> PyObject* {
      if (!bind(*function.sig, args, nargs, kwnames, bound)) return nullptr;
      return run_for_python(c, [&] { return run(*function.sig, bound, c, indexes()); });
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
    return result;
  }

 private:
  template <class Crossing, std::size_t... I>
  static PyObject* run(const signature& s, PyObject* const* bound, Crossing& c, std::index_sequence<I...>) {
    std::tuple<batch_argument<A>...> in;
    argument arg{&s, 0};
    if (!((arg.index = I, std::get<I>(in).load(bound[I], arg)) && ...)) {
      raise_argument_refusal(arg, bound[arg.index]);
      return nullptr;
    }
    std::size_t threads = 1;
    if (!load_threads(bound[count + 1], s, threads)) return nullptr;
    const std::array<const batch_operand*, count> all{&std::get<I>(in).operand()...};
    const batch_operand* like = find_model(all.data(), s);
    if (like == nullptr) return nullptr;
    PyObject* const out = bound[count];
    if (like->scalar && out == Py_None) {
      c.begin_inner();
      R result = F(batch_loop<F, R, A...>::template read<A>(*all[I], 0)...);
      c.end_inner();
      return converter<R>::make(result);
    }
    batch_result<R> result;
    if (!result.prepare(out, *like, s.qualified_name())) return nullptr;
    (std::get<I>(in).template keep_apart<R>(result.data(), result.end()), ...);
    const std::array<batch_operand, count> operands{std::get<I>(in).operand()...};
    run_without_gil(c, [&](auto& gil) {
      run_on_threads(static_cast<std::size_t>(like->count), threads, [&](std::size_t begin, std::size_t end) {
        batch_loop<F, R, A...>::run(operands.data(), result.data(), begin, end);
      });
      c.end_inner();
      gil.retake();
    });
    return result.finish(out, *like).release();
  }
};

// True for functions of numbers that give a number.
template <class R, class... A>
inline constexpr bool has_batch = sizeof...(A) > 0 && batch_item<std::remove_cvref_t<R>> &&
                                  (batch_item<std::remove_cvref_t<A>> && ...);

template <class T>
void describe_batch_argument(std::string& out) {
  converter<T>::describe(out);
  out += " | Iterable[";
  describe_item<T>(out);
  out += "]";
}

// The types of a batch's signature: as the function's, then `out` and `threads`.
template <class R, class... A>
void add_batch_types(signature& s) {
  std::size_t index = 0;
  ((s.parameters[index++].type.describe = describe_batch_argument<A>), ...);
  s.result.describe = [](std::string& out) {
    out += "Array[";
    describe_item<R>(out);
    out += "]";
  };
}

// Makes the signature of f into that of f.batch, its types apart. False if f has parameters of the names that
// batch adds.
inline bool extend_for_batch(signature& s) {
  for (const parameter& p : s.parameters) {
    if (p.name == "out" || p.name == "threads") return false;
  }
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

}  // namespace polyhost::detail
