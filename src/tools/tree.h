/*
 * tree.h - a JSON text (RFC 8259) as a tree that is looked up by names. Knows nothing of what it says.
 */
#ifndef TOOLS_TREE_H
#define TOOLS_TREE_H

#include <stdbool.h>
#include <stddef.h>

struct tree;
#define TREE_DEPTH 32
/* NULL: it is no JSON, or is nested deeper than TREE_DEPTH. */
struct tree *tree_read(const char *text, size_t n);
void tree_free(struct tree *t); /* NULL does no harm */

enum tree_kind { TREE_NULL, TREE_BOOL, TREE_NUMBER, TREE_TEXT, TREE_ARRAY, TREE_OBJECT };
struct tree_node;
const struct tree_node *tree_root(const struct tree *t);
/* All of these take NULL, and give what is named when there is no such member, or it is of another kind. */
const struct tree_node *tree_member(const struct tree_node *object, const char *name); /* NULL; last of the name */
const struct tree_node *tree_first(const struct tree_node *any);		       /* member or element; NULL */
const struct tree_node *tree_at(const struct tree_node *array, size_t i);	       /* NULL */
const struct tree_node *tree_next(const struct tree_node *element);		       /* behind it; NULL */
size_t tree_count(const struct tree_node *array);				       /* 0 */
/* name NULL: the node itself. */
double tree_number(const struct tree_node *object, const char *name, double none);
bool tree_bool(const struct tree_node *object, const char *name); /* false */
const char *tree_name(const struct tree_node *member);		  /* of an object; "" */
/* UTF-8, good as long as the tree. */
const char *tree_text(const struct tree_node *object, const char *name, const char *none);

#endif
