// Package schema knows the resource types of Qlik Sense: which properties and
// relations each has, and where custom properties exist. The table is data
// (schema.json) that a user extends with a file of the same form.
//
// It imports nothing of this project, knows nothing of conditions, rules or
// entities, and never guesses: a type outside the table has the general form
// of OpenType.
package schema
