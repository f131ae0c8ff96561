#if defined(__x86_64__)
#define CT_NAME(name) name##_avx2
#define CT_TARGET __attribute__((target("avx2,fma"), min_vector_width(256)))
#include "../internal/ct_pooling_body.h"
#endif
