// The Python type polyhost.Array: memory of C++ that exports itself by the buffer protocol, DLPack and Arrow.
// Made of an owned_array (owned_array.hpp); Python cannot make one.
#pragma once

#include <Python.h>
#include <polyhost/detail/array_source.hpp>
#include <polyhost/detail/dlpack_arrow.hpp>
#include <polyhost/detail/errors.hpp>
#include <polyhost/object.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace polyhost::detail {

// Items of any type, C-contiguous. Shared by the Python object and all that DLPack and Arrow were given:
// their deleters, called by any thread at any time, need neither the object nor the GIL.
struct array_memory {
  array_memory(const item_type& type, std::vector<std::int64_t> lengths, void* items)
      : item(&type), shape(std::move(lengths)), strides(shape.size()), data(items) {
    std::int64_t stride = 1;
    for (std::size_t d = shape.size(); d-- > 0; stride *= shape[d]) strides[d] = stride;
  }
  array_memory(const array_memory&) = delete;
  array_memory& operator=(const array_memory&) = delete;
  virtual ~array_memory() = default;
  [[nodiscard]] virtual std::shared_ptr<array_memory> copy() const = 0;

  [[nodiscard]] std::int64_t size() const {
    std::int64_t product = 1;
    for (const std::int64_t length : shape) product *= length;
    return product;
  }

  const item_type* item;
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  // in items
  void* data;
};

template <class T>
struct vector_memory final : array_memory {
  vector_memory(std::vector<T> vector, std::vector<std::int64_t> lengths)
      : array_memory(item_type_of<T>, std::move(lengths), vector.data()),
        items(std::move(vector)) {}  // a move leaves the items where they are
  [[nodiscard]] std::shared_ptr<array_memory> copy() const override {
    return std::make_shared<vector_memory>(items, shape);
  }
  std::vector<T> items;
};

struct array_object {
  PyObject_HEAD std::shared_ptr<array_memory> memory;
  // In bytes, for the buffer protocol.
  std::vector<std::int64_t> strides;
};

inline array_object& as_array(PyObject* self) { return *reinterpret_cast<array_object*>(self); }

// ---- the buffer protocol ----

inline int get_array_buffer(PyObject* self, Py_buffer* view, int flags) {
  const array_object& array = as_array(self);
  const array_memory& memory = *array.memory;
  const bool with_shape = (flags & PyBUF_ND) != 0;
  *view = {};
  view->buf = memory.data;
  view->itemsize = memory.item->size;
  view->len = memory.size() * memory.item->size;
  view->ndim = with_shape ? static_cast<int>(memory.shape.size()) : 1;
  view->format = const_cast<char*>((flags & PyBUF_FORMAT) != 0 ? memory.item->format : nullptr);
  view->shape = const_cast<std::int64_t*>(memory.shape.data());
  view->strides = const_cast<std::int64_t*>(array.strides.data());
  const bool wants_fortran = (flags & PyBUF_F_CONTIGUOUS) == PyBUF_F_CONTIGUOUS;
  if (wants_fortran && PyBuffer_IsContiguous(view, 'F') == 0) {
    PyErr_SetString(PyExc_BufferError, "a polyhost.Array is C-contiguous");
    return -1;
  }
  if (!with_shape) view->shape = nullptr;
  if ((flags & PyBUF_STRIDES) != PyBUF_STRIDES) view->strides = nullptr;
  view->obj = Py_NewRef(self);
  return 0;
}

// ---- DLPack ----

// A tensor that shares the memory, and deletes itself.
template <class Managed>
struct dl_export {
  explicit dl_export(std::shared_ptr<array_memory> shared) : memory(std::move(shared)) {
    managed.tensor = {.data = memory->data,
                      .device_type = dl_cpu,
                      .device_id = 0,
                      .dimensions = static_cast<std::int32_t>(memory->shape.size()),
                      .type_code = memory->item->dl_code,
                      .bits = static_cast<std::uint8_t>(memory->item->size * 8),
                      .lanes = 1,
                      .shape = memory->shape.data(),
                      .strides = memory->strides.data(),
                      .byte_offset = 0};
    managed.context = this;
    managed.deleter = [](Managed* of) { delete static_cast<dl_export*>(of->context); };
  }
  Managed managed{};
  std::shared_ptr<array_memory> memory;
};

