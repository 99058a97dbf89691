# What a decision knows about entities, by type and handle.
#
# A handle names an entity within one decision:
#
#   <id>                        an entity on record, by its id in lower case
#   \u001f<n>\u001f<id>         one that the snapshot knows only as a nested object of another
#   \u001f<path>\u001f<id>      one that the request describes; the path is "request" for the
#                               resource itself, "request.app.stream" for what it relates to,
#                               "subject" for a described subject
#
# The separator keeps the three apart: the snapshot reader refuses ids with control characters, so
# that nothing on record looks like a handle of the other kinds, and an id from a request is only
# ever looked up among the records or put behind the second separator, where it cannot pass for a
# path.
package qlik.site

import data.qlik.request

# entity is what the rules read of an entity; {} if there is nothing to read. The record comes
# first: nobody can describe what is on record.
entity(type, handle) := record if record := data.site.entities[type][handle]

else := nested if nested := data.site.nested[type][handle]

else := described if described := request.described[handle]

else := {}

# on_record says whether the entity stands in its own type's collection.
on_record(type, id) if data.site.entities[type][id]

# id is the entity's id in lower case; undefined for an entity without one, like any property that
# is missing. Only the requested resource can have the id "", because there the request says so.
id(handle) := handle if not startswith(handle, "\u001f")

else := "" if {
	handle == "\u001frequest\u001f"
}

else := text if {
	tail := substring(handle, 1, -1)
	text := substring(tail, indexof(tail, "\u001f") + 1, -1)
	text != ""
}

# identity is what tells entities of one type apart: the id or, without one, the handle, in a list
# because an id that a request makes up could be the text of a handle.
identity(handle) := text if text := id(handle)

else := [handle]

# account is [directory, user] of DIRECTORY\user; undefined for any other text. The directory ends
# at the first backslash.
account(text) := [directory, user] if {
	at := indexof(text, "\\")
	at > 0
	directory := substring(text, 0, at)
	user := substring(text, at + 1, -1)
	user != ""
}
