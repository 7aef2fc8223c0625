// What the membership service sends: letters into a folder, and events of which
// none may leave for an internal address.

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/protobuf/empty.pb.h"
#include "google/protobuf/util/time_util.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/dispatch.pb.h"
#include "reglab/membership/v1/guest_link.pb.h"
#include "reglab/membership/v1/subscription.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {
namespace {

using google::protobuf::util::TimeUtil;
using ::testing::HasSubstr;
using ::testing::Not;
using v1::Delivery;
using v1::Dispatch;
using v1::GuestLink;
using v1::SendRequest;
using v1::SendResponse;
using v1::Subscription;

const std::string& Folder() {
  static const auto* folder =
      new std::string(absl::StrCat("/tmp/reglab-mail-", getpid()));
  return *folder;
}

// The service, which writes letters into Folder().
void Start() {
  static const bool once = [] {
    std::filesystem::create_directory(Folder());
    setenv("REGLAB_SMTP_URL", ("file://" + Folder()).c_str(), 1);
    setenv("REGLAB_PUBLIC_URL", "https://reglab.example", 1);
    atexit([] { std::filesystem::remove_all(Folder()); });
    return true;
  }();
  (void)once;
  Running();
}

// Polls until `condition` holds, for at most 20 seconds.
template <class Condition>
bool Eventually(Condition condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (absl::Now() < deadline) {
    if (condition()) return true;
    absl::SleepFor(absl::Milliseconds(50));
  }
  return false;
}

std::string Sql(const std::string& sql) {
  return Running().Sql("membership", sql);
}

std::string Letter(const std::string& dispatch) {
  std::ifstream file(absl::StrCat(
      Folder(), "/", dispatch.substr(dispatch.find('/') + 1), ".eml"));
  const std::string letter{std::istreambuf_iterator<char>(file), {}};
  // Without the soft line breaks of quoted-printable.
  return absl::StrReplaceAll(letter, {{"=\r\n", ""}});
}

absl::StatusOr<Dispatch> GetDispatch(const std::string& name,
                                     const Caller& caller = Secretariat()) {
  v1::GetDispatchRequest request;
  request.set_name(name);
  return Ask<Dispatch>("DispatchesService/GetDispatch", request, caller);
}

bool IsIn(const std::string& dispatch, Dispatch::State state) {
  const auto found = GetDispatch(dispatch);
  return found.ok() && found->state() == state;
}

SendRequest Notice(const std::string& recipient) {
  SendRequest request;
  request.set_template_("notice");
  request.add_recipients(recipient);
  (*request.mutable_parameters())["title"] = "Kallelse till årsmötet";
  (*request.mutable_parameters())["text"] = "Välkommen, åäö.";
  request.set_subject("meetings/arsmotet");
  request.set_version("3");
  request.set_lead("Region Uppsala");
  request.set_link("/v1/meetings/arsmotet#token=hemlig");
  return request;
}

// An organisation with a representative who can be written to.
struct Reached {
  std::string organization;
  std::string person;
};
Reached MakeMember(const std::string& id) {
  const std::string body = "bodies/group-" + id;
  EXPECT_TRUE(CreateOrganization(id, "Region " + id).ok());
  EXPECT_TRUE(CreateMembership("organizations/" + id, Membership::ACTIVE).ok());
  EXPECT_TRUE(CreatePerson(id, "organizations/" + id).ok());
  EXPECT_TRUE(CreateBody("group-" + id, Body::MEMBER_GROUP).ok());
  EXPECT_TRUE(Appoint(body, "people/" + id, Appointment::MEMBER_REPRESENTATIVE,
                      "2020-01-01")
                  .ok());
  return {"organizations/" + id, "people/" + id};
}

TEST(Letters, AreSentAndTheirTextIsForgotten) {
  Start();
  const Reached member = MakeMember("mail-sent");
  SendRequest request = Notice(member.organization);
  request.set_organization(member.organization);
  const auto sent =
      AskAs<SendResponse>("meetings", "DeliveryService/Send", request);
  ASSERT_TRUE(sent.ok()) << sent.status();
  ASSERT_EQ(sent->dispatches_size(), 1);
  const std::string name = sent->dispatches(0);
  ASSERT_TRUE(Eventually([&] { return IsIn(name, Dispatch::SENT); }));
  const std::string letter = Letter(name);
  const std::string address =
      Sql("SELECT email FROM people WHERE name = '" + member.person + "'");
  EXPECT_THAT(letter, HasSubstr("To: <" + address + ">\r\n"));
  EXPECT_THAT(letter, HasSubstr("V=C3=A4lkommen"));
  EXPECT_THAT(letter, HasSubstr("#token=3Dhemlig"));
  EXPECT_THAT(letter, HasSubstr("Region Uppsala"));
  const auto dispatch = GetDispatch(name);
  EXPECT_EQ(dispatch->person(), member.person);
  EXPECT_EQ(dispatch->email(), "");
  EXPECT_EQ(dispatch->version(), "3");
  EXPECT_EQ(dispatch->attempts(), 1);
  EXPECT_TRUE(dispatch->has_send_time());
  // The link, and the whole text, are nowhere in the database any more.
  EXPECT_EQ(
      Sql("SELECT content IS NULL FROM outbox WHERE name = '" + name + "'"),
      "t");
  EXPECT_EQ(
      Sql("SELECT count(*) FROM outbox WHERE outbox::text LIKE '%hemlig%'"),
      "0");
  EXPECT_THAT(Running().Log("membership"), Not(HasSubstr("hemlig")));
  EXPECT_THAT(Running().Log("membership"), Not(HasSubstr(address)));
}

TEST(Letters, ToABodyGoToThoseWhoLeadIt) {
  Start();
  const Reached member = MakeMember("mail-seated");
  const std::string body = "bodies/group-mail-seated";
  SendRequest request = Notice(body);
  // Nobody leads it: everyone in it is written to.
  const auto all =
      AskAs<SendResponse>("meetings", "DeliveryService/Send", request);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_EQ(all->dispatches_size(), 1);
  EXPECT_EQ(GetDispatch(all->dispatches(0))->person(), member.person);
  ASSERT_TRUE(CreatePerson("mail-chair", member.organization).ok());
  ASSERT_TRUE(
      Appoint(body, "people/mail-chair", Appointment::CHAIR, "2020-01-01")
          .ok());
  const auto lead =
      AskAs<SendResponse>("meetings", "DeliveryService/Send", request);
  ASSERT_TRUE(lead.ok()) << lead.status();
  ASSERT_EQ(lead->dispatches_size(), 1);
  EXPECT_EQ(GetDispatch(lead->dispatches(0))->person(), "people/mail-chair");
}

TEST(Letters, WithAGuestLinkHaveOneEachWhoseSecretIsInTheLetterAlone) {
  Start();
  SendRequest request = Notice("a@example.org");
  request.add_recipients("b@example.org");
  request.clear_link();
  GuestLink& link = *request.mutable_guest_link();
  link.set_subject("referrals/prov");
  link.set_permission("meetings.referrals.answer");
  *link.mutable_expire_time() =
      TimeUtil::GetCurrentTime() + TimeUtil::HoursToDuration(24 * 91);
  EXPECT_TRUE(absl::IsInvalidArgument(
      AskAs<SendResponse>("meetings", "DeliveryService/Send", request)
          .status()));
  *link.mutable_expire_time() =
      TimeUtil::GetCurrentTime() + TimeUtil::HoursToDuration(24);
  const auto sent =
      AskAs<SendResponse>("meetings", "DeliveryService/Send", request);
  ASSERT_TRUE(sent.ok()) << sent.status();
  ASSERT_EQ(sent->dispatches_size(), 2);
  std::vector<std::string> tokens;
  for (const std::string& name : sent->dispatches()) {
    ASSERT_TRUE(Eventually([&] { return IsIn(name, Dispatch::SENT); }));
    const std::string letter = Letter(name);
    const size_t at = letter.find("/guest#");
    ASSERT_NE(at, std::string::npos) << letter;
    tokens.push_back(letter.substr(at + 7, 26));
  }
  EXPECT_NE(tokens[0], tokens[1]);
  EXPECT_EQ(
      Sql("SELECT count(*) FROM guest_links WHERE subject = 'referrals/prov'"),
      "2");
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox WHERE outbox::text LIKE '%" +
                tokens[0] + "%'"),
            "0");
}

