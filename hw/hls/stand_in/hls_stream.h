// hls::stream<T> where Vitis HLS is not installed: a queue without limit in simulation, as UG1399 ("HLS Stream
// Library") describes it; Depth sizes the circuit's queue and is not looked at. Stricter than the vendor's, which warns
// and goes on: reading from an empty stream, at which a circuit would wait for ever, throws std::logic_error. A stream
// that ends with elements in it says so on standard error.
#pragma once
#include <cstddef>
#include <cstdio>
#include <deque>
#include <stdexcept>
#include <string>

namespace hls {

template <class T, int Depth = 0>
class stream;

template <class T>
class stream<T, 0> {
 public:
  explicit stream(const char* name = "unnamed") : name_(name) {}
  stream(const stream&) = delete;
  stream& operator=(const stream&) = delete;
  ~stream() {
    if (!queue_.empty())
      std::fprintf(stderr, "hls::stream '%s': %zu elements were never read\n", name_.c_str(), queue_.size());
  }

  bool empty() const { return queue_.empty(); }
  bool full() const { return false; }
  std::size_t size() const { return queue_.size(); }

  T read() {
    if (queue_.empty()) throw std::logic_error("hls::stream '" + name_ + "': read while it is empty");
    const T v = queue_.front();
    queue_.pop_front();
    return v;
  }
  void read(T& v) { v = read(); }
  // False, and v as it was, when there is nothing.
  bool read_nb(T& v) {
    if (queue_.empty()) return false;
    v = read();
    return true;
  }
  void write(const T& v) { queue_.push_back(v); }
  bool write_nb(const T& v) {
    write(v);
    return true;
  }
  stream& operator>>(T& v) {
    read(v);
    return *this;
  }
  stream& operator<<(const T& v) {
    write(v);
    return *this;
  }

 private:
  std::string name_;
  std::deque<T> queue_;
};

template <class T, int Depth>
class stream : public stream<T, 0> {
 public:
  using stream<T, 0>::stream;
};

}  // namespace hls
