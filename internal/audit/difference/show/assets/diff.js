// The page as a whole: the summary, the rules, what was not compared, and the filters.

function showSummary() {
  $("verdict").textContent = `${doc.verdict}.`;
  $("verdict").classList.toggle("look", doc.alarm);
  const row = (kind, f) => el("tr", {}, el("th", { scope: "row" }, kindTag(kind)), figures(f));
  $("summary").replaceChildren(
    el("table", { id: "totals" },
      el("thead", {}, el("tr", {}, el("td", {}), ["rights", ...doc.nouns].map((t) => el("th", { scope: "col", class: "n" }, t)))),
      el("tbody", {}, row("gain", doc.gain), row("loss", doc.loss))),
    el("p", {}, `A right is one action of one user on one resource; ${doc.basis}.`),
    doc.accepted ? el("p", {}, `The baseline accepts ${plural(doc.accepted, "right")}, which do not count.`) : "",
    el("ul", { class: "findings", hidden: !doc.gates.length && !doc.leftOut.length },
      doc.gates.map((g) => el("li", { class: g.hit ? "high" : "" }, g.hit ? el("strong", {}, g.text) : g.text)),
      doc.leftOut.length ? el("li", { class: "look" }, el("a", { href: "#left-out" }, `Not all was compared: ${plural(doc.leftOut.length, "part")} left out.`)) : ""),
  );
}

// ruleItem is what was done to a rule and what comes of it.
function ruleItem(r) {
  const more = [
    r.place ? el("p", { class: "small" }, el("code", {}, r.place), ` (id ${r.id})`) : "",
    r.edits.map((e) => [el("h4", {}, `Edited: ${e.aspect}`), lines(e)]), rest(r.edits.length, r.allEdits, "edits are"),
    r.old || r.new ? sideBySide("Condition", r.old || "", r.new || "") : "",
  ];
  return el("details", {}, el("summary", {}, el("strong", {}, r.name), `: ${r.change}`, r.works ? "" : `; ${r.effect}`), more);
}

function showRules() {
  const part = (title, rules) => (rules.length ? [el("h3", {}, `${title} (${num(rules.length)})`), rules.map(ruleItem)] : []);
  fill($("rules"),
    el("h2", { class: "gap", id: "rules-title" }, "Rules"),
    el("p", {}, `${plural(doc.allRules, "rule")} changed, ${num(doc.unchanged)} as before.`),
    part("Changed, and access with them", doc.rules.filter((r) => r.works)),
    part("Changed without effect on access, or none that is known", doc.rules.filter((r) => !r.works)),
    rest(doc.rules.length, doc.allRules, "rules are"));
}

function showList(id, title, texts, all, none) {
  if (!texts.length && !none) { $(id).hidden = true; return; }
  fill($(id), el("h2", { class: "gap", id: `${id}-title` }, title),
    texts.length ? el("ul", {}, texts.map((t) => el("li", {}, t))) : el("p", {}, none), rest(texts.length, all, "entries are"));
}

function startFilters() {
  const parts = doc.groups.flatMap((g) => g.parts);
  const offer = (id, values) => $(id).append(...[...new Set(values)].sort(byName).map((v) => el("option", { value: v }, v)));
  offer("f-action", parts.map((p) => p.action));
  offer("f-type", parts.map((p) => p.type));
  $("filters").addEventListener("input", () => { filter(); note(); });
  $("filters").addEventListener("submit", (e) => e.preventDefault());
  // Only what is in sight is opened, and so made.
  $("open-all").addEventListener("click", () => {
    for (const g of items) if (!g.item.hidden) g.details.open = true;
    for (const d of document.querySelectorAll("#rules details")) d.open = true;
  });
}

function showOrigin() {
  if (!doc.facts?.length) return;
  $("origin").hidden = false;
  fill($("origin"), el("h2", { id: "origin-title" }, "Made from"), el("dl", { class: "facts small" }, doc.facts.map((f) => [el("dt", {}, f.name), el("dd", {}, f.value)])));
}

// The filters are in the address, so that a view can be sent.
const filterNames = [["kind", "f-kind"], ["action", "f-action"], ["type", "f-type"], ["search", "f-text"]];

function note() {
  const p = new URLSearchParams();
  for (const [name, id] of filterNames) if ($(id).value) p.set(name, $(id).value);
  const to = p.size ? `#/?${p}` : "#/";
  if (to !== location.hash && (p.size || location.hash.startsWith("#/"))) history.replaceState(null, "", to);
}

function follow() {
  if (location.hash !== "" && !location.hash.startsWith("#/")) return; // a place in the page
  const p = new URLSearchParams(location.hash.slice(3));
  for (const [name, id] of filterNames) $(id).value = p.get(name) || "";
  for (const id of ["f-kind", "f-action", "f-type"]) if ($(id).selectedIndex < 0) $(id).value = "";
  filter();
}

showSummary();
fill($("groups"), items.map((g) => g.item));
$("groups").after(rest(doc.groups.length, doc.allGroups, "differences, smaller than these, are"));
showRules();
showList("left-out", "Not compared", doc.leftOut, doc.leftOut.length, "Nothing is known to have been left out of the comparison.");
showList("stale", "Stale in the baseline", doc.stale, doc.allStale, "");
showOrigin();
startFilters();
startTheme();
$("csv").addEventListener("click", () => download("access-change", listedParts()));
addEventListener("popstate", follow);
follow();
document.documentElement.dataset.ready = "true";
