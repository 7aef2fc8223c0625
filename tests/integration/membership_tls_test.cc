#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "absl/flags/declare.h"
#include "absl/flags/flag.h"
#include "reglab/learning/v1/activity.pb.h"
#include "tests/integration/authority.h"
#include "tests/integration/service_fixture.h"

ABSL_DECLARE_FLAG(std::string, tls_certificate);
ABSL_DECLARE_FLAG(std::string, tls_key);
ABSL_DECLARE_FLAG(std::string, tls_ca);

namespace reglab {
namespace {

using testing::Authority;
using testing::Suite;

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
