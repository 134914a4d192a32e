// One argument of a batch call: a number for every item, or many numbers, looked at in place where they lie
// in a buffer of the parameter's own type and copied from whatever else. Not the call: that is batch.hpp.
#pragma once

#include <polyhost/detail/batch.hpp>
#include <polyhost/detail/gil.hpp>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

namespace polyhost::detail {

// From what a loop's items are taken: owns or locks them until the call ends. Needs the GIL throughout.
class batch_argument {
 public:
  explicit batch_argument(const batch_type& type) : type_(type) {}
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
    return see(static_cast<const char*>(view_.buf), size());
  }

  // Makes the operand a copy of itself, if a loop that writes to `from` up to `to`, items of that size, would
  // change items that it still has to read.
  void keep_apart(const char* from, const char* to, std::size_t result_size) {
    if (operand_.scalar || operand_.count == 0) return;
    if (operand_.data == from && operand_.packed && type_.size == result_size) return;  // item by item
    const char* last = operand_.data + (operand_.count - 1) * operand_.step;
    if (std::max(operand_.data, last) + type_.size <= from || std::min(operand_.data, last) >= to) return;
    copy_packed();
  }

 private:
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
    if (!type_.load(from, scalar_, arg)) return false;
    operand_.scalar = true;
    return see(reinterpret_cast<const char*>(scalar_), 0);
  }

  bool has_items_of_type() const { return view_.suboffsets == nullptr && type_.misfit(view_) == nullptr; }

  bool load_strided(argument& arg) {
    if (view_.ndim == 1 && view_.strides[0] % size() == 0) {
      operand_.packed = false;
      return see(static_cast<const char*>(view_.buf), view_.strides[0]);
    }
    resize(operand_.count);
    if (PyBuffer_ToContiguous(items_.data(), &view_, view_.len, 'C') != 0)
      return refuse(arg, refusal::raised);
    return see(items_.data(), size());
  }

  // Items of another type, one by one, as a list of them would be.
  bool load_other_items(PyObject* from, argument& arg) {
    if (view_.ndim != 1) return refuse_type(arg, from, "its items are of another type");
    const object list = object::steal(PySequence_List(from));
    return list ? load_items(list.get(), arg) : refuse(arg, refusal::raised);
  }

  // As any sequence of numbers (containers.hpp).
  bool load_items(PyObject* from, argument& arg) {
    const object items = as_fast_sequence(from, arg);
    if (!items) return false;
    resize(PySequence_Fast_GET_SIZE(items.get()));
    Py_ssize_t i = type_.load_exact(items.get(), items_.data());
    for (; i < PySequence_Fast_GET_SIZE(items.get()); ++i) {  // the size may change on the way
      const object item = object::borrow(PySequence_Fast_GET_ITEM(items.get(), i));
      resize(std::max(operand_.count, i + 1));
      if (!type_.load(item.get(), at(i), arg)) return refuse_item(arg, item.get(), i);
    }
    resize(i);
    return see(items_.data(), size());
  }

  void copy_packed() {
    std::vector<char> copy(static_cast<std::size_t>(operand_.count) * type_.size);
    for (Py_ssize_t i = 0; i < operand_.count; ++i)
      std::memcpy(copy.data() + i * size(), operand_.data + i * operand_.step, type_.size);
    items_ = std::move(copy);
    operand_.packed = true;
    see(items_.data(), size());
  }

  [[nodiscard]] Py_ssize_t size() const { return static_cast<Py_ssize_t>(type_.size); }
  [[nodiscard]] char* at(Py_ssize_t index) { return items_.data() + index * size(); }
  void resize(Py_ssize_t count) {
    operand_.count = count;
    items_.resize(static_cast<std::size_t>(count) * type_.size);
  }

  const batch_type& type_;
  batch_operand operand_;
  alignas(8) char scalar_[8]{};
  std::vector<char> items_;
  Py_buffer view_{};
};

}  // namespace polyhost::detail
