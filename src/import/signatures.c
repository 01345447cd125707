#include "import/signatures.h"

/* Slots of the schema's tables. */
enum { MODEL_SIGNATURES = 7 };
enum { SIGNATURE_INPUTS = 0, SIGNATURE_OUTPUTS = 1, SIGNATURE_KEY = 2, SIGNATURE_GRAPH = 4 };
enum { MAP_NAME = 0, MAP_TENSOR = 1 };

typedef struct reader {
    zr_fb *fb;
    zr_model *model;
    uint64_t *left;
} reader;

static zr_place whole_file(const reader *r)
{
    zr_place place = ZR_NOWHERE;
    place.file = r->model->file;
    return place;
}

/* As for all lists of a file: what is copied must have been there once. */
static bool allow(reader *r, uint64_t elements)
{
    if (elements <= *r->left) {
        *r->left -= elements;
        return true;
    }
    r->fb->failed = true;
    return zr_fail(r->fb->cx, ZR_E_FORMAT, whole_file(r),
                   "lists share their bytes to look larger than they are");
}

static const char *read_string(reader *r, const zr_fb_table *t, int slot)
{
    zr_fb_vector v = zr_fb_vec(t, slot, 1);
    return allow(r, v.n) ? zr_fb_string(t, slot) : NULL;
}

/* The names of `n` ports by the list of name and tensor in `slot`. NULL when it cannot be used,
 * which is an error only if the reader or memory has failed. */
static const char *const *read_names(reader *r, const zr_fb_table *t, int slot,
                                     const int32_t *ports, int n)
{
    zr_fb_vector maps = zr_fb_vec(t, slot, 4);
    if (r->fb->failed || n > ZR_MAX_PORTS || !allow(r, maps.n) || !allow(r, (uint64_t)n))
        return NULL;
    const char **names = ZR_NEW(r->fb->cx, const char *, (size_t)n + 1);
    for (uint32_t i = 0; names && i < maps.n; i++) {
        zr_fb_table map = zr_fb_vec_table(&maps, i);
        uint32_t tensor = zr_fb_u32(&map, MAP_TENSOR, 0);
        int port = 0;
        while (port < n && (uint32_t)ports[port] != tensor) port++;
        if (r->fb->failed || port == n) return NULL;
        names[port] = read_string(r, &map, MAP_NAME);
        if (!names[port]) return NULL;
    }
    return names;
}

static bool read_signature(reader *r, const zr_fb_table *t)
{
    uint32_t index = zr_fb_u32(t, SIGNATURE_GRAPH, 0);
    zr_signature s = {.key = read_string(r, t, SIGNATURE_KEY), .graph = (int)index};
    if (r->fb->failed || !s.key) return false;
    if (index < (uint32_t)r->model->n_graphs) {
        const zr_graph *g = &r->model->graphs[index];
        s.inputs = read_names(r, t, SIGNATURE_INPUTS, g->inputs, g->n_inputs);
        if (s.inputs) s.outputs = read_names(r, t, SIGNATURE_OUTPUTS, g->outputs, g->n_outputs);
    }
    if (s.inputs && s.outputs)
        r->model->signatures[r->model->n_signatures++] = s;
    else if (!r->fb->failed && !r->fb->cx->out_of_memory && !r->fb->cx->n_errors)
        zr_note(r->fb->cx, whole_file(r),
                "signature '%s' does not fit its subgraph; it is left out", s.key);
    return !r->fb->failed && !r->fb->cx->out_of_memory;
}

bool zr_signatures_read(zr_fb *fb, const zr_fb_table *root, zr_model *model, uint64_t *left)
{
    reader r = {fb, model, left};
    zr_fb_vector list = zr_fb_vec(root, MODEL_SIGNATURES, 4);
    if (fb->failed || !allow(&r, list.n)) return false;
    model->signatures = ZR_NEW(fb->cx, zr_signature, list.n + 1u);
    if (!model->signatures) return false;
    for (uint32_t i = 0; i < list.n; i++) {
        zr_fb_table t = zr_fb_vec_table(&list, i);
        if (fb->failed || !read_signature(&r, &t)) return false;
    }
    return true;
}
