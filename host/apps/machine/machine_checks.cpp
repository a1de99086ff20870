#include "host/apps/machine/machine_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "host/apps/machine/machine_files.h"
#include "host/wire/net.h"

namespace twinpath {
namespace {

constexpr unsigned kCapNetAdmin = 12;
constexpr unsigned kCapNetRaw = 13;
constexpr std::uint64_t kSocketBuffer = 16U << 20U;  // PacketIoOptions::buffer_bytes

// An address as far as the machine is concerned.
struct Device {
  std::string address;
  std::string kind;
  std::string interface;              // of the kernel; empty: none, or the route decides
  std::string pci;                    // under DPDK
  std::vector<std::uint32_t> groups;  // multicast
};

bool is_pci(std::string_view text) {
  return text.size() >= 7 && text.find(':') != std::string_view::npos && text.find('.') != std::string_view::npos &&
         !text.starts_with("net_");
}

Device device_of(const std::string& address) {
  Device d;
  d.address = address;
  const std::size_t colon = address.find(':');
  if (colon != std::string::npos) d.kind = address.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : address.substr(colon + 1);
  const std::string first = rest.substr(0, rest.find(','));
  if (d.kind == "udp") {
    const std::size_t at = rest.find('@');
    if (at != std::string::npos) d.interface = rest.substr(at + 1);
    std::istringstream endpoints(rest.substr(0, at));
    for (std::string text; std::getline(endpoints, text, ',');) {
      const auto endpoint = net::parse_endpoint(text);
      if (!endpoint) throw std::invalid_argument(address + ": expected group:port, found '" + text + "'");
      if (net::is_multicast(endpoint->address)) d.groups.push_back(endpoint->address);
    }
  } else if (d.kind == "af_packet") {
    d.interface = first;
  } else if (d.kind == "dpdk") {
    if (is_pci(first)) d.pci = first.size() == 7 ? "0000:" + first : first;
    if (const std::size_t i = rest.find("iface="); i != std::string::npos)
      d.interface = rest.substr(i + 6, rest.find(',', i) - i - 6);
  } else {
    throw std::invalid_argument("'" + address + "': expected udp:, af_packet: or dpdk:, the kinds that need a machine");
  }
  return d;
}

class Checker {
 public:
  Checker(const std::filesystem::path& root, const MachineNeeds& needs) : files_(root), needs_(needs) {
    for (const std::string& address : needs.addresses) devices_.push_back(device_of(address));
  }

  std::vector<MachineCheck> run() {
    clock_source();
    governor();
    isolation();
    interrupts();
    huge_pages();
    for (const Device& d : devices_) {
      if (!d.interface.empty()) interface(d);
      if (!d.pci.empty()) dpdk_device(d);
      if (d.kind == "udp") udp(d);
      if (d.kind == "af_packet" || (d.kind == "dpdk" && !d.interface.empty())) raw_sockets(d);
    }
    return std::move(checks_);
  }

 private:
  void add(std::string name, CheckVerdict verdict, std::string expected, std::string found, std::string fix = "") {
    if (verdict == CheckVerdict::ok) fix.clear();
    checks_.push_back({std::move(name), verdict, std::move(expected), std::move(found), std::move(fix)});
  }
  static CheckVerdict needed(bool there) { return there ? CheckVerdict::ok : CheckVerdict::missing; }
  static CheckVerdict advised(bool there) { return there ? CheckVerdict::ok : CheckVerdict::advised; }
  static std::string or_none(std::string text) { return text.empty() ? "none" : text; }

  void clock_source() {
    const std::string now = files_.line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
    add("clock source", advised(now == "tsc"), "tsc", or_none(now),
        "boot with clocksource=tsc tsc=reliable; any other costs a system call a reading");
  }

  void governor() {
    std::set<unsigned> slow;
    bool any = false;
    for (const unsigned cpu : cores()) {
      const std::string g = files_.line(fmt::format("/sys/devices/system/cpu/cpu{}/cpufreq/scaling_governor", cpu));
      any |= !g.empty();
      if (!g.empty() && g != "performance") slow.insert(cpu);
    }
    add("frequency governor", any ? advised(slow.empty()) : CheckVerdict::skipped, "performance",
        !any           ? "no frequency control on this machine"
        : slow.empty() ? "performance"
                       : "another on cores " + to_list(slow),
        "cpupower frequency-set -g performance");
  }

