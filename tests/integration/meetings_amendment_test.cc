// Amendments and positions through the gRPC door of meetings, with membership
// beside it, on a real PostgreSQL.
#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "google/protobuf/empty.pb.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/position.pb.h"
#include "services/common/database.h"
#include "services/meetings/amendment_store.h"
#include "services/meetings/suggested_amendments.h"
#include "tests/integration/consultation_calls.h"
#include "tests/integration/explain.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Amendments, AreAnchoredByTheirQuote) {
  const std::string name = Tried("anchored");
  const auto amendment =
      Amend(Replacing(name, "p2", "kommunal nivå", "lokal nivå"), kUppsala);
  ASSERT_TRUE(amendment.ok()) << amendment.status();
  EXPECT_THAT(amendment->organizations(),
              ElementsAre("organizations/region-uppsala"));
  EXPECT_EQ(amendment->draft(), name + "/drafts/1");
  EXPECT_EQ(amendment->start_offset(), 68);
  EXPECT_EQ(Read(amendment->name())->SerializeAsString(),
            amendment->SerializeAsString());

  const absl::Status missing =
      Amend(Replacing(name, "p2", "kommunala nivån", "lokal nivå"), kUppsala)
          .status();
  EXPECT_EQ(ReasonOf(missing), "QUOTE_NOT_FOUND");
  EXPECT_THAT(TextOf(missing).sv, HasSubstr("kommunal nivå"));
  EXPECT_EQ(ReasonOf(Amend(Replacing(name, "p2", "m", "n"), kUppsala).status()),
            "QUOTE_AMBIGUOUS");
  auto old = Replacing(name, "p2", "kommunal", "lokal");
  old.mutable_amendment()->set_draft(name + "/drafts/7");
  EXPECT_EQ(ReasonOf(Amend(old, kUppsala).status()), "DRAFT_SUPERSEDED");
  auto empty = Replacing(name, "p2", "kommunal", " ");
  EXPECT_TRUE(absl::IsInvalidArgument(Amend(empty, kUppsala).status()));
}

TEST(Amendments, AreWrittenForOnesOwnOrganisationAlone) {
  const std::string name = Tried("own");
  auto request = Replacing(name, "p2", "kommunal nivå", "lokal nivå");
  request.mutable_amendment()->add_organizations(
      "organizations/region-halland");
  EXPECT_TRUE(absl::IsPermissionDenied(Amend(request, kUppsala).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(Amend(request, Nobody()).status()));
  request.mutable_amendment()->clear_organizations();
  request.mutable_amendment()->set_group("Grupp 2");
  request.mutable_amendment()->set_meeting(
      MeetingOf("groups", "bodies/member-group"));
  EXPECT_TRUE(absl::IsPermissionDenied(Amend(request, kUppsala).status()));
  const auto group = Amend(request, Secretariat());
  ASSERT_TRUE(group.ok()) << group.status();
  EXPECT_EQ(group->group(), "Grupp 2");
  EXPECT_THAT(group->organizations(), IsEmpty());

  request = Replacing(name, "p2", "kommunal nivå", "lokal nivå");
  request.mutable_amendment()->add_organizations("organizations/nobody");
  EXPECT_TRUE(absl::IsInvalidArgument(Amend(request, Secretariat()).status()));

  const auto own = Amend(Replacing(name, "p3", "stöd", "lärande"), kUppsala);
  ASSERT_TRUE(own.ok()) << own.status();
  v1::UpdateAmendmentRequest update;
  update.mutable_amendment()->set_name(own->name());
  update.mutable_amendment()->set_quote("ett stöd");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<Amendment>("AmendmentsService/UpdateAmendment", update, kHalland)
          .status()));
  const auto updated =
      Ask<Amendment>("AmendmentsService/UpdateAmendment", update, kUppsala);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->start_offset(), 16);
  v1::WithdrawAmendmentRequest withdraw;
  withdraw.set_name(own->name());
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<Amendment>("AmendmentsService/WithdrawAmendment", withdraw, kHalland)
          .status()));
  EXPECT_EQ(
      Ask<Amendment>("AmendmentsService/WithdrawAmendment", withdraw, kUppsala)
          ->state(),
      Amendment::WITHDRAWN);
  EXPECT_EQ(ReasonOf(Dispose(own->name(), Amendment::ACCEPTED).status()),
            "AMENDMENT_STATE");
}

