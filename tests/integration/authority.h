#ifndef REGLAB_TESTS_INTEGRATION_AUTHORITY_H_
#define REGLAB_TESTS_INTEGRATION_AUTHORITY_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace reglab::testing {

// Certificates of an authority of the test's own, by OpenSSL's program.
class Authority {
 public:
  explicit Authority(std::string folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    Run("openssl req -x509 -newkey ed25519 -nodes -days 2 -subj /CN=authority "
        "-keyout ca.key -out ca.pem");
  }
  void Issue(const std::string& name) {
    Run("openssl req -new -newkey rsa:2048 -nodes -subj /CN=" + name +
        " -keyout " + name + ".key -out " + name + ".csr");
    Run("printf 'subjectAltName=IP:127.0.0.1,DNS:" + name + "' > " + name +
        ".ext && openssl x509 -req -in " + name +
        ".csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile " +
        name + ".ext -out " + name + ".pem");
  }
  std::string File(const std::string& name) const {
    return folder_ + "/" + name;
  }
  std::string Text(const std::string& name) const {
    std::ifstream stream(File(name));
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  std::vector<std::string> Flags(const std::string& name) const {
    return {"--tls_certificate=" + File(name + ".pem"),
            "--tls_key=" + File(name + ".key"), "--tls_ca=" + File("ca.pem")};
  }

 private:
  void Run(const std::string& command) {
    ASSERT_EQ(
        system(("cd " + folder_ + " && (" + command + ") 2>/dev/null").c_str()),
        0)
        << command;
  }
  const std::string folder_;
};

}  // namespace reglab::testing

#endif  // REGLAB_TESTS_INTEGRATION_AUTHORITY_H_
