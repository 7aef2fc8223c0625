// Uploads and papers through the gRPC door of the meetings service, on a real
// PostgreSQL.
#include <openssl/sha.h>

#include <future>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "google/protobuf/empty.pb.h"
#include "gtest/gtest.h"
#include "reglab/meetings/v1/agenda_item.pb.h"
#include "reglab/meetings/v1/meeting.pb.h"
#include "reglab/meetings/v1/minutes.pb.h"
#include "reglab/meetings/v1/paper.grpc.pb.h"
#include "reglab/meetings/v1/upload.pb.h"
#include "reglab/membership/v1/body.pb.h"
#include "tests/integration/service_fixture.h"

namespace reglab::meetings {
namespace {

using google::protobuf::Empty;
using options::v1::Content;
using reglab::testing::Member;
using reglab::testing::Nobody;
using reglab::testing::Secretariat;
using reglab::testing::Suite;
using v1::Paper;
using v1::Upload;

constexpr int kChunk = 1 << 20;

Suite& Services() { return Suite::With({"membership", "meetings"}); }

template <class Response>
absl::StatusOr<Response> Ask(const std::string& method,
                             const google::protobuf::Message& request,
                             const Caller& caller = Secretariat()) {
  return Services().Call<Response>("/reglab.meetings.v1." + method, request,
                                   caller);
}

// A convened meeting, which everyone may read.
std::string NewMeeting() {
  static const bool prepared = [] {
    membership::v1::CreateBodyRequest request;
    request.set_body_id("member-group");
    request.mutable_body()->set_display_name("Medlemsgruppen");
    request.mutable_body()->set_kind(membership::v1::Body::NETWORK);
    EXPECT_TRUE(Services()
                    .Call<membership::v1::Body>(
                        "/reglab.membership.v1.BodiesService/CreateBody",
                        request, Secretariat())
                    .ok());
    return true;
  }();
  (void)prepared;
  static int number = 0;
  v1::CreateMeetingRequest request;
  request.set_meeting_id(absl::StrCat("m", ++number));
  request.mutable_meeting()->set_display_name("Möte");
  request.mutable_meeting()->set_body("bodies/member-group");
  request.mutable_meeting()->set_date("2026-12-15");
  request.mutable_meeting()->set_visibility(v1::Meeting::PUBLIC);
  const auto meeting =
      Ask<v1::Meeting>("MeetingsService/CreateMeeting", request);
  EXPECT_TRUE(meeting.ok()) << meeting.status();
  return meeting->name();
}

// A file that begins as a PDF and is nothing that could be packed.
std::string Pdf(size_t bytes) {
  std::string file = "%PDF-1.7\n";
  uint64_t state = 88172645463325252u + bytes;
  while (file.size() < bytes) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    file.append(reinterpret_cast<const char*>(&state), sizeof(state));
  }
  file.resize(bytes);
  return file;
}

std::string Sha256(const std::string& bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
         digest);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<char*>(digest), sizeof(digest)));
}

absl::StatusOr<Upload> Announce(size_t bytes,
                                const std::string& type = "application/pdf",
                                const std::string& sha256 = "",
                                const Caller& caller = Secretariat()) {
  v1::CreateUploadRequest request;
  request.mutable_upload()->set_file_name("Underlag mål.pdf");
  request.mutable_upload()->set_content_type(type);
  request.mutable_upload()->set_size_bytes(int(bytes));
  request.mutable_upload()->set_sha256(sha256);
  return Ask<Upload>("UploadsService/CreateUpload", request, caller);
}

absl::StatusOr<Upload> Append(const std::string& name, int offset,
                              std::string_view bytes,
                              const Caller& caller = Secretariat()) {
  v1::AppendUploadRequest request;
  request.set_name(name);
  request.set_offset(offset);
  request.mutable_content()->set_data(std::string(bytes));
  return Ask<Upload>("UploadsService/AppendUpload", request, caller);
}

absl::StatusOr<Upload> Complete(const std::string& name) {
  v1::CompleteUploadRequest request;
  request.set_name(name);
  return Ask<Upload>("UploadsService/CompleteUpload", request);
}

absl::StatusOr<Upload> GetUpload(const std::string& name,
                                 const Caller& caller = Secretariat()) {
  v1::GetUploadRequest request;
  request.set_name(name);
  return Ask<Upload>("UploadsService/GetUpload", request, caller);
}

