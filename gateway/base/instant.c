#include "base/instant.h"

#include <stdio.h>

/* Civil date arithmetic on the proleptic Gregorian calendar; days are counted from 1970-01-01. */
static int64_t days_from_civil(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = year / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day) {
    days += 719468;
    int64_t era = days / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2));
}

void instant_format(instant time, char out[INSTANT_TEXT_SIZE]) {
    int64_t days = time / 86400000;
    int64_t rest = time % 86400000;
    int year, month, day;
    civil_from_days(days, &year, &month, &day);
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day,
             (int)(rest / 3600000), (int)(rest / 60000 % 60), (int)(rest / 1000 % 60), (int)(rest % 1000));
    snprintf(out, INSTANT_TEXT_SIZE, "%.24s", text);
}

void instant_format_date(instant time, char out[11]) {
    char text[INSTANT_TEXT_SIZE];
    instant_format(time, text);
    snprintf(out, 11, "%.10s", text);
}

struct reader {
    const char *at;
    const char *end;
};

static bool read_number(struct reader *reader, int digits, int *out) {
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (reader->at == reader->end || *reader->at < '0' || *reader->at > '9')
            return false;
        value = value * 10 + (*reader->at++ - '0');
    }
    *out = value;
    return true;
}

static bool read_char(struct reader *reader, char expected) {
    if (reader->at == reader->end || *reader->at != expected)
        return false;
    reader->at++;
    return true;
}

static bool read_milliseconds(struct reader *reader, int *out) {
    *out = 0;
    if (!read_char(reader, '.'))
        return true;
    int scale = 100, digits = 0;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9') {
        *out += (*reader->at++ - '0') * scale;
        scale /= 10;
        digits++;
    }
    return digits > 0;
}

static bool read_zone(struct reader *reader, int *offset_minutes) {
    *offset_minutes = 0;
    if (read_char(reader, 'Z'))
        return true;
    bool negative = reader->at < reader->end && *reader->at == '-';
    if (!read_char(reader, '+') && !read_char(reader, '-'))
        return false;
    int hours, minutes;
    if (!read_number(reader, 2, &hours) || !read_char(reader, ':') || !read_number(reader, 2, &minutes))
        return false;
    *offset_minutes = (hours * 60 + minutes) * (negative ? -1 : 1);
    return hours <= 14 && minutes < 60;
}

static bool is_civil(int year, int month, int day) {
    if (year < 1970 || month < 1 || month > 12 || day < 1)
        return false;
    int year_back, month_back, day_back;
    civil_from_days(days_from_civil(year, month, day), &year_back, &month_back, &day_back);
    return month_back == month && day_back == day;
}

bool instant_parse(const char *text, size_t length, instant *out) {
    struct reader reader = {text, text + length};
    int year, month, day, hour, minute, second, milliseconds, offset;
    if (!read_number(&reader, 4, &year) || !read_char(&reader, '-') || !read_number(&reader, 2, &month) ||
        !read_char(&reader, '-') || !read_number(&reader, 2, &day) || !read_char(&reader, 'T') ||
        !read_number(&reader, 2, &hour) || !read_char(&reader, ':') || !read_number(&reader, 2, &minute) ||
        !read_char(&reader, ':') || !read_number(&reader, 2, &second) ||
        !read_milliseconds(&reader, &milliseconds) || !read_zone(&reader, &offset) || reader.at != reader.end)
        return false;
    if (!is_civil(year, month, day) || hour > 23 || minute > 59 || second > 59)
        return false;
    int64_t seconds =
        days_from_civil(year, month, day) * 86400 + hour * 3600L + minute * 60L + second - offset * 60L;
    *out = seconds * 1000 + milliseconds;
    return true;
}
