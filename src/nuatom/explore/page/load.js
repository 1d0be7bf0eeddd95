// Files of the page's data: a header and arrays, as nuatom/explore/packing.py writes them.

const KINDS = { f8: Float64Array, f4: Float32Array };

async function bytes(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: the server answered ${answer.status}`);
  const data = new Uint8Array(await answer.arrayBuffer());
  // A server may have unpacked it on its way.
  if (data[0] !== 0x1f || data[1] !== 0x8b) return data;
  const stream = new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function unpack(data) {
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
  const arrays = {};
  let at = 4 + length;
  for (const [name, { kind, shape }] of Object.entries(header.arrays)) {
    const size = shape.reduce((a, b) => a * b, 1);
    if (kind === "u2") {
      arrays[name] = joined(data.subarray(at, at + 2 * size), size, shape[shape.length - 1]);
      at += 2 * size;
    } else {
      const width = KINDS[kind].BYTES_PER_ELEMENT;
      arrays[name] = new KINDS[kind](data.slice(at, at + width * size).buffer);
      at += width * size;
    }
  }
  return { header, arrays };
}

function joined(data, size, row) {
  const out = new Uint16Array(size);
  for (let start = 0; start < size; start += row) {
    let value = 0;
    for (let k = start; k < start + row; k++) {
      value = (value + data[k] + (data[size + k] << 8)) & 0xffff;
      out[k] = value;
    }
  }
  return out;
}

export async function load(url) {
  return unpack(await bytes(url));
}

export async function loadJson(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: the server answered ${answer.status}`);
  return answer.json();
}
