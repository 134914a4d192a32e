// datetime, date and time as RFC 3339 has them.
#include "accelerators/json/errors.h"
#include "accelerators/json/serializer.h"
#include "accelerators/json/types.h"

#include <polyhost/object.hpp>

#include <datetime.h>

#include <cstdio>
#include <cstdlib>

namespace polyhost::json {

namespace {

bool datetime_is_known() {
#ifdef Py_GIL_DISABLED  // other threads may ask, too: what is found stays; its types are those of all
                        // interpreters
  if (__atomic_load_n(&PyDateTimeAPI, __ATOMIC_ACQUIRE) != nullptr) return true;
  PyObject* module = nullptr;
  if (PyDict_GetItemStringRef(PyImport_GetModuleDict(), "datetime", &module) > 0) {
    Py_DECREF(module);
    __atomic_store_n(&PyDateTimeAPI,
                     static_cast<PyDateTime_CAPI*>(PyCapsule_Import(PyDateTime_CAPSULE_NAME, 0)),
                     __ATOMIC_RELEASE);
  }
  PyErr_Clear();
  return PyDateTimeAPI != nullptr;
#else
  static constinit std::int64_t interpreter = -1;  // that PyDateTimeAPI is of
  if (interpreter != current_interpreter()) PyDateTimeAPI = nullptr;
  if (PyDateTimeAPI == nullptr && PyDict_GetItemString(PyImport_GetModuleDict(), "datetime") != nullptr)
    PyDateTime_IMPORT;
  interpreter = current_interpreter();
  if (PyDateTimeAPI == nullptr) PyErr_Clear();
  return PyDateTimeAPI != nullptr;
#endif
}

void append_padded(std::string& text, int number, int digits) {
  char all[16];
  PyOS_snprintf(all, sizeof all, "%0*d", digits, number);
  text += all;
}

void append_date(std::string& text, int year, int month, int day) {
  append_padded(text, year, 4);
  text += '-';
  append_padded(text, month, 2);
  text += '-';
  append_padded(text, day, 2);
}

void append_clock(const serializer& s, std::string& text, const int (&parts)[4]) {
  for (int i = 0; i < 3; ++i) {
    if (i > 0) text += ':';
    append_padded(text, parts[i], 2);
  }
  if (parts[3] == 0 || s.has(dump_option::omit_microseconds)) return;
  text += '.';
  append_padded(text, parts[3], 6);
}

// "+02:00". An offset of seconds is rounded to minutes.
void append_offset(const serializer& s, std::string& text, int days, int seconds) {
  const int all = days * 86400 + seconds;
  if (all == 0 && s.has(dump_option::utc_z)) {
    text += 'Z';
    return;
  }
  const int minutes = (std::abs(all) + 30) / 60;
  text += all < 0 ? '-' : '+';
  append_padded(text, minutes / 60, 2);
  text += ':';
  append_padded(text, minutes % 60, 2);
}

// pytz's zones must first be told the datetime, by normalize.
object utc_offset(PyObject* datetime, PyObject* zone) {
  const object normalize = object::steal(PyObject_GetAttrString(zone, "normalize"));
  if (!normalize) {
    PyErr_Clear();
    return object::steal(PyObject_CallMethod(datetime, "utcoffset", nullptr));
  }
  const object normal = object::steal(PyObject_CallOneArg(normalize.get(), datetime));
  return object::steal(normal ? PyObject_CallMethod(normal.get(), "utcoffset", nullptr) : nullptr);
}

bool append_zone(const serializer& s, std::string& text, PyObject* datetime) {
  PyObject* const zone = PyDateTime_DATE_GET_TZINFO(datetime);
  if (zone == Py_None) {
    if (s.has(dump_option::naive_utc)) append_offset(s, text, 0, 0);
    return true;
  }
  if (zone == PyDateTime_TimeZone_UTC) {
    append_offset(s, text, 0, 0);
    return true;
  }
  const object offset = utc_offset(datetime, zone);
  if (!offset) return raise_encode_error_from("datetime's timezone has no offset");
  if (!PyDelta_Check(offset.get())) {
    append_offset(s, text, 0, 0);
    return true;
  }
  append_offset(s, text, PyDateTime_DELTA_GET_DAYS(offset.get()), PyDateTime_DELTA_GET_SECONDS(offset.get()));
  return true;
}

// ISO 8601: "P1DT2H3M4.500000S", with a minus sign in front of negative ones.
bool write_duration(serializer& s, PyObject* delta) {
  long long days = PyDateTime_DELTA_GET_DAYS(delta);
  long long seconds = PyDateTime_DELTA_GET_SECONDS(delta);
  long long micro = PyDateTime_DELTA_GET_MICROSECONDS(delta);
  const bool is_negative = days < 0;
  if (is_negative) {  // the parts below a day are counted from below
    const long long all = -(days * 86400 + seconds);
    const long long borrowed = micro > 0 ? 1 : 0;
    micro = borrowed * 1000000 - micro;
    days = (all - borrowed) / 86400;
    seconds = (all - borrowed) % 86400;
  }
  std::string text = is_negative ? "-P" : "P";
  if (days != 0) text += std::to_string(days) + "D";
  if (seconds != 0 || micro != 0 || days == 0) {
    text += 'T';
    if (seconds >= 3600) text += std::to_string(seconds / 3600) + "H";
    if (seconds / 60 % 60 != 0) text += std::to_string(seconds / 60 % 60) + "M";
    if (seconds % 60 != 0 || micro != 0 || seconds == 0) {
      text += std::to_string(seconds % 60);
      if (micro != 0) {
        std::string digits = std::to_string(micro);
        text += '.' + std::string(6 - digits.size(), '0') + digits;
      }
      text += 'S';
    }
  }
  return s.text(text);
}

}  // namespace

outcome time_text(const serializer& s, PyObject* object, std::string& text) {
  if (!datetime_is_known()) return outcome::not_mine;
  if (PyDateTime_CheckExact(object)) {
    append_date(text, PyDateTime_GET_YEAR(object), PyDateTime_GET_MONTH(object), PyDateTime_GET_DAY(object));
    text += 'T';
    append_clock(s, text,
                 {PyDateTime_DATE_GET_HOUR(object), PyDateTime_DATE_GET_MINUTE(object),
                  PyDateTime_DATE_GET_SECOND(object), PyDateTime_DATE_GET_MICROSECOND(object)});
    return append_zone(s, text, object) ? outcome::done : outcome::failed;
  }
  if (PyDate_CheckExact(object)) {
    append_date(text, PyDateTime_GET_YEAR(object), PyDateTime_GET_MONTH(object), PyDateTime_GET_DAY(object));
    return outcome::done;
  }
  if (!PyTime_CheckExact(object)) return outcome::not_mine;
  if (PyDateTime_TIME_GET_TZINFO(object) != Py_None) {
    raise_encode_error("datetime.time must not have tzinfo set");
    return outcome::failed;
  }
  append_clock(s, text,
               {PyDateTime_TIME_GET_HOUR(object), PyDateTime_TIME_GET_MINUTE(object),
                PyDateTime_TIME_GET_SECOND(object), PyDateTime_TIME_GET_MICROSECOND(object)});
  return outcome::done;
}

outcome serialize_time(serializer& s, PyObject* object) {
  std::string text;
  const outcome found = time_text(s, object, text);
  if (found != outcome::done) return found;
  return s.text(text) ? outcome::done : outcome::failed;
}

outcome serialize_duration(serializer& s, PyObject* object) {
  if (!datetime_is_known() || !PyDelta_Check(object)) return outcome::not_mine;
  return write_duration(s, object) ? outcome::done : outcome::failed;
}

}  // namespace polyhost::json
