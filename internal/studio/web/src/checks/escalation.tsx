import { href, useStream } from "../hooks";
import { Busy, count, Empty, number, Problem, wordOf } from "../ui";

interface Step { level: number; type: string; action: string; by: { id: string; name: string }[]; does: string; reading?: string; gains: { type: string; actions: string[] }[] }
interface Persona { persona: string; users?: string[]; rights: number; reached: number; everything: boolean; only_if_judged_before_edit?: boolean; steps: Step[] | null }

/** Escalation shows, for each group of users, the changes that they can make and the rights that they gain by them. */
export function Escalation() {
  const work = useStream<{ personas: Persona[] | null }>("/api/escalation");
  const all = work.value?.personas ?? [];
  const risky = all.filter((p) => p.steps && p.steps.length > 0).sort((a, b) => Number(b.everything) - Number(a.everything) || b.reached - b.rights - (a.reached - a.rights));
  return (
    <>
      <p class="muted">A user that can edit rules can gain every right. A user that can change roles can gain any role. A user that can edit users can change the values that rules test. This page follows such steps until no right is gained.</p>
      <Busy work={work} what="Computing the rights that users can gain" />
      {work.error && <Problem error={work.error} />}
      {work.value && risky.length === 0 && <Empty title="Nobody can gain rights"><p>{count(all.length, "group")} of users checked.</p></Empty>}
      {risky.map((p) => {
        const levels = [...new Set(p.steps!.map((s) => s.level))].sort((a, b) => a - b);
        return (
          <section class="card escalation" key={p.persona}>
            <div class="flow" role="list" aria-label={"Steps of " + p.persona}>
              <div class="flow-node start" role="listitem"><b>{p.persona}</b><span class="muted small block">{p.users?.length ? count(p.users.length, "user") : ""} · {count(p.rights, "right")}</span>{p.users && <span class="small block muted">{p.users.slice(0, 3).join(", ")}{p.users.length > 3 && " …"}</span>}</div>
              {levels.map((l) => <div class="flow-level" role="listitem" key={l}>{p.steps!.filter((s) => s.level === l).map((s, i) => (
                <div class="flow-node" key={i}><b>{wordOf(s.action)} on {s.type}</b><span class="small block">{s.does}</span><span class="small block muted">by {s.by.map((b, j) => <>{j > 0 && ", "}<a href={href(["rules", b.id])}>{b.name || b.id}</a></>)}</span>{s.reading && <span class="small block muted">{s.reading}</span>}</div>))}</div>)}
              <div class={"flow-node end " + (p.everything ? "loss" : "")} role="listitem"><b>{p.everything ? "every right" : count(p.reached, "right")}</b><span class="small block">{p.everything ? (p.only_if_judged_before_edit ? "if the product decides before the edit" : "it can write rules") : `+${number(p.reached - p.rights)}`}</span></div>
            </div>
          </section>);
      })}
    </>
  );
}
