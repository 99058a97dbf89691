package extauthz

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/encoding/protowire"
)

// codec reads checks and writes answers in the wire format of Protocol Buffers.
type codec struct{}

// Name implements encoding.Codec.
func (codec) Name() string { return "proto" }

// Marshal implements encoding.Codec.
func (codec) Marshal(v any) ([]byte, error) {
	a, ok := v.(*Answer)
	if !ok {
		return nil, fmt.Errorf("extauthz: %T is not an answer", v)
	}
	return a.marshal(), nil
}

// Unmarshal implements encoding.Codec.
func (codec) Unmarshal(data []byte, v any) error {
	c, ok := v.(*Check)
	if !ok {
		return fmt.Errorf("extauthz: %T is not a check", v)
	}
	return eachField(data, fields{1: message(fields{ // attributes
		1: message(fields{1: message(fields{1: message(fields{2: text(&c.Peer)})})}),              // source.address.socket_address.address
		4: message(fields{2: message(fields{2: text(&c.Method), 3: c.header, 4: text(&c.Path)})}), // request.http
	})})
}

// fields parses the values of a message by field number.
type fields map[protowire.Number]func(value []byte) error

// eachField parses a message. As usual for Protocol Buffers, unknown fields are skipped, and
// the last value of a field is used.
func eachField(data []byte, read fields) error {
	for len(data) > 0 {
		number, kind, n := protowire.ConsumeTag(data)
		if n < 0 {
			return protowire.ParseError(n)
		}
		data = data[n:]
		if n = protowire.ConsumeFieldValue(number, kind, data); n < 0 {
			return protowire.ParseError(n)
		}
		if f, ok := read[number]; ok && kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(data)
			if err := f(value); err != nil {
				return err
			}
		}
		data = data[n:]
	}
	return nil
}

func message(read fields) func([]byte) error {
	return func(value []byte) error { return eachField(value, read) }
}

func text(s *string) func([]byte) error {
	return func(value []byte) error {
		if !utf8.Valid(value) {
			return errors.New("extauthz: a string is not valid UTF-8")
		}
		*s = string(value)
		return nil
	}
}

// header parses an entry of the map of headers.
func (c *Check) header(entry []byte) error {
	var name, value string
	if err := eachField(entry, fields{1: text(&name), 2: text(&value)}); err != nil {
		return err
	}
	if c.Headers == nil {
		c.Headers = map[string]string{}
	}
	c.Headers[name] = value
	return nil
}

// marshal writes a CheckResponse.
func (a *Answer) marshal() []byte {
	status := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(a.Code))
	b := appendBytes(nil, 1, status)
	if a.Code == codes.OK {
		return appendBytes(b, 3, nil) // ok_response
	}
	code := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(a.Status))
	denied := appendBytes(nil, 1, code) // status
	for _, h := range a.Header {
		header := appendBytes(appendBytes(nil, 1, []byte(h[0])), 2, []byte(h[1]))
		denied = appendBytes(denied, 2, appendBytes(nil, 1, header)) // headers.header
	}
	return appendBytes(b, 2, denied) // denied_response
}

func appendBytes(b []byte, number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), value)
}
