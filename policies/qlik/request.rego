# The request: its validation, its subject, action and resource, the session it comes from, and the
# entities that it describes.
#
# A decision about entities on record evaluates only the first section, which takes few steps. The rest
# is evaluated if a request describes an entity, and to find the reason for a denial.
#
# A test such as "not is_object(input.x)" is undefined, not true, if input.x is missing: OPA evaluates
# the argument before the "not". The rules below bind an optional part to a variable first, which has
# the same effect and shows it to the reader.
package qlik.request

import data.qlik.description
import data.qlik.site

# --- subject, action and resource ---

# admitted is [type, action, resource] for a valid request with a known subject and a known resource. It
# is everything that a decision tests before it evaluates the rules. It is false if an optional part is
# present and has the wrong type, null included, and undefined if anything else is wrong. The tests of
# optional parts are definitions of this rule because OPA's index skips those whose part is absent.
#
# The last two definitions are for a resource on record and for any other resource. For a resource on
# record, the last one fails whenever the one before it fails. Both repeat expressions that are rules of
# their own below: every decision evaluates them, and a reference to a rule costs more than the
# expression. lower is undefined for a value that is not a string, so it also checks the type.
admitted := false if {
	context := input.context
	not is_object(context)
} else := false if {
	properties := input.subject.properties
	not is_object(properties)
} else := false if {
	properties := input.resource.properties
	not is_object(properties)
} else := false if {
	properties := input.action.properties
	not is_object(properties)
} else := false if {
	origin := input.context.request_context
	not origin in {"hub", "qmc"}
} else := false if {
	environment := input.context.environment
	not is_object(environment)
} else := false if {
	# concat is undefined for any value except a list of strings.
	some value in input.context.environment
	not is_string(value)
	not concat("", value)
} else := [type, action, id] if {
	input.subject.type == "user"
	user
	type := lower(input.resource.type)
	id := lower(input.resource.id)
	data.site.entities[type][id]
	action := lower(input.action.name)
	action in {
		"approve", "changeowner", "changerole", "create", "delete", "distribute", "duplicate",
		"export", "exportdata", "offlineaccess", "publish", "read", "update",
	}
} else := [type, action, resource] if {
	input.subject.type == "user"
	user
	type := lower(input.resource.type)
	resource := concat("", ["\u001frequest\u001f", lower(input.resource.id)])
	known_resource
	action
}

# user is the handle of the subject, and undefined if the subject is not known. A known subject is an
# account on record, the id of a user on record, or an account that is anonymous or described.
user := recorded if recorded := data.site.subjects[lower(input.subject.id)]

else := id if {
	id := lower(input.subject.id)
	not contains(id, "\\")
	site.on_record("user", id)
}

else := unrecorded if unrecorded := described_subject.handle

# subject is the properties of the subject that rules read.
subject := record if record := data.site.entities.user[user]

else := description.entity(described_subject) if user == described_subject.handle

# is_user is true if the entity is the subject of the request: they have the same handle, or neither is on
# record and they have the same id.
default is_user(_) := false

is_user(handle) if handle == user

is_user(handle) if {
	startswith(handle, "\u001f")
	site.id(handle) == stranger
}

# stranger is the id of a described subject. It is undefined if a user on record has that id: a
# description cannot turn a subject into a user on record.
stranger := id if {
	startswith(user, "\u001f")
	id := site.id(user)
	not site.on_record("user", id)
}

# same is true if two entities of one type have the same id. It is false if one of them has no id.
default same(_, _) := false

same(one, other) if site.id(one) == site.id(other)

# anonymous is true if the subject's directory is NONE. The directory of the record takes precedence over
# the one in the request; the record has it if the rules read user.userDirectory.
anonymous if subject.userdirectory == "none"

anonymous if {
	not subject.userdirectory
	startswith(lower(input.subject.id), "none\\")
}

# --- session ---

from_hub if input.context.request_context == "hub"

from_qmc if input.context.request_context == "qmc"

# environment maps the names of the session's attributes, in lower case, to sets of values: a name to the
# values in lower case, "=" and the name to the values as written. It is undefined for a name without
# values. It omits names that begin with "=", which no rule can read. Refer to it by name: OPA then
# evaluates that name only, while the whole object takes time quadratic in the size of the input.
environment[folded] contains lower(text) if {
	some name, value in input.context.environment
	folded := lower(name)
	not startswith(name, "=")
	some text in description.as_list(value)
}

