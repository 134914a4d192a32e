// Where the memory of an array parameter comes from: the buffer protocol, else DLPack, else Arrow; what of it
// fits, and giving it back. The view itself is array.hpp's.
#pragma once

#include <Python.h>
#include <polyhost/buffer.hpp>
#include <polyhost/convert.hpp>
#include <polyhost/detail/dlpack_arrow.hpp>
#include <polyhost/detail/gil.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

namespace polyhost::detail {

// Python's shapes and strides are DLPack's, too.
static_assert(std::is_same_v<Py_ssize_t, std::int64_t>);

// An item's type as the three interfaces name it.
struct item_type {
  void (*describe)(std::string& out);
  bool (*format_fits)(const char* format);
  const char* format;        // of the buffer protocol
  const char* arrow_format;  // null: Arrow has no such items
  std::uint8_t dl_code;
  std::int64_t size;
  std::uint64_t alignment;
};

template <buffer_item T>
constexpr item_type make_item_type() {
  constexpr bool is_bool = std::same_as<T, bool>;
  item_type type{describe_item<T>, format_fits<T>, "?", nullptr, dl_bool, sizeof(T), alignof(T)};
  if constexpr (std::floating_point<T>) {
    type.format = sizeof(T) == 4 ? "f" : sizeof(T) == 8 ? "d" : "g";
    type.arrow_format = sizeof(T) == 4 ? "f" : sizeof(T) == 8 ? "g" : nullptr;
    type.dl_code = dl_float;
  } else if constexpr (!is_bool && std::is_signed_v<T>) {
    type.format = sizeof(T) == 1 ? "b" : sizeof(T) == 2 ? "h" : sizeof(T) == 4 ? "i" : "l";
    type.arrow_format = sizeof(T) == 1 ? "c" : sizeof(T) == 2 ? "s" : sizeof(T) == 4 ? "i" : "l";
    type.dl_code = dl_int;
  } else if constexpr (!is_bool) {
    type.format = sizeof(T) == 1 ? "B" : sizeof(T) == 2 ? "H" : sizeof(T) == 4 ? "I" : "L";
    type.arrow_format = sizeof(T) == 1 ? "C" : sizeof(T) == 2 ? "S" : sizeof(T) == 4 ? "I" : "L";
    type.dl_code = dl_uint;
  }
  return type;
}

template <buffer_item T>
inline constexpr item_type item_type_of = make_item_type<T>();

// What a parameter asks for.
struct array_request {
  const item_type* item;
  std::size_t dimensions;
  bool writable;
  bool contiguous;
};

// Where the items lie; strides in items, and as if contiguous along a dimension where they make no
// difference.
struct array_place {
  void* data;
  std::size_t* shape;
  std::ptrdiff_t* strides;
};

// What an exporter offers; strides in units of so many bytes, or null for a C-contiguous array.
struct array_offer {
  void* data;
  std::int64_t dimensions;
  const std::int64_t* shape;
  const std::int64_t* strides;
  std::int64_t stride_unit;
  bool read_only;
};

inline const char* wrong_rank(std::int64_t dimensions) {
  constexpr const char* texts[] = {"it has 0 dimensions", "it has 1 dimension",  "it has 2 dimensions",
                                   "it has 3 dimensions", "it has 4 dimensions", "it has 5 dimensions",
                                   "it has 6 dimensions", "it has 7 dimensions", "it has 8 dimensions"};
  return dimensions < 9 ? texts[dimensions] : "it has more than 8 dimensions";
}

// A bool of any other byte would be undefined.
inline bool all_truth_values(const unsigned char* at, const array_place& place, std::size_t dimensions) {
  if (dimensions == 0) return *at <= 1;
  const array_place inner{nullptr, place.shape + 1, place.strides + 1};
  for (std::size_t i = 0; i < place.shape[0]; ++i, at += place.strides[0]) {
    if (!all_truth_values(at, inner, dimensions - 1)) return false;
  }
  return true;
}

// Fills `place` with the offer. Null, or the reason why it does not fit; the items' type is compared apart.
inline const char* fit(const array_offer& offer, const array_request& wanted, array_place& place) {
  const item_type& item = *wanted.item;
  if (offer.dimensions != static_cast<std::int64_t>(wanted.dimensions)) return wrong_rank(offer.dimensions);
  if (wanted.writable && offer.read_only) return "it is read-only";
  bool empty = false;
  for (std::size_t d = 0; d < wanted.dimensions; ++d) empty = empty || offer.shape[d] == 0;
  bool contiguous = true;
  std::int64_t expected = 1;
  for (std::size_t d = wanted.dimensions; d-- > 0;) {
    place.shape[d] = static_cast<std::size_t>(offer.shape[d]);
    place.strides[d] = expected;
    // The strides of dimensions along which nobody goes may be anything.
    if (offer.strides != nullptr && offer.shape[d] > 1 && !empty) {
      const std::int64_t bytes = offer.strides[d] * offer.stride_unit;
      if (bytes % item.size != 0) return "its strides are no multiples of its item size";
      place.strides[d] = bytes / item.size;
      contiguous = contiguous && place.strides[d] == expected;
    }
    expected *= offer.shape[d];
  }
  if (wanted.contiguous && !contiguous) return "it is not C-contiguous";
  if (empty) return nullptr;  // data may be anything
  if (reinterpret_cast<std::uintptr_t>(offer.data) % item.alignment != 0) return "it is not aligned";
  if (item.dl_code == dl_bool &&
      !all_truth_values(static_cast<const unsigned char*>(offer.data), place, wanted.dimensions)) {
    return "it has a byte that is neither 0 nor 1";
  }
  place.data = offer.data;
  return nullptr;
}

inline bool has_nulls(const arrow_array& array) {
  if (array.null_count == 0 || array.buffers[0] == nullptr) return false;
  const auto* valid = static_cast<const unsigned char*>(array.buffers[0]);
  for (std::int64_t i = array.offset; i < array.offset + array.length; ++i) {
    if ((valid[i / 8] >> (i % 8) & 1) == 0) return true;
  }
  return false;
}

inline bool is_pair(PyObject* value) { return PyTuple_Check(value) && PyTuple_GET_SIZE(value) == 2; }

// Whether the item of the tuple is a capsule of that struct, not yet moved away.
template <class Struct>
bool holds(PyObject* tuple, Py_ssize_t index) {
  PyObject* capsule = PyTuple_GET_ITEM(tuple, index);
  if (PyCapsule_IsValid(capsule, Struct::name_of_capsule) == 0) return false;
  return static_cast<Struct*>(PyCapsule_GetPointer(capsule, Struct::name_of_capsule))->release != nullptr;
}

// Takes over a struct from its capsule.
template <class Struct>
Struct* move_from_capsule(PyObject* capsule) {
  auto* from = static_cast<Struct*>(PyCapsule_GetPointer(capsule, Struct::name_of_capsule));
  auto* moved = new Struct(*from);
  from->release = nullptr;
  return moved;
}

template <class Struct>
void release_moved(void* moved) {
  auto* of = static_cast<Struct*>(moved);
  if (of->release != nullptr) of->release(of);
  delete of;
}

// An attribute, or null: without an exception if there is none of that name.
inline object find_attribute(PyObject* of, const char* name) {
  object found = object::steal(PyObject_GetAttrString(of, name));
  if (!found && PyErr_ExceptionMatches(PyExc_AttributeError) != 0) PyErr_Clear();
  return found;
}

// Memory that is held for one parameter until the call is over.
class array_source {
 public:
  array_source() = default;
  array_source(const array_source&) = delete;
  array_source& operator=(const array_source&) = delete;
  ~array_source() {
    if (let_go_ != nullptr) release_held_struct();
    release_buffer(view_);
  }

