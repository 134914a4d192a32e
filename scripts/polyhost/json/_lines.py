"""Many documents, one a line (NDJSON, JSON Lines): loads_lines and dumps_lines."""

from itertools import islice

from . import JSONDecodeError, _polyhost_json

__all__ = ["dumps_lines", "loads_lines"]

_PIECE = 1 << 20  # bytes that are read, or parsed, at a time
_BATCH = 1000  # objects that are written at a time


def loads_lines(source, /, *, option=None):
    """Iterate over the values of the lines of `source`, which is not read faster than it is iterated over.

    source: bytes, bytearray, memoryview, mmap or str; or a file, of which `read1(size)` is called, or else `read(size)`. A text file
    waits until it has so much.
    option: OPT_BIG_INTEGER and OPT_DECIMAL, as that of loads_exact; neither by default.

    Lines of white space are passed over. A line that is no JSON raises JSONDecodeError behind the values before it: its doc is
    the line, its lineno the line's number in the source, from 1.
    """
    if isinstance(source, str):
        source = source.encode()
    try:
        memory = memoryview(source)
    except TypeError:
        return _values_of_file(getattr(source, "read1", source.read), option)  # what there is, and not a full piece
    return _values_of_memory(memory.cast("B"), option)


def dumps_lines(objects, /, default=None, option=None, *, file=None):
    """Write each of the objects, of any iterable, on a line of its own, as dumps does: bytes; or to a binary file, as it goes."""
    from . import OPT_APPEND_NEWLINE, OPT_INDENT_2, dumps

    option = OPT_APPEND_NEWLINE if option is None else option | OPT_APPEND_NEWLINE
    if option & OPT_INDENT_2:
        raise ValueError("OPT_INDENT_2 takes more than a line: leave it out")
    if file is None:
        return b"".join([dumps(value, default, option) for value in objects])
    objects = iter(objects)
    while batch := list(islice(objects, _BATCH)):
        file.write(b"".join([dumps(value, default, option) for value in batch]))
    return None


def _values_of_memory(memory, option):
    at, size, number = 0, _PIECE, 1
    while at < len(memory):
        piece = memory[at : at + size]
        values, read, lines, flaw = _polyhost_json._lines(piece, at + size >= len(memory), option)
        yield from values
        number += lines
        if flaw is not None:
            raise _error(bytes(piece[read:]), number, *flaw)
        at += read
        size = _PIECE if read else 2 * size  # for a line that is longer than the piece


def _values_of_file(read_more, option):
    rest, size, number = b"", _PIECE, 1
    while True:
        more = read_more(size)
        if isinstance(more, str):
            more = more.encode()
        text = rest + more if rest else more
        values, read, lines, flaw = _polyhost_json._lines(text, not more, option)
        yield from values
        number += lines
        if flaw is not None:
            raise _error(text[read:], number, *flaw)
        if not more:
            return
        rest = text[read:]
        size = _PIECE if read else 2 * size


def _error(rest, number, message, at):
    line = rest.split(b"\n", 1)[0]
    error = JSONDecodeError(message, line.decode(errors="replace"), len(line[:at].decode(errors="replace")))
    error.lineno = number
    error.args = (f"{message}: line {number} column {error.colno}",)
    return error
