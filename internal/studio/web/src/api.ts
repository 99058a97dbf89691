// The client of the studio's API. Requests and answers are JSON. Long requests are answered by lines of JSON.

export interface Draft {
  id: string;
  name: string;
  filter: string;
  actions: number;
  context: string;
  category: string;
  disabled: boolean;
  comment: string;
  condition: string;
}

export interface Rule extends Draft {
  type: string;
  tags: string[] | null;
  file: string;
  revision: string;
  modified?: string;
  modifiedBy?: string;
  errors: number;
}

export interface Fix {
  message: string;
  field: string;
  from: number;
  to: number;
  text: string;
  safe: boolean;
}

export interface Finding {
  code: string;
  severity: "error" | "warning" | "info";
  category?: string;
  summary: string;
  detail?: string;
  rule?: string;
  ruleName?: string;
  file?: string;
  field?: string;
  from: number;
  to: number;
  fix?: Fix;
  doc: string;
}

export interface TypeInfo { key: string; name: string; count: number }
export interface ActionInfo { name: string; bit: number }

export interface State {
  folder: string;
  snapshot: string;
  site: { name: string; time: string } | null;
  /** live is the site for plans, null if there is none. */
  live: { name: string; url: string; apply: boolean } | null;
  rules: Rule[];
  broken: Finding[];
  undo: string;
  actions: ActionInfo[];
  types: TypeInfo[];
}

export interface Reach { users: number; resources: number; rights: number; only: number }
export interface Checks { findings: Finding[]; notices: { code: string; reason: string }[]; suppressed: number }
export interface Rego { module: string; type?: string; text: string }
export interface Progress { what: string; done: number; total: number }

/** Failure is an error of a request. A conflict has the status 409. */
export class Failure extends Error {
  constructor(message: string, readonly status: number) { super(message); }
}

function options(body: unknown, signal?: AbortSignal): RequestInit {
  if (body === undefined) return { signal };
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal };
}

async function failure(answer: Response): Promise<Failure> {
  const text = await answer.text();
  let message = text.trim();
  try { message = JSON.parse(text).error ?? message; } catch { /* the answer is plain text */ }
  return new Failure(message || answer.statusText, answer.status);
}

async function reached(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (e) {
    if (init.signal?.aborted) throw e;
    throw new Failure("The studio does not answer. Is qlik2rego studio still running in the terminal?", 0);
  }
}

export async function call<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const answer = await reached(path, options(body, signal));
  if (!answer.ok) throw await failure(answer);
  return answer.json();
}

/** stream sends a long request. Aborting the signal also cancels it on the server. */
export async function stream<T>(path: string, body: unknown, signal: AbortSignal, progress: (p: Progress) => void, bound?: (b: T) => void): Promise<T> {
  const answer = await reached(path, options(body, signal));
  if (!answer.ok || !answer.body) throw await failure(answer);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Failure("The studio has stopped before the answer was complete. Is it still running in the terminal?", 0);
    const lines = (rest + value).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const part = JSON.parse(line);
      if (part.error !== undefined) throw new Failure(part.error, 422);
      if ("result" in part) return part.result;
      if (part.progress) progress(part.progress);
      if (part.bound) bound?.(part.bound);
    }
  }
}
