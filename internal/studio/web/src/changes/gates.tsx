import { Icon } from "../ui";

export interface Gate { gate: string; cells: number; hit: boolean; says: string }

/** Gates shows the limits that block a plan, with their counts. Failed gates come first. */
export function Gates({ of, title }: { of: Gate[]; title: string }) {
  if (of.length === 0) return null;
  const hit = of.filter((g) => g.hit), passed = of.filter((g) => !g.hit);
  const row = (g: Gate) => <li key={g.gate}><span class={"sign " + (g.hit ? "bad" : "good")}><Icon name={g.hit ? "no" : "yes"} label={g.hit ? "failed" : "passed"} /></span> <code>{g.gate}</code> <span class="muted small">{g.says}</span></li>;
  const more = (text: string, list: Gate[]) => <details class="small"><summary>{text}</summary><ul class="results">{list.map(row)}</ul></details>;
  return (
    <section class="card finding-group">
      <header><b>{title}</b> <span class="muted">{hit.length ? `${hit.length} of ${of.length} failed` : `all ${of.length} passed`}</span></header>
      {hit.length > 0 && <ul class="results">{hit.map(row)}</ul>}
      {passed.length > 0 && more(`${passed.length} passed`, passed)}
    </section>
  );
}
