#ifndef REGLAB_GATEWAY_LINK_TLS_H_
#define REGLAB_GATEWAY_LINK_TLS_H_

#include <boost/asio/ssl/context.hpp>
#include <string>

#include "services/common/process.h"

namespace reglab::gateway {

// Mutual TLS from this process to a service.

// Makes the context trust and show what the files have; TLS 1.2 at least.
void UseTlsFiles(const TlsFiles& files, boost::asio::ssl::context& context,
                 boost::system::error_code& error);

// Says that this connection is to speak HTTP/2 with `host`.
void OfferHttp2(const std::string& host, SSL* connection);

}  // namespace reglab::gateway

#endif  // REGLAB_GATEWAY_LINK_TLS_H_
