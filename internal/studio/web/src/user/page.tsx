import { useEffect, useState } from "preact/hooks";
import { call } from "../api";
import { useShared } from "../context";
import { href, Route, setQuery, useStream, Work } from "../hooks";
import { parsePerson, Person } from "../person";
import { Busy, count, Dialog, Empty, Head, Icon, number, Problem } from "../ui";
import { Explain } from "./explain";

interface Thing { id: string; name: string; allow: boolean; by?: string[] }
interface Stream extends Thing { apps: Thing[]; visible: number; total: number }
interface Hub { streams: Stream[]; work: Thing[]; sections: Thing[] }
interface Target { person: Person; who: string; type: string; id: string; name: string; context: string }

/** AsUser shows the hub and the QMC as one user sees them, or two users side by side. */
export function AsUser({ route }: { route: Route }) {
  const { state } = useShared();
  const first = route.query.get("who") ?? "", second = route.query.get("and") ?? "";
  const two = route.query.has("two");
  const [why, setWhy] = useState<Target>();
  const person = parsePerson(first), other = two ? parsePerson(second) : null;
  const key = state.rules.map((r) => r.revision).join().length;
  const a = useStream<Hub>(person && state.snapshot ? "/api/hub" : null, person && { login: "", ...person, key: key + state.rules.map((r) => r.revision).join("").slice(0, 24) });
  const b = useStream<Hub>(other && state.snapshot ? "/api/hub" : null, other && { login: "", ...other });
  if (!state.snapshot) return <><Head title="View as a user" /><Empty title="No snapshot"><p>Users, streams and apps come from a snapshot. <code>qlik2rego pull</code> creates one. To use an existing one, start the studio with <code>--snapshot</code>.</p></Empty></>;
  const sides = [person && { who: first, person, work: a }, other && { who: second, person: other, work: b }].filter((s) => !!s);
  return (
    <>
      <Head title="View as a user">
        <button aria-pressed={two} onClick={() => setQuery({ two: two ? "" : "1" })}>{two ? "One user" : "Compare two users"}</button>
      </Head>
      <div class="who-row">
        <PersonField label={two ? "First user" : "User"} value={first} onChange={(v) => setQuery({ who: v })} />
        {two && <PersonField label="Second user" value={second} onChange={(v) => setQuery({ and: v })} />}
      </div>
      {sides.length === 0 && <Suggestions onPick={(v) => setQuery({ who: v })} />}
      <div class={"hubs" + (sides.length > 1 ? " two" : "")}>
        {sides.map((s, i) => <HubView key={i} who={s.who} person={s.person} work={s.work} against={sides.length > 1 ? sides[1 - i].work.value : undefined} ask={setWhy} />)}
      </div>
      {why && <Dialog title={`${why.who}: ${why.name}`} close={() => setWhy(undefined)}>
        <Explain person={why.person} action="read" type={why.type} id={why.id} context={why.context} onFix={(rule) => { setWhy(undefined); location.hash = href(["rules", rule]); }} />
      </Dialog>}
    </>
  );
}

interface User { login: string; name: string; roles?: string[] }
interface Found { users: User[]; found: number; total: number }

function PersonField({ label, value, onChange }: { label: string; value: string; onChange: (v: string) => void }) {
  const [typed, setTyped] = useState(value);
  const [list, setList] = useState<Found>();
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed.includes("=")) return;
    const c = new AbortController();
    const t = setTimeout(() => call<Found>("/api/users?q=" + encodeURIComponent(typed), undefined, c.signal).then(setList).catch(() => {}), 100);
    return () => { clearTimeout(t); c.abort(); };
  }, [typed]);
  const id = "people-" + label.replace(/\W/g, "");
  return (
    <form class="field grow" onSubmit={(e) => { e.preventDefault(); onChange(typed); }}>
      <label for={id + "-input"}>{label}</label>
      <div class="with-button"><input id={id + "-input"} list={id} value={typed} placeholder="DIRECTORY\user, or roles=Designer, group=Sales" autocomplete="off" spellcheck={false}
        onInput={(e) => { const v = e.currentTarget.value; setTyped(v); if (list?.users.some((u) => u.login === v)) onChange(v); }} />
        <button>Show</button></div>
      <datalist id={id}>{list?.users.map((u) => <option key={u.login} value={u.login}>{u.name}</option>)}</datalist>
      <span class="muted small">{typed.includes("=") ? "A hypothetical user with these properties and no others." : list && typed && list.found === 0 ? "No user of the snapshot has this login or name." : list ? `${count(list.total, "user")} in the snapshot` : ""}</span>
    </form>
  );
}

function Suggestions({ onPick }: { onPick: (v: string) => void }) {
  const [list, setList] = useState<Found>();
  useEffect(() => { call<Found>("/api/users").then(setList).catch(() => {}); }, []);
  return (
    <Empty title="Select a user">
      <p>Select a user of the snapshot, or describe a hypothetical user: <code>roles=Designer, group=Sales</code>. Add session attributes as <code>environment.os=iOS</code>.</p>
      <div class="picks">{list?.users.slice(0, 12).map((u) => <button key={u.login} onClick={() => onPick(u.login)}>{u.name || u.login}<span class="muted small block">{u.login}</span></button>)}</div>
    </Empty>
  );
}

