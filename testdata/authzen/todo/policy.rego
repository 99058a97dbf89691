# The policy of the AuthZEN working group's todo application.
package todo

default allow := false

allow if {
	input.action.name in {"can_read_user", "can_read_todos"}
	user
}

allow if {
	input.action.name == "can_create_todo"
	user.role in {"admin", "editor"}
}

allow if {
	input.action.name in {"can_update_todo", "can_delete_todo"}
	user.role == "editor"
	input.resource.properties.ownerID == user.email
}

allow if {
	input.action.name in {"can_update_todo", "can_delete_todo"}
	user.role == "admin"
}

user := data.todo.users[input.subject.id]
