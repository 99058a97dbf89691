package fake

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/qlik2rego/qlik2rego/compiler/ruleset"
	"github.com/qlik2rego/qlik2rego/compiler/schema"
	"github.com/qlik2rego/qlik2rego/internal/evaluate"
	"github.com/qlik2rego/qlik2rego/internal/snapshot"
)

// matrixQuery is the body of …/security/audit/matrix.
type matrixQuery struct {
	ResourceType          string   `json:"resourceType"`
	ResourceRef           ref      `json:"resourceRef"`
	SubjectRef            ref      `json:"subjectRef"`
	Actions               uint32   `json:"actions"`
	EnvironmentAttributes string   `json:"environmentAttributes"`
	ResourceProperties    []string `json:"resourceProperties"`
	SubjectProperties     []string `json:"subjectProperties"`
	AuditLimit            int      `json:"auditLimit"`
	SubjectStart          string   `json:"subjectStart"`
}

type ref struct {
	ResourceFilter string `json:"resourceFilter"`
}

// environment parses OS=Windows;context=AppAccess; into the request context and the attributes
// of the session.
func environment(text string) (context string, attributes map[string][]string) {
	attributes = map[string][]string{}
	for part := range strings.SplitSeq(text, ";") {
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		key := schema.Fold(strings.TrimSpace(name))
		if key == "context" {
			context = requestContext(part)
			continue
		}
		attributes[key] = append(attributes[key], strings.TrimSpace(value))
	}
	return context, attributes
}

// selected returns the entities of a collection that a filter selects.
func (c *call) selected(name, text string) ([]*entity, bool) {
	pass, err := parseFilter(text)
	if err != nil {
		c.fail(http.StatusBadRequest, err.Error())
		return nil, false
	}
	c.Store.mu.RLock()
	defer c.Store.mu.RUnlock()
	list := c.Store.collections[name]
	if list == nil {
		c.fail(http.StatusBadRequest, "Missing parameter value(s): resourceType")
		return nil, false
	}
	var found []*entity
	list.each(false, func(e *entity) bool {
		if pass(e.fields) {
			found = append(found, e)
		}
		return true
	})
	return found, true
}

// matrix answers who has which of the actions on what, with up to AuditLimit pairs of a user
// and a resource that have any.
func (c *call) matrix() {
	var q matrixQuery
	if !c.body(&q) {
		return
	}
	subjects, ok := c.selected("user", q.SubjectRef.ResourceFilter)
	if !ok {
		return
	}
	resources, ok := c.selected(strings.ReplaceAll(strings.ToLower(q.ResourceType), ".", "/"), q.ResourceRef.ResourceFilter)
	if !ok {
		return
	}
	j, err := c.Store.judge()
	if err != nil {
		c.fail(http.StatusInternalServerError, err.Error())
		return
	}
	context, attributes := environment(q.EnvironmentAttributes)
	cells, users, things := []any{}, object{}, object{}
	started := q.SubjectStart == "" || q.SubjectStart == noID
	for _, subject := range subjects {
		if started = started || strings.EqualFold(subject.id, q.SubjectStart); !started {
			continue
		}
		user := j.site.Records["user"][schema.Fold(subject.id)]
		users[subject.id] = object{"subjectProperties": properties(subject, q.SubjectProperties), "privileges": nil, "schemaPath": "AuditMatrix.Subject"}
		for _, resource := range resources {
			thing := j.site.Records[schema.Fold(q.ResourceType)][schema.Fold(resource.id)]
			things[resource.id] = object{"resourceProperties": properties(resource, q.ResourceProperties), "privileges": nil, "schemaPath": "AuditMatrix.Resource"}
			if user == nil || thing == nil {
				continue
			}
			if access := uint32(j.rights(user, thing, context, attributes)) & q.Actions; access != 0 && (q.AuditLimit <= 0 || len(cells) < q.AuditLimit) {
				cells = append(cells, object{
					"subjectId": subject.id, "resourceId": resource.id, "audit": object{"access": access}, "schemaPath": "AuditMatrixElement",
				})
			}
		}
	}
	c.answer(http.StatusCreated, object{"matrix": cells, "resources": things, "subjects": users, "schemaPath": "AuditMatrix"})
}

func properties(e *entity, names []string) object {
	some := object{}
	for _, name := range names {
		if v, ok := field(e.fields, name); ok {
			some[name] = v
		}
	}
	return some
}

// auditQuery is the body of …/security/audit.
type auditQuery struct {
	ResourceType          string `json:"resourceType"`
	ResourceFilter        string `json:"resourceFilter"`
	UserFilter            string `json:"userFilter"`
	EnvironmentAttributes string `json:"environmentAttributes"`
	UserSkip              int    `json:"userSkip"`
	UserTake              int    `json:"userTake"`
	ResourceSkip          int    `json:"resourceSkip"`
	ResourceTake          int    `json:"resourceTake"`
}

// audit answers which rules grant what to which users.
func (c *call) audit() {
	var q auditQuery
	if !c.body(&q) {
		return
	}
	users, ok := c.selected("user", q.UserFilter)
	if !ok {
		return
	}
	resources, ok := c.selected(strings.ReplaceAll(strings.ToLower(q.ResourceType), ".", "/"), q.ResourceFilter)
	if !ok {
		return
	}
	j, err := c.Store.judge()
	if err != nil {
		c.fail(http.StatusInternalServerError, err.Error())
		return
	}
	context, attributes := environment(q.EnvironmentAttributes)
	people, things, rules, applied := object{}, object{}, object{}, []any{}
	for _, u := range page(users, q.UserSkip, q.UserTake) {
		user := j.site.Records["user"][schema.Fold(u.id)]
		people[u.id] = properties(u, []string{"userId", "userDirectory", "name"})
		for _, r := range page(resources, q.ResourceSkip, q.ResourceTake) {
			thing := j.site.Records[schema.Fold(q.ResourceType)][schema.Fold(r.id)]
			things[r.id] = properties(r, []string{"id", "name"})
			if user == nil || thing == nil {
				continue
			}
			for _, id := range j.granting(user, thing, context, attributes) {
				rule := j.rules[schema.Fold(id)]
				rules[id] = object{
					"name": rule.Name, "type": rule.Type, "rule": rule.Condition.Content, "resourceFilter": rule.Filter.Content,
					"actions": uint32(rule.Actions), "disabled": rule.Disabled,
				}
				applied = append(applied, object{
					"userID": u.id, "resourceID": r.id, "ruleID": id, "allowed": true, "errorAt": 0, "errorMessage": "", "evaluationState": "evaluated",
				})
			}
		}
	}
	c.answer(http.StatusCreated, object{"users": people, "resources": things, "rules": rules, "ruleApplication": applied, "schemaPath": "AuditResult"})
}

func page(list []*entity, skip, take int) []*entity {
	list = list[min(max(skip, 0), len(list)):]
	if take > 0 {
		list = list[:min(take, len(list))]
	}
	return list
}

// granting returns the rules that grant the user any action on the resource.
func (j *evaluation) granting(user, resource *snapshot.Entity, context string, attributes map[string][]string) []string {
	ids := map[string]bool{}
	for _, a := range ruleset.AllActions {
		d := j.evaluator.Answer(evaluate.Question{
			Subject: user, Resource: resource, Context: context, Environment: attributes, HasAction: true, Action: a,
		})
		for _, id := range d.GrantedBy {
			ids[id] = true
		}
	}
	return slices.Sorted(maps.Keys(ids))
}
