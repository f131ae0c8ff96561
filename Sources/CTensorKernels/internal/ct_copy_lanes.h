// Copies patches lane by lane, for vector units without masked loads.
#define CT_COPY_SCATTERED(to, from, channel_step, channels, l) \
  for (size_t c = 0; c < channels; c++) { \
    for (int lane = 0; lane < CT_LANES; lane++) { \
      (to)[c * CT_COLUMNS + (size_t)lane] = \
          (l)->is_inside[lane] ? (from)[c * (channel_step) + (size_t)(ptrdiff_t)(l)->offsets[lane]] : 0.0f; \
    } \
  }
