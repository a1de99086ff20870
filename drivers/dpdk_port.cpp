#include "drivers/dpdk_port.h"

#include <fmt/format.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_flow.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>

#include "drivers/dpdk_eal.h"

namespace twinpath::drivers {
namespace {

constexpr std::uint16_t kReceiveDescriptors = 1024;
constexpr std::uint16_t kSendDescriptors = 512;
constexpr unsigned kPoolBuffers = 8191;
constexpr unsigned kPoolCache = 256;
constexpr std::size_t kHeader = net::Ethernet::kTaggedSize;

// "0000:3b:00.0" or "3b:00.0", arguments behind a comma.
bool is_pci(std::string_view device) {
  return !device.empty() && std::isxdigit(static_cast<unsigned char>(device[0])) != 0 &&
         device.substr(0, device.find(',')).find(':') != std::string_view::npos;
}

std::string name_of(std::string_view device) { return std::string(device.substr(0, device.find(','))); }

std::string reason(int error) { return std::system_category().message(error < 0 ? -error : error); }

void require_pci_device(std::string_view address, std::string_view device) {
  std::string name = name_of(device);
  if (name.size() == 7) name = "0000:" + name;
  const std::filesystem::path sys = std::filesystem::path("/sys/bus/pci/devices") / name;
  std::error_code error;
  if (!std::filesystem::exists(sys, error))
    throw PacketIoError(address, "a PCI device", "none at " + name,
                        "see the network ports with: lspci -D | grep -i net");
  if (!has_huge_pages()) {
    throw PacketIoError(address, "free huge pages, which a PCI port needs", "none",
                        "echo 1024 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages");
  }
}

}  // namespace

std::shared_ptr<DpdkPort> DpdkPort::open(std::string_view address, std::string_view device,
                                         const PacketIoOptions& options) {
  static std::mutex mutex;
  static std::map<std::string, std::weak_ptr<DpdkPort>> open_ports;
  const std::scoped_lock lock(mutex);
  std::weak_ptr<DpdkPort>& known = open_ports[name_of(device)];
  if (auto port = known.lock()) return port;
  if (device.empty())
    throw PacketIoError(address, "a PCI address or a virtual device", "nothing",
                        "write dpdk:0000:3b:00.0 or dpdk:net_af_packet0,iface=eth1");
  if (is_pci(device)) require_pci_device(address, device);
  start_eal(address, options.dpdk_arguments);
  std::shared_ptr<DpdkPort> port(new DpdkPort(address, device, options));
  known = port;
  return port;
}

DpdkPort::DpdkPort(std::string_view address, std::string_view device, const PacketIoOptions& options)
    : device_(name_of(device)), queues_(options.queues), receive_taken_(options.queues) {
  take_eal_log();
  const int probed = rte_dev_probe(std::string(device).c_str());
  if (probed != 0 && probed != -EEXIST) {
    const std::string log = take_eal_log();
    throw PacketIoError(address, "a device that DPDK knows and can open", fmt::format("{} ({})", log, reason(probed)),
                        is_pci(device) ? "bind the port: dpdk-devbind.py -b vfio-pci " + device_
                                       : "virtual devices are e.g. net_af_packet0,iface=eth1 or net_ring0");
  }
  try {
    if (rte_eth_dev_get_port_by_name(device_.c_str(), &id_) != 0) {
      id_ = RTE_MAX_ETHPORTS;
      throw PacketIoError(address, "a network port", device_ + " without one", "name a network device");
    }
    configure(address, options);
  } catch (...) {
    close();
    throw;
  }
}

void DpdkPort::configure(std::string_view address, const PacketIoOptions& options) {
  rte_eth_dev_info info{};
  if (const int e = rte_eth_dev_info_get(id_, &info); e != 0) fail(address, "asking what the port can do", e);
  driver_ = info.driver_name;
  if (queues_ == 0 || queues_ > info.max_rx_queues) {
    throw PacketIoError(address, fmt::format("1 to {} receive queues", info.max_rx_queues), std::to_string(queues_),
                        "ask for fewer");
  }
  const int socket = std::max(0, rte_eth_dev_socket_id(id_));
  const auto room = static_cast<std::uint16_t>(RTE_PKTMBUF_HEADROOM +
                                               std::max<std::size_t>(RTE_MBUF_DEFAULT_DATAROOM, options.max_frame));
  pool_ = rte_pktmbuf_pool_create(fmt::format("twinpath{}", id_).c_str(), kPoolBuffers, kPoolCache, 0, room, socket);
  if (pool_ == nullptr) fail(address, fmt::format("making {} packet buffers", kPoolBuffers), rte_errno);

  rte_eth_conf conf{};
  const auto mtu = static_cast<std::uint32_t>(options.max_frame - std::min(options.max_frame, kHeader));
  if (mtu > info.max_mtu) {
    throw PacketIoError(address, fmt::format("an MTU of at least {} for frames of {} bytes", mtu, options.max_frame),
                        fmt::format("{} at most", info.max_mtu), "ask for a smaller largest frame");
  }
  conf.rxmode.mtu = std::max<std::uint32_t>(mtu, info.min_mtu);
  conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE;
  const std::uint64_t rss = (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP) & info.flow_type_rss_offloads;
  spread_ = queues_ == 1 ? "one queue" : rss != 0 ? "RSS" : "queues as the device feeds them";
  if (queues_ > 1 && rss != 0) {
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    conf.rx_adv_conf.rss_conf.rss_hf = rss;
  }
  // Frames leave by queue 0; some devices want as many of one kind as of the other.
  const std::uint16_t send_queues = std::clamp<std::uint16_t>(info.max_tx_queues, 1, queues_);
  if (const int e = rte_eth_dev_configure(id_, queues_, send_queues, &conf); e != 0)
    fail(address, "configuring the port", e);
  if (options.max_frame > RTE_ETHER_MAX_LEN) {
    const int e = rte_eth_dev_set_mtu(id_, static_cast<std::uint16_t>(mtu));
    if (e != 0 && e != -ENOTSUP) fail(address, fmt::format("setting an MTU of {}", mtu), e);
  }
  std::uint16_t receive = kReceiveDescriptors;
  std::uint16_t send = kSendDescriptors;
  if (const int e = rte_eth_dev_adjust_nb_rx_tx_desc(id_, &receive, &send); e != 0)
    fail(address, "choosing the number of descriptors", e);
  for (std::uint16_t q = 0; q < queues_; ++q) {
    const int e = rte_eth_rx_queue_setup(id_, q, receive, static_cast<unsigned>(socket), nullptr, pool_);
    if (e != 0) fail(address, fmt::format("setting up receive queue {}", q), e);
  }
  for (std::uint16_t q = 0; q < send_queues; ++q) {
    const int e = rte_eth_tx_queue_setup(id_, q, send, static_cast<unsigned>(socket), nullptr);
    if (e != 0) fail(address, fmt::format("setting up send queue {}", q), e);
  }
  if (const int e = rte_eth_dev_start(id_); e != 0) fail(address, "starting the port", e);
  listen(options);
  if (!options.groups.empty()) steer(options);
}

// Which destination addresses pass the port: named groups where it can list them, otherwise everything.
void DpdkPort::listen(const PacketIoOptions& options) noexcept {
  std::vector<rte_ether_addr> groups;
  bool all = options.groups.empty();
  for (const net::Endpoint& e : options.groups) {
    if (!net::is_multicast(e.address)) continue;
    const net::MacAddress mac = net::multicast_mac(e.address);
    rte_ether_addr a;
    std::copy(mac.begin(), mac.end(), std::begin(a.addr_bytes));
    groups.push_back(a);
  }
  if (!groups.empty() &&
      rte_eth_dev_set_mc_addr_list(id_, groups.data(), static_cast<std::uint32_t>(groups.size())) != 0)
    all |= rte_eth_allmulticast_enable(id_) != 0;
  if (all) rte_eth_promiscuous_enable(id_);
}

// A rule a group. A port that takes only some of them gets none, and the driver sorts.
void DpdkPort::steer(const PacketIoOptions& options) noexcept {
  for (std::size_t i = 0; i < options.groups.size(); ++i) {
    rte_flow_attr attributes{};
    attributes.ingress = 1;
    rte_flow_item_ipv4 ip{};
    rte_flow_item_ipv4 ip_mask{};
    ip.hdr.dst_addr = rte_cpu_to_be_32(options.groups[i].address);
    ip_mask.hdr.dst_addr = 0xFFFF'FFFF;
    rte_flow_item_udp udp{};
    rte_flow_item_udp udp_mask{};
    udp.hdr.dst_port = rte_cpu_to_be_16(options.groups[i].port);
    udp_mask.hdr.dst_port = 0xFFFF;
    const std::array<rte_flow_item, 4> pattern{{{RTE_FLOW_ITEM_TYPE_ETH, nullptr, nullptr, nullptr},
                                                {RTE_FLOW_ITEM_TYPE_IPV4, &ip, nullptr, &ip_mask},
                                                {RTE_FLOW_ITEM_TYPE_UDP, &udp, nullptr, &udp_mask},
                                                {RTE_FLOW_ITEM_TYPE_END, nullptr, nullptr, nullptr}}};
    const rte_flow_action_queue queue{static_cast<std::uint16_t>(i % queues_)};
    const std::array<rte_flow_action, 2> actions{
        {{RTE_FLOW_ACTION_TYPE_QUEUE, &queue}, {RTE_FLOW_ACTION_TYPE_END, nullptr}}};
    rte_flow_error error{};
    rte_flow* flow = rte_flow_validate(id_, &attributes, pattern.data(), actions.data(), &error) == 0
                         ? rte_flow_create(id_, &attributes, pattern.data(), actions.data(), &error)
                         : nullptr;
    if (flow == nullptr) {
      for (rte_flow* made : flows_) rte_flow_destroy(id_, made, &error);
      flows_.clear();
      return;
    }
    flows_.push_back(flow);
  }
}

void DpdkPort::take_receive_queue(std::string_view address, std::uint16_t queue) {
  if (queue >= queues_) {
    throw PacketIoError(address, fmt::format("a receive queue from 0 to {}", queues_ - 1), std::to_string(queue),
                        "the first to open a port says how many queues it has");
  }
  if (receive_taken_[queue]) {
    throw PacketIoError(address, fmt::format("receive queue {} free", queue), "it taken",
                        "a queue has one receiver: ask for more queues, or another one");
  }
  receive_taken_[queue] = true;
}

void DpdkPort::take_send_queue(std::string_view address) {
  if (send_taken_) throw PacketIoError(address, "the send queue free", "it taken", "a port has one sender");
  send_taken_ = true;
}

rte_eth_stats DpdkPort::stats() const noexcept {
  rte_eth_stats s{};
  rte_eth_stats_get(id_, &s);
  return s;
}

std::string DpdkPort::describe() const {
  return fmt::format("{} ({}), {}{}", device_, driver_, steered() ? "flow rules" : spread_,
                     has_huge_pages() ? "" : ", without huge pages");
}

void DpdkPort::fail(std::string_view address, std::string_view what, int error) const {
  const std::string log = take_eal_log();
  throw PacketIoError(address, fmt::format("{} to succeed", what), fmt::format("{} ({})", log, reason(error)),
                      "twinpath doctor checks the machine");
}

void DpdkPort::close() noexcept {
  if (id_ != RTE_MAX_ETHPORTS) {
    rte_eth_dev_info info{};
    const bool known = rte_eth_dev_info_get(id_, &info) == 0;
    rte_eth_dev_stop(id_);
    rte_eth_dev_close(id_);
    if (known && info.device != nullptr) rte_dev_remove(info.device);
  }
  rte_mempool_free(pool_);
}

DpdkPort::~DpdkPort() {
  rte_flow_error error{};
  for (rte_flow* flow : flows_) rte_flow_destroy(id_, flow, &error);
  close();
}

}  // namespace twinpath::drivers
