// The agenda: its order under many hands, its clock, what it follows up, and
// two secretaries at once.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <thread>

#include "reglab/meetings/v1/action.pb.h"
#include "reglab/meetings/v1/note.pb.h"
#include "reglab/meetings/v1/referral.pb.h"
#include "tests/integration/convening_calls.h"

namespace reglab::meetings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

absl::StatusOr<v1::AgendaItem> Move(const v1::MoveAgendaItemRequest& request) {
  return Ask<v1::AgendaItem>("AgendaItemsService/MoveAgendaItem", request);
}

std::string Order(const std::string& meeting) {
  std::string order;
  for (const v1::AgendaItem& item : AgendaOf(meeting)) {
    order += item.name().substr(item.name().rfind('/') + 1);
  }
  return order;
}

// The resource as it is now, from the details of the error.
template <class Resource>
Resource CurrentIn(const absl::Status& status) {
  Resource current;
  const google::rpc::Status proto = ToProto(status, false);
  for (const auto& detail : proto.details()) {
    if (detail.Is<Resource>()) detail.UnpackTo(&current);
  }
  return current;
}

TEST(Agenda, KeepsTheOrderInWhichItWasMadeAndMovesOneItem) {
  const auto meeting = Plan("order", "2029-01-01");
  ASSERT_TRUE(meeting.ok()) << meeting.status();
  for (const char* id : {"d", "a", "c", "b"}) AddItem(meeting->name(), id);
  EXPECT_EQ(Order(meeting->name()), "dacb");
  const auto before = AgendaOf(meeting->name());
  v1::MoveAgendaItemRequest request;
  request.set_name(meeting->name() + "/agenda-items/d");
  request.set_after(meeting->name() + "/agenda-items/b");
  const auto moved = Move(request);
  ASSERT_TRUE(moved.ok()) << moved.status();
  EXPECT_EQ(Order(meeting->name()), "acbd");
  // The others are as they were.
  const auto after = AgendaOf(meeting->name());
  EXPECT_EQ(after[0].etag(), before[1].etag());
  request.clear_after();
  request.set_index(2);
  ASSERT_TRUE(Move(request).ok());
  EXPECT_EQ(Order(meeting->name()), "adcb");
  request.set_etag(moved->etag());
  EXPECT_EQ(ReasonOf(Move(request).status()), "ETAG_MISMATCH");
  request.clear_etag();
  request.clear_index();
  EXPECT_THAT(FieldsOf(Move(request).status()), ElementsAre("before"));
  request.set_before("meetings/other/agenda-items/x");
  EXPECT_THAT(FieldsOf(Move(request).status()), ElementsAre("before"));
  request.set_before(meeting->name() + "/agenda-items/a");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<v1::AgendaItem>("AgendaItemsService/MoveAgendaItem", request,
                          Member(kUppsala))
          .status()));
  v1::CancelMeetingRequest cancel;
  cancel.set_name(meeting->name());
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/CancelMeeting", cancel).ok());
  EXPECT_EQ(ReasonOf(Move(request).status()), "MEETING_STATE");
}

TEST(Agenda, LosesAndDoublesNothingWhenManyMoveItsItemsAtOnce) {
  const auto meeting = Plan("many-hands", "2029-01-02");
  const std::string letters = "abcdefgh";
  for (const char letter : letters) {
    AddItem(meeting->name(), std::string(1, letter));
  }
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 10; ++j) {
        v1::MoveAgendaItemRequest request;
        request.set_name(meeting->name() + "/agenda-items/" +
                         letters[size_t(i + j) % letters.size()]);
        request.set_index((i * 7 + j * 3) % 8 + 1);
        const auto moved = Move(request);
        EXPECT_TRUE(moved.ok()) << moved.status();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<int> positions;
  std::string order = Order(meeting->name());
  for (const v1::AgendaItem& item : AgendaOf(meeting->name())) {
    positions.insert(item.position());
  }
  EXPECT_THAT(positions, SizeIs(letters.size()));
  std::sort(order.begin(), order.end());
  EXPECT_EQ(order, letters);
}

