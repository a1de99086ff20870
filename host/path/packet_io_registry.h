// Which kinds of packet I/O this program was built with, by the word before the colon of an address.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "host/path/packet_io.h"

namespace twinpath {

class PacketIoRegistry {
 public:
  // Both take the whole address; `rest` is what follows the colon. They throw PacketIoError, or FileError or
  // std::system_error that name the file.
  struct Kind {
    std::string form;  // for messages, e.g. "udp:group:port"
    std::function<std::unique_ptr<PacketReceiver>(std::string_view address, std::string_view rest,
                                                  const PacketIoOptions&)>
        receiver;
    // Empty where the kind cannot send.
    std::function<std::unique_ptr<PacketSender>(std::string_view address, std::string_view rest,
                                                const PacketIoOptions&)>
        sender;
  };

  void add(std::string name, Kind kind) { kinds_[std::move(name)] = std::move(kind); }

  // Throw PacketIoError that names the known kinds when the address names none, or none that can send.
  std::unique_ptr<PacketReceiver> open_receiver(std::string_view address, const PacketIoOptions& options) const;
  std::unique_ptr<PacketSender> open_sender(std::string_view address, const PacketIoOptions& options) const;

  // "udp:group:port, dpdk:device, ...": all, or those that can send.
  std::string forms(bool senders = false) const;

 private:
  const Kind* find(std::string_view address) const;

  std::map<std::string, Kind, std::less<>> kinds_;
};

}  // namespace twinpath
