// A bare grpc++ callback server that answers GetActivity from memory: what gRPC
// itself costs, with answers of the same size as the real ones.
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "reglab/learning/v1/activity.grpc.pb.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "Address and port");
ABSL_FLAG(std::string, answer, "",
          "File with the Activity to answer with, as wire bytes");

namespace {

using reglab::learning::v1::ActivitiesService;
using reglab::learning::v1::Activity;
using reglab::learning::v1::GetActivityRequest;

class Bare : public ActivitiesService::CallbackService {
 public:
  explicit Bare(Activity answer) : answer_(std::move(answer)) {}

  grpc::ServerUnaryReactor* GetActivity(grpc::CallbackServerContext* context,
                                        const GetActivityRequest* request,
                                        Activity* response) override {
    *response = answer_;
    response->set_name(request->name());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

 private:
  const Activity answer_;
};

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  std::ifstream file(absl::GetFlag(FLAGS_answer), std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  Activity answer;
  if (!file || !answer.ParseFromString(bytes.str())) {
    std::fprintf(stderr, "--answer is no Activity\n");
    return 1;
  }
  Bare service(std::move(answer));
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(absl::GetFlag(FLAGS_listen),
                           grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  server->Wait();
}
