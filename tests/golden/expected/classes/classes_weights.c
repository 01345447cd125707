/* classes_weights.c: the constants, written by zerre 0.1.0 from classes.tflite
 * (SHA-256 5b4888478d3a8e5c965c95d3914bc09655349e36b7cf675da7392f3a954a533e).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const float classes_fully_connected_0_weights[15];
const float classes_fully_connected_0_weights[15] = {
    -0.111802049f, -0.312051773f, -0.288206875f, -0.825675786f, 0.608043134f, -0.105277896f,
    -0.903098643f, -1.02054799f, -1.01488912f, 1.72460997f, 0.466831595f, 1.78655493f, -0.538113654f,
    -0.335099459f, 0.990017235f};

extern const float classes_fully_connected_0_bias[5];
const float classes_fully_connected_0_bias[5] = {
    0.468771756f, -0.834757268f, -0.130891398f, 0.364374042f, 1.0135566f};

#ifdef __cplusplus
}
#endif
