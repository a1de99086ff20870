// Keeps every input of a live run so that `twinpath replay` gives the same orders: frames as a nanosecond pcap, host
// commands as [[command]] entries beside it.
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "host/path/path.h"
#include "host/wire/pcap_writer.h"

namespace twinpath {

class InputRecord {
 public:
  // Makes FILE and FILE.commands.toml. `bank_text` is a bank as `rules_file` of a SWAP. Throws std::system_error.
  InputRecord(const std::filesystem::path& file, const CoreConfig& config,
              std::function<std::string(const Bank&)> bank_text);

  // A frame about to be submitted; the timestamp is InputClock::timestamp() of its input time, so that an InputClock
  // gives that time again. Buffered: calls the kernel about once a megabyte, and when a command follows. Throws
  // std::system_error on a full disk.
  void frame(Nanoseconds timestamp, std::span<const std::uint8_t> bytes) { frames_.write(timestamp.value, bytes); }
  // The path begins with other numbers than the configuration says. Before any command. Throws std::system_error.
  void begins(std::uint32_t first_user_ref, std::uint64_t first_sequence);
  // A command about to be submitted, `offset` after the first frame's time; a SWAP with the bank loaded before it goes
  // to FILE.bank-N.toml. Written at once. Throws std::system_error.
  void command(Cycles offset, const Command& command, const Bank* bank);
  // Throws std::system_error when not everything could be written.
  void close();

  std::uint64_t frames() const noexcept { return frames_.frames(); }
  std::uint64_t commands() const noexcept { return count_; }
  static std::filesystem::path commands_file(const std::filesystem::path& record) {
    return record.string() + ".commands.toml";
  }

 private:
  [[noreturn]] void failed(const std::filesystem::path& file) const;

  std::filesystem::path file_;
  PcapWriter frames_;
  std::ofstream commands_;
  std::vector<std::string> names_;
  std::function<std::string(const Bank&)> bank_text_;
  std::uint64_t count_ = 0, banks_ = 0;
};

}  // namespace twinpath
