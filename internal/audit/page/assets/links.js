// The state of the page is in its address: a view can be sent, and Back goes back.

let following = false;
const tabNow = () => tabs.find((t) => t.getAttribute("aria-selected") === "true").getAttribute("aria-controls");
const contextKey = ({ name, case: sent }) => [name || "none", ...(sent || [])].join(",");

// address is what leads to what is shown now.
function address() {
  const p = new URLSearchParams(), tab = tabNow();
  const set = (name, value) => value && p.set(name, value);
  set("context", state.context && contextKey(context().data));
  if (tab === "matrix") {
    set("type", doc.types[state.type]?.name);
    set("action", state.action && doc.actions.find((a) => a.bit === state.action).name);
    set("rule", state.rule !== null && doc.rules[state.rule].id);
    set("user", state.who);
    set("resource", state.what);
    set("rows", state.rows === "each" && "each");
    set("columns", state.cols === "each" && "each");
    set("granted", state.some && "only");
    if (state.pair) { set("of", doc.subjects.ids[state.pair[0]]); set("on", doc.types[state.type].ids[state.pair[1]]); }
  }
  if (tab === "tree") set("as", state.as);
  if (state.about !== null) set("about", doc.rules[state.about].id);
  return `#/${tab}${p.size ? `?${p}` : ""}`;
}

// note puts what is shown into the address; a step is one that Back takes back.
function note(step) {
  if (following || address() === location.hash) return;
  history[step ? "pushState" : "replaceState"](null, "", address());
}

// follow shows what the address says. What it names and the page does not hold is left
// out.
function follow() {
  const [, tab, query] = location.hash.match(/^#\/(\w*)(?:\?(.*))?$/) || [];
  if (location.hash.length > 1 && !shows[tab]) return; // a place in the page, or none
  const p = new URLSearchParams(query || ""), get = (name) => p.get(name) || "";
  const at = (list, name, of) => list.findIndex((x) => of(x) === get(name));
  following = true;
  const from = at(contexts, "context", (c) => contextKey(c.data));
  state.context = Math.max(0, from);
  $("context").value = state.context;
  made.clear();
  const type = at(doc.types, "type", (t) => t.name), rule = at(doc.rules, "rule", (r) => r.id), about = at(doc.rules, "about", (r) => r.id);
  if (tab === "matrix") {
    Object.assign(state, {
      type: type < 0 ? state.type : type, action: doc.actions.find((a) => a.name === get("action"))?.bit || 0, rule: rule < 0 ? null : rule, who: get("user"), what: get("resource"),
      rows: get("rows") || "folded", cols: get("columns") || "folded", some: get("granted") === "only",
    });
    showFilters();
  }
  state.as = get("as");
  openTab(shows[tab] ? tab : "overview");
  if (tab === "matrix" && p.has("of")) openNamed(get("of"), get("on"));
  if ($("dialog").open) $("dialog").close();
  if (about >= 0) showRule(about);
  following = false;
}

// openNamed opens the cell of a user and a resource, by their ids.
function openNamed(user, resource) {
  const who = doc.subjects.ids.indexOf(user), what = shown.rights.type.ids.indexOf(resource);
  const i = shown.rows.findIndex((r) => r.members.includes(who)), j = shown.cols.findIndex((c) => c.members.includes(what));
  if (i < 0 || j < 0) return;
  grid.go(i, j);
  grid.opened = [i, j];
  grid.later();
  openPair(shown.rights, shown.rows[i], shown.cols[j], who, what);
}

// showFilters writes the state into the form.
function showFilters() {
  for (const [id, value] of [["f-type", state.type], ["f-rule", state.rule ?? ""], ["f-action", state.action], ["f-who", state.who], ["f-what", state.what], ["f-rows", state.rows], ["f-cols", state.cols]]) $(id).value = value;
  $("f-some").checked = state.some;
}
