#include <cjson/cJSON.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "exec/samples.h"
#include "report/inspect.h"
#include "report/score.h"

static const cli_option options[] = {
    {"input", 'i', "X.npy", "samples; .npz for several inputs; sound for a sound model"},
    {"labels", 'l', "Y.npy", "one label a sample; with --audio a CSV of file,label"},
    {"audio", 'a', "ROOT", "folder of the recordings that --labels lists, for a sound model"},
    {"windows", 0, NULL, "hear recordings whole, in windows of a clip: the mean of their scores"},
    {"wake", 0, NULL, "hear recordings behind the stage that wakes the front end"},
    {"split", 0, "NAME", "only the rows of the CSV with this in the column 'split'"},
    {"metric", 'm', "NAME", "accuracy (default) or auc"},
    {"json", 0, NULL, "one JSON object on standard output"},
    {"target", 't', "CHIP", "with the kernels that 'compile' would choose for it"},
    CLI_KERNEL_OPTIONS,
    CLI_STREAM_OPTION,
    CLI_TIME_OPTION,
    {NULL, 0, NULL, NULL},
};

typedef struct evaluation {
    zr_model model;
    zr_program program;
    zr_samples samples;
    zr_array *outputs, *labels;
    zr_buf owners; /* of --windows */
} evaluation;

static bool read_samples(cli *c, evaluation *e)
{
    const char *labels = cli_value(c, "labels");
    int n_labels;
    if (cli_value(c, "audio")) {
        e->labels = ZR_NEW(&c->cx, zr_array, 1);
        return e->labels &&
               cli_recordings(c, cli_sample_model(c, &e->model), cli_value(c, "wake"),
                              cli_value(c, "windows") ? &e->owners : NULL, &e->samples, e->labels);
    }
    return cli_samples(c, cli_sample_model(c, &e->model), &e->samples) &&
           zr_arrays_read(&c->cx, labels, &e->labels, &n_labels);
}

/* Makes one sample of the windows of each recording: the mean of their scores. */
static bool join_windows(cli *c, evaluation *e)
{
    const zr_graph *g = &e->model.graphs[0];
    const zr_tensor *tensor = &g->tensors[g->outputs[0]];
    int64_t n = e->labels->dim[0], classes = zr_elements(&tensor->shape);
    const int32_t *owner = (const int32_t *)(void *)e->owners.data;
    double *sums = ZR_NEW(&c->cx, double, (size_t)(n * classes) + 1);
    if (!sums) return false;
    for (int64_t s = 0; s < e->samples.n; s++)
        for (int64_t i = 0; i < classes; i++)
            sums[owner[s] * classes + i] +=
                zr_tensor_real(tensor, e->outputs[0].data + (size_t)s * zr_tensor_bytes(tensor), i);
    e->outputs[0] = (zr_array){.name = "", .type = ZR_F64, .rank = 2, .dim = {n, classes}};
    e->outputs[0].data = (const uint8_t *)sums;
    e->outputs[0].bytes = (size_t)(n * classes) * sizeof *sums;
    return true;
}

static bool compute(cli *c, evaluation *e)
{
    if (!cli_value(c, "input") && !cli_value(c, "audio")) return cli_usage(c, "--input is missing");
    if (cli_value(c, "input") && cli_value(c, "audio"))
        return cli_usage(c, "--input and --audio do not go together");
    if (cli_value(c, "split") && !cli_value(c, "audio"))
        return cli_usage(c, "--split goes with --audio");
    if (cli_value(c, "wake") && (!cli_value(c, "audio") || cli_value(c, "windows")))
        return cli_usage(c, "--wake goes with --audio, without --windows");
    if (cli_value(c, "windows") && !cli_value(c, "audio"))
        return cli_usage(c, "--windows goes with --audio");
    if (cli_value(c, "windows") && cli_value(c, "metric") &&
        strcmp(cli_value(c, "metric"), "accuracy") != 0)
        return cli_usage(c, "--windows goes with the metric accuracy");
    zr_buf_init(&e->owners, &c->cx);
    if (!cli_value(c, "labels")) return cli_usage(c, "--labels is missing");
    if (!cli_build(c, cli_value(c, "target"), &e->model, &e->program) || !read_samples(c, e))
        return false;
    e->outputs = ZR_NEW(&c->cx, zr_array, (size_t)e->model.graphs[0].n_outputs + 1);
    return e->outputs && cli_run_samples(c, &e->program, &e->samples, "eval", e->outputs) &&
           (!cli_value(c, "windows") || join_windows(c, e));
}

/* The words of a sound model's classes, in the order of the confusion matrix. */
static bool add_labels(cli *c, cJSON *root)
{
    const char *const *labels;
    int n;
    if (!cli_value(c, "audio")) return true;
    if (!zr_labels_read(&c->cx, c->operands[0], &labels, &n)) return false;
    cJSON *list = cJSON_AddArrayToObject(root, "labels");
    for (int i = 0; i < n; i++) cJSON_AddItemToArray(list, cJSON_CreateString(labels[i]));
    return true;
}

