// From what is asked to what is shown: all curves of a target, in the units of the page.

import { bound, free, lines } from "./spectrum.js";

const POINTS = 200;
const BESIDE = 1e-6; // of an edge, at which a step begins and ends
const NEAR = [1e-3, 4e-3, 0.012, 0.03];

const CLOSEST = 1e-3; // of two transfers, over themselves: a dot of a screen
const LINES = 120; // as many transfers more, for an answer at once

// Transfers evenly spaced, denser above every edge, and those of the lines below it.
export function transfers(atoms, low, high, xlog) {
  const found = new Set();
  for (let i = 0; i < POINTS; i++) {
    const u = i / (POINTS - 1);
    found.add(xlog ? low * (high / low) ** u : low + (high - low) * u);
  }
  for (const { atom } of atoms)
    for (const { binding } of atom.shells)
      for (const share of [-BESIDE, BESIDE, ...NEAR]) {
        const T = binding * (1 + share);
        if (T > low && T < high) found.add(T);
      }
  const must = Float64Array.from(found).sort();
  for (const { atom } of atoms)
    for (const { binding, transfer } of atom.shells) for (const T of transfer) if (T < binding && T > low && T < high) found.add(T);
  const all = Float64Array.from(found).sort();
  const apart = (closest) => {
    let at = 0;
    let last = 0;
    return all.filter((T) => {
      if (T === must[at]) at++;
      else if (T < last * (1 + closest)) return false;
      last = T;
      return true;
    });
  };
  let closest = CLOSEST;
  while (apart(closest).length > must.length + LINES) closest *= 1.3;
  return apart(closest);
}

// Everything per formula unit, or per electron: arrays over T.
export function curves(atoms, T, coupling, beam, scale, constants) {
  const perElectron = free(T, coupling, beam, constants);
  const out = { T, bound: new Float64Array(T.length), free: new Float64Array(T.length), stepping: new Float64Array(T.length), shells: [] };
  for (const { atom, count } of atoms) {
    const rows = bound(atom, T, coupling, beam, constants);
    atom.shells.forEach((shell, j) => {
      const y = new Float64Array(T.length);
      for (let i = 0; i < T.length; i++) {
        y[i] = rows[i][j] * count * scale;
        out.bound[i] += y[i];
        const one = perElectron[i] * shell.occupancy * count * scale;
        out.free[i] += one;
        if (T[i] > shell.binding) out.stepping[i] += one;
      }
      const name = atoms.length > 1 ? `${atom.symbol} ${shell.label}` : shell.label;
      out.shells.push({ name, binding: shell.binding, y });
    });
  }
  return out;
}

export function allLines(atoms, coupling, beam, scale, constants) {
  return atoms
    .flatMap(({ atom, count }) =>
      lines(atom, coupling, beam, constants).map((line) => ({
        ...line,
        name: `${atom.symbol} ${atom.shells[line.shell].label} → ${line.final}`,
        area: line.area * count * scale,
      })),
    )
    .sort((a, b) => b.area - a.area);
}

// Subshells of one shell together: 3p1/2 and 3p3/2 are one colour of the stack.
export function grouped(shells) {
  const groups = new Map();
  for (const { name, y } of shells) {
    const key = name.replace(/(\d[a-z])\d+\/2$/, "$1");
    const sum = groups.get(key) ?? new Float64Array(y.length);
    for (let i = 0; i < y.length; i++) sum[i] += y[i];
    groups.set(key, sum);
  }
  return [...groups];
}
