"""The explorer's files: what is in them is what the models say, and nothing of it needs another host."""

import gzip
import json
import re
import threading
import urllib.request
from pathlib import Path

import numpy as np
import pytest

import nuatom as na
from nuatom.cli import explore, main
from nuatom.explore import tables
from nuatom.explore.kept import kept
from nuatom.explore.packing import pack
from nuatom.explore.serving import address, server
from nuatom.explore.site import Shown, page_files, write_site
from nuatom.explore.sources import export as export_source
from nuatom.explore.transfers import candidates, joined, pieces
from nuatom.functions import ALL, Function
from nuatom.source import Chromium51, Emission, Reactor, Solar
from nuatom.units import HARTREE, MeV, eV, keV

WORDS = {"name": "hydrogenic", "python": "na.Hydrogenic(n=1, l=0, Z=1)", "cli": "--model hydrogenic"}
PAGE_KB = 150


@pytest.fixture(scope="module")
def hydrogen() -> na.Hydrogenic:
    return na.Hydrogenic(n=1, l=0, Z=1)


def test_nodes_run_from_the_photon_point_to_beyond_the_ridge() -> None:
    T = np.array([20 * eV, 1 * keV, 200 * keV])
    Q = tables.momentum_nodes(T, 12 * eV, 34 * keV)
    assert Q.shape == (3, tables.NODES)
    np.testing.assert_allclose(Q[:, 0], T, rtol=1e-10)
    assert np.all(np.diff(Q, axis=1) > 0)
    ridge = np.sqrt(T * (T + 2 * 0.51099895))
    assert np.all(Q[:, -1] > 2 * ridge)
    # Closest on the ridge.
    step = np.diff(np.log(Q), axis=1)
    nearest = np.abs(np.log(Q[:, :-1] / ridge[:, None])).argmin(axis=1)
    assert np.all(step[[0, 1, 2], nearest] <= 1.2 * step.min(axis=1))


def test_exported_levels_are_the_model(hydrogen: na.Hydrogenic) -> None:
    found = tables.export(hydrogen)
    [shell] = found.shells
    binding = hydrogen.shells[0].binding_energy
    Q = tables.momentum_nodes(shell.transfer, binding, binding)
    true = hydrogen.structure(shell.transfer, Q).charge[0]
    own = np.exp(shell.low[0] + shell.step[0] * shell.levels[0])
    # Half of one level, and what has ended.
    seen = true > 1e-14 * true.max()
    np.testing.assert_allclose(own[seen], true[seen], rtol=1.15e-3)
    assert shell.transfer[0] > binding


def test_between_transfers_a_table_is_interpolated_to_its_tolerance(hydrogen: na.Hydrogenic) -> None:
    [shell] = tables.export(hydrogen).shells
    binding = hydrogen.shells[0].binding_energy
    # The closed forms are without relativity, which moves the ridge off the nodes above.
    transfer = shell.transfer[shell.transfer < 5 * keV]
    middle = np.sqrt(transfer[:-1] * transfer[1:])
    x, at = np.log(shell.transfer - binding), np.log(middle - binding)
    logs = shell.low[0] + shell.step[0] * shell.levels[0].astype(float)
    rows = np.exp(joined(x, logs.T, at)).T
    Q = tables.momentum_nodes(middle, binding, binding)
    true = hydrogen.structure(middle, Q).charge[0]
    log_Q = np.log(Q)
    np.testing.assert_allclose(np.trapezoid(rows, log_Q), np.trapezoid(true, log_Q), rtol=4e-3)


def test_what_joins_transfers_is_smooth_where_they_are_and_does_not_swing_at_a_step() -> None:
    x = np.linspace(0, 1, 21)
    at = np.linspace(0, 1, 201)
    rows = np.stack([1 + x - 3 * x**2, np.sin(3 * x)])
    # A parabola exactly, but for the ends.
    inner = (at > 0.05) & (at < 0.95)
    np.testing.assert_allclose(joined(x, rows, at)[0, inner], (1 + at - 3 * at**2)[inner], atol=1e-12)
    np.testing.assert_allclose(joined(x, rows, at)[1, inner], np.sin(3 * at[inner]), atol=1e-4)
    np.testing.assert_allclose(joined(x, rows, x), rows, atol=1e-15)
    # A step between two points that are close, in the middle of wide ones.
    x = np.array([0.0, 1, 2, 2.0001, 3, 4])
    found = joined(x, np.array([[0.0, 0, 0, 1, 1, 1]]), np.linspace(0, 4, 1001))
    assert np.all((found > -1e-12) & (found < 1 + 1e-12))


def test_pieces_end_at_edges_and_where_nothing_is_seen() -> None:
    transfer = np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9]) * keV
    seen = np.array([0, 1, 1, 1, 0, 0, 0, 0, 0], dtype=bool)
    found = list(pieces(np.arange(9), transfer, 5.5 * keV, np.array([5.5, 7.5]) * keV, seen))
    assert [piece.tolist() for piece in found] == [[1, 2, 3], [5, 6], [7, 8]]


