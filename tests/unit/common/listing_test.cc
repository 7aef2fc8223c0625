#include "services/common/listing.h"

#include <memory>
#include <string>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "reglab/membership/v1/organization.pb.h"
#include "reglab/membership/v1/person.pb.h"
#include "services/common/errors.h"
#include "services/common/page_token.h"

namespace reglab {
namespace {

using membership::v1::ListOrganizationsRequest;
using Type = ListField::Type;
using Values = std::vector<std::string>;

Listing Organizations() {
  return {
      .select = "SELECT a.name, a.display_name FROM organizations a",
      .where = "a.delete_time IS NULL",
      .visible = "(a.visibility = ANY({v}) OR a.owners && {o})",
      .parent = "",
      .key = "a.name",
      .search = "a.search",
      .fields = {{"display_name", "a.display_name", Type::kText, true, nullptr,
                  true},
                 {"population", "a.population", Type::kInt, true},
                 {"name", "a.name", Type::kText, true},
                 {"kind", "a.kind", Type::kEnum}},
      .default_order = "",
  };
}

// Nothing but the order, for tests that are about pages.
Listing Plain() {
  Listing listing = Organizations();
  listing.select = "SELECT x FROM t a";
  listing.where = "";
  listing.visible = "";
  return listing;
}

Audience Nobody() { return {{"PUBLIC"}, {"organizations/a"}}; }

Values ValuesOf(const ListQuery& query) {
  Values values;
  for (const Param& param : query.params) {
    values.push_back(param.text().value_or("NULL"));
  }
  return values;
}

ListQuery Make(const Listing& listing,
               const ListOrganizationsRequest& request) {
  auto query = MakeListQuery(listing, request, Nobody());
  EXPECT_TRUE(query.ok()) << query.status();
  return query.ok() ? *query : ListQuery();
}

// The query of the page after one that ended at `place`.
ListQuery Next(const Listing& listing, ListOrganizationsRequest request,
               const PagePlace& place) {
  request.set_page_token(
      MakePageToken(Make(listing, request).fingerprint, place));
  return Make(listing, request);
}

std::string FieldAtFault(const Listing& listing,
                         const ListOrganizationsRequest& request) {
  const auto query = MakeListQuery(listing, request, Nobody());
  EXPECT_EQ(query.status().code(), absl::StatusCode::kInvalidArgument);
  google::rpc::BadRequest bad_request;
  const auto payload =
      query.status().GetPayload("type.googleapis.com/google.rpc.BadRequest");
  if (!payload || !bad_request.ParseFromString(std::string(*payload)) ||
      bad_request.field_violations_size() != 1) {
    return "";
  }
  return bad_request.field_violations(0).field();
}

TEST(List, AsksForOneRowMoreThanThePage) {
  const ListQuery query = Make(Organizations(), {});
  EXPECT_EQ(query.sql,
            "SELECT a.name AS \"#0\",  a.name, a.display_name FROM "
            "organizations a WHERE (a.delete_time IS NULL) AND "
            "((a.visibility = ANY($1) OR a.owners && $2)) ORDER BY a.name "
            "LIMIT 21");
  EXPECT_EQ(query.page_size, 20);
  EXPECT_EQ(query.params.size(), 2u);
}

TEST(List, CapsThePage) {
  ListOrganizationsRequest request;
  request.set_page_size(100000);
  const ListQuery query = Make(Plain(), request);
  EXPECT_EQ(query.page_size, 500);
  EXPECT_EQ(query.sql,
            "SELECT a.name AS \"#0\",  x FROM t a ORDER BY a.name LIMIT 501");
}

TEST(List, BindsFilterSearchAndSkip) {
  ListOrganizationsRequest request;
  request.set_filter("kind = REGION OR population > 5");
  request.set_q("uppsala");
  request.set_skip(40);
  const ListQuery query = Make(Plain(), request);
  EXPECT_EQ(query.sql,
            "SELECT a.name AS \"#0\",  x FROM t a WHERE ((a.kind = $1 OR "
            "a.population > $2::bigint)) AND a.search @@ swedish_query($3) "
            "ORDER BY a.name LIMIT 21 OFFSET $4");
  EXPECT_EQ(ValuesOf(query), Values({"REGION", "5", "uppsala", "40"}));
}

TEST(List, EndsEveryOrderWithTheKeyInItsDirection) {
  ListOrganizationsRequest request;
  request.set_order_by("population desc, displayName");
  EXPECT_EQ(Make(Plain(), request).sql,
            "SELECT a.population AS \"#0\", a.display_name AS \"#1\", a.name "
            "AS \"#2\",  x FROM t a ORDER BY a.population DESC, "
            "a.display_name, a.name LIMIT 21");
  request.set_order_by("population desc");
  EXPECT_EQ(Make(Plain(), request).sql,
            "SELECT a.population AS \"#0\", a.name AS \"#1\",  x FROM t a "
            "ORDER BY a.population DESC, a.name DESC LIMIT 21");
  request.set_order_by("name desc, population");
  EXPECT_EQ(Make(Plain(), request).sql,
            "SELECT a.name AS \"#0\",  x FROM t a ORDER BY a.name DESC LIMIT "
            "21");
}

TEST(List, HasADefaultOrder) {
  Listing listing = Plain();
  listing.default_order = "display_name";
  EXPECT_EQ(Make(listing, {}).order_columns, Values({"#0", "#1"}));
}

TEST(List, GoesOnAfterTheKey) {
  const ListQuery query = Next(Plain(), {}, {"organizations/b"});
  EXPECT_EQ(query.sql,
            "SELECT a.name AS \"#0\",  x FROM t a WHERE a.name > $1 ORDER BY "
            "a.name LIMIT 21");
  EXPECT_EQ(ValuesOf(query), Values({"organizations/b"}));
}

TEST(List, ComparesRowsWhereNothingIsNull) {
  ListOrganizationsRequest request;
  request.set_order_by("display_name");
  const ListQuery query = Next(Plain(), request, {"B", "organizations/b"});
  EXPECT_NE(query.sql.find("WHERE (a.display_name, a.name) > ($1, $2) ORDER"),
            std::string::npos)
      << query.sql;
  EXPECT_EQ(query.sql.find("UNION"), std::string::npos);
}

TEST(List, ReadsNullsAfterAllOthers) {
  ListOrganizationsRequest request;
  request.set_order_by("population");
  EXPECT_EQ(Next(Plain(), request, {"7", "organizations/b"}).sql,
            "(SELECT a.population AS \"#0\", a.name AS \"#1\",  x FROM t a "
            "WHERE (a.population, a.name) > ($1::bigint, $2) ORDER BY "
            "a.population, a.name LIMIT 21) UNION ALL (SELECT a.population AS "
            "\"#0\", a.name AS \"#1\",  x FROM t a WHERE a.population IS NULL "
            "ORDER BY a.population, a.name LIMIT 21) LIMIT 21");
  const ListQuery query =
      Next(Plain(), request, {std::nullopt, "organizations/b"});
  EXPECT_NE(query.sql.find("WHERE a.population IS NULL AND a.name > $1 ORDER"),
            std::string::npos)
      << query.sql;
  EXPECT_EQ(query.sql.find("UNION"), std::string::npos);
}

TEST(List, ReadsNullsFirstInDescendingOrder) {
  ListOrganizationsRequest request;
  request.set_order_by("population desc");
  const ListQuery values = Next(Plain(), request, {"7", "organizations/b"});
  EXPECT_NE(values.sql.find("WHERE (a.population, a.name) < ($1::bigint, $2)"),
            std::string::npos)
      << values.sql;
  EXPECT_EQ(values.sql.find("UNION"), std::string::npos);
  const ListQuery nulls =
      Next(Plain(), request, {std::nullopt, "organizations/b"});
  const size_t same =
      nulls.sql.find("WHERE a.population IS NULL AND a.name < $1 ORDER");
  const size_t later = nulls.sql.find("WHERE a.population IS NOT NULL ORDER");
  EXPECT_NE(later, std::string::npos) << nulls.sql;
  EXPECT_LT(same, later);
}

TEST(List, MixesDirections) {
  ListOrganizationsRequest request;
  request.set_order_by("population desc, display_name");
  request.set_page_size(2);
  const std::string sql =
      Next(Plain(), request, {"7", "B", "organizations/b"}).sql;
  size_t at = 0;
  for (const char* range :
       {"WHERE a.population = $1::bigint AND a.display_name = $2 AND a.name > "
        "$3 ORDER",
        "WHERE a.population = $1::bigint AND a.display_name > $2 ORDER",
        "WHERE a.population < $1::bigint ORDER"}) {
    const size_t found = sql.find(range, at);
    ASSERT_NE(found, std::string::npos) << range << "\n" << sql;
    at = found;
  }
}

TEST(List, ListsWithinItsParentOrAcrossAll) {
  Listing listing = Plain();
  listing.parent = "a.parent";
  // Any message with the fields of a list; here one with a parent.
  google::protobuf::DescriptorPool pool(
      google::protobuf::DescriptorPool::generated_pool());
  google::protobuf::FileDescriptorProto file;
  file.set_name("list_test.proto");
  file.set_syntax("proto3");
  auto& type = *file.add_message_type();
  type.set_name("ListTestRequest");
  auto& field = *type.add_field();
  field.set_name("parent");
  field.set_number(1);
  field.set_type(google::protobuf::FieldDescriptorProto::TYPE_STRING);
  field.set_label(google::protobuf::FieldDescriptorProto::LABEL_OPTIONAL);
  const auto* descriptor = pool.BuildFile(file)->message_type(0);
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> request(
      factory.GetPrototype(descriptor)->New());
  const auto make = [&](const std::string& parent) {
    request->GetReflection()->SetString(request.get(), descriptor->field(0),
                                        parent);
    return *MakeListQuery(listing, *request, Nobody());
  };
  const ListQuery one = make("meetings/a_b");
  EXPECT_NE(one.sql.find("WHERE a.parent = $1 ORDER"), std::string::npos);
  EXPECT_EQ(ValuesOf(one), Values({"meetings/a_b"}));
  const ListQuery all = make("meetings/-");
  EXPECT_NE(all.sql.find("WHERE a.parent LIKE $1 AND a.parent NOT LIKE $2"),
            std::string::npos);
  EXPECT_EQ(ValuesOf(all), Values({"meetings/%", "meetings/%/%"}));
  EXPECT_EQ(ValuesOf(make("a_b/-/c%/d")),
            Values({"a\\_b/%/c\\%/d", "a\\_b/%/c\\%/d/%"}));
}

TEST(List, RefusesTheTokenOfAnotherQuery) {
  ListOrganizationsRequest request;
  const std::string token =
      MakePageToken(Make(Plain(), request).fingerprint, {"organizations/b"});
  request.set_page_token(token);
  EXPECT_TRUE(MakeListQuery(Plain(), request, Nobody()).ok());
  request.set_page_size(3);
  EXPECT_TRUE(MakeListQuery(Plain(), request, Nobody()).ok());
  for (const auto& change : std::vector<void (*)(ListOrganizationsRequest&)>{
           [](auto& r) { r.set_filter("kind = REGION"); },
           [](auto& r) { r.set_order_by("population"); },
           [](auto& r) { r.set_q("x"); },
           [](auto& r) { r.set_show_deleted(true); },
           [](auto& r) { r.set_page_token("x"); },
           [](auto& r) { r.set_page_token(r.page_token() + "A"); }}) {
    ListOrganizationsRequest other = request;
    change(other);
    EXPECT_EQ(FieldAtFault(Plain(), other), "page_token");
  }
  EXPECT_EQ(FieldAtFault(Organizations(), request), "page_token");
}

TEST(List, NamesTheFieldAtFault) {
  ListOrganizationsRequest request;
  request.set_page_size(-1);
  EXPECT_EQ(FieldAtFault(Plain(), request), "page_size");
  request.Clear();
  request.set_skip(10001);
  EXPECT_EQ(FieldAtFault(Plain(), request), "skip");
  request.Clear();
  request.set_filter("nothing = 1");
  EXPECT_EQ(FieldAtFault(Plain(), request), "filter");
  request.Clear();
  request.set_q("words");
  Listing unsearchable = Plain();
  unsearchable.search = "";
  EXPECT_EQ(FieldAtFault(unsearchable, request), "q");
  for (const char* bad :
       {"kind", "nothing", "population down", "population desc desc",
        "population,", ",", "population; drop table"}) {
    request.Clear();
    request.set_order_by(bad);
    EXPECT_EQ(FieldAtFault(Plain(), request), "order_by") << bad;
  }
}

TEST(List, SaysByWhatItCanBeOrdered) {
  ListOrganizationsRequest request;
  request.set_order_by("populaton");
  const auto query = MakeListQuery(Plain(), request, Nobody());
  const std::string message(query.status().message());
  EXPECT_NE(message.find("Did you mean \"population\"?"), std::string::npos);
  EXPECT_NE(message.find("display_name, population, name"), std::string::npos);
}

TEST(ListOfAnOrganization, ComparesWhatTheListingSays) {
  Listing listing = Plain();
  listing.organization = "a.organization = {n} OR a.host = {n}";
  membership::v1::ListPeopleRequest request;
  request.set_organization("organizations/o'b");
  const auto query = MakeListQuery(listing, request, Nobody());
  ASSERT_TRUE(query.ok()) << query.status();
  EXPECT_NE(query->sql.find("(a.organization = $1::text OR a.host = $1::text)"),
            std::string::npos)
      << query->sql;
  EXPECT_EQ(ValuesOf(*query), Values{"organizations/o'b"});
}

TEST(ListOfAnOrganization, HasPagesOfItsOwn) {
  Listing listing = Plain();
  listing.organization = "a.organization = {n}";
  membership::v1::ListPeopleRequest one;
  one.set_organization("organizations/one");
  membership::v1::ListPeopleRequest other;
  other.set_organization("organizations/other");
  EXPECT_NE(MakeListQuery(listing, one, Nobody())->fingerprint,
            MakeListQuery(listing, other, Nobody())->fingerprint);
}

TEST(ListWithWords, AsksForEachWordOrForTheWholeSearch) {
  Listing listing = Plain();
  listing.word = "a.words LIKE {p} OR a.words %>> {w}";
  ListOrganizationsRequest request;
  request.set_q("Region, Örebro%");
  const ListQuery query = Make(listing, request);
  EXPECT_NE(
      query.sql.find(
          "(a.search @@ swedish_query($1) AND numnode(swedish_query($2)) > 0 "
          "OR (a.words LIKE '% ' || search_word($3) || '%' OR a.words %>> "
          "search_word($3)) AND "
          "(a.words LIKE '% ' || search_word($4) || '%' OR a.words %>> "
          "search_word($4)))"),
      std::string::npos)
      << query.sql;
  EXPECT_EQ(ValuesOf(query),
            (Values{"Region, Örebro%", "Örebro", "Region", "Örebro"}));
}

TEST(ListWithWords, OfNothingButSignsFindsNothing) {
  Listing listing = Plain();
  listing.search = "";
  listing.word = "a.words LIKE {p}";
  ListOrganizationsRequest request;
  request.set_q("%_");
  EXPECT_NE(Make(listing, request).sql.find("WHERE false"), std::string::npos);
}

}  // namespace
}  // namespace reglab
