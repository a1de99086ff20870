#include "host/apps/machine/machine_checks.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace twinpath {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using V = CheckVerdict;

// A copy of /proc and /sys of a machine that has everything; a test takes one thing away.
class MachineChecks : public ::testing::Test {
 protected:
  MachineChecks() {
    std::string name = (std::filesystem::temp_directory_path() / "twinpath-machine-XXXXXX").string();
    root = mkdtemp(name.data());
    write("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc");
    write("sys/devices/system/cpu/online", "0-3");
    write("sys/devices/system/cpu/isolated", "2-3");
    write("sys/devices/system/cpu/nohz_full", "2,3");
    for (int cpu = 0; cpu < 4; ++cpu)
      write("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/cpufreq/scaling_governor", "performance");
    write("proc/irq/24/smp_affinity_list", "0-1");
    write("proc/irq/default_smp_affinity", "f");
    write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "512");
    write("sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "0");
    write("sys/class/net/eth1/flags", "0x1003");
    write("sys/class/net/eth1/mtu", "1500");
    write("sys/bus/pci/devices/0000:3b:00.0/vendor", "0x8086");
    bind("vfio-pci");
    std::filesystem::create_directories(root / "sys/kernel/iommu_groups/0");
    write("proc/net/route",
          "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
          "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n"
          "eth1\t000000E0\t00000000\t0001\t0\t0\t0\t000000F0\t0\t0\t0");
    write("proc/sys/net/core/rmem_max", "212992");
    write("proc/self/status", "Name:\tx\nCapEff:\t0000000000003000\n");
    needs.addresses = {"udp:233.54.12.111:26477", "udp:233.54.12.111:26477,233.49.196.111:26477@eth1",
                       "af_packet:eth1,blocks", "dpdk:0000:3b:00.0", "dpdk:net_af_packet0,iface=eth1,framecnt=512"};
    needs.cores = {2, 3};
  }
  ~MachineChecks() override { std::filesystem::remove_all(root); }

  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text << '\n';
  }
  void bind(const std::string& driver) {
    const auto link = root / "sys/bus/pci/devices/0000:3b:00.0/driver";
    std::filesystem::remove(link);
    if (!driver.empty()) std::filesystem::create_symlink("../../drivers/" + driver, link);
  }

  // The checks that are not ok; with a fault there is one (or one a device).
  std::vector<MachineCheck> found() {
    std::vector<MachineCheck> all = check_machine(root, needs);
    std::erase_if(all, [](const MachineCheck& c) { return c.verdict == V::ok; });
    return all;
  }
  void expect(V verdict, const std::string& name, const std::string& what, const std::string& fix) {
    const auto all = found();
    ASSERT_FALSE(all.empty()) << "nothing was found: expected " << name;
    for (const MachineCheck& c : all) {
      EXPECT_EQ(c.verdict, verdict) << c.name;
      EXPECT_THAT(c.name, HasSubstr(name));
      EXPECT_THAT(c.found, HasSubstr(what));
      EXPECT_THAT(c.fix, HasSubstr(fix));
    }
  }

  std::filesystem::path root;
  MachineNeeds needs;
};

TEST_F(MachineChecks, NothingIsFoundOnAMachineThatHasEverything) {
  EXPECT_GE(check_machine(root, needs).size(), 15u);
  EXPECT_TRUE(found().empty()) << found().front().name;
}

TEST_F(MachineChecks, ClockSource) {
  write("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet");
  expect(V::advised, "clock source", "hpet", "clocksource=tsc");
}

TEST_F(MachineChecks, GovernorOfACoreThatPolls) {
  write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave");
  EXPECT_TRUE(found().empty());
  write("sys/devices/system/cpu/cpu3/cpufreq/scaling_governor", "powersave");
  expect(V::advised, "frequency governor", "cores 3", "cpupower");
}

