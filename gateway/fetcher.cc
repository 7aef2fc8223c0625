#include "gateway/fetcher.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

constexpr size_t kMostInProgress = 256;

// The library's global state: made before the first thread, kept for good.
void PrepareCurl() {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(ready);
}

absl::Status NoAnswer() {
  return Unavailable(
      {"the provider that you log in with", "den som du loggar in hos"});
}

}  // namespace

bool IsSafeUrl(std::string_view url) {
  // Read by the same parser that the request is made with.
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parsed(
      curl_url(), curl_url_cleanup);
  const auto part = [&](CURLUPart which) {
    char* text = nullptr;
    std::string copy;
    if (curl_url_get(parsed.get(), which, &text, 0) == CURLUE_OK) copy = text;
    curl_free(text);
    return copy;
  };
  if (curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) !=
          CURLUE_OK ||
      url.find_first_of("@#") != std::string_view::npos) {
    return false;
  }
  const std::string scheme = part(CURLUPART_SCHEME);
  const std::string host = part(CURLUPART_HOST);
  return !host.empty() &&
         (scheme == "https" ||
          (scheme == "http" &&
           (host == "127.0.0.1" || host == "[::1]" || host == "localhost")));
}

struct Fetcher::Running {
  Fetch fetch;
  FetchDone done;
  CURL* handle = nullptr;
  std::string body;

  ~Running() {
    if (handle != nullptr) curl_easy_cleanup(handle);
  }

  static size_t Write(char* data, size_t, size_t size, void* self) {
    auto* running = static_cast<Running*>(self);
    if (running->body.size() + size > running->fetch.most_bytes) return 0;
    running->body.append(data, size);
    return size;
  }

  void Prepare() {
    handle = curl_easy_init();
    curl_easy_setopt(handle, CURLOPT_URL, fetch.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Running::Write);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS,
                     long(absl::ToInt64Milliseconds(fetch.time)));
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "reglab-gateway");
    // A proxy that the environment names is for what lies outside.
    if (fetch.url.starts_with("http:")) {
      curl_easy_setopt(handle, CURLOPT_PROXY, "");
    }
    // What the provider names as JSON is small, and no bomb either.
    curl_easy_setopt(handle, CURLOPT_MAXFILESIZE, long(fetch.most_bytes));
    if (!fetch.form.empty()) {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, long(fetch.form.size()));
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, fetch.form.c_str());
    }
    if (!fetch.user.empty()) {
      curl_easy_setopt(handle, CURLOPT_HTTPAUTH, long(CURLAUTH_BASIC));
      curl_easy_setopt(handle, CURLOPT_USERNAME, fetch.user.c_str());
      curl_easy_setopt(handle, CURLOPT_PASSWORD, fetch.password.c_str());
    }
  }

  void Finish(CURLcode code) {
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (code == CURLE_OK && status == 200) {
      done(std::move(body));
      return;
    }
    // Without the query, which belongs to nobody's log.
    LogError(
        "fetch",
        {{"url", std::string_view(fetch.url).substr(0, fetch.url.find('?'))},
         {"status", int64_t(status)},
         {"what", std::string_view(curl_easy_strerror(code))}});
    done(NoAnswer());
  }
};

Fetcher::Fetcher()
    : multi_((PrepareCurl(), curl_multi_init())), thread_([this] { Loop(); }) {}

Fetcher::~Fetcher() {
  Stop();
  curl_multi_cleanup(multi_);
}

void Fetcher::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_);
  if (thread_.joinable()) thread_.join();
}

void Fetcher::Start(Fetch fetch, FetchDone done) {
  if (!IsSafeUrl(fetch.url)) {
    done(NoAnswer());
    return;
  }
  {
    std::lock_guard lock(mutex_);
    if (!stopping_ && in_progress_ < kMostInProgress) {
      ++in_progress_;
      auto* running = new Running;
      running->fetch = std::move(fetch);
      running->done = std::move(done);
      waiting_.push_back(running);
    }
  }
  if (done) {
    done(Overloaded());
  } else {
    curl_multi_wakeup(multi_);
  }
}

void Fetcher::Loop() {
  std::set<Running*> running;
  const auto finish = [&](Running* one, CURLcode code) {
    const std::unique_ptr<Running> owned(one);
    running.erase(one);
    one->Finish(code);
    curl_multi_remove_handle(multi_, one->handle);
    std::lock_guard lock(mutex_);
    --in_progress_;
  };
  bool stopping = false;
  while (!stopping || !running.empty()) {
    std::deque<Running*> begun;
    {
      std::lock_guard lock(mutex_);
      stopping = stopping_;
      begun.swap(waiting_);
    }
    for (Running* one : begun) {
      one->Prepare();
      running.insert(one);
      curl_multi_add_handle(multi_, one->handle);
    }
    if (stopping) {
      while (!running.empty()) {
        finish(*running.begin(), CURLE_ABORTED_BY_CALLBACK);
      }
      break;
    }
    int count = 0;
    curl_multi_perform(multi_, &count);
    while (CURLMsg* message = curl_multi_info_read(multi_, &count)) {
      if (message->msg != CURLMSG_DONE) continue;
      Running* one = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &one);
      finish(one, message->data.result);
    }
    // Woken by Start and Stop, and by the times of what is in progress.
    curl_multi_poll(multi_, nullptr, 0, 60'000, nullptr);
  }
}

}  // namespace reglab::gateway
