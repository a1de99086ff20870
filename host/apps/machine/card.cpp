// `twinpath card`: what a card is, holds and does.
#include "host/apps/machine/card.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "drivers/xrt/xrt_device.h"
#include "host/apps/machine/card_text.h"
#include "host/core/event.h"
#include "host/core/registers.h"
#include "host/path/core_setup.h"
#include "host/path/device_rings.h"

namespace twinpath {
namespace {

struct Options {
  std::string address = "xrt:0";
  std::string file;
  std::vector<std::string> names;
  bool all = false;
};

std::unique_ptr<XrtDevice> open(const Options& o) {
  if (!o.address.starts_with("xrt:"))
    throw std::runtime_error(fmt::format("card '{}': expected xrt:index or xrt:bus:device.function", o.address));
  auto device = std::make_unique<XrtDevice>(XrtAddress::parse(std::string_view(o.address).substr(4)));
  check_map(device->name(), [&](std::uint32_t at) { return device->read_register(at); });
  return device;
}

void reset(Device& device) {
  DeviceRings::stop(device);
  device.write_register(regs::kControl, regs::kControlSoftResetMask);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while ((device.read_register(regs::kStatus) & regs::kStatusReadyMask) == 0) {
    if (std::chrono::steady_clock::now() > end)
      throw DeviceError(device.name() +
                        ": expected the core to be ready after a reset, found it is not; program the card again");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

int list() {
  const std::vector<std::string> lines = list_xrt_devices();
  for (const std::string& line : lines) fmt::print("{}\n", line);
  if (!lines.empty()) return 0;
  fmt::print(
      stderr,
      "twinpath card: XRT knows no card; is its driver loaded (`lsmod | grep xocl`)? XCL_EMULATION_MODE=hw_emu gives a "
      "simulated one\n");
  return kExitDiffer;
}

// What XRT says of temperature and power, where it says anything: a sensor that is not there reads 0 or N/A.
void print_reports(XrtDevice& device) {
  const auto there = [](const std::string& value) { return value != "0" && value != "N/A" && !value.empty(); };
  bool any = false;
  try {
    if (const std::string text = device.report("thermal"); !text.empty()) {
      for (const auto& t : nlohmann::json::parse(text).value("thermals", nlohmann::json::array())) {
        const std::string degrees = t.value("temp_C", "");
        if (!there(degrees)) continue;
        fmt::print("{:<10}{} C  {}\n", any ? "" : "heat", degrees, t.value("description", ""));
        any = true;
      }
    }
    if (const std::string text = device.report("electrical"); !text.empty()) {
      const auto electrical = nlohmann::json::parse(text);
      const std::string watts = electrical.value("power_consumption_watts", "");
      if (there(watts)) {
        fmt::print("power     {} W of at most {} W\n", watts, electrical.value("power_consumption_max_watts", "?"));
        any = true;
      }
    }
  } catch (const nlohmann::json::exception& e) {
    fmt::print("heat      XRT's report cannot be read: {}\n", e.what());
    return;
  }
  if (!any) fmt::print("heat      XRT gives neither temperature nor power for this device\n");
}

int status(const Options& o) {
  const auto device = open(o);
  fmt::print("card      {}{}, {}\nxclbin    {}\n", device->name(), device->wire() ? " (simulated)" : "",
             device->instance(), device->xclbin().string());
  fmt::print("{}", status_text(*device));
  print_reports(*device);
  return 0;
}

void expect(bool right, const std::string& what) {
  if (!right) throw DeviceError("self-test: " + what);
  fmt::print("ok        {}\n", what);
}

int selftest(const Options& o) {
  constexpr std::size_t kMemory = 1U << 20U;
  constexpr unsigned kCommands = 600;  // more than the doorbell ring holds
  const auto device = open(o);
  reset(*device);
  expect(true, "the register map is this program's, the core is ready");

  bool same = true;
  for (const std::uint32_t pattern : {0x00000000U, 0xFFFFFFFFU, 0x55555555U, 0xAAAAAAAAU, 0x01234567U}) {
    for (const std::uint32_t r : {regs::kCmd0, regs::kCmd1, regs::kCmd2}) {
      device->write_register(r, pattern ^ r);
      same = same && device->read_register(r) == (pattern ^ r);
    }
  }
  expect(same, "registers hold what is written");

  {
    const auto memory = device->allocate(kMemory);
    const auto pattern = [](std::size_t i) { return static_cast<std::uint8_t>(i * 31 + (i >> 8U) * 7); };
    for (std::size_t i = 0; i < kMemory; ++i) memory->bytes()[i] = pattern(i);
    memory->to_device(0, kMemory);
    std::ranges::fill(memory->bytes(), std::uint8_t{0});
    memory->from_device(0, kMemory);
    same = true;
    for (std::size_t i = 0; i < kMemory; ++i) same = same && memory->bytes()[i] == pattern(i);
    expect(same, fmt::format("{} KiB of device memory hold what is written", kMemory / 1024));
  }

  {
    DeviceRings rings(*device);
    Command command;
    command.op = CommandOp::disarm;
    unsigned events = 0;
    const auto take = [&](const Event& e) { events += e.event_kind() == EventKind::command ? 1 : 0; };
    for (unsigned i = 0; i < kCommands; ++i) rings.command(Cycles{0}, command);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (events < kCommands && std::chrono::steady_clock::now() < end) rings.poll(take);
    expect(events == kCommands,
           fmt::format("{} commands through the doorbell ring, {} events of them through the event ring", kCommands,
                       events));
    const std::uint64_t counted = device->read_register64(regs::counter(Counter::commands));
    expect(counted == kCommands, fmt::format("the core counted {} commands", counted));
  }
  reset(*device);
  return 0;
}

}  // namespace

Run add_card(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("card", "Cards through XRT, and files for them");
  sub->require_subcommand(1);
  const auto with_card = [&](const char* name, const char* text) {
    cli::App* s = sub->add_subcommand(name, text);
    s->add_option("card", o->address, "xrt:index or xrt:bus:device.function, and ,FILE.xclbin behind it")
        ->capture_default_str();
    return s;
  };
  cli::App* list_sub = sub->add_subcommand("list", "Cards that XRT knows; exit status 1 when there are none");
  cli::App* inspect_sub =
      sub->add_subcommand("inspect", "What is in an xclbin: sections, kernels, arguments, memories, clocks, UUID");
  inspect_sub->add_option("file", o->file, "xclbin file")->required();
  cli::App* program_sub = with_card("program", "Load an xclbin and check that our kernel answers");
  cli::App* status_sub = with_card("status", "State of core and rings; temperature and power where XRT gives them");
  cli::App* registers_sub = with_card("registers", "Registers by name; counters that are not 0");
  registers_sub->add_option("--name", o->names, "only these registers or counters")->take_all();
  registers_sub->add_flag("--all", o->all, "counters that are 0, too");
  cli::App* selftest_sub =
      with_card("selftest", "Registers, memory and both rings; the core is reset before and after");
  cli::App* latency_sub = with_card("latency", "Latency of orders by class of message");
  cli::App* reset_sub = with_card("reset", "Stop the rings, put the core into its state after reset");
  return [=] {
    if (list_sub->parsed()) return list();
    if (inspect_sub->parsed()) {
      fmt::print("{}", xclbin_text(o->file, xclbin::read(o->file)));
      return 0;
    }
    if (status_sub->parsed()) return status(*o);
    if (selftest_sub->parsed()) return selftest(*o);
    const auto device = open(*o);
    if (program_sub->parsed()) {
      fmt::print("{}: {} runs, register map {}.{}\n", device->name(), device->instance(), regs::kMapVersionMajorValue,
                 device->read_register(regs::kMapVersion) & regs::kMapVersionMinorMask);
    } else if (registers_sub->parsed()) {
      fmt::print("{}", registers_text(*device, o->all, o->names));
    } else if (latency_sub->parsed()) {
      fmt::print("{}", latency_text(*device));
    } else if (reset_sub->parsed()) {
      reset(*device);
      fmt::print("{}: the rings are stopped, the core is ready and not configured\n", device->name());
    }
    return 0;
  };
}

}  // namespace twinpath
