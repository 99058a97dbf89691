package difference

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/reads"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/partition"
)

// What is made up at most: subjects, resources of a type, and resources of a type
// that subjects own.
const (
	usersMost     = 512
	resourcesMost = 512
	ownedMost     = 8192
)

// anonymousDirectory is the directory of anonymous subjects, folded.
const anonymousDirectory = "none"

// madeSite is a site that is made up, so that it has all combinations of the values
// that the rules which can differ look at.
type madeSite struct {
	view schema.View
	// name spells a type.
	name func(key string) string
	// entities are fields by type and handle, known are handles by what the entity
	// is.
	entities map[string]map[string]map[string]any
	known    map[string]string
	// says describes the entities, by handle.
	says    map[string][]string
	users   []string
	leftOut []LeftOut
}

// makeSite puts a made-up site into both bundles.
func (w *work) makeSite() error {
	both := [2]*reads.Reads{&w.Old.Policy.Reads, &w.New.Policy.Reads}
	byID := [2]map[string]bool{{}, {}}
	for _, p := range w.pairs {
		if p.changed() {
			byID[0][idOf(p, true)], byID[1][idOf(p, false)] = true, true
		}
	}
	var types []string
	open := false
	for _, side := range both {
		for _, c := range side.Classes {
			if c.Named && !slices.Contains(types, c.Key) {
				types = append(types, c.Key)
			}
			open = open || !c.Named && slices.ContainsFunc(c.Rules, func(n int) bool {
				return byID[0][side.Rules[n].ID] || byID[1][side.Rules[n].ID]
			})
		}
	}
	slices.Sort(types)
	w.counted = affected(both, types, func(side int, id string) bool { return byID[side][id] })
	m := &madeSite{view: w.New.Policy.View, name: w.typeName, entities: map[string]map[string]map[string]any{}, known: map[string]string{}, says: map[string][]string{}}
	w.made = m
	if open {
		m.out("types outside of the schema", "changed rules reach them, and nothing is known of them", "name them with --schema")
	}
	m.make(both, w.counted, slices.Sorted(maps.Keys(w.counted)), byID, &partition.Session{Environment: w.Environment})
	var err error
	for _, side := range []Side{w.Old, w.New} {
		data := &side.Bundle.Data
		for _, typ := range slices.Sorted(maps.Keys(m.entities)) {
			for handle, fields := range m.entities[typ] {
				if !data.Has("site", "entities", typ, handle) {
					err = errors.Join(err, data.Put(fields, "site", "entities", typ, handle))
				}
			}
			if !data.Has("site", "held", typ) {
				err = errors.Join(err, data.Put(true, "site", "held", typ))
			}
		}
	}
	if err != nil {
		return err
	}
	return w.addSections()
}

// out notes, once, what was not made up.
func (m *madeSite) out(what, why, hint string) {
	if !slices.ContainsFunc(m.leftOut, func(l LeftOut) bool { return l.What == what }) {
		m.leftOut = append(m.leftOut, LeftOut{What: what, Why: why, Hint: hint})
	}
}

// make makes subjects and resources up, for a session with the attributes given.
func (m *madeSite) make(both [2]*reads.Reads, counted map[string]uint32, types []string, changed [2]map[string]bool, session *partition.Session) {
	unmade, cut := map[string]bool{}, map[typeAction]bool{}
	focus := func(side int, rule reads.Rule, typ string) bool {
		return rule.Actions&counted[typ] != 0 && (changed[side][rule.ID] || asks(both[side], rule, typ, counted))
	}
	byType := map[string][]columns{} // of all rules together, and of each
	var users []columns
	everything := columns{}
	for _, typ := range types {
		collect := func() *collector {
			return &collector{sides: both, counted: counted, session: session, columns: columns{}, open: map[string]bool{}, cut: cut, unmade: unmade}
		}
		byRule := map[string]*collector{}
		whole := collect()
		for n, side := range both {
			for _, rule := range rulesOf(side, typ) {
				if !focus(n, rule, typ) {
					continue
				}
				if byRule[rule.ID] == nil {
					byRule[rule.ID] = collect()
				}
				byRule[rule.ID].rule(side, rule, typ, nil)
				whole.rule(side, rule, typ, nil)
			}
		}
		m.settle(whole)
		byType[typ] = []columns{whole.columns}
		for _, id := range slices.Sorted(maps.Keys(byRule)) {
			m.settle(byRule[id])
			one := byRule[id].columns
			whole.columns.take(one) // so that subjects and resources meet where one kind is made rule by rule
			byType[typ] = append(byType[typ], one)
			users = append(users, one)
		}
		everything.take(whole.columns)
	}
	m.each(append([]columns{everything}, users...), reads.User, "user", usersMost, "users", func(cs []*column, values [][]value, a assignment) {
		m.users = append(m.users, m.entity("user", nil, reads.User, cs, values, a, ""))
	})
	m.users = append(m.users, m.add("user", map[string]any{}, nil))
	slices.Sort(m.users)
	m.users = slices.Compact(m.users)
	for _, typ := range types {
		if typ == sections {
			continue
		}
		m.add(typ, map[string]any{}, nil)
		m.each(byType[typ], reads.Resource, typ, resourcesMost, "resources of the type "+m.name(typ), func(cs []*column, values [][]value, a assignment) {
			m.resource(typ, cs, values, a)
		})
	}
	var rights []string
	for right := range cut {
		rights = append(rights, actionsOf(right.action)[0].Name()+" on "+m.name(right.typ))
	}
	if len(rights) > 0 {
		slices.Sort(rights)
		m.out("values that decide who has the "+someOf(rights, "right", 5), fmt.Sprintf("of the rules that grant them %d were looked into", supportsMost), overSite)
	}
	if len(unmade) > 0 {
		m.out("values for "+someOf(slices.Sorted(maps.Keys(unmade)), "test", 5), "nothing could be made up that meets them, or that does not", overSite)
	}
}

