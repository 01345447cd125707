#include "listen/mic.h"

#ifdef ZR_PORTAUDIO

#include <fcntl.h>
#include <math.h>
#include <portaudio.h>
#include <time.h>
#include <unistd.h>

#include "listen/queue.h"

enum { QUEUE_SECONDS = 4, WAIT_MS = 5, WAITS = 20 };

struct zr_mic {
    zr_queue queue;
    PaStream *stream;
    int rate;
    double next_time; /* at which the next block should begin; 0: not known */
};

/* Sound systems that are not there write to standard error on their own account; zerre says it in a
 * sentence. Returns what show needs. */
static int hide_errors(void)
{
    int old = dup(STDERR_FILENO), none = open("/dev/null", O_WRONLY);
    if (old >= 0 && none >= 0) dup2(none, STDERR_FILENO);
    if (none >= 0) close(none);
    return old;
}

static void show_errors(int old)
{
    if (old < 0) return;
    dup2(old, STDERR_FILENO);
    close(old);
}

/* Called by PortAudio's thread with each block of samples. */
static int receive(const void *input, void *output, unsigned long n,
                   const PaStreamCallbackTimeInfo *at, PaStreamCallbackFlags flags, void *user)
{
    zr_mic *mic = user;
    (void)output;
    if (flags & paInputOverflow) {
        /* PortAudio does not say how many: the time between the blocks does. */
        double missing = (at->inputBufferAdcTime - mic->next_time) * mic->rate;
        zr_queue_lose(&mic->queue, mic->next_time > 0 && missing > 1 ? (size_t)missing : 1);
    }
    mic->next_time = at->inputBufferAdcTime + (double)n / mic->rate;
    if (input) zr_queue_put(&mic->queue, input, n);
    return paContinue;
}

static bool start(zr_mic *mic)
{
    return Pa_OpenDefaultStream(&mic->stream, 1, 0, paInt16, mic->rate, 0, receive, mic) ==
               paNoError &&
           Pa_StartStream(mic->stream) == paNoError;
}

bool zr_mic_open(zr_ctx *cx, int rate, zr_mic **mic)
{
    zr_mic *m = *mic = ZR_NEW(cx, zr_mic, 1);
    if (!m || !zr_queue_init(cx, &m->queue, (size_t)rate * QUEUE_SECONDS)) return false;
    m->rate = rate;
    int errors = hide_errors();
    bool there = Pa_Initialize() == paNoError;
    bool device = there && Pa_GetDefaultInputDevice() != paNoDevice;
    bool ok = device && start(m);
    if (there && !ok) Pa_Terminate();
    show_errors(errors);
    if (!there)
        return zr_fail(cx, ZR_E_TOOL, ZR_NOWHERE,
                       "there is no sound system on this computer; --wav FILE hears a file");
    if (!device)
        return zr_fail(cx, ZR_E_TOOL, ZR_NOWHERE,
                       "there is no microphone on this computer; --wav FILE hears a file");
    return ok || zr_fail(cx, ZR_E_TOOL, ZR_NOWHERE,
                         "the microphone does not give %d samples a second; --wav FILE hears a "
                         "file",
                         rate);
}

bool zr_mic_read(zr_mic *mic, int16_t *samples, size_t n, size_t *lost)
{
    static const struct timespec pause = {0, WAIT_MS * 1000000L};
    for (int i = 0; i < WAITS; i++) {
        if (zr_queue_take(&mic->queue, samples, n, lost)) return true;
        if (*lost > 0) return false;
        nanosleep(&pause, NULL);
    }
    return false;
}

bool zr_mic_runs(const zr_mic *mic)
{
    return Pa_IsStreamActive(mic->stream) == 1;
}

void zr_mic_close(zr_mic *mic)
{
    int errors = hide_errors();
    Pa_CloseStream(mic->stream);
    Pa_Terminate();
    show_errors(errors);
}

#else

struct zr_mic {
    int none;
};

bool zr_mic_open(zr_ctx *cx, int rate, zr_mic **mic)
{
    (void)rate;
    *mic = NULL;
    return zr_fail(cx, ZR_E_TOOL, ZR_NOWHERE,
                   "zerre was built without PortAudio; install the Debian package portaudio19-dev "
                   "and build it again, or hear a file with --wav FILE");
}

bool zr_mic_read(zr_mic *mic, int16_t *samples, size_t n, size_t *lost)
{
    (void)mic, (void)samples, (void)n;
    *lost = 0;
    return false;
}

bool zr_mic_runs(const zr_mic *mic)
{
    (void)mic;
    return false;
}

void zr_mic_close(zr_mic *mic)
{
    (void)mic;
}

#endif
