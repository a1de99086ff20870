// Writes the xclbin of the simulated card: make_xclbin FILE.
#include <xclbin.h>

#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

#include "drivers/xrt/kernel_arguments.h"
#include "drivers/xrt/xclbin_file.h"
#include "host/core/registers.h"
#include "sim/xrt/card_layout.h"

namespace twinpath::sim {
namespace {

using xclbin::Bytes;

Bytes text(const std::string& s) { return {s.begin(), s.end()}; }

std::string hex(std::uint64_t n) {
  char out[24];
  std::snprintf(out, sizeof out, "0x%llX", static_cast<unsigned long long>(n));
  return out;
}

// The kernel as v++ describes one whose hwControlProtocol is user_managed.
std::string metadata() {
  std::string arguments;
  unsigned id = 0;
  for (const KernelArgument& a : kKernelArguments) {
    arguments += "        <arg name=\"" + std::string(a.name) + "\" addressQualifier=\"1\" id=\"" +
                 std::to_string(id++) + "\" port=\"m_axi\" size=\"0x8\" offset=\"" + hex(a.offset) +
                 "\" hostOffset=\"0x0\" hostSize=\"0x8\" type=\"void*\"/>\n";
  }
  return std::string("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n") + "<project name=\"twinpath\">\n" +
         "  <platform vendor=\"xilinx\" boardid=\"u50\" name=\"simulated\">\n" +
         "    <device name=\"fpga0\" fpgaDevice=\"\">\n" +
         "      <core name=\"OCL_REGION_0\" target=\"hw_em\" type=\"clc_region\" clockFreq=\"0MHz\">\n" +
         "      <kernel name=\"" + kKernel + "\" language=\"ip_c\" type=\"pl\" hwControlProtocol=\"user_managed\">\n" +
         "        <port name=\"s_axi_control\" mode=\"slave\" range=\"" + hex(kRegisterBytes) +
         "\" dataWidth=\"32\" portType=\"addressable\" base=\"0x0\"/>\n" +
         "        <port name=\"m_axi\" mode=\"master\" range=\"0xFFFFFFFFFFFFFFFF\" dataWidth=\"512\" "
         "portType=\"addressable\" base=\"0x0\"/>\n" +
         "        <port name=\"s_axis\" mode=\"read_only\" dataWidth=\"64\" portType=\"stream\"/>\n" +
         "        <port name=\"m_axis\" mode=\"write_only\" dataWidth=\"64\" portType=\"stream\"/>\n" + arguments +
         "        <instance name=\"" + kInstance + "\">\n" + "          <addrRemap base=\"" + hex(kRegisterBase) +
         "\" range=\"" + hex(kRegisterBytes) + "\" port=\"s_axi_control\"/>\n" + "        </instance>\n" +
         "      </kernel>\n" + "      </core>\n    </device>\n  </platform>\n</project>\n";
}

void make(const std::string& file) {
  std::vector<xclbin::Memory> memories;
  for (unsigned i = 0; i < kBanks; ++i)
    memories.push_back({MEM_HBM, i == 0, i * kBankBytes, kBankBytes / 1024, "HBM[" + std::to_string(i) + "]"});
  const std::vector<xclbin::Ip> ips{{IP_KERNEL, std::uint32_t{AP_CTRL_NONE} << IP_CONTROL_SHIFT, kRegisterBase,
                                     std::string(kKernel) + ":" + kInstance}};
  std::vector<xclbin::Connection> connections;
  for (int i = 0; i < static_cast<int>(std::size(kKernelArguments)); ++i) connections.push_back({i, 0, 0});
  const std::vector<xclbin::Clock> clocks{{300, CT_DATA, "ap_clk"}, {322, CT_KERNEL, "ap_clk_2"}};

  const std::string xml = metadata();
  // The simulator is not in it: xrt.ini names the folder.
  const std::vector<xclbin::SectionData> sections{
      {BITSTREAM, "bitstream", Bytes{'P', 'K', 5, 6}},
      {EMBEDDED_METADATA, "metadata", text(xml)},
      {MEM_TOPOLOGY, "mem_topology", xclbin::memory_table(memories)},
      {ASK_GROUP_TOPOLOGY, "group_topology", xclbin::memory_table(memories)},
      {IP_LAYOUT, "ip_layout", xclbin::ip_table(ips)},
      {CONNECTIVITY, "connectivity", xclbin::connection_table(connections)},
      {ASK_GROUP_CONNECTIVITY, "group_connectivity", xclbin::connection_table(connections)},
      {CLOCK_FREQ_TOPOLOGY, "clocks", xclbin::clock_table(clocks)}};
  xclbin::Header header;
  header.mode = XCLBIN_HW_EMU;
  header.version = {2, 13, 0};
  header.platform = "twinpath:u50:simulated:1.0";
  header.uuid = xclbin::uuid_of(text(xml + std::to_string(regs::kMapVersionValue)));
  const Bytes bytes = xclbin::write(header, sections);
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  if (!out.flush()) throw std::runtime_error(file + ": cannot be written");
}

}  // namespace
}  // namespace twinpath::sim

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_xclbin FILE\n");
    return 2;
  }
  try {
    twinpath::sim::make(argv[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "make_xclbin: %s\n", e.what());
    return 2;
  }
  return 0;
}
