"""The compilers that generated code is tried with, and what it must give no warning under."""

from __future__ import annotations

from dataclasses import dataclass

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"]

C99, CXX17 = ["-std=c99"], ["-x", "c++", "-std=c++17"]
THUMB = ["-std=c99", "-mthumb"]


@dataclass
class Toolchain:
    """One compiler with the flags of one target."""

    name: str
    compiler: str
    flags: list[str]
    levels: list[str]
    nm: str = "nm"
    target: str | None = None
    """What zerre chooses kernels for; None: portable C."""


TOOLCHAINS = [
    Toolchain("gcc", "gcc", C99, ["-O2", "-Os", "-O0"]),
    Toolchain("clang", "clang", C99, ["-O2"]),
    Toolchain("g++", "g++", CXX17, ["-O2"]),
    Toolchain("clang++", "clang++", CXX17, ["-O2"]),
    Toolchain("cortex-m0plus", "arm-none-eabi-gcc", [*THUMB, "-mcpu=cortex-m0plus"], ["-O2"], "arm-none-eabi-nm",
              "cortex-m0plus"),
    Toolchain(
        "cortex-m4", "arm-none-eabi-gcc", [*THUMB, "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
        ["-O2", "-Os"], "arm-none-eabi-nm", "cortex-m4",
    ),
    Toolchain(
        "cortex-m55", "arm-none-eabi-gcc", [*THUMB, "-mcpu=cortex-m55", "-mfloat-abi=hard"], ["-O2"],
        "arm-none-eabi-nm", "cortex-m55",
    ),
    Toolchain(
        "rv32imc", "riscv64-unknown-elf-gcc",
        ["-std=c99", "-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs"], ["-O2", "-Os"],
        "riscv64-unknown-elf-nm", "rv32imc",
    ),
]

TARGETS = ("cortex-m0plus", "cortex-m4", "cortex-m55")
"""One of each instruction set that has kernels of its own; elsewhere those compute with portable C."""
