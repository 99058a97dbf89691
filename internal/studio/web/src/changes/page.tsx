import { useEffect, useState } from "preact/hooks";
import { call } from "../api";
import { useShared } from "../context";
import { href, Route, setQuery, useStream } from "../hooks";
import { Change, Groups, Report, Totals } from "../rules/effect";
import { Busy, count, Empty, Head, Problem, Select } from "../ui";
import { Gate, Gates } from "./gates";
import { LivePlan } from "./plan";

interface Base { key: string; label: string }

const effects: Record<string, string> = {
  access: "changes access", covered: "changes nothing: other rules grant the same", none: "changes nothing on this site", cannot: "cannot change access on any site", unknown: "not compared",
};
const ways: Record<string, string> = { added: "new", removed: "removed", edited: "edited", valid: "validity", data: "data", rights: "rights" };

/** liveBase is the live site among the bases. */
const liveBase = "live";

/** Changes compares the folder with the pulled site or a Git revision, and plans the changes of the live site. */
export function Changes({ route }: { route: Route }) {
  const { state } = useShared();
  const [bases, setBases] = useState<Base[]>();
  useEffect(() => {
    const live = state.live ? [{ key: liveBase, label: `the live site ${state.live.name} (plan)` }] : [];
    call<Base[]>("/api/bases").catch(() => []).then((known) => setBases([...known, ...live]));
  }, [state]);
  const base = route.query.get("base") || bases?.[0]?.key || "";
  const work = useStream<Report & { decided: Gate[] }>(base && base !== liveBase ? `/api/changes?base=${encodeURIComponent(base)}&of=${state.rules.map((r) => r.revision.slice(0, 4)).join("")}` : null);
  const r = work.value;
  return (
    <>
      <Head title="Changes" />
      {bases && bases.length === 0 ? <Empty title="Nothing to compare with"><p>The folder was not pulled from a site, and is not in a Git repository with a commit. <code>git init &amp;&amp; git add . &amp;&amp; git commit</code> creates the first commit.</p></Empty> : <>
        <div class="toolbar"><Select label="Compare with" value={base} options={(bases ?? []).map((b): [string, string] => [b.key, b.label])} onChange={(v) => setQuery({ base: v })} /></div>
        {base === liveBase && state.live && <LivePlan />}
        <Busy work={work} what="Computing who gains and who loses access" />
        {work.error && <Problem error={work.error} />}
        {r && base !== liveBase && <div class={work.busy ? "stale" : undefined} data-changes="done">
          {r.rules.length === 0 ? <Empty title="No changes"><p>The rules are the same in the folder and in the selected version.</p></Empty> : <>
            <Totals report={r} />
            <div class="columns">
              <section><h2>{count(r.rules.length, "rule")} changed</h2>{r.rules.map((c) => <RuleChange key={c.rule.id + c.by} of={c} />)}</section>
              <section><h2>Who gains, who loses</h2>{r.groups.length === 0 ? <p class="muted">Nobody gains or loses a right.</p> : <Groups report={r} showCause />}
                <Gates of={r.decided} title="Default gates of plans" />
                {r.left_out.length > 0 && <details class="small"><summary>{count(r.left_out.length, "item")} not compared</summary><ul>{r.left_out.map((l, i) => <li key={i}>{l.what}: {l.why}</li>)}</ul></details>}</section>
            </div>
          </>}
        </div>}
      </>}
    </>
  );
}

function RuleChange({ of }: { of: Change }) {
  return (
    <div class="card rule-change">
      <header><a class="row-link" href={href(["rules", of.rule.id])}>{of.rule.name || of.rule.id}</a> <span class="tag">{ways[of.by] ?? of.by}</span> <span class={"small " + (of.effect === "access" ? "" : "muted")}>{effects[of.effect] ?? of.effect}{of.cells > 0 && ` · ${count(of.cells, "right")} directly`}</span></header>
      {(of.edits ?? []).map((e, i) => <div class="edit small" key={i}><span class="muted">{e.aspect}</span>{e.before && <del>{e.before}</del>}{e.after && <ins>{e.after}</ins>}</div>)}
    </div>
  );
}
