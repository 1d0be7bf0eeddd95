// dσ/dT and dR/dT: weights of the neutrino times what the atom answers, integrated over Q².
//
//   weak, millicharge, charge radius: amplitudes that add,  G_V = g_V + g_r⟨r²⟩ + c/X,  X = Q² − T²
//   magnetic moment: flips the helicity and adds by itself
// The formulas are those of nuatom/neutrino/amplitude.py and flip.py, for the functions S, R, A_L, A_T and VA.

const S = 0;
const R = 1;
const AL = 2;
const AT = 3;
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

// Weights on the five functions at T, Q; that of R without the share of 1/X, which `photonLine` integrates.
function weights(k, T, Q, power, out) {
  const X = (Q - T) * (Q + T);
  const Q2 = Q * Q;
  const [p0, p1, p2] = power;
  const Y = p2 - Q2 * p0;
  const L = (p2 + Q2 * p0) / (2 * Q2);
  const contact = k.gg * X * X + 2 * k.g * k.photon * X + k.one * k.photon ** 2;
  out[S] = (k.weak * Y * contact) / (2 * Q2 * Q2) + (k.one * k.flip * p2 * X) / (Q2 * Q2);
  out[R] = k.weak * L * (k.gg * X + 2 * k.g * k.photon) + (k.one * k.flip * Y) / Q2;
  out[AL] = k.weak * Y * k.aa;
  out[AT] = k.weak * L * X * k.aa;
  out[VA] = k.sign * ((k.weak * 2 * p1) / Q) * (k.ga * X + k.a * k.photon);
  return k.weak * L * k.one * k.photon ** 2; // times R/X
}

// By shell, per atom: ∫dQ² Σ w f at every transfer, shape [transfer][shell].
export function bound(atom, transfers, coupling, { list, antineutrino }, c) {
  const n = atom.ridge.nodes;
  const used = coupling.weak ? atom.count : 2;
  if (coupling.weak && atom.count < 5)
    throw new Error(`${atom.symbol}: its table has no axial current, which the weak interaction needs`);
  const all = list.map((beam) => [beam, strengths(coupling, beam, antineutrino, c)]);
  const total = Array.from({ length: 5 }, () => new Float64Array(n));
  const inverse = new Float64Array(n);
  const scratch = Array.from({ length: 5 }, () => new Float64Array(n + 4));
  const over = new Float64Array(n + 4);
  const one = new Float64Array(5);
  const power = new Float64Array(3);
  return atom.at(transfers).map((at) => {
    const out = new Float64Array(atom.shells.length);
    total.forEach((w) => w.fill(0));
    inverse.fill(0);
    let photon = [0, 0];
    let some = false;
    for (const [beam, k] of all) {
      if (at.T >= beam.most) continue;
      const limit = beam.limit(at.T);
      if (limit < at.Q[at.last]) {
        const own = atom.cut(at, limit);
        scratch.forEach((w) => w.fill(0));
        over.fill(0);
        add(beam, k, own, scratch, over);
        contract(own, scratch, over, scaled(beam.photon(own.T, c.neutrino_mass), k), out);
        continue;
      }
      some = true;
      add(beam, k, at, total, inverse);
      const p = scaled(beam.photon(at.T, c.neutrino_mass), k);
      photon = [photon[0] + p[0], photon[1] + p[1]];
    }
    if (some) contract(at, total, inverse, photon, out);
    return out;
  });

  function scaled([value, logs], k) {
    const factor = (k.weak * k.one * k.photon ** 2) / (2 * 1);
    return [factor * value, factor * logs];
  }

  function add(beam, k, at, into, over) {
    const size = at.Q.length;
    for (let i = 0; i < size; i++) {
      beam.powers(at.T, at.Q[i], power);
      if (power[2] === 0) continue;
      over[i] += weights(k, at.T, at.Q[i], power, one);
      for (let f = 0; f < used; f++) into[f][i] += one[f];
    }
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
    let sum = measure[0] * (3 * rest(1) - 3 * rest(2) + rest(3));
    for (let i = 1; i < size; i++) sum += measure[i] * rest(i);
    // −1: next to the pole it is X − X_min over X² that counts (nuatom/neutrino/strip.py).
    return sum + pole * (Math.log(top) - Math.log((top + B) / B) - 1) - logs * scale;
  }
}

// One free electron at rest: the same weights at Q = √(T² + 2mT).
export function free(transfers, coupling, { list, antineutrino }, c) {
  const m = c.electron_mass;
  const all = list.map((beam) => [beam, strengths(coupling, beam, antineutrino, c)]);
  const one = new Float64Array(5);
  const power = new Float64Array(3);
  return Float64Array.from(transfers, (T) => {
    const Q = Math.sqrt(T * (T + 2 * m));
    let sum = 0;
    for (const [beam, k] of all) {
      beam.powers(T, Q, power);
      if (power[2] === 0) continue;
      const over = weights(k, T, Q, power, one);
      sum += one[S] * (2 * m + T) + (one[R] + over / (2 * m * T)) * T + one[AT] * (2 * m + T) + one[VA] * Q;
    }
    return sum;
  });
}

// Areas (or rates) of the discrete lines of an atom.
export function lines(atom, coupling, { list, antineutrino }, c) {
  const T = atom.arrays.line_transfer;
  if (T === undefined) return [];
  const grid = atom.arrays.line_momentum;
  const strength = atom.arrays.line_strength;
  const used = coupling.weak ? atom.count : 2;
  const n = 96;
  const rule = gregoryLog(n);
  const logs = Float64Array.from(grid, Math.log);
  const step = (logs[logs.length - 1] - logs[0]) / (logs.length - 1);
  const one = new Float64Array(5);
  const power = new Float64Array(3);
  const rows = T.length * grid.length;
  return atom.lines.map((line, i) => {
    let sum = 0;
    for (const beam of list) {
      if (T[i] >= beam.most) continue;
      const k = strengths(coupling, beam, antineutrino, c);
      const top = Math.min(beam.limit(T[i]), grid[grid.length - 1]);
      if (top <= T[i]) continue;
      const span = Math.log(top / T[i]) / (n - 1);
      for (let q = 0; q < n; q++) {
        const Q = T[i] * Math.exp(span * q);
        const x = Math.max((Math.log(Q) - logs[0]) / step, 0);
        const cell = Math.min(Math.floor(x), grid.length - 2);
        const u = x - cell;
        beam.powers(T[i], Q, power);
        if (power[2] === 0) continue;
        const over = weights(k, T[i], Q, power, one);
        for (let f = 0; f < used; f++) {
          const at = f * rows + i * grid.length + cell;
          const a = strength[at];
          const b = strength[at + 1];
          const value = f !== VA && a > 0 && b > 0 ? Math.exp((1 - u) * Math.log(a) + u * Math.log(b)) : (1 - u) * a + u * b;
          let weight = one[f];
          if (f === R && over > 0 && q > 0) weight += over / ((Q - T[i]) * (Q + T[i]));
          sum += weight * value * 2 * Q * Q * span * rule[q];
        }
      }
    }
    return { ...line, transfer: T[i], area: sum };
  });
}

function gregoryLog(n) {
  const weight = new Float64Array(n).fill(1);
  [3 / 8, 7 / 6, 23 / 24].forEach((w, k) => {
    weight[k] = w;
    weight[n - 1 - k] = w;
  });
  return weight;
}
