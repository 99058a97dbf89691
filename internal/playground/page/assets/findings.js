// The findings about the rules and the site. A finding links to its location. A fix is an edit of
// the text.

const classes = { error: "high", warning: "medium", info: "low" };

// showFindings lists the findings. go(where) shows a location, edit(where, fix) applies a fix.
function showFindings(answer, go, edit) {
  const items = answer.findings.map((f) => el("li", { class: classes[f.severity] },
    el("span", { class: "level", text: f.severity }),
    f.where ? el("button", { type: "button", class: "link", onclick: () => go(f.where) }, f.summary) : f.summary,
    el("span", { class: "muted small", text: ` ${f.code}${f.rule ? " · " + f.rule : ""}${f.where ? ` · ${f.where.line}:${f.where.column}` : ""}` }),
    f.detail ? el("div", { class: "small", text: f.detail }) : null,
    f.fix ? el("button", { type: "button", class: "quiet", onclick: () => edit(f.where, f.fix) }, `${f.fix.safe ? "Fix" : "Change"}: ${f.fix.message}`) : null));
  fill($("findings"), items.length ? el("ul", { class: "findings" }, items) : el("p", { class: "muted", text: "No findings." }));
}
