#if defined(__x86_64__)
#define CT_NAME(name) name##_avx512
#define CT_TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw"), min_vector_width(512)))
#include "../internal/ct_pooling_body.h"
#endif
