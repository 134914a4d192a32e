"""json.loads, dumps, load and dump of the standard library, native: same results, same errors.

The function objects stay: patch() gives them other code, so that `from json import loads` is native as well, if it ran before.
The standard library's own function is json.loads.__wrapped__. It does what native code leaves to it: all errors, so that they
are worded and placed by the standard library, what calls back (object_hook, default for objects that need it), other classes
(cls) and types (subclasses of dict, integers over 64 bits, NaN in a text, text that is not UTF-8).

Two things differ. json.dump writes the text at once, not in pieces. A script that changes json itself is followed if it sets
json._default_encoder, json._default_decoder, json.JSONEncoder, json.encoder.c_make_encoder or JSONEncoder.default, but not if it
sets other attributes of the classes JSONEncoder and JSONDecoder.
"""

import sys
from io import StringIO, TextIOWrapper
from types import FunctionType, ModuleType

_native = None  # polyhost.json._polyhost_json, from the first patch() on: a script's own json.py does without
_MISSING = type("missing", (), {"__repr__": lambda self: "<required>"})()

# The code of these becomes the code of json's functions, whose globals are those of json: `_default_decoder`, `JSONEncoder` and
# so on are there, and `_polyhost` is what patch() puts there. Naming no optional argument is what makes the call cheap: a function with
# six of them, and **kw, takes 80 ns longer. What was passed in another way than usual is left to the standard library's function.


def loads(s=_MISSING, *more, **kw):
    if not kw and not more and _default_decoder is _polyhost.decoder:
        kind = type(s)
        if kind is str or kind is bytes or kind is bytearray:
            value = _polyhost.loads(s)
            if value is not NotImplemented:
                return value
    if s is _polyhost.missing:
        return _polyhost.standard_loads(**kw)
    return _polyhost.standard_loads(s, *more, **kw)


def load(fp=_MISSING, *more, **kw):
    if not kw and not more and fp is not _polyhost.missing:
        return loads(fp.read())
    if fp is _polyhost.missing:
        return _polyhost.standard_load(**kw)
    return _polyhost.standard_load(fp, *more, **kw)


def dumps(obj=_MISSING, *more, **kw):
    if (
        not more
        and obj is not _polyhost.missing
        and _default_encoder is _polyhost.encoder
        and JSONEncoder is _polyhost.JSONEncoder
        and _polyhost.encoding.c_make_encoder is _polyhost.c_make_encoder
    ):
        text = _polyhost.text(obj, **kw) if kw else _polyhost.dumps(obj, True, True, False, ", ", ": ", None)
        if text is not NotImplemented:
            return text
    if obj is _polyhost.missing:
        return _polyhost.standard_dumps(**kw)
    return _polyhost.standard_dumps(obj, *more, **kw)


def dump(obj=_MISSING, fp=_MISSING, *more, **kw):
    if (
        not more
        and obj is not _polyhost.missing
        and fp is not _polyhost.missing
        and _default_encoder is _polyhost.encoder
        and JSONEncoder is _polyhost.JSONEncoder
        and _polyhost.encoding.c_make_encoder is _polyhost.c_make_encoder
    ):
        text = _polyhost.text(obj, **kw)
        if text is not NotImplemented and _polyhost.written(fp, text):
            return
    if fp is _polyhost.missing:
        return _polyhost.standard_dump(**kw) if obj is _polyhost.missing else _polyhost.standard_dump(obj, **kw)
    if obj is _polyhost.missing:
        return _polyhost.standard_dump(fp=fp, **kw)
    return _polyhost.standard_dump(obj, fp, *more, **kw)


TEMPLATES = {function.__name__: function for function in (loads, load, dumps, dump)}


