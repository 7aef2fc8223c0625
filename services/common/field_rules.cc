#include "services/common/field_rules.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "re2/re2.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/errors.h"
#include "services/common/spelling.h"

namespace reglab {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;
using google::protobuf::UnknownFieldSet;

constexpr size_t kMostViolations = 50;
constexpr std::string_view kDatePattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
// 0001-01-01 and the second after 9999-12-31, as google.protobuf.Timestamp has.
constexpr int64_t kFirstSecond = -62135596800;
constexpr int64_t kEndSecond = 253402300800;

struct MessagePlan;

// The rules of one field, ready to be checked.
struct FieldPlan {
  const FieldDescriptor* field;
  const options::v1::FieldRules* rules;
  std::unique_ptr<const RE2> pattern;
  bool date = false;
  bool uuid = false;
  const MessagePlan* message = nullptr;
};

struct MessagePlan {
  std::vector<FieldPlan> fields;
  // In an update: the mask, and the resource that it is about.
  const FieldDescriptor* mask = nullptr;
  const FieldDescriptor* resource = nullptr;
};

using Plans =
    std::unordered_map<const Descriptor*, std::unique_ptr<MessagePlan>>;

Plans& AllPlans() {
  static Plans& plans = *new Plans;
  return plans;
}

const MessagePlan* PlanOf(const Descriptor* descriptor) {
  std::unique_ptr<MessagePlan>& slot = AllPlans()[descriptor];
  if (slot != nullptr) return slot.get();
  slot = std::make_unique<MessagePlan>();
  MessagePlan* plan = slot.get();
  for (int i = 0; i < descriptor->field_count(); ++i) {
    const FieldDescriptor* field = descriptor->field(i);
    FieldPlan entry;
    entry.field = field;
    entry.rules = &field->options().GetExtension(options::v1::rules);
    if (!entry.rules->pattern().empty()) {
      entry.date = entry.rules->pattern() == kDatePattern;
      entry.pattern = std::make_unique<RE2>(entry.rules->pattern(), RE2::Quiet);
      GOOGLE_CHECK(entry.pattern->ok()) << "pattern of " << field->full_name()
                                        << ": " << entry.pattern->error();
    }
    entry.uuid = field->name() == "request_id" &&
                 field->cpp_type() == FieldDescriptor::CPPTYPE_STRING;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      entry.message = PlanOf(field->message_type());
      if (field->message_type() == google::protobuf::FieldMask::descriptor()) {
        if (field->name() == "update_mask") plan->mask = field;
      } else if (plan->resource == nullptr && !field->is_repeated()) {
        plan->resource = field;
      }
    }
    plan->fields.push_back(std::move(entry));
  }
  return plan;
}

bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !absl::ascii_isxdigit(text[i])) return false;
  }
  return true;
}

// Where `required` holds within a message: everywhere, nowhere, or where the
// paths of a mask say.
struct Need {
  bool all = false;
  std::vector<std::string> paths;

  bool Names(const std::string& field) const {
    if (all) return true;
    for (const std::string& path : paths) {
      if (path == field || path == "*") return true;
    }
    return false;
  }

  Need Within(const std::string& field) const {
    if (Names(field)) return {true, {}};
    Need within;
    for (const std::string& path : paths) {
      if (path.size() > field.size() && path[field.size()] == '.' &&
          path.compare(0, field.size(), field) == 0) {
        within.paths.push_back(path.substr(field.size() + 1));
      }
    }
    return within;
  }
};

// Without an exponent where a person would write none.
std::string Number(double value) {
  if (value == std::trunc(value) && std::abs(value) < 1e15) {
    return absl::StrCat(static_cast<int64_t>(value));
  }
  return absl::StrCat(value);
}

class Check {
 public:
  void Visit(const Message& message, const MessagePlan& plan,
             const Need& need) {
    const Reflection* reflection = message.GetReflection();
    const UnknownFieldSet& unknown = reflection->GetUnknownFields(message);
    for (int i = 0; i < unknown.field_count() && !full(); ++i) {
      Add(absl::StrCat(prefix_, unknown.field(i).number()),
          {absl::StrCat("There is no field with the number ",
                        unknown.field(i).number(),
                        ". Leave it out, or use the present contract."),
           absl::StrCat("Det finns inget fält med numret ",
                        unknown.field(i).number(),
                        ". Utelämna det, eller använd det nu gällande "
                        "kontraktet.")});
    }
    if (const Descriptor* type = message.GetDescriptor();
        type == google::protobuf::Timestamp::descriptor()) {
      VisitTimestamp(message);
    } else {
      for (const FieldPlan& field : plan.fields) {
        if (full()) return;
        if (!field.rules->output_only()) {
          VisitField(message, plan, field, need);
        }
      }
    }
  }

