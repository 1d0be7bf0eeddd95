// The map of S(T, Q), summed over shells, and what stands at a point of it.

import { isDark } from "./charts.js";

const WIDTH = 260;
const HEIGHT = 200;
const DECADES = 9;
// Dark to bright, each channel rising: read the same in grey.
const STOPS = [[16, 12, 52], [48, 44, 120], [30, 105, 140], [52, 160, 120], [160, 205, 70], [253, 231, 90]];

function paint(u) {
  const x = Math.max(0, Math.min(1, u)) * (STOPS.length - 1);
  const i = Math.min(Math.floor(x), STOPS.length - 2);
  return STOPS[i].map((v, c) => v + (STOPS[i + 1][c] - v) * (x - i));
}

// S of all shells at T, as a function of Q: cubic nodes are dense enough to be joined by lines in the logarithm.
export function section(atoms, T) {
  const { atom } = atoms[0];
  const Q = Float64Array.from(atom.prepare(T).Q);
  const S = new Float64Array(Q.length);
  for (const { atom: one, count } of atoms) {
    const at = one.prepare(T);
    const logs = Float64Array.from(at.Q, Math.log);
    for (let k = 0; k < Q.length; k++) {
      const x = Math.log(Q[k]);
      let i = 0;
      while (i < logs.length - 2 && logs[i + 1] < x) i++;
      const u = Math.max(0, (x - logs[i]) / (logs[i + 1] - logs[i]));
      if (u > 1 + 1e-9) continue;
      for (const row of at.rows) if (row !== null) S[k] += count * row[i] ** (1 - u) * row[i + 1] ** u;
    }
  }
  return { Q, S };
}

export class ResponseMap {
  constructor(canvas, says) {
    this.canvas = canvas;
    this.says = says;
    canvas.addEventListener("pointermove", (event) => this.point(event));
  }

  draw(atoms, low, high, mass) {
    const ridge = (T) => Math.sqrt(T * (T + 2 * mass));
    Object.assign(this, { low, high, bottom: low * 0.8, top: ridge(high) * 6, ridge });
    this.values = new Float64Array(WIDTH * HEIGHT);
    let most = 0;
    for (let i = 0; i < WIDTH; i++) {
      const T = low * (high / low) ** ((i + 0.5) / WIDTH);
      const { Q, S } = section(atoms, T);
      for (let j = 0; j < HEIGHT; j++) {
        const q = this.bottom * (this.top / this.bottom) ** ((j + 0.5) / HEIGHT);
        if (q < Q[0] || q > Q[Q.length - 1]) continue;
        let k = 0;
        let end = Q.length - 1;
        while (end - k > 1) {
          const middle = (k + end) >> 1;
          if (Q[middle] <= q) k = middle;
          else end = middle;
        }
        if (!(S[k] > 0 && S[k + 1] > 0)) continue;
        const u = Math.log(q / Q[k]) / Math.log(Q[k + 1] / Q[k]);
        const value = S[k] ** (1 - u) * S[k + 1] ** u;
        this.values[i * HEIGHT + j] = value;
        most = Math.max(most, value);
      }
    }
    this.show(most);
  }

  show(most) {
    const canvas = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const small = document.createElement("canvas");
    small.width = WIDTH;
    small.height = HEIGHT;
    const image = new ImageData(WIDTH, HEIGHT);
    const empty = isDark() ? [18, 21, 26] : [255, 255, 255];
    for (let i = 0; i < WIDTH; i++)
      for (let j = 0; j < HEIGHT; j++) {
        const value = this.values[i * HEIGHT + j];
        const rgb = value > 0 ? paint(1 + Math.log10(value / most) / DECADES) : empty;
        image.data.set([...rgb, 255], 4 * ((HEIGHT - 1 - j) * WIDTH + i));
      }
    small.getContext("2d").putImageData(image, 0, 0);
    const ctx = canvas.getContext("2d");
    ctx.drawImage(small, 0, 0, canvas.width, canvas.height);
    ctx.strokeStyle = "#fff";
    ctx.lineWidth = 1.5 * ratio;
    ctx.setLineDash([5 * ratio, 4 * ratio]);
    ctx.beginPath();
    for (let i = 0; i <= 100; i++) {
      const T = this.low * (this.high / this.low) ** (i / 100);
      const y = 1 - Math.log(this.ridge(T) / this.bottom) / Math.log(this.top / this.bottom);
      ctx.lineTo((i / 100) * canvas.width, y * canvas.height);
    }
    ctx.stroke();
  }

  point(event) {
    if (!this.values) return;
    const box = this.canvas.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = 1 - (event.clientY - box.top) / box.height;
    const i = Math.max(0, Math.min(WIDTH - 1, Math.floor(x * WIDTH)));
    const j = Math.max(0, Math.min(HEIGHT - 1, Math.floor(y * HEIGHT)));
    this.says(this.low * (this.high / this.low) ** x, this.bottom * (this.top / this.bottom) ** y, this.values[i * HEIGHT + j]);
  }
}
