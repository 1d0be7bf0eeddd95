// The page: controls to state, state to curves, curves to charts and tables.

import { Atom } from "./atom.js";
import { beams } from "./beams.js";
import { colour, draw, picture, save, short, table } from "./charts.js";
import { allLines, curves, grouped, transfers } from "./compute.js";
import { load, loadJson } from "./load.js";
import { ResponseMap, section } from "./map.js";
import { UNITS, energy, formula, fromLink, inWords, number, toLink } from "./state.js";
import { command, python } from "./words.js";

const $ = (id) => document.getElementById(id);
const TICKS = ["weak", "anti", "xlog", "ylog", "edges", "shells"];
const TEXTS = ["target", "moment", "millicharge", "radius", "source", "energy", "flavour", "flux", "from", "to", "unit", "per", "at"];
const loaded = new Map();
let index;
let sources;
let state;
let now = null; // what is shown
let turn = 0;

// --- state and controls ---------------------------------------------------------------------------

function show(words) {
  for (const id of TEXTS) $(id).value = words[id];
  for (const id of TICKS) $(id).checked = words[id];
  sliders();
}

function read() {
  for (const id of TEXTS) state[id] = $(id).value;
  for (const id of TICKS) state[id] = $(id).checked;
}

function sliders() {
  for (const slider of document.querySelectorAll("input[data-for]")) {
    const { low, high } = slider.dataset;
    const value = Math.abs(parseFloat($(slider.dataset.for).value)) * (slider.dataset.unit ? unitOf($(slider.dataset.for).value) : 1);
    slider.value = value > 0 ? Math.log(value / low) / Math.log(high / low) : 0;
    slider.setAttribute("aria-valuetext", $(slider.dataset.for).value);
  }
}

const unitOf = (text) => UNITS[/[a-zA-Z]+\s*$/.exec(text)?.[0].trim()] ?? 1;

function slid(slider) {
  const { low, high, unit } = slider.dataset;
  const value = low * (high / low) ** slider.value;
  const text = Number(value.toPrecision(3));
  $(slider.dataset.for).value = unit ? `${text}${unit}` : text.toExponential().replace("e+0", "");
  slider.setAttribute("aria-valuetext", $(slider.dataset.for).value);
}

// One value of the state, checked; its error stands beside its control.
function checked(id, get) {
  const note = $(`${id}-error`);
  try {
    const value = get();
    note.textContent = "";
    $(id).removeAttribute("aria-invalid");
    return value;
  } catch (error) {
    note.textContent = error.message;
    $(id).setAttribute("aria-invalid", "true");
    return null;
  }
}

function asked() {
  for (const part of document.querySelectorAll("[data-only]")) part.hidden = part.dataset.only !== state.source;
  const largest = index.largest_transfer;
  const parts = checked("target", () => formula(state.target, index.elements));
  const moment = checked("moment", () => number(state.moment, "Magnetic moment", 0, 1e6));
  const millicharge = checked("millicharge", () => number(state.millicharge, "Millicharge", -1e6, 1e6));
  const radius = checked("radius", () => number(state.radius, "Charge radius", -1e4, 1e4));
  const E = state.source === "mono" ? checked("energy", () => energy(state.energy, "Energy", 1e-6, 1e3)) : 1;
  const flux = state.source === "reactor" ? checked("flux", () => number(state.flux, "Flux", 1e-300, 1e40)) : 1;
  const low = checked("from", () => energy(state.from, "From", 1e-6, largest));
  const high = checked("to", () => {
    const value = energy(state.to, "To", 1e-6, largest);
    if (low !== null && !(value > low * 1.001)) throw new Error(`To: expected more than ${inWords(low)}, got ${state.to}`);
    return value;
  });
  if ([parts, moment, millicharge, radius, E, flux, low, high].includes(null)) return null;
  const coupling = { moment, millicharge, charge_radius: radius * index.constants.cm2, weak: state.weak };
  if (!moment && !millicharge && !radius && !state.weak) {
    $("moment-error").textContent = "Nothing couples: give a moment, a charge, a radius or the weak interaction";
    return null;
  }
  const named = parts.map(([symbol, count]) => symbol + (count === 1 ? "" : count)).join("");
  return { parts, coupling, radius, source: state.source, energy: E, flux, low, high, formula: named };
}

// --- computing ------------------------------------------------------------------------------------

async function atomOf(symbol) {
  if (!loaded.has(symbol)) loaded.set(symbol, load(`data/${symbol}.bin`).then((file) => new Atom(file, index)));
  return loaded.get(symbol);
}