TEST_F(MachineChecks, CoresThatAreNotIsolated) {
  write("sys/devices/system/cpu/isolated", "3");
  expect(V::advised, "isolated cores", "3", "isolcpus=2,3");
}

TEST_F(MachineChecks, CoresWithATimerTick) {
  std::filesystem::remove(root / "sys/devices/system/cpu/nohz_full");
  expect(V::advised, "cores without timer tick", "none", "nohz_full=2,3");
}

TEST_F(MachineChecks, InterruptsOnCoresThatPoll) {
  write("proc/irq/31/smp_affinity_list", "1-2");
  expect(V::advised, "interrupt affinity", "1 may be: 31", "/proc/irq/");
}

TEST_F(MachineChecks, HugePagesAreNeededByAPciPortOnly) {
  write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0");
  expect(V::missing, "huge pages", "0 free", "nr_hugepages");
  needs.addresses = {"dpdk:net_ring0"};
  expect(V::advised, "huge pages", "0 free", "nr_hugepages");
  needs.addresses = {"af_packet:eth1"};
  expect(V::skipped, "huge pages", "0 free", "");
}

TEST_F(MachineChecks, InterfaceThatIsAbsentOrDown) {
  write("sys/class/net/eth1/flags", "0x1002");
  expect(V::missing, "interface eth1", "down", "ip link set dev eth1 up");
  std::filesystem::remove_all(root / "sys/class/net/eth1");
  write("sys/class/net/eth7/mtu", "1500");
  expect(V::missing, "interface eth1", "none of that name", "eth7");
}

TEST_F(MachineChecks, MtuThatIsTooSmall) {
  needs.max_frame = 9018;
  expect(V::missing, "interface eth1, MTU", "1500", "ip link set dev eth1 mtu 9000");
}

TEST_F(MachineChecks, RightToOpenRawSockets) {
  write("proc/self/status", "Name:\tx\nCapEff:\t0000000000001000\n");
  expect(V::missing, "raw sockets", "not this one", "setcap");
}

TEST_F(MachineChecks, SocketBufferWithoutTheRightToForceIt) {
  write("proc/self/status", "Name:\tx\nCapEff:\t0000000000002000\n");
  expect(V::advised, "socket buffer", "212992", "net.core.rmem_max");
}

TEST_F(MachineChecks, MulticastWithoutRouteOrInterface) {
  write("proc/net/route", "Iface\tDestination\neth0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0");
  expect(V::missing, "multicast route to 233.54.12.111", "none", "ip route add 224.0.0.0/4");
}

TEST_F(MachineChecks, DpdkDeviceThatIsAbsentOrNotBound) {
  bind("ixgbe");
  expect(V::missing, "DPDK device 0000:3b:00.0", "bound to ixgbe", "dpdk-devbind.py -b vfio-pci 0000:3b:00.0");
  bind("");
  expect(V::missing, "DPDK device 0000:3b:00.0", "bound to nothing", "vfio-pci");
  bind("mlx5_core");
  EXPECT_TRUE(found().empty());
  std::filesystem::remove_all(root / "sys/bus/pci/devices/0000:3b:00.0");
  expect(V::missing, "DPDK device 0000:3b:00.0", "no such PCI device", "lspci");
}

TEST_F(MachineChecks, IommuOrTheWordThatThereIsNone) {
  std::filesystem::remove_all(root / "sys/kernel/iommu_groups/0");
  expect(V::missing, "IOMMU", "off", "intel_iommu=on");
  write("sys/module/vfio/parameters/enable_unsafe_noiommu_mode", "Y");
  EXPECT_TRUE(found().empty());
}

TEST_F(MachineChecks, AddressesOfNoMachineAreRefused) {
  for (const std::string address : {"pcap:x.pcap", "eth0", "udp:233.54.12.111", ""}) {
    needs.addresses = {address};
    EXPECT_THROW(check_machine(root, needs), std::invalid_argument) << address;
  }
}

}  // namespace
}  // namespace twinpath
