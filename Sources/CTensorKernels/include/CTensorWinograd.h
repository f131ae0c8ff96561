#ifndef CTENSORWINOGRAD_H
#define CTENSORWINOGRAD_H

#include <stddef.h>

#include "CTensorMatrix.h"

/// Convolution with kernels of 2x2, 3x3 or 4x4 in rows and columns, at stride 1 there, by the minimal filtering
/// algorithms F(5x5, 2x2), F(4x4, 3x3) and F(3x3, 4x4) of Winograd (Lavin and Gray, "Fast Algorithms for Convolutional
/// Neural Networks", 2016): tiles are computed from 6x6 inputs in 36 independent matrix products instead of 100 or 144
/// multiplications per channel. The interpolation points are 0, ±1/√2, ±√2 and infinity, whose powers stay closer to 1
/// than those of 0, ±1, ±2: rounding errors are smaller.
enum { CT_TILE_INPUTS = 6, CT_TILE_POINTS = 36 };

/// Clips `[samples, channels, frames, height, width]` and the padding before the first row and column. Along the frames,
/// the products of all frames of the kernel are summed before they are transformed back.
typedef struct {
  ct_axis frames;
  size_t height, width;
  /// Rows and columns of a tile of the result: 7 less those of the kernel.
  size_t side;
  ptrdiff_t rows_before, columns_before;
  /// Sizes of the result, and its tiles.
  size_t output_height, output_width, tile_rows, tile_columns;
} ct_tiled_image;

/// Reorders `area` pixels of the channels `16 * chunk` to `16 * chunk + 15`, `channel_step` apart, to `[area, 16]`;
/// channels beyond the last are zero.
void ct_interleave_chunk(
    float *to, const float *from, size_t channels, size_t channel_step, size_t area, size_t chunk,
    ct_vector vector);

/// Transforms the 6x6 inputs of tiles `first..<first + count` (running over samples, frames of the result, rows and
/// columns) for one chunk of channels and frame `tap` of the kernel. `from` is the chunk of the first sample,
/// `sample_step` apart from the next. The tile `i` of point `p`
/// goes to `to + p * point_step + (i / panel_rows) * panel_step + (i % panel_rows) * 16`.
void ct_tile_inputs(
    float *to, const float *from, const ct_tiled_image *image, size_t tap, size_t sample_step, size_t first,
    size_t count, size_t panel_rows, size_t panel_step, size_t point_step, ct_vector vector);

/// Transforms products `[36][tiles][outputs]` (`point_step` and `tile_step` apart) of tiles `first..<first + count` for
/// the outputs `16 * chunk` on, adds `bias` and writes them into clips of `outputs` channels.
void ct_tile_outputs(
    float *to, const float *from, const float *bias, const ct_tiled_image *image, size_t outputs, size_t chunk,
    size_t first, size_t count, size_t tile_step, size_t point_step, ct_vector vector);

/// Transforms kernels of 7 - `side` rows and columns, of outputs `0..<count`, `output_step` floats apart, and of
/// `channels` channels, `channel_step` apart: point `p`, channel `c` and output `o` go to `to + p * point_step + c * row_step + o`, zero from
/// `count` to `row_step`. In double precision.
void ct_tile_kernels(
    float *to, const float *from, size_t side, size_t output_step, size_t channel_step, size_t count,
    size_t channels, size_t row_step, size_t point_step, ct_vector vector);

#endif
