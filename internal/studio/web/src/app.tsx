import { ComponentType } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { call, Checks, Draft, Failure, Reach, State } from "./api";
import { SharedContext } from "./context";
import { href, Route, useRoute, useStream } from "./hooks";
import { Access } from "./access/page";
import { Changes } from "./changes/page";
import { ChecksPage } from "./checks/page";
import { OverviewPage } from "./overview/page";
import { Rules } from "./rules/page";
import { AsUser } from "./user/page";
import { Icon, Problem } from "./ui";

export interface Page { key: string; title: string; view: ComponentType<{ route: Route }> }

const pages: Page[] = [
  { key: "overview", title: "Overview", view: OverviewPage },
  { key: "rules", title: "Rules", view: Rules },
  { key: "user", title: "View as a user", view: AsUser },
  { key: "access", title: "Access", view: Access },
  { key: "checks", title: "Checks", view: ChecksPage },
  { key: "changes", title: "Changes", view: Changes },
];

export function App() {
  const route = useRoute();
  const [state, setState] = useState<State>();
  const [error, setError] = useState<Failure>();
  const [message, say] = useState("");
  const [, setTouched] = useState(0);
  const drafts = useRef(new Map<string, Draft>());
  const reload = useCallback(async () => {
    try {
      const next = await call<State>("/api/state");
      setState((now) => (now && JSON.stringify(now) === JSON.stringify(next) ? now : next));
      setError(undefined);
    } catch (e) { setError(e as Failure); }
  }, []);
  useEffect(() => {
    reload();
    const back = () => { if (document.visibilityState === "visible") reload(); };
    document.addEventListener("visibilitychange", back);
    addEventListener("focus", back);
    const leaving = (e: BeforeUnloadEvent) => { if (drafts.current.size) e.preventDefault(); };
    addEventListener("beforeunload", leaving);
    return () => { document.removeEventListener("visibilitychange", back); removeEventListener("focus", back); removeEventListener("beforeunload", leaving); };
  }, []);
  const key = state ? state.rules.map((r) => r.revision + r.id).join() : "";
  const reach = useStream<Record<string, Reach>>(state?.snapshot ? "/api/reach?of=" + hash(key) : null);
  const checks = useStream<Checks>(state ? "/api/checks?of=" + hash(key) : null);
  const shared = useMemo(() => state && { state, reload, reach, checks, drafts: drafts.current, touch: () => setTouched((n) => n + 1), say }, [state, reach, checks]);
  const page = pages.find((p) => p.key === route.path[0]) ?? pages[0];
  useEffect(() => {
    document.title = page.title + " · " + (state?.folder ?? "qlik2rego") + " · qlik2rego studio";
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [route.path.join("/"), !state]);
  useEffect(() => { if (message) { const t = setTimeout(() => say(""), 6000); return () => clearTimeout(t); } }, [message]);
  const View = page.view;
  return (
    <div class="studio" data-ready={error || (state && (reach.value || reach.error || !state.snapshot) && (checks.value || checks.error)) ? "true" : undefined}>
      <a class="skip" href="#main" onClick={(e) => { e.preventDefault(); document.getElementById("main")?.focus(); }}>Skip to content</a>
      <nav class="side" aria-label="Pages">
        <div class="brand"><Icon name="checks" /><span><b>qlik2rego</b> studio</span></div>
        <ul>
          {pages.map((p) => (
            <li key={p.key}><a href={href([p.key])} aria-current={p === page ? "page" : undefined}><Icon name={p.key} /><span>{p.title}</span></a></li>
          ))}
        </ul>
        <div class="where">
          {state && <><div class="where-folder" title={state.folder}>{state.folder}</div>
            <div class="muted small">{state.site ? `${state.site.name}, pulled ${state.site.time}` : state.snapshot ? `snapshot ${state.snapshot}` : "no snapshot"}</div></>}
          <ThemeButton />
        </div>
      </nav>
      <main id="main" tabIndex={-1}>
        {error && <Problem error={error} retry={reload} />}
        {shared ? <SharedContext.Provider value={shared}><View route={route} /></SharedContext.Provider> : !error && <p class="muted" role="status">Reading the folder …</p>}
      </main>
      <div class={"toast" + (message ? " shown" : "")} role="status">{message}</div>
    </div>
  );
}

const themes = ["system", "light", "dark"];

function ThemeButton() {
  const [at, set] = useState(0);
  const next = () => {
    const n = (at + 1) % themes.length;
    if (n) document.documentElement.dataset.theme = themes[n];
    else delete document.documentElement.dataset.theme;
    set(n);
  };
  return <button class="quiet small" onClick={next}>Theme: {themes[at]}</button>;
}

/** hash returns a short key for the data that an answer depends on. */
function hash(s: string): string {
  let h = 5381;
  for (let i = 0; i < s.length; i++) h = ((h * 33) ^ s.charCodeAt(i)) >>> 0;
  return h.toString(36);
}
