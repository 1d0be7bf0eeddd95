// dσ/dT and dR/dT: weights of the neutrino times what the atom answers, integrated over Q².
//
//   weak, millicharge, charge radius: amplitudes that add,  G_V = g_V + g_r⟨r²⟩ + c/X,  X = Q² − T²
//   magnetic moment: flips the helicity and adds by itself
// The formulas are those of nuatom/neutrino/amplitude.py and flip.py, for the functions S, R, A_L, A_T and VA.

import { gregory } from "./nodes.js";

const R = 1;
const VA = 4;

// Constants of a coupling for one beam: sums over the flavours in it, each with its flux.
function strengths(coupling, beam, antineutrino, c) {
  const own = { gg: 0, g: 0, one: 0, aa: 0, ga: 0, a: 0 };
  const radius = coupling.charge_radius * c.radius_to_vector;
  for (const [flavour, flux] of Object.entries(beam.flux)) {
    const [v, a] = coupling.weak ? c.weak[flavour] : [0, 0];
    const g = v + radius;
    own.gg += flux * g * g;
    own.g += flux * g;
    own.one += flux;
    own.aa += flux * a * a;
    own.ga += flux * g * a;
    own.a += flux * a;
  }
  const photon = (-4 * Math.PI * c.fine_structure * coupling.millicharge) / (Math.SQRT2 * c.fermi);
  const sign = antineutrino ? -1 : 1;
  const weak = (c.fermi ** 2 / (4 * Math.PI)) * c.hbarc2;
  const flip = (Math.PI * (c.fine_structure / c.electron_mass) ** 2 * c.hbarc2 * coupling.moment ** 2) / 4;
  return { ...own, photon, sign, weak, flip };
}

// Adds the weights on the five functions at all nodes of a transfer to `out`, and to `over` the one on R/X, which
// `photonLine` integrates.
function add(k, at, power, out, over) {
  const { T, Q } = at;
  const [p0s, p1s, p2s] = power;
  const [wS, wR, wL, wT, wV] = out;
  const photon = k.photon;
  for (let i = 0; i < Q.length; i++) {
    const p2 = p2s[i];
    if (p2 === 0) continue;
    const X = (Q[i] - T) * (Q[i] + T);
    const Q2 = Q[i] * Q[i];
    const Y = p2 - Q2 * p0s[i];
    const L = (k.weak * (p2 + Q2 * p0s[i])) / (2 * Q2);
    const contact = (k.gg * X + 2 * k.g * photon) * X + k.one * photon * photon;
    wS[i] += ((k.weak * Y * contact) / 2 + k.one * k.flip * p2 * X) / (Q2 * Q2);
    wR[i] += L * (k.gg * X + 2 * k.g * photon) + (k.one * k.flip * Y) / Q2;
    wL[i] += k.weak * Y * k.aa;
    wT[i] += L * X * k.aa;
    wV[i] += ((k.sign * k.weak * 2 * p1s[i]) / Q[i]) * (k.ga * X + k.a * photon);
    over[i] += L * k.one * photon * photon;
  }
}

// By shell, per atom: ∫dQ² Σ w f at every transfer, shape [transfer][shell].
export function bound(atom, transfers, coupling, { list, antineutrino }, c) {
  const n = atom.ridge.nodes;
  const used = coupling.weak ? atom.count : 2;
  if (coupling.weak && atom.count < 5)
    throw new Error(`${atom.symbol}: its table has no axial current, which the weak interaction needs`);
  const all = list.map((beam) => [beam, strengths(coupling, beam, antineutrino, c)]);
  const total = rows(n);
  const scratch = rows(n + 3 * 10);
  const power = [0, 1, 2].map(() => new Float64Array(n + 3 * 10));
  return atom.at(transfers).map((at) => {
    const out = new Float64Array(atom.shells.length);
    total.forEach((w) => w.fill(0));
    let photon = [0, 0];
    let some = false;
    for (const [beam, k] of all) {
      if (at.T >= beam.most) continue;
      const limit = beam.limit(at.T);
      const isCut = limit < at.Q[at.last];
      const own = isCut ? atom.cut(at, limit) : at;
      const into = isCut ? scratch : total;
      if (isCut) scratch.forEach((w) => w.fill(0));
      beam.fill(own, ...power);
      add(k, own, power, into, into[5]);
      const line = scaled(beam.photon(at.T, c.neutrino_mass), k);
      if (isCut) contract(own, scratch, scratch[5], line, out);
      else {
        some = true;
        photon = [photon[0] + line[0], photon[1] + line[1]];
      }
    }
    if (some) contract(at, total, total[5], photon, out);
    return out;
  });

  function scaled([value, logs], k) {
    const factor = (k.weak * k.one * k.photon ** 2) / 2;
    return [factor * value, factor * logs];
  }

  function contract(at, w, over, photon, out) {
    const size = at.Q.length;
    at.rows.forEach((row, j) => {
      if (row === null) return;
      let sum = 0;
      for (let f = 0; f < used; f++) {
        const values = w[f];
        let part = 0;
        for (let i = 0, m = f * size; i < size; i++, m++) part += values[i] * at.measure[i] * row[m];
        sum += part;
      }
      if (photon[0] !== 0) sum += photonLine(at, row, over, photon);
      out[j] += sum;
    });
  }

  // ∫dX g(Q)/X from X_min up: the pole at Q = T by itself, as g(T) B/X(X + B), and the rest, which is smooth, at nodes.
  function photonLine(at, row, over, [value, logs]) {
    const { T, Q, measure } = at;
    const size = Q.length;
    const B = T * T;
    const top = (at.end - T) * (at.end + T);
    // photon() has (s² + T²)/E²; what is over 2Q² at Q = T.
    const scale = row[size] / B;
    const pole = value * scale;
    const rest = (i) => {
      const X = (Q[i] - T) * (Q[i] + T);
      return (over[i] * row[size + i] - (pole * B) / (X + B)) / X;
    };
    // On the pole itself what is smooth goes on from its neighbours.
    let sum = measure[0] * (Q[0] > T ? rest(0) : 3 * rest(1) - 3 * rest(2) + rest(3));
    for (let i = 1; i < size; i++) sum += measure[i] * rest(i);
    // −1: next to the pole it is X − X_min over X² that counts (nuatom/neutrino/strip.py).
    return sum + pole * (Math.log(top) - Math.log((top + B) / B) - 1) - logs * scale;
  }
}

