"""Generated code compiles without a warning everywhere, and contains nothing that a firmware would mind."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import subject
from frame import Case, need_tool, zerre
from toolchains import TOOLCHAINS, WARNINGS, Toolchain

HEADERS = {"stdint.h", "stddef.h", "string.h"}
FUNCTIONS = {"memcpy", "memset", "memmove", "memcmp"}
MATH = {"expf", "tanhf", "roundf", "floorf", "sqrtf", "expm1f", "logf", "fmaxf", "fminf"}
COMPILER = re.compile(r"__aeabi_|__(u?div|u?mod|mul|ashl|ashr|lshr|add|sub|float|fix|extend|trunc|[a-z]{2}[sd]f2|clz)")
"""Helpers that a compiler calls where the chip has no instruction."""

FLOATS = {"float", "classes"}

AWKWARD_NAMES = [
    "int", "class", "arena", "main", "3d", "my-Model 2", "Ünïcode", "_", "m", "x", "in", "out", "p", "bytes",
    "memory", "layer", "output", "uint8_t", "memcpy", "null", "zk_clamp", "conv_2d", "params", "errno", "a.b.c", "index", "string", "gamma",
]


class Compiles(Case):
    """All models at once, a process a compiler and level: what is slow is starting them."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.subjects = subject.tiny() + subject.bundled()

    def generate_all(self, target: str | None = None) -> list[str]:
        """The C files of all models, in a folder of the target's name."""
        folder = self.folder / (target or "portable")
        for one in self.subjects:
            subject.generate(one, folder, target)
        return [file for one in self.subjects for file in one.sources()]

    def test_without_a_warning(self) -> None:
        files = self.generate_all()
        for toolchain in TOOLCHAINS:
            with self.subTest(toolchain.name):
                need_tool(toolchain.compiler)
                self.compile(toolchain, self.folder / "portable", toolchain.levels[:1], files)
                if toolchain.target:
                    self.generate_all(toolchain.target)
                self.compile(toolchain, self.folder / (toolchain.target or "portable"), toolchain.levels, files)

    def compile(self, toolchain: Toolchain, folder: Path, levels: list[str], files: list[str]) -> None:
        for level in levels:
            with self.subTest(level):
                command = [toolchain.compiler, level, *toolchain.flags, *WARNINGS, "-c", *files]
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.check_symbols(toolchain, folder)

    def check_symbols(self, toolchain: Toolchain, folder: Path) -> None:
        """No writable data, hence any number of instances; no function of a library but those that are promised."""
        for one in self.subjects:
            with self.subTest(one.name):
                objects = [f"{one.symbol}.o", f"{one.symbol}_weights.o"]
                names = subprocess.run(
                    [toolchain.nm, "-P", *objects], cwd=folder, capture_output=True, text=True, check=True
                ).stdout
                symbols = [line.split()[:2] for line in names.splitlines() if not line.endswith(":")]
                self.assertEqual([name for name, kind in symbols if kind in "dDbBC"], [])
                allowed = FUNCTIONS | (MATH if self.uses_floats(one.name) else set())
                foreign = {
                    name for name, kind in symbols
                    if kind == "U" and name not in allowed and not name.startswith(one.symbol) and not COMPILER.match(name)
                }
                self.assertEqual(foreign, set())

    def uses_floats(self, name: str) -> bool:
        return name in FLOATS or name.endswith("_float")

    def test_only_the_promised_headers(self) -> None:
        self.generate_all()
        for one in self.subjects:
            with self.subTest(one.name):
                for file in (*one.sources(), f"{one.symbol}.h"):
                    text = (self.folder / "portable" / file).read_text("ascii")
                    included = set(re.findall(r"#\s*include\s*<(.*)>", text))
                    self.assertLessEqual(included, HEADERS | ({"math.h"} if self.uses_floats(one.name) else set()))
                    self.assertLessEqual(set(re.findall(r'#\s*include\s*"(.*)"', text)), {f"{one.symbol}.h"})

    def test_header_alone(self) -> None:
        """A header needs nothing before it and may be included twice."""
        self.generate_all()
        text = "".join(f'#include "{one.symbol}.h"\n' * 2 for one in self.subjects)
        for compiler, flags in (("gcc", ["-std=c99"]), ("g++", ["-std=c++17"])):
            with self.subTest(compiler):
                source = self.write("all.c" if compiler == "gcc" else "all.cc", text)
                command = [need_tool(compiler), *flags, *WARNINGS, "-Iportable", "-fsyntax-only", source]
                done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_all_in_one_program(self) -> None:
        """Models do not share a symbol: several fit into one firmware."""
        files = self.generate_all()
        names = [one.symbol for one in self.subjects]
        body = "".join(f'#include "{name}.h"\n' for name in names) + "int main(void)\n{\n"
        for name in names:
            body += f"    struct {name} {name}_instance;\n"
            body += f"    if ({name}_init(&{name}_instance, NULL, {name.upper()}_ARENA_BYTES) != -1) return 1;\n"
        source = self.write("main.c", body + "    return 0;\n}\n")
        program = self.folder / "main"
        command = [need_tool("gcc"), *WARNINGS, "-std=c99", "-I.", "-o", program, source, *files, "-lm"]
        subprocess.run(command, cwd=self.folder / "portable", check=True)
        subprocess.run([program], check=True)

    def test_awkward_names(self) -> None:
        """Any name that a user gives becomes C, also one that C or the kernels use."""
        for name in AWKWARD_NAMES:
            for one in self.subjects:
                if one.name not in ("stateful", "float"):
                    continue
                with self.subTest(name=name, model=one.name):
                    self.check_name(one, name)

    def check_name(self, one: subject.Subject, name: str) -> None:
        folder = self.folder / f"{one.name}-{AWKWARD_NAMES.index(name)}"
        self.assertEqual(zerre("compile", one.path, "-o", folder, "-n", name).status, 0)
        (header,) = folder.glob("*.h")
        files = [f"{header.stem}.c", f"{header.stem}_weights.c"]
        for compiler, flags in (("gcc", ["-std=c99"]), ("g++", ["-x", "c++", "-std=c++17"])):
            command = [need_tool(compiler), *flags, *WARNINGS, "-fsyntax-only", *files]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_file_name_in_a_comment(self) -> None:
        """The model's own name gets into the banner: nothing in it can end the comment."""
        strange = self.folder / "a *⁄ b ??⁄ \\ \n c?.tflite"
        strange.write_bytes(self.subjects[0].path.read_bytes())
        self.succeeds("compile", strange, "-o", self.folder / "out", "-n", "strange")
        command = [need_tool("gcc"), "-std=c99", *WARNINGS, "-fsyntax-only", "strange.c", "strange_weights.c"]
        done = subprocess.run(command, cwd=self.folder / "out", capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
