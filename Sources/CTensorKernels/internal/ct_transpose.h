// Vectors of sixteen floats for the bodies, which define CT_TARGET; narrower units take several registers for one.
#ifndef CT_TRANSPOSE_H
#define CT_TRANSPOSE_H

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

#endif
