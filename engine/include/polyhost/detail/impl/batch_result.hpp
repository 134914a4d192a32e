// Where the results of a batch call go: into `out`, or into a new object like the arguments.
#pragma once

#include <polyhost/detail/batch.hpp>
#include <polyhost/detail/gil.hpp>

namespace polyhost::detail {

// A new array.array of `count` items, all zero. Null with an exception set.
inline object new_array(const char* code, Py_ssize_t count) {
  const object module = object::steal(PyImport_ImportModule("array"));
  const object one =
      object::steal(module ? PyObject_CallMethod(module.get(), "array", "s[i]", code, 0) : nullptr);
  return object::steal(one ? PySequence_Repeat(one.get(), count) : nullptr);
}

// A new numpy array of that shape, its items not set. numpy is there, since an argument came from it.
inline object new_numpy_array(const char* type, const batch_operand& like) {
  const object numpy = object::steal(PyImport_ImportModule("numpy"));
  const object shape = object::steal(PyTuple_New(like.dimensions));
  if (!numpy || !shape) return {};
  for (int i = 0; i < like.dimensions; ++i) {
    PyObject* length = PyLong_FromSsize_t(like.shape[i]);
    if (length == nullptr) return {};
    PyTuple_SET_ITEM(shape.get(), i, length);
  }
  return object::steal(PyObject_CallMethod(numpy.get(), "empty", "Os", shape.get(), type));
}

// The memory that the loop writes to. Needs the GIL.
class batch_result {
 public:
  explicit batch_result(const batch_type& type) : type_(type) {}
  batch_result(const batch_result&) = delete;
  batch_result& operator=(const batch_result&) = delete;
  ~batch_result() { release_buffer(view_); }

  // Makes a new object like `like`, or takes `out`. False with an exception set.
  bool prepare(PyObject* out, const batch_operand& like, const std::string& function) {
    count_ = like.count;
    if (out == Py_None) {
      made_ = like.from_numpy ? new_numpy_array(item_name().c_str(), like)
                              : new_array(type_.array_code != nullptr ? type_.array_code : "B", count_);
    } else {
      made_ = object::borrow(out);
    }
    if (!made_) return false;
    if (PyObject_GetBuffer(made_.get(), &view_, PyBUF_ND | PyBUF_FORMAT | PyBUF_WRITABLE) != 0) {
      return exporter_refused() && refuse_out(function);
    }
    if (out != Py_None && type_.misfit(view_) != nullptr) return refuse_out(function);
    if (view_.len / view_.itemsize == count_) return true;
    PyErr_Format(PyExc_ValueError, "%s(): argument 'out' has %zd items, the others have %zd",
                 function.c_str(), view_.len / view_.itemsize, count_);
    return false;
  }

  [[nodiscard]] char* data() const { return static_cast<char*>(view_.buf); }
  [[nodiscard]] char* end() const { return data() + count_ * static_cast<Py_ssize_t>(type_.size); }

  // The finished object: array.array has no bool, so those become a list.
  object finish(PyObject* out, const batch_operand& like) {
    if (type_.array_code != nullptr || out != Py_None || like.from_numpy) return made_;
    object list = object::steal(PyList_New(count_));
    for (Py_ssize_t i = 0; list && i < count_; ++i)
      PyList_SET_ITEM(list.get(), i, Py_NewRef(data()[i] != 0 ? Py_True : Py_False));
    return list;
  }

 private:
  [[nodiscard]] std::string item_name() const {
    std::string name;
    type_.describe_item(name);
    return name;
  }

  bool refuse_out(const std::string& function) const {
    PyErr_Format(PyExc_TypeError, "%s(): argument 'out' must be a writable, C-contiguous buffer of %s items",
                 function.c_str(), item_name().c_str());
    return false;
  }

  const batch_type& type_;
  object made_;
  Py_buffer view_{};
  Py_ssize_t count_ = 0;
};

}  // namespace polyhost::detail
