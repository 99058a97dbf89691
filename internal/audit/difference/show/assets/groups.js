// Differences by cause: what stands of each, and which of them a reader wants.

const doc = JSON.parse($("data").textContent);
const most = Math.max(1, ...doc.groups.map((g) => g.figures[0]));

// rest says how many are not listed, "" for none.
const rest = (listed, all, what) => (all > listed ? el("p", { class: "muted small" }, `${num(all - listed)} more ${what} not listed here; the JSON report has all of them.`) : "");

// lines are what stood before and what stands now.
const lines = (edit) => (edit.before || edit.after ? el("pre", { tabindex: "0", "aria-label": edit.aspect === "condition" ? "Clause before and after" : `${edit.aspect} before and after` },
  edit.before ? el("del", {}, `- ${edit.before}`) : "", edit.before && edit.after ? "\n" : "", edit.after ? el("ins", {}, `+ ${edit.after}`) : "") : "");

// reason says where a cause stands, and what stood there before and stands there now: the
// whole condition where that is all that is edited of it, else the clause.
function reason(c) {
  const rule = doc.rules[c.rule], place = c.place ? el("p", { class: "small" }, el("code", {}, c.place)) : "";
  if (c.aspect !== "condition") return [place, lines(c)];
  const one = rule && rule.edits.filter((e) => e.aspect === "condition").length === 1 && (rule.old || rule.new);
  return [place, one ? sideBySide("Condition", rule.old || "", rule.new || "") : sideBySide("Clause", c.before || "", c.after || "")];
}

// tokens are the parts of a condition that can differ: texts, words, signs, and spaces.
const tokens = (text) => text.match(/"(?:[^"\\]|\\.)*"?|[\w.@-]+|\s+|[^\s\w]/g) || [];

// sideBySide shows what stood and what stands beside each other, what is not in both marked.
function sideBySide(what, before, now) {
  const a = tokens(before), b = tokens(now), width = b.length + 1;
  // common[i * width + j] is the length of the longest common subsequence of a from i and b from j.
  const common = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = a[i] === b[j] ? common[(i + 1) * width + j + 1] + 1 : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
    }
  }
  const left = [], right = [];
  const add = (to, marked, token) => {
    const last = to[to.length - 1];
    if (last && last.marked === marked) last.text += token;
    else to.push({ marked, text: token });
  };
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) { add(left, false, a[i++]); add(right, false, b[j++]); }
    else if (j === b.length || (i < a.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) add(left, true, a[i++]);
    else add(right, true, b[j++]);
  }
  const side = (name, parts, mark) => el("div", {}, el("h4", {}, name), parts.length
    ? el("pre", { tabindex: "0", "aria-label": name }, parts.map((p) => (p.marked ? el(mark, {}, p.text) : p.text)))
    : el("p", { class: "muted" }, "none"));
  return el("div", { class: "pair conditions" }, side(`${what} before`, left, "del"), side(`${what} now`, right, "ins"));
}

// kindTag names a gain or a loss by sign and word as well as by colour.
const kindTag = (kind) => el("span", { class: `sw ${kind}` }, kind === "gain" ? "+ gain" : "− loss");

const figures = (f) => f.map((n) => el("td", { class: "n" }, num(n)));

// memberList lists members, and says how many more there are.
function memberList(name, members, all) {
  return el("div", {}, el("h4", {}, `${name[0].toUpperCase()}${name.slice(1)} (${num(all)})`), el("ul", { class: "small" }, members.map((m) => el("li", {}, m))),
    all > members.length ? el("p", { class: "muted small" }, `${num(all - members.length)} more are not listed on this page.`) : "");
}

const partName = (p) => `${p.action} on ${p.type}`;

