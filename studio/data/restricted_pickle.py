"""Pickles read as data: arrays, dictionaries, lists, text and numbers, and nothing else.

A pickle is a small program. This reader looks at every instruction first and refuses those that
could name code; the few names that NumPy's arrays need are answered by harmless stand-ins, so not
even NumPy's own rebuilding of arrays runs on what a stranger wrote.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import InputError

MAX_BYTES = 1 << 30
"""Larger pickles are refused; CIFAR-100's training file has 155 MB."""

_MAX_DEPTH = 6  # of lists and dictionaries inside each other

# Instructions that make plain values, move them on the stack, and build what NumPy writes.
_INSTRUCTIONS = (
    "MARK STOP POP POP_MARK DUP FLOAT INT BININT BININT1 LONG BININT2 NONE REDUCE STRING "
    "BINSTRING SHORT_BINSTRING UNICODE BINUNICODE APPEND BUILD GLOBAL DICT EMPTY_DICT APPENDS "
    "GET BINGET LONG_BINGET LIST EMPTY_LIST PUT BINPUT LONG_BINPUT SETITEM TUPLE EMPTY_TUPLE "
    "SETITEMS BINFLOAT PROTO TUPLE1 TUPLE2 TUPLE3 NEWTRUE NEWFALSE LONG1 LONG4 BINBYTES "
    "SHORT_BINBYTES SHORT_BINUNICODE BINUNICODE8 BINBYTES8 STACK_GLOBAL MEMOIZE FRAME "
    "BYTEARRAY8"
)
_HARMLESS = frozenset(_INSTRUCTIONS.split())
_PUTS = frozenset(("PUT", "BINPUT", "LONG_BINPUT"))
_TYPE = re.compile(r"[<>=|]?(b1|[iu][1248]|f[248]|\?|[SaU]\d{1,5})\Z")


class PickleRefused(InputError):
    """A pickle asks for more than data, or is broken."""


class PickledArray:
    """What a pickle says of an array, before anything is made of it."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) != 5:
            raise PickleRefused("The file holds an array of an unknown kind.")
        self.state = state

    def array(self) -> NDArray[Any]:
        """The array. Raises PickleRefused where size and shape disagree, or for objects."""
        _, shape, dtype, is_fortran, content = self.state
        if isinstance(content, str):
            content = content.encode("latin-1")
        if not isinstance(dtype, PickledType) or not isinstance(content, (bytes, bytearray)):
            raise PickleRefused("The file holds an array of objects, not of numbers.")
        return _array(shape, dtype.dtype(), bool(is_fortran), bytes(content))


class PickledType:
    """What a pickle says of the numbers of an array."""

    __slots__ = ("code", "order")

    def __init__(self, code: Any) -> None:
        self.code = code.decode("latin-1") if isinstance(code, bytes) else str(code)
        self.order = "="

    def __setstate__(self, state: Any) -> None:
        order = state[1] if isinstance(state, tuple) and len(state) > 1 else "="
        self.order = order.decode("latin-1") if isinstance(order, bytes) else str(order)

    def dtype(self) -> np.dtype[Any]:
        """NumPy's type. Raises PickleRefused for anything but numbers and text."""
        if not _TYPE.match(self.code) or self.order not in "<>=|":
            raise PickleRefused("The file holds an array of objects, not of numbers.")
        order: Any = "=" if self.order == "|" else self.order
        return np.dtype(self.code).newbyteorder(order)


def load_pickle(content: bytes) -> Any:
    """The value of a pickle; Python 2's text is given as ``bytes``.

    Raises:
        PickleRefused: it names anything but arrays and plain values, is damaged, or too large.
    """
    if len(content) > MAX_BYTES:
        raise PickleRefused(f"The pickle has more than {MAX_BYTES >> 20} MB.")
    _look_through(content)
    try:
        value = _Reader(io.BytesIO(content), encoding="bytes").load()
    except PickleRefused:
        raise
    except Exception as error:  # a broken pickle raises nearly anything
        raise _damaged(error) from error
    return _plain(value, _MAX_DEPTH)


