"""One value of a document: pointer."""

from . import _polyhost_json

_NOTHING = object()


def pointer(doc, pointer, /, default=_NOTHING, *, option=None):
    """The value at a JSON pointer (RFC 6901: str, as "/a/0/b") in a document; only that value is parsed.

    doc: as that of loads. What is passed by on the way is skipped, not checked. Of equal keys the first one counts.
    default: is returned if nothing is there; without it, that is a KeyError.
    option: OPT_BIG_INTEGER and OPT_DECIMAL, as that of loads_exact; neither by default.

    Raises ValueError for what is no pointer, and JSONDecodeError for what is no JSON, as far as it was looked at.
    """
    value = _polyhost_json._pointer(doc, pointer, option)
    if value is not NotImplemented:
        return value
    if default is _NOTHING:
        raise KeyError(pointer)
    return default