function groupItem(group) {
  const rows = group.parts.map((p) => el("tr", {}, el("th", { scope: "row" }, partName(p)), figures(p.figures), el("td", { class: "small" }, p.notes || "")));
  const details = el("details", {}, el("summary", {}, "Who and what"));
  const openPart = (p) => el("section", {}, el("h3", {}, partName(p)), el("div", { class: "pair" },
    memberList(doc.nouns[0], p.users, p.figures[1]), memberList(doc.nouns[1], p.resources, p.figures[2])));
  let sections = null;
  const fillDetails = () => {
    if (sections) return;
    sections = group.parts.map(openPart);
    details.append(group.examples.length ? el("div", {}, el("h3", {}, "For example"), el("ul", { class: "small" }, group.examples.map((e) => el("li", {}, e)))) : "", ...sections);
    filter();
  };
  details.addEventListener("toggle", () => { if (details.open) fillDetails(); });
  const bar = el("span", { class: `bar ${group.kind}`, "aria-hidden": "true" });
  bar.style.width = `${(100 * group.figures[0]) / most}%`;
  const [first, ...others] = group.causes;
  const item = el("li", { class: group.kind },
    el("h3", {}, kindTag(group.kind), " ", group.title),
    el("p", {}, group.said, group.accepted ? `, and ${num(group.accepted)} accepted by the baseline` : ""), el("div", { class: "share-of" }, bar),
    first ? reason(first) : "",
    others.length ? el("ul", {}, others.map((c) => el("li", {}, c.text, reason(c)))) : "",
    rest(group.causes.length, group.allCauses, "causes are"),
    el("div", { class: "scroll" }, el("table", {},
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, group.kind === "gain" ? "Gained" : "Lost"), ["rights", ...doc.nouns].map((t) => el("th", { scope: "col", class: "n" }, t)), el("th", { scope: "col" }, "Notes"))),
      el("tbody", {}, rows))),
    rest(group.parts.length, group.allParts, "rows are"), details);
  return {
    item, details,
    text: fold([group.title, group.causes.map((c) => [c.text, c.place, c.before, c.after]), group.parts.map((p) => [partName(p), p.notes, p.users, p.resources]), group.examples].flat(Infinity).filter(Boolean).join("\n")),
    // show hides what a filter does not mean, and returns how many cells are left.
    show(wanted, meant) {
      let cells = 0;
      group.parts.forEach((p, i) => {
        const on = meant && wanted(p);
        rows[i].hidden = !on;
        if (sections) sections[i].hidden = !on;
        if (on) cells += p.figures[0];
      });
      return cells;
    },
    kind: group.kind, parts: group.parts, group, rows,
  };
}

const items = doc.groups.map(groupItem);

// listedParts are the rows of the CSV file: what is listed, with its cause.
function listedParts() {
  const out = [["kind", "cause", "action", "type", "rights", ...doc.nouns, "notes", "place"]];
  for (const { item, group, rows } of items) {
    if (item.hidden) continue;
    group.parts.forEach((p, i) => { if (!rows[i].hidden) out.push([group.kind, group.title, p.action, p.type, ...p.figures, p.notes || "", group.causes[0]?.place || ""]); });
  }
  return out;
}

// filter shows the differences that are asked for, and says how many they are.
function filter() {
  const kind = $("f-kind").value, action = $("f-action").value, type = $("f-type").value;
  const words = fold($("f-text").value).split(/\s+/).filter(Boolean);
  const wanted = (p) => (!action || p.action === action) && (!type || p.type === type);
  let shown = 0, cells = 0;
  for (const g of items) {
    const meant = (!kind || g.kind === kind) && (!g.parts.length ? !action && !type : g.parts.some(wanted)) && words.every((w) => g.text.includes(w));
    g.item.hidden = !meant;
    cells += g.show(wanted, meant);
    if (meant) shown++;
  }
  const asked = [kind && (kind === "gain" ? "gains" : "losses"), action, type, words.length && `“${words.join(" ")}”`].filter(Boolean);
  $("status").textContent = !items.length ? "Nobody gains or loses anything that was compared."
    : `${num(shown)} of ${plural(items.length, "difference")} listed, ${plural(cells, "right")}${asked.length ? `; shown: ${asked.join(", ")}` : ""}.`;
}