// One free electron at rest: the same weights at Q = √(T² + 2mT).
export function free(transfers, coupling, { list, antineutrino }, c) {
  const m = c.electron_mass;
  const all = list.map((beam) => [beam, strengths(coupling, beam, antineutrino, c)]);
  const out = rows(1);
  const power = [0, 1, 2].map(() => new Float64Array(1));
  return Float64Array.from(transfers, (T) => {
    const at = { T, Q: [Math.sqrt(T * (T + 2 * m))] };
    out.forEach((w) => w.fill(0));
    for (const [beam, k] of all) {
      beam.fill(at, ...power);
      add(k, at, power, out, out[5]);
    }
    const [wS, wR, , wT, wV, over] = out.map((w) => w[0]);
    return wS * (2 * m + T) + (wR + over / (2 * m * T)) * T + wT * (2 * m + T) + wV * at.Q[0];
  });
}

function rows(n) {
  return Array.from({ length: 6 }, () => new Float64Array(n));
}

// Areas (or rates) of the discrete lines of an atom.
export function lines(atom, coupling, { list, antineutrino }, c) {
  const T = atom.arrays.line_transfer;
  if (T === undefined) return [];
  const grid = atom.arrays.line_momentum;
  const strength = atom.arrays.line_strength;
  const used = coupling.weak ? atom.count : 2;
  const n = 96;
  const rule = gregory(n);
  const logs = Float64Array.from(grid, Math.log);
  const step = (logs[logs.length - 1] - logs[0]) / (logs.length - 1);
  const out = rows(n);
  const power = [0, 1, 2].map(() => new Float64Array(n));
  const size = T.length * grid.length;
  return atom.lines.map((line, i) => {
    let sum = 0;
    for (const beam of list) {
      const top = Math.min(beam.limit(T[i]), grid[grid.length - 1]);
      if (T[i] >= beam.most || top <= T[i]) continue;
      const span = Math.log(top / T[i]) / (n - 1);
      const at = { T: T[i], Q: Float64Array.from({ length: n }, (_, q) => T[i] * Math.exp(span * q)) };
      out.forEach((w) => w.fill(0));
      beam.fill(at, ...power);
      add(strengths(coupling, beam, antineutrino, c), at, power, out, out[5]);
      for (let q = 0; q < n; q++) {
        const Q = at.Q[q];
        const x = Math.max((Math.log(Q) - logs[0]) / step, 0);
        const cell = Math.min(Math.floor(x), grid.length - 2);
        const u = x - cell;
        if (q > 0) out[R][q] += out[5][q] / ((Q - T[i]) * (Q + T[i]));
        for (let f = 0; f < used; f++) {
          const place = f * size + i * grid.length + cell;
          const [a, b] = [strength[place], strength[place + 1]];
          const value = f !== VA && a > 0 && b > 0 ? Math.exp((1 - u) * Math.log(a) + u * Math.log(b)) : (1 - u) * a + u * b;
          sum += out[f][q] * value * 2 * Q * Q * span * rule[q];
        }
      }
    }
    return { ...line, transfer: T[i], area: sum };
  });
}
