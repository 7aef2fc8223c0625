#include "gateway/limits.h"

#include <algorithm>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

using std::chrono::ceil;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// A caller's bucket is one of these many, by its hash.
constexpr size_t kWays = 8;
constexpr nanoseconds kMinute = std::chrono::minutes(1);

}  // namespace

RateLimits::RateLimits(size_t buckets)
    : buckets_((std::max(buckets, kWays) + kWays - 1) / kWays * kWays) {}

// A bucket is the time at which it will be full: taking a token moves that time
// on by what the token takes to come back.
RateLimits::Turn RateLimits::Take(std::string_view who, int per_minute,
                                  Clock::time_point now) {
  const uint64_t owner = absl::Hash<absl::string_view>()(ForAbsl(who)) | 1;
  const nanoseconds each = kMinute / per_minute;
  const size_t first = owner / 2 % (buckets_.size() / kWays) * kWays;
  std::lock_guard lock(mutex_);
  Bucket* bucket = &buckets_[first];
  for (size_t i = first; i < first + kWays; ++i) {
    if (buckets_[i].owner == owner) {
      bucket = &buckets_[i];
      break;
    }
    if (buckets_[i].full_at < bucket->full_at) bucket = &buckets_[i];
  }
  if (bucket->owner != owner) *bucket = {owner, now};
  const nanoseconds missing = std::max(bucket->full_at, now) - now;
  Turn turn;
  turn.per_minute = per_minute;
  turn.granted = missing + each <= kMinute;
  if (turn.granted) {
    bucket->full_at = now + missing + each;
  } else {
    turn.granted_in = ceil<seconds>(missing + each - kMinute);
  }
  const nanoseconds left = bucket->full_at - now;
  turn.remaining = std::max(0, int((kMinute - left) / each));
  turn.full_in = ceil<seconds>(left);
  return turn;
}

std::string RateLimits::HeaderLines(const Turn& turn) {
  return absl::StrCat(
      "RateLimit-Policy: \"minute\";q=", turn.per_minute, ";w=60\r\n",
      "RateLimit: \"minute\";r=", turn.remaining, ";t=", turn.full_in.count(),
      "\r\n",
      turn.granted
          ? std::string()
          : absl::StrCat("Retry-After: ", turn.granted_in.count(), "\r\n"));
}

}  // namespace reglab::gateway
