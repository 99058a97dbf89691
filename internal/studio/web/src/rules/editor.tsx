import { EditorView } from "@codemirror/view";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { call, Draft, Failure, Finding, Rego, State } from "../api";
import { useShared } from "../context";
import { href, useStream } from "../hooks";
import { count, Dialog, Empty, Icon, Problem, Select, Severity } from "../ui";
import { ActionField } from "./actions";
import { Handlers, mark, newEditor, replace } from "./condition";
import { Effect, Report } from "./effect";
import { FilterField } from "./filter";

const blank: Draft = { id: "", name: "", filter: "", actions: 2, context: "both", category: "Security", disabled: false, comment: "", condition: "" };

const fieldNames: (keyof Draft)[] = ["id", "name", "filter", "actions", "context", "category", "disabled", "comment", "condition"];
const pick = (d: Draft): Draft => Object.fromEntries(fieldNames.map((k) => [k, d[k]])) as unknown as Draft;
const same = (a: Draft, b: Draft) => JSON.stringify(pick(a)) === JSON.stringify(pick(b));

export function Editor({ id }: { id: string }) {
  const { state } = useShared();
  const saved = state.rules.find((r) => r.id === id);
  if (id && !saved) return <Empty title="This rule is no longer in the folder"><a class="button" href={href(["rules"])}>Back to the rules</a></Empty>;
  return <Form saved={saved ? pick(saved) : blank} revision={saved?.revision ?? ""} file={saved?.file ?? ""} type={saved?.type ?? "Custom"} state={state} />;
}

interface Drafting { findings: Finding[]; rego: Rego[] }

