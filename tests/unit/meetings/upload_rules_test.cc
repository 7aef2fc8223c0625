#include "services/meetings/upload_rules.h"

#include <gtest/gtest.h>

#include <string>

#include "services/common/errors.h"
#include "services/meetings/content_check.h"

namespace reglab::meetings {
namespace {

using v1::Upload;

Upload Open(int size, int received) {
  Upload upload;
  upload.set_name("uploads/a");
  upload.set_content_type("application/pdf");
  upload.set_size_bytes(size);
  upload.set_received_bytes(received);
  upload.set_state(Upload::OPEN);
  return upload;
}

TEST(Upload, GoesOnWhereItStopped) {
  EXPECT_EQ(AlreadyReceived(Open(100, 40), 40, 60).value(), 0);
}

TEST(Upload, PassesOverWhatHasArrived) {
  EXPECT_EQ(AlreadyReceived(Open(100, 40), 0, 40).value(), 40);
  EXPECT_EQ(AlreadyReceived(Open(100, 40), 10, 10).value(), 10);
  EXPECT_EQ(AlreadyReceived(Open(100, 40), 30, 20).value(), 10);
}

TEST(Upload, SaysWhereToGoOnWhenThereWouldBeAGap) {
  const absl::Status status = AlreadyReceived(Open(100, 40), 41, 10).status();
  EXPECT_EQ(ReasonOf(status), "UPLOAD_OFFSET");
  EXPECT_NE(TextOf(status).en.find("Go on with offset 40"), std::string::npos);
}

TEST(Upload, TakesNoMoreThanWasAnnounced) {
  EXPECT_EQ(ReasonOf(AlreadyReceived(Open(100, 40), 40, 61).status()),
            "UPLOAD_TOO_LONG");
  EXPECT_EQ(ReasonOf(AlreadyReceived(Open(100, 40), 2147483647, 1).status()),
            "UPLOAD_TOO_LONG");
  EXPECT_EQ(ReasonOf(AlreadyReceived(Open(100, 40), 40, 0).status()),
            "INVALID_FIELD");
}

TEST(Upload, IsCompleteWhenAllOfItIsThere) {
  EXPECT_EQ(ReasonOf(CheckReceived(Open(100, 99))), "UPLOAD_INCOMPLETE");
  EXPECT_TRUE(CheckReceived(Open(100, 100)).ok());
}

TEST(Upload, HasTheDigestThatWasAnnounced) {
  Upload upload = Open(1, 1);
  EXPECT_TRUE(CheckDigest(upload, "aa").ok());
  upload.set_sha256("ab");
  EXPECT_EQ(ReasonOf(CheckDigest(upload, "aa")), "DIGEST_MISMATCH");
}

TEST(Upload, TakesNoArchivesPagesOrPrograms) {
  for (const char* type :
       {"application/zip", "text/html", "image/svg+xml", "application/msword",
        "application/x-msdownload", "application/octet-stream", ""}) {
    Upload upload = Open(1, 0);
    upload.set_content_type(type);
    EXPECT_EQ(ReasonOf(CheckAnnounced(upload)), "INVALID_FIELD") << type;
  }
  EXPECT_TRUE(CheckAnnounced(Open(1, 0)).ok());
}

// What a file that is said to be of this type is refused for; "" when it is
// not. It comes in parts of `part` bytes.
std::string Refusal(const std::string& type, const std::string& file,
                    size_t part = 1000) {
  ContentCheck check(type);
  for (size_t at = 0; at < file.size(); at += part) {
    check.Add(std::string_view(file).substr(at, part));
  }
  return ReasonOf(check.CheckType());
}

const std::string kPng(
    "\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\6\0\0\0\x1F\x15\xC4\x89",
    33);

// One file of a zip, stored; its entry in the list at the end is added to
// `list`.
std::string ZipFile(const std::string& name, const std::string& data, size_t at,
                    std::string* list) {
  const auto number = [](size_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text.push_back(char(value >> (8 * i)));
    return text;
  };
  const std::string common = number(0, 2) + number(0, 2) + number(0, 4) +
                             number(0, 4) + number(data.size(), 4) +
                             number(data.size(), 4) + number(name.size(), 2) +
                             number(0, 2);
  *list += "PK\x01\x02" + number(20, 2) + number(20, 2) + common +
           number(0, 2) + number(0, 2) + number(0, 2) + number(0, 4) +
           number(at, 4) + name;
  return "PK\x03\x04" + number(20, 2) + common + name + data;
}

std::string Zip(const std::vector<std::string>& names) {
  std::string zip, list;
  for (const std::string& name : names) {
    zip += ZipFile(name, "<xml/>", zip.size(), &list);
  }
  return zip + list + std::string("PK\x05\x06") + std::string(18, '\0');
}

TEST(Content, IsWhatItIsSaidToBe) {
  EXPECT_EQ(Refusal("application/pdf", "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"), "");
  EXPECT_EQ(Refusal("image/png", kPng), "");
  EXPECT_EQ(Refusal("text/plain", "Inriktningsmål\n"), "");
  EXPECT_EQ(Refusal("text/csv", "a;b\n1;2\n"), "");
  EXPECT_EQ(Refusal("text/markdown", "# Mål\n\n- ett\n- två\n"), "");
}

TEST(Content, LyingAboutTheTypeIsRefused) {
  EXPECT_EQ(Refusal("application/pdf", kPng), "CONTENT_TYPE_MISMATCH");
  EXPECT_EQ(Refusal("image/png", "%PDF-1.7\n"), "CONTENT_TYPE_MISMATCH");
  EXPECT_EQ(Refusal("application/pdf", "MZ\x90" + std::string(200, '\0')),
            "CONTENT_TYPE_MISMATCH");
  EXPECT_EQ(Refusal("text/plain", "%PDF-1.7\n"), "CONTENT_TYPE_MISMATCH");
  EXPECT_EQ(Refusal("text/plain", kPng), "CONTENT_TYPE_MISMATCH");
  EXPECT_EQ(Refusal("text/markdown", "\xEF\xBB\xBF \n<!DOCTYPE HTML><p>"),
            "CONTENT_TYPE_MISMATCH");
  EXPECT_EQ(Refusal("application/pdf",
                    "\x7F"
                    "ELF" +
                        std::string(200, '\1')),
            "CONTENT_TYPE_MISMATCH");
}

TEST(Content, ATextIsUtf8ToItsEndHoweverItIsCut) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += "å€😀 ";
  for (const size_t part : {1, 2, 3, 5, 7, 1000}) {
    EXPECT_EQ(Refusal("text/plain", text, part), "") << part;
  }
  EXPECT_EQ(Refusal("text/plain", text + "\xC3"), "NOT_UTF8");
  EXPECT_EQ(Refusal("text/plain", "M\xE5l och medel\n"), "NOT_UTF8");
  EXPECT_NE(Refusal("text/plain",
                    std::string(300 << 10, 'a') + std::string(10, '\0')),
            "");
}

TEST(Content, AZipIsADocumentWhenItListsWhatMakesItOne) {
  const std::string word =
      "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
  const std::string sheet =
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
  const std::string document =
      Zip({"[Content_Types].xml", "_rels/.rels", "word/document.xml"});
  EXPECT_EQ(Refusal(word, document), "");
  EXPECT_EQ(Refusal(sheet, document), "CONTENT_TYPE_MISMATCH");
  // As some programs write it, in an order that libmagic does not know.
  EXPECT_EQ(
      Refusal(word, Zip({"a.txt", "word/document.xml", "[Content_Types].xml"})),
      "");
  EXPECT_EQ(Refusal(word, Zip({"a.txt", "b.txt"})), "CONTENT_TYPE_MISMATCH");
  EXPECT_EQ(Refusal("application/vnd.oasis.opendocument.text",
                    Zip({"a.txt", "b.txt"})),
            "CONTENT_TYPE_MISMATCH");
}

TEST(Content, HasADigest) {
  ContentCheck check("text/plain");
  check.Add("te");
  check.Add("st");
  EXPECT_EQ(check.Sha256(),
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
}

}  // namespace
}  // namespace reglab::meetings
