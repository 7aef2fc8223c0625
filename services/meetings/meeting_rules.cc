#include "services/meetings/meeting_rules.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/resource.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab::meetings {
namespace {

using v1::Meeting;

constexpr size_t kLongestId = 63;
constexpr std::array<const char*, 12> kMonths = {
    "januari", "februari", "mars",      "april",   "maj",      "juni",
    "juli",    "augusti",  "september", "oktober", "november", "december"};

// In the order of absl::Weekday.
constexpr std::array<const char*, 7> kWeekdays = {
    "måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"};

Text WordFor(Meeting::State state) {
  switch (state) {
    case Meeting::PLANNED:
      return {"planned", "planerat"};
    case Meeting::CONVENED:
      return {"convened", "sammankallat"};
    case Meeting::CONCLUDED:
      return {"concluded", "avslutat"};
    case Meeting::CANCELLED:
      return {"cancelled", "inställt"};
    default:
      return {"without a state", "utan läge"};
  }
}

int Number(std::string_view digits) {
  int value = 0;
  for (const char c : digits) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

absl::TimeZone SwedishClock() {
  static const absl::TimeZone clock = [] {
    absl::TimeZone zone;
    if (!absl::LoadTimeZone("Europe/Stockholm", &zone)) {
      LogError("no_time_zone", {{"name", "Europe/Stockholm"}});
      std::abort();
    }
    return zone;
  }();
  return clock;
}

std::string SwedishDay(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d", time, SwedishClock());
}

absl::Time TimeOf(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

std::string WhenText(const Meeting& meeting) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(meeting.date(), &day)) return meeting.date();
  std::string text =
      absl::StrCat(kWeekdays[static_cast<int>(absl::GetWeekday(day))], " ",
                   day.day(), " ", kMonths[day.month() - 1], " ", day.year());
  if (!meeting.has_start_time()) return text;
  const auto clock = [](const google::protobuf::Timestamp& time) {
    return absl::FormatTime("%H.%M", TimeOf(time), SwedishClock());
  };
  absl::StrAppend(&text, " kl. ", clock(meeting.start_time()));
  if (!meeting.has_end_time()) return text;
  const std::string last = SwedishDay(TimeOf(meeting.end_time()));
  absl::StrAppend(&text, "–", last == meeting.date() ? "" : last + " kl. ",
                  clock(meeting.end_time()));
  return text;
}

bool IsDate(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const int year = Number(text.substr(0, 4));
  const int month = Number(text.substr(5, 2));
  const int day = Number(text.substr(8, 2));
  if (year < 1 || month < 1 || day < 1) return false;
  const absl::CivilDay civil(year, month, day);
  return civil.year() == year && civil.month() == month && civil.day() == day;
}

absl::Status CheckDate(std::string_view field, std::string_view date) {
  if (date.empty() || IsDate(date)) return absl::OkStatus();
  const std::string word(date.substr(0, 40));
  return InvalidField(
      field, {absl::StrCat("\"", word,
                           "\" is no day of the calendar. Write it as year, "
                           "month and day: 2026-09-15."),
              absl::StrCat("”", word,
                           "” är ingen dag i kalendern. Skriv år, månad och "
                           "dag: 2026-09-15.")});
}

absl::Status CheckMeeting(const Meeting& meeting) {
  RETURN_IF_ERROR(CheckDate("meeting.date", meeting.date()));
  RETURN_IF_ERROR(CheckDate("meeting.contributions_close_date",
                            meeting.contributions_close_date()));
  if (meeting.contributions_close_date() > meeting.date()) {
    return InvalidField("meeting.contributions_close_date",
                        {"Contributions are for the meeting: their last day is "
                         "not after it.",
                         "Inspel lämnas till mötet: sista dagen ligger inte "
                         "efter det."});
  }
  if (meeting.has_start_time()) {
    const std::string day = SwedishDay(TimeOf(meeting.start_time()));
    if (day != meeting.date()) {
      return InvalidField(
          "meeting.start_time",
          {absl::StrCat("In Sweden that is on ", day,
                        ", and the meeting is on ", meeting.date(),
                        ". Change the one or the other; times have an offset, "
                        "as 2026-09-15T10:00:00+02:00."),
           absl::StrCat("I Sverige är det den ", day, ", och mötet är den ",
                        meeting.date(),
                        ". Ändra det ena eller det andra; tider har en "
                        "förskjutning, som 2026-09-15T10:00:00+02:00.")});
    }
  }
  if (meeting.has_end_time() && !meeting.has_start_time()) {
    return InvalidField(
        "meeting.start_time",
        {"The meeting has an end and no start. Give both, or neither.",
         "Mötet har en sluttid men ingen starttid. Ange båda eller ingen."});
  }
  if (meeting.has_end_time() &&
      TimeOf(meeting.end_time()) <= TimeOf(meeting.start_time())) {
    return InvalidField(
        "meeting.end_time",
        {"The meeting ends before it has begun. Choose an end after the start.",
         "Mötet slutar innan det har börjat. Välj en sluttid efter "
         "starttiden."});
  }
  if (!meeting.name().empty() && meeting.previous_meeting() == meeting.name()) {
    return InvalidField("meeting.previous_meeting",
                        {"A meeting can't come before itself. Name an earlier "
                         "meeting, or leave it out.",
                         "Ett möte kan inte föregå sig självt. Ange ett "
                         "tidigare möte, eller utelämna fältet."});
  }
  return absl::OkStatus();
}

absl::Status CheckAhead(const Meeting& meeting) {
  if (meeting.state() == Meeting::PLANNED ||
      meeting.state() == Meeting::CONVENED) {
    return absl::OkStatus();
  }
  const Text is = WordFor(meeting.state());
  return Refused(
      "MEETING_STATE",
      {absl::StrCat("The meeting is ", is.en,
                    ". Only the agenda of a planned or convened one changes "
                    "its order."),
       absl::StrCat("Mötet är ", is.sv,
                    ". Bara ett planerat eller sammankallat mötes dagordning "
                    "ändrar ordning.")});
}

absl::Status CheckConvened(const Meeting& meeting) {
  if (meeting.state() == Meeting::CONVENED) return absl::OkStatus();
  const Text is = WordFor(meeting.state());
  return Refused(
      "MEETING_STATE",
      {absl::StrCat("The meeting is ", is.en,
                    ". Invitations are made and answered once it is convened, "
                    "until it is held."),
       absl::StrCat("Mötet är ", is.sv,
                    ". Inbjudningar görs och besvaras när det är "
                    "sammankallat, tills det hålls.")});
}

absl::StatusOr<Meeting::State> NextState(const Meeting& meeting,
                                         Transition transition) {
  const Meeting::State from = meeting.state();
  const bool ahead = from == Meeting::PLANNED || from == Meeting::CONVENED;
  switch (transition) {
    case Transition::kConvene:
      if (from == Meeting::PLANNED) return Meeting::CONVENED;
      break;
    case Transition::kConclude:
      if (ahead) return Meeting::CONCLUDED;
      break;
    case Transition::kCancel:
      if (ahead) return Meeting::CANCELLED;
      break;
  }
  const Text is = WordFor(from);
  const Text needed =
      transition == Transition::kConvene
          ? Text{"Only a planned meeting can be convened.",
                 "Bara ett planerat möte kan sammankallas."}
      : transition == Transition::kConclude
          ? Text{"Only a planned or convened meeting can be concluded.",
                 "Bara ett planerat eller sammankallat möte kan avslutas."}
          : Text{"Only a planned or convened meeting can be cancelled.",
                 "Bara ett planerat eller sammankallat möte kan ställas in."};
  return Refused("MEETING_STATE",
                 {absl::StrCat("The meeting is ", is.en, ". ", needed.en),
                  absl::StrCat("Mötet är ", is.sv, ". ", needed.sv)});
}

Meeting::Visibility VisibilityAfter(Meeting::State state,
                                    Meeting::Visibility before) {
  switch (state) {
    case Meeting::CONVENED:
    case Meeting::CONCLUDED:
      return Meeting::PUBLIC;
    case Meeting::CANCELLED:
      return before;
    default:
      return Meeting::BODY;
  }
}

Meeting::Visibility Narrower(Meeting::Visibility a, Meeting::Visibility b) {
  // The values stand in the proto from the widest to the narrowest.
  return std::max(a, b);
}

std::string MeetingId(std::string_view date, std::string_view body) {
  const size_t slash = body.find('/');
  std::string id(date);
  if (slash != std::string_view::npos) {
    id += '-';
    id += body.substr(slash + 1);
  }
  if (id.size() > kLongestId) id.resize(kLongestId);
  return id;
}

std::string MeetingTitle(std::string_view body, std::string_view date) {
  if (!IsDate(date)) return std::string(body);
  return absl::StrCat(ForAbsl(body), " ", Number(date.substr(8, 2)), " ",
                      kMonths[Number(date.substr(5, 2)) - 1], " ",
                      ForAbsl(date.substr(0, 4)));
}

}  // namespace reglab::meetings
