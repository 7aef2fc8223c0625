#include "services/common/field_rules.h"

#include <cstdlib>
#include <map>
#include <memory>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/timestamp.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "reglab/options/v1/options.pb.h"
#include "services/common/errors.h"

namespace reglab {
namespace {

using google::protobuf::Message;
using Errors = std::map<std::string, std::string>;  // field to description

// A contract of its own, with every rule in it.
constexpr char kContract[] = R"pb(
  name: "field_rules_test.proto"
  package: "field_rules_test"
  syntax: "proto3"
  dependency: "google/protobuf/field_mask.proto"
  dependency: "google/protobuf/timestamp.proto"
  dependency: "reglab/options/v1/options.proto"
  message_type {
    name: "Case"
    field {
      name: "question"
      number: 1
      type: TYPE_STRING
      label: LABEL_OPTIONAL
      options {
        [reglab.options.v1.rules] { required: true max_length: 10 }
      }
    }
    field { name: "note" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
  }
  message_type {
    name: "Activity"
    enum_type {
      name: "Kind"
      value { name: "KIND_UNSPECIFIED" number: 0 }
      value { name: "SEMINAR" number: 1 }
      value { name: "EXPEDITION" number: 2 }
    }
    field {
      name: "name"
      number: 1
      type: TYPE_STRING
      label: LABEL_OPTIONAL
      options {
        [reglab.options.v1.rules] { pattern: "activities/[a-z0-9-]{1,63}" }
      }
    }
    field {
      name: "title"
      number: 2
      type: TYPE_STRING
      label: LABEL_OPTIONAL
      options {
        [reglab.options.v1.rules] {
          required: true
          max_length: 5
          example: "Energi"
        }
      }
    }
    field {
      name: "kind"
      number: 3
      type: TYPE_ENUM
      label: LABEL_OPTIONAL
      type_name: ".field_rules_test.Activity.Kind"
      options {
        [reglab.options.v1.rules] { required: true }
      }
    }
    field {
      name: "tags"
      number: 4
      type: TYPE_STRING
      label: LABEL_REPEATED
      options {
        [reglab.options.v1.rules] {
          required: true
          max_items: 2
          max_length: 3
          pattern: "[a-z]+"
        }
      }
    }
    field {
      name: "start_date"
      number: 5
      type: TYPE_STRING
      label: LABEL_OPTIONAL
      options {
        [reglab.options.v1.rules] { pattern: "[0-9]{4}-[0-9]{2}-[0-9]{2}" }
      }
    }
    field {
      name: "seats"
      number: 6
      type: TYPE_INT32
      label: LABEL_OPTIONAL
      options {
        [reglab.options.v1.rules] { min: 1 max: 2000000 }
      }
    }
    field { name: "share" number: 7 type: TYPE_DOUBLE label: LABEL_OPTIONAL }
    field {
      name: "cases"
      number: 8
      type: TYPE_MESSAGE
      label: LABEL_REPEATED
      type_name: ".field_rules_test.Case"
    }
    field {
      name: "main_case"
      number: 9
      type: TYPE_MESSAGE
      label: LABEL_OPTIONAL
      type_name: ".field_rules_test.Case"
    }
    field {
      name: "start_time"
      number: 10
      type: TYPE_MESSAGE
      label: LABEL_OPTIONAL
      type_name: ".google.protobuf.Timestamp"
    }
    field {
      name: "state"
      number: 11
      type: TYPE_STRING
      label: LABEL_OPTIONAL
      options {
        [reglab.options.v1.rules] {
          required: true
          output_only: true
          max_length: 1
        }
      }
    }
    field {
      name: "code"
      number: 12
      type: TYPE_STRING
      label: LABEL_OPTIONAL
      options {
        [reglab.options.v1.rules] { pattern: "[0-9]{2}" example: "03" }
      }
    }
  }
  message_type {
    name: "CreateActivityRequest"
    field {
      name: "activity"
      number: 1
      type: TYPE_MESSAGE
      label: LABEL_OPTIONAL
      type_name: ".field_rules_test.Activity"
      options {
        [reglab.options.v1.rules] { required: true }
      }
    }
    field {
      name: "request_id"
      number: 2
      type: TYPE_STRING
      label: LABEL_OPTIONAL
    }
  }
  message_type {
    name: "UpdateActivityRequest"
    field {
      name: "activity"
      number: 1
      type: TYPE_MESSAGE
      label: LABEL_OPTIONAL
      type_name: ".field_rules_test.Activity"
      options {
        [reglab.options.v1.rules] { required: true }
      }
    }
    field {
      name: "update_mask"
      number: 2
      type: TYPE_MESSAGE
      label: LABEL_OPTIONAL
      type_name: ".google.protobuf.FieldMask"
    }
  }
)pb";

class FieldRules : public testing::Test {
 protected:
  FieldRules() {
    // So that they are linked in and the pool knows them.
    google::protobuf::FieldMask::descriptor();
    google::protobuf::Timestamp::descriptor();
    options::v1::FieldRules::descriptor();
  }

