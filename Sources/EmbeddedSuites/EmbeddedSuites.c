// Written by `lvcd-bench clips embed`; do not edit.
#include "EmbeddedSuites.h"

static const unsigned char file_0[] = {
#embed "Suites/general.suite.json"
};
static const unsigned char file_1[] = {
#embed "Suites/general/clips.json"
};
static const unsigned char file_2[] = {
#embed "Suites/general/general-4295967299/clip.json"
};
static const unsigned char file_3[] = {
#embed "Suites/general/general-4295967299/color.mkv"
};
static const unsigned char file_4[] = {
#embed "Suites/general/general-4295967299/lineart.mkv"
};
static const unsigned char file_5[] = {
#embed "Suites/general/general-4295967313/clip.json"
};
static const unsigned char file_6[] = {
#embed "Suites/general/general-4295967313/color.mkv"
};
static const unsigned char file_7[] = {
#embed "Suites/general/general-4295967313/lineart.mkv"
};
static const unsigned char file_8[] = {
#embed "Suites/general/general-4295967325/clip.json"
};
static const unsigned char file_9[] = {
#embed "Suites/general/general-4295967325/color.mkv"
};
static const unsigned char file_10[] = {
#embed "Suites/general/general-4295967325/lineart.mkv"
};
static const unsigned char file_11[] = {
#embed "Suites/general/general-4295967333/clip.json"
};
static const unsigned char file_12[] = {
#embed "Suites/general/general-4295967333/color.mkv"
};
static const unsigned char file_13[] = {
#embed "Suites/general/general-4295967333/lineart.mkv"
};
static const unsigned char file_14[] = {
#embed "Suites/general/general-4295967334/clip.json"
};
static const unsigned char file_15[] = {
#embed "Suites/general/general-4295967334/color.mkv"
};
static const unsigned char file_16[] = {
#embed "Suites/general/general-4295967334/lineart.mkv"
};
static const unsigned char file_17[] = {
#embed "Suites/general/general-4295967343/clip.json"
};
static const unsigned char file_18[] = {
#embed "Suites/general/general-4295967343/color.mkv"
};
static const unsigned char file_19[] = {
#embed "Suites/general/general-4295967343/lineart.mkv"
};
static const unsigned char file_20[] = {
#embed "Suites/general/general-4295967344/clip.json"
};
static const unsigned char file_21[] = {
#embed "Suites/general/general-4295967344/color.mkv"
};
static const unsigned char file_22[] = {
#embed "Suites/general/general-4295967344/lineart.mkv"
};
static const unsigned char file_23[] = {
#embed "Suites/general/general-4295967348/clip.json"
};
static const unsigned char file_24[] = {
#embed "Suites/general/general-4295967348/color.mkv"
};
static const unsigned char file_25[] = {
#embed "Suites/general/general-4295967348/lineart.mkv"
};
static const unsigned char file_26[] = {
#embed "Suites/general/general-4295967349/clip.json"
};
static const unsigned char file_27[] = {
#embed "Suites/general/general-4295967349/color.mkv"
};
static const unsigned char file_28[] = {
#embed "Suites/general/general-4295967349/lineart.mkv"
};
static const unsigned char file_29[] = {
#embed "Suites/general/general-4295967354/clip.json"
};
static const unsigned char file_30[] = {
#embed "Suites/general/general-4295967354/color.mkv"
};
static const unsigned char file_31[] = {
#embed "Suites/general/general-4295967354/lineart.mkv"
};
static const unsigned char file_32[] = {
#embed "Suites/general/general-4295967357/clip.json"
};
static const unsigned char file_33[] = {
#embed "Suites/general/general-4295967357/color.mkv"
};
static const unsigned char file_34[] = {
#embed "Suites/general/general-4295967357/lineart.mkv"
};
static const unsigned char file_35[] = {
#embed "Suites/general/general-4295967362/clip.json"
};
static const unsigned char file_36[] = {
#embed "Suites/general/general-4295967362/color.mkv"
};
static const unsigned char file_37[] = {
#embed "Suites/general/general-4295967362/lineart.mkv"
};
static const unsigned char file_38[] = {
#embed "Suites/similar.suite.json"
};
static const unsigned char file_39[] = {
#embed "Suites/similar/clips.json"
};
static const unsigned char file_40[] = {
#embed "Suites/similar/similar-4294967297/clip.json"
};
static const unsigned char file_41[] = {
#embed "Suites/similar/similar-4294967297/color.mkv"
};
static const unsigned char file_42[] = {
#embed "Suites/similar/similar-4294967297/lineart.mkv"
};
static const unsigned char file_43[] = {
#embed "Suites/similar/similar-4294967309/clip.json"
};
static const unsigned char file_44[] = {
#embed "Suites/similar/similar-4294967309/color.mkv"
};
static const unsigned char file_45[] = {
#embed "Suites/similar/similar-4294967309/lineart.mkv"
};
static const unsigned char file_46[] = {
#embed "Suites/similar/similar-4294967327/clip.json"
};
static const unsigned char file_47[] = {
#embed "Suites/similar/similar-4294967327/color.mkv"
};
static const unsigned char file_48[] = {
#embed "Suites/similar/similar-4294967327/lineart.mkv"
};
static const unsigned char file_49[] = {
#embed "Suites/similar/similar-4294967333/clip.json"
};
static const unsigned char file_50[] = {
#embed "Suites/similar/similar-4294967333/color.mkv"
};
static const unsigned char file_51[] = {
#embed "Suites/similar/similar-4294967333/lineart.mkv"
};
static const unsigned char file_52[] = {
#embed "Suites/similar/similar-4294967340/clip.json"
};
static const unsigned char file_53[] = {
#embed "Suites/similar/similar-4294967340/color.mkv"
};
static const unsigned char file_54[] = {
#embed "Suites/similar/similar-4294967340/lineart.mkv"
};
static const unsigned char file_55[] = {
#embed "Suites/similar/similar-4294967348/clip.json"
};
static const unsigned char file_56[] = {
#embed "Suites/similar/similar-4294967348/color.mkv"
};
static const unsigned char file_57[] = {
#embed "Suites/similar/similar-4294967348/lineart.mkv"
};
static const unsigned char file_58[] = {
#embed "Suites/similar/similar-4294967358/clip.json"
};
static const unsigned char file_59[] = {
#embed "Suites/similar/similar-4294967358/color.mkv"
};
static const unsigned char file_60[] = {
#embed "Suites/similar/similar-4294967358/lineart.mkv"
};
static const unsigned char file_61[] = {
#embed "Suites/similar/similar-4294967360/clip.json"
};
static const unsigned char file_62[] = {
#embed "Suites/similar/similar-4294967360/color.mkv"
};
static const unsigned char file_63[] = {
#embed "Suites/similar/similar-4294967360/lineart.mkv"
};
static const unsigned char file_64[] = {
#embed "Suites/similar/similar-4294967361/clip.json"
};
static const unsigned char file_65[] = {
#embed "Suites/similar/similar-4294967361/color.mkv"
};
static const unsigned char file_66[] = {
#embed "Suites/similar/similar-4294967361/lineart.mkv"
};
static const unsigned char file_67[] = {
#embed "Suites/similar/similar-4294967363/clip.json"
};
static const unsigned char file_68[] = {
#embed "Suites/similar/similar-4294967363/color.mkv"
};
static const unsigned char file_69[] = {
#embed "Suites/similar/similar-4294967363/lineart.mkv"
};
static const unsigned char file_70[] = {
#embed "Suites/similar/similar-4294967364/clip.json"
};
static const unsigned char file_71[] = {
#embed "Suites/similar/similar-4294967364/color.mkv"
};
static const unsigned char file_72[] = {
#embed "Suites/similar/similar-4294967364/lineart.mkv"
};
static const unsigned char file_73[] = {
#embed "Suites/similar/similar-4294967366/clip.json"
};
static const unsigned char file_74[] = {
#embed "Suites/similar/similar-4294967366/color.mkv"
};
static const unsigned char file_75[] = {
#embed "Suites/similar/similar-4294967366/lineart.mkv"
};

