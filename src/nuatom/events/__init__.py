"""Events: what a detector's simulation begins with, drawn from the rates of this package.

`generator` draws them, from `channels` what happens, from `momenta` Q, from `flux` the neutrino, from `direction` where
all goes, and from `nuatom.atom.relaxation` what the vacancy emits; `recoils` draws those of whole atoms, hit by what
`arrivals` says.  `transfers` and `stream` are what both are made with, `events` holds them, `metadata` says what they
are, and `formats` writes them.
"""

from nuatom.events.events import Events, Particles
from nuatom.events.generator import EventGenerator, generate
from nuatom.events.recoils import RecoilGenerator, generate_recoils

__all__ = ["EventGenerator", "Events", "Particles", "RecoilGenerator", "generate", "generate_recoils"]
