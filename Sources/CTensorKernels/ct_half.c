#include "CTensorKernels.h"

#include <string.h>

#if defined(__x86_64__)
#include "x86/ct_half_f16c.h"
#endif

static float float_from_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static uint32_t bits_from_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static float widen(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
  uint32_t exponent = (half >> 10) & 0x1Fu;
  uint32_t fraction = half & 0x3FFu;
  if (exponent == 0) {
    // Zero and subnormals: the fraction counts steps of 2^-24, which a float holds exactly.
    float magnitude = (float)fraction * 0x1p-24f;
    return float_from_bits(sign | bits_from_float(magnitude));
  }
  if (exponent == 0x1F) {
    uint32_t quiet = fraction ? 0x400000u : 0u;
    return float_from_bits(sign | 0x7F800000u | quiet | (fraction << 13));
  }
  return float_from_bits(sign | ((exponent + 112u) << 23) | (fraction << 13));
}

static uint16_t narrow(float value) {
  uint32_t bits = bits_from_float(value);
  uint16_t sign = (uint16_t)((bits >> 16) & 0x8000u);
  uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return sign | 0x7E00u | (uint16_t)((magnitude >> 13) & 0x1FFu);
  if (magnitude >= 0x477FF000u) return sign | 0x7C00u;  // 65520 and above round to infinity
  if (magnitude < 0x38800000u) {
    // Below the smallest normal half: adding 0.5 aligns the steps of 2^-24 with the last bit of the sum.
    float shifted = float_from_bits(magnitude) + 0.5f;
    return sign | (uint16_t)(bits_from_float(shifted) - 0x3F000000u);
  }
  uint32_t odd = (magnitude >> 13) & 1u;
  uint32_t rounded = magnitude + 0xFFFu + odd - (112u << 23);
  return sign | (uint16_t)(rounded >> 13);
}

int ct_supports(ct_isa isa) {
  if (isa != CT_ISA_F16C) return 1;
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx") && __builtin_cpu_supports("f16c");
#else
  return 0;
#endif
}

void ct_float_from_half(float *restrict to, const uint16_t *restrict from, size_t count, ct_isa isa) {
  size_t done = 0;
#if defined(__x86_64__)
  if (isa != CT_ISA_GENERIC && ct_supports(CT_ISA_F16C)) {
    done = ct_float_from_half_f16c(to, from, count);
  }
#endif
  (void)isa;
  for (; done < count; done++) to[done] = widen(from[done]);
}

void ct_half_from_float(uint16_t *restrict to, const float *restrict from, size_t count, ct_isa isa) {
  size_t done = 0;
#if defined(__x86_64__)
  if (isa != CT_ISA_GENERIC && ct_supports(CT_ISA_F16C)) {
    done = ct_half_from_float_f16c(to, from, count);
  }
#endif
  (void)isa;
  for (; done < count; done++) to[done] = narrow(from[done]);
}

void ct_float_from_bfloat16(float *restrict to, const uint16_t *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = float_from_bits((uint32_t)from[i] << 16);
}

void ct_bfloat16_from_float(uint16_t *restrict to, const float *restrict from, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = bits_from_float(from[i]);
    uint32_t rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    uint32_t quiet = (bits >> 16 & 0x8000u) | 0x7FC0u;
    to[i] = (uint16_t)((bits & 0x7FFFFFFFu) > 0x7F800000u ? quiet : rounded);
  }
}
