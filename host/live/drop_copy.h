// What an exchange says of an account, from the first message of its stream on, in a login of its own that keeps
// nothing.
#pragma once
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include "host/live/exchange_options.h"
#include "host/session/ouch_orders.h"
#include "host/session/soup_tcp.h"

namespace twinpath {

session::SoupClientOptions soup_options(const ExchangeOptions& options);

class DropCopy final : private session::SoupClientHandler {
 public:
  DropCopy(const ExchangeOptions& options, session::EventLoop& loop)
      : login_(login(options)),
        soup_(login_, *this),
        link_(loop, options.drop_copy_address.port != 0 ? options.drop_copy_address : options.address, soup_) {
    soup_.start(session::EventLoop::now());
  }

  void turn() { link_.turn(); }
  Nanoseconds next_deadline() const noexcept { return link_.next_deadline(); }
  void stop(Nanoseconds now) { soup_.stop(now); }
  const session::SoupClient& soup() const noexcept { return soup_; }
  // Throws std::runtime_error when the exchange refuses the login.
  void check_login() const {
    if (soup_.state() != session::SoupClient::State::refused) return;
    throw std::runtime_error("expected a login of drop copy '" + std::string(trimmed(login_.username)) +
                             "', found: " + std::string(to_string(soup_.loss())) +
                             "; correct drop_copy and drop_copy_password in [exchange]");
  }
  // As they were when all messages before next_sequence() had been told.
  const session::OuchOrders& orders() const noexcept { return orders_; }
  std::uint64_t next_sequence() const noexcept { return soup_.next_sequence(); }

 private:
  static session::SoupClientOptions login(const ExchangeOptions& options) {
    session::SoupClientOptions s = soup_options(options);
    s.username = make_text<6>(options.drop_copy);
    s.password = make_text<10>(options.drop_copy_password);
    s.next_sequence = 1;
    return s;
  }
  void sequenced(std::uint64_t, std::span<const std::uint8_t> message) override { orders_.answer(message); }

  const session::SoupClientOptions login_;
  session::OuchOrders orders_;
  session::SoupClient soup_;
  session::SoupTcpClient link_;
};

}  // namespace twinpath
