#ifndef CT_HALF_F16C_H
#define CT_HALF_F16C_H

#include <stddef.h>
#include <stdint.h>

/// Widens the whole groups of eight and returns how many values that was.
size_t ct_float_from_half_f16c(float *restrict to, const uint16_t *restrict from, size_t count);

/// Rounds the whole groups of eight and returns how many values that was.
size_t ct_half_from_float_f16c(uint16_t *restrict to, const float *restrict from, size_t count);

#endif