template <class Managed>
PyObject* make_tensor_capsule(Managed& managed) {
  PyObject* capsule = PyCapsule_New(&managed, Managed::name, [](PyObject* unused) {
    if (PyCapsule_IsValid(unused, Managed::name) == 0) return;  // taken
    auto* left = static_cast<Managed*>(PyCapsule_GetPointer(unused, Managed::name));
    left->deleter(left);
  });
  if (capsule == nullptr) managed.deleter(&managed);
  return capsule;
}

// The first of a tuple of two ints, or `otherwise` for None. False with a TypeError set.
inline bool read_pair(PyObject* pair, const char* name, int otherwise, int& first) {
  int second = 0;
  first = otherwise;
  if (Py_IsNone(pair) || (is_pair(pair) && PyArg_ParseTuple(pair, "ii", &first, &second) != 0)) return true;
  PyErr_Format(PyExc_TypeError, "__dlpack__(): argument '%s' must be tuple[int, int] | None, not %R", name,
               pair);
  return false;
}

inline PyObject* make_tensor(std::shared_ptr<array_memory> memory, bool versioned, bool copied) {
  if (copied) memory = memory->copy();
  if (!versioned) return make_tensor_capsule((new dl_export<DLManagedTensor>(std::move(memory)))->managed);
  DLManagedTensorVersioned& managed = (new dl_export<DLManagedTensorVersioned>(std::move(memory)))->managed;
  managed.major = DLManagedTensorVersioned::known_major;
  managed.flags = copied ? DLManagedTensorVersioned::is_copied : 0;
  return make_tensor_capsule(managed);
}

// __dlpack__(stream=None, *, max_version=None, dl_device=None, copy=None)
inline PyObject* export_dlpack(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* const names[] = {"stream", "max_version", "dl_device", "copy", nullptr};
  PyObject* stream = Py_None;
  PyObject* version = Py_None;
  PyObject* device = Py_None;
  PyObject* copy = Py_None;
  if (PyArg_ParseTupleAndKeywords(args, kwargs, "|O$OOO:__dlpack__", const_cast<char**>(names), &stream,
                                  &version, &device, &copy) == 0) {
    return nullptr;
  }
  int major = 0;
  int type = dl_cpu;
  const int copied = PyObject_IsTrue(copy);
  if (copied < 0 || !read_pair(version, "max_version", 0, major) ||
      !read_pair(device, "dl_device", dl_cpu, type)) {
    return nullptr;
  }
  if (!Py_IsNone(stream) || type != dl_cpu) {
    PyErr_SetString(PyExc_BufferError,
                    "a polyhost.Array lies in main memory: dl_device is (1, 0), stream None");
    return nullptr;
  }
  return guarded<PyObject*>(nullptr,
                            [&] { return make_tensor(as_array(self).memory, major >= 1, copied != 0); });
}

inline PyObject* get_dlpack_device(PyObject*, PyObject*) { return Py_BuildValue("(ii)", int{dl_cpu}, 0); }

// ---- Arrow ----

// What an arrow_array points to besides its items.
struct arrow_export {
  std::shared_ptr<array_memory> memory;
  const void* buffers[2];
};

// A struct of its own in a capsule, which releases it if nobody has taken it.
template <class Struct>
object make_arrow_capsule(std::unique_ptr<Struct> filled) {
  object capsule = object::steal(PyCapsule_New(filled.get(), Struct::name_of_capsule, [](PyObject* unused) {
    release_moved<Struct>(PyCapsule_GetPointer(unused, Struct::name_of_capsule));
  }));
  if (capsule) {
    static_cast<void>(filled.release());
  } else {
    filled->release(filled.get());
  }
  return capsule;
}

