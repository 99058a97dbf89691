import { useState } from "preact/hooks";
import { useStream, Work } from "../hooks";
import { Person } from "../person";
import { Busy, count, Icon, Problem } from "../ui";

interface Entity { type: string; id: string; name?: string; login?: string }
interface Operand { text: string; literal?: boolean; values?: string[]; entities?: Entity[] }
interface Clause {
  number: number; kind: string; holds: boolean; text: string; parts?: Clause[]; left?: Operand; operator?: string; right?: Operand; asks?: number[]; unmet: number | null;
}
interface RuleInfo { id: string; name: string; filter: string; actions: string[]; condition: string }
interface Asked { entity: Entity; action: string; granted: boolean; rules: (RuleInfo & { holds: boolean; unmet: number | null; clause: Clause })[] }
interface Change { kind: string; sentence: string; where: string; file?: string }
interface Proposal { changes: Change[]; granted_by: string[]; reach: { actions: string[]; users: number; users_asked: number; resources: number; users_lose: number; resources_lose: number } }
export interface Explanation {
  allow: boolean; reason: string; granted_by: string[]; questions?: Asked[]; proposals?: Proposal[]; faults?: { path: string; message: string }[]; notes?: string[];
  inactive?: (RuleInfo & { why: string; would_grant: boolean | null })[]; tried?: number;
}

const titleOf = (e: Entity) => `${e.type} ${e.login || e.name || e.id}`;
const places: Record<string, string> = { user_directory: "in the user directory", repository: "in the QMC", request: "in the session" };
const inactive: Record<string, string> = { disabled: "is disabled", skipped: "has errors", other_context: "applies in another context (hub or QMC)" };

export function Explain({ person, action, type, id, context, onFix }: { person: Person; action: string; type: string; id: string; context: string; onFix?: (rule: string) => void }) {
  const work = useStream<Explanation>("/api/explain", { person: { login: "", ...person }, action, type, id, context });
  return <ExplanationView work={work} onFix={onFix} />;
}

function ExplanationView({ work, onFix }: { work: Work<Explanation>; onFix?: (rule: string) => void }) {
  const x = work.value;
  return (
    <div class="explain" data-explained={x && !work.busy ? "true" : undefined}>
      <Busy work={work} what="Explaining" />
      {work.error && <Problem error={work.error} />}
      {x && <>
        <p class={"verdict " + (x.allow ? "gain" : "loss")}><Icon name={x.allow ? "yes" : "no"} /> {x.allow ? "Granted" : x.reason === "no_rule" ? "Denied: no rule grants access" : "Denied: " + x.reason.replaceAll("_", " ")}</p>
        {x.faults?.map((f) => <p class="notice small" key={f.path}>{f.path}: {f.message}</p>)}
        {x.proposals && x.proposals.length > 0 && <>
          <h3>Smallest changes that would grant access</h3>
          <ol class="proposals">{x.proposals.map((p, i) => <ProposalView key={i} of={p} rules={x.questions?.[0]?.rules ?? []} onFix={onFix} />)}</ol>
        </>}
        {!x.allow && x.questions && (x.proposals ?? []).length === 0 && <p class="muted small">No small change of the data would grant access{x.tried ? ` (${count(x.tried, "change")} tried)` : ""}. To grant access, edit a rule.</p>}
        {x.questions?.[0] && <QuestionView asked={x.questions[0]} all={x.questions} depth={0} onFix={onFix} />}
        {x.inactive && x.inactive.length > 0 && <><h3>Inactive rules</h3><ul class="plain-list small">{x.inactive.map((r) => <li key={r.id}><span><b>{r.name || r.id}</b> {inactive[r.why]}{r.would_grant ? "; if it were active, it would grant access" : ""}</span></li>)}</ul></>}
        {x.notes?.map((n) => <p class="muted small" key={n}>{n}</p>)}
      </>}
    </div>
  );
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1) + ".";

