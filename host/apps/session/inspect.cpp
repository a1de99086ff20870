// `twinpath inspect`: decodes a session and counts what is in it, like a dissector.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "host/apps/commands.h"
#include "host/apps/config/config_file.h"
#include "host/apps/session/inspect_books.h"
#include "host/apps/session/message_text.h"
#include "host/apps/session/sources.h"
#include "host/wire/itch50.h"
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"

namespace twinpath {
namespace {

struct Options {
  std::string input, config, symbol;
  bool verbose = false;
  bool books = false;
  std::uint64_t from = 0;
  std::uint64_t count = UINT64_MAX;
};

struct LineCount {
  std::uint64_t packets = 0, messages = 0, heartbeats = 0, first = 0, last = 0;
};

std::string address(std::uint32_t a) {
  return fmt::format("{}.{}.{}.{}", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255);
}

class Inspector {
 public:
  explicit Inspector(const Options& options) : options_(options) {}

  void frame(const SourceFrame& f) {
    const std::uint64_t number = frames_++;
    if (!first_time_) first_time_ = f.timestamp.value;
    last_time_ = f.timestamp.value;
    bytes_ += f.bytes.size();
    const bool show = options_.verbose && number >= options_.from && number - options_.from < options_.count;
    net::UdpFrame udp;
    const net::ParseError error = net::parse_udp(f.bytes, udp);
    if (error != net::ParseError::none) {
      ++not_udp_[std::string(net::to_string(error))];
      if (show)
        fmt::print("frame {}  {} ns  {} bytes  {}\n", number, f.timestamp.value, f.bytes.size(), net::to_string(error));
      return;
    }
    if (udp.truncated()) ++truncated_;
    if (f.fcs_error) ++fcs_errors_;
    if (udp.payload.size() < 20) {
      ++not_udp_["UDP payload shorter than a MoldUDP64 header"];
      return;
    }
    const std::uint8_t* p = udp.payload.data();
    const std::string session(reinterpret_cast<const char*>(p), 10);
    const std::uint64_t sequence = load_be64(p + 10);
    const std::uint16_t count = load_be16(p + 18);
    LineCount& line = lines_[fmt::format("{}:{} session '{}'", address(udp.ip.destination), udp.udp.destination_port,
                                         printable(session))];
    ++line.packets;
    if (line.packets == 1) line.first = sequence;
    if (show) {
      fmt::print("frame {}  {} ns  {} bytes  {}:{}  session '{}'  sequence {}  count {}{}\n", number, f.timestamp.value,
                 f.bytes.size(), address(udp.ip.destination), udp.udp.destination_port, printable(session), sequence,
                 count,
                 count == 0        ? "  heartbeat"
                 : count == 0xFFFF ? "  end of session"
                                   : "");
    }
    if (count == 0 || count == 0xFFFF) {
      ++line.heartbeats;
      return;
    }
    line.last = std::max(line.last, sequence + count - 1);
    blocks(udp.payload.subspan(20), sequence, count, line, show);
  }

  void print(const std::string& input) const {
    fmt::print("{}: {} frames, {} bytes", input, frames_, bytes_);
    if (frames_ != 0) fmt::print(", {:.6f} s", static_cast<double>(last_time_ - *first_time_) * 1e-9);
    fmt::print("\n\n");
    for (const auto& [name, line] : lines_) {
      fmt::print("{}\n  packets {}  messages {}  heartbeats and ends {}  sequences {} to {}\n", name, line.packets,
                 line.messages, line.heartbeats, line.first, line.last);
    }
    fmt::print("\n{:<6}{:<34}{:>14}{:>9}\n", "type", "message", "count", "share");
    std::uint64_t total = 0;
    for (std::uint64_t n : types_) total += n;
    for (unsigned t = 0; t < 256; ++t) {
      if (types_[t] == 0) continue;
      fmt::print("{:<6}{:<34}{:>14}{:>8.2f}%\n", static_cast<char>(t), itch::type_name(static_cast<std::uint8_t>(t)),
                 types_[t], 100.0 * static_cast<double>(types_[t]) / static_cast<double>(total));
    }
    fmt::print("{:<40}{:>14}\n", "all", total);
    if (!not_udp_.empty() || !damage_.empty() || truncated_ + fcs_errors_ != 0)
      fmt::print("\nframes and blocks that are not right\n");
    for (const auto& [what, n] : not_udp_) fmt::print("  {:<50}{:>12}\n", what, n);
    for (const auto& [what, n] : damage_) fmt::print("  {:<50}{:>12}\n", what, n);
    if (truncated_ != 0) fmt::print("  {:<50}{:>12}\n", "frame ends before its UDP length", truncated_);
    if (fcs_errors_ != 0) fmt::print("  {:<50}{:>12}\n", "FCS error flagged", fcs_errors_);
  }

 private:
  static std::string printable(const std::string& s) {
    std::string out;
    for (char c : s) out += c >= 32 && c < 127 ? c : '.';
    return out;
  }

  void blocks(std::span<const std::uint8_t> bytes, std::uint64_t sequence, unsigned count, LineCount& line, bool show) {
    for (unsigned i = 0; i < count; ++i, ++sequence) {
      if (bytes.size() < 2 || bytes.size() < 2u + load_be16(bytes.data())) {
        ++damage_["message block cut off"];
        return;
      }
      const std::span<const std::uint8_t> message = bytes.subspan(2, load_be16(bytes.data()));
      bytes = bytes.subspan(2 + message.size());
      ++line.messages;
      const itch::DecodeError error = itch::check(message);
      if (error != itch::DecodeError::none) ++damage_[std::string(itch::to_string(error))];
      if (!message.empty()) ++types_[message[0]];
      if (show) fmt::print("  {:>12}  {}\n", sequence, message_text(message));
    }
  }

  const Options& options_;
  std::uint64_t frames_ = 0, bytes_ = 0, truncated_ = 0, fcs_errors_ = 0, last_time_ = 0;
  std::optional<std::uint64_t> first_time_;
  std::map<std::string, LineCount> lines_;
  std::map<std::string, std::uint64_t> not_udp_, damage_;
  std::array<std::uint64_t, 256> types_{};
};

}  // namespace

Run add_inspect(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("inspect", "Decode a capture and count what is in it");
  sub->add_option("input", o->input, "pcap, pcapng or BinaryFILE ITCH (plain or gzip)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_flag("-v,--verbose", o->verbose, "print every frame and message");
  sub->add_option("--from", o->from, "first frame to print");
  sub->add_option("--count", o->count, "how many frames to print");
  cli::Option* books = sub->add_flag("--books", o->books, "print the books of all symbols at the end");
  sub->add_option("--symbol", o->symbol, "all price levels of this one")->needs(books);
  sub->add_option("--config", o->config, "TOML configuration: names the lines (else Nasdaq's line A)")
      ->check(cli::ExistingFile)
      ->needs(books);
  return [o] {
    FeedConfig feed;
    feed.line_a = {0xE9360C6F, 26477};
    if (!o->config.empty()) feed = load_config(o->config).core.feed;
    TolerantSource source(open_source(o->input, feed));
    Inspector inspector(*o);
    SourceFrame frame;
    while (source.next(frame)) inspector.frame(frame);
    inspector.print(o->input);
    if (o->books) {
      TolerantSource again(open_source(o->input, feed));
      print_books(again, feed, o->input, o->symbol);
    }
    if (source.error().empty()) return 0;
    fmt::print(stderr, "twinpath inspect: {}\n", source.error());
    return kExitError;
  };
}

}  // namespace twinpath
