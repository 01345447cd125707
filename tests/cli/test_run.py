"""run: every form in which samples may come, and what is said about the others."""

from __future__ import annotations

import math
import struct

import arrays
from arrays import Array, array
from frame import TINY, Case, inputs, model, outputs

MULTI = {"left": (4, 4, 2), "right": (4, 4, 2)}


def scale_of(x: float) -> float:
    """A number as float32 holds it."""
    return struct.unpack("<f", struct.pack("<f", x))[0]


class Run(Case):
    """Each tiny model in the form in which its samples are stored, then all the others."""

    def run_model(self, name: str, source: object, **options) -> list[Array]:
        """The outputs, in the model's order."""
        result = self.folder / "y.npz"
        self.succeeds("run", model(name), "-i", source, "-o", result, **options)
        return list(arrays.load(result).values())

    def expected(self, name: str) -> list[Array]:
        return list(arrays.load(outputs(name)).values())

    def samples(self, name: str) -> dict[str, Array]:
        return arrays.load(inputs(name))

    def same(self, name: str, source: object, **options) -> None:
        self.assertEqual(self.run_model(name, source, **options), self.expected(name))

    def says(self, words: list[str], name: str, content: bytes) -> None:
        """One line that begins with the file, and no output."""
        self.write("x.npy", content)
        self.fails(1, ["x.npy: ", *words], "run", model(name), "-i", "x.npy", "-o", "y.npz", cwd=self.folder)
        self.assertEqual(self.files(), ["x.npy"])

    def test_tiny_models(self) -> None:
        for name in TINY:
            with self.subTest(name):
                for found, right in zip(self.run_model(name, inputs(name)), self.expected(name), strict=True):
                    self.assertEqual((found.type, found.shape), (right.type, right.shape))
                    if found.type != "float32":
                        self.assertEqual(found.data, right.data)
                        continue
                    for a, b in zip(found.values(), right.values()):
                        self.assertTrue(math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-7), (a, b))

    def test_outputs_carry_the_tensors_names(self) -> None:
        self.run_model("multi", inputs("multi"))
        self.assertEqual(list(arrays.load(self.folder / "y.npz")), ["difference", "peak"])

    def test_npy_in_and_out(self) -> None:
        x = self.write("x.npy", arrays.npy(self.samples("bytes")["picture"]))
        self.succeeds("run", model("bytes"), "-i", x, "-o", self.folder / "y.npy")
        self.assertEqual(arrays.load(self.folder / "y.npy")[""], self.expected("bytes")[0])

    def test_standard_input_and_output(self) -> None:
        x = arrays.npy(self.samples("bytes")["picture"])
        result = self.succeeds("run", model("bytes"), "-i", "-", stdin=x)
        self.assertEqual(arrays.parse(result.out)[""], self.expected("bytes")[0])
        both = self.succeeds("run", model("bytes"), "-i", "-", "-o", "-", stdin=inputs("bytes").read_bytes())
        self.assertEqual(both.out, result.out)

    def test_device_as_output(self) -> None:
        result = self.succeeds("run", model("bytes"), "-i", inputs("bytes"), "-o", "/dev/stdout")
        self.assertEqual(arrays.parse(result.out)[""], self.expected("bytes")[0])

    def test_several_outputs_need_npz(self) -> None:
        for output in ([], ["-o", "-"], ["-o", self.folder / "y.npy"]):
            with self.subTest(output):
                self.fails(2, ["2 outputs", ".npz"], "run", model("multi"), "-i", inputs("multi"), *output)

    def test_compressed_npz(self) -> None:
        self.same("multi", self.write("x.npz", arrays.npz(self.samples("multi"), compress=True)))

    def test_inputs_by_name_in_any_order(self) -> None:
        turned = dict(reversed(self.samples("multi").items()))
        self.assertEqual(list(turned), ["right", "left"])
        self.same("multi", self.write("x.npz", arrays.npz(turned)))

    def test_inputs_by_number(self) -> None:
        left, right = self.samples("multi").values()
        self.same("multi", self.write("x.npz", arrays.npz({"input_1": right, "input_0": left})))

    def test_inputs_by_position(self) -> None:
        left, right = self.samples("multi").values()
        self.same("multi", self.write("x.npz", arrays.npz({"arr_0": left, "arr_1": right})))

    def test_names_that_fit_in_part(self) -> None:
        """Not a mixture of rules, by which one array could be taken twice."""
        left, right = self.samples("multi").values()
        for named in ({"input_0": right, "left": left}, {"left": left, "rihgt": right}):
            with self.subTest(list(named)):
                self.says(["no array for input 'right'", "input_0 to input_1"], "multi", arrays.npz(named))
        self.says(["no array for input 'left'"], "multi", arrays.npz({"a": left, "input_1": right}))

    def test_wrong_number_of_inputs(self) -> None:
        left = self.samples("multi")["left"]
        self.says(["1 arrays", "2 inputs", ".npz"], "multi", arrays.npy(left))
        self.says(["2 arrays", "1 inputs"], "bytes", arrays.npz(self.samples("multi")))
        self.says(["no array"], "bytes", arrays.npz({}))

    def test_inputs_of_unequal_length(self) -> None:
        left, right = self.samples("multi").values()
        short = Array(right.type, (2, *right.shape[1:]), right.data[: len(right.data) // 3])
        self.says(["6 samples", "2 of another"], "multi", arrays.npz({"left": left, "right": short}))

    def test_big_endian(self) -> None:
        (x,) = self.samples("int16").values()
        self.same("int16", self.write("x.npy", arrays.npy(x, order=">")))

    def test_fortran_order_is_refused(self) -> None:
        self.says(["Fortran", "ascontiguousarray"], "int16", arrays.npy(self.samples("int16")["x"], fortran=True))

    def test_floats_are_quantized(self) -> None:
        """Nearest, halves away from zero, kept within the type."""
        scale = scale_of(0.1)
        reals = [0.0, 0.04, 0.06, 0.25, -0.05, -0.15, 0.35, 12.34, 1e9, -1e9, math.nan, math.inf]
        steps = [0, 0, 1, 3, -1, -2, 4, 123, 200, -200, 0, 200]
        stored = [max(-128, min(127, 2 + step)) for step in steps]
        for kind in ("float32", "float64", "float16"):
            with self.subTest(kind):
                values = [min(max(real, -6e4), 6e4) if math.isfinite(real) else real for real in reals]
                if kind == "float16":
                    # Halves of a step are not halves any more when rounded to 11 bits.
                    values = [value if index not in (3, 4, 5, 6) else steps[index] * scale
                              for index, value in enumerate(values)]
                x = self.write("x.npy", arrays.npy(array(kind, (2, 6), values)))
                self.assertEqual(self.run_model("constants", x)[0].values(), stored)

    def test_floats_for_uint8_and_int16(self) -> None:
        for name, low, high in (("bytes", 0, 255), ("int16", -32768, 32767)):
            with self.subTest(name):
                (x,) = self.samples(name).values()
                scale = scale_of(1 / 255 if name == "bytes" else 0.001)
                reals = array("float64", x.shape, [value * scale for value in x.values()])
                self.assertTrue(all(low <= value <= high for value in x.values()))
                self.same(name, self.write("x.npy", arrays.npy(reals)))

    def test_whole_numbers_for_a_float_input(self) -> None:
        ints = array("int8", (2, 3), [1, 2, -3, 4, 0, 127])
        floats = array("float32", (2, 3), ints.values())
        a = self.run_model("classes", self.write("i.npy", arrays.npy(ints)))
        b = self.run_model("classes", self.write("f.npy", arrays.npy(floats)))
        self.assertEqual(a, b)

    def test_wrong_type(self) -> None:
        count = math.prod((6, 6, 1))
        for kind in ("int8", "uint16", "int32", "int64", "bool"):
            with self.subTest(kind):
                wrong = array(kind, (1, 6, 6, 1), [0] * count)
                self.says([kind, "'picture'", "uint8", "float32"], "bytes", arrays.npy(wrong))

    def test_wrong_shape(self) -> None:
        for shape in ((36,), (6, 6), (6, 6, 1), (1, 6, 6), (1, 6, 6, 2), (1, 1, 6, 6, 1), (1, 36), ()):
            with self.subTest(shape):
                wrong = array("uint8", shape, [0] * math.prod(shape))
                self.says(["'picture'", "1x6x6x1", "first axis"], "bytes", arrays.npy(wrong))

    def test_no_samples(self) -> None:
        (y,) = self.run_model("bytes", self.write("x.npy", arrays.npy(array("uint8", (0, 6, 6, 1), []))))
        self.assertEqual((y.type, y.shape), ("uint8", (0, 3)))

    def test_many_samples_on_all_cores(self) -> None:
        (x,) = self.samples("bytes").values()
        many = Array(x.type, (500 * x.shape[0], *x.shape[1:]), 500 * x.data)
        (y,) = self.run_model("bytes", self.write("x.npy", arrays.npy(many)))
        self.assertEqual(y.data, 500 * self.expected("bytes")[0].data)

    def test_state_is_carried_from_sample_to_sample(self) -> None:
        """The same frame again and again is not heard as the same; a new run starts anew."""
        zero = 7
        x = array("int8", (4, 5), [zero + 1] * 20)
        source = self.write("x.npy", arrays.npy(x))
        (y,) = self.run_model("total", source)
        self.assertEqual(y.values(), [zero + sample for sample in (1, 2, 3, 4) for _ in range(5)])
        self.assertEqual(self.run_model("total", source), [y])

    def test_not_an_array(self) -> None:
        good = arrays.npy(self.samples("bytes")["picture"])
        for name, content in (("empty", b""), ("text", b"1,2,3\n"), ("magic", good[:6]), ("header", good[:40]),
                              ("short", good[:-1]), ("long", good + b"\0"), ("model", model("bytes").read_bytes()),
                              ("zip", arrays.npz(self.samples("bytes"))[:60])):
            with self.subTest(name):
                self.says([], "bytes", content)

    def test_missing_input(self) -> None:
        self.fails(1, ["no.npy: ", "No such file"], "run", model("bytes"), "-i", "no.npy", cwd=self.folder)
