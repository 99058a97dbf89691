# Replaces the generated code in the library's tests. data.rules lists what is granted.
package qlik.license.rights

import data.qlik.request
import data.qlik.types

# It reads the type from the request, like the generated module of the types that no rule names.
may(type, action, handle) := types.may(type, action, handle) if request.type == type

granted_by(type, action, handle) := types.granted_by(type, action, handle) if request.type == type
