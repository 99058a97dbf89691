# The policy of the AuthZEN working group's search application. Its users and
# records are those of the working group and stand in a bundle of their own.
package records

default allow := false

allow if {
	input.action.name in {"view", "edit", "delete"}
	record.owner == user.id
}

allow if {
	input.action.name == "view"
	record.department == user.department
}

allow if {
	input.action.name == "view"
	record
	user.role == "manager"
}

allow if {
	input.action.name == "edit"
	user.role == "manager"
	record.department == user.department
}

user := found if {
	input.subject.type == "user"
	some found in data.search.users
	found.id == input.subject.id
}

record := found if {
	input.resource.type == "record"
	some found in data.search.records
	format_int(found.id, 10) == input.resource.id
}

subjects contains {"type": "user", "id": user.id} if some user in data.search.users

resources contains {"type": "record", "id": format_int(record.id, 10)} if some record in data.search.records

action_names := ["view", "edit", "delete"]
