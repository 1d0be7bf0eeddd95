// Nodes in Q along the Bethe ridge, as nuatom/explore/tables.py has them, and integrals over them.

export class Ridge {
  // of an atom whose outermost and innermost binding energies are given, in MeV
  constructor({ nodes, reach, electron_mass }, least, largest) {
    Object.assign(this, { nodes, reach, mass: electron_mass });
    this.least = Math.sqrt(2 * electron_mass * least);
    this.largest = Math.sqrt(2 * electron_mass * largest);
  }

  // What all nodes of one transfer have in common.
  at(T) {
    const ridge = Math.sqrt(T * (T + 2 * this.mass));
    const width = (0.5 * this.least) / ridge;
    const of = (y) => Math.asinh(y / width) + y / 2;
    const low = of(Math.log(T / ridge));
    const high = of(Math.log1p((this.reach * this.largest) / ridge));
    return { T, ridge, width, low, high, of };
  }

  // Q and dQ²/dt at some t.
  between({ ridge, width }, places) {
    const y = places.map((t) => inverse(t, width));
    const Q = Float64Array.from(y, (v) => ridge * Math.exp(v));
    return { Q, slope: Q.map((q, k) => (2 * q * q) / (1 / Math.hypot(width, y[k]) + 0.5)) };
  }

  // Q and dQ²/dt at n points, evenly in t from the photon point to t = high.
  points({ T, ridge, width, low }, high, n, Q, slope) {
    for (let k = 0; k < n; k++) {
      const t = low + ((high - low) * k) / (n - 1);
      const y = inverse(t, width);
      Q[k] = k === 0 ? T : ridge * Math.exp(y);
      slope[k] = (2 * Q[k] * Q[k]) / (1 / Math.sqrt(width * width + y * y) + 0.5);
    }
    return (high - low) / (n - 1);
  }
}

// y with asinh(y/W) + y/2 = t.
function inverse(t, width) {
  const most = Math.asinh((2 * Math.abs(t)) / width);
  let u = Math.max(-most, Math.min(most, t));
  for (let i = 0; i < 60; i++) {
    const e = Math.exp(u);
    const step = (u + (width * (e - 1 / e)) / 4 - t) / (1 + (width * (e + 1 / e)) / 4);
    u -= step;
    if (Math.abs(step) < 1e-11 * (1 + Math.abs(u))) break;
  }
  return width * Math.sinh(u);
}

const ENDS = [3 / 8, 7 / 6, 23 / 24];

// Gregory's rule: evenly spaced points, right to the fourth order.
export function gregory(n) {
  const weight = new Float64Array(n).fill(1);
  ENDS.forEach((w, k) => {
    weight[k] = w;
    weight[n - 1 - k] = w;
  });
  return weight;
}

// The first of four points around x in an ascending array, and Lagrange's weights on them.
export function cubic(array, x, weight) {
  const n = array.length;
  let low = 0;
  let high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (array[middle] < x) low = middle + 1;
    else high = middle;
  }
  const first = Math.max(0, Math.min(n - 4, low - 2));
  for (let a = 0; a < 4; a++) {
    let w = 1;
    for (let b = 0; b < 4; b++)
      if (a !== b) w *= (x - array[first + b]) / (array[first + a] - array[first + b]);
    weight[a] = w;
  }
  return first;
}
