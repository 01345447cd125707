/* stateful_weights.c: the constants, written by zerre 0.1.0 from stateful.tflite
 * (SHA-256 30d8d538259e6edd15a06bf305fc7f142647461375a29031dee60dc265538466).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const int8_t stateful_reset_1_assign_variable_1_value[12];
const int8_t stateful_reset_1_assign_variable_1_value[12] = {
    -52, 91, 3, 70, -110, -28, 108, 69, 111, -82, -105, 81};

extern const int8_t stateful_conv_2d_6_weights[60];
const int8_t stateful_conv_2d_6_weights[60] = {
    111, -88, 7, 127, 7, -48, 58, -5, 21, 76, -114, -55, -62, 107, 21, 120, 8, 58, -59, 121,
    26, -31, -92, 0, -35, -13, -111, 5, 47, -41, 118, 45, -53, 38, 77, -22, -11, 61, 74, 34,
    -54, -112, 11, -127, 21, 15, 76, -106, -106, 78, 85, -63, 78, 112, 119, 1, -4, -67, 37, 12};

extern const int32_t stateful_conv_2d_6_bias[4];
const int32_t stateful_conv_2d_6_bias[4] = {
    889, -1575, 595, 1726};

extern const int32_t stateful_conv_2d_6_multiplier[4];
const int32_t stateful_conv_2d_6_multiplier[4] = {
    1885059840, 1291667200, 1540173312, 1579443840};

extern const int8_t stateful_conv_2d_6_shift[4];
const int8_t stateful_conv_2d_6_shift[4] = {
    -8, -8, -8, -8};

#ifdef __cplusplus
}
#endif