TEST(Amendments, AreSupportedByOthersOnceEach) {
  const std::string name = Tried("supported");
  const auto amendment =
      Amend(Replacing(name, "p2", "kommunal nivå", "lokal nivå"), kUppsala);
  ASSERT_TRUE(amendment.ok()) << amendment.status();
  EXPECT_EQ(ReasonOf(Support(amendment->name(), kUppsala).status()),
            "OWN_AMENDMENT");
  const auto once = Support(amendment->name(), kHalland);
  ASSERT_TRUE(once.ok()) << once.status();
  const auto twice = Support(amendment->name(), kHalland);
  ASSERT_TRUE(twice.ok()) << twice.status();
  EXPECT_EQ(twice->etag(), once->etag());
  EXPECT_THAT(twice->supporters(), ElementsAre("organizations/region-halland"));
  v1::ListAmendmentsRequest list;
  list.set_parent("consultations/-");
  list.set_organization("organizations/region-halland");
  list.set_filter("quote = \"kommunal nivå\"");
  const auto listed = Ask<v1::ListAmendmentsResponse>(
      "AmendmentsService/ListAmendments", list, kHalland);
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->amendments_size(), 1);
  v1::WithdrawSupportRequest back;
  back.set_name(amendment->name());
  for (int i = 0; i < 2; ++i) {
    const auto none =
        Ask<Amendment>("AmendmentsService/WithdrawSupport", back, kHalland);
    ASSERT_TRUE(none.ok()) << none.status();
    EXPECT_THAT(none->supporters(), IsEmpty());
  }
}

TEST(Dispositions, NeedAReasonThatTheAuthorsRead) {
  const std::string name = Tried("disposed");
  const std::string meeting = MeetingOf("disposing", "bodies/member-group");
  const auto amendment =
      Amend(Replacing(name, "p2", "kommunal nivå", "lokal nivå"), kUppsala);
  ASSERT_TRUE(amendment.ok()) << amendment.status();
  for (const char* reason : {"", "  "}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        Dispose(amendment->name(), Amendment::REJECTED, reason).status()));
  }
  EXPECT_TRUE(absl::IsInvalidArgument(
      Dispose(amendment->name(), Amendment::REJECTED, "Nej", "meetings/none")
          .status()));
  EXPECT_EQ(Read(amendment->name())->SerializeAsString(),
            amendment->SerializeAsString());
  v1::DisposeAmendmentRequest by_member;
  by_member.set_name(amendment->name());
  by_member.set_disposition(Amendment::ACCEPTED);
  by_member.set_reason("Vi vill.");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<Amendment>("AmendmentsService/DisposeAmendment", by_member, kUppsala)
          .status()));
  const auto disposed = Dispose(amendment->name(), Amendment::REJECTED,
                                "Det ska gälla alla nivåer.", meeting);
  ASSERT_TRUE(disposed.ok()) << disposed.status();
  const auto read = Read(amendment->name(), kUppsala);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->disposition(), Amendment::REJECTED);
  EXPECT_EQ(read->disposition_reason(), "Det ska gälla alla nivåer.");
  EXPECT_EQ(ReasonOf(Support(amendment->name(), kHalland).status()),
            "AMENDMENT_STATE");

  auto database =
      Database::Open({Running().Connection("meetings") + " user=meetings", 1});
  ASSERT_TRUE(database.ok()) << database.status();
  std::vector<Amendment> told;
  ASSERT_TRUE((*database)
                  ->Read(absl::Now() + absl::Seconds(10),
                         [&](Transaction& tx) -> absl::Status {
                           ASSIGN_OR_RETURN(
                               told, amendments::DisposedAt(tx, meeting));
                           return absl::OkStatus();
                         })
                  .ok());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].name(), amendment->name());
}

