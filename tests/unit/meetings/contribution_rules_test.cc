#include "services/meetings/contribution_rules.h"

#include <gtest/gtest.h>

#include "services/common/errors.h"
#include "services/meetings/paper_rules.h"

namespace reglab::meetings {
namespace {

using v1::Contribution;
using v1::Meeting;
using v1::Paper;

Contribution Said(Contribution::Source source = Contribution::WRITTEN) {
  Contribution contribution;
  contribution.set_name("contributions/a");
  contribution.set_organization("organizations/uppsala");
  contribution.set_source(source);
  contribution.set_meeting("meetings/m");
  contribution.set_state(Contribution::SUBMITTED);
  return contribution;
}

Caller Representative(
    const std::string& organization = "organizations/uppsala") {
  Caller caller;
  caller.name = "people/a";
  caller.organization = organization;
  caller.roles = {"MEMBER", "MEMBER_REPRESENTATIVE"};
  return caller;
}

Caller Secretary() {
  Caller caller;
  caller.name = "people/s";
  caller.roles = {"SECRETARIAT"};
  return caller;
}

TEST(Contributing, IsForTheOwnOrganization) {
  EXPECT_TRUE(CheckMayContribute(Representative(), Said()).ok());
  EXPECT_TRUE(CheckMayContribute(Secretary(), Said()).ok());
  EXPECT_EQ(
      ReasonOf(CheckMayContribute(Representative("organizations/x"), Said())),
      "OTHER_ORGANIZATION");
}

TEST(Contributing, MayBeDelegatedForOneMeeting) {
  Caller colleague = Representative();
  colleague.matters = {"meetings/m"};
  EXPECT_TRUE(CheckMayContribute(colleague, Said()).ok());
  colleague.matters = {"meetings/other"};
  EXPECT_EQ(ReasonOf(CheckMayContribute(colleague, Said())), "OTHER_MATTER");
}

TEST(Contributing, OnADialogueTourTheSecretariatWritesItDown) {
  const Contribution dialogue = Said(Contribution::DIALOGUE);
  EXPECT_EQ(ReasonOf(CheckSource(Representative(), dialogue)),
            "SECRETARIAT_ONLY");
  EXPECT_TRUE(CheckSource(Secretary(), dialogue).ok());
  EXPECT_TRUE(CheckSource(Representative(), Said()).ok());
}

TEST(Contributing, EndsAfterTheLastDayButNotForTheSecretariat) {
  Meeting meeting;
  meeting.set_contributions_close_date("2026-09-08");
  EXPECT_TRUE(CheckStillOpen(Representative(), meeting, "2026-09-08").ok());
  EXPECT_EQ(ReasonOf(CheckStillOpen(Representative(), meeting, "2026-09-09")),
            "CONTRIBUTIONS_CLOSED");
  EXPECT_TRUE(CheckStillOpen(Secretary(), meeting, "2026-09-09").ok());
}

TEST(Contributing, EndsWithTheMeeting) {
  Meeting meeting;
  meeting.set_state(Meeting::CONCLUDED);
  EXPECT_EQ(ReasonOf(CheckStillOpen(Representative(), meeting, "2026-09-09")),
            "CONTRIBUTIONS_CLOSED");
  meeting.set_state(Meeting::CONVENED);
  EXPECT_TRUE(CheckStillOpen(Representative(), meeting, "2026-09-09").ok());
}

TEST(Contribution, FitsTogether) {
  EXPECT_TRUE(CheckContent(Said()).ok());
  Contribution free = Said();
  free.clear_meeting();
  EXPECT_TRUE(CheckContent(free).ok());
  free.set_visibility(Meeting::BODY);
  EXPECT_EQ(ReasonOf(CheckContent(free)), "INVALID_FIELD");
  free.set_visibility(Meeting::MEMBERS);
  free.add_agenda_items("meetings/m/agenda-items/a");
  EXPECT_EQ(ReasonOf(CheckContent(free)), "INVALID_FIELD");
  Contribution dated = Said();
  dated.set_dialogue_date("2026-08-27");
  EXPECT_EQ(ReasonOf(CheckContent(dated)), "INVALID_FIELD");
  dated.set_source(Contribution::DIALOGUE);
  EXPECT_TRUE(CheckContent(dated).ok());
  dated.set_dialogue_date("2026-02-30");
  EXPECT_EQ(ReasonOf(CheckContent(dated)), "INVALID_FIELD");
}

TEST(Contribution, StaysAsItWasUnderstoodButMayBeShownToMore) {
  Contribution contribution = Said();
  EXPECT_TRUE(CheckUnsorted(contribution, {"text"}).ok());
  EXPECT_TRUE(CheckUnsorted(contribution, {}).ok());
  contribution.set_state(Contribution::INTERPRETED);
  EXPECT_EQ(ReasonOf(CheckUnsorted(contribution, {"text", "visibility"})),
            "CONTRIBUTION_SORTED");
  EXPECT_EQ(ReasonOf(CheckUnsorted(contribution, {})), "CONTRIBUTION_SORTED");
  EXPECT_TRUE(CheckUnsorted(contribution, {"visibility"}).ok());
}

TEST(Contribution, IsConfirmedByTheOrganizationAlone) {
  EXPECT_TRUE(CheckMayRespond(Representative(), Said()).ok());
  EXPECT_EQ(ReasonOf(CheckMayRespond(Secretary(), Said())),
            "ORGANIZATION_ONLY");
  EXPECT_EQ(
      ReasonOf(CheckMayRespond(Representative("organizations/x"), Said())),
      "OTHER_ORGANIZATION");
}

TEST(Contribution, IsConfirmedOnceUnderstoodAndCorrectedAlsoAfterThat) {
  Contribution contribution = Said();
  EXPECT_EQ(ReasonOf(CheckConfirmable(contribution)), "NOT_INTERPRETED");
  EXPECT_EQ(ReasonOf(CheckCorrectable(contribution)), "NOT_INTERPRETED");
  contribution.set_state(Contribution::INTERPRETED);
  EXPECT_TRUE(CheckConfirmable(contribution).ok());
  EXPECT_TRUE(CheckCorrectable(contribution).ok());
  contribution.set_state(Contribution::CONFIRMED);
  EXPECT_EQ(ReasonOf(CheckConfirmable(contribution)), "NOT_INTERPRETED");
  EXPECT_TRUE(CheckCorrectable(contribution).ok());
}

TEST(Contribution, BelongsToTheBodyWhenTheBodyMayReadIt) {
  Meeting meeting;
  meeting.set_body("bodies/b");
  Contribution contribution = Said();
  contribution.set_visibility(Meeting::ORGANIZATION);
  EXPECT_EQ(OwnersOf(contribution, meeting),
            std::vector<std::string>{"organizations/uppsala"});
  contribution.set_visibility(Meeting::BODY);
  EXPECT_EQ(OwnersOf(contribution, meeting),
            (std::vector<std::string>{"organizations/uppsala", "bodies/b"}));
}

TEST(PaperSource, IsALinkOrAFileNotBothNorNeither) {
  Paper paper;
  EXPECT_EQ(ReasonOf(CheckSourceOfNew(paper)), "INVALID_FIELD");
  paper.set_link("https://a.se");
  EXPECT_TRUE(CheckSourceOfNew(paper).ok());
  paper.set_upload("uploads/a");
  EXPECT_EQ(ReasonOf(CheckSourceOfNew(paper)), "INVALID_FIELD");
}

TEST(PaperSource, TheNewOneTakesThePlaceOfTheOld) {
  Paper file;
  file.set_sha256("ab");
  file.set_size_bytes(5);
  EXPECT_TRUE(ChooseSource({"display_name"}, file).ok());
  EXPECT_EQ(file.size_bytes(), 5);
  file.set_link("https://a.se");
  EXPECT_TRUE(ChooseSource({"link"}, file).ok());
  EXPECT_EQ(file.sha256(), "");
  file.set_upload("uploads/a");
  EXPECT_TRUE(ChooseSource({"upload"}, file).ok());
  EXPECT_EQ(file.link(), "");
  file.set_link("https://a.se");
  EXPECT_EQ(ReasonOf(ChooseSource({"link", "upload"}, file)), "INVALID_FIELD");
  Paper link;
  EXPECT_EQ(ReasonOf(ChooseSource({"link"}, link)), "INVALID_FIELD");
}

TEST(PaperSource, OnlyACompleteUploadBecomesAPaper) {
  v1::Upload upload;
  upload.set_state(v1::Upload::OPEN);
  Paper paper;
  EXPECT_EQ(ReasonOf(TakeUpload(upload, paper)), "UPLOAD_NOT_COMPLETE");
  upload.set_state(v1::Upload::COMPLETE);
  upload.set_file_name("a.txt");
  upload.set_content_type("text/plain");
  EXPECT_TRUE(TakeUpload(upload, paper).ok());
  EXPECT_EQ(AnsweredType(paper), "text/plain; charset=utf-8");
}

}  // namespace
}  // namespace reglab::meetings
