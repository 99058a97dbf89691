import { useMemo } from "preact/hooks";
import { call, Finding, Reach, Rule } from "../api";
import { useShared } from "../context";
import { href, setQuery } from "../hooks";
import { ActionChips, Busy, count, Empty, Head, Icon, number, Problem, Search, Select, Severity } from "../ui";

interface Row extends Rule { reach?: Reach; found: Finding[] }

const rank = { error: 0, warning: 1, info: 2 };

const columns: { key: string; title: string; by: (r: Row) => string | number; n?: boolean }[] = [
  { key: "name", title: "Rule", by: (r) => r.name.toLowerCase() },
  { key: "filter", title: "Resources", by: (r) => r.filter.toLowerCase() },
  { key: "actions", title: "Actions", by: (r) => r.actions },
  { key: "context", title: "Context", by: (r) => r.context },
  { key: "reach", title: "Reach", by: (r) => -(r.reach?.rights ?? -1), n: true },
  { key: "findings", title: "Findings", by: (r) => (r.found.length ? rank[r.found[0].severity] * 1000 - r.found.length : 9999) },
  { key: "changed", title: "Changed", by: (r) => r.modified ? -Date.parse(r.modified) : 0 },
];

const groups: Record<string, (r: Row) => string> = {
  type: (r) => r.type || "Custom",
  category: (r) => r.category,
  resource: (r) => (r.filter.split(",")[0] ?? "").trim().split("_")[0].replace(/\*$/, "") || "everything",
  folder: (r) => r.file.split("/").slice(0, -1).join("/") || r.file,
};

const wheres: Record<string, string> = { both: "both", hub: "hub", qmc: "QMC" };

