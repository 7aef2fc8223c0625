#include "gateway/link.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "gateway/grpc_stream.h"
#include "gateway/link_tls.h"
#include "gateway/service_address.h"
#include "services/common/process.h"
#include "services/common/spelling.h"

namespace reglab::gateway {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;
using Clock = Link::Clock;

constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kWriteBytes = 64 << 10;
constexpr int kConnectionWindow = 16 << 20;
constexpr int kStreamWindow = 1 << 20;
// Of one name; more replicas than that get their turn when others end.
constexpr size_t kMostConnections = 16;
constexpr int kMostAttempts = 3;
constexpr std::chrono::milliseconds kConnectTime(1000);
constexpr std::chrono::milliseconds kFirstBackoff(100);
constexpr std::chrono::milliseconds kMostBackoff(1000);
// gRPC's servers take a ping in ten seconds for a fair question.
constexpr std::chrono::seconds kSilence(10);
constexpr std::chrono::seconds kPingTime(5);

struct FreeSession {
  void operator()(nghttp2_session* session) const {
    nghttp2_session_del(session);
  }
};

}  // namespace

struct Link::State {
  State(Link& link_in, asio::io_context& context_in, std::string_view text);

  void Send(std::unique_ptr<Outgoing> call);
  // Once more, for a call that no service has seen.
  void Again(std::unique_ptr<Outgoing> call);
  void Connect();
  void Resolved(const tcp::resolver::results_type& results);
  // A connection can be used, or can't any more.
  void Changed();
  // A connection is gone; it could be used before.
  void Ended(Connection* connection, bool was_usable);
  // A connection is usable, or may become so.
  bool Promising() const;
  // Unless a connection is being made, those who wait for one are told.
  void GiveUp();
  void Sweep();

  Link& link;
  asio::io_context& context;
  const ServiceAddress address;
  tcp::resolver resolver;
  bool resolving = false;
  // The last attempt to connect came to nothing, and nothing else is there.
  bool failing = false;
  Clock::time_point next_attempt;
  std::chrono::milliseconds backoff = kFirstBackoff;
  std::vector<std::shared_ptr<Connection>> connections;
  size_t turn = 0;
  // Bounded by the limit on calls in progress.
  std::deque<std::unique_ptr<Outgoing>> waiting;
};

