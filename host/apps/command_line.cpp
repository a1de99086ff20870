#include "host/apps/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <deque>
#include <optional>

namespace twinpath::cli {
namespace {

CLI::Option* option(void* p) { return static_cast<CLI::Option*>(p); }
CLI::App* app(void* p) { return static_cast<CLI::App*>(p); }

struct ToValidator {
  CLI::Validator operator()(Kind kind) const {
    switch (kind) {
      case Kind::existing_file:
        return CLI::ExistingFile;
      case Kind::existing_directory:
        return CLI::ExistingDirectory;
      case Kind::existing_path:
        return CLI::ExistingPath;
      case Kind::non_negative:
        break;
    }
    return CLI::NonNegativeNumber;
  }
  CLI::Validator operator()(const IsMember& m) const { return CLI::IsMember(m.names); }
  template <class T>
  CLI::Validator operator()(const Range<T>& r) const {
    return CLI::Range(r.low, r.high);
  }
};

}  // namespace

Option* Option::required() {
  option(option_)->required();
  return this;
}
Option* Option::check(const Check& check) {
  option(option_)->check(std::visit(ToValidator{}, check));
  return this;
}
Option* Option::capture_default_str() {
  option(option_)->capture_default_str();
  return this;
}
Option* Option::expected(int values) {
  option(option_)->expected(values);
  return this;
}
Option* Option::take_all() {
  option(option_)->take_all();
  return this;
}
Option* Option::delimiter(char between) {
  option(option_)->delimiter(between);
  return this;
}
Option* Option::needs(Option* other) {
  option(option_)->needs(option(other->option_));
  return this;
}
Option* Option::excludes(Option* other) {
  option(option_)->excludes(option(other->option_));
  return this;
}

struct App::Kept {
  std::deque<Option> options;
  std::vector<std::unique_ptr<App>> subcommands;
};

App::App(void* app) : app_(app), kept_(std::make_unique<Kept>()) {}
App::~App() = default;

Option* App::keep(void* option) {
  kept_->options.push_back(Option(option));
  return &kept_->options.back();
}

App* App::add_subcommand(const std::string& name, const std::string& what) {
  kept_->subcommands.push_back(std::unique_ptr<App>(new App(app(app_)->add_subcommand(name, what))));
  return kept_->subcommands.back().get();
}
const App* App::last_subcommand() const noexcept { return kept_->subcommands.back().get(); }
void App::require_subcommand(int how_many) { app(app_)->require_subcommand(how_many); }
bool App::parsed() const { return app(app_)->parsed(); }

template <class T>
Option* App::add_option(const std::string& names, T& variable, const std::string& what) {
  return keep(app(app_)->add_option(names, variable, what));
}
template Option* App::add_option(const std::string&, std::string&, const std::string&);
template Option* App::add_option(const std::string&, bool&, const std::string&);
template Option* App::add_option(const std::string&, int&, const std::string&);
template Option* App::add_option(const std::string&, unsigned&, const std::string&);
template Option* App::add_option(const std::string&, std::uint8_t&, const std::string&);
template Option* App::add_option(const std::string&, std::uint16_t&, const std::string&);
template Option* App::add_option(const std::string&, std::uint64_t&, const std::string&);
template Option* App::add_option(const std::string&, double&, const std::string&);
template Option* App::add_option(const std::string&, std::optional<unsigned>&, const std::string&);
template Option* App::add_option(const std::string&, std::optional<std::uint64_t>&, const std::string&);
template Option* App::add_option(const std::string&, std::vector<std::string>&, const std::string&);
template Option* App::add_option(const std::string&, std::vector<int>&, const std::string&);
template Option* App::add_option(const std::string&, std::vector<unsigned>&, const std::string&);
template Option* App::add_option(const std::string&, std::vector<double>&, const std::string&);

Option* App::add_flag(const std::string& names, bool& variable, const std::string& what) {
  return keep(app(app_)->add_flag(names, variable, what));
}

Option* App::add_option_each(const std::string& names, const std::function<std::string(const std::string&)>& take,
                             const std::string& what) {
  return keep(app(app_)->add_option_function<std::vector<std::string>>(
      names,
      [take, names](const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
          if (const std::string expected = take(text); !expected.empty())
            throw CLI::ValidationError(names, fmt::format("expected {}, found {}", expected, text));
        }
      },
      what));
}

CommandLine::CommandLine(const std::string& name, const std::string& what, const std::string& version)
    : App(new CLI::App(what, name)) {
  // A mistake is one line, like every other error.
  app(app_)->failure_message([](const CLI::App* failed, const CLI::Error& e) {
    std::string text = e.what();
    if (const auto unknown = failed->remaining(); failed->get_subcommands().empty() && !unknown.empty())
      text = fmt::format("'{}' is no subcommand of it", unknown.front());
    std::string asked = failed->get_name();
    for (const CLI::App* sub : failed->get_subcommands()) asked += " " + sub->get_name();
    return fmt::format("{}: {}; see {} --help\n", asked, text, asked);
  });
  app(app_)->set_version_flag("--version", version);
}
CommandLine::~CommandLine() { delete app(app_); }

bool CommandLine::parse(int argc, char** argv, int& status) {
  try {
    app(app_)->parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    status = app(app_)->exit(e);
    return false;
  }
  return true;
}

}  // namespace twinpath::cli
