#include "services/common/resource.h"

#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/util/message_differencer.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"
#include "services/common/status_macros.h"

namespace reglab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr size_t kLongestId = 63;

// Last segments of REST paths; a resource called so could not be reached.
constexpr std::string_view kReserved[] = {
    "accept",    "acknowledge",
    "adopt",     "answer",
    "append",    "approve",
    "archive",   "archive-schema",
    "cancel",    "changes",
    "check",     "circulate",
    "close",     "complete",
    "conclude",  "confirm",
    "content",   "convene",
    "correct",   "corrections",
    "decide",    "decline",
    "diff",      "diff-document",
    "dismiss",   "dispose",
    "drop",      "end",
    "erase",     "export",
    "finalize",  "hand-over",
    "html",      "import",
    "interpret", "invite",
    "markdown",  "me",
    "merge",     "move",
    "next",      "open",
    "overlaps",  "pdf",
    "prepare",   "prioritise",
    "readiness", "ready",
    "refer",     "reject",
    "remind",    "reopen",
    "replay",    "representation",
    "resend",    "resolve",
    "respond",   "return",
    "revoke",    "rotate-secret",
    "search",    "send",
    "start",     "substitute",
    "support",   "test",
    "trace",     "undelete",
    "verify",    "versions",
    "withdraw",  "withdraw-support",
};

bool IsReserved(std::string_view id) {
  return std::find(std::begin(kReserved), std::end(kReserved), id) !=
         std::end(kReserved);
}

bool IsId(std::string_view id) {
  if (id.empty() || id.size() > kLongestId) return false;
  return std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

// The letters U+00C0 to U+017F without their marks: each entry covers the
// letters after the one before it, up to `last`.
struct Letters {
  char32_t last;
  std::string_view plain;
};
constexpr char32_t kFirstLetter = 0xC0;
constexpr Letters kLetters[] = {
    {0xC5, "a"},   {0xC6, "ae"},  {0xC7, "c"},  {0xCB, "e"},  {0xCF, "i"},
    {0xD0, "d"},   {0xD1, "n"},   {0xD6, "o"},  {0xD7, "-"},  {0xD8, "o"},
    {0xDC, "u"},   {0xDD, "y"},   {0xDE, "th"}, {0xDF, "ss"}, {0xE5, "a"},
    {0xE6, "ae"},  {0xE7, "c"},   {0xEB, "e"},  {0xEF, "i"},  {0xF0, "d"},
    {0xF1, "n"},   {0xF6, "o"},   {0xF7, "-"},  {0xF8, "o"},  {0xFC, "u"},
    {0xFD, "y"},   {0xFE, "th"},  {0xFF, "y"},  {0x105, "a"}, {0x10D, "c"},
    {0x111, "d"},  {0x11B, "e"},  {0x123, "g"}, {0x127, "h"}, {0x131, "i"},
    {0x133, "ij"}, {0x135, "j"},  {0x138, "k"}, {0x142, "l"}, {0x14B, "n"},
    {0x151, "o"},  {0x153, "oe"}, {0x159, "r"}, {0x161, "s"}, {0x167, "t"},
    {0x173, "u"},  {0x175, "w"},  {0x178, "y"}, {0x17E, "z"}, {0x17F, "s"},
};

// What an id has for `code`; "-" where words part.
std::string Plain(char32_t code) {
  if (code < 0x80) {
    const char c = static_cast<char>(code);
    if (absl::ascii_isalnum(c)) return std::string(1, absl::ascii_tolower(c));
    return c == '\'' ? "" : "-";
  }
  if (code == 0x2019 || (code >= 0x300 && code <= 0x36F)) {
    return "";  // an apostrophe; a mark written apart from its letter
  }
  if (code < kFirstLetter) return "-";
  for (const Letters& letters : kLetters) {
    if (code <= letters.last) return std::string(letters.plain);
  }
  return "-";
}

std::string RandomText(size_t size) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz234567";
  std::string text(size, '\0');
  // It fails only when the system has no randomness at all: then nothing that
  // must not be guessed can be made.
  if (RAND_bytes(reinterpret_cast<unsigned char*>(text.data()),
                 static_cast<int>(size)) != 1) {
    std::abort();
  }
  for (char& c : text) c = kAlphabet[static_cast<unsigned char>(c) & 31];
  return text;
}

const options::v1::FieldRules& Rules(const FieldDescriptor* field) {
  return field->options().GetExtension(options::v1::rules);
}

bool IsNameOrEtag(const FieldDescriptor* field) {
  return field->name() == "name" || field->name() == "etag";
}

