/* The port for this computer: raw samples on standard input, text on standard output.
 *
 *     arecord -q -f S16_LE -r 16000 -t raw | build/host */
#include <stdio.h>

#include "port.h"

int port_read(int16_t *samples, int n)
{
    return fread(samples, sizeof *samples, (size_t)n, stdin) == (size_t)n ? PORT_HEARD : PORT_END;
}

void port_print(const char *text)
{
    fputs(text, stdout);
    fflush(stdout);
}

/* Reading waits by itself. */
void port_sleep(void)
{
}
