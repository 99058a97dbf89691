// License and load balancing rules, each category in a tab of its own: what administrators
// ask about them, and the matrix by classes.

const categories = {
  license: {
    tab: "License", title: "Who gets which access", letter: "L", verb: "can get", subject: "user", resource: "access group",
    lead: "License rules decide which kinds of access a user without an access can get at the log-in. Qlik does not document which kind a user gets if several match, so the page shows all of them. Anonymous visitors are not counted.",
    lists: [
      ["conflict", "Users who match several kinds", "Kinds"],
      ["leaver", "Users who match a kind, but cannot log in any more", "Kinds, and why"],
      ["anonymous", "Anonymous users who match a kind of access", "Kinds"],
      ["admin", "Administrators who match a kind of access", "Kinds and roles"],
    ],
  },
  sync: {
    tab: "Load balancing", title: "Where apps open", letter: "B", verb: "can open", subject: "node", resource: "app",
    lead: "Load balancing rules decide on which nodes an app can open. The node also needs an engine, and a virtual proxy that balances load to it.",
    lists: [
      ["nowhere", "Apps only on the central node"],
      ["single", "Apps on only one other node", "Node"],
      ["closed", "Apps that open on no node of a virtual proxy", "Virtual proxy"],
      ["idle", "Rules without effect, because other rules place the same apps on the same nodes"],
    ],
  },
};

for (const c of doc.categories) {
  const tab = el("button", { role: "tab", type: "button", id: `tab-${c.key}`, "aria-controls": c.key, "aria-selected": "false", tabindex: "-1" }, categories[c.key].tab);
  $("tabs").append(tab);
  tabs.push(tab);
  $("roles").parentNode.append(el("section", { role: "tabpanel", id: c.key, "aria-labelledby": tab.id, hidden: true }));
  shows[c.key] = () => showCategory(c);
}

// answersTo are the answers of a section, by the name of what each is about.
const answersTo = (c, section) => c.answers.filter((a) => a.section === section);
const countIn = (c, section, one) => answersTo(c, section).find((a) => a.what === one.what && a.id === one.id)?.count;

function showCategory(c) {
  const words = categories[c.key];
  const figures = c.key === "license" ? [kindsTable(c), deniedText(c)] : [nodesTable(c), proxiesTable(c)];
  fill($(c.key),
    el("h2", {}, words.title), el("p", { class: "muted" }, words.lead), figures,
    words.lists.map(([section, title, names]) => {
      const rows = answersTo(c, section);
      return [el("h3", {}, title), rows.length ? longTable(title, rows, names) : el("p", { class: "muted" }, "None.")];
    }),
    categoryMatrix(c, words));
}

// figuresTable is a table with figures, beside what each row is about.
function figuresTable(name, head, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": name }, el("table", {},
    el("thead", {}, el("tr", {}, head.map((h) => el("th", { scope: "col", class: h.startsWith("#") && "n" }, h.replace("#", ""))))),
    el("tbody", {}, rows.map(([first, ...others]) => el("tr", {}, el("th", { scope: "row" }, first),
      others.map((x) => (x === undefined || typeof x === "number" ? el("td", { class: "n" }, x === undefined ? "" : num(x)) : el("td", {}, x))))))));
}

const kindsTable = (c) => figuresTable("Kinds of access", ["Kind", "#Matching users", "#Without access", "#Free", "#Missing", "Rules"],
  answersTo(c, "fits").map((a) => [a.what, a.count, countIn(c, "demand", a), countIn(c, "free", a), countIn(c, "short", a), ruleLinks(a.rules)]));

const nodesTable = (c) => figuresTable("Nodes", ["Node", "#Apps", "#Can reload", "Note", "Rules"],
  [...answersTo(c, "central"), ...answersTo(c, "node")].map((a) => [a.what, a.count, countIn(c, "reload", a), [a.section === "central" && "central", ...a.names].filter(Boolean).join(", "), ruleLinks(a.rules)]));

function proxiesTable(c) {
  const rows = answersTo(c, "proxy");
  return rows.length ? [el("h3", {}, "Virtual proxies"), figuresTable("Virtual proxies", ["Virtual proxy", "#Apps that open"], rows.map((a) => [a.what, a.count]))] : "";
}

function deniedText(c) {
  const [denied] = answersTo(c, "denied");
  if (!denied) return el("p", {}, "Every user on record has an access or matches a kind.");
  const more = denied.count - denied.names.length;
  return el("p", {}, `${plural(denied.count, "user")} ${denied.count === 1 ? "has" : "have"} no access, match${denied.count === 1 ? "es" : ""} no kind, and cannot enter the hub: ${listed([...denied.names, ...(more ? [`${num(more)} more`] : [])])}.`);
}

