// The decision, and why.

const called = (e) => (e.login ? `${e.type} ${e.login}` : e.name ? `${e.type} “${e.name}”` : `${e.type} ${e.id}`);
const mark = (holds) => el("span", { class: "sign", text: holds ? "✓" : "✗", title: holds ? "holds" : "does not hold" });

// side is what an operand denotes.
function side(operand) {
  const values = [...(operand.values || []).map((v) => JSON.stringify(v)), ...(operand.entities || []).map(called)];
  return `${operand.text} = ${values.length ? values.slice(0, 8).join(", ") + (values.length > 8 ? ", …" : "") : "nothing"}`;
}

const joins = { and: "all of", or: "one of", not: "not" };

// clause is a part of a condition, with the values that it met.
function clause(c, explanation) {
  const facts = [c.left, c.right].filter((o) => o && !o.literal).map((o) => el("div", { class: "side", text: side(o) }));
  for (const i of c.asks || []) {
    const q = explanation.questions[i];
    facts.push(el("div", { class: "side", text: `${q.action} on ${called(q.entity)}: ${q.granted ? "granted" : "not granted"}` }));
  }
  return el("li", { class: "clause" }, mark(c.holds), c.parts ? joins[c.kind] || c.kind : el("code", { text: c.text }), el("span", { class: "muted", text: c.holds ? " holds" : " does not hold" }),
    facts, c.parts ? el("ul", { class: "tests" }, c.parts.map((p) => clause(p, explanation))) : null);
}

// question is whether the user has an action on an entity, rule by rule.
function question(q, explanation, first) {
  const rules = q.rules.map((r) => el("details", { open: first && (r.holds || q.rules.length === 1) },
    el("summary", {}, `${r.holds ? "✓" : "✗"} ${r.name} `, el("span", { class: "muted small", text: `${r.filter} · ${r.actions.join(", ")} · ${r.context}` })),
    el("ul", { class: "tests" }, clause(r.clause, explanation))));
  return [el("h3", { text: `${first ? "Rules for" : "Also evaluated:"} ${q.action} on ${called(q.entity)}` }), rules.length ? rules : el("p", { class: "muted", text: "No enabled rule of this context is about it." })];
}

const reasons = {
  no_rule: "No rule grants it.", unknown_subject: "The user is not on record.", unknown_resource: "The resource is not on record.",
  invalid_request: "A part of the request is missing or unknown.",
};
const inactive = { disabled: "disabled", skipped: "left out because of errors", other_context: "for the other context" };

function showDecision(answer) {
  const x = answer.explanation;
  if (!x) {
    fill($("decision"), el("p", { class: "muted", text: answer.failure || "Choose a user, an action and a resource." }));
    return;
  }
  const names = new Map((x.questions || []).flatMap((q) => q.rules.map((r) => [r.id, r.name])));
  const said = x.allow ? `Granted by ${listed(x.granted_by.map((id) => names.get(id) || id))}.` : reasons[x.reason] || x.reason;
  fill($("decision"),
    el("p", {}, el("span", { class: x.allow ? "answer yes" : "answer no", text: x.allow ? "Allowed" : "Denied" }), `${called(x.request.subject)} ${x.allow ? "may" : "may not"} ${x.request.action} ${called(x.request.resource)}. ${said}`),
    (x.faults || []).map((f) => el("p", { text: `${f.path}: ${f.message}` })),
    (x.questions || []).map((q, i) => question(q, x, i === 0)),
    x.inactive && x.inactive.length ? [el("h3", { text: "Rules that cannot grant as they are" }), el("ul", {}, x.inactive.map((a) => el("li", { text: `${a.name}: ${inactive[a.why] || a.why}` })))] : null,
    x.proposals && x.proposals.length ? [el("h3", { text: "What would grant it" }), el("ol", {}, x.proposals.map((p) => el("li", { text: listed(p.changes.map((c) => c.sentence)) })))] : null,
    (x.notes || []).map((n) => el("p", { class: "muted small", text: n })));
}
