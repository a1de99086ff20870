#include "drivers/opencl/opencl_device.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace twinpath::opencl {
namespace {

std::vector<cl::Platform> all_platforms() {
  std::vector<cl::Platform> all;
  try {
    cl::Platform::get(&all);
  } catch (const cl::Error& e) {
    // The loader's word for none at all (cl_khr_icd, CL_PLATFORM_NOT_FOUND_KHR).
    if (e.err() != -1001) throw std::runtime_error(fmt::format("opencl: {}: {}", e.what(), error_name(e.err())));
  }
  return all;
}

std::string lower(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return s;
}

cl::Platform find_platform(std::string_view wanted) {
  const std::vector<cl::Platform> all = all_platforms();
  if (all.empty())
    throw std::runtime_error(
        "opencl: the ICD loader knows no platform; install one (for the CPU: apt-get install pocl-opencl-icd), or "
        "point "
        "OCL_ICD_VENDORS to a folder with its .icd file");
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), index);
  const bool number = !wanted.empty() && error == std::errc{} && end == wanted.data() + wanted.size();
  if (wanted.empty()) return all.front();
  if (number && index < all.size()) return all[index];
  std::string known;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string name = all[i].getInfo<CL_PLATFORM_NAME>();
    if (!number && lower(name).find(lower(std::string(wanted))) != std::string::npos) return all[i];
    known += fmt::format("{}{} '{}'", i == 0 ? "" : ", ", i, name);
  }
  throw std::runtime_error(fmt::format("opencl: no platform '{}'; there are {}", wanted, known));
}

std::vector<unsigned char> read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(fmt::format("opencl: {}: cannot be read", file.string()));
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

std::vector<std::string> platforms() {
  std::vector<std::string> names;
  for (const cl::Platform& p : all_platforms()) names.push_back(p.getInfo<CL_PLATFORM_NAME>());
  return names;
}

Device::Device(std::string_view platform, const ProgramText& text) : platform_(find_platform(platform)) {
  std::vector<cl::Device> devices;
  try {
    platform_.getDevices(CL_DEVICE_TYPE_ALL, &devices);
  } catch (const cl::Error& e) {
    if (e.err() != CL_DEVICE_NOT_FOUND) fail(e, "listing devices");
  }
  if (devices.empty())
    throw std::runtime_error(fmt::format("opencl: platform '{}' has no device", platform_.getInfo<CL_PLATFORM_NAME>()));
  device_ = devices.front();
  try {
    if (!device_.getInfo<CL_DEVICE_ENDIAN_LITTLE>())
      throw std::runtime_error(fmt::format("opencl: {}: is big-endian, the layouts here are not", name()));
    context_ = cl::Context(device_);
    queue_ = cl::CommandQueue(context_, device_, CL_QUEUE_PROFILING_ENABLE);
    if (text.binary.empty()) {
      if (!device_.getInfo<CL_DEVICE_COMPILER_AVAILABLE>())
        throw std::runtime_error(
            fmt::format("opencl: {}: has no compiler; give it a binary that was built for it", name()));
      cl::Program::Sources sources;
      for (const std::string_view s : text.sources) sources.emplace_back(s);
      program_ = cl::Program(context_, sources);
    } else {
      program_ = cl::Program(context_, {device_}, {read_file(text.binary)});
    }
  } catch (const cl::Error& e) {
    fail(e, text.binary.empty() ? std::string("opening it") : text.binary.string() + ": is no binary for this device");
  }
  try {
    program_.build({device_}, "-cl-std=CL1.2");
  } catch (const cl::Error& e) {
    const std::string log = program_.getBuildInfo<CL_PROGRAM_BUILD_LOG>(device_);
    fail(e, text.binary.empty() ? "building the program:\n" + log
                                : text.binary.string() + ": is no binary for this device");
  }
}

std::string Device::name() const {
  return platform_.getInfo<CL_PLATFORM_NAME>() + ", " + device_.getInfo<CL_DEVICE_NAME>();
}

cl::Kernel Device::kernel(const char* name) const {
  try {
    return {program_, name};
  } catch (const cl::Error& e) {
    const std::string known = ";" + program_.getInfo<CL_PROGRAM_KERNEL_NAMES>() + ";";
    if (known.find(fmt::format(";{};", name)) != std::string::npos)
      fail(e, fmt::format(
                  "kernel '{}' is in the program, but the platform does not start it (XRT's takes no user_managed or "
                  "ap_ctrl_none kernel: name its card as xrt:)",
                  name));
    fail(e, fmt::format("the program has no kernel '{}'", name));
  }
}

