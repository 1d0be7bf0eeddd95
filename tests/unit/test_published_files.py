"""Files as they are published: whatever separates their cells, names their columns or orders their rows."""

from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from configurations import TEXT, changed
from nuatom.choices.sources import parse_source
from nuatom.columns import Layout, Sheet, unit
from nuatom.config import ConfigError, parse, read_by
from nuatom.detector import HistogramBackground, Lindhard, TabulatedEfficiency, TabulatedResolution
from nuatom.limit import read_counts, read_events
from nuatom.neutrino import Flavour
from nuatom.source import Reactor, TabulatedFlux
from nuatom.units import MeV, cm2, day, eV, keV, kg, m, s

HEPDATA = """#: name: Efficiency
#: description: of electronic recoils
#: keyword reactions: none
"E [KEV]","E [KEV] LOW","E [KEV] HIGH","Total efficiency","stat +","stat -"
1.5,1,2,0.2,0.01,-0.01
2.5,2,3,0.6,0.02,-0.02
"""


def written(folder: Path, text: str, name: str = "table.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "text",
    [
        "energy [keV],efficiency\n1,0.2\n3,0.6\n",
        "Energy (keV)\tEfficiency (%)\n1\t20\n3\t60\n",
        "efficiency;energy_keV\n0,2;1,0\n0,6;3,0\n",
        "# energy [eV]  efficiency\n1.0e3 0.2\n3.0e3 0.6\n",
        "  energy [keV]   efficiency\n   1.0   0.2\n   3.0   0.6\n",
        "A figure of a paper\nenergy, efficiency\n(keV), (%)\n1, 20\n3, 60\n",
        "energy [keVee],efficiency\n3,0.6\n1,0.2\n",
        "energy [keV],efficiency,± stat\n1,0.2 ± 0.01,0.01\n3,0.6 +- 0.02,0.02\n",
        'energy [keV],"efficiency","what, exactly"\n1,0.2,"a, b"\n3,0.6,c\n',
        "energy [keV] | efficiency\n1,0.2\n3,0.6\n".replace(" |", ","),
    ],
)
def test_one_curve_in_many_forms(tmp_path: Path, text: str) -> None:
    found = TabulatedEfficiency.read(written(tmp_path, text))
    assert_allclose(found(np.array([1.0, 2.0, 3.0]) * keV), [0.2, 0.4, 0.6])


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("1 0.2\n3 0.6\n", Layout({"energy": 1, "efficiency": 2}, {"energy": "keV"})),
        ("T,total eff,eff\n1,0.2,7\n3,0.6,7\n", Layout({"energy": "T", "efficiency": "total eff"}, {"energy": "keV"})),
        ("n_e [e-],eff\n10,0.2\n30,0.6\n", Layout({"energy": 1, "efficiency": "eff"}, {"energy": "0.1 keV"})),
        (
            "S1 [PE]\teff\n100\t20\n300\t60\n",
            Layout({"energy": 1, "efficiency": 2}, {"energy": "10 eV", "efficiency": "%"}),
        ),
        ("energy [keV],efficiency\n1,2\n3,6\n", Layout(factors={"efficiency": 0.1})),
        ("a,b\n9,9\n8,8\n\n#: two\nenergy [keV],efficiency\n1,0.2\n3,0.6\n", Layout(table=2)),
    ],
)
def test_what_the_header_does_not_say(tmp_path: Path, text: str, layout: Layout) -> None:
    found = TabulatedEfficiency.read(written(tmp_path, text), layout)
    assert_allclose(found(np.array([1.0, 2.0, 3.0]) * keV), [0.2, 0.4, 0.6])


def test_files_of_hepdata_have_bins(tmp_path: Path) -> None:
    """The centre, the edges and errors with names of their own; the value is the same all over a bin."""
    path = written(tmp_path, HEPDATA)
    found = TabulatedEfficiency.read(path, Layout({"efficiency": "total efficiency"}))
    assert_allclose(found(np.array([1.0, 1.9, 2.1, 3.0]) * keV), [0.2, 0.2, 0.6, 0.6])


