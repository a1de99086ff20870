#include "host/wire/capture.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "testbench/wire/capture_builder.h"
#include "testbench/wire/support.h"

namespace twinpath {
namespace {

using testing::Bytes;
using testing::CaptureBuilder;

struct Read {
  std::uint64_t timestamp_ns;
  Bytes data;
  std::uint32_t original_length;
  bool fcs_error;

  bool operator==(const Read&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Read& r) {
  return out << "{t " << r.timestamp_ns << ", " << r.data.size() << " bytes of " << r.original_length << ", fcs_error "
             << r.fcs_error << "}";
}

std::vector<Read> read_all(const Bytes& bytes) {
  std::vector<Read> frames;
  const auto reader = CaptureReader::from_memory(bytes);
  CapturedFrame f;
  while (reader->next(f)) frames.push_back({f.timestamp_ns, testing::to_bytes(f.data), f.original_length, f.fcs_error});
  EXPECT_EQ(reader->position(), reader->size());
  EXPECT_EQ(reader->size(), bytes.size());
  return frames;
}

Bytes a_frame(std::uint8_t seed, std::size_t size) {
  Bytes f(size);
  for (std::size_t i = 0; i < size; ++i) f[i] = static_cast<std::uint8_t>(seed + i);
  return f;
}

Bytes with_ethernet(std::uint16_t ethertype, const Bytes& payload) {
  Bytes f(12);
  f.push_back(static_cast<std::uint8_t>(ethertype >> 8));
  f.push_back(static_cast<std::uint8_t>(ethertype));
  testing::append(f, payload);
  return f;
}

std::string error_of(const Bytes& bytes, std::size_t frames_before) {
  std::size_t frames = 0;
  std::unique_ptr<CaptureReader> reader;
  try {
    reader = CaptureReader::from_memory(bytes, "x.pcap");
    CapturedFrame f;
    while (reader->next(f)) ++frames;
  } catch (const CaptureError& e) {
    EXPECT_EQ(frames, frames_before);
    EXPECT_EQ(e.file(), "x.pcap");
    EXPECT_LE(e.offset(), bytes.size());
    if (reader) {
      CapturedFrame f;
      EXPECT_FALSE(reader->next(f)) << "an error is reported once";
    }
    return e.what();
  }
  ADD_FAILURE() << "no error";
  return "";
}

TEST(Capture, PcapIsReadInBothByteOrdersAndResolutions) {
  for (const bool big : {false, true}) {
    for (const bool nano : {false, true}) {
      CaptureBuilder b(big);
      b.pcap_header(nano, 1);
      b.pcap_record(1'577'700'000, 123'456, a_frame(1, 60), 60);
      b.pcap_record(4'294'967'295, 999'999, a_frame(2, 61), 1500);
      const std::uint64_t tick = nano ? 1 : 1000;
      EXPECT_EQ(read_all(b.bytes),
                (std::vector<Read>{{1'577'700'000'000'000'000 + 123'456 * tick, a_frame(1, 60), 60, false},
                                   {4'294'967'295'000'000'000 + 999'999 * tick, a_frame(2, 61), 1500, false}}))
          << "big endian " << big << ", nanoseconds " << nano;
    }
  }
}

TEST(Capture, PcapngIsReadInBothByteOrdersSkippingWhatIsNotAPacket) {
  for (const bool big : {false, true}) {
    CaptureBuilder b(big);
    b.section_header();
    b.unknown_block();
    b.interface(1, 0);
    b.interface(1, 0, 9);
    b.unknown_block();
    b.enhanced_packet(0, 1'500'000, a_frame(1, 61), 61);
    b.enhanced_packet(1, 1'500'000'007, a_frame(2, 62), 1400);
    b.unknown_block();
    EXPECT_EQ(read_all(b.bytes), (std::vector<Read>{{1'500'000'000, a_frame(1, 61), 61, false},
                                                    {1'500'000'007, a_frame(2, 62), 1400, false}}))
        << "big endian " << big;
  }
}

TEST(Capture, PcapngTimeResolutionsAndOffsetsGiveNanoseconds) {
  const auto timestamp = [](int tsresol, std::int64_t tsoffset, std::uint64_t ticks) {
    CaptureBuilder b(false);
    b.section_header();
    b.interface(1, 0, tsresol, tsoffset);
    b.enhanced_packet(0, ticks, a_frame(1, 20), 20);
    return read_all(b.bytes).at(0).timestamp_ns;
  };
  EXPECT_EQ(timestamp(-1, 0, 7), 7'000U);
  EXPECT_EQ(timestamp(0, 0, 7), 7'000'000'000U);
  EXPECT_EQ(timestamp(3, 0, 7), 7'000'000U);
  EXPECT_EQ(timestamp(9, 0, 7), 7U);
  EXPECT_EQ(timestamp(12, 0, 7'999), 7U);
  EXPECT_EQ(timestamp(127, 0, ~std::uint64_t{0}), 0U);
  EXPECT_EQ(timestamp(0x80 | 10, 0, 1024 + 512), 1'500'000'000U);
  EXPECT_EQ(timestamp(0x80 | 32, 0, std::uint64_t{3} << 31), 1'500'000'000U);
  EXPECT_EQ(timestamp(9, 1'577'700'000, 5), 1'577'700'000'000'000'005U);
  EXPECT_EQ(timestamp(0, -10, 12), 2'000'000'000U);
}

TEST(Capture, APcapngTimeThatDoesNotFitIsAnError) {
  for (const auto& [tsoffset, ticks] : {std::pair<std::int64_t, std::uint64_t>{-10, 9}, {0, ~std::uint64_t{0}}}) {
    CaptureBuilder b(false);
    b.section_header();
    b.interface(1, 0, 0, tsoffset);
    b.enhanced_packet(0, ticks, a_frame(1, 20), 20);
    EXPECT_NE(error_of(b.bytes, 0).find("if_tsoffset"), std::string::npos);
  }
}

TEST(Capture, SimplePacketsTakeTheLastTimeAndTheSnapLength) {
  CaptureBuilder b(false);
  b.section_header();
  b.interface(1, 40, 9);
  b.simple_packet(a_frame(1, 30), 30);
  b.enhanced_packet(0, 77, a_frame(2, 30), 30);
  b.simple_packet(a_frame(3, 40), 1000);
  EXPECT_EQ(read_all(b.bytes),
            (std::vector<Read>{
                {0, a_frame(1, 30), 30, false}, {77, a_frame(2, 30), 30, false}, {77, a_frame(3, 40), 1000, false}}));
}

TEST(Capture, ObsoletePacketBlocksAreRead) {
  CaptureBuilder b(true);
  b.section_header();
  b.interface(1, 0, 9);
  b.open_block(2);
  b.u16(0);
  b.u16(9);  // drops
  b.u32(0);
  b.u32(42);
  b.u32(33);
  b.u32(33);
  b.raw(a_frame(5, 33));
  b.close_block();
  EXPECT_EQ(read_all(b.bytes), (std::vector<Read>{{42, a_frame(5, 33), 33, false}}));
}

TEST(Capture, ANewSectionForgetsInterfacesAndMayChangeByteOrder) {
  CaptureBuilder big(true);
  big.section_header();
  big.interface(1, 0, 9);
  big.enhanced_packet(0, 1, a_frame(1, 20), 20);
  CaptureBuilder little(false);
  little.section_header();
  little.interface(1, 0, 3);
  little.enhanced_packet(0, 2, a_frame(2, 20), 20);
  Bytes both = big.bytes;
  testing::append(both, little.bytes);
  EXPECT_EQ(read_all(both),
            (std::vector<Read>{{1, a_frame(1, 20), 20, false}, {2'000'000, a_frame(2, 20), 20, false}}));

  CaptureBuilder lost(false);
  lost.section_header();
  lost.enhanced_packet(0, 2, a_frame(2, 20), 20);
  testing::append(big.bytes, lost.bytes);
  EXPECT_NE(error_of(big.bytes, 1).find("interface"), std::string::npos);
}

TEST(Capture, ThePacketFlagForACrcErrorSetsFcsError) {
  CaptureBuilder b(false);
  b.section_header();
  b.interface(1, 0);
  b.enhanced_packet(0, 1, a_frame(1, 21), 21, 1U << 24);
  b.enhanced_packet(0, 2, a_frame(1, 21), 21, 1U << 25 | 1);
  b.enhanced_packet(0, 3, a_frame(1, 21), 21);
  const auto frames = read_all(b.bytes);
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_TRUE(frames[0].fcs_error);
  EXPECT_FALSE(frames[1].fcs_error);
  EXPECT_FALSE(frames[2].fcs_error);
}

TEST(Capture, ACapturedFcsIsCutOffAndJudged) {
  const Bytes frame = a_frame(9, 64);
  Bytes good = frame;
  const auto crc = static_cast<std::uint32_t>(::crc32_z(0, frame.data(), frame.size()));
  for (int i = 0; i < 4; ++i) good.push_back(static_cast<std::uint8_t>(crc >> 8 * i));
  Bytes bad = good;
  bad[10] ^= 1;
  Bytes bad_frame = frame;
  bad_frame[10] ^= 1;
  const Bytes cut(good.begin(), good.begin() + 66);

  CaptureBuilder pcap(false);
  pcap.pcap_header(true, 1U | 1U << 26 | 2U << 28);
  CaptureBuilder ng(false);
  ng.section_header();
  ng.interface(1, 0, 9);
  std::uint32_t t = 0;
  for (const Bytes& b : {good, bad, cut}) {
    pcap.pcap_record(0, ++t, b, 68);
    ng.enhanced_packet(0, t, b, 68, 4U << 5);
  }
  const std::vector<Read> expected{{1, frame, 64, false}, {2, bad_frame, 64, true}, {3, frame, 64, false}};
  EXPECT_EQ(read_all(pcap.bytes), expected);
  EXPECT_EQ(read_all(ng.bytes), expected);
}

TEST(Capture, CookedAndRawPacketsBecomeEthernetFrames) {
  Bytes ip4 = a_frame(0, 40);
  ip4[0] = 0x45;
  Bytes ip6 = a_frame(0, 48);
  ip6[0] = 0x60;
  Bytes cooked1(16, 0xCC);
  cooked1[14] = 0x08;
  cooked1[15] = 0x00;
  testing::append(cooked1, ip4);
  Bytes cooked2(20, 0xCC);
  cooked2[0] = 0x86;
  cooked2[1] = 0xDD;
  testing::append(cooked2, ip6);
  struct Case {
    std::uint16_t link_type;
    Bytes packet;
    Bytes expected;
  };
  const std::vector<Case> cases{
      {113, cooked1, with_ethernet(0x0800, ip4)}, {276, cooked2, with_ethernet(0x86DD, ip6)},
      {101, ip4, with_ethernet(0x0800, ip4)},     {101, ip6, with_ethernet(0x86DD, ip6)},
      {12, ip4, with_ethernet(0x0800, ip4)},      {228, ip4, with_ethernet(0x0800, ip4)},
      {229, ip6, with_ethernet(0x86DD, ip6)},
  };
  CaptureBuilder mixed(false);
  mixed.section_header();
  std::vector<Read> expected_mixed;
  for (std::uint32_t i = 0; i < cases.size(); ++i) mixed.interface(cases[i].link_type, 0, 9);
  for (std::uint32_t i = 0; i < cases.size(); ++i) {
    const Case& c = cases[i];
    const auto size = static_cast<std::uint32_t>(c.packet.size());
    const Read expected{i, c.expected, static_cast<std::uint32_t>(c.expected.size()), false};
    CaptureBuilder pcap(true);
    pcap.pcap_header(true, c.link_type);
    pcap.pcap_record(0, i, c.packet, size);
    EXPECT_EQ(read_all(pcap.bytes), (std::vector<Read>{expected})) << "link type " << c.link_type;
    mixed.enhanced_packet(i, i, c.packet, size);
    expected_mixed.push_back(expected);
  }
  EXPECT_EQ(read_all(mixed.bytes), expected_mixed);
}

TEST(Capture, APacketTooShortForItsLinkLayerHasNoData) {
  for (const std::uint16_t link_type : {113, 276, 101}) {
    CaptureBuilder b(false);
    b.pcap_header(true, link_type);
    b.pcap_record(0, 0, a_frame(0, link_type == 101 ? 0 : 15), 100);
    const auto frames = read_all(b.bytes);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_TRUE(frames[0].data.empty());
  }
}

TEST(Capture, AnOriginalLengthThatASynthesizedHeaderWouldOverflowSaturates) {
  CaptureBuilder b(false);
  b.pcap_header(true, 229);
  b.pcap_record(0, 0, a_frame(0x60, 40), 0xFFFFFFF7);
  EXPECT_EQ(read_all(b.bytes).at(0).original_length, 0xFFFFFFFFU);
}

TEST(Capture, FilesThatAreNoCaptureSayWhatIsExpectedAndWhatToDo) {
  EXPECT_NE(error_of({}, 0).find("byte 0"), std::string::npos);
  EXPECT_NE(error_of({0x1F, 0x8B, 8, 0}, 0).find("gunzip"), std::string::npos);
  EXPECT_NE(error_of({1, 2, 3, 4, 5}, 0).find("0x01020304"), std::string::npos);
  CaptureBuilder usb(false);
  usb.pcap_header(true, 189);
  EXPECT_NE(error_of(usb.bytes, 0).find("link type 189"), std::string::npos);
  CaptureBuilder usb_ng(false);
  usb_ng.section_header();
  usb_ng.interface(1, 0);
  usb_ng.interface(189, 0);
  usb_ng.enhanced_packet(0, 0, a_frame(0, 20), 20);
  usb_ng.enhanced_packet(1, 0, a_frame(0, 20), 20);
  EXPECT_NE(error_of(usb_ng.bytes, 1).find("interface 1"), std::string::npos);
}

TEST(Capture, DamagedLengthsAreNamedWithTheirPlace) {
  CaptureBuilder huge(false);
  huge.pcap_header(true, 1);
  huge.pcap_record(0, 0, a_frame(0, 20), 20);
  const std::size_t at = huge.bytes.size() + 8;
  huge.pcap_record(0, 0, a_frame(0, 20), 20);
  huge.bytes[at + 3] = 0x7F;
  EXPECT_NE(error_of(huge.bytes, 1).find("byte " + std::to_string(at) + ":"), std::string::npos);

  CaptureBuilder trailer(false);
  trailer.section_header();
  trailer.interface(1, 0);
  trailer.enhanced_packet(0, 0, a_frame(0, 20), 20);
  trailer.bytes.back() = 1;
  EXPECT_NE(error_of(trailer.bytes, 0).find("again"), std::string::npos);
}

// Wherever a capture is cut, the frames before the cut come out, and a cut that is not between two of them is an error.
void expect_every_cut_to_be_safe(const Bytes& bytes) {
  const std::vector<Read> all = read_all(bytes);
  std::size_t clean_cuts = 0;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const Bytes cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    std::vector<Read> frames;
    try {
      const auto reader = CaptureReader::from_memory(cut);
      CapturedFrame f;
      while (reader->next(f)) {
        frames.push_back({f.timestamp_ns, testing::to_bytes(f.data), f.original_length, f.fcs_error});
      }
      ++clean_cuts;
    } catch (const CaptureError&) {
    }
    ASSERT_LE(frames.size(), all.size());
    EXPECT_TRUE(std::equal(frames.begin(), frames.end(), all.begin())) << "cut at " << n;
  }
  EXPECT_GE(clean_cuts, all.size());
  EXPECT_LE(clean_cuts, all.size() + 4) << "only cuts between blocks are no error";
}

TEST(Capture, TruncationAtEveryByteIsAnErrorAndNeverACrash) {
  CaptureBuilder pcap(true);
  pcap.pcap_header(false, 1);
  CaptureBuilder ng(false);
  ng.section_header();
  ng.interface(1, 0);
  for (std::uint8_t i = 0; i < 3; ++i) {
    pcap.pcap_record(i, i, a_frame(i, 30 + i), 60);
    ng.enhanced_packet(0, i, a_frame(i, 30 + i), 60, 1);
  }
  ng.simple_packet(a_frame(1, 9), 9);
  expect_every_cut_to_be_safe(pcap.bytes);
  expect_every_cut_to_be_safe(ng.bytes);
}

TEST(Capture, AnyDamagedByteLeavesTheReaderSafe) {
  CaptureBuilder ng(false);
  ng.section_header();
  ng.interface(1, 0, 9, 3);
  ng.enhanced_packet(0, 1, a_frame(1, 30), 60, 1U << 24);
  ng.simple_packet(a_frame(1, 9), 9);
  std::mt19937_64 random(3);
  for (std::size_t i = 0; i < ng.bytes.size(); ++i) {
    for (int k = 0; k < 8; ++k) {
      Bytes damaged = ng.bytes;
      damaged[i] = static_cast<std::uint8_t>(random());
      try {
        const auto reader = CaptureReader::from_memory(damaged);
        CapturedFrame f;
        std::size_t frames = 0;
        while (reader->next(f)) ++frames;
        EXPECT_LE(frames, 4U);
      } catch (const CaptureError& e) {
        EXPECT_LE(e.offset(), damaged.size());
      }
    }
  }
}

TEST(Capture, AFileIsReadLikeMemoryAndAMissingOneIsNamed) {
  const testing::TemporaryFolder folder;
  CaptureBuilder b(false);
  b.pcap_header(true, 1);
  b.pcap_record(1, 2, a_frame(1, 60), 60);
  testing::write_file(folder / "a.pcap", b.bytes);
  const auto reader = CaptureReader::open(folder / "a.pcap");
  EXPECT_STREQ(reader->format(), "pcap");
  CapturedFrame f;
  ASSERT_TRUE(reader->next(f));
  EXPECT_EQ(testing::to_bytes(f.data), a_frame(1, 60));
  EXPECT_FALSE(reader->next(f));
  try {
    CaptureReader::open(folder / "absent.pcap");
    FAIL();
  } catch (const std::system_error& e) {
    EXPECT_NE(std::string(e.what()).find("absent.pcap"), std::string::npos);
  }
  EXPECT_THROW(CaptureReader::open(folder / ""), std::system_error);
}

}  // namespace
}  // namespace twinpath
