// What an auditor asks first, in figures and sentences.

function showOverview() {
  const c = context();
  const cells = doc.types.map((_, t) => countCells(c.rights(t)));
  const granting = doc.rules.filter((r) => r.grants).length, disabled = doc.rules.filter((r) => r.disabled).length;
  const table = el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Type"), ["Resources", "Pairs with a right", "Share", "Without access"].map((t) => el("th", { scope: "col", class: "n" }, t)))),
    el("tbody", {}, doc.types.map((type, t) => (type.ids.length ? el("tr", {},
      el("th", { scope: "row" }, el("button", { type: "button", class: "link", onclick: () => matrixOn({ type: t }) }, type.name)),
      [num(type.ids.length), num(cells[t].pairs), percentOf(cells[t].pairs, type.ids.length * doc.subjects.ids.length), num(cells[t].nobody)].map((x) => el("td", { class: "n" }, x))) : null))));
  $("overview").replaceChildren(
    el("div", { class: "wide" },
      el("section", { "aria-labelledby": "to-look-at" }, el("h2", { id: "to-look-at" }, "Findings by risk"), el("ul", { class: "findings" }, findings(cells))),
      el("section", { "aria-labelledby": "at-a-glance" },
        el("h2", { id: "at-a-glance" }, "At a glance"),
        el("p", {}, `${plural(doc.subjects.ids.length, "user")}${doc.subjects.anonymous?.length ? " (one of them anonymous)" : ""}, ${plural(doc.types.reduce((n, t) => n + t.ids.length, 0), "resource")} of ${plural(doc.types.filter((t) => t.ids.length).length, "type")}, and ${plural(granting, "rule")} that can grant (${num(doc.rules.length)} in the export${disabled ? `, ${num(disabled)} disabled` : ""}). Requests come from ${contextName(c.data)}.`),
        doc.leftOut ? el("p", {}, `${plural(doc.leftOut, "more user")} ${doc.leftOut === 1 ? "is" : "are"} blocked, inactive or removed from the directory, and not on this page, because they cannot log in. audit --inactive shows them.`) : "",
        el("p", { class: "muted" }, "A pair is one user and one resource."),
        el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rights by type" }, table),
        el("p", {}, csvButton(() => `overview-${contextKey(c.data)}`, () => rowsOf(table))))),
    assumedSection(),
    doc.facts?.length ? el("section", { class: "origin", "aria-labelledby": "made-from" }, el("h2", { id: "made-from" }, "Made from"),
      el("dl", { class: "facts small" }, doc.facts.map((f) => [el("dt", {}, f.name), el("dd", {}, f.value)]))) : "",
  );
}

// matrixOn opens the matrix with these filters and no others.
function matrixOn(filters) {
  Object.assign(state, { action: 0, rule: null, who: "", what: "", some: false, rows: "folded", cols: "folded" }, filters);
  showFilters();
  openTab("matrix");
  showMatrix();
  note(true);
}

const percentOf = (n, of) => (of && n ? percent(n / of) : "0 %");

// countCells counts the pairs of a type with a right, and the resources that nobody
// reaches.
const countCells = ({ data }) => ({ pairs: data.reached.reduce((sum, n) => sum + n, 0), nobody: data.reached.filter((n) => !n).length });

// assumedSection says which decisions depend on assumptions, those that some do first.
function assumedSection() {
  const of = doc.assumptions;
  if (!of) return "";
  const counted = (a) => a.gain.cells + a.loss.cells, uncertain = (a) => counted(a) || a.undecided.length;
  const rules = (list) => ruleLinks(list.map((r) => doc.rules.findIndex((x) => x.id === r.id)).filter((n) => n >= 0));
  const example = (e) => `${e.user} ${actionName(e.action)} on ${e.type} ${e.name || e.resource}`;
  const row = (a) => el("tr", {},
    el("th", { scope: "row" }, a.reading, el("div", { class: "small muted" }, a.note || "")), el("td", {}, a.other),
    uncertain(a) ? [a.gain.cells, a.loss.cells].map((n) => el("td", { class: "n" }, num(n))) : el("td", { class: "muted", colspan: "2" }, "no decision depends on it"),
    el("td", {}, rules(a.rules), a.examples.length ? el("div", { class: "small muted" }, `e.g. ${a.examples.map(example).join("; ")}`) : "",
      a.undecided.map((u) => el("div", { class: "small" }, "Not decided: ", u.name ? [rules([u]), ": "] : "", u.why))));
  const table = el("table", { class: "assumed" },
    el("thead", {}, el("tr", {}, ["Assumption", "Alternative"].map((t) => el("th", { scope: "col" }, t)), ["Would grant", "Would deny"].map((t) => el("th", { scope: "col", class: "n" }, t)), el("th", { scope: "col" }, "By"))),
    el("tbody", {}, [...of.assumptions].sort((a, b) => Boolean(uncertain(b)) - Boolean(uncertain(a)) || counted(b) - counted(a)).map(row)));
  return el("section", { class: "origin", "aria-labelledby": "assumed" },
    el("h2", { id: "assumed" }, "What depends on assumptions"),
    el("p", {}, el("strong", {}, of.uncertain ? `${num(of.uncertain)} of ${plural(of.assumptions.length, "assumption")} change${of.uncertain === 1 ? "s" : ""} a decision on this site, or may.` : `None of ${plural(of.assumptions.length, "assumption")} changes a decision on this site.`)),
    el("p", { class: "muted" }, "Qlik does not document the full meaning of rules, and a snapshot does not have all data of a site. Each assumption was compared with its alternative, for all users and resources, from the hub and the QMC. The figures are numbers of rights."),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rights by assumption" }, table),
    el("p", {}, csvButton(() => "assumptions", () => rowsOf(table))));
}

