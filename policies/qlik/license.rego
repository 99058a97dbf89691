# Who takes which licence when he logs in and has none: the entry points of License rules. A bundle has
# this package if the export has such rules.
#
# Rules give access by groups that they name in their filters. A user takes one kind of access; which one
# where several fit is not documented, so that all are told.
package qlik.license

import data.qlik.license.groups
import data.qlik.license.rights
import data.qlik.request

# METADATA
# title: The kinds of access that the subject may take
# description: Of professional, analyzer, user, login and capacity. The input needs a subject, and its session attributes.
# entrypoint: true
kinds contains group.kind if {
	known
	some group in groups.all
	rights.may(group.type, "read", group.id) with input.resource as {"type": group.type, "id": group.id}
}

# METADATA
# title: The ids of all rules by which the subject may take access
# entrypoint: true
granted_by contains id if {
	known
	some group in groups.all
	some id in rights.granted_by(group.type, "read", group.id) with input.resource as {"type": group.type, "id": group.id}
}

# known says that the request has a valid subject, on record or described.
known if {
	input.subject.type == "user"
	not request.malformed
	request.user
}
