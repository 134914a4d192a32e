// The end of a process by a signal, as if nobody had handled it.
#pragma once

#include <pthread.h>
#include <unistd.h>

#include <csignal>

namespace polyhost::boundary {

// Whether the calling thread blocks it or not; also from within a handler of it.
[[noreturn]] inline void die_of(int signal) {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  ::sigaction(signal, &by_default, nullptr);
  ::raise(signal);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::_exit(128 + signal);  // not reached
}

}  // namespace polyhost::boundary
