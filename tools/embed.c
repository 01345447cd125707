/* Writes files as C arrays: embed SET ROOT FILE ... > embedded_SET.c
 *
 * zerre carries the kernels' sources, the boards' start-up code and the emulator's plugin inside
 * its own binary, so that an installed zerre needs no folder of its own. See src/base/embedded.h.
 */
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    if (argc < 3) return 2;
    size_t root = strlen(argv[2]) + 1;
    printf("#include \"base/embedded.h\"\n\n");
    for (int i = 3; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (!file) {
            fprintf(stderr, "embed: cannot open %s\n", argv[i]);
            return 1;
        }
        printf("static const char file_%d[] = {", i);
        for (int c = fgetc(file), n = 0; c != EOF; c = fgetc(file), n++)
            printf("%s%d,", n % 24 ? "" : "\n", c < 128 ? c : c - 256);
        printf("0};\n\n");
        fclose(file);
    }
    printf("const zr_embedded zr_embedded_%s[] = {\n", argv[1]);
    for (int i = 3; i < argc; i++)
        printf("    {\"%s\", file_%d, sizeof file_%d - 1},\n", argv[i] + root, i, i);
    printf("    {0, 0, 0},\n};\n");
    return 0;
}
