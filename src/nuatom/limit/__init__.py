"""What an experiment can say: from expected and observed events to limits and intervals.

A `Signal` is a polynomial in the parameters (μ_ν², a millicharge, ...), exact because rates are.  With backgrounds and
nuisance parameters it makes a `Model`, with data a likelihood, `Binned` or `Unbinned`, and from this come a `fit`, a
`scan`, a `contour`, the `upper_limit`, `interval` and `sensitivity` with their boundary, in closed form or counted
where events are few, and the `belt` of Feldman and Cousins by toys.  Nothing here knows where the counts come from.
"""

from nuatom.limit.asymptotic import Interval, Sensitivity, intervals, significance, upper_limits
from nuatom.limit.data import Observed, read_counts, read_events
from nuatom.limit.export import (
    PYHF_SETTINGS,
    contour_table,
    pyhf_workspace,
    scan_table,
    templates,
    write_inference_templates,
)
from nuatom.limit.feldman_cousins import Belt, belt, counting_interval, statistics
from nuatom.limit.few import FEW, deciding_events
from nuatom.limit.fit import Contour, Fit, Scan, contour, contour_level, fit, scan, smooth
from nuatom.limit.joint import joint_model
from nuatom.limit.likelihood import Binned, Likelihood, Unbinned
from nuatom.limit.limits import METHODS, Exclusion, exclusion, interval, sensitivity, upper_limit
from nuatom.limit.minimise import Minimum, minimise, rise
from nuatom.limit.model import NOT_NEGATIVE, UNBOUNDED, Model
from nuatom.limit.nuisance import Factor, Free, Gaussian, LogNormal, Morphing
from nuatom.limit.polynomial import Signal
from nuatom.limit.procedures import Cls, OneSided, PowerConstrained, Procedure, Unified

__all__ = [
    "FEW",
    "METHODS",
    "NOT_NEGATIVE",
    "PYHF_SETTINGS",
    "UNBOUNDED",
    "Belt",
    "Binned",
    "Cls",
    "Contour",
    "Exclusion",
    "Factor",
    "Fit",
    "Free",
    "Gaussian",
    "Interval",
    "Likelihood",
    "LogNormal",
    "Minimum",
    "Model",
    "Morphing",
    "Observed",
    "OneSided",
    "PowerConstrained",
    "Procedure",
    "Scan",
    "Sensitivity",
    "Signal",
    "Unbinned",
    "Unified",
    "belt",
    "contour",
    "contour_level",
    "contour_table",
    "counting_interval",
    "deciding_events",
    "exclusion",
    "fit",
    "interval",
    "intervals",
    "joint_model",
    "minimise",
    "pyhf_workspace",
    "read_counts",
    "read_events",
    "rise",
    "scan",
    "scan_table",
    "sensitivity",
    "significance",
    "smooth",
    "statistics",
    "templates",
    "upper_limit",
    "upper_limits",
    "write_inference_templates",
]
