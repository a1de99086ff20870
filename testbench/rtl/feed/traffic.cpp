#include "testbench/rtl/feed/traffic.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace twinpath::rtl {
namespace {

constexpr std::string_view kTypes = "SRHYLVWKJhAFECXDUPQBINO";

const std::map<char, unsigned> kLengths = {{'S', 12}, {'R', 39}, {'H', 25}, {'Y', 20}, {'L', 26}, {'V', 35},
                                           {'W', 12}, {'K', 28}, {'J', 35}, {'h', 21}, {'A', 36}, {'F', 40},
                                           {'E', 31}, {'C', 36}, {'X', 23}, {'D', 19}, {'U', 35}, {'P', 44},
                                           {'Q', 40}, {'B', 19}, {'I', 50}, {'N', 20}, {'O', 48}};

void damage_headers(Random& random, const ReferenceConfig& config, Bytes& f) {
  const std::size_t ip = f[12] == 0x81 ? 18 : 14;
  switch (random(0, 13)) {
    case 0:
      f.resize(random(1, std::min<std::size_t>(f.size(), 70)));
      break;
    case 1:
      f[ip - 2 + random(0, 1)] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      break;
    case 2:
      f[ip] ^= static_cast<std::uint8_t>(0x10u << random(0, 3));
      break;
    case 3:
      f[ip] ^= static_cast<std::uint8_t>(1u << random(0, 3));
      break;
    case 4:
      f[ip + 6] ^= static_cast<std::uint8_t>(1u << random(0, 7));  // don't fragment and the reserved bit are no fault
      fix_checksum(f, ip);
      break;
    case 5:
      f[ip + 7] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      fix_checksum(f, ip);
      break;
    case 6:
      f[ip + 10 + random(0, 1)] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      break;
    case 7:
      f[ip + 9] = static_cast<std::uint8_t>(random(0, 255));
      fix_checksum(f, ip);
      break;
    case 8:
      f[ip + 16 + random(0, 3)] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      fix_checksum(f, ip);
      break;
    case 9:
      f[ip + 22 + random(0, 1)] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      break;
    case 10:
      f[ip + 24] = 0;
      f[ip + 25] = static_cast<std::uint8_t>(random(0, 29));
      f[ip + 2] = 0;
      f[ip + 3] = static_cast<std::uint8_t>(f[ip + 25] + 20);
      fix_checksum(f, ip);
      break;
    case 11:
      f[ip + 3] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      fix_checksum(f, ip);
      break;
    case 12:
      if (f.size() > ip + 38) f[ip + 28 + random(0, 9)] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      break;
    default:
      f[random(0, f.size() - 1)] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      break;
  }
  (void)config;
}

}  // namespace

void fix_checksum(Bytes& frame, std::size_t ip) {
  frame[ip + 10] = frame[ip + 11] = 0;
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 20; i += 2) sum += frame[ip + i] * 256u + frame[ip + i + 1];
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  sum = ~sum & 0xFFFF;
  frame[ip + 10] = static_cast<std::uint8_t>(sum >> 8);
  frame[ip + 11] = static_cast<std::uint8_t>(sum);
}

Bytes make_frame(const ReferenceConfig& config, const FrameOptions& options, const Bytes& blocks) {
  const int udp = 28 + static_cast<int>(blocks.size()) + options.declared_delta;
  Bytes f;
  put(f, 0x01005E000001, 6);
  put(f, 0x020000000001, 6);
  if (options.vlan) put(f, 0x81000064, 4);
  put(f, 0x0800, 2);
  const std::size_t ip = f.size();
  put(f, 0x4500, 2);
  put(f, static_cast<std::uint16_t>(udp + 20 + options.total_delta), 2);
  put(f, 0x12344000, 4);
  put(f, 0x40110000, 4);
  put(f, 0x0A000001, 4);
  put(f, config.address[options.line], 4);
  fix_checksum(f, ip);
  put(f, 40000, 2);
  put(f, config.port[options.line], 2);
  put(f, static_cast<std::uint16_t>(udp), 2);
  put(f, 0, 2);
  if (std::all_of(config.session.begin(), config.session.end(), [](int b) { return b == 0; })) {
    for (int i = 0; i < 10; ++i) put(f, 'A' + i, 1);
  } else {
    f.insert(f.end(), config.session.begin(), config.session.end());
  }
  put(f, options.sequence, 8);
  put(f, options.count, 2);
  f.insert(f.end(), blocks.begin(), blocks.end());
  return f;
}

Bytes make_message(Random& random, char type) {
  const auto known = kLengths.find(type);
  Bytes m(known != kLengths.end() ? known->second : random(12, 60));
  for (auto& b : m) b = static_cast<std::uint8_t>(random(0, 255));
  m[0] = static_cast<std::uint8_t>(type);
  m[1] = 0;
  m[2] = static_cast<std::uint8_t>(random(0, 15));
  if (type == 'S') m[11] = static_cast<std::uint8_t>("OSQMEC"[random(0, 5)]);
  if (type == 'h') {
    m[19] = static_cast<std::uint8_t>("QBX"[random(0, 2)]);
    m[20] = static_cast<std::uint8_t>("HT"[random(0, 1)]);
  }
  if (m.size() > 19 && (type == 'A' || type == 'F' || type == 'P') && random.chance(90)) {
    m[19] = static_cast<std::uint8_t>("BS"[random(0, 1)]);
  }
  if (type == 'C') m[31] = static_cast<std::uint8_t>("YN"[random(0, 1)]);
  return m;
}

