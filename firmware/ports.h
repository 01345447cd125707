/* The sizes of a model's inputs or outputs as the lines of an array initializer: PORTS is their
 * number, PORT_BYTES(i) the macro that gives the size of one. Included once for each. */
#if PORTS > 16
#error "the harness knows 16 inputs and 16 outputs"
#endif
#if PORTS > 0
PORT_BYTES(0),
#endif
#if PORTS > 1
    PORT_BYTES(1),
#endif
#if PORTS > 2
    PORT_BYTES(2),
#endif
#if PORTS > 3
    PORT_BYTES(3),
#endif
#if PORTS > 4
    PORT_BYTES(4),
#endif
#if PORTS > 5
    PORT_BYTES(5),
#endif
#if PORTS > 6
    PORT_BYTES(6),
#endif
#if PORTS > 7
    PORT_BYTES(7),
#endif
#if PORTS > 8
    PORT_BYTES(8),
#endif
#if PORTS > 9
    PORT_BYTES(9),
#endif
#if PORTS > 10
    PORT_BYTES(10),
#endif
#if PORTS > 11
    PORT_BYTES(11),
#endif
#if PORTS > 12
    PORT_BYTES(12),
#endif
#if PORTS > 13
    PORT_BYTES(13),
#endif
#if PORTS > 14
    PORT_BYTES(14),
#endif
#if PORTS > 15
    PORT_BYTES(15),
#endif
