#include "ops/copy.h"

#include "ops/move/kernel.h"

static const zr_param_field copy_run_fields[] = {
    ZR_PARAM(I32, zk_copy_run_params, in_offset),
    ZR_PARAM(I32, zk_copy_run_params, out_offset),
    ZR_PARAM(I32, zk_copy_run_params, run),
};
static const zr_param_field copy_fields[] = {
    ZR_PARAM_ARRAY(I32, zk_copy_params, size, 4),
    ZR_PARAM_ARRAY(I32, zk_copy_params, in_stride, 4),
    ZR_PARAM_ARRAY(I32, zk_copy_params, out_stride, 4),
    ZR_PARAM(I32, zk_copy_params, in_offset),
    ZR_PARAM(I32, zk_copy_params, out_offset),
    ZR_PARAM(I32, zk_copy_params, run),
};
static const zr_param_field copy_6_fields[] = {
    ZR_PARAM_ARRAY(I32, zk_copy_6_params, size, 6),
    ZR_PARAM_ARRAY(I32, zk_copy_6_params, in_stride, 6),
    ZR_PARAM_ARRAY(I32, zk_copy_6_params, out_stride, 6),
    ZR_PARAM(I32, zk_copy_6_params, in_offset),
    ZR_PARAM(I32, zk_copy_6_params, out_offset),
    ZR_PARAM(I32, zk_copy_6_params, run),
};
static const zr_param_field fill_fields[] = {
    ZR_PARAM(I32, zk_fill_params, count),
    ZR_PARAM(I32, zk_fill_params, bytes),
};
static const zr_param_field move_down_fields[] = {ZR_PARAM(I32, zk_move_down_params, bytes)};
ZR_KERNEL(zk_move_down, zk_move_down_params, move_down_fields, 2)
ZR_KERNEL(zk_copy_run, zk_copy_run_params, copy_run_fields, 2)
ZR_KERNEL(zk_copy, zk_copy_params, copy_fields, 2)
ZR_KERNEL(zk_copy_6, zk_copy_6_params, copy_6_fields, 2)
ZR_KERNEL(zk_fill, zk_fill_params, fill_fields, 2)

void zr_strides(const zr_shape *shape, int64_t *stride)
{
    for (int i = 0; i < shape->rank; i++) stride[i] = zr_elements_range(shape, i + 1, shape->rank);
}

zr_box zr_box_of(const zr_shape *size, const zr_shape *in, const zr_shape *out)
{
    zr_box box = {.rank = size->rank};
    for (int i = 0; i < size->rank; i++) box.size[i] = size->dim[i];
    zr_strides(in, box.in_stride);
    zr_strides(out, box.out_stride);
    return box;
}

/* Drops loops of one turn, joins loops that together are one, and takes a contiguous innermost loop
 * out: its size, or 1, is the length of the run. */
static int32_t simplify(zr_box *box)
{
    int n = 0;
    for (int i = 0; i < box->rank; i++) {
        if (box->size[i] == 1) continue;
        if (n && box->in_stride[n - 1] == box->size[i] * box->in_stride[i] &&
            box->out_stride[n - 1] == box->size[i] * box->out_stride[i]) {
            box->size[n - 1] *= box->size[i];
        } else {
            box->size[n++] = box->size[i];
        }
        box->in_stride[n - 1] = box->in_stride[i];
        box->out_stride[n - 1] = box->out_stride[i];
    }
    box->rank = n;
    if (n == 0 || box->in_stride[n - 1] != 1 || box->out_stride[n - 1] != 1) return 1;
    box->rank--;
    return box->size[n - 1];
}

/* The loops of the box in bytes, as the innermost of `loops`. */
static void fill_loops(const zr_box *box, int64_t bytes, int loops, int32_t *size,
                       int32_t *in_stride, int32_t *out_stride)
{
    int outer = loops - box->rank;
    for (int i = 0; i < loops; i++) {
        size[i] = i < outer ? 1 : box->size[i - outer];
        in_stride[i] = i < outer ? 0 : (int32_t)(box->in_stride[i - outer] * bytes);
        out_stride[i] = i < outer ? 0 : (int32_t)(box->out_stride[i - outer] * bytes);
    }
}

bool zr_copy(zr_lowering *l, zr_type type, const zr_box *whole, zr_arg in, zr_arg out)
{
    zr_box box = *whole;
    zr_arg args[2] = {in, out};
    int bytes = zr_type_bytes(type);
    int32_t run = simplify(&box) * bytes;
    int32_t in_offset = (int32_t)(box.in_offset * bytes);
    int32_t out_offset = (int32_t)(box.out_offset * bytes);
    if (box.rank == 0) {
        zk_copy_run_params p = {in_offset, out_offset, run};
        return zr_call(l, &kernel_zk_copy_run, &p, args);
    }
    if (box.rank <= 4) {
        zk_copy_params p = {.in_offset = in_offset, .out_offset = out_offset, .run = run};
        fill_loops(&box, bytes, 4, p.size, p.in_stride, p.out_stride);
        return zr_call(l, &kernel_zk_copy, &p, args);
    }
    zk_copy_6_params p = {.in_offset = in_offset, .out_offset = out_offset, .run = run};
    fill_loops(&box, bytes, 6, p.size, p.in_stride, p.out_stride);
    return zr_call(l, &kernel_zk_copy_6, &p, args);
}

bool zr_copy_node(zr_lowering *l, const zr_box *box, int in, int out)
{
    const zr_tensor *input = zr_input(&l->site, in), *output = zr_output(&l->site, out);
    zr_box simple = *box;
    int64_t run = simplify(&simple);
    if (simple.rank == 0 && run == zr_elements(&input->shape) && run == zr_elements(&output->shape))
        return zr_alias(l, out, in);
    return zr_copy(l, input->type, box, zr_arg_input(l, in), zr_arg_output(l, out));
}

bool zr_fill_node(zr_lowering *l, zr_arg value, int out)
{
    const zr_tensor *output = zr_output(&l->site, out);
    zk_fill_params p = {(int32_t)zr_elements(&output->shape), zr_type_bytes(output->type)};
    zr_arg args[2] = {value, zr_arg_output(l, out)};
    return zr_call(l, &kernel_zk_fill, &p, args);
}

bool zr_move_down(zr_lowering *l, int64_t bytes, zr_arg in, zr_arg out)
{
    zk_move_down_params p = {(int32_t)bytes};
    zr_arg args[2] = {in, out};
    return zr_call(l, &kernel_zk_move_down, &p, args);
}
