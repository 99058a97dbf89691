import { href, useStream } from "../hooks";
import { Busy, count, Empty, Icon, Problem } from "../ui";

interface Ref { id: string; name: string }
interface Example { type: string; action: string; says: string[]; context: string; granted_by: (Ref & { clause?: string })[] }
interface Result { name: string; kind: string; file: string; line: number; verdict: string; reason?: string; rules?: Ref[]; examples?: Example[] }
interface Answer { files: number; report: { proved: number; counterexamples: number; unknown: number; results: Result[] | null; axioms?: { name: string; says: string }[] } }

const verdicts: Record<string, [string, string]> = { proved: ["proved", "good"], counterexample: ["has a counterexample", "bad"], unknown: ["not decided", "warn"] };

/** Assertions shows the verdict of each assertion, with counterexamples. */
export function Assertions() {
  const work = useStream<Answer>("/api/assertions");
  const a = work.value;
  return (
    <>
      <Busy work={work} what="Proving the assertions" />
      {work.error && <Problem error={work.error} />}
      {a && a.files === 0 && <Empty title="No assertions in this folder"><p>An assertion states what must never, or must always, be granted. Write assertions in files named <code>*.assert.yaml</code>:</p>
        <pre class="left">{"- name: anonymous users change nothing\n  never: {who: 'user.IsAnonymous()', action: [create, update, delete], on: App}"}</pre></Empty>}
      {a && a.files > 0 && <>
        <p class="muted">{count(a.report.proved, "assertion")} proved, {count(a.report.counterexamples, "counterexample")}, {a.report.unknown} not decided. A proof covers all possible users and resources, not only those of the snapshot.</p>
        {(a.report.results ?? []).map((r, i) => (
          <section key={i} class="card finding-group">
            <header><span class={"sign " + verdicts[r.verdict]?.[1]}><Icon name={r.verdict === "proved" ? "yes" : r.verdict === "unknown" ? "warning" : "no"} /></span> <b>{r.name}</b> <span class="muted">{verdicts[r.verdict]?.[0] ?? r.verdict}</span> <code class="muted small">{r.file.split(/[\\/]/).pop()}:{r.line}</code></header>
            {r.reason && <p class="muted small">{r.reason}</p>}
            {r.examples?.map((e, j) => <div class="small example" key={j}><b>{e.action} on {e.type}</b>{e.context !== "none" && ` (${e.context})`}: {e.says.join("; ")}
              {e.granted_by.length > 0 && <> – granted by {e.granted_by.map((g) => <a key={g.id} href={href(["rules", g.id])}>{g.name || g.id} </a>)}</>}</div>)}
          </section>))}
      </>}
    </>
  );
}
