#!/usr/bin/env python3
"""Train the digit classifier that zerre bundles, or check the files it made.

    python train.py            train, convert and write every file of this folder, then check them
    python train.py --check    only check the files that are here
    python train.py -o DIR     the same, with the files in DIR

README.md says what the model is and how to install what this needs.
"""

import argparse
import contextlib
import io
import os
import sys
import time
from pathlib import Path

# Both must be set before TensorFlow is imported. oneDNN picks its kernels by
# processor, which would make the result depend on the machine even more.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"

import numpy as np
from scipy.ndimage import affine_transform
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HERE = Path(__file__).resolve().parent
SEED = 1
TEST_SAMPLES = 360
VALIDATION_SAMPLES = 180
EPOCHS = 80
BATCH = 32
PEAK_RATE = 4e-3
SAMPLES_PER_DIGIT = 2
REQUIRED_ACCURACY = 98.0

FLOAT_MODEL = "digits_float.tflite"
INT8_MODEL = "digits_int8.tflite"
INPUT_SCALE = 1.0 / 256.0
INPUT_ZERO_POINT = -128

ALLOWED_OPERATORS = {
    "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "AVERAGE_POOL_2D",
    "MAX_POOL_2D", "MEAN", "SOFTMAX", "ADD", "RESHAPE",
}


# --- data ------------------------------------------------------------------


def network_input(pixels):
    """Scale pixels 0..16 to the float input of the network, shape [n,8,8,1].

    The input is an 8-bit grey value divided by 256. Calibration then gives the
    int8 input the scale 1/256 and the zero point -128 exactly, so that a device
    gets it from a grey byte by subtracting 128, without any float.
    """
    grey = np.minimum(pixels * 16.0, 255.0)
    return (grey / 256.0).astype(np.float32)[..., np.newaxis]


def load_splits():
    """Return {"train" | "validation" | "test": (images, labels)}.

    Every split has the same share of each digit. The test split is used for
    nothing but the final numbers, and keeps the order of the data set.
    """
    digits = load_digits()
    index = np.arange(len(digits.target))
    rest, test = train_test_split(
        index, test_size=TEST_SAMPLES, stratify=digits.target, random_state=SEED)
    train, validation = train_test_split(
        rest, test_size=VALIDATION_SAMPLES, stratify=digits.target[rest], random_state=SEED)
    parts = {"train": train, "validation": validation, "test": np.sort(test)}
    return {name: (network_input(digits.images[part]), digits.target[part].astype(np.int32))
            for name, part in parts.items()}


def distort(images, rng):
    """Turn, stretch, slant and shift every image a little.

    1257 training images are few: without this the network learns them by
    heart within some ten epochs.
    """
    centre = np.array([3.5, 3.5])
    out = np.empty_like(images)
    for i, image in enumerate(images):
        angle, slant = rng.uniform(-0.2, 0.2, 2)
        stretch = np.diag(rng.uniform(0.88, 1.12, 2))
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        matrix = turn @ np.array([[1.0, 0.0], [slant, 1.0]]) @ stretch
        offset = centre - matrix @ centre + rng.uniform(-0.7, 0.7, 2)
        out[i, :, :, 0] = affine_transform(image[:, :, 0], matrix, offset, order=1)
    return out


# --- network ---------------------------------------------------------------
#
# TensorFlow is imported inside the functions that use it: --check needs
# nothing of it and starts in a second instead of ten.


def build_network(batch=None):
    """Make the untrained network.

    It is trained with any batch size and exported with a batch of 1, so that
    every shape in the .tflite files is fixed.
    """
    from keras import Input, Model, layers

    def normalised(x, name, relu=True):
        x = layers.BatchNormalization(name=name + "_norm")(x)
        return layers.ReLU(name=name + "_relu")(x) if relu else x

    def separable(x, channels, stride, name, relu=True):
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False,
                                   name=name + "_depthwise")(x)
        x = normalised(x, name + "_depthwise")
        x = layers.Conv2D(channels, 1, use_bias=False, name=name + "_pointwise")(x)
        return normalised(x, name + "_pointwise", relu)

    image = Input((8, 8, 1), batch_size=batch, name="image")
    x = layers.Conv2D(16, 3, padding="same", use_bias=False, name="stem")(image)
    x = normalised(x, "stem")
    x = separable(x, 32, 1, "block1")
    x = shortcut = separable(x, 48, 2, "block2")
    x = separable(x, 48, 1, "block3", relu=False)
    x = layers.Add(name="residual")([x, shortcut])
    x = layers.ReLU(name="residual_relu")(x)
    x = layers.AveragePooling2D(2, name="pool")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    x = layers.Dense(10, name="classifier")(x)
    return Model(image, layers.Softmax(name="probabilities")(x), name="digits")


