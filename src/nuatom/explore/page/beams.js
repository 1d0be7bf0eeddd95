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

  powers(T, Q, out) {
    const E = this.energy;
    const s = 2 * E - T;
    const isOpen = T < E && Q <= s * (1 + 1e-12);
    out[0] = isOpen ? 1 / (E * E) : 0;
    out[1] = out[0] * s;
    out[2] = out[1] * s;
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

export class Tail {
  constructor(energy, values, flavour, flux = 1) {
    Object.assign(this, { energy, values, flux: { [flavour]: flux } });
    this.size = energy.length;
    this.logs = Float64Array.from(energy, Math.log);
    this.most = energy[this.size - 1];
    // Where to look first, for points evenly in ln E.
    this.bins = 4096;
    this.start = this.logs[0];
    this.scale = this.bins / (this.logs[this.size - 1] - this.start);
    this.hint = new Int32Array(this.bins + 1);
    for (let b = 0, i = 0; b <= this.bins; b++) {
      const x = this.start + b / this.scale;
      while (i < this.size - 2 && this.logs[i + 1] <= x) i++;
      this.hint[b] = i;
    }
  }

  limit() {
    return Infinity;
  }

  find(E) {
    const x = Math.min(Math.max(Math.log(E), this.start), this.logs[this.size - 1]);
    let i = this.hint[Math.floor((x - this.start) * this.scale)];
    while (i < this.size - 2 && this.logs[i + 1] <= x) i++;
    this.share = Math.min(1, (Math.exp(x) - this.energy[i]) / (this.energy[i + 1] - this.energy[i]));
    return i;
  }

  moment(k, i) {
    const v = this.values;
    const at = k * this.size + i;
    return v[at] + (v[at + 1] - v[at]) * this.share;
  }

  powers(T, Q, out) {
    const E = (T + Q) / 2;
    if (E >= this.most) {
      out[0] = out[1] = out[2] = 0;
      return;
    }
    const i = this.find(E);
    const [m0, m1, m2] = [this.moment(0, i), this.moment(1, i), this.moment(2, i)];
    out[0] = m2;
    out[1] = 2 * m1 - T * m2;
    out[2] = 4 * m0 - 4 * T * m1 + T * T * m2;
  }

  photon(T, m) {
    if (T >= this.most) return [0, 0];
    const i = this.find(T);
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
  const list = own.flavours.map(
    (flavour) => new Tail(arrays[`${choice.source}_energy`], arrays[`${choice.source}_${flavour}`], flavour, scale),
  );
  for (const [energy, flux] of own.lines) list.push(new Line(energy, flux));
  return { antineutrino: own.antineutrino, list };
}
