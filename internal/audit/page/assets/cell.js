// What is known of one pair of subject and resource, beside the matrix: what is
// granted and by which rules, and which tests of the others are false.

function closeDetail() {
  $("detail").hidden = true;
  state.pair = null;
  note(false);
  if (grid.opened) { grid.opened = null; grid.later(); }
}

function focusDetail() { $("detail-title")?.focus(); }

function detailHeader(title) {
  const close = () => { closeDetail(); $("grid").focus(); };
  const panel = $("detail");
  panel.hidden = false;
  panel.onkeydown = (e) => { if (e.key === "Escape") close(); };
  return el("header", {}, el("h2", { id: "detail-title", tabindex: "-1" }, title), el("button", { type: "button", onclick: close, "aria-label": "Close the details" }, "Close"));
}

// openDetail shows a cell, or the members behind a header.
function openDetail(rights, row, col) {
  if (row && col) return openPair(rights, row, col, row.members[0], col.members[0]);
  const entities = row ? doc.subjects : rights.type;
  const members = (row || col).members;
  fill($("detail"),
    detailHeader(called(entities, members)),
    el("p", { class: "muted" }, members.length === 1 ? "" : `${plural(members.length, row ? "user" : "resource")} of one equivalence class: ${row ? "they have the same rights by the same rules" : "everybody has the same rights on them"}, except for resources that ${row ? "they own" : "users own"}.`),
    members.length > 1 ? commonList(entities, members) : "",
    memberList(entities, members),
    row && members.length === 1 ? valuesOf(entities, members[0]) : "",
  );
}

// commonList says what members have in common, and whether others have it too.
function commonList(entities, members) {
  const { texts, others } = inCommon(entities, members);
  if (!texts.length) return "";
  return el("p", {}, "In common: ", el("strong", {}, texts.join(", ")), others ? ` (also shared by ${plural(others, "other")} outside the class)` : "", ".");
}

// memberList lists members a hundred at a time.
function memberList(entities, members) {
  const box = el("ul", { class: "small" });
  const more = el("button", { type: "button" });
  let n = 0;
  const add = () => {
    for (const end = Math.min(n + 100, members.length); n < end; n++) box.append(el("li", {}, full(entities, members[n])));
    more.textContent = `Show more (${num(members.length - n)} left)`;
    more.hidden = n >= members.length;
  };
  more.onclick = add;
  add();
  return el("div", {}, box, more);
}

function valuesOf(entities, n) {
  const rows = (entities.values || []).filter((v) => v.of[n].length).map((v) => [el("dt", {}, v.operand), el("dd", {}, v.of[n].map((t) => doc.texts[t]).join(", "))]);
  return rows.length ? el("dl", {}, rows) : "";
}

// picker chooses one of the members of a class, by typing where there are many.
function picker(name, entities, members, at, choose) {
  if (members.length === 1) return el("span", {}, full(entities, at));
  if (members.length <= 200) {
    const select = el("select", { "aria-label": name, onchange: (e) => choose(Number(e.target.value)) }, members.map((n) => el("option", { value: n, selected: n === at }, full(entities, n))));
    return el("span", {}, select, el("span", { class: "muted small" }, ` 1 of ${num(members.length)}`));
  }
  const found = el("ul", { class: "small" });
  const search = el("input", {
    type: "search", "aria-label": `${name}: find another`, placeholder: `find in ${num(members.length)}`,
    oninput: (e) => {
      const means = finder(e.target.value);
      const hits = means ? members.filter((n) => means(entities, n)).slice(0, 8) : [];
      found.replaceChildren(...hits.map((n) => el("li", {}, el("button", { type: "button", class: "link", onclick: () => choose(n) }, full(entities, n)))));
    },
  });
  return el("div", {}, full(entities, at), el("div", {}, search, found));
}

function openPair(rights, row, col, subject, resource) {
  const rules = rights.of(subject, resource);
  const mask = rights.mask(rules);
  state.pair = [subject, resource];
  note(false);
  const again = (r, s) => { openPair(rights, row, col, r, s); focusDetail(); };
  const granting = rules.filter((n) => rights.data.rules[n].actions);
  const others = rights.data.rules.map((_, n) => n).filter((n) => rights.data.rules[n].actions & ~mask && !rules.includes(n));
  const missing = actionsIn(everything & ~mask).filter((a) => !state.action || a.bit === state.action);
  const owners = rights.exceptional.has(rights.key(subject, resource));
  fill($("detail"),
    detailHeader(titleOf(mask)),
    el("dl", {},
      el("dt", {}, "User"), el("dd", {}, picker("User", doc.subjects, row.members, subject, (n) => again(n, resource))),
      el("dt", {}, rights.type.name), el("dd", {}, picker(rights.type.name, rights.type, col.members, resource, (n) => again(subject, n))),
      el("dt", {}, "From"), el("dd", {}, contextName(context().data))),
    owners && el("p", { class: "small muted" }, "This pair is an exception in its classes, because a test compares the user with the resource, such as owner = user."),
    mask ? el("ul", { class: "rights" }, actionsIn(mask).map((a) => el("li", { class: kinds[kindOf(a.name)].key }, actionName(a.name)))) : "",
    granting.length ? el("h3", {}, granting.length === 1 ? "Granted by one rule" : `Granted by ${num(granting.length)} rules`) : "",
    granting.map((n, i) => ruleDetails(rights, n, subject, resource, i === 0)),
    missing.length ? whyNot(rights, others, missing, subject, resource) : "",
  );
}

