// Documents that the REST door passes on in parts, as they come.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gateway/await.h"
#include "gateway/protocols/rest.h"
#include "gateway/raw_content.h"
#include "gateway/representation.h"
#include "reglab/options/v1/content.pb.h"
#include "services/common/errors.h"
#include "services/common/process.h"
#include "services/common/runtime.h"

namespace reglab::gateway {
namespace {

namespace asio = boost::asio;

// A stream goes on no longer than this for a caller who may not read it any
// more.
constexpr absl::Duration kCheckAgain = absl::Seconds(5);

asio::awaitable<Part> NextOf(ReplyStream& stream) {
  co_return co_await Await<Part>(
      [&stream](auto done) { stream.Next(std::move(done)); });
}

// The parts of a document that follow the first.
class DocumentParts : public BodyParts {
 public:
  using StillMay = std::function<asio::awaitable<bool>()>;

  DocumentParts(std::unique_ptr<ReplyStream> stream, std::string first,
                StillMay still_may)
      : stream_(std::move(stream)),
        first_(std::move(first)),
        still_may_(std::move(still_may)) {}

  asio::awaitable<absl::StatusOr<std::string>> Next() override {
    if (!first_.empty()) co_return std::exchange(first_, {});
    if (absl::Now() - checked_ > kCheckAgain) {
      const bool may = co_await still_may_();
      if (!may) co_return absl::PermissionDeniedError("no more");
      checked_ = absl::Now();
    }
    options::v1::Content document;
    while (document.data().empty()) {
      const Part part = co_await NextOf(*stream_);
      if (part.last && part.reply.status.code() == 0) co_return "";
      if (part.last) {
        co_return absl::Status(
            static_cast<absl::StatusCode>(part.reply.status.code()),
            part.reply.status.message());
      }
      if (!document.ParseFromString(part.reply.message)) {
        co_return absl::InternalError("no Content");
      }
    }
    co_return std::move(*document.mutable_data());
  }

 private:
  const std::unique_ptr<ReplyStream> stream_;
  std::string first_;
  const StillMay still_may_;
  absl::Time checked_ = absl::Now();
};

}  // namespace

asio::awaitable<bool> Rest::StillMay(const Request& request,
                                     std::shared_ptr<const Caller> caller) {
  const Credentials shown = CredentialsOf(request);
  if (shown.none()) co_return true;
  const Authenticated now = co_await Resolve(
      shown, request[Field::kAuthorization], false, ContinueTrace(""));
  if (now.credential == nullptr) co_return false;
  // Whose rights have changed asks again.
  Caller before = *caller;
  Caller after = now.credential->caller;
  before.until = after.until = absl::InfiniteFuture();
  co_return CallerToJson(before) == CallerToJson(after);
}

asio::awaitable<void> Rest::AnswerStream(const Exchange& exchange,
                                         const Route& route, const Call& call) {
  const bool nobody = call.caller->nobody();
  std::unique_ptr<ReplyStream> stream = dispatch_.Open(call);
  Part first = co_await NextOf(*stream);
  options::v1::Content document;
  google::rpc::Status status = first.reply.status;
  if (status.code() == 0 &&
      (first.last || !document.ParseFromString(first.reply.message))) {
    LogError("stream_without_head", {{"method", call.method->path}});
    status = ToProto(InternalError(), exchange.swedish);
  }
  if (status.code() != 0) {
    Problem(exchange, status, route.body);
    co_return;
  }
  Content content =
      HeadOfContent(document, nobody ? "no-cache" : "private, no-cache");
  Response* response = exchange.response;
  const std::string etag = EtagOf(content.etag, Encoding::kIdentity);
  const bool current = EtagListed(exchange.request[Field::kIfNoneMatch], etag);
  response->status = current ? 304 : 200;
  std::string& head = response->own_head;
  AppendHead(response->status, &head);
  head += kVary;
  head += content.lines;
  AppendField("Trace-Id", response->trace_id, &head);
  if (!etag.empty()) AppendField("ETag", etag, &head);
  if (current) co_return;
  AppendField("Content-Type", content.type, &head);
  if (document.total_bytes() > 0) {
    response->parts_bytes = document.total_bytes();
    absl::StrAppend(&head, "Content-Length: ", document.total_bytes(), "\r\n");
  }
  if (exchange.request.method() == "HEAD") co_return;
  response->parts = std::make_unique<DocumentParts>(
      std::move(stream), std::move(*document.mutable_data()),
      [this, &request = exchange.request, caller = call.caller] {
        return StillMay(request, caller);
      });
}

}  // namespace reglab::gateway
