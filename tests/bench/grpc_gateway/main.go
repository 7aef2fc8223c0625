// The reference of P5: grpc-gateway v2 in front of the same learning service,
// with the assertion that every call to a service carries.
package main

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"

	learning "bench/learning"
)

var (
	upstream = flag.String("upstream", "", "address of the learning service")
	keyFile  = flag.String("key_file", "", "PEM with the private key of process tool")
	kid      = flag.String("kid", "", "id of that key")
)

type signer struct {
	key   ed25519.PrivateKey
	mutex sync.Mutex
	token string
	made  time.Time
}

func encode(value any) string {
	text, _ := json.Marshal(value)
	return base64.RawURLEncoding.EncodeToString(text)
}

// One assertion serves for 20 seconds, as in our own gateway.
func (s *signer) sign() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := time.Now()
	if now.Sub(s.made) < 20*time.Second {
		return s.token
	}
	content := encode(map[string]any{"alg": "EdDSA", "typ": "reglab-assertion+jwt", "kid": *kid}) + "." +
		encode(map[string]any{
			"iss": "reglab", "aud": "learning", "sub": "nobody", "organization": "",
			"roles": []string{}, "scopes": []string{}, "bodies": []string{},
			"act": map[string]any{"sub": "tool"}, "iat": now.Unix(), "exp": now.Unix() + 60,
			"jti": fmt.Sprint(now.UnixNano())})
	s.token = content + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(s.key, []byte(content)))
	s.made = now
	return s.token
}

func main() {
	flag.Parse()
	text, err := os.ReadFile(*keyFile)
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(text)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	s := &signer{key: parsed.(ed25519.PrivateKey)}
	mux := runtime.NewServeMux(runtime.WithMetadata(func(context.Context, *http.Request) metadata.MD {
		return metadata.Pairs("authorization", "Bearer "+s.sign())
	}), runtime.WithIncomingHeaderMatcher(func(string) (string, bool) { return "", false }))
	options := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if err := learning.RegisterActivitiesServiceHandlerFromEndpoint(context.Background(), mux, *upstream, options); err != nil {
		log.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	log.Fatal(http.Serve(listener, mux))
}
