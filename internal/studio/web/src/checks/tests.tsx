import { useState } from "preact/hooks";
import { Failure, Progress, stream } from "../api";
import { useShared } from "../context";
import { setQuery, useStream } from "../hooks";
import { Busy, count, Empty, Icon, number, Problem } from "../ui";

interface Result { name: string; file: string; line: number; state: "pass" | "fail" | "error" | "skip"; reason?: string; millis: number }
interface Answer { files: string[]; tests: Result[]; passed: number; failed: number; generated: string }

const states: Record<string, [string, string, string]> = { pass: ["yes", "good", "passed"], fail: ["no", "bad", "failed"], error: ["error", "bad", "error"], skip: ["info", "", "skipped"] };

/** Tests runs the Rego tests of the folder, and generates tests. */
export function Tests({ query }: { query: URLSearchParams }) {
  const { state, reload, say } = useShared();
  const [run, setRun] = useState(0);
  const [writing, setWriting] = useState<Progress | "begun">();
  const [error, setError] = useState<Failure>();
  const work = useStream<Answer>(`/api/tests?run=${run}&of=${state.rules.map((r) => r.revision.slice(0, 4)).join("")}`);
  const a = work.value;
  const write = async () => {
    setError(undefined);
    setWriting("begun");
    try {
      const { file } = await stream<{ file: string }>("/api/tests", {}, new AbortController().signal, setWriting);
      say(`The tests are in ${file}. You can undo this in the list of rules.`);
      await reload();
      setRun((n) => n + 1);
    } catch (e) { setError(e as Failure); }
    setWriting(undefined);
  };
  const failing = query.get("only") === "failing";
  const fails = (t: Result) => t.state === "fail" || t.state === "error";
  const all = a?.tests ?? [];
  const shown = [...all.filter(fails), ...(failing ? [] : all.filter((t) => !fails(t)))];
  const writer = (text: string) => <button disabled={!!writing || !state.snapshot} onClick={write}>{writing ? (writing !== "begun" && writing.total > 1 ? `Writing: ${Math.round((100 * writing.done) / writing.total)} %` : "Writing …") : text}</button>;
  return (
    <>
      <Busy work={work} what="Running the tests" />
      {work.error && <Problem error={work.error} retry={() => setRun((n) => n + 1)} />}
      {error && <Problem error={error} />}
      {a && a.files.length === 0 && !work.busy && <Empty title="No tests in this folder">
        <p>A test records a current decision of the rules, and fails when an edit changes it. Tests are written in Rego, in files named <code>test.rego</code> or <code>*_test.rego</code>. <code>qlik2rego test</code> and <code>opa test</code> also run them.</p>
        {state.snapshot ? <p>{writer("Generate tests for these rules")}</p> : <p>Generated tests use the users and resources of a snapshot, which this folder does not have. <code>qlik2rego pull</code> creates one.</p>}
      </Empty>}
      {a && a.files.length > 0 && <div data-tests={work.busy ? "busy" : "done"} class={work.busy ? "stale" : undefined}>
        <div class="toolbar">
          <div class="segments" role="group" aria-label="Which tests">
            <button aria-pressed={!failing} onClick={() => setQuery({ only: "" })}>All <span class="muted">{number(a.tests.length)}</span></button>
            <button aria-pressed={failing} onClick={() => setQuery({ only: "failing" })}>Failing <span class="muted">{number(a.failed)}</span></button>
          </div>
          <button onClick={() => setRun((n) => n + 1)} disabled={work.busy}>Run again</button>
          {a.generated && writer("Generate again")}
        </div>
        <p class={"verdict " + (a.failed ? "loss" : "gain")}><Icon name={a.failed ? "no" : "yes"} /> {a.failed ? `${count(a.failed, "test")} of ${number(a.tests.length)} fail` : `${count(a.passed, "test")} passed`}</p>
        {a.failed > 0 && a.generated && <p class="muted small">A test fails if the rules decide differently than when it was generated. If the change is intended, generate the tests again.</p>}
        {a.files.map((file) => {
          const mine = shown.filter((t) => t.file === file);
          return mine.length > 0 && <section class="card finding-group" key={file}><header><code>{file}</code> <span class="muted">{count(mine.length, "test")}</span></header>
            <ul class="results">{mine.map((t) => <li key={t.name}><span class={"sign " + states[t.state][1]}><Icon name={states[t.state][0]} label={states[t.state][2]} /></span> <code>{t.name.replace(/^test_/, "").replaceAll("_", " ")}</code> <span class="muted small">line {t.line}{t.millis > 0 && ` · ${number(t.millis)} ms`}</span>{t.reason && <span class="small block reason">{t.reason}</span>}</li>)}</ul></section>;
        })}
        {shown.length === 0 && <Empty title="No test fails" />}
      </div>}
    </>
  );
}