function Form({ saved, revision, file, type, state }: { saved: Draft; revision: string; file: string; type: string; state: State }) {
  const { drafts, touch, reload, say, checks } = useShared();
  const [draft, setDraft] = useState<Draft>(drafts.get(saved.id) ?? saved);
  // The version that the author has seen. The server rejects a save if the file has changed since.
  const [base, setBase] = useState({ saved, revision });
  const [live, setLive] = useState<Drafting>({ findings: [], rego: [] });
  const [problem, setProblem] = useState<Failure>();
  const [conflict, setConflict] = useState(false);
  const [tab, setTab] = useState<"effect" | "rego" | "findings">("effect");
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>();
  const now = useRef(draft);
  now.current = draft;
  const dirty = !same(draft, base.saved);
  const elsewhere = base.revision !== revision || !same(base.saved, saved);

  const change = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }));
  useEffect(() => {
    if (dirty) drafts.set(saved.id, draft); else drafts.delete(saved.id);
    touch();
  }, [draft, dirty]);
  // If the file has changed on disk, show it, unless there is an unsaved edit.
  useEffect(() => { if (elsewhere && !dirty) { setBase({ saved, revision }); setDraft(saved); if (view.current) replace(view.current, saved.condition); } }, [revision, saved]);

  useEffect(() => {
    const c = new AbortController();
    const timer = setTimeout(() => call<Drafting>("/api/draft", draft, c.signal).then(setLive).catch((e) => { if (!c.signal.aborted) setProblem(e); }), 120);
    return () => { clearTimeout(timer); c.abort(); };
  }, [draft]);
  const broken = live.findings.some((f) => f.severity === "error");
  const effect = useStream<Report>(dirty && !broken && draft.filter && draft.condition ? "/api/effect" : null, draft, 300);

  // The lints are those of the saved rule, so they are shown until it is edited.
  const findings = useMemo(() => {
    const known = new Set(live.findings.map((f) => f.code + f.from));
    const lints = dirty ? [] : (checks.value?.findings ?? []).filter((f) => f.rule === saved.id && !known.has(f.code + f.from));
    return [...live.findings, ...lints];
  }, [live, checks.value, dirty]);

  const fix = (f: Finding) => {
    const x = f.fix!;
    const field = x.field === "filter" ? "filter" : "condition";
    const text = now.current[field];
    const next = text.slice(0, x.from) + x.text + text.slice(x.to);
    if (field === "condition" && view.current) replace(view.current, next); else change({ [field]: next });
  };
  const format = async () => {
    try {
      const d = await call<Draft>("/api/format", now.current);
      change({ filter: d.filter });
      if (view.current) replace(view.current, d.condition);
    } catch (e) { say((e as Error).message); }
  };
  const save = async (over = base.revision) => {
    try {
      setProblem(undefined);
      const done = await call<{ file: string; revision: string }>("/api/save", { draft: now.current, revision: over });
      drafts.delete(saved.id);
      setConflict(false);
      if (!saved.id) { await reload(); say(`Saved ${done.file}.`); location.hash = href(["rules"]); return; }
      setBase({ saved: now.current, revision: done.revision });
      await reload();
      say(`Saved ${done.file}. You can undo this in the list of rules.`);
    } catch (e) {
      if ((e as Failure).status === 409) { await reload(); setConflict(true); } else setProblem(e as Failure);
    }
  };
  const discard = () => { setDraft(base.saved); if (view.current) replace(view.current, base.saved.condition); };

  const errors = findings.filter((f) => f.severity === "error").length;
  const savable = dirty && errors === 0;
  const handlers = useRef<Handlers>();
  handlers.current = { change: (condition) => change({ condition }), draft: () => now.current, fix, save: () => { if (savable) save(); }, format };
  useEffect(() => {
    const h: Handlers = {
      change: (t) => handlers.current!.change(t), draft: () => now.current, fix: (f) => handlers.current!.fix(f),
      save: () => handlers.current!.save(), format: () => handlers.current!.format(),
    };
    view.current = newEditor(host.current!, draft.condition, h);
    return () => view.current?.destroy();
  }, []);
  useEffect(() => { if (view.current) mark(view.current, findings, { ...handlers.current! }); }, [findings]);

  return (
    <>
      <header class="head editor-head">
        <div><a class="crumb" href={href(["rules"])}>Rules</a><span class="muted"> / </span></div>
        <h1 tabIndex={-1}>{draft.name || "New rule"}</h1>
        <div class="head-side">
          {type !== "Custom" && <span class="tag">{type}</span>}
          {file && <code class="muted small">{file}</code>}
        </div>
      </header>
      {type && type !== "Custom" && dirty && <p class="notice small">Qlik ships this rule. An edit makes it a custom rule, which upgrades skip. Instead, you can disable it and add a copy with another name.</p>}
      {problem && <Problem error={problem} />}
      <div class="editor">
        <section class="editor-form" aria-label="Rule">
          <div class="field-row">
            <label class="field grow"><span>Name</span><input id="name" value={draft.name} onInput={(e) => change({ name: e.currentTarget.value })} /></label>
            <Select label="Context" value={draft.context} options={[["both", "Hub and QMC"], ["hub", "Hub"], ["qmc", "QMC"]]} onChange={(context) => change({ context })} />
            <label class="toggle"><input type="checkbox" role="switch" checked={!draft.disabled} onChange={(e) => change({ disabled: !e.currentTarget.checked })} /> Enabled</label>
          </div>
          <FilterField value={draft.filter} state={state} problems={findings.filter((f) => f.field === "filter").map((f) => f.summary)} onChange={(filter) => change({ filter })} />
          <ActionField mask={draft.actions} state={state} onChange={(actions) => change({ actions })} />
          <div class="field">
            <div class="field-head"><span class="label" id="condition-label">Condition</span><span class="muted small hint">Ctrl+Space completes</span><button class="quiet small" onClick={format}>Format</button></div>
            <div class="code" ref={host} />
          </div>
          <label class="field"><span>Comment</span><textarea rows={2} value={draft.comment} onInput={(e) => change({ comment: e.currentTarget.value })} /></label>
        </section>
        <section class="editor-side" aria-label="Preview">
          <div class="tabs small-tabs" role="tablist">
            {(["effect", "findings", "rego"] as const).map((t) => (
              <button role="tab" key={t} id={"tab-" + t} aria-selected={tab === t} aria-controls="preview" onClick={() => setTab(t)}>
                {{ effect: "Who gains, who loses", findings: "Findings", rego: "Rego" }[t]}{t === "findings" && findings.length > 0 && <span class={"badge" + (errors ? " bad" : "")}>{findings.length}</span>}
              </button>))}
          </div>
          <div id="preview" role="tabpanel" aria-labelledby={"tab-" + tab}>
            {tab === "effect" && (broken && dirty ? <p class="muted">The rule has {count(errors, "error")}. Correct {errors === 1 ? "it" : "them"} to see the effect.</p> : <Effect work={effect} unchanged={!dirty} />)}
            {tab === "findings" && <Findings list={findings} fix={fix} />}
            {tab === "rego" && (live.rego.length ? live.rego.map((r) => <figure class="rego" key={r.module}><figcaption class="muted small">{r.module}</figcaption><pre tabIndex={0}>{r.text}</pre></figure>)
              : <p class="muted">{draft.disabled ? "A disabled rule is not compiled." : broken ? "A rule with errors is not compiled." : "The rule cannot grant access to anybody, so there is no code."}</p>)}
          </div>
        </section>
      </div>
      <footer class="savebar" aria-label="Save">
        <span role="status" class="save-state">
          {elsewhere && dirty ? "The file has changed on disk." : dirty ? <>Not saved{effect.value && !effect.busy && !effect.bound && !broken ? `: ${count(effect.value.gain.cells, "right")} gained, ${count(effect.value.loss.cells, "right")} lost` : ""}</> : "Saved"}
        </span>
        <button onClick={discard} disabled={!dirty}>Discard</button>
        <button class="primary" onClick={() => save()} disabled={!savable}>Save</button>
      </footer>
      {conflict && (
        <Dialog title="The file has changed on disk" close={() => setConflict(false)}>
          <p>Another tab or program has written {file} since you started to edit the rule. Nothing was saved.</p>
          <div class="dialog-actions">
            <button onClick={() => { setConflict(false); setBase({ saved, revision }); setDraft(saved); if (view.current) replace(view.current, saved.condition); }}>Discard my edit</button>
            <button class="primary" onClick={() => { setBase({ saved, revision }); save(revision); }}>Overwrite with my edit</button>
          </div>
        </Dialog>)}
    </>
  );
}

function Findings({ list, fix }: { list: Finding[]; fix: (f: Finding) => void }) {
  if (list.length === 0) return <p class="muted"><Icon name="yes" /> No findings for this rule.</p>;
  return (
    <ul class="finding-list">
      {list.map((f, i) => (
        <li key={i}>
          <Severity of={f.severity} />
          <div><b>{f.summary}</b> <span class="muted small">{f.code}</span>{f.detail && <p class="small muted">{f.detail}</p>}
            {f.fix && <button class="small" onClick={() => fix(f)}>{f.fix.message}</button>}</div>
        </li>))}
    </ul>
  );
}
