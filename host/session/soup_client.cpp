#include "host/session/soup_client.h"

#include <algorithm>
#include <array>

namespace twinpath::session {

std::string_view to_string(SoupLoss loss) noexcept {
  constexpr std::array<std::string_view, static_cast<std::size_t>(SoupLoss::other_sequence) + 1> kNames{
      "none",          "stopped",       "end_of_session",   "connection_refused", "connection_lost",
      "silent",        "login_timeout", "login_unreadable", "not_logged_in",      "wrong_direction",
      "unknown_type",  "bad_length",    "too_long",         "not_authorized",     "session_not_available",
      "other_session", "other_sequence"};
  return kNames[static_cast<std::size_t>(loss)];
}

SoupClient::SoupClient(const SoupClientOptions& options, SoupClientHandler& handler)
    : options_(options),
      handler_(handler),
      stream_(options.max_packet),
      output_(std::max(options.output_bytes, soup::kHeaderSize + soup::kMaxPayload)),
      random_(options.seed) {}

void SoupClient::start(Nanoseconds now) {
  if (state_ != State::idle) return;
  retry_ = now;
  connect();
}

void SoupClient::restart(const Text<10>& session, std::uint64_t next_sequence, Nanoseconds now) {
  if (state_ != State::idle && state_ != State::leaving && state_ != State::ended && state_ != State::refused) return;
  options_.session = session;
  options_.next_sequence = next_sequence;
  state_ = State::idle;
  failures_ = 0;
  start(now);
}

void SoupClient::connect() {
  ++attempt_;
  stream_.reset();
  if (options_.from_the_start) {
    options_.session = make_text<10>("");
    options_.next_sequence = 1;
  }
  output_.clear();
  state_ = State::connecting;
}

void SoupClient::stop(Nanoseconds now) {
  const bool was = state_ == State::logged_in;
  if (was && put_packet(output_, soup::PacketType::logout_request, {})) {
    queued_ = begun_ = now;
    state_ = State::leaving;
  } else if (state_ != State::leaving) {
    state_ = State::idle;
  }
  loss_ = SoupLoss::stopped;
  if (was) handler_.lost(loss_);
}

bool SoupClient::wants_connection() const noexcept {
  return online() || state_ == State::connecting || state_ == State::leaving;
}

void SoupClient::connected(Nanoseconds now) {
  if (state_ != State::connecting) return;
  std::array<std::uint8_t, soup::LoginRequest::kSize> payload;
  soup::LoginRequest{options_.username, options_.password, options_.session, options_.next_sequence}.write(
      payload.data());
  put_packet(output_, soup::PacketType::login_request, payload);
  state_ = State::logging_in;
  begun_ = received_ = queued_ = now;
}

void SoupClient::disconnected(Nanoseconds now) {
  if (state_ == State::leaving) {
    state_ = State::idle;
  } else if (wants_connection()) {
    lose(state_ == State::connecting ? SoupLoss::connection_refused : SoupLoss::connection_lost, now);
  }
}

void SoupClient::lose(SoupLoss why, Nanoseconds now) {
  // A login that held for longer than the longest wait was a good one.
  if (state_ == State::logged_in && now - begun_ >= options_.backoff_last) failures_ = 0;
  loss_ = why;
  output_.clear();
  if (why == SoupLoss::end_of_session) {
    state_ = State::ended;
  } else if (why >= SoupLoss::not_authorized) {
    state_ = State::refused;
  } else {
    std::uint64_t wait = std::max<std::uint64_t>(options_.backoff_first.value, 2);
    for (unsigned i = 0; i < failures_ && wait < options_.backoff_last.value; ++i) wait *= 2;
    wait = std::min(wait, std::max<std::uint64_t>(options_.backoff_last.value, 2));
    ++failures_;
    retry_ = now + Nanoseconds{wait / 2 + random_() % (wait / 2 + 1)};
    state_ = State::waiting;
  }
  handler_.lost(why);
}

void SoupClient::receive(std::span<const std::uint8_t> bytes, Nanoseconds now) {
  if (bytes.empty() || !online()) return;
  received_ = now;
  switch (stream_.feed(bytes, [&](const soup::Packet& p) { return take(p, now); })) {
    case SoupStream::Status::good:
    case SoupStream::Status::stopped:
      break;
    case SoupStream::Status::too_long:
      lose(SoupLoss::too_long, now);
      break;
    case SoupStream::Status::bad_length:
      lose(SoupLoss::bad_length, now);
      break;
    case SoupStream::Status::unknown_type:
      lose(SoupLoss::unknown_type, now);
      break;
  }
}

// False when the connection goes no further.
bool SoupClient::take(const soup::Packet& packet, Nanoseconds now) {
  const bool in = state_ == State::logged_in;
  switch (static_cast<soup::PacketType>(packet.type)) {
    case soup::PacketType::debug:
      handler_.debug(packet.payload);
      break;
    case soup::PacketType::login_accepted:
    case soup::PacketType::login_rejected:
      if (in) {
        lose(SoupLoss::wrong_direction, now);
      } else {
        take_login(packet, now);
      }
      break;
    case soup::PacketType::sequenced:
      if (!in) {
        lose(SoupLoss::not_logged_in, now);
      } else {
        handler_.sequenced(options_.next_sequence++, packet.payload);
      }
      break;
    case soup::PacketType::unsequenced:
      if (!in) {
        lose(SoupLoss::not_logged_in, now);
      } else {
        handler_.unsequenced(packet.payload);
      }
      break;
    case soup::PacketType::server_heartbeat:
      break;
    case soup::PacketType::end_of_session:
      lose(in ? SoupLoss::end_of_session : SoupLoss::not_logged_in, now);
      break;
    default:
      lose(SoupLoss::wrong_direction, now);
      break;
  }
  return online();
}

void SoupClient::take_login(const soup::Packet& packet, Nanoseconds now) {
  if (packet.is(soup::PacketType::login_rejected)) {
    const bool authorized = packet.payload[0] == static_cast<std::uint8_t>(soup::RejectReason::session_not_available);
    return lose(authorized ? SoupLoss::session_not_available : SoupLoss::not_authorized, now);
  }
  const auto accepted = soup::LoginAccepted::read(packet.payload);
  if (!accepted) return lose(SoupLoss::login_unreadable, now);
  const std::string_view known = session_name(options_.session);
  if (!known.empty() && known != session_name(accepted->session)) return lose(SoupLoss::other_session, now);
  if (options_.next_sequence != 0 && options_.next_sequence != accepted->sequence)
    return lose(SoupLoss::other_sequence, now);
  options_.session = accepted->session;
  options_.next_sequence = accepted->sequence;
  state_ = State::logged_in;
  begun_ = now;
  handler_.logged_in(options_.session, options_.next_sequence);
}

void SoupClient::advance(Nanoseconds now) {
  if (state_ == State::waiting && now >= retry_) return connect();
  if (state_ == State::leaving && now - begun_ >= options_.times.heartbeat) {
    state_ = State::idle;
    return;
  }
  if (state_ == State::logging_in && now - begun_ >= options_.times.login) return lose(SoupLoss::login_timeout, now);
  if (state_ != State::logged_in) return;
  if (now - received_ >= options_.times.silence) return lose(SoupLoss::silent, now);
  // What waits shows as well as a heartbeat that we are there.
  if (output_.empty() && now - queued_ >= options_.times.heartbeat) {
    put_packet(output_, soup::PacketType::client_heartbeat, {});
    queued_ = now;
  }
}

Nanoseconds SoupClient::next_deadline() const noexcept {
  switch (state_) {
    case State::waiting:
      return retry_;
    case State::logging_in:
      return begun_ + options_.times.login;
    case State::leaving:
      return begun_ + options_.times.heartbeat;
    case State::logged_in: {
      const Nanoseconds silent = received_ + options_.times.silence;
      return output_.empty() ? std::min(silent, queued_ + options_.times.heartbeat) : silent;
    }
    default:
      return kNever;
  }
}

void SoupClient::sent(std::size_t bytes, Nanoseconds now) {
  output_.consume(bytes);
  if (state_ == State::leaving && output_.empty()) state_ = State::idle;
  advance(now);
}

bool SoupClient::send(std::span<const std::uint8_t> message, Nanoseconds now) {
  if (!can_send(message.size())) return false;
  put_packet(output_, soup::PacketType::unsequenced, message);
  queued_ = now;
  return true;
}

}  // namespace twinpath::session
