// drivers/xrt/xclbin_file.*: what is written is read; what is damaged is named with the byte where it stops making
// sense.
#include <gtest/gtest.h>
#include <xclbin.h>

#include <cstddef>
#include <cstring>
#include <random>
#include <string>

#include "drivers/xrt/xclbin_file.h"
#include "host/wire/file_error.h"

namespace twinpath::xclbin {
namespace {

constexpr std::string_view kXml = R"(<?xml version="1.0"?><!-- a <kernel> that is none --><project><core>
  <kernel name="k" hwControlProtocol="user_managed"><port name="m_axi" mode="master" range="0xFFFFFFFF" dataWidth="512"/>
    <arg name="a" id="0" port="m_axi" size="0x8" offset="0x4008" type='ap_uint&lt;8&gt;*'/><instance name="k_0"><addrRemap base="1"/></instance>
  </kernel></core></project>)";

Bytes sample() {
  Header header;
  header.mode = XCLBIN_HW_EMU;
  header.created = 1'700'000'000;
  header.version = {2, 13, 4};
  header.platform = "vendor:board:name:1.0";
  for (unsigned i = 0; i < 16; ++i) header.uuid[i] = static_cast<std::uint8_t>(i * 17);
  const std::vector<Memory> memories{{MEM_HBM, true, 0x100, 256, "HBM[0]"},
                                     {MEM_DDR4, false, 1ULL << 40U, 1, "DDR[1]"}};
  const std::vector<Ip> ips{{IP_KERNEL, 0x200, 0x1810000, "k:k_0"}};
  const std::vector<Connection> connections{{0, 0, 0}, {2, 0, 1}};
  const std::vector<Clock> clocks{{322, CT_KERNEL, "ap_clk_2"}};
  const std::vector<SectionData> sections{{BITSTREAM, "bits", {1, 2, 3}},
                                          {EMBEDDED_METADATA, "metadata", {kXml.begin(), kXml.end()}},
                                          {MEM_TOPOLOGY, "mem", memory_table(memories)},
                                          {IP_LAYOUT, "ip", ip_table(ips)},
                                          {CONNECTIVITY, "conn", connection_table(connections)},
                                          {CLOCK_FREQ_TOPOLOGY, "clocks", clock_table(clocks)},
                                          {BUILD_METADATA, "", {}}};
  return write(header, sections);
}

// The section header's place in the file.
std::size_t section_header(std::size_t n) { return offsetof(axlf, m_sections) + n * sizeof(axlf_section_header); }

void expect_error(const Bytes& bytes, std::uint64_t offset, const std::string& text) {
  try {
    parse("f.xclbin", bytes);
    FAIL() << "no error at byte " << offset << " (" << text << ")";
  } catch (const FileError& e) {
    EXPECT_EQ(e.offset(), offset) << e.what();
    EXPECT_NE(std::string(e.what()).find(text), std::string::npos) << e.what();
    EXPECT_EQ(std::string(e.what()).find("f.xclbin: byte "), 0u) << e.what();
  }
}

TEST(Xclbin, ReadsWhatItWrote) {
  const Bytes bytes = sample();
  const Content c = parse("f.xclbin", bytes);
  EXPECT_EQ(c.bytes, bytes.size());
  EXPECT_EQ(mode_name(c.header.mode), "hw_emu");
  EXPECT_EQ(c.header.created, 1'700'000'000u);
  EXPECT_EQ(c.header.platform, "vendor:board:name:1.0");
  EXPECT_EQ(to_string(c.header.uuid), "00112233-4455-6677-8899-aabbccddeeff");
  ASSERT_EQ(c.sections.size(), 7u);
  EXPECT_EQ(section_name(c.sections[2].kind), "MEM_TOPOLOGY");
  EXPECT_EQ(c.sections[0].size, 3u);
  EXPECT_EQ(bytes[c.sections[0].offset + 2], 3);
  ASSERT_EQ(c.memories.size(), 2u);
  EXPECT_EQ(c.memories[0].tag, "HBM[0]");
  EXPECT_TRUE(c.memories[0].used);
  EXPECT_EQ(c.memories[1].base, 1ULL << 40U);
  EXPECT_EQ(memory_type_name(c.memories[1].type), "DDR4");
  ASSERT_EQ(c.ips.size(), 1u);
  EXPECT_EQ(c.ips[0].name, "k:k_0");
  ASSERT_EQ(c.connections.size(), 2u);
  EXPECT_EQ(c.connections[1].memory, 1);
  ASSERT_EQ(c.clocks.size(), 1u);
  EXPECT_EQ(c.clocks[0].mhz, 322);
  ASSERT_EQ(c.kernels.size(), 1u);
  const Kernel& k = c.kernels[0];
  EXPECT_EQ(k.protocol, "user_managed");
  ASSERT_EQ(k.arguments.size(), 1u);
  EXPECT_EQ(k.arguments[0].offset, 0x4008u);
  EXPECT_EQ(k.arguments[0].type, "ap_uint<8>*");
  ASSERT_EQ(k.ports.size(), 1u);
  EXPECT_EQ(k.ports[0].data_width, "512");
  EXPECT_EQ(k.instances, std::vector<std::string>{"k_0"});
}

TEST(Xclbin, TheHeaderIsThatOfTheRuntime) {
  const Bytes bytes = sample();
  const auto* top = reinterpret_cast<const axlf*>(bytes.data());
  EXPECT_STREQ(top->m_magic, "xclbin2");
  EXPECT_EQ(top->m_header.m_length, bytes.size());
  const axlf_section_header* s = ::xclbin::get_axlf_section(top, IP_LAYOUT);
  ASSERT_NE(s, nullptr);
  const auto* ips = reinterpret_cast<const ip_layout*>(bytes.data() + s->m_sectionOffset);
  EXPECT_EQ(ips->m_count, 1);
  EXPECT_STREQ(reinterpret_cast<const char*>(ips->m_ip_data[0].m_name), "k:k_0");
}

TEST(Xclbin, EveryCutIsNamed) {
  const Bytes bytes = sample();
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    try {
      parse("f.xclbin", cut);
      FAIL() << "cut to " << n << " bytes";
    } catch (const FileError& e) {
      EXPECT_LE(e.offset(), bytes.size());
      EXPECT_NE(std::string(e.what()).find("expected"), std::string::npos);
    }
  }
}

TEST(Xclbin, DamageIsNamedWithItsByte) {
  const Bytes good = sample();
  const Content c = parse("f.xclbin", good);
  const auto put = [&](std::size_t at, auto value) {
    Bytes bytes = good;
    std::memcpy(bytes.data() + at, &value, sizeof value);
    return bytes;
  };
  expect_error({}, 0, "an empty file");
  expect_error(put(0, 'X'), 0, "xclbin2");
  expect_error(put(offsetof(axlf, m_header) + offsetof(axlf_header, m_length), std::uint64_t{7}), 304, "found 7");
  expect_error(put(offsetof(axlf, m_header) + offsetof(axlf_header, m_numSections), std::uint32_t{0x10001}), 448,
               "65536 sections");
  expect_error(put(section_header(2) + offsetof(axlf_section_header, m_sectionOffset), std::uint64_t{1} << 40U),
               section_header(2), "section MEM_TOPOLOGY within");
  expect_error(put(section_header(3) + offsetof(axlf_section_header, m_sectionSize), ~std::uint64_t{0}),
               section_header(3), "IP_LAYOUT");
  expect_error(put(c.sections[2].offset, std::int32_t{3}), c.sections[2].offset,
               "at most 2 entries of MEM_TOPOLOGY, found 3");
  expect_error(put(c.sections[3].offset, std::int32_t{-1}), c.sections[3].offset, "found -1");
  expect_error(put(c.sections[4].offset + 4 + 8, std::int32_t{2}), c.sections[4].offset, "memory 2");
  // In the kernel's XML: an attribute without its end, a number that is none.
  const std::size_t xml = c.sections[1].offset;
  const std::size_t offset = xml + kXml.find("0x4008");
  expect_error(put(offset + 2, 'z'), xml, "a number as offset of <arg>, found '0xz008'");
  expect_error(put(xml + kXml.find("'ap_uint"), 'v'), xml + kXml.find("'ap_uint"), "a quoted value, found 'v'");
}

TEST(Xclbin, NoDamageDoesHarm) {
  const Bytes good = sample();
  std::mt19937 random(1);
  unsigned refused = 0;
  for (unsigned i = 0; i < 20'000; ++i) {
    Bytes bytes = good;
    for (unsigned n = 1 + random() % 4; n > 0; --n)
      bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    try {
      parse("f.xclbin", bytes);
    } catch (const FileError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 5000u);
}

TEST(Xclbin, EqualBytesHaveOneUuid) {
  const Bytes a{1, 2, 3}, b{1, 2, 4};
  EXPECT_EQ(uuid_of(a), uuid_of(a));
  EXPECT_NE(uuid_of(a), uuid_of(b));
  EXPECT_EQ(to_string(uuid_of(a))[14], '8');
}

}  // namespace
}  // namespace twinpath::xclbin
