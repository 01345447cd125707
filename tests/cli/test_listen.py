"""'zerre listen': a stream of sound in, detections out, here and on an emulated chip."""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import struct
import subprocess
import time
from pathlib import Path

import arrays
from arrays import Array
from frame import ENVIRONMENT, PROGRAM, ROOT, Result, model, need_tool, zerre
from sound import SoundCase, float_wav, tone, wav

KEYWORDS = ROOT / "models" / "keywords"
CLIPS = sorted((KEYWORDS / "clips").glob("*.flac"))

CLIP = '{"frontend": "logmel", "bands": 12, "frames": 7%s}'
"""For 'convolutions': 7 frames of 12 values; 24 scores."""

STREAM = '{"frontend": "micro", "bands": 6, "hop_ms": 20%s}'
"""For 'stateful': a frame of 6 values an inference; 8 scores."""

FRAMES = '{"frontend": "logmel", "bands": 12%s}'
"""For 'convolutions': a stream of which an inference takes 7 frames."""

WAKE = ', "wake": {"hold_ms": 300}'


class Listen(SoundCase):
    def sound_model(self, name: str, description: str, labels: str = "") -> Path:
        folder = self.folder / "heard"
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir()
        shutil.copy(model(name), folder / "model.tflite")
        (folder / "frontend.json").write_text(description)
        if labels:
            (folder / "labels.txt").write_text(labels)
        return folder

    def stream(self) -> Path:
        """Four seconds: soft noise and two tones in it."""
        rng = random.Random(3)
        samples = [round(rng.gauss(0, 8)) for _ in range(4 * 16000)]
        for start, hertz in ((24000, 700), (44000, 2100)):
            for i, x in enumerate(tone(hertz, 0.4)):
                samples[start + i] += x
        return self.write("stream.wav", wav(samples))

    def listen(self, folder: Path, *rest: object) -> tuple[list[dict], dict]:
        """The detections and the summary."""
        lines = [json.loads(line) for line in self.succeeds("listen", folder, "--json", *rest).text().splitlines()]
        return lines[:-1], lines[-1]["summary"]


class Words(Listen):
    def test_words_are_heard(self) -> None:
        """The project's own clips."""
        self.assertEqual(len(CLIPS), 10)
        for clip in CLIPS:
            with self.subTest(clip.name):
                found, summary = self.listen(KEYWORDS, "--wav", clip)
                self.assertEqual([d["word"] for d in found], [clip.stem])
                self.assertEqual((summary["seconds"], summary["detections"]), (2, 1))
                self.assertGreater(summary["answers"], 1)

    def test_text(self) -> None:
        text = self.succeeds("listen", KEYWORDS, "--wav", KEYWORDS / "clips" / "yes.flac").text()
        self.assertRegex(text, r"^ +\d\.\d{3} s  yes \(0\.\d\d\)\n"
                               r"heard 2\.000 s: 1 detection, 9 answers, awake \d\d\.\d % of the time\n$")

    def test_standard_input(self) -> None:
        clip = KEYWORDS / "clips" / "yes.flac"
        self.assertEqual(self.succeeds("listen", KEYWORDS, "--wav", "-", stdin=clip.read_bytes()).out,
                         self.succeeds("listen", KEYWORDS, "--wav", clip).out)

    def test_silence_is_no_word_and_wakes_nothing(self) -> None:
        found, summary = self.listen(KEYWORDS, "--wav", self.write("a.wav", wav([0] * 48000)))
        self.assertEqual(found, [])
        self.assertEqual((summary["answers"], summary["awake"]), (0, 0))
        found, summary = self.listen(KEYWORDS, "--wav", self.folder / "a.wav", "--awake")
        self.assertEqual(found, [])
        self.assertEqual((summary["answers"], summary["awake"]), (16, 1))


