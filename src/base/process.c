#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buffer.h"

enum { MAX_OUTPUT_BYTES = 1024 * 1024 };

/* In the child, between fork and exec: only functions that are safe there. Tells through `failure`,
 * which exec closes, why exec failed. */
static _Noreturn void become(const zr_process *process, int output, int failure)
{
    /* An emulator that gives up calls abort(): its picture of memory is of no use here. */
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    int empty = open("/dev/null", O_RDONLY);
    bool ok = empty >= 0 && dup2(empty, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
              dup2(output, STDERR_FILENO) >= 0;
    if (ok && process->folder && chdir(process->folder) != 0) {
        ok = false;
        errno = ENOTDIR; /* ENOENT means that there is no such program */
    }
    /* POSIX has execvp take pointers to char without const; it does not write to them. */
    if (ok) execvp(process->argv[0], (char *const *)(uintptr_t)process->argv);
    int why = errno;
    ssize_t written = write(failure, &why, sizeof why);
    (void)written;
    _exit(127);
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Collects what the child writes until it closes the pipe; false when the time is over. */
static bool collect(int pipe, int time_limit_s, zr_buf *output)
{
    int64_t end = now_ms() + (int64_t)time_limit_s * 1000;
    for (;;) {
        int64_t left = end - now_ms();
        if (time_limit_s && left <= 0) return false;
        struct pollfd poll_fd = {pipe, POLLIN, 0};
        int ready = poll(&poll_fd, 1, !time_limit_s ? -1 : left > 60000 ? 60000 : (int)left);
        if (ready <= 0) continue;
        char chunk[4096];
        ssize_t n = read(pipe, chunk, sizeof chunk);
        if (n == 0 || (n < 0 && errno != EINTR)) return true;
        if (n > 0 && output->size + (size_t)n <= MAX_OUTPUT_BYTES)
            zr_buf_add(output, chunk, (size_t)n);
    }
}

/* Both ends of a pipe that children do not inherit by accident. */
static bool open_pipe(int ends[2])
{
    if (pipe(ends) != 0) return false;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return true;
}

bool zr_process_run(zr_ctx *cx, const zr_process *process, zr_process_result *result)
{
    const char *name = process->argv[0];
    int output[2], failure[2];
    *result = (zr_process_result){ZR_PROCESS_EXITED, 0, ""};
    if (!open_pipe(output))
        return zr_fail(cx, ZR_E_FILE, ZR_NOWHERE, "cannot run %s: %s", name, strerror(errno));
    if (!open_pipe(failure)) {
        int why = errno;
        close(output[0]), close(output[1]);
        return zr_fail(cx, ZR_E_FILE, ZR_NOWHERE, "cannot run %s: %s", name, strerror(why));
    }
    pid_t child = fork();
    int why = errno;
    if (child == 0) become(process, output[1], failure[1]);
    close(output[1]), close(failure[1]);

    zr_buf text;
    zr_buf_init(&text, cx);
    int exec_error = 0, status = 0;
    if (child > 0) {
        /* Blocks until exec has succeeded or told why not. */
        if (read(failure[0], &exec_error, sizeof exec_error) < 0) exec_error = errno;
        if (!exec_error && !collect(output[0], process->time_limit_s, &text)) {
            result->end = ZR_PROCESS_TIMED_OUT;
            kill(child, SIGKILL);
        }
        while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    }
    close(output[0]), close(failure[0]);
    if (child < 0 || (exec_error && exec_error != ENOENT))
        return zr_fail(cx, ZR_E_FILE, ZR_NOWHERE, "cannot run %s: %s", name,
                       strerror(child < 0 ? why : exec_error));
    if (text.failed) return false;
    if (text.size) result->output = text.data;
    if (exec_error) {
        result->end = ZR_PROCESS_MISSING;
    } else if (result->end != ZR_PROCESS_TIMED_OUT && WIFSIGNALED(status)) {
        result->end = ZR_PROCESS_SIGNALLED;
        result->status = WTERMSIG(status);
    } else if (result->end != ZR_PROCESS_TIMED_OUT) {
        result->status = WEXITSTATUS(status);
    }
    return true;
}

bool zr_process_ok(const zr_process_result *result)
{
    return result->end == ZR_PROCESS_EXITED && result->status == 0;
}
