#ifndef REGLAB_TESTS_UNIT_GATEWAY_HTTP_CLIENT_H_
#define REGLAB_TESTS_UNIT_GATEWAY_HTTP_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace reglab::gateway {

struct HttpResponse {
  int status = 0;  // 0: the connection ended before a whole response came
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
  std::string operator[](const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? "" : found->second;
  }
};

// A connection that sends what it is told, byte by byte, and reads responses;
// a server is tested with what no proper client would send.
class HttpClient {
 public:
  explicit HttpClient(int port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(uint16_t(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience = {20, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address),
                         sizeof(address)) == 0;
  }
  ~HttpClient() { close(socket_); }
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  bool connected() const { return connected_; }

  bool Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent =
          send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(size_t(sent));
    }
    return true;
  }

  HttpResponse Read(bool head_only = false) {
    HttpResponse response;
    size_t end;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Fill()) return response;
    }
    std::string_view head = std::string_view(buffer_).substr(0, end + 2);
    const int status = std::atoi(buffer_.c_str() + 9);
    head.remove_prefix(head.find("\r\n") + 2);
    while (!head.empty()) {
      const std::string_view line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size() + 2);
      const size_t colon = line.find(": ");
      std::string name(line.substr(0, colon));
      for (char& c : name) c = char(std::tolower(c));
      response.fields[name] = line.substr(colon + 2);
    }
    size_t length = 0;
    if (!head_only && status != 304 && status != 204 && status >= 200) {
      length = size_t(std::atoi(response["content-length"].c_str()));
    }
    while (buffer_.size() < end + 4 + length) {
      if (!Fill()) return HttpResponse();
    }
    response.status = status;
    response.body = buffer_.substr(end + 4, length);
    buffer_.erase(0, end + 4 + length);
    return response;
  }

  HttpResponse Ask(std::string_view bytes) {
    Send(bytes);
    return Read(bytes.starts_with("HEAD"));
  }

  // All that comes until the server ends the connection.
  std::string ReadAll() {
    while (Fill()) {
    }
    return std::move(buffer_);
  }

  // Whether the server has ended the connection, with nothing more to read.
  bool AtEnd() {
    if (!buffer_.empty()) return false;
    char byte;
    return recv(socket_, &byte, 1, 0) <= 0;
  }

 private:
  bool Fill() {
    char chunk[65536];
    const ssize_t count = recv(socket_, chunk, sizeof(chunk), 0);
    if (count <= 0) return false;
    buffer_.append(chunk, size_t(count));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string buffer_;
};

}  // namespace reglab::gateway

#endif  // REGLAB_TESTS_UNIT_GATEWAY_HTTP_CLIENT_H_
