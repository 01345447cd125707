"""CONV_2D, DEPTHWISE_CONV_2D, TRANSPOSE_CONV and FULLY_CONNECTED."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from case import Draw, Generator, Sketch, limits, values

ACTIVATIONS = ["NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1"]


def windowed(size: int, window: int, stride: int, dilation: int, padding: str) -> int:
    """The output size along one axis; may be below 1."""
    reach = (window - 1) * dilation + 1
    return -(-size // stride) if padding == "SAME" else (size - reach) // stride + 1


def weight_scale(draw: Draw, channels: int, per_channel: bool) -> np.ndarray:
    """One scale, or one a channel; rarely one so small that its multiplier vanishes."""
    base = draw.log_real(5e-4, 0.05)
    if not per_channel:
        return np.array([base], np.float32)
    scales = base * np.exp(draw.array_random().uniform(-2, 2, channels))
    if draw.chance(5):
        scales[0] = 1e-14
    return scales.astype(np.float32)


def weight_values(draw: Draw, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """Weights; int8 ones without -128 nine times in ten, as converters make them."""
    if dtype == "float32":
        return values(draw, shape, dtype)
    if dtype == "int4":
        return draw.array_random().integers(draw.choice([-8, -7, -7]), 7, shape, np.int8, endpoint=True)
    weights = values(draw, shape, "int8")
    return weights if draw.chance(10) else np.maximum(weights, -127)


def output_scale(draw: Draw, product: float, depth: int, dtype: str, weight_deviation: float) -> float:
    """A scale that fills the output's range for sums of so many products, or saturates it, or wastes it.

    One case in ten has a multiplier above 1.
    """
    if draw.chance(10):
        return product / draw.log_real(1, 8)
    deviation = weight_deviation * np.sqrt(depth) * (74 if dtype == "int8" else 19000)
    wanted = draw.log_real(5, 300) * (1 if dtype == "int8" else 256)
    return product * deviation / wanted


def bias_limits(dtype: str) -> tuple[int, int]:
    """What a bias may be: of int64 ones, what converters make."""
    return limits("int16" if dtype == "int16" else "int32")


class Weighted:
    """The tensors that the four operators have in common."""

    def __init__(
        self,
        sketch: Sketch,
        weights_shape: tuple[int, ...],
        channels: int,
        axis: int,
        depth: int,
        zero_point: int = 0,
        weight_type: str = "int8",
        scale_each: int = 70,
    ) -> None:
        draw, dtype = sketch.draw, sketch.dtype
        self.sketch = sketch
        self.channels = channels
        self.input_quantization = draw.quantization(dtype)
        self.output_quantization: dict[str, Any] = {}
        weights = weight_values(draw, weights_shape, dtype if dtype == "float32" else weight_type)
        if dtype == "float32":
            self.weights = sketch.constant(weights)
            return
        weight_deviation = 4.5 if weight_type == "int4" else 74
        self.scales = weight_scale(draw, channels, per_channel=draw.chance(scale_each))
        zeros = np.full(len(self.scales), zero_point if len(self.scales) == 1 else 0)
        self.weights = sketch.constant(weights, scale=self.scales, zero_point=zeros, axis=axis, dtype=weight_type)
        self.products = self.scales.astype(np.float64) * self.input_quantization["scale"]
        self.deviation = weight_deviation * 74 * np.sqrt(depth)
        scale = output_scale(draw, float(np.median(self.products)), depth, dtype, weight_deviation)
        self.output_quantization = draw.quantization(dtype, scale)

    def bias(self, dtypes: list[str]) -> int:
        """A bias of one of these types, about as large as the sum that it is added to.

        Now and then its scales lie along a dimension that it does not have, as in some old models.
        """
        draw = self.sketch.draw
        dtype = draw.choice(dtypes)
        if dtype == "float32":
            return self.sketch.constant(values(draw, (self.channels,), dtype))
        spread = self.deviation * (256 if self.sketch.dtype == "int16" else 1)
        bias = np.clip(draw.array_random().normal(0, spread, self.channels), *bias_limits(dtype))
        return self.sketch.constant(
            bias.astype(dtype),
            scale=self.products,
            zero_point=np.zeros(len(self.products)),
            axis=3 if draw.chance(5) else 0,
        )


def window(draw: Draw) -> dict[str, int]:
    """A filter of any small size with strides and, half the time, dilations."""
    dilated = draw.chance(35)
    return {
        "filter_h": draw.integer(1, 5),
        "filter_w": draw.integer(1, 5),
        "stride_h": draw.integer(1, 3),
        "stride_w": draw.integer(1, 3),
        "dilation_h": draw.integer(1, 3) if dilated else 1,
        "dilation_w": draw.integer(1, 3) if dilated else 1,
    }


def image(draw: Draw, size: dict[str, int], padding: str) -> tuple[int, int]:
    """A height and width that give at least one output; SAME allows less than a window."""
    least_h = 1 if padding == "SAME" else (size["filter_h"] - 1) * size["dilation_h"] + 1
    least_w = 1 if padding == "SAME" else (size["filter_w"] - 1) * size["dilation_w"] + 1
    return draw.integer(least_h, least_h + 9), draw.integer(least_w, least_w + 9)


def convolved(size: dict[str, int], height: int, width: int, padding: str) -> tuple[int, int]:
    """The height and width of the output."""
    return (
        windowed(height, size["filter_h"], size["stride_h"], size["dilation_h"], padding),
        windowed(width, size["filter_w"], size["stride_w"], size["dilation_w"], padding),
    )


def convolution_options(size: dict[str, int], padding: str, activation: str) -> dict[str, Any]:
    return {
        "padding": padding,
        "stride_h": size["stride_h"],
        "stride_w": size["stride_w"],
        "dilation_h_factor": size["dilation_h"],
        "dilation_w_factor": size["dilation_w"],
        "fused_activation_function": activation,
    }


def conv_2d(sketch: Sketch, bias_dtypes: list[str], weight_type: str = "int8") -> None:
    """Any window, grouped now and then, with or without bias."""
    draw, dtype = sketch.draw, sketch.dtype
    size, padding = window(draw), draw.choice(["SAME", "VALID"])
    height, width = image(draw, size, padding)
    batch = 1 if draw.chance(90) else 2
    groups = draw.choice([1, 1, 1, 1, 1, 2, 3])
    depth, channels = draw.integer(1, 9), draw.integer(1, 9) * groups
    shape = (channels, size["filter_h"], size["filter_w"], depth)
    products = size["filter_h"] * size["filter_w"] * depth
    tensors = Weighted(sketch, shape, channels, 0, products, weight_type=weight_type)
    x = sketch.input((batch, height, width, depth * groups), dtype, **tensors.input_quantization)
    inputs = [x, tensors.weights]
    if draw.chance(85):
        inputs.append(tensors.bias(bias_dtypes))
    y = sketch.output((batch, *convolved(size, height, width, padding), channels), dtype, **tensors.output_quantization)
    options = convolution_options(size, padding, draw.choice(ACTIVATIONS))
    sketch.operator("CONV_2D", inputs, [y], **options)


def depthwise_conv_2d(sketch: Sketch, bias_dtypes: list[str], weight_type: str = "int8") -> None:
    """Any window and depth multiplier."""
    draw, dtype = sketch.draw, sketch.dtype
    size, padding = window(draw), draw.choice(["SAME", "VALID"])
    height, width = image(draw, size, padding)
    batch = 1 if draw.chance(90) else 2
    depth, multiplier = draw.integer(1, 9), draw.choice([1, 1, 1, 2, 3, 8])
    channels = depth * multiplier
    shape = (1, size["filter_h"], size["filter_w"], channels)
    tensors = Weighted(sketch, shape, channels, 3, size["filter_h"] * size["filter_w"], weight_type=weight_type)
    x = sketch.input((batch, height, width, depth), dtype, **tensors.input_quantization)
    inputs = [x, tensors.weights]
    if draw.chance(85):
        inputs.append(tensors.bias(bias_dtypes))
    y = sketch.output((batch, *convolved(size, height, width, padding), channels), dtype, **tensors.output_quantization)
    options = convolution_options(size, padding, draw.choice(ACTIVATIONS))
    sketch.operator("DEPTHWISE_CONV_2D", inputs, [y], depth_multiplier=multiplier, **options)


def transposed(draw: Draw, size: int, window: int, stride: int, padding: str) -> int:
    """A size whose convolution has this size, most often the one that converters write."""
    slack = draw.integer(0, stride - 1) if draw.chance(30) else 0
    if padding == "SAME":
        return size * stride - slack
    return (size - 1) * stride + window + slack


def transpose_conv(sketch: Sketch, bias_dtypes: list[str]) -> None:
    """Any window; the output's size is one of those that the input's size can come from."""
    draw, dtype = sketch.draw, sketch.dtype
    filter_h, filter_w = draw.integer(1, 5), draw.integer(1, 5)
    stride_h, stride_w = draw.integer(1, 3), draw.integer(1, 3)
    padding = draw.choice(["SAME", "VALID"])
    height, width = draw.integer(1, 7), draw.integer(1, 7)
    out_h = transposed(draw, height, filter_h, stride_h, padding)
    out_w = transposed(draw, width, filter_w, stride_w, padding)
    depth, channels = draw.integer(1, 8), draw.integer(1, 8)
    shape = (channels, filter_h, filter_w, depth)
    tensors = Weighted(sketch, shape, channels, 0, filter_h * filter_w * depth)
    output_shape = (1, out_h, out_w, channels)
    x = sketch.input((1, height, width, depth), dtype, **tensors.input_quantization)
    inputs = [sketch.integers(output_shape), tensors.weights, x]
    if draw.chance(70):
        inputs.append(tensors.bias(bias_dtypes))
    y = sketch.output(output_shape, dtype, **tensors.output_quantization)
    options = {"padding": padding, "stride_h": stride_h, "stride_w": stride_w}
    activation = draw.choice(ACTIVATIONS)
    sketch.operator("TRANSPOSE_CONV", inputs, [y], fused_activation_function=activation, **options)


def fully_connected(
    sketch: Sketch, bias_dtypes: list[str], weight_type: str = "int8", scale_each: int = 70
) -> None:
    """Inputs of any rank, flattened to the depth of the weights or kept with keep_num_dims.

    Alone among these operators it honours a zero point of the weights, when they have one scale.
    """
    draw, dtype = sketch.draw, sketch.dtype
    depth, channels = draw.integer(1, 70), draw.integer(1, 20)
    reach = 2 if weight_type == "int4" else 20
    zero_point = draw.integer(-reach, reach) if draw.chance(15) else 0
    tensors = Weighted(sketch, (channels, depth), channels, 0, depth, zero_point, weight_type, scale_each)
    batch = draw.choice([1, 1, 1, 2, 5])
    keep = draw.chance(20)
    if keep:
        middle = draw.integer(1, 4)
        input_shape, output_shape = (batch, middle, depth), (batch, middle, channels)
    else:
        input_shape = draw.choice([(batch, depth), (batch, depth), (batch, 1, 1, depth)])
        output_shape = (batch, channels)
    x = sketch.input(input_shape, dtype, **tensors.input_quantization)
    bias = tensors.bias(bias_dtypes) if draw.chance(80) else -1
    y = sketch.output(output_shape, dtype, **tensors.output_quantization)
    activation = draw.choice(ACTIVATIONS)
    sketch.operator(
        "FULLY_CONNECTED",
        [x, tensors.weights, bias],
        [y],
        fused_activation_function=activation,
        keep_num_dims=keep,
    )


def fully_connected_channels(sketch: Sketch) -> None:
    """Weights of 4 bits with a scale a channel: TFLite Micro takes those with one scale only, so it is asked for
    the answer of the unpacked weights."""
    sketch.ask_int8 = True
    fully_connected(sketch, ["int32"], "int4", scale_each=100)


def with_int4(generator: Any) -> dict[str, Generator]:
    """int8 data with weights of 4 bits."""
    return {"int8-int4": partial(generator, bias_dtypes=["int32"], weight_type="int4")}


def by_type(generator: Any, int16_bias: list[str]) -> dict[str, Generator]:
    """The three types, each with the bias types that TFLite Micro reads rightly."""
    return {
        "int8": partial(generator, bias_dtypes=["int32"]),
        "int16": partial(generator, bias_dtypes=int16_bias),
        "float32": partial(generator, bias_dtypes=["float32"]),
    }


GENERATORS: dict[str, dict[str, Generator]] = {
    "CONV_2D": by_type(conv_2d, ["int64", "int64", "int32"]) | with_int4(conv_2d),
    "DEPTHWISE_CONV_2D": by_type(depthwise_conv_2d, ["int64"]) | with_int4(depthwise_conv_2d),
    "TRANSPOSE_CONV": by_type(transpose_conv, ["int64", "int64", "int16"]),
    "FULLY_CONNECTED": by_type(fully_connected, ["int64", "int64", "int32"])
    | with_int4(partial(fully_connected, scale_each=0))
    | {"int8-int4-channels": fully_connected_channels},
}
