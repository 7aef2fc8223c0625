// Minutes as others read them: documents, metadata for an archive, case
// numbers, and the search across all of them.
#include <gmock/gmock.h>
#include <google/protobuf/empty.pb.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "reglab/meetings/v1/case_number.pb.h"
#include "services/common/database.h"
#include "services/meetings/minutes_page.h"
#include "services/meetings/minutes_search_store.h"
#include "tests/integration/minutes_calls.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Documents, AreMarkdownPageAndMetadataThatFitTheSchema) {
  const std::string meeting = Meeting("documents", "bodies/member-group");
  Attended(meeting, "organizations/skr");
  ASSERT_TRUE(AddNote(meeting, "<script>alert('å')</script>").ok());
  ASSERT_TRUE(Begin(meeting).ok());
  ASSERT_TRUE(Circulate(meeting, Day(0)).ok());
  ASSERT_TRUE(Finalize(meeting).ok());
  v1::UpdateCaseNumberRequest set;
  set.mutable_case_number()->set_name(meeting + "/minutes/case-numbers/skr");
  set.mutable_case_number()->set_case_number("SKR 26/00123 <1>");
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<v1::CaseNumber>("CaseNumbersService/UpdateCaseNumber", set,
                          Member("organizations/storsthlm"))
          .status()));
  const auto number = Ask<v1::CaseNumber>("CaseNumbersService/UpdateCaseNumber",
                                          set, Member("organizations/skr"));
  ASSERT_TRUE(number.ok()) << number.status();
  EXPECT_EQ(number->organization(), "organizations/skr");
  set.mutable_case_number()->set_etag("old");
  EXPECT_TRUE(
      absl::IsAborted(Ask<v1::CaseNumber>("CaseNumbersService/UpdateCaseNumber",
                                          set, Member("organizations/skr"))
                          .status()));

  const auto markdown =
      Document<v1::GetMinutesMarkdownRequest>("GetMinutesMarkdown", meeting);
  ASSERT_TRUE(markdown.ok()) << markdown.status();
  EXPECT_EQ(markdown->content_type(), "text/markdown; charset=utf-8");
  EXPECT_EQ(markdown->file_name(), "documents-v2.md");
  const auto page =
      Document<v1::GetMinutesHtmlRequest>("GetMinutesHtml", meeting);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->content_type(), "text/html; charset=utf-8");
  EXPECT_THAT(page->data(), HasSubstr("&lt;script&gt;alert('å')"));
  EXPECT_THAT(page->data(), Not(HasSubstr("<script")));
  EXPECT_THAT(page->data(),
              HasSubstr("SKR 26/00123 &lt;1&gt; (Organisation skr)"));

  const std::string folder = Running().folder();
  const auto schema = Ask<Content>("MinutesService/GetArchiveSchema",
                                   v1::GetArchiveSchemaRequest(), Nobody());
  ASSERT_TRUE(schema.ok()) << schema.status();
  std::ofstream(folder + "/archive.xsd") << schema->data();
  for (const int version : {0, 1, 2}) {
    const auto archive = Document<v1::GetMinutesArchiveRequest>(
        "GetMinutesArchive", meeting, version);
    ASSERT_TRUE(archive.ok()) << archive.status();
    std::ofstream(folder + "/archive.xml") << archive->data();
    EXPECT_EQ(system(("xmllint --noout --nonet --schema " + folder +
                      "/archive.xsd " + folder + "/archive.xml")
                         .c_str()),
              0)
        << archive->data();
    if (version == 0) {
      EXPECT_THAT(archive->data(), HasSubstr(Sha256(markdown->data())));
      EXPECT_THAT(archive->data(), HasSubstr("SKR 26/00123 &lt;1&gt;"));
    }
  }
  EXPECT_TRUE(absl::IsNotFound(
      Document<v1::GetMinutesArchiveRequest>("GetMinutesArchive", meeting, 9)
          .status()));
  EXPECT_TRUE(absl::IsNotFound(Document<v1::GetMinutesHtmlRequest>(
                                   "GetMinutesHtml", meeting, 0, Nobody())
                                   .status()));
  EXPECT_EQ(
      ReasonOf(Document<v1::GetMinutesPdfRequest>("GetMinutesPdf", meeting)
                   .status()),
      "PDF_NOT_INSTALLED");
  v1::DeleteCaseNumberRequest remove;
  remove.set_name(set.case_number().name());
  EXPECT_TRUE(Ask<Empty>("CaseNumbersService/DeleteCaseNumber", remove,
                         Member("organizations/skr"))
                  .ok());
}

