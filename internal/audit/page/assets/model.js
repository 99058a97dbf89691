// The data of the page and what they answer. Nothing is decided here: rights are looked
// up in what the policy decided.

const doc = JSON.parse($("data").textContent);

// kinds puts actions into the four colours, the weakest first.
const kinds = [
  { key: "read", name: "sees", actions: ["read"] },
  { key: "take", name: "takes along", actions: ["export", "exportdata", "offlineaccess", "distribute", "duplicate"] },
  { key: "change", name: "changes", actions: ["create", "update", "publish", "approve"] },
  { key: "control", name: "controls", actions: ["delete", "changeowner", "changerole"] },
];
// The letters are those of the audit page of the QMC, where it has one.
const letters = {
  create: "C", read: "R", update: "U", delete: "D", export: "E", publish: "P", changeowner: "O",
  changerole: "G", exportdata: "A", offlineaccess: "M", distribute: "S", duplicate: "T", approve: "V",
};
const spoken = { changeowner: "change owner", changerole: "change role", exportdata: "export data", offlineaccess: "offline access" };
const actionName = (a) => spoken[a] || a;
const kindOf = (a) => kinds.findIndex((k) => k.actions.includes(a));
const everything = doc.actions.reduce((mask, a) => mask | a.bit, 0);
const actionsIn = (mask) => doc.actions.filter((a) => mask & a.bit);

// strongest is the class of the strongest action of a mask.
function strongest(mask) {
  let best = -1;
  for (const a of actionsIn(mask)) best = Math.max(best, kindOf(a.name));
  return best < 0 ? "" : kinds[best].key;
}

// short is a mask in so few letters that they fit a cell.
function short(mask) {
  if (mask === everything && doc.actions.length > 4) return "all";
  const text = actionsIn(mask).map((a) => letters[a.name]).join("");
  return text.length > 4 ? text.slice(0, 3) + "+" : text;
}

const long = (mask) => (mask ? listed(actionsIn(mask).map((a) => actionName(a.name))) : "nothing");

// unpack reads a set that packSet (build.go) wrote, as a bit for each of size numbers.
function unpack(text, size) {
  const bytes = Uint8Array.from(atob(text.slice(1)), (c) => c.charCodeAt(0));
  if (text[0] === "b") return bytes;
  const bits = new Uint8Array((size + 7) >> 3);
  for (let i = 0, at = -1; i < bytes.length; ) {
    let distance = 0;
    for (let shift = 0; ; shift += 7) {
      const b = bytes[i++];
      distance |= (b & 127) << shift;
      if (b < 128) break;
    }
    at += distance;
    bits[at >> 3] |= 1 << (at & 7);
  }
  return bits;
}

const has = (bits, n) => (bits[n >> 3] >> (n & 7)) & 1;

// groupsOf lists the members of groups.
function groupsOf(side) {
  const groups = [];
  side.group.forEach((g, n) => (groups[g] ||= []).push(n));
  return groups;
}

// Rights answers about the resources of one type in one context.
class Rights {
  constructor(context, number) {
    this.context = context;
    this.number = number;
    this.type = doc.types[number];
    this.data = context.data.types[number];
    this.groups = groupsOf(this.data);
    this.sets = this.data.sets.map(() => null);
    this.exceptional = new Map(); // rules, by pair
    this.exceptionalIn = new Map(); // pairs, by groups
    for (const a of this.data.exceptional) {
      for (const r of a.resources) {
        this.exceptional.set(this.key(a.subject, r), a.rules);
        const groups = this.groupKey(context.data.subjects.group[a.subject], this.data.group[r]);
        if (!this.exceptionalIn.has(groups)) this.exceptionalIn.set(groups, []);
        this.exceptionalIn.get(groups).push([a.subject, r]);
      }
    }
  }

  key(subject, resource) { return subject * this.type.ids.length + resource; }
  groupKey(row, column) { return row * (this.groups.length + 1) + column; }

