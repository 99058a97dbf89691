# Stands in for the generated code in the library's tests: data.rules tells what is granted.
package qlik.license.rights

import data.qlik.request
import data.qlik.types

# As the generated module of the types that nothing names, it reads the type of the request.
may(type, action, handle) := types.may(type, action, handle) if request.type == type

granted_by(type, action, handle) := types.granted_by(type, action, handle) if request.type == type