function HubView({ who, person, work, against, ask }: { who: string; person: Person; work: Work<Hub>; against?: Hub; ask: (t: Target) => void }) {
  const h = work.value;
  const [all, setAll] = useState(false);
  const differs = (list: (h: Hub) => Thing[], t: Thing) => against && list(against).some((o) => o.id === t.id && o.allow !== t.allow);
  const target = (type: string, t: Thing, context: string) => ask({ person, who, type, id: t.id, name: t.name, context });
  if (!h) return <section class="hub" aria-label={who}><Busy work={work} what="Computing what this user sees" />{work.error && <Problem error={work.error} />}</section>;
  const seen = h.streams.filter((s) => s.allow), hidden = h.streams.filter((s) => !s.allow);
  const apps = h.streams.reduce((n, s) => n + s.visible, 0) + h.work.length;
  const sections = h.sections.filter((s) => s.allow);
  return (
    <section class="hub" aria-label={who} data-hub={work.busy ? undefined : "done"}>
      <h2>{who}</h2>
      <p class="muted">{count(seen.length, "stream")} of {number(h.streams.length)}, {count(apps, "app")}, {sections.length ? count(sections.length, "section") + " of the QMC" : "no section of the QMC"}</p>
      <Busy work={work} what="Computing again" />
      <h3>Hub</h3>
      {seen.length === 0 && <p class="muted">This user sees no streams.</p>}
      {seen.map((s) => <StreamView key={s.id} of={s} person={person} mark={differs((o) => o.streams, s)} against={against?.streams.find((o) => o.id === s.id)} target={target} />)}
      {h.work.length > 0 && <details open class="card stream"><summary><b>Work</b> <span class="muted">{count(h.work.length, "app")} outside streams</span></summary><ul class="things">{h.work.map((t) => <ThingView key={t.id} of={t} mark={differs((o) => o.work, t)} onWhy={() => target("App", t, "hub")} />)}</ul></details>}
      {hidden.length > 0 && <>
        <h3>Hidden streams</h3>
        <ul class="things">{(all ? hidden : hidden.slice(0, 8)).map((s) => <ThingView key={s.id} of={s} mark={differs((o) => o.streams, s)} onWhy={() => target("Stream", s, "hub")} more={count(s.total, "app")} />)}</ul>
        {hidden.length > 8 && !all && <button class="link" onClick={() => setAll(true)}>Show all {number(hidden.length)} streams</button>}
      </>}
      <h3>QMC</h3>
      {sections.length === 0 ? <p class="muted">This user cannot open any section. <button class="link" onClick={() => target("TransientObject", { id: "QmcSection_App", name: "QMC section App", allow: false }, "qmc")}>Why not Apps?</button></p>
        : <ul class="chips-list">{sections.map((s) => <li key={s.id}><button class={"pill" + (differs((o) => o.sections, s) ? " marked" : "")} onClick={() => target("TransientObject", s, "qmc")}>{s.name}</button></li>)}</ul>}
    </section>
  );
}

function StreamView({ of, person, mark, against, target }: { of: Stream; person: Person; mark?: boolean; against?: Stream; target: (type: string, t: Thing, context: string) => void }) {
  const differs = (t: Thing) => against?.apps.some((o) => o.id === t.id && o.allow !== t.allow);
  return (
    <div class="stream-wrap">
    <details open class={"card stream" + (mark ? " marked" : "")}>
      <summary><Icon name="yes" /> <b>{of.name}</b> <span class="muted">{number(of.visible)} of {count(of.total, "app")}</span></summary>
      {of.apps.length === 0 ? <p class="muted small">The stream is empty.</p> : <ul class="things">{of.apps.map((t) => <AppView key={t.id} of={t} person={person} mark={differs(t)} target={target} />)}{of.total > of.apps.length && <li class="muted small">and {number(of.total - of.apps.length)} more</li>}</ul>}
    </details>
    <button class="link small why" onClick={() => target("Stream", of, "hub")} aria-label={"Why " + of.name}>Why?</button>
    </div>
  );
}

function AppView({ of, person, mark, target }: { of: Thing; person: Person; mark?: boolean; target: (type: string, t: Thing, context: string) => void }) {
  const [sheets, setSheets] = useState<Thing[] | null>();
  const open = async () => {
    if (sheets) { setSheets(undefined); return; }
    setSheets(null);
    try { setSheets(await call<Thing[]>("/api/sheets", { person: { login: "", ...person }, app: of.id })); } catch { setSheets([]); }
  };
  return (
    <ThingView of={of} mark={mark} onWhy={() => target("App", of, "hub")} onOpen={of.allow ? open : undefined} opened={sheets !== undefined}>
      {sheets === null && <p class="muted small">…</p>}
      {sheets && (sheets.length === 0 ? <p class="muted small">The snapshot has no sheets of this app.</p> : <ul class="things">{sheets.map((s) => <ThingView key={s.id} of={s} onWhy={() => target("App.Object", s, "hub")} />)}</ul>)}
    </ThingView>
  );
}

function ThingView({ of, mark, more, onWhy, onOpen, opened, children }: { of: Thing; mark?: boolean; more?: string; onWhy: () => void; onOpen?: () => void; opened?: boolean; children?: preact.ComponentChildren }) {
  return (
    <li class={(of.allow ? "seen" : "unseen") + (mark ? " marked" : "")}>
      <div class="thing"><Icon name={of.allow ? "yes" : "no"} label={of.allow ? "sees" : "does not see"} />
        {onOpen ? <button class="link plain" aria-expanded={opened} onClick={onOpen}>{of.name}</button> : <span>{of.name}</span>}
        {more && <span class="muted small">{more}</span>}{mark && <span class="tag edited">differs</span>}
        <button class="link small why" onClick={onWhy} aria-label={`Why ${of.allow ? "" : "not "}${of.name}`}>{of.allow ? "Why?" : "Why not?"}</button></div>
      {children}
    </li>
  );
}
