"""Masks as NumPy files: read without ever running what is in them, one-hot or with values."""

from __future__ import annotations

import ast
import math
import re
import struct

import numpy as np
import numpy.typing as npt

from segstudio.core.errors import SegStudioError
from segstudio.core.palette import IGNORE
from segstudio.formats.mask_pictures import MaskPicture, Values
from segstudio.photos.reader import MAX_PIXELS

_MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 10_000
_MOST_CLASSES = 255
_IGNORED = (-1, 65535)


def read_mask_array(data: bytes, name: str) -> MaskPicture:
    """Return the values of a .npy file: (H, W), RGB (H, W, 3) or one-hot in either order.

    Raises SegStudioError where it is none of these, or cannot be read without running code.
    """
    try:
        return MaskPicture(_values(_array(data)), "L", None, "NumPy")
    except ValueError as error:
        raise SegStudioError(
            f"{name} cannot be used as a mask: {error}.",
            remedy="Save one array of whole numbers, (height, width) or one-hot, with numpy.save.",
        ) from error


def _array(data: bytes) -> npt.NDArray[np.generic]:
    """Return the array of a .npy file; its size is checked before anything is taken from it."""
    if data[:2] == b"PK":
        raise ValueError("it is an .npz archive of several arrays")
    if data[:6] != _MAGIC or len(data) < 12:
        raise ValueError("it is no .npy file")
    start = 10 if data[6] == 1 else 12
    length = struct.unpack("<H" if start == 10 else "<I", data[8:start])[0]
    if length > min(_LONGEST_HEADER, len(data) - start):
        raise ValueError("its heading is damaged")
    shape, kind, by_column = _heading(data[start : start + length])
    if kind.hasobject or kind.names is not None or kind.kind not in "buif":
        raise ValueError(f"it holds {kind.name} values, not numbers")
    count = math.prod(shape)
    stored = len(data) - start - length
    if count * kind.itemsize > stored:
        raise ValueError(f"it claims {count:,} values and holds {stored // kind.itemsize:,}")
    values = np.frombuffer(data, kind, count, start + length)
    return values.reshape(shape, order="F" if by_column else "C")


def _heading(text: bytes) -> tuple[tuple[int, ...], np.dtype[np.generic], bool]:
    """Return shape, type and order as the heading states them."""
    try:
        fields = ast.literal_eval(text.decode("latin1").strip())
        described = fields["descr"]
        if not isinstance(described, str) or not re.fullmatch(r"[<>|=]?[a-zA-Z?]\d*", described):
            raise ValueError
        shape = tuple(int(length) for length in fields["shape"])
        kind = np.dtype(described)
    except (ValueError, TypeError, LookupError, SyntaxError, MemoryError, RecursionError):
        raise ValueError("its heading is damaged or describes no plain numbers") from None
    if any(length < 1 for length in shape):
        raise ValueError("it is empty")
    return shape, kind, fields.get("fortran_order") is True


def _values(array: npt.NDArray[np.generic]) -> Values:
    """Return class values, uint8 or uint16 (H, W), or colours, uint8 (H, W, 3)."""
    said = " x ".join(map(str, array.shape))
    if array.ndim == 3 and 1 in (array.shape[0], array.shape[2]):
        array = array[0] if array.shape[0] == 1 else array[:, :, 0]
    pixels = array.shape[:2] if array.ndim == 2 else sorted(array.shape)[-2:]
    if array.ndim not in (2, 3) or math.prod(pixels) > MAX_PIXELS:
        raise ValueError(f"its shape {said} is that of no mask")
    if array.ndim == 2:
        return _whole(array)
    for axis in (2, 0) if array.shape[2] <= array.shape[0] else (0, 2):
        if array.shape[axis] <= _MOST_CLASSES and _is_one_hot(array, axis):
            return np.asarray(np.argmax(array, axis=axis), np.uint8)
    if array.shape[2] == 3 and array.dtype == np.uint8:
        return array.astype(np.uint8)
    raise ValueError(
        f"its shape is {said}, and it is not one-hot: not every pixel has exactly one 1 among 0s"
    )


def _is_one_hot(array: npt.NDArray[np.generic], axis: int) -> bool:
    """Tell whether every pixel has exactly one 1 along an axis and 0 elsewhere."""
    zeros, ones = array == 0, array == 1
    return bool((zeros | ones).all() and (np.count_nonzero(ones, axis=axis) == 1).all())


def _whole(array: npt.NDArray[np.generic]) -> Values:
    """Return whole numbers as uint8 or uint16; -1 and 65535 stand for ignored pixels."""
    if array.dtype.kind == "b":
        return array.astype(np.uint8)
    if array.dtype.kind == "f" and not bool(np.equal(array, np.floor(array)).all()):
        raise ValueError("its values are no whole numbers")
    numbers = np.where(np.isin(array, _IGNORED), IGNORE, array)
    if numbers.min() < 0 or numbers.max() > np.iinfo(np.uint16).max:
        raise ValueError(f"its values reach from {numbers.min()} to {numbers.max()}")
    return numbers.astype(np.uint8) if numbers.max() <= IGNORE else numbers.astype(np.uint16)
