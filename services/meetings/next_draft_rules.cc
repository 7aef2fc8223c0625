#include "services/meetings/next_draft_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"
#include "services/meetings/diff_rules.h"
#include "services/meetings/draft_rules.h"

namespace reglab::meetings {
namespace {

using v1::Amendment;
using v1::Paragraph;

bool IsClosing(char c) {
  return std::string_view(".,;:!?)").find(c) != std::string_view::npos;
}

bool IsWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || absl::ascii_isalnum(byte);
}

// Where an edit takes effect, and the words with the spaces that they need.
struct Step {
  int begin = 0;
  int end = 0;
  std::string text;
};

Step StepOf(std::string_view text, const TextEdit& edit) {
  std::string words = OneLine(edit.text);
  switch (edit.how) {
    case TextEdit::How::kInsertAfter: {
      const size_t next = ByteAt(text, edit.end);
      const bool inside = next < text.size() && IsWordByte(text[next]);
      if (!inside && !words.empty() && !IsClosing(words[0])) {
        words.insert(0, 1, ' ');
      }
      return {edit.end, edit.end, words};
    }
    case TextEdit::How::kInsertBefore: {
      const size_t here = ByteAt(text, edit.begin);
      const bool inside = here > 0 && IsWordByte(text[here - 1]);
      if (!inside && !words.empty()) words += ' ';
      return {edit.begin, edit.begin, words};
    }
    case TextEdit::How::kReplace:
      break;
  }
  return {edit.begin, edit.end, words};
}

// Writes the new text from left to right.
class Editor {
 public:
  explicit Editor(std::string_view text) : text_(text) {
    edited_.kept.offsets.assign(CodePoints(text), -1);
  }

  void Take(const Step& step) {
    CopyTo(step.begin);
    while (at_ < step.end) Pass();
    if (step.text.empty()) {
      cut_ = true;
      return;
    }
    std::string_view words = step.text;
    Close(words);
    if (cut_ && EndsWithSpace() && words[0] == ' ') words.remove_prefix(1);
    cut_ = false;
    edited_.text += words;
    written_ += CodePoints(words);
  }

  Edited Finish() {
    CopyTo(int(edited_.kept.offsets.size()));
    if (cut_ && EndsWithSpace()) DropSpace();
    return std::move(edited_);
  }

 private:
  bool EndsWithSpace() const {
    return edited_.text.empty() || edited_.text.back() == ' ';
  }

  // Where something was taken out, no two spaces are left, and none before a
  // full stop.
  void Close(std::string_view next) {
    if (cut_ && IsClosing(next[0]) && EndsWithSpace()) DropSpace();
  }

  void DropSpace() {
    if (edited_.text.empty()) return;
    edited_.text.pop_back();
    --written_;
    for (int i = at_ - 1; i >= 0; --i) {
      if (edited_.kept.offsets[i] == written_) edited_.kept.offsets[i] = -1;
      if (edited_.kept.offsets[i] >= 0) break;
    }
  }

  std::string_view Next() const {
    size_t size = 1;
    while (byte_ + size < text_.size() &&
           (static_cast<unsigned char>(text_[byte_ + size]) & 0xC0) == 0x80) {
      ++size;
    }
    return text_.substr(byte_, size);
  }

  void Pass() {
    byte_ += Next().size();
    ++at_;
  }

  void CopyTo(int end) {
    while (at_ < end) {
      const std::string_view letter = Next();
      if (cut_ && letter == " " && EndsWithSpace()) {
        Pass();
        continue;
      }
      Close(letter);
      cut_ = false;
      edited_.kept.offsets[at_] = written_++;
      edited_.text += letter;
      Pass();
    }
  }

