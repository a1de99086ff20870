// The pins of a Verilated block at every evaluation, written down for replay.py to play in another simulator. A block
// test includes V<block>.h, which recorded.py writes: the Verilated class with an eval() that calls step(). Off, it
// costs a branch.
//
// Environment:
//   TP_PINS        folder for the records, <block>_<n>.pins, a file a model instance; not set: nothing is recorded
//   TP_PINS_STEPS  evaluations of one instance, 4000 unless set
//   TP_PINS_ALL    evaluations of all instances, 14000 unless set; the program ends with status 0 when they are spent
//
// A line of a record: all inputs, a blank, all outputs, in the order of the ports, each as ceil(width / 4) hexadecimal
// digits.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <type_traits>

namespace twinpath {

class PinRecord {
 public:
  explicit PinRecord(const char* block) {
    const char* folder = std::getenv("TP_PINS");
    if (folder == nullptr) return;
    const std::string name = std::string(folder) + "/" + block + "_" + std::to_string(files_++) + ".pins";
    file_ = std::fopen(name.c_str(), "w");
    if (file_ == nullptr) {
      std::perror(name.c_str());
      std::exit(2);
    }
    left_ = number("TP_PINS_STEPS", 4'000);
  }
  ~PinRecord() {
    if (file_ != nullptr) std::fclose(file_);
  }
  PinRecord(const PinRecord&) = delete;
  PinRecord& operator=(const PinRecord&) = delete;

  bool on() const { return left_ != 0; }

  // `bits` of a port in the Verilated class: an integer, or words of 32 bits, least significant first.
  template <class Port>
  void pin(const Port& port, unsigned bits) {
    constexpr char kDigits[] = "0123456789abcdef";
    for (unsigned digit = (bits + 3) / 4; digit-- > 0;) line_ += kDigits[nibble(port, digit)];
  }
  void between() { line_ += ' '; }
  void end() {
    line_ += '\n';
    std::fwrite(line_.data(), 1, line_.size(), file_);
    line_.clear();
    --left_;
    if (--all_ == 0) {
      std::fflush(nullptr);
      std::_Exit(0);
    }
  }

 private:
  static std::size_t number(const char* variable, std::size_t otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
  }
  template <class Port>
  static unsigned nibble(const Port& port, unsigned digit) {
    if constexpr (std::is_integral_v<Port>)
      return static_cast<unsigned>(static_cast<std::uint64_t>(port) >> (4 * digit)) & 15;
    else
      return static_cast<unsigned>(port[digit / 8] >> (4 * (digit % 8))) & 15;
  }

  inline static std::size_t files_ = 0;
  inline static std::size_t all_ = number("TP_PINS_ALL", 12'000);
  std::FILE* file_ = nullptr;
  std::size_t left_ = 0;
  std::string line_;
};

}  // namespace twinpath
