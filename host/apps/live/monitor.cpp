// `twinpath monitor`: a live run as Prometheus text, as a page, and as the events that keep the page up to date.
#include "host/apps/live/monitor.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "host/apps/config/config_file.h"
#include "host/apps/live/monitor_page.h"
#include "host/apps/machine/packet_io_text.h"
#include "host/live/control_socket.h"
#include "host/monitor/http_server.h"
#include "host/monitor/prometheus.h"
#include "host/monitor/run_view.h"
#include "host/monitor/session_watch.h"
#include "host/monitor/state_json.h"

namespace twinpath {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string config, folder, control, listen = "127.0.0.1:9464";
  double seconds = 0.25;
  bool quiet = false;
};

std::string random_text() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("expected 16 random bytes of the kernel, found none");
  std::string text;
  for (const unsigned char b : bytes) text += fmt::format("{:02x}", b);
  return text;
}

// In a time that does not depend on where they differ.
bool same(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) different |= static_cast<unsigned>(a[i] ^ b[i]);
  return different == 0;
}

RunPlaces places_of(Options& o) {
  RunPlaces places;
  if (!o.folder.empty()) {
    places.stats.emplace_back(o.folder);
    places.processes.emplace();
    places.processes->folder = o.folder;
    places.processes->strategies.clear();  // nobody says which they are
    return places;
  }
  const RunConfig config = load_config(o.config);
  for (const SymbolConfig& s : config.core.symbols)
    places.symbols.emplace_back(s.name.data(), std::ranges::find(s.name, ' '));
  if (config.processes) {
    places.processes = *config.processes;
    places.stats.emplace_back(config.processes->folder);
  }
  if (config.live) {
    if (!config.live->stats.empty() && (!config.processes || config.live->stats != config.processes->folder))
      places.stats.emplace_back(config.live->stats);
    if (o.control.empty()) o.control = config.live->control;
  }
  if (places.stats.empty())
    throw std::runtime_error(fmt::format(
        "{}: expected a section [processes], or stats in [live], found neither; a run without them shows nothing",
        o.config));
  return places;
}

class Monitor {
 public:
  explicit Monitor(Options o)
      : options_(std::move(o)),
        view_(places_of(options_)),
        watch_(options_.control),
        server_(options_.listen, [this](const HttpRequest& r) { return answer(r); }) {
    if (options_.control.empty()) {
      no_kill_ = "No kill switch here: the run has no control socket (control in [live]).";
    } else if (!server_.loopback()) {
      no_kill_ = "No kill switch here: it is only there on a loopback address.";
    }
  }

