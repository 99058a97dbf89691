// Who can create what. Nothing on record is created, so that the matrix does not have it.

function showCreate() {
  const { creation } = context().data;
  const body = creation.flatMap((c) => c.creators.map((one) => createRow(c, one)));
  const table = body.length && el("table", { id: "create-table" },
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Type"), el("th", { scope: "col", class: "n" }, "Users"), ["Who", "Where", "By"].map((t) => el("th", { scope: "col" }, t)))),
    el("tbody", {}, body));
  $("create").replaceChildren(
    el("h2", {}, "Who can create what"),
    el("p", { class: "muted" }, `Requests from ${contextName(context().data)}. A right to create is counted by user and type. It does not apply to existing resources, so the other tabs do not show it. Only streams and apps that already have such resources are counted.`),
    table
      ? el("div", {}, el("div", { class: "filters noprint" }, csvButton(() => `create-${contextKey(context().data)}`, creators)),
        el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Who can create what" }, table))
      : el("p", {}, "Nobody can create resources of the types on this page."),
  );
}

// createdWhere says where one may create: under what, as far as such resources are under
// something.
function createdWhere(c, { own, under }) {
  if (!c.parent) return own ? "anywhere" : "where such resources exist";
  return [own ? `in no ${c.parent}` : "", under ? `in ${num(under)} of ${plural(c.of, c.parent)}` : ""].filter(Boolean).join(", or ");
}

function createRow(c, one) {
  const who = el("details", {}, el("summary", {}, called(doc.subjects, one.subjects)));
  who.addEventListener("toggle", () => { if (who.open && who.childElementCount === 1) who.append(memberList(doc.subjects, one.subjects)); });
  return el("tr", {},
    el("th", { scope: "row" }, doc.types[c.type].name), el("td", { class: "n" }, num(one.subjects.length)),
    el("td", {}, one.subjects.length === 1 ? full(doc.subjects, one.subjects[0]) : who), el("td", {}, createdWhere(c, one)), el("td", {}, ruleLinks(one.rules)));
}

// creators are the rows of the CSV file, one for each user and type.
function creators() {
  const out = [["context", "type", "user", "user name", "where", "rules"]];
  for (const c of context().data.creation) {
    for (const one of c.creators) {
      for (const n of one.subjects) {
        out.push([contextName(context().data), doc.types[c.type].name, doc.subjects.ids[n], doc.subjects.names[n], createdWhere(c, one), one.rules.map((r) => ruleTitle(doc.rules[r])).join("; ")]);
      }
    }
  }
  return out;
}

// createdBy are the users who may create something by a rule.
function createdBy(rule) {
  return new Set(context().data.creation.flatMap((c) => c.creators.filter((one) => one.rules.includes(rule)).flatMap((one) => one.subjects)));
}
