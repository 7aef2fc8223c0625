// Consultations through the gRPC door of meetings, with membership beside it,
// on a real PostgreSQL.
#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/amendment.pb.h"
#include "reglab/meetings/v1/consultation.pb.h"
#include "reglab/meetings/v1/decision.pb.h"
#include "reglab/meetings/v1/draft.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/position.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "reglab/options/v1/content.pb.h"
#include "services/common/database.h"
#include "services/meetings/amendment_store.h"
#include "services/meetings/suggested_amendments.h"
#include "tests/integration/explain.h"
#include "tests/integration/service_fixture.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using reglab::testing::Member;
using reglab::testing::Nobody;
using reglab::testing::Secretariat;
using reglab::testing::Suite;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using v1::Amendment;
using v1::Consultation;
using v1::Draft;

Suite& Running() { return Suite::With({"membership", "meetings"}); }

template <class Response>
absl::StatusOr<Response> Ask(const std::string& method,
                             const google::protobuf::Message& request,
                             const Caller& caller = Secretariat()) {
  return Running().Call<Response>("/reglab.meetings.v1." + method, request,
                                  caller);
}

const std::vector<std::string>& Organizations() {
  static const auto& names = *new std::vector<std::string>([] {
    std::vector<std::string> created;
    std::ifstream file(std::string(REGLAB_SHARED_DATA) + "/organizations.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      membership::v1::CreateOrganizationRequest request;
      request.set_organization_id(line.substr(0, line.find(',')));
      request.mutable_organization()->set_display_name(
          request.organization_id());
      request.mutable_organization()->set_kind(
          membership::v1::Organization::OTHER);
      const auto stored = Running().Call<membership::v1::Organization>(
          "/reglab.membership.v1.OrganizationsService/CreateOrganization",
          request, Secretariat());
      EXPECT_TRUE(stored.ok()) << stored.status();
      created.push_back("organizations/" + request.organization_id());
    }
    for (const char* body : {"member-group", "board"}) {
      membership::v1::CreateBodyRequest request;
      request.set_body_id(body);
      request.mutable_body()->set_display_name(body);
      request.mutable_body()->set_kind(membership::v1::Body::NETWORK);
      const auto stored = Running().Call<membership::v1::Body>(
          "/reglab.membership.v1.BodiesService/CreateBody", request,
          Secretariat());
      EXPECT_TRUE(stored.ok()) << stored.status();
    }
    return created;
  }());
  return names;
}

// A day in Sweden, so many days from today.
std::string Day(int from_today) {
  absl::TimeZone stockholm;
  EXPECT_TRUE(absl::LoadTimeZone("Europe/Stockholm", &stockholm));
  return absl::FormatCivilTime(absl::ToCivilDay(absl::Now(), stockholm) +
                               from_today);
}

v1::CreateConsultationRequest Prepared(const std::string& id) {
  Organizations();
  v1::CreateConsultationRequest request;
  request.set_consultation_id(id);
  request.mutable_consultation()->set_title("Inriktningsmål " + id);
  request.mutable_consultation()->set_body("bodies/board");
  return request;
}

absl::StatusOr<Consultation> Create(v1::CreateConsultationRequest request) {
  return Ask<Consultation>("ConsultationsService/CreateConsultation", request);
}

absl::StatusOr<Consultation> Get(const std::string& name,
                                 const Caller& caller = Secretariat()) {
  v1::GetConsultationRequest request;
  request.set_name(name);
  return Ask<Consultation>("ConsultationsService/GetConsultation", request,
                           caller);
}

absl::StatusOr<Consultation> Open(const std::string& name) {
  v1::OpenConsultationRequest request;
  request.set_name(name);
  return Ask<Consultation>("ConsultationsService/OpenConsultation", request);
}

absl::StatusOr<Consultation> Close(const std::string& name) {
  v1::CloseConsultationRequest request;
  request.set_name(name);
  return Ask<Consultation>("ConsultationsService/CloseConsultation", request);
}