def test_transfers_that_are_tried_have_the_nodes_of_a_screened_model(hydrogen: na.Hydrogenic) -> None:
    model = na.recommended("He")
    tried = candidates(model, 40, 290 * keV)
    assert np.all(np.diff(tried.transfer) > 0)
    nodes = model.table.transfer * HARTREE
    nodes = nodes[nodes > model.shells[0].binding_energy * 1.002]
    assert np.abs(tried.transfer[:, None] / nodes - 1).min(axis=0).max() < 1e-6
    plain = candidates(hydrogen, 40, 290 * keV)
    assert plain.edges.size == 0 and plain.transfer.size < tried.transfer.size
    assert all(mask.sum() > 100 for mask in (*tried.of_shell, *plain.of_shell))


def test_the_longitudinal_combination_is_the_one_of_a_conserved_current() -> None:
    model = na.CentralField(na.Atom("Ne"))
    T = np.array([0.3, 2.0]) * keV
    Q = tables.momentum_nodes(T, 20 * eV, 860 * eV)
    names, values = tables._values(model, T, Q)
    f = model.structure(T, Q, ALL)
    r = T[:, None] / Q
    expected = (f.axial_charge - 2 * r * f.axial_mixed + r**2 * f.axial_longitudinal) / 2
    np.testing.assert_allclose(values[names.index("axial_longitudinal")], expected, rtol=1e-12)
    ratio = values[names.index("vector_axial")]
    np.testing.assert_allclose(ratio * np.sqrt(f.current * f.axial_current), f[Function.VECTOR_AXIAL], atol=1e-9)


def test_electrons_without_thresholds_are_refused() -> None:
    with pytest.raises(ValueError, match="no binding energy"):
        tables.export(na.FreeElectrons("He"))


# --- sources -------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_tails_of_the_sun_hold_all_of_its_flux() -> None:
    sun = Solar("B16-GS98")
    found = export_source(sun)
    continua = sum(tail[0, 0] for tail in found.tails.values())
    lines = sum(sum(flux.values()) for _, flux in found.lines)
    assert continua + lines == pytest.approx(sun.total, rel=1e-3)
    assert len(found.lines) == 3 and not found.antineutrino


def test_a_tail_is_the_integral_of_the_spectrum_above_an_energy() -> None:
    reactor = Reactor(flux=1.0)
    found = export_source(reactor)
    E = np.linspace(0, 12, 60001)[1:] * MeV
    flux = sum(reactor.flux(E).values())
    for start in (0.05, 2.0, 6.0):
        above = np.where(start <= E, flux, 0.0)
        at = np.array([np.interp(start, found.energy, row) for row in found.tails["e"]])
        for k in range(3):
            assert at[k] == pytest.approx(np.trapezoid(above / E**k, E), rel=2e-3)
            assert at[3 + k] == pytest.approx(np.trapezoid(above / E**k * np.log(E), E), rel=4e-3)


def test_a_source_of_both_kinds_is_refused() -> None:
    mixed = Emission("both", (*Reactor(flux=1.0).components[:1], *Chromium51(activity=1.0, distance=1.0).components))
    with pytest.raises(ValueError, match="apart"):
        export_source(mixed)


# --- files ---------------------------------------------------------------------------------------------


def unpacked(data: bytes) -> tuple[dict[str, object], bytes]:
    raw = gzip.decompress(data)
    size = int.from_bytes(raw[:4], "little")
    return json.loads(raw[4 : 4 + size]), raw[4 + size :]


def test_packed_arrays_come_back() -> None:
    levels = np.array([[0, 65535, 3], [7, 7, 40000]], dtype=np.uint16)
    header, body = unpacked(pack({"a": "β"}, {"x": np.array([1.5, -2.0]), "levels": levels}))
    assert header == {
        "a": "β",
        "arrays": {"x": {"kind": "f8", "shape": [2]}, "levels": {"kind": "u2", "shape": [2, 3]}},
    }
    assert np.frombuffer(body[:16]).tolist() == [1.5, -2.0]
    planes = np.frombuffer(body[16:], dtype=np.uint8).astype(int).reshape(2, 2, 3)
    assert (np.cumsum(planes[0] + 256 * planes[1], axis=-1) % 65536).tolist() == levels.tolist()


