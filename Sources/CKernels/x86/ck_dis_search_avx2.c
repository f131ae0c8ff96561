#if defined(__x86_64__)
#include "../internal/ck_dis_search_body.h"

CK_DIS_VARIANT(avx2, CK_TARGET_AVX2)
#endif
