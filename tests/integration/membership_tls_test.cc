#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "reglab/learning/v1/activity.pb.h"
#include "tests/integration/service_fixture.h"

ABSL_DECLARE_FLAG(std::string, tls_certificate);
ABSL_DECLARE_FLAG(std::string, tls_key);
ABSL_DECLARE_FLAG(std::string, tls_ca);

namespace reglab {
namespace {

using testing::Suite;

// Certificates of an authority of the test's own, by OpenSSL's program.
class Authority {
 public:
  explicit Authority(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    Run("openssl req -x509 -newkey ed25519 -nodes -days 2 -subj /CN=authority "
        "-keyout ca.key -out ca.pem");
  }
  void Issue(const std::string& name) {
    Run("openssl req -new -newkey rsa:2048 -nodes -subj /CN=" + name +
        " -keyout " + name + ".key -out " + name + ".csr");
    Run("printf 'subjectAltName=IP:127.0.0.1,DNS:" + name + "' > " + name +
        ".ext && openssl x509 -req -in " + name +
        ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile " +
        name + ".ext -out " + name + ".pem");
  }
  std::string File(const std::string& name) const {
    return folder_ + "/" + name;
  }
  std::string Text(const std::string& name) const {
    std::ifstream stream(File(name));
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  std::vector<std::string> Flags(const std::string& name) const {
    return {"--tls_certificate=" + File(name + ".pem"),
            "--tls_key=" + File(name + ".key"), "--tls_ca=" + File("ca.pem")};
  }

 private:
  void Run(const std::string& command) {
    ASSERT_EQ(
        system(("cd " + folder_ + " && (" + command + ") 2>/dev/null").c_str()),
        0)
        << command;
  }
  const std::string folder_;
};

grpc::StatusCode Ask(const std::string& address,
                     std::shared_ptr<grpc::ChannelCredentials> credentials) {
  auto channel = grpc::CreateChannel(address, std::move(credentials));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(5)));
  const grpc::Slice slice("");
  grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer answer;
  std::promise<grpc::Status> finished;
  grpc::GenericStub stub(channel);
  stub.UnaryCall(&context,
                 "/reglab.membership.v1.OrganizationsService/GetOrganization",
                 grpc::StubOptions(), &sent, &answer,
                 [&](grpc::Status status) { finished.set_value(status); });
  return finished.get_future().get().error_code();
}

TEST(MutualTls, OnlyWhoTheAuthorityKnowsIsAnswered) {
  Suite& suite = Suite::With({});
  Authority ours(suite.folder() + "/tls");
  Authority foreign(suite.folder() + "/foreign-tls");
  ours.Issue("membership");
  ours.Issue("gateway");
  foreign.Issue("gateway");
  suite.Start("membership", ours.Flags("membership"));
  const std::string address =
      "127.0.0.1:" + std::to_string(suite.Port("membership"));
  const auto with = [&](const Authority& authority, bool certificate) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = ours.Text("ca.pem");
    if (certificate) {
      options.pem_private_key = authority.Text("gateway.key");
      options.pem_cert_chain = authority.Text("gateway.pem");
    }
    return grpc::SslCredentials(options);
  };
  // Answered, though without an assertion: the call itself went through.
  EXPECT_EQ(Ask(address, with(ours, true)), grpc::StatusCode::UNAUTHENTICATED);
  for (const auto& credentials : {with(foreign, true), with(ours, false),
                                  grpc::InsecureChannelCredentials()}) {
    const grpc::StatusCode code = Ask(address, credentials);
    EXPECT_TRUE(code == grpc::StatusCode::UNAVAILABLE ||
                code == grpc::StatusCode::DEADLINE_EXCEEDED)
        << code;
  }
  // Between processes of the suite: learning asks membership whether the
  // organisation exists.
  absl::SetFlag(&FLAGS_tls_certificate, ours.File("gateway.pem"));
  absl::SetFlag(&FLAGS_tls_key, ours.File("gateway.key"));
  absl::SetFlag(&FLAGS_tls_ca, ours.File("ca.pem"));
  suite.Start("learning", ours.Flags("gateway"));
  learning::v1::CreateActivityRequest request;
  request.mutable_activity()->set_display_name("Expedition");
  request.mutable_activity()->set_kind("activity-kinds/expedition");
  request.mutable_activity()->set_lead(learning::v1::Activity::MEMBER);
  request.mutable_activity()->add_leads("organizations/finns-inte");
  const absl::Status status =
      suite
          .Call<learning::v1::Activity>(
              "/reglab.learning.v1.ActivitiesService/CreateActivity", request,
              testing::Secretariat())
          .status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_EQ(suite.End("learning", SIGTERM), 0);
  EXPECT_EQ(suite.End("membership", SIGTERM), 0);
}

}  // namespace
}  // namespace reglab
