# The entry points. Each is defined for every input, also for none: what is not a valid request is
# denied.
package qlik.authz

import data.qlik.request
import data.qlik.types

# METADATA
# title: Whether the requester may perform the action on the resource
# entrypoint: true
default allow := false

allow if {
	[type, action, resource] := request.admitted
	types.may(type, action, resource)
}

# METADATA
# title: The ids of all rules that grant the action
# description: Costs more than allow, which stops at the first rule that grants.
# entrypoint: true
default granted_by := set()

granted_by := types.granted_by(type, action, resource) if {
	[type, action, resource] := request.admitted
}

# METADATA
# title: The names of all actions that the requester has on the resource
# description: The request need not name an action, but one that it names must be valid.
# entrypoint: true
actions contains action if {
	request.valid
	not request.unknown_action
	request.user
	request.known_resource
	type := request.type
	resource := request.resource
	some action in request.action_names
	types.may(type, action, resource)
}

# METADATA
# title: Whether the action is allowed, by which rules, and if not why
# description: The first reason that applies, but for "no_rule", which is the cheapest to see.
# entrypoint: true
decision := {"allow": true, "granted_by": granted_by, "reason": "granted"} if allow

else := {"allow": false, "granted_by": set(), "reason": "no_rule"} if request.admitted

else := {"allow": false, "granted_by": set(), "reason": "invalid_request"} if not request.valid

else := {"allow": false, "granted_by": set(), "reason": "invalid_request"} if not request.action

else := {"allow": false, "granted_by": set(), "reason": "unknown_subject"} if not request.user

else := {"allow": false, "granted_by": set(), "reason": "unknown_resource"}
