#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <random>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/bench/load.h"

namespace reglab::bench {
namespace {

struct Connection {
  int socket = -1;
  size_t target = 0;
  std::string received;
};

int CountOf(std::string_view text, std::string_view wanted) {
  int count = 0;
  for (size_t at = text.find(wanted); at != std::string_view::npos;
       at = text.find(wanted, at + wanted.size())) {
    ++count;
  }
  return count;
}

// The length of the whole answer once its head is there, otherwise 0.
size_t AnswerLength(std::string_view received) {
  const size_t head = received.find("\r\n\r\n");
  if (head == std::string_view::npos) return 0;
  size_t length = 0;
  std::string_view lines = received.substr(0, head);
  while (!lines.empty()) {
    const size_t end = lines.find("\r\n");
    const std::string_view line = lines.substr(0, end);
    if (strncasecmp(line.data(), "content-length: ", 16) == 0) {
      std::from_chars(line.data() + 16, line.data() + line.size(), length);
    }
    if (end == std::string_view::npos) break;
    lines.remove_prefix(end + 2);
  }
  return head + 4 + length;
}

// The number as a UUID of version 4.
std::string Uuid(uint64_t number) {
  const auto hex = [](uint64_t part, absl::PadSpec digits) {
    return absl::StrCat(absl::Hex(part, digits));
  };
  return absl::StrCat(hex(number >> 32, absl::kZeroPad8), "-",
                      hex(number >> 16 & 0xffff, absl::kZeroPad4), "-4",
                      hex(number >> 4 & 0xfff, absl::kZeroPad3), "-8",
                      hex(number & 0xf, absl::kZeroPad3), "-",
                      hex(number >> 16, absl::kZeroPad12));
}

}  // namespace

Outcome RunHttp(const std::string& host, int port, int connections,
                const std::vector<HttpTarget>& targets,
                const HttpOptions& options, Schedule schedule) {
  Outcome outcome;
  const bool writes = !options.body.empty();
  std::vector<std::string> requests;
  for (const HttpTarget& target : targets) {
    requests.push_back(absl::StrCat(writes ? "POST " : "GET ", target.path,
                                    " HTTP/1.1\r\nHost: ", host, ":", port,
                                    "\r\nAccept: application/json\r\n"));
  }
  std::mt19937_64 random(std::random_device{}());
  const auto wrong = [&outcome](std::string what) {
    if (outcome.wrong++ == 0) outcome.first_wrong = std::move(what);
  };
  const auto ask = [&](Connection& connection) {
    connection.target = random() % targets.size();
    connection.received.clear();
    std::string request = requests[connection.target];
    const std::string uuid = Uuid(random());
    if (writes) absl::StrReplaceAll({{"{n}", uuid}}, &request);
    if (!options.authorizations.empty()) {
      absl::StrAppend(
          &request, "Authorization: ",
          options.authorizations[random() % options.authorizations.size()],
          "\r\n");
    }
    if (writes) {
      absl::StrAppend(&request, "Content-Type: application/json\r\n",
                      "Idempotency-Key: ", uuid, "\r\n",
                      "Content-Length: ", options.body.size(), "\r\n");
    }
    absl::StrAppend(&request, "\r\n", options.body);
    // Short requests on an idle connection always fit the socket's buffer.
    if (send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) !=
        ssize_t(request.size())) {
      wrong("a request could not be sent");
    }
  };
  const int poll = epoll_create1(0);
  std::vector<Connection> all(connections);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(uint16_t(port));
  inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  for (Connection& connection : all) {
    connection.socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection.socket, reinterpret_cast<sockaddr*>(&address),
                sizeof(address)) != 0) {
      wrong("no connection");
      return outcome;
    }
    const int one = 1;
    setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    fcntl(connection.socket, F_SETFL, O_NONBLOCK);
    epoll_event event = {.events = EPOLLIN, .data = {.ptr = &connection}};
    epoll_ctl(poll, EPOLL_CTL_ADD, connection.socket, &event);
    ask(connection);
  }
  size_t under_way = all.size();
  epoll_event events[64];
  char buffer[65536];
  while (under_way > 0) {
    const int count = epoll_wait(poll, events, 64, 5000);
    if (count <= 0) {
      wrong("no answer within 5 s");
      break;
    }
    for (int i = 0; i < count; ++i) {
      Connection& connection = *static_cast<Connection*>(events[i].data.ptr);
      const ssize_t read = recv(connection.socket, buffer, sizeof(buffer), 0);
      if (read <= 0) {
        if (read < 0 && errno == EAGAIN) continue;
        wrong("a connection was closed");
        epoll_ctl(poll, EPOLL_CTL_DEL, connection.socket, nullptr);
        --under_way;
        continue;
      }
      connection.received.append(buffer, size_t(read));
      const size_t length = AnswerLength(connection.received);
      if (length == 0 || connection.received.size() < length) continue;
      const HttpTarget& target = targets[connection.target];
      const Clock::time_point now = Clock::now();
      if (connection.received.size() != length ||
          !connection.received.starts_with(writes ? "HTTP/1.1 201"
                                                  : "HTTP/1.1 200") ||
          CountOf(connection.received, target.expected) != target.times) {
        wrong(absl::StrCat(target.path, ": ",
                           connection.received.substr(0, 1000)));
      } else {
        ++outcome.all;
        if (now >= schedule.measure_from && now < schedule.until) {
          ++outcome.measured;
        }
      }
      if (now < schedule.until) {
        ask(connection);
      } else {
        --under_way;
      }
    }
  }
  for (Connection& connection : all) close(connection.socket);
  close(poll);
  return outcome;
}

}  // namespace reglab::bench
