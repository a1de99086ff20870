#include "host/path/packet_io_registry.h"

namespace twinpath {
namespace {

std::string_view rest_of(std::string_view address) { return address.substr(address.find(':') + 1); }

std::string found(std::string_view address) { return "'" + std::string(address) + "'"; }

}  // namespace

const PacketIoRegistry::Kind* PacketIoRegistry::find(std::string_view address) const {
  const std::size_t colon = address.find(':');
  if (colon == std::string_view::npos) return nullptr;
  const auto it = kinds_.find(address.substr(0, colon));
  return it == kinds_.end() ? nullptr : &it->second;
}

std::string PacketIoRegistry::forms(bool senders) const {
  std::string all;
  for (const auto& [name, kind] : kinds_) {
    if (!senders || kind.sender) all += (all.empty() ? "" : ", ") + kind.form;
  }
  return all;
}

std::unique_ptr<PacketReceiver> PacketIoRegistry::open_receiver(std::string_view address,
                                                                const PacketIoOptions& options) const {
  const Kind* kind = find(address);
  if (kind == nullptr)
    throw PacketIoError("packet I/O", "an address to receive from", found(address), "give one of " + forms());
  return kind->receiver(address, rest_of(address), options);
}

std::unique_ptr<PacketSender> PacketIoRegistry::open_sender(std::string_view address,
                                                            const PacketIoOptions& options) const {
  const Kind* kind = find(address);
  if (kind == nullptr || !kind->sender)
    throw PacketIoError("packet I/O", "an address to send to", found(address), "give one of " + forms(true));
  return kind->sender(address, rest_of(address), options);
}

}  // namespace twinpath
