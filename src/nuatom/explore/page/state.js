// What is asked: read from the controls or from a link, checked, and written back as a link.  Words of a link are values
// of controls and text of messages, never markup.

export const DEFAULTS = {
  target: "", moment: "1e-11", millicharge: "0", radius: "0", weak: false, source: "mono", energy: "1 MeV", flavour: "e",
  anti: false, flux: "1e13", from: "10 eV", to: "100 keV", unit: "keV", per: "atom", xlog: true, ylog: true, edges: true,
  shells: false, at: "1 keV", hidden: "",
};

const CHOICES = {
  source: ["mono", "solar", "reactor"],
  flavour: ["e", "mu", "tau"],
  unit: ["eV", "keV", "MeV"],
  per: ["atom", "electron"],
};
export const UNITS = { eV: 1e-6, keV: 1e-3, MeV: 1, GeV: 1e3 };
const LONGEST = 200;

export function fromLink(hash) {
  const state = { ...DEFAULTS };
  for (const [key, value] of new URLSearchParams(hash.replace(/^#/, ""))) {
    if (!(key in DEFAULTS)) continue;
    if (typeof DEFAULTS[key] === "boolean") state[key] = value === "1";
    else if (!CHOICES[key] || CHOICES[key].includes(value)) state[key] = value.slice(0, LONGEST);
  }
  return state;
}

export function toLink(state) {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(state)) {
    if (value === DEFAULTS[key] && key !== "target") continue;
    words.set(key, typeof value === "boolean" ? (value ? "1" : "0") : value);
  }
  return `#${words}`;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

export function number(text, name, low, high) {
  const word = text.trim().replace("−", "-");
  if (!NUMBER.test(word)) throw new Error(`${name}: expected a number such as 1e-11, got “${text}”`);
  const value = Number(word);
  if (!(value >= low && value <= high)) throw new Error(`${name}: expected ${low} to ${high}, got ${text}`);
  return value;
}

export function energy(text, name, low, high) {
  const found = /^\s*(\S*?)\s*([a-zA-Z]*)\s*$/.exec(text);
  const [, word, unit] = found ?? ["", "", ""];
  if (!NUMBER.test(word)) throw new Error(`${name}: expected a number with a unit such as 2.8 keV, got “${text}”`);
  if (!(unit in UNITS))
    throw new Error(`${name}: expected the unit eV, keV, MeV or GeV, written so, got ${unit ? `“${unit}”` : "none"}; try ${word} keV`);
  const value = Number(word) * UNITS[unit];
  if (!(value >= low && value <= high)) throw new Error(`${name}: expected ${inWords(low)} to ${inWords(high)}, got ${text}`);
  return value;
}

export function inWords(value) {
  const unit = value < 1e-3 ? "eV" : value < 1 ? "keV" : "MeV";
  return `${Number((value / UNITS[unit]).toPrecision(4))} ${unit}`;
}

// A formula as [symbol, count] pairs, of elements that are there.
export function formula(text, elements) {
  const word = text.trim();
  const known = new Map(elements.map((one) => [one.symbol, one]));
  const named = elements.find((one) => one.name.toLowerCase() === word.toLowerCase() || String(one.Z) === word);
  if (named) return [[named.symbol, 1]];
  const there = elements.map((one) => one.symbol).join(", ");
  if (!/^([A-Z][a-z]?\d*)+$/.test(word))
    throw new Error(`Target: expected an element or a formula such as ${elements[0].symbol}, got “${text}”; here are ${there}`);
  const counts = new Map();
  for (const [, symbol, count] of word.matchAll(/([A-Z][a-z]?)(\d*)/g)) {
    if (!known.has(symbol))
      throw new Error(`Target: ${symbol} is not on this page, which has ${there}; nuatom explore --elements ${symbol} adds it`);
    const many = count === "" ? 1 : Number(count);
    if (!(many >= 1 && many <= 1000)) throw new Error(`Target: expected 1 to 1000 atoms of ${symbol}, got ${count}`);
    counts.set(symbol, (counts.get(symbol) ?? 0) + many);
  }
  return [...counts];
}
