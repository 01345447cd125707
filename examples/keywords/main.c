/* Listens for the ten words of models/keywords: microphone samples in, words out. */
#include <stddef.h>

#include "detector.h"
#include "keywords.h"
#include "keywords_frontend.h"
#include "port.h"

enum {
    HOP = KEYWORDS_FRONTEND_HOP, /* samples that the front end takes: 20 ms */
    EVERY = 10,                  /* hops from one inference to the next: 200 ms */
    CLASSES = KEYWORDS_OUTPUT_0_ELEMENTS,
    WORDS = CLASSES - 2 /* the last classes are other words and silence */
};

/* labels.h is made from labels.txt. */
static const char *const labels[CLASSES] = {
#include "labels.h"
};

static const detector_rule rule = {
    .classes = CLASSES,
    .wanted = WORDS,
    .mean = 3,       /* inferences: 600 ms */
    .threshold = 50, /* percent */
    .pause = 5       /* inferences: a word is said once a second at most */
};

static keywords net;
static keywords_frontend ear;
static detector judge;

/* The network's memory serves the front end too: they never run at the same time. */
static union {
    unsigned char net[KEYWORDS_ARENA_BYTES];
    unsigned char ear[KEYWORDS_FRONTEND_SCRATCH_BYTES];
    int64_t align;
} arena;

/* Hears the next hop; once in EVERY hops, says what was heard in the last second. */
static void hear(const int16_t *samples)
{
    static int hops;
    if (!keywords_frontend_hop(&ear, samples, &arena)) return;
    if (++hops < EVERY) return;
    hops = 0;
    keywords_frontend_features(&ear, keywords_input(&net));
    keywords_invoke(&net);
    int word = detector_hear(&judge, &rule, keywords_output(&net));
    if (word < 0) return;
    port_print(labels[word]);
    port_print("\n");
}

int main(void)
{
    static int16_t samples[HOP];
    if (keywords_init(&net, &arena, sizeof arena) != 0) return 1;
    for (;;) {
        switch (port_read(samples, HOP)) {
        case PORT_HEARD: hear(samples); break;
        case PORT_WAIT: port_sleep(); break;
        case PORT_LOST:
            port_print("samples were lost\n");
            keywords_frontend_reset(&ear);
            break;
        default: return 0;
        }
    }
}
