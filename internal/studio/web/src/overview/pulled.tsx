import { useEffect, useState } from "preact/hooks";
import { call } from "../api";
import { useShared } from "../context";
import { href, useStream } from "../hooks";
import { Report } from "../rules/effect";
import { count, number } from "../ui";

const ways: Record<string, string> = { added: "new", removed: "removed", edited: "edited", valid: "validity" };

/** Pulled shows the rules that differ from the last pull, and how many rights are gained and lost. */
export function Pulled() {
  const { state } = useShared();
  const [known, setKnown] = useState(false);
  useEffect(() => { call<{ key: string }[]>("/api/bases").then((all) => setKnown(all.some((b) => b.key === "pulled"))).catch(() => setKnown(false)); }, [state]);
  const work = useStream<Report>(known ? "/api/changes?base=pulled&of=" + state.rules.map((r) => r.revision.slice(0, 4)).join("") : null);
  if (!known) return null;
  const r = work.value;
  return (
    <section class="card pad" data-pulled={r && !work.busy ? "done" : undefined}><h2>Since the last pull</h2>
      {work.error ? <p class="muted">{work.error.message}</p> : !r ? <p class="muted">Comparing …</p> : r.rules.length === 0 ? <p class="muted">No rule has changed.</p> : <>
        <p class="muted small">{count(r.rules.length, "rule")} changed: {number(r.gain.cells)} rights gained, {number(r.loss.cells)} lost</p>
        <table class="chart"><tbody>{r.rules.slice(0, 6).map((c) => <tr key={c.rule.id + c.by}><th scope="row"><a href={href(["rules", c.rule.id])}>{c.rule.name || c.rule.id}</a></th><td class="muted small n">{ways[c.by] ?? c.by}</td></tr>)}</tbody></table></>}
      <p><a href={href(["changes"], { base: "pulled" })}>All changes</a></p>
    </section>
  );
}
