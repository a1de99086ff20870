// QuickFIX's part of FixEngine, for the files that are compiled as C++14: sessions (fix_engine.cpp) and what carries
// them (fix_sockets.cpp).
#pragma once
#include <netinet/in.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "host/session/fix/fix_quickfix.h"

// Overrides must repeat the throw(...) of what they override.
#pragma GCC diagnostic ignored "-Wdeprecated"

namespace twinpath {
namespace session {

class FixEngine::Impl : public FIX::Application {
 public:
  Impl(FixEngineOptions options, FixEvents& events);
  ~Impl() override { close_all(); }

  bool poll(int wait);
  bool send(std::size_t session, const FixMessage& message);
  FixMessage last_kept(std::size_t session) const;
  bool logged_on(std::size_t session) const { return sessions_[session].session->isLoggedOn(); }
  std::string loss(std::size_t session) const { return sessions_[session].loss; }
  bool cut(std::size_t session);
  std::size_t connections() const { return connections_.size(); }
  int descriptor() const { return epoll_; }
  std::uint16_t port() const { return port_; }
  void stop(int wait);

  FixCounters counters;

 private:
  struct Entry {
    std::unique_ptr<FIX::Session> session;
    FixConnection* connection = nullptr;
    std::uint64_t retry = 0;  // the initiator's next attempt
    std::uint64_t pause = 0;
    std::string loss;  // of the initiator
  };

  void make_sessions();
  void rethrow();

  // ---- fix_sockets.cpp ----
  sockaddr_in address() const;
  void listen();
  FixConnection& add(int descriptor, std::uint64_t now, bool connecting);
  void accept(std::uint64_t now);
  bool make_room();
  void connect(std::size_t index, std::uint64_t now);
  void serve(FixConnection& c, std::uint32_t ready);
  void obey(FixConnection& c, std::uint64_t now);
  bool log_on(FixConnection& c, const std::string& text);
  void tick(std::uint64_t now);
  void sweep();
  void close_all();

  // ---- what sessions tell ----
  void onCreate(const FIX::SessionID&) override {}
  void onLogon(const FIX::SessionID& id) override;
  void onLogout(const FIX::SessionID& id) override;
  void toAdmin(FIX::Message& m, const FIX::SessionID& id) override;
  void toApp(FIX::Message& m, const FIX::SessionID&) throw(FIX::DoNotSend) override;
  void fromAdmin(const FIX::Message& m, const FIX::SessionID& id) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                                        FIX::IncorrectTagValue,
                                                                        FIX::RejectLogon) override;
  void fromApp(const FIX::Message& m, const FIX::SessionID& id) throw(FIX::FieldNotFound, FIX::IncorrectDataFormat,
                                                                      FIX::IncorrectTagValue,
                                                                      FIX::UnsupportedMessageType) override;

  FixEngineOptions options_;
  FixEvents& events_;
  FIX::FileStoreFactory stores_;
  int epoll_ = -1, listener_ = -1;
  std::uint16_t port_ = 0;
  std::vector<Entry> sessions_;
  std::map<FIX::SessionID, std::size_t> index_;
  LoginGuard guard_;
  std::list<std::unique_ptr<FixConnection>> connections_;
  std::uint64_t ticked_ = 0;
  bool stopping_ = false;
  // What an event threw: nothing but QuickFIX's own may pass QuickFIX. poll() throws it again.
  std::exception_ptr failed_;
  FIX::Session* failed_session_ = nullptr;  // whose message it was
  int failed_number_ = 0;
};

}  // namespace session
}  // namespace twinpath
