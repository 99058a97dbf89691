# Replaces the generated code in the library's tests. data.rules lists what is granted.
package qlik.types

default may(_, _, _) := false

may(type, action, handle) if granted_by(type, action, handle) != set()

actions(type, handle) := {grant.action |
	some grant in data.rules
	grant.type == type
	grant.handle == handle
}

granted_by(type, action, handle) := {id |
	some id, grant in data.rules
	grant.type == type
	grant.action == action
	grant.handle == handle
}
