#include "ops/case.h"

/* Nothing to see in a model of one node: a variable is made by one operator, assigned by another
 * and read by a third. tests/conformance/cases/variables.py has them together. */

const zr_case zr_cases_var_handle[] = {{0}};
const zr_case zr_cases_read_variable[] = {{0}};
const zr_case zr_cases_assign_variable[] = {{0}};
const zr_case zr_cases_call_once[] = {{0}};
