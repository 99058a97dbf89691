import { Icon } from "../ui";

export interface Gate { gate: string; cells: number; hit: boolean; says: string }

/** Gates are limits that stop a plan, with what they counted: those that are hit first. */
export function Gates({ of, title }: { of: Gate[]; title: string }) {
  if (of.length === 0) return null;
  const hit = of.filter((g) => g.hit), passed = of.filter((g) => !g.hit);
  const row = (g: Gate) => <li key={g.gate}><span class={"sign " + (g.hit ? "loss" : "gain")}><Icon name={g.hit ? "no" : "yes"} label={g.hit ? "hit" : "passed"} /></span> <code>{g.gate}</code> <span class="muted small">{g.says.replace(/\bcells\b/g, "rights")}</span></li>;
  const more = (text: string, list: Gate[]) => <details class="small"><summary>{text}</summary><ul class="results">{list.map(row)}</ul></details>;
  return (
    <section class="card finding-group">
      <header><b>{title}</b> <span class="muted">{hit.length ? `${hit.length} of ${of.length} hit` : "none is hit"}</span></header>
      {hit.length > 0 && <ul class="results">{hit.map(row)}</ul>}
      {passed.length > 0 && more(`${passed.length} passed`, passed)}
    </section>
  );
}
