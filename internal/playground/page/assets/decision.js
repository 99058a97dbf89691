// The decision, and why.

const called = (e) => (e.login ? `${e.type} ${e.login}` : e.name ? `${e.type} “${e.name}”` : `${e.type} ${e.id}`);
const mark = (holds) => el("span", { class: "sign", text: holds ? "✓" : "✗", title: holds ? "holds" : "does not hold" });

// side shows an operand with its values.
function side(operand) {
  const values = [...(operand.values || []).map((v) => JSON.stringify(v)), ...(operand.entities || []).map(called)];
  return `${operand.text} = ${values.length ? values.slice(0, 8).join(", ") + (values.length > 8 ? ", …" : "") : "no value"}`;
}

const joins = { and: "all of", or: "any of", not: "not" };

// clause shows a part of a condition with the values that were compared.
function clause(c, explanation) {
  const facts = [c.left, c.right].filter((o) => o && !o.literal).map((o) => el("div", { class: "side", text: side(o) }));
  for (const i of c.asks || []) {
    const q = explanation.questions[i];
    facts.push(el("div", { class: "side", text: `${q.action} on ${called(q.entity)}: ${q.granted ? "granted" : "not granted"}` }));
  }
  return el("li", { class: "clause" }, mark(c.holds), c.parts ? joins[c.kind] || c.kind : el("code", { text: c.text }), el("span", { class: "muted", text: c.holds ? " holds" : " does not hold" }),
    facts, c.parts ? el("ul", { class: "tests" }, c.parts.map((p) => clause(p, explanation))) : null);
}

// question shows, rule by rule, whether the user has an action on an entity.
function question(q, explanation, first) {
  const rules = q.rules.map((r) => el("details", { open: first && (r.holds || q.rules.length === 1) },
    el("summary", {}, `${r.holds ? "✓" : "✗"} ${r.name} `, el("span", { class: "muted small", text: `${r.filter} · ${r.actions.join(", ")} · ${r.context}` })),
    el("ul", { class: "tests" }, clause(r.clause, explanation))));
  return [el("h3", { text: `${first ? "Rules for" : "Also evaluated:"} ${q.action} on ${called(q.entity)}` }), rules.length ? rules : el("p", { class: "muted", text: "No enabled rule applies in this context." })];
}

const reasons = {
  no_rule: "No rule grants access.", unknown_subject: "The site does not have this user.", unknown_resource: "The site does not have this resource.",
  invalid_request: "A part of the request is missing or unknown.",
};
const inactive = { disabled: "disabled", skipped: "has errors", other_context: "applies in another context" };

function showDecision(answer) {
  const x = answer.explanation;
  if (!x) {
    fill($("decision"), el("p", { class: "muted", text: answer.failure || "Choose a user, an action and a resource." }));
    return;
  }
  const names = new Map((x.questions || []).flatMap((q) => q.rules.map((r) => [r.id, r.name])));
  const said = x.allow ? `Granted by ${listed(x.granted_by.map((id) => names.get(id) || id))}.` : reasons[x.reason] || x.reason;
  fill($("decision"),
    el("p", {}, el("span", { class: x.allow ? "answer yes" : "answer no", text: x.allow ? "Allowed" : "Denied" }), `${called(x.request.subject)} ${x.allow ? "can" : "cannot"} ${x.request.action} ${called(x.request.resource)}. ${said}`),
    (x.faults || []).map((f) => el("p", { text: `${f.path}: ${f.message}` })),
    (x.questions || []).map((q, i) => question(q, x, i === 0)),
    x.inactive && x.inactive.length ? [el("h3", { text: "Inactive rules" }), el("ul", {}, x.inactive.map((a) => el("li", { text: `${a.name}: ${inactive[a.why] || a.why}` })))] : null,
    x.proposals && x.proposals.length ? [el("h3", { text: "Smallest changes that would grant access" }), el("ol", {}, x.proposals.map((p) => el("li", { text: listed(p.changes.map((c) => c.sentence)) })))] : null,
    (x.notes || []).map((n) => el("p", { class: "muted small", text: n })));
}
