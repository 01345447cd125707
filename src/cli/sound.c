/* What commands share about sound. */
#include <sys/stat.h>

#include "cli/cli.h"

bool cli_frontend(cli *c, const char *name, zr_frontend *frontend)
{
    struct stat status;
    zr_bytes text;
    if (zr_frontend_preset(name, frontend)) return zr_frontend_prepare(&c->cx, name, frontend);
    if (stat(name, &status) == 0 && S_ISDIR(status.st_mode))
        name = zr_format(&c->cx, "%s/frontend.json", name);
    return name && zr_file_read(&c->cx, name, &text) &&
           zr_frontend_parse(&c->cx, name, text, frontend);
}
