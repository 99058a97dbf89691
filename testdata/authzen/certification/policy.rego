# The policy of the AuthZEN certification: what is stored and what the request
# says of the same entity are joined, and the request comes first.
package certification

default allow := false

allow if {
	input.action.name == "read"
	known
}

allow if {
	input.action.name == "write"
	known
	record.status == "active"
	user.role != "admin"
}

allow if {
	input.action.name == "write"
	known
	record.status == "archived"
	user.role == "admin"
}

allow if {
	input.action.name == "delete"
	known
	input.action.properties.soft == true
}

known if {
	input.subject.type == "user"
	data.certification.users[input.subject.id]
	input.resource.type == "record"
	data.certification.records[input.resource.id]
}

user := object.union(data.certification.users[input.subject.id], object.get(input.subject, "properties", {}))

record := object.union(data.certification.records[input.resource.id], object.get(input.resource, "properties", {}))

# What a search looks at.

subjects contains {"type": "user", "id": id} if some id, _ in data.certification.users

resources contains {"type": "record", "id": id} if some id, _ in data.certification.records

action_names := {"read", "write", "delete"}
