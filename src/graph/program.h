/* The program: a verified model lowered to kernel calls on numbered memory.
 *
 * This is what plan/ places, exec/ runs and emit/ writes as C. */
#ifndef ZR_GRAPH_PROGRAM_H
#define ZR_GRAPH_PROGRAM_H

#include "graph/graph.h"

enum { ZR_MAX_ARGS = 10 };

/* How one field of a kernel's parameter struct is written into generated code. */
typedef enum zr_param_kind { ZR_PARAM_I8, ZR_PARAM_I16, ZR_PARAM_I32, ZR_PARAM_F32 } zr_param_kind;

typedef struct zr_param_field {
    const char *name;
    zr_param_kind kind;
    uint16_t offset, count; /* bytes from the start of the struct; number of array elements */
} zr_param_field;

/* A kernel as host code knows it. `run` calls it with the parameters and one pointer an argument.
 */
typedef struct zr_kernel {
    const char *name;        /* the C function */
    const char *params_type; /* its parameter struct */
    const zr_param_field *fields;
    int n_fields, n_args;
    size_t params_bytes;
    void (*run)(const void *params, void *const *args);
} zr_kernel;

/* Where an argument of a call lives. */
typedef enum zr_space {
    ZR_SPACE_NONE,  /* a null pointer: an optional input that is absent */
    ZR_SPACE_ARENA, /* index into buffers */
    ZR_SPACE_CONST, /* index into consts */
    ZR_SPACE_STATE, /* index into the model's variables */
    ZR_SPACE_INPUT  /* the input of a program that takes it by rows: outside of the arena */
} zr_space;

typedef struct zr_loc {
    zr_space space;
    int index;
} zr_loc;

typedef struct zr_arg {
    zr_loc loc;
    zr_type type;  /* of the elements, for the cast in generated code */
    size_t offset; /* bytes from the start of a buffer or constant: a row of it */
} zr_arg;

typedef struct zr_step {
    const zr_kernel *kernel;
    const void *params;
    int graph, node; /* indices of the graph and of the node in it */
    zr_arg args[ZR_MAX_ARGS];
} zr_step;

/* Whether the step takes in rows of the input: it copies them from ZR_SPACE_INPUT, its first
 * argument, to their place in a line buffer, its second. Generated code has no such call: there
 * NAME_push_row does it, row by row. */
bool zr_step_receives(const zr_step *step);

/* Times from `first` to `last`, both included. */
typedef struct zr_span {
    int first, last;
} zr_span;

/* Bytes `from` to `end` of a buffer are needed from time `first` to time `last`. `kept`: with what
 * was in the buffer in the life before. */
typedef struct zr_life {
    int first, last;
    size_t from, end;
    bool kept;
} zr_life;

/* A run of bytes in the arena, alive from time `first` to time `last`, both included. Time counts
 * kernel calls: step i of an inference is at i; the inputs are filled at -1 and the outputs read at
 * n_steps. The calls of `reset` come before all of it: reset step i is at i - n_reset - 1. What
 * holds a strip of rows is alive again and again, and needs less while it only keeps rows for the
 * next strip: then `lives` lists that in its order, and first and last are those of the first and
 * the last of them. */
typedef struct zr_buffer {
    size_t bytes, offset; /* offset: set by plan/ */
    int first, last;
    int graph, tensor; /* tensor -1: scratch */
    zr_life *lives;    /* n_lives 0: one life, of all bytes */
    int n_lives;
} zr_buffer;

/* Buffer `out` may lie over buffer `in` at the times `first` to `last` (one step: that at which
 * `in` dies and `out` is born; a region of strips: both as whole pictures), when out.offset +
 * distance <= in.offset: what is overwritten was read before. `exact`: only when both sides are
 * equal. */
typedef struct zr_overlap {
    int out, in;
    int64_t distance;
    bool exact;
    int first, last;
} zr_overlap;

/* A constant that the generated code keeps in flash. */
typedef struct zr_const {
    const char *name; /* without the model's prefix: "conv_2d_3_weights" */
    zr_type type;
    int64_t count;    /* elements */
    const void *data; /* little-endian, as on the host */
} zr_const;

/* The place among `n` constants of the one with that type and content, `bytes` long; -1: none. */
int zr_find_const(const zr_const *consts, int n, zr_type type, int64_t count, const void *data,
                  size_t bytes);

struct zr_variant; /* ops/op.h */

/* Nodes that are computed together a strip of rows at a time: `first` to `last`, by their place in
 * the graph; `rows` of the last one's output (or input, if it takes rows in) in a strip. `stream`:
 * the graph's input, which nodes outside of it do not read, comes to it by rows. `late`: bit k is
 * set when the rows that the k-th of its nodes made and that are kept stay where they are until
 * others are added (ops/strips.h). */
typedef struct zr_region {
    int first, last, rows;
    bool stream;
    uint64_t late;
} zr_region;

typedef struct zr_program {
    const zr_model *model;
    const struct zr_variant *const *choice; /* of each node of graph 0; NULL: the reference */
    const zr_region *regions;               /* nodes that run strip by strip, in running order */
    int n_regions;
    bool stream;    /* the input comes by rows */
    zr_step *steps; /* of graph 0: one inference */
    int n_steps;
    zr_step *reset; /* of the graphs that CALL_ONCE names: sets the variables */
    int n_reset;
    zr_step *end; /* of a program of steps through clips: what a clip gives that ends here */
    int n_end;
    zr_loc end_output;  /* where that is then */
    zr_buffer *buffers; /* of `steps` and of `reset`, which run at different times: see zr_buffer */
    int n_buffers;
    zr_overlap *overlaps;
    int n_overlaps;
    zr_const *consts;
    int n_consts;
    zr_loc *tensor_loc; /* of every tensor of graph 0 */
    size_t arena_bytes; /* set by plan/ */
    size_t arena_bound; /* likewise: no placement of these buffers can be smaller */
} zr_program;

/* Bytes that an output and an input take together when the output begins `distance` bytes (a
 * negative one is used as 0) below the input: zr_overlap. */
int64_t zr_overlapped(int64_t out, int64_t in, int64_t distance);

/* One life of the buffer; there are zr_count_lives(). */
zr_life zr_life_of(const zr_buffer *buffer, int i);
int zr_count_lives(const zr_buffer *buffer);

/* The life that the buffer has at the time; of no bytes when it is not alive. */
zr_life zr_life_at(const zr_buffer *buffer, int time);

/* How many bytes of the buffer are needed at the time. */
size_t zr_alive_at(const zr_buffer *buffer, int time);

/* Goes through the times at which two buffers are alive. */
typedef struct zr_meeting {
    int i, j;     /* which life of each comes next; begins as 0, 0 */
    zr_life a, b; /* the lives that meet */
    zr_span when; /* and when */
} zr_meeting;

/* The next meeting, in the order of time; false: there is none. */
bool zr_next_meeting(const zr_buffer *a, const zr_buffer *b, zr_meeting *meeting);

/* From the first time at which both buffers are alive to the last; first > last: there is none. */
zr_span zr_together(const zr_buffer *a, const zr_buffer *b);

#endif
