#include "services/meetings/referral_rules.h"

#include "gtest/gtest.h"
#include "services/common/errors.h"

namespace reglab::meetings {
namespace {

using v1::Referral;

Referral Of(Referral::Kind kind, Referral::State state,
            const std::string& target) {
  Referral referral;
  referral.set_name("referrals/k3m5");
  referral.set_kind(kind);
  referral.set_state(state);
  referral.set_title("Systemteorin");
  referral.set_text("Hur hänger det ihop?");
  referral.set_from_body("bodies/member-group");
  referral.set_target(target);
  return referral;
}

TEST(Referral, HasOneWayThroughItsLife) {
  struct Case {
    Referral::Kind kind;
    Referral::State from;
    Referral::State to;
    const char* reason;
  };
  for (const Case& one : {
           Case{Referral::ASSIGNED, Referral::DRAFT, Referral::ANSWERED,
                "REFERRAL_NOT_SENT"},
           Case{Referral::ASSIGNED, Referral::SENT, Referral::ACKNOWLEDGED, ""},
           Case{Referral::ASSIGNED, Referral::SENT, Referral::ANSWERED, ""},
           Case{Referral::ASSIGNED, Referral::ACKNOWLEDGED, Referral::RETURNED,
                ""},
           Case{Referral::ASSIGNED, Referral::ACKNOWLEDGED,
                Referral::ACKNOWLEDGED, "REFERRAL_ACKNOWLEDGED"},
           Case{Referral::ASSIGNED, Referral::SENT,
                Referral::CLOSED_WITHOUT_ANSWER, "REFERRAL_ASSIGNED"},
           Case{Referral::FORWARDED, Referral::SENT,
                Referral::CLOSED_WITHOUT_ANSWER, ""},
           Case{Referral::FORWARDED, Referral::CLOSED_WITHOUT_ANSWER,
                Referral::ANSWERED, "REFERRAL_ENDED"},
           Case{Referral::FORWARDED, Referral::RETURNED, Referral::ACKNOWLEDGED,
                "REFERRAL_ENDED"},
       }) {
    EXPECT_EQ(ReasonOf(CheckStep(Of(one.kind, one.from, "organizations/skr"),
                                 one.to)),
              one.reason)
        << Referral::State_Name(one.from) << " "
        << Referral::State_Name(one.to);
  }
}

TEST(Referral, IsSentToSomebodyInTime) {
  Referral referral =
      Of(Referral::FORWARDED, Referral::DRAFT, "organizations/skr");
  referral.set_due_date("2026-11-24");
  EXPECT_TRUE(CheckSend(referral, "", "2026-11-24").ok());
  EXPECT_EQ(ReasonOf(CheckSend(referral, "", "2026-11-25")),
            "REFERRAL_DUE_PAST");
  referral.clear_target();
  EXPECT_EQ(ReasonOf(CheckSend(referral, "", "2026-11-24")),
            "REFERRAL_WITHOUT_TARGET");
  EXPECT_TRUE(CheckSend(referral, "a@example.se", "2026-11-24").ok());
  for (const char* address : {"@example.se", "a@", "a b@example.se", "a@b@c",
                              "a@example.se,b@example.se"}) {
    EXPECT_TRUE(
        absl::IsInvalidArgument(CheckSend(referral, address, "2026-11-24")))
        << address;
  }
}

TEST(Referral, OnceSentChangesLittle) {
  EXPECT_TRUE(CheckChange(Referral::DRAFT, {"text", "target"}).ok());
  EXPECT_TRUE(CheckChange(Referral::SENT, {"due_date", "visibility"}).ok());
  EXPECT_EQ(ReasonOf(CheckChange(Referral::SENT, {"due_date", "text"})),
            "REFERRAL_SENT");
  EXPECT_EQ(ReasonOf(CheckChange(Referral::ANSWERED, {"due_date"})),
            "REFERRAL_ENDED");
}

TEST(Letter, GoesToWhoeverHasItAndBackToWhoeverAsked) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const auto to_body =
      LetterOn(Of(Referral::ASSIGNED, Referral::SENT, "bodies/rus-network"),
               Occasion::kSent, "", now);
  EXPECT_EQ(to_body.template_(), "notice");
  EXPECT_EQ(to_body.recipients(0), "bodies/rus-network");
  // An authority is told that it becomes a public record there.
  const auto outside =
      LetterOn(Of(Referral::FORWARDED, Referral::SENT, "organizations/skr"),
               Occasion::kOverdue, "", now);
  EXPECT_EQ(outside.template_(), "circulation");
  EXPECT_EQ(outside.recipients(0), "organizations/skr");
  EXPECT_EQ(outside.organization(), "organizations/skr");
  const auto guest = LetterOn(Of(Referral::FORWARDED, Referral::SENT, ""),
                              Occasion::kSent, "a@example.se", now);
  EXPECT_EQ(guest.template_(), "one-time-link");
  EXPECT_EQ(guest.recipients(0), "a@example.se");
  EXPECT_EQ(guest.guest_link().subject(), "referrals/k3m5");
  EXPECT_EQ(guest.guest_link().permission(), "meetings.referrals.answer");
  EXPECT_NE(guest.parameters().at("text").find("allmän handling"),
            std::string::npos);
  Referral answered =
      Of(Referral::FORWARDED, Referral::ANSWERED, "organizations/skr");
  answered.set_answer("Så här.");
  const auto back = LetterOn(answered, Occasion::kCameBack, "", now);
  EXPECT_EQ(back.recipients_size(), 1);
  EXPECT_EQ(back.recipients(0), "bodies/member-group");
  EXPECT_EQ(back.parameters().at("text"), "Så här.");
  EXPECT_FALSE(back.has_guest_link());
}

TEST(Steps, TellByWhomToTheTwoBetweenWhomItGoes) {
  Referral referral =
      Of(Referral::FORWARDED, Referral::ANSWERED, "organizations/skr");
  referral.add_steps()->set_caller("people/astrid");
  const auto shown = [&](std::vector<std::string> visibilities,
                         std::vector<std::string> owners) {
    Referral copy = referral;
    HideCallers({std::move(visibilities), std::move(owners)}, copy);
    return copy.steps(0).caller();
  };
  EXPECT_EQ(shown({"PUBLIC"}, {}), "");
  EXPECT_EQ(shown({"PUBLIC", "MEMBERS"}, {"organizations/vinnova"}), "");
  EXPECT_EQ(shown({"PUBLIC"}, {"organizations/skr"}), "people/astrid");
  EXPECT_EQ(shown({"PUBLIC"}, {"bodies/member-group"}), "people/astrid");
  EXPECT_EQ(shown({"PUBLIC", "ORGANIZATION"}, {}), "people/astrid");
}

}  // namespace
}  // namespace reglab::meetings