  void isolation() {
    const std::array<std::array<std::string, 2>, 2> kinds{
        {{"isolated", "isolated cores"}, {"nohz_full", "cores without timer tick"}}};
    for (const auto& [file, name] : kinds) {
      const std::set<unsigned> set = files_.cpu_list("/sys/devices/system/cpu/" + file);
      const bool there = needs_.cores.empty()
                             ? !set.empty()
                             : std::ranges::all_of(needs_.cores, [&](unsigned c) { return set.contains(c); });
      const std::string wanted = needs_.cores.empty() ? "" : to_list(cores());
      add(name, advised(there), wanted.empty() ? "those that poll" : wanted, or_none(to_list(set)),
          fmt::format("boot with isolcpus={0} nohz_full={0} rcu_nocbs={0}", wanted.empty() ? "<cores>" : wanted));
    }
  }

  void interrupts() {
    const std::set<unsigned> polling =
        needs_.cores.empty() ? files_.cpu_list("/sys/devices/system/cpu/isolated") : cores();
    std::set<unsigned> on_them;
    std::error_code error;
    for (const auto& irq : std::filesystem::directory_iterator(files_.path("/proc/irq"), error)) {
      const std::string number = irq.path().filename().string();
      if (number.find_first_not_of("0123456789") != std::string::npos) continue;
      // What may be served there, not only what is now: the effective one moves.
      const auto cpus = files_.cpu_list("/proc/irq/" + number + "/smp_affinity_list");
      if (std::ranges::any_of(cpus, [&](unsigned c) { return polling.contains(c); }))
        on_them.insert(static_cast<unsigned>(std::stoul(number)));
    }
    add("interrupt affinity", polling.empty() ? CheckVerdict::skipped : advised(on_them.empty()),
        "no interrupt on cores that poll",
        polling.empty()   ? "no cores to look at: name them with --cores"
        : on_them.empty() ? "none"
                          : fmt::format("{} may be: {}", on_them.size(), to_list(on_them)),
        "stop irqbalance, and write the other cores into /proc/irq/<number>/smp_affinity_list");
  }

  void huge_pages() {
    std::uint64_t free = 0;
    std::error_code error;
    for (const auto& size : std::filesystem::directory_iterator(files_.path("/sys/kernel/mm/hugepages"), error))
      free += files_.number("/sys/kernel/mm/hugepages/" + size.path().filename().string() + "/free_hugepages");
    const bool pci = std::ranges::any_of(devices_, [](const Device& d) { return !d.pci.empty(); });
    const bool dpdk = std::ranges::any_of(devices_, [](const Device& d) { return d.kind == "dpdk"; });
    add("huge pages",
        pci                        ? needed(free != 0)
        : dpdk || devices_.empty() ? advised(free != 0)
                                   : CheckVerdict::skipped,
        "some free", fmt::format("{} free", free),
        "echo 1024 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages, or boot with hugepagesz=1G hugepages=4");
  }

  void interface(const Device& d) {
    const std::string folder = "/sys/class/net/" + d.interface;
    const std::string name = "interface " + d.interface;
    if (!files_.exists(folder)) {
      std::string names;
      std::error_code error;
      for (const auto& i : std::filesystem::directory_iterator(files_.path("/sys/class/net"), error))
        names += (names.empty() ? "" : ", ") + i.path().filename().string();
      return add(name, CheckVerdict::missing, "it", "none of that name", "this machine has " + or_none(names));
    }
    constexpr std::uint64_t kUp = 1;  // IFF_UP
    std::uint64_t flags = 0;
    std::istringstream(files_.line(folder + "/flags")) >> std::hex >> flags;
    add(name, needed((flags & kUp) != 0), "up", (flags & kUp) != 0 ? "up" : "down",
        "ip link set dev " + d.interface + " up");
    const std::uint64_t mtu = files_.number(folder + "/mtu");
    const std::uint64_t least = needs_.max_frame - net::Ethernet::kTaggedSize;
    add(name + ", MTU", needed(mtu >= least), fmt::format("at least {}", least), std::to_string(mtu),
        fmt::format("ip link set dev {} mtu {}", d.interface, least));
  }

