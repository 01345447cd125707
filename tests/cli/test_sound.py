"""Sound models: folders with model.tflite, frontend.json and labels.txt."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import arrays
from arrays import Array
from frame import model, need_tool
from sound import SoundCase, tone, wav


class Sound(SoundCase):
    """'convolutions' takes 7 x 6 x 2 int8, 'float' 5 x 5 x 2 floats, 'total' 5 int8."""

    def sound_model(self, name: str, description: str, labels: str = "", folder: str = "heard") -> Path:
        path = self.folder / folder
        path.mkdir()
        shutil.copy(model(name), path / "model.tflite")
        (path / "frontend.json").write_text(description)
        if labels:
            (path / "labels.txt").write_text(labels)
        return path

    def run_model(self, folder: Path, source: object) -> Array:
        self.succeeds("run", folder, "-i", source, "-o", self.folder / "y.npy")
        return arrays.load(self.folder / "y.npy")[""]

    def test_run_takes_sound(self) -> None:
        folder = self.sound_model("convolutions", '{"frontend": "logmel", "bands": 12, "frames": 7}')
        sound = self.write("a.wav", wav(tone(700, 1)))
        heard = self.run_model(folder, sound)
        frames = self.features(folder, sound)
        self.assertEqual((frames.type, frames.shape), ("int8", (1, 7, 12)))
        x = self.write("frames.npy", arrays.npy(Array("int8", (1, 7, 6, 2), frames.data)))
        self.assertEqual(self.run_model(folder, x), heard)
        self.assertEqual(self.run_model(model("convolutions"), x), heard)

    def test_the_models_scale_counts(self) -> None:
        folder = self.sound_model("convolutions", '{"frontend": "logmel", "bands": 12, "frames": 7, "scale": 0.3}')
        sound = self.write("a.wav", wav(tone(700, 1)))
        alike = self.write("f.json", '{"frontend": "logmel", "bands": 12, "frames": 7, "scale": 0.04, "zero_point": -1}')
        self.assertEqual(self.features(folder, sound).data, self.features(alike, sound).data)

    def test_unless_the_description_keeps_its_own(self) -> None:
        description = '{"frontend": "logmel", "bands": 12, "frames": 7, "scale": 0.3, "zero_point": 7, "keep_scale": true}'
        folder = self.sound_model("convolutions", description)
        sound = self.write("a.wav", wav(tone(700, 1)))
        alike = self.write("f.json", '{"frontend": "logmel", "bands": 12, "frames": 7, "scale": 0.3, "zero_point": 7}')
        self.assertEqual(self.features(folder, sound).data, self.features(alike, sound).data)

    def test_float_model(self) -> None:
        description = '{"frontend": "logmel", "bands": 10, "frames": 5, "scale": 0.25, "zero_point": 3}'
        folder = self.sound_model("float", description)
        sound = self.write("a.wav", wav(tone(700, 1)))
        stored = self.features(folder, sound).values()
        real = Array("float32", (1, 5, 5, 2), arrays.array("float32", (50,), [(x - 3) * 0.25 for x in stored]).data)
        x = self.write("x.npy", arrays.npy(real))
        self.assertEqual(self.run_model(folder, sound), self.run_model(model("float"), x))

    def test_stream(self) -> None:
        """micro with a scale: three frames an inference, the rest is dropped."""
        folder = self.sound_model("stateful", '{"frontend": "micro", "bands": 6, "hop_ms": 20}')
        sound = self.write("a.wav", wav(tone(700, 1)))
        self.assertEqual(self.run_model(folder, sound).shape, (49, 2, 1, 4))

    def test_eval(self) -> None:
        """'total' adds its inputs up; the greatest sum is the answer."""
        description = '{"frontend": "logmel", "bands": 5, "frames": 1, "low_hz": 100, "high_hz": 6000}'
        folder = self.sound_model("total", description, "lowest\nlow\nmiddle\nhigh\nhighest\n")
        sounds = {name: self.write(f"{name}.wav", wav(tone(hertz, 1)))
                  for name, hertz in (("a", 400), ("b", 1150), ("c", 3800))}
        frames = self.features(folder, *(sounds[name] for name in "abca"))
        x = self.write("x.npy", arrays.npy(Array("int8", (4, 5), frames.data)))
        sums = self.run_model(folder, x).values()
        answers = [max(range(5), key=lambda i: sums[5 * sample + i]) for sample in range(4)]
        self.assertEqual(answers[0], 0)
        self.write("index.csv", "label,split,file\nlowest,test,a.wav\nmiddle,test,b.wav\r\n"
                                '"highest",test,"c.wav"\nlow,test,a.wav\nlow,train,missing.wav\n')
        result = self.succeeds("eval", folder, "--audio", self.folder, "--labels", self.folder / "index.csv",
                               "--split", "test", "--json")
        found = json.loads(result.text())
        self.assertEqual(found["labels"], ["lowest", "low", "middle", "high", "highest"])
        expected = [[0] * 5 for _ in range(5)]
        for label, answer in zip((0, 2, 4, 1), answers):
            expected[label][answer] += 1
        self.assertEqual(found["confusion"], expected)
        self.assertEqual(found["samples"], 4)
        self.write("plain.csv", f"a.wav,{answers[0]}\nb.wav,{answers[1]}\n")
        plain = self.succeeds("eval", folder, "--audio", self.folder, "--labels", self.folder / "plain.csv")
        self.assertEqual(plain.text(), "accuracy 100.00 % (2 of 2)\n")

    def test_eval_by_windows(self) -> None:
        """Against a plain computation: windows of 7 frames of 20 ms, from 3.5 hops to 3.5 hops, but the soft ones."""
        folder = self.sound_model("convolutions", '{"frontend": "logmel", "bands": 12, "frames": 7, "window_ms": 20}')
        clip = 7 * 320
        sounds = [tone(500, 0.5) + tone(3000, 0.3, size=5000), tone(100, 0.1), tone(900, 0.3, size=9000) + [1] * 8000]
        rows, expected = [], []
        for count, samples in enumerate(sounds):
            self.write(f"{count}.wav", wav(samples))
            cut = [samples[at : at + clip] for at in range(0, max(1, len(samples) - clip + 1), clip // 2)]
            energy = [sum(x * x for x in window) for window in cut]
            files = [self.write(f"w{at}.wav", wav(window)) for at, window in enumerate(cut)
                     if energy[at] >= 0.0004 * max(energy)]
            x = self.write("x.npy", arrays.npy(Array("int8", (len(files), 7, 6, 2), self.features(folder, *files).data)))
            scores = self.run_model(folder, x).values()
            sums = [sum(scores[i::24]) for i in range(24)]
            expected.append(sums.index(max(sums)))
            rows.append(f"{count}.wav,{expected[-1]}")
        self.assertLess(len(files), len(cut))
        self.write("index.csv", "\n".join(rows))
        command = ["eval", folder, "--audio", self.folder, "--labels", self.folder / "index.csv", "--windows"]
        self.assertEqual(self.succeeds(*command).text(), "accuracy 100.00 % (3 of 3)\n")
        self.fails(2, ["--windows goes with the metric accuracy"], *command, "--metric", "auc")

    def test_every_command_takes_the_folder(self) -> None:
        folder = self.sound_model("convolutions", '{"frontend": "logmel", "bands": 12, "frames": 7}')
        self.assertIn("heard", self.succeeds("inspect", str(folder) + "/").text())
        self.succeeds("check", folder)
        self.succeeds("compile", folder, "-o", self.folder / "out")
        self.assertIn("heard.c", [path.name for path in (self.folder / "out").iterdir()])

    def test_what_does_not_fit(self) -> None:
        sound = self.write("a.wav", wav(tone(700, 1)))
        for count, (name, description, words) in enumerate([
            ("convolutions", '{"frontend": "logmel"}', ["gives 0 frames of 40 values", "1x7x6x2"]),
            ("convolutions", '{"frontend": "logmel", "bands": 12, "frames": 8}', ["gives 8 frames of 12 values"]),
            ("multi", '{"frontend": "logmel"}', ["a model of one input"]),
            ("int16", '{"frontend": "logmel"}', ["a model of one input, int8"]),
            ("float", '{"frontend": "micro", "bands": 10}', ['needs a "scale"']),
            ("stateful", '{"frontend": "micro", "bands": 6, "keep_scale": true}', ['needs a "scale"']),
        ]):
            folder = self.sound_model(name, description, folder=f"model{count}")
            self.fails(1, ["frontend.json: ", *words], "run", folder, "-i", sound)
        self.fails(1, ["a.wav"], "run", model("convolutions"), "-i", sound)

    def test_bad_indexes(self) -> None:
        folder = self.sound_model("total", '{"frontend": "logmel", "bands": 5, "frames": 1}', "a\nb\n")
        for text, words in [
            ("", "names no recording"),
            ("file,label\n", "names no recording"),
            ("file,label\na.wav,c\n", "line 2: 'c' is no label"),
            ("file,label\na.wav\n", "line 2 has no file and label"),
            ("file,label,split\na.wav,a,train\n", "names no recording of split test"),
            ("file,label\na.wav,a\n", 'no column "split"'),
        ]:
            self.write("index.csv", text)
            split = ["--split", "test"] if "split" in words else []
            self.fails(1, ["index.csv: ", words], "eval", folder, "--audio", ".", "--labels", "index.csv", *split,
                       cwd=self.folder)
        self.fails(2, ["--audio needs a folder"], "eval", model("total"), "--audio", ".", "--labels", "x.csv")
        self.fails(2, ["do not go together"], "eval", folder, "--audio", ".", "--labels", "x.csv", "-i", "x.npy")
        self.fails(2, ["--windows goes with --audio"], "eval", folder, "--windows", "--labels", "x.csv", "-i", "x.npy")
        self.fails(2, ["--split goes with --audio"], "eval", folder, "--split", "a", "--labels", "x.csv", "-i", "x.npy")

    def bench(self, folder: Path, *rest: object) -> dict:
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        return json.loads(self.succeeds("bench", folder, "--json", *rest).text())

    def test_bench(self) -> None:
        """The chip's frames are compared with zerre's own in every run: a difference would be an error."""
        for name, tiny, description in [
            ("clip", "convolutions", '{"frontend": "logmel", "bands": 12, "frames": 7}'),
            ("cepstrum", "convolutions", '{"frontend": "mfcc-mlperf", "coefficients": 12, "frames": 7}'),
            ("stream", "stateful", '{"frontend": "micro", "bands": 6}'),
            ("real", "float", '{"frontend": "logmel", "bands": 10, "frames": 5}'),
        ]:
            with self.subTest(name):
                folder = self.sound_model(tiny, description, folder=name)
                result = self.bench(folder)
                sound = result["sound"]
                self.assertEqual(sound["ram_bytes"], sound["arena_bytes"] + sound["stack_bytes"] + sound["static_bytes"])
                self.assertEqual(sound["flash_bytes"], sound["code_bytes"] + sound["weights_bytes"])
                self.assertEqual(sound["arena_bytes"], max(result["arena_bytes"], sound["scratch_bytes"]))
                self.assertEqual(sound["code_bytes"], result["code_bytes"] + sound["frontend_code_bytes"])
                self.assertEqual(sound["hops_per_second"], 100 if name == "stream" else 50)
                self.assertEqual(sound["inferences_per_second"], 100 if name == "stream" else 5)
                self.assertGreater(sound["hop_instructions"], 5000)
                self.assertGreaterEqual(sound["hop_instructions_most"], sound["hop_instructions"])
                once = result["instructions"] + sound["features_instructions"]
                second = sound["hops_per_second"] * sound["hop_instructions"] + sound["inferences_per_second"] * once
                self.assertAlmostEqual(sound["instructions_per_second"], second, delta=1)

    def test_bench_hears_a_file(self) -> None:
        folder = self.sound_model("convolutions", '{"frontend": "logmel", "bands": 12, "frames": 7}')
        sound = self.write("a.wav", wav(tone(700, 1)))
        found = self.bench(folder, "-i", sound, "--every", 7, "-o", self.folder / "y.npy")
        self.assertEqual(found["inferences"], 1)
        self.assertAlmostEqual(found["sound"]["inferences_per_second"], 50 / 7, places=5)
        self.assertEqual(arrays.load(self.folder / "y.npy")[""].data, self.run_model(folder, sound).data)
        self.fails(2, ["--every 0"], "bench", folder, "--every", 0)
        self.fails(2, ["--every goes with a sound model"], "bench", model("total"), "--every", 2)

    def test_check_counts_the_front_end(self) -> None:
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        folder = self.sound_model("convolutions", '{"frontend": "logmel", "bands": 12, "frames": 7}')
        alone = json.loads(self.succeeds("check", model("convolutions"), "--json").text())
        plain = json.loads(self.succeeds("check", folder, "--json").text())
        built = json.loads(self.succeeds("check", folder, "--json", "--target", "cortex-m4").text())
        measured = self.bench(folder)["sound"]
        self.assertEqual(plain["arena_bytes"], max(alone["arena_bytes"], measured["scratch_bytes"]))
        for key in ("ram_bytes", "flash_bytes", "arena_bytes", "static_bytes"):
            self.assertEqual(built[key], measured[key])
        (folder / "frontend.json").write_text('{"frontend": "logmel", "bands": 13, "frames": 7}')
        self.fails(1, ["frontend.json: gives 7 frames of 13 values"], "check", folder)
