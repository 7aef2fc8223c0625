#ifndef REGLAB_SERVICES_MEMBERSHIP_OUTBOUND_H_
#define REGLAB_SERVICES_MEMBERSHIP_OUTBOUND_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "services/membership/mail_message.h"

namespace reglab::membership {

// What leaves the suite, through libcurl. Blocking; each object is used by one
// thread at a time and keeps its connections open.

// How an attempt ended. `error` is a word for the log and for who may see the
// delivery: never what the other side said, and never a secret.
struct Attempt {
  bool done = false;
  bool final = false;   // not done, and a repetition would be refused as well
  int status = 0;       // the last answer of the server, 0 for none
  std::string error;    // "" when done
  int connections = 0;  // how many were opened, or tried to
};

// Checks the flags: --smtp_url, --mail_from, --smtp_credentials_file,
// --outbound_proxy, --outbound_ca_file, --webhook_allow. FAILED_PRECONDITION
// says which is wrong.
absl::Status CheckOutboundFlags();

// INVALID_ARGUMENT unless events may be posted to `url`: https, a host name
// with a dot or a public address, no user, no fragment; or its host and port
// are exactly among --webhook_allow. `field` is named in the error. Where the
// name leads is checked at each connection.
absl::Status CheckWebhookUrl(std::string_view field, const std::string& url);

class MailSender {
 public:
  MailSender();
  ~MailSender();
  // Hands a letter over to the mail server of --smtp_url: SMTP, with STARTTLS
  // demanded unless the server is on this machine, or smtps. With a file URL
  // the letter becomes <id>.eml in that folder. At most 30 seconds.
  Attempt Send(const Envelope& envelope, const std::string& message);
  // The address that letters come from.
  static std::string From();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

class WebhookSender {
 public:
  // `names` says where names lead instead of asking ("host:port:address"), to
  // show that what a name service answers is not trusted.
  explicit WebhookSender(const std::vector<std::string>& names = {});
  ~WebhookSender();
  // One POST; done when it is answered with 200 to 299. Only https; connects to
  // public addresses alone, checked at the moment of connecting, so that no
  // name can lead elsewhere between check and use; follows no redirect, reads
  // at most 16 KiB of the answer, takes at most 10 seconds.
  Attempt Post(const std::string& url, const std::vector<std::string>& headers,
               const std::string& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reglab::membership

#endif  // REGLAB_SERVICES_MEMBERSHIP_OUTBOUND_H_
