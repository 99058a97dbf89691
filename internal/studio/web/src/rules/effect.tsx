import { useState } from "preact/hooks";
import { Work } from "../hooks";
import { Busy, count, number, Problem, wordOf } from "../ui";

export interface Ref { id: string; name: string }
export interface Member { ID: string; Name: string; Is: string[] | null }
export interface Counts { cells: number; users: number; resources: number }
export interface Part extends Counts { type: string; action: string; contexts?: { context: string; cells: number }[]; through?: Ref[][] }
export interface Cause { rule: Ref; by: string; edit?: { aspect: string; before?: string; after?: string } }
export interface Group extends Counts { kind: "gain" | "loss"; causes: Cause[]; parts: Part[] }
export interface Change { rule: Ref; by: string; edits?: { aspect: string; before?: string; after?: string }[]; effect: string; cells: number; covered_by?: Ref[] }
export interface Report {
  mode: string;
  gain: Counts;
  loss: Counts;
  groups: Group[];
  rules: Change[];
  left_out: { what: string; why: string; hint?: string }[];
  compared: { users: number; resources: Record<string, number>; contexts: string[] };
  members: { users: Member[] | null; resources: Member[] | null }[][];
}

/** Totals shows how many rights are gained and lost. */
export function Totals({ report, bound }: { report: Report; bound?: boolean }) {
  const made = report.mode === "classes";
  const tile = (kind: "gain" | "loss", c: Counts, verb: string) => (
    <div class={"tile " + (c.cells ? kind : "none")}>
      <span class="tile-number">{bound && c.cells > 0 && <span class="at-most">at most </span>}{kind === "gain" ? "+" : "−"}{number(c.cells)}</span>
      <span>{c.cells ? `rights ${verb}${made ? "" : ` by ${count(c.users, "user")} on ${count(c.resources, "resource")}`}` : `Nobody ${kind === "gain" ? "gains" : "loses"} a right`}</span>
    </div>
  );
  return <div class="tiles">{tile("gain", report.gain, "gained")}{tile("loss", report.loss, "lost")}</div>;
}

/** Effect shows who gains and who loses access. */
export function Effect({ work, unchanged }: { work: Work<Report>; unchanged: boolean }) {
  const report = work.value;
  if (unchanged) return <p class="muted">The rule is unchanged. Edit it to see who gains and who loses access.</p>;
  return (
    <div class={work.busy && !work.bound ? "stale" : undefined} data-effect={report && !work.busy ? "done" : "busy"}>
      <Busy work={work} what={work.bound ? "Removing rights that other rules also grant" : "Computing who gains and who loses access"} />
      {work.error && <Problem error={work.error} />}
      {report && <>
        <Totals report={report} bound={work.bound} />
        {report.mode === "classes" && <p class="notice small">There is no snapshot. Users and resources are synthesized from the values in conditions, so the numbers count kinds of users and resources.</p>}
        <Groups report={report} />
        {report.rules.filter((c) => c.effect === "covered").map((c) => <p class="muted small" key={c.rule.id}>{number(c.cells)} rights of <b>{c.rule.name}</b> change nothing: {(c.covered_by ?? []).map((r) => r.name).join(", ")} grants the same.</p>)}
        {report.left_out.length > 0 && <details class="small"><summary>{count(report.left_out.length, "item")} not compared</summary><ul>{report.left_out.map((l, i) => <li key={i}>{l.what}: {l.why}{l.hint && ` – ${l.hint}`}</li>)}</ul></details>}
      </>}
    </div>
  );
}

/** Groups shows the rights that are gained and lost, by cause, action and type. */
export function Groups({ report, showCause }: { report: Report; showCause?: boolean }) {
  return (
    <ul class="effects">
      {report.groups.map((g, i) => g.parts.map((p, j) => (
        <PartRow key={i + "." + j} kind={g.kind} part={p} causes={showCause ? g.causes : undefined} members={report.members[i]?.[j]} />)))}
    </ul>
  );
}

function PartRow({ kind, part, causes, members }: { kind: string; part: Part; causes?: Cause[]; members?: { users: Member[] | null; resources: Member[] | null } }) {
  const [open, set] = useState(false);
  const users = members?.users ?? [], resources = members?.resources ?? [];
  const name = (m: Member) => m.Name || (m.Is && m.Is.length ? m.Is.join(", ") : m.ID);
  return (
    <li class={kind}>
      <button class="effect-head" aria-expanded={open} onClick={() => set(!open)}>
        <span class={"sign " + kind}>{kind === "gain" ? "+" : "−"}</span>
        <span><b>{wordOf(part.action)}</b> on {part.type}
          <span class="muted"> · {count(part.users, "user")}{part.action !== "create" && ` × ${count(part.resources, "resource")}`}{part.contexts && ` · ${part.contexts.map((c) => (c.context === "qmc" ? "QMC" : c.context === "none" ? "no context" : c.context)).join(", ")}`}</span>
          {causes && <span class="muted block small">because of {causes.map((c) => c.rule.name).join(", ")}</span>}
          {part.through && part.through.length > 0 && <span class="muted block small">through {[...new Set(part.through.flat().map((r) => r.name))].join(", ")}</span>}
        </span>
        <span class="n">{number(part.cells)}</span>
      </button>
      {open && <div class="pair small">
        <div><h4>Users</h4><ul class="names">{users.map((m) => <li key={m.ID} title={m.ID}>{name(m)}</li>)}{part.users > users.length && <li class="muted">and {number(part.users - users.length)} more</li>}</ul></div>
        <div><h4>Resources</h4><ul class="names">{resources.map((m) => <li key={m.ID} title={m.ID}>{name(m)}</li>)}{part.resources > resources.length && <li class="muted">and {number(part.resources - resources.length)} more</li>}</ul></div>
      </div>}
    </li>
  );
}
