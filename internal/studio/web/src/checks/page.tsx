import { useState } from "preact/hooks";
import { call, Draft, Failure, Finding } from "../api";
import { useShared } from "../context";
import { href, Route, setQuery } from "../hooks";
import { Busy, count, Empty, Head, Icon, number, Problem, Select, Severity } from "../ui";
import { Assertions } from "./assertions";
import { Escalation } from "./escalation";
import { Tests } from "./tests";

const views: [string, string][] = [["", "Findings"], ["tests", "Tests"], ["assertions", "Assertions"], ["escalation", "Escalation"]];

export function ChecksPage({ route }: { route: Route }) {
  const view = route.path[1] ?? "";
  return (
    <>
      <Head title="Checks" />
      <nav class="tabs small-tabs" aria-label="Checks">{views.map(([key, title]) => <a key={key} href={href(key ? ["checks", key] : ["checks"])} aria-current={view === key ? "page" : undefined}>{title}</a>)}</nav>
      {view === "tests" ? <Tests query={route.query} /> : view === "assertions" ? <Assertions /> : view === "escalation" ? <Escalation /> : <Findings query={route.query} />}
    </>
  );
}

const categories: Record<string, string> = { "cross-rule": "across rules", "license-and-sync": "licence and load balancing", site: "the site" };

function Findings({ query }: { query: URLSearchParams }) {
  const { state, checks, reload, say } = useShared();
  const [busy, setBusy] = useState("");
  const severity = query.get("severity") ?? "", category = query.get("category") ?? "";
  const all = checks.value?.findings ?? [];
  const shown = all.filter((f) => (!severity || f.severity === severity) && (!category || f.category === category));
  const groups = new Map<string, Finding[]>();
  for (const f of shown) groups.set(f.code, [...(groups.get(f.code) ?? []), f]);
  const fix = async (f: Finding) => {
    const rule = state.rules.find((r) => r.id === f.rule);
    if (!rule || !f.fix) return;
    const draft: Draft = { ...rule };
    const field = f.fix.field === "filter" ? "filter" : "condition";
    draft[field] = rule[field].slice(0, f.fix.from) + f.fix.text + rule[field].slice(f.fix.to);
    setBusy(f.code + f.rule);
    try {
      await call("/api/save", { draft: { id: draft.id, name: draft.name, filter: draft.filter, actions: draft.actions, context: draft.context, category: draft.category, disabled: draft.disabled, comment: draft.comment, condition: draft.condition }, revision: rule.revision });
      say(`Fixed ${rule.name}. You can undo this in the list of rules.`);
    } catch (e) { say((e as Failure).message); }
    await reload();
    setBusy("");
  };
  const excerpt = (f: Finding) => {
    const rule = f.field && state.rules.find((r) => r.id === f.rule);
    return rule ? rule[f.field === "filter" ? "filter" : "condition"].slice(f.from, f.to).replace(/\s+/g, " ") : "";
  };
  const n = (s: string) => all.filter((f) => f.severity === s).length;
  return (
    <>
      <Busy work={checks} what="Checking the rules" />
      {checks.error && <Problem error={checks.error} />}
      {checks.value && <>
        <div class="toolbar">
          <div class="segments" role="group" aria-label="Severity">{[["", "All", all.length], ["error", "Errors", n("error")], ["warning", "Warnings", n("warning")], ["info", "Notes", n("info")]].map(([v, t, c]) => <button key={v} aria-pressed={severity === v} onClick={() => setQuery({ severity: v as string })}>{t} <span class="muted">{number(c as number)}</span></button>)}</div>
          <Select label="Kind" value={category} options={[["", "All"], ...[...new Set(all.map((f) => f.category).filter((c): c is string => !!c))].sort().map((c): [string, string] => [c, categories[c] ?? c])]} onChange={(v) => setQuery({ category: v })} />
        </div>
        {shown.length === 0 && <Empty title={all.length ? "No finding matches" : "No findings"}>{all.length === 0 && <p>No check reports anything.</p>}</Empty>}
        {[...groups].map(([code, list]) => (
          <section key={code} class="card finding-group">
            <header><Severity of={list[0].severity} /> <b>{list[0].summary}</b> <a class="muted small" href={list[0].doc} target="_blank" rel="noreferrer">{code}</a>{list.length > 1 && <span class="tag">{count(list.length, "time")}</span>}</header>
            {list[0].detail && <p class="small muted pre">{list[0].detail}</p>}
            <ul>{list.map((f, i) => (
              <li key={i}>{f.rule ? <a href={href(["rules", f.rule])}>{f.ruleName || f.rule}</a> : f.file ? <code>{f.file.split(/[\\/]/).pop()}</code> : <span class="muted">the site</span>}
                {excerpt(f) && <code class="excerpt" title={excerpt(f)}>{excerpt(f)}</code>}
                {f.summary !== list[0].summary && <span class="small muted"> {f.summary}</span>}
                {f.fix && f.rule && <button class="small" disabled={!!busy} onClick={() => fix(f)} title={f.fix.safe ? "The rule is proved to grant the same after the fix" : "The fix can change what the rule grants"}>{f.fix.safe ? <Icon name="yes" /> : null} {f.fix.message}</button>}</li>))}</ul>
          </section>))}
        {checks.value.notices.length > 0 && <details class="small muted"><summary>{count(checks.value.notices.length, "check")} could not run</summary><ul>{checks.value.notices.map((x) => <li key={x.code}>{x.code}: {x.reason}</li>)}</ul></details>}
        {checks.value.suppressed > 0 && <p class="muted small">{count(checks.value.suppressed, "finding")} suppressed by comments in rules.</p>}
      </>}
    </>
  );
}

