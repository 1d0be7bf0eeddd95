// Nodes in Q along the Bethe ridge, as nuatom/explore/tables.py has them, and integrals over them.

export class Ridge {
  // of an atom whose outermost and innermost binding energies are given, in MeV
  constructor({ nodes, reach, electron_mass }, least, largest) {
    Object.assign(this, { nodes, reach, mass: electron_mass, side: (nodes - 1) / 2 });
    this.every = Array.from({ length: nodes }, (_, k) => k);
    this.rule = gregory(this.side + 1);
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

  // t at a place among the nodes: evenly from the photon point to the ridge, and from there to the end.
  of({ low, high }, place) {
    return place < this.side ? low * (1 - place / this.side) : (high * (place - this.side)) / this.side;
  }

  placeOf({ low, high }, t) {
    return t < 0 ? this.side * (1 - t / low) : this.side * (1 + t / high);
  }

  // t from one node to the next, around a place.
  step({ low, high }, place) {
    return (place < this.side ? -low : high) / this.side;
  }

  // Q and dQ²/dt at some places.
  points(map, places) {
    const { T, ridge, width } = map;
    const Q = new Float64Array(places.length);
    const slope = new Float64Array(places.length);
    for (let k = 0; k < places.length; k++) {
      const y = inverse(this.of(map, places[k]), width);
      Q[k] = places[k] === 0 ? T : ridge * Math.exp(y);
      slope[k] = (2 * Q[k] * Q[k]) / (1 / Math.sqrt(width * width + y * y) + 0.5);
    }
    return { Q, slope };
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

// The last of ascending values from `low` up to `high`, exclusive, that is not above x; `low` if there is none.
export function lastUpTo(array, x, low, high) {
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (array[middle] <= x) low = middle;
    else high = middle;
  }
  return low;
}
