// Two network namespaces of this process, a veth pair between them, and frames to send across it.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "drivers/packet_io.h"
#include "host/path/packet_io_registry.h"

namespace twinpath::testing {

inline constexpr net::Endpoint kLineA{0xE9360C6F, 26477};  // 233.54.12.111
inline constexpr net::Endpoint kLineB{0xE931C46F, 26478};  // 233.49.196.111
inline constexpr net::Endpoint kOther{0xE931C470, 26477};  // port of A, another group

using Bytes = std::vector<std::uint8_t>;

// A UDP frame whose payload of `payload` bytes tells its number.
Bytes make_frame(const net::Endpoint& to, std::uint32_t number, std::size_t payload = 100,
                 std::optional<std::uint16_t> tag = {});
Bytes payload_of(std::span<const std::uint8_t> frame);

struct Received {
  Nanoseconds time;
  Bytes bytes;
};

// Polls until `count` frames came or, for want of them, a moment passed.
std::vector<Received> receive(PacketReceiver& receiver, std::size_t count, std::size_t burst = 64);
// Polls until nothing comes any more.
std::vector<Received> receive_all(PacketReceiver& receiver);
// Sends every frame, waiting for room.
void send(PacketSender& sender, const std::vector<Bytes>& frames);

std::vector<Bytes> bytes_of(const std::vector<Received>& frames);

// The message of the PacketIoError that `f` throws; fails when it throws none.
std::string error_of(const std::function<void()>& f);

class NetworkTest : public ::testing::Test {
 protected:
  // Skips the test where namespaces cannot be made.
  void SetUp() override;
  void TearDown() override;

  // Runs with the thread in namespace A (interface a0, 10.9.0.1) or B (b0, 10.9.0.2).
  void in_a(const std::function<void()>& f) const;
  void in_b(const std::function<void()>& f) const;
  static void shell(const std::string& command);
  static void wait_for_link(const std::string& name);

  std::unique_ptr<PacketReceiver> receiver_in_b(const std::string& address, const PacketIoOptions& options = {}) const;
  std::unique_ptr<PacketSender> sender_in_a(const std::string& address, const PacketIoOptions& options = {}) const;

  PacketIoRegistry registry;

 private:
  int original_ = -1, a_ = -1, b_ = -1;
};

}  // namespace twinpath::testing
