#include "services/common/errors.h"

#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace reglab {
namespace {

struct Details {
  google::rpc::ErrorInfo info;
  google::rpc::BadRequest bad_request;
  google::rpc::LocalizedMessage localized;
  int count = 0;
};

Details DetailsOf(const google::rpc::Status& proto) {
  Details details;
  details.count = proto.details_size();
  for (const google::protobuf::Any& any : proto.details()) {
    any.UnpackTo(&details.info);
    any.UnpackTo(&details.bad_request);
    any.UnpackTo(&details.localized);
  }
  return details;
}

absl::Status TitleMissing() {
  return InvalidField("activity.title", {"It must be given.", "Det krävs."});
}

TEST(Errors, SpeakEnglish) {
  const google::rpc::Status proto = ToProto(TitleMissing(), false);
  EXPECT_EQ(proto.code(), 3);
  EXPECT_EQ(proto.message(), "activity.title: It must be given.");
  const Details details = DetailsOf(proto);
  EXPECT_EQ(details.count, 3);
  EXPECT_EQ(details.info.reason(), "INVALID_FIELD");
  EXPECT_EQ(details.info.domain(), "reglab");
  ASSERT_EQ(details.bad_request.field_violations_size(), 1);
  EXPECT_EQ(details.bad_request.field_violations(0).field(), "activity.title");
  EXPECT_EQ(details.bad_request.field_violations(0).description(),
            "It must be given.");
  EXPECT_EQ(details.localized.locale(), "en");
  EXPECT_EQ(details.localized.message(), "activity.title: It must be given.");
}

TEST(Errors, SpeakSwedishButForTheMessageItself) {
  const google::rpc::Status proto = ToProto(TitleMissing(), true);
  EXPECT_EQ(proto.message(), "activity.title: It must be given.");
  const Details details = DetailsOf(proto);
  EXPECT_EQ(details.count, 3);
  EXPECT_EQ(details.bad_request.field_violations(0).description(),
            "Det krävs.");
  EXPECT_EQ(details.localized.locale(), "sv");
  EXPECT_EQ(details.localized.message(), "activity.title: Det krävs.");
}

TEST(Errors, KeepEveryField) {
  const absl::Status status =
      InvalidFields({{"a", {"one", "ett"}}, {"b", {"two", "två"}}});
  const Details details = DetailsOf(ToProto(status, true));
  ASSERT_EQ(details.bad_request.field_violations_size(), 2);
  EXPECT_EQ(details.bad_request.field_violations(1).field(), "b");
  EXPECT_EQ(details.bad_request.field_violations(1).description(), "två");
}

TEST(Errors, ComeThroughAnotherProcessUnchanged) {
  for (const bool swedish : {false, true}) {
    const google::rpc::Status sent = ToProto(TitleMissing(), swedish);
    const google::rpc::Status passed_on = ToProto(FromProto(sent), swedish);
    EXPECT_EQ(passed_on.SerializeAsString(), sent.SerializeAsString());
  }
}

TEST(Errors, KeepDetailsThatAreNotOurs) {
  google::rpc::Status sent = ToProto(Overloaded(), false);
  google::rpc::RetryInfo retry;
  retry.mutable_retry_delay()->set_seconds(7);
  sent.add_details()->PackFrom(retry);
  const google::rpc::Status passed_on = ToProto(FromProto(sent), false);
  EXPECT_EQ(passed_on.SerializeAsString(), sent.SerializeAsString());
}

TEST(Errors, NeverShowWhatALibrarySaid) {
  const google::rpc::Status proto = ToProto(
      absl::UnavailableError("failed to connect to ipv4:10.1.2.3:7001"), true);
  EXPECT_EQ(proto.code(), 14);
  EXPECT_EQ(proto.SerializeAsString().find("10.1.2.3"), std::string::npos);
  EXPECT_EQ(DetailsOf(proto).info.reason(), "UNAVAILABLE");
  EXPECT_FALSE(DetailsOf(proto).localized.message().empty());
}

TEST(Errors, SayTheirReason) {
  EXPECT_EQ(ReasonOf(EtagMismatch("meetings/a")), "ETAG_MISMATCH");
  EXPECT_EQ(
      ReasonOf(FromProto(ToProto(Refused("GATES_CLOSED", {"a", "b"}), true))),
      "GATES_CLOSED");
  EXPECT_EQ(ReasonOf(absl::InternalError("x")), "");
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
}

TEST(Errors, QuoteNamesSafely) {
  const std::string text(
      NotFound("meetings/\xff\n" + std::string(500, 'x')).message());
  EXPECT_EQ(text.find('\xff'), std::string::npos);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_LT(text.size(), 200u);
}

TEST(Errors, OkHasNoDetails) {
  EXPECT_EQ(ToProto(absl::OkStatus(), true).ByteSizeLong(), 0u);
  EXPECT_TRUE(FromProto(google::rpc::Status()).ok());
}

}  // namespace
}  // namespace reglab
