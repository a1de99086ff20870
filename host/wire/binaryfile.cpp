#include "host/wire/binaryfile.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "host/wire/bytes.h"
#include "host/wire/mapped_file.h"

namespace twinpath {

namespace {
constexpr std::size_t kLengthSize = 2;
constexpr std::size_t kWindow = std::size_t{1} << 18;  // decompressed bytes at a time; holds any message
constexpr int kGzipOnly = 16 + MAX_WBITS;              // inflateInit2's way to ask for gzip
constexpr const char* kCutOff = "the file is cut off: the messages before this place are good";
constexpr const char* kDamaged = "the file is damaged from here on: copy or download it again";

bool is_gzip(std::span<const std::uint8_t> b) noexcept { return b.size() >= 2 && b[0] == 0x1F && b[1] == 0x8B; }
}  // namespace

struct BinaryFileReader::State {
  MappedFile file;  // holds the bytes unless they are borrowed
  std::span<const std::uint8_t> bytes;
  std::string name;
  bool gzip = false;
  bool done = false;
  bool session_ended = false;

  // What is decompressed and not yet returned; of a plain file, all that is left.
  std::span<const std::uint8_t> ready;
  std::uint64_t offset = 0;  // of ready's first byte, decompressed

  z_stream stream{};
  bool stream_open = false;
  bool member_ended = false;   // the current gzip member is complete
  std::uint64_t consumed = 0;  // compressed bytes
  std::vector<std::uint8_t> window;
  // Found while decompressing ahead; thrown when the messages in front of it have been returned.
  std::optional<BinaryFileError> fault;

  ~State() {
    if (stream_open) ::inflateEnd(&stream);
  }

  void start() {
    gzip = is_gzip(bytes);
    if (!gzip) {
      ready = bytes;
      return;
    }
    window.resize(kWindow);
    if (::inflateInit2(&stream, kGzipOnly) != Z_OK) throw std::bad_alloc();
    stream_open = true;
  }

  /// Makes `n` (at most kWindow) bytes ready. False when the file does not have them, or `fault` is why.
  bool fill(std::size_t n) {
    if (ready.size() >= n) return true;
    if (!gzip) return false;
    std::size_t have = ready.size();
    if (have != 0) std::memmove(window.data(), ready.data(), have);
    while (have < n && !fault && inflate_some(have)) {
    }
    ready = {window.data(), have};
    return have >= n;
  }

  /// Decompresses behind the `have` bytes of the window. False at the end of the file, and on a fault.
  bool inflate_some(std::size_t& have) {
    const std::span<const std::uint8_t> input = bytes.subspan(consumed);
    if (member_ended) {
      if (input.empty()) return false;
      if (!is_gzip(input)) {
        fault.emplace(name, consumed, "another gzip member or the end of the file",
                      std::to_string(input.size()) + " other bytes", kDamaged);
        return false;
      }
      ::inflateReset(&stream);
      member_ended = false;
    }
    stream.next_in = const_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(std::min<std::size_t>(input.size(), std::numeric_limits<uInt>::max()));
    stream.next_out = window.data() + have;
    stream.avail_out = static_cast<uInt>(window.size() - have);
    const int result = ::inflate(&stream, Z_NO_FLUSH);
    consumed = static_cast<std::uint64_t>(stream.next_in - bytes.data());
    have = window.size() - stream.avail_out;
    if (result == Z_OK) return true;
    if (result == Z_STREAM_END) {
      member_ended = true;
      return true;
    }
    if (result == Z_BUF_ERROR) {  // no input left, and the member is not complete
      fault.emplace(name, consumed, "the rest of the gzip data", "the end of the file", kCutOff);
    } else {
      fault.emplace(name, consumed, "gzip data", stream.msg != nullptr ? stream.msg : "something else", kDamaged);
    }
    return false;
  }

  [[noreturn]] void fail(const std::string& expected, const std::string& found, const char* advice) {
    done = true;
    if (fault) throw *fault;
    throw BinaryFileError(name, offset, expected, found, advice);
  }

  void advance(std::size_t n) {
    ready = ready.subspan(n);
    offset += n;
    if (!gzip) consumed += n;
  }
};

BinaryFileReader::BinaryFileReader(std::unique_ptr<State> state) : state_(std::move(state)) { state_->start(); }
BinaryFileReader::~BinaryFileReader() = default;

std::unique_ptr<BinaryFileReader> BinaryFileReader::open(const std::filesystem::path& path) {
  auto state = std::make_unique<State>();
  state->file = MappedFile(path);
  state->bytes = state->file.bytes();
  state->name = path.string();
  return std::unique_ptr<BinaryFileReader>(new BinaryFileReader(std::move(state)));
}

std::unique_ptr<BinaryFileReader> BinaryFileReader::from_memory(std::span<const std::uint8_t> bytes, std::string name) {
  auto state = std::make_unique<State>();
  state->bytes = bytes;
  state->name = std::move(name);
  return std::unique_ptr<BinaryFileReader>(new BinaryFileReader(std::move(state)));
}

bool BinaryFileReader::next(std::span<const std::uint8_t>& message) {
  State& s = *state_;
  if (s.done) return false;
  if (!s.fill(kLengthSize)) {
    if (s.fault || !s.ready.empty()) {
      s.fail("a message length of 2 bytes", std::to_string(s.ready.size()) + " bytes before the end of the file",
             kCutOff);
    }
    s.done = true;
    return false;
  }
  const std::size_t length = load_be16(s.ready.data());
  if (length == 0) {
    s.advance(kLengthSize);
    s.session_ended = true;
    if (s.fill(1) || s.fault) {
      s.fail("the end of the file behind the end of session", "more bytes", "split the file into one a session");
    }
    s.done = true;
    return false;
  }
  if (!s.fill(kLengthSize + length)) {
    s.fail("a message of " + std::to_string(length) + " bytes",
           std::to_string(s.ready.size() - kLengthSize) + " bytes before the end of the file", kCutOff);
  }
  message = s.ready.subspan(kLengthSize, length);
  s.advance(kLengthSize + length);
  return true;
}

bool BinaryFileReader::end_of_session() const noexcept { return state_->session_ended; }
std::uint64_t BinaryFileReader::position() const noexcept { return state_->consumed; }
std::uint64_t BinaryFileReader::size() const noexcept { return state_->bytes.size(); }
bool BinaryFileReader::compressed() const noexcept { return state_->gzip; }

}  // namespace twinpath
