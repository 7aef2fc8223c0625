#include "services/meetings/minutes_life_rules.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/minutes_assembly_rules.h"
#include "services/meetings/minutes_page.h"

namespace reglab::meetings {

using v1::Attendance;
using v1::Minutes;
using v1::MinutesCorrection;

namespace {

constexpr std::string_view kCorrectionsHeading =
    "\n## Rättelser efter fastställandet\n";

bool Attended(std::string_view person,
              const std::vector<Attendance>& attendances) {
  return std::any_of(attendances.begin(), attendances.end(),
                     [&](const Attendance& attendance) {
                       return attendance.person() == person &&
                              WasThere(attendance);
                     });
}

// The same day a year later; 29 February is the 28th then, as text compares.
std::string YearAfter(std::string_view day) {
  int year = 0;
  std::from_chars(day.data(), day.data() + 4, year);
  return Concat(year + 1, day.substr(4));
}

absl::Status CorrectionsOpen(int open) {
  return Refused(
      "CORRECTIONS_OPEN",
      {Concat(open,
              " proposed corrections wait for an answer. Accept or decline "
              "them first: GET …/minutes/corrections?filter=state = PROPOSED."),
       Concat(open,
              " föreslagna rättelser väntar på svar. Godta eller avslå dem "
              "först: GET …/minutes/corrections?filter=state = PROPOSED.")});
}

// As one line: what stands in it is a passage of Markdown.
std::string OneLine(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace

bool IsFinal(Minutes::State state) {
  return state == Minutes::FINAL || state == Minutes::APPROVED;
}

absl::Status MinutesFinal() {
  return Refused("MINUTES_FINAL",
                 {"The minutes are final. Correct them instead (POST "
                  "…/minutes/correct): that makes a new version, which says "
                  "what was changed and why.",
                  "Anteckningarna eller protokollet är slutliga. Rätta dem i "
                  "stället (POST …/minutes/correct): det ger en ny version, "
                  "som säger vad som ändrades och varför."});
}

absl::Status CheckNotFinal(const Minutes& minutes) {
  return IsFinal(minutes.state()) ? MinutesFinal() : absl::OkStatus();
}

absl::Status CheckFinal(const Minutes& minutes) {
  if (IsFinal(minutes.state())) return absl::OkStatus();
  return Refused("NOT_FINAL",
                 {"The minutes are not final yet. Change the parts of the "
                  "meeting that they are made from instead.",
                  "Anteckningarna eller protokollet är inte slutliga än. Ändra "
                  "de delar av mötet som de görs av i stället."});
}

absl::Status CheckHeld(const v1::Meeting& meeting) {
  if (meeting.state() != v1::Meeting::CANCELLED) return absl::OkStatus();
  return Refused("MEETING_CANCELLED",
                 {"The meeting was cancelled; it has no minutes.",
                  "Mötet ställdes in; det har inga anteckningar."});
}

absl::Status CheckSignatories(const Minutes& minutes,
                              const std::vector<Attendance>& attendances) {
  std::set<std::string_view> named;
  if (!minutes.chair().empty()) named.insert(minutes.chair());
  for (const std::string& verifier : minutes.verifiers()) {
    if (named.insert(verifier).second) continue;
    return InvalidField(
        "minutes.verifiers",
        {Concat(verifier,
                " is named twice. Whoever leads the meeting does not also "
                "verify the record; name each person once."),
         Concat(verifier,
                " anges två gånger. Den som leder mötet justerar inte också "
                "som justerare; ange varje person en gång.")});
  }
  for (const std::string_view person : named) {
    if (Attended(person, attendances)) continue;
    return Refused(
        "DID_NOT_ATTEND",
        {Concat(person,
                " did not attend the meeting. Chair and verifiers are chosen "
                "among those who were there; name one of them, or mend the "
                "attendance first."),
         Concat(person,
                " var inte med på mötet. Ordförande och justerare väljs bland "
                "dem som var där; ange någon av dem, eller rätta närvaron "
                "först.")},
        {{person == minutes.chair() ? "minutes.chair" : "minutes.verifiers",
          {"There is no attendance of this person.",
           "Personen finns inte bland de närvarande."}}});
  }
  return absl::OkStatus();
}

absl::Status CheckKind(const Minutes& before, const Minutes& after) {
  if (before.kind() == after.kind() || before.version() == 0) {
    return absl::OkStatus();
  }
  return Refused(
      "KIND_FIXED",
      {"The kind can't be changed once a version was sent out. Go on with the "
       "kind that they have.",
       "Slaget kan inte ändras när en version har skickats ut. Fortsätt med "
       "det slag de har."},
      {{"minutes.kind",
        {"It is fixed by the first version.",
         "Det ligger fast med den första versionen."}}});
}

absl::Status CheckCirculation(const Minutes& minutes,
                              const v1::CirculateMinutesRequest& request,
                              const std::vector<std::string>& recipients,
                              std::string_view today) {
  RETURN_IF_ERROR(CheckNotFinal(minutes));
  if (!request.disclosure_acknowledged()) {
    return Refused(
        "DISCLOSURE_NOT_ACKNOWLEDGED",
        {Concat(kDisclosureNotice,
                " (receivers may have to disclose this): at a member it is a "
                "public record. Say that you know it: disclosureAcknowledged: "
                "true."),
         Concat(kDisclosureNotice,
                ": hos en medlem är det en allmän handling. Bekräfta att du "
                "vet det: disclosureAcknowledged: true.")},
        {{"disclosure_acknowledged",
          {"It must be true.", "Det måste vara true."}}});
  }
  if (request.corrections_until() < today) {
    return InvalidField(
        "corrections_until",
        {Concat("The day is past. Choose ", today, " or a later one."),
         Concat("Dagen har varit. Välj ", today, " eller en senare dag.")});
  }
  if (request.corrections_until() > YearAfter(today)) {
    return InvalidField("corrections_until",
                        {"The day is over a year away. Choose an earlier one.",
                         "Dagen ligger mer än ett år bort. Välj en tidigare."});
  }
  if (recipients.empty()) {
    return Refused(
        "NO_RECIPIENTS",
        {"Nobody would get them: name recipients, or note first which "
         "organisations or people attended.",
         "Ingen skulle få dem: ange mottagare, eller anteckna först vilka "
         "organisationer eller personer som var med."},
        {{"recipients", {"There is none.", "Det finns ingen."}}});
  }
  return absl::OkStatus();
}

std::vector<std::string> ParticipantsOf(
    const std::vector<Attendance>& attendances) {
  std::vector<std::string> participants;
  std::set<std::string> seen;
  for (const Attendance& attendance : attendances) {
    if (!WasThere(attendance)) continue;
    const std::string& name = attendance.organization().empty()
                                  ? attendance.person()
                                  : attendance.organization();
    if (!name.empty() && seen.insert(name).second) participants.push_back(name);
  }
  return participants;
}

absl::Status CheckFinalization(const Minutes& minutes, int open_corrections,
                               std::string_view today) {
  RETURN_IF_ERROR(CheckNotFinal(minutes));
  if (minutes.kind() == Minutes::RECORD) {
    return Refused("APPROVED_INSTEAD",
                   {"A record is not made final: its chair and verifiers "
                    "approve it (POST …/minutes/approve).",
                    "Ett protokoll görs inte slutligt: ordförande och "
                    "justerare justerar det (POST …/minutes/approve)."});
  }
  if (minutes.state() != Minutes::CIRCULATED) {
    return Refused("NOT_CIRCULATED",
                   {"Notes become final after they have been out for "
                    "corrections. Circulate them first (POST "
                    "…/minutes/circulate).",
                    "Anteckningar blir slutliga när de har varit ute för "
                    "rättelser. Skicka ut dem först (POST "
                    "…/minutes/circulate)."});
  }
  if (today < minutes.corrections_until()) {
    return Refused("TOO_EARLY",
                   {Concat("Corrections may be proposed until ",
                           minutes.corrections_until(),
                           ". Make them final on that day or later."),
                    Concat("Rättelser får föreslås till och med ",
                           minutes.corrections_until(),
                           ". Gör dem slutliga den dagen eller senare.")});
  }
  if (open_corrections > 0) return CorrectionsOpen(open_corrections);
  return absl::OkStatus();
}

absl::Status CheckApproval(const Minutes& minutes, const Caller& caller,
                           const std::vector<Attendance>& attendances,
                           int open_corrections, std::string_view digest_read) {
  if (minutes.kind() != Minutes::RECORD) {
    return Refused("FINALIZED_INSTEAD",
                   {"Notes are not approved: they become final on a set day "
                    "(POST …/minutes/finalize).",
                    "Anteckningar justeras inte: de blir slutliga en bestämd "
                    "dag (POST …/minutes/finalize)."});
  }
  const bool named =
      caller.name == minutes.chair() ||
      std::find(minutes.verifiers().begin(), minutes.verifiers().end(),
                caller.name) != minutes.verifiers().end();
  if (!named || !caller.name.starts_with("people/")) {
    return MakeError(
        absl::StatusCode::kPermissionDenied, "NOT_A_SIGNATORY",
        {"Only the chair and the verifiers who are named in the record approve "
         "it, each as the person that they are. Ask the secretariat to name "
         "you, if you were chosen.",
         "Bara ordföranden och de justerare som anges i protokollet justerar "
         "det, var och en som sig själv. Be kansliet att ange dig, om du "
         "valdes."});
  }
  RETURN_IF_ERROR(CheckNotFinal(minutes));
  if (!Attended(caller.name, attendances)) {
    return Refused("DID_NOT_ATTEND",
                   {"You did not attend the meeting, so you can't vouch for "
                    "its record. Ask the secretariat to mend the attendance, "
                    "if you did.",
                    "Du var inte med på mötet och kan därför inte intyga "
                    "protokollet. Be kansliet att rätta närvaron, om du var "
                    "det."});
  }
  if (minutes.chair().empty() || minutes.verifiers().empty()) {
    return Refused("SIGNATORIES_MISSING",
                   {"A record is approved by its chair and at least one "
                    "verifier. The secretariat names them first (PATCH "
                    "…/minutes).",
                    "Ett protokoll justeras av ordföranden och minst en "
                    "justerare. Kansliet anger dem först (PATCH …/minutes)."});
  }
  if (open_corrections > 0) return CorrectionsOpen(open_corrections);
  if (digest_read != minutes.digest()) return ChangedMeanwhile();
  return absl::OkStatus();
}

bool AllApproved(const Minutes& minutes) {
  std::set<std::string_view> approved;
  for (const Minutes::Approval& approval : minutes.approvals()) {
    approved.insert(approval.person());
  }
  return approved.contains(minutes.chair()) &&
         std::all_of(minutes.verifiers().begin(), minutes.verifiers().end(),
                     [&](const std::string& verifier) {
                       return approved.contains(verifier);
                     });
}

absl::StatusOr<CorrectedMinutes> Correct(
    std::string_view markdown, const v1::CorrectMinutesRequest& request,
    std::string_view today) {
  // The list of corrections says what was; it is no text to correct.
  const std::string_view text =
      markdown.substr(0, markdown.find(kCorrectionsHeading));
  const size_t at = text.find(request.quote());
  if (at == std::string_view::npos) {
    return InvalidField(
        "quote",
        {"The passage does not stand in the last version. Copy it from there: "
         "GET …/minutes/markdown.",
         "Stället finns inte i den senaste versionen. Kopiera det därifrån: "
         "GET …/minutes/markdown."});
  }
  if (text.find(request.quote(), at + 1) != std::string_view::npos) {
    return InvalidField(
        "quote",
        {"The passage stands in the last version several times. Quote more of "
         "what is around it.",
         "Stället finns flera gånger i den senaste versionen. Citera mer av "
         "det som står runt om."});
  }
  if (request.quote() == request.replacement()) {
    return InvalidField("replacement",
                        {"It is the same as the passage; nothing would change.",
                         "Det är detsamma som stället; inget skulle ändras."});
  }
  CorrectedMinutes corrected;
  corrected.change =
      request.replacement().empty()
          ? Concat("”", OneLine(request.quote()), "” har tagits bort.")
          : Concat("”", OneLine(request.quote()), "” har ändrats till ”",
                   OneLine(request.replacement()), "”.");
  corrected.markdown = Concat(markdown.substr(0, at), request.replacement(),
                              markdown.substr(at + request.quote().size()));
  if (!corrected.markdown.ends_with('\n')) corrected.markdown += '\n';
  // A list in which each correction follows on the one before it.
  if (markdown.find(kCorrectionsHeading) == std::string_view::npos) {
    corrected.markdown += Concat(kCorrectionsHeading, "\n");
  }
  corrected.markdown += Concat("- ", today, ": ", corrected.change,
                               " Skäl: ", OneLine(request.reason()), "\n");
  return corrected;
}

std::string ChangeOf(const std::vector<std::string>& accepted) {
  std::string change;
  for (const std::string& text : accepted) {
    change +=
        Concat(change.empty() ? "Godtagna rättelser: " : " · ", OneLine(text));
  }
  return change;
}

absl::Status CheckParticipant(const Caller& caller, const v1::Meeting& meeting,
                              const std::vector<Attendance>& attendances) {
  const bool sits = std::find(caller.bodies.begin(), caller.bodies.end(),
                              meeting.body()) != caller.bodies.end();
  if (caller.secretariat() || sits || Attended(caller.name, attendances)) {
    return absl::OkStatus();
  }
  for (const Attendance& attendance : attendances) {
    if (WasThere(attendance) && !attendance.organization().empty() &&
        caller.ActsFor(attendance.organization(), meeting.name())) {
      return absl::OkStatus();
    }
  }
  return MakeError(
      absl::StatusCode::kPermissionDenied, "NOT_A_PARTICIPANT",
      {"Only those who were at the meeting propose corrections to its minutes. "
       "Write to the secretariat instead.",
       "Bara de som var med på mötet föreslår rättelser av anteckningarna. "
       "Skriv till kansliet i stället."});
}

absl::Status CheckProposal(const Minutes& minutes,
                           const MinutesCorrection& correction,
                           std::string_view circulated, int proposed,
                           std::string_view today) {
  RETURN_IF_ERROR(CheckNotFinal(minutes));
  if (minutes.state() != Minutes::CIRCULATED) {
    return Refused("NOT_CIRCULATED",
                   {"The minutes are not out for corrections yet.",
                    "Anteckningarna är inte utskickade för rättelser än."});
  }
  if (today > minutes.corrections_until()) {
    return Refused("CORRECTIONS_CLOSED",
                   {Concat("Corrections could be proposed until ",
                           minutes.corrections_until(),
                           ". Write to the secretariat instead."),
                    Concat("Rättelser kunde föreslås till och med ",
                           minutes.corrections_until(),
                           ". Skriv till kansliet i stället.")});
  }
  if (proposed >= kMostCorrections) {
    return Refused(
        "TOO_MANY_CORRECTIONS",
        {Concat("There are ", kMostCorrections,
                " corrections already. Write to the secretariat instead."),
         Concat("Det finns redan ", kMostCorrections,
                " rättelser. Skriv till kansliet i stället.")});
  }
  if (circulated.find(correction.quote()) == std::string_view::npos) {
    return InvalidField(
        "minutes_correction.quote",
        {"These words do not stand in the circulated text. Copy them from GET "
         "…/minutes/markdown, or leave the field out.",
         "De orden finns inte i den utskickade texten. Kopiera dem från GET "
         "…/minutes/markdown, eller utelämna fältet."});
  }
  return absl::OkStatus();
}

absl::Status CheckUnanswered(const MinutesCorrection& correction) {
  if (correction.state() == MinutesCorrection::PROPOSED) {
    return absl::OkStatus();
  }
  return Refused("ALREADY_ANSWERED",
                 {"The correction was answered before. Read it again.",
                  "Rättelsen har redan fått svar. Läs den igen."});
}

}  // namespace reglab::meetings
