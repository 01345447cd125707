#include "select/regions.h"

#include <stdlib.h>
#include <string.h>

#include "ops/strips.h"
#include "select/stream.h"

/* The place of the operator with that index in running order; -1: there is none. */
static int node_of(const zr_graph *graph, long index)
{
    for (int n = 0; n < graph->n_nodes; n++)
        if (graph->nodes[n].index == index) return n;
    return -1;
}

static bool parse(zr_ctx *cx, const zr_model *model, const char *text, bool stream,
                  zr_region *region)
{
    const zr_graph *graph = &model->graphs[0];
    char *end;
    region->first = node_of(graph, strtol(text, &end, 10));
    region->last = region->first;
    if (*end == '-') region->last = node_of(graph, strtol(end + 1, &end, 10));
    long rows = *end == '=' ? strtol(end + 1, &end, 10) : 0;
    if (*end || rows < 1 || rows > 1 << 14 || region->first < 0 || region->last < region->first)
        return zr_fail(
            cx, ZR_E_USAGE, ZR_NOWHERE,
            "--rows %s is not FIRST-LAST=ROWS with numbers of operators, in the order in "
            "which they run, and of rows",
            text);
    region->rows = (int)rows;
    zr_span readers = stream ? zr_stream_readers(graph, graph->inputs[0]) : (zr_span){0, -1};
    region->stream = stream && region->first <= readers.first && region->last >= readers.last;
    zr_strips strips;
    bool possible;
    if (!zr_strips_make(cx, model, region, &strips, &possible)) return false;
    if (possible) return true;
    return zr_fail(cx, ZR_E_USAGE, ZR_NOWHERE,
                   "--rows %s: these operators cannot be computed row by row together; 'zerre "
                   "inspect' shows their shapes",
                   text);
}

static int by_first(const void *a, const void *b)
{
    return ((const zr_region *)a)->first - ((const zr_region *)b)->first;
}

bool zr_select_regions(zr_ctx *cx, const zr_model *model, const zr_select_options *o,
                       zr_choice *choice)
{
    if (o->stream && !zr_stream_check(cx, model)) return false;
    bool streams = false;
    zr_region *regions = ZR_NEW(cx, zr_region, (size_t)o->n_rows + 1);
    if (!regions) return false;
    for (int i = 0; i < o->n_rows; i++)
        if (!parse(cx, model, o->rows[i], o->stream, &regions[i])) return false;
    qsort(regions, (size_t)o->n_rows, sizeof *regions, by_first);
    for (int i = 1; i < o->n_rows; i++)
        if (regions[i].first <= regions[i - 1].last)
            return zr_fail(cx, ZR_E_USAGE, ZR_NOWHERE, "--rows: operators are named twice");
    for (int i = 0; i < o->n_rows; i++) streams = streams || regions[i].stream;
    if (o->stream && !streams)
        return zr_fail(cx, ZR_E_USAGE, ZR_NOWHERE,
                       "--stream-input with --kernel or --rows: a --rows must name all operators "
                       "that read the input");
    choice->regions = regions;
    choice->n_regions = o->n_rows;
    return true;
}