  static const google::protobuf::FileDescriptor* File() {
    static const google::protobuf::FileDescriptor* file = [] {
      google::protobuf::FileDescriptorProto proto;
      if (!google::protobuf::TextFormat::ParseFromString(kContract, &proto)) {
        std::abort();
      }
      auto* pool = new google::protobuf::DescriptorPool(
          google::protobuf::DescriptorPool::generated_pool());
      const auto* built = pool->BuildFile(proto);
      for (const char* name :
           {"CreateActivityRequest", "UpdateActivityRequest"}) {
        PrepareFieldRules(built->FindMessageTypeByName(name));
      }
      return built;
    }();
    return file;
  }

  static std::unique_ptr<Message> Make(const std::string& type,
                                       const std::string& text) {
    static auto* factory = [] {
      auto* made = new google::protobuf::DynamicMessageFactory;
      made->SetDelegateToGeneratedFactory(true);
      return made;
    }();
    std::unique_ptr<Message> message(
        factory->GetPrototype(File()->FindMessageTypeByName(type))->New());
    EXPECT_TRUE(
        google::protobuf::TextFormat::ParseFromString(text, message.get()))
        << text;
    return message;
  }

  static Errors ErrorsOf(const Message& request, bool swedish = false) {
    const absl::Status status = CheckFields(request);
    Errors errors;
    if (status.ok()) return errors;
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    const google::rpc::Status proto = ToProto(status, swedish);
    for (const auto& any : proto.details()) {
      google::rpc::BadRequest bad_request;
      if (!any.UnpackTo(&bad_request)) continue;
      for (const auto& violation : bad_request.field_violations()) {
        errors[violation.field()] = violation.description();
      }
    }
    return errors;
  }

  // What is wrong with an activity that is right but for `text`.
  static Errors Create(const std::string& text) {
    return ErrorsOf(
        *Make("CreateActivityRequest",
              "activity { title: 'x' kind: SEMINAR tags: 'a' " + text + " }"));
  }

  static Errors Update(const std::string& text) {
    return ErrorsOf(*Make("UpdateActivityRequest", text));
  }