inline std::unique_ptr<arrow_schema> make_arrow_schema(const array_memory& memory) {
  auto schema = std::make_unique<arrow_schema>();
  schema->format = memory.item->arrow_format;
  schema->name = "";
  schema->release = [](arrow_schema* of) { of->release = nullptr; };  // all text is static
  return schema;
}

inline std::unique_ptr<arrow_array> make_arrow_array(std::shared_ptr<array_memory> memory) {
  auto array = std::make_unique<arrow_array>();
  auto held = std::make_unique<arrow_export>();
  array->length = memory->shape[0];
  array->n_buffers = 2;
  held->buffers[1] = memory->data;
  held->memory = std::move(memory);
  array->buffers = held->buffers;
  array->private_data = held.release();
  array->release = [](arrow_array* of) {
    delete static_cast<arrow_export*>(of->private_data);
    of->release = nullptr;
  };
  return array;
}

// __arrow_c_array__(requested_schema=None); what is requested is not looked at, as the specification allows.
inline PyObject* export_arrow(PyObject* self, PyObject* args, PyObject* kwargs) {
  static const char* const names[] = {"requested_schema", nullptr};
  PyObject* requested = nullptr;
  if (PyArg_ParseTupleAndKeywords(args, kwargs, "|O:__arrow_c_array__", const_cast<char**>(names),
                                  &requested) == 0) {
    return nullptr;
  }
  const array_memory& memory = *as_array(self).memory;
  if (memory.shape.size() != 1) {
    return PyErr_Format(PyExc_BufferError, "an Arrow array has 1 dimension, but this polyhost.Array has %zu",
                        memory.shape.size());
  }
  if (memory.item->arrow_format == nullptr) {
    PyErr_SetString(PyExc_BufferError, "Arrow has no type for the items of this polyhost.Array");
    return nullptr;
  }
  return guarded<PyObject*>(nullptr, [&]() -> PyObject* {
    const object schema = make_arrow_capsule(make_arrow_schema(memory));
    if (!schema) return nullptr;
    const object array = make_arrow_capsule(make_arrow_array(as_array(self).memory));
    return array ? PyTuple_Pack(2, schema.get(), array.get()) : nullptr;
  });
}

// ---- what a memoryview of it can do, it can do itself ----

inline PyObject* get_array_item(PyObject* self, PyObject* key) {
  const object view = object::steal(PyMemoryView_FromObject(self));
  return view ? PyObject_GetItem(view.get(), key) : nullptr;
}

inline int set_array_item(PyObject* self, PyObject* key, PyObject* value) {
  const object view = object::steal(PyMemoryView_FromObject(self));
  if (!view) return -1;
  return value != nullptr ? PyObject_SetItem(view.get(), key, value) : PyObject_DelItem(view.get(), key);
}

inline PyObject* iterate_array(PyObject* self) {
  const object view = object::steal(PyMemoryView_FromObject(self));
  return view ? PyObject_GetIter(view.get()) : nullptr;
}

inline PyObject* array_to_list(PyObject* self, PyObject*) {
  const object view = object::steal(PyMemoryView_FromObject(self));
  return view ? PyObject_CallMethod(view.get(), "tolist", nullptr) : nullptr;
}

inline Py_ssize_t array_length(PyObject* self) { return as_array(self).memory->shape[0]; }

inline PyObject* array_shape(PyObject* self, void*) {
  const std::vector<std::int64_t>& shape = as_array(self).memory->shape;
  object tuple = object::steal(PyTuple_New(static_cast<Py_ssize_t>(shape.size())));
  for (std::size_t d = 0; tuple && d < shape.size(); ++d) {
    PyObject* length = PyLong_FromLongLong(shape[d]);
    if (length == nullptr) return nullptr;
    PyTuple_SET_ITEM(tuple.get(), static_cast<Py_ssize_t>(d), length);
  }
  return tuple.release();
}

inline PyObject* array_bytes(PyObject* self, void*) {
  const array_memory& memory = *as_array(self).memory;
  return PyLong_FromLongLong(memory.size() * memory.item->size);
}

