// What an auditor asks first, in figures and sentences.

function showOverview() {
  const c = context();
  const cells = doc.types.map((_, t) => countCells(c.rights(t)));
  const granting = doc.rules.filter((r) => r.grants).length, disabled = doc.rules.filter((r) => r.disabled).length;
  $("overview").replaceChildren(
    el("h2", {}, "At a glance"),
    el("p", {}, `${plural(doc.subjects.ids.length, "user")}${doc.subjects.anonymous?.length ? ", one who is anonymous among them," : ""} and ${plural(doc.types.reduce((n, t) => n + t.ids.length, 0), "resource")} of ${plural(doc.types.length, "type")}, judged by ${plural(granting, "rule")} that can grant (${num(doc.rules.length)} in the export${disabled ? `, ${num(disabled)} disabled` : ""}). Requests come from ${contextName(c.data)}.`),
    el("div", { class: "scroll" }, el("table", {},
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Type"), ["Resources", "Classes of them", "Pairs with a right", "Share", "Reached by nobody"].map((t) => el("th", { scope: "col", class: "n" }, t)))),
      el("tbody", {}, doc.types.map((type, t) => el("tr", {},
        el("th", { scope: "row" }, el("button", { type: "button", class: "link", onclick: () => { state.type = t; $("f-type").value = t; openTab("matrix"); showMatrix(); } }, type.name)),
        [num(type.ids.length), num(c.rights(t).groups.length), num(cells[t].pairs), percentOf(cells[t].pairs, type.ids.length * doc.subjects.ids.length), num(cells[t].nobody)].map((x) => el("td", { class: "n" }, x))))))),
    el("h2", { class: "gap" }, "To look at"),
    el("ul", { class: "findings" }, findings(cells)),
  );
}

const percentOf = (n, of) => (of && n ? percent(n / of) : "0 %");

// countCells counts the pairs of a type with a right, and the resources that nobody
// reaches.
const countCells = ({ data }) => ({ pairs: data.reached.reduce((sum, n) => sum + n, 0), nobody: data.reached.filter((n) => !n).length });

// findings are sentences; those that want a look are marked.
function findings(cells) {
  const c = context(), out = [];
  const add = (look, ...content) => out.push(el("li", { class: look ? "look" : "" }, ...content));
  for (const who of (doc.subjects.anonymous || []).slice(0, 1)) {
    const held = doc.types.map((type, t) => {
      const rights = c.rights(t);
      let mask = 0, n = 0;
      for (let r = 0; r < type.ids.length; r++) {
        const m = rights.mask(rights.of(who, r));
        mask |= m;
        if (m) n++;
      }
      return n ? `${num(n)} of ${plural(type.ids.length, "resource")} of type ${type.name} (${long(mask)})` : "";
    }).filter(Boolean);
    add(held.length > 0, el("strong", {}, held.length ? "Anonymous users have rights: " : "Anonymous users have no rights."), listed(held), held.length ? "." : "");
  }
  const nobody = doc.types.map((type, t) => (cells[t].nobody ? `${num(cells[t].nobody)} of type ${type.name}` : "")).filter(Boolean);
  if (nobody.length) add(false, el("strong", {}, "Nobody has anything on "), `${listed(nobody)}.`);
  const links = (numbers) => numbers.map((n, i) => [i ? ", " : "", el("button", { type: "button", class: "link", onclick: () => showRule(n) }, ruleTitle(doc.rules[n]))]);
  if (c.data.unsent) add(true, el("strong", {}, "Session attributes were not given: "), `${listed(c.data.unsent)}. Rights that depend on them are not on this page; --env NAME=VALUE sends them, --env-from-rules adds a case for the values that rules name.`);
  const idle = (reason) => (c.data.idle || []).filter((x) => x.reason === reason).map((x) => x.rule);
  const nothing = idle("nothing"), session = idle("session"), elsewhere = idle("elsewhere");
  if (nothing.length) add(true, el("strong", {}, `${plural(nothing.length, "rule")} give${nothing.length === 1 ? "s" : ""} nobody anything on this site, in any context or session: `), links(nothing), ".");
  if (session.length) add(false, el("strong", {}, `${plural(session.length, "rule")} give${session.length === 1 ? "s" : ""} nobody anything without session attributes that were not given: `), links(session), ".");
  if (elsewhere.length) add(false, el("strong", {}, `${plural(elsewhere.length, "rule")} give${elsewhere.length === 1 ? "s" : ""} nobody anything here, and may for requests from elsewhere: `), links(elsewhere), ".");
  const off = doc.rules.map((_, n) => n).filter((n) => doc.rules[n].disabled && reachOf(n)?.more);
  if (off.length) add(true, el("strong", {}, "Disabled rules that would grant more if they were enabled: "), links(off), ".");
  const alone = doc.rules.map((_, n) => n).filter((n) => !doc.rules[n].disabled && reachOf(n)?.only).sort((a, b) => reachOf(b).only - reachOf(a).only).slice(0, 5);
  if (alone.length) add(false, el("strong", {}, "Most is granted by one rule alone through "), links(alone), ".");
  return out;
}
