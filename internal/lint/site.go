package lint

// The lints of this file compare rules with a snapshot. A snapshot has neither session
// attributes nor future users: findings are about the current site.

const siteSource = "The entities of the snapshot."

const twoUsers = `{"user": [{"id": "00000000-0000-4000-8000-000000000001", "userId": "anna", "userDirectory": "ACME", "name": "Anna", "roles": ["RootAdmin"], "attributes": [{"attributeType": "group", "attributeValue": "Sales"}]},
 {"id": "00000000-0000-4000-8000-000000000002", "userId": "ben", "userDirectory": "ACME", "name": "Ben", "roles": [], "attributes": [{"attributeType": "group", "attributeValue": "Finance"}, {"attributeType": "office", "attributeValue": "Lund"}]}],
 "app": [{"id": "00000000-0000-4000-8000-0000000000a1", "name": "Budget", "customProperties": [{"value": "Finance", "definition": {"name": "team"}}]}],
 "custompropertydefinition": [{"id": "00000000-0000-4000-8000-0000000000c1", "name": "team", "choiceValues": ["Finance", "Sales"]}]}`
