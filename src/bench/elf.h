/* Reads what bench/ needs from a linked image: ELF, 32 bits, little-endian. Every offset is
 * checked, though the file is our own linker's. */
#ifndef ZR_BENCH_ELF_H
#define ZR_BENCH_ELF_H

#include "base/file.h"

/* Bytes of the section of that name; 0 when there is none or the file is damaged. */
uint32_t zr_elf_section_bytes(zr_bytes file, const char *name);

/* The name of the function that holds the address, or NULL. It points into the file. */
const char *zr_elf_function_at(zr_bytes file, uint32_t address);

/* The value of the symbol of that name, without the bit that says Thumb; 0 when there is none. */
uint32_t zr_elf_symbol(zr_bytes file, const char *name);

/* What the image has at an address, NULL when that many bytes are not there. It points into the
 * file. */
const uint8_t *zr_elf_bytes_at(zr_bytes file, uint32_t address, uint32_t bytes);

#endif
