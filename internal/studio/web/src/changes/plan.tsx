import { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Failure, Progress, stream } from "../api";
import { useShared } from "../context";
import { href } from "../hooks";
import { Groups, Report, Totals } from "../rules/effect";
import { Busy, count, Empty, Icon, Problem } from "../ui";
import { Gate, Gates } from "./gates";

interface Fields { name: string; rule: string; resourceFilter: string; actions: number; disabled: boolean; comment: string; ruleContext: number; category: string; tags: string[] }
interface Change { op: "create" | "update" | "delete"; id: string; name: string; file?: string; before?: Fields; after?: Fields }
interface Left { id: string; name: string; what?: string; why?: string; by?: string; at?: string; file?: string }
interface Lint { code: string; severity: string; rule?: string; summary: string }
interface Plan {
  site: string; url: string; digest: string; blocked: boolean; created: string;
  changes: Change[]; drift: Left[]; conflicts: Left[]; problems: string[]; guard: string[]; gates: Gate[]; create_tags: string[];
  lints?: { added: Lint[] | null; removed: Lint[] | null; left_out?: string }; effects: Report | null;
}
interface Applied { result: { written: { op: string; id: string; name: string }[] | null; backup?: string; journal?: string; verified: number; mismatches: string[] | null; nothing: boolean }; error?: string }

const ops: Record<string, [string, string]> = { create: ["+", "gain"], update: ["~", "warn"], delete: ["−", "loss"] };

const drifts: Record<string, string> = {
  changed: "changed on the site", created: "created on the site", deleted: "deleted on the site", kept: "its file was deleted; qlik2rego plan --prune deletes the rule",
};

/** LivePlan shows the plan that changes the live site to the rules of the folder, and applies it. */
export function LivePlan() {
  const { state, reload } = useShared();
  const live = state.live!;
  const [plan, setPlan] = useState<Plan>();
  const [done, setDone] = useState<Applied>();
  const [error, setError] = useState<Failure>();
  const [progress, setProgress] = useState<Progress>();
  const [busy, setBusy] = useState("");
  const control = useRef<AbortController>();
  useEffect(() => () => control.current?.abort(), []);
  const ask = async <T,>(what: string, path: string, body: unknown, then: (v: T) => void) => {
    const c = new AbortController();
    control.current = c;
    setBusy(what); setError(undefined); setProgress(undefined);
    try { then(await stream<T>(path, body, c.signal, setProgress)); } catch (e) { if (!c.signal.aborted) setError(e as Failure); }
    setBusy("");
  };
  const make = () => { setDone(undefined); return ask<Plan>("Comparing the folder with the site", "/api/plan", {}, setPlan); };
  const apply = (confirm: string) => ask<Applied>("Writing to the site", "/api/apply", { digest: plan!.digest, confirm }, (v) => { setDone(v); setPlan(undefined); reload(); });
  const cancel = () => { control.current?.abort(); setBusy(""); };
  return (
    <>
      <div class="toolbar"><button class={plan ? "" : "primary"} disabled={!!busy} onClick={make}>{plan ? "Plan again" : `Plan for ${live.name}`}</button>
        <span class="muted small">Reads the rules of <code>{live.url}</code> and writes nothing.</span></div>
      <Busy work={{ busy: !!busy, progress, cancel }} what={busy} />
      {error && <Problem error={error} />}
      {done && <Outcome of={done} site={live.name} />}
      {plan && <div data-plan={busy ? "busy" : "done"} class={busy ? "stale" : undefined}><Shown plan={plan} live={live} apply={apply} busy={!!busy} /></div>}
    </>
  );
}

function Shown({ plan, live, apply, busy }: { plan: Plan; live: { name: string; apply: boolean }; apply: (confirm: string) => void; busy: boolean }) {
  const empty = plan.changes.length === 0;
  const hit = plan.gates.filter((g) => g.hit);
  const why = [...plan.conflicts.map((c) => `${c.name}: ${c.why}`), ...plan.problems, ...plan.guard, ...hit.map((g) => `the gate ${g.gate} failed: ${g.says}`)];
  if (empty && !plan.blocked && plan.drift.length === 0) return <Empty title="Nothing to do"><p>The site {plan.site} already has the rules of the folder.</p></Empty>;
  return (
    <>
      <p class={"verdict " + (plan.blocked ? "loss" : "gain")}><Icon name={plan.blocked ? "no" : "yes"} /> {plan.blocked ? "The plan is blocked" : empty ? "Nothing to do" : `${count(plan.changes.length, "change")}, ready to apply`}</p>
      {plan.blocked && <ul class="blocked">{why.map((w) => <li key={w}>{w}</li>)}</ul>}
      {plan.effects && <Totals report={plan.effects} />}
      <div class="columns">
        <div>
          {!empty && <section><h2>{plan.changes.length === 1 ? "Change" : "Changes, in the order of the writes"}</h2>{plan.changes.map((c) => <Write key={c.op + c.id} of={c} />)}</section>}
          <List title="Drift, which the plan preserves" of={plan.drift}>{(d) => <>{drifts[d.what ?? ""] ?? d.what}{d.what !== "kept" && d.by && ` by ${d.by}, ${d.at?.slice(0, 10)}`}</>}</List>
          {plan.create_tags.length > 0 && <p class="small muted">Tags that are created first: {plan.create_tags.join(", ")}</p>}
        </div>
        <div>
          {plan.effects && <section><h2>Who gains, who loses</h2>{plan.effects.groups.length === 0 ? <p class="muted">Nobody gains or loses a right.</p> : <Groups report={plan.effects} showCause />}</section>}
          <Gates of={plan.gates} title="Gates" />
          <Lints of={plan.lints} />
        </div>
      </div>
      {!empty && <Apply plan={plan} live={live} apply={apply} busy={busy} />}
    </>
  );
}

