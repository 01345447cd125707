/* From the scores of one inference after the other to detections: the mean of a few inferences in a
 * row decides, so that a slip of one is not heard. */
#ifndef DETECTOR_H
#define DETECTOR_H

#include <stdint.h>

enum {
    DETECTOR_CLASSES = 16, /* at most */
    DETECTOR_MEAN = 8      /* at most */
};

typedef struct detector_rule {
    int classes;   /* of the network */
    int wanted;    /* the first of them; what the others win is nothing */
    int mean;      /* of how many inferences */
    int threshold; /* percent that the mean must reach */
    int pause;     /* inferences for which a class is silent after it was heard */
} detector_rule;

/* All zero at first. */
typedef struct detector {
    uint8_t scores[DETECTOR_MEAN][DETECTOR_CLASSES]; /* of the last inferences, a ring */
    uint8_t quiet[DETECTOR_CLASSES];                 /* inferences that are left of the pause */
    int next;
} detector;

/* scores: int8 of a softmax, -128 for 0 and 127 for nearly 1. Returns the class that begins to be
 * heard, or -1: none. */
int detector_hear(detector *d, const detector_rule *rule, const int8_t *scores);

#endif
