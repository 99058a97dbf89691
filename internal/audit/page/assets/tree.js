// The hierarchy of stream, app and object as a tree, with what one subject, or
// anyone, has on each. Children are made when a node is opened, some at a time.

const childrenAtOnce = 200;
let tree; // children by "type/number", and roots by type

function growTree() {
  tree = { children: new Map(), roots: doc.types.map(() => []) };
  doc.types.forEach((type, t) => {
    for (let n = 0; n < type.ids.length; n++) {
      const up = type.parent ? type.parent.of[n] : -1;
      if (up < 0) { tree.roots[t].push(n); continue; }
      const key = `${type.parent.type}/${up}`;
      if (!tree.children.has(key)) tree.children.set(key, []);
      tree.children.get(key).push([t, n]);
    }
  });
  for (const below of tree.children.values()) below.sort(([t, n], [u, m]) => t - u || byName(label(doc.types[t], n), label(doc.types[u], m)));
  doc.types.forEach((type, t) => tree.roots[t].sort((n, m) => byName(label(type, n), label(type, m))));
  // What holds other things comes first: streams, then apps without one.
  const holds = (t) => doc.types.some((x) => x.parent && x.parent.type === t);
  const rank = (t) => (holds(t) ? 0 : 2) + (doc.types[t].parent ? 1 : 0);
  tree.order = doc.types.map((_, t) => t).filter((t) => tree.roots[t].length).sort((t, u) => rank(t) - rank(u) || t - u);
}

function showTree() {
  if (!tree) growTree();
  const list = el("datalist", { id: "everyone" });
  const who = el("input", { type: "search", list: "everyone", placeholder: "anyone", spellcheck: "false", autocomplete: "off", "aria-describedby": "as-whom" });
  const said = el("span", { id: "as-whom", role: "status", class: "small muted" });
  const root = el("ul", { class: "tree", role: "tree", "aria-label": "Streams, apps and their objects" });
  let subject = null;
  const grow = () => {
    root.replaceChildren(...tree.order.map((t) => kindNode(doc.types[t], t, () => subject)));
    const first = root.querySelector("[role=treeitem]");
    if (!first) return;
    first.tabIndex = 0;
    first.toggle(true);
  };
  const find = () => {
    const text = fold(who.value);
    list.replaceChildren(...(text.length > 1 ? doc.subjects.ids.filter((id, n) => fold(`${id} ${doc.subjects.names[n]}`).includes(text)).slice(0, 20).map((id) => el("option", { value: id })) : []));
    let at = doc.subjects.ids.findIndex((id) => fold(id) === text);
    if (at < 0 && text) { // a name that one subject has
      const called = doc.subjects.names.map((name, n) => (fold(name) === text ? n : -1)).filter((n) => n >= 0);
      if (called.length === 1) [at] = called;
      else { said.textContent = called.length ? `${plural(called.length, "user")} have this name: choose a login.` : "Choose a login or a name."; return; }
    }
    said.textContent = "";
    subject = text ? at : null;
    state.as = text ? doc.subjects.ids[at] : "";
    note(false);
    grow();
  };
  who.addEventListener("input", find);
  root.addEventListener("keydown", treeKey);
  if (state.as) { who.value = state.as; find(); } else grow();
  $("tree").replaceChildren(
    el("h2", {}, "Streams, apps and their objects, and sections"),
    el("p", { class: "muted" }, `Requests from ${contextName(context().data)}. Each line shows the rights of the user or, without a user, the number of users with a right.`),
    el("div", { class: "filters noprint" }, el("label", {}, "As seen by ", who), list, said),
    root,
  );
}

// kindNode is the node over all of a type that belong to nothing.
function kindNode(type, t, whose) {
  const below = tree.roots[t].map((n) => [t, n]);
  const title = type.key === "transientobject" ? "Sections of hub and QMC" : type.parent ? `${type.name} without ${doc.types[type.parent.type].name}` : type.name;
  return treeNode([el("strong", {}, title), " ", el("span", { class: "kind" }, num(below.length))], below, whose, null);
}