// The name of a complete upload of this file.
std::string Sent(const std::string& file,
                 const std::string& type = "application/pdf") {
  const auto upload = Announce(file.size(), type);
  EXPECT_TRUE(upload.ok()) << upload.status();
  for (size_t at = 0; at < file.size(); at += kChunk) {
    const auto sent = Append(upload->name(), int(at),
                             std::string_view(file).substr(at, kChunk));
    EXPECT_TRUE(sent.ok()) << sent.status();
  }
  const auto complete = Complete(upload->name());
  EXPECT_TRUE(complete.ok()) << complete.status();
  return upload->name();
}

absl::StatusOr<Paper> CreatePaper(
    const std::string& meeting, const std::string& upload,
    v1::Meeting::Visibility visibility = v1::Meeting::PUBLIC) {
  v1::CreatePaperRequest request;
  request.set_parent(meeting);
  request.set_paper_id(absl::StrCat("p", absl::ToUnixNanos(absl::Now())));
  request.mutable_paper()->set_display_name("Underlag");
  request.mutable_paper()->set_upload(upload);
  request.mutable_paper()->set_visibility(visibility);
  return Ask<Paper>("PapersService/CreatePaper", request);
}

// The whole file, and the messages that it came in; or the error, which may
// come after some of them.
struct Read {
  absl::Status status;
  std::vector<Content> parts;
  std::string data;
};

Read ReadContent(const std::string& paper, const Caller& caller,
                 const std::function<void()>& after_first = {}) {
  auto stub = v1::PapersService::NewStub(Services().Channel("meetings"));
  grpc::ClientContext context;
  Services().Authorize("meetings", caller, &context);
  v1::GetPaperContentRequest request;
  request.set_name(paper);
  auto stream = stub->GetPaperContent(&context, request);
  Read read;
  Content part;
  while (stream->Read(&part)) {
    read.data += part.data();
    read.parts.push_back(part);
    if (after_first && read.parts.size() == 1) after_first();
  }
  const grpc::Status status = stream->Finish();
  google::rpc::Status details;
  details.ParseFromString(status.error_details());
  read.status = status.ok() ? absl::OkStatus() : FromProto(details);
  return read;
}

std::string PartsOf(const std::string& upload) {
  return Services().Sql("meetings",
                        "SELECT count(*) FROM content_parts WHERE content = '" +
                            upload.substr(8) + "'");
}

TEST(Papers, AFileComesInChunksAndGoesOutAsAStream) {
  const std::string file = Pdf(20 << 20);
  const std::string upload = Sent(file);
  EXPECT_EQ(GetUpload(upload)->sha256(), Sha256(file));
  const auto paper = CreatePaper(NewMeeting(), upload);
  ASSERT_TRUE(paper.ok()) << paper.status();
  EXPECT_EQ(paper->file_name(), "Underlag mål.pdf");
  EXPECT_EQ(paper->size_bytes(), 20 << 20);
  EXPECT_EQ(paper->upload(), "");
  EXPECT_TRUE(absl::IsNotFound(GetUpload(upload).status()));

  const Read read = ReadContent(paper->name(), Nobody());
  ASSERT_TRUE(read.status.ok()) << read.status;
  EXPECT_EQ(read.data.size(), file.size());
  EXPECT_EQ(Sha256(read.data), paper->sha256());
  EXPECT_EQ(read.parts.size(), 80u);
  EXPECT_EQ(read.parts[0].content_type(), "application/pdf");
  EXPECT_EQ(read.parts[0].file_name(), "Underlag mål.pdf");
  EXPECT_EQ(read.parts[0].total_bytes(), 20 << 20);
  EXPECT_EQ(read.parts[0].etag(), paper->sha256());
  EXPECT_EQ(read.parts[1].content_type(), "");
}

