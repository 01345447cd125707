/* The order of execution with the least peak of memory, as a question about numbers. Private to
 * passes/, and apart from the model so that tests can ask it. */
#ifndef ZR_PASSES_ORDER_SEARCH_H
#define ZR_PASSES_ORDER_SEARCH_H

#include "base/context.h"

/* Memory that is alive from the first of its users to the last of them. */
typedef struct order_value {
    int64_t bytes;
    bool before, after; /* from before the first node; until after the last one */
    int n_users;
    const int *users; /* nodes, each once */
} order_value;

/* What the node needs less when it is the first user of `out` and the last one of `in`. */
typedef struct order_saving {
    int out, in; /* values */
    int64_t bytes;
} order_saving;

typedef struct order_node {
    int n_before, n_values, n_savings;
    const int *before; /* nodes that must have run */
    const int *values; /* that it uses, each once */
    const order_saving *savings;
    int64_t scratch; /* bytes while it runs */
} order_node;

typedef struct order_problem {
    int n_nodes, n_values;
    const order_node *nodes; /* in an order in which they can run */
    const order_value *values;
} order_problem;

/* How good an order is: the most bytes at a node; of equal ones the sum of all nodes' bytes, as
 * what is not the peak now may be when nodes run in strips. */
typedef struct order_score {
    int64_t peak, sum;
} order_score;

/* The score of the order; NULL: the nodes one after the other as they are. False: out of memory
 * (reported). */
ZR_MUST bool order_measure(zr_ctx *cx, const order_problem *problem, const int *order,
                           order_score *score);

/* Looks for an order that is better than `*score`. When there is one that it finds, `order` gets it
 * (which node is the first, ...), and `*score` its score, else both stay. `*exact`: whether every
 * order was considered. The same problem gets the same answer. False: out of memory (reported). */
ZR_MUST bool order_search(zr_ctx *cx, const order_problem *problem, int *order, order_score *score,
                          bool *exact);

#endif