  bool load(PyObject* from, const array_request& wanted, array_place& place, argument& arg) {
    if (PyObject_CheckBuffer(from) != 0) return load_buffer(from, wanted, place, arg);
    if (const object method = find_attribute(from, "__dlpack__"); method) {
      return load_dlpack(from, method.get(), wanted, place, arg);
    }
    if (PyErr_Occurred() != nullptr) return refuse(arg, refusal::raised);
    if (const object method = find_attribute(from, "__arrow_c_array__"); method) {
      return load_arrow(from, method.get(), wanted, place, arg);
    }
    return PyErr_Occurred() != nullptr ? refuse(arg, refusal::raised) : refuse_type(arg, from);
  }

 private:
  static bool answer(const char* reason, PyObject* from, argument& arg) {
    return reason == nullptr || refuse_type(arg, from, reason);
  }

  bool load_buffer(PyObject* from, const array_request& wanted, array_place& place, argument& arg) {
    if (PyObject_GetBuffer(from, &view_, wanted.writable ? PyBUF_RECORDS : PyBUF_RECORDS_RO) != 0)
      return refuse_buffer(from, wanted, arg);
    if (view_.itemsize != wanted.item->size || !wanted.item->format_fits(view_.format)) {
      return refuse_type(arg, from, "its items are of another type");
    }
    const array_offer offer{view_.buf, view_.ndim, view_.shape, view_.strides, 1, view_.readonly != 0};
    return answer(fit(offer, wanted, place), from, arg);
  }

  // Why there is no buffer as it was asked for: asks for any. (numpy raises ValueError where others raise
  // BufferError.)
  bool refuse_buffer(PyObject* from, const array_request& wanted, argument& arg) {
    const object first = take_exception();
    if (PyObject_GetBuffer(from, &view_, PyBUF_FULL_RO) != 0) {
      PyErr_Clear();
    } else if (view_.suboffsets != nullptr) {
      return refuse_type(arg, from, "it is not one block of memory (it has suboffsets)");
    } else if (wanted.writable && view_.readonly != 0) {
      return refuse_type(arg, from, "it is read-only");
    }
    set_exception(first);
    return refuse(arg, refusal::raised);
  }

