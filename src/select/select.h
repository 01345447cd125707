/* Choosing a kernel for every node, and the whole way from an imported model to a planned program.
 */
#ifndef ZR_SELECT_SELECT_H
#define ZR_SELECT_SELECT_H

#include "ops/lower.h"
#include "passes/stream.h"
#include "select/costs.h"

typedef enum zr_goal {
    ZR_GOAL_SPEED, /* fewest instructions */
    ZR_GOAL_SIZE,  /* little flash, not at any price in time: select/size.h */
    ZR_GOAL_RAM    /* least arena for an eighth more instructions than speed; for a quarter, if that
                      saves another eighth of the arena */
} zr_goal;

typedef struct zr_select_options {
    unsigned isa; /* zr_isa flags of the target; 0: portable C only */
    zr_goal goal;
    size_t flash_bytes;        /* for constants and kernels; 0: no limit */
    size_t ram_bytes;          /* for the arena; 0: no limit */
    const char *const *forced; /* "LAYER=NAME": operator index and variant, or "ref" */
    int n_forced;
    const char *const *rows; /* "FIRST-LAST=ROWS": operators, by index, to compute together so many
                                rows at a time */
    int n_rows;
    bool stream;           /* the input comes by rows */
    const zr_costs *costs; /* measured, preferred over estimates; may be NULL */
    const char *target;    /* under which they were measured */
} zr_select_options;

/* What a kernel takes on a node; `variant` NULL: the reference. */
zr_cost zr_cost_of(const zr_site *site, const zr_variant *variant,
                   const zr_select_options *options);

/* Whether the target can run the variant on the node. */
bool zr_usable(const zr_site *site, const zr_variant *variant, const zr_select_options *options);

/* The variant of each node of graph 0. Among those that the target can run the best for the goal;
 * where the flash limit is exceeded, the nodes that lose least speed for the bytes they save take a
 * smaller one. Then the regions that are computed strip by strip: select/regions.h. */
ZR_MUST bool zr_select(zr_ctx *cx, const zr_model *model, const zr_select_options *options,
                       zr_choice *choice);

/* Appends what there was to choose from: every kernel of every node of graph 0 that has more than
 * one, with its cost; the chosen one is marked. */
void zr_select_explain(zr_ctx *cx, const zr_model *model, const zr_select_options *options,
                       const zr_variant *const *choice, zr_buf *out);

/* zr_prepare, zr_select, lowering and planning. options may be NULL: the reference everywhere. */
ZR_MUST bool zr_make_program(zr_ctx *cx, zr_model *model, const zr_select_options *options,
                             zr_program *program);

/* A model of clips that takes some frames at a time. */
typedef struct zr_streaming {
    zr_stream stream; /* its model is what `step` is the program of */
    zr_model whole;   /* the model of clips, prepared */
    zr_program step;
    zr_program end;     /* of the graph of the end; all zero when there is none */
    zr_model end_model; /* of that program: the same variables */
    int64_t step_macs, whole_macs;
} zr_streaming;

/* The step's program with the calls of the end (zr_program.end), for generated code. Its arena is
 * that of both. Fails when there is no end and when the network has several outputs. */
ZR_MUST bool zr_streaming_join(zr_ctx *cx, const zr_streaming *streaming, zr_program *joined);

/* Makes the streaming model of an imported one, which it prepares (zr_stream_time), and its
 * programs as zr_make_program does. */
ZR_MUST bool zr_make_streaming(zr_ctx *cx, zr_model *model, const zr_select_options *options,
                               zr_streaming *streaming);

#endif