// settle gives the columns of rules their texts.
func (m *madeSite) settle(k *collector) {
	if c := k.columns[pathKey(reads.User, nil)+".userdirectory"]; c != nil && k.anonymous {
		c.domain.name(anonymousDirectory, false)
	}
	for _, d := range k.columns.domains() {
		d.settle(k.unmade)
		if len(d.patterns) > 1 {
			var keys []string
			for _, c := range d.columns {
				keys = append(keys, c.key)
			}
			m.out("texts of "+strings.Join(keys, ", ")+" that several patterns tell apart", "there are a few for each pattern", overSite)
		}
	}
}

// each gives the columns of a root values: those of all rules together or, where
// these are too many, those of each rule by itself.
func (m *madeSite) each(groups []columns, root reads.Root, typ string, most int, what string, take func([]*column, [][]value, assignment)) {
	run := func(group columns, partly bool) bool {
		cs := group.sorted(root)
		values := make([][]value, len(cs))
		for i, c := range cs {
			values[i] = c.values(m.isList(c, typ))
			if len(c.texts) > textsMost {
				m.out(fmt.Sprintf("%d of the values of %s", len(c.texts)-textsMost, c.key), "there are too many", overSite)
			}
			if len(c.texts)+len(c.fresh) > subsetsMost && m.isList(c, typ) {
				m.out("some combinations of several values of "+c.key+" at once", "there are too many", overSite)
			}
			if c.property == "" && c.steps[len(c.steps)-1].Many {
				m.out("what there is more than one of, of "+c.key, "one was made up", overSite)
			}
		}
		list, whole := assignments(cs, values, most)
		if whole || partly {
			for _, a := range list {
				take(cs, values, a)
			}
		}
		return whole
	}
	if run(groups[0], len(groups) == 1) {
		return
	}
	partly := 0
	for _, group := range groups[1:] {
		if !run(group, true) {
			partly++
		}
	}
	m.out("combinations of values that different rules look at, of "+what, "there are too many; those that one rule looks at were combined", overSite)
	if partly > 0 {
		m.out("some combinations of the values that a rule looks at, of "+what, fmt.Sprintf("there are too many, for %d of the rules", partly), overSite)
	}
}

// overSite is how to have compared what nothing was made up for.
const overSite = "compare over a snapshot"

// isList says whether the property of a column may have several texts.
func (m *madeSite) isList(c *column, typ string) bool {
	if len(c.steps) > 0 {
		typ = c.steps[len(c.steps)-1].Type
	}
	return m.isListOf(typ, c.property)
}

func (m *madeSite) isListOf(typ, property string) bool {
	t := m.view[typ]
	if t == nil {
		t = m.view[schema.GeneralKey]
	}
	if t == nil {
		return false
	}
	_, scalar := t.Scalars[property]
	_, list := t.Lists[property]
	return list && !scalar
}

