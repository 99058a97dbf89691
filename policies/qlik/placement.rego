# The nodes on which an app may be opened or reloaded: the entry points of Sync rules, which the QMC calls
# load balancing rules. A bundle has this package if the export has such rules.
#
# These entry points evaluate the rules only. A node must also run the engine and, for reloads, the
# scheduler, and must be a load balancing node of a virtual proxy.
package qlik.placement

import data.qlik.placement.rights
import data.qlik.request

# METADATA
# title: The ids of the nodes on which the resource may be opened
# description: The input has a resource and no subject.
# entrypoint: true
nodes contains node if {
	request.known_resource
	some node, _ in data.site.entities.servernodeconfiguration
	served with input.subject as {"type": "node", "id": node}
}

# METADATA
# title: The ids of the apps that may be opened on the node
# description: The input has a subject of the type node and no resource.
# entrypoint: true
apps contains app if {
	input.subject.type == "node"
	some app, _ in data.site.entities.app
	served with input.resource as {"type": "App", "id": app}
}

# METADATA
# title: The ids of the rules that place the resource on the node
# description: The input has a subject of the type node and a resource.
# entrypoint: true
default granted_by := set()

granted_by := rights.granted_by(request.type, "read", request.resource) if {
	input.subject.type == "node"
	request.known_resource
}

# Rules for resources of all types read the type from the request.
served if rights.may(request.type, "read", request.resource)
