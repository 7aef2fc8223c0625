#include "gateway/problem.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "google/rpc/status.pb.h"
#include "reglab/meetings/v1/note.pb.h"
#include "services/common/errors.h"

namespace reglab::gateway {
namespace {

namespace json = boost::json;

int StatusOf(const absl::Status& status) {
  return HttpStatusOf(ToProto(status, false));
}

int StatusOf(absl::StatusCode code, std::string_view reason) {
  return StatusOf(MakeError(code, reason, {"en", "sv"}));
}

TEST(Problem, HasTheStatusOfItsCode) {
  using absl::StatusCode;
  EXPECT_EQ(StatusOf(InvalidField("q", {"en", "sv"})), 400);
  EXPECT_EQ(StatusOf(NotFound("organizations/a")), 404);
  EXPECT_EQ(StatusOf(AlreadyExists("organizations/a")), 409);
  EXPECT_EQ(StatusOf(Unauthenticated({"en", "sv"})), 401);
  EXPECT_EQ(StatusOf(PermissionMissing("a.b.c")), 403);
  EXPECT_EQ(StatusOf(Refused("GATES_CLOSED", {"en", "sv"})), 409);
  EXPECT_EQ(StatusOf(Overloaded()), 429);
  EXPECT_EQ(StatusOf(Unavailable({"en", "sv"})), 503);
  EXPECT_EQ(StatusOf(InternalError()), 500);
  EXPECT_EQ(StatusOf(StatusCode::kDeadlineExceeded, "X"), 504);
  EXPECT_EQ(StatusOf(StatusCode::kUnimplemented, "X"), 501);
}

TEST(Problem, HasTheStatusOfItsReasonBeforeThatOfItsCode) {
  using absl::StatusCode;
  EXPECT_EQ(StatusOf(EtagMismatch("organizations/a")), 412);
  EXPECT_EQ(StatusOf(StatusCode::kInvalidArgument, "REQUEST_ID_REUSED"), 422);
  EXPECT_EQ(StatusOf(StatusCode::kUnimplemented, "METHOD_NOT_ALLOWED"), 405);
  EXPECT_EQ(StatusOf(StatusCode::kInvalidArgument, "BODY_TOO_LARGE"), 413);
  EXPECT_EQ(StatusOf(StatusCode::kInvalidArgument, "HEADERS_TOO_LARGE"), 431);
  EXPECT_EQ(StatusOf(StatusCode::kDeadlineExceeded, "REQUEST_TIMEOUT"), 408);
  EXPECT_EQ(StatusOf(StatusCode::kInvalidArgument, "UNSUPPORTED_MEDIA_TYPE"),
            415);
}

TEST(Problem, TellsEverythingInTheLanguageAsked) {
  const absl::Status status = InvalidField(
      "organization.display_name", {"It must be set.", "Det ska anges."});
  const json::value problem = json::parse(ProblemJson(
      ToProto(status, true), 400, "/v1/organizations", true, "organization"));
  EXPECT_EQ(problem.at("title"), "Anropet är inte rätt");
  EXPECT_EQ(problem.at("status"), 400);
  EXPECT_EQ(problem.at("instance"), "/v1/organizations");
  EXPECT_EQ(problem.at("code"), "INVALID_ARGUMENT");
  EXPECT_EQ(problem.at("reason"), "INVALID_FIELD");
  EXPECT_EQ(problem.at("type"), "/docs/problems#INVALID_FIELD");
  EXPECT_FALSE(problem.at("detail").as_string().empty());
  const json::array& errors = problem.at("errors").as_array();
  ASSERT_EQ(errors.size(), 1);
  EXPECT_EQ(errors[0].at("field"), "displayName");
  EXPECT_EQ(errors[0].at("description"), "Det ska anges.");
}

TEST(Problem, NamesFieldsOfTheRequestWithTheirPath) {
  const json::value problem = json::parse(
      ProblemJson(ToProto(InvalidField("page_size", {"en", "sv"}), false), 400,
                  "/v1/organizations", false));
  EXPECT_EQ(problem.at("errors").as_array()[0].at("field"), "pageSize");
}

TEST(Problem, QuotesAnUnknownNameAsItWasWritten) {
  const absl::Status status =
      MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_PARAMETER",
                {"en", "sv"}, {{"page_size", {"en", "sv"}}});
  const json::value problem =
      json::parse(ProblemJson(ToProto(status, false), 400, "/", false));
  EXPECT_EQ(problem.at("errors").as_array()[0].at("field"), "page_size");
}

TEST(Problem, IsJsonWhateverTheRequestWas) {
  google::rpc::Status status;
  status.set_code(4711);
  status.set_message("a \"quoted\"\nline");
  const json::value problem =
      json::parse(ProblemJson(status, 500, "/v1/\xff\"<script>", false));
  EXPECT_EQ(problem.at("code"), "UNKNOWN");
  EXPECT_EQ(problem.at("detail"), "a \"quoted\"\nline");
}

TEST(ProblemJson, NamesFieldsAsRestDoesAndLeavesWhatTheCallerWrote) {
  const google::rpc::Status status = ToProto(
      InvalidField("activity.end_date",
                   {"It lies before start_date, not \"end_of_days\".", ""}),
      false);
  const std::string json =
      ProblemJson(status, 400, "/v1/activities", false, "activity");
  EXPECT_NE(json.find("\"detail\":\"endDate: It lies before startDate, not "
                      "\\\"end_of_days\\\".\""),
            std::string::npos)
      << json;
  EXPECT_NE(json.find("\"field\":\"endDate\""), std::string::npos) << json;
}

TEST(Problem, OfAStaleEtagHasTheResourceAsItIs) {
  meetings::v1::Note note;
  note.set_name("meetings/m/notes/n");
  note.set_text("Den andres text.");
  note.set_agenda_item("meetings/m/agenda-items/i");
  note.set_etag("k3m5q7s2u4w6y2a4");
  absl::Status status = EtagMismatch(note.name());
  AddDetail(status, note);
  const google::rpc::Status proto = ToProto(status, true);
  EXPECT_EQ(HttpStatusOf(proto), 412);
  const json::value problem =
      json::parse(ProblemJson(proto, 412, "/v1/meetings/m/notes/n", true));
  EXPECT_EQ(problem.at("reason"), "ETAG_MISMATCH");
  const json::value& current = problem.at("current");
  EXPECT_EQ(current.at("text"), "Den andres text.");
  EXPECT_EQ(current.at("agendaItem"), "meetings/m/agenda-items/i");
  EXPECT_EQ(current.at("etag"), "k3m5q7s2u4w6y2a4");
  const json::value other = json::parse(
      ProblemJson(ToProto(EtagMismatch("x"), false), 412, "/", false));
  EXPECT_FALSE(other.as_object().contains("current"));
}

}  // namespace
}  // namespace reglab::gateway
