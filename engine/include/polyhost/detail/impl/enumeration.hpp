// The definitions of enumeration.hpp.
#pragma once

#include <polyhost/detail/inline.hpp>
#include <polyhost/enumeration.hpp>

#include <memory>
#include <utility>

namespace polyhost::detail {

inline object make_enum_number(std::uint64_t value, bool is_signed) {
  return object::steal(is_signed ? PyLong_FromLongLong(static_cast<long long>(value))
                                 : PyLong_FromUnsignedLongLong(value));
}

// ValueError: 7 is not a valid kernels.Color
inline void raise_no_member(const enumeration_class& known, PyObject* number) {
  PyErr_Format(PyExc_ValueError, "%S is not a valid %s.%s", number, known.module.c_str(), known.name.c_str());
}

POLYHOST_INLINE bool load_combined(const enumeration_class* known, PyObject* from, std::uint64_t& value,
                                   argument& arg) {
  if (known == nullptr || !known->is_flag || reinterpret_cast<PyObject*>(Py_TYPE(from)) != known->type)
    return refuse_class(arg, from, known);
  const object number = object::steal(PyObject_GetAttr(from, known->value_name.get()));
  if (!number) return refuse(arg, refusal::raised);
  converter<std::uint64_t> bits;
  if (bits.load(number.get(), arg) && (bits.value & ~known->all_flags) == 0) {
    value = bits.value;
    return true;
  }
  if (PyErr_Occurred() == nullptr) raise_no_member(*known, number.get());
  return refuse(arg, refusal::raised);
}

POLYHOST_INLINE PyObject* make_combined(const enumeration_class& known, std::uint64_t value) {
  const object number = make_enum_number(value, known.is_signed);
  if (!number) return nullptr;
  if (!known.is_flag || (value & ~known.all_flags) != 0) {
    raise_no_member(known, number.get());
    return nullptr;
  }
  PyObject* found = PyDict_GetItemWithError(known.members_by_value.get(), number.get());
  if (found != nullptr || PyErr_Occurred() != nullptr) return Py_XNewRef(found);
  return PyObject_CallOneArg(known.type, number.get());
}

POLYHOST_INLINE void enumeration_maker::add(const char* name, std::uint64_t value) {
  values_.push_back({name, value});
}

inline const char* name_of_kind(enum_kind kind) {
  switch (kind) {
    case enum_kind::int_enum:
      return "IntEnum";
    case enum_kind::flag:
      return "Flag";
    case enum_kind::int_flag:
      return "IntFlag";
    default:
      return "Enum";
  }
}

// By the functional interface: enum.Enum("Color", [("red", 0), ...], module=..., qualname=...)
POLYHOST_INLINE object enumeration_maker::make_type() const {
  const object module = object::steal(PyImport_ImportModule("enum"));
  const object base =
      object::steal(module ? PyObject_GetAttrString(module.get(), name_of_kind(kind_)) : nullptr);
  const object members = object::steal(PyList_New(0));
  if (!base || !members) throw_python_error();
  for (const named_value& each : values_) {
    const object number = make_enum_number(each.value, is_signed_);
    const object pair =
        object::steal(number ? Py_BuildValue("sO", each.name.c_str(), number.get()) : nullptr);
    if (!pair || PyList_Append(members.get(), pair.get()) != 0) throw_python_error();
  }
  const object arguments = object::steal(Py_BuildValue("sO", name_.c_str(), members.get()));
  const object keywords =
      object::steal(Py_BuildValue("{ssss}", "module", PyModule_GetName(module_), "qualname", name_.c_str()));
  object type = object::steal(
      arguments && keywords ? PyObject_Call(base.get(), arguments.get(), keywords.get()) : nullptr);
  if (!type) throw_python_error();
  const object doc = object::steal(doc_ != nullptr ? PyUnicode_FromString(doc_) : nullptr);
  if (doc_ != nullptr && (!doc || PyObject_SetAttrString(type.get(), "__doc__", doc.get()) != 0))
    throw_python_error();
  return type;
}

template <auto Key>
void insert_enumerator(std::vector<enumerator>& sorted, const enumerator& added) {
  auto place = sorted.begin();
  while (place != sorted.end() && (*place).*Key < added.*Key) ++place;
  sorted.insert(place, added);
}

POLYHOST_INLINE void enumeration_maker::fill(enumeration_class& made, PyObject* type) const {
  made.is_signed = is_signed_;
  made.is_flag = kind_ == enum_kind::flag || kind_ == enum_kind::int_flag;
  if (made.is_flag) {
    made.members_by_value = object::steal(PyObject_GetAttrString(type, "_value2member_map_"));
    made.value_name = object::steal(PyUnicode_InternFromString("_value_"));
    if (!made.members_by_value || !made.value_name) throw_python_error();
  }
  if (kind_ == enum_kind::int_flag) made.all_flags = representable_;
  for (const named_value& each : values_) {
    made.all_flags |= each.value;
    if (find_enumerator<&enumerator::value>(made.by_value, each.value) != nullptr) continue;
    PyObject* member = PyObject_GetAttrString(type, each.name.c_str());
    if (member == nullptr) throw_python_error();
    const enumerator added{member, each.value};
    insert_enumerator<&enumerator::value>(made.by_value, added);
    insert_enumerator<&enumerator::member>(made.by_member, added);
  }
}

POLYHOST_INLINE void enumeration_maker::export_members(PyObject* type) const {
  for (const named_value& each : values_) {
    const object member = object::steal(PyObject_GetAttrString(type, each.name.c_str()));
    if (!member) throw_python_error();
    put_into_module(module_, each.name.c_str(), member.get());
  }
}

POLYHOST_INLINE enumeration_class* enumeration_maker::finish(const enumeration_class* known) {
  std::unique_ptr<enumeration_class> made;
  if (!add_known_class(module_, name_.c_str(), known)) {
    object type = make_type();
    made = std::make_unique<enumeration_class>();
    fill(*made, type.get());
    add_new_class(module_, name_.c_str(), *made, std::move(type));
  }
  if (exported_) export_members(made != nullptr ? made->type : known->type);
  return made.release();
}

}  // namespace polyhost::detail