// The component pdf beside the suite, on a port of its own.
class Pdf {
 public:
  static std::string Python() {
    return std::string(REGLAB_TEST_DATA) + "/../../build/pdf/bin/python";
  }

  explicit Pdf(Suite& suite) : log_(suite.folder() + "/pdf.log") {
    const std::string main =
        std::string(REGLAB_TEST_DATA) + "/../../services/pdf/main.py";
    const std::string trusted =
        "--assertion_trusted_dir=" + suite.folder() + "/keys/trusted";
    const std::string contract =
        "--contract=" + std::string(REGLAB_BIN) + "/../contract.binpb";
    std::ofstream(log_).close();
    pid_ = fork();
    if (pid_ == 0) {
      setenv("PYTHONDONTWRITEBYTECODE", "1", 1);
      if (freopen(log_.c_str(), "w", stderr) != nullptr) {
        // Python finds its virtual environment by the name it is called by.
        execl(Python().c_str(), Python().c_str(), main.c_str(), trusted.c_str(),
              contract.c_str(), nullptr);
      }
      _exit(127);
    }
  }
  ~Pdf() {
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }

  // "127.0.0.1:40123", once it serves.
  std::string Address() {
    for (int i = 0; i < 600; ++i) {
      const size_t at = Log().find("\"port\": ");
      if (at != std::string::npos && Log().find('}', at) != std::string::npos) {
        return "127.0.0.1:" + std::to_string(std::stoi(Log().substr(at + 8)));
      }
      absl::SleepFor(absl::Milliseconds(50));
    }
    return "";
  }
  std::string Log() const {
    std::stringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }

 private:
  const std::string log_;
  pid_t pid_ = -1;
};

TEST(Pdf, IsMadeOfThePageWhereTheComponentIsInstalled) {
  if (access(Pdf::Python().c_str(), X_OK) != 0) {
    GTEST_SKIP() << "deploy/local/install --pdf has not been run";
  }
  const std::string meeting = Meeting("as-pdf", "bodies/member-group");
  ASSERT_TRUE(
      AddNote(meeting, "Räksmörgås ![x](http://127.0.0.1:1/x.png)").ok());
  ASSERT_TRUE(Begin(meeting).ok());
  Pdf pdf(Running());
  const std::string address = pdf.Address();
  ASSERT_NE(address, "") << pdf.Log();
  Running().End("meetings", SIGTERM);
  Running().Start("meetings", {"--pdf_address=" + address});
  const auto made =
      Document<v1::GetMinutesPdfRequest>("GetMinutesPdf", meeting);
  ASSERT_TRUE(made.ok()) << made.status() << pdf.Log();
  EXPECT_EQ(made->content_type(), "application/pdf");
  EXPECT_EQ(made->file_name(), "as-pdf.pdf");
  EXPECT_TRUE(made->data().starts_with("%PDF-"));
  // tests/e2e/pdf_test.py asks veraPDF whether it is PDF/A.
  EXPECT_THAT(pdf.Log(), HasSubstr("\"act\": \"meetings\""));
}