TEST(Letters, AreJournalledWhenAskedForAndWhenSent) {
  Start();
  const auto sent = AskAs<SendResponse>("learning", "DeliveryService/Send",
                                        Notice("guest@example.se"));
  ASSERT_TRUE(sent.ok()) << sent.status();
  const std::string name = sent->dispatches(0);
  EXPECT_TRUE(Eventually([&] {
    return Sql("SELECT string_agg(kind, ',' ORDER BY seq) FROM journal "
               "WHERE name = '" +
               name + "'") == "CREATED,UPDATED";
  }));
  EXPECT_EQ(GetDispatch(name)->email(), "guest@example.se");
}

TEST(Letters, AreSeenByTheirOwnerAndTheSecretariatAlone) {
  Start();
  const Reached member = MakeMember("mail-owner");
  SendRequest request = Notice("guest@example.se");
  request.set_organization(member.organization);
  request.set_subject("meetings/owned");
  const auto sent =
      AskAs<SendResponse>("meetings", "DeliveryService/Send", request);
  ASSERT_TRUE(sent.ok());
  const std::string name = sent->dispatches(0);
  EXPECT_TRUE(GetDispatch(name, testing::Member(member.organization)).ok());
  EXPECT_TRUE(absl::IsNotFound(
      GetDispatch(name, testing::Member("organizations/other")).status()));
  EXPECT_TRUE(absl::IsUnauthenticated(GetDispatch(name, Nobody()).status()));
  v1::ListDispatchesRequest list;
  list.set_filter("subject = \"meetings/owned\" AND template = notice");
  const auto own =
      Ask<v1::ListDispatchesResponse>("DispatchesService/ListDispatches", list,
                                      testing::Member(member.organization));
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->dispatches_size(), 1);
  EXPECT_EQ(
      Ask<v1::ListDispatchesResponse>("DispatchesService/ListDispatches", list,
                                      testing::Member("organizations/other"))
          ->dispatches_size(),
      0);
}

