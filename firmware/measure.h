/* One call of a function, on its own stack: instructions and bytes of stack. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdint.h>

/* From board.ld: the model's stack is between limit and top, what it must not write below. */
extern uint8_t bench_model_stack_start[], bench_model_stack_limit[], bench_model_stack_top[];

/* Any of the functions that are measured, all of which return int; asm.S calls it with the right
 * arguments whatever its type. */
typedef void (*bench_function)(void);

/* A call as bench_call makes it; asm.S knows the layout. */
struct bench_call {
    bench_function function;
    void *stack;
    uintptr_t argument[3];
};

int bench_call(const struct bench_call *call);

struct bench_cost {
    uint64_t instructions; /* of the function and all it calls, its return included */
    uint32_t stack_bytes;  /* from its entry down to the lowest byte it wrote */
    int returned;
};

/* Finds what measuring costs; before the first bench_measure. */
void bench_measure_calibrate(void);

/* Calls function(a, b, c). The stack figure includes all that the function and its callees push
 * and nothing of the harness; there are no interrupts. Ends with an error when the stack runs over.
 */
void bench_measure(bench_function function, uintptr_t a, uintptr_t b, uintptr_t c,
                   struct bench_cost *cost);

#endif
