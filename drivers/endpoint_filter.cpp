#include "drivers/endpoint_filter.h"

#include <linux/filter.h>
#include <sys/socket.h>

#include <cerrno>
#include <system_error>

namespace twinpath::drivers {
namespace {

// Jumps count instructions over, at most 255: each endpoint tests for itself, and a frame that is none of them falls
// through to the next.
void append_endpoint(std::vector<sock_filter>& program, const net::Endpoint& endpoint) {
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 30));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, endpoint.address, 0, 4));
  program.push_back(BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14));
  program.push_back(BPF_STMT(BPF_LD | BPF_H | BPF_IND, 16));
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, endpoint.port, 0, 1));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, 0xFFFF'FFFF));
}

}  // namespace

void EndpointFilter::attach(int packet_socket) const {
  if (endpoints_.empty()) return;
  std::vector<sock_filter> program{
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, net::kEtherTypeIpv4, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 23),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, net::kProtocolUdp, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 20),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x1FFF, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
  };
  for (const net::Endpoint& endpoint : endpoints_) append_endpoint(program, endpoint);
  program.push_back(BPF_STMT(BPF_RET | BPF_K, 0));
  const sock_fprog all{static_cast<unsigned short>(program.size()), program.data()};
  if (setsockopt(packet_socket, SOL_SOCKET, SO_ATTACH_FILTER, &all, sizeof all) != 0)
    throw std::system_error(errno, std::generic_category(), "endpoint filter");
}

}  // namespace twinpath::drivers