const levels = ["high", "medium", "low", "note"];

// findings are sentences, the highest risk first.
function findings(cells) {
  const all = [...anonymousFinding(), ...widestFinding(), ...unsentFinding(), ...idleFindings(), ...disabledFinding(), ...nobodyFinding(cells), ...aloneFinding()];
  if (!all.length) return el("li", {}, "No findings.");
  return all.sort((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level)).map(({ level, title, content }) => el("li", { class: level },
    el("span", { class: "level" }, level), el("strong", {}, title), " ", content));
}

const ruleLinks = (numbers) => {
  const links = numbers.map((n) => el("button", { type: "button", class: "link", onclick: () => showRule(n) }, ruleTitle(doc.rules[n])));
  return links.map((link, i) => [i ? (i === links.length - 1 ? " and " : ", ") : "", link]);
};

// anonymousFinding says what an anonymous user may do, and by which rules.
function anonymousFinding() {
  const c = context(), who = doc.subjects.anonymous?.[0];
  if (who === undefined) return [];
  let all = 0;
  const by = new Set(), parts = [];
  doc.types.forEach((type, t) => {
    const rights = c.rights(t);
    let mask = 0, n = 0;
    for (let r = 0; r < type.ids.length; r++) {
      const rules = rights.of(who, r), m = rights.mask(rules);
      if (!m) continue;
      mask |= m;
      n++;
      for (const x of rules) by.add(rights.data.rules[x].rule);
    }
    if (!n) return;
    all |= mask;
    parts.push([parts.length ? "; " : "", el("button", { type: "button", class: "link", onclick: () => matrixOn({ type: t, who: doc.subjects.ids[who], some: true, cols: "each" }) }, `${num(n)} of ${plural(type.ids.length, "resource")} of type ${type.name}`), ` (${long(mask)})`]);
  });
  const made = c.data.creation.filter((x) => x.creators.some((one) => one.subjects.includes(who)));
  if (made.length) {
    for (const x of made) for (const one of x.creators) if (one.subjects.includes(who)) for (const r of one.rules) by.add(r);
    parts.push([parts.length ? "; " : "", el("button", { type: "button", class: "link", onclick: () => openTab("create") }, `create ${listed(made.map((x) => doc.types[x.type].name))}`)]);
  }
  if (!parts.length) return [{ level: "note", title: "Anonymous users have no rights.", content: "" }];
  const strong = made.length > 0 || actionsIn(all).some((a) => kindOf(a.name) > 1);
  return [{ level: strong ? "high" : "medium", title: strong ? "Anonymous users can change things:" : "Anonymous users have rights:", content: [parts, ", by ", ruleLinks([...by]), "."] }];
}

// widestFinding names the rules by which most users have control over most of what there
// is: owners' rules reach everybody too, but little of each.
function widestFinding() {
  const users = doc.subjects.ids.length;
  const wide = doc.rules.map((_, n) => n).filter((n) => {
    const r = reachOf(n), rule = doc.rules[n];
    return r && !rule.disabled && users > 1 && rule.actions.some((a) => kindOf(a) === 3) && r.subjects > users / 2 && r.pairs > (r.subjects * r.resources) / 2;
  });
  return wide.length ? [{ level: "high", title: "More than half of the users can delete, or change owners or roles, through", content: [ruleLinks(wide), "."] }] : [];
}

function unsentFinding() {
  const { unsent } = context().data;
  return unsent ? [{ level: "medium", title: "Session attributes were not given:", content: `${listed(unsent)}. Rights that depend on them are not on this page; --env NAME=VALUE sends them, --env-from-rules adds a case for the values that rules name.` }] : [];
}

function idleFindings() {
  const idle = (reason) => (context().data.idle || []).filter((x) => x.reason === reason).map((x) => x.rule);
  const one = (level, rules, why) => (rules.length ? [{ level, title: `${plural(rules.length, "rule")} give${rules.length === 1 ? "s" : ""} nobody access ${why}:`, content: [ruleLinks(rules), "."] }] : []);
  return [
    ...one("low", idle("nothing"), "on this site, in any context or session"),
    ...one("note", idle("session"), "without session attributes that were not given"),
    ...one("note", idle("elsewhere"), "in this context, but may in another one"),
  ];
}

function disabledFinding() {
  const off = doc.rules.map((_, n) => n).filter((n) => doc.rules[n].disabled && reachOf(n)?.more).sort((a, b) => reachOf(b).more - reachOf(a).more);
  return off.length ? [{ level: "low", title: "Disabled rules that would grant more if they were enabled:", content: [ruleLinks(off), "."] }] : [];
}

function nobodyFinding(cells) {
  const parts = doc.types.map((type, t) => cells[t].nobody && [el("button", { type: "button", class: "link", onclick: () => matrixOn({ type: t, cols: "each" }) }, `${num(cells[t].nobody)} of type ${type.name}`)]).filter(Boolean);
  return parts.length ? [{ level: "low", title: "Nobody has any right on", content: [parts.map((p, i) => [i ? (i === parts.length - 1 ? " and " : ", ") : "", p]), "."] }] : [];
}

function aloneFinding() {
  const alone = doc.rules.map((_, n) => n).filter((n) => !doc.rules[n].disabled && reachOf(n)?.only).sort((a, b) => reachOf(b).only - reachOf(a).only).slice(0, 5);
  return alone.length ? [{ level: "note", title: "Most of the rights that only one rule grants come from", content: [ruleLinks(alone), "."] }] : [];
}
