// The program is compressed WebAssembly in the page. The page makes no requests.

const data = JSON.parse($("data").textContent);

// bytesOf decodes base64.
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

// through compresses or decompresses bytes.
const through = async (bytes, transform) => new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(transform)).arrayBuffer());

// startProgram starts the program, which then answers requests.
async function startProgram() {
  const module = await through(bytesOf(data.program), new DecompressionStream("gzip"));
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(module, go.importObject);
  go.run(instance);
}

const ask = (question) => JSON.parse(globalThis.qlik2regoAsk(JSON.stringify(question)));
const split = (text) => JSON.parse(globalThis.qlik2regoSplit(text));

// A link contains the rules and the site in its fragment, which browsers do not send to a server.
async function linkOf(state) {
  const packed = await through(new TextEncoder().encode(JSON.stringify(state)), new CompressionStream("deflate-raw"));
  let text = "";
  for (const byte of packed) text += String.fromCharCode(byte);
  return "#" + btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

// stateOf returns the state of a link, null if it is not valid.
async function stateOf(hash) {
  try {
    const packed = bytesOf(hash.slice(1).replaceAll("-", "+").replaceAll("_", "/"));
    const state = JSON.parse(new TextDecoder().decode(await through(packed, new DecompressionStream("deflate-raw"))));
    const texts = Array.isArray(state.rules) && state.rules.length && state.rules.every((r) => typeof r === "string");
    return texts && typeof state.site === "string" && state.request ? state : null;
  } catch {
    return null;
  }
}
