#include "gateway/json_writer.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <limits>
#include <random>

#include "gateway/json_values.h"
#include "gateway/routes.h"
#include "reglab/membership/v1/organization.pb.h"
#include "services/common/json_reader.h"

namespace reglab::gateway {
namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using membership::v1::ListOrganizationsResponse;
using membership::v1::Organization;
using membership::v1::ResolveOrganizationsResponse;

std::string Write(const Message& message, std::string_view wire) {
  std::string out;
  AppendJson(message.GetDescriptor(), wire, &out);
  return out;
}

std::string Write(const Message& message) {
  return Write(message, message.SerializeAsString());
}

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

// Empty lists are written by us and left out by the library.
void DropEmptyLists(json::value& value) {
  if (value.is_array()) {
    for (json::value& element : value.get_array()) DropEmptyLists(element);
    return;
  }
  if (!value.is_object()) return;
  json::object kept;
  for (auto& member : value.get_object()) {
    if (member.value().is_array() && member.value().get_array().empty()) {
      continue;
    }
    DropEmptyLists(member.value());
    kept[member.key()] = member.value();
  }
  value = kept;
}

json::value Library(const Message& message) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text).ok());
  return *ParseJson(text);
}

TEST(JsonWriter, WritesWhatIsSetAndEveryList) {
  Organization organization;
  organization.set_name("organizations/a");
  organization.set_kind(Organization::REGION);
  organization.set_population(404000);
  organization.set_organization_number_verified(true);
  organization.mutable_create_time()->set_seconds(1777885200);
  EXPECT_EQ(Write(organization),
            R"({"name":"organizations/a","aliases":[],"kind":"REGION",)"
            R"("organizationNumberVerified":true,"population":404000,)"
            R"("createTime":"2026-05-04T09:00:00Z"})");
}

TEST(JsonWriter, GivesAnEmptyPageItsList) {
  EXPECT_EQ(Write(ListOrganizationsResponse()), R"({"organizations":[]})");
}

