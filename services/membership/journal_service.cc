#include "services/membership/journal_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/common/errors.h"
#include "services/common/journal.h"
#include "services/common/page_token.h"
#include "services/common/spelling.h"
#include "services/membership/journal_rules.h"

namespace reglab::membership {
namespace {

using v1::GetJournalEntryRequest;
using v1::JournalCheck;
using v1::JournalEntry;
using v1::ListJournalEntriesRequest;
using v1::ListJournalEntriesResponse;
using v1::ReadJournalRequest;
using v1::ReadJournalResponse;
using v1::VerifyJournalEntriesRequest;
using v1::VerifyJournalEntriesResponse;
using v1::VerifyJournalRequest;

constexpr std::string_view kOwn = "membership";
constexpr int kDefaultPage = 20;
constexpr int kLargestPage = 500;

absl::StatusOr<ReadJournalResponse> Read(Call& call, std::string_view service,
                                         const ReadJournalRequest& request) {
  if (service != kOwn) {
    return call.Ask<ReadJournalResponse>(
        Concat("/reglab.", service, ".v1.RecordsService/ReadJournal"), request);
  }
  return call.Read([&](Transaction& tx) {
    return ReadJournal(tx, kOwn, call.caller(), request);
  });
}

absl::StatusOr<JournalEntry> GetJournalEntry(
    Call& call, const GetJournalEntryRequest& request) {
  const std::optional<JournalPosition> position =
      ParseEntryName(request.name());
  if (!position.has_value()) return NotFound(request.name());
  ReadJournalRequest ask;
  ask.set_page_size(1);
  ask.set_seq(position->seq);
  ASSIGN_OR_RETURN(ReadJournalResponse found,
                   Read(call, position->service, ask));
  if (found.journal_entries().empty()) return NotFound(request.name());
  return std::move(*found.mutable_journal_entries(0));
}

// What a page token of the journal is bound to.
std::string QueryOf(const ListJournalEntriesRequest& request) {
  std::string query = "journal";
  for (const std::string* part :
       {&request.filter(), &request.order_by(), &request.subject()}) {
    absl::StrAppend(&query, " ", part->size(), ":", *part);
  }
  return query;
}

std::string MakeToken(const std::string& query, const JournalEntry& last) {
  const int64_t micros =
      last.time().seconds() * 1'000'000 + last.time().nanos() / 1000;
  return MakePageToken(
      query, {absl::StrCat(micros), last.service(), absl::StrCat(last.seq())});
}

absl::StatusOr<JournalPlace> ReadToken(const std::string& query,
                                       const std::string& token) {
  const std::optional<PagePlace> found = ReadPageToken(query, token);
  JournalPlace place;
  if (!found || found->size() != 3 ||
      !absl::SimpleAtoi(found->at(0).value_or(""), &place.micros) ||
      !absl::SimpleAtoi(found->at(2).value_or(""), &place.seq)) {
    return InvalidField(
        "page_token",
        {"It does not belong to this query. Send the token of the page before "
         "with the same filter, order_by and subject, or begin with the first "
         "page.",
         "Värdet hör inte till denna fråga. Skicka det som kom med sidan före, "
         "med samma filter, order_by och subject, eller börja med första "
         "sidan."});
  }
  place.service = found->at(1).value_or("");
  return place;
}

absl::StatusOr<ListJournalEntriesResponse> ListJournalEntries(
    Call& call, const ListJournalEntriesRequest& request) {
  ASSIGN_OR_RETURN(const bool ascending, IsAscending(request.order_by()));
  const int page_size = request.page_size() == 0
                            ? kDefaultPage
                            : std::min(request.page_size(), kLargestPage);
  const std::string query = QueryOf(request);
  ReadJournalRequest ask;
  ask.set_filter(request.filter());
  ask.set_subject(request.subject());
  ask.set_ascending(ascending);
  // Whatever the others have, a page and what is passed over can all be of one
  // journal; one more tells whether there is a next page.
  ask.set_page_size(page_size + request.skip() + 1);
  std::optional<JournalPlace> place;
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(place, ReadToken(query, request.page_token()));
  }
  std::vector<ReadJournalResponse> journals;
  // The own first: what is wrong with the request is wrong for all.
  for (auto service = kJournals.rbegin(); service != kJournals.rend();
       ++service) {
    if (place.has_value()) StartAfter(*place, *service, ask);
    ASSIGN_OR_RETURN(ReadJournalResponse journal, Read(call, *service, ask));
    journals.push_back(std::move(journal));
  }
  std::vector<JournalEntry> merged =
      MergeJournals(std::move(journals), ascending);
  const size_t begin = std::min(merged.size(), size_t(request.skip()));
  const size_t end = std::min(merged.size(), begin + size_t(page_size));
  ListJournalEntriesResponse response;
  if (end < merged.size() && end > begin) {
    response.set_next_page_token(MakeToken(query, merged[end - 1]));
  }
  for (size_t i = begin; i < end; ++i) {
    *response.add_journal_entries() = std::move(merged[i]);
  }
  return response;
}

absl::StatusOr<JournalCheck> Verify(Call& call, std::string_view service,
                                    const VerifyJournalRequest& request) {
  if (service != kOwn) {
    return call.Ask<JournalCheck>(
        Concat("/reglab.", service, ".v1.RecordsService/VerifyJournal"),
        request);
  }
  return call.Read([&](Transaction& tx) {
    return VerifyJournal(tx, kOwn, call.deadline(), request);
  });
}

absl::StatusOr<VerifyJournalEntriesResponse> VerifyJournalEntries(
    Call& call, const VerifyJournalEntriesRequest& request) {
  RETURN_IF_ERROR(CheckWatches(call.caller()));
  if (request.service().empty() &&
      (request.from_seq() > 1 || request.to_seq() > 0)) {
    return InvalidField(
        "service",
        {"A range is one journal's. Name the service, or leave out from_seq "
         "and to_seq.",
         "Ett intervall gäller en journal. Ange service, eller utelämna "
         "from_seq och to_seq."});
  }
  VerifyJournalRequest ask;
  ask.set_from_seq(std::max<int64_t>(1, request.from_seq()));
  ask.set_to_seq(request.to_seq());
  *ask.mutable_heads() = request.heads();
  VerifyJournalEntriesResponse response;
  response.set_intact(true);
  for (const std::string_view service : kJournals) {
    if (!request.service().empty() && request.service() != service) continue;
    ASSIGN_OR_RETURN(JournalCheck check, Verify(call, service, ask));
    response.set_intact(response.intact() && check.findings().empty() &&
                        check.next_seq() == 0);
    *response.add_checks() = std::move(check);
  }
  return response;
}

}  // namespace

void AddJournalEntries(Rpcs& rpcs) {
  const std::string service = "reglab.membership.v1.JournalEntriesService.";
  rpcs.Handle(service + "GetJournalEntry", GetJournalEntry);
  rpcs.Handle(service + "ListJournalEntries", ListJournalEntries);
  rpcs.Handle(service + "VerifyJournalEntries", VerifyJournalEntries);
}

}  // namespace reglab::membership
