# The request: whether it is valid, whom and what it is about, where it comes from, and what it says
# of entities that are not on record.
#
# A decision about entities on record needs the first section only, which takes few steps. The rest
# is evaluated where a request describes something, or to say why it is refused.
#
# A test like "not is_object(input.x)" is undefined, not true, where input.x is missing: OPA looks
# the argument up in front of the "not". Optional parts are bound to a variable first, which says
# the same where a reader can see it.
package qlik.request

import data.qlik.description
import data.qlik.site

# --- whom and what it is about ---

# admitted is [type, action, resource] of a valid request with a known subject and a known resource: all
# that a decision asks before it asks the rules. It is false if an optional part is there and of the
# wrong type, null included, and undefined if anything else is amiss. OPA's index skips the definitions
# whose optional part is absent, which is why they stand here and not in a rule of their own.
#
# Of the last two, the first is about a resource on record and the second about any other; on record, it
# fails where the first did. Both repeat what is a rule of its own below, because every decision passes
# here and a reference to another rule costs more than the expression. What is no text has no lower
# form, so that lower checks types by the way.
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
	# concat is undefined for anything but a list of texts.
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

# user is the handle of the subject, undefined for a subject that is not known: an account on record,
# else the id of a user on record, else an account that is anonymous or described.
user := recorded if recorded := data.site.subjects[lower(input.subject.id)]

else := id if {
	id := lower(input.subject.id)
	not contains(id, "\\")
	site.on_record("user", id)
}

else := unrecorded if unrecorded := described_subject.handle

# subject has the attributes of the subject that rules read.
subject := record if record := data.site.entities.user[user]

else := description.entity(described_subject) if user == described_subject.handle

# is_user says whether an entity is the subject of the request: the same handle or, of two that are not on record,
# the same id.
default is_user(_) := false

is_user(handle) if handle == user

is_user(handle) if {
	startswith(handle, "\u001f")
	site.id(handle) == stranger
}

# stranger is the id of a subject who is described. It counts only as long as nobody on record has
# it: a description makes no one somebody on record.
stranger := id if {
	startswith(user, "\u001f")
	id := site.id(user)
	not site.on_record("user", id)
}

# same says whether two entities of one type are the same: it takes an id, and the same one.
default same(_, _) := false

same(one, other) if site.id(one) == site.id(other)

# anonymous says whether the subject's directory is NONE. A record's directory counts before the
# request's; it is there if the rules read user.userDirectory.
anonymous if subject.userdirectory == "none"

anonymous if {
	not subject.userdirectory
	startswith(lower(input.subject.id), "none\\")
}

# --- where it comes from ---

from_hub if input.context.request_context == "hub"

from_qmc if input.context.request_context == "qmc"

# environment is the session's attributes by name in lower case: a set of the values in lower case under
# the name, and as written under "=" and the name; undefined where there is no value. No rule can read
# a name that itself begins with "=", so that one is left out. It is to be asked by name: OPA then looks
# for that name alone, while the whole takes a time that grows with the square of what is sent.
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

# The attribute context says where the subject comes from, unless the request itself sends one.
environment[key] contains text if {
	some key, text in {"context": lower(origin), "=context": origin}
}

origin := {"hub": "AppAccess", "qmc": "ManagementAccess"}[input.context.request_context] if not sends_context

sends_context if {
	some name, value in input.context.environment
	lower(name) == "context"
	description.as_list(value) != []
}

# --- validity ---

# valid says that everything but the action's name is in order.
valid if {
	input.subject.type == "user"
	is_string(input.subject.id)
	is_string(input.resource.type)
	is_string(input.resource.id)
	not malformed
}

malformed if admitted == false

# action is the action's name in lower case, undefined unless it is one of action_names.
action := name if {
	name := lower(input.action.name)
	name in action_names
}

# unknown_action says that the input has an action, but none that is known.
unknown_action if {
	_ = input.action # whatever it is, false and null included
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

# A resource is known if it is on record or described, or if the snapshot holds nothing of its type:
# then type and id are all that there is to judge by. data.site.held lists the types that it holds,
# because to look whether a collection is empty OPA would convert the whole of it.
known_resource if resource == id

known_resource if not data.site.held[type]

known_resource if input.resource.properties != {}

# --- the resource ---

type := lower(input.resource.type)

id := lower(input.resource.id)

# resource is the handle of the requested resource.
resource := id if data.site.entities[type][id]

else := concat("", ["\u001frequest\u001f", id])

# --- what it describes ---

# subject_properties and resource_properties are what the request says of the two, with the set of its
# text in place of each number, because numbers that are written differently (1 and 1.0) are different
# texts in a rule and equal in OPA: it would answer a function of the one with what it remembers of the
# other. So no function ever has a number for an argument, and these are rules and not a function.
# No JSON value is a set.
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

# described_subject is who the request says a subject without record is: someone anonymous, or
# someone with properties. Directory and user id are those of the subject's id.
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

# described is what the rules read of the resource and of all that it relates to, by handle, as far
# as it is not on record.
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

# A section of the product's interface has its id for a name.
section_name := {"name": [input.resource.id]} if type == "transientobject"

else := {}

# Rego has no recursion: each generation of related entities is made from the one before. The longest
# path in Qlik's table of types has four steps (link.templateApp.stream.owner).
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
