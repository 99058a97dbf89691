# The entry points. Each of them is defined for every input, and for no input: a request that is not
# valid is denied.
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
# description: The action is optional in the request. If the request names one, it must be valid.
# entrypoint: true
default actions := set()

actions := types.actions(request.type, request.resource) if {
	request.valid
	not request.unknown_action
	request.user
	request.known_resource
}

# METADATA
# title: The decision, with the rules that grant the action or the reason for the denial
# description: |
#   The reason is the first one that applies, except that "no_rule" is tested early because it is the
#   cheapest to detect. All rules are evaluated once: a separate call of allow would save little for a
#   denial and cost much for a grant.
# entrypoint: true
decision := {"allow": true, "granted_by": granted_by, "reason": "granted"} if granted_by != set()

else := {"allow": false, "granted_by": set(), "reason": "no_rule"} if request.admitted

else := {"allow": false, "granted_by": set(), "reason": "invalid_request"} if not request.valid

else := {"allow": false, "granted_by": set(), "reason": "invalid_request"} if not request.action

else := {"allow": false, "granted_by": set(), "reason": "unknown_subject"} if not request.user

else := {"allow": false, "granted_by": set(), "reason": "unknown_resource"}

# --- batches ---

# batch is the result of allow for many resources of one type and one subject. In place of the action
# and the resource's id, the input has items, each of them [id, action]. An item that is not on record
# or not valid has no value here; the caller must request it separately. The input of a batch does not
# describe a resource, so no rule sees a description.
batch[i] := types.may(type, action, id) if {
	one_subject
	type := request.type
	some i, [id_as_written, action_as_written] in input.items
	id := lower(id_as_written)
	data.site.entities[type][id]
	action := lower(action_as_written)
	action in request.action_names
}

# batch_granted_by is the ids of all rules that grant the action, for each item that batch has.
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

# --- searches ---

# METADATA
# title: The subjects that a search considers
# description: Users on record, by account, or by id if they have no account.
subjects contains {"type": "user", "id": account} if some account, _ in data.site.subjects

subjects contains {"type": "user", "id": id} if {
	some id, _ in data.site.entities.user
	not id in with_account
}

with_account contains id if some _, id in data.site.subjects

# METADATA
# title: The resources that a search considers
# description: All entities on record, with their types in lower case.
resources contains {"type": type, "id": id} if {
	some type, collection in data.site.entities
	some id, _ in collection
}

# METADATA
# title: The actions that a search considers
action_names := request.action_names