// Items are put to the front by one and to the back by the other: what each
// asked for last holds.
TEST(Agenda, OfTwoWhoMoveDifferentItemsHasBothMoves) {
  const auto meeting = Plan("two-hands", "2029-01-03");
  for (const char* id : {"a", "b", "c", "d"}) AddItem(meeting->name(), id);
  const auto work = [&](const char* id, int index) {
    for (int i = 0; i < 20; ++i) {
      v1::MoveAgendaItemRequest request;
      request.set_name(meeting->name() + "/agenda-items/" + id);
      request.set_index(index);
      EXPECT_TRUE(Move(request).ok());
    }
  };
  std::thread first(work, "c", 1);
  std::thread second(work, "b", 4);
  first.join();
  second.join();
  EXPECT_EQ(Order(meeting->name()), "cadb");
}

TEST(Clock, FollowsFromTheStartAndTheDurations) {
  // In the night in which summer time ends the clock is an hour later.
  const auto meeting = Plan("clocks", "2026-10-25", "2026-10-24T23:30:00Z",
                            "2026-10-25T02:30:00Z");
  ASSERT_TRUE(meeting.ok()) << meeting.status();
  AddItem(meeting->name(), "a", 45);
  AddItem(meeting->name(), "b", 60);
  AddItem(meeting->name(), "c");
  AddItem(meeting->name(), "d", 15);
  auto items = AgendaOf(meeting->name(), Secretariat());
  const int64_t start = meeting->start_time().seconds();
  EXPECT_EQ(items[0].start_time().seconds(), start);
  EXPECT_EQ(items[0].end_time().seconds(), start + 45 * 60);
  EXPECT_EQ(items[1].start_time().seconds(), start + 45 * 60);
  EXPECT_EQ(items[2].start_time().seconds(), start + 105 * 60);
  EXPECT_FALSE(items[2].has_end_time());
  // How long the one before takes is not said.
  EXPECT_FALSE(items[3].has_start_time());

  // Another's change moves the clock; who asks whether an item changed learns
  // of it, and who changes it is not kept from that.
  v1::GetAgendaItemRequest get;
  get.set_name(items[1].name());
  const auto before =
      Ask<v1::AgendaItem>("AgendaItemsService/GetAgendaItem", get);
  v1::UpdateAgendaItemRequest update;
  update.mutable_agenda_item()->set_name(items[0].name());
  update.mutable_agenda_item()->set_duration_minutes(30);
  ASSERT_TRUE(
      Ask<v1::AgendaItem>("AgendaItemsService/UpdateAgendaItem", update).ok());
  const auto later =
      Ask<v1::AgendaItem>("AgendaItemsService/GetAgendaItem", get);
  EXPECT_EQ(later->start_time().seconds(), start + 30 * 60);
  EXPECT_NE(later->etag(), before->etag());
  *update.mutable_agenda_item() = v1::AgendaItem();
  update.mutable_agenda_item()->set_name(items[1].name());
  update.mutable_agenda_item()->set_text("Mer.");
  update.mutable_agenda_item()->set_etag(before->etag());
  const auto changed =
      Ask<v1::AgendaItem>("AgendaItemsService/UpdateAgendaItem", update);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->start_time().seconds(), start + 30 * 60);
}

TEST(Agenda, ThatIsTooLongIsRefusedAndChangesNothing) {
  const auto meeting = Plan("too-long", "2029-02-01", "2029-02-01T09:00:00Z",
                            "2029-02-01T10:00:00Z");
  AddItem(meeting->name(), "a", 40);
  v1::CreateAgendaItemRequest create;
  create.set_parent(meeting->name());
  create.set_agenda_item_id("b");
  create.mutable_agenda_item()->set_display_name("Punkt b");
  create.mutable_agenda_item()->set_duration_minutes(21);
  absl::Status refused =
      Ask<v1::AgendaItem>("AgendaItemsService/CreateAgendaItem", create)
          .status();
  EXPECT_EQ(ReasonOf(refused), "AGENDA_TOO_LONG");
  EXPECT_THAT(FieldsOf(refused), ElementsAre("agenda_item.duration_minutes"));
  EXPECT_EQ(Order(meeting->name()), "a");
  AddItem(meeting->name(), "b", 20);
  v1::UpdateMeetingRequest update;
  update.mutable_meeting()->set_name(meeting->name());
  update.mutable_meeting()->mutable_end_time()->set_seconds(
      meeting->end_time().seconds() - 60);
  refused = Ask<v1::Meeting>("MeetingsService/UpdateMeeting", update).status();
  EXPECT_EQ(ReasonOf(refused), "AGENDA_TOO_LONG");
  EXPECT_EQ(Get(meeting->name())->etag(), meeting->etag());
}

