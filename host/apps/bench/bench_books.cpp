#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "bench/market_books.h"
#include "host/apps/bench/bench.h"
#include "host/apps/config/config_file.h"
#include "host/apps/session/sources.h"
#include "host/core/tick_clock.h"

namespace twinpath {
namespace {

struct Options {
  std::string input, config;
  unsigned orders_log2 = 21;
  unsigned rounds = 3;
};

int run(const Options& o) {
  const RunConfig config = load_config(o.config);
  TolerantSource source(open_source(o.input, config.core.feed));
  const bench::PackedSession session(source, config.core.feed);
  if (session.messages() == 0) {
    fmt::print(stderr,
               "twinpath bench books: {}: no message of the feed that {} names; give the session's own configuration\n",
               o.input, o.config);
    return kExitError;
  }
  // Processor time, as the machine may have other work; one after the other, so that both see the same of it.
  std::vector<double> decode, books;
  const auto timed = [&](auto& work) {
    const Nanoseconds start = ThreadTime::now();
    work.run();
    return static_cast<double>((ThreadTime::now() - start).value) / static_cast<double>(session.messages());
  };
  for (unsigned round = 0; round < o.rounds; ++round) {
    bench::MarketDecoder decoder(session);
    decode.push_back(timed(decoder));
    bench::MarketBooker market(session, o.orders_log2);
    books.push_back(timed(market));
    if (round == 0)
      fmt::print(
          "{} messages in {} frames, {} symbols; {} orders live and {} sides quoted at the end, {} messages refused\n",
          session.messages(), session.frames(), market.symbols(), market.books().orders().size(), market.quoted(),
          market.refused());
  }
  const auto row = [](const char* name, const std::vector<double>& rounds) {
    const auto [least, most] = std::minmax_element(rounds.begin(), rounds.end());
    fmt::print("{:<44}{:>6.1f} to {:>6.1f} ns a message, {:>6.1f} M messages/s\n", name, *least, *most, 1e3 / *least);
  };
  row("decode: every field of every message", decode);
  row("decode and book: all symbols, full depth", books);
  return 0;
}

}  // namespace

Run add_bench_books(cli::App& bench) {
  auto o = std::make_shared<Options>();
  cli::App* sub = bench.add_subcommand(
      "books", "Nanoseconds a message to decode a whole market, and to keep the books of all of its symbols");
  sub->add_option("input", o->input, "pcap, pcapng or BinaryFILE ITCH (plain or gzip)")
      ->required()
      ->check(cli::ExistingFile);
  sub->add_option("--config", o->config, "TOML configuration: names the feed")->required()->check(cli::ExistingFile);
  sub->add_option("--orders-log2", o->orders_log2, "the books have room for 2^this orders")
      ->capture_default_str()
      ->check(cli::Range(12u, 26u));
  sub->add_option("--rounds", o->rounds, "times the session is decoded and booked")
      ->capture_default_str()
      ->check(cli::Range(1u, 100u));
  return [o] { return run(*o); };
}

}  // namespace twinpath
