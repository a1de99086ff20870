#include "testbench/path/call_guard.h"

#include <dlfcn.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <typeinfo>

namespace {

// Where the child leaves its figures without a system call.
struct Shared {
  std::uint64_t allocations, locks, exceptions;
  int system_call;
  int error;  // errno of the set-up
  bool finished;
};

Shared* shared = nullptr;
std::atomic<bool> watching = false;

void count(std::uint64_t Shared::* what) {
  if (watching.load(std::memory_order_relaxed)) std::atomic_ref(shared->*what).fetch_add(1, std::memory_order_relaxed);
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);

void* malloc(std::size_t size) {
  count(&Shared::allocations);
  return __libc_malloc(size);
}
void* calloc(std::size_t n, std::size_t size) {
  count(&Shared::allocations);
  return __libc_calloc(n, size);
}
void* realloc(void* p, std::size_t size) {
  count(&Shared::allocations);
  return __libc_realloc(p, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count(&Shared::allocations);
  return __libc_memalign(alignment, size);
}
void free(void* p) {
  count(&Shared::allocations);
  __libc_free(p);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  count(&Shared::locks);
  using Lock = int (*)(pthread_mutex_t*);
  static const Lock next = reinterpret_cast<Lock>(dlsym(RTLD_NEXT, "pthread_mutex_lock"));
  return next(mutex);
}

[[noreturn]] void __cxa_throw(void* object, std::type_info* type, void (*destroy)(void*)) {
  count(&Shared::exceptions);
  using Throw = void (*)(void*, std::type_info*, void (*)(void*));
  static const Throw next = reinterpret_cast<Throw>(dlsym(RTLD_NEXT, "__cxa_throw"));
  next(object, type, destroy);
  __builtin_unreachable();
}
}

namespace twinpath::testing {
namespace {

void on_system_call(int, siginfo_t* info, void*) {
  shared->system_call = info->si_syscall;
  _exit(0);
}

// From here on every system call of any thread but the end of the process raises SIGSYS. Returns errno, 0 when done.
int forbid_system_calls() {
  struct sigaction action{};
  action.sa_sigaction = on_system_call;
  action.sa_flags = SA_SIGINFO;
  if (sigaction(SIGSYS, &action, nullptr) != 0) return errno;
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
  };
  sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return errno;
  const long status = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  return status < 0 ? errno : status > 0 ? EBUSY : 0;  // above 0: a thread that has a filter of its own
}

}  // namespace

GuardReport guard_calls(const std::function<void()>& warm_up, const std::function<void()>& guarded) {
  GuardReport report;
  void* memory = mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    report.error = std::string("mmap: ") + std::strerror(errno);
    return report;
  }
  shared = new (memory) Shared{};
  shared->system_call = -1;
  const pid_t child = fork();
  if (child == 0) {
    warm_up();
    shared->error = forbid_system_calls();
    if (shared->error == 0) {
      watching = true;
      guarded();
      watching = false;
      shared->finished = true;
    }
    _exit(0);
  }
  int status = 0;
  if (child < 0 || waitpid(child, &status, 0) != child) {
    report.error = std::string("fork: ") + std::strerror(errno);
  } else if (shared->error != 0) {
    report.error = std::string("seccomp: ") + std::strerror(shared->error);
  }
  report.allocations = shared->allocations;
  report.locks = shared->locks;
  report.exceptions = shared->exceptions;
  report.system_call = shared->system_call;
  report.finished = shared->finished && WIFEXITED(status);
  munmap(memory, sizeof(Shared));
  return report;
}

}  // namespace twinpath::testing