// One connection of HTTP/2. Asio's handlers keep it alive.
class Link::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(State& link, tcp::endpoint endpoint)
      : link_(link), endpoint_(std::move(endpoint)), socket_(link.context) {}

  const tcp::endpoint& endpoint() const { return endpoint_; }
  bool usable() const { return ready_ && !draining_ && !closed_; }
  // It is, or may become, usable.
  bool promising() const { return !draining_ && !closed_; }

  void Start() {
    started_ = read_at_ = Clock::now();
    socket_.async_connect(endpoint_,
                          [self = shared_from_this()](const Error& error) {
                            if (self->closed_) return;
                            if (error) return self->Close(error.message());
                            self->Connected();
                          });
  }

  void Submit(std::unique_ptr<Outgoing> call) {
    if (call->flow != nullptr && call->flow->given_up) return;
    auto stream = std::make_unique<GrpcStream>(std::move(call));
    const Outgoing& out = *stream->call;
    const GrpcStream::Headers headers =
        stream->RequestHeaders(tls_ ? "https" : "http", link_.address.authority,
                               SentLately(out.authorization));
    nghttp2_data_provider provider;
    provider.source.ptr = stream.get();
    provider.read_callback = ReadBody;
    const int32_t id =
        nghttp2_submit_request(session_.get(), nullptr, headers.data(),
                               headers.size(), &provider, stream.get());
    if (id < 0) {
      draining_ = true;
      link_.Changed();
      return link_.Again(std::move(stream->call));
    }
    if (Flow* flow = out.flow.get()) {
      flow->consume = [weak = weak_from_this(), id](size_t bytes) {
        if (const auto self = weak.lock()) self->Consume(id, bytes);
      };
      flow->cancel = [weak = weak_from_this(), id] {
        if (const auto self = weak.lock()) self->Cancel(id);
      };
    }
    streams_.emplace(id, std::move(stream));
    ScheduleFlush();
  }

  void Sweep(Clock::time_point now) {
    if (closed_) return;
    if (!ready_) {
      if (now - started_ > kConnectTime) Close("no answer in time");
      return;
    }
    for (const auto& [id, stream] : streams_) {
      if (stream->abandoned || stream->call->until > now) continue;
      stream->abandoned = true;
      nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id,
                                NGHTTP2_CANCEL);
      Finish(*stream,
             Failure(kDeadlineExceeded, "the service did not answer in time"));
    }
    RunFinished();
    if (!streams_.empty() && now - read_at_ > kSilence) {
      if (!pinged_) {
        pinged_ = true;
        ping_at_ = now;
        nghttp2_submit_ping(session_.get(), NGHTTP2_FLAG_NONE, nullptr);
      } else if (now - ping_at_ > kPingTime) {
        return Close("silent");
      }
    }
    Flush();
  }

 private:
  using TlsStream = asio::ssl::stream<tcp::socket&>;

  // The reader of a stream has taken these bytes away.
  void Consume(int32_t id, size_t bytes) {
    if (closed_ || !streams_.contains(id)) return;
    nghttp2_session_consume_stream(session_.get(), id, bytes);
    ScheduleFlush();
  }

  void Cancel(int32_t id) {
    const auto found = streams_.find(id);
    if (closed_ || found == streams_.end()) return;
    found->second->abandoned = true;
    nghttp2_submit_rst_stream(session_.get(), NGHTTP2_FLAG_NONE, id,
                              NGHTTP2_CANCEL);
    ScheduleFlush();
  }

  void Connected() {
    Error ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    socket_.non_blocking(true, ignored);
    const std::optional<TlsFiles> files = ProcessTlsFiles();
    if (!files) return Begin();
    // Read anew for each connection: certificates change without a restart.
    Error error;
    tls_context_.emplace(asio::ssl::context::tls_client);
    UseTlsFiles(*files, *tls_context_, error);
    if (error) return Close(error.message());
    tls_.emplace(socket_, *tls_context_);
    OfferHttp2(link_.address.host, tls_->native_handle());
    tls_->set_verify_callback(
        asio::ssl::host_name_verification(link_.address.host));
    tls_->async_handshake(asio::ssl::stream_base::client,
                          [self = shared_from_this()](const Error& failed) {
                            if (self->closed_) return;
                            if (failed) return self->Close(failed.message());
                            self->Begin();
                          });
  }

  void Begin() {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks,
                                                              OnData);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_before_frame_send_callback(callbacks,
                                                             BeforeSend);
    // Who reads a stream says how much more may come of it.
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_session* session = nullptr;
    nghttp2_session_client_new2(&session, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    session_.reset(session);
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kStreamWindow},
    };
    nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings,
                            std::size(settings));
    nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0,
                                          kConnectionWindow);
    Flush();
    if (!closed_) Read();
  }

  void Read() {
    const auto buffer = asio::buffer(input_.data(), input_.size());
    auto handler = [self = shared_from_this()](const Error& error,
                                               size_t bytes) {
      if (self->closed_) return;
      if (error) return self->Close(error.message());
      self->Received(bytes);
    };
    if (tls_) {
      tls_->async_read_some(buffer, std::move(handler));
    } else {
      socket_.async_read_some(buffer, std::move(handler));
    }
  }

  void Received(size_t bytes) {
    read_at_ = Clock::now();
    pinged_ = false;
    const ssize_t taken = nghttp2_session_mem_recv(
        session_.get(), reinterpret_cast<const uint8_t*>(input_.data()), bytes);
    RunFinished();
    if (taken < 0) return Close(nghttp2_strerror(int(taken)));
    Flush();
    if (!closed_) Read();
  }

  // Calls that are made in the same turn of the loop leave in one write.
  void ScheduleFlush() {
    if (scheduled_ || writing_) return;
    scheduled_ = true;
    asio::post(link_.context, [self = shared_from_this()] {
      self->scheduled_ = false;
      self->Flush();
    });
  }

  void Flush() {
    while (!closed_ && !writing_) {
      output_.clear();
      while (output_.size() < kWriteBytes) {
        const uint8_t* data = nullptr;
        const ssize_t bytes = nghttp2_session_mem_send(session_.get(), &data);
        if (bytes < 0) return Close(nghttp2_strerror(int(bytes)));
        if (bytes == 0) break;
        output_.append(reinterpret_cast<const char*>(data), size_t(bytes));
      }
      if (output_.empty()) break;
      size_t done = 0;
      if (!tls_) {
        Error error;
        done = socket_.write_some(asio::buffer(output_), error);
        if (error && error != asio::error::would_block) {
          return Close(error.message());
        }
        if (done == output_.size()) continue;
      }
      writing_ = true;
      const auto rest = asio::buffer(output_) + done;
      auto handler = [self = shared_from_this()](const Error& error, size_t) {
        if (self->closed_) return;
        self->writing_ = false;
        if (error) return self->Close(error.message());
        self->Flush();
      };
      if (tls_) {
        asio::async_write(*tls_, rest, std::move(handler));
      } else {
        asio::async_write(socket_, rest, std::move(handler));
      }
    }
    if (!closed_ && nghttp2_session_want_read(session_.get()) == 0 &&
        nghttp2_session_want_write(session_.get()) == 0) {
      Close("ended");
    }
  }

  void Close(std::string_view why) {
    if (closed_) return;
    const bool was_usable = usable();
    closed_ = true;
    const auto self = shared_from_this();
    Error ignored;
    socket_.close(ignored);
    if (!ready_) {
      LogInfo("upstream_unreachable",
              {{"address", link_.address.authority}, {"why", why}});
    }
    auto streams = std::move(streams_);
    streams_.clear();
    link_.Ended(this, was_usable);
    for (auto& [id, stream] : streams) {
      if (stream->abandoned) continue;
      if (!stream->begun) {
        again_.push_back(std::move(stream->call));
      } else {
        Finish(*stream, Failure(kUnavailable, why));
      }
    }
    RunFinished();
  }

  // The callers are told when nghttp2 is not in the middle of something.
  void Finish(GrpcStream& stream, Answer answer) {
    if (answer.local && answer.code == kUnavailable &&
        stream.call->repeatable) {
      again_.push_back(std::move(stream.call));
      return;
    }
    finished_.emplace_back(std::move(stream.call->done), std::move(answer));
  }

  void RunFinished() {
    for (const auto& flow : std::exchange(arrived_, {})) {
      if (const auto wake = std::exchange(flow->wake, {})) wake();
    }
    for (size_t i = 0; i < finished_.size(); ++i) {
      finished_[i].first(std::move(finished_[i].second));
    }
    finished_.clear();
    for (auto& call : std::exchange(again_, {})) link_.Again(std::move(call));
  }

  static Connection& Of(void* user) { return *static_cast<Connection*>(user); }

  static GrpcStream* StreamOf(nghttp2_session* session, int32_t id) {
    return static_cast<GrpcStream*>(
        nghttp2_session_get_stream_user_data(session, id));
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t, uint8_t* buffer,
                          size_t length, uint32_t* flags,
                          nghttp2_data_source* source, void*) {
    GrpcStream& stream = *static_cast<GrpcStream*>(source->ptr);
    const size_t bytes = stream.ReadBody(buffer, length);
    if (stream.all_read()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return ssize_t(bytes);
  }

  static int BeforeSend(nghttp2_session* session, const nghttp2_frame* frame,
                        void*) {
    if (GrpcStream* stream = StreamOf(session, frame->hd.stream_id)) {
      stream->begun = true;
    }
    return 0;
  }

  static int OnHeader(nghttp2_session* session, const nghttp2_frame* frame,
                      const uint8_t* name_bytes, size_t name_length,
                      const uint8_t* value_bytes, size_t value_length, uint8_t,
                      void*) {
    GrpcStream* stream = StreamOf(session, frame->hd.stream_id);
    if (stream == nullptr) return 0;
    stream->TakeHeader(
        {reinterpret_cast<const char*>(name_bytes), name_length},
        {reinterpret_cast<const char*>(value_bytes), value_length});
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t id,
                    const uint8_t* data, size_t length, void* user) {
    GrpcStream* stream = StreamOf(session, id);
    const std::shared_ptr<Flow> flow =
        stream == nullptr || stream->abandoned ? nullptr : stream->call->flow;
    // One reader who is slow must not hold up the others.
    if (flow == nullptr) {
      nghttp2_session_consume(session, id, length);
    } else {
      nghttp2_session_consume_connection(session, length);
    }
    if (stream == nullptr || stream->abandoned) return 0;
    if (!stream->TakeData({reinterpret_cast<const char*>(data), length})) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
    }
    if (flow != nullptr && !flow->arrived->messages.empty()) {
      Of(user).arrived_.push_back(flow);
    }
    return 0;
  }

  static int OnClose(nghttp2_session*, int32_t id, uint32_t error, void* user) {
    Connection& connection = Of(user);
    const auto found = connection.streams_.find(id);
    if (found == connection.streams_.end()) return 0;
    GrpcStream& stream = *found->second;
    if (stream.abandoned) {
      // Nobody waits for it.
    } else if (error == NGHTTP2_REFUSED_STREAM) {
      // RFC 9113, section 8.7: nothing was done.
      connection.again_.push_back(std::move(stream.call));
    } else {
      connection.Finish(stream, stream.End(error));
    }
    connection.streams_.erase(found);
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Connection& connection = Of(user);
    if (frame->hd.type == NGHTTP2_SETTINGS && !connection.ready_) {
      connection.ready_ = true;
      // Its callers may submit, which is allowed here; writing is not.
      connection.link_.Changed();
    } else if (frame->hd.type == NGHTTP2_GOAWAY && !connection.draining_) {
      connection.draining_ = true;
      connection.link_.Changed();
    }
    return 0;
  }

  // Whether it is one of the last assertions that were sent, of which it is the
  // newest from now on.
  bool SentLately(std::string_view authorization) {
    auto found = std::find(lately_.begin(), lately_.end(), authorization);
    const bool sent = found != lately_.end();
    if (!sent) {
      found = std::prev(lately_.end());
      *found = authorization;
    }
    std::rotate(lately_.begin(), found, std::next(found));
    return sent;
  }

  State& link_;
  const tcp::endpoint endpoint_;
  std::array<std::string, 4> lately_;
  tcp::socket socket_;
  std::optional<asio::ssl::context> tls_context_;
  std::optional<TlsStream> tls_;
  std::unique_ptr<nghttp2_session, FreeSession> session_;
  absl::flat_hash_map<int32_t, std::unique_ptr<GrpcStream>> streams_;
  std::vector<std::pair<std::function<void(Answer)>, Answer>> finished_;
  std::vector<std::unique_ptr<Outgoing>> again_;
  // Of streams of which something has come.
  std::vector<std::shared_ptr<Flow>> arrived_;
  std::vector<char> input_ = std::vector<char>(kReadBytes);
  std::string output_;
  bool ready_ = false;     // the service has spoken
  bool draining_ = false;  // it takes no more calls
  bool closed_ = false;
  bool writing_ = false;
  bool scheduled_ = false;
  bool pinged_ = false;
  Clock::time_point started_;
  Clock::time_point read_at_;
  Clock::time_point ping_at_;
};

