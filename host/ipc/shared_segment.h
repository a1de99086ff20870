// Memory that processes share: a file, in /dev/shm as a rule, with a header that says what it is and whose.
//
// One process owns a segment at a time, by a lock that ends with it however it ends. Who finds a segment of the same
// layout takes it over as it is, with the next generation; one of another layout is set aside and replaced, and those
// who have it mapped are told. Errors name the file, the field, what was expected and found, and what to do.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace twinpath::ipc {

// Thrown by Segment; what() reads "file: expected ..., found ...; advice".
class SegmentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A number that is another one when a layout is another one: names and sizes of the types in it, capacities.
constexpr std::uint64_t layout_hash(std::string_view what, std::initializer_list<std::uint64_t> numbers) noexcept {
  std::uint64_t h = 0xCBF2'9CE4'8422'2325;  // FNV-1a
  const auto add = [&h](std::uint8_t byte) { h = (h ^ byte) * 0x0000'0100'0000'01B3; };
  for (const char c : what) add(static_cast<std::uint8_t>(c));
  for (const std::uint64_t n : numbers) {
    for (int i = 0; i < 8; ++i) add(static_cast<std::uint8_t>(n >> (8 * i)));
  }
  return h;
}

class Segment {
 public:
  // What is behind the header starts here, zero in a fresh segment.
  static constexpr std::size_t kHeaderBytes = 4096;
  static constexpr std::uint32_t kVersion = 1;

  struct Kind {
    std::string_view name;     // at most 23 characters
    std::uint64_t layout = 0;  // layout_hash()
    std::size_t bytes = 0;     // behind the header
  };

  // Becomes the owner of `file`, which is made if need be, its folder too. Throws SegmentError when a living process
  // owns it, when the file is something else, or when there is no room for it.
  static Segment own(const std::filesystem::path& file, const Kind& kind);
  // Maps another process's segment, `writable` or not; nothing when there is none, or it is not ready. Throws
  // SegmentError when it is of another kind or layout.
  static std::optional<Segment> attach(const std::filesystem::path& file, const Kind& kind, bool writable = false);

  Segment(Segment&& other) noexcept;
  Segment& operator=(Segment&& other) noexcept;
  // The owner's lock ends; the file stays.
  ~Segment();

  std::byte* memory() const noexcept { return memory_ + kHeaderBytes; }
  template <class T>
  T& at(std::size_t offset) const noexcept {
    return *reinterpret_cast<T*>(memory() + offset);
  }
  const std::filesystem::path& file() const noexcept { return file_; }
  // own(): nothing was there before, or nothing of this layout.
  bool fresh() const noexcept { return fresh_; }
  // How many owners the file has had, this or the present one included.
  std::uint64_t generation() const noexcept;
  std::uint32_t owner_pid() const noexcept;
  // A process has it. Asks the kernel: not for every record.
  bool owned() const noexcept;
  // Another layout has taken its place, or the file is gone: attach again.
  bool replaced() const noexcept;

 private:
  struct Header;
  Segment() = default;
  Header& header() const noexcept { return *reinterpret_cast<Header*>(memory_); }
  static std::optional<Segment> make(const std::filesystem::path& file, const Kind& kind, std::uint64_t generation,
                                     bool replace);
  void map(std::size_t bytes, bool writable);
  void close() noexcept;

  std::filesystem::path file_;
  int fd_ = -1;
  std::byte* memory_ = nullptr;
  std::size_t mapped_ = 0;
  bool fresh_ = false;
  bool owner_ = false;
};

}  // namespace twinpath::ipc