def _look_through(content: bytes) -> None:
    """Refuse instructions that are not needed for data, and memo places that would eat memory."""
    count = 0
    try:
        for code, argument, _ in pickletools.genops(content):
            count += 1
            if code.name not in _HARMLESS:
                raise _refused(code.name)
            if code.name in _PUTS and int(argument or 0) > 2 * count + 1024:
                raise _damaged(ValueError("memo place"))
            if code.name == "GLOBAL":
                _Reader.answer(*str(argument).split(" ", 1))
    except PickleRefused:
        raise
    except Exception as error:
        raise _damaged(error) from error


class _Standin:
    """Something that a pickle may call; it has no state that a pickle could change."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __setstate__(self, state: Any) -> None:
        raise _refused(self._name)

    def __call__(self, *arguments: Any) -> Any:
        if self._name == "reconstruct":
            return PickledArray()
        if self._name == "dtype":
            return PickledType(arguments[0])
        if self._name == "encode":  # how Python 3 writes bytes for Python 2
            return str(arguments[0]).encode("latin-1")
        if self._name == "scalar":
            return _array((), arguments[0].dtype(), False, _as_bytes(arguments[1])).item()
        if self._name == "frombuffer":
            content, dtype, shape, order = arguments
            return _array(shape, dtype.dtype(), order == "F", bytes(content))
        raise _refused(self._name)


_NAMES = {
    **{
        (f"numpy.{core}.{module}", name): part
        for core in ("core", "_core")
        for module, name, part in (
            ("multiarray", "_reconstruct", "reconstruct"),
            ("multiarray", "scalar", "scalar"),
            ("numeric", "_frombuffer", "frombuffer"),
        )
    },
    ("numpy", "ndarray"): "ndarray",
    ("numpy", "dtype"): "dtype",
    ("_codecs", "encode"): "encode",
}


class _Reader(pickle.Unpickler):
    @staticmethod
    def answer(module: str, name: str) -> _Standin:
        part = _NAMES.get((module, name))
        if part is None:
            raise _refused(f"{module}.{name}")
        return _Standin(part)

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        return self.answer(module_name, global_name)


def _array(shape: Any, dtype: np.dtype[Any], is_fortran: bool, content: bytes) -> NDArray[Any]:
    if not isinstance(shape, tuple) or not all(type(s) is int and s >= 0 for s in shape):
        raise PickleRefused("The file holds an array of an impossible shape.")
    if math.prod(shape) * dtype.itemsize != len(content) or len(shape) > 32:
        raise PickleRefused("The file holds an array whose size and shape disagree.")
    order = "F" if is_fortran else "C"
    return np.frombuffer(content, dtype).reshape(shape, order=order)  # type: ignore[call-overload]


def _as_bytes(value: Any) -> bytes:
    return value.encode("latin-1") if isinstance(value, str) else bytes(value)


def _plain(value: Any, depth: int) -> Any:
    """Arrays made real; everything that no data set needs refused.

    Lists that hold each other would unfold without end: only a few levels are looked at.
    """
    if isinstance(value, PickledArray):
        return value.array()
    if isinstance(value, (str, bytes, int, float, bool, type(None), np.ndarray)):
        return value
    if depth == 0:
        raise PickleRefused("The file holds lists inside lists, deeper than any data set needs.")
    if isinstance(value, dict):
        return {_key(k): _plain(v, depth - 1) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        if all(type(v) in (int, str, bytes, float) for v in value):
            return list(value)
        if len(value) > 1000:
            raise PickleRefused("The file holds a long list of lists.")
        return [_plain(v, depth - 1) for v in value]
    if isinstance(value, bytearray):
        return bytes(value)
    raise _refused(type(value).__name__)


def _key(value: Any) -> Any:
    return value if isinstance(value, (str, bytes, int)) else str(type(value))


def _refused(name: str) -> PickleRefused:
    return PickleRefused(
        "The file is a Python pickle that asks for more than data, so it was not opened: it could "
        "run code.",
        "Use it only if you trust it: save its pictures as .npz in Python.",
        f"refused: {name}",
    )


def _damaged(error: Exception) -> PickleRefused:
    return PickleRefused(
        "The file is a damaged Python pickle.", "Copy or download it again.", repr(error)
    )
