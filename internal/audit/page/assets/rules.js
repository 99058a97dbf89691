// The rules with their reach, and rights by role or group.

function reachOf(n) { return context().data.reach[n]; }

function showRules() {
  const most = Math.max(1, ...doc.rules.map((_, n) => reachOf(n)?.cells || 0));
  const order = doc.rules.map((_, n) => n).sort((a, b) => (reachOf(b)?.cells ?? -1) - (reachOf(a)?.cells ?? -1) || a - b);
  const search = el("input", { type: "search", placeholder: "name, filter or condition", spellcheck: "false" });
  const body = el("tbody");
  const find = () => {
    const words = fold(search.value).split(/\s+/).filter(Boolean);
    const rows = order.filter((n) => words.every((w) => fold(`${doc.rules[n].name} ${doc.rules[n].id} ${doc.rules[n].filter} ${doc.rules[n].condition}`).includes(w)));
    body.replaceChildren(...rows.map((n) => ruleRow(n, most)));
  };
  search.addEventListener("input", find);
  find();
  $("rules").replaceChildren(
    el("h2", {}, "What each rule reaches"),
    el("p", { class: "muted" }, `Requests from ${contextName(context().data)}. A right is one action of one user on one resource; create is on its own tab. The dark part of a bar shows rights that only this rule grants.`),
    el("div", { class: "filters noprint", role: "search", "aria-label": "Find rules" }, el("label", {}, "Find ", search), csvButton(() => `rules-${contextKey(context().data)}`, () => rowsOf($("rule-table")))),
    el("div", { class: "scroll" }, el("table", { id: "rule-table" },
      el("thead", {}, el("tr", {}, ["Rule", "Actions"].map((t) => el("th", { scope: "col" }, t)), ["Users", "Resources", "Rights", "Only by it"].map((t) => el("th", { scope: "col", class: "n" }, t)), el("th", { scope: "col" }, "Reach"))),
      body)),
  );
}

function ruleRow(n, most) {
  const rule = doc.rules[n], r = reachOf(n);
  const figures = r ? [r.subjects, r.resources, r.cells, r.only].map((x) => el("td", { class: "n" }, num(x))) : [el("td", { class: "muted", colspan: "4" }, ruleState(rule, n))];
  const bar = el("span", { class: "bar", "aria-hidden": "true" }, el("i"));
  if (r) {
    bar.style.width = `${(100 * r.cells) / most}%`;
    bar.firstChild.style.width = r.cells ? `${(100 * r.only) / r.cells}%` : 0;
  }
  return el("tr", {},
    el("th", { scope: "row" }, el("button", { type: "button", class: "link", onclick: () => showRule(n) }, ruleTitle(rule)), rule.disabled ? el("div", { class: "small muted" }, r ? `disabled; would add ${plural(r.more, "right")}` : "disabled") : ""),
    el("td", { class: "small" }, rule.actions.length === 13 ? "all actions" : rule.actions.map(actionName).join(", ")), figures, el("td", { class: "bars" }, r && r.cells ? bar : ""));
}

function ruleState(rule, n) {
  if (rule.disabled) return "disabled";
  if (!rule.grants) return rule.category === "Security" ? "left out" : `category ${rule.category}`;
  const made = createdBy(n).size;
  return made ? `${plural(made, "user")} can create with it` : "about other types or another context";
}

// showRule shows all about a rule.
function showRule(n) {
  state.about = n;
  note(true);
  const rule = doc.rules[n], r = reachOf(n);
  const row = (name, value) => [el("dt", {}, name), el("dd", {}, value)];
  const rego = el("pre", { tabindex: "0", "aria-label": "Rego" }, el("code"));
  const choose = (i) => { rego.firstChild.textContent = rule.rego[i].text; };
  const here = Math.max(0, rule.rego?.findIndex((x) => x.type === doc.types[state.type].key) ?? 0);
  if (rule.rego) choose(here);
  showDialog(ruleTitle(rule),
    el("div", { class: "detail-body" },
      el("dl", { class: "facts" }, row("Id", rule.id), row("Filter", el("code", {}, rule.filter)), row("Actions", rule.actions.map(actionName).join(", ")), row("Context", rule.context), row("State", rule.grants ? "can grant" : ruleState(rule, n)),
        rule.type ? row("Type", rule.type) : "", rule.comment ? row("Comment", rule.comment) : "", rule.tags ? row("Tags", rule.tags.join(", ")) : "",
        rule.modified ? row("Last change", [rule.modified, rule.modifiedBy ? ` by ${rule.modifiedBy}` : ""]) : "",
        r ? row(rule.disabled ? "Would reach" : "Reaches", `${plural(r.subjects, "user")}, ${plural(r.resources, "resource")}: ${plural(r.cells, "right")}, ${num(r.only)} of them only by this rule`) : "",
        createdBy(n).size ? row("Create", el("button", { type: "button", class: "link", onclick: () => { $("dialog").close(); openTab("create"); } }, `${plural(createdBy(n).size, "user")} can create with it`)) : ""),
      el("h3", {}, "Condition"), el("pre", { tabindex: "0", "aria-label": "Condition" }, el("code", { text: rule.condition })),
      rule.rego ? [
        el("h3", {}, "Rego"),
        rule.rego.length > 1 ? el("select", { "aria-label": "Module", onchange: (e) => choose(Number(e.target.value)) }, rule.rego.map((x, i) => el("option", { value: i, selected: i === here }, x.module))) : el("p", { class: "small muted" }, rule.rego[0].module),
        rego,
      ] : ""),
    rule.grants ? el("p", {}, el("button", { type: "button", onclick: () => { $("dialog").close(); onlyRule(n); } }, "Show what it grants in the matrix")) : "",
  );
}