  absl::Status Finish() && {
    if (errors_.empty()) return absl::OkStatus();
    return InvalidFields(std::move(errors_));
  }

 private:
  bool full() const { return errors_.size() >= kMostViolations; }

  void Add(std::string path, Text text) {
    if (!full()) errors_.push_back({std::move(path), std::move(text)});
  }

  // The path of an element, or of the field itself.
  std::string PathOf(const FieldPlan& plan, int index) const {
    if (index < 0) return absl::StrCat(prefix_, plan.field->name());
    return absl::StrCat(prefix_, plan.field->name(), "[", index, "]");
  }

  // What an update asks of its resource; what others ask of every message.
  static Need NeedWithin(const Message& message, const MessagePlan& plan,
                         const FieldPlan& field, const Need& need) {
    if (plan.mask == nullptr || field.field != plan.resource) {
      return need.Within(field.field->name());
    }
    const auto& mask = static_cast<const google::protobuf::FieldMask&>(
        message.GetReflection()->GetMessage(message, plan.mask));
    Need within;
    for (const std::string& path : mask.paths()) {
      within.paths.push_back(SnakeCase(path));
    }
    if (mask.paths().empty()) {
      // What is set replaces what was there, whole.
      const Message& resource =
          message.GetReflection()->GetMessage(message, field.field);
      std::vector<const FieldDescriptor*> set;
      resource.GetReflection()->ListFields(resource, &set);
      for (const FieldDescriptor* given : set) {
        within.paths.push_back(given->name());
      }
    }
    return within;
  }

  void VisitField(const Message& message, const MessagePlan& message_plan,
                  const FieldPlan& plan, const Need& need) {
    const Reflection* reflection = message.GetReflection();
    const FieldDescriptor* field = plan.field;
    const bool named = need.Names(field->name());
    if (field->is_repeated()) {
      const int size = reflection->FieldSize(message, field);
      if (size == 0 && named && plan.rules->required()) Missing(plan);
      if (plan.rules->max_items() > 0 && size > plan.rules->max_items()) {
        TooMany(plan, size);
        return;
      }
      for (int i = 0; i < size && !full(); ++i) {
        if (plan.message != nullptr) {
          Descend(reflection->GetRepeatedMessage(message, field, i), plan, i,
                  {true, {}});
        } else {
          VisitValue(message, plan, i);
        }
      }
      return;
    }
    const bool set = reflection->HasField(message, field);
    // A false that is not marked optional can't be told from one left out.
    const bool tellable = field->has_presence() ||
                          field->cpp_type() != FieldDescriptor::CPPTYPE_BOOL;
    if (named && tellable && plan.rules->required() &&
        (!set || IsEmpty(message, field))) {
      Missing(plan);
      return;
    }
    if (plan.message == nullptr) {
      if (set) VisitValue(message, plan, -1);
      return;
    }
    const Need within = NeedWithin(message, message_plan, plan, need);
    if (!set && (within.all || within.paths.empty() || named)) return;
    if (message_plan.mask != nullptr && field == message_plan.resource) {
      RequireName(reflection->GetMessage(message, field), plan);
    }
    Descend(reflection->GetMessage(message, field), plan, -1, within);
  }

