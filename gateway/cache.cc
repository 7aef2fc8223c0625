#include "gateway/cache.h"

#include "absl/hash/hash.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

// Without a word from the feed.
constexpr std::chrono::seconds kLife(1);
constexpr std::chrono::seconds kConfirmation(1);
// With it: some answers also change with the day, or with another service.
constexpr std::chrono::seconds kLongestLife(60);
// What an entry takes beside its bytes.
constexpr size_t kEntryOverhead = 512;

}  // namespace

Cache::Cache(size_t most_bytes) : most_shard_bytes_(most_bytes / kShards) {}

Cache::Shard& Cache::ShardOf(std::string_view key) {
  return shards_[absl::Hash<absl::string_view>()(ForAbsl(key)) >> 7 &
                 (kShards - 1)];
}

bool Cache::IsGood(int service, Clock::time_point fetched,
                   Clock::time_point now) const {
  const Feed& feed = feeds_[size_t(service)];
  if (fetched.time_since_epoch().count() <= feed.changed) return false;
  if (now - fetched < kLife) return true;
  if (now - fetched >= kLongestLife) return false;
  const int64_t confirmed = feed.confirmed;
  return confirmed != INT64_MIN &&
         now - Clock::time_point(Clock::duration(confirmed)) < kConfirmation;
}

void Cache::Remove(Shard& shard, std::list<Entry>::iterator entry) {
  shard.bytes -= entry->bytes;
  bytes_ -= entry->bytes;
  shard.by_key.erase(entry->key);
  shard.entries.erase(entry);
}

Cache::Value Cache::Find(std::string_view key, Clock::time_point now) {
  Shard& shard = ShardOf(key);
  std::lock_guard lock(shard.mutex);
  const auto found = shard.by_key.find(ForAbsl(key));
  if (found == shard.by_key.end()) return nullptr;
  const auto entry = found->second;
  if (!IsGood(entry->service, entry->fetched, now)) {
    Remove(shard, entry);
    return nullptr;
  }
  shard.entries.splice(shard.entries.begin(), shard.entries, entry);
  return entry->value;
}

uint64_t Cache::Join(std::string_view key, int service, Done done,
                     Clock::time_point now) {
  Shard& shard = ShardOf(key);
  std::lock_guard lock(shard.mutex);
  auto found = shard.flights.find(ForAbsl(key));
  if (found != shard.flights.end()) {
    Flight& flight = found->second;
    if (flight.began.time_since_epoch().count() >
        feeds_[size_t(service)].changed) {
      flight.waiting.push_back(std::move(done));
      return 0;
    }
    shard.outdated.emplace_back(found->first, std::move(flight));
    shard.flights.erase(found);
  }
  const uint64_t number = next_flight_++;
  Flight& flight = shard.flights[std::string(key)];
  flight = {.number = number, .service = service, .began = now};
  flight.waiting.push_back(std::move(done));
  return number;
}

void Cache::Complete(std::string_view key, uint64_t fetch, Fetched fetched) {
  Shard& shard = ShardOf(key);
  Flight flight;
  {
    std::lock_guard lock(shard.mutex);
    const auto found = shard.flights.find(ForAbsl(key));
    if (found != shard.flights.end() && found->second.number == fetch) {
      flight = std::move(found->second);
      shard.flights.erase(found);
    } else {
      for (auto outdated = shard.outdated.begin();
           outdated != shard.outdated.end(); ++outdated) {
        if (outdated->second.number != fetch) continue;
        flight = std::move(outdated->second);
        shard.outdated.erase(outdated);
        break;
      }
    }
    const size_t bytes =
        fetched.value ? fetched.value->bytes() + key.size() + kEntryOverhead
                      : 0;
    if (fetched.value && bytes <= most_shard_bytes_ &&
        flight.began.time_since_epoch().count() >
            feeds_[size_t(flight.service)].changed) {
      const auto old = shard.by_key.find(ForAbsl(key));
      if (old != shard.by_key.end()) Remove(shard, old->second);
      while (shard.bytes + bytes > most_shard_bytes_) {
        Remove(shard, std::prev(shard.entries.end()));
      }
      shard.entries.push_front({std::string(key), fetched.value, flight.service,
                                flight.began, bytes});
      shard.by_key.emplace(std::string(key), shard.entries.begin());
      shard.bytes += bytes;
      bytes_ += bytes;
    }
  }
  for (const Done& done : flight.waiting) done(fetched);
}

void Cache::Changed(int service, Clock::time_point now) {
  feeds_[size_t(service)].changed = now.time_since_epoch().count();
}

void Cache::Confirmed(int service, Clock::time_point now) {
  feeds_[size_t(service)].confirmed = now.time_since_epoch().count();
}

}  // namespace reglab::gateway
