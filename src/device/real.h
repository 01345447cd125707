/* What float kernels share. */
#ifndef ZK_DEVICE_REAL_H
#define ZK_DEVICE_REAL_H

/* The least float, where a search for the greatest starts. */
#define ZK_FLOAT_MIN (-3.402823466e+38f)

/* Not a number passes through. */
static inline float zk_clamp_f32(float x, float min, float max)
{
    return x < min ? min : x > max ? max : x;
}

#endif
