/*
 * json_get [PATH]: is standard input JSON, and what is at PATH ("0.verdict", "history.#"
 * for a number of elements)? json_get --lines: is each line JSON?
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;

static int complain(const json_error_t *error, unsigned line)
{
    fprintf(stderr, "line %u: %s\n", line ? line : (unsigned)error->line, error->text);
    return 1;
}

static int check_lines(void)
{
    char *line = NULL;
    size_t size = 0;
    unsigned number = 0;
    int bad = 0;
    for (ssize_t length; (length = getline(&line, &size, stdin)) > 0;) {
        json_error_t error;
        json_t *value = json_loadb(line, (size_t)length, flags, &error);
        number++;
        if (!value)
            bad = complain(&error, number);
        json_decref(value);
    }
    free(line);
    return bad;
}

static json_t *child(json_t *value, const char *name)
{
    if (strcmp(name, "#") == 0)
        return json_integer(
            (json_int_t)(json_is_array(value) ? json_array_size(value) : json_object_size(value)));
    if (json_is_array(value))
        return json_incref(json_array_get(value, (size_t)strtoul(name, NULL, 10)));
    return json_incref(json_object_get(value, name));
}

static int print(const json_t *value, const char *path)
{
    if (!value) {
        fprintf(stderr, "nothing at %s\n", path);
        return 1;
    }
    if (json_is_string(value)) {
        printf("%s\n", json_string_value(value));
        return 0;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    printf("%s\n", text ? text : "");
    free(text);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--lines") == 0)
        return check_lines();
    json_error_t error;
    json_t *value = json_loadf(stdin, flags, &error);
    if (!value)
        return complain(&error, 0);
    const char *path = argc > 1 ? argv[1] : "";
    char *rest = strdup(path), *position = NULL;
    for (char *name = rest ? strtok_r(rest, ".", &position) : NULL; name && value;
         name = strtok_r(NULL, ".", &position)) {
        json_t *next = child(value, name);
        json_decref(value);
        value = next;
    }
    int code = *path ? print(value, path) : 0;
    json_decref(value);
    free(rest);
    return code;
}