  void dpdk_device(const Device& d) {
    const std::string name = "DPDK device " + d.pci;
    const std::string folder = "/sys/bus/pci/devices/" + d.pci;
    if (!files_.exists(folder))
      return add(name, CheckVerdict::missing, "it", "no such PCI device", "see the ports with: lspci -D | grep -i net");
    // Mellanox ports keep their kernel driver under DPDK.
    constexpr std::array<std::string_view, 5> kDrivers{"vfio-pci", "uio_pci_generic", "igb_uio", "mlx5_core",
                                                       "mlx4_core"};
    const std::string driver = files_.link_name(folder + "/driver");
    add(name, needed(std::ranges::find(kDrivers, driver) != kDrivers.end()), "bound to vfio-pci",
        driver.empty() ? "bound to nothing" : "bound to " + driver,
        "modprobe vfio-pci && dpdk-devbind.py -b vfio-pci " + d.pci);
    if (driver != "vfio-pci") return;
    std::error_code error;
    const bool iommu = !std::filesystem::is_empty(files_.path("/sys/kernel/iommu_groups"), error) && !error;
    const bool without = files_.line("/sys/module/vfio/parameters/enable_unsafe_noiommu_mode") == "Y";
    add(name + ", IOMMU", needed(iommu || without), "on",
        iommu     ? "on"
        : without ? "off, and vfio told so"
                  : "off",
        "boot with intel_iommu=on iommu=pt (AMD: iommu=pt)");
  }

  void udp(const Device& d) {
    if (d.interface.empty()) {
      for (const std::uint32_t group : d.groups) route(d, group);
    }
    const std::uint64_t most = files_.number("/proc/sys/net/core/rmem_max");
    const bool force = (files_.capabilities() >> kCapNetAdmin & 1) != 0;
    add("socket buffer", advised(force || most >= kSocketBuffer), fmt::format("at least {} bytes", kSocketBuffer),
        force ? "any, by force (CAP_NET_ADMIN)" : fmt::format("at most {} bytes", most),
        fmt::format("sysctl net.core.rmem_max={}", kSocketBuffer));
  }

  void route(const Device& d, std::uint32_t group) {
    std::ifstream in(files_.path("/proc/net/route"));
    std::string via;
    std::string line;
    std::uint32_t best = 0;
    std::getline(in, line);
    while (std::getline(in, line)) {
      std::istringstream fields(line);
      std::string interface, skipped;
      std::uint32_t destination = 0, mask = 0;
      fields >> interface >> std::hex >> destination >> skipped >> skipped >> skipped >> skipped >> skipped >> mask;
      // The file has them as the kernel does, in network order.
      destination = __builtin_bswap32(destination);
      mask = __builtin_bswap32(mask);
      if (!fields || (group & mask) != destination || (!via.empty() && mask < best)) continue;
      via = interface;
      best = mask;
    }
    add(fmt::format("multicast route to {}.{}.{}.{}", group >> 24, group >> 16 & 255, group >> 8 & 255, group & 255),
        needed(!via.empty()), "one, as " + d.address + " names no interface", or_none(via),
        "write @interface behind the address, or: ip route add 224.0.0.0/4 dev <interface>");
  }

  void raw_sockets(const Device& d) {
    const bool may = (files_.capabilities() >> kCapNetRaw & 1) != 0;
    add("right to open raw sockets, for " + d.address, needed(may), "CAP_NET_RAW", may ? "it" : "not this one",
        "run as root, or: setcap cap_net_raw,cap_net_admin+ep <program>");
  }

  std::set<unsigned> cores() const {
    if (!needs_.cores.empty()) return {needs_.cores.begin(), needs_.cores.end()};
    return files_.cpu_list("/sys/devices/system/cpu/online");
  }

  MachineFiles files_;
  const MachineNeeds& needs_;
  std::vector<Device> devices_;
  std::vector<MachineCheck> checks_;
};

}  // namespace

std::string_view to_string(CheckVerdict verdict) noexcept {
  constexpr std::array<std::string_view, 4> kNames{"ok", "missing", "advised", "skipped"};
  return kNames[static_cast<std::size_t>(verdict)];
}

std::vector<MachineCheck> check_machine(const std::filesystem::path& root, const MachineNeeds& needs) {
  return Checker(root, needs).run();
}

}  // namespace twinpath
