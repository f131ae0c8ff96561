#ifndef CTENSORDIRECT_H
#define CTENSORDIRECT_H

#include <stddef.h>
#include <stdint.h>

#include "CTensorMatrix.h"

/// Convolution of every kernel, stride and dilation straight from a padded copy of the input, without packed patches.
///
/// The copy separates rows and columns by their remainder modulo the stride, so that what neighbouring outputs read
/// for one element of the kernel lies side by side. Outputs are computed over the rows of the copy as one long line;
/// what falls between two rows of the result is dropped.

/// How one channel of one frame lies in the copy: `[row phases][column phases][height][pitch]`.
typedef struct {
  size_t row_phases, column_phases, height, pitch;
  /// Floats of one channel.
  size_t plane;
} ct_spread;

/// The layout for a window.
ct_spread ct_spread_of(const ct_window *window);

/// Copies one channel of one frame, `[rows.input, columns.input]`, zero outside; phases lie `phase_step` floats apart.
void ct_spread_plane(
    float *to, size_t phase_step, const float *from, const ct_window *window, ct_vector vector);

/// Offsets of the elements of the kernel from the output position in the copy of one block of channels, whose frames are
/// `frame_step` floats apart and whose channels follow one another. Elements are ordered as (block of `block` channels,
/// frame, channel of the block, row, column).
void ct_spread_offsets(int32_t *offsets, const ct_window *window, size_t frame_step, size_t block);

/// Offsets beyond the last that `ct_convolve` looks at, whatever they are, to ask for what comes.
enum { CT_DIRECT_AHEAD = 30 };

/// Packs kernels `[outputs, channels, frames, rows, columns]` of outputs `first..<first + count` into one panel
/// `[element][count]` in the same order of elements.
void ct_pack_kernels(
    float *to, const float *from, const ct_window *window, size_t block, size_t first, size_t count);

/// Where `ct_convolve` reads and writes.
typedef struct {
  /// Panels of kernels, `step` floats apart; `inner` elements count, from `element` on.
  const float *kernels;
  size_t step, element, inner, panel_rows;
  /// Offsets of the elements that count from `image`.
  const int32_t *offsets;
  const float *image;
  /// The first output channel, `[rows.output, columns.output]` of one frame, and floats to the next.
  float *to;
  size_t output_step;
  /// One number per output channel, or NULL.
  const float *bias;
  /// Whether sums are added to what lies in `to`.
  int keeps;
} ct_direct;

/// Computes `outputs` output channels at positions `first..<first + count` of the line of `pitch * rows.output`
/// positions. `first` is a multiple of `ct_panel_columns`. The copy may be read up to `ct_panel_columns` floats beyond
/// its end. Every element is summed in the order of the kernel's elements.
void ct_convolve(
    const ct_direct *direct, const ct_window *window, size_t outputs, size_t first, size_t count, ct_vector vector);

/// Elements of the kernel that `ct_convolve_narrow` can hold.
enum { CT_NARROW_ELEMENTS = 64 };

/// The same for kernels of few elements, `columns.stride` 2, no padding and no dilation, at positions
/// `first..<first + count` of one frame of the result, at least `ct_panel_columns` wide: `image` is the sample itself,
/// whose elements are gathered while they are multiplied. `offsets` are multiples of `ct_panel_columns`.
void ct_convolve_narrow(
    const ct_direct *direct, const ct_window *window, size_t outputs, size_t first, size_t count, ct_vector vector);

#endif
