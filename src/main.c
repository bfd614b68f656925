#include "config.h"

#include <cblas.h>
#include <locale.h>

#include "cli/commands.h"

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, ""); /* widths and character set; numbers stay those of the C locale */
    openblas_set_num_threads(1); /* our own loops hand out the work */
    return cli_main(argc, argv);
}