def test_rows_are_doubled_at_a_step_in_either_direction(tmp_path: Path) -> None:
    text = "energy [keV],efficiency\n0,0\n1,0\n1,0.5\n2,0.5\n2,0.5\n3,0.9\n"
    lines = text.splitlines()
    for content in (text, "\n".join([lines[0], *lines[:0:-1]])):
        found = TabulatedEfficiency.read(written(tmp_path, content))
        assert_allclose(found(np.array([0.999999, 1.000001, 1.5, 2.5]) * keV), [0, 0.5, 0.5, 0.7], atol=1e-12)
    with pytest.raises(ValueError, match="1 keV is there more than twice"):
        TabulatedEfficiency.read(written(tmp_path, "energy [keV],efficiency\n1,0\n1,1\n1,0.5\n2,1\n"))


def test_a_curve_is_held_beyond_its_ends_if_asked(tmp_path: Path) -> None:
    path = written(tmp_path, "energy [keV],sigma [eV]\n1,60\n3,80\n")
    with pytest.raises(ValueError, match='beyond = "constant"'):
        TabulatedResolution.read(path)(np.array([5 * keV]))
    assert_allclose(
        TabulatedResolution.read(path, Layout(constant=True))(np.array([0, 2, 50]) * keV) / eV, [60, 70, 80]
    )


def test_energies_of_nuclei_become_those_that_are_seen(tmp_path: Path) -> None:
    path = written(tmp_path, "energy [keVnr],efficiency\n2,0.1\n20,0.7\n")
    quenching = Lindhard.of("Ge")
    found = TabulatedEfficiency.read(path, Layout(quenching=quenching))
    assert_allclose(found.energy, [t * quenching(t) for t in np.array([2, 20]) * keV])
    with pytest.raises(ValueError, match=r"no detector\.quenching"):
        TabulatedEfficiency.read(path)
    assert_allclose(TabulatedEfficiency.read(path, Layout(recoils=True)).energy / keV, [2, 20])


def test_counts_and_events_of_any_form(tmp_path: Path) -> None:
    centres = written(tmp_path, "bin centre/keV;N\n3,5;4\n2,5;7\n1,5;9\n")
    found = read_counts(centres, Layout({"energy": 1, "counts": "N"}, {"energy": "keV"}))
    assert_allclose(found.edges / keV, [1, 2, 3, 4])
    assert_allclose(found.counts, [9, 7, 4])
    with pytest.raises(ValueError, match="give columns low and high"):
        read_counts(written(tmp_path, "energy [keV],counts\n1,4\n2,7\n4,9\n"))
    assert_allclose(read_events(written(tmp_path, "energy [keV]\n1.2\n0.9\n")) / keV, [1.2, 0.9])
    assert_allclose(
        read_events(written(tmp_path, "1.2\n0.9\n"), Layout({"energy": 1}, {"energy": "MeV"})) / MeV, [1.2, 0.9]
    )


@pytest.mark.parametrize("column", ["counts", "rate [1/(kg day)]", "rate [1/(kg day keV)]"])
def test_backgrounds_are_counts_or_rates(tmp_path: Path, column: str) -> None:
    exposure = 5 * kg * day
    values = {"counts": (20, 10), "rate [1/(kg day)]": (4, 2), "rate [1/(kg day keV)]": (2, 2)}[column]
    path = written(tmp_path, f"low [keV],high [keV],{column}\n1,3,{values[0]}\n3,4,{values[1]}\n")
    found = HistogramBackground.read(path, exposure=exposure)
    assert_allclose(found.expected(np.array([1, 2, 3, 4]) * keV, exposure), 10)


# --- fluxes ---------------------------------------------------------------------------------------


def test_spectra_of_one_with_a_total_beside(tmp_path: Path) -> None:
    path = written(tmp_path, "E [MeV] nuebar [1/MeV]\n0 0.0\n1 1.0\n2 0.0\n", "reactor.dat")
    layout = Layout({"energy": "E"})
    (one,) = TabulatedFlux(path, total=2e13 / cm2 / s, layout=layout).components
    assert one.antineutrino and one.name == "antinue"
    assert_allclose(one.flux, 2e13 / cm2 / s)
    with pytest.raises(ValueError, match="needs the total flux, total, or power and distance"):
        TabulatedFlux(path, layout=layout)


def test_spectra_per_fission(tmp_path: Path) -> None:
    path = written(tmp_path, "energy (MeV),antinue (1/MeV/fission)\n0,6\n1,6\n")
    power, distance = 205 * MeV * 1e20 / s, 10 * m
    (one,) = TabulatedFlux(path, power=power, distance=distance).components
    assert_allclose(one.flux, 6 * 1e20 / s / (4 * np.pi * distance**2))