TEST(NextAgenda, HasWhatIsOpenFromTheMeetingsBefore) {
  v1::CreateMeetingRequest create = Planned("before", "2028-01-01");
  create.mutable_meeting()->set_body("bodies/board");
  Prepare();
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/CreateMeeting", create).ok());
  create.set_meeting_id("after");
  create.mutable_meeting()->set_date("2028-02-01");
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/CreateMeeting", create).ok());
  int position = 0;
  for (const auto& [text, state] :
       {std::pair("Ta fram ett skelett.", v1::Action::OPEN),
        std::pair("Boka lokal.", v1::Action::STATE_UNSPECIFIED),
        std::pair("Redan gjort.", v1::Action::DONE)}) {
    v1::CreateActionRequest action;
    action.set_parent("meetings/before");
    action.mutable_action()->set_text(text);
    action.mutable_action()->set_state(state);
    action.mutable_action()->set_position(++position);
    const auto made = Ask<v1::Action>("ActionsService/CreateAction", action);
    ASSERT_TRUE(made.ok()) << made.status();
  }
  for (const char* id : {"answered", "waiting"}) {
    Running().Sql(
        "meetings",
        "INSERT INTO referrals (name, visibility, owners, kind, title, text,"
        " from_body, target_text, state, answer, end_time, send_time, etag)"
        " VALUES ('referrals/" +
            std::string(id) +
            "', 'MEMBERS', '{bodies/board}', 'FORWARDED', 'Frågan som är " +
            id + "', 'Hur?', 'bodies/board', 'SKR', " +
            (std::string(id) == "answered" ? "'ANSWERED', 'Så här.', now()"
                                           : "'SENT', NULL, NULL") +
            ", now(), 'x')");
  }
  v1::PrepareAgendaItemsRequest prepare;
  prepare.set_parent("meetings/after");
  const auto prepared = Ask<v1::PrepareAgendaItemsResponse>(
      "AgendaItemsService/PrepareAgendaItems", prepare);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  ASSERT_THAT(prepared->agenda_items(), SizeIs(3));
  EXPECT_EQ(prepared->agenda_items(0).kind(), v1::AgendaItem::FOLLOW_UP);
  EXPECT_THAT(prepared->agenda_items(0).text(),
              HasSubstr("- Ta fram ett skelett.\n- Boka lokal.\n"));
  EXPECT_THAT(prepared->agenda_items(0).text(), Not(HasSubstr("Redan gjort.")));
  EXPECT_THAT(prepared->agenda_items(1).text(),
              HasSubstr("Frågan som är waiting – SKR"));
  EXPECT_EQ(prepared->agenda_items(2).display_name(),
            "Svar: Frågan som är answered");
  EXPECT_THAT(prepared->agenda_items(2).follows_up(),
              ElementsAre("referrals/answered"));
  // What members alone may read is not told with a public agenda.
  EXPECT_EQ(prepared->agenda_items(0).visibility(), v1::Meeting::MEMBERS);
  EXPECT_EQ(Running().Sql("meetings",
                          "SELECT answer_meeting FROM referrals"
                          " WHERE name = 'referrals/answered'"),
            "meetings/after");
  // Again, nothing is added.
  const auto again = Ask<v1::PrepareAgendaItemsResponse>(
      "AgendaItemsService/PrepareAgendaItems", prepare);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_THAT(again->agenda_items(), IsEmpty());
  EXPECT_THAT(AgendaOf("meetings/after"), SizeIs(3));
}

