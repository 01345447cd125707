/* stepped_weights.c: the constants, written by zerre 0.1.0 from convolutions.tflite
 * (SHA-256 3ae6d500c52fe5e3d91f6ba3feb1c80cc7ace68c10800ef2b340850388edaa79).
 *
 * The kernels are part of zerre, SPDX-License-Identifier: Apache-2.0; the network's constants are under
 * the licence of the model. Do not edit: run zerre again.
 */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern const int8_t stepped_concatenation_2_input1[2];
const int8_t stepped_concatenation_2_input1[2] = {
    127, 127};

extern const int8_t stepped_concatenation_9_input1[2];
const int8_t stepped_concatenation_9_input1[2] = {
    -128, -128};

extern const int8_t stepped_conv_2d_19_weights[48];
const int8_t stepped_conv_2d_19_weights[48] = {
    -74, 85, -85, -36, 59, 13, -37, 19, 83, -77, 3, 85, 103, -7, 120, 20, -69, -45, -25, 100,
    -110, -127, -39, 11, 28, 31, 69, -61, 41, 103, 19, -123, -74, 115, -55, 0, -62, 12, -80,
    101, 109, -54, -94, 3, -115, 64, 80, -107};

extern const int32_t stepped_conv_2d_19_bias[4];
const int32_t stepped_conv_2d_19_bias[4] = {
    -439, -1456, -1228, -1115};

extern const int32_t stepped_conv_2d_19_multiplier[4];
const int32_t stepped_conv_2d_19_multiplier[4] = {
    1560412819, 1127254691, 1241592171, 1208580768};

extern const int8_t stepped_conv_2d_19_shift[4];
const int8_t stepped_conv_2d_19_shift[4] = {
    -7, -7, -7, -7};

extern const int8_t stepped_depthwise_conv_2d_32_weights[72];
const int8_t stepped_depthwise_conv_2d_32_weights[72] = {
    -105, -46, -28, -44, 111, 26, 77, -110, -47, 54, -25, -42, 77, -81, 18, -18, -26, 98, -26,
    -63, -75, 101, 45, -66, 28, -40, 8, -81, -112, -57, -54, 70, 71, -30, 37, 81, -9, -115, 7,
    73, -51, 111, 116, -98, -42, -56, 18, -98, -118, 46, -45, 66, 57, -89, 21, 76, 66, -99, -42,
    -47, 73, -73, -12, 91, 118, 80, -2, -98, 55, 114, -23, -74};

extern const int32_t stepped_depthwise_conv_2d_32_bias[8];
const int32_t stepped_depthwise_conv_2d_32_bias[8] = {
    -560, -1942, 472, -1227, 467, -974, -1499, -352};

extern const int32_t stepped_depthwise_conv_2d_32_multiplier[8];
const int32_t stepped_depthwise_conv_2d_32_multiplier[8] = {
    1297313418, 1542433583, 1357625054, 1204264333, 1081371962, 1099210298, 1368398899, 1944733818};

extern const int8_t stepped_depthwise_conv_2d_32_shift[8];
const int8_t stepped_depthwise_conv_2d_32_shift[8] = {
    -6, -7, -7, -7, -6, -6, -6, -7};

extern const int8_t stepped_conv_2d_38_weights[64];
const int8_t stepped_conv_2d_38_weights[64] = {
    -57, 2, -67, 78, -1, -46, 19, 76, 40, 123, 48, 77, 34, -93, 89, 104, -64, -62, 14, -76, 24,
    97, 127, 51, 119, -32, 83, -125, -2, -79, 91, -78, 35, -38, -100, -69, 9, 109, -71, 75, 17,
    7, -26, 22, -100, 108, -3, 46, 51, -49, 110, -1, 20, 7, -77, -8, -60, 8, -52, -87, -103,
    -99, 31, -13};

extern const int32_t stepped_conv_2d_38_bias[4];
const int32_t stepped_conv_2d_38_bias[4] = {
    -595, -1267, -1706, 1732};

extern const int32_t stepped_conv_2d_38_multiplier[4];
const int32_t stepped_conv_2d_38_multiplier[4] = {
    1205714304, 1958607744, 1166031360, 1086662400};

extern const int8_t stepped_conv_2d_38_shift[4];
const int8_t stepped_conv_2d_38_shift[4] = {
    -6, -8, -7, -6};

#ifdef __cplusplus
}
#endif