absl::StatusOr<Draft> CreateDraft(const std::string& consultation,
                                  const std::string& text) {
  v1::CreateDraftRequest request;
  request.set_parent(consultation);
  request.mutable_draft()->set_text(text);
  return Ask<Draft>("DraftsService/CreateDraft", request);
}

constexpr char kText[] =
    "# Inriktningsmål\n\nReglab ska bidra till kompetensutveckling inom "
    "flernivåsamarbete på kommunal nivå.\n\nReglab ska vara ett stöd för "
    "regional utveckling.\n";

// Open, with a draft of three paragraphs.
std::string Tried(const std::string& id) {
  const auto created = Create(Prepared(id));
  EXPECT_TRUE(created.ok()) << created.status();
  const auto draft = CreateDraft("consultations/" + id, kText);
  EXPECT_TRUE(draft.ok()) << draft.status();
  EXPECT_TRUE(Open("consultations/" + id).ok());
  return "consultations/" + id;
}

v1::CreateAmendmentRequest Replacing(const std::string& consultation,
                                     const std::string& paragraph,
                                     const std::string& quote,
                                     const std::string& text) {
  v1::CreateAmendmentRequest request;
  request.set_parent(consultation);
  Amendment& amendment = *request.mutable_amendment();
  amendment.set_action(Amendment::REPLACE);
  amendment.set_paragraph(paragraph);
  amendment.set_quote(quote);
  amendment.set_text(text);
  return request;
}

absl::StatusOr<Amendment> Amend(const v1::CreateAmendmentRequest& request,
                                const Caller& caller) {
  return Ask<Amendment>("AmendmentsService/CreateAmendment", request, caller);
}

absl::StatusOr<Amendment> Support(const std::string& amendment,
                                  const Caller& caller) {
  v1::SupportAmendmentRequest request;
  request.set_name(amendment);
  return Ask<Amendment>("AmendmentsService/SupportAmendment", request, caller);
}

absl::StatusOr<Amendment> Dispose(const std::string& amendment,
                                  Amendment::Disposition disposition,
                                  const std::string& reason = "Det är bättre.",
                                  const std::string& meeting = "") {
  v1::DisposeAmendmentRequest request;
  request.set_name(amendment);
  request.set_disposition(disposition);
  request.set_reason(reason);
  request.set_meeting(meeting);
  return Ask<Amendment>("AmendmentsService/DisposeAmendment", request);
}

absl::StatusOr<Amendment> Read(const std::string& name,
                               const Caller& caller = Secretariat()) {
  v1::GetAmendmentRequest request;
  request.set_name(name);
  return Ask<Amendment>("AmendmentsService/GetAmendment", request, caller);
}

absl::StatusOr<v1::NextDraftResponse> Next(const std::string& draft) {
  v1::NextDraftRequest request;
  request.set_name(draft);
  return Ask<v1::NextDraftResponse>("DraftsService/NextDraft", request);
}

std::string MeetingOf(const std::string& id, const std::string& body) {
  Organizations();
  v1::CreateMeetingRequest request;
  request.set_meeting_id(id);
  request.mutable_meeting()->set_display_name("Möte " + id);
  request.mutable_meeting()->set_body(body);
  request.mutable_meeting()->set_date("2022-09-13");
  const auto created =
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", request);
  EXPECT_TRUE(created.ok()) << created.status();
  return "meetings/" + id;
}

const Caller kUppsala = Member("organizations/region-uppsala");
const Caller kHalland = Member("organizations/region-halland");

TEST(Consultations, ArePreparedUnseenThenOpenThenClosed) {
  const auto created = Create(Prepared("life"));
  ASSERT_TRUE(created.ok()) << created.status();
  const std::string name = created->name();
  EXPECT_EQ(created->state(), Consultation::DRAFT);
  EXPECT_TRUE(absl::IsNotFound(Get(name, kUppsala).status()));
  Caller board = kUppsala;
  board.bodies = {"bodies/board"};
  EXPECT_TRUE(Get(name, board).ok());

  const auto opened = Open(name);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->state(), Consultation::OPEN);
  EXPECT_EQ(opened->open_date(), Day(0));
  EXPECT_TRUE(Get(name, kUppsala).ok());
  EXPECT_TRUE(absl::IsNotFound(Get(name, Nobody()).status()));
  EXPECT_EQ(ReasonOf(Open(name).status()), "CONSULTATION_STATE");

  ASSERT_TRUE(Close(name).ok());
  EXPECT_EQ(Get(name, kUppsala)->state(), Consultation::CLOSED);
  EXPECT_EQ(ReasonOf(Close(name).status()), "CONSULTATION_STATE");
  EXPECT_EQ(
      ReasonOf(Amend(Replacing(name, "", "ord", "annat"), kUppsala).status()),
      "CONSULTATION_NOT_OPEN");
}