function ProposalView({ of, rules, onFix }: { of: Proposal; rules: RuleInfo[]; onFix?: (rule: string) => void }) {
  const r = of.reach;
  const also = [r.users > 0 && `${count(r.users, "other user")} would also get access`, r.resources > 0 && `the user would also get access to ${count(r.resources, "other resource")}`, r.users_lose > 0 && `${count(r.users_lose, "user")} would lose access`, r.resources_lose > 0 && `the user would lose access to ${count(r.resources_lose, "resource")}`].filter(Boolean);
  const by = rules.filter((x) => of.granted_by.includes(x.id));
  return (
    <li>
      {of.changes.map((c, i) => <div key={i}>{c.sentence} <span class="muted small">{places[c.where]}</span></div>)}
      <div class="muted small">{by.length > 0 && <>Granted by {by.map((b, i) => <span key={b.id}>{i > 0 && ", "}{onFix ? <button class="link" onClick={() => onFix(b.id)}>{b.name || b.id}</button> : <b>{b.name || b.id}</b>}</span>)}. </>}{also.length ? sentence(also.join("; ")) : "Nothing else changes."}</div>
    </li>
  );
}

function QuestionView({ asked, all, depth, onFix }: { asked: Asked; all: Asked[]; depth: number; onFix?: (rule: string) => void }) {
  const rules = [...asked.rules].sort((a, b) => Number(b.holds) - Number(a.holds) || (a.unmet ?? 99) - (b.unmet ?? 99));
  return (
    <section class="asked">
      {depth === 0 ? <h3>Why{asked.granted ? "" : " not"}, rule by rule</h3> : <p class="small muted">{asked.action} on {titleOf(asked.entity)}: {asked.granted ? "granted" : "denied"}</p>}
      {rules.length === 0 && <p class="muted">No rule applies to {asked.action} on {asked.entity.type}.</p>}
      {rules.map((r) => (
        <details key={r.id} open={depth === 0 && (r.holds || r === rules[0])} class="why-rule">
          <summary><Sign holds={r.holds} /> <b>{r.name || r.id}</b> <span class="muted small">{r.holds ? "grants" : r.unmet === null ? "cannot grant access" : count(r.unmet, "test fails", "tests fail")}</span></summary>
          <ul class="clauses"><ClauseView of={r.clause} all={all} depth={depth} /></ul>
          {onFix && <button class="link small" onClick={() => onFix(r.id)}>Edit this rule</button>}
        </details>))}
    </section>
  );
}

const Sign = ({ holds }: { holds: boolean }) => <span class={"sign " + (holds ? "good" : "bad")}><Icon name={holds ? "yes" : "no"} label={holds ? "holds" : "does not hold"} /></span>;

const valuesOf = (o: Operand) => {
  const v = [...(o.values ?? []), ...(o.entities ?? []).map((e) => e.login || e.name || e.id)];
  return v.length === 0 ? "has no value" : "is " + v.slice(0, 6).join(", ") + (v.length > 6 ? ` and ${v.length - 6} more` : "");
};

const groupWords: Record<string, string> = { or: "any of", and: "all of", not: "not" };

function ClauseView({ of, all, depth }: { of: Clause; all: Asked[]; depth: number }) {
  if (of.parts) {
    return <li><Sign holds={of.holds} /> <span class="muted">{groupWords[of.kind] ?? of.kind}</span><ul class="clauses">{of.parts.map((p) => <ClauseView key={p.number} of={p} all={all} depth={depth} />)}</ul></li>;
  }
  const sides = [of.left, of.right].filter((o): o is Operand => !!o && !o.literal);
  return (
    <li>
      <Sign holds={of.holds} /> <code>{of.text}</code>
      {sides.length > 0 && !of.asks && <span class="muted small block values">{sides.map((o) => `${o.text} ${valuesOf(o)}`).join(" · ")}</span>}
      {of.asks && depth < 3 && of.asks.map((n) => <Asking key={n} asked={all[n]} all={all} depth={depth + 1} />)}
    </li>
  );
}

function Asking({ asked, all, depth }: { asked: Asked; all: Asked[]; depth: number }) {
  const [open, set] = useState(false);
  if (!asked) return null;
  return <div class="asking"><button class="link small" aria-expanded={open} onClick={() => set(!open)}>{asked.action} on {titleOf(asked.entity)}: {asked.granted ? "granted" : "denied"}</button>{open && <QuestionView asked={asked} all={all} depth={depth} />}</div>;
}