async function update() {
  const mine = ++turn;
  history.replaceState(null, "", toLink(state));
  const ask = asked();
  if (ask === null) {
    $("status").textContent = "Mend what is marked; the charts show the last answer.";
    return;
  }
  let atoms;
  try {
    atoms = await Promise.all(ask.parts.map(async ([symbol, count]) => ({ atom: await atomOf(symbol), count })));
    if (ask.source !== "mono") sources ??= await load("data/sources.bin");
  } catch (error) {
    for (const [symbol] of ask.parts) loaded.delete(symbol);
    $("status").textContent = `${error.message}; is the server still there? Reload the page to try again.`;
    return;
  }
  if (mine !== turn) return; // asked anew in the meantime
  const c = index.constants;
  const choice = { source: ask.source, energy: ask.energy, flux: ask.source === "reactor" ? ask.flux : null, flavour: state.flavour, antineutrino: state.anti };
  const beam = beams(choice, sources, c);
  const mass = ask.parts.reduce((sum, [symbol, count]) => sum + count / index.elements.find((one) => one.symbol === symbol).per_kg, 0);
  const isRate = ask.source !== "mono";
  const electrons = atoms.reduce((sum, { atom, count }) => sum + atom.Z * count, 0);
  const per = isRate || state.per === "atom" ? 1 : electrons;
  const perTransfer = isRate ? c.per_day_keV * mass : c.cm2 / c.keV;
  const perLine = isRate ? c.per_day_keV * c.keV * mass : c.cm2;
  const T = transfers(atoms, ask.low, ask.high, state.xlog);
  try {
    now = { ask, atoms, beam, isRate, scale: 1 / perTransfer / per, lineScale: 1 / perLine / per };
    now.curves = curves(atoms, T, ask.coupling, beam, now.scale, c);
  } catch (error) {
    $("status").textContent = error.message;
    return;
  }
  now.unit = isRate ? "1/(kg day keV)" : state.per === "electron" ? "cm²/keV per electron" : atoms.length === 1 && atoms[0].count === 1 ? "cm²/keV per atom" : "cm²/keV per formula unit";
  const name = { mono: `neutrinos of ${state.energy}`, solar: "neutrinos of the Sun", reactor: `reactor antineutrinos, ${state.flux}/(cm² s)` }[ask.source];
  now.title = `${ask.formula}, ${name}`;
  $("main-title").textContent = `${isRate ? "Rate" : "Cross section"}: ${now.title}`;
  $("status").textContent = `${atoms.map(({ atom }) => `${atom.name}: ${atom.model.name}`).join("; ")}.`;
  render();
}

// --- showing --------------------------------------------------------------------------------------

const inUnit = (T) => T / UNITS[state.unit];
const xlabel = () => `T [${state.unit}]`;
const ylabel = () => (now.isRate ? `dR/dT  [${now.unit}]` : `dσ/dT  [${now.unit}]`);
const positive = (y) => (state.ylog ? Array.from(y, (v) => (v > 0 ? v : null)) : Array.from(y));

function allCurves() {
  const found = [
    { name: "bound", y: now.curves.bound, colour: colour(0), width: 2.5 },
    { name: "free", y: now.curves.free, colour: colour(6), dash: [8, 5] },
    { name: "stepping", y: now.curves.stepping, colour: colour(1), dash: [3, 3] },
  ];
  if (state.shells) now.curves.shells.forEach(({ name, y }, i) => found.push({ name, y, colour: colour(i + 2), width: 1.1 }));
  return found;
}

function marks() {
  if (!state.edges) return [];
  const edge = (name) => siegbahn(name.split(" ").pop());
  return now.curves.shells.map(({ name, binding }) => ({ x: inUnit(binding), text: `${name} ${edge(name)}` })).sort((a, b) => a.x - b.x);
}