static bool print_accuracy(cli *c, const evaluation *e, zr_buf *out)
{
    zr_accuracy a;
    if (!zr_score_accuracy(&c->cx, cli_value(c, "labels"), &e->outputs[0], e->labels, &a))
        return false;
    double accuracy = a.n ? (double)a.right / (double)a.n : 0;
    if (!cli_value(c, "json")) {
        zr_buf_printf(out, "accuracy %.2f %% (%lld of %lld)\n", 100 * accuracy, (long long)a.right,
                      (long long)a.n);
        return true;
    }
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "metric", "accuracy");
    cJSON_AddNumberToObject(root, "value", accuracy);
    cJSON_AddNumberToObject(root, "samples", (double)a.n);
    cJSON_AddNumberToObject(root, "right", (double)a.right);
    if (!add_labels(c, root)) {
        cJSON_Delete(root);
        return false;
    }
    cJSON *rows = cJSON_AddArrayToObject(root, "confusion");
    for (int y = 0; y < a.n_classes; y++) {
        cJSON *row = cJSON_CreateArray();
        for (int x = 0; x < a.n_classes; x++)
            cJSON_AddItemToArray(row, cJSON_CreateNumber((double)a.counts[y * a.n_classes + x]));
        cJSON_AddItemToArray(rows, row);
    }
    return zr_json_print(&c->cx, root, out);
}

/* What ranks the samples: the score of a model of one output, of class 1 for two classes, the mean
 * squared difference of output and input for a model that reconstructs its input. */
static bool rank_scores(cli *c, const evaluation *e, double *scores)
{
    const zr_graph *g = &cli_sample_model(c, &e->model)->graphs[0];
    const zr_tensor *in = &g->tensors[g->inputs[0]], *out = &g->tensors[g->outputs[0]];
    int64_t n_in = zr_elements(&in->shape), n_out = zr_elements(&out->shape);
    if (n_out > 2 && n_out != n_in)
        return zr_fail(&c->cx, ZR_E_DATA, ZR_NOWHERE,
                       "an AUC needs a model of one or two scores, or one that reconstructs its "
                       "input; this one has %lld outputs",
                       (long long)n_out);
    for (int64_t s = 0; s < e->samples.n; s++) {
        const uint8_t *x = e->samples.input[0] + (size_t)s * zr_tensor_bytes(in);
        const uint8_t *y = e->outputs[0].data + (size_t)s * zr_tensor_bytes(out);
        if (n_out <= 2) {
            scores[s] = zr_tensor_real(out, y, n_out - 1);
            continue;
        }
        double sum = 0;
        for (int64_t i = 0; i < n_out; i++) {
            double difference = zr_tensor_real(out, y, i) - zr_tensor_real(in, x, i);
            sum += difference * difference;
        }
        scores[s] = sum / (double)n_out;
    }
    return true;
}

static bool print_auc(cli *c, const evaluation *e, zr_buf *out)
{
    double auc, *scores = ZR_NEW(&c->cx, double, (size_t)e->samples.n + 1);
    if (!scores || !rank_scores(c, e, scores) ||
        !zr_score_auc(&c->cx, cli_value(c, "labels"), scores, e->samples.n, e->labels, &auc))
        return false;
    if (!cli_value(c, "json")) {
        zr_buf_printf(out, "AUC %.4f (%lld samples)\n", auc, (long long)e->samples.n);
        return true;
    }
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "metric", "auc");
    cJSON_AddNumberToObject(root, "value", auc);
    cJSON_AddNumberToObject(root, "samples", (double)e->samples.n);
    return zr_json_print(&c->cx, root, out);
}

static bool run(cli *c)
{
    const char *metric = cli_value(c, "metric");
    bool auc = metric && !strcmp(metric, "auc");
    if (metric && !auc && strcmp(metric, "accuracy") != 0)
        return cli_usage(c, "--metric %s is neither accuracy nor auc", metric);
    evaluation e;
    zr_buf out;
    zr_buf_init(&out, &c->cx);
    return compute(c, &e) && (auc ? print_auc(c, &e, &out) : print_accuracy(c, &e, &out)) &&
           zr_file_write(&c->cx, "-", out.data, out.size);
}

const cli_command command_eval = {
    .name = "eval",
    .operands = "MODEL",
    .summary = "measure a model's accuracy on labelled samples",
    .description =
        "Runs the samples with the device's kernels, on all cores, and compares the answers with "
        "the "
        "labels. accuracy: the class with the greatest score must be the label; --json adds the "
        "confusion matrix, a row a label. auc: the area under the ROC curve for labels 0 and 1; "
        "the "
        "score is the model's output, or the reconstruction error of a model that reconstructs its "
        "input.\n\n"
        "A sound model (a folder with model.tflite, frontend.json and labels.txt) takes "
        "recordings: "
        "--audio names their folder, --labels a CSV file with the columns file and label. Of a "
        "recording its beginning is heard; with --windows all of it, in clips that overlap by "
        "half, but those 34 dB softer than the loudest. With --wake what the stage that wakes the "
        "front end lets through, when it knows the recording's noise; the rest is silence.",
    .options = options,
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