  std::string_view text_;
  Edited edited_;
  size_t byte_ = 0;
  int at_ = 0;
  int written_ = 0;
  bool cut_ = false;
};

bool IsAccepted(const Amendment& amendment) {
  return amendment.disposition() == Amendment::ACCEPTED ||
         amendment.disposition() == Amendment::PARTLY;
}

// The edit of an accepted amendment that needs no hand.
std::optional<TextEdit> AcceptedEdit(const Amendment& amendment) {
  if (amendment.anchor() != Amendment::QUOTE) return std::nullopt;
  if (amendment.disposition() == Amendment::PARTLY &&
      amendment.adopted_text().empty()) {
    return std::nullopt;
  }
  return IsAccepted(amendment) ? EditOf(amendment) : std::nullopt;
}

bool WaitsForText(const Amendment& amendment) {
  return amendment.waiting_reason() == v1::WaitingAmendment::NO_DRAFT ||
         amendment.waiting_reason() == v1::WaitingAmendment::QUOTE_NOT_FOUND;
}

// What is changed by hand, by paragraph.
struct Manual {
  std::map<std::string, const v1::ParagraphEdit*> rewritten;
  std::set<std::string> removed;
  // After which paragraph; "" is the beginning.
  std::map<std::string, std::vector<const v1::ParagraphEdit*>> added;

  bool Touches(const std::string& id) const {
    return rewritten.count(id) > 0 || removed.count(id) > 0;
  }
};

absl::Status WrongEdit(int index, Text text) {
  return InvalidField(absl::StrCat("edits[", index, "]"), std::move(text));
}

absl::StatusOr<Manual> ReadEdits(const DraftText& text,
                                 const std::vector<v1::ParagraphEdit>& edits) {
  Manual manual;
  for (int i = 0; i < int(edits.size()); ++i) {
    const v1::ParagraphEdit& edit = edits[i];
    const std::string& id = edit.paragraph();
    const bool adds = edit.action() == v1::ParagraphEdit::INSERT_AFTER;
    if (text.Find(id) == nullptr && !(adds && id.empty())) {
      return WrongEdit(
          i, {absl::StrCat("The draft has no paragraph \"", Excerpt(id),
                           "\". Name one that it has."),
              absl::StrCat("Utkastet har inget stycke ”", Excerpt(id),
                           "”. Ange ett som finns.")});
    }
    const bool removes = edit.action() == v1::ParagraphEdit::REMOVE;
    if (!removes && OneLine(edit.text()).empty()) {
      return WrongEdit(i, {"The new text is missing. To take a paragraph out, "
                           "use the action REMOVE.",
                           "Den nya texten saknas. Ta bort ett stycke med "
                           "action REMOVE."});
    }
    if (adds) {
      manual.added[id].push_back(&edit);
      continue;
    }
    if (manual.Touches(id)) {
      return WrongEdit(
          i, {absl::StrCat("Paragraph ", id, " is edited twice. Edit it once."),
              absl::StrCat("Stycke ", id,
                           " ändras två gånger. Ändra det en "
                           "gång.")});
    }
    if (removes) {
      manual.removed.insert(id);
    } else {
      manual.rewritten[id] = &edit;
    }
  }
  return manual;
}

absl::Status CheckWorkedIn(const std::vector<Amendment>& amendments,
                           const std::set<std::string>& worked_in) {
  for (const std::string& name : worked_in) {
    const auto found = std::find_if(
        amendments.begin(), amendments.end(),
        [&](const Amendment& amendment) { return amendment.name() == name; });
    if (found != amendments.end() && IsAccepted(*found)) continue;
    return InvalidField(
        "worked_in",
        {absl::StrCat(Excerpt(name),
                      " is no accepted amendment that waits to be worked in."),
         absl::StrCat(Excerpt(name),
                      " är inget godtaget ändringsförslag som väntar på att "
                      "arbetas in.")});
  }
  return absl::OkStatus();
}

absl::Status OverlapError(const std::vector<FieldError>& groups) {
  return Refused(
      "AMENDMENTS_OVERLAP",
      {"Accepted amendments change the same words in different ways. Dispose "
       "of "
       "one of them anew, or edit the paragraph by hand.",
       "Godtagna ändringsförslag ändrar samma ord på olika sätt. Ta ställning "
       "till ett av dem på nytt, eller ändra stycket för hand."},
      groups);
}

}  // namespace

