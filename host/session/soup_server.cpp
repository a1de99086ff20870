#include "host/session/soup_server.h"

#include <algorithm>

namespace twinpath::session {
std::string_view to_string(SoupEnd end) noexcept {
  constexpr std::array<std::string_view, kSoupEnds> kNames{"none",
                                                           "logout",
                                                           "end_of_session",
                                                           "connection_lost",
                                                           "not_authorized",
                                                           "session_not_available",
                                                           "sequence_beyond_end",
                                                           "login_timeout",
                                                           "login_unreadable",
                                                           "second_login",
                                                           "not_logged_in",
                                                           "wrong_direction",
                                                           "unknown_type",
                                                           "bad_length",
                                                           "too_long",
                                                           "silent",
                                                           "slow_consumer",
                                                           "stalled",
                                                           "throttled",
                                                           "misbehaved",
                                                           "displaced",
                                                           "locked_out"};
  return kNames[static_cast<std::size_t>(end)];
}

SoupServerSession::SoupServerSession(const SoupServerOptions& options, SoupServerHandler& handler,
                                     SoupServerCounters& counters, Nanoseconds now)
    : options_(options),
      handler_(handler),
      counters_(counters),
      stream_(options.max_packet),
      output_(std::max(options.output_bytes, soup::kHeaderSize + soup::kMaxPayload)),
      begun_(now),
      received_(now),
      queued_(now),
      progress_(now) {}

void SoupServerSession::receive(std::span<const std::uint8_t> bytes, Nanoseconds now) {
  if (bytes.empty() || (state_ != State::awaiting_login && state_ != State::logged_in)) return;
  received_ = now;
  switch (stream_.feed(bytes, [&](const soup::Packet& p) { return take(p, now); })) {
    case SoupStream::Status::good:
    case SoupStream::Status::stopped:
      break;
    case SoupStream::Status::too_long:
      cut(SoupEnd::too_long);
      break;
    case SoupStream::Status::bad_length:
      cut(SoupEnd::bad_length);
      break;
    case SoupStream::Status::unknown_type:
      cut(SoupEnd::unknown_type);
      break;
  }
  advance(now);
}

// False when the connection goes no further.
bool SoupServerSession::take(const soup::Packet& packet, Nanoseconds now) {
  switch (static_cast<soup::PacketType>(packet.type)) {
    case soup::PacketType::debug:
      ++counters_.debug;
      handler_.debug(packet.payload);
      break;
    case soup::PacketType::login_request:
      if (state_ == State::logged_in) {
        cut(SoupEnd::second_login);
      } else if (login(packet, now)) {
        handler_.logged_in(next_);
      }
      break;
    case soup::PacketType::unsequenced:
    case soup::PacketType::client_heartbeat:
    case soup::PacketType::logout_request:
      if (state_ != State::logged_in) {
        cut(SoupEnd::not_logged_in);
      } else if (packet.is(soup::PacketType::unsequenced)) {
        ++counters_.unsequenced;
        handler_.unsequenced(packet.payload);
      } else if (packet.is(soup::PacketType::client_heartbeat)) {
        ++counters_.heartbeats_in;
      } else {
        cut(SoupEnd::logout);
      }
      break;
    default:
      cut(SoupEnd::wrong_direction);
      break;
  }
  return state_ == State::awaiting_login || state_ == State::logged_in;
}

bool SoupServerSession::login(const soup::Packet& packet, Nanoseconds now) {
  const auto request = soup::LoginRequest::read(packet.payload);
  if (!request) {
    cut(SoupEnd::login_unreadable);
    return false;
  }
  const LoginVerdict verdict = handler_.login(*request);
  if (verdict.locked_out) {
    cut(SoupEnd::locked_out);
    return false;
  }
  if (verdict.log == nullptr) {
    if (verdict.not_now) {
      reject(soup::RejectReason::session_not_available, SoupEnd::session_not_available, now);
    } else {
      reject(soup::RejectReason::not_authorized, SoupEnd::not_authorized, now);
    }
    return false;
  }
  const std::string_view wanted = session_name(request->session);
  if (!wanted.empty() && wanted != session_name(verdict.session)) {
    reject(soup::RejectReason::session_not_available, SoupEnd::session_not_available, now);
    return false;
  }
  const std::uint64_t next = verdict.log->next_sequence();
  if (request->sequence > next) {
    reject(soup::RejectReason::session_not_available, SoupEnd::sequence_beyond_end, now);
    return false;
  }
  // 0 asks for the newest message there is.
  next_ = request->sequence != 0 ? request->sequence : std::max<std::uint64_t>(next - 1, 1);
  log_ = verdict.log;
  std::array<std::uint8_t, soup::LoginAccepted::kSize> payload;
  soup::LoginAccepted{verdict.session, next_}.write(payload.data());
  put(soup::PacketType::login_accepted, payload, now);
  state_ = State::logged_in;
  ++counters_.logins;
  return true;
}

void SoupServerSession::reject(soup::RejectReason reason, SoupEnd why, Nanoseconds now) {
  const auto code = static_cast<std::uint8_t>(reason);
  put(soup::PacketType::login_rejected, {&code, 1}, now);
  flush(why);
}

void SoupServerSession::flush(SoupEnd why) {
  state_ = output_.empty() ? State::ended : State::flushing;
  end_ = why;
  ++counters_.ends[static_cast<std::size_t>(why)];
}

void SoupServerSession::cut(SoupEnd why) {
  if (state_ == State::ended) return;
  const bool counted = end_ != SoupEnd::none;
  state_ = State::ended;
  output_.clear();
  if (counted) return;
  end_ = why;
  ++counters_.ends[static_cast<std::size_t>(why)];
}

bool SoupServerSession::put(soup::PacketType type, std::span<const std::uint8_t> payload, Nanoseconds now) {
  const bool waiting = !output_.empty();
  if (!put_packet(output_, type, payload)) return false;
  if (!waiting) progress_ = now;
  queued_ = now;
  return true;
}

void SoupServerSession::pump(Nanoseconds now) {
  const std::uint64_t end = log_->next_sequence();
  for (; next_ < end; ++next_) {
    if (!put(soup::PacketType::sequenced, log_->message(next_), now)) break;
    ++counters_.sequenced;
  }
  if (next_ == end) caught_up_ = true;
  if (caught_up_ && end - next_ > options_.max_lag) return cut(SoupEnd::slow_consumer);
  if (last_ && next_ == end && put(soup::PacketType::end_of_session, {}, now)) flush(SoupEnd::end_of_session);
}

void SoupServerSession::advance(Nanoseconds now) {
  if (state_ == State::ended) return;
  if (!output_.empty() && now - progress_ >= options_.stall) return cut(SoupEnd::stalled);
  if (state_ == State::awaiting_login && now - begun_ >= options_.times.login) return cut(SoupEnd::login_timeout);
  if (state_ != State::logged_in) return;
  if (now - received_ >= options_.times.silence) return cut(SoupEnd::silent);
  pump(now);
  // What waits shows as well as a heartbeat that we are there.
  if (state_ == State::logged_in && output_.empty() && now - queued_ >= options_.times.heartbeat) {
    put(soup::PacketType::server_heartbeat, {}, now);
    ++counters_.heartbeats_out;
  }
}

Nanoseconds SoupServerSession::next_deadline() const noexcept {
  Nanoseconds due = kNever;
  if (!output_.empty()) due = progress_ + options_.stall;
  if (state_ == State::awaiting_login) due = std::min(due, begun_ + options_.times.login);
  if (state_ == State::logged_in) {
    due = std::min(due, received_ + options_.times.silence);
    if (output_.empty()) due = std::min(due, queued_ + options_.times.heartbeat);
  }
  return state_ == State::ended ? kNever : due;
}

void SoupServerSession::sent(std::size_t bytes, Nanoseconds now) {
  if (bytes == 0) return;
  output_.consume(bytes);
  progress_ = now;
  if (state_ == State::flushing && output_.empty()) state_ = State::ended;
  advance(now);
}

void SoupServerSession::end_session(Nanoseconds now) {
  last_ = true;
  advance(now);
}

}  // namespace twinpath::session
