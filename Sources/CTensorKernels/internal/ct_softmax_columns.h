// The streaming softmax of attention; part of ct_operations_body.h, which defines `exponential`.

typedef int sixteen_bits __attribute__((vector_size(64)));

// As `exponential`, for values of at most zero; e^-87.3 below -87.3.
CT_ALWAYS void exponentials_of_sixteen(sixteen *values) {
  sixteen x = *values;
  sixteen_bits below = x < -87.3f;
  x = (sixteen)((~below & (sixteen_bits)x) | (below & (sixteen_bits)((sixteen){0} - 87.3f)));
  sixteen rounded = x * 1.44269504088896341f + 12582912.0f;
  sixteen n = rounded - 12582912.0f;
  sixteen r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  sixteen sum = 1.9875691500e-4f * r + 1.3981999507e-3f;
  sum = sum * r + 8.3334519073e-3f;
  sum = sum * r + 4.1665795894e-2f;
  sum = sum * r + 1.6666665459e-1f;
  sum = sum * r + 5.0000001201e-1f;
  sixteen fraction = sum * (r * r) + r + 1.0f;
  *values = fraction * (sixteen)(((sixteen_bits)rounded + 127) << 23);
}

// The new maxima of sixteen columns, and the powers and their sums.
CT_ALWAYS void soften_sixteen_columns(
    float *logits, size_t rows, size_t columns, const float *biases, float *highest, float *added) {
  sixteen most = *(const loose_sixteen *)highest, sums = {0};
  for (size_t i = 0; i < rows; i++) {
    sixteen value = *(const loose_sixteen *)(logits + i * columns);
    if (biases) value += biases[i];
    sixteen_bits grows = value > most;
    most = (sixteen)((grows & (sixteen_bits)value) | (~grows & (sixteen_bits)most));
  }
  for (size_t i = 0; i < rows; i++) {
    sixteen value = *(const loose_sixteen *)(logits + i * columns);
    if (biases) value += biases[i];
    value -= most;
    exponentials_of_sixteen(&value);
    *(loose_sixteen *)(logits + i * columns) = value;
    sums += value;
  }
  *(loose_sixteen *)highest = most;
  *(loose_sixteen *)added = sums;
}

// The same for any number of columns.
CT_TARGET static inline void soften_columns(
    float *restrict logits, size_t rows, size_t step, size_t columns, const float *biases, float *restrict highest,
    float *restrict added) {
  for (size_t i = 0; i < rows; i++) {
    float bias = biases ? biases[i] : 0.0f;
    const float *row = logits + i * step;
    for (size_t j = 0; j < columns; j++) {
      float value = row[j] + bias;
      highest[j] = value > highest[j] ? value : highest[j];
    }
  }
  for (size_t j = 0; j < columns; j++) added[j] = 0.0f;
  for (size_t i = 0; i < rows; i++) {
    float bias = biases ? biases[i] : 0.0f;
    float *row = logits + i * step;
    for (size_t j = 0; j < columns; j++) {
      float power = exponential(row[j] + bias - highest[j]);
      row[j] = power;
      added[j] += power;
    }
  }
}

CT_TARGET void CT_NAME(ct_softmax_columns)(
    float *restrict logits, size_t rows, size_t padded_rows, size_t columns, const float *biases,
    float *restrict maxima, float *restrict sums, float *restrict results, size_t result_rows) {
  float highest[64], added[64], factors[64];
  int grew = 0;
  for (size_t j = 0; j < columns; j++) highest[j] = maxima[j];
  size_t wide = columns / 16 * 16;
  for (size_t j = 0; j < wide; j += 16) {
    soften_sixteen_columns(logits + j, rows, columns, biases, highest + j, added + j);
  }
  soften_columns(logits + wide, rows, columns, columns - wide, biases, highest + wide, added + wide);
  memset(logits + rows * columns, 0, (padded_rows - rows) * columns * sizeof *logits);
  for (size_t j = 0; j < columns; j++) {
    grew |= highest[j] > maxima[j];
    factors[j] = exponential(maxima[j] - highest[j]);
    sums[j] = sums[j] * factors[j] + added[j];
    maxima[j] = highest[j];
  }
  if (!grew) return;
  for (size_t i = 0; i < result_rows; i++) {
    for (size_t j = 0; j < columns; j++) results[i * columns + j] *= factors[j];
  }
}
