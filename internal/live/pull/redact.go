package pull

import (
	"bytes"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// harmless are the types without secrets. Their entities are kept unchanged.
var harmless = map[string]bool{
	"App": true, "App.Object": true, "App.Content": true, "App.DataSegment": true, "App.Internal": true, "Stream": true, "User": true,
	"SystemRule": true, "StaticContentReference": true, "Tag": true, "CustomPropertyDefinition": true, "ReloadTask": true,
	"ContentLibrary": true, "Extension": true, "SharedContent": true,
}

// secret reports whether a field is secret by its name. The settings of user directories may hold
// passwords under any name.
func secret(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{"password", "connectionstring", "secret", "privatekey", "credential", "apikey", "token"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return name == "settings"
}

// redact returns an entity without its secrets.
func redact(typ string, entity []byte) ([]byte, error) {
	if harmless[typ] {
		return entity, nil
	}
	var b bytes.Buffer
	dec := jsontext.NewDecoder(bytes.NewReader(entity), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	enc := jsontext.NewEncoder(&b, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	if err := copyValue(dec, enc); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func copyValue(dec *jsontext.Decoder, enc *jsontext.Encoder) error {
	token, err := dec.ReadToken()
	if err != nil {
		return err
	}
	kind := token.Kind()
	if err := enc.WriteToken(token); err != nil || kind != '{' && kind != '[' {
		return err
	}
	for dec.PeekKind() != '}' && dec.PeekKind() != ']' {
		if kind == '{' {
			name, err := dec.ReadToken()
			if err != nil {
				return err
			}
			if secret(name.String()) {
				if err := dec.SkipValue(); err != nil {
					return err
				}
				continue
			}
			if err := enc.WriteToken(name); err != nil {
				return err
			}
		}
		if err := copyValue(dec, enc); err != nil {
			return err
		}
	}
	end, err := dec.ReadToken()
	if err != nil {
		return err
	}
	return enc.WriteToken(end)
}
