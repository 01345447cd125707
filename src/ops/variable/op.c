/* VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE and CALL_ONCE: memory that outlives an inference.
 *
 * A handle costs nothing at run time: which variable it names is known when the model is compiled.
 * Reading and assigning are copies. The graph that CALL_ONCE names runs before the first inference.
 */
#include <string.h>

#include "ops/copy.h"

typedef struct var_handle_attrs {
    const char *container, *shared_name;
} var_handle_attrs;

static const zr_field var_handle_fields[] = {
    ZR_FIELD(STRING, 0, var_handle_attrs, container, 0),
    ZR_FIELD(STRING, 1, var_handle_attrs, shared_name, 0),
};

typedef struct call_once_attrs {
    int32_t init_subgraph_index;
} call_once_attrs;

static const zr_field call_once_fields[] = {
    ZR_FIELD(I32, 0, call_once_attrs, init_subgraph_index, 0),
};

/* More cannot be meant for a microcontroller; it bounds the search for a name. */
enum { MAX_VARIABLES = 1024 };

/* The name that tells variables apart: that of a variable in the unnamed container is its own. */
static const char *full_name(const zr_site *site)
{
    const var_handle_attrs *a = site->node->attrs;
    const char *container = a->container ? a->container : "";
    const char *name = a->shared_name ? a->shared_name : "";
    return *container ? zr_format(site->cx, "%s/%s", container, name) : name;
}

/* Adds a variable whose type nothing has told yet: ZR_RESOURCE. */
static bool add_variable(zr_ctx *cx, zr_model *model, const char *name)
{
    int n = model->n_variables;
    /* The array has room for the next power of two: it is full when n is one. */
    if ((n & (n - 1)) == 0) {
        zr_variable *bigger = ZR_NEW(cx, zr_variable, n ? 2 * (size_t)n : 1);
        if (!bigger) return false;
        if (n) memcpy(bigger, model->variables, (size_t)n * sizeof *bigger);
        model->variables = bigger;
    }
    model->variables[n] = (zr_variable){.name = name, .type = ZR_RESOURCE};
    model->n_variables++;
    return true;
}

static bool var_handle_declare(const zr_site *site, zr_model *model)
{
    const char *name = full_name(site);
    int i = 0;
    if (!name) return false;
    while (i < model->n_variables && strcmp(model->variables[i].name, name) != 0) i++;
    if (i == MAX_VARIABLES)
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "more than %d variables", MAX_VARIABLES);
    if (i == model->n_variables && !add_variable(site->cx, model, name)) return false;
    model->graphs[site->graph->index].tensors[site->node->outputs[0]].variable = i;
    return true;
}

static bool var_handle_check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *handle = zr_output(site, 0);
    if (!zr_need_type(site, handle, "handle", ZR_BIT(RESOURCE))) return false;
    const zr_variable *variable = &site->model->variables[handle->variable];
    if (variable->type == ZR_RESOURCE)
        return zr_site_fail(site, ZR_E_FORMAT, "nothing assigns variable '%s'", variable->name);
    for (int i = 0; i < site->graph->n_outputs; i++)
        if (site->graph->outputs[i] == site->node->outputs[0])
            return zr_site_fail(site, ZR_E_UNSUPPORTED, "handle '%s' is an output of the graph",
                                handle->name);
    if (zr_elements(&handle->shape) != 1)
        return zr_site_fail(site, ZR_E_SHAPE, "handle '%s' has %lld elements, not one",
                            handle->name, (long long)zr_elements(&handle->shape));
    out[0] = handle->shape;
    return true;
}

static bool var_handle_lower(zr_lowering *l)
{
    (void)l;
    return true;
}

/* The variable behind input 0; NULL when that is no handle (reported). */
static const zr_variable *variable_of(const zr_site *site, const zr_model *model)
{
    const zr_tensor *handle = zr_input(site, 0);
    if (handle->type == ZR_RESOURCE && handle->variable >= 0 &&
        handle->variable < model->n_variables)
        return &model->variables[handle->variable];
    zr_site_fail(site, ZR_E_UNSUPPORTED, "'%s' does not come from a VAR_HANDLE", handle->name);
    return NULL;
}

/* The value is of the variable's type and size. Its shape may be another and its quantization is
 * not looked at: as for TFLite Micro, a variable is so many bytes. */
static bool check_value(const zr_site *site, const zr_variable *variable, const zr_tensor *value)
{
    if (variable->type != value->type)
        return zr_site_fail(site, ZR_E_TYPE, "'%s' is %s, but variable '%s' is %s", value->name,
                            zr_types[value->type].name, variable->name,
                            zr_types[variable->type].name);
    if (zr_elements(&variable->shape) == zr_elements(&value->shape)) return true;
    return zr_site_fail(site, ZR_E_SHAPE, "'%s' is %s, but variable '%s' is %s", value->name,
                        zr_shape_text(site->cx, &value->shape), variable->name,
                        zr_shape_text(site->cx, &variable->shape));
}

