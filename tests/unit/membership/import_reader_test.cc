#include "services/membership/import_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "reglab/membership/v1/organization.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "services/common/errors.h"

namespace reglab::membership {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using v1::Organization;
using v1::Person;

std::vector<ImportRow> Read(
    std::string_view content,
    v1::ImportFormat format = v1::IMPORT_FORMAT_UNSPECIFIED) {
  auto rows = ReadImport(content, format, Organization::default_instance());
  EXPECT_TRUE(rows.ok()) << rows.status();
  return rows.ok() ? *std::move(rows) : std::vector<ImportRow>();
}

const Organization& At(const std::vector<ImportRow>& rows, size_t i) {
  return static_cast<const Organization&>(*rows.at(i).message);
}

// What a file is refused with.
std::string Refusal(std::string_view content) {
  const auto rows = ReadImport(content, v1::IMPORT_FORMAT_UNSPECIFIED,
                               Organization::default_instance());
  EXPECT_EQ(ReasonOf(rows.status()), "INVALID_FILE");
  return std::string(rows.status().message());
}

std::string WrongWith(const ImportRow& row) {
  return row.errors.empty() ? "" : std::string(row.errors[0].message());
}

TEST(Csv, IsReadWithCommasAndWithSemicolons) {
  for (const char* file : {"displayName,kind\nRegion Uppsala,REGION\n",
                           "displayName;kind\nRegion Uppsala;REGION\n"}) {
    const auto rows = Read(file);
    ASSERT_EQ(rows.size(), 1) << file;
    EXPECT_EQ(At(rows, 0).display_name(), "Region Uppsala");
    EXPECT_EQ(At(rows, 0).kind(), Organization::REGION);
    EXPECT_EQ(rows[0].line, 2);
  }
}

TEST(Csv, MayBeginWithAByteOrderMarkAndEndItsLinesAsWindowsDoes) {
  const auto rows = Read(
      "\xEF\xBB\xBF"
      "displayName\r\nÖrebro\r\nÅre\r\n");
  ASSERT_EQ(rows.size(), 2);
  EXPECT_EQ(At(rows, 0).display_name(), "Örebro");
  EXPECT_EQ(At(rows, 1).display_name(), "Åre");
}

TEST(Csv, QuotedCellsHoldSeparatorsQuotesAndLineBreaks) {
  const auto rows = Read(
      "displayName,website\n"
      "\"Region \"\"Mitt\"\", söder\",https://a.example\n"
      "\"Två\r\nrader\",https://b.example\n"
      "Sist,https://c.example");
  ASSERT_EQ(rows.size(), 3);
  EXPECT_EQ(At(rows, 0).display_name(), "Region \"Mitt\", söder");
  EXPECT_EQ(At(rows, 1).display_name(), "Två\r\nrader");
  EXPECT_EQ(At(rows, 2).website(), "https://c.example");
  EXPECT_EQ(rows[1].line, 3);
  EXPECT_EQ(rows[2].line, 5);  // as an editor shows it
}

TEST(Csv, ListsAreSeparatedByBars) {
  const auto rows = Read("displayName,aliases\nSKR,Sveriges Kommuner|SKL |\n");
  EXPECT_THAT(At(rows, 0).aliases(), ElementsAre("Sveriges Kommuner", "SKL"));
}

TEST(Csv, AnEmptyCellIsSaidAndAMissingColumnIsNot) {
  const auto rows = Read("displayName,website\nSKR,\n");
  const auto* type = Organization::descriptor();
  EXPECT_TRUE(rows[0].Gives(type->FindFieldByName("website")));
  EXPECT_FALSE(rows[0].Gives(type->FindFieldByName("county_code")));
}

TEST(Csv, RowsOfNothingArePassedOver) {
  EXPECT_EQ(Read("displayName,website\n\nSKR,\n,\n\r\n\n").size(), 1);
}

TEST(Csv, WhatTheServiceFillsIsPassedOver) {
  const auto rows = Read("displayName,createTime,etag\nSKR,igår,gammal\n");
  EXPECT_THAT(rows[0].errors, ElementsAre());
  EXPECT_EQ(At(rows, 0).etag(), "");
}

TEST(Csv, AColumnThatIsNotKnownNamesTheNearest) {
  EXPECT_THAT(Refusal("displayNam,kind\nSKR,OTHER\n"),
              HasSubstr("displayName"));
  EXPECT_THAT(Refusal("kind,kind\nOTHER,OTHER\n"), HasSubstr("twice"));
}

TEST(Csv, ARowThatIsBrokenIsRefusedAndTheOthersAreRead) {
  const auto rows = Read(
      "displayName,kind\n"
      "Reg\"ion,REGION\n"
      "\"Region\" Syd,REGION\n"
      "Ensam\n"
      "Rätt,REGION\n"
      "\"Aldrig stängd,REGION\nSKR,OTHER\n");
  ASSERT_EQ(rows.size(), 5);
  EXPECT_THAT(WrongWith(rows[0]), HasSubstr("middle of a cell"));
  EXPECT_THAT(WrongWith(rows[1]), HasSubstr("closing quotation mark"));
  EXPECT_THAT(WrongWith(rows[2]), HasSubstr("1 cells, the first row 2"));
  EXPECT_EQ(WrongWith(rows[3]), "");
  EXPECT_THAT(WrongWith(rows[4]), HasSubstr("never closed"));
  EXPECT_EQ(rows[4].line, 6);
}

TEST(Csv, AValueOfAnotherTypeIsNamed) {
  const auto rows = Read("displayName,kind,population\nA,LANDSTING,många\n");
  ASSERT_EQ(rows[0].errors.size(), 2);
  EXPECT_THAT(rows[0].errors[0].message(), HasSubstr("REGION"));
  EXPECT_THAT(rows[0].errors[1].message(), HasSubstr("whole number"));
}

TEST(Csv, WhatHasNoRowsIsRefused) {
  EXPECT_THAT(Refusal(""), HasSubstr("empty"));
  EXPECT_THAT(Refusal("\xEF\xBB\xBF\r\n \n"), HasSubstr("empty"));
  EXPECT_THAT(Refusal("displayName,kind\n"), HasSubstr("no rows"));
  EXPECT_THAT(Refusal("\"displayName,kind"), HasSubstr("first row"));
}

TEST(Csv, HasAtMostAHundredThousandRows) {
  std::string file = "displayName\n";
  for (size_t i = 0; i < kMostImportRows; ++i) file += "A\n";
  EXPECT_EQ(Read(file).size(), kMostImportRows);
  EXPECT_THAT(Refusal(file + "A\n"), HasSubstr("100000"));
}

TEST(Csv, ManyCellsAndManyQuotesTakeNoLongTime) {
  // A quadratic reader would need minutes for these.
  const std::string commas = "displayName\n" + std::string(4 << 20, ',');
  EXPECT_THAT(WrongWith(Read(commas)[0]), HasSubstr("more than 64"));
  std::string quotes = "displayName\n\"";
  for (int i = 0; i < 1 << 20; ++i) quotes += "\"\"";
  EXPECT_THAT(WrongWith(Read(quotes)[0]), HasSubstr("never closed"));
  const std::string open = "displayName\n" + std::string(1 << 20, '"') + "x\n";
  EXPECT_EQ(Read(open).size(), 1);
}

TEST(Ndjson, IsFoundOutAndReadLineByLine) {
  const auto rows = Read(
      "{\"displayName\": \"SKR\", \"aliases\": [\"SKL\"]}\r\n"
      "\n"
      "{\"displayName\": \"Vinnova\", \"kind\": \"NATIONAL_AGENCY\"}");
  ASSERT_EQ(rows.size(), 2);
  EXPECT_THAT(At(rows, 0).aliases(), ElementsAre("SKL"));
  EXPECT_EQ(At(rows, 1).kind(), Organization::NATIONAL_AGENCY);
  EXPECT_EQ(rows[1].line, 3);
}

TEST(Ndjson, ALineThatIsWrongIsRefusedAndTheOthersAreRead) {
  const auto rows = Read(
      "{\"displayName\": \"SKR\"\n"
      "[1]\n"
      "{\"displayNam\": \"SKR\"}\n"
      "{\"displayName\": 7, \"population\": \"x\"}\n"
      "{\"displayName\": \"SKR\", \"displayName\": \"SKL\"}\n"
      "{\"displayName\": \"Rätt\"}\n",
      v1::NDJSON);
  ASSERT_EQ(rows.size(), 6);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(rows[i].errors.empty()) << i;
  EXPECT_THAT(WrongWith(rows[2]), HasSubstr("displayName"));
  EXPECT_EQ(rows[3].errors.size(), 2);
  EXPECT_TRUE(rows[5].errors.empty());
}

TEST(Ndjson, WhatAListAnsweredCanBeSentBack) {
  const auto rows = Read(
      "{\"name\":\"organizations/skr\",\"displayName\":\"SKR\","
      "\"createTime\":\"2026-05-04T09:00:00Z\",\"deleteTime\":null,"
      "\"etag\":\"k3m5q7s2u4w6y2a4\"}\n");
  EXPECT_THAT(rows[0].errors, ElementsAre());
  EXPECT_EQ(At(rows, 0).name(), "organizations/skr");
  EXPECT_EQ(At(rows, 0).etag(), "");
}

}  // namespace
}  // namespace reglab::membership