  static std::string Fields(const Errors& errors) {
    std::string fields;
    for (const auto& [field, text] : errors) {
      EXPECT_FALSE(text.empty());
      fields += (fields.empty() ? "" : " ") + field;
    }
    return fields;
  }
};

TEST_F(FieldRules, PassWhatIsRight) {
  EXPECT_EQ(Create(""), Errors());
  EXPECT_EQ(Create("name: 'activities/a' start_date: '2024-02-29' seats: 1 "
                   "cases { question: 'why' } start_time { seconds: 1 }"),
            Errors());
}

TEST_F(FieldRules, NameEverythingThatIsMissingAtOnce) {
  EXPECT_EQ(Fields(ErrorsOf(*Make("CreateActivityRequest", ""))), "activity");
  EXPECT_EQ(Fields(ErrorsOf(*Make("CreateActivityRequest", "activity {}"))),
            "activity.kind activity.tags activity.title");
}

TEST_F(FieldRules, SpeakBothLanguages) {
  const auto request =
      Make("CreateActivityRequest", "activity { kind: SEMINAR tags: 'a' }");
  EXPECT_EQ(ErrorsOf(*request)["activity.title"],
            "It is missing. Give it a value, like \"Energi\".");
  EXPECT_EQ(ErrorsOf(*request, true)["activity.title"],
            "Det saknas. Ange ett värde, till exempel ”Energi”.");
}

TEST_F(FieldRules, CountCharactersNotBytes) {
  EXPECT_EQ(Create("main_case { question: 'åäöåäöåäöå' }"), Errors());
  EXPECT_EQ(Fields(Create("main_case { question: 'åäöåäöåäöåx' }")),
            "activity.main_case.question");
}

TEST_F(FieldRules, SayWhereInAList) {
  EXPECT_EQ(Fields(Create("cases { question: 'a' } cases {} cases { question: "
                          "'12345678901' }")),
            "activity.cases[1].question activity.cases[2].question");
}

TEST_F(FieldRules, LimitLists) {
  EXPECT_EQ(Fields(Create("tags: 'b' tags: 'c'")), "activity.tags");
  EXPECT_EQ(Fields(Create("tags: 'toolong'")), "activity.tags[1]");
  EXPECT_EQ(Fields(Create("tags: ''")), "activity.tags[1]");
  EXPECT_EQ(Fields(Create("tags: 'A'")), "activity.tags[1]");
}

TEST_F(FieldRules, LimitNumbers) {
  EXPECT_EQ(Create("seats: -1")["activity.seats"],
            "It is -1; the least is 1. Raise it.");
  EXPECT_EQ(Create("seats: 2000001")["activity.seats"],
            "It is 2000001; the most is 2000000. Lower it.");
  EXPECT_EQ(Create("seats: 2000000"), Errors());
  EXPECT_EQ(Fields(Create("share: nan")), "activity.share");
  EXPECT_EQ(Fields(Create("share: inf")), "activity.share");
}

TEST_F(FieldRules, MatchPatternsWhole) {
  EXPECT_EQ(Create("code: '034'")["activity.code"],
            "\"034\" is not written as it must be. Write it like \"03\".");
  EXPECT_EQ(Create("code: '03\\n'").size(), 1u);
  EXPECT_EQ(Fields(Create("name: 'activities/Å'")), "activity.name");
}

TEST_F(FieldRules, KnowTheCalendar) {
  for (const char* bad :
       {"2023-02-30", "2023-02-29", "2023-13-01", "0000-01-01", "2023-00-10",
        "2023-1-1", "23-01-01", "idag"}) {
    EXPECT_EQ(Fields(Create(std::string("start_date: '") + bad + "'")),
              "activity.start_date")
        << bad;
  }
}

TEST_F(FieldRules, KnowWhichTimesExist) {
  EXPECT_EQ(Fields(Create("start_time { seconds: 253402300800 }")),
            "activity.start_time");
  EXPECT_EQ(Fields(Create("start_time { nanos: -1 }")), "activity.start_time");
  EXPECT_EQ(Fields(Create("start_time { nanos: 1000000000 }")),
            "activity.start_time");
  EXPECT_EQ(Create("start_time { seconds: 253402300799 nanos: 999999999 }"),
            Errors());
}

TEST_F(FieldRules, RefuseControlCharactersButLineEndsAndTabs) {
  EXPECT_EQ(Create("main_case { question: 'a\\r\\n\\tb' }"), Errors());
  for (const char* bad : {"\\000", "\\007", "\\033", "\\177"}) {
    EXPECT_EQ(Fields(Create(std::string("main_case { question: 'a' note: 'x") +
                            bad + "' }")),
              "activity.main_case.note")
        << bad;
  }
}

TEST_F(FieldRules, RefuseWhatIsNotUtf8) {
  const auto request = Make("CreateActivityRequest",
                            "activity { title: 'x' kind: SEMINAR tags: 'a' }");
  const auto* field = request->GetDescriptor()->FindFieldByName("activity");
  Message* activity =
      request->GetReflection()->MutableMessage(request.get(), field);
  for (const char* bad : {"\xff", "a\xc3", "\xc0\xaf", "\xed\xa0\x80"}) {
    activity->GetReflection()->SetString(
        activity, activity->GetDescriptor()->FindFieldByName("title"), bad);
    EXPECT_EQ(Fields(ErrorsOf(*request)), "activity.title");
  }
}

TEST_F(FieldRules, RefuseUnknownEnumValues) {
  const std::string text = ErrorsOf(
      *Make("CreateActivityRequest",
            "activity { title: 'x' kind: 7 tags: 'a' }"))["activity.kind"];
  EXPECT_NE(text.find("SEMINAR, EXPEDITION"), std::string::npos) << text;
  EXPECT_EQ(text.find("UNSPECIFIED"), std::string::npos);
}

TEST_F(FieldRules, RefuseUnknownFieldNumbers) {
  const auto request = Make("CreateActivityRequest",
                            "activity { title: 'x' kind: SEMINAR tags: 'a' "
                            "main_case { question: 'q' } }");
  const auto* reflection = request->GetReflection();
  Message* activity = reflection->MutableMessage(
      request.get(), request->GetDescriptor()->FindFieldByName("activity"));
  Message* main_case = activity->GetReflection()->MutableMessage(
      activity, activity->GetDescriptor()->FindFieldByName("main_case"));
  main_case->GetReflection()->MutableUnknownFields(main_case)->AddVarint(99, 1);
  reflection->MutableUnknownFields(request.get())->AddVarint(77, 1);
  EXPECT_EQ(Fields(ErrorsOf(*request)), "77 activity.main_case.99");
}

TEST_F(FieldRules, PassOverWhatTheServiceGives) {
  EXPECT_EQ(Create("state: 'far too long'"), Errors());
}

TEST_F(FieldRules, TakeAUuidAsRequestId) {
  const std::string activity =
      "activity { title: 'x' kind: SEMINAR tags: 'a' } request_id: ";
  EXPECT_EQ(
      ErrorsOf(*Make("CreateActivityRequest",
                     activity + "'1f0a7d2e-5c3b-4e8a-9d6f-2b4c6e8a0d1f'")),
      Errors());
  for (const char* bad : {"'1'", "'1f0a7d2e5c3b4e8a9d6f2b4c6e8a0d1f'",
                          "'1f0a7d2e-5c3b-4e8a-9d6f-2b4c6e8a0d1g'"}) {
    EXPECT_EQ(Fields(ErrorsOf(*Make("CreateActivityRequest", activity + bad))),
              "request_id");
  }
}

TEST_F(FieldRules, ReportNoMoreThanFifty) {
  std::string cases;
  for (int i = 0; i < 80; ++i) cases += "cases {} ";
  EXPECT_EQ(Create(cases).size(), 50u);
}

TEST_F(FieldRules, OfAnUpdateWithoutMaskMissNothingButTheName) {
  EXPECT_EQ(Update("activity { name: 'activities/a' seats: 3 }"), Errors());
  EXPECT_EQ(Fields(Update("activity { seats: 3 }")), "activity.name");
  EXPECT_EQ(Fields(Update("activity { name: 'activities/a' seats: -3 }")),
            "activity.seats");
  // A message that is set replaces the whole one.
  EXPECT_EQ(Fields(Update("activity { name: 'activities/a' main_case { note: "
                          "'n' } }")),
            "activity.main_case.question");
}

TEST_F(FieldRules, OfAnUpdateRequireWhatTheMaskNames) {
  EXPECT_EQ(Update("activity { name: 'activities/a' title: 'x' } update_mask { "
                   "paths: 'title' }"),
            Errors());
  EXPECT_EQ(Fields(Update("activity { name: 'activities/a' } update_mask { "
                          "paths: 'title' paths: 'seats' paths: 'tags' }")),
            "activity.tags activity.title");
  EXPECT_EQ(Fields(Update("activity { name: 'activities/a' } update_mask { "
                          "paths: '*' }")),
            "activity.kind activity.tags activity.title");
}

TEST_F(FieldRules, OfAnUpdateUnderstandNestedPaths) {
  const std::string name = "activity { name: 'activities/a' ";
  EXPECT_EQ(Fields(Update(name + "} update_mask { paths: 'mainCase.question' "
                                 "}")),
            "activity.main_case.question");
  EXPECT_EQ(Update(name + "main_case { note: 'n' } } update_mask { paths: "
                          "'main_case.note' }"),
            Errors());
  EXPECT_EQ(Fields(Update(name + "main_case { note: 'n' } } update_mask { "
                                 "paths: 'main_case' }")),
            "activity.main_case.question");
  EXPECT_EQ(Update(name + "} update_mask { paths: 'main_case' }"), Errors());
}

TEST_F(FieldRules, OfAnUpdateRequireAWholeElementOfAList) {
  EXPECT_EQ(Fields(Update("activity { name: 'activities/a' cases {} } "
                          "update_mask { paths: 'cases' }")),
            "activity.cases[0].question");
}

}  // namespace
}  // namespace reglab
