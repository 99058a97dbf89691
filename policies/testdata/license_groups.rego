# Replaces the generated code in the library's tests.
package qlik.license.groups

all := [
	{"kind": "professional", "type": "license.professionalaccessgroup", "id": "g-1"},
	{"kind": "analyzer", "type": "license.analyzeraccessgroup", "id": "g-2"},
	{"kind": "capacity", "type": "license.analyzertimeaccesstype", "id": "*"},
]