TEST(Papers, TheStreamEndsWhenThePaperMayNotBeReadAnyMore) {
  const auto paper = CreatePaper(NewMeeting(), Sent(Pdf(20 << 20)));
  ASSERT_TRUE(paper.ok()) << paper.status();
  const Read read = ReadContent(paper->name(), Nobody(), [&] {
    v1::UpdatePaperRequest request;
    *request.mutable_paper() = *paper;
    request.mutable_paper()->set_visibility(v1::Meeting::ORGANIZATION);
    request.mutable_update_mask()->add_paths("visibility");
    const auto changed = Ask<Paper>("PapersService/UpdatePaper", request);
    EXPECT_TRUE(changed.ok()) << changed.status();
  });
  EXPECT_TRUE(absl::IsNotFound(read.status)) << read.status;
  EXPECT_LT(read.parts.size(), 80u);
}

TEST(Papers, AreReadByThoseWhoMayReadThemAndTheirMeeting) {
  const std::string meeting = NewMeeting();
  const auto paper = CreatePaper(meeting, Sent(Pdf(1000)),
                                 v1::Meeting::VISIBILITY_UNSPECIFIED);
  ASSERT_TRUE(paper.ok()) << paper.status();
  EXPECT_EQ(paper->visibility(), v1::Meeting::MEMBERS);
  v1::GetPaperRequest request;
  request.set_name(paper->name());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<Paper>("PapersService/GetPaper", request, Nobody()).status()));
  EXPECT_TRUE(absl::IsNotFound(ReadContent(paper->name(), Nobody()).status));
  const Caller member = Member("organizations/region-uppsala");
  EXPECT_TRUE(Ask<Paper>("PapersService/GetPaper", request, member).ok());
  EXPECT_EQ(ReadContent(paper->name(), member).data, Pdf(1000));
  v1::ListPapersRequest list;
  list.set_parent(meeting);
  EXPECT_EQ(
      Ask<v1::ListPapersResponse>("PapersService/ListPapers", list, Nobody())
          ->papers_size(),
      0);
  list.set_q("underlag");
  EXPECT_EQ(
      Ask<v1::ListPapersResponse>("PapersService/ListPapers", list, member)
          ->papers_size(),
      1);
}

TEST(Papers, AreWrittenByTheSecretariat) {
  v1::CreatePaperRequest request;
  request.set_parent(NewMeeting());
  request.mutable_paper()->set_display_name("Underlag");
  request.mutable_paper()->set_link("https://www.reglab.se/");
  const auto refused = Ask<Paper>("PapersService/CreatePaper", request,
                                  Member("organizations/region-uppsala"));
  EXPECT_EQ(ReasonOf(refused.status()), "SECRETARIAT_ONLY");
  EXPECT_TRUE(Ask<Paper>("PapersService/CreatePaper", request).ok());
}

TEST(Papers, ALinkIsReadElsewhereAndBecomesAFileWhenOneIsGiven) {
  v1::CreatePaperRequest request;
  request.set_parent(NewMeeting());
  request.mutable_paper()->set_display_name("Underlag");
  request.mutable_paper()->set_link("http://www.reglab.se/");
  EXPECT_EQ(ReasonOf(Ask<Paper>("PapersService/CreatePaper", request).status()),
            "INVALID_FIELD");
  request.mutable_paper()->set_link("https://www.reglab.se/");
  const auto paper = Ask<Paper>("PapersService/CreatePaper", request);
  ASSERT_TRUE(paper.ok()) << paper.status();
  EXPECT_EQ(ReasonOf(ReadContent(paper->name(), Secretariat()).status),
            "PAPER_IS_LINK");

  const std::string first = Sent(Pdf(300000));
  v1::UpdatePaperRequest update;
  update.mutable_paper()->set_name(paper->name());
  update.mutable_paper()->set_upload(first);
  auto changed = Ask<Paper>("PapersService/UpdatePaper", update);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(changed->link(), "");
  EXPECT_EQ(ReadContent(paper->name(), Secretariat()).data, Pdf(300000));
  EXPECT_EQ(PartsOf(first), "2");

  const std::string second = Sent(Pdf(2000));
  update.mutable_paper()->set_upload(second);
  ASSERT_TRUE(Ask<Paper>("PapersService/UpdatePaper", update).ok());
  EXPECT_EQ(ReadContent(paper->name(), Secretariat()).data, Pdf(2000));
  EXPECT_EQ(PartsOf(first), "0");

  v1::DeletePaperRequest remove;
  remove.set_name(paper->name());
  ASSERT_TRUE(Ask<Empty>("PapersService/DeletePaper", remove).ok());
  EXPECT_EQ(PartsOf(second), "0");
}