// <polyhost.Array of float64, shape (2, 3)>
inline PyObject* describe_array_object(PyObject* self) {
  const object shape = object::steal(array_shape(self, nullptr));
  if (!shape) return nullptr;
  return guarded<PyObject*>(nullptr, [&] {
    std::string item;
    as_array(self).memory->item->describe(item);
    return PyUnicode_FromFormat("<polyhost.Array of %s, shape %R>", item.c_str(), shape.get());
  });
}

// ---- the type ----

inline void delete_array_object(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  std::destroy_at(&as_array(self).strides);
  std::destroy_at(&as_array(self).memory);
  type->tp_free(self);
  Py_DECREF(type);
}

// Made once a plugin; borrowed. Null with an exception set.
[[gnu::visibility("hidden")]] inline PyTypeObject* array_type() {
  static PyTypeObject* type = nullptr;
  if (type != nullptr) return type;
  constexpr auto method = [](PyObject* (*with_keywords)(PyObject*, PyObject*, PyObject*)) {
    return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(with_keywords));
  };
  static PyMethodDef methods[] = {
      {"__dlpack__", method(export_dlpack), METH_VARARGS | METH_KEYWORDS,
       "__dlpack__($self, /, stream=None, *, max_version=None, dl_device=None, copy=None)\n--\n\n"
       "A DLPack capsule of the memory, which is shared."},
      {"__dlpack_device__", get_dlpack_device, METH_NOARGS,
       "__dlpack_device__($self, /)\n--\n\nMain memory: (1, 0)."},
      {"__arrow_c_array__", method(export_arrow), METH_VARARGS | METH_KEYWORDS,
       "__arrow_c_array__($self, /, requested_schema=None)\n--\n\n"
       "Two Arrow capsules, schema and array, of the memory, which is shared. Of one dimension only."},
      {"tolist", array_to_list, METH_NOARGS,
       "tolist($self, /)\n--\n\nThe items as a list, of lists if there are more dimensions."},
      {nullptr, nullptr, 0, nullptr}};
  static PyGetSetDef attributes[] = {
      {"shape", array_shape, nullptr, "The length of each dimension.", nullptr},
      {"nbytes", array_bytes, nullptr, "The size of the memory.", nullptr},
      {nullptr, nullptr, nullptr, nullptr, nullptr}};
  static char doc[] =
      "An array in the memory of a native function, which it shares without a copy: see memoryview, "
      "numpy.asarray,\nnumpy.from_dlpack, pyarrow.array.";
  static PyType_Slot slots[] = {{Py_tp_doc, doc},
                                {Py_tp_dealloc, reinterpret_cast<void*>(delete_array_object)},
                                {Py_tp_repr, reinterpret_cast<void*>(describe_array_object)},
                                {Py_tp_iter, reinterpret_cast<void*>(iterate_array)},
                                {Py_tp_methods, methods},
                                {Py_tp_getset, attributes},
                                {Py_mp_length, reinterpret_cast<void*>(array_length)},
                                {Py_mp_subscript, reinterpret_cast<void*>(get_array_item)},
                                {Py_mp_ass_subscript, reinterpret_cast<void*>(set_array_item)},
                                {Py_bf_getbuffer, reinterpret_cast<void*>(get_array_buffer)},
                                {0, nullptr}};
  static PyType_Spec spec{"polyhost.Array", sizeof(array_object), 0,
                          Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
                          slots};
  type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  return type;
}

// A new polyhost.Array. Null with an exception set; may throw std::bad_alloc.
inline PyObject* make_array_object(std::shared_ptr<array_memory> memory) {
  std::vector<std::int64_t> strides = memory->strides;
  for (std::int64_t& stride : strides) stride *= memory->item->size;
  PyTypeObject* type = array_type();
  PyObject* made = type != nullptr ? type->tp_alloc(type, 0) : nullptr;
  if (made == nullptr) return nullptr;
  std::construct_at(&as_array(made).memory, std::move(memory));
  std::construct_at(&as_array(made).strides, std::move(strides));
  return made;
}

}  // namespace polyhost::detail
