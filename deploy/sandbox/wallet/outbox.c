#include "outbox.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum post_state { POST_WAITING, POST_ON_ITS_WAY, POST_DONE };

struct post {
    char *id;
    char *key;
    char *text;
    enum post_state state;
    bool in_line; /* to be published, or to be passed over when it is done by then */
    struct post *next;
};

struct outbox {
    void *tree;
    ARRAY(struct post *) posts;
    struct post *first;
    struct post **last;
    size_t open;
};

struct outbox *outbox_new(void) {
    struct outbox *outbox = must_calloc(1, sizeof *outbox);
    outbox->last = &outbox->first;
    return outbox;
}

static void forget(void *node) {
    (void)node; /* the list owns the nodes */
}

void outbox_free(struct outbox *outbox) {
    tdestroy(outbox->tree, forget);
    for (size_t i = 0; i < outbox->posts.count; i++) {
        struct post *post = outbox->posts.items[i];
        free(post->id);
        free(post->key);
        free(post->text);
        free(post);
    }
    array_wipe(&outbox->posts);
    free(outbox);
}

static int compare(const void *left, const void *right) {
    const struct post *one = left, *other = right;
    return strcmp(one->id, other->id);
}

static struct post *find(const struct outbox *outbox, const char *id) {
    struct post wanted = {.id = (char *)(uintptr_t)id};
    struct post **found = tfind(&wanted, &outbox->tree, compare);
    return found ? *found : NULL;
}

static void wait_in_line(struct outbox *outbox, struct post *post) {
    post->state = POST_WAITING;
    if (post->in_line)
        return;
    post->in_line = true;
    post->next = NULL;
    *outbox->last = post;
    outbox->last = &post->next;
}

void outbox_add(struct outbox *outbox, const char *id, const char *key, char *text) {
    if (find(outbox, id)) {
        free(text);
        return;
    }
    struct post *post = must_calloc(1, sizeof *post);
    post->id = must_strdup(id);
    post->key = must_strdup(key);
    post->text = text;
    *array_push(&outbox->posts) = post;
    if (!tsearch(post, &outbox->tree, compare))
        abort();
    outbox->open++;
    wait_in_line(outbox, post);
}

const char *outbox_text(const struct outbox *outbox, const char *id) {
    const struct post *post = find(outbox, id);
    return post ? post->text : NULL;
}

/* A post that is done while it stands in line stays there and is passed over. */
void outbox_done(struct outbox *outbox, const char *id) {
    struct post *post = find(outbox, id);
    if (!post || post->state == POST_DONE)
        return;
    post->state = POST_DONE;
    outbox->open--;
}

void outbox_again(struct outbox *outbox, const char *id) {
    struct post *post = find(outbox, id);
    if (!post || post->state == POST_WAITING)
        return;
    outbox->open += post->state == POST_DONE;
    wait_in_line(outbox, post);
}

void outbox_flush(struct outbox *outbox, struct channel *channel) {
    while (outbox->first) {
        struct post *post = outbox->first;
        if (post->state == POST_WAITING &&
            !channel_publish(channel, post->id, post->key, bytes_of_string(post->text)))
            return;
        if (post->state == POST_WAITING)
            post->state = POST_ON_ITS_WAY;
        post->in_line = false;
        outbox->first = post->next;
        if (!outbox->first)
            outbox->last = &outbox->first;
    }
}

size_t outbox_open(const struct outbox *outbox) {
    return outbox->open;
}
