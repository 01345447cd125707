/* The steps that plans for RAM are made of, with what they need: private to select/ram*.c. */
#ifndef ZR_SELECT_RAM_STEPS_H
#define ZR_SELECT_RAM_STEPS_H

#include "select/ram.h"

/* One kernel for a node of a step: all that is alive while it runs, and what it takes. */
typedef struct ram_option {
    const zr_variant *variant;
    int64_t bytes, instructions;
} ram_option;

/* The node within a step: its kernels. */
typedef struct ram_part {
    int n;
    ram_option *options; /* less memory, more time */
} ram_part;

/* Nodes `first` to `last` as one step of a plan; rows 0: one node as a whole. */
typedef struct ram_step {
    zr_region region;
    ram_part *parts;     /* of each of its nodes */
    int64_t least_bytes; /* with its smallest kernels */
} ram_step;

struct zr_ram_search {
    const zr_model *model;
    const zr_graph *graph;
    const zr_select_options *options;
    ram_step *steps;
    int n_steps, room;
    size_t n_bytes; /* options of all steps */

    /* What making them takes. */
    struct ram_life *lives;
    int *root; /* of a tensor that is another name of one */
    int input; /* the tensor that comes by rows, and the nodes that read it; -1: none */
    zr_span readers;
    struct ram_known *known;
    int *first_known, *next_known; /* lists, one a node */
    int n_known, known_room;
    int64_t *most_const; /* bytes of constants that a node's kernel may have; NULL: any */
};

#endif