TEST(WaitingAmendments, AreAnchoredWhenADraftComes) {
  ASSERT_TRUE(Create(Prepared("waiting")).ok());
  ASSERT_TRUE(Open("consultations/waiting").ok());
  const auto amendment = Amend(
      Replacing("consultations/waiting", "", "kommunal nivå", "lokal nivå"),
      kUppsala);
  ASSERT_TRUE(amendment.ok()) << amendment.status();
  EXPECT_EQ(amendment->waiting_reason(), v1::WaitingAmendment::NO_DRAFT);
  EXPECT_EQ(amendment->draft(), "");
  ASSERT_TRUE(CreateDraft("consultations/waiting", kText).ok());
  const auto placed = Read(amendment->name());
  EXPECT_EQ(placed->paragraph(), "p2");
  EXPECT_EQ(placed->anchor(), Amendment::QUOTE);
  EXPECT_EQ(placed->draft(), "consultations/waiting/drafts/1");
}

TEST(ConfirmedSuggestions, BecomeAmendmentsThatWaitForADraft) {
  const std::string meeting = MeetingOf("suggesting", "bodies/member-group");
  v1::CreateAgendaItemRequest item;
  item.set_parent(meeting);
  item.set_agenda_item_id("mal");
  item.mutable_agenda_item()->set_display_name("Inriktningsmål 2023–2026");
  ASSERT_TRUE(
      Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem", item).ok());
  std::vector<v1::Suggestion> suggestions(2);
  for (int i = 0; i < 2; ++i) {
    suggestions[i].set_name(meeting + "/suggestions/" + std::to_string(i));
    suggestions[i].set_kind(v1::Suggestion::AMENDMENT);
    suggestions[i].set_text("Ändra kommunal nivå till lokal nivå.");
    suggestions[i].set_agenda_item(meeting + "/agenda-items/mal");
    suggestions[i].set_source_line(54);
    Running().Sql("meetings",
                  "INSERT INTO suggestions (name, parent, position,"
                  " source_line, visibility, owners, kind, state, text, etag)"
                  " VALUES ('" +
                      suggestions[i].name() + "', '" + meeting +
                      "', 0, 54, 'ORGANIZATION', '{}', 'AMENDMENT',"
                      " 'PROPOSED', 'x', 'x')");
  }
  suggestions[0].set_quote("kommunal nivå");
  suggestions[0].set_replacement("lokal nivå");
  v1::Meeting at;
  at.set_name(meeting);
  at.set_body("bodies/member-group");
  at.set_display_name("Möte");
  auto database =
      Database::Open({Running().Connection("meetings") + " user=meetings", 1});
  ASSERT_TRUE(database.ok()) << database.status();
  const auto confirm = [&](const v1::Suggestion& suggestion) {
    Amendment amendment;
    const absl::Status done = (*database)->Transact(
        absl::Now() + absl::Seconds(10),
        {"clients/test", "meetings", "test", ""}, false,
        [&](Transaction& tx) -> absl::Status {
          ASSIGN_OR_RETURN(amendment, amendments::CreateSuggested(
                                          tx, AudienceOf(Secretariat()), at,
                                          suggestion, "", {{}, "Grupp 1"}));
          return absl::OkStatus();
        });
    EXPECT_TRUE(done.ok()) << done;
    return amendment;
  };
  const Amendment first = confirm(suggestions[0]);
  EXPECT_THAT(first.name(),
              HasSubstr("consultations/inriktningsmal-2023-2026/amendments/"));
  EXPECT_EQ(first.action(), Amendment::REPLACE);
  EXPECT_EQ(first.group(), "Grupp 1");
  EXPECT_EQ(first.suggestion(), suggestions[0].name());
  EXPECT_EQ(first.source_line(), 54);
  EXPECT_EQ(confirm(suggestions[0]).name(), first.name());
  const Amendment second = confirm(suggestions[1]);
  EXPECT_EQ(second.action(), Amendment::COMMENT);
  const std::string name = "consultations/inriktningsmal-2023-2026";
  EXPECT_EQ(second.name().substr(0, name.size()), name);
  EXPECT_EQ(Get(name)->agenda_item(), meeting + "/agenda-items/mal");
  ASSERT_TRUE(CreateDraft(name, kText).ok());
  EXPECT_EQ(Read(first.name())->anchor(), Amendment::QUOTE);
  EXPECT_EQ(Read(second.name())->anchor(), Amendment::WHOLE_DRAFT);
}

TEST(Positions, StandSideBySideAndAreNeverMerged) {
  const std::string name = Tried("positions");
  v1::CreatePositionRequest request;
  request.set_parent(name);
  request.mutable_position()->set_question("Breda eller smala lärprojekt?");
  request.mutable_position()->set_text("Smala.");
  for (const Caller& caller : {kUppsala, kHalland}) {
    const auto stated =
        Ask<v1::Position>("PositionsService/CreatePosition", request, caller);
    ASSERT_TRUE(stated.ok()) << stated.status();
  }
  EXPECT_EQ(ReasonOf(Ask<v1::Position>("PositionsService/CreatePosition",
                                       request, kUppsala)
                         .status()),
            "POSITION_EXISTS");
  v1::ListPositionsRequest list;
  list.set_parent(name);
  auto listed = Ask<v1::ListPositionsResponse>("PositionsService/ListPositions",
                                               list, kUppsala);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->positions_size(), 2);
  list.set_organization("organizations/region-halland");
  listed = Ask<v1::ListPositionsResponse>("PositionsService/ListPositions",
                                          list, kUppsala);
  ASSERT_EQ(listed->positions_size(), 1);
  v1::UpdatePositionRequest update;
  update.mutable_position()->set_name(listed->positions(0).name());
  update.mutable_position()->set_text("Breda.");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<v1::Position>("PositionsService/UpdatePosition", update, kUppsala)
          .status()));
  EXPECT_EQ(
      Ask<v1::Position>("PositionsService/UpdatePosition", update, kHalland)
          ->text(),
      "Breda.");
  v1::DeletePositionRequest remove;
  remove.set_name(listed->positions(0).name());
  EXPECT_TRUE(
      Ask<Empty>("PositionsService/DeletePosition", remove, kHalland).ok());
}

