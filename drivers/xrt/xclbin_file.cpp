#include "drivers/xrt/xclbin_file.h"

#include <fmt/format.h>
#include <xclbin.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "drivers/xrt/xml_tags.h"
#include "host/wire/file_error.h"
#include "host/wire/mapped_file.h"

namespace twinpath::xclbin {
namespace {

constexpr std::string_view kMagic{"xclbin2\0", 8};
constexpr std::size_t kHeaderBytes = offsetof(axlf, m_sections);
constexpr const char* kDamaged = "the file is damaged or cut off; build or copy it again";

constexpr std::array<std::string_view, 32> kSections{"BITSTREAM",
                                                     "CLEARING_BITSTREAM",
                                                     "EMBEDDED_METADATA",
                                                     "FIRMWARE",
                                                     "DEBUG_DATA",
                                                     "SCHED_FIRMWARE",
                                                     "MEM_TOPOLOGY",
                                                     "CONNECTIVITY",
                                                     "IP_LAYOUT",
                                                     "DEBUG_IP_LAYOUT",
                                                     "DESIGN_CHECK_POINT",
                                                     "CLOCK_FREQ_TOPOLOGY",
                                                     "MCS",
                                                     "BMC",
                                                     "BUILD_METADATA",
                                                     "KEYVALUE_METADATA",
                                                     "USER_METADATA",
                                                     "DNA_CERTIFICATE",
                                                     "PDI",
                                                     "BITSTREAM_PARTIAL_PDI",
                                                     "PARTITION_METADATA",
                                                     "EMULATION_DATA",
                                                     "SYSTEM_METADATA",
                                                     "SOFT_KERNEL",
                                                     "ASK_FLASH",
                                                     "AIE_METADATA",
                                                     "ASK_GROUP_TOPOLOGY",
                                                     "ASK_GROUP_CONNECTIVITY",
                                                     "SMARTNIC",
                                                     "AIE_RESOURCES",
                                                     "OVERLAY",
                                                     "VENDER_METADATA"};
constexpr std::array<std::string_view, 12> kMemoryTypes{"DDR3", "DDR4",     "DRAM", "streaming", "preallocated",
                                                        "ARE",  "HBM",      "BRAM", "URAM",      "streaming connection",
                                                        "host", "PS kernel"};
constexpr std::array<std::string_view, 7> kModes{
    "flat", "hw", "tandem stage 2", "tandem stage 2 with partial reconfiguration", "hw_emu", "sw_emu", "hw_emu_pr"};

// Text of a fixed field, to its first zero.
template <class T, std::size_t N>
std::string text(const T (&field)[N]) {
  const auto* p = reinterpret_cast<const char*>(field);
  return {p, strnlen(p, N)};
}
template <class T, std::size_t N>
void set_text(T (&field)[N], std::string_view value) {
  std::memset(field, 0, N);
  std::memcpy(field, value.data(), std::min(value.size(), N - 1));
}

class Reader {
 public:
  Reader(const std::string& file, std::span<const std::uint8_t> bytes) : file_(file), bytes_(bytes) {}

  [[noreturn]] void fail(std::uint64_t at, const std::string& expected, const std::string& found,
                         const std::string& advice = kDamaged) const {
    throw FileError(file_, at, expected, found, advice);
  }

  // A copy of T at `at`: nothing in a file need be aligned.
  template <class T>
  T get(std::uint64_t at, std::uint64_t end, const char* what) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (at > end || end - at < sizeof(T))
      fail(at, fmt::format("{} bytes of {}", sizeof(T), what), fmt::format("{}", at > end ? 0 : end - at));
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof(T));
    return value;
  }

