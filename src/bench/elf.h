/* Reads what bench/ needs from a linked image: ELF, 32 bits, little-endian. Every offset is
 * checked, though the file is our own linker's. */
#ifndef ZR_BENCH_ELF_H
#define ZR_BENCH_ELF_H

#include "base/file.h"

/* Bytes of the section of that name; 0 when there is none or the file is damaged. */
uint32_t zr_elf_section_bytes(zr_bytes file, const char *name);

/* The name of the function that holds the address, or NULL. It points into the file. */
const char *zr_elf_function_at(zr_bytes file, uint32_t address);

#endif
