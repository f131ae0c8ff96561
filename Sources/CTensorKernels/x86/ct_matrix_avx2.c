#if defined(__x86_64__)
#include "../internal/ct_copy_lanes.h"

#define CT_NAME(name) name##_avx2
#define CT_TARGET __attribute__((target("avx2,fma"), min_vector_width(256)))
#define CT_LANES 8
#define CT_ROWS 6
#include "../internal/ct_matrix_body.h"
#endif