// titleOf is a mask in so many words as make a title.
function titleOf(mask) {
  const held = actionsIn(mask).map((a) => actionName(a.name));
  if (!held.length) return "No rights";
  if (mask === everything && held.length > 3) return `All ${num(held.length)} actions`;
  const text = held.length > 4 ? `${held.slice(0, 3).join(", ")} and ${num(held.length - 3)} more` : listed(held);
  return text[0].toUpperCase() + text.slice(1);
}

function ruleTitle(rule) { return rule.name || rule.id; }

// ruleDetails is one rule on one pair: condition, tests, Rego.
function ruleDetails(rights, n, subject, resource, open) {
  const form = rights.data.rules[n], rule = doc.rules[form.rule];
  const box = el("details", { open }, el("summary", {}, el("strong", {}, ruleTitle(rule)), " ", el("span", { class: "muted small" }, long(form.actions & everything))));
  // What is long is made when it is looked at.
  const unfold = () => {
    if (box.childElementCount > 1) return;
    const rego = rule.rego?.find((r) => r.type === rights.type.key) || rule.rego?.find((r) => r.module.endsWith("subject.rego")) || rule.rego?.[0];
    box.append(
      el("pre", { "aria-label": "Condition" }, el("code", { text: rule.condition })),
      testList(rights, form.tests, subject, resource, rights.of(subject, resource).includes(n)),
      rego ? el("details", {}, el("summary", {}, "Rego ", el("span", { class: "muted small" }, rego.module)), el("pre", {}, el("code", { text: rego.text }))) : "",
      el("p", {}, el("button", { type: "button", class: "link small", onclick: () => showRule(form.rule) }, "All about this rule")),
    );
  };
  if (open) unfold();
  box.addEventListener("toggle", () => box.open && unfold());
  return box;
}

const sideNames = { subject: "user", resource: "resource", both: "both", identity: "both", right: "right" };

// testList lists the tests with their truth values. Of a rule that grants, a false test is one
// that the condition asks to be false, or not at all; it is not marked as a failure.
function testList(rights, tests, subject, resource, granted) {
  if (!tests.length) return el("p", { class: "small muted" }, "The rule tests nothing beyond its filter and context.");
  return el("ul", { class: "tests" }, tests.map((n) => {
    const test = doc.tests[n];
    const holds = rights.test(n, subject, resource);
    const values = (test.operands || []).map((operand) => {
      const [entities, at] = operand.startsWith("user") ? [doc.subjects, subject] : [rights.type, resource];
      const v = entities.values?.find((x) => x.operand === operand);
      return v && `${operand} is ${v.of[at].length ? v.of[at].map((t) => `“${doc.texts[t]}”`).join(", ") : "empty"}`;
    }).filter(Boolean);
    const [sign, word] = holds === null ? ["?", "not known here"] : holds ? ["✓", "true"] : [granted ? "–" : "✗", "false"];
    return el("li", {}, el("span", { class: "sign", "aria-hidden": "true" }, sign), el("span", {}, test.text), " ", el("span", { class: "side" }, `— ${word}`),
      values.length ? el("div", { class: "side" }, values.join("; ")) : "");
  }));
}

// whyNotTitle asks for the actions that are missing, by name if they are few.
function whyNotTitle(names) {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${num(names.length - 3)} others`] : names;
  return `Why not ${shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} or ${shown[shown.length - 1]}`}?`;
}

// whyNot tells which rules could grant what is missing, those with the fewest tests
// that are false first.
function whyNot(rights, others, missing, subject, resource) {
  const bits = missing.reduce((m, a) => m | a.bit, 0);
  const near = others.filter((n) => rights.data.rules[n].actions & bits).map((n) => {
    const tests = rights.data.rules[n].tests;
    return { n, unmet: tests.filter((t) => rights.test(t, subject, resource) === false).length, of: tests.length };
  }).sort((a, b) => a.unmet - b.unmet || a.of - b.of);
  const reached = near.reduce((m, x) => m | rights.data.rules[x.n].actions, 0);
  const never = missing.filter((a) => !(a.bit & reached));
  const list = el("div", {});
  const more = el("button", { type: "button" });
  let at = 0;
  const add = () => {
    for (const end = Math.min(at + 8, near.length); at < end; at++) {
      const { n, unmet, of } = near[at];
      const box = ruleDetails(rights, n, subject, resource, false);
      box.querySelector("summary").append(el("div", { class: "muted small" }, of ? `${num(unmet)} of ${plural(of, "test")} ${unmet === 1 ? "is" : "are"} false` : "no tests"));
      list.append(box);
    }
    more.textContent = `Show more (${num(near.length - at)} left)`;
    more.hidden = at >= near.length;
  };
  more.onclick = add;
  add();
  const action = state.action ? missing[0] : missing.find((a) => a.bit & reached) || missing[0];
  return [
    el("h3", {}, whyNotTitle(missing.map((a) => actionName(a.name)))),
    never.length ? el("p", { class: "small" }, `No other rule for ${rights.type.name} grants ${listed(never.map((a) => actionName(a.name)))}${context().data.name ? ` or is about ${contextName(context().data)}` : ""}.`) : "",
    near.length ? el("p", { class: "small muted" }, "Rules that could grant it, and their tests on this pair. The condition shows how the tests combine; it may also require that a test is false.") : "",
    list, near.length > 8 ? more : "",
    el("p", { class: "small muted" }, "Clause by clause, and what would have to change:"),
    copyable(explainLine(rights, subject, resource, action.name)),
  ];
}

function explainLine(rights, subject, resource, action) {
  const from = context().data.name;
  return [...doc.explain, "--subject", doc.subjects.ids[subject], "--action", action, "--resource", `${rights.type.name}:${rights.type.ids[resource]}`, ...(from ? ["--context", from] : []), ...(context().data.case || []).flatMap((x) => ["--env", x])].map(quoted).join(" ");
}
