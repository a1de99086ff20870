// A small HTTP/1.1 server for a few readers: one request a connection, and streams of server-sent events (HTML Living
// Standard, 9.2). One thread, no call of it waits for a client: a slow, silent or hostile one costs its own connection.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/monitor/http_request.h"

namespace twinpath {

struct HttpAnswer {
  int status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  // more
  bool stream = false;  // the connection stays, and is sent what is published; the body is its first event
};

class HttpServer {
 public:
  static constexpr std::size_t kMostConnections = 64;  // that are served; those beyond are refused with 503
  static constexpr std::size_t kMostEnding = 64;       // that have their answer, and are read until the client has it
  static constexpr std::size_t kMostStreams = 16;
  static constexpr std::chrono::seconds kRequestWithin{5};  // a request that is not whole by then is refused
  static constexpr std::chrono::seconds kTakenWithin{10};   // an answer of which nothing is taken is given up

  using Handler = std::function<HttpAnswer(const HttpRequest&)>;

  // `listen`: "127.0.0.1:9464", "[::1]:9464"; port 0 is any free one. Throws std::runtime_error that says what is
  // wrong.
  HttpServer(const std::string& listen, Handler handler);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Takes and gives what there is, waits at most so long for it.
  void round(std::chrono::milliseconds wait);
  // To every stream that has taken what came before; the others miss it.
  void publish(std::string_view event);

  std::size_t streams() const noexcept;
  const std::string& address() const noexcept { return address_; }  // with the port that it has
  bool loopback() const noexcept { return loopback_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class State : std::uint8_t { reading, answering, streaming, ending, closed };
  struct Connection {
    int fd = -1;
    State state = State::reading;
    std::string in, out;
    Clock::time_point until;
  };

  void take();
  void read(Connection& c);
  void write(Connection& c);
  void answer(Connection& c, const HttpAnswer& a, bool head);
  void refuse(Connection& c, int status, std::string_view expected);

  Handler handler_;
  std::string address_, name_;
  bool loopback_ = false;
  int listener_ = -1;
  std::vector<Connection> connections_;
};

}  // namespace twinpath
