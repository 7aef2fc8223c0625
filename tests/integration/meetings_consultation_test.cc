// Consultations and their drafts through the gRPC door of meetings, with
// membership beside it, on a real PostgreSQL.
#include <gmock/gmock.h>

#include <atomic>
#include <iostream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "reglab/meetings/v1/decision.pb.h"
#include "reglab/options/v1/content.pb.h"
#include "tests/integration/consultation_calls.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

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

TEST(NextDrafts, ApplyCarryOverAndKeepIds) {
  const std::string name = Tried("next-draft");
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

}  // namespace
}  // namespace reglab::meetings
