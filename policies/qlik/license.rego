# The licences that a user without a licence may take at login: the entry points of License rules. A
# bundle has this package if the export has such rules.
#
# The filter of a License rule names access groups. A user takes one kind of access. Qlik does not
# document which one if several are possible, so the entry point returns all of them.
package qlik.license

import data.qlik.license.groups
import data.qlik.license.rights
import data.qlik.request

# METADATA
# title: The kinds of access that the subject may take
# description: Some of professional, analyzer, user, login and capacity. The input needs a subject and its session attributes.
# entrypoint: true
kinds contains group.kind if {
	known
	some group in groups.all
	rights.may(group.type, "read", group.id) with input.resource as {"type": group.type, "id": group.id}
}

# METADATA
# title: The ids of all rules that let the subject take access
# entrypoint: true
granted_by contains id if {
	known
	some group in groups.all
	some id in rights.granted_by(group.type, "read", group.id) with input.resource as {"type": group.type, "id": group.id}
}

# known is true if the request has a valid subject, on record or described.
known if {
	input.subject.type == "user"
	not request.malformed
	request.user
}
