/* Work on several cores: a fixed number of lanes, so that results do not depend on how many cores
 * there are. */
#ifndef ZR_BASE_PARALLEL_H
#define ZR_BASE_PARALLEL_H

/* Calls work(state, lane) once for each 0 <= lane < n, at most 64, at the same time where threads
 * can be had. Lanes share only what does not change; none may use the context. */
void zr_parallel(int n, void (*work)(void *state, int lane), void *state);

#endif