function render() {
  const x = Array.from(now.curves.T, inUnit);
  const hidden = new Set(state.hidden.split(",").filter(Boolean));
  const series = allCurves().map((one) => ({ ...one, raw: one.y, y: positive(one.y), show: !hidden.has(one.name) }));
  now.series = series;
  const most = Math.max(...now.curves.bound);
  const label = `${$("main-title").textContent}; bound electrons have at most ${short(most)} ${now.unit}. Values are in the table below.`;
  const common = { x, xlabel: xlabel(), xlog: state.xlog };
  draw($("main"), { ...common, series, ylabel: ylabel(), ylog: state.ylog, marks: marks(), onHover: hover, label });
  legend(series, hidden);
  const over = (y) => Array.from(y, (v, i) => (now.curves.free[i] > 0 ? v / now.curves.free[i] : null));
  const ratios = [
    { name: "bound / free", y: over(now.curves.bound), colour: colour(0), width: 2.5 },
    { name: "stepping / free", y: over(now.curves.stepping), colour: colour(1), dash: [3, 3] },
  ];
  // Beyond the end of free electrons what is left of bound ones is over nothing.
  draw($("ratio"), { ...common, series: ratios, ylabel: "over free", yrange: ratioRange(ratios[0].y), onHover: hover, label: "Bound and stepping over free electrons" });
  calls();
  // The rest when the chart that was asked for is there.
  const mine = turn;
  setTimeout(() => {
    if (mine !== turn) return;
    shares(common);
    for (const [id, fill] of Object.entries(BOXES)) if ($(id).open) fill();
  });
  const shown = state.at && checked("at", () => energy(state.at, "Read at", 1e-6, index.largest_transfer));
  if (shown) reading(shown);
  document.body.dataset.ready = String(turn);
}

function ratioRange(y) {
  const seen = y.filter((v) => v !== null && Number.isFinite(v)).sort((a, b) => a - b);
  const high = seen.length ? seen[Math.floor(0.97 * (seen.length - 1))] : 1;
  return [0, Math.min(Math.max(1.1, 1.1 * high), 20)];
}

function legend(series, hidden) {
  const keys = series.map((one, i) => {
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-pressed", String(one.show));
    const line = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    line.setAttribute("width", "26");
    line.setAttribute("height", "8");
    line.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M0 4H26");
    path.setAttribute("stroke", one.colour);
    path.setAttribute("stroke-width", "2.5");
    path.setAttribute("stroke-dasharray", (one.dash ?? []).join(" "));
    line.append(path);
    button.append(line, one.name);
    button.addEventListener("click", () => {
      hidden.has(one.name) ? hidden.delete(one.name) : hidden.add(one.name);
      one.show = !hidden.has(one.name);
      button.setAttribute("aria-pressed", String(one.show));
      $("main").chart.setSeries(i + 1, { show: one.show });
      state.hidden = [...hidden].join(",");
      history.replaceState(null, "", toLink(state));
    });
    return button;
  });
  $("legend").replaceChildren(...keys);
}

function hover(i) {
  if (i === null || i === undefined) return;
  const words = now.series.filter((one) => one.show).map((one) => `${one.name} ${short(one.raw[i])}`);
  $("hover").textContent = `T = ${inWords(now.curves.T[i])}:  ${words.slice(0, 12).join("   ")}  ${now.unit}`;
}

function shares(common) {
  const groups = grouped(now.curves.shells);
  const total = now.curves.bound;
  let below = new Float64Array(total.length);
  const series = groups.map(([name, y], i) => {
    below = below.map((v, k) => v + (total[k] > 0 ? y[k] / total[k] : 0));
    return { name, y: Array.from(below, (v, k) => (total[k] > 0 ? v : null)), colour: colour(i), width: 1 };
  });
  const bands = series.slice(1).map((one, i) => ({ series: [i + 2, i + 1], fill: `${one.colour}99` }));
  if (series.length) series[0].fill = `${series[0].colour}99`;
  draw($("share"), { ...common, series, ylabel: "share", yrange: [0, 1.02], bands, label: "Share of each shell in the total, stacked" });
  $("share-keys").replaceChildren(
    ...series.map((one) => {
      const item = document.createElement("li");
      item.textContent = one.name;
      item.style.setProperty("--key", one.colour);
      return item;
    }),
  );
}

function calls() {
  $("python").textContent = python(state, now.ask, now.atoms);
  $("cli").textContent = command(state, now.ask, now.atoms);
}

function reading(T) {
  const c = index.constants;
  const one = curves(now.atoms, Float64Array.of(T), now.ask.coupling, now.beam, now.scale, c);
  const [b, f, s] = [one.bound[0], one.free[0], one.stepping[0]];
  $("read").textContent = `At ${inWords(T)}: bound ${short(b)}, free ${short(f)}, stepping ${short(s)} ${now.unit}; bound over free ${f > 0 ? short(b / f) : "–"}.`;
  return one;
}

