"""Other probes of the same structure functions: photons, charged particles, dark matter.

Each is one class with the members of a neutrino coupling, `functions`, `weights`, `intervals` and `components`, so that
`nuatom.cross_section`, `nuatom.lines` and `nuatom.total_cross_section` take it where they take a coupling.
"""

from nuatom.probe.base import Probe
from nuatom.probe.charged import ChargedParticle
from nuatom.probe.dark_matter import DarkMatter, MediatorKind
from nuatom.probe.halo import StandardHalo
from nuatom.probe.photon import Photon

__all__ = ["ChargedParticle", "DarkMatter", "MediatorKind", "Photon", "Probe", "StandardHalo"]