// longTable lists answers a hundred at a time.
function longTable(title, answers, names) {
  const by = answers.some((a) => a.rules.length && a.what), body = el("tbody"), more = el("button", { type: "button", class: "noprint" });
  let n = 0;
  const add = () => {
    for (const end = Math.min(n + 100, answers.length); n < end; n++) {
      const a = answers[n];
      body.append(el("tr", {}, el("th", { scope: "row" }, a.what || ruleLinks(a.rules)), names && el("td", {}, a.names.join(", ")), by && el("td", {}, ruleLinks(a.rules))));
    }
    more.textContent = `Show more (${num(answers.length - n)} left)`;
    more.hidden = n >= answers.length;
  };
  more.onclick = add;
  add();
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title },
    el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col" }, names || by ? "Name" : "Rule"), names && el("th", { scope: "col" }, names), by && el("th", { scope: "col" }, "By"))), body), more);
}

const rulesIn = (c, i, j) => c.by[c.cells[i][j]];

// categoryMatrix is the matrix by classes, and what of it fits on paper.
function categoryMatrix(c, words) {
  const name = words.subject === "user" ? "Users and access groups" : "Nodes and apps";
  const root = el("div", { id: `grid-${c.key}`, class: "grid" });
  const cell = (i, j) => {
    const on = rulesIn(c, i, j).length > 0;
    return { text: on ? words.letter : "", class: on ? "read" : "", title: `${called(c.subjects, c.rows[i])} ${on ? words.verb : words.verb.replace("can ", "cannot ")} ${called(c.resources, c.columns[j])}` };
  };
  new Grid(root, name).show({
    rows: c.rows.length, cols: c.columns.length,
    corner: [el("span", {}, `${words.resource[0].toUpperCase()}${words.resource.slice(1)}s →`), el("span", {}, `${words.subject[0].toUpperCase()}${words.subject.slice(1)}s ↓`)],
    row: (i) => heading(c.subjects, c.rows[i], `${words.subject}s`), col: (j) => heading(c.resources, c.columns[j], `${words.resource}s`),
    cell, open: (i, j) => openCategory(c, words, i, j),
  });
  const rows = c.rows.slice(0, 120), columns = c.columns.slice(0, 24);
  return [
    el("h3", {}, name),
    el("div", { class: "tools" },
      el("p", { class: "status" }, `${plural(c.rows.length, "equivalence class", "equivalence classes")} of ${plural(c.subjects.ids.length, words.subject)} × ${plural(c.columns.length, "equivalence class", "equivalence classes")} of ${plural(c.resources.ids.length, words.resource)}`),
      csvButton(() => words.tab.toLowerCase().replace(" ", "-"), () => categoryPairs(c, words))),
    root,
    el("div", { class: "paper" }, el("table", {},
      el("thead", {}, el("tr", {}, el("td"), columns.map((m) => el("th", { scope: "col" }, el("div", { class: "up" }, called(c.resources, m)))))),
      el("tbody", {}, rows.map((m, i) => el("tr", {}, el("th", { scope: "row" }, called(c.subjects, m)), columns.map((_, j) => el("td", { class: cell(i, j).class }, cell(i, j).text)))))),
    rows.length < c.rows.length || columns.length < c.columns.length ? el("p", {}, "Some rows or columns are not printed.") : ""),
  ];
}

// openCategory shows who is in a class, or by which rules two classes come together.
function openCategory(c, words, i, j) {
  if (i < 0 || j < 0) {
    const [entities, members] = i < 0 ? [c.resources, c.columns[j]] : [c.subjects, c.rows[i]];
    showDialog(called(entities, members), members.length > 1 ? commonList(entities, members) : "", memberList(entities, members));
    return;
  }
  const who = c.rows[i], what = c.columns[j], rules = rulesIn(c, i, j);
  showDialog(`${called(c.subjects, who)}, ${called(c.resources, what)}`,
    el("p", {}, rules.length ? ["By ", ruleLinks(rules), "."] : "By no rule."),
    el("p", { class: "small muted" }, "Clause by clause, and what would have to change:"),
    copyable([...doc.explain, "--category", c.key, "--subject", c.subjects.ids[who[0]], "--resource", `${c.types[j]}:${c.resources.ids[what[0]]}`].map(quoted).join(" ")));
}

// categoryPairs are the rows of the CSV file.
function categoryPairs(c, words) {
  const out = [[words.subject, `${words.subject} name`, words.resource, `${words.resource} name`, "rules"]];
  c.rows.forEach((row, i) => c.columns.forEach((column, j) => {
    const rules = rulesIn(c, i, j).map((n) => ruleTitle(doc.rules[n])).join("; ");
    if (rules) for (const s of row) for (const r of column) if (out.length <= pairsAtMost) out.push([c.subjects.ids[s], c.subjects.names[s], c.resources.ids[r], c.resources.names[r], rules]);
  }));
  return out;
}
