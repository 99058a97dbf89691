# What an audit asks: for one subject and many resources of one type, on record or known as nested
# objects only, the rules that grant. Resources are named by their handles (data.qlik.site).
package qlik.audit

import data.qlik.request
import data.qlik.types

# granting[i] is the ids of the rules that grant one of the actions on the i-th of the resources. A rule grants
# all of its actions or none, so that actions which together occur in all rules tell which rules grant.
granting[i] := union({types.granted_by(request.type, action, handle) | some action in input.actions}) if {
	input.subject.type == "user"
	not request.malformed
	request.user
	some i, handle in input.handles
}
