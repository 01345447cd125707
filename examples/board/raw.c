/* Sound files, one after the other with half a second of silence around each, as raw samples on
 * standard output: raw FILE ... Mono at 16000 samples a second; anything else is refused:
 * 'sox IN -r 16000 -c 1 OUT.wav' makes it so. */
#include <sndfile.h>
#include <stdio.h>

enum { RATE = 16000 };

static void silence(void)
{
    static const short zeros[RATE / 2];
    fwrite(zeros, sizeof *zeros, RATE / 2, stdout);
}

static int copy(const char *path)
{
    SF_INFO info = {0};
    short samples[1024];
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    if (!file) return fprintf(stderr, "raw: %s: %s\n", path, sf_strerror(NULL)), 0;
    int fits = info.samplerate == RATE && info.channels == 1;
    if (!fits)
        fprintf(stderr, "raw: %s: %d Hz and %d channels; 16000 Hz mono is needed\n", path,
                info.samplerate, info.channels);
    for (sf_count_t n; fits && (n = sf_read_short(file, samples, 1024)) > 0;)
        fwrite(samples, sizeof *samples, (size_t)n, stdout);
    sf_close(file);
    return fits;
}

int main(int argc, char **argv)
{
    silence();
    for (int i = 1; i < argc; i++) {
        if (!copy(argv[i])) return 1;
        silence();
    }
    return ferror(stdout) != 0;
}