TEST(Lists, OfAmendmentsOfOneOrganisationGoAlongAnIndex) {
  Organizations();
  Running().Sql(
      "meetings",
      "INSERT INTO consultations (name, visibility, owners, title, body, state,"
      " etag) VALUES ('consultations/many', 'PUBLIC', '{}', 'Många',"
      " 'bodies/board', 'OPEN', 'x');"
      "INSERT INTO amendments (name, parent, action, text, insert_before,"
      " organizations, source_line, occurrence, start_offset, end_offset,"
      " supporters, state, etag)"
      " SELECT 'consultations/many/amendments/a' || i, 'consultations/many',"
      "  'COMMENT', 'Ord', false, ARRAY['organizations/o' || i % 1000], 0, 0, "
      "0,"
      "  0, ARRAY['organizations/s' || i % 1000], 'OPEN', 'x'"
      "  FROM generate_series(1, 20000) i");
  Running().Sql("meetings", "VACUUM ANALYZE amendments");
  v1::ListAmendmentsRequest request;
  request.set_parent("consultations/-");
  request.set_organization("organizations/s7");
  EXPECT_THAT(
      testing::PlanOf(Running(), "meetings", amendments::kListing, request),
      HasSubstr("amendments_supporters"));
  const auto listed = Ask<v1::ListAmendmentsResponse>(
      "AmendmentsService/ListAmendments", request, Nobody());
  ASSERT_TRUE(listed.ok()) << listed.status();
  EXPECT_EQ(listed->amendments_size(), 20);
}

}  // namespace
}  // namespace reglab::meetings
