"""Exporters of DLPack and Arrow in pure Python, through ctypes: they offer what one asks for, right or wrong."""

import array
import collections
import ctypes as c

new_capsule = c.pythonapi.PyCapsule_New
new_capsule.restype, new_capsule.argtypes = c.py_object, (c.c_void_p, c.c_void_p, c.c_void_p)
name_of = c.pythonapi.PyCapsule_GetName
name_of.restype, name_of.argtypes = c.c_char_p, (c.py_object,)


class DLTensor(c.Structure):
    _fields_ = [
        ("data", c.c_void_p),
        ("device_type", c.c_int32),
        ("device_id", c.c_int32),
        ("ndim", c.c_int32),
        ("code", c.c_uint8),
        ("bits", c.c_uint8),
        ("lanes", c.c_uint16),
        ("shape", c.POINTER(c.c_int64)),
        ("strides", c.POINTER(c.c_int64)),
        ("byte_offset", c.c_uint64),
    ]


class DLManaged(c.Structure):
    _fields_ = [("tensor", DLTensor), ("context", c.c_void_p), ("deleter", c.CFUNCTYPE(None, c.c_void_p))]


class DLVersioned(c.Structure):
    _fields_ = [
        ("major", c.c_uint32),
        ("minor", c.c_uint32),
        ("context", c.c_void_p),
        ("deleter", c.CFUNCTYPE(None, c.c_void_p)),
        ("flags", c.c_uint64),
        ("tensor", DLTensor),
    ]


def int64s(values):
    return (c.c_int64 * len(values))(*values)


class Tensor:
    """An array.array as a DLPack tensor; `deleted` counts the calls of its deleters."""

    def __init__(self, items, shape=None, strides=None, *, code=2, bits=64, lanes=1, device=1, tensor_device=None,
                 offset=0, version=None, flags=0, null_deleter=False):
        self.items, self.device, self.version, self.flags = items, device, version, flags
        self.shape = int64s([len(items)] if shape is None else shape)
        self.strides = None if strides is None else int64s(strides)
        self.tensor = DLTensor(
            items.buffer_info()[0], device if tensor_device is None else tensor_device, 0, len(self.shape), code, bits,
            lanes, self.shape, self.strides, offset,
        )
        self.deleted, self.capsule, self.null_deleter = 0, None, null_deleter
        self.asked = collections.deque(maxlen=2)  # the keywords of the latest calls of __dlpack__

    def delete(self, managed):
        assert managed == c.addressof(self.managed)
        self.deleted += 1

    def __dlpack_device__(self):
        return (self.device, 0)

    def __dlpack__(self, **options):
        self.asked.append(options)
        kind = DLManaged if self.version is None else DLVersioned
        if self.version is None and options:
            raise TypeError("older than DLPack 1.0")
        self.managed = kind(tensor=self.tensor)
        if not self.null_deleter:
            self.managed.deleter = type(self.managed.deleter)(self.delete)
        if self.version is not None:
            self.managed.major, self.managed.minor = self.version
            self.managed.flags = self.flags
        name = b"dltensor" if self.version is None else b"dltensor_versioned"
        self.name = c.create_string_buffer(name)
        self.capsule = new_capsule(c.addressof(self.managed), c.addressof(self.name), None)
        return self.capsule


class ArrowSchema(c.Structure):
    _fields_ = [
        ("format", c.c_char_p),
        ("name", c.c_char_p),
        ("metadata", c.c_char_p),
        ("flags", c.c_int64),
        ("n_children", c.c_int64),
        ("children", c.c_void_p),
        ("dictionary", c.c_void_p),
        ("release", c.c_void_p),
        ("private_data", c.c_void_p),
    ]


class ArrowArray(c.Structure):
    _fields_ = [
        ("length", c.c_int64),
        ("null_count", c.c_int64),
        ("offset", c.c_int64),
        ("n_buffers", c.c_int64),
        ("n_children", c.c_int64),
        ("buffers", c.POINTER(c.c_void_p)),
        ("children", c.c_void_p),
        ("dictionary", c.c_void_p),
        ("release", c.c_void_p),
        ("private_data", c.c_void_p),
    ]


def address(pointer):
    return c.cast(pointer, c.c_void_p).value


class Arrow:
    """An array.array as an Arrow array; `released` counts the calls of its release callbacks."""

    def __init__(self, items, format=b"g", *, length=None, offset=0, valid=None, null_count=0, n_buffers=2,
                 dictionary=None):
        self.items, self.released = items, {"schema": 0, "array": 0}
        self.valid = None if valid is None else c.create_string_buffer(bytes(valid))
        self.buffers = (c.c_void_p * 2)(valid and c.addressof(self.valid), items.buffer_info()[0])
        self.callback = c.CFUNCTYPE(None, c.c_void_p)
        self.callbacks = self.callback(self.release_schema), self.callback(self.release_array)
        self.schema_fields = dict(format=format, dictionary=dictionary, release=address(self.callbacks[0]))
        self.array_fields = dict(
            length=len(items) - offset if length is None else length, null_count=null_count, offset=offset,
            n_buffers=n_buffers, buffers=self.buffers, release=address(self.callbacks[1]),
        )

    def release_schema(self, at):
        self.released["schema"] += 1
        ArrowSchema.from_address(at).release = None

    def release_array(self, at):
        self.released["array"] += 1
        ArrowArray.from_address(at).release = None

    def __arrow_c_array__(self, requested_schema=None):
        self.schema, self.array = ArrowSchema(**self.schema_fields), ArrowArray(**self.array_fields)
        return (
            new_capsule(c.addressof(self.schema), c.addressof(SCHEMA_NAME), None),
            new_capsule(c.addressof(self.array), c.addressof(ARRAY_NAME), None),
        )


SCHEMA_NAME, ARRAY_NAME = c.create_string_buffer(b"arrow_schema"), c.create_string_buffer(b"arrow_array")


def doubles(*values):
    return array.array("d", values)