  // The entries of a table: a count, then so many T from `first`.
  template <class T, class Count>
  std::vector<T> table(const Section& s, std::size_t first) const {
    const std::string what = std::string(section_name(s.kind));
    const std::uint64_t end = s.offset + s.size;
    const auto count = static_cast<std::int64_t>(get<Count>(s.offset, end, "a table's count"));
    const std::uint64_t room = s.size < first ? 0 : (s.size - first) / sizeof(T);
    if (count < 0 || static_cast<std::uint64_t>(count) > room)
      fail(s.offset, fmt::format("a count of at most {} entries of {}", room, what), fmt::format("{}", count));
    std::vector<T> entries;
    for (std::int64_t i = 0; i < count; ++i)
      entries.push_back(get<T>(s.offset + first + static_cast<std::uint64_t>(i) * sizeof(T), end, "a table"));
    return entries;
  }

  std::string_view characters(const Section& s) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + s.offset, s.size};
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  const std::string& file_;
  std::span<const std::uint8_t> bytes_;
};

std::uint64_t number(const Reader& reader, const Section& s, const XmlTag& tag, std::string_view key) {
  const std::string value = tag.get(key);
  if (value.empty()) return 0;
  std::size_t used = 0;
  try {
    const std::uint64_t n = std::stoull(value, &used, 0);
    if (used == value.size()) return n;
  } catch (const std::exception&) {  // neither a number nor one of 64 bits
  }
  reader.fail(s.offset, fmt::format("a number as {} of <{}>", key, tag.name), "'" + value + "'",
              "the kernel metadata is damaged; build the file again");
}

std::vector<Kernel> kernels(const Reader& reader, const Section& s) {
  std::vector<Kernel> found;
  bool inside = false;
  XmlTags tags(reader.characters(s));
  XmlTag tag;
  try {
    while (tags.next(tag)) {
      if (tag.name == "kernel") {
        inside = !tag.closing && !tag.empty;
        if (!tag.closing) found.push_back({tag.get("name"), tag.get("hwControlProtocol"), {}, {}, {}});
      } else if (inside && !tag.closing) {
        Kernel& k = found.back();
        if (tag.name == "port")
          k.ports.push_back({tag.get("name"), tag.get("mode"), number(reader, s, tag, "range"), tag.get("dataWidth")});
        if (tag.name == "arg")
          k.arguments.push_back({tag.get("name"), tag.get("type"), tag.get("port"), number(reader, s, tag, "offset"),
                                 number(reader, s, tag, "size")});
        if (tag.name == "instance") k.instances.push_back(tag.get("name"));
      }
    }
  } catch (const XmlError& e) {
    reader.fail(s.offset + e.at, e.what(), e.found, "the kernel metadata is damaged; build the file again");
  }
  return found;
}

template <class T, class Count>
Bytes table(std::span<const T> entries, std::size_t first) {
  Bytes bytes(first + entries.size_bytes());
  const auto count = static_cast<Count>(entries.size());
  std::memcpy(bytes.data(), &count, sizeof count);
  if (!entries.empty()) std::memcpy(bytes.data() + first, entries.data(), entries.size_bytes());
  return bytes;
}

}  // namespace

std::string_view section_name(std::uint32_t kind) { return kind < kSections.size() ? kSections[kind] : "unknown"; }
std::string_view memory_type_name(std::uint8_t type) {
  return type < kMemoryTypes.size() ? kMemoryTypes[type] : "unknown";
}
std::string_view mode_name(std::uint16_t mode) { return mode < kModes.size() ? kModes[mode] : "unknown"; }

std::string to_string(const Uuid& uuid) {
  std::string out;
  for (std::size_t i = 0; i < uuid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += fmt::format("{:02x}", uuid[i]);
  }
  return out;
}

