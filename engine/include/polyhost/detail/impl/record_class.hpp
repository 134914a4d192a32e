// The definitions of detail/record_class.hpp.
#pragma once

#include <polyhost/detail/bind.hpp>
#include <polyhost/detail/builtin_attributes.hpp>
#include <polyhost/detail/errors.hpp>
#include <polyhost/detail/impl/registration.hpp>
#include <polyhost/detail/inline.hpp>
#include <polyhost/detail/raise_refusal.hpp>
#include <polyhost/detail/record_class.hpp>

#include <memory>
#include <stdexcept>
#include <utility>

namespace polyhost::detail {

inline PyObject** items_of(PyObject* self) { return reinterpret_cast<record_object*>(self)->items; }

// ---- conversion ----

// A record may hold others of its own type, and so itself.
struct recursion {
  const bool entered = Py_EnterRecursiveCall(" in a record") == 0;
  recursion() = default;
  recursion(const recursion&) = delete;
  recursion& operator=(const recursion&) = delete;
  ~recursion() {
    if (entered) Py_LeaveRecursiveCall();
  }
};

inline void raise_not_set(const record_class& known, std::size_t index) {
  PyErr_Format(PyExc_AttributeError, "%s.%s is not set", known.sig.qualified_name().c_str(),
               known.sig.parameters[index].name.c_str());
}

POLYHOST_INLINE bool load_record(const record_class* known, PyObject* from, void* record, argument& arg) {
  if (known == nullptr || !PyObject_TypeCheck(from, reinterpret_cast<PyTypeObject*>(known->type)))
    return refuse_class(arg, from, known);
  const recursion deeper;
  if (!deeper.entered) return refuse(arg, refusal::raised);
  for (std::size_t i = 0; i < known->attributes.size(); ++i) {
    const kept_alive item(items_of(from)[i]);  // a conversion may run Python code that changes the record
    argument member{&known->sig, i};
    if (item.get() != nullptr && known->fields[i].load(item.get(), record, member)) continue;
    if (item.get() != nullptr) {
      raise_member_refusal(member, item.get());
    } else {
      raise_not_set(*known, i);
    }
    return refuse(arg, refusal::raised);
  }
  return true;
}

POLYHOST_INLINE PyObject* make_record(const record_class& known, const void* record) {
  auto* type = reinterpret_cast<PyTypeObject*>(known.type);
  object made = object::steal(type->tp_alloc(type, 0));
  if (!made) return nullptr;
  for (std::size_t i = 0; i < known.attributes.size(); ++i) {
    PyObject* item = known.fields[i].make(record);
    if (item == nullptr) return nullptr;
    items_of(made.get())[i] = item;
  }
  return made.release();
}

// ---- attributes ----

inline const record_class::attribute& as_attribute(void* closure) {
  return *static_cast<const record_class::attribute*>(closure);
}

inline PyObject* get_record_item(PyObject* self, void* closure) {
  const auto& [known, index] = as_attribute(closure);
  PyObject* item = items_of(self)[index];
  if (item == nullptr) raise_not_set(*known, index);
  return Py_XNewRef(item);
}

inline int set_record_item(PyObject* self, PyObject* value, void* closure) {
  return guarded(-1, [&] {
    const auto& [known, index] = as_attribute(closure);
    if (value == nullptr) {
      PyErr_Format(PyExc_AttributeError, "%s.%s cannot be deleted", known->sig.qualified_name().c_str(),
                   known->sig.parameters[index].name.c_str());
      return -1;
    }
    argument member{&known->sig, index};
    PyObject* item = known->fields[index].convert(value, member);
    if (item == nullptr) {
      raise_member_refusal(member, value);
      return -1;
    }
    Py_XSETREF(items_of(self)[index], item);
    return 0;
  });
}

// ---- slots ----

// The arguments of tp_init as a vectorcall has them. False without memory.
inline bool flatten(PyObject* args, PyObject* kwargs, std::vector<PyObject*>& values, object& names) {
  for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(args); ++i) values.push_back(PyTuple_GET_ITEM(args, i));
  if (kwargs == nullptr) return true;
  names = object::steal(PyTuple_New(PyDict_GET_SIZE(kwargs)));
  if (!names) return false;
  PyObject* key = nullptr;
  PyObject* value = nullptr;
  Py_ssize_t at = 0;
  for (Py_ssize_t i = 0; PyDict_Next(kwargs, &at, &key, &value) != 0; ++i) {
    PyTuple_SET_ITEM(names.get(), i, Py_NewRef(key));
    values.push_back(value);
  }
  return true;
}

