/* A sound model that listens: front end and network, hop by hop, as on the device. */
#ifndef ZR_LISTEN_LISTENER_H
#define ZR_LISTEN_LISTENER_H

#include "exec/exec.h"
#include "frontend/ear.h"

typedef struct zr_listener {
    zr_ear ear;
    zr_exec exec;
    const zr_tensor *output; /* the first of the network's */
    int output_index;
    int8_t *stored; /* the network's input as int8 */
    int64_t hop;    /* hops heard so far */
    int64_t n_awake, n_answers;
} zr_listener;

/* What the network answered after hop number `hop`, from 0: the data of its first output. */
typedef void zr_answer_fn(void *user, int64_t hop, const uint8_t *output);

/* The program's model must fit the front end: zr_frontend_of_model. every: hops from one inference
 * on a clip to the next, at least 1; a stream's follow its frames. */
ZR_MUST bool zr_listener_init(zr_ctx *cx, zr_listener *l, const zr_frontend *f,
                              const zr_program *program, int every);

/* Hears the next hop, samples [f->hop], and calls `answer` after each inference. False while it
 * sleeps. The network's state goes on through sleep. */
bool zr_listener_hop(zr_listener *l, const int16_t *samples, zr_answer_fn *answer, void *user);

#endif
