#include "drivers/dpdk.h"

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <array>
#include <vector>

#include "drivers/dpdk_port.h"
#include "drivers/endpoint_filter.h"
#include "drivers/wall_clock.h"

namespace twinpath::drivers {
namespace {

constexpr std::size_t kBurst = 64;
// A full queue of the longest frames at 1 Gbit/s takes 6 ms.
constexpr unsigned kDrainMicroseconds = 10'000;

class DpdkReceiver final : public PacketReceiver {
 public:
  DpdkReceiver(std::string_view address, std::string_view device, const PacketIoOptions& options)
      : port_(DpdkPort::open(address, device, options)),
        queue_(options.queue),
        filter_(port_->steered() ? std::vector<net::Endpoint>{} : options.groups),
        max_frame_(options.max_frame) {
    if (options.hardware_timestamps) {
      throw PacketIoError(address, "stamps by the host, which dpdk: has", "the port's asked for",
                          "leave them out, or receive through af_packet: or udp:");
    }
    port_->take_receive_queue(address, queue_);
  }
  ~DpdkReceiver() override {
    give_back();
    port_->free_receive_queue(queue_);
  }
  DpdkReceiver(const DpdkReceiver&) = delete;
  DpdkReceiver& operator=(const DpdkReceiver&) = delete;

  std::size_t receive(std::span<SourceFrame> frames) override {
    give_back();
    held_ = rte_eth_rx_burst(port_->id(), queue_, buffers_.data(),
                             static_cast<std::uint16_t>(std::min(frames.size(), kBurst)));
    if (held_ == 0) return 0;
    const Nanoseconds now = wall_clock();
    std::size_t n = 0;
    for (std::uint16_t i = 0; i < held_; ++i) {
      rte_mbuf*& m = buffers_[i];
      // Kernel interfaces under a virtual device take the tag off: it is put back.
      if ((m->ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED) != 0 && rte_vlan_insert(&m) != 0) {
        ++counters_.dropped_error;
        continue;
      }
      if (m->nb_segs > 1 || m->pkt_len > max_frame_) {
        ++counters_.dropped_too_long;
        continue;
      }
      const std::span<const std::uint8_t> bytes{rte_pktmbuf_mtod(m, const std::uint8_t*), m->data_len};
      if (!filter_.matches(bytes)) {
        ++counters_.dropped_other;
        continue;
      }
      frames[n++] = {now, bytes, false};
      counters_.bytes += bytes.size();
    }
    counters_.frames += n;
    return n;
  }
  ReceiveCounters counters() override {
    const rte_eth_stats s = port_->stats();
    ReceiveCounters c = counters_;
    c.dropped_full += s.imissed;
    c.dropped_no_buffer += s.rx_nombuf;
    c.dropped_error += s.ierrors;
    return c;
  }
  TimestampSource timestamp_source() const noexcept override { return TimestampSource::host; }
  std::string describe() const override {
    return port_->describe() + (filter_.empty() ? "" : ", groups sorted by the driver");
  }

 private:
  void give_back() noexcept {
    rte_pktmbuf_free_bulk(buffers_.data(), held_);
    held_ = 0;
  }

  std::shared_ptr<DpdkPort> port_;
  std::uint16_t queue_;
  EndpointFilter filter_;
  std::size_t max_frame_;
  std::array<rte_mbuf*, kBurst> buffers_{};
  std::uint16_t held_ = 0;
  ReceiveCounters counters_;
};

class DpdkSender final : public PacketSender {
 public:
  DpdkSender(std::string_view address, std::string_view device, const PacketIoOptions& options)
      : port_(DpdkPort::open(address, device, options)), max_frame_(options.max_frame) {
    port_->take_send_queue(address);
  }
  ~DpdkSender() override {
    // Stopping a port forgets what its queue still holds: that leaves first.
    rte_delay_us_sleep(kDrainMicroseconds);
    rte_pktmbuf_free_bulk(buffers_.data(), static_cast<unsigned>(claimed_));
    port_->free_send_queue();
  }
  DpdkSender(const DpdkSender&) = delete;
  DpdkSender& operator=(const DpdkSender&) = delete;

  std::span<const std::span<std::uint8_t>> claim(std::size_t count) override {
    count = std::min(count, kSendRooms);
    if (claimed_ < count && rte_pktmbuf_alloc_bulk(port_->pool(), buffers_.data() + claimed_,
                                                   static_cast<unsigned>(count - claimed_)) == 0) {
      for (; claimed_ < count; ++claimed_)
        rooms_[claimed_] = {rte_pktmbuf_mtod(buffers_[claimed_], std::uint8_t*), max_frame_};
    }
    return std::span(rooms_).first(claimed_);
  }

  std::size_t send(std::span<const std::size_t> sizes) override {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      buffers_[i]->data_len = static_cast<std::uint16_t>(sizes[i]);
      buffers_[i]->pkt_len = static_cast<std::uint32_t>(sizes[i]);
    }
    const std::size_t sent =
        rte_eth_tx_burst(port_->id(), 0, buffers_.data(), static_cast<std::uint16_t>(sizes.size()));
    if (sent < sizes.size()) ++counters_.full;
    for (std::size_t i = 0; i < sent; ++i) counters_.bytes += sizes[i];
    counters_.frames += sent;
    std::rotate(buffers_.begin(), buffers_.begin() + static_cast<std::ptrdiff_t>(sent),
                buffers_.begin() + static_cast<std::ptrdiff_t>(claimed_));
    std::rotate(rooms_.begin(), rooms_.begin() + static_cast<std::ptrdiff_t>(sent),
                rooms_.begin() + static_cast<std::ptrdiff_t>(claimed_));
    claimed_ -= sent;
    return sent;
  }
  std::size_t max_frame() const noexcept override { return max_frame_; }
  SendCounters counters() override {
    SendCounters c = counters_;
    c.errors += port_->stats().oerrors;
    return c;
  }

 private:
  std::shared_ptr<DpdkPort> port_;
  std::size_t max_frame_;
  std::array<rte_mbuf*, kSendRooms> buffers_{};
  std::array<std::span<std::uint8_t>, kSendRooms> rooms_{};
  std::size_t claimed_ = 0;
  SendCounters counters_;
};

}  // namespace

std::unique_ptr<PacketReceiver> open_dpdk_receiver(std::string_view address, std::string_view rest,
                                                   const PacketIoOptions& options) {
  return std::make_unique<DpdkReceiver>(address, rest, options);
}

std::unique_ptr<PacketSender> open_dpdk_sender(std::string_view address, std::string_view rest,
                                               const PacketIoOptions& options) {
  return std::make_unique<DpdkSender>(address, rest, options);
}

}  // namespace twinpath::drivers