POLYHOST_INLINE int init_record(const record_class& known, PyObject* self, PyObject* args, PyObject* kwargs) {
  return guarded(-1, [&] {
    std::vector<PyObject*> values;
    std::vector<PyObject*> bound(known.attributes.size());
    object names;
    if (!flatten(args, kwargs, values, names) ||
        !bind(known.sig, values.data(), PyTuple_GET_SIZE(args), names.get(), bound.data()))
      return -1;
    std::vector<object> items(bound.size());  // all are set, or none
    for (std::size_t i = 0; i < bound.size(); ++i) {
      argument member{&known.sig, i};
      items[i] = object::steal(known.fields[i].convert(bound[i], member));
      if (items[i]) continue;
      raise_argument_refusal(member, bound[i]);
      return -1;
    }
    for (std::size_t i = 0; i < items.size(); ++i) Py_XSETREF(items_of(self)[i], items[i].release());
    return 0;
  });
}

// Point(x=1.0, y=0.0)
POLYHOST_INLINE PyObject* describe_record(const record_class& known, PyObject* self) {
  object name = object::steal(PyType_GetQualName(Py_TYPE(self)));
  const int entered = name ? Py_ReprEnter(self) : -1;
  if (entered < 0) return nullptr;
  if (entered > 0) return PyUnicode_FromFormat("%U(...)", name.get());
  object text = object::steal(PyUnicode_FromFormat("%U(", name.get()));
  for (std::size_t i = 0; i < known.attributes.size() && text; ++i) {
    const object item = object::borrow(items_of(self)[i]);
    const object shown = object::steal(item ? PyObject_Repr(item.get()) : PyUnicode_FromString("<not set>"));
    text = object::steal(shown ? PyUnicode_FromFormat("%U%s%U=%U", text.get(), i > 0 ? ", " : "",
                                                      known.sig.parameters[i].key.get(), shown.get())
                               : nullptr);
  }
  Py_ReprLeave(self);
  return text ? PyUnicode_FromFormat("%U)", text.get()) : nullptr;
}

// Of the same class, and each member equal.
POLYHOST_INLINE PyObject* compare_records(const record_class& known, PyObject* self, PyObject* other,
                                          int operation) {
  if ((operation != Py_EQ && operation != Py_NE) || Py_TYPE(self) != Py_TYPE(other)) Py_RETURN_NOTIMPLEMENTED;
  int equal = 1;
  for (std::size_t i = 0; i < known.attributes.size() && equal == 1; ++i) {
    const kept_alive a(items_of(self)[i]);
    const kept_alive b(items_of(other)[i]);
    const bool both = a.get() != nullptr && b.get() != nullptr;
    equal = both ? PyObject_RichCompareBool(a.get(), b.get(), Py_EQ) : static_cast<int>(a.get() == b.get());
  }
  return equal < 0 ? nullptr : PyBool_FromLong(static_cast<long>(equal == (operation == Py_EQ ? 1 : 0)));
}

POLYHOST_INLINE int traverse_record(const record_class& known, PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  for (std::size_t i = 0; i < known.attributes.size(); ++i) Py_VISIT(items_of(self)[i]);
  return 0;
}

POLYHOST_INLINE int clear_record(const record_class& known, PyObject* self) {
  for (std::size_t i = 0; i < known.attributes.size(); ++i) Py_CLEAR(items_of(self)[i]);
  return 0;
}

// ---- the class ----

// __signature__ of the class itself, made when it is asked for: a descriptor.
struct record_signature {
  PyObject_HEAD const record_class* of;
};

inline PyObject* get_record_signature(PyObject* self, PyObject* instance, PyObject* owner) {
  const record_class& known = *reinterpret_cast<record_signature*>(self)->of;
  if (instance == nullptr && owner == known.type) return make_signature_object(known.sig);
  PyErr_SetString(PyExc_AttributeError, "__signature__");  // a subclass may have another
  return nullptr;
}

