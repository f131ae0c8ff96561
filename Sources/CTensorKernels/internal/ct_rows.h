// Arithmetic of two tensors' rows, normalization of rows and transposition; part of ct_operations_body.h.

#define CT_COMBINE_STEPS(expression) \
  if (a_step && b_step) { \
    for (size_t i = 0; i < count; i++) { \
      float x = a[i], y = b[i]; \
      to[i] = expression; \
    } \
  } else if (a_step) { \
    float y = b[0]; \
    for (size_t i = 0; i < count; i++) { \
      float x = a[i]; \
      to[i] = expression; \
    } \
  } else { \
    float x = a[0]; \
    for (size_t i = 0; i < count; i++) { \
      float y = b[b_step * i]; \
      to[i] = expression; \
    } \
  }

CT_TARGET void CT_NAME(ct_combine)(
    ct_operation operation, float *to, const float *a, size_t a_step, const float *b, size_t b_step, size_t count) {
  switch (operation) {
    case CT_ADD: CT_COMBINE_STEPS(x + y) break;
    case CT_SUBTRACT: CT_COMBINE_STEPS(x - y) break;
    case CT_MULTIPLY: CT_COMBINE_STEPS(x * y) break;
  }
}

#undef CT_COMBINE_STEPS

CT_TARGET void CT_NAME(ct_blend)(
    float *to, const float *a, float a_factor, const float *b, float b_factor, size_t count) {
  for (size_t i = 0; i < count; i++) to[i] = a[i] * a_factor + b[i] * b_factor;
}

CT_TARGET void CT_NAME(ct_normalize_rows)(
    float *to, const float *from, size_t rows, size_t width, const float *weights, const float *biases,
    double epsilon) {
  for (size_t row = 0; row < rows; row++, to += width, from += width) {
    double mean = CT_NAME(ct_sum)(from, width) / (double)width;
    double variance = CT_NAME(ct_squared_deviation)(from, width, mean) / (double)width;
    double inverse = 1.0 / sqrt(variance + epsilon);
    // The mean rounded to float is subtracted first: the difference is exact near it, and a large mean does not cost
    // the digits of the result. What rounding took from the mean goes into the shift.
    float center = (float)mean, scale = (float)inverse, shift = (float)(((double)center - mean) * inverse);
    for (size_t i = 0; i < width; i++) {
      float normal = (from[i] - center) * scale + shift;
      to[i] = normal * weights[i] + biases[i];
    }
  }
}

CT_TARGET void CT_NAME(ct_transpose)(
    float *to, size_t to_stride, const float *from, size_t from_stride, size_t rows, size_t columns) {
  size_t whole_rows = rows - rows % 16, whole_columns = columns - columns % 16;
  for (size_t j = 0; j < whole_columns; j += 16) {
    for (size_t i = 0; i < whole_rows; i += 16) {
      sixteen block[16];
      for (size_t k = 0; k < 16; k++) block[k] = *(const loose_sixteen *)(from + (j + k) * from_stride + i);
      transpose16(block);
      for (size_t k = 0; k < 16; k++) *(loose_sixteen *)(to + (i + k) * to_stride + j) = block[k];
    }
  }
  for (size_t i = 0; i < rows; i++) {
    for (size_t j = i < whole_rows ? whole_columns : 0; j < columns; j++) {
      to[i * to_stride + j] = from[j * from_stride + i];
    }
  }
}
