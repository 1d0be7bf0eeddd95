// Charts: uPlot with this page's colours, axes and hover, and what can be taken away from them.

const uPlot = () => window.uPlot;
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
export const isDark = () => matchMedia("(prefers-color-scheme: dark)").matches;
const LIGHT = ["#0072b2", "#d55e00", "#007a5a", "#a8488a", "#8a6d00", "#3b78b8", "#5b5b5b", "#8c3b00"];
const DARK = ["#56b4e9", "#ff9a4d", "#2fd0a0", "#e79cc9", "#f0e442", "#8fc7ff", "#c0c0c0", "#ffb37d"];
export const colour = (i) => (isDark() ? DARK : LIGHT)[i % LIGHT.length];

const SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const raised = (n) => (n < 0 ? "⁻" : "") + String(Math.abs(n)).replace(/\d/g, (d) => SUPER[d]);

export function short(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(value)));
  if (power >= -3 && power < 5) return String(Number(value.toPrecision(digits)));
  return `${(value / 10 ** power).toFixed(digits - 1)}·10${raised(power)}`;
}

const tick = (value) => {
  if (value === null) return "";
  if (value === 0) return "0";
  const power = Math.log10(Math.abs(value));
  if (power >= -3 && power < 5) return String(Number(value.toPrecision(6)));
  const whole = Math.floor(power + 1e-9);
  const front = Number((value / 10 ** whole).toPrecision(3));
  return (front === 1 ? "" : `${front}·`) + `10${raised(whole)}`;
};

// Where a logarithmic axis has lines: uPlot's own are lost among numbers as small as a cross section.
function splits(_, __, low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (let front = 1; front < 10; front++) {
      const value = Number(`${front}e${power}`);
      if (value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9)) found.push(value);
    }
  return found;
}

// Of these, decades have a number, and where there are few of them 2 and 5 too.
function decades(_, values) {
  if (values.length === 0) return values;
  const span = Math.log10(values[values.length - 1] / values[0]);
  const step = Math.max(1, Math.ceil(span / 7));
  return values.map((v) => {
    const power = Math.floor(Math.log10(v) + 1e-9);
    const front = Math.round(v / 10 ** power);
    if (front === 1) return power % step === 0 ? v : null;
    return span < 2 && (front === 2 || front === 5) ? v : null;
  });
}

export function draw(box, { x, series, xlabel, ylabel, xlog, ylog, yrange, marks = [], onHover, label, bands }) {
  const before = box.chart;
  if (before) before.destroy();
  box.replaceChildren();
  const Plot = uPlot();
  const grid = { stroke: css("--grid"), width: 1 };
  const axis = (log, name) => ({
    stroke: css("--text"), grid, ticks: grid, label: name, labelFont: "14px system-ui, sans-serif", font: "12px system-ui, sans-serif",
    labelSize: 24, values: (_, shown) => shown.map(tick), ...(log ? { splits, filter: decades } : {}),
  });
  const options = {
    width: Math.max(280, box.clientWidth), height: box.clientHeight, legend: { show: false }, bands,
    cursor: { y: false, points: { size: 6 } },
    scales: {
      x: { time: false, distr: xlog ? 3 : 1, range: () => [x[0], x[x.length - 1]] },
      y: { distr: ylog ? 3 : 1, ...(yrange ? { range: yrange } : ylog ? { range: (_, low, high) => positive(low, high) } : {}) },
    },
    axes: [axis(xlog, xlabel), { ...axis(ylog, ylabel), size: 72 }],
    series: [{}, ...series.map((one) => ({ label: one.name, stroke: one.colour, width: one.width ?? 1.75, dash: one.dash, fill: one.fill, show: one.show ?? true, points: one.points ?? { show: false }, paths: one.paths }))],
    hooks: { draw: [(u) => drawMarks(u, marks)], setCursor: [(u) => onHover?.(u.cursor.idx)] },
  };
  box.chart = new Plot(options, [x, ...series.map((one) => one.y)], box);
  box.chart.root.setAttribute("role", "img");
  box.chart.root.setAttribute("aria-label", label);
  box.redraw = () => box.chart.setSize({ width: Math.max(280, box.clientWidth), height: box.clientHeight });
  return box.chart;
}

function positive(low, high) {
  if (!(high > 0)) return [1e-3, 1];
  // What falls to nothing at the end of the spectrum must not press the rest together.
  const least = Math.max(low > 0 ? low : high * 1e-6, high * 1e-9);
  return [10 ** (Math.log10(least) - 0.05), 10 ** (Math.log10(high) + 0.1)];
}

// Edges: a line and a label, which is left out where it would stand on another.
function drawMarks(u, marks) {
  const { ctx, bbox } = u;
  const ratio = window.devicePixelRatio || 1;
  ctx.save();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  ctx.fillStyle = ctx.strokeStyle = css("--dim");
  ctx.textAlign = "left";
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  let free = -Infinity;
  for (const { x, text } of marks) {
    const at = u.valToPos(x, "x", true);
    if (!(at > bbox.left && at < bbox.left + bbox.width)) continue;
    ctx.beginPath();
    ctx.moveTo(at, bbox.top);
    ctx.lineTo(at, bbox.top + bbox.height);
    ctx.stroke();
    const width = ctx.measureText(text).width;
    if (at + 3 * ratio < free || at + width > bbox.left + bbox.width) continue;
    ctx.fillText(text, at + 3 * ratio, bbox.top + 12 * ratio);
    free = at + width + 10 * ratio;
  }
  ctx.restore();
}

export function picture(box, title) {
  const from = box.chart.ctx.canvas;
  const ratio = window.devicePixelRatio || 1;
  const head = 30 * ratio;
  const canvas = document.createElement("canvas");
  canvas.width = from.width;
  canvas.height = from.height + head;
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = css("--back");
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = css("--text");
  ctx.font = `${14 * ratio}px system-ui, sans-serif`;
  ctx.fillText(title, 10 * ratio, 20 * ratio);
  ctx.drawImage(from, 0, head);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}

export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export function table(element, head, rows) {
  const row = (cells, kind) => {
    const tr = document.createElement("tr");
    cells.forEach((text, i) => {
      const cell = document.createElement(kind === "th" || i === 0 ? "th" : "td");
      cell.scope = kind === "th" ? "col" : "row";
      cell.textContent = text;
      tr.append(cell);
    });
    return tr;
  };
  const thead = document.createElement("thead");
  thead.append(row(head, "th"));
  const tbody = document.createElement("tbody");
  tbody.append(...rows.map((cells) => row(cells, "td")));
  element.replaceChildren(thead, tbody);
}
