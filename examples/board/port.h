/* All that the examples ask of a board. mps2.c has it for the board that QEMU emulates, host.c for
 * this computer; on your board, write these three functions and leave the rest as it is. */
#ifndef PORT_H
#define PORT_H

#include <stdint.h>

enum {
    PORT_HEARD = 1, /* the samples are there */
    PORT_WAIT = 0,  /* not yet: sleep and ask again */
    PORT_END = -1,  /* there will be none: the recording is over; a microphone never says so */
    PORT_LOST = -2  /* the program was too slow and samples are missing here */
};

/* Takes the next n samples of the microphone, 16 bits, 16000 a second. On a board: an I2S or PDM
 * interface with DMA fills a ring of several blocks by itself, this function only copies. */
int port_read(int16_t *samples, int n);

/* Writes a text: a UART, semihosting, a radio. */
void port_print(const char *text);

/* Sleeps until an interrupt has brought samples; must not sleep if it came since port_read. */
void port_sleep(void);

#endif