SNEWPY = """# TBinMid=5sec TBinWidth=10s EBinWidth=0.2MeV Fluence in Number Neutrinos per cm^2
# E(GeV) NuE NuMu NuTau aNuE aNuMu aNuTau
0.0002 2.0 1.0 1.0 3.0 1.5 1.5
0.0004 4.0 1.0 1.0 3.0 1.5 1.5
0.0006 2.0 1.0 1.0 3.0 1.5 1.5
"""


def test_fluences_of_a_supernova(tmp_path: Path) -> None:
    """As snewpy writes them for SNOwGLoBES: numbers per bin of 0.2 MeV, in energies of GeV."""
    layout = Layout({"energy": 1}, {"flux": "1/cm2"})
    found = TabulatedFlux(written(tmp_path, SNEWPY, "burst.dat"), window=10 * s, layout=layout)
    names = {one.name: one for one in found.components}
    assert list(names) == ["nue", "numu", "nutau", "antinue", "antinumu", "antinutau"]
    # linear between the centres: half a bin at each end is left out
    assert_allclose(names["nue"].flux, (2 / 2 + 4 + 2 / 2) / cm2 / (10 * s))
    assert not names["numu"].antineutrino and names["antinutau"].antineutrino
    same = TabulatedFlux(tmp_path / "burst.dat", window=10 * s, layout=Layout(units={"flux": "1/cm2"}))
    assert_allclose([one.flux for one in same.components], [one.flux for one in found.components])
    with pytest.raises(ValueError, match="window"):
        TabulatedFlux(tmp_path / "burst.dat", layout=layout)


def test_nux_is_each_of_those_that_are_no_electron(tmp_path: Path) -> None:
    text = "energy [MeV],nu_e [1/(cm2 MeV)],nu_e_bar [1/(cm2 MeV)],nux [1/(cm2 MeV)]\n0,0,0,1\n10,1,2,1\n"
    found = TabulatedFlux(written(tmp_path, text), window=1 * s).components
    assert len(found) == 6
    assert [one.composition[0].flavour for one in found] == [Flavour.E] * 2 + [Flavour.MU] * 2 + [Flavour.TAU] * 2
    assert [one.antineutrino for one in found] == [False, True] * 3
    assert_allclose([one.flux * cm2 * s for one in found], [5, 10, 10, 10, 10, 10])


# --- in a configuration ---------------------------------------------------------------------------


def test_a_configuration_says_what_a_file_does_not(tmp_path: Path) -> None:
    written(tmp_path, "Energie;Nachweis\n2,0;50\n10,0;80\n", "eff.txt")
    written(tmp_path, "3.5 4\n2.5 7\n", "n.dat")
    text = changed(
        "efficiency = 0.9",
        'efficiency = { file = "eff.txt", columns = { energy = 1, efficiency = "Nachweis" }, '
        'units = { energy = "keV", efficiency = "%" }, beyond = "constant" }',
    )
    text = changed('[bins]\nedges = "2:10keV:5:lin"', "", text)
    data = 'counts = { file = "n.dat", columns = { energy = 1, counts = 2 }, units = { energy = "keV" } }'
    experiment = parse(f"{text}\n[data]\n{data}\n", tmp_path)
    assert_allclose(experiment.edges / keV, [2, 3, 4])
    assert_allclose(experiment.counts, [7, 4])
    assert_allclose(experiment.detector.efficiency(np.array([1, 6, 60]) * keV), [0.5, 0.65, 0.8])
    with pytest.raises(ConfigError, match=r"detector\.efficiency: columns\.efficency: unknown; expected one of energy"):
        parse(text.replace('efficiency = "Nachweis"', "efficency = 2") + f"\n[data]\n{data}\n", tmp_path)


def test_every_file_of_the_ready_made_experiments_is_read() -> None:
    import nuatom

    folder = Path(nuatom.__file__).parent / "data" / "experiments"
    files = sorted(folder.glob("*.csv"))
    assert len(files) >= 14
    for path in files:
        sheet = Sheet.read(path)
        assert sheet.titles[0].unit == "keV"
        assert len(sheet.rows) >= 19


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("cm-2 s-1 MeV-1", 1 / cm2 / s / MeV),
        ("cm⁻² s⁻¹", 1 / cm2 / s),
        ("13.7 eV", 13.7 * eV),
        ("KEV", keV),
        ("keVee", keV),
    ],
)
def test_units_as_they_are_printed(text: str, value: float) -> None:
    assert_allclose(unit(text)[0], value, rtol=1e-14)