TEST(Consultations, OpenAndCloseByTheDayInSweden) {
  auto request = Prepared("by-day");
  request.mutable_consultation()->set_open_date(Day(0));
  request.mutable_consultation()->set_close_date(Day(0));
  auto created = Create(request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->state(), Consultation::OPEN);
  const std::string name = created->name();
  EXPECT_TRUE(Amend(Replacing(name, "", "ord", "annat"), kUppsala).ok());
  // The day goes by.
  Running().Sql("meetings",
                "UPDATE consultations SET open_date = open_date - 1,"
                " close_date = close_date - 1 WHERE name = '" +
                    name + "'");
  EXPECT_EQ(Get(name, kUppsala)->state(), Consultation::CLOSED);
  const absl::Status late =
      Amend(Replacing(name, "", "ord", "annat"), kUppsala).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(late));
  EXPECT_EQ(ReasonOf(late), "CONSULTATION_NOT_OPEN");
  EXPECT_THAT(TextOf(late).sv, HasSubstr(Day(-1)));
  v1::ListConsultationsRequest list;
  list.set_filter("state = CLOSED AND title = \"Inriktningsmål by-day\"");
  EXPECT_EQ(Ask<v1::ListConsultationsResponse>(
                "ConsultationsService/ListConsultations", list, kUppsala)
                ->consultations_size(),
            1);

  request = Prepared("ahead");
  request.mutable_consultation()->set_open_date(Day(1));
  created = Create(request);
  ASSERT_TRUE(created.ok()) << created.status();
  EXPECT_EQ(created->state(), Consultation::DRAFT);
  request.mutable_consultation()->set_close_date(Day(-1));
  request.set_consultation_id("backwards");
  EXPECT_TRUE(absl::IsInvalidArgument(Create(request).status()));
}

TEST(Consultations, TheJournalTellsThatADayHasCome) {
  auto request = Prepared("turned");
  request.mutable_consultation()->set_open_date(Day(1));
  const auto created = Create(request);
  ASSERT_TRUE(created.ok()) << created.status();
  Running().Sql("meetings",
                "UPDATE consultations SET open_date = open_date - 1"
                " WHERE name = 'consultations/turned'");
  // What is done every minute is done at the start, too.
  Running().End("meetings", SIGTERM);
  Running();
  std::string etag;
  for (int i = 0; i < 200 && etag.empty(); ++i) {
    absl::SleepFor(absl::Milliseconds(50));
    etag = Running().Sql("meetings",
                         "SELECT etag FROM consultations WHERE state = 'OPEN'"
                         " AND name = 'consultations/turned'");
  }
  EXPECT_FALSE(etag.empty());
  EXPECT_NE(etag, created->etag());
  EXPECT_EQ(Running().Sql("meetings",
                          "SELECT count(*) FROM (SELECT name, etag FROM journal"
                          " UNION ALL SELECT name, etag FROM journal_pending)"
                          " j WHERE name = 'consultations/turned' AND etag ="
                          " '" +
                              etag + "'"),
            "1");
}

