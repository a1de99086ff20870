// Requests as they come, in pieces and damaged. What a live monitor answers is in testbench/system/test_monitor.py.
#include "host/monitor/http_request.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace twinpath {
namespace {

const std::string kGood =
    "POST /kill?x=1 HTTP/1.1\r\nHost: localhost:80\r\nX-Token:  abc \r\nContent-Length: 5\r\n\r\nhello";

TEST(HttpRequest, IsWholeWithItsLastByteAndNotBefore) {
  HttpRequest r;
  for (std::size_t n = 0; n < kGood.size(); ++n)
    ASSERT_EQ(parse_http(std::string_view(kGood).substr(0, n), r).status, 0) << n << " bytes";
  ASSERT_EQ(parse_http(kGood, r).status, 200);
  EXPECT_EQ(r.method, "POST");
  EXPECT_EQ(r.path, "/kill");
  EXPECT_EQ(r.header("x-token"), "abc");
  EXPECT_EQ(r.header("absent"), "");
  EXPECT_EQ(r.body, "hello");
  // What follows is not part of it.
  EXPECT_EQ(parse_http(kGood + "GET / HTTP/1.1\r\n\r\n", r).status, 200);
  EXPECT_EQ(r.body, "hello");
}

TEST(HttpRequest, ThatCanNeverBecomeOneIsRefusedBeforeItsEnd) {
  HttpRequest r;
  EXPECT_EQ(parse_http("\x16\x03\x01", r).status, 400);
  EXPECT_EQ(parse_http("GET /" + std::string(HttpRequest::kMostLine, 'a'), r).status, 414);
  EXPECT_EQ(parse_http("GET / HTTP/1.1\r\na: " + std::string(HttpRequest::kMostHead, 'a'), r).status, 431);
}

// Whatever comes, in whatever pieces: an answer that stays the same with more bytes, within the limits.
TEST(HttpRequest, DamagedIsAnsweredTheSameHoweverItIsCut) {
  std::mt19937 random(5);
  constexpr std::string_view kBytes = " \r\n:/?\taHTP1.0\x7f\xff";
  int refused = 0;
  for (int i = 0; i < 5'000; ++i) {
    std::string text = kGood;
    for (unsigned n = random() % 4; n-- > 0;) {
      const std::size_t at = random() % text.size();
      text.replace(at, random() % 3, random() % 2, kBytes[random() % kBytes.size()]);
    }
    HttpRequest whole, r;
    const int status = parse_http(text, whole).status;
    refused += status >= 400;
    int first = 0;
    for (std::size_t n = 0; n <= text.size() && first == 0; ++n)
      first = parse_http(std::string_view(text).substr(0, n), r).status;
    ASSERT_EQ(first, status) << ::testing::PrintToString(text);
    ASSERT_LE(r.body.size(), HttpRequest::kMostBody);
  }
  EXPECT_GT(refused, 1'000);
}

TEST(HttpRequest, NamesThisMachineOrIsNotForIt) {
  for (const char* host : {"localhost", "LocalHost:9464", "127.0.0.1:1", "10.1.2.3", "[::1]:80", "box", "BOX:80"})
    EXPECT_TRUE(host_is_here(host, "box")) << host;
  for (const char* host :
       {"", ":80", "evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "[evil", "boxes"})
    EXPECT_FALSE(host_is_here(host, "box")) << host;
}

}  // namespace
}  // namespace twinpath