TEST(Letters, AreAskedForOnce) {
  Start();
  SendRequest request = Notice("once@example.se");
  request.set_subject("meetings/once");
  request.set_request_id("0b0f1f4e-7d0e-4c1f-9a52-5a3f9c1d2e3f");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(
        AskAs<SendResponse>("meetings", "DeliveryService/Send", request).ok());
  }
  EXPECT_EQ(Sql("SELECT count(*) FROM outbox WHERE subject = 'meetings/once'"),
            "1");
  // Nobody but the services asks.
  EXPECT_TRUE(absl::IsPermissionDenied(
      Ask<SendResponse>("DeliveryService/Send", request).status()));
}

TEST(Letters, TellWhomTheyDoNotReachAndWhatIsWrong) {
  Start();
  SendRequest request = Notice("people/nobody-there");
  request.add_recipients("organizations/nobody-there");
  request.add_recipients("two@example.se");
  request.add_recipients("two@example.se");
  const auto sent =
      AskAs<SendResponse>("meetings", "DeliveryService/Send", request);
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(sent->dispatches_size(), 1);
  EXPECT_EQ(sent->unreachable_size(), 2);
  const auto code = [](const SendRequest& wrong) {
    return AskAs<SendResponse>("meetings", "DeliveryService/Send", wrong)
        .status()
        .code();
  };
  EXPECT_EQ(code(Notice("a@b.se\r\nBcc: x@y.se")),
            absl::StatusCode::kInvalidArgument);
  SendRequest unknown = Notice("a@b.se");
  unknown.set_template_("letter");
  EXPECT_EQ(code(unknown), absl::StatusCode::kInvalidArgument);
  SendRequest missing = Notice("a@b.se");
  missing.mutable_parameters()->erase("text");
  missing.set_template_("invitation");
  EXPECT_EQ(code(missing), absl::StatusCode::kInvalidArgument);
  SendRequest nowhere = Notice("a@b.se");
  nowhere.set_organization("organizations/nobody-there");
  EXPECT_EQ(code(nowhere), absl::StatusCode::kInvalidArgument);
}