  // Set, but to the value that says nothing.
  static bool IsEmpty(const Message& message, const FieldDescriptor* field) {
    const Reflection* reflection = message.GetReflection();
    std::string scratch;
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        return reflection->GetStringReference(message, field, &scratch).empty();
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection->GetEnumValue(message, field) == 0;
      default:
        return false;
    }
  }

  // A resource that is changed must say which it is.
  void RequireName(const Message& resource, const FieldPlan& plan) {
    const FieldDescriptor* name =
        resource.GetDescriptor()->FindFieldByName("name");
    if (name == nullptr || !IsEmpty(resource, name)) return;
    Add(absl::StrCat(PathOf(plan, -1), ".name"),
        {"It is missing. Give the name of the resource to change.",
         "Det saknas. Ange namnet på den resurs som ska ändras."});
  }

  void Descend(const Message& message, const FieldPlan& plan, int index,
               const Need& need) {
    const size_t length = prefix_.size();
    prefix_ = PathOf(plan, index) + ".";
    Visit(message, *plan.message, need);
    prefix_.resize(length);
  }

  void VisitValue(const Message& message, const FieldPlan& plan, int index) {
    const Reflection* r = message.GetReflection();
    const FieldDescriptor* f = plan.field;
    const bool element = index >= 0;
    switch (f->cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        if (f->type() == FieldDescriptor::TYPE_BYTES) return;
        std::string scratch;
        VisitText(
            element ? r->GetRepeatedStringReference(message, f, index, &scratch)
                    : r->GetStringReference(message, f, &scratch),
            plan, index);
        return;
      }
      case FieldDescriptor::CPPTYPE_ENUM:
        VisitEnum(element ? r->GetRepeatedEnumValue(message, f, index)
                          : r->GetEnumValue(message, f),
                  plan, index);
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        VisitNumber(element ? r->GetRepeatedInt32(message, f, index)
                            : r->GetInt32(message, f),
                    plan, index);
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        VisitNumber(element ? r->GetRepeatedInt64(message, f, index)
                            : r->GetInt64(message, f),
                    plan, index);
        return;
      case FieldDescriptor::CPPTYPE_UINT32:
        VisitNumber(element ? r->GetRepeatedUInt32(message, f, index)
                            : r->GetUInt32(message, f),
                    plan, index);
        return;
      case FieldDescriptor::CPPTYPE_UINT64:
        VisitNumber(element ? r->GetRepeatedUInt64(message, f, index)
                            : r->GetUInt64(message, f),
                    plan, index);
        return;
      case FieldDescriptor::CPPTYPE_DOUBLE:
        VisitNumber(element ? r->GetRepeatedDouble(message, f, index)
                            : r->GetDouble(message, f),
                    plan, index);
        return;
      case FieldDescriptor::CPPTYPE_FLOAT:
        VisitNumber(element ? r->GetRepeatedFloat(message, f, index)
                            : r->GetFloat(message, f),
                    plan, index);
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return;
    }
  }

  void VisitText(const std::string& value, const FieldPlan& plan, int index) {
    const options::v1::FieldRules& rules = *plan.rules;
    int64_t length = 0;
    std::string_view rest = value;
    while (!rest.empty()) {
      if (absl::ascii_isprint(rest.front())) {  // most of every request
        rest.remove_prefix(1);
        ++length;
        continue;
      }
      const std::optional<char32_t> code = TakeCodePoint(rest);
      if (!code) {
        Add(PathOf(plan, index),
            {absl::StrCat("It is not UTF-8 from byte ",
                          value.size() - rest.size() + 1,
                          ". Send the text encoded as UTF-8."),
             absl::StrCat("Texten är inte UTF-8 från byte ",
                          value.size() - rest.size() + 1,
                          ". Skicka den kodad som UTF-8.")});
        return;
      }
      ++length;
      const bool line = *code == '\n' || *code == '\t' || *code == '\r';
      if ((*code < 0x20 && !line) || *code == 0x7F) {
        const std::string number = absl::StrCat(
            "U+", absl::Hex(static_cast<uint32_t>(*code), absl::kZeroPad4));
        Add(PathOf(plan, index),
            {absl::StrCat("Character ", length, " is the control character ",
                          number, ". Take it out."),
             absl::StrCat("Tecken ", length, " är styrtecknet ", number,
                          ". Ta bort det.")});
        return;
      }
    }
    if (value.empty()) {
      if (index >= 0 && (rules.required() || plan.pattern != nullptr)) {
        Add(PathOf(plan, index),
            {"It is empty. Give it a value, or leave it out of the list.",
             "Posten är tom. Ge den ett värde eller utelämna den ur listan."});
      }
      return;
    }
    if (rules.max_length() > 0 && length > rules.max_length()) {
      Add(PathOf(plan, index),
          {absl::StrCat("It has ", length, " characters; at most ",
                        rules.max_length(), " are allowed. Shorten it."),
           absl::StrCat("Texten har ", length, " tecken; högst ",
                        rules.max_length(), " är tillåtna. Korta den.")});
      return;
    }
    if (plan.uuid && !IsUuid(value)) {
      Add(PathOf(plan, index),
          {"It is not a UUID. Make a new one for every request, like "
           "\"1f0a7d2e-5c3b-4e8a-9d6f-2b4c6e8a0d1f\".",
           "Det är inget UUID. Skapa ett nytt för varje anrop, till exempel "
           "”1f0a7d2e-5c3b-4e8a-9d6f-2b4c6e8a0d1f”."});
    } else if (plan.date && !IsDate(value)) {
      Add(PathOf(plan, index),
          {absl::StrCat("\"", Excerpt(value),
                        "\" is not a date. Write one that exists, like "
                        "\"2022-09-13\"."),
           absl::StrCat("”", Excerpt(value),
                        "” är inget datum. Skriv ett som finns, till exempel "
                        "”2022-09-13”.")});
    } else if (plan.pattern != nullptr &&
               !RE2::FullMatch(value, *plan.pattern)) {
      const bool example = !rules.example().empty();
      Add(PathOf(plan, index),
          {example ? absl::StrCat("\"", Excerpt(value),
                                  "\" is not written as it must be. Write it "
                                  "like \"",
                                  rules.example(), "\".")
                   : absl::StrCat("\"", Excerpt(value),
                                  "\" does not match the pattern ",
                                  rules.pattern(), ". Write it so."),
           example ? absl::StrCat("”", Excerpt(value),
                                  "” har fel form. Skriv till exempel ”",
                                  rules.example(), "”.")
                   : absl::StrCat("”", Excerpt(value),
                                  "” stämmer inte med mönstret ",
                                  rules.pattern(), ". Skriv enligt det.")});
    }
  }

  void VisitEnum(int number, const FieldPlan& plan, int index) {
    const EnumDescriptor* type = plan.field->enum_type();
    const bool element_says_nothing = index >= 0 && number == 0;
    if (!element_says_nothing && type->FindValueByNumber(number) != nullptr) {
      return;
    }
    std::string known;
    for (int i = 0; i < type->value_count(); ++i) {
      if (type->value(i)->number() == 0) continue;
      absl::StrAppend(&known, known.empty() ? "" : ", ",
                      type->value(i)->name());
    }
    Add(PathOf(plan, index),
        {absl::StrCat("The value ", number, " is not one of ", known,
                      ". Choose one of them."),
         absl::StrCat("Värdet ", number, " är inget av ", known,
                      ". Välj ett av dem.")});
  }

  // Also for int64: a double tells the limits of rules apart from what is
  // beyond them.
  void VisitNumber(double value, const FieldPlan& plan, int index) {
    const options::v1::FieldRules& rules = *plan.rules;
    if (!std::isfinite(value)) {
      Add(PathOf(plan, index), {"It is not a finite number. Send one.",
                                "Det är inget ändligt tal. Skicka ett."});
    } else if (rules.has_min() && value < rules.min()) {
      Add(PathOf(plan, index),
          {absl::StrCat("It is ", Number(value), "; the least is ",
                        Number(rules.min()), ". Raise it."),
           absl::StrCat("Värdet är ", Number(value), "; det minsta är ",
                        Number(rules.min()), ". Höj det.")});
    } else if (rules.has_max() && value > rules.max()) {
      Add(PathOf(plan, index),
          {absl::StrCat("It is ", Number(value), "; the most is ",
                        Number(rules.max()), ". Lower it."),
           absl::StrCat("Värdet är ", Number(value), "; det största är ",
                        Number(rules.max()), ". Sänk det.")});
    }
  }

  void VisitTimestamp(const Message& message) {
    const auto& time = static_cast<const google::protobuf::Timestamp&>(message);
    if (time.seconds() >= kFirstSecond && time.seconds() < kEndSecond &&
        time.nanos() >= 0 && time.nanos() < 1000000000) {
      return;
    }
    Add(prefix_.substr(0, prefix_.size() - 1),
        {"The time does not exist. Seconds lie in the years 1 to 9999, nanos "
         "in 0 to 999999999.",
         "Tidpunkten finns inte. Sekunderna ska ligga i åren 1 till 9999 och "
         "nanos i 0 till 999999999."});
  }

  void Missing(const FieldPlan& plan) {
    const std::string& example = plan.rules->example();
    Add(PathOf(plan, -1),
        {example.empty()
             ? "It is missing. Give it a value."
             : absl::StrCat("It is missing. Give it a value, like \"", example,
                            "\"."),
         example.empty()
             ? "Det saknas. Ange ett värde."
             : absl::StrCat("Det saknas. Ange ett värde, till exempel ”",
                            example, "”.")});
  }

  void TooMany(const FieldPlan& plan, int size) {
    Add(PathOf(plan, -1),
        {absl::StrCat("It has ", size, " elements; at most ",
                      plan.rules->max_items(), " are allowed. Send fewer."),
         absl::StrCat("Listan har ", size, " poster; högst ",
                      plan.rules->max_items(), " är tillåtna. Skicka färre.")});
  }

  std::vector<FieldError> errors_;
  std::string prefix_;  // "activity.cases[2]."
};

}  // namespace

void PrepareFieldRules(const Descriptor* request) { PlanOf(request); }

absl::Status CheckFields(const Message& request) {
  const Plans& plans = AllPlans();
  const auto found = plans.find(request.GetDescriptor());
  if (found == plans.end()) return InternalError();
  Check check;
  check.Visit(request, *found->second, {true, {}});
  return std::move(check).Finish();
}

}  // namespace reglab
