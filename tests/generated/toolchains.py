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


TOOLCHAINS = [
    Toolchain("gcc", "gcc", C99, ["-O2", "-Os", "-O0"]),
    Toolchain("clang", "clang", C99, ["-O2"]),
    Toolchain("g++", "g++", CXX17, ["-O2"]),
    Toolchain("clang++", "clang++", CXX17, ["-O2"]),
    Toolchain("cortex-m0plus", "arm-none-eabi-gcc", [*THUMB, "-mcpu=cortex-m0plus"], ["-O2"], "arm-none-eabi-nm"),
    Toolchain(
        "cortex-m4", "arm-none-eabi-gcc", [*THUMB, "-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"],
        ["-O2", "-Os"], "arm-none-eabi-nm",
    ),
    Toolchain(
        "cortex-m55", "arm-none-eabi-gcc", [*THUMB, "-mcpu=cortex-m55", "-mfloat-abi=hard"], ["-O2"],
        "arm-none-eabi-nm",
    ),
    Toolchain(
        "rv32imc", "riscv64-unknown-elf-gcc",
        ["-std=c99", "-march=rv32imc", "-mabi=ilp32", "--specs=picolibc.specs"], ["-O2", "-Os"],
        "riscv64-unknown-elf-nm",
    ),
]
