#include "host/session/fix/fix_dictionary.h"

#include <cctype>
#include <cstdlib>
#include <stdexcept>

#include "host/session/fix/fix_quickfix.h"

namespace twinpath {
namespace session {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& text) : at_(text.c_str()) {}

  void read(FIX::DataDictionary& to) {
    while (more()) {
      const std::string word = token();
      if (word == "type") {
        const FIX::TYPE::Type type = type_of(token());
        while (digit()) {
          const int tag = number();
          to.addField(tag);
          to.addFieldType(tag, type);
        }
      } else if (word == "header" || word == "trailer") {
        while (digit()) {
          const int tag = number();
          const bool required = skip('!');
          if (word == "header")
            to.addHeaderField(tag, required);
          else
            to.addTrailerField(tag, required);
        }
      } else if (word == "message") {
        const std::string type = token();
        to.addMsgType(type);
        while (digit()) field(to, type, true);
      } else if (word == "values") {
        const int tag = number();
        while (more() && !keyword()) to.addFieldValue(tag, token());
      } else {
        throw std::runtime_error("FIX dictionary: expected type, header, trailer, message or values, found " + word);
      }
    }
  }

 private:
  // A field of a message or, in brackets, of a group.
  void field(FIX::DataDictionary& to, const std::string& type, bool of_message) {
    const int tag = number();
    if (of_message)
      to.addMsgField(type, tag);
    else
      to.addField(tag);
    if (skip('!')) to.addRequiredField(type, tag);
    if (!skip('(')) return;
    more();
    FIX::DataDictionary group;
    const int first = std::atoi(at_);
    do field(group, type, false);
    while (skip(','));
    if (!skip(')')) throw std::runtime_error("FIX dictionary: expected ) behind group " + std::to_string(tag));
    to.addGroup(type, tag, first, group);
  }
  bool more() {
    while (*at_ != '\0' && std::isspace(static_cast<unsigned char>(*at_)) != 0) ++at_;
    return *at_ != '\0';
  }
  bool digit() { return more() && std::isdigit(static_cast<unsigned char>(*at_)) != 0; }
  bool keyword() const {
    for (const char* const word : {"type ", "header ", "trailer ", "message ", "values "})
      if (std::string(at_).compare(0, std::string(word).size(), word) == 0) return true;
    return false;
  }
  bool skip(char c) {
    if (!more() || *at_ != c) return false;
    ++at_;
    return true;
  }
  int number() {
    if (!digit()) throw std::runtime_error("FIX dictionary: expected a tag, found " + token());
    char* end = nullptr;
    const long n = std::strtol(at_, &end, 10);
    at_ = end;
    return static_cast<int>(n);
  }
  std::string token() {
    std::string t;
    if (!more()) return t;
    while (*at_ != '\0' && std::isspace(static_cast<unsigned char>(*at_)) == 0) t += *at_++;
    return t;
  }
  static FIX::TYPE::Type type_of(const std::string& name) {
    if (name == "String") return FIX::TYPE::String;
    if (name == "Int") return FIX::TYPE::Int;
    if (name == "Float") return FIX::TYPE::Float;
    if (name == "Char") return FIX::TYPE::Char;
    if (name == "Boolean") return FIX::TYPE::Boolean;
    if (name == "UtcTimeStamp") return FIX::TYPE::UtcTimeStamp;
    if (name == "Data") return FIX::TYPE::Data;
    throw std::runtime_error("FIX dictionary: unknown type " + name);
  }

  const char* at_;
};

}  // namespace

FIX::DataDictionaryProvider make_fix_dictionary(const std::string& begin_string, const std::string& more) {
  const bool v42 = begin_string == "FIX.4.2", v44 = begin_string == "FIX.4.4";
  if (!v42 && !v44) throw std::runtime_error("FIX: expected FIX.4.2 or FIX.4.4, found " + begin_string);
  ptr::shared_ptr<FIX::DataDictionary> dictionary(new FIX::DataDictionary());
  dictionary->setVersion(begin_string);
  const std::string text = std::string(v42 ? kFix42Dictionary : kFix44Dictionary) + more;
  Reader(text).read(*dictionary);
  FIX::DataDictionaryProvider provider;
  provider.addTransportDataDictionary(FIX::BeginString(begin_string), dictionary);
  provider.addApplicationDataDictionary(FIX::ApplVerID(FIX::Message::toApplVerID(FIX::BeginString(begin_string))),
                                        dictionary);
  return provider;
}

}  // namespace session
}  // namespace twinpath
