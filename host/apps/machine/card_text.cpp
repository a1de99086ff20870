#include "host/apps/machine/card_text.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "host/core/registers.h"
#include "host/core/types.h"
#include "host/path/core_latency.h"

namespace twinpath {
namespace {

constexpr std::array<std::string_view, 4> kClockTypes{"unused", "data", "kernel", "system"};
constexpr std::uint32_t kIpKernel = 1;

std::string size_text(std::uint64_t kib) {
  if (kib >= 1U << 20U && kib % (1U << 20U) == 0) return fmt::format("{} GiB", kib >> 20U);
  if (kib >= 1024 && kib % 1024 == 0) return fmt::format("{} MiB", kib >> 10U);
  return fmt::format("{} KiB", kib);
}

}  // namespace

std::string xclbin_text(const std::string& file, const xclbin::Content& c) {
  std::string out;
  const auto line = [&](fmt::string_view format, const auto&... values) {
    out += fmt::vformat(format, fmt::make_format_args(values...)) + "\n";
  };
  line("{}: {} bytes", file, c.bytes);
  line("  for       {}", xclbin::mode_name(c.header.mode));
  line("  platform  {}", c.header.platform.empty() ? "-" : c.header.platform);
  line("  UUID      {}", xclbin::to_string(c.header.uuid));
  line("  version   {}.{}.{}", c.header.version[0], c.header.version[1], c.header.version[2]);
  if (c.header.created != 0)
    out +=
        fmt::format("  created   {:%Y-%m-%d %H:%M:%S} UTC\n", fmt::gmtime(static_cast<std::time_t>(c.header.created)));
  line("sections");
  for (const xclbin::Section& s : c.sections)
    line("  {:<22} {:>10} bytes at {:<10} {}", xclbin::section_name(s.kind), s.size, s.offset, s.name);
  line("kernels");
  for (const xclbin::Kernel& k : c.kernels) {
    line("  {}{}", k.name, k.protocol.empty() ? "" : "  (" + k.protocol + ")");
    for (const xclbin::Port& p : k.ports) {
      line("    port      {:<16} {:<10} {} bits{}", p.name, p.mode, p.data_width,
           p.range != 0 && p.mode == "slave" ? fmt::format(", {} bytes", p.range) : "");
    }
    for (const xclbin::Argument& a : k.arguments)
      line("    argument  {:<16} {:<20} register 0x{:04X}, {} bytes, port {}", a.name, a.type, a.offset, a.size,
           a.port);
    for (const std::string& i : k.instances) line("    instance  {}", i);
  }
  line("instances");
  for (std::size_t i = 0; i < c.ips.size(); ++i) {
    const xclbin::Ip& ip = c.ips[i];
    std::string memories;
    for (const xclbin::Connection& k : c.connections) {
      if (static_cast<std::size_t>(k.ip) == i)
        memories += fmt::format("{}argument {} to {}", memories.empty() ? ", " : "; ", k.argument,
                                c.memories[static_cast<std::size_t>(k.memory)].tag);
    }
    line("  {:<32} {}at 0x{:X}{}", ip.name, ip.type == kIpKernel ? "" : "(no kernel) ", ip.base, memories);
  }
  line("memories");
  for (std::size_t i = 0; i < c.memories.size(); ++i) {
    const xclbin::Memory& m = c.memories[i];
    line("  {:>2}  {:<16} {:<10} {:>8} at 0x{:X}{}", i, m.tag, xclbin::memory_type_name(m.type), size_text(m.kib),
         m.base, m.used ? "" : "  (not used)");
  }
  line("clocks");
  for (const xclbin::Clock& k : c.clocks)
    line("  {:<16} {:<7} {} MHz", k.name, k.type < kClockTypes.size() ? kClockTypes[k.type] : "unknown", k.mhz);
  return out;
}

std::string registers_text(Device& device, bool all, const std::vector<std::string>& only) {
  std::string out;
  std::vector<std::string> left = only;
  const auto wanted = [&](std::string_view name) {
    if (only.empty()) return true;
    const auto found = std::ranges::find(only, name);
    if (found == only.end()) return false;
    std::erase(left, *found);
    return true;
  };
  const auto plain = [&](const regs::Register& r) {
    if (!r.readable || !wanted(r.name)) return;
    const std::uint32_t value = device.read_register(r.offset);
    out += fmt::format("0x{:04X}  {:<28} 0x{:08X}  {}\n", r.offset, r.name, value, value);
  };
  for (const regs::Register& r : regs::kRegisters) plain(r);
  for (unsigned i = 0; i < kCounterCount; ++i) {
    const auto c = static_cast<Counter>(i);
    if (!wanted(name(c))) continue;
    const std::uint64_t value = device.read_register64(regs::counter(c));
    if (value != 0 || all || !only.empty())
      out += fmt::format("0x{:04X}  {:<28} {}\n", regs::counter(c), name(c), value);
  }
  for (const regs::Register& r : regs::kKernelRegisters) plain(r);
  if (!left.empty())
    throw std::runtime_error(
        fmt::format("register '{}': expected a name of hw/rtl/control/REGISTERS.md that can be read, found no such "
                    "one; without names all are printed",
                    left.front()));
  return out;
}

std::string status_text(Device& device) {
  const std::uint32_t status = device.read_register(regs::kStatus);
  const std::uint32_t build0 = device.read_register(regs::kBuild0);
  const std::uint32_t build1 = device.read_register(regs::kBuild1);
  const std::uint32_t version = device.read_register(regs::kMapVersion);
  const std::uint32_t kernel = device.read_register(regs::kKernelStatus);
  const auto yes = [](std::uint32_t word, std::uint32_t mask) { return (word & mask) != 0 ? "yes" : "no"; };
  std::string out;
  out += fmt::format("core      map {}.{}, {} symbols, {} bits, 2^{} sets of {} orders, {} levels\n",
                     version >> regs::kMapVersionMajorShift, version & regs::kMapVersionMinorMask,
                     build0 >> regs::kBuild0SymbolsShift, build0 & regs::kBuild0DataWidthMask,
                     build1 & regs::kBuild1SetsLog2Mask, (build1 & regs::kBuild1WaysMask) >> regs::kBuild1WaysShift,
                     build1 >> regs::kBuild1LevelsShift);
  out += fmt::format("          ready {}, idle {}, time {} cycles, held {} cycles\n",
                     yes(status, regs::kStatusReadyMask), yes(status, regs::kStatusIdleMask),
                     device.read_register64(regs::kTime), device.read_register(regs::kHeld));
  out += fmt::format("frames    {} in, {} lost on the wire, {} orders, {} cancels\n",
                     device.read_register64(regs::counter(Counter::frames)),
                     device.read_register64(regs::counter(Counter::drop_overflow)),
                     device.read_register64(regs::counter(Counter::orders)),
                     device.read_register64(regs::counter(Counter::cancels)));
  out += fmt::format("rings     running {}, stopped {}, events {} written, {} lost, doorbell {} of {} taken\n",
                     yes(kernel, regs::kKernelStatusRunningMask), yes(kernel, regs::kKernelStatusStoppedMask),
                     device.read_register(regs::kKernelEventProducer), device.read_register(regs::kKernelEventsLost),
                     device.read_register(regs::kKernelDoorbellConsumer),
                     device.read_register(regs::kKernelDoorbellProducer));
  const auto error = [&](std::uint32_t mask, const char* text) {
    if ((kernel & mask) != 0) out += fmt::format("          ERROR: {}\n", text);
  };
  error(regs::kKernelStatusDoorbellNumberMask, "a doorbell record has the wrong number");
  error(regs::kKernelStatusDoorbellOverrunMask, "the doorbell ring was overrun");
  error(regs::kKernelStatusWriteErrorMask, "the memory refused a write");
  error(regs::kKernelStatusReadErrorMask, "the memory refused a read");
  if (const std::uint32_t timeouts = device.read_register(regs::kKernelTimeouts); timeouts != 0)
    out += fmt::format("          {} accesses that the core's clock did not answer\n", timeouts);
  return out;
}

std::string latency_text(Device& device) {
  std::string out = fmt::format("{:<10} {:>10}  {:>22}  {:>22}  {:>22}  {:>22}\n", "class", "orders", "shortest",
                                "median", "99 %", "longest");
  const auto both = [](std::uint64_t cycles) {
    return fmt::format("{} cycles {:>7.1f} ns", cycles, to_nanoseconds(Cycles{cycles}));
  };
  for (unsigned i = 1; i <= kLatencyClasses; ++i) {
    const auto c = static_cast<LatencyClass>(i);
    const CoreLatency l = read_core_latency(c, [&](std::uint32_t at) { return device.read_register(at); });
    if (l.orders == 0) {
      out += fmt::format("{:<10} {:>10}\n", name(c), 0);
      continue;
    }
    out += fmt::format("{:<10} {:>10}  {:>22}  {:>22}  {:>22}  {:>22}\n", name(c), l.orders, both(l.min),
                       both(l.percentile(50)), both(l.percentile(99)), both(l.max));
  }
  return out;
}

}  // namespace twinpath
