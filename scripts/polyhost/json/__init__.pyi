import json as _standard
from collections.abc import Callable, Iterable, Iterator
from mmap import mmap
from types import ModuleType
from typing import Any, Protocol, final, overload

__all__ = [
    "Fragment",
    "JSONDecodeError",
    "JSONEncodeError",
    "OPT_APPEND_NEWLINE",
    "OPT_BIG_INTEGER",
    "OPT_DECIMAL",
    "OPT_INDENT_2",
    "OPT_MORE_TYPES",
    "OPT_NAIVE_UTC",
    "OPT_NON_STR_KEYS",
    "OPT_OMIT_MICROSECONDS",
    "OPT_PASSTHROUGH_DATACLASS",
    "OPT_PASSTHROUGH_DATETIME",
    "OPT_PASSTHROUGH_SUBCLASS",
    "OPT_SERIALIZE_DATACLASS",
    "OPT_SERIALIZE_NUMPY",
    "OPT_SERIALIZE_UUID",
    "OPT_SORT_KEYS",
    "OPT_STRICT_INTEGER",
    "OPT_UTC_Z",
    "dumps",
    "dumps_lines",
    "loads",
    "loads_exact",
    "loads_lines",
    "pointer",
]

__version__: str
_polyhost_json: ModuleType

class _Readable(Protocol):
    def read(self, size: int, /) -> bytes | str: ...

class _Writable(Protocol):
    def write(self, data: bytes, /) -> object: ...

class JSONDecodeError(_standard.JSONDecodeError): ...

JSONEncodeError = TypeError

@final
class Fragment:
    def __new__(cls, contents: bytes | str, /) -> Fragment: ...
    @property
    def contents(self) -> bytes | str: ...

OPT_INDENT_2: int
OPT_NAIVE_UTC: int
OPT_NON_STR_KEYS: int
OPT_OMIT_MICROSECONDS: int
OPT_SERIALIZE_NUMPY: int
OPT_SORT_KEYS: int
OPT_STRICT_INTEGER: int
OPT_UTC_Z: int
OPT_PASSTHROUGH_SUBCLASS: int
OPT_PASSTHROUGH_DATETIME: int
OPT_APPEND_NEWLINE: int
OPT_PASSTHROUGH_DATACLASS: int
OPT_SERIALIZE_DATACLASS: int
OPT_SERIALIZE_UUID: int
OPT_BIG_INTEGER: int
OPT_DECIMAL: int
OPT_MORE_TYPES: int

def loads(obj: bytes | bytearray | memoryview | str, /) -> Any: ...
def loads_exact(obj: bytes | bytearray | memoryview | str, /, option: int | None = None) -> Any: ...
def dumps(obj: Any, /, default: Callable[[Any], Any] | None = None, option: int | None = None) -> bytes: ...
def loads_lines(source: bytes | bytearray | memoryview | mmap | str | _Readable, /, *, option: int | None = None) -> Iterator[Any]: ...
@overload
def dumps_lines(
    objects: Iterable[Any], /, default: Callable[[Any], Any] | None = None, option: int | None = None, *, file: None = None
) -> bytes: ...
@overload
def dumps_lines(
    objects: Iterable[Any], /, default: Callable[[Any], Any] | None = None, option: int | None = None, *, file: _Writable
) -> None: ...
def pointer(doc: bytes | bytearray | memoryview | str, pointer: str, /, default: Any = ..., *, option: int | None = None) -> Any: ...
