# Entities that a request describes, converted to the form of the snapshot's entities.
#
# A description mixes QRS fields (customProperties, attributes as a list, nested entities) and a
# short form (custom, attributes as an object, ids in place of entities). Names are not case-sensitive.
# If names differ only in case, the one that sorts first is used; the values of lists are united. This
# package reads only what data.qlik.view lists for a type, so a custom property or a relation that the
# type does not have is ignored.
#
# A node is one described entity:
#
#   handle    see qlik.site
#   type      its type, in lower case
#   path      its location in the request, such as "request.app.stream"
#   fields    its properties, as the request writes them
#   own       properties that override the fields, as lists of strings; always the id
package qlik.description

import data.qlik.site

node(type, path, fields, own) := {
	"handle": concat("\u001f", ["", path, lower(concat("", own.id))]),
	"type": type,
	"path": path,
	"fields": fields,
	"own": own,
}

# entity is the properties of a node that rules read, in the form of the snapshot's entities.
entity(node) := object.union_n([scalars(node), lists(node), relations(node)])

# view lists the properties of a type that rules read. The types that no rule names share one view.
view(type) := known if known := data.qlik.view[type]

else := open if open := data.qlik.view["*"]

else := {"scalars": {}, "lists": {}, "relations": {}}

# --- properties ---

scalars(node) := {concat("", [form, name]): in_form(form, text) |
	some name, forms in view(node.type).scalars
	text := named(node.type, name, scalar(node, name))
	some form in forms
}

# named is the value of a property. For an enumeration it is the name of the value, whether the request
# writes the name or the number.
named(type, name, written) := value if value := view(type).enumerations[name][lower(written)]

else := written

scalar(node, name) := own if own := node.own[name][0]

else := single(first(node.fields, name)) if not node.own[name]

lists(node) := {concat("", [form, name]): sort(values) |
	some name, forms in view(node.type).lists
	written := list(node, name)
	some form in forms
	values := {in_form(form, text) | some text in written}
	values != set()
}

# The lists of a user are the roles and any number of directory attributes.
list(node, name) := own if own := node.own[name]

else := custom(node.fields, substring(name, 1, -1)) if startswith(name, "@")

else := attributes(node.fields, name) if {
	node.type == "user"
	name != "roles"
}

else := {text |
	some value in every_field(node.fields, name)
	some text in texts(value)
}

custom(fields, name) := short_form(fields, "custom", name) | {text |
	some values in every_field(fields, "customproperties")
	some value in as_list(values)
	lower(first(first(value, "definition"), "name")) == name
	text := single(first(value, "value"))
}

attributes(fields, name) := short_form(fields, "attributes", name) | {text |
	some values in every_field(fields, "attributes")
	some value in as_list(values)
	lower(first(value, "attributetype")) == name
	text := single(first(value, "attributevalue"))
}

# short_form is the strings in {"<group>": {"<name>": "string" or ["string", …]}}.
short_form(fields, group, name) := {text |
	some values in every_field(fields, group)
	some value in every_field(values, name)
	some text in texts(value)
}

in_form("", text) := lower(text)

in_form("=", text) := text

# --- relations ---

# related is the described entities that the relations of the nodes refer to.
related(nodes) := [target |
	some node in nodes
	some name, relation in view(node.type).relations
	some target in targets(node, name, relation)
	target.fields
]

relations(node) := object.union(
	{name: targets(node, name, relation)[0].handle |
		some name, relation in view(node.type).relations
		not relation.many
	},
	{name: handles |
		some name, relation in view(node.type).relations
		relation.many
		handles := sort({target.handle | some target in targets(node, name, relation)})
		handles != []
	},
)

# targets is the entities that a relation refers to: a handle for each one on record, a node for each
# other one.
targets(node, name, relation) := [target |
	some i, value in as_list(first(node.fields, name))
	target := resolve(described(relation.type, sprintf("%s.%s.%d", [node.path, name, i]), value))
] if relation.many

else := [target |
	[value] := as_list(first(node.fields, name))
	target := resolve(described(relation.type, concat(".", [node.path, name]), value))
]

# described is the node for one reference: the account of a user, an id, or a nested entity. The empty
# string and {} do not refer to an entity.
described(type, path, value) := node(type, path, {}, {
	"id": [],
	"userdirectory": [directory],
	"userid": [user],
}) if {
	type == "user"
	is_string(value)
	[directory, user] := site.account(value)
} else := node(type, path, {}, {"id": [value]}) if {
	is_string(value)
	value != ""
} else := node(type, path, value, {"id": id(value)}) if {
	is_object(value)
	value != {}
}

# resolve is the handle of the record that the node refers to, or the node itself if there is none.
resolve(node) := {"handle": key} if {
	some id in node.own.id
	key := lower(id)
	site.on_record(node.type, key)
} else := {"handle": handle} if {
	account := concat("\\", [node.own.userdirectory[0], node.own.userid[0]])
	handle := data.site.subjects[lower(account)]
} else := node

# id is a list with the id in the fields. It is empty if there is no id, or an empty string.
id(fields) := [text |
	text := single(first(fields, "id"))
	text != ""
]

# --- values ---

# every_field is the values of a name in all its spellings, sorted by spelling.
every_field(fields, name) := [value |
	is_object(fields)
	some spelling, value in fields
	lower(spelling) == name
]

first(fields, name) := every_field(fields, name)[0]

as_list(value) := value if is_array(value)

else := [value]

# texts is the set of strings of a value, or of a list of values.
texts(value) := {text(element) | some element in as_list(value)}

# single is the string of a value, or of a list with exactly one value.
single(value) := text(element) if [element] := as_list(value)

# Qlik writes a date in 1753 for "never".
text(value) := value if {
	is_string(value)
	value != "1753-01-01T00:00:00.000Z"
}

text(value) := json.marshal(value) if is_boolean(value)

# request.subject_properties replaces a number by a set with its string.
text(value) := number if {
	is_set(value)
	some number in value
}
