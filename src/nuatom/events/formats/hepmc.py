"""HepMC3, by the conventions of NuHepMC: one primary vertex with the neutrino and the atom at rest coming in.

The run says what processes and statuses there are and what generated it; each event has its process, its weight, and
the flux-averaged cross section of all events, per atom.  Momenta are in MeV.

Source: S. Gardiner, J. Isaacson and L. Pickering, NuHepMC: a standardized event record format for neutrino event
generators, arXiv:2310.13211.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nuatom.events.events import Events
from nuatom.events.formats.record import Body, Collision, collisions
from nuatom.units import MeV

LIBRARY = "pyhepmc"
RECOIL, IONISATION, EXCITATION = 150, 750, 751
"""Process numbers of NuHepMC: neutral currents on nuclei at low energy are from 150 on, others from 750 on."""
_BEAM, _TARGET, _FINAL = 4, 20, 1
_PRIMARY = 1


def write(path: Path, first: Events, chunks: Iterable[Events]) -> int:
    """Write chunks to a path; returns the number of events."""
    import pyhepmc

    run = _run(first)
    count = 0
    with pyhepmc.open(str(path), "w", format="hepmc3") as file:
        for chunk in chunks:
            for collision in collisions(chunk, count):
                event = pyhepmc.GenEvent(pyhepmc.Units.MEV, pyhepmc.Units.CM)
                event.run_info = run
                event.event_number = collision.number + 1
                vertex = pyhepmc.GenVertex((0.0, 0.0, 0.0, 0.0))
                vertex.status = _PRIMARY
                for body, status in zip(collision.before, (_BEAM, _TARGET), strict=True):
                    vertex.add_particle_in(_particle(body, status))
                for body in collision.after:
                    vertex.add_particle_out(_particle(body, _FINAL))
                event.add_vertex(vertex)
                event.weights = [collision.weight]
                event.attributes["ProcID"] = _process(collision)
                event.attributes["LabPos"] = [0.0, 0.0, 0.0, 0.0]
                file.write(event)
            count += len(chunk)
    return count


def _process(collision: Collision) -> int:
    if collision.recoil:
        return RECOIL
    return EXCITATION if collision.line else IONISATION


def _particle(body: Body, status: int) -> Any:
    import pyhepmc

    x, y, z, E = (component / MeV for component in body.momentum)
    particle = pyhepmc.GenParticle((x, y, z, E), body.code, status)
    particle.generated_mass = body.mass / MeV
    return particle


def _run(first: Events) -> Any:
    import pyhepmc

    run = pyhepmc.GenRunInfo()
    run.weight_names = ["CV"]
    metadata = dict(first.metadata)
    run.tools = [pyhepmc.GenRunInfo.ToolInfo("nuatom", str(metadata["version"]), "neutrinos on bound electrons")]
    named: dict[str, Any] = {
        "NuHepMC.Version.Major": 0,
        "NuHepMC.Version.Minor": 9,
        "NuHepMC.Version.Patch": 0,
        "NuHepMC.Conventions": ["G.C.1", "E.C.1"],
        "NuHepMC.ProcessIDs": [RECOIL, IONISATION, EXCITATION],
        "NuHepMC.ProcessInfo[150].Name": "coherent recoil",
        "NuHepMC.ProcessInfo[150].Description": "the atom recoils as a whole, in its ground state",
        "NuHepMC.ProcessInfo[750].Name": "ionisation",
        "NuHepMC.ProcessInfo[750].Description": "a bound electron leaves the atom",
        "NuHepMC.ProcessInfo[751].Name": "excitation",
        "NuHepMC.ProcessInfo[751].Description": "a bound electron is lifted to a discrete level",
        "NuHepMC.VertexStatusIDs": [_PRIMARY],
        "NuHepMC.VertexStatusInfo[1].Name": "primary",
        "NuHepMC.VertexStatusInfo[1].Description": "the collision, and the relaxation of the ion",
        "NuHepMC.ParticleStatusIDs": [_FINAL, _BEAM, _TARGET],
        "NuHepMC.ParticleStatusInfo[1].Name": "final",
        "NuHepMC.ParticleStatusInfo[1].Description": "leaves the atom, or is what is left of it",
        "NuHepMC.ParticleStatusInfo[4].Name": "beam",
        "NuHepMC.ParticleStatusInfo[4].Description": "incoming neutrino",
        "NuHepMC.ParticleStatusInfo[20].Name": "target",
        "NuHepMC.ParticleStatusInfo[20].Description": "atom at rest",
        "NuHepMC.Units.CrossSection.Unit": "pb",
        "NuHepMC.Units.CrossSection.TargetScale": "PerAtom",
        "NuHepMC.FluxAveragedTotalCrossSection": float(metadata["flux_averaged_cross_section_pb"]),
    }
    named |= {f"nuatom.{name}": value for name, value in metadata.items()}
    for name, value in named.items():
        run.attributes[name] = value
    return run
