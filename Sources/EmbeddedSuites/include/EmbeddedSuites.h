#ifndef EMBEDDED_SUITES_H
#define EMBEDDED_SUITES_H

#include <stddef.h>
#include <stdint.h>

#endif