Content parse(const std::string& file, std::span<const std::uint8_t> bytes) {
  const Reader reader(file, bytes);
  Content c;
  c.bytes = bytes.size();
  if (bytes.size() < kMagic.size() || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0)
    reader.fail(0, "\"xclbin2\"", bytes.empty() ? "an empty file" : "other bytes",
                "give a file that v++ or our build wrote");
  // The struct ends with one section header; a file may have none.
  if (bytes.size() < kHeaderBytes)
    reader.fail(bytes.size(), fmt::format("a header of {} bytes", kHeaderBytes), fmt::format("{} bytes", bytes.size()));
  const auto header = reader.get<axlf_header>(offsetof(axlf, m_header), bytes.size(), "the header");
  c.header.mode = header.m_mode;
  c.header.created = header.m_timeStamp;
  c.header.version = {header.m_versionMajor, header.m_versionMinor, static_cast<std::uint8_t>(header.m_versionPatch)};
  c.header.platform = text(header.m_platformVBNV);
  std::copy_n(std::begin(header.uuid), c.header.uuid.size(), c.header.uuid.begin());
  constexpr std::size_t kLengthAt = offsetof(axlf, m_header) + offsetof(axlf_header, m_length);
  if (header.m_length != bytes.size())
    reader.fail(kLengthAt, fmt::format("a length of {} bytes as the file has", bytes.size()),
                fmt::format("{}", header.m_length));
  if (header.m_numSections > XCLBIN_MAX_NUM_SECTION)
    reader.fail(offsetof(axlf, m_header) + offsetof(axlf_header, m_numSections),
                fmt::format("at most {} sections", XCLBIN_MAX_NUM_SECTION), fmt::format("{}", header.m_numSections));

  for (std::uint32_t i = 0; i < header.m_numSections; ++i) {
    const std::uint64_t at = kHeaderBytes + std::uint64_t{i} * sizeof(axlf_section_header);
    const auto h = reader.get<axlf_section_header>(at, bytes.size(), "a section header");
    if (h.m_sectionOffset > bytes.size() || h.m_sectionSize > bytes.size() - h.m_sectionOffset)
      reader.fail(at, fmt::format("section {} within the file's {} bytes", section_name(h.m_sectionKind), bytes.size()),
                  fmt::format("{} bytes from {}", h.m_sectionSize, h.m_sectionOffset));
    c.sections.push_back({h.m_sectionKind, text(h.m_sectionName), h.m_sectionOffset, h.m_sectionSize});
  }
  for (const Section& s : c.sections) {
    switch (s.kind) {
      case MEM_TOPOLOGY:
        for (const mem_data& m : reader.table<mem_data, std::int32_t>(s, offsetof(mem_topology, m_mem_data)))
          c.memories.push_back({m.m_type, m.m_used != 0, m.m_base_address, m.m_size, text(m.m_tag)});
        break;
      case IP_LAYOUT:
        for (const ip_data& ip : reader.table<ip_data, std::int32_t>(s, offsetof(ip_layout, m_ip_data)))
          c.ips.push_back({ip.m_type, ip.properties, ip.m_base_address, text(ip.m_name)});
        break;
      case CONNECTIVITY:
        for (const connection& k : reader.table<connection, std::int32_t>(s, offsetof(connectivity, m_connection)))
          c.connections.push_back({k.arg_index, k.m_ip_layout_index, k.mem_data_index});
        break;
      case CLOCK_FREQ_TOPOLOGY:
        for (const clock_freq& k :
             reader.table<clock_freq, std::int16_t>(s, offsetof(clock_freq_topology, m_clock_freq)))
          c.clocks.push_back({k.m_freq_Mhz, k.m_type, text(k.m_name)});
        break;
      case EMBEDDED_METADATA:
        c.kernels = kernels(reader, s);
        break;
      default:
        break;
    }
  }
  for (const Connection& k : c.connections) {
    if (k.ip < 0 || static_cast<std::size_t>(k.ip) >= c.ips.size() || k.memory < 0 ||
        static_cast<std::size_t>(k.memory) >= c.memories.size()) {
      const auto s = std::ranges::find(c.sections, std::uint32_t{CONNECTIVITY}, &Section::kind);
      reader.fail(s->offset, "connections between instances and memories that the file has",
                  fmt::format("instance {}, memory {}", k.ip, k.memory));
    }
  }
  return c;
}

Content read(const std::filesystem::path& file) { return parse(file.string(), MappedFile(file).bytes()); }

