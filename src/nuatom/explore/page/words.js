// The same numbers from the package: what to type in Python and on the command line.

const FLAVOURS = { e: "e", mu: "mu", tau: "tau" };

function spaced(text) {
  return text.trim().replace(/\s+/g, "");
}

function quantity(text) {
  const [, value, unit] = /^\s*(\S*?)\s*([a-zA-Z]+)\s*$/.exec(text);
  return `${value} * ${unit}`;
}

export function python(state, ask, atoms) {
  const parts = [];
  if (ask.source === "mono") parts.push(`"${FLAVOURS[state.flavour]}"`, ...(state.anti ? ["antineutrino=True"] : []));
  if (ask.coupling.moment) parts.push(`magnetic_moment=${ask.coupling.moment}`);
  if (ask.coupling.millicharge) parts.push(`millicharge=${ask.coupling.millicharge}`);
  if (ask.radius) parts.push(`charge_radius=${ask.radius} * cm2`);
  if (!ask.coupling.weak) parts.push("weak=False");
  const units = new Set(["cm2", "keV"]);
  for (const text of [state.from, state.to, ...(ask.source === "mono" ? [state.energy] : [])]) units.add(/[a-zA-Z]+\s*$/.exec(text)[0].trim());
  const out = ["import numpy as np", "import nuatom as na"];
  const body = [];
  const models = atoms.map(({ atom, count }) => [atom.model.python, count]);
  body.push(`coupling = na.Neutrino(${parts.join(", ")})`);
  body.push(`T = np.geomspace(${quantity(state.from)}, ${quantity(state.to)}, 40)`);
  if (ask.source === "mono") {
    const terms = models.map(([model, count]) => `${count === 1 ? "" : `${count} * `}na.cross_section(coupling, ${model}, ${quantity(state.energy)}, T)`);
    body.push(`area = ${terms.join(" + ")}`, "area / (cm2 / keV)  # per atom or formula unit");
  } else {
    for (const unit of ["day", "kg", "s"]) units.add(unit);
    body.push(ask.source === "solar" ? `source = na.Solar("B16-GS98")` : `source = na.Reactor(flux=${Number(state.flux)} / (cm2 * s))`);
    const material =
      atoms.length === 1 && atoms[0].count === 1
        ? models[0][0]
        : `na.Material.of("${ask.formula}", lambda symbol: ${atoms[0].atom.model.python.replaceAll(`"${atoms[0].atom.symbol}"`, "symbol")})`;
    body.push(`rate = na.rate(source, coupling, ${material}, T)`, "rate / (1 / (kg * day * keV))");
  }
  out.push(`from nuatom.units import ${[...units].sort().join(", ")}`, "", ...body);
  return out.join("\n");
}

export function command(state, ask, atoms) {
  const words = [];
  const range = `${spaced(state.from)}:${spaced(state.to)}:40`;
  if (ask.source === "mono") words.push("dcs", atoms[0].atom.symbol, "--energy", spaced(state.energy));
  else words.push("rate", ask.formula, "--source", ask.source, ...(ask.source === "reactor" ? ["--flux", `${Number(state.flux)}/cm2/s`] : []));
  words.push("--transfer", range);
  if (ask.coupling.weak) words.push("--weak");
  if (ask.source === "mono") words.push("--flavour", state.flavour, ...(state.anti ? ["--antineutrino"] : []));
  if (ask.coupling.moment) words.push("--mu-nu", String(ask.coupling.moment));
  if (ask.coupling.millicharge) words.push(`--millicharge=${ask.coupling.millicharge}`);
  if (ask.radius) words.push(`--charge-radius=${ask.radius}cm2`);
  words.push(atoms[0].atom.model.cli);
  const one = `nuatom ${words.join(" ")}`;
  if (ask.source !== "mono" || (atoms.length === 1 && atoms[0].count === 1)) return one;
  return atoms
    .map(({ atom, count }) => `${one.replace(`dcs ${atoms[0].atom.symbol} `, `dcs ${atom.symbol} `)}  # ${count} of it in ${ask.formula}`)
    .join("\n");
}
