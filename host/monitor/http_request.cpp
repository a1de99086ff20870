#include "host/monitor/http_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace twinpath {
namespace {

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

// No control characters: none of them is part of a line or a value.
bool is_text(std::string_view text) noexcept {
  return std::ranges::none_of(text,
                              [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; });
}

std::string small(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

HttpParsed parse_line(std::string_view line, HttpRequest& request) {
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return {400, "a request line of method, path and version"};
  const std::string_view target = line.substr(first + 1, last - first - 1), version = line.substr(last + 1);
  request.method = line.substr(0, first);
  if (!is_token(request.method) || target.empty() || target.find_first_of(" \t") != std::string_view::npos)
    return {400, "a request line of method, path and version"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return {version.starts_with("HTTP/") ? 505 : 400, "HTTP/1.1 or HTTP/1.0"};
  if (target.front() != '/') return {400, "a path that begins with '/'"};
  request.path = target.substr(0, target.find('?'));
  return {200, {}};
}

HttpParsed parse_header(std::string_view line, HttpRequest& request) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return {400, "a header of name and value"};
  std::string_view value = line.substr(colon + 1);
  const std::size_t from = value.find_first_not_of(" \t");
  value = from == std::string_view::npos ? "" : value.substr(from, value.find_last_not_of(" \t") - from + 1);
  std::string name = small(line.substr(0, colon));
  // Two that differ would be two requests to two readers.
  if ((name == "host" || name == "content-length") && !request.header(name).empty())
    return {400, fmt::format("'{}' once", name)};
  request.headers.emplace_back(std::move(name), value);
  return {200, {}};
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const noexcept {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string_view{} : found->second;
}

HttpParsed parse_http(std::string_view bytes, HttpRequest& request) {
  request = {};
  const std::size_t line_end = bytes.find("\r\n");
  const std::string_view line = bytes.substr(0, line_end);
  // What can never become a request is told at once.
  // The last byte of an unfinished line may be the first of its end.
  const bool unfinished = line_end == std::string_view::npos && line.ends_with('\r');
  if (!is_text(line.substr(0, line.size() - (unfinished ? 1 : 0)))) return {400, "a line of text that ends with CR LF"};
  if (line.size() > HttpRequest::kMostLine)
    return {414, fmt::format("a request line of at most {} bytes", HttpRequest::kMostLine)};
  if (line_end == std::string_view::npos) return {};
  if (auto parsed = parse_line(line, request); parsed.status != 200) return parsed;
  std::size_t at = line_end + 2;
  for (;;) {
    const std::size_t end = bytes.find("\r\n", at);
    if (std::min(end, bytes.size()) > HttpRequest::kMostHead)
      return {431, fmt::format("headers of at most {} bytes", HttpRequest::kMostHead)};
    if (end == std::string_view::npos) return {};
    const std::string_view header = bytes.substr(at, end - at);
    at = end + 2;
    if (header.empty()) break;
    if (!is_text(header)) return {400, "headers of text, lines that end with CR LF"};
    if (auto parsed = parse_header(header, request); parsed.status != 200) return parsed;
  }
  if (request.header("host").empty()) return {400, "a header 'host'"};
  if (!request.header("transfer-encoding").empty()) return {501, "a body with 'content-length'"};
  std::size_t length = 0;
  if (const std::string_view given = request.header("content-length"); !given.empty()) {
    const auto [next, error] = std::from_chars(given.data(), given.data() + given.size(), length);
    if (error == std::errc::result_out_of_range)
      return {413, fmt::format("a body of at most {} bytes", HttpRequest::kMostBody)};
    if (error != std::errc{} || next != given.data() + given.size())
      return {400, "a number of bytes in 'content-length'"};
  }
  if (length > HttpRequest::kMostBody) return {413, fmt::format("a body of at most {} bytes", HttpRequest::kMostBody)};
  if (bytes.size() - at < length) return {};
  request.body = bytes.substr(at, length);
  return {200, {}};
}

bool host_is_here(std::string_view host, std::string_view name) {
  if (host.starts_with('[')) return host.find(']') != std::string_view::npos;
  const std::string here = small(host.substr(0, host.find(':')));
  if (here == "localhost" || here == small(name)) return true;
  return !here.empty() && here.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace twinpath
