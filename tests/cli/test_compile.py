"""compile: the same bytes every time, all files or none that is broken."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from pathlib import Path

from frame import ROOT, TINY, Case, inputs, model, zerre


class Compile(Case):
    """Files and folders; what is in them is tested by tests/generated and tests/golden."""

    def contents(self, folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def test_files(self) -> None:
        self.succeeds("compile", model("multi"), "-o", self.folder / "a" / "b")
        self.assertEqual(self.files(), ["a", "a/b", "a/b/multi.c", "a/b/multi.h", "a/b/multi_weights.c"])

    def test_flash_for_ram(self) -> None:
        """Filters that are unpacked into RAM are for those who have little flash, whatever the goal."""
        unpacks, arena = {}, {}
        for words in ("", "--optimize size", "--optimize ram", "--flash 19K"):
            command = ["compile", ROOT / "models/keywords", "-o", self.folder, "--name", "kws", "-t", "cortex-m4"]
            said = self.succeeds(*command, *words.split()).text()
            unpacks[words] = "zk_depthwise_unpack_3x3" in (self.folder / "kws.c").read_text()
            arena[words] = int(said.split("arena ")[1].split()[0])
        self.assertEqual([words for words, found in unpacks.items() if found], ["--flash 19K"])
        self.assertGreater(arena["--flash 19K"], arena[""])

    def test_says_what_it_wrote(self) -> None:
        result = self.succeeds("compile", model("multi"), "-o", "out", cwd=self.folder)
        self.assertRegex(
            result.text(),
            r"^out/multi\.h, multi\.c, multi_weights\.c: arena 64 bytes \(.*\), constants 0 bytes\n$",
        )
        self.assertEqual(result.err, "")

    def test_deterministic(self) -> None:
        """Another time, folder, current folder, path of the model, environment: the same bytes."""
        for name in TINY:
            with self.subTest(name):
                self.succeeds("compile", model(name), "-o", self.folder / "first")
                shutil.copy(model(name), self.folder / f"{name}.tflite")
                env = {"LC_ALL": "tr_TR.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Asia/Tokyo", "HOME": "/"}
                self.succeeds("compile", f"./{name}.tflite", "--output=second", cwd=self.folder, env=env)
                self.assertEqual(self.contents(self.folder / "first"), self.contents(self.folder / "second"))
                shutil.rmtree(self.folder / "first")
                shutil.rmtree(self.folder / "second")

    def test_again_into_the_same_folder(self) -> None:
        self.succeeds("compile", model("multi"), "-o", self.folder, "-n", "net")
        before = self.contents(self.folder)
        self.succeeds("compile", model("multi"), "-o", self.folder, "-n", "net")
        self.assertEqual(self.contents(self.folder), before)

    def test_name(self) -> None:
        for name, file in (("KWS", "kws"), ("my-Model 2", "my_model_2"), ("3d", "model_3d"), ("int", "int_model"),
                           ("kw.s", "kw"), (".hidden", "model__hidden"), ("/etc/passwd", "passwd")):
            with self.subTest(name):
                self.succeeds("compile", model("multi"), "-o", self.folder / "out", "-n", name)
                self.assertIn(f"{file}.h", self.files(self.folder / "out"))
                shutil.rmtree(self.folder / "out")

    def test_folder_is_a_file(self) -> None:
        self.write("taken", b"")
        for folder in ("taken", "taken/below"):
            with self.subTest(folder):
                self.fails(1, [f"{folder}: "], "compile", model("multi"), "-o", folder, cwd=self.folder)
        self.assertEqual(self.files(), ["taken"])

    def test_read_only_folder(self) -> None:
        if os.geteuid() == 0:
            self.skipTest("a read-only folder, which does not stop root")
        self.folder.chmod(0o555)
        self.addCleanup(self.folder.chmod, 0o755)
        self.fails(1, ["Permission denied"], "compile", model("multi"), "-o", self.folder)
        self.assertEqual(self.files(), [])

    def test_disk_full(self) -> None:
        """A limit on the size of files stands for the full disk: what was there stays, in all three files."""
        self.succeeds("compile", model("multi"), "-o", self.folder, "-n", "net")
        before = self.contents(self.folder)
        for limit in (0, 100, 1000, 5000):
            with self.subTest(limit):
                result = zerre(
                    "compile", model("convolutions"), "-o", self.folder, "-n", "net",
                    preexec_fn=lambda limit=limit: limit_files(limit),
                )
                self.assertEqual(result.status, 1, result.err)
                self.assertEqual(len(result.lines()), 1, result.err)
                self.assertIn("File too large", result.err)
                self.assertEqual(self.contents(self.folder), before)

    def test_full_device(self) -> None:
        """A device is written to and stays one, whoever runs the tests."""
        words = ["run", model("bytes"), "-i", inputs("bytes"), "-o"]
        with open("/dev/full", "wb") as full:
            self.fails(1, ["standard output: cannot write"], *words, "-", stdout=full)
        self.fails(1, ["/dev/full: cannot write"], *words, "/dev/full")
        self.assertTrue(Path("/dev/full").is_char_device())


def limit_files(limit: int) -> None:
    """In the child: files end at that many bytes, with an error instead of a signal."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
