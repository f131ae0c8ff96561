// Vectors of sixteen floats for the bodies, which define CT_TARGET; narrower units take several registers for one.
#ifndef CT_TRANSPOSE_H
#define CT_TRANSPOSE_H

#include <stddef.h>
#include <string.h>

#define CT_ALWAYS CT_TARGET static inline __attribute__((always_inline))

typedef float sixteen __attribute__((vector_size(64)));
typedef float loose_sixteen __attribute__((vector_size(64), aligned(4)));

// Transposes sixteen vectors of sixteen.
CT_ALWAYS void transpose16(sixteen v[16]) {
  sixteen w[16];
  for (int i = 0; i < 8; i++) {
    w[2 * i] = __builtin_shufflevector(v[i], v[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    w[2 * i + 1] =
        __builtin_shufflevector(v[i], v[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  }
  // Every round merges neighbours at half the distance; after four rounds rows have become columns.
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < 8; i++) {
      v[2 * i] = __builtin_shufflevector(w[i], w[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      v[2 * i + 1] =
          __builtin_shufflevector(w[i], w[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    for (int i = 0; i < 16; i++) w[i] = v[i];
  }
}

// Asks for the places of `rows` rows, `row_step` floats apart, of `channels` channels: they lie so far apart that waiting
// for them takes longer than computing what goes there.
CT_ALWAYS void expect_stores(const float *to, size_t channel_step, size_t channels, size_t row_step, size_t rows) {
  for (size_t c = 0; c < channels; c++) {
    for (size_t i = 0; i < rows; i++) __builtin_prefetch(to + c * channel_step + i * row_step, 1);
  }
}

// Writes `count` neighbouring elements of `channels` channels, `channel_step` apart: vectors of channels, one for each
// element, with `added` added.
CT_ALWAYS void store_elements(
    float *to, size_t channel_step, sixteen v[16], size_t count, size_t channels, const sixteen *added) {
  for (size_t i = 0; i < 16; i++) v[i] = i < count ? v[i] + *added : (sixteen){0};
  transpose16(v);
  for (size_t c = 0; c < channels; c++) {
    float *row = to + c * channel_step;
    float values[16];
    *(loose_sixteen *)values = v[c];
    if (count == 16) {
      *(loose_sixteen *)row = v[c];
    } else if (count >= 8) {
      // Two halves that overlap.
      memcpy(row, values, 8 * sizeof *row);
      memcpy(row + count - 8, values + count - 8, 8 * sizeof *row);
    } else if (count >= 4) {
      memcpy(row, values, 4 * sizeof *row);
      memcpy(row + count - 4, values + count - 4, 4 * sizeof *row);
    } else {
      for (size_t i = 0; i < count; i++) row[i] = values[i];
    }
  }
}

#endif
