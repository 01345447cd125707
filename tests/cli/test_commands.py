"""What holds for every command: help, manual pages, wrong command lines, missing and wrong files."""

from __future__ import annotations

import re
import subprocess

import arrays
from frame import Case, inputs, model, need_tool, outputs, zerre

COMMANDS = re.findall(r"^  ([a-z]+) ", zerre("--help").text(), re.MULTILINE)

ARGUMENTS: dict[str, list] = {
    "compile": ["-o", "out"],
    "convert": ["-o", "out.tflite"],
    "quantize": ["-o", "out.tflite", "--calibrate", inputs("bytes")],
    "run": ["-i", inputs("bytes")],
    "eval": ["-i", inputs("bytes"), "-l", outputs("bytes")],
    "bench": ["-i", inputs("bytes")],
    "parity": [model("bytes"), "-i", inputs("bytes")],
    "listen": ["--wav", "a.wav"],
}
"""What a command needs beside a model to do something."""

OF_A_MODEL = [command for command in COMMANDS if f"usage: zerre {command} MODEL" in zerre(command, "--help").text()]

JSON = [command for command in COMMANDS if "--json" in zerre(command, "--help").text()]


class Help(Case):
    """--help and --man, of zerre and of each command."""

    def test_commands_are_there(self) -> None:
        for command in ("check", "inspect", "convert", "quantize", "compile", "run", "eval", "parity", "bench"):
            self.assertIn(command, COMMANDS)

    def test_help(self) -> None:
        for words in (["--help"], ["-h"], ["help"], *([command, "--help"] for command in COMMANDS)):
            with self.subTest(words):
                text = self.succeeds(*words).text()
                self.assertIn("usage: zerre", text)
                self.assertTrue(text.endswith("\n"))

    def test_help_names_every_option(self) -> None:
        """Whatever the manual page has, the help has."""
        for command in COMMANDS:
            with self.subTest(command):
                manual = re.findall(r"\\-\\-([a-z]+)\\fR", self.succeeds(command, "--man").text())
                text = self.succeeds(command, "--help").text()
                self.assertEqual(manual, re.findall(r"--([a-z]+)(?: +[A-Z]\S*)? {2,}", text))

    def test_version(self) -> None:
        self.assertRegex(self.succeeds("--version").text(), r"^zerre \d+\.\d+\.\d+\n$")

    def test_manual_pages(self) -> None:
        mandoc = need_tool("mandoc")
        for words in ([], *([command] for command in COMMANDS)):
            with self.subTest(words):
                page = self.succeeds(*words, "--man").out
                lint = subprocess.run([mandoc, "-T", "lint", "-W", "error"], input=page, capture_output=True)
                self.assertEqual(lint.stdout, b"")
                shown = subprocess.run([mandoc, "-T", "utf8"], input=page, capture_output=True, check=True).stdout
                plain = re.sub(rb".\x08", b"", shown).decode()
                self.assertIn(f"zerre-{words[0]} - " if words else "zerre - ", plain)

    def test_no_command(self) -> None:
        result = zerre()
        self.assertEqual((result.status, result.out), (2, b""))
        self.assertIn("usage: zerre", result.err)

    def test_unwritable_output(self) -> None:
        for words in (["--help"], ["--man"], ["run", "--help"], ["inspect", model("multi")]):
            with self.subTest(words), open("/dev/full", "wb") as full:
                self.fails(1, ["standard output: cannot write: No space"], *words, stdout=full)