// onlyRule filters the matrix by a rule, on a type where it grants something.
function onlyRule(n) {
  const grants = (type) => context().data.types[type].rows.some((row) => row.some((x, i) => i % 2 === 0 && context().data.types[type].rules[x].rule === n));
  if (!grants(state.type)) state.type = Math.max(0, doc.types.findIndex((_, type) => grants(type)));
  Object.assign(state, { rule: n, action: 0, who: "", what: "", some: true });
  showFilters();
  openTab("matrix");
  showMatrix();
}

// showRoles counts rights by a property of subjects.
function showRoles() {
  const box = $("roles");
  if (!doc.attributes.length) {
    box.replaceChildren(el("h2", {}, "Rights by role"), el("p", {}, "The data has neither roles nor groups of users. A page made from RULES and a snapshot has the roles."));
    return;
  }
  const tables = el("div");
  const which = el("select", {}, doc.attributes.map((a, i) => el("option", { value: i }, a.name)));
  const what = el("select", {}, el("option", { value: -1 }, "all"), doc.types.map((t, i) => el("option", { value: i }, t.name)));
  const count = () => fill(tables, roleTable(Number(which.value), Number(what.value)));
  // Roles that nobody has say little.
  which.value = Math.max(0, doc.attributes.findIndex((a) => a.values.length > 1));
  for (const s of [which, what]) s.addEventListener("input", count);
  count();
  box.replaceChildren(
    el("h2", {}, "Rights by role"),
    el("p", { class: "muted" }, `Requests from ${contextName(context().data)}. A figure is the average share of resources on which users with the role have the right. A user with several roles counts for each.`),
    el("div", { class: "filters noprint" }, el("label", {}, "By ", which), el("label", {}, "On ", what), csvButton(() => `rights-by-${doc.attributes[which.value].name}-${contextKey(context().data)}`, () => rowsOf(tables.querySelector("table")))),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rights by role" }, tables),
  );
}

function roleTable(attribute, type) {
  const a = doc.attributes[attribute];
  const types = type < 0 ? doc.types.map((_, i) => i) : [type];
  const of = types.reduce((n, t) => n + doc.types[t].ids.length, 0);
  const counts = context().data.census[attribute];
  const pairs = (v, k) => types.reduce((n, t) => n + counts[v][t][k], 0);
  const held = doc.actions.map((x, k) => ({ ...x, k })).filter(({ k }) => a.values.some((_, v) => pairs(v, k)));
  const idle = doc.actions.filter((x) => !held.some((y) => y.bit === x.bit));
  return [el("table", { class: "heat" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, a.name), el("th", { scope: "col", class: "n" }, "Users"), held.map((x) => el("th", { scope: "col", class: "n" }, actionName(x.name))))),
    el("tbody", {}, a.values.map((value, v) => el("tr", {},
      el("th", { scope: "row" }, value || `no ${a.name}`), el("td", {}, num(a.subjects[v])),
      held.map((x) => {
        const n = pairs(v, x.k), share = of ? n / (a.subjects[v] * of) : 0;
        const cell = el("td", { class: share ? `share ${kinds[kindOf(x.name)].key}` : "", title: `${plural(n, "pair")}: ${num(Math.round((n / a.subjects[v]) * 10) / 10)} of ${num(of)} resources each` }, share ? percent(share) : "");
        cell.style.setProperty("--share", `${100 * share}%`);
        return cell;
      }))), a.more ? el("tr", {}, el("td", { colspan: held.length + 2 }, `${plural(a.more, "value")} with fewer users not shown`)) : "")),
  idle.length ? el("p", { class: "muted" }, `Nobody can ${idle.map((x) => actionName(x.name)).join(", ")}.`) : ""];
}

function percent(share) {
  if (share === 1) return "100 %";
  if (share < 0.001) return "< 0.1 %";
  return `${(Math.min(share, 0.999) * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
