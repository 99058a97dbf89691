// What a class is called: by what its members have in common and others have not.

// operandName is an operand without what all operands of its side begin with.
const operandName = (operand) => operand.replace(/^(user|resource)\./, "").replace(/\.name$/, "");

// traits lists what entities can have in common: for each operand and value, who has it.
function traits(entities) {
  if (entities.traits) return entities.traits;
  const all = [];
  const add = (name, of, textOf) => {
    const byText = new Map();
    of.forEach((texts, n) => {
      for (const t of texts.length ? texts : [null]) (byText.get(t) || byText.set(t, []).get(t)).push(n);
    });
    const empty = byText.get(null);
    for (const [t, members] of byText) {
      if (members.length === entities.ids.length) continue; // it tells nobody apart
      all.push({ text: t === null ? `no ${name}` : `${name} ${textOf(t)}`, members: new Set(members), empty: members === empty });
    }
  };
  if (entities.parent) {
    const up = doc.types[entities.parent.type];
    add(up.name.toLowerCase(), entities.parent.of.map((n) => (n < 0 ? [] : [n])), (n) => label(up, n));
  }
  const parent = entities.parent && doc.types[entities.parent.type].key;
  for (const v of entities.values || []) {
    const name = operandName(v.operand);
    if (name === parent || /(^|\.)(id|owner|userid)$/.test(name)) continue;
    add(name, v.of, (t) => doc.texts[t]);
  }
  entities.traits = all;
  return all;
}

const traitsAtMost = 3;

// inCommon returns what all members have and, taken together, as few others as possible:
// the texts, and how many others have all of it too.
function inCommon(entities, members) {
  let left = traits(entities).filter((t) => members.every((n) => t.members.has(n)));
  let others = entities.ids.length - members.length;
  let among = null; // those who have all that was chosen
  const texts = [];
  while (texts.length < traitsAtMost && others > 0 && left.length) {
    let best = null;
    for (const t of left) {
      let n = 0;
      if (!among) n = t.members.size;
      else for (const one of among) if (t.members.has(one)) n++;
      const rest = n - members.length;
      // What somebody has says more than what somebody lacks.
      if (rest < (best ? best.rest : others) || (best && rest === best.rest && best.t.empty && !t.empty)) best = { t, rest };
    }
    if (!best) break;
    texts.push(best.t);
    among = [...(among || best.t.members)].filter((n) => best.t.members.has(n));
    others = best.rest;
    left = left.filter((t) => t !== best.t);
  }
  // What they have comes before what they lack.
  return { texts: [...texts.filter((t) => !t.empty), ...texts.filter((t) => t.empty)].map((t) => t.text), others };
}

// classLabel is what a class of several members is called.
function classLabel(entities, members) {
  const { texts } = inCommon(entities, members);
  if (texts.length) return texts.join(", ");
  const parents = entities.parent ? [...new Set(members.map((n) => entities.parent.of[n]))] : [];
  if (parents.length === 2 && parents.every((n) => n >= 0)) {
    const up = doc.types[entities.parent.type];
    return `${up.name.toLowerCase()} ${parents.map((n) => label(up, n)).join(" or ")}`;
  }
  return `${label(entities, members[0])} and others`;
}

// called is what a list of members is called in a header, with how many they are.
function called(entities, members) {
  if (members.length === 1) return label(entities, members[0]);
  return `${headingOf(entities, members)} (${num(members.length)})`;
}

// headingOf caches what a class is called; lists of members are kept by their first and
// their length, which within one view tells them apart.
function headingOf(entities, members) {
  if (members.length === 1) return label(entities, members[0]);
  const key = `${members[0]}/${members.length}/${members[members.length - 1]}`;
  const cache = (entities.headings ||= new Map());
  if (!cache.has(key)) cache.set(key, classLabel(entities, members));
  return cache.get(key);
}