Edited ApplyEdits(std::string_view text, std::vector<TextEdit> edits) {
  std::vector<Step> steps;
  for (const TextEdit& edit : edits) steps.push_back(StepOf(text, edit));
  const auto key = [](const Step& step) {
    return std::tie(step.begin, step.end, step.text);
  };
  std::sort(steps.begin(), steps.end(),
            [&](const Step& a, const Step& b) { return key(a) < key(b); });
  // What several propose is done once.
  steps.erase(std::unique(steps.begin(), steps.end(),
                          [&](const Step& a, const Step& b) {
                            return key(a) == key(b);
                          }),
              steps.end());
  Editor editor(text);
  for (const Step& step : steps) editor.Take(step);
  return editor.Finish();
}

Kept CompareWords(std::string_view before, std::string_view after) {
  Kept kept;
  kept.guessed = true;
  int offset = 0;
  for (const v1::Piece& piece : DiffWords(before, after)) {
    const int size = CodePoints(piece.text());
    for (int i = 0; i < size; ++i) {
      if (piece.change() == v1::Piece::SAME) {
        kept.offsets.push_back(offset + i);
      } else if (piece.change() == v1::Piece::REMOVED) {
        kept.offsets.push_back(-1);
      }
    }
    if (piece.change() != v1::Piece::REMOVED) offset += size;
  }
  return kept;
}

