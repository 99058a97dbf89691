package extauthz

import (
	"reflect"
	"testing"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	auth "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Messages that Envoy's own types encode are decoded correctly.
func TestCheckIsReadAsEnvoyWritesIt(t *testing.T) {
	peer := &auth.AttributeContext_Peer{Service: "s", Address: &core.Address{Address: &core.Address_SocketAddress{SocketAddress: &core.SocketAddress{
		Address: "192.0.2.1", PortSpecifier: &core.SocketAddress_PortValue{PortValue: 1234},
	}}}}
	for name, c := range map[string]struct {
		sent *auth.CheckRequest
		want Check
	}{
		"empty":       {&auth.CheckRequest{}, Check{}},
		"no request":  {&auth.CheckRequest{Attributes: &auth.AttributeContext{Source: peer}}, Check{Peer: "192.0.2.1"}},
		"other peers": {&auth.CheckRequest{Attributes: &auth.AttributeContext{Destination: peer}}, Check{}},
		"all": {&auth.CheckRequest{Attributes: &auth.AttributeContext{
			Source: peer, ContextExtensions: map[string]string{"a": "b"},
			Request: &auth.AttributeContext_Request{Time: timestamppb.Now(), Http: &auth.AttributeContext_HttpRequest{
				Id: "1", Method: "GET", Path: "/apps/ä", Host: "h", Size: 7, Body: "b", RawBody: []byte{255},
				Headers: map[string]string{"x-qlik-user": "ACME\\anna", "empty": ""},
			}},
		}}, Check{Method: "GET", Path: "/apps/ä", Headers: map[string]string{"x-qlik-user": "ACME\\anna", "empty": ""}, Peer: "192.0.2.1"}},
	} {
		data, err := proto.Marshal(c.sent)
		if err != nil {
			t.Fatal(err)
		}
		var got Check
		if err := (codec{}).Unmarshal(data, &got); err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

func TestAnswerIsReadByEnvoy(t *testing.T) {
	read := func(a *Answer) *auth.CheckResponse {
		data, err := (codec{}).Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var got auth.CheckResponse
		if err := proto.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		return &got
	}
	if ok := read(&Answer{}); ok.GetStatus() == nil || ok.GetStatus().GetCode() != 0 || ok.GetOkResponse() == nil {
		t.Errorf("passed: %v", ok)
	}
	denied := read(&Answer{Code: codes.PermissionDenied, Status: 403, Header: [][2]string{{"cache-control", "no-store"}}})
	d := denied.GetDeniedResponse()
	if denied.GetStatus().GetCode() != int32(codes.PermissionDenied) || d.GetStatus().GetCode() != 403 || len(d.GetHeaders()) != 1 ||
		d.GetHeaders()[0].GetHeader().GetKey() != "cache-control" || d.GetHeaders()[0].GetHeader().GetValue() != "no-store" {
		t.Errorf("denied: %v", denied)
	}
}

// A check that is truncated or not text is an error, never a check with missing parts.
func TestBrokenChecks(t *testing.T) {
	whole, err := proto.Marshal(&auth.CheckRequest{Attributes: &auth.AttributeContext{Request: &auth.AttributeContext_Request{
		Http: &auth.AttributeContext_HttpRequest{Method: "GET", Path: "/", Headers: map[string]string{"a": "b"}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for n := 1; n < len(whole); n++ {
		if err := (codec{}).Unmarshal(whole[:n], new(Check)); err == nil {
			t.Errorf("the first %d of %d bytes are a check", n, len(whole))
		}
	}
	for name, data := range map[string][]byte{
		"text":   {0x0a, 7, 0x22, 5, 0x12, 3, 0x12, 1, 0xff},
		"header": {0x0a, 9, 0x22, 7, 0x12, 5, 0x1a, 3, 0x0a, 1, 0xff},
	} {
		if err := (codec{}).Unmarshal(data, new(Check)); err == nil {
			t.Errorf("%s that is not UTF-8 is accepted", name)
		}
	}
	if err := (codec{}).Unmarshal(nil, new(Answer)); err == nil {
		t.Error("an answer is read as a check")
	}
	if _, err := (codec{}).Marshal(new(Check)); err == nil {
		t.Error("a check is written as an answer")
	}
}
