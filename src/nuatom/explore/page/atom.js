// An element: what its shells answer at any transfers, from the table of nuatom/explore/tables.py.

import { Ridge, gregory, lastUpTo } from "./nodes.js";

const SIGNED = 4; // the ratio VA/√(R A_T)
const FEWEST = 8; // cells
const NEGLIGIBLE = 1e-6; // share of an integral beyond a limit of Q that is then none
const UNEVEN = 3; // gaps over one another, from where on
const STEEPEST = 3; // slopes are held to this many times the secant of the longer one
const BESIDE = 4e-6; // of an edge, between the pieces on both sides of it
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
      const over = Float64Array.from(transfer, (T) => Math.log(T > shell.binding ? T - shell.binding : T));
      return { ...shell, transfer, over, levels: arrays[`levels${i}`] };
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
    const { Q, slope } = this.ridge.points(map, this.ridge.every);
    const measure = this.measured(map, slope, n - 1);
    const rows = this.shells.map((shell) => this.row(shell, T));
    // Beyond the last node that matters a limit of Q changes nothing.
    let last = 0;
    for (const row of rows) {
      if (row === null) continue;
      let most = 0;
      for (let k = 0; k < n; k++) most = Math.max(most, row[k] * measure[k], row[n + k] * measure[k]);
      for (let k = n - 1; k > last; k--) if ((row[k] + row[n + k]) * measure[k] > NEGLIGIBLE * most) last = k;
    }
    return { T, map, Q, slope, end: Q[n - 1], measure, rows, last };
  }

  // Where T is in the table of a shell: a cell of the piece [first, end) that it belongs to; null where the shell is
  // closed and has no lines.
  cell(shell, T) {
    const { transfer, starts } = shell;
    const piece = lastUpTo(starts.map((k) => transfer[k]), T, 0, starts.length);
    let first = starts[piece];
    let end = starts[piece + 1] ?? transfer.length;
    if (T > shell.binding && transfer[first] < shell.binding) {
      // Between the edge and the first transfer above it.
      first = end;
      end = starts[piece + 2] ?? transfer.length;
    } else if (T <= shell.binding) {
      // Pieces end beside edges; elsewhere they end where the lines do.
      if (T < transfer[first] || T > transfer[end - 1] * (1 + BESIDE)) return null;
    }
    const x = Math.log(T > shell.binding ? T - shell.binding : T);
    return { x, first, end, at: lastUpTo(shell.over, x, first, end - 1) };
  }

  // The structure functions of a shell at the nodes of T, (function, node); null for none.
  row(shell, T) {
    const place = this.cell(shell, T);
    if (place === null) return null;
    const { first, end, at } = place;
    const n = this.ridge.nodes;
    const size = shell.transfer.length;
    const { over, levels } = shell;
    const [before, after] = [at > first, at + 2 < end];
    const h = over[at + 1] - over[at];
    const hBefore = before ? over[at] - over[at - 1] : 0;
    const hAfter = after ? over[at + 2] - over[at + 1] : 0;
    const u = Math.max(0, Math.min(1, (place.x - over[at]) / h));
    const w = 1 - u;
    const [a, b, c, d] = [w * w * (1 + 2 * u), u * u * (3 - 2 * u), u * w * w * h, u * u * w * h];
    const out = new Float64Array(this.count * n);
    for (let f = 0; f < this.count; f++) {
      const low = shell.low[f];
      const step = shell.step[f];
      const base = (f * size + at) * n;
      for (let k = 0; k < n; k++) {
        const v1 = levels[base + k];
        const v2 = levels[base + n + k];
        const secant = (v2 - v1) / h;
        const left = before ? slope((v1 - levels[base - n + k]) / hBefore, secant, hBefore, h) : secant;
        const right = after ? slope(secant, (levels[base + 2 * n + k] - v2) / hAfter, h, hAfter) : secant;
        const code = low + step * (a * v1 + b * v2 + c * left - d * right);
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

  // Weights of the nodes up to one of them, which Gregory's rule has on either side of the ridge.
  measured(map, slope, last) {
    const { side, rule } = this.ridge;
    const out = new Float64Array(last + 1);
    for (const [from, to] of [
      [0, Math.min(side, last)],
      [side, last],
    ]) {
      if (to <= from) continue;
      const h = this.ridge.step(map, from);
      const own = to - from === side ? rule : gregory(to - from + 1);
      for (let k = from; k <= to; k++) out[k] += h * own[k - from] * slope[k];
    }
    return out;
  }

  cutAt(at, limit) {
    const { map } = at;
    const { side } = this.ridge;
    const place = Math.min(this.ridge.placeOf(map, map.of(Math.log(limit / map.ridge))), 2 * side);
    // The last node up to which there are cells enough, on its side of the ridge, for Gregory's rule.
    let whole = Math.floor(place);
    if (whole > side && whole - side < FEWEST) whole = side;
    if (whole < FEWEST) whole = 0;
    const places = [];
    const weights = [];
    for (let from = whole; from < place; from = Math.floor(from) + 1) {
      const to = Math.min(Math.floor(from) + 1, place);
      for (const [x, w] of GAUSS) {
        places.push(from + (to - from) * x);
        weights.push((to - from) * w * this.ridge.step(map, from));
      }
    }
    const kept = whole > 0 ? whole + 1 : 0;
    const inner = this.ridge.points(map, places);
    const measure = new Float64Array(kept + places.length);
    if (kept) measure.set(this.measured(map, at.slope, whole));
    weights.forEach((w, g) => (measure[kept + g] = inner.slope[g] * w));
    const Q = new Float64Array(kept + places.length);
    Q.set(at.Q.subarray(0, kept));
    Q.set(inner.Q, kept);
    return { T: at.T, Q, end: limit, measure, rows: at.rows.map((row) => row && this.shortened(row, kept, places)) };
  }

  // The first values of a row and its values between nodes, cubic in the logarithm, not across the ridge.
  shortened(row, kept, places) {
    const n = this.ridge.nodes;
    const { side } = this.ridge;
    const size = kept + places.length;
    const out = new Float64Array(this.count * size);
    for (let f = 0; f < this.count; f++) {
      out.set(row.subarray(f * n, f * n + kept), f * size);
      for (let k = 0; k < places.length; k++) {
        const [least, most] = places[k] < side ? [0, side - 3] : [side, n - 4];
        const i = Math.max(least, Math.min(most, Math.floor(places[k]) - 1));
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

// Of the parabola through three points, held to the secant of the longer gap where they crowd.
function slope(one, other, h, hOther) {
  const free = (one * hOther + other * h) / (h + hOther);
  if (h <= UNEVEN * hOther && hOther <= UNEVEN * h) return free;
  const most = STEEPEST * Math.abs(h > hOther ? one : other);
  return Math.max(-most, Math.min(most, free));
}