def learning_rate(epoch):
    """Half a cosine from PEAK_RATE to nothing."""
    return PEAK_RATE * 0.5 * (1.0 + np.cos(np.pi * epoch / EPOCHS))


def show_progress(epoch, started, result, validation):
    """Rewrite one line on a terminal; write every tenth epoch elsewhere."""
    terminal = sys.stderr.isatty()
    if not terminal and epoch % 10 and epoch != EPOCHS:
        return
    filled = 30 * epoch // EPOCHS
    start = "\r" if terminal else ""
    print(f"{start}training [{'#' * filled}{'.' * (30 - filled)}] "
          f"epoch {epoch}/{EPOCHS}  {time.monotonic() - started:3.0f} s  "
          f"loss {result[0]:.4f}  validation loss {validation[0]:.4f} "
          f"accuracy {100 * validation[1]:.2f} %",
          end="" if terminal and epoch != EPOCHS else "\n", file=sys.stderr, flush=True)


def train_network(splits):
    """Train and return the network as it is after the last epoch.

    The validation split is only watched: with a learning rate that falls to
    nothing the last epoch is the one to keep.
    """
    import keras
    import tensorflow as tf

    # Sums are split over the threads, so another number of threads gives
    # another network: one thread gives the same on any number of cores.
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    network = build_network()
    network.compile(keras.optimizers.AdamW(PEAK_RATE, weight_decay=1e-3),
                    keras.losses.CategoricalCrossentropy(label_smoothing=0.05),
                    metrics=["accuracy"])
    images, labels = splits["train"]
    targets = np.eye(10, dtype=np.float32)[labels]
    validation_targets = np.eye(10, dtype=np.float32)[splits["validation"][1]]

    started = time.monotonic()
    for epoch in range(EPOCHS):
        network.optimizer.learning_rate = learning_rate(epoch)
        history = network.fit(distort(images, rng), targets, batch_size=BATCH, verbose=0)
        validation = network.evaluate(
            splits["validation"][0], validation_targets, batch_size=VALIDATION_SAMPLES, verbose=0)
        show_progress(epoch + 1, started, [history.history["loss"][0]], validation)
    return network


# --- conversion ------------------------------------------------------------


def convert(network, calibration=None):
    """Return the network as the bytes of a .tflite file.

    With calibration images every weight, activation, input and output becomes
    int8; without, everything stays float32.
    """
    import tensorflow as tf

    fixed = build_network(batch=1)
    fixed.set_weights(network.get_weights())
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    if calibration is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[np.newaxis]] for image in calibration)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = tf.int8
        converter.inference_output_type = tf.int8
    with contextlib.redirect_stdout(io.StringIO()):  # the list of every variable it exports
        return converter.convert()


def quantize(images, scale, zero_point):
    """Turn float images into the int8 form that the int8 model reads."""
    return np.clip(np.round(images / scale) + zero_point, -128, 127).astype(np.int8)


def demonstration_samples(images, labels):
    """Take the first two of each digit, digits in order: not chosen for being right."""
    index = np.concatenate([np.flatnonzero(labels == digit)[:SAMPLES_PER_DIGIT]
                            for digit in range(10)])
    return images[index], labels[index]