/* The first value that is assigned makes the variable what it is. */
static bool assign_variable_declare(const zr_site *site, zr_model *model)
{
    const zr_tensor *value = zr_input(site, 1);
    if (!zr_need_type(site, value, "value", ZR_MOVABLE) || !variable_of(site, model)) return false;
    zr_variable *variable = &model->variables[zr_input(site, 0)->variable];
    if (variable->type != ZR_RESOURCE) return check_value(site, variable, value);
    variable->type = value->type;
    variable->shape = value->shape;
    variable->quant = value->quant;
    /* TFLite Micro sets the bytes, not the elements, to the low byte of the zero point. */
    variable->start = value->quant.n ? (uint8_t)value->quant.zero_point[0] : 0;
    return true;
}

static bool assign_variable_check(const zr_site *site, zr_shape *out)
{
    const zr_variable *variable = variable_of(site, site->model);
    (void)out;
    return variable && check_value(site, variable, zr_input(site, 1));
}

/* All elements of a value, as the copy kernel sees them. */
static zr_box whole(const zr_shape *shape)
{
    return zr_box_of(shape, shape, shape);
}

static bool assign_variable_lower(zr_lowering *l)
{
    const zr_tensor *value = zr_input(&l->site, 1);
    zr_box box = whole(&value->shape);
    return zr_copy(l, value->type, &box, zr_arg_input(l, 1),
                   zr_arg_variable(l, zr_input(&l->site, 0)->variable));
}

static bool read_variable_check(const zr_site *site, zr_shape *out)
{
    const zr_tensor *value = zr_output(site, 0);
    const zr_variable *variable = variable_of(site, site->model);
    if (!variable || !zr_need_type(site, value, "output", ZR_MOVABLE)) return false;
    if (variable->type == ZR_RESOURCE) return false; /* reported at its VAR_HANDLE */
    if (!check_value(site, variable, value)) return false;
    out[0] = value->shape;
    return true;
}

static bool read_variable_lower(zr_lowering *l)
{
    const zr_tensor *value = zr_output(&l->site, 0);
    zr_box box = whole(&value->shape);
    return zr_copy(l, value->type, &box, zr_arg_variable(l, zr_input(&l->site, 0)->variable),
                   zr_arg_output(l, 0));
}

static bool uses_variable(const zr_node *node)
{
    return node->op == zr_ops[ZR_OP_READ_VARIABLE].op ||
           node->op == zr_ops[ZR_OP_ASSIGN_VARIABLE].op;
}

/* The graph can run ahead of every inference: it needs nothing, calls nothing, and no variable is
 * used before it. */
static bool call_once_check(const zr_site *site, zr_shape *out)
{
    const call_once_attrs *a = site->node->attrs;
    int index = a->init_subgraph_index;
    (void)out;
    if (site->graph->index != 0)
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "is in subgraph %d, not in the main one",
                            site->graph->index);
    if (index < 1 || index >= site->model->n_graphs)
        return zr_site_fail(site, ZR_E_FORMAT, "calls subgraph %d of %d", index,
                            site->model->n_graphs);
    const zr_graph *once = &site->model->graphs[index];
    if (once->n_inputs)
        return zr_site_fail(site, ZR_E_UNSUPPORTED, "subgraph %d has %d inputs, not none", index,
                            once->n_inputs);
    for (int n = 0; n < once->n_nodes; n++)
        if (once->nodes[n].op == site->node->op)
            return zr_site_fail(site, ZR_E_UNSUPPORTED, "subgraph %d has a CALL_ONCE", index);
    for (const zr_node *node = site->graph->nodes; node != site->node; node++)
        if (uses_variable(node))
            return zr_site_fail(site, ZR_E_UNSUPPORTED, "operator %d uses a variable before it",
                                node->index);
    return true;
}

static bool call_once_lower(zr_lowering *l)
{
    const call_once_attrs *a = l->site.node->attrs;
    return zr_call_once(l, a->init_subgraph_index);
}

const zr_op zr_op_var_handle = {
    .tflite_code = 142,
    .tflite_options = 111,
    ZR_ATTRS(var_handle_attrs, var_handle_fields),
    .since = "2.6.0",
    .min_inputs = 0,
    .max_inputs = 0,
    .min_outputs = 1,
    .max_outputs = 1,
    .declare = var_handle_declare,
    .check = var_handle_check,
    .lower = var_handle_lower,
};

const zr_op zr_op_read_variable = {
    .tflite_code = 143,
    .tflite_options = 112,
    .since = "2.6.0",
    .input_names = {"handle"},
    .min_inputs = 1,
    .max_inputs = 1,
    .min_outputs = 1,
    .max_outputs = 1,
    .check = read_variable_check,
    .lower = read_variable_lower,
};

const zr_op zr_op_assign_variable = {
    .tflite_code = 144,
    .tflite_options = 113,
    .since = "2.6.0",
    .input_names = {"handle", "value"},
    .min_inputs = 2,
    .max_inputs = 2,
    .min_outputs = 0,
    .max_outputs = 0,
    .declare = assign_variable_declare,
    .check = assign_variable_check,
    .lower = assign_variable_lower,
};

const zr_op zr_op_call_once = {
    .tflite_code = 129,
    .tflite_options = 103,
    ZR_ATTRS(call_once_attrs, call_once_fields),
    .since = "2.5.0",
    .min_inputs = 0,
    .max_inputs = 0,
    .min_outputs = 0,
    .max_outputs = 0,
    .check = call_once_check,
    .lower = call_once_lower,
};
