// An acceptor for tests of FIX sessions: prints its port and serves until the end of its input.
//
//   fix_acceptor FOLDER --mode echo|market --session BEGINSTRING,SENDER,TARGET... [--port N] [--reset-on-logon]
//
// echo sends every order back as it came, which is what published session scripts expect of an acceptor; market has the
// venue's gateway and a market in FOLDER behind it, which is kept there and recovered.
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>

#include "host/session/fix/fix_engine.h"
#include "testbench/venue/fix_venue.h"

namespace twinpath {
namespace {

using session::FixEngine;
using session::FixEngineOptions;
using session::FixMessage;
using session::FixVerdict;

class Echo final : public session::FixEvents {
 public:
  explicit Echo(FixEngineOptions options) : engine_(std::move(options), *this) {}
  FixEngine& engine() { return engine_; }

 private:
  FixVerdict message(std::size_t session, const FixMessage& m) override {
    if (m.type != "D" && m.type != "d") return {.kind = FixVerdict::unsupported_type};
    const bool seen = !seen_.insert(m.get(session::fix::kClOrdID)).second;
    if (seen && m.poss_resend) return {};
    FixMessage back(m.type);
    back.poss_resend = m.poss_resend;
    back.fields = m.fields;
    engine_.send(session, back);
    return {};
  }
  void logged_on(std::size_t) override {}
  void logged_off(std::size_t) override {}

  std::set<std::string> seen_;
  FixEngine engine_;
};

bool input_ended() {
  pollfd p{STDIN_FILENO, POLLIN, 0};
  char byte;
  return ::poll(&p, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

// Messages that the venue has no use for, but scripts have.
constexpr const char* kScriptMessages = R"(
type String 305 306 307 308 309 310 313 317 320 322 364 318
type Int 146 311 312 314 315 319 323 362 393 435 436
type Data 363 365
message d 320! 322! 323 393! 55 65 48 22 167 200 205 201 202 206 231 223 207 106 348 349 107 350 351 15 336 58 354 355
  146(311,312,309,305,310,313,314,315,316,317,436,435,308,306,362,363,307,364,365,319,54,318)
)";

void serve_echo(FixEngineOptions options) {
  options.dictionary = kScriptMessages;
  Echo echo(std::move(options));
  std::printf("%u\n", echo.engine().port());
  std::fflush(stdout);
  while (!input_ended()) echo.engine().poll(10);
}

void serve_market(const std::filesystem::path& folder, const FixEngineOptions& options) {
  venue::FixGatewayOptions o;
  o.folder = options.folder;
  o.address = options.address;
  o.port = options.port;
  o.reset_on_logon = options.reset_on_logon;
  std::uint32_t participant = 0;
  for (const session::FixSessionOptions& s : options.sessions) {
    o.comp_id = s.sender;
    o.participants.push_back({.participant = ++participant,
                              .comp_id = s.target,
                              .version = s.begin_string == "FIX.4.2" ? venue::FixVersion::v42 : venue::FixVersion::v44,
                              .password = {}});
  }
  venue::FixVenue venue(folder, std::move(o));
  std::printf("%u\n", venue.gateway().port());
  std::fflush(stdout);
  while (!input_ended()) {
    if (venue.poll()) continue;
    pollfd p{venue.gateway().descriptor(), POLLIN, 0};
    ::poll(&p, 1, 10);
  }
}

int run(int argc, char** argv) {
  FixEngineOptions options;
  options.address = "127.0.0.1";
  std::string mode = "echo";
  if (argc < 2) throw std::invalid_argument("expected a folder");
  const std::filesystem::path folder = argv[1];
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--reset-on-logon") {
      options.reset_on_logon = true;
      continue;
    }
    if (++i == argc) throw std::invalid_argument("expected a value behind " + name);
    const std::string value = argv[i];
    if (name == "--mode") {
      mode = value;
    } else if (name == "--port") {
      options.port = static_cast<std::uint16_t>(std::stoul(value));
    } else if (name == "--session") {
      const std::size_t first = value.find(','), second = value.rfind(',');
      if (first == second) throw std::invalid_argument("expected BEGINSTRING,SENDER,TARGET, found " + value);
      options.sessions.push_back(
          {value.substr(0, first), value.substr(first + 1, second - first - 1), value.substr(second + 1), {}});
    } else {
      throw std::invalid_argument("unknown option " + name);
    }
  }
  std::filesystem::create_directories(folder / "fix");
  options.folder = folder / "fix";
  if (mode == "echo")
    serve_echo(std::move(options));
  else if (mode == "market")
    serve_market(folder, options);
  else
    throw std::invalid_argument("--mode: expected echo or market, found " + mode);
  return 0;
}

}  // namespace
}  // namespace twinpath

int main(int argc, char** argv) try { return twinpath::run(argc, argv); } catch (const std::exception& e) {
  std::fprintf(stderr, "fix_acceptor: %s\n", e.what());
  return 1;
}
