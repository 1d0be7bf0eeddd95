// An element: what its shells answer at any transfers, from the table of nuatom/explore/tables.py.

import { Ridge, cubic, gregory } from "./nodes.js";

const SIGNED = 4; // the ratio VA/√(R A_T)
const FEWEST = 12; // cells
const NEGLIGIBLE = 1e-6; // share of an integral beyond a limit of Q that is then none
const GAUSS = [
  [0.5 - Math.sqrt(0.15), 5 / 18],
  [0.5, 4 / 9],
  [0.5 + Math.sqrt(0.15), 5 / 18],
];

export class Atom {
  constructor({ header, arrays }, index) {
    Object.assign(this, header);
    this.arrays = arrays;
    this.index = index;
    this.count = header.functions.length;
    this.ridge = new Ridge({ ...index, electron_mass: index.constants.electron_mass }, header.least, header.largest);
    this.shells = header.shells.map((shell, i) => {
      const transfer = arrays[`transfer${i}`];
      const above = Float64Array.from(transfer, (T) => Math.log(T - shell.binding));
      return { ...shell, transfer, above, levels: arrays[`levels${i}`] };
    });
    this.prepared = new Map();
  }

  // Everything about the transfers that does not depend on the neutrino; kept, as it serves every coupling.
  at(transfers) {
    const key = `${transfers.length}:${transfers[0]}:${transfers[transfers.length - 1]}`;
    if (!this.prepared.has(key)) {
      if (this.prepared.size > 3) this.prepared.delete(this.prepared.keys().next().value);
      this.prepared.set(key, Array.from(transfers, (T) => this.prepare(T)));
    }
    return this.prepared.get(key);
  }

  prepare(T) {
    const n = this.ridge.nodes;
    const map = this.ridge.at(T);
    const Q = new Float64Array(n);
    const measure = new Float64Array(n);
    const h = this.ridge.points(map, map.high, n, Q, measure);
    const rule = gregory(n);
    for (let k = 0; k < n; k++) measure[k] *= h * rule[k];
    const rows = this.shells.map((shell) => (T > shell.binding ? this.row(shell, T) : null));
    // Beyond the last node that matters a limit of Q changes nothing.
    let last = 0;
    for (const row of rows) {
      if (row === null) continue;
      let most = 0;
      for (let k = 0; k < n; k++) most = Math.max(most, row[k] * measure[k], row[n + k] * measure[k]);
      for (let k = n - 1; k > last; k--) if ((row[k] + row[n + k]) * measure[k] > NEGLIGIBLE * most) last = k;
    }
    return { T, map, Q, end: Q[n - 1], measure, rows, last };
  }

  // The structure functions of a shell at the nodes of T, (function, node).
  row(shell, T) {
    const n = this.ridge.nodes;
    const size = shell.transfer.length;
    const weight = new Float64Array(4);
    const x = Math.max(Math.log(T - shell.binding), shell.above[0]);
    const first = cubic(shell.above, x, weight);
    const out = new Float64Array(this.count * n);
    for (let f = 0; f < this.count; f++) {
      const low = shell.low[f];
      const step = shell.step[f];
      const base = (f * size + first) * n;
      for (let k = 0; k < n; k++) {
        let level = 0;
        for (let a = 0; a < 4; a++) level += weight[a] * shell.levels[base + a * n + k];
        const code = low + step * level;
        out[f * n + k] = f === SIGNED ? code : Math.exp(code);
      }
    }
    if (this.count > SIGNED)
      for (let k = 0; k < n; k++)
        out[SIGNED * n + k] *= Math.sqrt(out[n + k] * out[3 * n + k]);
    return out;
  }

  // The nodes up to a limit of Q that cuts them: the whole cells, and three of Gauss's points in the one that is cut.
  cut(at, limit) {
    at.cuts ??= new Map();
    if (!at.cuts.has(limit)) {
      if (at.cuts.size > 8) at.cuts.clear();
      at.cuts.set(limit, this.cutAt(at, limit));
    }
    return at.cuts.get(limit);
  }

  cutAt(at, limit) {
    const n = this.ridge.nodes;
    const { map } = at;
    const place = ((map.of(Math.log(limit / map.ridge)) - map.low) * (n - 1)) / (map.high - map.low);
    const whole = Math.min(n - 1, Math.floor(place));
    if (whole < FEWEST) return this.few(at, place, limit);
    const h = (map.high - map.low) / (n - 1);
    const rule = gregory(whole + 1);
    const full = gregory(n);
    const places = GAUSS.map(([x]) => whole + (place - whole) * x);
    const inner = this.ridge.between(map, places.map((x) => map.low + h * x));
    const measure = new Float64Array(whole + 4);
    for (let k = 0; k <= whole; k++) measure[k] = (at.measure[k] * rule[k]) / full[k];
    GAUSS.forEach(([, w], g) => (measure[whole + 1 + g] = inner.slope[g] * h * (place - whole) * w));
    const Q = Float64Array.from([...at.Q.subarray(0, whole + 1), ...inner.Q]);
    return { T: at.T, Q, end: limit, measure, rows: at.rows.map((row) => row && this.shortened(row, whole + 1, places)) };
  }

  // Next to Q = T there are not cells enough: as many nodes as ever, evenly up to the limit.
  few(at, place, limit) {
    const n = this.ridge.nodes;
    const { map } = at;
    const places = Array.from({ length: n }, (_, k) => (place * k) / (n - 1));
    const h = (map.high - map.low) / (n - 1);
    const { Q, slope } = this.ridge.between(map, places.map((x) => map.low + h * x));
    const rule = gregory(n);
    const measure = slope.map((v, k) => (v * h * place * rule[k]) / (n - 1));
    return { T: at.T, Q, end: limit, measure, rows: at.rows.map((row) => row && this.shortened(row, 0, places)) };
  }

  // The first values of a row and its values between nodes, cubic in the logarithm.
  shortened(row, kept, places) {
    const n = this.ridge.nodes;
    const size = kept + places.length;
    const out = new Float64Array(this.count * size);
    for (let f = 0; f < this.count; f++) {
      out.set(row.subarray(f * n, f * n + kept), f * size);
      for (let k = 0; k < places.length; k++) {
        const i = Math.max(0, Math.min(n - 4, Math.floor(places[k]) - 1));
        const u = places[k] - i;
        const [a, b, c] = [u - 1, u - 2, u - 3];
        const at = f * n + i;
        const v = (j) => (f === SIGNED ? row[at + j] : Math.log(Math.max(row[at + j], 1e-300)));
        const value = (-a * b * c * v(0)) / 6 + (u * b * c * v(1)) / 2 - (u * a * c * v(2)) / 2 + (u * a * b * v(3)) / 6;
        out[f * size + kept + k] = f === SIGNED ? value : Math.exp(value);
      }
    }
    return out;
  }

  // Photoabsorption by shell, an area: 4π²α ħ²c² R(T, T)/T.
  photoabsorption(transfers) {
    const { fine_structure, hbarc2 } = this.index.constants;
    const n = this.ridge.nodes;
    return this.at(transfers).map(({ T, rows }) =>
      rows.map((row) => (row === null ? 0 : (4 * Math.PI ** 2 * fine_structure * hbarc2 * row[n]) / T)),
    );
  }
}