class WrongCommandLine(Case):
    """Exit status 2 and one line that says what to look at."""

    def test_unknown_command(self) -> None:
        self.fails(2, ["'compil'", "zerre --help"], "compil", "x.tflite")
        self.fails(2, ["'--json'"], "--json")

    def test_unknown_option(self) -> None:
        for command in COMMANDS:
            for option in ("--bogus", "--bogus=1", "-Z", "--jso", "--"[:2] + "output-dir"):
                with self.subTest(command=command, option=option):
                    self.fails(2, [option, f"zerre {command} --help"], command, model("multi"), option)

    def test_missing_operand(self) -> None:
        for command in OF_A_MODEL:
            with self.subTest(command):
                operands = "FLOAT QUANTIZED" if command == "parity" else "MODEL"
                self.fails(2, [f"{operands} is missing", f"zerre {command} --help"], command)

    def test_operand_too_many(self) -> None:
        for command in OF_A_MODEL:
            with self.subTest(command):
                words = ["a", "a", "b"] if command == "parity" else ["a", "b"]
                self.fails(2, ["'b'", "too many"], command, *words)

    def test_option_without_its_value(self) -> None:
        self.fails(2, ["--input needs X.npy"], "run", model("multi"), "--input")
        self.fails(2, ["--json takes no value"], "inspect", model("multi"), "--json=yes")

    def test_missing_option(self) -> None:
        self.fails(2, ["--output is missing"], "compile", model("multi"))
        self.fails(2, ["--output is missing"], "convert", model("multi"))
        self.fails(2, ["--input is missing"], "run", model("multi"))
        self.fails(2, ["--input is missing"], "parity", model("multi"), model("multi"))
        self.fails(2, ["--input is missing"], "eval", model("multi"))
        self.fails(2, ["--labels is missing"], "eval", model("multi"), "-i", inputs("multi"))

    def test_forms_of_an_option(self) -> None:
        expected = outputs("stateful").stat().st_size
        for words in (["--input", inputs("stateful")], [f"--input={inputs('stateful')}"],
                      ["-i", inputs("stateful")], [f"-i{inputs('stateful')}"]):
            with self.subTest(words):
                self.succeeds("run", model("stateful"), *words, "-o", self.folder / "y.npz")
                self.assertAlmostEqual((self.folder / "y.npz").stat().st_size, expected, delta=64)

    def test_double_dash_ends_options(self) -> None:
        (self.folder / "-model").write_bytes(model("multi").read_bytes())
        self.succeeds("inspect", "--json", "--", "-model", cwd=self.folder)
        self.fails(2, ["unknown option '-model'"], "inspect", "-model", cwd=self.folder)

    def test_bad_choices(self) -> None:
        self.fails(2, ["--metric", "f1"], "eval", model("multi"), "-i", "x", "-l", "y", "-m", "f1")
        for size in ("", "64Q", "-1", "1e6", "K", "99999999999999999999"):
            with self.subTest(size):
                self.fails(2, ["--ram"], "check", model("multi"), f"--ram={size}")


class WrongFiles(Case):
    """Exit status 1 and one line that names the file and the reason."""

    def every(self) -> list[tuple[str, list]]:
        return [(command, ARGUMENTS.get(command, [])) for command in OF_A_MODEL]

    def fails_once(self, words: list[str], command: str, *arguments, **options) -> None:
        """As fails, but a command may also say on standard output as JSON what is wrong."""
        self.fails(1, words, command, *arguments, cwd=self.folder, **options)

    def test_missing_model(self) -> None:
        for command, rest in self.every():
            with self.subTest(command):
                self.fails_once(["no.tflite: ", "No such file"], command, "no.tflite", *rest)

    def test_folder_instead_of_a_model(self) -> None:
        (self.folder / "folder").mkdir()
        for command, rest in self.every():
            with self.subTest(command):
                self.fails_once(["folder/model.tflite: ", "No such file"], command, "folder", *rest)

    def test_not_a_model(self) -> None:
        for name, content in (("empty", b""), ("text", b"hello"), ("array", inputs("bytes").read_bytes()),
                              ("near", b"\x20\0\0\0TFL3"), ("zeros", bytes(1000))):
            self.write(name, content)
            for command, rest in self.every():
                with self.subTest(command=command, content=name):
                    self.fails_once([f"{name}: "], command, name, *rest)

    def test_nothing_is_written(self) -> None:
        for command, rest in self.every():
            zerre(command, "no.tflite", *rest, cwd=self.folder)
        self.assertEqual(self.files(), [])

    def test_empty_standard_input(self) -> None:
        for command, rest in self.every():
            with self.subTest(command):
                self.fails_once(["standard input: ", "is empty"], command, "-", *rest)

    def test_model_on_standard_input(self) -> None:
        for command in ("inspect", "check"):
            with self.subTest(command):
                named = self.succeeds(command, model("bytes")).text()
                piped = self.succeeds(command, "-", stdin=model("bytes").read_bytes()).text()
                self.assertEqual(piped, named.replace(str(model("bytes")), "standard input"))
        data = model("bytes").read_bytes()
        self.succeeds("compile", "-", "-o", self.folder / "a", "-n", "net", stdin=data)
        self.succeeds("run", "-", "-i", inputs("bytes"), "-o", self.folder / "y.npy", stdin=data)
        found = arrays.load(self.folder / "y.npy")[""]
        self.assertEqual(found, arrays.load(outputs("bytes"))["output_0"])