bool Equal(const Message& a, const Message& b, const FieldDescriptor* field) {
  google::protobuf::util::MessageDifferencer differencer;
  return differencer.CompareWithFields(a, b, {field}, {field});
}

// A message that is replaced whole keeps what only the service may set in it.
void KeepOutputOnly(const Message& old, Message& message) {
  const Descriptor* descriptor = message.GetDescriptor();
  const Reflection* reflection = message.GetReflection();
  std::unique_ptr<Message> source(old.New());
  source->CopyFrom(old);
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    if (Rules(field).output_only()) {
      reflection->SwapFields(&message, source.get(), {field});
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
               !field->is_repeated() && reflection->HasField(message, field)) {
      KeepOutputOnly(reflection->GetMessage(old, field),
                     *reflection->MutableMessage(&message, field));
    }
  }
}

void Replace(const Message& patch, Message& target,
             const FieldDescriptor* field) {
  const Reflection* reflection = target.GetReflection();
  std::unique_ptr<Message> source(patch.New());
  source->CopyFrom(patch);
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(*source, field); ++i) {
        ClearOutputOnly(
            *reflection->MutableRepeatedMessage(source.get(), field, i));
      }
    } else if (reflection->HasField(*source, field)) {
      KeepOutputOnly(reflection->GetMessage(target, field),
                     *reflection->MutableMessage(source.get(), field));
    }
  }
  reflection->SwapFields(&target, source.get(), {field});
}

absl::Status UnknownPath(std::string_view path, std::string_view prefix,
                         std::string_view wanted,
                         const Descriptor* descriptor) {
  std::vector<std::string_view> names;
  for (int i = 0; i < descriptor->field_count(); ++i) {
    names.push_back(descriptor->field(i)->name());
  }
  const std::string nearest =
      absl::StrCat(ForAbsl(prefix), ForAbsl(Nearest(wanted, names)));
  const std::string excerpt = Excerpt(path);
  return InvalidField("update_mask",
                      {absl::StrCat("There is no field \"", excerpt,
                                    "\". Did you mean \"", nearest, "\"?"),
                       absl::StrCat("Det finns inget fält ”", excerpt,
                                    "”. Menade du ”", nearest, "”?")});
}

// The fields from the resource down to the one that `path` names.
absl::StatusOr<std::vector<const FieldDescriptor*>> FindPath(
    const Descriptor* descriptor, const std::string& path) {
  std::vector<const FieldDescriptor*> fields;
  std::string prefix;
  for (const std::string& part :
       std::vector<std::string>(absl::StrSplit(path, '.'))) {
    if (descriptor == nullptr) {
      const std::string list = prefix.substr(0, prefix.size() - 1);
      return InvalidField(
          "update_mask",
          {absl::StrCat("\"", Excerpt(path), "\" goes into \"", list,
                        "\", which is changed as a whole. Name \"", list,
                        "\"."),
           absl::StrCat("”", Excerpt(path), "” går in i ”", list,
                        "”, som bara kan ändras i sin helhet. Ange ”", list,
                        "”.")});
    }
    const FieldDescriptor* field = descriptor->FindFieldByName(part);
    if (field == nullptr) return UnknownPath(path, prefix, part, descriptor);
    fields.push_back(field);
    absl::StrAppend(&prefix, part, ".");
    const bool open = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                      !field->is_repeated();
    descriptor = open ? field->message_type() : nullptr;
  }
  return fields;
}

// Does what `path` says; true when that changed something.
absl::StatusOr<bool> ApplyPath(const std::string& path, const Message& patch,
                               Message& target) {
  using Fields = std::vector<const FieldDescriptor*>;
  ASSIGN_OR_RETURN(const Fields fields, FindPath(target.GetDescriptor(), path));
  const Message* from = &patch;
  const Message* to = &target;
  bool immutable = false;
  for (const FieldDescriptor* field : fields) {
    if (Rules(field).output_only()) return false;
    immutable = immutable || Rules(field).immutable();
    if (field == fields.back()) break;
    from = &from->GetReflection()->GetMessage(*from, field);
    to = &to->GetReflection()->GetMessage(*to, field);
  }
  const FieldDescriptor* last = fields.back();
  if (fields.size() == 1 && IsNameOrEtag(last)) return false;
  if (Equal(*from, *to, last)) return false;
  if (immutable) {
    return InvalidField(
        absl::StrCat(SnakeCase(target.GetDescriptor()->name()), ".", path),
        {"It is set at creation and can't be changed. Leave it out.",
         "Fältet bestäms när resursen skapas och kan inte ändras. "
         "Utelämna det."});
  }
  Message* changed = &target;
  for (const FieldDescriptor* field : fields) {
    if (field == last) break;
    changed = changed->GetReflection()->MutableMessage(changed, field);
  }
  std::unique_ptr<Message> before(changed->New());
  before->CopyFrom(*changed);
  Replace(*from, *changed, last);
  return !Equal(*before, *changed, last);
}

}  // namespace

