#include <criterion/criterion.h>
#include <string.h>

#include "host/trace.h"

static const char known[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

Test(trace, a_traceparent_there_and_back) {
    struct trace_context context;
    char text[TRACE_TEXT_SIZE];
    cr_assert(trace_parse(known, &context));
    cr_assert(context.sampled);
    cr_assert_eq(context.trace[0], 0x0a);
    cr_assert_eq(context.span[7], 0x31);
    trace_format(&context, text);
    cr_assert_str_eq(text, known);
    cr_assert(trace_parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00", &context));
    cr_assert_not(context.sampled);
}

Test(trace, what_is_no_traceparent_is_not_taken) {
    static const char *const wrong[] = {
        "",
        "00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c8031 c-b7ad6b7169203331-01",
    };
    struct trace_context context;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect_not(trace_parse(wrong[i], &context), "%s", wrong[i]);
}

Test(trace, a_later_version_may_say_more) {
    struct trace_context context;
    cr_assert(trace_parse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more", &context));
}

static void count_span(void *context, const struct trace_span *span) {
    (void)span;
    ++*(int *)context;
}

Test(trace, spans_of_traces_that_nobody_samples_are_not_told) {
    int told = 0;
    struct trace_span span = {.own.sampled = true};
    trace_tell(&span);
    cr_assert_eq(trace_clock(), 0, "nobody collects");
    trace_collect(count_span, &told);
    cr_assert(trace_is_on());
    cr_assert_gt(trace_clock(), 0);
    trace_tell(&span);
    span.own.sampled = false;
    trace_tell(&span);
    cr_assert_eq(told, 1);
}