// treeNode is an item; open is what is done with it when it is chosen.
function treeNode(content, below, whose, open) {
  const twist = el("span", { class: "twist", "aria-hidden": "true" }, below.length ? "▸" : "");
  const line = el("div", { class: "node" }, twist, el("span", {}, content));
  const item = el("li", { role: "treeitem", tabindex: "-1", "aria-expanded": below.length ? "false" : null }, line);
  item.toggle = (want) => {
    if (!below.length || (item.getAttribute("aria-expanded") === "true") === want) return;
    item.setAttribute("aria-expanded", want);
    twist.textContent = want ? "▾" : "▸";
    if (!want) return item.querySelector("ul").remove();
    const group = el("ul", { role: "group" });
    fillGroup(group, below, 0, whose);
    item.append(group);
  };
  item.choose = open;
  line.addEventListener("click", () => {
    focusItem(item);
    item.toggle(item.getAttribute("aria-expanded") !== "true");
  });
  return item;
}

function fillGroup(group, below, from, whose) {
  const to = Math.min(from + childrenAtOnce, below.length);
  for (let i = from; i < to; i++) group.append(entityNode(...below[i], whose));
  if (to === below.length) return;
  const more = el("li", { role: "treeitem", tabindex: "-1" }, el("div", { class: "node" }, el("span", { class: "twist" }), el("span", {}, `Show more (${num(below.length - to)} left)`)));
  more.choose = () => {
    const had = more.previousElementSibling;
    more.remove();
    fillGroup(group, below, to, whose);
    focusItem(had.nextElementSibling);
  };
  more.toggle = () => {};
  more.addEventListener("click", (e) => { e.stopPropagation(); more.choose(); });
  group.append(more);
}

function entityNode(t, n, whose) {
  const type = doc.types[t], subject = whose();
  const rights = context().rights(t);
  let held;
  if (subject === null) {
    const some = rights.data.reached[n];
    held = el("span", { class: "kind" }, some ? plural(some, "user") : "nobody");
  } else {
    const mask = rights.mask(rights.of(subject, n));
    held = mask ? el("span", { class: `sw ${strongest(mask)}`, title: long(mask) }, short(mask), el("span", { class: "kind visually" })) : el("span", { class: "kind" }, "nothing");
  }
  const inMatrix = el("button", { type: "button", class: "link small noprint", tabindex: "-1", onclick: (e) => { e.stopPropagation(); matrixOf(t, n, subject); } }, subject === null ? "who?" : "matrix");
  const item = treeNode([label(type, n), " ", el("span", { class: "kind" }, type.name), " ", held, " ", inMatrix], tree.children.get(`${t}/${n}`) || [], whose, () => matrixOf(t, n, subject));
  return item;
}

// searchFor is what finds an entity: its name if that means nothing else, or its id.
function searchFor(entities, n) {
  const means = entities.names[n] && finder(entities.names[n]);
  return means && entities.ids.every((_, other) => other === n || !means(entities, other)) ? entities.names[n] : entities.ids[n];
}

// matrixOf opens the matrix at a resource.
function matrixOf(t, n, subject) {
  Object.assign(state, { type: t, action: 0, rule: null, what: searchFor(doc.types[t], n), who: subject === null ? "" : searchFor(doc.subjects, subject), rows: subject === null ? "each" : "folded", some: subject === null });
  showFilters();
  openTab("matrix");
  showMatrix();
}

function focusItem(item) {
  for (const other of item.closest("[role=tree]").querySelectorAll('[tabindex="0"]')) other.tabIndex = -1;
  item.tabIndex = 0;
  item.focus();
}

function treeKey(e) {
  const item = e.target.closest("[role=treeitem]");
  if (!item || e.target !== item || e.altKey || e.ctrlKey || e.metaKey) return;
  const all = [...e.currentTarget.querySelectorAll("[role=treeitem]")];
  const at = all.indexOf(item), open = item.getAttribute("aria-expanded");
  const go = (to) => to && focusItem(to);
  switch (e.key) {
    case "ArrowDown": go(all[at + 1]); break;
    case "ArrowUp": go(all[at - 1]); break;
    case "Home": go(all[0]); break;
    case "End": go(all[all.length - 1]); break;
    case "ArrowRight": if (open === "false") item.toggle(true); else if (open === "true") go(all[at + 1]); break;
    case "ArrowLeft": if (open === "true") item.toggle(false); else go(item.parentElement.closest("[role=treeitem]")); break;
    case "Enter": case " ": if (item.choose) item.choose(); else item.toggle(open !== "true"); break;
    default: return;
  }
  e.preventDefault();
}