const lvcd_embedded_file lvcd_embedded_files[] = {
    {"general.suite.json", file_0, sizeof file_0},
    {"general/clips.json", file_1, sizeof file_1},
    {"general/general-4295967299/clip.json", file_2, sizeof file_2},
    {"general/general-4295967299/color.mkv", file_3, sizeof file_3},
    {"general/general-4295967299/lineart.mkv", file_4, sizeof file_4},
    {"general/general-4295967313/clip.json", file_5, sizeof file_5},
    {"general/general-4295967313/color.mkv", file_6, sizeof file_6},
    {"general/general-4295967313/lineart.mkv", file_7, sizeof file_7},
    {"general/general-4295967325/clip.json", file_8, sizeof file_8},
    {"general/general-4295967325/color.mkv", file_9, sizeof file_9},
    {"general/general-4295967325/lineart.mkv", file_10, sizeof file_10},
    {"general/general-4295967333/clip.json", file_11, sizeof file_11},
    {"general/general-4295967333/color.mkv", file_12, sizeof file_12},
    {"general/general-4295967333/lineart.mkv", file_13, sizeof file_13},
    {"general/general-4295967334/clip.json", file_14, sizeof file_14},
    {"general/general-4295967334/color.mkv", file_15, sizeof file_15},
    {"general/general-4295967334/lineart.mkv", file_16, sizeof file_16},
    {"general/general-4295967343/clip.json", file_17, sizeof file_17},
    {"general/general-4295967343/color.mkv", file_18, sizeof file_18},
    {"general/general-4295967343/lineart.mkv", file_19, sizeof file_19},
    {"general/general-4295967344/clip.json", file_20, sizeof file_20},
    {"general/general-4295967344/color.mkv", file_21, sizeof file_21},
    {"general/general-4295967344/lineart.mkv", file_22, sizeof file_22},
    {"general/general-4295967348/clip.json", file_23, sizeof file_23},
    {"general/general-4295967348/color.mkv", file_24, sizeof file_24},
    {"general/general-4295967348/lineart.mkv", file_25, sizeof file_25},
    {"general/general-4295967349/clip.json", file_26, sizeof file_26},
    {"general/general-4295967349/color.mkv", file_27, sizeof file_27},
    {"general/general-4295967349/lineart.mkv", file_28, sizeof file_28},
    {"general/general-4295967354/clip.json", file_29, sizeof file_29},
    {"general/general-4295967354/color.mkv", file_30, sizeof file_30},
    {"general/general-4295967354/lineart.mkv", file_31, sizeof file_31},
    {"general/general-4295967357/clip.json", file_32, sizeof file_32},
    {"general/general-4295967357/color.mkv", file_33, sizeof file_33},
    {"general/general-4295967357/lineart.mkv", file_34, sizeof file_34},
    {"general/general-4295967362/clip.json", file_35, sizeof file_35},
    {"general/general-4295967362/color.mkv", file_36, sizeof file_36},
    {"general/general-4295967362/lineart.mkv", file_37, sizeof file_37},
    {"similar.suite.json", file_38, sizeof file_38},
    {"similar/clips.json", file_39, sizeof file_39},
    {"similar/similar-4294967297/clip.json", file_40, sizeof file_40},
    {"similar/similar-4294967297/color.mkv", file_41, sizeof file_41},
    {"similar/similar-4294967297/lineart.mkv", file_42, sizeof file_42},
    {"similar/similar-4294967309/clip.json", file_43, sizeof file_43},
    {"similar/similar-4294967309/color.mkv", file_44, sizeof file_44},
    {"similar/similar-4294967309/lineart.mkv", file_45, sizeof file_45},
    {"similar/similar-4294967327/clip.json", file_46, sizeof file_46},
    {"similar/similar-4294967327/color.mkv", file_47, sizeof file_47},
    {"similar/similar-4294967327/lineart.mkv", file_48, sizeof file_48},
    {"similar/similar-4294967333/clip.json", file_49, sizeof file_49},
    {"similar/similar-4294967333/color.mkv", file_50, sizeof file_50},
    {"similar/similar-4294967333/lineart.mkv", file_51, sizeof file_51},
    {"similar/similar-4294967340/clip.json", file_52, sizeof file_52},
    {"similar/similar-4294967340/color.mkv", file_53, sizeof file_53},
    {"similar/similar-4294967340/lineart.mkv", file_54, sizeof file_54},
    {"similar/similar-4294967348/clip.json", file_55, sizeof file_55},
    {"similar/similar-4294967348/color.mkv", file_56, sizeof file_56},
    {"similar/similar-4294967348/lineart.mkv", file_57, sizeof file_57},
    {"similar/similar-4294967358/clip.json", file_58, sizeof file_58},
    {"similar/similar-4294967358/color.mkv", file_59, sizeof file_59},
    {"similar/similar-4294967358/lineart.mkv", file_60, sizeof file_60},
    {"similar/similar-4294967360/clip.json", file_61, sizeof file_61},
    {"similar/similar-4294967360/color.mkv", file_62, sizeof file_62},
    {"similar/similar-4294967360/lineart.mkv", file_63, sizeof file_63},
    {"similar/similar-4294967361/clip.json", file_64, sizeof file_64},
    {"similar/similar-4294967361/color.mkv", file_65, sizeof file_65},
    {"similar/similar-4294967361/lineart.mkv", file_66, sizeof file_66},
    {"similar/similar-4294967363/clip.json", file_67, sizeof file_67},
    {"similar/similar-4294967363/color.mkv", file_68, sizeof file_68},
    {"similar/similar-4294967363/lineart.mkv", file_69, sizeof file_69},
    {"similar/similar-4294967364/clip.json", file_70, sizeof file_70},
    {"similar/similar-4294967364/color.mkv", file_71, sizeof file_71},
    {"similar/similar-4294967364/lineart.mkv", file_72, sizeof file_72},
    {"similar/similar-4294967366/clip.json", file_73, sizeof file_73},
    {"similar/similar-4294967366/color.mkv", file_74, sizeof file_74},
    {"similar/similar-4294967366/lineart.mkv", file_75, sizeof file_75},
};

const size_t lvcd_embedded_file_count = 76;