TEST(JsonWriter, WritesFractionsOfSecondsInThrees) {
  Organization organization;
  const auto time = [&](int64_t seconds, int32_t nanos) {
    organization.mutable_create_time()->set_seconds(seconds);
    organization.mutable_create_time()->set_nanos(nanos);
    const json::value value = json::parse(Write(organization));
    return std::string(value.at("createTime").as_string());
  };
  EXPECT_EQ(time(0, 0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(time(0, 500000000), "1970-01-01T00:00:00.500Z");
  EXPECT_EQ(time(0, 1000), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(time(-1, 1), "1969-12-31T23:59:59.000000001Z");
  EXPECT_EQ(time(951782400, 0), "2000-02-29T00:00:00Z");
  EXPECT_EQ(time(-62135596800, 0), "0001-01-01T00:00:00Z");
  EXPECT_EQ(time(253402300799, 0), "9999-12-31T23:59:59Z");
}

TEST(JsonWriter, EscapesWhatJsonAsksFor) {
  EXPECT_EQ(Quoted("a\"b\\c\n\r\t\x01\x1f/å\x7f"),
            "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f/å\x7f\"");
}

TEST(JsonWriter, EscapesAtEveryPlaceInAString) {
  for (size_t length = 0; length < 40; ++length) {
    for (size_t at = 0; at < length; ++at) {
      for (const char c : {'"', '\\', '\n', '\x1f'}) {
        std::string text(length, 'x');
        text[at] = c;
        EXPECT_EQ(json::parse(Quoted(text)).as_string(), text);
      }
    }
  }
}

TEST(JsonWriter, ReadsFieldsOutOfOrderAndSplit) {
  // kind = REGION, display_name = "A", aliases "x", kind = OTHER, aliases "y".
  const std::string wire(
      "\x20\x01\x12\x01"
      "A\x1a\x01x\x20\x0a\x1a\x01y",
      13);
  EXPECT_EQ(Write(Organization(), wire),
            R"({"displayName":"A","aliases":["x","y"],"kind":"OTHER"})");
}

TEST(JsonWriter, TakesTheLastOfARepeatedSingularField) {
  const std::string wire(
      "\x12\x01"
      "A\x12\x01"
      "B",
      6);
  EXPECT_EQ(Write(Organization(), wire), R"({"displayName":"B","aliases":[]})");
}

TEST(JsonWriter, PassesOverUnknownFields) {
  std::string wire =
      "\x12\x01"
      "A";
  wire += std::string("\xf8\x7f\x07", 3);  // 2047, varint
  EXPECT_EQ(Write(Organization(), wire), R"({"displayName":"A","aliases":[]})");
}

TEST(JsonWriter, MissesNothingBehindAnUnknownField) {
  std::string wire("\xf8\x7f\x07", 3);
  wire += "\x12\x01";
  wire += "A";
  EXPECT_EQ(Write(Organization(), wire), R"({"displayName":"A","aliases":[]})");
}

TEST(JsonWriter, LeavesOutExplicitZeros) {
  const std::string wire("\x12\x00\x20\x00\x50\x00", 6);
  EXPECT_EQ(Write(Organization(), wire), R"({"aliases":[]})");
}

TEST(JsonWriter, WritesAnUnknownEnumValueAsItsNumber) {
  Organization organization;
  organization.set_kind(static_cast<Organization::Kind>(4711));
  EXPECT_EQ(Write(organization), R"({"aliases":[],"kind":4711})");
}

TEST(JsonWriter, AnswersAnEmptyObjectToGarbage) {
  EXPECT_EQ(Write(Organization(), "\xff\xff\xff"), "{}");
  EXPECT_EQ(Write(Organization(), std::string("\x12\x7f"
                                              "A",
                                              3)),
            "{}");
}

TEST(JsonWriter, WritesDoublesShort) {
  ResolveOrganizationsResponse response;
  for (const double score : {0.1, 1.0, 1e22, 5e-324, -0.5}) {
    response.add_resolutions()->set_score(score);
  }
  const json::value value = json::parse(Write(response));
  EXPECT_EQ(value.at("resolutions").as_array()[0].at("score"), 0.1);
  EXPECT_NE(Write(response).find("0.1}"), std::string::npos);
  EXPECT_EQ(value.at("resolutions").as_array()[3].at("score"), 5e-324);
}

// Random messages of every answer in the contract.
class RandomMessages {
 public:
  void Fill(Message* message, int depth) {
    const auto* type = message->GetDescriptor();
    const auto* reflection = message->GetReflection();
    if (type->full_name() == "google.protobuf.Timestamp") {
      reflection->SetInt64(message, type->FindFieldByName("seconds"),
                           std::uniform_int_distribution<int64_t>(
                               -62135596800, 253402300799)(random_));
      reflection->SetInt32(message, type->FindFieldByName("nanos"),
                           Below(2) == 0 ? 0 : Below(1000000000));
      return;
    }
    if (type->full_name() == "google.protobuf.FieldMask") {
      reflection->AddString(message, type->FindFieldByName("paths"),
                            "a.long_name");
      return;
    }
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      const int count = field->is_repeated() ? Below(4) : Below(2);
      for (int k = 0; k < count; ++k) Set(message, field, depth);
    }
  }
  int Below(int end) {
    return std::uniform_int_distribution<int>(0, end - 1)(random_);
  }

 private:
  std::string Text() {
    static const char* const kPieces[] = {"a", "å", "\"", "\\",   "\n",
                                          "…", "𝄞", "</", "\x01", "Region"};
    std::string text;
    for (int i = Below(30); i > 0; --i) text += kPieces[Below(10)];
    return text;
  }

  template <class Value>
  void Put(Message* message, const FieldDescriptor* field, Value value,
           void (google::protobuf::Reflection::*set)(Message*,
                                                     const FieldDescriptor*,
                                                     Value) const,
           void (google::protobuf::Reflection::*add)(Message*,
                                                     const FieldDescriptor*,
                                                     Value) const) {
    (message->GetReflection()->*(field->is_repeated() ? add : set))(
        message, field, std::move(value));
  }

  void Set(Message* message, const FieldDescriptor* field, int depth) {
    using R = google::protobuf::Reflection;
    const auto bits = static_cast<int64_t>(random_());
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_INT32:
        return Put<int32_t>(message, field, static_cast<int32_t>(bits),
                            &R::SetInt32, &R::AddInt32);
      case FieldDescriptor::CPPTYPE_UINT32:
        return Put<uint32_t>(message, field, static_cast<uint32_t>(bits),
                             &R::SetUInt32, &R::AddUInt32);
      case FieldDescriptor::CPPTYPE_INT64:
        return Put<int64_t>(message, field, bits, &R::SetInt64, &R::AddInt64);
      case FieldDescriptor::CPPTYPE_UINT64:
        return Put<uint64_t>(message, field, static_cast<uint64_t>(bits),
                             &R::SetUInt64, &R::AddUInt64);
      case FieldDescriptor::CPPTYPE_DOUBLE:
        // From 1e15 on the library writes an exponent where ours can write a
        // whole number: the same value, which reads as another type.
        return Put<double>(message, field, static_cast<double>(bits) / 100003,
                           &R::SetDouble, &R::AddDouble);
      case FieldDescriptor::CPPTYPE_FLOAT:
        return Put<float>(message, field, static_cast<float>(Below(1000)),
                          &R::SetFloat, &R::AddFloat);
      case FieldDescriptor::CPPTYPE_BOOL:
        return Put<bool>(message, field, Below(2) == 1, &R::SetBool,
                         &R::AddBool);
      case FieldDescriptor::CPPTYPE_ENUM:
        return Put<int>(message, field,
                        field->enum_type()
                            ->value(Below(field->enum_type()->value_count()))
                            ->number(),
                        &R::SetEnumValue, &R::AddEnumValue);
      case FieldDescriptor::CPPTYPE_STRING:
        return Put<std::string>(message, field, Text(), &R::SetString,
                                &R::AddString);
      case FieldDescriptor::CPPTYPE_MESSAGE:
        if (depth == 0) return;
        Fill(field->is_repeated()
                 ? message->GetReflection()->AddMessage(message, field)
                 : message->GetReflection()->MutableMessage(message, field),
             depth - 1);
    }
  }

  std::mt19937_64 random_{20261123};
};

TEST(JsonWriter, SaysWhatTheLibrarySaysForEveryAnswerOfTheContract) {
  const auto routes = Routes::Build();
  ASSERT_TRUE(routes.ok()) << routes.status();
  RandomMessages random;
  int compared = 0;
  for (const Route& route : routes->all()) {
    const Message* prototype =
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(
            route.method->output_type());
    for (int i = 0; i < 50; ++i) {
      const std::unique_ptr<Message> message(prototype->New());
      random.Fill(message.get(), 5);
      json::value ours = *ParseJson(Write(*message));
      json::value theirs = Library(*message);
      DropEmptyLists(ours);
      DropEmptyLists(theirs);
      ASSERT_EQ(ours, theirs) << message->ShortDebugString();
      ++compared;
    }
  }
  EXPECT_GT(compared, 0);
}

TEST(JsonWriter, SurvivesBytesCutAndChangedAnywhere) {
  const google::protobuf::LogSilencer silence;
  ListOrganizationsResponse page;
  RandomMessages random;
  while (page.organizations_size() == 0) random.Fill(&page, 3);
  const std::string wire = page.SerializeAsString();
  for (size_t i = 0; i < wire.size(); ++i) {
    std::string changed = wire;
    changed[i] = static_cast<char>(random.Below(256));
    Write(page, changed);
    Write(page, wire.substr(0, i));
  }
}

}  // namespace
}  // namespace reglab::gateway