function List({ title, of, children }: { title: string; of: Left[]; children: (l: Left) => ComponentChildren }) {
  if (of.length === 0) return null;
  return <section class="card finding-group"><header><b>{title}</b> <span class="muted">{count(of.length, "rule")}</span></header><ul>{of.map((l) => <li key={l.id}><span>{l.name}</span> <span class="muted small">{children(l)}</span></li>)}</ul></section>;
}

const contexts: Record<number, string> = { 0: "hub and QMC", 1: "hub", 2: "QMC" };

function Write({ of }: { of: Change }) {
  const fields: [string, (f: Fields) => string][] = [["condition", (f) => f.rule], ["resources", (f) => f.resourceFilter], ["actions", (f) => String(f.actions)], ["context", (f) => contexts[f.ruleContext] ?? String(f.ruleContext)], ["state", (f) => (f.disabled ? "disabled" : "enabled")], ["name", (f) => f.name], ["comment", (f) => f.comment], ["tags", (f) => f.tags.join(", ")]];
  const differs = of.before && of.after ? fields.filter(([, v]) => v(of.before!) !== v(of.after!)) : fields.slice(0, 2);
  return (
    <div class="card rule-change">
      <header><span class={"sign " + ops[of.op][1]}>{ops[of.op][0]}</span> <a class="row-link" href={href(["rules", of.id])}>{of.name}</a> <span class="tag">{of.op}</span>{of.file && <code class="muted small">{of.file}</code>}</header>
      {differs.map(([name, v]) => <div class="edit small" key={name}><span class="muted">{name}</span>{of.before && <del>{v(of.before) || "(none)"}</del>}{of.after && <ins>{v(of.after) || "(none)"}</ins>}</div>)}
    </div>
  );
}

function Lints({ of }: { of: Plan["lints"] }) {
  const added = of?.added ?? [], removed = of?.removed ?? [];
  if (added.length + removed.length === 0) return null;
  const row = (l: Lint, i: number) => <li key={i}><span class="small">{l.rule && <b>{l.rule}: </b>}{l.summary} <span class="muted">{l.code}</span></span></li>;
  return <section class="card finding-group"><header><b>Findings</b> <span class="muted">{added.length} new, {removed.length} removed</span></header>{added.length > 0 && <ul>{added.map(row)}</ul>}</section>;
}

/** Apply applies the plan after the user has typed the name of the site. Without --apply, it shows how to enable this. */
function Apply({ plan, live, apply, busy }: { plan: Plan; live: { name: string; apply: boolean }; apply: (confirm: string) => void; busy: boolean }) {
  const [typed, type] = useState("");
  if (plan.blocked) return <p class="notice">A blocked plan cannot be applied. Correct the rules, or plan on the command line with other gates (<code>qlik2rego plan --help</code>).</p>;
  if (!live.apply) return <p class="notice">The studio was started without <code>--apply</code>, so it cannot write to the site. Start it with <code>--apply</code>, or use <code>qlik2rego apply</code>.</p>;
  return (
    <form class="card apply" onSubmit={(e) => { e.preventDefault(); if (typed === live.name) apply(typed); }}>
      <h2>Apply</h2>
      <p>The studio first saves the current rules of {live.name} in <code>backups/</code> of the folder. Open browser tabs keep their rights until users log in again.</p>
      <label class="field"><span>Type <b>{live.name}</b> to confirm</span><span class="with-button"><input value={typed} autocomplete="off" spellcheck={false} onInput={(e) => type(e.currentTarget.value)} />
        <button class="danger" disabled={busy || typed !== live.name}>Write {count(plan.changes.length, "change")} to {live.name}</button></span></label>
    </form>
  );
}

function Outcome({ of, site }: { of: Applied; site: string }) {
  const written = of.result.written ?? [], mismatches = of.result.mismatches ?? [];
  return (
    <section class="card finding-group" data-applied="true">
      <p class={"verdict " + (of.error || mismatches.length ? "loss" : "gain")}><Icon name={of.error ? "no" : "yes"} /> {of.error ? `Failed after ${count(written.length, "write")}` : of.result.nothing ? "Nothing to do" : `${count(written.length, "change")} written to ${site}`}</p>
      {of.error && <Problem error={new Failure(of.error, 0)} />}
      {of.result.verified > 0 && <p class="small">{mismatches.length ? "The audit of the site differs from the prediction:" : `The audit of the site confirms ${count(of.result.verified, "right")} of the prediction.`}</p>}
      {mismatches.length > 0 && <ul class="blocked">{mismatches.map((m) => <li key={m}>{m}</li>)}</ul>}
      {of.result.backup && <p class="small muted">To restore the previous rules: <code>qlik2rego rollback {of.result.backup}</code></p>}
    </section>
  );
}