absl::StatusOr<NextText> MakeNext(NextInput input) {
  std::sort(input.amendments.begin(), input.amendments.end(),
            [](const Amendment& a, const Amendment& b) {
              return a.name() < b.name();
            });
  const std::set<std::string> worked_in(input.worked_in.begin(),
                                        input.worked_in.end());
  const DraftText old_text(input.paragraphs);
  ASSIGN_OR_RETURN(const Manual manual, ReadEdits(old_text, input.edits));
  RETURN_IF_ERROR(CheckWorkedIn(input.amendments, worked_in));

  std::map<std::string, std::vector<TextEdit>> edits;
  std::set<std::string> applied;
  for (const Amendment& amendment : input.amendments) {
    std::optional<TextEdit> edit = AcceptedEdit(amendment);
    if (!edit || worked_in.count(amendment.name()) > 0 ||
        manual.Touches(amendment.paragraph())) {
      continue;
    }
    const Paragraph* paragraph = old_text.Find(amendment.paragraph());
    // The name of an erased person is in the text no more.
    if (paragraph == nullptr ||
        !StandsAt(paragraph->text(), edit->begin, amendment.quote())) {
      continue;
    }
    applied.insert(amendment.name());
    edits[amendment.paragraph()].push_back(*std::move(edit));
  }
  std::vector<FieldError> overlaps;
  for (auto& [id, some] : edits) {
    for (const EditGroup& group : GroupsOf(some)) {
      if (!group.conflict) continue;
      std::string names;
      for (size_t i = group.first; i < group.first + group.count; ++i) {
        absl::StrAppend(&names, names.empty() ? "" : ", ", some[i].amendment);
      }
      const std::string text = absl::StrCat(id, ": ", names);
      overlaps.push_back({"name", {text, text}});
    }
  }
  if (!overlaps.empty()) return OverlapError(overlaps);

  NextText next;
  next.last_id = input.last_id;
  std::map<std::string, Kept> kept;
  const auto add = [&](const std::string& after) {
    const auto found = manual.added.find(after);
    if (found == manual.added.end()) return;
    for (const v1::ParagraphEdit* edit : found->second) {
      Paragraph& paragraph = next.paragraphs.emplace_back();
      paragraph.set_id(NewId(next.last_id));
      paragraph.set_text(OneLine(edit->text()));
      FillKind(edit->kind(), edit->level(), paragraph);
    }
  };
  bool changed = !manual.added.empty() || !manual.removed.empty();
  add("");
  for (const Paragraph& old : input.paragraphs) {
    Paragraph paragraph = old;
    if (const auto edit = manual.rewritten.find(old.id());
        edit != manual.rewritten.end()) {
      paragraph.set_text(OneLine(edit->second->text()));
      if (edit->second->kind() != Paragraph::KIND_UNSPECIFIED) {
        FillKind(edit->second->kind(), edit->second->level(), paragraph);
      }
      changed = changed || paragraph.kind() != old.kind() ||
                paragraph.level() != old.level();
      if (paragraph.text() != old.text()) {
        kept[old.id()] = CompareWords(old.text(), paragraph.text());
      }
    } else if (const auto some = edits.find(old.id()); some != edits.end()) {
      Edited edited = ApplyEdits(old.text(), some->second);
      paragraph.set_text(std::move(edited.text));
      kept[old.id()] = std::move(edited.kept);
    }
    changed = changed || paragraph.text() != old.text();
    const bool removed =
        paragraph.text().empty() || manual.removed.count(old.id()) > 0;
    if (!removed) next.paragraphs.push_back(std::move(paragraph));
    add(old.id());
  }
  if (!changed && worked_in.empty()) {
    return Refused("NOTHING_TO_APPLY",
                   {"The next draft would be the same as this one. Accept "
                    "amendments that quote words, or edit paragraphs.",
                    "Nästa utkast skulle bli likadant som detta. Godta "
                    "ändringsförslag som citerar ord, eller ändra stycken."});
  }
  if (next.paragraphs.empty()) {
    return InvalidField("edits", {"Nothing would be left of the draft.",
                                  "Inget skulle bli kvar av utkastet."});
  }
  RETURN_IF_ERROR(CheckSize("edits", next.paragraphs));

  const DraftText new_text(next.paragraphs);
  for (Amendment& amendment : input.amendments) {
    const std::string& name = amendment.name();
    if (applied.count(name) > 0 || worked_in.count(name) > 0) {
      if (applied.count(name) > 0) next.report.add_applied(name);
      amendment.set_applied_draft(input.draft);
      next.amendments.push_back(std::move(amendment));
      continue;
    }
    const bool waited = amendment.draft().empty();
    Followed followed = Followed::kWaits;
    if (!waited) {
      followed = Follow(old_text, new_text, kept, input.draft, amendment);
    } else if (WaitsForText(amendment)) {
      AnchorWaiting(new_text, input.draft, amendment);
      if (!amendment.draft().empty()) followed = Followed::kMoved;
    }
    if (IsAccepted(amendment)) {
      next.report.add_by_hand(name);
    } else if (amendment.state() == Amendment::OPEN) {
      if (followed == Followed::kSamePlace) {
        next.report.add_carried(name);
      } else if (followed == Followed::kMoved) {
        next.report.add_moved(name);
      } else {
        v1::WaitingAmendment& waiting = *next.report.add_waiting();
        waiting.set_amendment(name);
        waiting.set_reason(amendment.waiting_reason());
      }
    }
    if (!waited || WaitsForText(amendment) || !amendment.draft().empty()) {
      next.amendments.push_back(std::move(amendment));
    }
  }
  return next;
}

std::vector<Amendment> FollowText(const std::vector<Paragraph>& before,
                                  const std::vector<Paragraph>& after,
                                  std::string_view draft,
                                  std::vector<Amendment> amendments) {
  const DraftText old_text(before);
  const DraftText new_text(after);
  std::map<std::string, Kept> kept;
  for (const Paragraph& paragraph : after) {
    const Paragraph* old = old_text.Find(paragraph.id());
    if (old != nullptr && old->text() != paragraph.text()) {
      kept[paragraph.id()] = CompareWords(old->text(), paragraph.text());
    }
  }
  std::vector<Amendment> changed;
  for (Amendment& amendment : amendments) {
    if (!amendment.draft().empty()) {
      Follow(old_text, new_text, kept, draft, amendment);
    } else if (WaitsForText(amendment)) {
      AnchorWaiting(new_text, draft, amendment);
    } else {
      continue;
    }
    changed.push_back(std::move(amendment));
  }
  return changed;
}

}  // namespace reglab::meetings
