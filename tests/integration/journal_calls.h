#ifndef REGLAB_TESTS_INTEGRATION_JOURNAL_CALLS_H_
#define REGLAB_TESTS_INTEGRATION_JOURNAL_CALLS_H_

// Short calls for tests of the journals of all three services, as membership
// shows them.

#include <stdlib.h>

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "reglab/learning/v1/idea.pb.h"
#include "reglab/membership/v1/journal_entry.pb.h"
#include "tests/integration/membership_calls.h"

namespace reglab::membership {

// Where the services export the heads of their journals.
inline std::string HeadFile() {
  return "/tmp/reglab-journal-heads-" + std::to_string(getpid());
}

// All three services.
inline Suite& All() {
  static const bool once = [] {
    setenv("REGLAB_JOURNAL_HEAD_FILE", HeadFile().c_str(), 1);
    setenv("REGLAB_JOURNAL_HEAD_SECONDS", "1", 1);
    atexit([] { std::filesystem::remove(HeadFile()); });
    return true;
  }();
  (void)once;
  return Suite::With({"membership", "meetings", "learning"});
}

template <class Condition>
bool WaitFor(Condition condition, absl::Duration most = absl::Seconds(10)) {
  const absl::Time deadline = absl::Now() + most;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

inline void WaitUntilSealed() {
  for (const char* service : {"membership", "meetings", "learning"}) {
    EXPECT_TRUE(WaitFor([&] {
      return All().Sql(service, "SELECT count(*) FROM journal_pending") == "0";
    })) << service;
  }
}

inline absl::StatusOr<v1::ListJournalEntriesResponse> ListEntries(
    const v1::ListJournalEntriesRequest& request,
    const Caller& caller = Secretariat()) {
  return Ask<v1::ListJournalEntriesResponse>(
      "JournalEntriesService/ListJournalEntries", request, caller);
}

// All pages of this size.
inline std::vector<v1::JournalEntry> Entries(
    const std::string& filter, int page_size,
    const Caller& caller = Secretariat(), const std::string& order_by = "") {
  v1::ListJournalEntriesRequest request;
  request.set_filter(filter);
  request.set_page_size(page_size);
  request.set_order_by(order_by);
  std::vector<v1::JournalEntry> entries;
  do {
    const auto page = ListEntries(request, caller);
    EXPECT_TRUE(page.ok()) << page.status();
    if (!page.ok()) break;
    EXPECT_LE(page->journal_entries_size(), page_size);
    for (const v1::JournalEntry& entry : page->journal_entries()) {
      entries.push_back(entry);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return entries;
}

inline absl::StatusOr<learning::v1::Idea> CreateIdea(const std::string& title,
                                                     const Caller& caller) {
  learning::v1::CreateIdeaRequest request;
  request.mutable_idea()->set_title(title);
  request.mutable_idea()->set_description("En dag hos varandra.");
  return All().Call<learning::v1::Idea>(
      "/reglab.learning.v1.IdeasService/CreateIdea", request, caller);
}

}  // namespace reglab::membership

#endif  // REGLAB_TESTS_INTEGRATION_JOURNAL_CALLS_H_
