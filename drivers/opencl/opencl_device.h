// A device of an OpenCL platform, found through the ICD loader, with a program on it. OpenCL 1.2.
#pragma once
#define CL_HPP_TARGET_OPENCL_VERSION 120
#define CL_HPP_MINIMUM_OPENCL_VERSION 120
#define CL_HPP_ENABLE_EXCEPTIONS
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/opencl.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "host/core/types.h"

namespace twinpath::opencl {

// Names of the platforms that the ICD loader knows, in its order; empty when there is none.
std::vector<std::string> platforms();

// A program: sources, or binaries that `save` has written (or a vendor's tool: an xclbin).
struct ProgramText {
  std::vector<std::string_view> sources;
  std::filesystem::path binary;  // read instead of the sources unless empty
};

// Every function throws std::runtime_error with the call, OpenCL's word for the error, and what to do.
class Device {
 public:
  // The first device of a platform: by index, or by a part of its name in any case; empty: the first platform.
  Device(std::string_view platform, const ProgramText& program);

  std::string name() const;  // platform and device
  cl::Kernel kernel(const char* name) const;
  // The built program, to be read by another Device on the same kind of device.
  void save(const std::filesystem::path& file) const;

  // Throws when `bytes` is more than the device gives to one buffer. At least one byte is allocated.
  cl::Buffer buffer(cl_mem_flags flags, std::size_t bytes) const;
  template <class T>
  cl::Buffer input(const T* data, std::size_t n) const {
    cl::Buffer b = buffer(CL_MEM_READ_ONLY, n * sizeof(T));
    if (n != 0) write(b, data, n * sizeof(T));
    return b;
  }
  template <class T>
  cl::Buffer output(std::size_t n) const {
    return buffer(CL_MEM_READ_WRITE, n * sizeof(T));
  }
  void write(const cl::Buffer& to, const void* from, std::size_t bytes) const;
  void read(const cl::Buffer& from, void* to, std::size_t bytes) const;
  void zero(const cl::Buffer& to, std::size_t bytes) const;

  // Sets the arguments, runs `items` work items, waits; returns how long the device ran.
  template <class... Arguments>
  Nanoseconds run(cl::Kernel& kernel, std::size_t items, const Arguments&... arguments) const {
    cl_uint i = 0;
    try {
      (kernel.setArg(i++, arguments), ...);
    } catch (const cl::Error& e) {
      fail(e, "an argument of a kernel");
    }
    return launch(kernel, items);
  }

 private:
  Nanoseconds launch(const cl::Kernel& kernel, std::size_t items) const;
  [[noreturn]] void fail(const cl::Error& e, const std::string& what) const;

  cl::Platform platform_;
  cl::Device device_;
  cl::Context context_;
  cl::CommandQueue queue_;
  cl::Program program_;
};

// OpenCL's name of an error code.
std::string error_name(int code);

}  // namespace twinpath::opencl