  bool load_dlpack(PyObject* from, PyObject* method, const array_request& wanted, array_place& place,
                   argument& arg) {
    const object device = object::steal(PyObject_CallMethod(from, "__dlpack_device__", nullptr));
    int type = 0;
    int id = 0;
    if (!device) return refuse(arg, refusal::raised);
    if (!is_pair(device.get()))
      return refuse_type(arg, from, "its __dlpack_device__ returned no tuple of two ints");
    if (PyArg_ParseTuple(device.get(), "ii", &type, &id) == 0) return refuse(arg, refusal::raised);
    if (type != dl_cpu) return refuse_type(arg, from, "it lies on another device");
    const object capsule = ask_for_capsule(method);
    if (!capsule) return refuse(arg, refusal::raised);
    if (const auto* versioned = hold_tensor<DLManagedTensorVersioned>(capsule.get())) {
      if (versioned->major > DLManagedTensorVersioned::known_major) {
        return refuse_type(arg, from, "its version of DLPack is not known");
      }
      const bool read_only = (versioned->flags & DLManagedTensorVersioned::read_only) != 0;
      return answer(fit_tensor(versioned->tensor, read_only, wanted, place), from, arg);
    }
    if (const auto* managed = hold_tensor<DLManagedTensor>(capsule.get())) {
      return answer(fit_tensor(managed->tensor, false, wanted, place), from, arg);
    }
    return refuse_type(arg, from, "its __dlpack__ returned no DLPack capsule that is still unused");
  }

  // Exporters older than DLPack 1.0 know no max_version.
  static object ask_for_capsule(PyObject* method) {
    const object none = object::steal(PyTuple_New(0));
    const object version = object::steal(Py_BuildValue("{s(ii)}", "max_version", 1, 0));
    if (!none || !version) return {};
    object capsule = object::steal(PyObject_Call(method, none.get(), version.get()));
    if (capsule || PyErr_ExceptionMatches(PyExc_TypeError) == 0) return capsule;
    PyErr_Clear();
    return object::steal(PyObject_CallNoArgs(method));
  }

  // Takes over the tensor of a capsule of that kind; null if it is none.
  template <class Managed>
  const Managed* hold_tensor(PyObject* capsule) {
    if (PyCapsule_IsValid(capsule, Managed::name) == 0) return nullptr;
    auto* managed = static_cast<Managed*>(PyCapsule_GetPointer(capsule, Managed::name));
    PyCapsule_SetName(capsule, Managed::used_name);
    held_ = managed;
    let_go_ = [](void* held) {
      auto* tensor = static_cast<Managed*>(held);
      if (tensor->deleter != nullptr) tensor->deleter(tensor);
    };
    return managed;
  }

  static const char* fit_tensor(const DLTensor& tensor, bool read_only, const array_request& wanted,
                                array_place& place) {
    if (tensor.device_type != dl_cpu) return "it lies on another device";
    if (tensor.type_code != wanted.item->dl_code || tensor.bits != wanted.item->size * 8 ||
        tensor.lanes != 1) {
      return "its items are of another type";
    }
    void* const data = static_cast<char*>(tensor.data) + tensor.byte_offset;
    return fit({data, tensor.dimensions, tensor.shape, tensor.strides, wanted.item->size, read_only}, wanted,
               place);
  }

  bool load_arrow(PyObject* from, PyObject* method, const array_request& wanted, array_place& place,
                  argument& arg) {
    const object pair = object::steal(PyObject_CallNoArgs(method));
    if (!pair) return refuse(arg, refusal::raised);
    if (!is_pair(pair.get()) || !holds<arrow_schema>(pair.get(), 0) || !holds<arrow_array>(pair.get(), 1)) {
      return refuse_type(arg, from,
                         "its __arrow_c_array__ returned no two Arrow capsules that are still unused");
    }
    const std::unique_ptr<arrow_schema, void (*)(void*)> schema(
        move_from_capsule<arrow_schema>(PyTuple_GET_ITEM(pair.get(), 0)), release_moved<arrow_schema>);
    auto* array = move_from_capsule<arrow_array>(PyTuple_GET_ITEM(pair.get(), 1));
    held_ = array;
    let_go_ = release_moved<arrow_array>;
    return answer(fit_arrow(*schema, *array, wanted, place), from, arg);
  }

  static const char* fit_arrow(const arrow_schema& schema, const arrow_array& array,
                               const array_request& wanted, array_place& place) {
    const char* format = wanted.item->arrow_format;
    if (format == nullptr || std::strcmp(schema.format, format) != 0 || schema.dictionary != nullptr ||
        array.n_buffers != 2) {
      return "its items are of another type";
    }
    if (has_nulls(array)) return "it has nulls";
    void* data = const_cast<void*>(array.buffers[1]);
    if (data != nullptr) data = static_cast<char*>(data) + array.offset * wanted.item->size;
    return fit({data, 1, &array.length, nullptr, 1, true}, wanted, place);
  }

  // A deleter may run Python code, which must not see the exception that the call may be raising.
  void release_held_struct() noexcept {
    if (gil_is_gone()) return;
    const exception_aside call;
    stop_at_shutdown([this] { let_go_(held_); });
  }

  Py_buffer view_{};
  void* held_ = nullptr;  // a struct of DLPack or Arrow
  void (*let_go_)(void* held) = nullptr;
};

}  // namespace polyhost::detail