  set(n) { return (this.sets[n] ||= unpack(this.data.sets[n], this.groups.length)); }

  // granting are the rules (indices into data.rules) that grant a group of subjects
  // something on a group of resources, without exceptional pairs.
  granting(row, column) {
    const pairs = this.data.rows[row];
    const rules = [];
    for (let i = 0; i < pairs.length; i += 2) if (has(this.set(pairs[i + 1]), column)) rules.push(pairs[i]);
    return rules;
  }

  // of are the rules that grant a subject something on a resource.
  of(subject, resource) {
    return this.exceptional.get(this.key(subject, resource)) || this.granting(this.context.data.subjects.group[subject], this.data.group[resource]);
  }

  // mask is the actions that rules grant; only those of one rule of the document, if
  // that is not null.
  mask(rules, only = null) {
    let mask = 0;
    for (const n of rules) if (only === null || this.data.rules[n].rule === only) mask |= this.data.rules[n].actions;
    return mask;
  }

  // has says whether a subject has an action on a resource.
  has(subject, resource, bit) { return (this.mask(this.of(subject, resource)) & bit) !== 0; }

  // test says whether a test holds for a pair: true, false, or null where the page does
  // not know.
  test(n, subject, resource) {
    const test = doc.tests[n];
    const who = this.context.data.subjects;
    const cr = who.class[subject], ce = this.data.class[resource];
    switch (test.side) {
      case "subject": return who.holds[cr].includes(n);
      case "resource": return this.data.holds[ce].includes(n);
      case "both": {
        const a = who.brings[cr][n] || [], b = this.data.brings[ce][n] || [];
        return a.some((text) => b.includes(text));
      }
      case "identity": return ((this.data.met[n] || {})[resource] || []).includes(subject);
      default: {
        if (test.onSelf) return test.action & everything ? this.has(subject, resource, test.action) : null;
        const targets = this.data.targets[n];
        if (!targets || !(test.action & everything)) return null;
        const rights = this.context.rights(test.type);
        if (targets[resource].some((t) => t >= 0 && rights.has(subject, t, test.action))) return true;
        return targets[resource].includes(-1) ? null : false;
      }
    }
  }
}

// Context is what was decided for requests of one context.
class Context {
  constructor(data) {
    this.data = data;
    this.groups = groupsOf(data.subjects);
    this.types = [];
  }

  rights(type) { return (this.types[type] ||= new Rights(this, type)); }
}

const contexts = doc.contexts.map((c) => new Context(c));
// contextName says where the requests of a context come from and, of a case, what they send.
const contextName = (c) => (({ hub: "the hub", qmc: "the QMC" })[c.name] || "any context") + (c.case ? ` with ${c.case.join(", ")}` : "");

// label is what an entity is called; where the name says nothing, or others have it too,
// its id is, or stands beside.
function label(entities, n) {
  if (!entities.shared) {
    const seen = new Set();
    entities.shared = new Set();
    for (const name of entities.names) (seen.has(name) ? entities.shared : seen).add(name);
  }
  const name = entities.names[n];
  if (!name) return entities.ids[n];
  return entities.shared.has(name) && name !== entities.ids[n] ? `${name} (${brief(entities.ids[n])})` : name;
}

// brief is an id in so many letters that people tell it from others.
const brief = (id) => (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(id) ? `${id.slice(0, 8)}…` : id);

// full is the name and the id.
function full(entities, n) {
  const name = entities.names[n];
  return name && name !== entities.ids[n] ? `${name} (${entities.ids[n]})` : entities.ids[n];
}

// finder returns what says whether an entity is meant by a search.
function finder(text) {
  const words = fold(text).split(/\s+/).filter(Boolean);
  if (!words.length) return null;
  return (entities, n) => {
    const known = fold(`${entities.ids[n]} ${entities.names[n]}`);
    return words.every((w) => known.includes(w));
  };
}