const LEAST_WIDTH = 1e-9; // 1 meV: outer shells live for ever, on the scale of this table
const eV = (value) => (value === null ? "–" : short(value / UNITS.eV, 6));

const BOXES = {
  "binding-box"() {
    const many = now.atoms.length > 1;
    const rows = now.atoms.flatMap(({ atom }) =>
      atom.shells.map((shell) => [
        many ? `${atom.symbol} ${shell.label}` : shell.label,
        siegbahn(shell.label),
        short(shell.occupancy),
        eV(shell.binding),
        eV(shell.measured),
        shell.origin ?? "–",
        shell.width > LEAST_WIDTH ? short(shell.width / UNITS.eV, 3) : "–",
        shell.width > LEAST_WIDTH ? short(shell.yield, 3) : "–",
      ]),
    );
    table($("binding"), ["Shell", "Edge", "Electrons", "In this model [eV]", "Measured [eV]", "of", "Width [eV]", "Fluorescence yield"], rows);
  },
  "lines-box"() {
    const unit = now.isRate ? "1/(kg day)" : "cm²";
    const found = allLines(now.atoms, now.ask.coupling, now.beam, now.lineScale, index.constants).slice(0, 40);
    table($("lines"), ["Transition", "T [eV]", `Strength [${unit}]`], found.map((one) => [one.name, eV(one.transfer), short(one.area)]));
  },
  "photo-box"() {
    const T = now.curves.T;
    const x = Array.from(T, inUnit);
    const y = new Float64Array(T.length);
    const measured = new Float64Array(T.length);
    for (const { atom, count } of now.atoms) {
      atom.photoabsorption(T).forEach((row, i) => (y[i] += (count * row.reduce((a, b) => a + b, 0)) / (1e6 * index.constants.barn)));
      const data = atom.arrays.measured;
      const n = data.length / 2;
      for (let i = 0; i < T.length; i++) measured[i] += count * between(data, n, T[i]) / (1e6 * index.constants.barn);
    }
    const series = [
      { name: "computed", y: Array.from(y, (v) => (v > 0 ? v : null)), colour: colour(0), width: 2.5 },
      { name: "measured", y: Array.from(measured, (v) => (v > 0 ? v : null)), colour: colour(1), dash: [3, 3] },
    ];
    draw($("photo"), { x, xlabel: `photon energy [${state.unit}]`, xlog: state.xlog, series, ylabel: "Mb", ylog: true, marks: marks(), label: "Photoabsorption, computed (solid) and measured (dotted)" });
  },
  "map-box"() {
    map.draw(now.atoms, Math.max(now.ask.low, Math.min(...now.atoms.map(({ atom }) => atom.least)) * 1.001), now.ask.high, index.constants.electron_mass);
    let T = now.ask.low;
    try {
      T = energy(state.at, "", 1e-6, index.largest_transfer);
    } catch {
      // its error stands beside the control
    }
    const { Q, S } = section(now.atoms, T);
    $("section-title").textContent = `Section at T = ${inWords(T)}`;
    draw($("section"), { x: Array.from(Q, (q) => q / 1e-3), xlabel: "Q [keV]", xlog: true, series: [{ name: "S", y: Array.from(S, (v) => (v > 0 ? v * 1e-3 : null)), colour: colour(0), width: 2 }], ylabel: "S  [1/keV]", ylog: true, label: "Charge response against momentum" });
  },
  "values-box"() {
    const T = now.curves.T;
    const step = Math.max(1, Math.floor(T.length / 40));
    const rows = [];
    for (let i = 0; i < T.length; i += step) rows.push([short(inUnit(T[i]), 5), ...["bound", "free", "stepping"].map((name) => short(now.curves[name][i]))]);
    table($("values"), [xlabel(), "bound", "free", "stepping"].map((name, i) => (i ? `${name} [${now.unit}]` : name)), rows);
  },
};

// Measured absorption between its points; nothing outside.
function between(data, n, T) {
  if (!(T >= data[0] && T <= data[n - 1])) return NaN;
  let i = 0;
  let end = n - 1;
  while (end - i > 1) {
    const middle = (i + end) >> 1;
    if (data[middle] <= T) i = middle;
    else end = middle;
  }
  const u = Math.log(T / data[i]) / Math.log(data[i + 1] / data[i]);
  return data[n + i] ** (1 - u) * data[n + i + 1] ** u;
}