TEST(Drafts, AreReadInWholeAndReplacedOnlyInPreparation) {
  const auto created = Create(Prepared("drafted"));
  ASSERT_TRUE(created.ok()) << created.status();
  const auto draft = CreateDraft(created->name(), kText);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->name(), "consultations/drafted/drafts/1");
  EXPECT_EQ(draft->state(), Draft::PREPARED);
  ASSERT_EQ(draft->paragraphs_size(), 3);
  EXPECT_EQ(draft->paragraphs(0).kind(), v1::Paragraph::HEADING);
  v1::GetDraftRequest get;
  get.set_name(draft->name());
  EXPECT_EQ(Ask<Draft>("DraftsService/GetDraft", get)->SerializeAsString(),
            draft->SerializeAsString());
  EXPECT_EQ(ReasonOf(CreateDraft(created->name(), "Annat").status()),
            "DRAFT_EXISTS");

  v1::UpdateDraftRequest update;
  update.mutable_draft()->set_name(draft->name());
  update.mutable_draft()->set_text(std::string("Först.\n\n") + kText);
  const auto updated = Ask<Draft>("DraftsService/UpdateDraft", update);
  ASSERT_TRUE(updated.ok()) << updated.status();
  ASSERT_EQ(updated->paragraphs_size(), 4);
  EXPECT_EQ(updated->paragraphs(0).id(), "p4");
  EXPECT_EQ(updated->paragraphs(1).id(), "p1");

  ASSERT_TRUE(Open(created->name()).ok());
  EXPECT_EQ(ReasonOf(Ask<Draft>("DraftsService/UpdateDraft",
                                [&] {
                                  update.mutable_draft()->set_text("Annat.");
                                  return update;
                                }())
                         .status()),
            "DRAFT_IS_OUT");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<Draft>("DraftsService/UpdateDraft", update, kUppsala).status()));
  v1::ListDraftsRequest list;
  list.set_parent(created->name());
  const auto listed =
      Ask<v1::ListDraftsResponse>("DraftsService/ListDrafts", list, kUppsala);
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->drafts_size(), 1);
  EXPECT_EQ(listed->drafts(0).state(), Draft::OUT);
}

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

TEST(NextDrafts, ApplyCarryOverAndKeepIds) {
  const std::string name = Tried("next");
  const std::string first = name + "/drafts/1";
  const auto accepted =
      Amend(Replacing(name, "p2", "kommunal nivå", "lokal nivå"), kUppsala);
  const auto open =
      Amend(Replacing(name, "p2", "flernivåsamarbete", "samarbete"), kHalland);
  const auto lost = Amend(Replacing(name, "p2", "kommunal", "lokal"), kHalland);
  auto comment = Replacing(name, "", "", "Kortare!");
  comment.mutable_amendment()->set_action(Amendment::COMMENT);
  const auto by_hand = Amend(comment, kUppsala);
  ASSERT_TRUE(accepted.ok() && open.ok() && lost.ok() && by_hand.ok());
  ASSERT_TRUE(Dispose(accepted->name(), Amendment::ACCEPTED).ok());
  ASSERT_TRUE(Dispose(by_hand->name(), Amendment::ACCEPTED).ok());

  v1::FindOverlapsRequest where;
  where.set_name(first);
  const auto overlaps = Ask<v1::FindOverlapsResponse>(
      "DraftsService/FindOverlaps", where, kUppsala);
  ASSERT_TRUE(overlaps.ok()) << overlaps.status();
  ASSERT_EQ(overlaps->overlaps_size(), 1);
  EXPECT_THAT(overlaps->overlaps(0).amendments(),
              UnorderedElementsAre(accepted->name(), lost->name()));
  EXPECT_EQ(overlaps->overlaps(0).text(), "kommunal nivå");

  const auto next = Next(first);
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->draft().name(), name + "/drafts/2");
  EXPECT_EQ(next->draft().previous_draft(), first);
  EXPECT_EQ(next->draft().paragraphs(1).id(), "p2");
  EXPECT_THAT(next->draft().paragraphs(1).text(), HasSubstr("på lokal nivå."));
  EXPECT_THAT(next->applied(), ElementsAre(accepted->name()));
  EXPECT_THAT(next->by_hand(), ElementsAre(by_hand->name()));
  EXPECT_THAT(next->carried(), ElementsAre(open->name()));
  ASSERT_EQ(next->waiting_size(), 1);
  EXPECT_EQ(next->waiting(0).amendment(), lost->name());
  EXPECT_EQ(Read(accepted->name())->applied_draft(), next->draft().name());
  EXPECT_EQ(Read(open->name())->draft(), next->draft().name());
  EXPECT_EQ(Read(lost->name())->draft(), "");
  EXPECT_EQ(Read(lost->name())->waiting_reason(),
            v1::WaitingAmendment::TEXT_CHANGED);
  EXPECT_EQ(Get(name)->draft(), next->draft().name());
  EXPECT_EQ(ReasonOf(Next(first).status()), "DRAFT_SUPERSEDED");
  EXPECT_EQ(ReasonOf(Dispose(accepted->name(), Amendment::REJECTED).status()),
            "AMENDMENT_STATE");

  v1::DiffDraftRequest diff;
  diff.set_name(next->draft().name());
  const auto told =
      Ask<v1::DiffDraftResponse>("DraftsService/DiffDraft", diff, kUppsala);
  ASSERT_TRUE(told.ok()) << told.status();
  EXPECT_EQ(told->from_draft(), first);
  EXPECT_EQ(told->paragraphs(0).change(), v1::ParagraphDiff::SAME);
  EXPECT_EQ(told->paragraphs(1).change(), v1::ParagraphDiff::CHANGED);
  v1::RenderDiffRequest page;
  page.set_name(first);
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<options::v1::Content>("DraftsService/RenderDiff", page).status()));
  page.set_against(next->draft().name());
  const auto html =
      Ask<options::v1::Content>("DraftsService/RenderDiff", page, kUppsala);
  ASSERT_TRUE(html.ok()) << html.status();
  EXPECT_EQ(html->content_type(), "text/html; charset=utf-8");
  EXPECT_THAT(html->data(),
              HasSubstr("<del>lokal</del><ins>kommunal</ins> nivå"));
}