def write_files(folder, network, splits):
    """Write both models and the samples."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FLOAT_MODEL).write_bytes(convert(network))
    (folder / INT8_MODEL).write_bytes(convert(network, splits["train"][0]))
    images, labels = demonstration_samples(*splits["test"])
    np.save(folder / "samples_x.npy", quantize(images, INPUT_SCALE, INPUT_ZERO_POINT))
    np.save(folder / "samples_float_x.npy", images)
    np.save(folder / "samples_y.npy", labels)


# --- check -----------------------------------------------------------------


def describe(path):
    """Return what the file says of itself: operators in order, inputs and outputs.

    Read with the FlatBuffers schema, not an interpreter, so that nothing an
    interpreter would silently accept is hidden.
    """
    from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes()))
    names = {code: name for name, code in vars(schema.BuiltinOperator).items()}
    graph = model.subgraphs[0]
    return {
        "subgraphs": len(model.subgraphs),
        "operators": [names[model.operatorCodes[op.opcodeIndex].builtinCode]
                      for op in graph.operators],
        "ends": [graph.tensors[i] for i in (*graph.inputs, *graph.outputs)],
    }


def problems_of_file(path, quantized):
    """Return a sentence for everything in the file that the bundled model must not have."""
    from tflite_micro.tensorflow.lite.micro.python.schema_py_generated import TensorType

    found = describe(path)
    problems = [f"operator {name} is not in the agreed list"
                for name in sorted(set(found["operators"]) - ALLOWED_OPERATORS)]
    if found["subgraphs"] != 1:
        problems.append(f"{found['subgraphs']} subgraphs instead of one")
    shapes = [list(tensor.shape) for tensor in found["ends"]]
    if shapes != [[1, 8, 8, 1], [1, 10]]:
        problems.append(f"input and output have the shapes {shapes}")
    if any(tensor.shapeSignature is not None for tensor in found["ends"]):
        problems.append("a shape is not fixed")
    expected_type = TensorType.INT8 if quantized else TensorType.FLOAT32
    if any(tensor.type != expected_type for tensor in found["ends"]):
        problems.append("input or output has another type than the model")
    image = found["ends"][0].quantization
    if quantized and (image.scale[0], image.zeroPoint[0]) != (INPUT_SCALE, INPUT_ZERO_POINT):
        problems.append(f"input has scale {image.scale[0]} and zero point {image.zeroPoint[0]}")
    return problems


def answers(path, inputs):
    """Run TensorFlow Lite Micro on every sample and return the most likely digits."""
    from tflite_micro.python.tflite_micro import runtime

    interpreter = runtime.Interpreter.from_file(str(path))
    digits = np.empty(len(inputs), np.int32)
    for i, sample in enumerate(inputs):
        interpreter.set_input(sample[np.newaxis], 0)
        interpreter.invoke()
        digits[i] = interpreter.get_output(0).argmax()
    return digits


def print_confusion(labels, guesses):
    """Print how often each digit (row) got each answer (column)."""
    counts = np.zeros((10, 10), int)
    np.add.at(counts, (labels, guesses), 1)
    print("           " + "".join(f"{digit:4}" for digit in range(10)))
    for digit, row in enumerate(counts):
        print(f"  digit {digit}: " + "".join(f"{n or '.':>4}" for n in row))


def check_model(path, inputs, labels, quantized):
    """Print what the model is and how good it is; return whether it is as promised."""
    problems = problems_of_file(path, quantized)
    guesses = answers(path, inputs)
    right = int(np.sum(guesses == labels))
    accuracy = 100.0 * right / len(labels)
    if accuracy < REQUIRED_ACCURACY:
        problems.append(f"accuracy is below {REQUIRED_ACCURACY} %")
    print(f"{path.name}: {path.stat().st_size} bytes")
    print(f"  operators: {', '.join(describe(path)['operators'])}")
    print(f"  accuracy with TensorFlow Lite Micro: {accuracy:.2f} % "
          f"({right} of {len(labels)} test samples)")
    print_confusion(labels, guesses)
    for problem in problems:
        print(f"  WRONG: {problem}")
    return not problems


def check_samples(folder, images, labels):
    """Compare the sample files with the test split and print the int8 model's mistakes."""
    expected_images, expected_labels = demonstration_samples(images, labels)
    expected = {
        "samples_x.npy": quantize(expected_images, INPUT_SCALE, INPUT_ZERO_POINT),
        "samples_float_x.npy": expected_images,
        "samples_y.npy": expected_labels,
    }
    wrong = [name for name, array in expected.items()
             if (found := np.load(folder / name)).dtype != array.dtype
             or not np.array_equal(found, array)]
    for name in wrong:
        print(f"{name}: WRONG: not the first {SAMPLES_PER_DIGIT} of each digit of the test split")
    guesses = answers(folder / INT8_MODEL, expected["samples_x.npy"])
    print(f"samples: {int(np.sum(guesses == expected_labels))} of {len(guesses)} "
          f"answered rightly by {INT8_MODEL}")
    for i in np.flatnonzero(guesses != expected_labels):
        print(f"  sample {i}: expected {expected_labels[i]}, answered {guesses[i]}")
    return not wrong


def check(folder, splits):
    """Check every file of the folder on the whole test split; return whether all is well."""
    images, labels = splits["test"]
    return all([
        check_model(folder / FLOAT_MODEL, images, labels, quantized=False),
        check_model(folder / INT8_MODEL, quantize(images, INPUT_SCALE, INPUT_ZERO_POINT),
                    labels, quantized=True),
        check_samples(folder, images, labels),
    ])


def main():
    parser = argparse.ArgumentParser(description="Train or check the bundled digit classifier.")
    parser.add_argument("--check", action="store_true", help="check the files, train nothing")
    parser.add_argument("-o", "--output", type=Path, default=HERE, metavar="DIR",
                        help="where the files are (default: beside this script)")
    options = parser.parse_args()
    splits = load_splits()
    if not options.check:
        write_files(options.output, train_network(splits), splits)
    return 0 if check(options.output, splits) else 1


if __name__ == "__main__":
    sys.exit(main())