TEST(Letters, AreTriedAgainUntilTheServerTakesThem) {
  Start();
  std::filesystem::rename(Folder(), Folder() + ".away");
  const auto sent = AskAs<SendResponse>("meetings", "DeliveryService/Send",
                                        Notice("again@example.se"));
  ASSERT_TRUE(sent.ok());
  const std::string name = sent->dispatches(0);
  EXPECT_TRUE(
      Eventually([&] { return GetDispatch(name)->last_error() == "FOLDER"; }));
  const auto waiting = GetDispatch(name);
  EXPECT_EQ(waiting->state(), Dispatch::PENDING);
  const double pause = absl::ToDoubleSeconds(
      absl::FromUnixSeconds(waiting->next_attempt_time().seconds()) -
      absl::Now());
  EXPECT_GT(pause, 40);
  EXPECT_LT(pause, 80);
  std::filesystem::rename(Folder() + ".away", Folder());
  Sql("UPDATE outbox SET due = now() WHERE name = '" + name + "'");
  EXPECT_TRUE(Eventually([&] { return IsIn(name, Dispatch::SENT); }));
  EXPECT_EQ(GetDispatch(name)->attempts(), 2);
  EXPECT_EQ(GetDispatch(name)->last_error(), "");
}

TEST(Letters, AreGivenUpAfterADayOrWhenNobodyIsThere) {
  Start();
  std::filesystem::rename(Folder(), Folder() + ".away");
  const auto sent = AskAs<SendResponse>("meetings", "DeliveryService/Send",
                                        Notice("late@example.se"));
  const std::string name = sent->dispatches(0);
  EXPECT_TRUE(
      Eventually([&] { return GetDispatch(name)->last_error() == "FOLDER"; }));
  Sql("UPDATE outbox SET due = now(), attempts = 7 WHERE name = '" + name +
      "'");
  EXPECT_TRUE(Eventually([&] { return IsIn(name, Dispatch::FAILED); }));
  std::filesystem::rename(Folder() + ".away", Folder());
  EXPECT_EQ(
      Sql("SELECT content IS NULL FROM outbox WHERE name = '" + name + "'"),
      "t");
  // The address of a person is read when the letter is sent.
  const Reached member = MakeMember("mail-gone");
  Sql("INSERT INTO outbox (name, owners, template, language, title, person, "
      "content, etag) VALUES ('dispatches/gone', '{}', 'notice', 'sv', 'T', "
      "'people/erased', 'x', 'e')");
  EXPECT_TRUE(
      Eventually([&] { return IsIn("dispatches/gone", Dispatch::FAILED); }));
  EXPECT_EQ(GetDispatch("dispatches/gone")->last_error(), "NO_ADDRESS");
}

