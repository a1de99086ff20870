// Who is refused by a server that is full. No case depends on how long anything takes: the server makes its rounds
// here.
#include "host/monitor/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace twinpath {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
constexpr std::size_t kMost = HttpServer::kMostConnections + HttpServer::kMostEnding;

class Client {
 public:
  explicit Client(const HttpServer& server) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port =
        htons(static_cast<std::uint16_t>(std::stoi(server.address().substr(server.address().rfind(':') + 1))));
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) throw std::runtime_error("connect");
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool say(std::string_view text) const {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  // Takes what has come.
  void listen() {
    std::array<char, 4096> bytes;
    while (!ended && error == 0) {
      const auto n = ::recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN) return;
      if (n < 0) error = errno;
      if (n == 0) ended = true;
      if (n > 0) heard.append(bytes.data(), static_cast<std::size_t>(n));
    }
  }
  bool refused() {
    listen();
    return heard.starts_with("HTTP/1.1 503 ");
  }

  std::string heard;
  bool ended = false;
  int error = 0;  // of the connection

 private:
  int fd_;
};

class FullServer : public ::testing::Test {
 protected:
  // Another client, who has begun to ask before the server looks.
  void another() {
    clients_.push_back(std::make_unique<Client>(server_));
    ASSERT_TRUE(clients_.back()->say("GET / HT"));
    server_.round(1ms);
  }
  template <class Done>
  bool until(Done&& done) {
    for (const auto end = Clock::now() + 60s; Clock::now() < end; server_.round(1ms))
      if (done()) return true;
    return false;
  }
  // Clients come until one is refused, whoever that is: those who were let in may be told 408 meanwhile.
  Client* refused() {
    Client* found = nullptr;
    until([&] {
      another();
      const auto it = std::ranges::find_if(clients_, [](const auto& c) { return c->refused(); });
      if (it != clients_.end()) found = it->get();
      return found != nullptr;
    });
    return found;
  }
  // Descriptors of this process.
  static std::size_t open_files() {
    std::size_t n = 0;
    for (int fd = 0; fd < 1024; ++fd) n += ::fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return n;
  }

  HttpServer server_{"127.0.0.1:0", [](const HttpRequest&) { return HttpAnswer{}; }};
  std::vector<std::unique_ptr<Client>> clients_;
};

TEST_F(FullServer, RefusesWithAnAnswerThatNoResetTakesAway) {
  Client* const client = refused();
  ASSERT_NE(client, nullptr);
  EXPECT_TRUE(until([&] {
    client->listen();
    return client->ended || client->error != 0;
  }));
  EXPECT_EQ(client->error, 0) << "reset, with its request unread";
  EXPECT_TRUE(client->heard.ends_with("expected at most 64 connections\n")) << client->heard;
}

TEST_F(FullServer, HasNoMoreConnectionsThanItMayAndThenRoomAgain) {
  const std::size_t before = open_files();
  for (std::size_t i = 0; i < 3 * kMost; ++i) {
    another();
    ASSERT_LE(open_files() - before - clients_.size(), kMost);
  }
  // All but those who are let in have heard why they are not.
  EXPECT_TRUE(until([&] {
    std::size_t waiting = 0;
    for (const auto& c : clients_) {
      c->listen();
      waiting += c->heard.empty() ? 1 : 0;
    }
    return waiting <= HttpServer::kMostConnections;
  }));
  clients_.clear();
  EXPECT_TRUE(until([&] {
    Client client(server_);
    EXPECT_TRUE(client.say("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    EXPECT_TRUE(until([&] {
      client.listen();
      return !client.heard.empty();
    }));
    return client.heard.starts_with("HTTP/1.1 200 ");
  }));
  EXPECT_TRUE(until([&] { return open_files() == before; }));
}

}  // namespace
}  // namespace twinpath
