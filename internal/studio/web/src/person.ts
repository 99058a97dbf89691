// A user in the address: the login of a user of the snapshot, or the properties of a hypothetical user.

export interface Person { login?: string; properties?: Record<string, string[]>; environment?: Record<string, string[]> }

/** parsePerson reads "DIRECTORY\user", or "roles=Designer, group=Sales, environment.os=iOS". */
export function parsePerson(text: string): Person | null {
  const t = text.trim();
  if (!t) return null;
  if (!t.includes("=")) return { login: t };
  const p: Person = { properties: {}, environment: {} };
  for (const pair of t.split(",")) {
    const at = pair.indexOf("=");
    if (at < 0) continue;
    const name = pair.slice(0, at).trim(), value = pair.slice(at + 1).trim();
    const of = name.startsWith("environment.") ? p.environment! : p.properties!;
    const key = name.replace(/^environment\./, "").replace(/^user\./, "");
    of[key] = [...(of[key] ?? []), value];
  }
  return p;
}
