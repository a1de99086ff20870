// The tags of an XML text and their attributes, in order; enough for the kernel metadata of an xclbin.
#pragma once
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace twinpath::xclbin {

struct XmlError : std::runtime_error {
  XmlError(std::size_t offset, const std::string& expected, const std::string& found)
      : std::runtime_error(expected), at(offset), found(found) {}
  std::size_t at;  // byte in the text; what() is what was expected
  std::string found;
};

struct XmlTag {
  std::string name;
  bool closing = false;  // </name>
  bool empty = false;    // <name/>
  std::map<std::string, std::string, std::less<>> attributes;

  std::string get(std::string_view key) const {
    const auto it = attributes.find(key);
    return it == attributes.end() ? std::string{} : it->second;
  }
};

class XmlTags {
 public:
  explicit XmlTags(std::string_view text) : text_(text) {}

  // The next tag; false at the end. Declarations, comments and text are passed over. Throws XmlError.
  bool next(XmlTag& tag) {
    for (;;) {
      at_ = text_.find('<', at_);
      if (at_ == std::string_view::npos) return false;
      if (text_.substr(at_, 4) == "<!--") {
        pass("-->");
      } else if (text_.substr(at_, 9) == "<![CDATA[") {
        pass("]]>");
      } else if (text_.substr(at_, 2) == "<?") {
        pass("?>");
      } else if (text_.substr(at_, 2) == "<!") {
        pass(">");
      } else {
        break;
      }
    }
    tag = {};
    ++at_;
    tag.closing = peek() == '/';
    if (tag.closing) ++at_;
    tag.name = word("a tag's name");
    for (;;) {
      blanks();
      if (peek() == '/') {
        ++at_;
        tag.empty = true;
      }
      if (peek() == '>') {
        ++at_;
        return true;
      }
      std::string key = word("an attribute or the end of the tag");
      blanks();
      take('=');
      blanks();
      const char quote = peek();
      if (quote != '"' && quote != '\'') throw XmlError(at_, "a quoted value", shown());
      ++at_;
      const std::size_t end = text_.find(quote, at_);
      if (end == std::string_view::npos) throw XmlError(text_.size(), "the end of a quoted value", "the end");
      tag.attributes[std::move(key)] = decoded(text_.substr(at_, end - at_));
      at_ = end + 1;
    }
  }

 private:
  // With the five entities that XML has by itself; others stay as they are.
  static std::string decoded(std::string_view value) {
    static constexpr std::pair<std::string_view, char> kEntities[] = {
        {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}, {"&quot;", '"'}, {"&apos;", '\''}};
    std::string out;
    while (!value.empty()) {
      const auto* entity = std::ranges::find_if(kEntities, [&](const auto& e) { return value.starts_with(e.first); });
      const bool found = entity != std::end(kEntities);
      out += found ? entity->second : value.front();
      value.remove_prefix(found ? entity->first.size() : 1);
    }
    return out;
  }
  char peek() const {
    if (at_ >= text_.size()) throw XmlError(text_.size(), "the end of a tag", "the end");
    return text_[at_];
  }
  std::string shown() const { return at_ < text_.size() ? "'" + std::string(1, text_[at_]) + "'" : "the end"; }
  void pass(std::string_view end) {
    const std::size_t found = text_.find(end, at_);
    if (found == std::string_view::npos) throw XmlError(text_.size(), std::string(end), "the end");
    at_ = found + end.size();
  }
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r'))
      ++at_;
  }
  void take(char c) {
    if (peek() != c) throw XmlError(at_, std::string("'") + c + "'", shown());
    ++at_;
  }
  std::string word(const char* expected) {
    const std::size_t start = at_;
    while (at_ < text_.size() && std::string_view(" \n\t\r=/><\"'").find(text_[at_]) == std::string_view::npos) ++at_;
    if (at_ == start) throw XmlError(at_, expected, shown());
    return std::string(text_.substr(start, at_ - start));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace twinpath::xclbin
