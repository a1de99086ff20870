#include "testbench/drivers/network.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "host/wire/bytes.h"

namespace twinpath::testing {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;
constexpr auto kPatience = std::chrono::seconds(60);
constexpr auto kSilence = std::chrono::milliseconds(100);

int open_namespace() { return open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC); }

void enter(int fd) { ASSERT_EQ(setns(fd, CLONE_NEWNET), 0) << std::strerror(errno); }

template <class Done>
std::vector<Received> poll(PacketReceiver& receiver, std::size_t most, std::size_t burst_size, Done done) {
  std::vector<Received> all;
  std::vector<SourceFrame> burst(burst_size);
  while (!done(all) && !receiver.ended()) {
    const std::size_t n = receiver.receive(std::span(burst).first(std::min(burst.size(), most - all.size())));
    EXPECT_LE(n, burst.size());
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) {
        EXPECT_GE(burst[i].timestamp, burst[i - 1].timestamp) << "frames of a burst are out of order";
      }
      all.push_back({burst[i].timestamp, {burst[i].bytes.begin(), burst[i].bytes.end()}});
    }
  }
  return all;
}

}  // namespace

Bytes make_frame(const net::Endpoint& to, std::uint32_t number, std::size_t payload, std::optional<std::uint16_t> tag) {
  net::UdpLine line;
  line.destination_mac = net::multicast_mac(to.address);
  line.source_mac = {2, 0, 0, 0, 0, 9};
  line.vlan = tag;
  line.source_ip = 0x0A090001;
  line.source_port = 5000;
  line.destination_ip = to.address;
  line.destination_port = to.port;
  Bytes frame(line.header_size() + payload, static_cast<std::uint8_t>(number));
  net::write_udp_headers(line, payload, 0, frame.data());
  store_be32(frame.data() + line.header_size(), number);
  return frame;
}

Bytes payload_of(std::span<const std::uint8_t> frame) {
  net::UdpFrame udp;
  EXPECT_EQ(net::parse_udp(frame, udp), net::ParseError::none);
  return {udp.payload.begin(), udp.payload.end()};
}

std::vector<Received> receive(PacketReceiver& receiver, std::size_t count, std::size_t burst) {
  const auto end = Clock::now() + kPatience;
  auto frames =
      poll(receiver, count, burst, [&](const auto& all) { return all.size() == count || Clock::now() > end; });
  EXPECT_EQ(frames.size(), count) << "frames that came within " << kPatience.count() << " s";
  return frames;
}

std::vector<Received> receive_all(PacketReceiver& receiver) {
  std::size_t before = 0;
  auto last = Clock::now();
  Clock::duration silence{};  // while we listen: no more than a millisecond of a look
  return poll(receiver, SIZE_MAX, 64, [&](const auto& all) {
    const auto now = Clock::now();
    silence = all.size() != before ? Clock::duration{} : silence + std::min<Clock::duration>(now - last, 1ms);
    last = now;
    before = all.size();
    return silence > kSilence;
  });
}

void send(PacketSender& sender, const std::vector<Bytes>& frames) {
  const auto end = Clock::now() + kPatience;
  for (const Bytes& frame : frames) {
    std::array<std::size_t, 1> size{frame.size()};
    for (bool sent = false; !sent;) {
      const auto rooms = sender.claim(1);
      if (!rooms.empty()) {
        ASSERT_LE(frame.size(), rooms[0].size());
        std::memcpy(rooms[0].data(), frame.data(), frame.size());
        sent = sender.send(size) == 1;
      }
      ASSERT_LT(Clock::now(), end) << "the sender has no room";
    }
  }
}

std::vector<Bytes> bytes_of(const std::vector<Received>& frames) {
  std::vector<Bytes> all;
  for (const Received& f : frames) all.push_back(f.bytes);
  return all;
}

std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const PacketIoError& e) {
    return e.what();
  }
  ADD_FAILURE() << "no PacketIoError was thrown";
  return "";
}

void NetworkTest::SetUp() {
  if (geteuid() != 0) GTEST_SKIP() << "needs root to make network namespaces";
  add_packet_io(registry);
  original_ = open_namespace();
  for (int* fd : {&a_, &b_}) {
    if (unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "no network namespaces here: " << std::strerror(errno);
    *fd = open_namespace();
    // Otherwise the kernel's own IPv6 frames are among those that the tests count.
    std::ofstream("/proc/sys/net/ipv6/conf/all/disable_ipv6") << 1;
    std::ofstream("/proc/sys/net/ipv6/conf/default/disable_ipv6") << 1;
  }
  in_a([&] {
    shell(fmt::format("ip link add a0 mtu 9000 type veth peer name b0 mtu 9000 netns /proc/{}/fd/{}", getpid(), b_));
    shell("ip address add 10.9.0.1/24 dev a0 && ip link set lo up && ip link set a0 up");
  });
  in_b([] {
    shell("ip address add 10.9.0.2/24 dev b0 && ip link set lo up && ip link set b0 up");
    wait_for_link("b0");
  });
  in_a([] { wait_for_link("a0"); });
}

// A link that has just come up drops what is sent until the kernel has given it a queue.
void NetworkTest::wait_for_link(const std::string& name) {
  shell("for i in $(seq 5000); do ip -o link show dev " + name +
        " | grep -q 'qdisc noqueue.*state UP' && exit 0; sleep 0.01; done; exit 1");
}

void NetworkTest::TearDown() {
  if (original_ >= 0) enter(original_);
  for (const int fd : {original_, a_, b_}) {
    if (fd >= 0) close(fd);
  }
}

void NetworkTest::in_a(const std::function<void()>& f) const {
  enter(a_);
  f();
}

void NetworkTest::in_b(const std::function<void()>& f) const {
  enter(b_);
  f();
}

void NetworkTest::shell(const std::string& command) { ASSERT_EQ(std::system(command.c_str()), 0) << command; }

std::unique_ptr<PacketReceiver> NetworkTest::receiver_in_b(const std::string& address,
                                                           const PacketIoOptions& options) const {
  enter(b_);
  return registry.open_receiver(address, options);
}

std::unique_ptr<PacketSender> NetworkTest::sender_in_a(const std::string& address,
                                                       const PacketIoOptions& options) const {
  enter(a_);
  return registry.open_sender(address, options);
}

}  // namespace twinpath::testing
