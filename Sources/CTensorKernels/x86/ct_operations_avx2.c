#if defined(__x86_64__)
#define CT_NAME(name) name##_avx2
#define CT_TARGET __attribute__((target("avx2,fma")))
#include "../internal/ct_operations_body.h"
#endif
