"""The configuration of an experiment that tests change a line of, and how they do."""

TEXT = """
title = "a test"

[source]
kind = "reactor"
flux = "2.7e13/(cm2 s)"
uncertainty = 0.02

[target]
material = "Ge"

[detector]
exposure = "1000 kg day"
threshold = "1 keV"
resolution = "0.1 keV"
efficiency = 0.9

[[background]]
name = "flat"
kind = "flat"
rate = "2/(kg day keV)"
uncertainty = 0.05

[bins]
edges = "2:10keV:5:lin"

[model]
response = "free"
"""


def changed(old: str, new: str, text: str = TEXT) -> str:
    """The text with its one line, or part of a line, replaced."""
    assert text.count(old) == 1, old
    return text.replace(old, new)