@pytest.mark.parametrize(
    ("array", "said"), [(np.array([np.nan]), "not finite"), (np.array([1]), "float64, float32 or uint16")]
)
def test_what_a_page_cannot_read_is_refused(array: np.ndarray, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        pack({}, {"x": array})


@pytest.mark.slow
def test_a_site_is_a_folder_with_everything_in_it(tmp_path: Path, hydrogen: na.Hydrogenic) -> None:
    written = write_site(tmp_path, [Shown("H", hydrogen, WORDS)])
    assert {path.relative_to(tmp_path).as_posix() for path in written} >= {
        "index.html",
        "app.js",
        "data/index.json",
        "data/sources.bin",
        "data/H.bin",
    }
    index = json.loads((tmp_path / "data/index.json").read_text(encoding="utf-8"))
    assert [one["symbol"] for one in index["elements"]] == ["H"]
    header, _ = unpacked((tmp_path / "data/H.bin").read_bytes())
    assert header["functions"] == ["charge", "current"]


def test_what_was_made_before_is_not_made_again(tmp_path: Path, hydrogen: na.Hydrogenic) -> None:
    made: list[str] = []

    def file(model: na.ResponseModel, words: dict[str, str] = WORDS) -> bytes:
        def make() -> bytes:
            made.append(repr(model))
            return repr((model, words)).encode()

        return kept(tmp_path / "kept", "H", model, words, make)

    assert file(hydrogen) == file(hydrogen) and len(made) == 1
    # Another model, another name of it, and nothing that a display of progress changes.
    assert file(na.Hydrogenic(n=2, l=0, Z=1)) != file(hydrogen) and len(made) == 2
    file(hydrogen, {**WORDS, "name": "another"})
    assert len(made) == 3
    neon = na.CentralField(na.Atom("Ne"))
    assert file(neon) == file(na.CentralField(na.Atom("Ne"), progress=lambda done, total: None)) and len(made) == 4
    assert file(na.CentralField(na.Atom("Ne"), tolerance=0.01)) != file(neon)
    # A folder that cannot be made is no error.
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert kept(tmp_path / "file" / "kept", "H", hydrogen, WORDS, lambda: b"x") == b"x"


@pytest.mark.parametrize("symbols", [[], ["H", "H"]])
def test_elements_are_there_once_each(tmp_path: Path, hydrogen: na.Hydrogenic, symbols: list[str]) -> None:
    with pytest.raises(ValueError, match="each once"):
        write_site(tmp_path, [Shown(symbol, hydrogen, WORDS) for symbol in symbols])
    assert list(tmp_path.iterdir()) == []


def test_the_page_is_small_and_asks_nobody_else() -> None:
    files = page_files()
    code = {name: data for name, data in files.items() if name.endswith((".js", ".html", ".css"))}
    assert sum(map(len, code.values())) < PAGE_KB * 1000
    for name, data in code.items():
        if not name.startswith("vendor/"):
            text = data.decode()
            # The name space of drawings is the only address in it.
            assert set(re.findall(r"https?://[^\s\"'`)]+", text)) <= {"http://www.w3.org/2000/svg"}, name
            assert not re.search(r"innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\(", text), name
    assert b"MIT" in files["vendor/uPlot.LICENSE"]


def test_the_server_answers_on_this_computer_only(tmp_path: Path) -> None:
    (tmp_path / "app.js").write_text("export {};", encoding="utf-8")
    with server(tmp_path) as running:
        assert running.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        try:
            with urllib.request.urlopen(address(running) + "app.js", timeout=10) as answer:
                assert answer.headers["Content-Type"].startswith("text/javascript")
                assert answer.read() == b"export {};"
        finally:
            running.shutdown()
            thread.join()


@pytest.mark.parametrize("port", [-1, 70000])
def test_ports_out_of_range_are_refused(tmp_path: Path, port: int) -> None:
    with pytest.raises(ValueError, match="expected a port"):
        server(tmp_path, port)


# --- the command ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_writes_the_page_of_the_elements_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explore", "-o", str(tmp_path / "site"), "--elements", "He"]) == 0
    assert "files" in capsys.readouterr().err
    header, _ = unpacked((tmp_path / "site/data/He.bin").read_bytes())
    assert header["model"] == {
        "name": "recommended",
        "python": 'na.recommended("He")',
        "cli": "--model recommended",
    }
    assert header["functions"] == list(tables.NAMES)
    assert len(header["lines"]) > 5  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--elements", "Qx"], "Qx"),
        (["--elements", "Ne,"], "elements with commas"),
        (["--model", "free", "--elements", "Ne"], "free"),
    ],
)
def test_what_the_command_cannot_show_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["explore", "-o", str(tmp_path / "site"), *words]) == 2
    error = capsys.readouterr().err
    assert said in error and len(error.strip().splitlines()) == 1
    assert not (tmp_path / "site").exists()


def test_the_examples_of_the_help_are_read_as_they_stand() -> None:
    examples = [line.strip() for line in (explore.explore.__doc__ or "").splitlines() if line.strip()[:7] == "nuatom "]
    assert len(examples) == 2
    assert explore._symbols(examples[0].split()[-1]) == ["Xe", "Cs", "I"]


def test_without_any_table_the_command_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUATOM_CACHE", str(tmp_path / "empty"))
    assert main(["explore", "-o", str(tmp_path / "site"), "--model", "central-field", "--exchange", "slater"]) == 2
    assert "--elements" in capsys.readouterr().err
