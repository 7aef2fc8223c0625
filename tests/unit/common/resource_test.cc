#include "services/common/resource.h"

#include <set>
#include <string>
#include <vector>

#include "google/protobuf/field_mask.pb.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/organization.pb.h"
#include "services/common/errors.h"

namespace reglab {
namespace {

using google::protobuf::FieldMask;
using membership::v1::Organization;
using Paths = std::vector<std::string>;

FieldMask Mask(const Paths& paths) {
  FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

Organization Uppsala() {
  Organization organization;
  organization.set_name("organizations/region-uppsala");
  organization.set_display_name("Region Uppsala");
  organization.add_aliases("Uppsala län");
  organization.set_kind(Organization::REGION);
  organization.set_population(404000);
  organization.mutable_create_time()->set_seconds(100);
  organization.set_etag("etag");
  return organization;
}

TEST(Ids, AreMadeOfSwedishTitles) {
  EXPECT_EQ(MakeId("Västra Götaland möte 3"), "vastra-gotaland-mote-3");
  EXPECT_EQ(MakeId("  Ärligt talat: é, ü & Ørsted!  "),
            "arligt-talat-e-u-orsted");
  EXPECT_EQ(MakeId("Reglab’s \"future\""), "reglabs-future");
  EXPECT_EQ(MakeId("Straße Łódź Æ"), "strasse-lodz-ae");
  EXPECT_EQ(MakeId("a\xCC\x8A"), "a");  // å written with a separate ring
  EXPECT_EQ(MakeId("\xff\xfe broken"), "broken");
}

TEST(Ids, AreEmptyWhenNothingIsLeft) {
  EXPECT_EQ(MakeId(""), "");
  EXPECT_EQ(MakeId("—!?—"), "");
  EXPECT_EQ(MakeId("日本"), "");
}

TEST(Ids, AreNeverTooLong) {
  EXPECT_EQ(MakeId(std::string(200, 'a')), std::string(63, 'a'));
  const std::string id = MakeId(
      "Dialog om verksamhetsplan och strategi för att nå inriktningsmålen "
      "2026");
  EXPECT_EQ(id, "dialog-om-verksamhetsplan-och-strategi-for-att-na");
}

TEST(Ids, AreChosenByTheCaller) {
  EXPECT_EQ(*ChooseId("activity_id", "my-id-7", "Title"), "my-id-7");
  EXPECT_EQ(*ChooseId("activity_id", "", "En titel"), "en-titel");
  for (const char* bad : {"Åsa", "a/b", "UPPER", "a b", "resolve", "open"}) {
    const auto id = ChooseId("activity_id", bad, "Title");
    EXPECT_EQ(id.status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_FALSE(ChooseId("activity_id", std::string(64, 'a'), "x").ok());
  EXPECT_FALSE(ChooseId("activity_id", "", "!!!").ok());
}

TEST(Ids, AreNeverTheNameOfAMethod) {
  EXPECT_EQ(*ChooseId("idea_id", "", "Support"), "support-1");
}

TEST(Ids, AreRandomWhereTheyMustNotBeGuessed) {
  std::set<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.insert(RandomId());
  EXPECT_EQ(ids.size(), 1000u);
  for (const std::string& id : ids) {
    EXPECT_EQ(id.size(), 26u);
    EXPECT_EQ(id.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"),
              std::string::npos);
  }
  EXPECT_EQ(NewEtag().size(), 16u);
  EXPECT_NE(NewEtag(), NewEtag());
}

TEST(Etags, AreComparedOnlyWhenGiven) {
  EXPECT_TRUE(CheckEtag("meetings/a", "", "x").ok());
  EXPECT_TRUE(CheckEtag("meetings/a", "x", "x").ok());
  const absl::Status status = CheckEtag("meetings/a", "old", "x");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "ETAG_MISMATCH");
}

TEST(Update, ChangesWhatTheMaskNames) {
  Organization target = Uppsala();
  Organization patch;
  patch.set_display_name("Uppsala");
  patch.set_population(5);
  const auto changed = ApplyUpdate(Mask({"display_name"}), patch, target);
  ASSERT_TRUE(changed.ok()) << changed.status();
  EXPECT_EQ(*changed, Paths({"display_name"}));
  EXPECT_EQ(target.display_name(), "Uppsala");
  EXPECT_EQ(target.population(), 404000);
}

TEST(Update, UnderstandsCamelCase) {
  Organization target = Uppsala();
  Organization patch;
  patch.set_display_name("Uppsala");
  EXPECT_EQ(*ApplyUpdate(Mask({"displayName"}), patch, target),
            Paths({"display_name"}));
}

TEST(Update, ClearsWhatIsNamedAndNotSet) {
  Organization target = Uppsala();
  EXPECT_EQ(
      *ApplyUpdate(Mask({"aliases", "population"}), Organization(), target),
      Paths({"aliases", "population"}));
  EXPECT_EQ(target.aliases_size(), 0);
  EXPECT_EQ(target.population(), 0);
}

TEST(Update, WithoutAMaskChangesWhatIsSet) {
  Organization target = Uppsala();
  Organization patch;
  patch.set_name("organizations/region-uppsala");
  patch.set_display_name("Region Uppsala");
  patch.set_population(7);
  EXPECT_EQ(*ApplyUpdate(FieldMask(), patch, target), Paths({"population"}));
  EXPECT_EQ(target.aliases_size(), 1);
}

TEST(Update, OfEverythingClearsTheRest) {
  Organization target = Uppsala();
  Organization patch;
  patch.set_display_name("Region Uppsala");
  EXPECT_EQ(*ApplyUpdate(Mask({"*"}), patch, target),
            Paths({"aliases", "kind", "population"}));
  EXPECT_EQ(target.name(), "organizations/region-uppsala");
  EXPECT_EQ(target.create_time().seconds(), 100);
}

TEST(Update, PassesOverWhatTheServiceGives) {
  Organization target = Uppsala();
  Organization patch = Uppsala();
  patch.set_name("organizations/other");
  patch.set_etag("other");
  patch.mutable_create_time()->set_seconds(5);
  EXPECT_EQ(*ApplyUpdate(Mask({"name", "etag", "create_time"}), patch, target),
            Paths());
  EXPECT_EQ(target.SerializeAsString(), Uppsala().SerializeAsString());
}

TEST(Update, NamesTheNearestField) {
  Organization target = Uppsala();
  const auto changed =
      ApplyUpdate(Mask({"display_nam"}), Organization(), target);
  EXPECT_EQ(changed.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(changed.status().message().find("\"display_name\""),
            std::string::npos)
      << changed.status();
}

TEST(Update, RefusesPathsIntoListsAndValues) {
  Organization target = Uppsala();
  EXPECT_FALSE(ApplyUpdate(Mask({"aliases.0"}), Uppsala(), target).ok());
  EXPECT_FALSE(ApplyUpdate(Mask({"population.x"}), Uppsala(), target).ok());
  EXPECT_FALSE(ApplyUpdate(Mask({""}), Uppsala(), target).ok());
  EXPECT_FALSE(ApplyUpdate(Mask({"."}), Uppsala(), target).ok());
}

TEST(Update, GoesIntoNestedMessages) {
  membership::v1::UpdateOrganizationRequest target;
  *target.mutable_organization() = Uppsala();
  membership::v1::UpdateOrganizationRequest patch;
  patch.mutable_organization()->set_display_name("Uppsala");
  EXPECT_EQ(*ApplyUpdate(Mask({"organization.display_name"}), patch, target),
            Paths({"organization.display_name"}));
  EXPECT_EQ(target.organization().display_name(), "Uppsala");
  EXPECT_EQ(target.organization().population(), 404000);
  // A message that is named itself is replaced whole, but for what only the
  // service sets.
  EXPECT_EQ(*ApplyUpdate(Mask({"organization"}), patch, target),
            Paths({"organization"}));
  EXPECT_EQ(target.organization().population(), 0);
  EXPECT_EQ(target.organization().create_time().seconds(), 100);
}

TEST(Update, DoesNotMakeEmptyMessages) {
  membership::v1::UpdateOrganizationRequest target;
  EXPECT_EQ(*ApplyUpdate(Mask({"organization.population"}),
                         membership::v1::UpdateOrganizationRequest(), target),
            Paths());
  EXPECT_FALSE(target.has_organization());
}

TEST(OutputOnly, IsClearedExceptNameAndEtag) {
  membership::v1::ListOrganizationsResponse list;
  *list.add_organizations() = Uppsala();
  ClearOutputOnly(list);
  EXPECT_FALSE(list.organizations(0).has_create_time());
  EXPECT_EQ(list.organizations(0).name(), "organizations/region-uppsala");
  EXPECT_EQ(list.organizations(0).etag(), "etag");
  EXPECT_EQ(list.organizations(0).population(), 404000);
}

TEST(Parents, AreTheNameWithoutItsEnd) {
  EXPECT_EQ(ParentOf("meetings/x/agenda-items/y"), "meetings/x");
  EXPECT_EQ(ParentOf("meetings/x"), "");
  EXPECT_EQ(ParentOf("meetings/x/minutes"), "meetings/x");
  EXPECT_EQ(ParentOf("meetings/x/minutes/versions/2"), "meetings/x/minutes");
  EXPECT_EQ(ParentOf(""), "");
  EXPECT_EQ(ParentOf("meetings"), "");
}

}  // namespace
}  // namespace reglab
