# Stands in for the generated code in the library's tests: data.rules tells what is granted, and on which
# node, "" being all. As the generated module of the types that nothing names, it reads the type of the
# request.
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
