"""A table: named arrays over named dimensions, and its form as the bytes of a netCDF-4 file.

The files open with plain ``xarray.open_dataset``, which also undoes the packing (`nuatom.store.packing`).  After the
netCDF data, where HDF5 does not look, stands one line with the SHA-256 of all bytes before it: the seal.  It is
compared before HDF5 sees the bytes, because HDF5 may loop for ever on damaged metadata.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nuatom.store.packing import Packing, packing_of

if TYPE_CHECKING:
    import h5py

HEADER = (
    "kind",
    "key",
    "parameters",
    "nuatom_version",
    "fingerprint",
    "schema",
    "physics",
    "created",
)
"""Attributes of a file which belong to the store and not to the table."""

_HDF5_ATTRIBUTES = ("CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORTH_DEFLATING = 4096
"""Bytes of a variable from which on a filter saves more than it adds."""
_SEAL = b"\nnuatom sha256 "
_SEAL_LENGTH = len(_SEAL) + 64 + 1


class DamagedError(Exception):
    """The bytes are not the table they should be; the message is the reason."""


@dataclass(frozen=True, eq=False)
class Variable:
    """One array over named dimensions.

    Attributes:
        dims: name of each dimension; () for a single value.
        data: the numbers or strings: float64, int64 or str; read-only.
        units: unit of the numbers, e.g. "1/MeV".
        description: what they are; ``long_name`` in the file.
        packing: how numbers of type float64 are rounded, here and now, to take less space in the file, such as
            `Multiples(2**-15)`; None keeps all of them.

    Raises:
        ValueError: for another dtype, a wrong number of dimensions, or a string that netCDF cannot hold.
    """

    dims: tuple[str, ...]
    data: NDArray[Any]
    units: str = ""
    description: str = ""
    packing: Packing | None = None

    def __post_init__(self) -> None:
        data = np.asarray(self.data).view()
        if self.packing is not None:
            if data.dtype != np.float64:
                raise ValueError(f"only float64 is packed, not {data.dtype}")
            data = self.packing.rounded(data)
        if data.dtype not in (np.float64, np.int64) and data.dtype.kind != "U":
            raise ValueError(
                f"expected an array of float64, int64 or str, got dtype {data.dtype}; convert it with astype"
            )
        data.flags.writeable = False
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "dims", tuple(self.dims))
        if len(self.dims) != data.ndim or len(set(self.dims)) != len(self.dims):
            raise ValueError(f"expected {data.ndim} different dimension names for shape {data.shape}, got {self.dims}")
        if data.dtype.kind == "U":
            for text in data.flat:
                _check_text(str(text))
        _check_text(self.units)
        _check_text(self.description)


@dataclass(frozen=True, eq=False)
class Table:
    """Named variables over shared dimensions, and attributes of the whole.

    Attributes:
        variables: by name; one that bears the name of a dimension is its coordinate and has that one only.
        attributes: str, int or float by name.

    Raises:
        ValueError: for a name that is no identifier or belongs to the store, dimensions of two lengths, or
            an attribute of another type.
    """

    variables: Mapping[str, Variable]
    attributes: Mapping[str, str | int | float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "variables", dict(self.variables))
        object.__setattr__(self, "attributes", dict(self.attributes))
        lengths = self.lengths
        for name in (*self.variables, *lengths, *self.attributes):
            if not _NAME.fullmatch(name):
                raise ValueError(f"expected a name of ASCII letters, digits and underscores, got {name!r}")
        for name, variable in self.variables.items():
            if name in lengths and variable.dims != (name,):
                raise ValueError(
                    f"variable {name!r} bears the name of a dimension and must have dims ({name!r},),"
                    f" got {variable.dims}; rename it"
                )
            for dim, length in zip(variable.dims, variable.data.shape, strict=True):
                if lengths[dim] != length:
                    raise ValueError(f"dimension {dim!r} has length {lengths[dim]}, but {length} in variable {name!r}")
        for name, value in self.attributes.items():
            if name in HEADER or name in _HDF5_ATTRIBUTES:
                raise ValueError(f"the attribute name {name!r} is used by the store itself; choose another")
            if isinstance(value, bool) or not isinstance(value, (str, int, float)):
                raise ValueError(f"attribute {name!r}: expected str, int or float, got {value!r}")
            if isinstance(value, str):
                _check_text(value)
            elif isinstance(value, int) and not -(2**63) <= value < 2**63:
                raise ValueError(f"attribute {name!r}: expected an integer of 64 bits, got {value}")

    @property
    def lengths(self) -> dict[str, int]:
        """Length of each dimension, in the order of first use."""
        lengths: dict[str, int] = {}
        for variable in self.variables.values():
            for dim, length in zip(variable.dims, variable.data.shape, strict=True):
                lengths.setdefault(dim, length)
        return lengths


def encode(table: Table, header: Mapping[str, str | int]) -> bytes:
    """The bytes of a sealed netCDF-4 file of the table, with the attributes of `HEADER` but the checksum."""
    import h5netcdf
    import h5py

    buffer = io.BytesIO()  # not a path: a full disk must fail in write(), not inside HDF5 at closing
    # The v110 layout has checksums in its metadata and opens with every HDF5 since 2016.
    with h5netcdf.File(buffer, "w", libver="v110") as file:
        file.dimensions = table.lengths
        for name, variable in table.variables.items():
            if variable.data.dtype.kind == "U":
                data = np.asarray(variable.data, dtype=object)
                written = file.create_variable(name, variable.dims, h5py.string_dtype(), data=data)
            else:
                written = _written(file, name, variable)
            written.attrs["units"] = variable.units
            written.attrs["long_name"] = variable.description
        for name, value in {**table.attributes, **header}.items():
            file.attrs[name] = value
    image = buffer.getvalue()
    return image + _SEAL + hashlib.sha256(image).hexdigest().encode() + b"\n"


def _written(file: Any, name: str, variable: Variable) -> Any:
    """A variable of numbers, put into a file of h5netcdf."""
    packing = variable.packing
    data = variable.data if packing is None else packing.stored(variable.data)
    # Shuffle and deflate: filters of every HDF5.  What else there is, is read by fewer and saves little more.
    small = data.nbytes < _WORTH_DEFLATING
    filters = {} if small else {"compression": "gzip", "compression_opts": 9, "shuffle": True, "chunks": data.shape}
    fill = None if packing is None else packing.fill
    written = file.create_variable(name, variable.dims, data=data, fillvalue=fill, **filters)
    for attribute, value in packing.attributes.items() if packing is not None else ():
        written.attrs[attribute] = value
    return written


def _unseal(sealed: bytes) -> io.BytesIO:
    """The netCDF part of a file, once its seal is found to be whole."""
    image, seal = sealed[:-_SEAL_LENGTH], sealed[-_SEAL_LENGTH:]
    if not (seal.startswith(_SEAL) and seal.endswith(b"\n")):
        raise DamagedError("its end is missing, or it was not written by nuatom")
    if seal[len(_SEAL) : -1] != hashlib.sha256(image).hexdigest().encode():
        raise DamagedError("its bytes do not match their checksum")
    return io.BytesIO(image)


def _attributes(file: h5py.File) -> tuple[dict[str, str | int | float], dict[str, Any]]:
    """The attributes of the table, and the header."""
    every = {name: value if isinstance(value, str) else value.item() for name, value in file.attrs.items()}
    if every["schema"] == 1:  # whose tables knew no version of physics
        every["physics"] = 0
    header = {name: every.pop(name) for name in HEADER}
    return {name: value for name, value in every.items() if not name.startswith("_")}, header


def _variable(file: h5py.File, name: str) -> Variable | None:
    import h5py

    dataset = file[name]
    if bytes(dataset.attrs.get("NAME", b"")).startswith(b"This is a netCDF dimension but not"):
        return None  # the placeholder of a dimension without coordinate
    if "DIMENSION_LIST" in dataset.attrs:
        dims = tuple(file[each[0]].name.lstrip("/") for each in dataset.attrs["DIMENSION_LIST"])
    else:
        dims = (name,) * dataset.ndim  # a coordinate, or a single value
    text = h5py.check_string_dtype(dataset.dtype) is not None
    data = np.asarray(dataset.asstr()[()], dtype=str) if text else np.asarray(dataset[()])
    units, description, packing = dataset.attrs["units"], dataset.attrs["long_name"], packing_of(dataset.attrs)
    if packing is None:
        return Variable(dims, data, units, description)
    variable = Variable(dims, packing.read(data), units, description)
    object.__setattr__(variable, "packing", packing)  # and not at once: they are rounded
    return variable


def decode(sealed: bytes) -> tuple[Table, dict[str, Any]]:
    """The table in the bytes of a file, and the header.

    Raises:
        DamagedError: if the bytes are not exactly what `encode` gave.
    """
    import h5py

    image = _unseal(sealed)
    try:
        with h5py.File(image, "r") as file:
            attributes, header = _attributes(file)
            found = {name: _variable(file, name) for name in file}
        table = Table({name: each for name, each in found.items() if each is not None}, attributes)
    except Exception as error:  # whatever HDF5 or the layout object to, the file is of no use
        raise DamagedError(f"it cannot be read ({error})") from error
    return table, header


def decode_header(sealed: bytes) -> dict[str, Any]:
    """The header in the bytes of a file, without looking at the variables.

    Raises:
        DamagedError: if the bytes are not exactly what `encode` gave.
    """
    import h5py

    image = _unseal(sealed)
    try:
        with h5py.File(image, "r") as file:
            return _attributes(file)[1]
    except Exception as error:
        raise DamagedError(f"it cannot be read ({error})") from error


def _check_text(text: str) -> None:
    try:
        if b"\0" not in text.encode():
            return
    except UnicodeEncodeError:
        pass
    raise ValueError(f"expected text without NUL and lone surrogates, which netCDF cannot hold, got {text!r}")
