/* multi_weights.c: the constants, written by zerre 0.1.0 from multi.tflite
 * (SHA-256 4fe56088550a63b8fb7bd7aefb3fd0d3e4c9688dd204a7e912f7e10c1e097bbc).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
