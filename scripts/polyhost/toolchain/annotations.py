"""Python's annotations as C++ types."""

import collections.abc
import sys
import types


class _ArrayType(type):
    """Of Array: what native functions return are arrays, too, of a class that the plugin makes without this package."""

    def __instancecheck__(cls, value):
        return (type(value).__module__, type(value).__qualname__) == ("polyhost", "Array")


class Array(metaclass=_ArrayType):
    """Array[float], Array[float, 2]: an array of one or more dimensions, in @polyhost.native functions and in stubs.

    As a parameter whatever exports a buffer, DLPack or Arrow, seen in place: polyhost::array<const double, N>. As a result
    an object that exports them in its turn, from a polyhost::owned_array<double, N>. Items: float or int (of 64 bit).
    """

    def __class_getitem__(cls, items):
        return types.GenericAlias(cls, items)


KEYWORDS = frozenset(
    "alignas alignof and and_eq asm auto bitand bitor bool case catch char char8_t char16_t char32_t class compl concept const"
    " consteval constexpr constinit const_cast co_await co_return co_yield decltype default delete do double dynamic_cast enum"
    " explicit export extern false float friend goto inline int long mutable namespace new noexcept not_eq nullptr operator"
    " or_eq private protected public register reinterpret_cast requires short signed sizeof static static_assert static_cast"
    " struct switch template this thread_local throw true typedef typeid typename union unsigned using virtual void volatile"
    " wchar_t xor xor_eq".split()
)
SIMPLE = {int: "std::int64_t", float: "double", bool: "bool", object: "polyhost::object"}
HEADERS = {
    "std::vector": "vector",
    "std::map": "map",
    "std::set": "set",
    "std::tuple": "tuple",
    "std::optional": "optional",
    "std::string": "string",
    "polyhost::array": "polyhost/array.hpp",
    "polyhost::owned_array": "polyhost/owned_array.hpp",
}


MOST_DIMENSIONS = 64  # of a buffer of Python's


class Unsupported(TypeError):
    """The annotation has no counterpart in C++; the argument is its name."""


def origin_of(annotation):
    """As typing.get_origin, whose module nobody needs who has not imported it."""
    return getattr(annotation, "__origin__", types.UnionType if isinstance(annotation, types.UnionType) else None)


def arguments_of(annotation):
    return getattr(annotation, "__args__", ())


def is_union(origin):
    typing = sys.modules.get("typing")
    return origin is types.UnionType or (typing is not None and origin is typing.Union)


def name_of(annotation):
    return annotation.__qualname__ if isinstance(annotation, type) and not arguments_of(annotation) else repr(annotation)


def parameter(annotation):
    """The type of a parameter (str)."""
    views = {str: "std::string_view", bytes: "std::span<const std::byte>"}
    if type(annotation) is type and annotation in views:
        return views[annotation]
    if origin_of(annotation) is Array:
        return "polyhost::array<const {}, {}>".format(*array_of(annotation))
    if origin_of(annotation) is collections.abc.Callable:
        if not arguments_of(annotation) or Ellipsis in arguments_of(annotation):
            raise Unsupported(name_of(annotation))
        *arguments, returned = arguments_of(annotation)
        return f"polyhost::callback<{result(returned)}({', '.join(map(value, arguments))})>"
    made = value(annotation)
    return made if made in SIMPLE.values() else f"const {made}&"


def result(annotation):
    """The type of a result (str)."""
    if annotation is None or annotation is type(None):
        return "void"
    if origin_of(annotation) is Array:
        return "polyhost::owned_array<{}, {}>".format(*array_of(annotation))
    return value(annotation)


def value(annotation):
    """The type of what stands in a container (str)."""
    owned = {**SIMPLE, str: "std::string", bytes: "std::vector<std::byte>"}
    if type(annotation) is type and annotation in owned:
        return owned[annotation]
    origin, of = origin_of(annotation), arguments_of(annotation)
    if origin in (list, collections.abc.Sequence, collections.abc.Iterable) and len(of) == 1:
        return f"std::vector<{value(of[0])}>"
    if origin is set and len(of) == 1:
        return f"std::set<{value(of[0])}>"
    if origin is dict and len(of) == 2:
        return f"std::map<{value(of[0])}, {value(of[1])}>"
    if origin is tuple and of and Ellipsis not in of:
        return f"std::tuple<{', '.join(map(value, of))}>"
    if origin is tuple and len(of) == 2 and of[1] is Ellipsis:
        return f"std::vector<{value(of[0])}>"
    if is_union(origin) and len(of) == 2 and type(None) in of:
        return f"std::optional<{value(of[0] if of[1] is type(None) else of[1])}>"
    raise Unsupported(name_of(annotation))


def array_of(annotation):
    of = arguments_of(annotation)
    items = {float: "double", int: "std::int64_t"}
    item, dimensions = of if len(of) == 2 else (*of, 1) if len(of) == 1 else (None, 0)
    if not (type(item) is type and item in items and type(dimensions) is int and 1 <= dimensions <= MOST_DIMENSIONS):
        raise Unsupported(name_of(annotation))
    return items[item], dimensions


def headers(text):
    """The headers that types in this text need (list of str)."""
    return sorted({header for name, header in HEADERS.items() if name + "<" in text or name in text and header == "string"})
