// numpy's arrays and scalars, through its array interface: nothing of numpy is needed to build or to run
// this. Source of the interface: numpy's documentation, "The array interface protocol", version 3.
#include "accelerators/json/errors.h"
#include "accelerators/json/serializer.h"
#include "accelerators/json/types.h"
#include "accelerators/json/write_number.h"
#include "accelerators/json/write_text.h"

#include <polyhost/object.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <string_view>

namespace polyhost::json {

namespace {

struct array_interface {
  int two;
  int dimensions;
  char kind;
  int item_size;
  int flags;
  Py_ssize_t* shape;
  Py_ssize_t* strides;
  void* data;
  PyObject* description;
};
constexpr int is_contiguous = 0x1;
constexpr int is_native = 0x200;

// Of datetime64; in steps of its unit since 1970.
struct unit {
  std::string_view name;
  const char* plural;
  std::int64_t in_second;  // how many make one; 0: months are counted
  std::int64_t seconds;    // how many it has, if it is longer than one
};
constexpr std::array<unit, 10> units = {{{"Y", "years", 0, 12},
                                         {"M", "months", 0, 1},
                                         {"W", "weeks", 1, 604800},
                                         {"D", "days", 1, 86400},
                                         {"h", "hours", 1, 3600},
                                         {"m", "minutes", 1, 60},
                                         {"s", "seconds", 1, 1},
                                         {"ms", "milliseconds", 1000, 1},
                                         {"us", "microseconds", 1000000, 1},
                                         {"ns", "nanoseconds", 1000000000, 1}}};

bool is_scalar(PyTypeObject* type) {
  constexpr std::array<std::string_view, 14> names = {"int8",    "int16",  "int32",  "int64",     "uint8",
                                                      "uint16",  "uint32", "uint64", "float16",   "float32",
                                                      "float64", "bool_",  "bool",   "datetime64"};
  const std::string_view full = type->tp_name;
  if (!full.starts_with("numpy.")) return false;
  return std::ranges::find(names, full.substr(6)) != names.end();
}

// Years, months and days of a day since 1970-01-01.
// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013.
void civil_from_days(std::int64_t days, std::int64_t& year, int& month, int& day) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted = (5 * day_of_year + 2) / 153;
  day = static_cast<int>(day_of_year - (153 * shifted + 2) / 5 + 1);
  month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
}

// The array that is being written: where its next item is.
class array_writer {
 public:
  array_writer(serializer& s, const array_interface& array, const unit* of)
      : s_(s), array_(array), unit_(of), at_(static_cast<const char*>(array.data)) {}

  bool dimension(int index) {
    if (index == array_.dimensions) return item();
    const Py_ssize_t count = array_.shape[index];
    if (!s_.enter('[')) return false;
    for (Py_ssize_t i = 0; i < count; ++i) {
      if (!s_.next() || !dimension(index + 1)) return false;
      s_.comma();
    }
    return s_.leave(']', count == 0);
  }

  bool item() {
    const char* const from = at_;
    at_ += array_.item_size;
    switch (array_.kind) {
      case 'i':
        return integer(from);
      case 'u':
        return unsigned_integer(from);
      case 'f':
        return floating(from);
      case 'b':
        return s_.word(*from != 0 ? "true" : "false");
      default:
        return datetime(read<std::int64_t>(from));
    }
  }

 private:
  template <class T>
  static T read(const char* from) {
    T value{};
    std::memcpy(&value, from, sizeof value);
    return value;
  }

  bool number(std::uint64_t magnitude, bool is_negative) {
    output& out = s_.out();
    if (!out.reserve(longest_number + text_slack)) return false;
    out.set_at(put_integer(out.at(), magnitude, is_negative));
    return true;
  }

  bool integer(const char* from) {
    std::int64_t value = 0;
    switch (array_.item_size) {
      case 1:
        value = read<std::int8_t>(from);  // NOLINT(bugprone-signed-char-misuse): it is a number
        break;
      case 2:
        value = read<std::int16_t>(from);
        break;
      case 4:
        value = read<std::int32_t>(from);
        break;
      default:
        value = read<std::int64_t>(from);
        break;
    }
    const auto bits = static_cast<std::uint64_t>(value);
    return number(value < 0 ? 0 - bits : bits, value < 0);
  }

  bool unsigned_integer(const char* from) {
    switch (array_.item_size) {
      case 1:
        return number(read<std::uint8_t>(from), false);
      case 2:
        return number(read<std::uint16_t>(from), false);
      case 4:
        return number(read<std::uint32_t>(from), false);
      default:
        return number(read<std::uint64_t>(from), false);
    }
  }

  bool floating(const char* from) {
    if (array_.item_size == 8) return s_.floating(read<double>(from));
    const float value = array_.item_size == 4 ? read<float>(from)
                                              : static_cast<float>(PyFloat_Unpack2(from, PY_LITTLE_ENDIAN));
    output& out = s_.out();
    if (!out.reserve(longest_number + text_slack)) return false;
    out.set_at(put_float(out.at(), value));
    return true;
  }

