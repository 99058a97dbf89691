import { useEffect, useRef, useState } from "preact/hooks";
import { Failure, Progress, stream } from "./api";

/** Work is the state of a long request. */
export interface Work<T> {
  value?: T;
  /** bound reports that the value is an upper bound, and that the result follows. */
  bound?: boolean;
  error?: Failure;
  progress?: Progress;
  busy: boolean;
  cancel: () => void;
}

/** useStream sends a long request whenever its path or body changes; for the path null, none. The last value stays until the next answer. */
export function useStream<T>(path: string | null, body?: unknown, delay = 0): Work<T> {
  const [state, set] = useState<Omit<Work<T>, "cancel">>({ busy: false });
  const control = useRef<AbortController | null>(null);
  const key = path === null ? null : path + " " + JSON.stringify(body ?? null);
  useEffect(() => {
    if (path === null) { set({ busy: false }); return; }
    const c = new AbortController();
    control.current = c;
    set((s) => ({ value: s.bound ? undefined : s.value, busy: true }));
    const timer = setTimeout(() => {
      stream<T>(path, body, c.signal, (progress) => set((s) => ({ ...s, progress })), (value) => set({ value, bound: true, busy: true }))
        .then((value) => { if (!c.signal.aborted) set({ value, busy: false }); })
        .catch((error) => { if (!c.signal.aborted) set({ error, busy: false }); });
    }, delay);
    return () => { clearTimeout(timer); c.abort(); };
  }, [key]);
  const cancel = () => {
    control.current?.abort();
    set((s) => ({ value: s.value, bound: s.bound, busy: false, error: new Failure("Cancelled.", 0) }));
  };
  return { ...state, cancel };
}

/** Route is the fragment of the address: a path and filters. */
export interface Route { path: string[]; query: URLSearchParams }

export function readRoute(): Route {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query ?? "") };
}

export function href(path: string[], query?: Record<string, string>): string {
  const q = new URLSearchParams(Object.entries(query ?? {}).filter(([, v]) => v)).toString();
  return "#/" + path.map(encodeURIComponent).join("/") + (q ? "?" + q : "");
}

export function useRoute(): Route {
  const [route, set] = useState(readRoute);
  useEffect(() => {
    const changed = () => set(readRoute());
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return route;
}

/** setQuery changes filters in the address, without a new entry in the history. */
export function setQuery(changes: Record<string, string>) {
  const { path, query } = readRoute();
  for (const [k, v] of Object.entries(changes)) if (v) query.set(k, v); else query.delete(k);
  history.replaceState(null, "", href(path, Object.fromEntries(query)));
  dispatchEvent(new HashChangeEvent("hashchange"));
}
