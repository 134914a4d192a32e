// The definitions of detail/ledger_dict.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/ledger_dict.hpp>

namespace polyhost::detail {

// ((from_ns, to_ns, calls), ...)
[[gnu::cold]] inline object histogram_as_tuple(const std::vector<record::Bucket>& histogram) {
  object made = or_throw(PyTuple_New(static_cast<Py_ssize_t>(histogram.size())));
  Py_ssize_t at = 0;
  for (const record::Bucket& bucket : histogram) {
    object one = or_throw(Py_BuildValue("(KKK)", static_cast<unsigned long long>(bucket.from_ns),
                                        static_cast<unsigned long long>(bucket.to_ns),
                                        static_cast<unsigned long long>(bucket.calls)));
    PyTuple_SET_ITEM(made.get(), at++, one.release());
  }
  return made;
}

// ((file, line, function, calls), ...)
[[gnu::cold]] inline object sites_as_tuple(const std::vector<record::CallSite>& sites) {
  object made = or_throw(PyTuple_New(static_cast<Py_ssize_t>(sites.size())));
  Py_ssize_t at = 0;
  for (const record::CallSite& site : sites) {
    object one = or_throw(Py_BuildValue("(sisK)", site.file.c_str(), site.line, site.function.c_str(),
                                        static_cast<unsigned long long>(site.calls)));
    PyTuple_SET_ITEM(made.get(), at++, one.release());
  }
  return made;
}

[[gnu::cold]] POLYHOST_INLINE object row_as_dict(const object& name, const row& numbers) {
  object dict =
      or_throw(Py_BuildValue("{s:O,s:s}", "name", name.get(), "direction", text(numbers.direction).data()));
  for (const row_number& number : row_numbers) {
    const object value = or_throw(PyLong_FromUnsignedLongLong(numbers.*number.value));
    if (PyDict_SetItemString(dict.get(), number.name, value.get()) != 0) throw_python_error();
  }
  const auto put = [&](const char* key, const object& value) {
    if (PyDict_SetItemString(dict.get(), key, value.get()) != 0) throw_python_error();
  };
  put("histogram", histogram_as_tuple(numbers.histogram));
  put("native_histogram", histogram_as_tuple(numbers.native_histogram));
  put("sites", sites_as_tuple(numbers.sites));
  put("signature", or_throw(PyUnicode_FromString(numbers.signature.c_str())));
  put("has_batch", or_throw(PyBool_FromLong(numbers.has_batch ? 1 : 0)));
  put("releases_gil", or_throw(PyBool_FromLong(numbers.releases_gil ? 1 : 0)));
  put("one_sided", or_throw(PyBool_FromLong(numbers.one_sided ? 1 : 0)));
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
