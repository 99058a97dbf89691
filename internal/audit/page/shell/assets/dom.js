// Elements, texts, and what is shown in dialogs.

const $ = (id) => document.getElementById(id);

// el makes an element. Attributes that begin with "on" are listeners; null, false and
// undefined are left out. Children are elements or texts, never markup.
function el(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) e.addEventListener(name.slice(2), value);
    else if (name === "text") e.textContent = value;
    else e.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) if (child !== null && child !== undefined && child !== false) e.append(child);
  return e;
}

const numeral = new Intl.NumberFormat("en");
const num = (n) => numeral.format(n);
const plural = (n, one, many) => `${num(n)} ${n === 1 ? one : many || one + "s"}`;

// listed joins texts as a sentence does.
function listed(texts) {
  if (texts.length < 2) return texts.join("");
  return texts.slice(0, -1).join(", ") + " and " + texts[texts.length - 1];
}

// byName orders texts as people do: 9 before 10.
const byName = new Intl.Collator("en", { numeric: true }).compare;

// fill puts children in place of what an element holds.
const fill = (e, ...children) => e.replaceChildren(...el("div", {}, children).childNodes);

// fold is how texts are compared in searches.
const fold = (text) => text.toLocaleLowerCase("en").normalize("NFC");

// showDialog shows a modal dialog; closing it gives the focus back.
function showDialog(title, ...content) {
  const dialog = $("dialog");
  const back = document.activeElement;
  dialog.replaceChildren(
    el("header", {}, el("h2", { id: "dialog-title", text: title }), el("button", { type: "button", autofocus: true, onclick: () => dialog.close() }, "Close")),
    ...content,
  );
  dialog.onclose = () => { if (back && back.isConnected) back.focus(); };
  if (!dialog.open) dialog.showModal();
}

// copyable is a text with a button that copies it.
function copyable(text) {
  const pre = el("pre", { tabindex: "0", "aria-label": "Command line" }, el("code", { text }));
  const said = el("span", { role: "status", class: "small muted" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = "Copied.";
    } catch {
      const range = document.createRange();
      range.selectNodeContents(pre);
      getSelection().removeAllRanges();
      getSelection().addRange(range);
      said.textContent = "Marked: copy it with Ctrl+C.";
    }
  };
  return el("div", {}, el("div", { class: "copy" }, pre, el("button", { type: "button", onclick: copy }, "Copy")), said);
}

// quoted writes an argument for a shell.
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