inline object make_record_signature(const record_class& known) {
  static PyType_Slot slots[] = {{Py_tp_descr_get, reinterpret_cast<void*>(get_record_signature)},
                                {0, nullptr}};
  static PyType_Spec spec{"polyhost.record_signature", sizeof(record_signature), 0, Py_TPFLAGS_DEFAULT,
                          slots};
  const object type = object::steal(PyType_FromSpec(&spec));
  object made = object::steal(type ? PyObject_CallNoArgs(type.get()) : nullptr);
  if (made) reinterpret_cast<record_signature*>(made.get())->of = &known;
  return made;
}

// __slots__ is what copy and pickle go by; __match_args__ has those that may be given by position.
inline bool add_class_attributes(const record_class& known, PyObject* type) {
  const object names = object::steal(PyTuple_New(static_cast<Py_ssize_t>(known.attributes.size())));
  for (std::size_t i = 0; names && i < known.attributes.size(); ++i)
    PyTuple_SET_ITEM(names.get(), static_cast<Py_ssize_t>(i), Py_NewRef(known.sig.parameters[i].key.get()));
  const object positional = object::steal(
      names ? PyTuple_GetSlice(names.get(), 0, static_cast<Py_ssize_t>(known.sig.positional)) : nullptr);
  const object signature = make_record_signature(known);
  return positional && signature && PyObject_SetAttrString(type, "__slots__", names.get()) == 0 &&
         PyObject_SetAttrString(type, "__match_args__", positional.get()) == 0 &&
         PyObject_SetAttrString(type, "__signature__", signature.get()) == 0;
}

inline object make_record_type(record_class& made, const record_slot_functions& functions) {
  for (std::size_t i = 0; i < made.attributes.size(); ++i) {
    made.attributes[i] = {&made, i};
    made.getset.push_back({made.sig.parameters[i].name.c_str(), get_record_item, set_record_item, nullptr,
                           &made.attributes[i]});
  }
  made.getset.push_back({});
  PyType_Slot slots[] = {{Py_tp_doc, made.doc.data()},
                         {Py_tp_init, reinterpret_cast<void*>(functions.init)},
                         {Py_tp_repr, reinterpret_cast<void*>(functions.repr)},
                         {Py_tp_richcompare, reinterpret_cast<void*>(functions.compare)},
                         {Py_tp_hash, reinterpret_cast<void*>(PyObject_HashNotImplemented)},
                         {Py_tp_traverse, reinterpret_cast<void*>(functions.traverse)},
                         {Py_tp_clear, reinterpret_cast<void*>(functions.clear)},
                         {Py_tp_dealloc, reinterpret_cast<void*>(functions.dealloc)},
                         {Py_tp_getset, made.getset.data()},
                         {0, nullptr}};
  const std::string name = made.sig.qualified_name();
  PyType_Spec spec{
      name.c_str(),
      static_cast<int>(offsetof(record_object, items) + made.attributes.size() * sizeof(PyObject*)), 0,
      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots};
  object type = object::steal(PyType_FromSpec(&spec));
  if (!type || !add_class_attributes(made, type.get())) throw_python_error();
  return type;
}

POLYHOST_INLINE PyObject* add_record(PyObject* module, const record_definition& definition,
                                     const signature_text& text, const char* doc, record_class*& known) {
  auto made = std::make_unique<record_class>();
  made->sig.module = PyModule_GetName(module);
  read_and_check(made->sig, module, text, {definition.count, "the record has", definition.add_types});
  for (const parameter& p : made->sig.parameters) {
    if (p.name.starts_with("__"))
      refuse_signature(module, text, "'" + p.name + "' is mangled in a class: begin it with one underscore");
  }
  const char* const name = made->sig.name.c_str();
  const record_class* had = find_class(known);
  if (add_known_class(module, name, had)) return had->type;
  made->fields = definition.fields;
  made->attributes.resize(definition.count);
  made->doc = made->sig.name + made->sig.text(false) + "\n--\n\n" + (doc != nullptr ? doc : "");
  record_class& kept = *made.release();  // its type refers to it, for ever
  object type = make_record_type(kept, definition.slots);
  kept.next = known;
  add_new_class(module, name, kept, std::move(type));
  known = &kept;
  return kept.type;
}

}  // namespace polyhost::detail