TEST(Search, ShowsThePassagesOverTheYears) {
  Running();
  const std::vector<std::pair<std::string, std::string>> documents = {
      {"2019-03-01", "Hemtagning av lärdomar är ett problem."},
      {"2022-09-13",
       "Många tog upp hemtagningen.\n\nDet finns en regional "
       "utvecklingsstrategi."},
      {"2022-11-15", "Vi talade om vädret.\n\nHemtagning igen."}};
  for (const auto& [date, text] : documents) {
    v1::ImportMinutesRequest import;
    import.set_document("# Medlemsgruppen " + date + "\n\n## Dialog\n\n" +
                        text + "\n");
    import.set_body("bodies/member-group");
    import.set_date(date);
    const auto imported =
        Ask<v1::ImportMinutesResponse>("MinutesService/ImportMinutes", import);
    ASSERT_TRUE(imported.ok()) << imported.status();
  }
  v1::SearchMinutesRequest request;
  request.set_q("hemtagning");
  const auto found =
      Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->total_passages(), 3);
  ASSERT_EQ(found->years_size(), 2);
  EXPECT_EQ(found->years(0).year(), 2022);
  EXPECT_EQ(found->years(0).meetings(), 2);
  EXPECT_EQ(found->years(1).year(), 2019);
  ASSERT_EQ(found->meetings_size(), 3);
  EXPECT_EQ(found->meetings(0).date(), "2022-11-15");
  ASSERT_EQ(found->meetings(1).passages_size(), 1);
  EXPECT_THAT(found->meetings(1).passages(0).text(),
              HasSubstr("\u2068hemtagningen\u2069"));
  EXPECT_EQ(found->meetings(1).passages(0).agenda_item_display_name(),
            "Dialog");
  // Another name of the same.
  request.set_q("RUS");
  const auto synonym =
      Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request);
  ASSERT_TRUE(synonym.ok()) << synonym.status();
  ASSERT_EQ(synonym->meetings_size(), 1);
  EXPECT_THAT(synonym->meetings(0).passages(0).text(), HasSubstr("\u2068"));

  request.set_q("hemtagning");
  request.set_from("2022-01-01");
  request.set_to("2022-10-01");
  EXPECT_EQ(
      Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request)
          ->total_passages(),
      1);
  request.set_body("bodies/board");
  EXPECT_EQ(
      Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request)
          ->total_passages(),
      0);
  request.set_from("2022-02-30");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request)
          .status()));
}

TEST(Search, GoesOnPageByPageAndTellsNobodyMore) {
  v1::SearchMinutesRequest request;
  request.set_q("hemtagning");
  request.set_page_size(1);
  std::vector<std::string> dates;
  do {
    const auto page =
        Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->total_passages(), 3);
    for (const auto& found : page->meetings()) dates.push_back(found.date());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(dates, ElementsAre("2022-11-15", "2022-09-13", "2019-03-01"));
  request.set_page_token("made-up");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<v1::SearchMinutesResponse>("MinutesService/SearchMinutes", request)
          .status()));
  request.clear_page_token();
  const auto nobody = Ask<v1::SearchMinutesResponse>(
      "MinutesService/SearchMinutes", request, Nobody());
  ASSERT_TRUE(nobody.ok()) << nobody.status();
  EXPECT_EQ(nobody->total_passages(), 0);
  EXPECT_EQ(nobody->years_size(), 0);
}

TEST(Search, UsesTheIndexOfEveryPart) {
  Running().Sql(
      "meetings",
      "INSERT INTO meetings (name, visibility, owners, display_name, body,"
      " date, state, etag) SELECT 'meetings/many' || i, 'MEMBERS', '{}',"
      " 'Möte', 'bodies/b', '2026-01-01', 'CONCLUDED', 'x'"
      " FROM generate_series(1, 2000) i;"
      "INSERT INTO notes (name, parent, position, source_line, visibility,"
      " owners, text, etag) SELECT 'meetings/many' || i % 2000 + 1 ||"
      " '/notes/n' || i, 'meetings/many' || i % 2000 + 1, i, 0, 'MEMBERS',"
      " '{}', 'Ord nummer ' || i, 'x' FROM generate_series(1, 20000) i");
  Running().Sql("meetings", "ANALYZE");
  std::string sql = minutes_search::kPassages.sql();
  const std::vector<std::string> values = {"'hemtagning'",
                                           "'{PUBLIC,MEMBERS}'",
                                           "'{}'",
                                           "NULL",
                                           "NULL",
                                           "NULL",
                                           "NULL",
                                           "NULL",
                                           "NULL",
                                           "NULL",
                                           "21"};
  for (size_t i = values.size(); i-- > 0;) {
    const std::string mark = "$" + std::to_string(i + 1);
    for (size_t at = 0; (at = sql.find(mark, at)) != std::string::npos;
         at += values[i].size()) {
      sql.replace(at, mark.size(), values[i]);
    }
  }
  // The other tables are too small here for an index to pay.
  const std::string plan = Running().Sql(
      "meetings", "SET enable_seqscan = off; EXPLAIN (COSTS OFF) " + sql);
  for (const char* table : {"agenda_items", "notes", "questions", "discussions",
                            "conclusions", "decisions", "actions"}) {
    EXPECT_THAT(plan,
                HasSubstr("Index Scan on " + std::string(table) + "_search"));
  }
  EXPECT_THAT(Running().Sql("meetings", "EXPLAIN (COSTS OFF) " + sql),
              HasSubstr("Index Scan on notes_search"));
}

}  // namespace
}  // namespace reglab::meetings