Bytes random_message(Random& random) {
  if (random.chance(3)) {
    const char type = static_cast<char>(random(0, 255));
    return make_message(random, type);
  }
  if (random.chance(40)) return make_message(random, kTypes[random(0, kTypes.size() - 1)]);
  return make_message(random, "AFECXDUP"[random(0, 7)]);
}

void append_block(Bytes& blocks, const Bytes& message) {
  put(blocks, message.size(), 2);
  blocks.insert(blocks.end(), message.begin(), message.end());
}

std::vector<Frame> random_session(Random& random, const ReferenceConfig& config, unsigned packets, unsigned damage,
                                  unsigned max_payload) {
  std::vector<Bytes> messages(packets * 3);
  for (auto& m : messages) m = random_message(random);
  const std::uint64_t first = config.first_sequence != 0 ? config.first_sequence : random(1, 1000);
  struct Arrival {
    std::uint64_t time;
    Frame frame;
  };
  std::vector<Arrival> arrivals;
  const bool same_cuts = random.chance(50);
  const unsigned loss = static_cast<unsigned>(random(0, 15));
  std::vector<std::size_t> cuts;
  for (int line = 0; line < 2; ++line) {
    if (line == 0 || !same_cuts) {
      cuts.clear();
      for (std::size_t at = 0; at < messages.size(); at += random.chance(5) ? random(8, 60) : random(1, 6))
        cuts.push_back(at);
      cuts.push_back(messages.size());
    }
    const std::uint64_t delay = line == 0 ? 0 : random(0, 12);
    const bool vlan = random.chance(30);
    for (std::size_t c = 0; c + 1 < cuts.size(); ++c) {
      std::uint64_t time = cuts[c] * 4 + delay + random(0, 8);
      if (random.chance(4)) time += random(0, 120);  // late
      FrameOptions o;
      o.line = line;
      o.vlan = vlan != random.chance(3);
      o.sequence = first + cuts[c];
      o.count = static_cast<std::uint16_t>(cuts[c + 1] - cuts[c]);
      Bytes blocks;
      unsigned in = 0;
      for (std::size_t i = cuts[c]; i < cuts[c + 1]; ++i, ++in) {
        Bytes m = messages[i];
        if (random(1, 1000) <= damage) {
          const auto kind = random(0, 3);
          if (kind == 0) m.push_back(0);
          if (kind == 1) m.resize(random(0, m.size() - 1));
          if (kind == 2) m[0] = static_cast<std::uint8_t>(random(0, 255));
          if (kind == 3) m.resize(random(50, 200));
        }
        if (blocks.size() + m.size() + 2 > max_payload) break;
        append_block(blocks, m);
        if (random(1, 1000) <= damage)
          blocks[blocks.size() - m.size() - 1 - random(0, 1)] ^= static_cast<std::uint8_t>(1u << random(0, 7));
      }
      o.count = static_cast<std::uint16_t>(in);
      if (random.chance(damage)) {
        if (random.chance(40))
          o.count = static_cast<std::uint16_t>(o.count + random(1, 2));
        else if (random.chance(40))
          o.count = static_cast<std::uint16_t>(o.count - (o.count > 1 ? 1 : 0));
        if (random.chance(20)) o.declared_delta = static_cast<int>(random(0, 40)) - 20;
        if (static_cast<int>(blocks.size()) + o.declared_delta < 0) o.declared_delta = 0;
      }
      if (random.chance(loss)) continue;
      Frame f{make_frame(config, o, blocks), false};
      if (random.chance(damage)) f.bytes.resize(f.bytes.size() + random(0, 30));  // padding
      if (random.chance(damage) && random.chance(50))
        f.bytes.resize(random(f.bytes.size() - std::min<std::size_t>(blocks.size(), 60), f.bytes.size()));
      if (random.chance(damage) && random.chance(60)) damage_headers(random, config, f.bytes);
      f.fcs_error = random.chance(damage) && random.chance(50);
      arrivals.push_back({time, f});
      if (random.chance(6)) {  // heartbeat, at or beyond what comes next
        FrameOptions h;
        h.line = line;
        h.count = 0;
        h.sequence = first + cuts[c + 1] + (random.chance(10) ? random(0, 8) : 0);
        arrivals.push_back(
            {time + random(0, 6),
             {make_frame(config, h, Bytes(random.chance(50) ? 0 : 3)), random.chance(damage) && random.chance(30)}});
      }
      if (random.chance(1)) {
        FrameOptions e;
        e.line = line;
        e.count = 0xFFFF;
        e.sequence = first + cuts[c + 1];
        arrivals.push_back(
            {time + random(0, 6), {make_frame(config, e, {}), random.chance(damage) && random.chance(30)}});
      }
    }
  }
  std::stable_sort(arrivals.begin(), arrivals.end(), [](auto& a, auto& b) { return a.time < b.time; });
  std::vector<Frame> frames;
  for (auto& a : arrivals) frames.push_back(std::move(a.frame));
  return frames;
}

}  // namespace twinpath::rtl
