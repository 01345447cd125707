#include "toy.h"

const uint8_t toy_table[1000] = {1, 2, 3};
