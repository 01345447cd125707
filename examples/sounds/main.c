/* Listens for the ten sounds of models/sounds: microphone samples in, their names out. */
#include <stddef.h>

#include "detector.h"
#include "port.h"
#include "sounds.h"
#include "sounds_frontend.h"

enum {
    HOP = SOUNDS_FRONTEND_HOP, /* samples that the front end takes: 20 ms */
    EVERY = 10,                /* hops from one inference to the next: 200 ms */
    CLASSES = SOUNDS_OUTPUT_0_ELEMENTS
};

/* labels.h is made from labels.txt. */
static const char *const labels[CLASSES] = {
#include "labels.h"
};

static const detector_rule rule = {
    .classes = CLASSES,
    .wanted = CLASSES,
    .mean = 8,       /* inferences: 1.6 s */
    .threshold = 50, /* percent */
    .pause = 5       /* inferences: a second without the sound before it is new */
};

static sounds net;
static sounds_frontend ear;
static detector judge;

/* The network's memory serves the front end too: they never run at the same time. */
static union {
    unsigned char net[SOUNDS_ARENA_BYTES];
    unsigned char ear[SOUNDS_FRONTEND_SCRATCH_BYTES];
    int64_t align;
} arena;

/* Hears the next hop; once in EVERY hops, says what began to be heard. */
static void hear(const int16_t *samples)
{
    static int hops;
    if (!sounds_frontend_hop(&ear, samples, &arena)) return;
    if (++hops < EVERY) return;
    hops = 0;
    sounds_frontend_features(&ear, sounds_input(&net));
    sounds_invoke(&net);
    int sound = detector_hear(&judge, &rule, sounds_output(&net));
    if (sound < 0) return;
    port_print(labels[sound]);
    port_print("\n");
}

int main(void)
{
    static int16_t samples[HOP];
    if (sounds_init(&net, &arena, sizeof arena) != 0) return 1;
    for (;;) {
        switch (port_read(samples, HOP)) {
        case PORT_HEARD: hear(samples); break;
        case PORT_WAIT: port_sleep(); break;
        case PORT_LOST:
            port_print("samples were lost\n");
            sounds_frontend_reset(&ear);
            break;
        default: return 0;
        }
    }
}