  bool datetime(std::int64_t value) {
    if (value == std::numeric_limits<std::int64_t>::min())
      return raise_encode_error("unsupported numpy.datetime64 unit: NaT");
    constexpr std::int64_t most_seconds = std::int64_t{1} << 53;  // years that are no more
    std::int64_t year = 1970;
    int month = 1;
    int day = 1;
    std::int64_t seconds = 0;
    std::int64_t micro = 0;
    if (unit_->in_second == 0) {
      const std::int64_t limit = most_seconds / 12;
      if (value > limit || value < -limit) return unrepresentable(value);
      const std::int64_t months = value * unit_->seconds;
      const std::int64_t whole = months >= 0 ? months / 12 : -((11 - months) / 12);
      year += whole;
      month = static_cast<int>(months - whole * 12) + 1;
    } else {
      const std::int64_t limit = most_seconds / unit_->seconds;
      std::int64_t whole = value / unit_->in_second;
      std::int64_t rest = value % unit_->in_second;
      if (rest < 0) {
        rest += unit_->in_second;
        --whole;
      }
      if (whole > limit || whole < -limit) return unrepresentable(value);
      micro = unit_->in_second > 1000000 ? rest / (unit_->in_second / 1000000)
                                         : rest * (1000000 / unit_->in_second);
      seconds = whole * unit_->seconds;
      const std::int64_t days = (seconds >= 0 ? seconds : seconds - 86399) / 86400;
      seconds -= days * 86400;
      civil_from_days(days, year, month, day);
    }
    if (year < 0 || year > 9999) return unrepresentable(value);
    return datetime_text(year, month, day, static_cast<int>(seconds), static_cast<int>(micro));
  }

  bool unrepresentable(std::int64_t value) {
    std::array<char, 96> message{};
    PyOS_snprintf(message.data(), message.size(), "unrepresentable numpy.datetime64: %lld %s",
                  static_cast<long long>(value), unit_->plural);
    return raise_encode_error(message.data());
  }

  bool datetime_text(std::int64_t year, int month, int day, int seconds, int micro) {
    std::array<char, 96> text{};
    int size = PyOS_snprintf(text.data(), text.size(), "%04lld-%02d-%02dT%02d:%02d:%02d",
                             static_cast<long long>(year), month, day, seconds / 3600, seconds / 60 % 60,
                             seconds % 60);
    const auto add = [&](const char* format, int number) {
      size += PyOS_snprintf(text.data() + size, text.size() - static_cast<std::size_t>(size), format, number);
    };
    if (micro != 0 && !s_.has(dump_option::omit_microseconds)) add(".%06d", micro);
    if (s_.has(dump_option::naive_utc)) add(s_.has(dump_option::utc_z) ? "Z" : "+%02d:00", 0);
    return s_.text({text.data(), static_cast<std::size_t>(size)});
  }

  serializer& s_;
  const array_interface& array_;
  const unit* const unit_;
  const char* at_;
};

// Of an object whose items are datetime64; null if it has another one. `name` is what it is called.
const unit* unit_of(PyObject* object, std::string& name) {
  const polyhost::object type = polyhost::object::steal(PyObject_GetAttrString(object, "dtype"));
  const polyhost::object text =
      polyhost::object::steal(type ? PyObject_GetAttrString(type.get(), "str") : nullptr);
  const char* const utf8 = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
  if (utf8 == nullptr) {
    PyErr_Clear();
    return nullptr;
  }
  const std::string_view all = utf8;  // "<M8[ns]"
  const std::size_t open = all.find('[');
  const std::size_t close = all.find(']');
  if (open == std::string_view::npos || close == std::string_view::npos) return nullptr;
  name = all.substr(open + 1, close - open - 1);
  for (const unit& u : units) {
    if (u.name == name) return &u;
  }
  return nullptr;
}

bool is_supported(const array_interface& array) {
  const int size = array.item_size;
  switch (array.kind) {
    case 'i':
    case 'u':
      return size == 1 || size == 2 || size == 4 || size == 8;
    case 'f':
      return size == 2 || size == 4 || size == 8;
    case 'b':
      return size == 1;
    case 'M':
      return size == 8;
    default:
      return false;
  }
}

// To `default`, or, if there is none, refused.
bool refuse(serializer& s, PyObject* object, const char* message) {
  return s.has_default() ? s.ask_default(object) : raise_encode_error(message);
}

bool write_array(serializer& s, PyObject* object, const array_interface& array, bool is_array) {
  const bool is_record = array.kind == 'V' && (array.flags & is_native) == 0;
  if ((array.flags & is_native) == 0 && !is_record)
    return raise_encode_error("numpy array is not native-endianness");
  if ((array.flags & is_contiguous) == 0 || is_record)
    return refuse(s, object, "numpy array is not C contiguous; use ndarray.tolist() in default");
  if (!is_supported(array) || (is_array && array.dimensions == 0))
    return refuse(s, object, "unsupported datatype in numpy array");
  const unit* of = nullptr;
  if (array.kind == 'M') {
    std::string name;
    of = unit_of(object, name);
    if (of == nullptr) {
      const std::string full = name == "ps"   ? "picoseconds"
                               : name == "fs" ? "femtoseconds"
                               : name == "as" ? "attoseconds"
                               : name.empty() ? "NaT"
                                              : name;
      return raise_encode_error(("unsupported numpy.datetime64 unit: " + full).c_str());
    }
  }
  array_writer writer(s, array, of);
  return is_array ? writer.dimension(0) : writer.item();
}

}  // namespace

outcome serialize_numpy(serializer& s, PyObject* object) {
  static constinit known_class array_class{"numpy", "ndarray"};
  PyTypeObject* const type = Py_TYPE(object);
  const bool is_array = std::string_view(type->tp_name) == "numpy.ndarray" && is_class(type, array_class);
  if (!is_array && !is_scalar(type)) return outcome::not_mine;
  const polyhost::object capsule =
      polyhost::object::steal(PyObject_GetAttrString(object, "__array_struct__"));
  if (!capsule || !PyCapsule_CheckExact(capsule.get())) {
    PyErr_Clear();
    return outcome::not_mine;
  }
  const auto* const array = static_cast<const array_interface*>(PyCapsule_GetPointer(capsule.get(), nullptr));
  if (array == nullptr) return outcome::failed;
  return write_array(s, object, *array, is_array) ? outcome::done : outcome::failed;
}

}  // namespace polyhost::json
