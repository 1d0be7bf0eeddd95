// Neutrinos that arrive: one energy, or what is left of a spectrum above an energy (nuatom/explore/sources.py).
//
// Weights are quadratic in s = 2E − T over E², so that all they need of a beam at T, Q is
//   p2 = ∫ φ s²/E²,  p1 = ∫ φ s/E²,  p0 = ∫ φ/E²   over E > (T + Q)/2,
// and, next to the photon line of a massless exchange, the same of the logarithm of X_min = m²T²/E(E − T).

export class Line {
  // flux: of each flavour
  constructor(energy, flux) {
    this.energy = energy;
    this.flux = flux;
    this.most = energy;
  }

  limit(T) {
    return 2 * this.energy - T;
  }

  fill({ T, Q }, p0, p1, p2) {
    const E = this.energy;
    const s = 2 * E - T;
    const one = T < E ? 1 / (E * E) : 0;
    for (let k = 0; k < Q.length; k++) {
      p0[k] = Q[k] <= s * (1 + 1e-12) ? one : 0;
      p1[k] = p0[k] * s;
      p2[k] = p1[k] * s;
    }
  }

  // ∫ φ (s² + T²)/E² and the same times ln X_min, for a mass m
  photon(T, m) {
    const E = this.energy;
    if (T >= E) return [0, 0];
    const s = 2 * E - T;
    const value = (s * s + T * T) / (E * E);
    return [value, value * Math.log((m * m * T * T) / (E * (E - T)))];
  }
}

// The energies at which tails are known, and where others lie between them.
class Grid {
  constructor(energy) {
    this.energy = energy;
    this.size = energy.length;
    this.most = energy[this.size - 1];
    const logs = Float64Array.from(energy, Math.log);
    // Where to look first, for points evenly in ln E.
    this.start = logs[0];
    this.bins = 8192;
    this.scale = this.bins / (logs[this.size - 1] - this.start);
    this.hint = new Int32Array(this.bins + 1);
    for (let b = 0, i = 0; b <= this.bins; b++) {
      while (i < this.size - 2 && logs[i + 1] <= this.start + b / this.scale) i++;
      this.hint[b] = i;
    }
    this.places = new WeakMap();
  }

  // The cell of E and the share of it below E; cell −1 above all.
  find(E) {
    if (E >= this.most) return [-1, 0];
    const at = Math.max(E, this.energy[0]);
    let i = this.hint[Math.floor((Math.log(at) - this.start) * this.scale)];
    while (i < this.size - 2 && this.energy[i + 1] <= at) i++;
    return [i, (at - this.energy[i]) / (this.energy[i + 1] - this.energy[i])];
  }

  // The same for (T + Q)/2 of all nodes of a transfer, found once.
  of(at) {
    let found = this.places.get(at);
    if (found === undefined) {
      found = { cell: new Int16Array(at.Q.length), share: new Float64Array(at.Q.length) };
      at.Q.forEach((Q, k) => ([found.cell[k], found.share[k]] = this.find((at.T + Q) / 2)));
      this.places.set(at, found);
    }
    return found;
  }
}

export class Tail {
  constructor(grid, values, flavour, flux = 1) {
    Object.assign(this, { grid, values, most: grid.most, size: grid.size, flux: { [flavour]: flux } });
  }

  limit() {
    return Infinity;
  }

  moment(k, [i, share]) {
    const at = k * this.size + i;
    return this.values[at] + (this.values[at + 1] - this.values[at]) * share;
  }

  fill(at, p0, p1, p2) {
    const { cell, share } = this.grid.of(at);
    const { T } = at;
    const v = this.values;
    const n = this.size;
    for (let k = 0; k < cell.length; k++) {
      const i = cell[k];
      if (i < 0) {
        p0[k] = p1[k] = p2[k] = 0;
        continue;
      }
      const u = share[k];
      const m0 = v[i] + (v[i + 1] - v[i]) * u;
      const m1 = v[n + i] + (v[n + i + 1] - v[n + i]) * u;
      const m2 = v[2 * n + i] + (v[2 * n + i + 1] - v[2 * n + i]) * u;
      p0[k] = m2;
      p1[k] = 2 * m1 - T * m2;
      p2[k] = 4 * m0 - 4 * T * m1 + T * T * m2;
    }
  }

  photon(T, m) {
    if (T >= this.most) return [0, 0];
    const i = this.grid.find(T);
    const c = [4, -4 * T, 2 * T * T];
    let value = 0;
    let logs = 0;
    for (let k = 0; k < 3; k++) {
      value += c[k] * this.moment(k, i);
      logs += c[k] * this.moment(3 + k, i);
    }
    if (!(value > 0)) return [0, 0];
    // ln E exactly, ln(E − T) at the mean of ln E.
    const mean = Math.exp(logs / value);
    return [value, value * (2 * Math.log(m * T) - Math.log1p(-Math.min(T / mean, 1 - 1e-6))) - 2 * logs];
  }
}

// The beams of a source and whether they are of antineutrinos.
export function beams(choice, sources, constants) {
  if (choice.source === "mono") {
    const flux = choice.flux === null ? 1 : choice.flux * constants.per_cm2_s;
    return { antineutrino: choice.antineutrino, list: [new Line(choice.energy, { [choice.flavour]: flux })] };
  }
  const { header, arrays } = sources;
  const own = header.sources[choice.source];
  const scale = choice.source === "reactor" ? choice.flux : 1;
  own.grid ??= new Grid(arrays[`${choice.source}_energy`]);
  const list = own.flavours.map(
    (flavour) => new Tail(own.grid, arrays[`${choice.source}_${flavour}`], flavour, scale),
  );
  for (const [energy, flux] of own.lines) list.push(new Line(energy, flux));
  return { antineutrino: own.antineutrino, list };
}