Link::State::State(Link& link_in, asio::io_context& context_in,
                   std::string_view text)
    : link(link_in),
      context(context_in),
      address(ReadServiceAddress(text)),
      resolver(context_in) {}

void Link::State::Send(std::unique_ptr<Outgoing> call) {
  for (size_t i = 0; i < connections.size(); ++i) {
    Connection& connection = *connections[++turn % connections.size()];
    if (connection.usable()) return connection.Submit(std::move(call));
  }
  if (failing) {
    return call->done(Failure(kUnavailable, "the service can't be reached"));
  }
  waiting.push_back(std::move(call));
  Connect();
}

void Link::State::Again(std::unique_ptr<Outgoing> call) {
  if (++call->attempts < kMostAttempts) return Send(std::move(call));
  call->done(Failure(kUnavailable, "the service takes no calls"));
}

void Link::State::Connect() {
  if (resolving || Clock::now() < next_attempt) return;
  resolving = true;
  resolver.async_resolve(
      address.host, address.port,
      [this](const Error& error, const tcp::resolver::results_type& results) {
        if (error == asio::error::operation_aborted) return;
        resolving = false;
        if (!error) return Resolved(results);
        LogInfo("upstream_unresolved",
                {{"address", address.authority}, {"why", error.message()}});
        GiveUp();
      });
}

