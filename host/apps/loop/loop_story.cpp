// Reading a closed loop's story.
#include <fmt/format.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "host/apps/loop/loop_report.h"

namespace twinpath {
namespace {

using nlohmann::json;

// A value of the story, and how it is called in an error.
class Field {
 public:
  Field(const std::filesystem::path& file, const json& value, std::string where)
      : file_(file), value_(value), where_(std::move(where)) {}

  Field operator[](const char* key) const {
    if (!value_.is_object()) wrong("an object");
    const auto found = value_.find(key);
    if (found == value_.end())
      throw std::runtime_error(fmt::format("{}: {}: expected a key '{}', found none", file_.string(), place(), key));
    return {file_, *found, where_.empty() ? key : where_ + "." + key};
  }
  std::string text() const {
    if (!value_.is_string()) wrong("text");
    return value_.get<std::string>();
  }
  double number() const {
    if (!value_.is_number()) wrong("a number");
    return value_.get<double>();
  }
  std::filesystem::path path() const { return file_.parent_path() / text(); }
  template <class F>
  void each(F&& f) const {
    if (!value_.is_array()) wrong("a list");
    for (std::size_t i = 0; i < value_.size(); ++i) f(Field(file_, value_[i], fmt::format("{}[{}]", where_, i)));
  }

 private:
  std::string place() const { return where_.empty() ? "the story" : where_; }
  [[noreturn]] void wrong(std::string_view expected) const {
    throw std::runtime_error(fmt::format("{}: {}: expected {}, found {}", file_.string(), place(), expected,
                                         value_.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 60)));
  }

  const std::filesystem::path& file_;
  const json& value_;
  std::string where_;
};

}  // namespace

LoopStory read_loop_story(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(fmt::format("{}: expected a closed loop's story, cannot be read", file.string()));
  json parsed;
  try {
    parsed = json::parse(in);
  } catch (const json::parse_error& e) {
    throw std::runtime_error(
        fmt::format("{}: expected JSON, found something else at byte {}: {}", file.string(), e.byte, e.what()));
  }
  const Field root(file, parsed, "");
  LoopStory story;
  story.title = root["title"].text();
  root["lives"].each([&](const Field& f) {
    story.lives.push_back({f["path"].text(), f["config"].path(), f["record"].path(), f["ended"].text()});
  });
  if (story.lives.empty()) throw std::runtime_error(file.string() + ": lives: expected one or more, found none");
  root["faults"].each(
      [&](const Field& f) { story.faults.push_back({f["at"].number(), f["fault"].text(), f["survived"].text()}); });
  story.compared = static_cast<std::uint64_t>(root["compared"].number());
  root["checks"].each(
      [&](const Field& f) { story.checks.push_back({f["what"].text(), f["trader"].text(), f["venue"].text()}); });
  return story;
}

}  // namespace twinpath
