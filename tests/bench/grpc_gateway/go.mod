module bench

go 1.24

require (
	github.com/grpc-ecosystem/grpc-gateway/v2 v2.27.3
	google.golang.org/grpc v1.76.0
	google.golang.org/protobuf v1.36.10
)
