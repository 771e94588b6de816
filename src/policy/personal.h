/*
 * personal.h - policy: resident ids (GB 11643) and bank card numbers in texts are masked or refused. Pure.
 */
#ifndef POLICY_PERSONAL_H
#define POLICY_PERSONAL_H

#include "policy/scope.h"

enum personal_action { PERSONAL_OFF, PERSONAL_MASK, PERSONAL_REFUSE };

struct personal_conf { /* section personal: ( { account; classes; resident_id; bank_card } ) */
	struct scope_conf scope;
	int resident_id, bank_card; /* enum personal_action */
};
extern const struct conf_row personal_rows[];

struct personal;
struct personal *personal_new(const struct personal_conf *rows, size_t n, const struct policy_names *names,
			      char **errors);
void personal_free(struct personal *x);
bool personal_concerns(const struct personal *x, size_t account, enum class_id class_id);
/*
 * A resident id: 17 digits and a digit or X, a day that was, the check digit. A card: 15 to 19 digits that begin as
 * cards do, the check digit of Luhn. Digits may be full-width, and one or two blanks or hyphens may stand between
 * groups (of a card: of at least four digits each, but the last); nothing of it is found inside a longer group of
 * digits. Masked: a card keeps 6 and 4 digits, an id 3 and 4. The detail never has the number.
 */
enum policy_effect personal_judge(const struct personal *x, struct policy_subject *s);

#endif
