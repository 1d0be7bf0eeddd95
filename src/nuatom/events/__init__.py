"""Events: what a detector's simulation begins with, drawn from the rates of this package.

`generator` draws them, from `channels` what happens, from `momenta` Q, from `flux` the neutrino, from `direction` where
all goes, and from `nuatom.atom.relaxation` what the vacancy emits; `events` holds them, and `formats` writes them.
"""

from nuatom.events.events import Events, Particles
from nuatom.events.generator import EventGenerator, generate

__all__ = ["EventGenerator", "Events", "Particles", "generate"]
