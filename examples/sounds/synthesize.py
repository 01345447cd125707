"""Sounds made of nothing but formulas, as raw 16-bit samples at 16000 a second on standard output: rain, a rooster, a
crackling fire and a crying baby, four seconds each with a second of silence behind it. Python's own library only."""

from __future__ import annotations

import math
import random
import struct
import sys

RATE = 16000
SECONDS = 4
PARTIALS = 12  # of a voice
CHANCE = random.Random(1)

Sound = list[float]


def between(low: float, high: float) -> float:
    return CHANCE.uniform(low, high)


def noise(n: int, smooth: float = 0.0) -> Sound:
    """White noise; towards 1, `smooth` leaves low frequencies only."""
    out, value = [], 0.0
    for _ in range(n):
        value = smooth * value + (1 - smooth) * CHANCE.gauss(0, 1)
        out.append(value)
    return out


def clicks(sound: Sound, per_second: float, samples: tuple[float, float], size: tuple[float, float]) -> Sound:
    """Short bursts of noise that die away, at random times."""
    for _ in range(round(per_second * len(sound) / RATE)):
        at, length, height = CHANCE.randrange(len(sound)), round(between(*samples)), between(*size)
        for i in range(min(length, len(sound) - at)):
            sound[at + i] += height * math.exp(-4 * i / length) * CHANCE.gauss(0, 1)
    return sound


def glide(at: float, pitches: list[float]) -> float:
    """The pitch at a time 0..1 between pitches at equal distances."""
    where = at * (len(pitches) - 1)
    i = min(int(where), len(pitches) - 2)
    return pitches[i] + (where - i) * (pitches[i + 1] - pitches[i])


def voice(seconds: float, pitches: list[float], formants: list[tuple[float, float, float]]) -> Sound:
    """A gliding tone whose partials are as loud as the formants (frequency, width, height) say."""
    n = round(seconds * RATE)
    out, phase = [], 0.0
    for i in range(n):
        pitch = glide(i / n, pitches)
        phase += 2 * math.pi * pitch / RATE
        value = 0.0
        for k in range(1, min(PARTIALS, int(7800 / pitch)) + 1):
            height = sum(h * math.exp(-(((k * pitch - f) / width) ** 2)) for f, width, h in formants)
            value += height * math.sin(k * phase)
        fade = min(1.0, i / (0.05 * RATE), (n - i) / (0.1 * RATE))
        out.append(fade * value)
    return out


def silence(seconds: float) -> Sound:
    return [0.0] * round(seconds * RATE)


def rain() -> Sound:
    return clicks(noise(SECONDS * RATE), 1000, (20, 80), (1, 3))


def rooster() -> Sound:
    throat = [(1500.0, 700.0, 1.0), (3000.0, 1000.0, 0.7)]
    sound = silence(0.1)
    for seconds, pitches in [(0.18, [600, 800]), (0.2, [800, 900]), (0.25, [900, 1000]), (1, [900, 1050, 1000, 700, 550])]:
        sound += voice(seconds, pitches, throat) + silence(0.06)
    return sound * 2


def fire() -> Sound:
    return clicks(noise(SECONDS * RATE, 0.98), 40, (40, 300), (0.2, 2))


def baby() -> Sound:
    mouth = [(1100.0, 500.0, 1.0), (3000.0, 900.0, 0.6)]
    sound = silence(0)
    while len(sound) < SECONDS * RATE:
        sound += voice(0.8, [380, 500, 515, 500, 350], mouth) + silence(0.25)
    return sound


def main() -> None:
    for sound in (silence(1), rain(), rooster(), fire(), baby()):
        loudest = max(map(abs, sound)) or 1
        samples = [round(16000 * value / loudest) for value in sound + silence(1)]
        sys.stdout.buffer.write(struct.pack(f"<{len(samples)}h", *samples))


if __name__ == "__main__":
    main()
