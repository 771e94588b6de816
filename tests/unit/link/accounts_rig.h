/*
 * accounts_rig.h - accounts over an in-memory network: what is above them, and the apps.
 */
#ifndef UNIT_LINK_ACCOUNTS_RIG_H
#define UNIT_LINK_ACCOUNTS_RIG_H

#include "rig.h"
#include "link/account.h"

#define ACCOUNTS_PORT 2775
#define ACCOUNTS_FARS 40

struct accounts_rig {
	struct rig rig;
	struct limits_conf limits;
	struct account_conf confs[8];
	size_t n;
	struct accounts *accounts;
	struct stats *stats;
	struct wire *far[ACCOUNTS_FARS];
	char *lists[16];
	char hash[128];
	/* what the ops were told */
	unsigned requests, receivers, no_receivers, settled;
	enum session_outcome outcome;
	uint64_t cookie;
	uint8_t fill_version;
};

/* No account yet; add some, then open. */
struct accounts_rig *accounts_rig_prepare(void);
struct account_conf *accounts_rig_add(struct accounts_rig *t, const char *system_id, const char *password);
void accounts_rig_open(struct accounts_rig *t);
/* With the account bank, password secret. */
struct accounts_rig *accounts_rig_start(void);
void accounts_rig_stop(struct accounts_rig *t);
/* An app connects; binds and is answered with status; both. */
struct wire *accounts_rig_dial(struct accounts_rig *t, size_t i, const char *from);
void accounts_rig_bind(struct accounts_rig *t, size_t i, uint32_t command, const char *id, const char *password,
		       uint32_t status);
struct wire *accounts_rig_dial_bound(struct accounts_rig *t, size_t i, uint32_t command);
/* For account_send(). */
void accounts_rig_fill(struct pdu *pdu, uint8_t peer_version, void *arg);
/* The value of the one sample with that name, account and label value (NULL: any). */
uint64_t accounts_rig_counted(struct accounts_rig *t, const char *name, const char *account, const char *value);

#endif
