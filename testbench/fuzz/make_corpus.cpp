// Writes a folder of seeds a fuzzer: small valid inputs of every kind its decoder knows.
//   make_corpus <folder>     replaces <folder>/<fuzzer>/
#include <zlib.h>

#include <cstdio>
#include <stdexcept>

#include "host/wire/itch50.h"
#include "host/wire/moldudp64.h"
#include "host/wire/net.h"
#include "host/wire/ouch50.h"
#include "host/wire/soupbintcp.h"
#include "testbench/wire/capture_builder.h"

namespace twinpath {
namespace {

using testing::Bytes;
using testing::CaptureBuilder;

class Corpus {
 public:
  Corpus(const std::filesystem::path& root, const std::string& fuzzer) : folder_(root / fuzzer) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void add(const Bytes& seed) { testing::write_file(folder_ / ("seed" + std::to_string(count_++)), seed); }

 private:
  std::filesystem::path folder_;
  int count_ = 0;
};

template <class... M>
std::vector<Bytes> itch_messages(itch::MessageList<M...>) {
  std::vector<Bytes> all;
  const auto make = [&](const auto& m) {
    Bytes b(m.kLength);
    m.write(b.data());
    all.push_back(b);
  };
  (make(M{}), ...);
  return all;
}

template <class M>
Bytes ouch_message(const Bytes& appendages = {}) {
  M m;
  if constexpr (M::kHasAppendageLength) m.appendage_length = static_cast<std::uint16_t>(appendages.size());
  Bytes b(M::kLength);
  m.write(b.data());
  if (!M::kHasAppendageLength && !appendages.empty())
    testing::append(b, Bytes{0, static_cast<std::uint8_t>(appendages.size())});
  testing::append(b, appendages);
  return b;
}

template <class... M>
void ouch_seeds(Corpus& corpus, ouch::MessageList<M...>, const Bytes& appendages) {
  (corpus.add(ouch_message<M>()), ...);
  (corpus.add(ouch_message<M>(appendages)), ...);
}

Bytes mold_frame(bool tagged, const std::vector<Bytes>& messages, std::uint16_t count) {
  Bytes payload(mold::Header::kSize);
  mold::Header{mold::make_session("S"), 1, count}.write(payload.data());
  for (const Bytes& m : messages) {
    const std::size_t at = payload.size();
    payload.resize(at + mold::kBlockHeader + m.size());
    mold::write_block(m, payload.data() + at);
  }
  net::UdpLine line;
  line.source_ip = 0x0A000001;
  line.destination_ip = 0xE9360C6F;
  if (tagged) line.vlan = 5;
  Bytes frame(line.header_size());
  net::write_udp_headers(line, payload.size(), 0, frame.data());
  testing::append(frame, payload);
  return frame;
}

Bytes gzipped(const Bytes& in) {
  z_stream z{};
  if (deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib cannot start");
  }
  Bytes out(deflateBound(&z, in.size()) + 32);
  z.next_in = const_cast<Bytef*>(in.data());
  z.avail_in = static_cast<uInt>(in.size());
  z.next_out = out.data();
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

void soup_seeds(Corpus corpus) {
  Bytes stream;
  const auto add = [&](soup::PacketType type, const Bytes& payload) {
    Bytes packet(soup::kHeaderSize + payload.size());
    soup::write_packet(type, payload, packet.data());
    corpus.add(packet);
    testing::append(stream, packet);
  };
  Bytes login(soup::LoginRequest::kSize);
  soup::LoginRequest{}.write(login.data());
  Bytes accepted(soup::LoginAccepted::kSize);
  soup::LoginAccepted{}.write(accepted.data());
  add(soup::PacketType::login_request, login);
  add(soup::PacketType::login_accepted, accepted);
  add(soup::PacketType::login_rejected, Bytes{'A'});
  add(soup::PacketType::sequenced, ouch_message<ouch::Accepted>());
  add(soup::PacketType::unsequenced, ouch_message<ouch::EnterOrder>());
  add(soup::PacketType::server_heartbeat, {});
  add(soup::PacketType::client_heartbeat, {});
  add(soup::PacketType::debug, Bytes{'h', 'i'});
  add(soup::PacketType::logout_request, {});
  add(soup::PacketType::end_of_session, {});
  corpus.add(stream);
}

// Commands of fuzz_soup_server: pieces of at most 239 bytes, then time, bytes taken, a message, the end.
void soup_server_seeds(Corpus corpus) {
  const auto packet = [](soup::PacketType type, const Bytes& payload) {
    Bytes b(soup::kHeaderSize + payload.size());
    soup::write_packet(type, payload, b.data());
    return b;
  };
  Bytes login(soup::LoginRequest::kSize);
  soup::LoginRequest{}.write(login.data());
  const Bytes logs_in = packet(soup::PacketType::login_request, login);
  for (const auto& [type, payload] : std::vector<std::pair<soup::PacketType, Bytes>>{
           {soup::PacketType::unsequenced, ouch_message<ouch::EnterOrder>()},
           {soup::PacketType::client_heartbeat, {}},
           {soup::PacketType::logout_request, {}},
           {soup::PacketType::debug, {'h', 'i'}},
           {soup::PacketType::login_request, login},
           {soup::PacketType::sequenced, {1}}}) {
    Bytes seed;
    for (const Bytes& piece : {logs_in, packet(type, payload)}) {
      seed.push_back(static_cast<std::uint8_t>(piece.size()));
      testing::append(seed, piece);
    }
    testing::append(seed, Bytes{0xFC, 0xFE, 0xF5, 0xFF, 0xFD});
    corpus.add(seed);
  }
}

// Commands of fuzz_ouch_gateway: a length and a message, of one or the other participant.
template <class... M>
void ouch_gateway_seeds(Corpus corpus, ouch::MessageList<M...>) {
  const auto order = [](std::uint32_t number, char side) {
    ouch::EnterOrder m;
    m.user_ref_num = number;
    m.side = side;
    m.quantity = 100;
    m.symbol = make_text<8>("AAPL");
    m.price = 1'000'000;
    m.time_in_force = '0';
    m.display = 'Y';
    m.capacity = 'P';
    m.intermarket_sweep = m.cross_type = 'N';
    Bytes b(ouch::EnterOrder::kLength);
    m.write(b.data());
    return b;
  };
  Bytes trade;
  const auto say = [](Bytes& seed, bool second, const Bytes& message) {
    seed.push_back(static_cast<std::uint8_t>(second << 7 | message.size()));
    testing::append(seed, message);
  };
  say(trade, false, order(1, 'B'));
  corpus.add(trade);
  say(trade, true, order(1, 'S'));
  say(trade, false, order(2, 'S'));
  corpus.add(trade);
  const auto add = [&](const Bytes& message) {
    Bytes seed = trade;
    say(seed, false, message);
    seed.push_back(0x70);  // time passes
    seed.push_back(0xF8);  // the second is cut off
    corpus.add(seed);
  };
  (add(ouch_message<M>()), ...);
}

void capture_seeds(Corpus corpus) {
  const Bytes frame = mold_frame(false, {}, mold::kHeartbeat);
  const auto size = static_cast<std::uint32_t>(frame.size());
  for (const bool big : {false, true}) {
    for (const std::uint16_t link : {1, 12, 101, 113, 228, 229, 276}) {
      CaptureBuilder pcap(big);
      pcap.pcap_header(link % 2 == 0, link);
      pcap.pcap_record(1, 2, frame, size);
      pcap.pcap_record(1, 3, frame, size);
      corpus.add(pcap.bytes);
      CaptureBuilder ng(big);
      ng.section_header();
      ng.interface(link, 64, 9, 5);
      ng.interface(1, 0, 0x80 | 20);
      ng.unknown_block();
      ng.enhanced_packet(0, 1'000, frame, size, 1U << 24 | 4U << 5);
      ng.enhanced_packet(1, 1'000, frame, size);
      ng.simple_packet(Bytes(10), 10);
      corpus.add(ng.bytes);
    }
  }
}

void write_all(const std::filesystem::path& root) {
  const std::vector<Bytes> messages = itch_messages(itch::Messages{});
  Corpus itch(root, "itch50");
  Bytes file;
  for (const Bytes& m : messages) {
    itch.add(m);
    Bytes block(mold::kBlockHeader + m.size());  // BinaryFILE frames as MoldUDP64 does
    mold::write_block(m, block.data());
    testing::append(file, block);
  }

  Corpus mold(root, "moldudp64");
  for (const bool tagged : {false, true}) {
    mold.add(mold_frame(tagged, {}, mold::kHeartbeat));
    mold.add(mold_frame(tagged, {}, mold::kEndOfSession));
    mold.add(mold_frame(tagged, messages, static_cast<std::uint16_t>(messages.size())));
  }

  Corpus ouch(root, "ouch50");
  const Bytes appendages{5, 2, 'L', 'I', 'M', 'E', 2, 0x12, '0'};
  ouch_seeds(ouch, ouch::Requests{}, appendages);
  ouch_seeds(ouch, ouch::Answers{}, appendages);

  soup_seeds(Corpus(root, "soupbintcp"));
  soup_server_seeds(Corpus(root, "soup_server"));
  ouch_gateway_seeds(Corpus(root, "ouch_gateway"), ouch::Requests{});
  capture_seeds(Corpus(root, "capture"));

  Corpus binaryfile(root, "binaryfile");
  binaryfile.add(file);
  binaryfile.add(gzipped(file));
  Bytes members = gzipped(file);
  testing::append(members, gzipped(file));
  binaryfile.add(members);
  testing::append(file, Bytes{0, 0});
  binaryfile.add(file);
}

}  // namespace
}  // namespace twinpath

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_corpus <folder>\n");
    return 2;
  }
  try {
    twinpath::write_all(argv[1]);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "make_corpus: %s\n", e.what());
    return 1;
  }
  return 0;
}
