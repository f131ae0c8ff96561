#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/crc.h>
#include <libavutil/display.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Macros that Swift cannot import.
static inline int lvcd_averror_eof(void) { return AVERROR_EOF; }
static inline int lvcd_averror(int code) { return AVERROR(code); }
static inline int64_t lvcd_nopts_value(void) { return AV_NOPTS_VALUE; }
