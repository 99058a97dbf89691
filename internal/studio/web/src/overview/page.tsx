import { useShared } from "../context";
import { href, useStream } from "../hooks";
import { Pulled } from "./pulled";
import { Bar, Busy, count, Empty, Head, number, Problem, Severity, wordOf } from "../ui";

interface Overview {
  users: number;
  streams: { id: string; name: string; users: number }[];
  roles: { name: string; users: number; read: number; change: number; control: number }[];
  anonymous: { type: string; action: string; resources: number }[];
}

/** OverviewPage summarizes access on the site, and the findings. */
export function OverviewPage() {
  const { state, reach, checks } = useShared();
  const work = useStream<Overview>(state.snapshot ? "/api/overview?of=" + state.rules.map((r) => r.revision.slice(0, 4)).join("") : null);
  const o = work.value;
  const on = state.rules.filter((r) => !r.disabled);
  const errors = checks.value?.findings.filter((f) => f.severity === "error").length, warnings = checks.value?.findings.filter((f) => f.severity === "warning").length;
  const worst = checks.value?.findings.filter((f, i, all) => f.severity !== "info" && all.findIndex((g) => g.code === f.code && g.rule === f.rule) === i).slice(0, 6) ?? [];
  const reached = Object.entries(reach.value ?? {}).map(([id, r]) => ({ id, name: state.rules.find((x) => x.id === id)?.name || id, ...r })).filter((r) => r.rights > 0).sort((a, b) => b.users - a.users || b.rights - a.rights).slice(0, 10);
  const mostReach = Math.max(1, ...reached.map((r) => r.users)), mostRole = Math.max(1, ...(o?.roles ?? []).map((r) => r.read));
  const latest = state.rules.filter((r) => r.modified).sort((a, b) => Date.parse(b.modified!) - Date.parse(a.modified!)).slice(0, 5);
  const stat = (n: string, label: string, to: string, bad = false) => <a class="tile stat" href={to}><span class={"tile-number" + (bad ? " bad" : "")}>{n}</span><span>{label}</span></a>;
  return (
    <>
      <Head title="Overview" />
      <div class="tiles">
        {stat(number(on.length), `rules enabled, ${number(state.rules.length - on.length)} disabled`, href(["rules"]))}
        {stat(o ? number(o.users) : "–", "users, including anonymous users", href(["user"]))}
        {stat(o ? number(o.streams.length) : "–", "streams", href(["access"], { type: "stream" }))}
        {stat(checks.value ? number((errors ?? 0) + (warnings ?? 0)) : "…", `errors and warnings${errors ? `, ${errors} of them errors` : ""}`, href(["checks"]), !!errors)}
      </div>
      <Busy work={work} what="Computing who can do what" />
      {work.error && <Problem error={work.error} />}
      {!state.snapshot && <Empty title="No snapshot"><p>With a snapshot, the studio shows who has access to what. <code>qlik2rego pull --sites sites.yaml -o repo/</code> creates one.</p></Empty>}
      <div class="columns three">
        {o && <section class="card pad"><h2>Streams by audience</h2><p class="muted small">Users that can read each stream in the hub, of {number(o.users)}</p>
          {o.streams.length === 0 && <p class="muted">The snapshot has no streams.</p>}
          <table class="chart"><tbody>{o.streams.slice(0, 12).map((s) => <tr key={s.id}><th scope="row"><a href={href(["access"], { type: "stream", resource: s.name })}>{s.name || s.id}</a></th><td><Bar value={s.users} most={o.users} label={`${s.users} of ${o.users} users`} /></td><td class="n">{number(s.users)}</td></tr>)}</tbody></table>
          {o.streams.length > 12 && <p class="muted small">and {number(o.streams.length - 12)} more</p>}</section>}
        {o && <section class="card pad"><h2>Rights by role</h2><p class="muted small">Average number of apps that a user with the role can read, change and control in the hub</p>
          <table class="chart"><thead><tr><th scope="col">Role</th><th scope="col"><span class="sr">Share</span></th><th scope="col" class="n">Read</th><th scope="col" class="n">Change</th><th scope="col" class="n">Control</th></tr></thead>
            <tbody>{o.roles.slice(0, 12).map((r) => <tr key={r.name}><th scope="row">{r.name || "no role"} <span class="muted small">{number(r.users)}</span></th><td><Bar value={r.read} most={mostRole} label={`${r.read.toFixed(1)} apps`} /></td>{[r.read, r.change, r.control].map((v, i) => <td class="n" key={i}>{v.toFixed(v < 10 && v % 1 ? 1 : 0)}</td>)}</tr>)}</tbody></table></section>}
        {reach.value && reached.length > 0 && <section class="card pad"><h2>Rules by reach</h2><p class="muted small">Users that get access from each rule</p>
          <table class="chart"><tbody>{reached.map((r) => <tr key={r.id}><th scope="row"><a href={href(["rules", r.id])}>{r.name}</a></th><td><Bar value={r.users} most={mostReach} label={count(r.users, "user")} /></td><td class="n">{number(r.users)}</td></tr>)}</tbody></table></section>}
        {o && <section class="card pad"><h2>Anonymous users</h2><p class="muted small">What users can do in the hub before they log in</p>
          {o.anonymous.length === 0 ? <p>Nothing</p> : <table class="chart"><tbody>{o.anonymous.map((a) => <tr key={a.type + a.action}><th scope="row">{wordOf(a.action)} on {a.type}</th><td class="n">{number(a.resources)}</td></tr>)}</tbody></table>}</section>}
        <section class="card pad"><h2>Most severe findings</h2>{worst.length === 0 ? <p class="muted">{checks.busy ? "Checking …" : "No errors and no warnings."}</p> : <ul class="finding-list">{worst.map((f, i) => <li key={i}><Severity of={f.severity} /><div>{f.rule && <><a href={href(["rules", f.rule])}>{f.ruleName}</a>: </>}{f.summary}</div></li>)}</ul>}<p><a href={href(["checks"])}>All findings</a></p></section>
        <Pulled />
        {latest.length > 0 && <section class="card pad"><h2>Recently changed</h2><table class="chart"><tbody>{latest.map((r) => <tr key={r.id}><th scope="row"><a href={href(["rules", r.id])}>{r.name}</a></th><td class="muted small n">{r.modified!.slice(0, 10)} {r.modifiedBy}</td></tr>)}</tbody></table></section>}
      </div>
    </>
  );
}