TEST(Letters, OutliveAKill) {
  Start();
  std::vector<std::string> names;
  for (int i = 0; i < 30; ++i) {
    const auto sent =
        AskAs<SendResponse>("meetings", "DeliveryService/Send",
                            Notice(absl::StrCat("kill", i, "@example.se")));
    ASSERT_TRUE(sent.ok()) << sent.status();
    names.push_back(sent->dispatches(0));
  }
  Running().End("membership", SIGKILL);
  Running().Start("membership");
  // What was taken and not sent is free again when its lease is over.
  Sql("UPDATE outbox SET due = now() WHERE state = 'PENDING'");
  for (const std::string& name : names) {
    EXPECT_TRUE(Eventually([&] { return IsIn(name, Dispatch::SENT); })) << name;
    EXPECT_THAT(Letter(name), HasSubstr("Message-ID: <" +
                                        name.substr(name.find('/') + 1) + "@"));
  }
}

// --- Subscriptions ---------------------------------------------------------

v1::CreateSubscriptionRequest Wanted(const std::string& id,
                                     const std::string& organization) {
  v1::CreateSubscriptionRequest request;
  request.set_subscription_id(id);
  Subscription& subscription = *request.mutable_subscription();
  subscription.set_display_name("Prenumeration " + id);
  subscription.set_organization(organization);
  // Reserved (RFC 2606): nobody is ever there.
  subscription.set_url("https://hooks.reglab-test.invalid/events");
  subscription.add_event_types("membership.Organization");
  return request;
}

absl::StatusOr<Subscription> Create(const v1::CreateSubscriptionRequest& wanted,
                                    const Caller& caller = Secretariat()) {
  return Ask<Subscription>("SubscriptionsService/CreateSubscription", wanted,
                           caller);
}

absl::StatusOr<Subscription> GetSubscription(
    const std::string& name, const Caller& caller = Secretariat()) {
  v1::GetSubscriptionRequest request;
  request.set_name(name);
  return Ask<Subscription>("SubscriptionsService/GetSubscription", request,
                           caller);
}

TEST(Subscriptions, ShowTheirSecretOnce) {
  Start();
  v1::CreateSubscriptionRequest wanted = Wanted("secret", "");
  wanted.set_request_id("1c0f1f4e-7d0e-4c1f-9a52-5a3f9c1d2e3f");
  const auto made = Create(wanted);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(absl::StartsWith(made->secret(), "whsec_"));
  EXPECT_EQ(made->state(), Subscription::ACTIVE);
  EXPECT_EQ(Create(wanted)->secret(), "");
  EXPECT_EQ(GetSubscription(made->name())->secret(), "");
  // Neither in the table, nor in the stored answer.
  const std::string raw = made->secret().substr(6, 20);
  EXPECT_EQ(Sql("SELECT count(*) FROM subscriptions WHERE "
                "encode(secret, 'escape') LIKE '%" +
                raw + "%'"),
            "0");
  EXPECT_EQ(Sql("SELECT count(*) FROM idempotency WHERE "
                "encode(response, 'escape') LIKE '%" +
                raw + "%'"),
            "0");
  v1::RotateSubscriptionSecretRequest rotate;
  rotate.set_name(made->name());
  const auto rotated = Ask<Subscription>(
      "SubscriptionsService/RotateSubscriptionSecret", rotate);
  ASSERT_TRUE(rotated.ok()) << rotated.status();
  EXPECT_TRUE(absl::StartsWith(rotated->secret(), "whsec_"));
  EXPECT_NE(rotated->secret(), made->secret());
}