class Scores(Listen):
    """Against a plain computation from what 'features' and 'run' give."""

    def expected(self, folder: Path, sound: Path, every: int, mean: int, threshold: float, rate: float) -> list[dict]:
        """Of a stream of frames: inferences at every `every`-th frame, smoothed, with pauses of a second."""
        samples = sound.read_bytes()[44:] + bytes(2 * 16000)  # a second of silence follows
        padded = self.write("padded.wav", wav(list(struct.unpack(f"<{len(samples) // 2}h", samples))))
        self.succeeds("run", folder, "-i", padded, "-o", self.folder / "y.npy")
        scores = arrays.load(self.folder / "y.npy")[""]
        real = json.loads(self.succeeds("inspect", folder, "--json").text())["outputs"][0]
        values = [(q - real["zero_point"]) * real["scale"] for q in scores.values()]
        size = len(values) // scores.shape[0]
        found, kept, quiet = [], [], -1
        for answer in range(scores.shape[0]):
            hop = every * (answer + 1)  # the first hop fills no window
            kept = (kept + [values[size * answer : size * (answer + 1)]])[-mean:]
            if len(kept) < mean or hop < quiet:
                continue
            means = [sum(row[i] for row in kept) / mean for i in range(size)]
            best = means.index(max(means))
            if means[best] >= threshold:
                found.append({"time": round((hop + 1) / rate, 3), "word": f"class {best}", "score": means[best]})
                kept, quiet = [], hop + math.ceil(rate)
        return found

    def test_a_stream_frame_by_frame(self) -> None:
        sound = self.stream()
        for name, description, every in (("stateful", STREAM, 1), ("convolutions", FRAMES, 7)):
            folder = self.sound_model(name, description % "")
            for mean, threshold in ((1, 0.4), (4, 0.3)):
                found, summary = self.listen(folder, "--wav", sound, "--smooth", 20 * every * mean,
                                             "--threshold", threshold)
                expected = self.expected(folder, sound, every, mean, threshold, 50)
                self.assertEqual(len(found), len(expected))
                self.assertGreater(len(found), 1)
                for a, b in zip(found, expected):
                    self.assertEqual((a["time"], a["word"]), (b["time"], b["word"]))
                    self.assertAlmostEqual(a["score"], b["score"], places=5)
                self.assertEqual(summary["answers"], 249 // every)
                self.assertEqual(summary["detections"], len(found))

    def test_labels(self) -> None:
        folder = self.sound_model("total", '{"frontend": "logmel", "bands": 5, "frames": 1}',
                                  "_silence_\nunknown\nnoise\nbackground\nother\n")
        found, _ = self.listen(folder, "--wav", self.stream(), "--threshold", 0.001)
        self.assertEqual(found, [])
        (folder / "labels.txt").write_text("a\nb\n")
        self.fails(1, ["labels.txt has 2 words for a model of 5 scores"], "listen", folder, "--wav", "stream.wav",
                   cwd=self.folder)

    def test_every(self) -> None:
        folder = self.sound_model("convolutions", CLIP % "")
        for every, answers in ((20, 243), (200, 25), (1000, 5)):
            _, summary = self.listen(folder, "--wav", self.stream(), "--every", every)
            self.assertEqual(summary["answers"], answers)


class Chip(Listen):
    def test_the_same_on_the_chip(self) -> None:
        """Scores come back from generated code; detections are the same bytes."""
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        sound = self.stream()
        for name, description in (("convolutions", CLIP % WAKE), ("convolutions", CLIP % ""),
                                  ("stateful", STREAM % WAKE), ("stateful", STREAM % ""),
                                  ("convolutions", FRAMES % WAKE)):
            with self.subTest(description):
                folder = self.sound_model(name, description)
                words = ["listen", folder, "--wav", sound, "--json", "--threshold", 0.2, "--smooth", 1]
                here = self.succeeds(*words).text().splitlines()
                chip = self.succeeds(*words, "--target", "cortex-m4").text().splitlines()
                self.assertEqual(here[:-1], chip[:-1])
                self.assertGreater(len(here), 1)
                a, b = json.loads(here[-1])["summary"], json.loads(chip[-1])["summary"]
                self.assertEqual(a, {key: b[key] for key in a})
                self.assertEqual(b["target"], "cortex-m4")
                self.assertAlmostEqual(b["instructions_per_second"], sum(b[f"{part}_instructions_per_second"] for part in
                                       ("wake", "frontend", "network")), delta=2)
                if "wake" in description:
                    self.assertTrue(0 < a["awake"] < 0.7)
                    self.assertTrue(50_000 < b["wake_instructions_per_second"] < 250_000)

    def test_a_real_model(self) -> None:
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        words = ["listen", KEYWORDS, "--wav", KEYWORDS / "clips" / "yes.flac"]
        here, chip = self.succeeds(*words).text(), self.succeeds(*words, "--target", "cortex-m4").text()
        self.assertTrue(chip.startswith(here))
        self.assertIn("yes", here)
        self.assertRegex(chip[len(here):], r"^cortex-m4: \d+ instructions a second: waking stage \d+, front end")


class Waking(Listen):
    def test_a_second_of_tone_is_heard(self) -> None:
        _, always = self.listen(self.sound_model("convolutions", CLIP % ""), "--wav", self.stream())
        _, summary = self.listen(self.sound_model("convolutions", CLIP % WAKE), "--wav", self.stream())
        self.assertEqual((always["answers"], always["awake"]), (25, 1))
        # Two tones of 400 ms, each held for 300 ms: 20 + 15 hops and what a tone's end adds.
        self.assertTrue(2 * 35 <= 250 * summary["awake"] <= 2 * 37, summary)
        self.assertEqual(summary["answers"], 2 * 4)

    def test_bench_gives_averages(self) -> None:
        need_tool("arm-none-eabi-gcc")
        need_tool("qemu-system-arm")
        folder = self.sound_model("convolutions", CLIP % WAKE, "".join(f"{i}\n" for i in range(24)))
        result = json.loads(self.succeeds("bench", folder, "--json").text())["sound"]
        self.assertEqual([s["sound"] for s in result["sounds"]], ["silence", "noise"])
        for sound in result["sounds"]:
            self.assertEqual(sound["awake"], 0)
            self.assertTrue(50_000 < sound["instructions_per_second"] < 250_000)
        (folder / "clips").mkdir()
        shutil.copy(self.stream(), folder / "clips" / "a.wav")
        (folder / "clips" / "index.csv").write_text("a.wav,3\n")
        found = json.loads(self.succeeds("bench", folder, "--json").text())["sound"]
        speech = found["sounds"][2]
        self.assertEqual((speech["sound"], speech["seconds"]), ("speech", 4))
        self.assertTrue(0.3 < speech["awake"] < 0.4)
        self.assertTrue(result["sounds"][0]["instructions_per_second"] < speech["instructions_per_second"]
                        < found["instructions_per_second"])
        self.assertEqual(result["instructions_per_second"], found["instructions_per_second"])

    def test_eval(self) -> None:
        folder = self.sound_model("convolutions", CLIP % WAKE, "".join(f"{i}\n" for i in range(24)))
        self.write("loud.wav", wav([0] * 320 + tone(900, 0.2)))
        self.write("soft.wav", wav([0] * 3200))
        self.write("index.csv", "loud.wav,1\nsoft.wav,2\n")
        words = ["eval", folder, "--audio", self.folder, "--labels", self.folder / "index.csv", "--json"]
        # The second hop wakes the stage and what came before it is kept: all of the clip is heard.
        self.assertEqual(json.loads(self.succeeds(*words, "--wake").text())["confusion"],
                         json.loads(self.succeeds(*words).text())["confusion"])
        self.fails(2, ["--wake goes with --audio"], *words, "--wake", "--windows")
        self.fails(2, ["--wake goes with --audio"], "eval", folder, "--wake", "-i", "x", "-l", "y")
        (folder / "frontend.json").write_text(CLIP % "")
        self.fails(2, ['--wake needs "wake" in frontend.json'], *words, "--wake")


class Refused(Listen):
    def test_bad_sounds(self) -> None:
        good = wav(tone(440, 1))
        for content, words in (
            (b"", "is empty"),
            (b"words\n", "cannot be read as sound"),
            (wav([]), "has no samples"),
            (good[:-100], "ends before its header says"),
            (float_wav([0, 0.5, math.nan]), "no number"),
        ):
            path = self.write("a.wav", content)
            self.fails(1, ["a.wav: ", words], "listen", KEYWORDS, "--wav", path)
        self.fails(1, ["cannot open"], "listen", KEYWORDS, "--wav", "nowhere.wav")

    def test_other_rates_and_channels(self) -> None:
        clip = zerre("listen", KEYWORDS, "--wav", KEYWORDS / "clips" / "yes.flac")
        self.assertEqual(clip.status, 0)
        stereo = wav([x for sample in tone(700, 2) for x in (sample, sample)], channels=2)
        mono = self.succeeds("listen", KEYWORDS, "--wav", self.write("a.wav", wav(tone(700, 2)))).out
        self.assertEqual(self.succeeds("listen", KEYWORDS, "--wav", self.write("b.wav", stereo)).out, mono)
        _, summary = self.listen(KEYWORDS, "--wav", self.write("c.wav", wav(tone(700, 2, 44100), 44100)))
        self.assertAlmostEqual(summary["seconds"], 3, delta=0.021)

    def test_short_sounds(self) -> None:
        found, summary = self.listen(KEYWORDS, "--wav", self.write("a.wav", wav([1000] * 319)))
        self.assertEqual((found, summary["seconds"], summary["answers"]), ([], 1, 0))

    def test_usage(self) -> None:
        folder = self.sound_model("stateful", STREAM % "")
        for words, options in (
            (["--wav FILE or --mic is missing"], [folder]),
            (["do not go together"], [folder, "--mic", "--wav", "a.wav"]),
            (["an emulated chip has no microphone"], [folder, "--mic", "--target", "cortex-m4"]),
            (["listen needs a folder"], [model("stateful"), "--wav", "a.wav"]),
            (["--every goes with a model of clips"], [folder, "--wav", "a.wav", "--every", 100]),
            (["--threshold 0 is no number"], [folder, "--wav", "a.wav", "--threshold", 0]),
            (["--threshold nan is no number"], [folder, "--wav", "a.wav", "--threshold", "nan"]),
            (["--smooth x is no number of milliseconds"], [folder, "--wav", "a.wav", "--smooth", "x"]),
            (["unknown target"], [folder, "--wav", "a.wav", "--target", "abacus"]),
            (["--flash goes with --target"], [folder, "--wav", "a.wav", "--flash", "20K"]),
        ):
            self.fails(2, words, "listen", *options)


class Microphone(Listen):
    def test_a_sentence_or_sound(self) -> None:
        """Most machines that run tests have no microphone: status 3 and one line. Where there is one, Ctrl-C ends with
        the summary."""
        process = subprocess.Popen([PROGRAM, "listen", KEYWORDS, "--mic", "--json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=ENVIRONMENT)
        end = time.monotonic() + 3
        while process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        result = Result(process.returncode, out, err.decode())
        if result.status == 0:
            self.assertIn("summary", json.loads(result.text().splitlines()[-1]))
            return
        self.assertEqual(result.status, 3, result.err)
        self.assertEqual(len(result.lines()), 1, result.err)
        self.assertRegex(result.err, "^zerre: (there is no (sound system|microphone)|the microphone does not|"
                                     "zerre was built without PortAudio)")
        self.assertIn("--wav FILE", result.err)

    def test_interrupt_ends_with_the_summary(self) -> None:
        """A long file; what was heard until then counts."""
        rng = random.Random(5)
        path = self.write("long.wav", wav([rng.randrange(-3000, 3000) for _ in range(16000)] * 1200))
        process = subprocess.Popen([PROGRAM, "listen", KEYWORDS, "--awake", "--wav", path, "--json", "--every", "20"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENVIRONMENT)
        time.sleep(float(os.environ.get("ZERRE_TEST_WAIT", 2)))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
        self.assertEqual((process.returncode, err), (0, b""))
        summary = json.loads(out.decode().splitlines()[-1])["summary"]
        self.assertTrue(0 < summary["seconds"] < 1200, summary)
