# Stands in for the generated code in the library's tests: data.rules tells what is granted.
package qlik.license.types

import data.qlik.types

may(type, action, handle) := types.may(type, action, handle)

granted_by(type, action, handle) := types.granted_by(type, action, handle)