std::string MakeId(std::string_view title) {
  std::string id;
  while (!title.empty()) {
    const std::optional<char32_t> code = TakeCodePoint(title);
    if (!code) title.remove_prefix(1);
    for (const char c : Plain(code.value_or(U' '))) {
      if (c != '-' || (!id.empty() && id.back() != '-')) id += c;
    }
  }
  if (id.size() > kLongestId) {
    // Whole words, unless the last one is most of it.
    const size_t end = id.rfind('-', kLongestId);
    const bool words = end != std::string::npos && end > kLongestId / 2;
    id.resize(words ? end : kLongestId);
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id;
}

std::string RandomId() { return RandomText(26); }

std::string NewEtag() { return RandomText(16); }

absl::StatusOr<std::string> ChooseId(std::string_view field,
                                     std::string_view given,
                                     std::string_view title) {
  if (given.empty()) {
    std::string id = MakeId(title);
    if (id.empty()) {
      return InvalidField(
          field, {"No id can be made from the title. Choose one of a-z, 0-9 "
                  "and hyphens.",
                  "Det går inte att göra ett id av titeln. Välj ett med a–z, "
                  "0–9 och bindestreck."});
    }
    if (IsReserved(id)) id += "-1";
    return id;
  }
  if (!IsId(given)) {
    return InvalidField(
        field, {absl::StrCat("\"", Excerpt(given),
                             "\" is not an id. Use 1 to 63 of a-z, 0-9 and "
                             "hyphens."),
                absl::StrCat("”", Excerpt(given),
                             "” är inget id. Använd 1 till 63 av a–z, 0–9 och "
                             "bindestreck.")});
  }
  if (IsReserved(given)) {
    return InvalidField(
        field, {absl::StrCat("\"", ForAbsl(given),
                             "\" is the name of a method. Choose another id."),
                absl::StrCat("”", ForAbsl(given),
                             "” är namnet på en metod. Välj ett annat id.")});
  }
  return std::string(given);
}

absl::Status CheckEtag(std::string_view name, std::string_view given,
                       std::string_view actual) {
  if (given.empty() || given == actual) return absl::OkStatus();
  return EtagMismatch(name);
}

absl::StatusOr<std::vector<std::string>> ApplyUpdate(
    const google::protobuf::FieldMask& mask, const Message& patch,
    Message& target) {
  std::vector<std::string> paths;
  const Descriptor* descriptor = target.GetDescriptor();
  for (const std::string& path : mask.paths()) {
    if (path != "*") {
      paths.push_back(SnakeCase(path));
      continue;
    }
    // The whole resource (AIP-134): what may not change may be left out.
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const FieldDescriptor* field = descriptor->field(i);
      const bool left_out = !field->is_repeated() &&
                            !patch.GetReflection()->HasField(patch, field);
      if (!Rules(field).immutable() || !left_out) {
        paths.push_back(field->name());
      }
    }
  }
  if (mask.paths().empty()) {
    std::vector<const FieldDescriptor*> set;
    patch.GetReflection()->ListFields(patch, &set);
    for (const FieldDescriptor* field : set) paths.push_back(field->name());
  }
  std::vector<std::string> changed;
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const bool differs, ApplyPath(path, patch, target));
    if (differs) changed.push_back(path);
  }
  return changed;
}

void ClearOutputOnly(Message& message) {
  const Reflection* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (Rules(field).output_only() && !IsNameOrEtag(field)) {
      reflection->ClearField(&message, field);
    } else if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      continue;
    } else if (field->is_repeated()) {
      for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
        ClearOutputOnly(
            *reflection->MutableRepeatedMessage(&message, field, i));
      }
    } else {
      ClearOutputOnly(*reflection->MutableMessage(&message, field));
    }
  }
}

std::string ParentOf(std::string_view name) {
  const size_t id = name.rfind('/');
  if (id == std::string_view::npos || id == 0) return "";
  const size_t collection = name.rfind('/', id - 1);
  if (collection == std::string_view::npos) return "";
  const std::string_view parent = name.substr(0, collection);
  // "meetings/x/minutes": the one of its kind, which has no id.
  if (parent.find('/') == std::string_view::npos) {
    return std::string(name.substr(0, id));
  }
  return std::string(parent);
}

}  // namespace reglab
