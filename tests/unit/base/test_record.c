#include <criterion/criterion.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/record.h"

static const char *const colours[] = {"red", "green", NULL};

struct inner {
    char name[32];
};

struct outer {
    int colour;
    bool flag;
    int64_t number;
    struct inner inner;
};

static const struct field inner_fields[] = {FIELD(inner, name, FIELD_TEXT), {0}};
static const struct record inner_record = {"inner", sizeof(struct inner), inner_fields};
static const struct field outer_fields[] = {FIELD_OF_CHOICE(outer, colour, colours),
                                            FIELD(outer, flag, FIELD_BOOLEAN),
                                            FIELD(outer, number, FIELD_INTEGER),
                                            FIELD_OF_RECORD(outer, inner, &inner_record),
                                            {0}};
static const struct record outer_record = {"outer", sizeof(struct outer), outer_fields};

Test(record, canonical_bytes_come_back_as_the_same_value) {
    struct outer value = {.colour = 1, .flag = true, .number = -7, .inner = {"a\\b\nc=d"}}, back = {0};
    struct buffer bytes;
    buffer_init(&bytes, 4096);
    record_write(&outer_record, "o", &value, &bytes);
    cr_assert_str_eq(bytes.data, "o.colour=green\no.flag=true\no.number=-7\no.inner.name=a\\\\b\\nc=d\n");
    cr_assert(record_read(&outer_record, "o", buffer_bytes(&bytes), &back));
    cr_assert_eq(memcmp(&value, &back, sizeof value), 0);
    buffer_wipe(&bytes);
}

Test(record, leaves_out_what_is_empty_and_passes_over_other_prefixes) {
    struct outer value = {0}, back = {0};
    struct buffer bytes;
    buffer_init(&bytes, 4096);
    record_write(&outer_record, "o", &value, &bytes);
    cr_assert_eq(bytes.length, 0);
    cr_assert(record_read(&outer_record, "o", bytes_of_string("other.number=1\no.number=2\n"), &back));
    cr_assert_eq(back.number, 2);
    buffer_wipe(&bytes);
}

Test(record, refuses_unknown_paths_and_bad_values) {
    static const char *const wrong[] = {"o.nothing=1\n", "o.number=1e3\n", "o.colour=blue\n",
                                        "o.flag=yes\n",  "o.inner=1\n",    "o.inner.x=1\n",
                                        "o.number=1",    "o.number\n",     "o.inner.name=a\\\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct outer back = {0};
        cr_assert_not(record_read(&outer_record, "o", bytes_of_string(wrong[i]), &back), "%s", wrong[i]);
    }
}

Test(buffer, writes_nothing_past_its_limit) {
    struct buffer buffer;
    buffer_init(&buffer, 4);
    buffer_add_string(&buffer, "abc");
    buffer_addf(&buffer, "%d", 12);
    cr_assert(buffer.overflowed);
    cr_assert_str_eq(buffer.data, "abc");
    buffer_wipe(&buffer);
}

Test(arena, gives_zeroed_memory_of_any_size) {
    struct arena arena;
    arena_init(&arena);
    for (size_t size = 1; size < 300000; size = size * 3 + 1) {
        unsigned char *memory = arena_alloc(&arena, size);
        for (size_t i = 0; i < size; i++)
            cr_assert_eq(memory[i], 0);
        memset(memory, 255, size);
    }
    arena_wipe(&arena);
}

Test(array, grows_and_zeroes_each_new_item) {
    ARRAY(int) numbers = {0};
    for (int i = 0; i < 100; i++) {
        cr_assert_eq(*array_push(&numbers), 0);
        numbers.items[i] = i;
    }
    cr_assert_eq(numbers.count, 100);
    cr_assert_eq(numbers.items[99], 99);
    array_wipe(&numbers);
}