// Two secretaries have read the same note; the one who comes second gets the
// first one's, whatever was written.
TEST(TwoSecretaries, AreToldWhatTheOtherWrote) {
  const auto meeting = Plan("two-secretaries", "2029-03-01");
  ASSERT_TRUE(Convene(meeting->name()).ok());
  v1::CreateNoteRequest create;
  create.set_parent(meeting->name());
  create.mutable_note()->set_text("Som det var.");
  const auto note = Ask<v1::Note>("NotesService/CreateNote", create);
  ASSERT_TRUE(note.ok()) << note.status();
  std::string long_text;
  while (long_text.size() < 30000) long_text += "Ordföranden sade åäö. ";
  v1::UpdateNoteRequest first;
  *first.mutable_note() = *note;
  first.mutable_note()->set_text(long_text);
  ASSERT_TRUE(Ask<v1::Note>("NotesService/UpdateNote", first).ok());
  v1::UpdateNoteRequest second;
  *second.mutable_note() = *note;
  second.mutable_note()->set_text("Det jag skrev.");
  const absl::Status refused =
      Ask<v1::Note>("NotesService/UpdateNote", second).status();
  EXPECT_TRUE(absl::IsAborted(refused)) << refused;
  EXPECT_EQ(ReasonOf(refused), "ETAG_MISMATCH");
  EXPECT_EQ(ResourceOf(refused), note->name());
  const v1::Note current = CurrentIn<v1::Note>(refused);
  EXPECT_EQ(current.text(), long_text);
  second.mutable_note()->set_etag(current.etag());
  EXPECT_TRUE(Ask<v1::Note>("NotesService/UpdateNote", second).ok());
}

TEST(TwoSecretaries, AreToldOfMeetingsAndItemsToo) {
  const auto meeting = Plan("stale", "2029-03-02");
  v1::UpdateMeetingRequest update;
  *update.mutable_meeting() = *meeting;
  update.mutable_meeting()->set_place("Örebro");
  ASSERT_TRUE(Ask<v1::Meeting>("MeetingsService/UpdateMeeting", update).ok());
  const absl::Status refused =
      Ask<v1::Meeting>("MeetingsService/UpdateMeeting", update).status();
  EXPECT_EQ(CurrentIn<v1::Meeting>(refused).place(), "Örebro");
  const v1::AgendaItem item = AddItem(meeting->name(), "a");
  v1::DeleteAgendaItemRequest remove;
  remove.set_name(item.name());
  remove.set_etag("stale");
  EXPECT_EQ(
      CurrentIn<v1::AgendaItem>(
          Ask<Empty>("AgendaItemsService/DeleteAgendaItem", remove).status())
          .name(),
      item.name());
  EXPECT_THAT(AgendaOf(meeting->name()), SizeIs(1));
}

// Of many who write with the etag that they read, each one's words are there in
// turn or he was told: nothing is lost.
TEST(TwoSecretaries, LoseNothingInAThousandEdits) {
  const auto meeting = Plan("edits", "2029-03-03");
  v1::CreateNoteRequest create;
  create.set_parent(meeting->name());
  create.mutable_note()->set_text("0");
  auto note = Ask<v1::Note>("NotesService/CreateNote", create);
  ASSERT_TRUE(note.ok()) << note.status();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([mine = *note]() mutable {
      for (int done = 0; done < 25;) {
        v1::UpdateNoteRequest update;
        *update.mutable_note() = mine;
        update.mutable_note()->set_text(
            std::to_string(std::stoi(mine.text()) + 1));
        const auto stored = Ask<v1::Note>("NotesService/UpdateNote", update);
        if (stored.ok()) {
          mine = *stored;
          ++done;
          continue;
        }
        ASSERT_EQ(ReasonOf(stored.status()), "ETAG_MISMATCH")
            << stored.status();
        mine = CurrentIn<v1::Note>(stored.status());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  v1::GetNoteRequest get;
  get.set_name(note->name());
  EXPECT_EQ(Ask<v1::Note>("NotesService/GetNote", get)->text(), "200");
}

}  // namespace
}  // namespace reglab::meetings
