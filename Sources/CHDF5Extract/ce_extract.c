#define _GNU_SOURCE
#include "CHDF5Extract.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ce_child.h"

/// Gives every fatal signal its default action, so that a crash ends the child at once and silently.
static void prepare_child(ce_limits limits) {
  const int fatal[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGXCPU, SIGXFSZ, SIGPIPE, SIGTERM, SIGINT};
  for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++) signal(fatal[i], SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  int null = open("/dev/null", O_RDWR);
  if (null >= 0) {
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
  }
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  struct rlimit cpu = {limits.cpu_seconds, limits.cpu_seconds + 1};
  setrlimit(RLIMIT_CPU, &cpu);
  // The parent's mappings (weights, thread stacks) count too, so the limit is relative to what is there.
  FILE *statm = fopen("/proc/self/statm", "r");
  unsigned long pages = 0;
  if (statm) {
    if (fscanf(statm, "%lu", &pages) != 1) pages = 0;
    fclose(statm);
  }
  rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + limits.memory_bytes;
  struct rlimit space = {bytes, bytes};
  setrlimit(RLIMIT_AS, &space);
}

static void describe_end(int status, char *reason, size_t reason_bytes) {
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU) {
    snprintf(reason, reason_bytes, "libhdf5 did not finish within its time limit");
  } else if (WIFSIGNALED(status)) {
    snprintf(reason, reason_bytes, "libhdf5 crashed on it (%s)", strsignal(WTERMSIG(status)));
  } else {
    snprintf(reason, reason_bytes, "libhdf5 gave up without a reason (status %d)", WEXITSTATUS(status));
  }
}

/// Waits for the child's message (empty when it succeeded) until it closes its end of the pipe.
static void receive(int pipe, char *reason, size_t reason_bytes) {
  size_t used = 0;
  for (;;) {
    ssize_t got = read(pipe, reason + used, reason_bytes - 1 - used);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    used += (size_t)got;
    if (used == reason_bytes - 1) break;
  }
  reason[used] = 0;
}

int ce_extract(const char *path, ce_limits limits, char *reason, size_t reason_bytes) {
  int result = memfd_create("hdf5", MFD_CLOEXEC);
  if (result < 0) {
    snprintf(reason, reason_bytes, "no memory file: %s", strerror(errno));
    return -1;
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    snprintf(reason, reason_bytes, "no pipe: %s", strerror(errno));
    close(result);
    return -1;
  }
  pid_t child = fork();
  if (child < 0) {
    snprintf(reason, reason_bytes, "no child process: %s", strerror(errno));
    close(ends[0]);
    close(ends[1]);
    close(result);
    return -1;
  }
  if (child == 0) {
    close(ends[0]);
    prepare_child(limits);
    char text[400] = "";
    int status = ce_child_extract(path, result, limits.data_bytes, text, sizeof text);
    if (status != 0 && write(ends[1], text, strlen(text)) < 0) _exit(2);
    // Neither the exit handlers of the parent nor libhdf5's own may run in the copy.
    _exit(status == 0 ? 0 : 1);
  }
  close(ends[1]);
  receive(ends[0], reason, reason_bytes);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return result;
  if (reason[0] == 0) describe_end(status, reason, reason_bytes);
  close(result);
  return -1;
}
