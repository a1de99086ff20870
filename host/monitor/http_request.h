// One HTTP/1.1 request out of the bytes that a connection has given so far. RFC 9112, sections 2 to 6: what is
// ambiguous there is refused here.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twinpath {

struct HttpRequest {
  static constexpr std::size_t kMostLine = 2048;  // bytes of the request line
  static constexpr std::size_t kMostHead = 8192;  // bytes of request line and headers
  static constexpr std::size_t kMostBody = 1024;  // bytes

  std::string method;
  std::string path;                                          // without what follows a '?'
  std::vector<std::pair<std::string, std::string>> headers;  // names in small letters
  std::string body;

  // "" when there is none. `name` in small letters.
  std::string_view header(std::string_view name) const noexcept;
};

struct HttpParsed {
  int status = 0;    // 0: more bytes are needed; 200: the request is whole; else what to answer
  std::string what;  // what was expected, when refused
};

HttpParsed parse_http(std::string_view bytes, HttpRequest& request);

// Whether a Host header names this machine by a number, "localhost" or `name`: a page of elsewhere whose name was made
// to lead here names itself.
bool host_is_here(std::string_view host, std::string_view name);

}  // namespace twinpath
