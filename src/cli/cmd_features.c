#include <string.h>

#include "cli/cli.h"
#include "frontend/run.h"

static const cli_option options[] = {
    {"frontend", 'f', "NAME|FILE",
     "micro, mfcc-mlperf, logmel, a frontend.json or a folder with one"},
    {"output", 'o', "X.npy", "write the frames there (default: standard output)"},
    {NULL, 0, NULL, NULL},
};

static bool run(cli *c)
{
    const char *name = cli_value(c, "frontend"), *output = cli_value(c, "output");
    zr_frontend frontend;
    zr_array frames;
    if (!name) return cli_usage(c, "--frontend is missing");
    return cli_frontend(c, name, &frontend) &&
           zr_frontend_files(&c->cx, &frontend, c->operands, c->n_operands, cli_progress,
                             (void *)"features", false, NULL, &frames) &&
           zr_npy_write(&c->cx, output ? output : "-", &frames);
}

const cli_command command_features = {
    .name = "features",
    .operands = "SOUND ...",
    .summary = "turn sound files into the frames that a model takes",
    .description =
        "Runs the chip's own front end over the sounds: fixed point, the same kernels that "
        "'compile' writes, so the frames are those that the device would see. WAV, FLAC, Ogg and "
        "what else libsndfile reads; several channels are averaged, another sample rate is "
        "resampled, clips that end early or have values that are no numbers are refused.\n\n"
        "A front end of clips (mfcc-mlperf; \"frames\" in frontend.json) gives an array of files x "
        "frames x values: of each file its beginning, silence after its end. The others give "
        "frames x values, file after file, each heard from silence on. micro without a scale gives "
        "TensorFlow Lite Micro's uint16, the others int8. docs/sound.md describes the front ends "
        "and frontend.json.\n\n"
        "Of a folder with a model.tflite the scale is that of the model's input.",
    .options = options,
    .min_operands = 1,
    .max_operands = CLI_ANY_OPERANDS,
    .run = run,
};