def test_a_background_may_have_the_weak_scattering_in_it() -> None:
    """The signal is then without it, but interferes with it: what is left is what changes with the charge."""
    fit = '\n[neutrino]\nfit = ["millicharge"]\n'
    whole = parse(TEXT + fit)
    without = parse(changed("uncertainty = 0.05", "uncertainty = 0.05\nincludes_weak = true", TEXT + fit))
    assert without.weak_in_background and not whole.weak_in_background
    (name,) = whole.signal.parameters
    assert whole.signal(**{name: 0.0}).sum() > 0
    assert_allclose(without.signal(**{name: 0.0}), 0.0)
    for charge in (-1.0, 2.0):
        difference = whole.signal(**{name: charge}) - whole.signal(**{name: 0.0})
        assert_allclose(without.signal(**{name: charge}), difference, rtol=1e-9, atol=1e-12)


def test_the_flux_of_a_configuration_is_read_as_it_is_published(tmp_path: Path) -> None:
    written(tmp_path, "0 0\n1 2\n8 0\n", "spectrum.dat")
    source = (
        'kind = "csv"\nfile = "spectrum.dat"\ncolumns = { energy = 1, antinue = 2 }\n'
        'units = { energy = "MeV", antinue = "1/MeV" }\ntotal = "2.7e13/(cm2 s)"'
    )
    text = changed('kind = "reactor"\nflux = "2.7e13/(cm2 s)"', source)
    (one,) = parse(text, tmp_path).source.components
    assert one.antineutrino
    assert_allclose(one.flux * cm2 * s, 2.7e13)
    with pytest.raises(
        ConfigError, match=r"source: columns\.nuebar: unknown; expected energy, low, high, or one of nue"
    ):
        parse(text.replace("antinue = 2", "nuebar = 2"), tmp_path)


def test_files_of_isotopes_are_beside_the_configuration_and_kept(tmp_path: Path) -> None:
    """Per fission, with a layout or without; `nuatom rate` does not write over them."""
    folder = tmp_path / "here"
    folder.mkdir()
    written(folder, "energy [MeV],neutrinos [1/MeV]\n0,3\n2,3\n", "u.csv")
    written(folder, "E/MeV;S\n0,0;30\n2,0;30\n", "pu.dat")
    per_fission = (
        '{ 235U = "u.csv", 239Pu = { file = "pu.dat", columns = { energy = 1, neutrinos = "S" }, '
        'units = { neutrinos = "1/MeV" }, factors = { neutrinos = 0.1 } } }'
    )
    spectra = f"spectra = {per_fission}\nfractions = {{ 235U = 0.5, 239Pu = 0.5 }}\ncaptures = 0.0"
    text = changed('flux = "2.7e13/(cm2 s)"', f'flux = "2.7e13/(cm2 s)"\n{spectra}')
    experiment = parse(text, folder)
    assert_allclose([one.flux * cm2 * s for one in experiment.source.components], 1.35e13)
    named = read_by(folder / "c.toml", experiment)
    assert [path.name for path, _ in named] == ["c.toml", "u.csv", "pu.dat"]
    assert named[2][1] == "what source.spectra.239Pu of the configuration names"
    for wrong, said in (
        (
            "spectra = { 235U = { columns = { energy = 1 } } }",
            "expected 'huber-mueller', 'summation', 'vogel-engel', or",
        ),
        ('spectra = { 235U = "none.csv" }', "cannot read"),
        ('spectra = { 232Th = "u.csv" }', "unknown isotope '232Th'"),
        ('spectra = "summtion"', "did you mean summation"),
    ):
        with pytest.raises(ConfigError, match=said):
            parse(changed('flux = "2.7e13/(cm2 s)"', f'flux = "2.7e13/(cm2 s)"\n{wrong}'), folder)
    with pytest.raises(ValueError, match="spectra of a reactor are huber-mueller, summation, vogel-engel, or files"):
        Reactor(flux=1.0, spectra=3)  # type: ignore[arg-type]


@pytest.mark.parametrize("suffix", [".csv", ".dat", ".txt", ".tsv"])
def test_a_file_is_a_source_whatever_it_ends_in(suffix: str) -> None:
    assert parse_source(f"flux{suffix}") == {"kind": "csv", "file": f"flux{suffix}"}
