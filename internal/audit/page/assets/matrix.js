// The matrix of one type: which rows and columns are in it, and what stands in a cell.

const state = { context: 0, type: 0, action: 0, rule: null, who: "", what: "", rows: "folded", cols: "folded", some: false, pair: null, as: "", about: null };
const context = () => contexts[state.context];
let grid, shown = { rows: [], cols: [] };

// wanted is the mask of the actions that are looked at.
const wanted = () => state.action || everything;

// chosen puts entities into rows or columns: groups with those members that a search
// means, or each for itself.
function chosen(entities, groups, search, each) {
  const means = finder(search);
  const out = [];
  groups.forEach((members, group) => {
    members = byLabel(entities, members);
    const kept = means ? members.filter((n) => means(entities, n)) : members;
    if (each) for (const n of kept) out.push({ group, members: [n] });
    else if (kept.length) out.push({ group, members: kept });
  });
  return out.sort((a, b) => entities.rank[a.members[0]] - entities.rank[b.members[0]]);
}

// byLabel orders members by what they are called.
function byLabel(entities, members) {
  if (!entities.rank) {
    const order = entities.ids.map((_, n) => n).sort((n, m) => byName(label(entities, n), label(entities, m)) || n - m);
    entities.rank = new Uint32Array(order.length);
    order.forEach((n, at) => { entities.rank[n] = at; });
  }
  return [...members].sort((n, m) => entities.rank[n] - entities.rank[m]);
}

// inCell is what a row has on a column: the mask, and whether pairs in it differ.
function inCell(rights, row, col) {
  const pairs = rights.exceptionalIn.get(rights.groupKey(row.group, col.group));
  if (row.members.length === 1 && col.members.length === 1) {
    return { mask: rights.mask(rights.of(row.members[0], col.members[0]), state.rule) & wanted(), differs: false };
  }
  const mask = rights.mask(rights.granting(row.group, col.group), state.rule) & wanted();
  const differs = Boolean(pairs) && pairs.some(([r, s]) => row.members.includes(r) && col.members.includes(s) && (rights.mask(rights.of(r, s), state.rule) & wanted()) !== mask);
  return { mask, differs };
}

// withRights leaves out rows and columns without any right that is looked at.
function withRights(rights, rows, cols) {
  const columns = new Uint8Array((rights.groups.length + 7) >> 3), apartWho = new Set(), apartWhat = new Set(), full = [];
  const inSight = new Uint8Array((rights.groups.length + 7) >> 3), who = new Set(rows.flatMap((r) => r.members)), what = new Set(cols.flatMap((c) => c.members));
  for (const c of cols) inSight[c.group >> 3] |= 1 << (c.group & 7);
  const used = new Map(); // whether a set has a column in sight
  for (const row of new Set(rows.map((r) => r.group))) {
    const pairs = rights.data.rows[row];
    for (let i = 0; i < pairs.length; i += 2) {
      if (!(rights.mask([pairs[i]], state.rule) & wanted())) continue;
      const n = pairs[i + 1];
      if (!used.has(n)) {
        const bits = rights.set(n);
        let some = 0;
        for (let at = 0; at < columns.length; at++) {
          some |= bits[at] & inSight[at];
          columns[at] |= bits[at];
        }
        used.set(n, some !== 0);
      }
      if (used.get(n)) full[row] = true;
    }
  }
  for (const a of rights.data.exceptional) {
    if (!who.has(a.subject) || !(rights.mask(a.rules, state.rule) & wanted())) continue;
    for (const r of a.resources) if (what.has(r)) { apartWho.add(a.subject); apartWhat.add(r); }
  }
  return [
    rows.filter((r) => full[r.group] || r.members.some((n) => apartWho.has(n))),
    cols.filter((c) => has(columns, c.group) || c.members.some((n) => apartWhat.has(n))),
  ];
}

function showMatrix() {
  const rights = context().rights(state.type);
  let rows = chosen(doc.subjects, context().groups, state.who, state.rows === "each");
  let cols = chosen(rights.type, rights.groups, state.what, state.cols === "each");
  if (state.some) [rows, cols] = withRights(rights, rows, cols);
  shown = { rows, cols, rights };
  const count = (list) => list.reduce((n, x) => n + x.members.length, 0);
  grid.show({
    rows: rows.length, cols: cols.length,
    corner: [el("span", {}, `${rights.type.name} →`), el("span", {}, "Users ↓")],
    row: (i) => heading(doc.subjects, rows[i].members, "users"),
    col: (j) => heading(rights.type, cols[j].members, "resources"),
    cell: (i, j) => cellOf(rights, rows[i], cols[j]),
    open: (i, j) => openDetail(rights, i < 0 ? null : rows[i], j < 0 ? null : cols[j]),
  });
  closeDetail();
  const sides = (list, one, folded) => (folded ? `${plural(list.length, "equivalence class", "equivalence classes")} of ${plural(count(list), one)}` : plural(count(list), one));
  $("status").textContent = rows.length && cols.length
    ? `${sides(rows, "user", state.rows === "folded")} × ${sides(cols, "resource", state.cols === "folded")}`
    : "Nothing matches these filters.";
  $("csv").disabled = !(rows.length && cols.length);
  note(false);
}

const pairsAtMost = 500_000;

