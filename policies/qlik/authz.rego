# The entry points. Each is defined for every input, also for none: what is not a valid request is
# denied.
package qlik.authz

import data.qlik.request
import data.qlik.types

# METADATA
# title: Whether the subject may perform the action on the resource
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
# title: The names of all actions that the subject has on the resource
# description: The request need not name an action, but one that it names must be valid.
# entrypoint: true
default actions := set()

actions := types.actions(request.type, request.resource) if {
	request.valid
	not request.unknown_action
	request.user
	request.known_resource
}

# METADATA
# title: Whether the action is allowed, by which rules, and if not why
# description: |
#   The first reason that applies, but for "no_rule", which is the cheapest to see. All rules are asked once:
#   to ask first whether one grants would spare a denial little and cost a grant much.
# entrypoint: true
decision := {"allow": true, "granted_by": granted_by, "reason": "granted"} if granted_by != set()

else := {"allow": false, "granted_by": set(), "reason": "no_rule"} if request.admitted

else := {"allow": false, "granted_by": set(), "reason": "invalid_request"} if not request.valid

else := {"allow": false, "granted_by": set(), "reason": "invalid_request"} if not request.action

else := {"allow": false, "granted_by": set(), "reason": "unknown_subject"} if not request.user

else := {"allow": false, "granted_by": set(), "reason": "unknown_resource"}

# --- many at once ---

# batch is what allow says of many resources of one type for one subject: the input has items, each
# [id, action], in place of action and the resource's id. Items that are not on record, or not valid,
# have no value here and must be asked for one by one. Such an input describes no resource, so that no
# rule sees a description in either case.
batch[i] := types.may(type, action, id) if {
	one_subject
	type := request.type
	some i, [id_as_written, action_as_written] in input.items
	id := lower(id_as_written)
	data.site.entities[type][id]
	action := lower(action_as_written)
	action in request.action_names
}

# batch_granted_by is the ids of all rules that grant, for the items that batch has.
batch_granted_by[i] := types.granted_by(request.type, lower(action), lower(id)) if {
	some i, true in batch
	[id, action] := input.items[i]
}

batch_granted_by[i] := set() if some i, false in batch

one_subject if {
	input.subject.type == "user"
	not request.malformed
	request.user
}

# --- what there is to ask about ---

# METADATA
# title: Who a search for subjects looks at
# description: Users on record, by account or, without one, by id.
subjects contains {"type": "user", "id": account} if some account, _ in data.site.subjects

subjects contains {"type": "user", "id": id} if {
	some id, _ in data.site.entities.user
	not id in with_account
}

with_account contains id if some _, id in data.site.subjects

# METADATA
# title: What a search for resources looks at
# description: Everything on record, types in lower case.
resources contains {"type": type, "id": id} if {
	some type, collection in data.site.entities
	some id, _ in collection
}

# METADATA
# title: What a search for actions looks at
action_names := request.action_names