TEST(NextDrafts, RefuseOverlapsAndChangeNothing) {
  const std::string name = Tried("overlap");
  const auto a = Amend(Replacing(name, "p3", "ett stöd", "kunskap"), kUppsala);
  const auto b = Amend(Replacing(name, "p3", "stöd för", "grund i"), kHalland);
  ASSERT_TRUE(a.ok() && b.ok());
  ASSERT_TRUE(Dispose(a->name(), Amendment::ACCEPTED).ok());
  ASSERT_TRUE(Dispose(b->name(), Amendment::ACCEPTED).ok());
  const auto refused = Next(name + "/drafts/1");
  EXPECT_EQ(ReasonOf(refused.status()), "AMENDMENTS_OVERLAP");
  EXPECT_THAT(ToProto(refused.status(), true).DebugString(),
              ::testing::AllOf(HasSubstr(a->name()), HasSubstr(b->name())));
  EXPECT_EQ(Get(name)->draft(), name + "/drafts/1");
  ASSERT_TRUE(Dispose(b->name(), Amendment::REJECTED).ok());
  EXPECT_TRUE(Next(name + "/drafts/1").ok());
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
        {"clients/test", "meetings", "test", "", "{}"}, false,
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

TEST(AdoptedDrafts, CarryTheDecisionOfTheDecidingBody) {
  const std::string name = Tried("adopted");
  const auto decide = [](const std::string& meeting) {
    v1::CreateDecisionRequest request;
    request.set_parent(meeting);
    request.set_decision_id("1");
    request.mutable_decision()->set_text("Målen fastställs.");
    const auto decision =
        Ask<v1::Decision>("DecisionsService/CreateDecision", request);
    EXPECT_TRUE(decision.ok()) << decision.status();
    return meeting + "/decisions/1";
  };
  v1::AdoptConsultationRequest adopt;
  adopt.set_name(name);
  adopt.set_decision(
      decide(MeetingOf("deciding-others", "bodies/member-group")));
  const std::string method = "ConsultationsService/AdoptConsultation";
  EXPECT_EQ(ReasonOf(Ask<Consultation>(method, adopt).status()),
            "CONSULTATION_STATE");
  ASSERT_TRUE(Close(name).ok());
  EXPECT_EQ(ReasonOf(Ask<Consultation>(method, adopt).status()),
            "DECISION_OF_OTHER_BODY");
  adopt.set_decision(decide(MeetingOf("deciding", "bodies/board")));
  const auto adopted = Ask<Consultation>(method, adopt);
  ASSERT_TRUE(adopted.ok()) << adopted.status();
  EXPECT_EQ(adopted->state(), Consultation::ADOPTED);
  EXPECT_EQ(adopted->adopted_draft(), name + "/drafts/1");
  v1::GetDraftRequest get;
  get.set_name(name + "/drafts/1");
  const auto draft = Ask<Draft>("DraftsService/GetDraft", get, kUppsala);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->state(), Draft::ADOPTED);
  EXPECT_EQ(draft->decision(), "meetings/deciding/decisions/1");
  EXPECT_EQ(ReasonOf(Next(name + "/drafts/1").status()),
            "CONSULTATION_ADOPTED");
  EXPECT_EQ(ReasonOf(Open(name).status()), "CONSULTATION_STATE");
}

