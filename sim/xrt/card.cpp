#include "sim/xrt/card.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <xcl_macros.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "drivers/packet_io.h"
#include "drivers/xrt/stream_io.h"
#include "host/core/registers.h"
#include "host/path/packet_io_registry.h"
#include "sim/xrt/card_layout.h"
#include "sim/xrt/rpc_message.h"

namespace twinpath::sim {
namespace {

// A read that the kernel or the bus refused looks like this to a host behind PCIe.
constexpr std::uint32_t kNoAnswer = 0xFFFFFFFF;
// Between two looks at the sockets while the kernel is at work on its own.
constexpr unsigned kSlice = 2000;

int connect_wire(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + ": too long for a socket's name");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error(path + ": cannot join the timed wire: " + std::strerror(errno));
  return fd;
}

}  // namespace

Card::Card(const CardOptions& options) : faults_(options.faults), kernel_(memory_) {
  for (unsigned i = 0; i < kBanks; ++i) memory_.add_bank(i * kBankBytes, kBankBytes);
  kernel_.on_order_frame = [this](std::span<const std::uint8_t> frame, std::uint64_t cycle) {
    order_frame(frame, cycle);
  };
  for (const HlsKernel& k : hls_kernels()) units_.push_back(std::make_unique<ComputeUnit>(k, memory_, faults_));
  kernel_.reset();
  kernel_.stop_core_clock(faults_.core_clock_stopped);
  if (!options.wire.empty()) wire_ = connect_wire(options.wire);
  PacketIoRegistry io;
  add_packet_io(io);
  if (!options.receive.empty()) receiver_ = io.open_receiver(options.receive, {});
  if (!options.send.empty()) sender_ = io.open_sender(options.send, {});
}

Card::~Card() {
  if (wire_ >= 0) close(wire_);
}

void Card::run(EmulationLink& link) {
  for (bool moving = true;;) {
    std::array<pollfd, 2> ends{{{link.descriptor(), POLLIN, 0}, {wire_, POLLIN, 0}}};
    const bool listening = receiver_ && rings_run_ && !receiver_->ended();
    if (poll(ends.data(), wire_ >= 0 ? 2 : 1, moving ? 0 : listening ? 1 : -1) < 0 && errno != EINTR)
      throw std::runtime_error(std::string("poll: ") + std::strerror(errno));
    // The peer's messages first: a call about what they cause then finds it done.
    if (ends[1].revents != 0 && !wire_message()) {
      close(wire_);
      wire_ = -1;
    }
    if (ends[0].revents != 0 && !call(link)) return;
    // While the network has frames the core's time is theirs: a wire gives it no other to catch up in.
    moving = (listening && network()) || !kernel_.run(kSlice);
  }
}

void Card::silence(std::uint32_t offset) const {
  if (faults_.silent_register != offset) return;
  for (;;) pause();
}

ComputeUnit* Card::unit_at(std::uint64_t address) {
  for (const auto& unit : units_) {
    const std::uint64_t base = unit->kernel().base;
    if (address >= base && address - base < kRegisterBytes) return unit.get();
  }
  return nullptr;
}

std::uint32_t Card::read_register(std::uint64_t address) {
  if (ComputeUnit* unit = unit_at(address))
    return unit->read(static_cast<std::uint32_t>(address - unit->kernel().base));
  if (address < kRegisterBase || address - kRegisterBase >= kRegisterBytes) return kNoAnswer;
  const auto offset = static_cast<std::uint32_t>(address - kRegisterBase);
  silence(offset);
  const KernelModel::Answer a = kernel_.read_register(offset);
  const auto other = faults_.registers.find(offset);
  if (other != faults_.registers.end()) return other->second;
  return a.error ? kNoAnswer : a.value;
}

bool Card::write_register(std::uint64_t address, std::uint32_t value) {
  if (ComputeUnit* unit = unit_at(address)) {
    unit->write(static_cast<std::uint32_t>(address - unit->kernel().base), value);
    return true;
  }
  if (address < kRegisterBase || address - kRegisterBase >= kRegisterBytes) return false;
  const auto offset = static_cast<std::uint32_t>(address - kRegisterBase);
  silence(offset);
  if (kernel_.write_register(offset, value).error) return false;
  if (offset == regs::kKernelControl) rings_run_ = (value & regs::kKernelControlRunMask) != 0;
  return true;
}

bool Card::call(EmulationLink& link) {
  EmulationLink::Call call;
  if (!link.receive(call)) return false;
  if (call.api == xclClose_n) link.end_host_accesses();
  link.answer(answer(call.api, call.message));
  return call.api != xclClose_n;
}

