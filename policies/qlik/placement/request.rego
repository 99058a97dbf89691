# The request as Sync rules see it: the subject is a node on record.
package qlik.placement.request

import data.qlik.request

# user is the handle of the node.
user := id if {
	id := lower(input.subject.id)
	data.site.entities.servernodeconfiguration[id]
}

# subject is the properties of the node that rules read.
subject := data.site.entities.servernodeconfiguration[user]

type := request.type

# is_user is true if the entity is the node.
default is_user(_) := false

is_user(handle) if handle == user

# same is true if two entities of one type are identical.
same(one, other) := request.same(one, other)