void Device::save(const std::filesystem::path& file) const {
  std::vector<std::vector<unsigned char>> binaries;
  try {
    binaries = program_.getInfo<CL_PROGRAM_BINARIES>();
  } catch (const cl::Error& e) {
    fail(e, "the program's binary");
  }
  std::ofstream out(file, std::ios::binary);
  out.write(reinterpret_cast<const char*>(binaries.front().data()),
            static_cast<std::streamsize>(binaries.front().size()));
  out.close();
  if (!out) throw std::runtime_error(fmt::format("opencl: {}: cannot be written", file.string()));
}

cl::Buffer Device::buffer(cl_mem_flags flags, std::size_t bytes) const {
  const std::uint64_t most = device_.getInfo<CL_DEVICE_MAX_MEM_ALLOC_SIZE>();
  if (bytes > most)
    throw std::runtime_error(
        fmt::format("opencl: {}: a buffer of {} bytes is needed, the device gives at most {}; use a smaller batch",
                    name(), bytes, most));
  try {
    return {context_, flags, std::max<std::size_t>(bytes, 1)};
  } catch (const cl::Error& e) {
    fail(e, fmt::format("a buffer of {} bytes", bytes));
  }
}

void Device::write(const cl::Buffer& to, const void* from, std::size_t bytes) const {
  try {
    queue_.enqueueWriteBuffer(to, CL_TRUE, 0, bytes, from);
  } catch (const cl::Error& e) {
    fail(e, fmt::format("writing {} bytes", bytes));
  }
}

void Device::read(const cl::Buffer& from, void* to, std::size_t bytes) const {
  if (bytes == 0) return;
  try {
    queue_.enqueueReadBuffer(from, CL_TRUE, 0, bytes, to);
  } catch (const cl::Error& e) {
    fail(e, fmt::format("reading {} bytes", bytes));
  }
}

void Device::zero(const cl::Buffer& to, std::size_t bytes) const {
  if (bytes == 0) return;
  try {
    queue_.enqueueFillBuffer(to, cl_uchar{0}, 0, bytes);
  } catch (const cl::Error& e) {
    fail(e, fmt::format("clearing {} bytes", bytes));
  }
}

Nanoseconds Device::launch(const cl::Kernel& kernel, std::size_t items) const {
  if (items == 0) return {};
  try {
    cl::Event done;
    queue_.enqueueNDRangeKernel(kernel, cl::NullRange, cl::NDRange(items), cl::NullRange, nullptr, &done);
    done.wait();
    return Nanoseconds{static_cast<decltype(Nanoseconds::value)>(done.getProfilingInfo<CL_PROFILING_COMMAND_END>() -
                                                                 done.getProfilingInfo<CL_PROFILING_COMMAND_START>())};
  } catch (const cl::Error& e) {
    fail(e, fmt::format("running kernel '{}' over {} work items", kernel.getInfo<CL_KERNEL_FUNCTION_NAME>(), items));
  }
}

void Device::fail(const cl::Error& e, const std::string& what) const {
  throw std::runtime_error(fmt::format("opencl: {}: {}: {} says {}",
                                       device_() != nullptr ? name() : platform_.getInfo<CL_PLATFORM_NAME>(), what,
                                       e.what(), error_name(e.err())));
}

std::string error_name(int code) {
  switch (code) {
    case CL_DEVICE_NOT_FOUND:
      return "CL_DEVICE_NOT_FOUND";
    case CL_DEVICE_NOT_AVAILABLE:
      return "CL_DEVICE_NOT_AVAILABLE";
    case CL_COMPILER_NOT_AVAILABLE:
      return "CL_COMPILER_NOT_AVAILABLE";
    case CL_MEM_OBJECT_ALLOCATION_FAILURE:
      return "CL_MEM_OBJECT_ALLOCATION_FAILURE";
    case CL_OUT_OF_RESOURCES:
      return "CL_OUT_OF_RESOURCES";
    case CL_OUT_OF_HOST_MEMORY:
      return "CL_OUT_OF_HOST_MEMORY";
    case CL_BUILD_PROGRAM_FAILURE:
      return "CL_BUILD_PROGRAM_FAILURE";
    case CL_INVALID_VALUE:
      return "CL_INVALID_VALUE";
    case CL_INVALID_BINARY:
      return "CL_INVALID_BINARY";
    case CL_INVALID_PROGRAM:
      return "CL_INVALID_PROGRAM";
    case CL_INVALID_PROGRAM_EXECUTABLE:
      return "CL_INVALID_PROGRAM_EXECUTABLE";
    case CL_INVALID_KERNEL_NAME:
      return "CL_INVALID_KERNEL_NAME";
    case CL_INVALID_KERNEL_ARGS:
      return "CL_INVALID_KERNEL_ARGS";
    case CL_INVALID_ARG_SIZE:
      return "CL_INVALID_ARG_SIZE";
    case CL_INVALID_BUFFER_SIZE:
      return "CL_INVALID_BUFFER_SIZE";
    default:
      return fmt::format("error {} (CL/cl.h)", code);
  }
}

}  // namespace twinpath::opencl
