#include "drivers/xrt/simulated_card.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <poll.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "drivers/xrt/stream_io.h"

namespace twinpath {
namespace {

namespace fs = std::filesystem;

// The shim's message buffer is as large as its first message and must not grow (it writes through the old pointer): the
// first, which carries the settings below, is made the largest, and copies are cut into pieces smaller than that.
constexpr std::size_t kFirstMessage = 12'000;
constexpr std::size_t kPiece = 4096;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Where the runtime's libraries lie: it looks for its shims in $XILINX_XRT/lib.
fs::path runtime_folder() {
  void* library = dlopen("libxrt_coreutil.so.2", RTLD_NOW | RTLD_NOLOAD);
  void* symbol = library == nullptr ? nullptr : dlsym(library, "xrtDeviceOpen");
  Dl_info info{};
  if (symbol == nullptr || dladdr(symbol, &info) == 0 || info.dli_fname == nullptr)
    throw DeviceError(
        "XRT: expected libxrt_coreutil.so.2 to be loaded, found it is not; install libxrt1 (scripts/install)");
  return fs::canonical(info.dli_fname).parent_path();
}

// The folder of this process, removed when it ends; empty: none was made.
std::string& folder_name() {
  static auto* const name = new std::string;
  return *name;
}

void remove_folder() {
  std::error_code ignored;
  if (!folder_name().empty()) fs::remove_all(folder_name(), ignored);
}

fs::path make_folder() {
  std::string pattern = (fs::temp_directory_path() / "twinpath-card-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw DeviceError(pattern + ": expected a folder that can be made, found: " + std::strerror(errno) +
                      "; set TMPDIR");
  folder_name() = pattern;
  std::atexit(remove_folder);
  CallGuard::before_leaving = remove_folder;
  return pattern;
}

void write_file(const fs::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw DeviceError(file.string() + ": cannot be written");
}

}  // namespace

bool emulated() { return variable("XCL_EMULATION_MODE") == "hw_emu"; }

fs::path simulated_card_program() {
  const std::string other = variable("TWINPATH_CARD");
  return other.empty() ? fs::path(TP_CARD_PROGRAM) : fs::path(other);
}
fs::path simulated_card_xclbin() {
  const std::string other = variable("TWINPATH_XCLBIN");
  return other.empty() ? fs::path(TP_CARD_XCLBIN) : fs::path(other);
}

const fs::path& prepare_emulation() {
  static const fs::path* const folder = [] {
    const fs::path program = simulated_card_program();
    if (program.empty() || access(program.c_str(), X_OK) != 0)
      throw DeviceError(
          fmt::format("XCL_EMULATION_MODE is hw_emu: expected the simulated card's program, found '{}'; build "
                      "twinpath_card, or name one in TWINPATH_CARD",
                      program.string()));
    const auto* made = new fs::path(make_folder());  // lives as long as the process
    write_file(*made / "simulate.sh", "#!/bin/sh\nexec \"" + fs::absolute(program).string() + "\" >&2\n");
    fs::permissions(*made / "simulate.sh", fs::perms::owner_all);
    write_file(*made / "xrt.ini",
               "[Runtime]\nruntime_log=null\n[Emulation]\nsim_dir=" + made->string() +
                   "\npacket_size=" + std::to_string(kPiece) +
                   "\nsuppress_infos=true\nprint_infos_in_console=false\nkeep_run_dir=false\n"
                   // The other scheduler, which user-managed kernels do not need either, talks on standard output; the
                   // thread for messages of the simulator, which has none, sleeps 10 s before it notices the end.
                   "new_mbscheduler=false\nsystem_dpa=false\nlauncher_args=" +
                   std::string(kFirstMessage, '-') + "\n");
    setenv("XRT_INI_PATH", (*made / "xrt.ini").c_str(), 0);
    setenv("SDACCEL_EM_RUN_DIR", made->c_str(), 0);
    if (variable("XILINX_XRT").empty()) {
      fs::create_directory(*made / "xrt");
      fs::create_directory_symlink(runtime_folder(), *made / "xrt/lib");
      setenv("XILINX_XRT", (*made / "xrt").c_str(), 1);
    }
    // Without it all processes of the machine would meet at one socket.
    if (variable("USER").empty()) {
      const passwd* user = getpwuid(getuid());
      setenv("USER", user != nullptr ? user->pw_name : std::to_string(getuid()).c_str(), 1);
    }
    return made;
  }();
  return *folder;
}

TimedWire::TimedWire(std::string device) : device_(std::move(device)) {
  static unsigned number = 0;
  path_ = prepare_emulation() / fmt::format("wire-{}", number++);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path_.string().size() >= sizeof address.sun_path)
    throw DeviceError(path_.string() +
                      ": expected a name that fits a socket, found it is too long; set TMPDIR to a shorter one");
  std::memcpy(address.sun_path, path_.c_str(), path_.string().size() + 1);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener_ < 0 || bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 1) != 0)
    throw DeviceError(path_.string() + ": cannot listen: " + std::strerror(errno));
  // For the card, which the runtime starts with this environment.
  setenv(wire::kWireVariable, path_.c_str(), 1);
}