  int run() {
    if (!options_.quiet) fmt::print(stderr, "monitor: http://{}/\n", server_.address());
    if (!options_.quiet && !server_.loopback())
      fmt::print(stderr, "monitor: whoever reaches this address sees books, positions and orders; no kill switch\n");
    const auto every = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options_.seconds));
    auto next = Clock::now();
    while (!stop_requested()) {
      server_.round(std::chrono::milliseconds(50));
      const auto now = Clock::now();
      if (now < next) continue;
      next = now + every;
      // Orders are followed while nobody looks, too: the ring forgets.
      const RunNow& run = view_.look();
      if (server_.streams() != 0) server_.publish(event(run));
    }
    return 0;
  }

 private:
  HttpAnswer answer(const HttpRequest& r) {
    struct Route {
      std::string_view path, methods;
      HttpAnswer (Monitor::*go)(const HttpRequest&);
    };
    static constexpr std::array<Route, 4> kRoutes{{{"/", "GET, HEAD", &Monitor::page},
                                                   {"/metrics", "GET, HEAD", &Monitor::metrics},
                                                   {"/events", "GET, HEAD", &Monitor::events},
                                                   {"/kill", "POST", &Monitor::kill}}};
    for (const Route& route : kRoutes) {
      if (r.path != route.path) continue;
      const bool get = r.method == "GET" || r.method == "HEAD";
      if (route.methods == "POST" ? r.method == "POST" : get) return (this->*route.go)(r);
      HttpAnswer a = text(405, fmt::format("405: expected {}, found {}", route.methods, r.method));
      a.headers.emplace_back("Allow", route.methods);
      return a;
    }
    return text(404, "404: expected /, /metrics, /events or /kill");
  }

  static HttpAnswer text(int status, const std::string& line) {
    HttpAnswer a;
    a.status = status;
    a.body = line + "\n";
    return a;
  }

  HttpAnswer page(const HttpRequest&) {
    const std::string nonce = random_text();
    HttpAnswer a;
    a.type = "text/html; charset=utf-8";
    a.body = monitor_page(nonce, no_kill_.empty() ? token_ : "", no_kill_);
    // Nothing of elsewhere, and in no other page's frame: what is clicked is what is seen.
    a.headers.emplace_back("Content-Security-Policy",
                           fmt::format("default-src 'none'; connect-src 'self'; img-src data:; style-src 'nonce-{0}'; "
                                       "script-src 'nonce-{0}'; frame-ancestors 'none'; base-uri 'none'; form-action "
                                       "'none'",
                                       nonce));
    a.headers.emplace_back("X-Frame-Options", "DENY");
    a.headers.emplace_back("Referrer-Policy", "no-referrer");
    return a;
  }

  HttpAnswer metrics(const HttpRequest&) {
    HttpAnswer a;
    a.type = kPrometheusType;
    a.body = prometheus_text(view_.look());
    return a;
  }

  HttpAnswer events(const HttpRequest&) {
    HttpAnswer a;
    a.type = "text/event-stream";
    a.body = "retry: 1000\n\n" + event(view_.look());
    a.stream = true;
    return a;
  }

  HttpAnswer kill(const HttpRequest& r) {
    if (!no_kill_.empty()) return text(403, "403: " + no_kill_);
    if (!same(r.header("x-twinpath-token"), token_))
      return text(403, "403: expected the token of this monitor's page in 'x-twinpath-token'; load the page again");
    try {
      const std::string said = control_request(options_.control, "kill", SessionWatch::kTimeout);
      const auto j = nlohmann::json::parse(said, nullptr, false);
      const bool ok = j.is_object() && j.value("ok", false);
      fmt::print(stderr, "monitor: kill asked for: {}\n", said);
      return ok ? text(200, "killed") : text(502, "502: the run answers " + said);
    } catch (const std::exception& e) {
      fmt::print(stderr, "monitor: kill asked for: {}\n", e.what());
      return text(502, fmt::format("502: {}", e.what()));
    }
  }

  std::string event(const RunNow& run) {
    return fmt::format("event: state\ndata: {}\n\n", state_json(run, watch_.last()));
  }

  Options options_;
  RunView view_;
  SessionWatch watch_;
  const std::string token_ = random_text();
  std::string no_kill_;  // why there is no kill switch; "": there is
  HttpServer server_;
};

int run(const Options& o) {
  if (o.config.empty() == o.folder.empty())
    throw std::runtime_error("monitor: expected either --config or the folder of a run, found " +
                             std::string(o.config.empty() ? "neither" : "both"));
  stop_on_signals();
  return Monitor(o).run();
}

}  // namespace

Run add_monitor(cli::App& app) {
  auto o = std::make_shared<Options>();
  cli::App* sub = app.add_subcommand("monitor", "Serve a live run as a page and as Prometheus text");
  sub->add_option("folder", o->folder, "folder of [processes], or of stats in [live], instead of --config");
  sub->add_option("--config", o->config, "the run's TOML configuration: also names symbols and the control socket")
      ->check(cli::ExistingFile);
  sub->add_option("--listen", o->listen, "address and port; without a kill switch where it is not loopback")
      ->capture_default_str();
  sub->add_option("--control", o->control, "the run's control socket, instead of live.control");
  sub->add_option("--every", o->seconds, "seconds between two events of the page")
      ->capture_default_str()
      ->check(cli::Range(0.1, 3600.0));
  sub->add_flag("-q,--quiet", o->quiet, "nothing on the terminal but mistakes");
  return [o] { return run(*o); };
}

}  // namespace twinpath
