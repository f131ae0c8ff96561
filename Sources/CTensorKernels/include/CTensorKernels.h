#ifndef CTENSORKERNELS_H
#define CTENSORKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "CTensorDirect.h"
#include "CTensorLines.h"
#include "CTensorMatrix.h"
#include "CTensorOperations.h"
#include "CTensorPooling.h"
#include "CTensorSampling.h"
#include "CTensorWinograd.h"

/// Instruction sets the conversions can use; `CT_ISA_AUTO` is the best of this machine.
typedef enum { CT_ISA_AUTO = 0, CT_ISA_GENERIC = 1, CT_ISA_F16C = 2 } ct_isa;

/// Whether this machine can run `isa`.
int ct_supports(ct_isa isa);

/// Widens `count` IEEE binary16 values; exact, NaNs become quiet and keep their payload.
void ct_float_from_half(float *restrict to, const uint16_t *restrict from, size_t count, ct_isa isa);

/// Rounds `count` floats to IEEE binary16, to nearest, ties to even; overflow gives infinity.
void ct_half_from_float(uint16_t *restrict to, const float *restrict from, size_t count, ct_isa isa);

/// Widens `count` bfloat16 values; exact.
void ct_float_from_bfloat16(float *restrict to, const uint16_t *restrict from, size_t count);

/// Rounds `count` floats to bfloat16, to nearest, ties to even; every NaN becomes 0x7FC0 with its sign.
void ct_bfloat16_from_float(uint16_t *restrict to, const float *restrict from, size_t count);

#endif
