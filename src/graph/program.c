#include "graph/program.h"

#include <string.h>

int zr_count_lives(const zr_buffer *b)
{
    return b->n_lives ? b->n_lives : 1;
}

zr_life zr_life_of(const zr_buffer *b, int i)
{
    return b->n_lives ? b->lives[i] : (zr_life){b->first, b->last, 0, b->bytes, false};
}

bool zr_next_meeting(const zr_buffer *a, const zr_buffer *b, zr_meeting *m)
{
    if (a->first > b->last || b->first > a->last) return false;
    while (m->i < zr_count_lives(a) && m->j < zr_count_lives(b)) {
        m->a = zr_life_of(a, m->i);
        m->b = zr_life_of(b, m->j);
        m->when.first = m->a.first > m->b.first ? m->a.first : m->b.first;
        m->when.last = m->a.last < m->b.last ? m->a.last : m->b.last;
        if (m->a.last < m->b.last)
            m->i++;
        else
            m->j++;
        if (m->when.first <= m->when.last) return true;
    }
    return false;
}

zr_span zr_together(const zr_buffer *a, const zr_buffer *b)
{
    zr_span all = {0, -1};
    for (zr_meeting m = {0}; zr_next_meeting(a, b, &m); all.last = m.when.last)
        if (all.first > all.last) all.first = m.when.first;
    return all;
}

zr_life zr_life_at(const zr_buffer *buffer, int time)
{
    for (int i = 0; i < zr_count_lives(buffer); i++) {
        zr_life life = zr_life_of(buffer, i);
        if (life.first <= time && time <= life.last) return life;
    }
    return (zr_life){time, time, 0, 0, false};
}

size_t zr_alive_at(const zr_buffer *buffer, int time)
{
    zr_life life = zr_life_at(buffer, time);
    return life.end - life.from;
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

int zr_find_const(const zr_const *consts, int n, zr_type type, int64_t count, const void *data,
                  size_t bytes)
{
    for (int i = 0; i < n; i++)
        if (consts[i].type == type && consts[i].count == count &&
            !memcmp(consts[i].data, data, bytes))
            return i;
    return -1;
}
