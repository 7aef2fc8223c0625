// Walks through a document and files each part of it.
#ifndef REGLAB_SERVICES_MEETINGS_MINUTES_READER_H_
#define REGLAB_SERVICES_MEETINGS_MINUTES_READER_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "services/meetings/minutes_cues.h"
#include "services/meetings/minutes_document.h"
#include "services/meetings/minutes_outline.h"
#include "services/meetings/minutes_rules.h"

namespace reglab::meetings {

// What the lines that follow are read as.
struct Mode {
  Topic topic = Topic::kNone;
  Label label;
  // What stands in the document, should nothing follow the label.
  std::vector<SourceLine> lines;
  int order = 0;
  bool used = true;
  // The list or paragraph that it holds for has begun.
  int list = 0;
};

// Reads one document, once.
class MinutesReader {
 public:
  explicit MinutesReader(std::string_view text)
      : document_(text),
        units_(Outline(document_)),
        taken_(document_.line_count() + 1) {}

  ParsedMinutes Read();

 private:
  using Lines = std::vector<SourceLine>;

  Position Here(const Lines& lines);
  void Take(const Lines& lines);
  static std::string Text(const Lines& lines);
  static std::vector<int> Numbers(const Lines& lines);
  const Unit* Next() const;
  bool PointsFollow() const;

  Mode& Current() { return next_.topic != Topic::kNone ? next_ : base_; }
  // The label of the current mode, for a part that stands beneath it.
  Label Use(Mode& mode);
  // A label that nothing stood beneath is a note.
  void Leave(Mode& mode);
  void AddLabelNote(Mode& mode, ParsedNote::Kind kind);
  Mode Enter(Topic topic, const Lines& lines, int level);
  static std::string_view WithoutHashes(std::string_view text);
  // A label that comes again after each item belongs to these.
  void CountLabels();

  void ReadUnit();
  bool IsItem(const Unit& unit, const FoundLabel& label) const;
  void ReadHeading(const Unit& unit);
  void AddItem(const Unit& unit);
  // "§ 4 Ekonomi. Kassören redogör …" holds a title and a text; "§ 4" has its
  // title on the next line.
  void SplitTitle(const Unit& unit, ParsedItem& item, Lines& rest);
  void ReadTable(const Unit& unit);
  // A note is where the names stand as written.
  void AddNamesNote(Mode& mode, const Lines& lines);
  // A line that is a label and the lines below it are one text.
  void AddBelow(Mode& mode, const Lines& lines, ParsedNote::Kind kind);
  // "Ersättare:" says something of everyone that it announces.
  static std::string RoleOf(std::string_view label);
  bool ReadsNames(const Lines& lines) const;
  void ReadPoint(const Unit& unit);
  // The following points of the same list, but for those with a label.
  std::vector<Lines> RestOfList(int list);
  void AddRestOfList(int list, Lines& lines);
  void ReadParagraph(const Lines& lines);
  // A label on a line of its own; more lines may follow in its paragraph.
  void ReadLabel(const FoundLabel& label, const Lines& lines);

  void ReadText(const Lines& lines);
  // What a colon announces is one text with it.
  Lines WithList(Lines lines);
  // A paragraph of its own: a decision, a task, or a note with these in it.
  void ReadFreeText(const Lines& lines);
  // A label with its text on the same line.
  void ReadLabelled(const FoundLabel& label, const Lines& lines);

  void Suggest(const Lines& lines, std::string_view text,
               const Position& position, bool discussed);
  void AddNote(const Lines& lines, ParsedNote::Kind kind, bool search = true);
  void AddDiscussion(const Lines& lines, Label label);
  // A point of the conclusion that the mode's label began.
  void AddPoint(Mode& mode, const Lines& lines);
  void AddDecision(const Lines& lines, std::string source, Label label,
                   bool quoted = false, std::string_view rest = {});
  // "Styrelsen beslutade", and below it a line with "att …" for each decision;
  // false when the paragraph is written otherwise.
  bool AddClauses(const Lines& lines);
  // "att …" in a paragraph of its own, after what was decided.
  bool AddToDecision(const Lines& lines, const std::string& text);
  void AddTask(const Lines& lines, std::string source, Label label,
               bool quoted = false, std::string_view rest = {});
  void AddAction(ParsedAction action);
  static std::string OwnerOf(const std::string& text);
  // "Ansvarig: Anna" on the line after its task.
  bool AddToAction(Topic topic, const std::string& rest, const Lines& lines,
                   const std::string& text);

  // In a part for questions: what ends in a question mark is one, what follows
  // is its answer.
  void ReadQuestion(const Lines& lines);
  bool Answering() const;
  void AddQuestion(const Lines& lines, std::string text);
  // False when no question stands before.
  bool AddAnswer(const Lines& lines);
  void AddOfficer(std::string_view name, std::string_view role, int line,
                  bool add);

  MinutesDocument document_;
  std::vector<Unit> units_;
  std::vector<bool> taken_;
  ParsedMinutes minutes_;
  size_t at_ = 0;
  int order_ = 0;
  int item_ = -1;
  int item_level_ = 0;
  std::string paragraph_number_;
  // Each point beneath the item is an idea.
  bool ideas_ = false;
  // What the text beneath the last heading is, and what a label on a line of
  // its own says of the next list or paragraph.
  Mode base_;
  Mode next_;
  std::map<Topic, int> labels_;
  int officers_ = 0;
  int opening_ = 0;
  size_t last_action_suggestion_ = 0;
};

}  // namespace reglab::meetings

#endif  // REGLAB_SERVICES_MEETINGS_MINUTES_READER_H_