environment[exact] contains text if {
	some name, value in input.context.environment
	exact := concat("", ["=", lower(name)])
	some text in description.as_list(value)
}

# The attribute context is derived from request_context, unless the request sends an attribute of that
# name.
environment[key] contains text if {
	some key, text in {"context": lower(origin), "=context": origin}
}

origin := {"hub": "AppAccess", "qmc": "ManagementAccess"}[input.context.request_context] if not sends_context

sends_context if {
	some name, value in input.context.environment
	lower(name) == "context"
	description.as_list(value) != []
}

# --- validation ---

# valid is true if the request is valid, apart from the name of its action.
valid if {
	input.subject.type == "user"
	is_string(input.subject.id)
	is_string(input.resource.type)
	is_string(input.resource.id)
	not malformed
}

malformed if admitted == false

# action is the name of the action in lower case, and undefined if it is not one of action_names.
action := name if {
	name := lower(input.action.name)
	name in action_names
}

# unknown_action is true if the input has an action that is not known.
unknown_action if {
	_ = input.action # any value, false and null included
	not action
}

action_names := {
	"approve",
	"changeowner",
	"changerole",
	"create",
	"delete",
	"distribute",
	"duplicate",
	"export",
	"exportdata",
	"offlineaccess",
	"publish",
	"read",
	"update",
}

# A resource is known if it is on record or described, or if the snapshot has no entities of its type. In
# the last case the rules can test its type and id only. data.site.held lists the types that the snapshot
# has entities of, because OPA would convert a whole collection to find out whether it is empty.
known_resource if resource == id

known_resource if not data.site.held[type]

known_resource if input.resource.properties != {}

# --- the resource ---

type := lower(input.resource.type)

id := lower(input.resource.id)

# resource is the handle of the requested resource.
resource := id if data.site.entities[type][id]

else := concat("", ["\u001frequest\u001f", id])

# --- descriptions ---

# subject_properties and resource_properties are the properties that the request describes. Each number
# is replaced by a set with its string, because numbers written differently, such as 1 and 1.0, are
# different strings in a rule but equal in OPA, which would return the cached result of a function for
# the other number. Therefore no function takes a number as an argument, and these two are rules, not a
# function. A set cannot be confused with other values, because JSON has no sets.
default subject_properties := {}

subject_properties := json.patch(properties, numbers) if {
	properties := input.subject.properties
	numbers := [{"op": "replace", "path": path, "value": {json.marshal(value)}} |
		walk(properties, [path, value])
		is_number(value)
	]
}

default resource_properties := {}

resource_properties := json.patch(properties, numbers) if {
	properties := input.resource.properties
	numbers := [{"op": "replace", "path": path, "value": {json.marshal(value)}} |
		walk(properties, [path, value])
		is_number(value)
	]
}

# described_subject is the node of a subject that is not on record, if it is anonymous or has properties
# in the request. The directory and the user id come from the subject's id.
described_subject := description.node("user", "subject", fields, {
	"id": description.id(fields),
	"userdirectory": [directory],
	"userid": [user_id],
}) if {
	[directory, user_id] := site.account(input.subject.id)
	fields := subject_properties
	counts_without_record(directory, fields)
}

counts_without_record(_, properties) if properties != {}

counts_without_record(directory, _) if lower(directory) == "none"

# described is the properties that rules read, by handle, of the resource and of all entities that it
# refers to, directly or not. It does not include entities on record.
described := {node.handle: description.entity(node) |
	some generation in generations
	some node in generation
}

described_resource := description.node(
	type, "request", resource_properties,
	object.union({"id": [input.resource.id], "resourcetype": [input.resource.type]}, section_name),
) if {
	resource != id
}

# The name of a section of the QMC or the hub is its id.
section_name := {"name": [input.resource.id]} if type == "transientobject"

else := {}

# Rego has no recursion, so each generation of related entities is computed from the previous one. The
# longest path in Qlik's table of types has four steps (link.templateApp.stream.owner).
generations := [
	[described_resource],
	generation_1,
	generation_2,
	generation_3,
	generation_4,
	generation_5,
	description.related(generation_5),
]

generation_1 := description.related([described_resource])

generation_2 := description.related(generation_1)

generation_3 := description.related(generation_2)

generation_4 := description.related(generation_3)

generation_5 := description.related(generation_4)
