// The container that XRT loads onto a card: "xclbin2", sections behind one another, tables of memories, kernel
// instances, connections and clocks, and the kernels as XML. Layout: the structs of xclbin.h (libxrt-dev).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinpath::xclbin {

using Bytes = std::vector<std::uint8_t>;
using Uuid = std::array<std::uint8_t, 16>;

std::string to_string(const Uuid& uuid);  // 8-4-4-4-12 hexadecimal digits

struct Section {
  std::uint32_t kind = 0;  // axlf_section_kind
  std::string name;
  std::uint64_t offset = 0, size = 0;  // bytes, from the start of the file
};
std::string_view section_name(std::uint32_t kind);  // e.g. "MEM_TOPOLOGY", "unknown"

struct Memory {
  std::uint8_t type = 0;  // MEM_TYPE
  bool used = false;
  std::uint64_t base = 0;  // byte address
  std::uint64_t kib = 0;
  std::string tag;
};
std::string_view memory_type_name(std::uint8_t type);

struct Ip {
  std::uint32_t type = 0;        // IP_TYPE
  std::uint32_t properties = 0;  // of kernels: IP_CONTROL and interrupts
  std::uint64_t base = 0;        // byte address of its registers
  std::string name;              // kernel:instance
};

struct Connection {
  std::int32_t argument = 0, ip = 0, memory = 0;
};

struct Clock {
  std::uint16_t mhz = 0;
  std::uint8_t type = 0;  // CLOCK_TYPE
  std::string name;
};

struct Argument {
  std::string name, type, port;
  std::uint64_t offset = 0, size = 0;  // in the kernel's registers, bytes
};
struct Port {
  std::string name, mode;
  std::uint64_t range = 0;  // bytes
  std::string data_width;   // bits
};
struct Kernel {
  std::string name, protocol;
  std::vector<Port> ports;
  std::vector<Argument> arguments;
  std::vector<std::string> instances;
};

struct Header {
  std::uint16_t mode = 0;     // XCLBIN_MODE
  std::uint64_t created = 0;  // seconds since 1970
  std::array<std::uint8_t, 3> version{};
  std::string platform;  // vendor:board:name:version
  Uuid uuid{};
};
std::string_view mode_name(std::uint16_t mode);

struct Content {
  Header header;
  std::uint64_t bytes = 0;  // of the file
  std::vector<Section> sections;
  std::vector<Memory> memories;
  std::vector<Ip> ips;
  std::vector<Connection> connections;
  std::vector<Clock> clocks;
  std::vector<Kernel> kernels;
};

// `file` names it in errors. Throws FileError with the byte where the container stops making sense: not an xclbin, cut
// off, a section or table that reaches past the end, XML that is not well-formed. Sections it does not know are listed.
Content parse(const std::string& file, std::span<const std::uint8_t> bytes);
Content read(const std::filesystem::path& file);

// A container of these sections, in this order. Tables are made by the functions below.
struct SectionData {
  std::uint32_t kind;
  std::string name;
  Bytes bytes;
};
Bytes write(const Header& header, std::span<const SectionData> sections);
Bytes memory_table(std::span<const Memory> memories);
Bytes ip_table(std::span<const Ip> ips);
Bytes connection_table(std::span<const Connection> connections);
Bytes clock_table(std::span<const Clock> clocks);

// The same bytes give the same UUID (version 8 of RFC 9562: by content).
Uuid uuid_of(std::span<const std::uint8_t> bytes);

}  // namespace twinpath::xclbin
