"""features: sound files of many kinds, and what is said about the others."""

from __future__ import annotations

import math

from frame import zerre
from sound import SoundCase, float_wav, tone, wav


class Features(SoundCase):
    def says(self, words: list[str], content: bytes, frontend: str = "micro") -> None:
        """One line that begins with the file, and no output."""
        self.write("a.wav", content)
        self.fails(1, ["a.wav: ", *words], "features", "-f", frontend, "a.wav", "-o", "x.npy", cwd=self.folder)
        self.assertEqual(self.files(), ["a.wav"])

    def test_shapes_and_types(self) -> None:
        second = self.write("second.wav", wav(tone(440, 1)))
        half = self.write("half.wav", wav(tone(880, 0.5)))
        micro = self.features("micro", second, half)
        self.assertEqual((micro.type, micro.shape), ("uint16", (98 + 48, 40)))
        mfcc = self.features("mfcc-mlperf", second, half, second)
        self.assertEqual((mfcc.type, mfcc.shape), ("int8", (3, 49, 10)))
        self.assertEqual(mfcc.data[:490], mfcc.data[980:])
        self.assertNotEqual(mfcc.data[:490], mfcc.data[490:980])
        logmel = self.features("logmel", second)
        self.assertEqual((logmel.type, logmel.shape), ("int8", (49, 40)))

    def test_every_file_is_heard_from_silence_on(self) -> None:
        second = self.write("second.wav", wav(tone(440, 1)))
        twice = self.features("micro", second, second)
        self.assertEqual(twice.data[: len(twice.data) // 2], twice.data[len(twice.data) // 2 :])

    def test_a_tone_is_where_it_belongs(self) -> None:
        """1000 Hz: the band whose centre is the nearest, of 40 between 60 and 7600 Hz."""
        x = self.features("logmel", self.write("a.wav", wav(tone(1000, 1))))
        mel = [1127 * math.log1p(f / 700) for f in (60, 7600, 1000)]
        nearest = round((mel[2] - mel[0]) / (mel[1] - mel[0]) * 41) - 1
        for frame in range(49):
            row = x.values()[40 * frame : 40 * frame + 40]
            self.assertEqual(row.index(max(row)), nearest)

    def test_description(self) -> None:
        sound = self.write("a.wav", wav(tone(440, 1)))
        text = self.write("frontend.json", b'{"frontend": "logmel", "bands": 20, "frames": 30, "hop_ms": 30}')
        self.assertEqual(self.features(text, sound).shape, (1, 30, 20))
        self.assertEqual(self.features(self.folder, sound).shape, (1, 30, 20))
        self.assertEqual(self.features("logmel", sound).shape, (49, 40))

    def test_other_rates_and_channels_are_the_same_sound(self) -> None:
        plain = self.features("logmel", self.write("a.wav", wav(tone(1000, 1)))).values()
        samples = tone(1000, 1)
        stereo = self.write("s.wav", wav([x for sample in samples for x in (sample, sample)], channels=2))
        self.assertEqual(self.features("logmel", stereo).values(), plain)
        mixed = self.write("m.wav", wav([x for sample in samples for x in (2 * sample, 0)], channels=2))
        self.assertEqual(self.features("logmel", mixed).values(), plain)
        fast = self.features("logmel", self.write("f.wav", wav(tone(1000, 1, 44100), 44100)))
        row = fast.values()[40 * 20 : 40 * 21]
        self.assertLess(abs(max(row) - max(plain[40 * 20 : 40 * 21])), 2)
        self.assertEqual(row.index(max(row)), plain[40 * 20 : 40 * 21].index(max(plain[40 * 20 : 40 * 21])))
        whole = self.write("w.wav", float_wav([sample / 32768 for sample in samples]))
        self.assertEqual(self.features("logmel", whole).values(), plain)

    def test_clipping(self) -> None:
        loud = self.features("micro", self.write("a.wav", float_wav([10 * math.sin(i) for i in range(16000)])))
        full = [max(-32768, min(32767, round(327680 * math.sin(i)))) for i in range(16000)]
        self.assertEqual(loud.data, self.features("micro", self.write("b.wav", wav(full))).data)

    def test_bad_sounds(self) -> None:
        good = wav(tone(440, 1))
        self.says(["is empty"], b"")
        self.says(["cannot be read as sound"], b"no sound at all, only words\n")
        self.says(["has no samples"], wav([]))
        self.says(["ends before its header says"], good[:-100])
        self.says(["cannot be read as sound"], good[:30])
        self.says(["sample 3", "no number"], float_wav([0, 0.5, 0, math.nan, 0]))
        self.says(["sample 4000", "no number"], float_wav([0.0] * 4000 + [math.inf]))
        self.says(["17 channels"], wav([0] * 170, channels=17))
        self.says(["resampled"], wav(tone(10, 20, 50), 50))

    def test_every_bad_file_is_named(self) -> None:
        bad = [self.write(name, b"") for name in ("a.wav", "b.wav")]
        good = self.write("c.wav", wav(tone(440, 1)))
        result = zerre("features", "-f", "micro", bad[0], good, bad[1], "-o", self.folder / "x.npy")
        self.assertEqual(result.status, 1)
        self.assertEqual([line.split(": ")[1:3] for line in result.lines()],
                         [[str(path), "is empty; a sound file such as .wav or .flac is needed"] for path in bad])
        self.assertFalse((self.folder / "x.npy").exists())

    def test_short_sounds(self) -> None:
        short = self.write("a.wav", wav(tone(440, 0.01)))
        self.assertEqual(self.features("micro", short).shape, (0, 40))
        self.assertEqual(self.features("mfcc-mlperf", short).shape, (1, 49, 10))

    def test_bad_descriptions(self) -> None:
        self.write("a.wav", wav(tone(440, 1)))
        for text, words in [
            (b"", "is no JSON"),
            (b"[" * 100000, "is no JSON"),
            (b'{"frontend": "micro", "bands": 1e999}', '"bands" is no whole number from 4 to 64'),
            (b'{"frontend": "micro", "x": 1}', 'unknown field "x"'),
        ]:
            self.write("f.json", text)
            self.fails(1, ["f.json: ", words], "features", "-f", "f.json", "a.wav", cwd=self.folder)
        self.fails(1, ["nowhere: cannot open"], "features", "-f", "nowhere", "a.wav", cwd=self.folder)

    def test_usage(self) -> None:
        self.fails(2, ["--frontend is missing"], "features", "a.wav")
        self.fails(2, ["SOUND ... is missing"], "features", "-f", "micro")