TimedWire::~TimedWire() {
  if (wire_ >= 0) close(wire_);
  if (listener_ >= 0) close(listener_);
}

bool TimedWire::joined() const {
  pollfd end{listener_, POLLIN, 0};
  return wire_ >= 0 || poll(&end, 1, 0) == 1;
}

void TimedWire::accept(std::chrono::milliseconds patience) {
  pollfd end{listener_, POLLIN, 0};
  if (poll(&end, 1, static_cast<int>(patience.count())) != 1)
    throw DeviceError(
        fmt::format("{}: expected the simulated card to join its wire within {} ms, found it did not; its last words "
                    "are on standard error",
                    device_, patience.count()));
  wire_ = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (wire_ < 0 || getsockopt(wire_, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    throw DeviceError(device_ + ": the simulated card's wire: " + std::strerror(errno));
  card_ = peer.pid;
}

std::string TimedWire::gone() const {
  siginfo_t info{};
  if (card_ == 0 || waitid(P_PID, static_cast<id_t>(card_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0)
    return {};
  return fmt::format("{}: expected the simulated card to run, found that it {} {}; start the run again", device_,
                     info.si_code == CLD_EXITED ? "ended with status" : "was ended by signal", info.si_status);
}

void TimedWire::lost() {
  // The wire breaks a little before the process has ended.
  std::string why;
  for (int i = 0; i < 100 && why.empty(); ++i) {
    why = gone();
    if (why.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  if (why.empty()) why = device_ + ": expected the simulated card's wire to hold, found it broken; start the run again";
  told_(why);
  throw DeviceError(why);
}

void TimedWire::send(wire::Kind kind, std::uint32_t flags, Cycles time, std::span<const std::uint8_t> payload) {
  const wire::Message m{kind, flags, static_cast<std::uint32_t>(payload.size()), 0, time.value};
  buffer_.resize(sizeof m + payload.size());
  std::memcpy(buffer_.data(), &m, sizeof m);
  if (!payload.empty()) std::memcpy(buffer_.data() + sizeof m, payload.data(), payload.size());
  if (!write_all(wire_, buffer_)) lost();
}

void TimedWire::frame(Cycles time, std::span<const std::uint8_t> bytes, bool wrong_fcs) {
  send(wire::Kind::frame, wrong_fcs ? wire::kWrongFcs : 0, time, bytes);
}

void TimedWire::exchange(wire::Kind kind, Cycles time, const OrderFrame& out) {
  send(kind, 0, time, {});
  for (;;) {
    wire::Message m{};
    if (!read_all(wire_, {reinterpret_cast<std::uint8_t*>(&m), sizeof m})) lost();
    if (m.bytes > wire::kMaxPayload)
      throw DeviceError(fmt::format("{}: expected at most {} bytes in a message of the wire, found {}", device_,
                                    wire::kMaxPayload, m.bytes));
    buffer_.resize(m.bytes);
    if (!read_all(wire_, buffer_)) lost();
    switch (m.kind) {
      case wire::Kind::order_frame:
        out(buffer_);
        break;
      case wire::Kind::settled:
        cycles_ = m.time;
        return;
      case wire::Kind::failed: {
        const std::string why = device_ + ": " + std::string(buffer_.begin(), buffer_.end());
        told_(why);
        throw DeviceError(why);
      }
      default:
        throw DeviceError(fmt::format("{}: a message of kind {} on the wire", device_, static_cast<unsigned>(m.kind)));
    }
  }
}

}  // namespace twinpath