TEST(Subscriptions, AreTheirOrganisations) {
  Start();
  const Reached member = MakeMember("hook-own");
  const Caller own = testing::Member(member.organization);
  const Caller other = testing::Member("organizations/other");
  const auto made = Create(Wanted("own", member.organization), own);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_TRUE(absl::IsPermissionDenied(
      Create(Wanted("foreign", member.organization), other).status()));
  EXPECT_TRUE(absl::IsPermissionDenied(
      Create(Wanted("secretariats", ""), own).status()));
  EXPECT_TRUE(GetSubscription(made->name(), own).ok());
  EXPECT_TRUE(absl::IsNotFound(GetSubscription(made->name(), other).status()));
  v1::ListDeliveriesRequest list;
  list.set_parent(made->name());
  EXPECT_TRUE(
      absl::IsNotFound(Ask<v1::ListDeliveriesResponse>(
                           "SubscriptionsService/ListDeliveries", list, other)
                           .status()));
  v1::DeleteSubscriptionRequest remove;
  remove.set_name(made->name());
  EXPECT_TRUE(absl::IsNotFound(
      Ask<google::protobuf::Empty>("SubscriptionsService/DeleteSubscription",
                                   remove, other)
          .status()));
  EXPECT_TRUE(Ask<google::protobuf::Empty>(
                  "SubscriptionsService/DeleteSubscription", remove, own)
                  .ok());
  EXPECT_TRUE(absl::IsNotFound(GetSubscription(made->name(), own).status()));
}

TEST(Subscriptions, RefuseWhatCanNotBePostedTo) {
  Start();
  const auto code = [](const std::string& url, const std::string& type) {
    v1::CreateSubscriptionRequest wanted = Wanted("refused", "");
    wanted.mutable_subscription()->set_url(url);
    wanted.mutable_subscription()->set_event_types(0, type);
    return Create(wanted).status().code();
  };
  for (const char* url :
       {"http://hooks.example.se/", "https://127.0.0.1/", "https://localhost/",
        "https://169.254.169.254/latest/meta-data", "https://[::1]/",
        "https://u:p@hooks.example.se/", "nonsense"}) {
    EXPECT_EQ(code(url, "*"), absl::StatusCode::kInvalidArgument) << url;
  }
  EXPECT_EQ(code("https://hooks.example.se/", "learning.Nothing"),
            absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(
      absl::IsNotFound(GetSubscription("subscriptions/refused").status()));
}

TEST(Subscriptions, AreAtMostTwentyForEach) {
  Start();
  const Reached member = MakeMember("hook-many");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(
        Create(Wanted(absl::StrCat("many-", i), member.organization)).ok());
  }
  const auto next = Create(Wanted("many-20", member.organization));
  EXPECT_EQ(ReasonOf(next.status()), "TOO_MANY_SUBSCRIPTIONS");
}

TEST(Subscriptions, ArePausedAfterThreeDaysAndTheirOwnerIsTold) {
  Start();
  const Reached member = MakeMember("hook-paused");
  const auto made = Create(Wanted("paused", member.organization));
  ASSERT_TRUE(made.ok()) << made.status();
  v1::TestSubscriptionRequest test;
  test.set_name(made->name());
  const auto delivery =
      Ask<Delivery>("SubscriptionsService/TestSubscription", test);
  ASSERT_TRUE(delivery.ok()) << delivery.status();
  EXPECT_TRUE(Eventually([&] {
    return GetSubscription(made->name())->state() == Subscription::FAILING;
  }));
  v1::ListDeliveriesRequest list;
  list.set_parent(made->name());
  const auto log = Ask<v1::ListDeliveriesResponse>(
      "SubscriptionsService/ListDeliveries", list);
  ASSERT_EQ(log->deliveries_size(), 1);
  EXPECT_EQ(log->deliveries(0).name(), delivery->name());
  EXPECT_EQ(log->deliveries(0).state(), Delivery::PENDING);
  // Without a network asking for the name can take all the time there is.
  EXPECT_THAT(log->deliveries(0).last_error(),
              ::testing::AnyOf("RESOLVE", "TIMEOUT"));
  EXPECT_GE(log->deliveries(0).attempts(), 1);

  Sql("UPDATE subscriptions SET failing_since = now() - interval '73 hours', "
      "due = now() WHERE name = '" +
      made->name() + "'");
  Sql("UPDATE deliveries SET due = now() WHERE parent = '" + made->name() +
      "'");
  EXPECT_TRUE(Eventually([&] {
    return GetSubscription(made->name())->state() == Subscription::PAUSED;
  }));
  const std::string dispatch =
      Sql("SELECT name FROM outbox WHERE subject = '" + made->name() + "'");
  ASSERT_FALSE(dispatch.empty());
  EXPECT_TRUE(Eventually([&] { return IsIn(dispatch, Dispatch::SENT); }));
  EXPECT_THAT(Letter(dispatch), HasSubstr("hooks.reglab-test.invalid"));
  EXPECT_EQ(
      ReasonOf(Ask<Delivery>("SubscriptionsService/TestSubscription", test)
                   .status()),
      "SUBSCRIPTION_PAUSED");

  v1::UpdateSubscriptionRequest resume;
  resume.mutable_subscription()->set_name(made->name());
  resume.mutable_update_mask()->add_paths("paused");
  const auto resumed =
      Ask<Subscription>("SubscriptionsService/UpdateSubscription", resume);
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  EXPECT_EQ(resumed->state(), Subscription::ACTIVE);
}