def _text(
    obj,
    *,
    skipkeys=False,
    ensure_ascii=True,
    check_circular=True,
    allow_nan=True,
    cls=None,
    indent=None,
    separators=None,
    default=None,
    sort_keys=False,
    **kw,
):
    """json.dumps(obj, ...), or NotImplemented where that is for the standard library. `default`, `skipkeys` and `check_circular`
    do not matter: native code leaves alone whatever they are for."""
    if cls is not None or kw:
        return NotImplemented
    if not type(skipkeys) is type(ensure_ascii) is type(check_circular) is type(allow_nan) is type(sort_keys) is bool:
        return NotImplemented  # what is true of others is asked once only
    if separators is None:
        item_separator, key_separator = ", " if indent is None else ",", ": "
    elif (type(separators) is tuple or type(separators) is list) and len(separators) == 2:
        item_separator, key_separator = separators
        if not type(item_separator) is type(key_separator) is str or not (item_separator.isascii() and key_separator.isascii()):
            return NotImplemented
    else:
        return NotImplemented
    if type(indent) is int and 0 <= indent <= 1000:
        indent = " " * indent
    elif indent is not None and (type(indent) is not str or not indent.isascii()):
        return NotImplemented
    return _native.standard_dumps(obj, ensure_ascii, allow_nan, sort_keys, item_separator, key_separator, indent)


def _written(fp, text):
    """False if nothing was written and it is to be written in pieces: of a text that the file's encoding cannot have, the pieces
    before that get there, and the error counts from the begin of its piece."""
    if text.isascii() or type(fp) is StringIO:
        fp.write(text)
        return True
    if type(fp) is not TextIOWrapper or fp.encoding.lower() not in ("utf-8", "utf8"):  # the encoder of others may have a state, which a failure would change
        return False
    try:
        fp.write(text)
    except UnicodeEncodeError:
        return False
    return True


def _is_known(function, json, template):
    """Whether it is a function of that json module's own, takes the positional arguments that it should, and is not native yet."""
    if type(function) is not FunctionType or function.__globals__ is not vars(json) or hasattr(function, "__wrapped__"):
        return False
    count = template.__code__.co_argcount
    code = function.__code__
    return (code.co_argcount, code.co_varnames[:count]) == (count, template.__code__.co_varnames[:count])


def _copy(function):
    made = FunctionType(function.__code__, function.__globals__, function.__name__, function.__defaults__, function.__closure__)
    for name in "__kwdefaults__", "__doc__", "__module__", "__qualname__", "__annotations__":
        setattr(made, name, getattr(function, name))
    return made


def _is_untouched(json, encoding, decoding):
    """Whether what json's functions use without being told to is the standard library's."""
    if json.JSONEncoder is not encoding.JSONEncoder or json.JSONDecoder is not decoding.JSONDecoder:
        return False
    for used, fresh in (json._default_encoder, encoding.JSONEncoder()), (json._default_decoder, decoding.JSONDecoder()):
        if type(used) is not type(fresh) or {**vars(used), "scan_once": None} != {**vars(fresh), "scan_once": None}:
            return False
    return True


def patch(json):
    """Make the functions of that json module (the one in sys.modules, or a copy) native, if they are the standard library's."""
    functions = {name: vars(json).get(name) for name in TEMPLATES}
    if not all(_is_known(functions[name], json, template) for name, template in TEMPLATES.items()):
        return
    encoding, decoding = (sys.modules.get(f"{json.__name__}.{part}") for part in ("encoder", "decoder"))
    if not encoding or not decoding or not _is_untouched(json, encoding, decoding):
        return
    global _native
    from polyhost.json import _polyhost_json as _native

    parts = ModuleType(__name__ + ".parts", "What json's functions need, since they are native.")
    parts.loads, parts.dumps, parts.text = _native.standard_loads, _native.standard_dumps, _text
    parts.written, parts.missing = _written, _MISSING
    parts.decoder, parts.encoder, parts.JSONEncoder = json._default_decoder, json._default_encoder, json.JSONEncoder
    parts.encoding, parts.c_make_encoder = encoding, encoding.c_make_encoder
    for name, function in functions.items():
        setattr(parts, "standard_" + name, _copy(function))
    json._polyhost = parts
    for name, function in functions.items():
        template = TEMPLATES[name]
        function.__wrapped__ = getattr(parts, "standard_" + name)
        function.__defaults__ = template.__defaults__
        # Not "<frozen ...>": traceback would look there for a line of json's file.
        function.__code__ = template.__code__.replace(co_filename=f"<{__name__}>")
