#include "graph/program.h"

static int n_lives(const zr_buffer *b)
{
    return b->n_spans ? b->n_spans : 1;
}

static zr_span life(const zr_buffer *b, int i)
{
    return b->n_spans ? b->spans[i] : (zr_span){b->first, b->last};
}

int zr_together(const zr_buffer *a, const zr_buffer *b, zr_span *when)
{
    int times = 0;
    *when = (zr_span){0, -1};
    if (a->first > b->last || b->first > a->last) return 0;
    for (int i = 0, j = 0; i < n_lives(a) && j < n_lives(b);) {
        zr_span x = life(a, i), y = life(b, j);
        int first = x.first > y.first ? x.first : y.first;
        int last = x.last < y.last ? x.last : y.last;
        if (first <= last) {
            if (!times) when->first = first;
            when->last = last;
            times += last - first + 1;
        }
        if (x.last < y.last)
            i++;
        else
            j++;
    }
    return times;
}

bool zr_alive_at(const zr_buffer *buffer, int time)
{
    zr_buffer moment = {.first = time, .last = time};
    zr_span when;
    return zr_together(buffer, &moment, &when) > 0;
}

bool zr_step_receives(const zr_step *step)
{
    return step->args[0].loc.space == ZR_SPACE_INPUT;
}

int64_t zr_overlapped(int64_t out, int64_t in, int64_t distance)
{
    if (distance < 0) distance = 0;
    return out > distance + in ? out : distance + in;
}