// K, L1, L2, L3, M1 …: 2p3/2 is the third of its shell.
function siegbahn(label) {
  const [, n, l, j] = /^(\d)([a-z])(\d+)\/2$/.exec(label) ?? [];
  if (n === undefined) return "–";
  const letter = "KLMNOPQ"[n - 1];
  const place = 2 * "spdfg".indexOf(l) + ((Number(j) - 1) / 2 === "spdfg".indexOf(l) ? 1 : 0);
  return n === "1" ? letter : `${letter}${place}`;
}

// --- taking away ----------------------------------------------------------------------------------

function csv() {
  const names = [...["bound", "free", "stepping"].map((name) => [name, now.curves[name]]), ...now.curves.shells.map(({ name, y }) => [name, y])];
  const lines = [`# ${now.title}`, `# ${location.href}`, [`T[keV]`, ...names.map(([name]) => `${name}[${now.isRate ? "1/kg/day/keV" : "cm2/keV"}]`)].join(",")];
  now.curves.T.forEach((T, i) => lines.push([T / UNITS.keV, ...names.map(([, y]) => y[i])].map((v) => Number(v.toPrecision(7))).join(",")));
  return lines.join("\n") + "\n";
}

const fileName = (end) => `nuatom-${now.ask.formula}.${end}`;

async function copy(button, text) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed here: select and copy";
  }
  setTimeout(() => (button.textContent = before), 1500);
}

function wire() {
  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => update());
  };
  $("controls").addEventListener("submit", (event) => event.preventDefault());
  $("controls").addEventListener("input", (event) => {
    if (event.target.dataset.for) slid(event.target);
    read();
    if (!event.target.dataset.for) sliders();
    soon();
  });
  $("reading").addEventListener("submit", (event) => {
    event.preventDefault();
    read();
    history.replaceState(null, "", toLink(state));
    const T = checked("at", () => energy(state.at, "Read at", 1e-6, index.largest_transfer));
    if (T === null || now === null) return;
    reading(T);
    if ($("map-box").open) BOXES["map-box"]();
  });
  $("csv").addEventListener("click", () => now && save(new Blob([csv()], { type: "text/csv" }), fileName("csv")));
  $("png").addEventListener("click", async () => now && save(await picture($("main"), `${now.title}: ${ylabel()}`), fileName("png")));
  $("link").addEventListener("click", (event) => copy(event.currentTarget, location.href));
  for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", () => copy(button, $(button.dataset.copy).textContent));
  for (const [id, fill] of Object.entries(BOXES)) $(id).addEventListener("toggle", () => $(id).open && now && fill());
  addEventListener("resize", () => {
    for (const box of document.querySelectorAll(".chart")) box.redraw?.();
  });
  addEventListener("hashchange", () => {
    state = { ...fromLink(location.hash) };
    if (!state.target) state.target = index.elements[0].symbol;
    show(state);
    update();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => now && render());
}

const map = new ResponseMap($("map"), (T, Q, S) => {
  $("map-value").textContent = `T = ${inWords(T)}, Q = ${inWords(Q)}: S = ${S > 0 ? short(S * 1e-3) : "–"} per keV.`;
});

async function start() {
  try {
    index = await loadJson("data/index.json");
  } catch (error) {
    $("status").textContent = `${error.message}. The page needs its files from a server: nuatom explore, or any file server.`;
    return;
  }
  state = fromLink(location.hash);
  if (!state.target) state.target = (index.elements.find((one) => one.symbol === "Xe") ?? index.elements[index.elements.length - 1]).symbol;
  for (const word of [...index.elements.map((one) => one.symbol), ...index.compounds]) {
    const option = document.createElement("option");
    option.value = word;
    $("targets").append(option);
  }
  $("about").textContent = `nuatom ${index.version}; ${index.elements.length} elements: ${index.elements.map((one) => one.symbol).join(", ")}.`;
  show(state);
  wire();
  await update();
}

start();

// For tests: the numbers of the page without its charts.
export async function numbers({ target, energies, coupling, source, flux, flavour = "e", antineutrino = false }) {
  const c = index.constants;
  if (source !== "mono") sources ??= await load("data/sources.bin");
  const beam = beams({ source, energy: energies.E, flux, flavour, antineutrino }, sources, c);
  const atoms = await Promise.all(formula(target, index.elements).map(async ([symbol, count]) => ({ atom: await atomOf(symbol), count })));
  const found = curves(atoms, Float64Array.from(energies.T), coupling, beam, 1, c);
  return { bound: [...found.bound], free: [...found.free], stepping: [...found.stepping] };
}