// resource makes a resource up: one or, where a relation leads to the subject, one
// for each of these.
func (m *madeSite) resource(typ string, cs []*column, values [][]value, a assignment) {
	selves := slices.ContainsFunc(cs, func(c *column) bool { return c.self && values[slices.Index(cs, c)][a[slices.Index(cs, c)]].self })
	if !selves {
		m.entity(typ, nil, reads.Resource, cs, values, a, "")
		return
	}
	for _, user := range m.users {
		if len(m.entities[typ]) >= ownedMost {
			m.out("some resources of the type "+m.name(typ)+" that subjects own", "there are too many", overSite)
			return
		}
		m.entity(typ, nil, reads.Resource, cs, values, a, user)
	}
}

// entity makes the entity up that the steps lead to, with all that it leads to, and
// returns its handle.
func (m *madeSite) entity(typ string, steps []reads.Step, root reads.Root, cs []*column, values [][]value, a assignment, self string) string {
	fields := map[string]any{}
	var says []string
	id := "" // as written
	for i, c := range cs {
		v := values[i][a[i]]
		under := len(c.steps) == len(steps)+1 && slices.EqualFunc(steps, c.steps[:len(steps)], func(a, b reads.Step) bool { return a.Relation == b.Relation })
		here := len(c.steps) == len(steps) && slices.EqualFunc(steps, c.steps, func(a, b reads.Step) bool { return a.Relation == b.Relation })
		switch {
		case here && c.property == "id" && len(v.texts) > 0 && v.texts[0] != elseText:
			id = v.texts[0]
			says = append(says, "id = "+v.texts[0])
		case here && c.property != "" && c.property != "id" && len(v.texts) > 0:
			m.set(fields, typ, c.property, v.texts)
			says = append(says, c.property+" = "+strings.Join(v.texts, ", "))
		case under && c.property == "" && v.there:
			step := c.steps[len(steps)]
			target := self
			if !v.self {
				target = m.entity(step.Type, c.steps, root, cs, values, a, self)
			}
			if fields[step.Relation] = any(target); step.Many {
				fields[step.Relation] = []any{target}
			}
			about := m.says[step.Type+":"+target]
			if step.Type == "user" || len(about) == 0 {
				says = append(says, step.Relation+" is "+target)
			}
			if !v.self {
				for _, text := range about {
					says = append(says, step.Relation+"."+text)
				}
			}
		}
	}
	if id != "" {
		return m.addAs(typ, id, fields, says)
	}
	return m.add(typ, fields, says)
}

// set gives an entity a property.
func (m *madeSite) set(fields map[string]any, typ, property string, texts []string) {
	folded := make([]string, len(texts))
	for i, t := range texts {
		folded[i] = schema.Fold(t)
	}
	put := func(name string, list []string) {
		list = slices.Clone(list)
		slices.Sort(list)
		list = slices.Compact(list)
		if !m.isListOf(typ, property) {
			fields[name] = list[0]
			return
		}
		all := make([]any, len(list))
		for i, t := range list {
			all[i] = t
		}
		fields[name] = all
	}
	put(property, folded)
	put("="+property, texts)
}

// add adds an entity, once, and returns its handle.
func (m *madeSite) add(typ string, fields map[string]any, says []string) string {
	key := typ + fmt.Sprint(fields)
	if handle, ok := m.known[key]; ok {
		return handle
	}
	handle := fmt.Sprintf("%s-%03d", typ, len(m.entities[typ])+1)
	m.known[key] = handle
	return m.put(typ, handle, fields, says)
}

// addAs adds an entity under an id that rules name. There can be one only.
func (m *madeSite) addAs(typ, written string, fields map[string]any, says []string) string {
	id := schema.Fold(written)
	fields["=id"] = written
	if old, ok := m.entities[typ][id]; ok {
		if fmt.Sprint(old) != fmt.Sprint(fields) {
			m.out("other values of the "+m.name(typ)+" "+id, "there can be one of that id only", overSite)
		}
		return id
	}
	return m.put(typ, id, fields, says)
}

func (m *madeSite) put(typ, handle string, fields map[string]any, says []string) string {
	if m.entities[typ] == nil {
		m.entities[typ] = map[string]map[string]any{}
	}
	m.entities[typ][handle] = fields
	m.says[typ+":"+handle] = says
	return handle
}

// size is how much there is to say about a cell's subject and resource.
func (m *madeSite) size(p *partTally, c cellOf) int {
	n := 0
	for _, says := range [][]string{m.says["user:"+p.users.joined.names[c.user]], m.says[p.typ+":"+p.resources.joined.names[c.resource]]} {
		for _, text := range says {
			n += len(text) + 10
		}
	}
	return n
}
