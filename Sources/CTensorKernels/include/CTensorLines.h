#ifndef CTENSORLINES_H
#define CTENSORLINES_H

#include <stddef.h>

#include "CTensorOperations.h"

/// Convolution along one axis with kernels of 3, 5 or 7 at stride 1 by the minimal filtering algorithms F(6, 3), F(4, 5)
/// and F(2, 7) of Winograd: all compute a tile from 8 inputs in 8 independent matrix products, instead of 18, 20 or 14
/// multiplications per channel. The interpolation points are 0, ±1/2, ±1, ±2 and infinity.
enum { CT_LINE_POINTS = 8 };

/// Images whose samples are `[channels, outer, length, inner]`, convolved along `length`; or a band of them.
typedef struct {
  size_t outer, length, inner;
  /// Floats of the result between neighbours along the axis (`inner` unless this is a band), and between channels.
  size_t output_step, channel_step;
  /// Padding before the first element, and the size of the kernel.
  ptrdiff_t before;
  size_t kernel;
  /// Elements of the result along the axis, and tiles of `9 - kernel` of them.
  size_t output_length, tiles;
  /// Channels of the result.
  size_t outputs;
} ct_line;

/// Transforms the inputs of tiles `first..<first + count` for one chunk of channels, interleaved by sixteen. Tiles run
/// over samples, `outer`, tiles along the axis and `inner`. `from` is the chunk of the first sample, `sample_step` apart
/// from the next. The tile `i` of point `p` goes to
/// `to + p * point_step + (i / panel_rows) * panel_step + (i % panel_rows) * 16`.
void ct_line_inputs(
    float *to, const float *from, const ct_line *line, size_t sample_step, size_t first, size_t count,
    size_t panel_rows, size_t panel_step, size_t point_step, ct_vector vector);

/// Transforms products `[8][tiles][outputs]` (`point_step` and `tile_step` apart) of tiles `first..<first + count` for
/// the outputs `16 * chunk` on, adds `bias` and writes them into the result.
void ct_line_outputs(
    float *to, const float *from, const float *bias, const ct_line *line, size_t chunk, size_t first, size_t count,
    size_t tile_step, size_t point_step, ct_vector vector);

/// Transforms kernels `[outputs, channels, kernel]` of outputs `first_output` to `first_output + count` and channels
/// `first..<first + channels`: point `p`, channel `c` and output `o` go to
/// `to + p * point_step + (c - first) * row_step + o - first_output`, zero from `count` to `row_step`. In double
/// precision.
void ct_line_kernels(
    float *to, const float *from, size_t kernel, size_t all_channels, size_t first_output, size_t count, size_t first,
    size_t channels, size_t row_step, size_t point_step);

#endif
