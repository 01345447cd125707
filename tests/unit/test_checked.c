#include "base/checked.h"
#include "test.h"

ZR_TEST(checked_sums)
{
    size_t s;
    int64_t i;
    CHECK(zr_add_size(SIZE_MAX - 1, 1, &s) && s == SIZE_MAX);
    CHECK(!zr_add_size(SIZE_MAX, 1, &s));
    CHECK(zr_add_i64(INT64_MAX, INT64_MIN, &i) && i == -1);
    CHECK(!zr_add_i64(INT64_MAX, 1, &i));
    CHECK(!zr_add_i64(INT64_MIN, -1, &i));
}

ZR_TEST(checked_products)
{
    size_t s;
    int64_t i;
    CHECK(zr_mul_size(SIZE_MAX, 1, &s) && s == SIZE_MAX);
    CHECK(zr_mul_size(SIZE_MAX, 0, &s) && s == 0);
    CHECK(!zr_mul_size(SIZE_MAX / 2 + 1, 2, &s));
    CHECK(zr_mul_i64(INT64_C(3037000499), INT64_C(3037000499), &i));
    CHECK(!zr_mul_i64(INT64_C(3037000500), INT64_C(3037000500), &i));
    CHECK(!zr_mul_i64(INT64_MIN, -1, &i));
}
