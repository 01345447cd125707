#include "exec/exec.h"

#include <string.h>

static void *resolve(const zr_exec *exec, zr_loc loc, size_t offset)
{
    const zr_program *p = exec->program;
    switch (loc.space) {
    case ZR_SPACE_ARENA: return exec->arena + p->buffers[loc.index].offset + offset;
    case ZR_SPACE_CONST: return (void *)((uintptr_t)p->consts[loc.index].data + offset);
    case ZR_SPACE_STATE: return exec->state[loc.index] + offset;
    case ZR_SPACE_INPUT: return exec->input + offset;
    case ZR_SPACE_NONE: break;
    }
    return NULL;
}

static void resolve_steps(const zr_exec *exec, const zr_step *steps, int n, void **args)
{
    for (int s = 0; s < n; s++)
        for (int i = 0; i < steps[s].kernel->n_args; i++)
            args[s * ZR_MAX_ARGS + i] =
                resolve(exec, steps[s].args[i].loc, steps[s].args[i].offset);
}

/* Everything but the memory of the variables. */
static bool init(zr_ctx *cx, zr_exec *exec, const zr_program *program)
{
    const zr_model *model = program->model;
    size_t n_steps = (size_t)program->n_reset + (size_t)program->n_steps;
    *exec = (zr_exec){.program = program};
    exec->arena = ZR_NEW(cx, uint8_t, program->arena_bytes + 1);
    exec->state = ZR_NEW(cx, uint8_t *, (size_t)model->n_variables + 1);
    exec->args = ZR_NEW(cx, void *, n_steps *ZR_MAX_ARGS + 1);
    if (!exec->arena || !exec->state || !exec->args) return false;
    const zr_graph *g = &model->graphs[0];
    if (program->stream) {
        exec->input = zr_alloc(cx, zr_tensor_bytes(&g->tensors[g->inputs[0]]) + 1, 1);
        if (!exec->input) return false;
    }
    return true;
}

static void resolve_all(const zr_exec *exec)
{
    const zr_program *program = exec->program;
    resolve_steps(exec, program->reset, program->n_reset, exec->args);
    resolve_steps(exec, program->steps, program->n_steps,
                  exec->args + (size_t)program->n_reset * ZR_MAX_ARGS);
}

bool zr_exec_init(zr_ctx *cx, zr_exec *exec, const zr_program *program)
{
    const zr_model *model = program->model;
    if (!init(cx, exec, program)) return false;
    for (int v = 0; v < model->n_variables; v++) {
        const zr_variable *variable = &model->variables[v];
        exec->state[v] = zr_alloc(cx, zr_shape_bytes(&variable->shape, variable->type), 1);
        if (!exec->state[v]) return false;
    }
    resolve_all(exec);
    zr_exec_reset(exec);
    return true;
}

bool zr_exec_share(zr_ctx *cx, zr_exec *exec, const zr_program *program, const zr_exec *other)
{
    if (!init(cx, exec, program)) return false;
    for (int v = 0; v < program->model->n_variables; v++) exec->state[v] = other->state[v];
    resolve_all(exec);
    return true;
}

static void run_steps(const zr_step *steps, int n, void **args)
{
    for (int s = 0; s < n; s++) steps[s].kernel->run(steps[s].params, args + s * ZR_MAX_ARGS);
}

void zr_exec_reset(zr_exec *exec)
{
    const zr_model *model = exec->program->model;
    for (int v = 0; v < model->n_variables; v++)
        memset(exec->state[v], model->variables[v].start,
               zr_shape_bytes(&model->variables[v].shape, model->variables[v].type));
    run_steps(exec->program->reset, exec->program->n_reset, exec->args);
}

void zr_exec_run(zr_exec *exec)
{
    run_steps(exec->program->steps, exec->program->n_steps,
              exec->args + (size_t)exec->program->n_reset * ZR_MAX_ARGS);
}

void *zr_exec_tensor(const zr_exec *exec, int tensor)
{
    return resolve(exec, exec->program->tensor_loc[tensor], 0);
}