TEST(Papers, OfFinalMinutesStay) {
  const std::string meeting = NewMeeting();
  const auto paper = CreatePaper(meeting, Sent(Pdf(1000)));
  ASSERT_TRUE(paper.ok()) << paper.status();
  Services().Sql(
      "meetings",
      "INSERT INTO minutes (name, parent, visibility, owners, kind, state,"
      " source_digest, source_lines, placed_lines, unresolved, etag) VALUES "
      "('" +
          meeting + "/minutes', '" + meeting +
          "', 'MEMBERS', '{}', 'NOTES', 'FINAL', '" + meeting +
          "', 0, 0, '[]', 'e')");
  v1::DeletePaperRequest remove;
  remove.set_name(paper->name());
  EXPECT_EQ(ReasonOf(Ask<Empty>("PapersService/DeletePaper", remove).status()),
            "MINUTES_FINAL");
  v1::UpdatePaperRequest update;
  update.mutable_paper()->set_name(paper->name());
  update.mutable_paper()->set_display_name("Annat");
  EXPECT_EQ(ReasonOf(Ask<Paper>("PapersService/UpdatePaper", update).status()),
            "MINUTES_FINAL");
  EXPECT_EQ(ReadContent(paper->name(), Nobody()).data, Pdf(1000));
}

TEST(Papers, AMeetingWithPapersIsNotDeleted) {
  const std::string meeting = NewMeeting();
  ASSERT_TRUE(CreatePaper(meeting, Sent(Pdf(1000))).ok());
  v1::DeleteMeetingRequest request;
  request.set_name(meeting);
  EXPECT_EQ(
      ReasonOf(Ask<Empty>("MeetingsService/DeleteMeeting", request).status()),
      "MEETING_NOT_EMPTY");
}

TEST(Uploads, GoOnWhereTheyStopped) {
  const std::string file = Pdf(700000);
  const auto upload = Announce(file.size(), "application/pdf", Sha256(file));
  ASSERT_TRUE(upload.ok()) << upload.status();
  const std::string_view all = file;
  ASSERT_TRUE(Append(upload->name(), 0, all.substr(0, 300001)).ok());
  const auto gap = Append(upload->name(), 400000, all.substr(400000));
  EXPECT_EQ(ReasonOf(gap.status()), "UPLOAD_OFFSET");
  EXPECT_NE(TextOf(gap.status()).en.find("offset 300001"), std::string::npos);
  EXPECT_EQ(ReasonOf(Complete(upload->name()).status()), "UPLOAD_INCOMPLETE");
  EXPECT_EQ(GetUpload(upload->name())->received_bytes(), 300001);
  // Again, and with what follows: what has arrived is passed over.
  EXPECT_EQ(Append(upload->name(), 0, all.substr(0, 300001))->received_bytes(),
            300001);
  EXPECT_EQ(
      Append(upload->name(), 200000, all.substr(200000))->received_bytes(),
      700000);
  const auto complete = Complete(upload->name());
  ASSERT_TRUE(complete.ok()) << complete.status();
  EXPECT_EQ(complete->state(), Upload::COMPLETE);
  EXPECT_TRUE(Complete(upload->name()).ok());
  const auto paper = CreatePaper(NewMeeting(), upload->name());
  ASSERT_TRUE(paper.ok()) << paper.status();
  EXPECT_EQ(ReadContent(paper->name(), Nobody()).data, file);
}

TEST(Uploads, TheSameChunkFromManyAtOnceIsThereOnce) {
  const std::string file = Pdf(500000);
  const auto upload = Announce(file.size());
  ASSERT_TRUE(upload.ok()) << upload.status();
  std::vector<std::future<bool>> sent;
  for (int i = 0; i < 32; ++i) {
    sent.push_back(std::async(std::launch::async, [&] {
      return Append(upload->name(), 0, file).ok();
    }));
  }
  for (auto& one : sent) EXPECT_TRUE(one.get());
  const auto complete = Complete(upload->name());
  ASSERT_TRUE(complete.ok()) << complete.status();
  EXPECT_EQ(complete->sha256(), Sha256(file));
}

