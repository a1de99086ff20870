// Writes the xclbin of the simulated card: make_xclbin FILE.
#include <fmt/format.h>
#include <xclbin.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <string>

#include "drivers/xrt/kernel_arguments.h"
#include "drivers/xrt/xclbin_file.h"
#include "host/core/registers.h"
#include "sim/xrt/card_layout.h"
#include "sim/xrt/hls_kernels.h"

namespace twinpath::sim {
namespace {

using xclbin::Bytes;

Bytes text(const std::string& s) { return {s.begin(), s.end()}; }

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out += c;
  }
  return out;
}

std::string argument(std::string_view name, unsigned id, bool memory, std::string_view port, std::uint32_t bytes,
                     std::uint32_t offset, std::string_view type) {
  return fmt::format(
      "        <arg name=\"{}\" addressQualifier=\"{}\" id=\"{}\" port=\"{}\" size=\"0x{:X}\" offset=\"0x{:X}\" "
      "hostOffset=\"0x0\" hostSize=\"0x{:X}\" type=\"{}\"/>\n",
      name, memory ? 1 : 0, id, port, bytes, offset, bytes, escaped(type));
}

std::string kernel(std::string_view name, std::string_view language, std::string_view protocol, std::string_view ports,
                   std::string_view arguments, std::string_view instance, std::uint64_t base) {
  return fmt::format(
      "      <kernel name=\"{}\" language=\"{}\" type=\"pl\" hwControlProtocol=\"{}\">\n"
      "        <port name=\"s_axi_control\" mode=\"slave\" range=\"0x{:X}\" dataWidth=\"32\" "
      "portType=\"addressable\" base=\"0x0\"/>\n{}{}"
      "        <instance name=\"{}\">\n"
      "          <addrRemap base=\"0x{:X}\" range=\"0x{:X}\" port=\"s_axi_control\"/>\n"
      "        </instance>\n      </kernel>\n",
      name, language, protocol, kRegisterBytes, ports, arguments, instance, base, kRegisterBytes);
}

std::string memory_port(std::string_view name, unsigned bits) {
  return fmt::format(
      "        <port name=\"{}\" mode=\"master\" range=\"0xFFFFFFFFFFFFFFFF\" dataWidth=\"{}\" "
      "portType=\"addressable\" base=\"0x0\"/>\n",
      name, bits);
}

// The kernel as v++ describes one whose hwControlProtocol is user_managed.
std::string core_kernel() {
  std::string arguments;
  unsigned id = 0;
  for (const KernelArgument& a : kKernelArguments)
    arguments += argument(a.name, id++, true, "m_axi", 8, a.offset, "void*");
  return kernel(kKernel, "ip_c", "user_managed",
                memory_port("m_axi", 512) +
                    "        <port name=\"s_axis\" mode=\"read_only\" dataWidth=\"64\" portType=\"stream\"/>\n"
                    "        <port name=\"m_axis\" mode=\"write_only\" dataWidth=\"64\" portType=\"stream\"/>\n",
                arguments, kInstance, kRegisterBase);
}

// One that XRT starts.
std::string hls_kernel(const HlsKernel& k) {
  std::map<std::string, unsigned> widths;  // bits of each memory port: its widest argument's
  std::string arguments;
  unsigned id = 0;
  for (const HlsArgument& a : k.arguments) {
    const bool memory = !a.bundle.empty();
    const std::string port = memory ? "m_axi_" + a.bundle : "s_axi_control";
    if (memory) widths[port] = std::max(widths[port], a.element_bits);
    arguments += argument(a.name, id++, memory, port, a.bytes, a.offset, a.type);
  }
  std::string ports;
  for (const auto& [port, bits] : widths) ports += memory_port(port, bits);
  return kernel(k.name, "c", "ap_ctrl_hs", ports, arguments, k.instance, k.base);
}

std::string metadata() {
  std::string kernels = core_kernel();
  for (const HlsKernel& k : hls_kernels()) kernels += hls_kernel(k);
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<project name=\"twinpath\">\n"
         "  <platform vendor=\"xilinx\" boardid=\"u50\" name=\"simulated\">\n"
         "    <device name=\"fpga0\" fpgaDevice=\"\">\n"
         "      <core name=\"OCL_REGION_0\" target=\"hw_em\" type=\"clc_region\" clockFreq=\"0MHz\">\n" +
         kernels + "      </core>\n    </device>\n  </platform>\n</project>\n";
}

void make(const std::string& file) {
  std::vector<xclbin::Memory> memories;
  for (unsigned i = 0; i < kBanks; ++i)
    memories.push_back({MEM_HBM, i == kBank, i * kBankBytes, kBankBytes / 1024, "HBM[" + std::to_string(i) + "]"});
  std::vector<xclbin::Ip> ips{{IP_KERNEL, std::uint32_t{AP_CTRL_NONE} << IP_CONTROL_SHIFT, kRegisterBase,
                               std::string(kKernel) + ":" + kInstance}};
  std::vector<xclbin::Connection> connections;
  for (int i = 0; i < static_cast<int>(std::size(kKernelArguments)); ++i) connections.push_back({i, 0, kBank});
  for (const HlsKernel& k : hls_kernels()) {
    for (std::size_t i = 0; i < k.arguments.size(); ++i)
      if (!k.arguments[i].bundle.empty())
        connections.push_back({static_cast<int>(i), static_cast<int>(ips.size()), kBank});
    ips.push_back({IP_KERNEL, std::uint32_t{AP_CTRL_HS} << IP_CONTROL_SHIFT, k.base, k.name + ":" + k.instance});
  }
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
