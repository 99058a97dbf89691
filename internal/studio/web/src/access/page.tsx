import { useState } from "preact/hooks";
import { useShared } from "../context";
import { href, Route, setQuery, useStream } from "../hooks";
import { parsePerson } from "../person";
import { ActionChips, Busy, count, Dialog, Empty, Head, kindOf, namesOf, number, Problem, Search, Select, wordOf } from "../ui";
import { Explain } from "../user/explain";
import { Grid } from "./grid";
import { letters, Matrix, Member } from "./model";

/** Place is the opened cell, with the user and the resource that are selected in it. */
interface Place { cell: [number, number]; user?: Member; resource?: Member }

/** Access shows the rights on the resources of one type, by groups of users and resources with the same rights. */
export function Access({ route }: { route: Route }) {
  const { state } = useShared();
  const get = (k: string) => route.query.get(k) ?? "";
  const query = { context: get("context") || "hub", type: get("type") || "stream", user: get("user"), resource: get("resource"), action: get("action") };
  const search = new URLSearchParams(query).toString();
  const work = useStream<Matrix>(state.snapshot ? "/api/access?" + search + "&of=" + state.rules.map((r) => r.revision.slice(0, 2)).join("") : null, undefined, 150);
  const [at, setAt] = useState<Place>();
  if (!state.snapshot) return <><Head title="Access" /><Empty title="No snapshot"><p>The matrix shows the users and resources of a snapshot. <code>qlik2rego pull</code> creates one.</p></Empty></>;
  const m = work.value;
  const typeName = m?.types.find((t) => t.key === m.type)?.name ?? query.type;
  return (
    <>
      <Head title="Access"><a class="button" href={"/api/access.csv?" + search} download>Export CSV</a></Head>
      <div class="toolbar" role="search">
        <Select label="Resources" value={query.type} options={(m?.types ?? [{ key: query.type, name: query.type, count: 0 }]).map((t): [string, string] => [t.key, `${t.name} (${number(t.count)})`])} onChange={(v) => setQuery({ type: v })} />
        <Select label="Context" value={query.context} options={[["hub", "Hub"], ["qmc", "QMC"]]} onChange={(v) => setQuery({ context: v })} />
        <Select label="Action" value={query.action} options={[["", "Any"], ...state.actions.map((a): [string, string] => [a.name, wordOf(a.name)])]} onChange={(v) => setQuery({ action: v })} />
        <Search label="Users" value={query.user} onInput={(v) => setQuery({ user: v })} />
        <Search label="Resources by name" value={query.resource} onInput={(v) => setQuery({ resource: v })} />
      </div>
      <Busy work={work} what="Computing who can do what" />
      {work.error && <Problem error={work.error} />}
      {m && (m.users.length === 0 || m.resources.length === 0 ? <Empty title={m.users.length === 0 ? "No user matches" : "No resource matches"}><button onClick={() => setQuery({ user: "", resource: "" })}>Clear the search</button></Empty> : <>
        <p class="muted small">A row is a group of users with the same rights. A column is a group of resources on which each user has the same rights. {count(m.users.reduce((n, g) => n + g.count, 0), "user")} in {count(m.users.length, "row")}, {count(m.resources.reduce((n, g) => n + g.count, 0), "resource")} in {count(m.resources.length, "column")}.
          {m.moreUsers + m.moreResources > 0 && ` ${number(m.moreUsers)} rows and ${number(m.moreResources)} columns are not shown: search for users or resources.`}
          {m.cut && " Not all exceptions are listed, so the cell of an expanded user can omit one. Open the cell to see its explanation."}</p>
        <div class={"matrix-wrap card" + (work.busy ? " stale" : "")} tabIndex={0} role="region" aria-label={"Access matrix of " + typeName}>
          <Grid key={search} m={m} typeName={typeName} actions={state.actions} at={at?.cell} onOpen={(r, c) => setAt({ cell: [r.group, c.group], user: r.member, resource: c.member })} />
        </div>
        <ul class="legend">{state.actions.filter((a) => !query.action || a.name === query.action).map((a) => <li key={a.name}><span class={"sw " + kindOf(a.name)}>{letters[a.name]}</span> {wordOf(a.name)}</li>)}<li><span class="sw odd-sw" /> some users in the cell have different rights, for example owners</li></ul>
        {at && m.users[at.cell[0]] && m.resources[at.cell[1]] && <CellDialog m={m} at={at.cell} of={at} typeName={typeName} context={query.context} close={() => setAt(undefined)} />}
      </>)}
    </>
  );
}

function CellDialog({ m, at, of, typeName, context, close }: { m: Matrix; at: [number, number]; of: Place; typeName: string; context: string; close: () => void }) {
  const { state } = useShared();
  const users = m.users[at[0]], resources = m.resources[at[1]], cell = m.cells[at[0]][at[1]];
  const [user, setUser] = useState((of.user ?? users.members[0]).id);
  const [resource, setResource] = useState((of.resource ?? resources.members[0]).id);
  const [action, setAction] = useState(cell ? namesOf(cell.actions, state.actions)[0] : "read");
  const odd = m.exceptions.filter((e) => e.row === at[0] && e.columns.includes(at[1]));
  const ruleName = (id: string) => state.rules.find((r) => r.id === id)?.name || id;
  return (
    <Dialog title={`${count(users.count, "user")} × ${count(resources.count, typeName)}`} close={close}>
      {cell ? <p><ActionChips mask={cell.actions} actions={state.actions} most={13} /> <span class="muted">by</span> {cell.rules.map((id, i) => <>{i > 0 && ", "}<a href={href(["rules", id])}>{ruleName(id)}</a></>)}</p> : <p class="muted">No rule grants these users access to these resources.</p>}
      {odd.length > 0 && <><h3>Exceptions</h3><ul class="plain-list small">{odd.slice(0, 12).map((e, i) => <li key={i}><span>{e.user.id} on {e.resources.slice(0, 3).map((r) => r.name || r.id).join(", ")}{e.count > 3 && ` and ${number(e.count - 3)} more`}</span> <ActionChips mask={e.actions} actions={state.actions} most={13} /></li>)}</ul></>}
      <h3>Explain</h3>
      <div class="toolbar">
        <Select label="User" value={user} options={users.members.map((x): [string, string] => [x.id, x.id])} onChange={setUser} />
        <Select label={typeName} value={resource} options={resources.members.map((x): [string, string] => [x.id, x.name || x.id])} onChange={setResource} />
        <Select label="Action" value={action} options={state.actions.map((a): [string, string] => [a.name, wordOf(a.name)])} onChange={setAction} />
      </div>
      <Explain person={parsePerson(user)!} action={action} type={typeName} id={resource} context={context} onFix={(id) => { close(); location.hash = href(["rules", id]); }} />
    </Dialog>
  );
}