TEST(Subscriptions, AreToldOfWhatTheirOrganisationMayReadAlone) {
  Start();
  const Reached member = MakeMember("hook-eyes");
  v1::CreateSubscriptionRequest wanted = Wanted("eyes", member.organization);
  wanted.mutable_subscription()->set_event_types(0, "*");
  const auto made = Create(wanted);
  ASSERT_TRUE(made.ok()) << made.status();
  const Reached stranger = MakeMember("hook-stranger");
  ASSERT_TRUE(Create(Wanted("strangers", stranger.organization)).ok());
  ASSERT_TRUE(CreateOrganization("hook-last", "Region sist").ok());
  const std::string of =
      "FROM deliveries WHERE parent = '" + made->name() + "' AND resource = '";
  EXPECT_TRUE(Eventually([&] {
    return Sql("SELECT count(*) " + of + "organizations/hook-last'") == "1";
  }));
  EXPECT_EQ(Sql("SELECT count(*) " + of + stranger.organization + "'"), "1");
  // Their own, made before they could be told of it; and what is another's.
  EXPECT_EQ(Sql("SELECT count(*) " + of + member.organization + "'"), "0");
  EXPECT_EQ(Sql("SELECT count(*) " + of + "subscriptions/strangers'"), "0");

  // Again from a time, with the same names; nothing twice in the queue. That
  // the subscription was made, it can be told only now.
  const std::string names =
      "SELECT count(DISTINCT name) || ' ' || count(*) "
      "FROM deliveries WHERE parent = '" +
      made->name() + "' AND resource <> '" + made->name() + "'";
  const std::string before = Sql(names);
  v1::ReplaySubscriptionRequest replay;
  replay.set_name(made->name());
  *replay.mutable_since_time() = made->create_time();
  ASSERT_TRUE(
      Ask<Subscription>("SubscriptionsService/ReplaySubscription", replay)
          .ok());
  EXPECT_TRUE(Eventually([&] {
    return Sql("SELECT count(*) FROM feed_cursors WHERE parent = '" +
               made->name() +
               "' AND service = 'membership' AND since IS NOT NULL") == "1";
  }));
  EXPECT_EQ(Sql(names), before);
  v1::ReplaySubscriptionRequest both = replay;
  both.set_since("c2luY2U6MQ");
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<Subscription>("SubscriptionsService/ReplaySubscription", both)
          .status()));
  v1::ReplaySubscriptionRequest old = replay;
  *old.mutable_since_time() = TimeUtil::GetCurrentTime();
  old.mutable_since_time()->set_seconds(old.since_time().seconds() -
                                        31 * 86400);
  EXPECT_TRUE(absl::IsInvalidArgument(
      Ask<Subscription>("SubscriptionsService/ReplaySubscription", old)
          .status()));
}

}  // namespace
}  // namespace reglab::membership
