#ifndef CPNG_ERRORS_H
#define CPNG_ERRORS_H

#include <png.h>
#include <setjmp.h>
#include <stdio.h>

#include "CPNGCodec.h"

// Where an error of libpng goes: its text is kept, and control returns to the function that set `escape`.
typedef struct {
  jmp_buf *escape;
  char *message;
} cpng_errors;

static inline void cpng_set_message(cpng_errors *errors, const char *text) {
  snprintf(errors->message, CPNG_MESSAGE_SIZE, "%s", text);
}

static inline _Noreturn void cpng_fail(png_structp png, png_const_charp text) {
  cpng_errors *errors = png_get_error_ptr(png);
  cpng_set_message(errors, text);
  longjmp(*errors->escape, 1);
}

// Warnings concern chunks that are not used.
static inline void cpng_ignore_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

#endif
