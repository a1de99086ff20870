// Finds the locates of configured symbols in the Stock Directory messages of a session's frames.
#pragma once
#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "host/core/config.h"
#include "host/feed/frame_parser.h"
#include "host/wire/bytes.h"
#include "host/wire/itch50.h"

namespace twinpath {

// Looks at frames of either line as they are, without arbitration: whichever line has a message first will do. Fills
// SymbolConfig::locate of symbols that have none.
class LocateFinder {
 public:
  // `config` outlives the finder.
  explicit LocateFinder(CoreConfig& config)
      : config_(config),
        missing_(static_cast<std::size_t>(
            std::ranges::count_if(config.symbols, [](const SymbolConfig& s) { return !s.has_locate; }))) {}

  // How many symbols have no locate yet.
  std::size_t missing() const noexcept { return missing_; }

  void frame(std::span<const std::uint8_t> bytes) noexcept {
    FeedPacket packet;
    if (missing_ == 0 || parse_frame(bytes, config_.feed, packet) != Counter::frames) return;
    if (packet.count == kEndOfSessionCount) return;
    std::span<const std::uint8_t> blocks = packet.blocks;
    for (unsigned i = 0; i < packet.count && blocks.size() >= 2; ++i) {
      const std::size_t length = load_be16(blocks.data());
      if (blocks.size() < 2 + length) return;
      const std::span<const std::uint8_t> message = blocks.subspan(2, length);
      blocks = blocks.subspan(2 + length);
      if (itch::check(message) == itch::DecodeError::none) this->message(message);
    }
  }
  // A message that is whole.
  void message(std::span<const std::uint8_t> message) noexcept {
    if (message[0] == itch::StockDirectory::kType) directory(message);
  }

  // Names of the symbols that have no locate yet.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const SymbolConfig& s : config_.symbols) {
      if (!s.has_locate) names.emplace_back(s.name.data(), std::ranges::find(s.name, ' '));
    }
    return names;
  }

 private:
  void directory(std::span<const std::uint8_t> message) noexcept {
    const auto entry = itch::StockDirectory::read(message.data());
    for (SymbolConfig& s : config_.symbols) {
      if (s.has_locate || std::memcmp(s.name.data(), entry.stock.data(), 8) != 0) continue;
      s.locate = entry.stock_locate;
      s.has_locate = true;
      --missing_;
    }
  }

  CoreConfig& config_;
  std::size_t missing_;
};

}  // namespace twinpath