export function Table({ query }: { query: URLSearchParams }) {
  const { state, reach, checks, reload, say, drafts } = useShared();
  const get = (k: string) => query.get(k) ?? "";
  const rows = useMemo<Row[]>(() => {
    const byRule = new Map<string, Finding[]>();
    for (const f of checks.value?.findings ?? []) if (f.rule) byRule.set(f.rule, [...(byRule.get(f.rule) ?? []), f]);
    return state.rules.map((r) => ({ ...r, reach: reach.value?.[r.id], found: byRule.get(r.id) ?? [] }));
  }, [state, reach.value, checks.value]);
  const q = get("q").toLowerCase();
  const shown = rows.filter((r) =>
    (!q || (r.name + " " + r.filter + " " + r.condition + " " + r.comment + " " + r.id).toLowerCase().includes(q)) &&
    (!get("type") || (r.type || "Custom") === get("type")) &&
    (!get("state") || (get("state") === "off") === r.disabled) &&
    (!get("finding") || (get("finding") === "any" ? r.found.length > 0 : r.found.some((f) => f.severity === get("finding")))));
  const sort = columns.find((c) => c.key === get("sort")) ?? columns[0];
  const back = get("down") === "1";
  shown.sort((a, b) => {
    const x = sort.by(a), y = sort.by(b);
    return (x < y ? -1 : x > y ? 1 : a.name.localeCompare(b.name)) * (back ? -1 : 1);
  });
  const groupBy = groups[get("group")];
  const parts = new Map<string, Row[]>();
  for (const r of shown) { const g = groupBy ? groupBy(r) : ""; parts.set(g, [...(parts.get(g) ?? []), r]); }
  const undo = async () => {
    try {
      const done = await call<{ what: string; file: string }>("/api/undo", {});
      say(`Undone: ${done.what} in ${done.file}.`);
    } catch (e) { say((e as Error).message); }
    await reload();
  };
  const types = [...new Set(state.rules.map((r) => r.type || "Custom"))].sort();
  return (
    <>
      <Head title="Rules">
        {state.undo && <button onClick={undo}><Icon name="undo" /> Undo {state.undo}</button>}
        <a class="button primary" href={href(["rules", "new"])}><Icon name="plus" /> New rule</a>
      </Head>
      {state.broken.length > 0 && <ul class="plain-list">{state.broken.map((f, i) => <li key={i}><Severity of={f.severity} /> <span>{f.file && <code>{f.file.split(/[\\/]/).pop()}</code>} {f.summary}</span></li>)}</ul>}
      <div class="toolbar" role="search">
        <Search label="Search rules" placeholder="Search name, resources, condition" value={get("q")} onInput={(v) => setQuery({ q: v })} />
        <Select label="Type" value={get("type")} options={[["", "All"], ...types.map((t): [string, string] => [t, t])]} onChange={(v) => setQuery({ type: v })} />
        <Select label="State" value={get("state")} options={[["", "All"], ["on", "Enabled"], ["off", "Disabled"]]} onChange={(v) => setQuery({ state: v })} />
        <Select label="Findings" value={get("finding")} options={[["", "All"], ["any", "With findings"], ["error", "Errors"], ["warning", "Warnings"]]} onChange={(v) => setQuery({ finding: v })} />
        <Select label="Group" value={get("group")} options={[["", "None"], ["type", "Type"], ["category", "Category"], ["resource", "Resource"], ["folder", "File"]]} onChange={(v) => setQuery({ group: v })} />
        <span class="muted small" role="status">{shown.length === rows.length ? count(rows.length, "rule") : `${number(shown.length)} of ${count(rows.length, "rule")}`}</span>
      </div>
      <Busy work={reach} what="Computing which users each rule reaches" />
      {reach.error && <Problem error={reach.error} />}
      <Busy work={checks} what="Checking the rules" />
      {rows.length === 0 ? (
        <Empty title="No rules in this folder"><p>Create the first rule, or pull the rules of a site: <code>qlik2rego pull --sites sites.yaml -o repo/</code></p><a class="button primary" href={href(["rules", "new"])}>New rule</a></Empty>
      ) : shown.length === 0 ? (
        <Empty title="No rule matches"><button onClick={() => setQuery({ q: "", type: "", state: "", finding: "" })}>Clear the filters</button></Empty>
      ) : (
        <div class="card scroll" tabIndex={0} role="region" aria-label="Table of rules">
          <table class="data rules-table">
            <thead><tr>{columns.map((c) => (
              <th key={c.key} scope="col" class={c.n ? "n" : undefined} aria-sort={sort === c ? (back ? "descending" : "ascending") : undefined}>
                <button class="sort" onClick={() => setQuery({ sort: c.key, down: sort === c && !back ? "1" : "" })}>{c.title}{sort === c && <span aria-hidden="true">{back ? " ↓" : " ↑"}</span>}</button>
              </th>))}</tr></thead>
            {[...parts].sort((a, b) => a[0].localeCompare(b[0])).map(([name, list]) => (
              <tbody key={name}>
                {name && <tr class="group-row"><th colSpan={columns.length} scope="rowgroup">{name} <span class="muted">{list.length}</span></th></tr>}
                {list.map((r) => (
                  <tr key={r.id} class={r.disabled ? "off" : undefined}>
                    <th scope="row">
                      <a class="row-link" href={href(["rules", r.id])}>{r.name || r.id}</a>
                      {r.disabled && <span class="tag">disabled</span>}{r.type && r.type !== "Custom" && <span class="tag">{r.type}</span>}
                      {r.category !== "Security" && <span class="tag">{r.category}</span>}{drafts.has(r.id) && <span class="tag edited">edited</span>}
                    </th>
                    <td><code class="clip" title={r.filter}>{r.filter}</code></td>
                    <td><ActionChips mask={r.actions} actions={state.actions} most={3} /></td>
                    <td class="muted nowrap">{wheres[r.context]}</td>
                    <td class="n nowrap">{r.reach ? <>{count(r.reach.users, "user")}<br /><span class="muted small">{count(r.reach.resources, "resource")}</span></> : <span class="muted">{r.disabled || r.category !== "Security" ? "–" : reach.busy ? "…" : state.snapshot ? "nobody" : "–"}</span>}</td>
                    <td>{checks.busy && !checks.value ? <span class="muted">…</span> : <Found of={r.found} />}</td>
                    <td class="muted small nowrap">{r.modified ? <>{r.modified.slice(0, 10)} <br />{r.modifiedBy}</> : "–"}</td>
                  </tr>))}
              </tbody>))}
          </table>
        </div>)}
    </>
  );
}

function Found({ of }: { of: Finding[] }) {
  if (of.length === 0) return <span class="muted">–</span>;
  const levels = (["error", "warning", "info"] as const).map((s) => ({ s, n: of.filter((f) => f.severity === s).length })).filter((x) => x.n);
  return <span class="found">{levels.map(({ s, n }) => <span key={s} class={"severity " + s} title={of.filter((f) => f.severity === s).map((f) => f.summary).join("\n")}><Icon name={s} label={s} />{n}</span>)}</span>;
}