// pairs are the rows of the CSV file: each pair in sight with a right, its actions, and
// the rules that grant them.
function pairs() {
  const { rows, cols, rights } = shown;
  const out = [["context", "type", "user", "user name", "resource", "resource name", "actions", "rules"]];
  const type = rights.type, from = contextName(context().data);
  for (const row of rows) {
    for (const col of cols) {
      const exceptional = rights.exceptionalIn.get(rights.groupKey(row.group, col.group));
      if (!exceptional && !(rights.mask(rights.granting(row.group, col.group), state.rule) & wanted())) continue;
      for (const s of row.members) {
        for (const r of col.members) {
          const rules = rights.of(s, r), mask = rights.mask(rules, state.rule) & wanted();
          if (!mask) continue;
          if (out.length > pairsAtMost) {
            $("status").textContent = `The file ends after ${num(pairsAtMost)} rows: narrow the filters, or run qlik2rego audit --by cell --format csv.`;
            return out;
          }
          const by = rules.filter((n) => rights.data.rules[n].actions & mask && (state.rule === null || rights.data.rules[n].rule === state.rule));
          out.push([from, type.name, doc.subjects.ids[s], doc.subjects.names[s], type.ids[r], type.names[r], actionsIn(mask).map((a) => a.name).join("; "), by.map((n) => ruleTitle(doc.rules[rights.data.rules[n].rule])).join("; ")]);
        }
      }
    }
  }
  return out;
}

function heading(entities, members, many) {
  const text = headingOf(entities, members), count = members.length > 1 ? num(members.length) : "";
  const title = members.length === 1 ? full(entities, members[0]) : `${plural(members.length, many.slice(0, -1))} with ${text}: ${members.slice(0, 8).map((n) => label(entities, n)).join(", ")}${members.length > 8 ? ", …" : ""}`;
  return { text, count, title };
}

function cellOf(rights, row, col) {
  const { mask, differs } = inCell(rights, row, col);
  const title = `${mask ? `${short(mask)}: ` : ""}${long(mask)}${differs ? "; some pairs differ" : ""}. ${called(doc.subjects, row.members)}, ${called(rights.type, col.members)}`;
  return { text: short(mask), title, class: strongest(mask) + (differs ? " exceptional" : "") };
}

function startMatrix() {
  grid = new Grid($("grid"), "Rights of users on resources");
  const option = (value, text) => el("option", { value }, text);
  $("f-type").replaceChildren(...doc.types.map((t, n) => t.ids.length && option(n, t.name)).filter(Boolean));
  $("f-action").replaceChildren(option(0, "any"), ...doc.actions.map((a) => option(a.bit, actionName(a.name))));
  $("f-rule").replaceChildren(option("", "any rule"), ...doc.rules.map((r, n) => r.grants && option(n, r.name || r.id)).filter(Boolean));
  const read = () => {
    Object.assign(state, {
      type: Number($("f-type").value), action: Number($("f-action").value), rule: $("f-rule").value === "" ? null : Number($("f-rule").value),
      who: $("f-who").value, what: $("f-what").value, rows: $("f-rows").value, cols: $("f-cols").value, some: $("f-some").checked,
    });
    showMatrix();
  };
  let waiting;
  $("filters").addEventListener("input", (e) => { clearTimeout(waiting); waiting = setTimeout(read, e.target.type === "search" ? 150 : 0); });
  $("filters").addEventListener("submit", (e) => { e.preventDefault(); clearTimeout(waiting); read(); });
  // An app says more than what comes first by the alphabet.
  $("csv").addEventListener("click", () => download(`access-${doc.types[state.type].name}-${contextKey(context().data)}`, pairs()));
  const app = doc.types.findIndex((t) => t.key === "app" && t.ids.length);
  state.type = app >= 0 ? app : Math.max(0, doc.types.findIndex((t) => t.ids.length));
  $("f-type").value = state.type;
  $("legend").replaceChildren(
    ...kinds.map((k) => {
      const held = doc.actions.filter((a) => k.actions.includes(a.name));
      return held.length && el("li", {}, held.map((a) => [el("span", { class: `sw ${k.key}` }, letters[a.name]), `${actionName(a.name)} `]));
    }).filter(Boolean),
    el("li", {}, el("span", { class: "sw exceptional" }, "\u00a0"), "some pairs of the classes differ (usually owners)"),
  );
}

// printMatrix writes as much of the matrix as fits on paper.
function printMatrix() {
  const { rows, cols, rights } = shown;
  const most = [120, 24], r = rows.slice(0, most[0]), c = cols.slice(0, most[1]);
  const left = [rows.length > r.length && `${plural(rows.length - r.length, "row")}`, cols.length > c.length && `${plural(cols.length - c.length, "column")}`].filter(Boolean);
  $("paper").replaceChildren(
    el("p", {}, `${rights.type.name}, requests from ${contextName(context().data)}${state.action ? `, ${long(state.action)}` : ""}${state.who ? `, users like “${state.who}”` : ""}${state.what ? `, resources like “${state.what}”` : ""}.`),
    el("table", {},
      el("thead", {}, el("tr", {}, el("td"), c.map((col) => el("th", { scope: "col" }, el("div", { class: "up" }, called(rights.type, col.members)))))),
      el("tbody", {}, r.map((row) => el("tr", {}, el("th", { scope: "row" }, called(doc.subjects, row.members)), c.map((col) => {
        const cell = cellOf(rights, row, col);
        return el("td", { class: cell.class }, cell.text);
      }))))),
    left.length ? el("p", {}, `${listed(left)} are not printed: narrow the filters, or write rows with --by.`) : "",
  );
}