void Link::State::Resolved(const tcp::resolver::results_type& results) {
  for (const auto& result : results) {
    const tcp::endpoint endpoint = result.endpoint();
    const bool known = std::any_of(
        connections.begin(), connections.end(), [&](const auto& connection) {
          return connection->promising() && connection->endpoint() == endpoint;
        });
    if (known || connections.size() >= kMostConnections) continue;
    connections.push_back(std::make_shared<Connection>(*this, endpoint));
    connections.back()->Start();
  }
}

void Link::State::Changed() {
  const bool usable =
      std::any_of(connections.begin(), connections.end(),
                  [](const auto& connection) { return connection->usable(); });
  link.connected_ = usable;
  if (!usable) return Connect();
  failing = false;
  backoff = kFirstBackoff;
  next_attempt = Clock::time_point();
  for (auto& call : std::exchange(waiting, {})) Send(std::move(call));
}

void Link::State::Ended(Connection* connection, bool was_usable) {
  std::erase_if(connections, [connection](const auto& each) {
    return each.get() == connection;
  });
  if (was_usable) return Changed();
  GiveUp();
}

bool Link::State::Promising() const {
  return std::any_of(connections.begin(), connections.end(),
                     [](const auto& each) { return each->promising(); });
}

void Link::State::GiveUp() {
  if (resolving || Promising()) return;
  failing = true;
  next_attempt = Clock::now() + backoff;
  backoff = std::min(backoff * 2, kMostBackoff);
  for (auto& call : std::exchange(waiting, {})) {
    call->done(Failure(kUnavailable, "the service can't be reached"));
  }
}

void Link::State::Sweep() {
  const Clock::time_point now = Clock::now();
  // Ending one takes it out of the list.
  for (const auto& connection : std::vector(connections)) {
    connection->Sweep(now);
  }
  while (!waiting.empty() && waiting.front()->until <= now) {
    auto late = std::move(waiting.front());
    waiting.pop_front();
    late->done(Failure(kUnavailable, "the service can't be reached"));
  }
  if (!Promising()) Connect();
}

Link::Link(asio::io_context& context, std::string_view address)
    : state_(std::make_unique<State>(*this, context, address)) {}

Link::~Link() = default;

void Link::Send(std::unique_ptr<Outgoing> call) {
  call->until = Clock::now() + absl::ToChronoMilliseconds(call->time);
  state_->Send(std::move(call));
}

void Link::Sweep() { state_->Sweep(); }

}  // namespace reglab::gateway
