// One argument of a batch call: a number for every item, or many numbers, looked at in place where they lie
// in a buffer of the parameter's own type and copied from whatever else. Not the call: that is batch.hpp.
#pragma once

#include <polyhost/buffer.hpp>
#include <polyhost/containers.hpp>
#include <polyhost/convert.hpp>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace polyhost::detail {

template <class T>
concept batch_item = (integer<T> && sizeof(T) <= 8) || std::same_as<T, float> || std::same_as<T, double> ||
                     std::same_as<T, bool>;

// bool is one byte in a buffer, too, but a vector of it is not one of bytes.
template <batch_item T>
using stored_item = std::conditional_t<std::same_as<T, bool>, unsigned char, T>;

// Where a loop finds an operand's items.
struct batch_operand {
  const char* data = nullptr;
  Py_ssize_t step = 0;  // in bytes; 0: the same number for every item
  bool scalar = false;
  Py_ssize_t count = 1;
  int dimensions = 0;  // of the array that it came from; 0: of a list or a scalar
  const Py_ssize_t* shape = nullptr;
  bool from_numpy = false;
  bool packed = true;  // its items follow each other
};

// From what a loop's items are taken: owns or locks them until the call ends. Needs the GIL throughout.
template <batch_item T>
class batch_argument {
 public:
  batch_argument() = default;
  batch_argument(const batch_argument&) = delete;
  batch_argument& operator=(const batch_argument&) = delete;
  ~batch_argument() { release_buffer(view_); }

  [[nodiscard]] const batch_operand& operand() const { return operand_; }

  bool load(PyObject* from, argument& arg) {
    if (is_number(from)) return load_scalar(from, arg);
    if (PyObject_CheckBuffer(from) == 0) return load_items(from, arg);
    if (PyObject_GetBuffer(from, &view_, PyBUF_FULL_RO) != 0) return refuse(arg, refusal::raised);
    if (view_.ndim == 0) return load_scalar(from, arg);  // as numpy's own numbers
    operand_.from_numpy = has_base(from, "numpy.ndarray");
    if (operand_.from_numpy && has_base(from, "MaskedArray"))
      return refuse_type(arg, from, "its mask would be lost");
    operand_.dimensions = view_.ndim;
    operand_.shape = view_.shape;
    if (!has_items_of_type()) return load_other_items(from, arg);
    operand_.count = view_.len / view_.itemsize;
    if (PyBuffer_IsContiguous(&view_, 'C') == 0) return load_strided(arg);
    return see(static_cast<const char*>(view_.buf), sizeof(T));
  }

  // Makes the operand a copy of itself, if a loop that writes to `from` up to `to` would change items that it
  // still has to read.
  template <class R>
  void keep_apart(const char* from, const char* to) {
    if (operand_.scalar || operand_.count == 0) return;
    if (operand_.data == from && operand_.packed && sizeof(T) == sizeof(R)) return;  // item by item
    const char* last = operand_.data + (operand_.count - 1) * operand_.step;
    if (std::max(operand_.data, last) + sizeof(T) <= from || std::min(operand_.data, last) >= to) return;
    copy_packed();
  }

 private:
  using stored = stored_item<T>;

  static bool is_number(PyObject* from) {
    return PyFloat_Check(from) || PyLong_Check(from) ||
           (PyObject_CheckBuffer(from) == 0 && Py_TYPE(from)->tp_iter == nullptr &&
            PySequence_Check(from) == 0);
  }
  static bool has_base(PyObject* from, std::string_view name) {
    for (const PyTypeObject* type = Py_TYPE(from); type != nullptr; type = type->tp_base) {
      if (name == type->tp_name) return true;
    }
    return false;
  }

  bool see(const char* data, Py_ssize_t step) {
    operand_.data = data;
    operand_.step = step;
    return true;
  }

  bool load_scalar(PyObject* from, argument& arg) {
    converter<T> number;
    if (!number.load(from, arg)) return false;
    scalar_ = static_cast<stored>(number.value);
    operand_.scalar = true;
    return see(reinterpret_cast<const char*>(&scalar_), 0);
  }

  bool has_items_of_type() const { return view_.suboffsets == nullptr && misfit<T>(view_) == nullptr; }

  bool load_strided(argument& arg) {
    if (view_.ndim == 1 && view_.strides[0] % static_cast<Py_ssize_t>(alignof(T)) == 0) {
      operand_.packed = false;
      return see(static_cast<const char*>(view_.buf), view_.strides[0]);
    }
    items_.resize(static_cast<std::size_t>(operand_.count));
    if (PyBuffer_ToContiguous(items_.data(), &view_, view_.len, 'C') != 0)
      return refuse(arg, refusal::raised);
    return see(reinterpret_cast<const char*>(items_.data()), sizeof(T));
  }

  // Items of another type, one by one, as a list of them would be.
  bool load_other_items(PyObject* from, argument& arg) {
    if (view_.ndim != 1) return refuse_type(arg, from, "its items are of another type");
    const object list = object::steal(PySequence_List(from));
    return list ? load_items(list.get(), arg) : refuse(arg, refusal::raised);
  }

  bool load_items(PyObject* from, argument& arg) {
    converter<std::vector<T>> list;
    if (!list.load(from, arg)) return false;
    if constexpr (std::same_as<T, bool>) {
      items_.assign(list.value.begin(), list.value.end());
    } else {
      items_ = std::move(list.value);
    }
    operand_.count = static_cast<Py_ssize_t>(items_.size());
    return see(reinterpret_cast<const char*>(items_.data()), sizeof(T));
  }

  void copy_packed() {
    std::vector<stored> copy(static_cast<std::size_t>(operand_.count));
    for (Py_ssize_t i = 0; i < operand_.count; ++i)
      std::memcpy(&copy[static_cast<std::size_t>(i)], operand_.data + i * operand_.step, sizeof(T));
    items_ = std::move(copy);
    operand_.packed = true;
    see(reinterpret_cast<const char*>(items_.data()), sizeof(T));
  }

  batch_operand operand_;
  stored scalar_{};
  std::vector<stored> items_;
  Py_buffer view_{};
};

}  // namespace polyhost::detail
