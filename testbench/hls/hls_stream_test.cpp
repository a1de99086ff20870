// The stand-ins for hls_stream.h and ap_axi_sdata.h against what UG1399 says of them.
#include <ap_axi_sdata.h>
#include <gtest/gtest.h>
#include <hls_stream.h>

#include <stdexcept>

namespace {

TEST(HlsStream, is_a_queue) {
  hls::stream<int> s("numbers");
  EXPECT_TRUE(s.empty());
  s.write(1);
  s << 2;
  EXPECT_EQ(s.size(), 2u);
  EXPECT_EQ(s.read(), 1);
  int v = 0;
  s >> v;
  EXPECT_EQ(v, 2);
  EXPECT_TRUE(s.empty());
}

TEST(HlsStream, has_no_limit_in_simulation_whatever_its_depth) {
  hls::stream<int, 2> s;
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(s.write_nb(i));
  EXPECT_FALSE(s.full());
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(s.read(), i);
}

TEST(HlsStream, a_read_that_does_not_wait_says_whether_it_read) {
  hls::stream<int> s;
  int v = 7;
  EXPECT_FALSE(s.read_nb(v));
  EXPECT_EQ(v, 7);
  s.write(3);
  EXPECT_TRUE(s.read_nb(v));
  EXPECT_EQ(v, 3);
}

TEST(HlsStream, reading_an_empty_stream_names_it) {
  hls::stream<int> s("findings");
  try {
    s.read();
    FAIL();
  } catch (const std::logic_error& e) {
    EXPECT_STREQ(e.what(), "hls::stream 'findings': read while it is empty");
  }
}

TEST(HlsStream, what_was_never_read_is_told) {
  testing::internal::CaptureStderr();
  {
    hls::stream<int> s("rest");
    s.write(1);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "hls::stream 'rest': 1 elements were never read\n");
}

TEST(HlsStream, a_stream_beat_has_the_side_channels_of_its_widths) {
  ap_axiu<64, 4, 2, 1> beat;
  beat.data = ~0ull;
  beat.keep = 0x1ff;
  beat.user = 0x1f;
  beat.last = 1;
  EXPECT_EQ(beat.keep, 0xff);
  EXPECT_EQ(beat.user, 0xf);
  EXPECT_EQ(beat.last, 1);
  EXPECT_EQ(beat.data.to_uint64(), ~0ull);
}

}  // namespace
