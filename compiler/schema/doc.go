// Package schema knows the resource types of Qlik Sense: the properties and relations of each,
// and whether it has custom properties. The table is data (schema.json) that users can extend
// with a file of the same form.
//
// It imports no other package of this module, and knows nothing about conditions, rules or
// entities. It never guesses: a type outside the table has the general form of OpenType.
package schema
