#include "gateway/link_tls.h"

#include <boost/asio/ip/address.hpp>

namespace reglab::gateway {

namespace asio = boost::asio;

void UseTlsFiles(const TlsFiles& files, asio::ssl::context& context,
                 boost::system::error_code& error) {
  context.set_options(asio::ssl::context::no_tlsv1 |
                      asio::ssl::context::no_tlsv1_1);
  context.set_verify_mode(asio::ssl::verify_peer);
  context.load_verify_file(files.ca, error);
  if (!error) context.use_certificate_chain_file(files.certificate, error);
  if (!error) {
    context.use_private_key_file(files.key, asio::ssl::context::pem, error);
  }
}

void OfferHttp2(const std::string& host, SSL* connection) {
  static constexpr unsigned char kProtocols[] = "\x02h2";
  SSL_set_alpn_protos(connection, kProtocols, 3);
  // An address is no server name (RFC 6066, section 3).
  boost::system::error_code no_address;
  asio::ip::make_address(host, no_address);
  if (no_address) SSL_set_tlsext_host_name(connection, host.c_str());
}

}  // namespace reglab::gateway
