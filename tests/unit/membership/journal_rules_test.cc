#include "services/membership/journal_rules.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace reglab::membership {
namespace {

using v1::JournalEntry;
using v1::ReadJournalRequest;
using v1::ReadJournalResponse;

TEST(JournalOrder, IsTheNewestFirstUnlessTheOldestAreAskedFor) {
  EXPECT_FALSE(*IsAscending(""));
  EXPECT_FALSE(*IsAscending("time desc"));
  EXPECT_TRUE(*IsAscending("time"));
  EXPECT_TRUE(*IsAscending(" time  asc "));
  for (const char* wrong : {"seq", "time down", "time desc, seq", "desc"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(IsAscending(wrong).status())) << wrong;
  }
}

TEST(JournalEntryName, SaysWhichJournalAndWhere) {
  const auto position = ParseEntryName("journal-entries/learning-4711");
  ASSERT_TRUE(position.has_value());
  EXPECT_EQ(position->service, "learning");
  EXPECT_EQ(position->seq, 4711);
  for (const char* wrong :
       {"journal-entries/learning", "journal-entries/learning-0",
        "journal-entries/learning-x", "journal-entries/other-1",
        "entries/learning-1", "journal-entries/learning--1"}) {
    EXPECT_FALSE(ParseEntryName(wrong).has_value()) << wrong;
  }
}

// What one service would answer: its entries are at the times given.
ReadJournalResponse Answer(const std::string& service,
                           const std::vector<int>& times,
                           const ReadJournalRequest& request) {
  ReadJournalResponse response;
  std::vector<std::pair<int64_t, int64_t>> places;
  for (size_t i = 0; i < times.size(); ++i) {
    places.emplace_back(times[i], int64_t(i) + 1);
  }
  if (!request.ascending()) std::reverse(places.begin(), places.end());
  const std::pair<int64_t, int64_t> after = {request.after_time().seconds(),
                                             request.after_seq()};
  for (const auto& place : places) {
    if (request.has_after_time() &&
        !(request.ascending() ? place > after : place < after)) {
      continue;
    }
    if (response.journal_entries_size() == request.page_size()) break;
    JournalEntry& entry = *response.add_journal_entries();
    entry.set_service(service);
    entry.set_seq(place.second);
    entry.mutable_time()->set_seconds(place.first);
  }
  return response;
}

// Many entries of the same time in several journals: page by page every one
// comes once, in one order, whatever the size of a page.
TEST(JournalPages, GiveEachEntryOnceWhenTimesAreTheSame) {
  const std::map<std::string, std::vector<int>> journals = {
      {"learning", {1, 1, 2, 2, 2, 5}},
      {"meetings", {1, 2, 2, 3, 5, 5}},
      {"membership", {2, 2, 4, 5, 5, 5}}};
  const auto read = [&](bool ascending, int page_size) {
    std::vector<std::string> names;
    std::optional<JournalPlace> place;
    for (;;) {
      std::vector<ReadJournalResponse> parts;
      for (const auto& [service, times] : journals) {
        ReadJournalRequest request;
        request.set_ascending(ascending);
        request.set_page_size(page_size + 1);
        if (place) StartAfter(*place, service, request);
        parts.push_back(Answer(service, times, request));
      }
      const auto merged = MergeJournals(std::move(parts), ascending);
      const size_t count = std::min(merged.size(), size_t(page_size));
      for (size_t i = 0; i < count; ++i) {
        names.push_back(
            absl::StrCat(merged[i].service(), "-", merged[i].seq()));
      }
      if (merged.size() <= count) return names;
      const JournalEntry& last = merged[count - 1];
      place = JournalPlace{last.time().seconds() * 1'000'000, last.service(),
                           last.seq()};
    }
  };
  const std::vector<std::string> newest = read(false, 100);
  EXPECT_EQ(newest.size(), 18u);
  EXPECT_EQ(newest.front(), "membership-6");
  EXPECT_EQ(newest.back(), "learning-1");
  std::vector<std::string> oldest = read(true, 100);
  std::reverse(oldest.begin(), oldest.end());
  EXPECT_EQ(oldest, newest);
  for (int page_size = 1; page_size < 8; ++page_size) {
    EXPECT_EQ(read(false, page_size), newest) << page_size;
    std::vector<std::string> ascending = read(true, page_size);
    std::reverse(ascending.begin(), ascending.end());
    EXPECT_EQ(ascending, newest) << page_size;
  }
}

TEST(JournalVerification, IsForTheSecretariatAndOperators) {
  Caller caller;
  caller.name = "clients/x";
  caller.roles = {"MEMBER"};
  EXPECT_TRUE(absl::IsPermissionDenied(CheckWatches(caller)));
  caller.roles = {"OPERATOR"};
  EXPECT_TRUE(CheckWatches(caller).ok());
  caller.roles = {"SECRETARIAT"};
  EXPECT_TRUE(CheckWatches(caller).ok());
}

}  // namespace
}  // namespace reglab::membership
