#include "base/parallel.h"

#include <pthread.h>
#include <stdbool.h>

enum { MAX_LANES = 64 };

typedef struct lane {
    void (*work)(void *state, int lane);
    void *state;
    int index;
    bool started;
    pthread_t thread;
} lane;

static void *run(void *argument)
{
    lane *l = argument;
    l->work(l->state, l->index);
    return NULL;
}

void zr_parallel(int n, void (*work)(void *state, int lane), void *state)
{
    lane lanes[MAX_LANES];
    if (n > MAX_LANES) n = MAX_LANES;
    for (int i = 0; i < n; i++) {
        lanes[i] = (lane){.work = work, .state = state, .index = i};
        /* The last lane is for this thread; one that cannot be started follows in it. */
        lanes[i].started = i < n - 1 && pthread_create(&lanes[i].thread, NULL, run, &lanes[i]) == 0;
    }
    for (int i = 0; i < n; i++)
        if (!lanes[i].started) run(&lanes[i]);
    for (int i = 0; i < n; i++)
        if (lanes[i].started) pthread_join(lanes[i].thread, NULL);
}