TEST(Uploads, ALieAboutTheTypeIsNamedAndChangesNothing) {
  const std::string program = "\x1f\x8b\x08" + std::string(5000, '\1');
  const auto upload = Announce(program.size());
  ASSERT_TRUE(Append(upload->name(), 0, program).ok());
  const auto before = GetUpload(upload->name());
  const auto refused = Complete(upload->name());
  EXPECT_EQ(ReasonOf(refused.status()), "CONTENT_TYPE_MISMATCH");
  EXPECT_NE(TextOf(refused.status()).en.find("application/gzip"),
            std::string::npos)
      << refused.status();
  const auto after = GetUpload(upload->name());
  EXPECT_EQ(after->SerializeAsString(), before->SerializeAsString());
  EXPECT_EQ(after->state(), Upload::OPEN);
  EXPECT_EQ(ReasonOf(CreatePaper(NewMeeting(), upload->name()).status()),
            "UPLOAD_NOT_COMPLETE");
  EXPECT_EQ(ReasonOf(Announce(100, "application/zip").status()),
            "INVALID_FIELD");
}

TEST(Uploads, AnotherFileThanWasAnnouncedIsRefused) {
  const auto upload =
      Announce(1000, "application/pdf", Sha256("something else"));
  ASSERT_TRUE(Append(upload->name(), 0, Pdf(1000)).ok());
  EXPECT_EQ(ReasonOf(Complete(upload->name()).status()), "DIGEST_MISMATCH");
  EXPECT_EQ(ReasonOf(Announce((20 << 20) + 1).status()), "INVALID_FIELD");
}

TEST(Uploads, OneCallerHasTwentyAtMostEvenAtOnce) {
  Caller caller = Secretariat();
  caller.name = "clients/many";
  std::vector<std::future<absl::Status>> made;
  for (int i = 0; i < 32; ++i) {
    made.push_back(std::async(std::launch::async, [&] {
      return Announce(10, "text/plain", "", caller).status();
    }));
  }
  int right = 0;
  for (auto& one : made) {
    const absl::Status status = one.get();
    right += status.ok() ? 1 : 0;
    EXPECT_TRUE(status.ok() || ReasonOf(status) == "TOO_MANY_UPLOADS");
  }
  EXPECT_EQ(right, 20);
  v1::ListUploadsRequest list;
  list.set_filter("state = OPEN");
  list.set_page_size(1);
  const auto page =
      Ask<v1::ListUploadsResponse>("UploadsService/ListUploads", list, caller);
  v1::DeleteUploadRequest remove;
  remove.set_name(page->uploads(0).name());
  EXPECT_TRUE(Ask<Empty>("UploadsService/DeleteUpload", remove, caller).ok());
}

TEST(Uploads, AreNobodyElses) {
  const Caller own = Member("organizations/region-uppsala");
  const Caller other = Member("organizations/region-skane");
  const auto upload = Announce(1000, "application/pdf", "", own);
  ASSERT_TRUE(upload.ok()) << upload.status();
  EXPECT_TRUE(GetUpload(upload->name(), own).ok());
  EXPECT_TRUE(absl::IsNotFound(GetUpload(upload->name(), other).status()));
  EXPECT_TRUE(
      absl::IsNotFound(Append(upload->name(), 0, Pdf(1000), other).status()));
  EXPECT_TRUE(
      absl::IsUnauthenticated(GetUpload(upload->name(), Nobody()).status()));
}

TEST(Uploads, AreDeletedWithTheirBytesAfterADay) {
  const std::string abandoned = Sent(Pdf(600000));
  const std::string kept = Sent(Pdf(1000));
  EXPECT_EQ(PartsOf(abandoned), "3");
  Services().Sql("meetings",
                 "UPDATE uploads SET expire_time = now() - interval '1 second'"
                 " WHERE name = '" +
                     abandoned + "'");
  EXPECT_TRUE(absl::IsNotFound(GetUpload(abandoned).status()));
  // The task runs at every start.
  Services().End("meetings", SIGTERM);
  Services().Start("meetings");
  for (int i = 0; i < 1000 && PartsOf(abandoned) != "0"; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
  }
  EXPECT_EQ(PartsOf(abandoned), "0");
  EXPECT_EQ(PartsOf(kept), "1");
}

}  // namespace
}  // namespace reglab::meetings
