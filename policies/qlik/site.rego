# The entities that a decision can read, by type and handle.
#
# A handle identifies an entity within one decision:
#
#   <id>                        an entity on record, by its id in lower case
#   \u001f<n>\u001f<id>         one that the snapshot has only as a nested object of another
#   \u001f<path>\u001f<id>      one that the request describes; the path is "request" for the
#                               resource itself, such as "request.app.stream" for an entity
#                               that it refers to, and "subject" for a described subject
#
# The separator prevents collisions between the three kinds. The snapshot reader rejects ids with
# control characters, so an id on record never looks like a handle of another kind. An id from a
# request is either looked up among the records or written after the second separator, where it is
# not taken for a path.
package qlik.site

import data.qlik.request

# entity is the properties of an entity that rules read, {} if there are none. The record comes first,
# so a request cannot describe an entity that is on record.
entity(type, handle) := record if record := data.site.entities[type][handle]

else := nested if nested := data.site.nested[type][handle]

else := described if described := request.described[handle]

else := {}

# on_record is true if the collection of the type has the entity.
on_record(type, id) if data.site.entities[type][id]

# id is the entity's id in lower case. Like any missing property, it is undefined for an entity without
# an id. Only the requested resource can have the id "", if the request gives that id.
id(handle) := handle if not startswith(handle, "\u001f")

else := "" if {
	handle == "\u001frequest\u001f"
}

else := text if {
	tail := substring(handle, 1, -1)
	text := substring(tail, indexof(tail, "\u001f") + 1, -1)
	text != ""
}

# identity distinguishes entities of one type: it is the id or, for an entity without one, the handle.
# The handle is in a list because an id in a request could be the same string as a handle.
identity(handle) := text if text := id(handle)

else := [handle]

# account is [directory, user] for the string DIRECTORY\user, and undefined for any other string. The
# directory ends at the first backslash.
account(text) := [directory, user] if {
	at := indexof(text, "\\")
	at > 0
	directory := substring(text, 0, at)
	user := substring(text, at + 1, -1)
	user != ""
}
