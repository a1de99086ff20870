// The command line as the subcommands see it: CLI11 behind declarations that are cheap to include.
//
// CLI11's headers cost every file that sees them some ten seconds of compiling; command_line.cpp alone includes them.
// What is here does what it does in CLI11 (https://cliutils.github.io/CLI11/book/). Apps and options live as long as
// the CommandLine they belong to; variables that options fill must live until they are used.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace twinpath::cli {

// What a value must be. A mistake is told in a line that names the option, what was found and what is expected.
template <class T>
struct Range {
  Range(T least, T most) : low(least), high(most) {}
  T low, high;
};
struct IsMember {
  explicit IsMember(std::vector<std::string> all) : names(std::move(all)) {}
  std::vector<std::string> names;
};
enum class Kind : std::uint8_t { existing_file, existing_directory, existing_path, non_negative };
inline constexpr Kind ExistingFile = Kind::existing_file;
inline constexpr Kind ExistingDirectory = Kind::existing_directory;
inline constexpr Kind ExistingPath = Kind::existing_path;
inline constexpr Kind NonNegativeNumber = Kind::non_negative;
using Check = std::variant<Kind, IsMember, Range<int>, Range<unsigned>, Range<std::uint64_t>, Range<double>>;

class Option {
 public:
  Option* required();
  Option* check(const Check& check);
  Option* capture_default_str();  // --help shows the value that the variable has now
  Option* expected(int values);   // each time the option is given
  Option* take_all();             // given again, it adds values
  Option* delimiter(char between);
  Option* needs(Option* other);
  Option* excludes(Option* other);

 private:
  friend class App;
  explicit Option(void* option) : option_(option) {}
  void* option_;
};

class App {
 public:
  App(const App&) = delete;
  App& operator=(const App&) = delete;
  ~App();

  App* add_subcommand(const std::string& name, const std::string& what);
  // The newest subcommand.
  const App* last_subcommand() const noexcept;
  void require_subcommand(int how_many);
  // This one is what the command line asked for.
  bool parsed() const;

  // For the types that command_line.cpp lists: strings, numbers, and vectors of them.
  template <class T>
  Option* add_option(const std::string& names, T& variable, const std::string& what);
  Option* add_flag(const std::string& names, bool& variable, const std::string& what);
  // `take` gets each value, and returns what is expected instead of a value that it cannot use, or "".
  Option* add_option_each(const std::string& names, const std::function<std::string(const std::string&)>& take,
                          const std::string& what);

 protected:
  explicit App(void* app);
  struct Kept;
  Option* keep(void* option);
  void* app_;
  std::unique_ptr<Kept> kept_;
};

// All of it.
class CommandLine final : public App {
 public:
  CommandLine(const std::string& name, const std::string& what, const std::string& version);
  ~CommandLine();

  // Whether to go on; if not, what there was to say has been said and `status` is 0 for --help and --version, else not.
  bool parse(int argc, char** argv, int& status);
};

}  // namespace twinpath::cli
