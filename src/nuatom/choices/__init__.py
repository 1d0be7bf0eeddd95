"""The words for choices of physics and what they stand for, on the command line and in configurations alike.

One registry for each kind of choice: a new exchange, response, coupling, source or format is one entry, and is then
known to every command, every configuration, their help and their errors.  What a word stands for is imported when it is
made, so that help and completion cost nothing.

`registry` is what a registry is, `keys` how values are read, `extensions` where entries from outside are found; the
entries are in `atoms`, `responses`, `couplings`, `sources` and `formats`.
"""

from nuatom.choices.atoms import BINDINGS, EXCHANGES, FORM_FACTORS, METHODS, NUCLEI, PROCEDURES, FieldWords, atom
from nuatom.choices.coupling_entry import CouplingEntry, Given
from nuatom.choices.couplings import COUPLINGS, DEFAULT_MOMENT, MEDIATORS
from nuatom.choices.extensions import ExtensionError
from nuatom.choices.formats import DATA, FIGURES, FORMATS, FormatEntry, Results
from nuatom.choices.keys import REQUIRED, FilesKey, FlagKey, Key, NumberKey, QuantityKey, RecordKey, TextKey, WordKey
from nuatom.choices.neutrinos import PARAMETERS, CouplingPart, parameter
from nuatom.choices.parameters import Fitted, Parameter
from nuatom.choices.registry import Choice, Registry, choose
from nuatom.choices.responses import (
    INTERACTIONS,
    MODELS,
    PHOTO_MODELS,
    RESPONSES,
    TABULATED,
    How,
    OwnField,
    Progress,
    ResponseEntry,
    field_words,
    model,
    response_options,
)
from nuatom.choices.sources import FLAVOURS, SOLAR_MODELS, SOURCES, SourceEntry

__all__ = [
    "BINDINGS",
    "COUPLINGS",
    "DATA",
    "DEFAULT_MOMENT",
    "EXCHANGES",
    "FIGURES",
    "FLAVOURS",
    "FORMATS",
    "FORM_FACTORS",
    "INTERACTIONS",
    "MEDIATORS",
    "METHODS",
    "MODELS",
    "NUCLEI",
    "PARAMETERS",
    "PHOTO_MODELS",
    "PROCEDURES",
    "REQUIRED",
    "RESPONSES",
    "SOLAR_MODELS",
    "SOURCES",
    "TABULATED",
    "Choice",
    "CouplingEntry",
    "CouplingPart",
    "ExtensionError",
    "FieldWords",
    "FilesKey",
    "Fitted",
    "FlagKey",
    "FormatEntry",
    "Given",
    "How",
    "Key",
    "NumberKey",
    "OwnField",
    "Parameter",
    "Progress",
    "QuantityKey",
    "RecordKey",
    "Registry",
    "ResponseEntry",
    "Results",
    "SourceEntry",
    "TextKey",
    "WordKey",
    "atom",
    "choose",
    "field_words",
    "model",
    "parameter",
    "response_options",
]
