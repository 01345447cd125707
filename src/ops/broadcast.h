/* Host side of device/broadcast.h: joining dimensions, its field table. */
#ifndef ZR_OPS_BROADCAST_H
#define ZR_OPS_BROADCAST_H

#include "device/broadcast.h"
#include "ops/lower.h"

/* The fields of a zk_broadcast that is the member `walk` of a parameter struct. */
#define ZR_PARAM_BROADCAST(type)                                          \
    ZR_PARAM(I32, type, walk.run), ZR_PARAM(I32, type, walk.a_step),      \
        ZR_PARAM(I32, type, walk.b_step), ZR_PARAM(I32, type, walk.rank), \
        ZR_PARAM_ARRAY(I32, type, walk.size, ZK_BROADCAST_RANK),          \
        ZR_PARAM_ARRAY(I32, type, walk.a_jump, ZK_BROADCAST_RANK),        \
        ZR_PARAM_ARRAY(I32, type, walk.b_jump, ZK_BROADCAST_RANK)

/* The walk over two shapes that zr_need_broadcast accepted. */
zk_broadcast zr_broadcast(const zr_shape *a, const zr_shape *b);

#endif