Bytes write(const Header& header, std::span<const SectionData> sections) {
  // The header holds one section header; the others follow it.
  const std::size_t headers = kHeaderBytes + sections.size() * sizeof(axlf_section_header);
  const auto aligned = [](std::size_t n) { return (n + 7) / 8 * 8; };
  std::size_t total = aligned(headers);
  for (const SectionData& s : sections) total += aligned(s.bytes.size());
  Bytes out(std::max(total, sizeof(axlf)));

  axlf top{};
  std::memcpy(top.m_magic, kMagic.data(), kMagic.size());
  top.m_signature_length = -1;
  std::memset(top.reserved, 0xFF, sizeof top.reserved);
  std::memcpy(&top.m_uniqueId, header.uuid.data(), sizeof top.m_uniqueId);
  axlf_header& h = top.m_header;
  h.m_length = out.size();
  h.m_timeStamp = header.created;
  h.m_versionMajor = header.version[0];
  h.m_versionMinor = header.version[1];
  h.m_versionPatch = header.version[2];
  h.m_mode = header.mode;
  set_text(h.m_platformVBNV, header.platform);
  std::copy(header.uuid.begin(), header.uuid.end(), std::begin(h.uuid));
  h.m_numSections = static_cast<std::uint32_t>(sections.size());
  std::memcpy(out.data(), &top, kHeaderBytes);

  std::size_t at = aligned(headers);
  for (std::size_t i = 0; i < sections.size(); ++i) {
    axlf_section_header s{};
    s.m_sectionKind = sections[i].kind;
    set_text(s.m_sectionName, sections[i].name);
    s.m_sectionOffset = at;
    s.m_sectionSize = sections[i].bytes.size();
    std::memcpy(out.data() + kHeaderBytes + i * sizeof s, &s, sizeof s);
    if (!sections[i].bytes.empty()) std::memcpy(out.data() + at, sections[i].bytes.data(), sections[i].bytes.size());
    at += aligned(sections[i].bytes.size());
  }
  return out;
}

Bytes memory_table(std::span<const Memory> memories) {
  std::vector<mem_data> entries;
  for (const Memory& m : memories) {
    mem_data e{};
    e.m_type = m.type;
    e.m_used = m.used ? 1 : 0;
    e.m_size = m.kib;
    e.m_base_address = m.base;
    set_text(e.m_tag, m.tag);
    entries.push_back(e);
  }
  return table<mem_data, std::int32_t>(entries, offsetof(mem_topology, m_mem_data));
}

Bytes ip_table(std::span<const Ip> ips) {
  std::vector<ip_data> entries;
  for (const Ip& ip : ips) {
    ip_data e{};
    e.m_type = ip.type;
    e.properties = ip.properties;
    e.m_base_address = ip.base;
    set_text(e.m_name, ip.name);
    entries.push_back(e);
  }
  return table<ip_data, std::int32_t>(entries, offsetof(ip_layout, m_ip_data));
}

Bytes connection_table(std::span<const Connection> connections) {
  std::vector<connection> entries;
  for (const Connection& k : connections) entries.push_back({k.argument, k.ip, k.memory});
  return table<connection, std::int32_t>(entries, offsetof(connectivity, m_connection));
}

Bytes clock_table(std::span<const Clock> clocks) {
  std::vector<clock_freq> entries;
  for (const Clock& k : clocks) {
    clock_freq e{};
    e.m_freq_Mhz = k.mhz;
    e.m_type = k.type;
    set_text(e.m_name, k.name);
    entries.push_back(e);
  }
  return table<clock_freq, std::int16_t>(entries, offsetof(clock_freq_topology, m_clock_freq));
}

Uuid uuid_of(std::span<const std::uint8_t> bytes) {
  // FNV-1a over the bytes, from two starting points.
  Uuid uuid;
  for (unsigned half = 0; half < 2; ++half) {
    std::uint64_t hash = 0xcbf29ce484222325ULL ^ half;
    for (const std::uint8_t b : bytes) hash = (hash ^ b) * 0x100000001b3ULL;
    std::memcpy(uuid.data() + std::size_t{half} * 8, &hash, 8);
  }
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0F) | 0x80);
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3F) | 0x80);
  return uuid;
}

}  // namespace twinpath::xclbin
