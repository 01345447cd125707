#include "bench/harness.h"

#include <stdlib.h>
#include <string.h>

/* The value of a line "key value" when it has that key, else NULL. */
static const char *value_of(const char *line, const char *key)
{
    size_t length = strlen(key);
    return !strncmp(line, key, length) && line[length] == ' ' ? line + length + 1 : NULL;
}

const char *zr_harness_next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

const char *zr_harness_find(const char *report, const char *key)
{
    for (; *report; report = zr_harness_next_line(report))
        if (value_of(report, key)) return value_of(report, key);
    return NULL;
}

uint64_t *zr_harness_all(zr_ctx *cx, const char *report, const char *key, int *n)
{
    *n = 0;
    for (const char *line = report; *line; line = zr_harness_next_line(line))
        *n += value_of(line, key) != NULL;
    uint64_t *values = ZR_NEW(cx, uint64_t, (size_t)*n + 1);
    uint64_t *next = values;
    for (const char *line = report; values && *line; line = zr_harness_next_line(line)) {
        const char *value = value_of(line, key);
        if (value) *next++ = strtoull(value, NULL, 16);
    }
    return values;
}

uint64_t zr_harness_number(const char *report, const char *key)
{
    const char *value = zr_harness_find(report, key);
    return value ? strtoull(value, NULL, 16) : 0;
}

uint32_t zr_harness_u32(const char *report, const char *key)
{
    return (uint32_t)zr_harness_number(report, key);
}

static uint64_t sum(const uint64_t *values, int n)
{
    uint64_t total = 0;
    for (int i = 0; i < n; i++) total += values[i];
    return total;
}

bool zr_harness_heard(zr_ctx *cx, const char *report, zr_bench_heard *h)
{
    int n_features, n_invokes, n_awake, n_answers;
    h->hop_instructions = zr_harness_all(cx, report, "hop_instructions", &h->n_hops);
    h->awake = zr_harness_all(cx, report, "hop_awake", &n_awake);
    h->answer_hops = zr_harness_all(cx, report, "answer_hop", &n_answers);
    uint64_t *features = zr_harness_all(cx, report, "features_instructions", &n_features);
    uint64_t *invokes = zr_harness_all(cx, report, "invoke_instructions", &n_invokes);
    if (!h->hop_instructions || !h->awake || !h->answer_hops || !features || !invokes) return false;
    if (n_awake != h->n_hops || n_features != n_answers || n_invokes != n_answers)
        return zr_fail(cx, ZR_E_INTERNAL, ZR_NOWHERE,
                       "the harness reports %d hops, %d of them awake or not, and %d answers of %d "
                       "inputs",
                       h->n_hops, n_awake, n_answers, n_features);
    h->n_inferences = n_answers;
    h->frontend_instructions = sum(h->hop_instructions, h->n_hops) + sum(features, n_features);
    h->features_instructions = sum(features, n_features);
    h->invoke_instructions = sum(invokes, n_invokes);
    return true;
}
