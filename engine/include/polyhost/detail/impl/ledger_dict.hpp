// The definitions of detail/ledger_dict.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/ledger_dict.hpp>

namespace polyhost::detail {

[[gnu::cold]] POLYHOST_INLINE object row_as_dict(const object& name, const row& numbers) {
  object dict =
      or_throw(Py_BuildValue("{s:O,s:s}", "name", name.get(), "direction", text(numbers.direction).data()));
  for (const row_number& number : row_numbers) {
    const object value = or_throw(PyLong_FromUnsignedLongLong(numbers.*number.value));
    if (PyDict_SetItemString(dict.get(), number.name, value.get()) != 0) throw_python_error();
  }
  const object histogram = or_throw(PyTuple_New(static_cast<Py_ssize_t>(numbers.histogram.size())));
  Py_ssize_t at = 0;
  for (const record::Bucket& bucket : numbers.histogram) {
    object made = or_throw(Py_BuildValue("(KKK)", static_cast<unsigned long long>(bucket.from_ns),
                                         static_cast<unsigned long long>(bucket.to_ns),
                                         static_cast<unsigned long long>(bucket.calls)));
    PyTuple_SET_ITEM(histogram.get(), at++, made.release());
  }
  if (PyDict_SetItemString(dict.get(), "histogram", histogram.get()) != 0) throw_python_error();
  return dict;
}

[[gnu::cold]] POLYHOST_INLINE object ledger_as_dict(const ledger_head& head, const object& functions) {
  return or_throw(Py_BuildValue("{s:s,s:K,s:s,s:d,s:d,s:K,s:s,s:O}", "host", head.host, "wall_ns",
                                static_cast<unsigned long long>(head.wall_ns), "clock_source",
                                head.clock_source, "ns_per_tick", head.ns_per_tick, "resolution_ns",
                                head.resolution_ns, "lost", static_cast<unsigned long long>(head.lost),
                                "timing", head.timing, "functions", functions.get()));
}

}  // namespace polyhost::detail