TEST(OneConsultation, LosesAndDoublesNothingUnder32ClientsAtOnce) {
  const std::string name = Tried("busy");
  const std::vector<std::string>& organizations = Organizations();
  const auto shared = Amend(
      Replacing(name, "p2", "kommunal nivå", "lokal nivå"), Secretariat());
  v1::CreateAmendmentRequest group = Replacing(name, "p3", "stöd", "lärande");
  group.mutable_amendment()->set_group("Grupp 1");
  group.mutable_amendment()->set_meeting(
      MeetingOf("busy", "bodies/member-group"));
  const auto target = Amend(group, Secretariat());
  ASSERT_TRUE(target.ok()) << target.status();
  EXPECT_FALSE(shared.ok());  // the secretariat is nobody's organisation

  constexpr int kThreads = 32;
  constexpr int kEach = 4;
  std::atomic<int> created = 0;
  std::atomic<int> drafts = 1;
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      const Caller caller = Member(organizations[i % organizations.size()]);
      for (int j = 0; j < kEach; ++j) {
        auto request = Replacing(name, "p2", "flernivåsamarbete",
                                 "samarbete " + std::to_string(i));
        char id[64];
        snprintf(id, sizeof(id), "00000000-0000-4000-8000-0000%04d%04d", i, j);
        request.set_request_id(id);
        std::string first;
        // Sent again, as one does that got no answer.
        for (int again = 0; again < 2; ++again) {
          const auto amendment = Amend(request, caller);
          ASSERT_TRUE(amendment.ok()) << amendment.status();
          if (again == 0) first = amendment->name();
          ASSERT_EQ(amendment->name(), first);
        }
        ++created;
        const auto supported = Support(target->name(), caller);
        ASSERT_TRUE(supported.ok()) << supported.status();
        if (j % 2 == 0) {
          const auto disposed = Dispose(first, Amendment::REJECTED);
          ASSERT_TRUE(disposed.ok()) << disposed.status();
        }
      }
      if (i % 8 == 0) {
        // The text goes on meanwhile; one of them is too late now and then.
        v1::NextDraftRequest next;
        next.set_name(Get(name)->draft());
        v1::ParagraphEdit& edit = *next.add_edits();
        edit.set_action(v1::ParagraphEdit::INSERT_AFTER);
        edit.set_text("Stycke " + std::to_string(i));
        const auto made =
            Ask<v1::NextDraftResponse>("DraftsService/NextDraft", next);
        if (made.ok()) {
          ++drafts;
        } else {
          EXPECT_EQ(ReasonOf(made.status()), "DRAFT_SUPERSEDED")
              << made.status();
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_EQ(created, kThreads * kEach);
  const std::string of = " FROM amendments WHERE parent = '" + name + "'";
  EXPECT_EQ(Running().Sql("meetings", "SELECT count(*)" + of),
            std::to_string(kThreads * kEach + 1));
  EXPECT_EQ(Running().Sql("meetings",
                          "SELECT count(*)" + of + " AND state = 'DISPOSED'"),
            std::to_string(kThreads * kEach / 2));
  const auto supported = Read(target->name());
  const std::set<std::string> supporters(supported->supporters().begin(),
                                         supported->supporters().end());
  EXPECT_EQ(supporters.size(), organizations.size());
  EXPECT_EQ(supported->supporters_size(), int(organizations.size()));
  // Every one stands in the newest draft, of which there are as many as were
  // made.
  const std::string newest = name + "/drafts/" + std::to_string(drafts);
  EXPECT_EQ(Get(name)->draft(), newest);
  EXPECT_EQ(Running().Sql("meetings", "SELECT count(*)" + of +
                                          " AND draft = '" + newest + "'"),
            std::to_string(kThreads * kEach + 1));
  EXPECT_EQ(Running().Sql("meetings",
                          "SELECT count(*) FROM draft_paragraphs WHERE draft ="
                          " '" +
                              newest + "'"),
            std::to_string(3 + drafts - 1));
}

// What the benchmark measures without sanitizers.
TEST(NextDrafts, OfAThousandAmendmentsAreMadeInOneGo) {
  ASSERT_TRUE(Create(Prepared("large")).ok());
  v1::CreateDraftRequest draft;
  draft.set_parent("consultations/large");
  for (int i = 0; i < 500; ++i) {
    std::string text;
    for (int word = 0; word < 60; ++word) {
      text +=
          "ord" + std::to_string(word * 7 % 40) + "x" + std::to_string(i) + " ";
    }
    draft.mutable_draft()->add_paragraphs()->set_text(text);
  }
  ASSERT_TRUE(Ask<Draft>("DraftsService/CreateDraft", draft).ok());
  // Two to each paragraph that share a word; the first of every other one is
  // accepted.
  Running().Sql(
      "meetings",
      "INSERT INTO amendments (name, parent, action, text, insert_before,"
      " organizations, source_line, draft, paragraph, quote, occurrence, "
      "anchor,"
      " start_offset, end_offset, supporters, state, disposition, etag)"
      " SELECT 'consultations/large/amendments/a' || i, 'consultations/large',"
      "  'REPLACE', 'andra ord', false, '{organizations/region-uppsala}', 0,"
      "  p.draft, p.id, q.quote, 1, 'QUOTE', strpos(p.text, q.quote) - 1,"
      "  strpos(p.text, q.quote) - 1 + length(q.quote), '{}',"
      "  CASE WHEN i % 4 = 0 THEN 'DISPOSED' ELSE 'OPEN' END,"
      "  CASE WHEN i % 4 = 0 THEN 'ACCEPTED' END, 'x'"
      "  FROM generate_series(0, 999) i"
      "  JOIN draft_paragraphs p ON p.draft = 'consultations/large/drafts/1'"
      "   AND p.id = 'p' || i / 2 + 1,"
      "  LATERAL (SELECT string_agg(w, ' ' ORDER BY n) AS quote"
      "   FROM regexp_split_to_table(p.text, ' ') WITH ORDINALITY t (w, n)"
      "   WHERE n BETWEEN 10 + i % 2 * 2 AND 12 + i % 2 * 2) q");
  v1::FindOverlapsRequest where;
  where.set_name("consultations/large/drafts/1");
  const absl::Time start = absl::Now();
  const auto overlaps =
      Ask<v1::FindOverlapsResponse>("DraftsService/FindOverlaps", where);
  const absl::Time found = absl::Now();
  ASSERT_TRUE(overlaps.ok()) << overlaps.status();
  EXPECT_EQ(overlaps->overlaps_size(), 500);
  const auto next = Next("consultations/large/drafts/1");
  const absl::Time made = absl::Now();
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_EQ(next->applied_size(), 250);
  EXPECT_EQ(next->carried_size(), 500);
  EXPECT_EQ(next->waiting_size(), 250);
  EXPECT_EQ(next->draft().paragraphs_size(), 500);
  EXPECT_EQ(Running().Sql("meetings",
                          "SELECT count(*) FROM amendments WHERE draft ="
                          " 'consultations/large/drafts/2'"),
            "500");
  std::cout << "overlaps: " << found - start << ", next draft: " << made - found
            << "\n";
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
