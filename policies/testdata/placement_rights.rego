# Replaces the generated code in the library's tests. data.rules lists what is granted on which node; ""
# is all nodes. It reads the type from the request, like the generated module of the types that no rule
# names.
package qlik.placement.rights

import data.qlik.placement.request

default may(_, _, _) := false

may(type, action, handle) if granted_by(type, action, handle) != set()

granted_by(type, action, handle) := {id |
	some id, grant in data.rules
	grant.type == type
	request.type == type
	grant.action == action
	grant.handle == handle
	grant.node in {"", request.subject.name}
}