std::vector<std::uint8_t> Card::answer(std::uint32_t api, const std::vector<std::uint8_t>& message) {
  const MessageReader in(message);
  MessageWriter out;
  switch (api) {
    case xclSetEnvironment_n:
    case xclAllocDeviceBuffer_n:  // the runtime gives out the addresses
    case xclFreeDeviceBuffer_n:
    case xclClose_n:
      out.number(1, 1);
      break;
    case xclCopyBufferHost2Device_n: {
      const auto from = in.bytes(4);
      const auto to = memory_.at(in.number(3) + in.number(6), from.size());
      if (!to.empty()) std::memcpy(to.data(), from.data(), from.size());
      out.number(1, to.size());
      break;
    }
    case xclCopyBufferDevice2Host_n: {
      const std::uint64_t size = in.number(5);
      const auto from = memory_.at(in.number(4) + in.number(6), size);
      out.number(1, size);
      if (from.empty())
        out.bytes(2, std::vector<std::uint8_t>(size));
      else
        out.bytes(2, from);
      break;
    }
    case xclWriteAddrKernelCtrl_n: {
      const auto data = in.bytes(4);
      std::uint32_t value = 0;
      std::memcpy(&value, data.data(), std::min<std::size_t>(4, data.size()));
      out.number(1, write_register(in.number(2), value) ? 1 : 0);
      break;
    }
    case xclReadAddrKernelCtrl_n: {
      std::vector<std::uint8_t> data(in.number(3));
      for (std::size_t at = 0; at + 4 <= data.size(); at += 4) {
        const std::uint32_t value = read_register(in.number(2) + at);
        std::memcpy(data.data() + at, &value, 4);
      }
      out.number(1, 1).bytes(2, data);
      break;
    }
    default:
      // Profiling and the like, which this card has not; all fields of those answers may be absent.
      break;
  }
  return out.get();
}

void Card::tell(wire::Kind kind, std::uint64_t time, std::span<const std::uint8_t> payload) {
  if (wire_ < 0) return;
  const wire::Message m{kind, 0, static_cast<std::uint32_t>(payload.size()), 0, time};
  std::vector<std::uint8_t> all(sizeof m);
  std::memcpy(all.data(), &m, sizeof m);
  all.insert(all.end(), payload.begin(), payload.end());
  write_all(wire_, all);
}

bool Card::wire_message() {
  wire::Message m{};
  if (!read_all(wire_, {reinterpret_cast<std::uint8_t*>(&m), sizeof m})) return false;
  if (m.bytes > wire::kMaxPayload)
    throw std::runtime_error("timed wire: a message of " + std::to_string(m.bytes) + " bytes");
  payload_.resize(m.bytes);
  if (!read_all(wire_, payload_)) return false;
  try {
    switch (m.kind) {
      case wire::Kind::frame:
        if (faults_.die_at_frame == wire_frames_++) raise(SIGKILL);
        kernel_.frame(m.time, payload_, (m.flags & wire::kWrongFcs) != 0);
        break;
      case wire::Kind::advance:
        kernel_.advance(m.time);
        tell(wire::Kind::settled, kernel_.cycles());
        break;
      case wire::Kind::settle:
        kernel_.settle();
        tell(wire::Kind::settled, kernel_.cycles());
        break;
      default:
        throw std::runtime_error("timed wire: a message of kind " + std::to_string(static_cast<unsigned>(m.kind)));
    }
  } catch (const KernelError& e) {
    const std::string what = e.what();
    tell(wire::Kind::failed, 0, {reinterpret_cast<const std::uint8_t*>(what.data()), what.size()});
    throw;
  }
  return true;
}

// Frames that the network has; true when there were any.
bool Card::network() {
  std::array<SourceFrame, 16> frames;
  const std::size_t n = receiver_->receive(frames);
  for (std::size_t i = 0; i < n; ++i) {
    const Cycles at = clock_.frame(frames[i].timestamp);
    kernel_.frame(at.value, frames[i].bytes, frames[i].fcs_error);
    clock_.passed(at, frames[i].bytes.size());
  }
  return n > 0;
}

void Card::order_frame(std::span<const std::uint8_t> frame, std::uint64_t cycle) {
  tell(wire::Kind::order_frame, cycle, frame);
  if (!sender_) return;
  const auto rooms = sender_->claim(1);
  if (rooms.empty()) return;
  std::memcpy(rooms[0].data(), frame.data(), frame.size());
  const std::size_t size = frame.size();
  sender_->send({&size, 1});
}

}  // namespace twinpath::sim
