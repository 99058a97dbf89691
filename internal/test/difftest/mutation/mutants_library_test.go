package mutation

// libraryMutants are errors in the hand-written Rego.
var libraryMutants = []mutant{
	one("record of a subject does not win", "policies/qlik/request.rego",
		`user := recorded if recorded := data.site.subjects[lower(input.subject.id)]`,
		"user := recorded if {\n\trecorded := data.site.subjects[lower(input.subject.id)]\n\tobject.get(input.subject, \"properties\", {}) == {}\n}"),
	{"record of a resource does not win", []edit{
		{"policies/qlik/request.rego", "data.site.entities[type][id]\n\taction := lower", "data.site.entities[type][id]\n\tobject.get(input.resource, \"properties\", {}) == {}\n\taction := lower"},
		{"policies/qlik/request.rego", `resource := id if data.site.entities[type][id]`, "resource := id if {\n\tdata.site.entities[type][id]\n\tobject.get(input.resource, \"properties\", {}) == {}\n}"},
	}},
	one("record of a related entity does not win", "policies/qlik/description.rego", "key := lower(id)\n\tsite.on_record(node.type, key)", "key := lower(id)\n\tsite.on_record(node.type, key)\n\tnode.fields == {}"),
	one("who describes an id on record is that user", "policies/qlik/request.rego", "id := site.id(user)\n\tnot site.on_record(\"user\", id)", "id := site.id(user)"),
	one("two entities without id are the same", "policies/qlik/site.rego", "text := substring(tail, indexof(tail, \"\\u001f\") + 1, -1)\n\ttext != \"\"", "text := substring(tail, indexof(tail, \"\\u001f\") + 1, -1)"),
	one("the same entity: the same handle", "policies/qlik/request.rego", `same(one, other) if site.id(one) == site.id(other)`, `same(one, other) if one == other`),
	one("nested entities are forgotten", "policies/qlik/site.rego", `data.site.nested[type][handle]`, `data.site.nested[type][id(handle)]`),
	one("anonymous subjects are not", "policies/qlik/request.rego", `anonymous if subject.userdirectory == "none"`, `anonymous if subject.userdirectory == "NONE"`),
	one("anonymous: case counts", "policies/qlik/request.rego", `counts_without_record(directory, _) if lower(directory) == "none"`, `counts_without_record(directory, _) if directory == "NONE"`),
	one("environment: case of names counts", "policies/qlik/request.rego", `folded := lower(name)`, `folded := name`),
	one("environment: values not folded", "policies/qlik/request.rego", `environment[folded] contains lower(text) if {`, `environment[folded] contains text if {`),
	one("hub for any origin", "policies/qlik/request.rego", `from_hub if input.context.request_context == "hub"`, `from_hub if input.context.request_context`),
	one("another request context accepted", "policies/qlik/request.rego", `not origin in {"hub", "qmc"}`, `not origin in {"hub", "qmc", "both", "HUB"}`),
	one("null for properties accepted", "policies/qlik/request.rego", "properties := input.resource.properties\n\tnot is_object(properties)", "properties := input.resource.properties\n\tnot is_object(properties)\n\tnot is_null(properties)"),
	one("a list for the environment's text", "policies/qlik/request.rego", "not is_string(value)\n\tnot concat(\"\", value)", "not is_string(value)\n\tnot is_array(value)"),
	one("unknown resource accepted", "policies/qlik/request.rego", `known_resource if not data.site.held[type]`, `known_resource if type`),
	one("unknown action has actions", "policies/qlik/authz.rego", "\tnot request.unknown_action\n", ""),
	one("invalid action is an unknown subject", "policies/qlik/authz.rego", "else := {\"allow\": false, \"granted_by\": set(), \"reason\": \"invalid_request\"} if not request.action\n\n", ""),
	one("any subject's type", "policies/qlik/request.rego", "else := [type, action, id] if {\n\tinput.subject.type == \"user\"", "else := [type, action, id] if {\n\tinput.subject.type"),
	one("the year 1753 is a text", "policies/qlik/description.rego", `value != "1753-01-01T00:00:00.000Z"`, `value != "1753"`),
	one("described custom properties: case counts", "policies/qlik/description.rego", `lower(first(first(value, "definition"), "name")) == name`, `first(first(value, "definition"), "name") == name`),
	one("of two spellings the last counts", "policies/qlik/description.rego", `first(fields, name) := every_field(fields, name)[0]`, "first(fields, name) := all[count(all) - 1] if all := every_field(fields, name)"),
	one("of several values the first counts", "policies/qlik/description.rego", `single(value) := text(element) if [element] := as_list(value)`, `single(value) := text(as_list(value)[0])`),
}
