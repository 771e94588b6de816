/*
 * smppevidence.c - keys, proofs and the verification of an archive of records, without the gateway. Knows its commands
 * by a table only.
 */
#include <stdio.h>
#include <string.h>

#include "tools/evidence.h"

static const struct {
	const char *name, *operands, *help;
	enum evidence_exit (*run)(int argc, char **argv);
} commands[] = {
	{"verify", "ARCHIVE|PROOF...", "whether an archive, or a proof, is whole; names what is broken",
	 evidence_verify},
	{"prove", "ARCHIVE ID|NODE/RECORD", "makes a proof of a message's records, or of one record", evidence_prove},
	{"show", "PROOF|FILE...", "records of a proof or of an archive's file, readable", evidence_show_command},
	{"search", "ARCHIVE", "finds records", evidence_search},
	{"erase", "ARCHIVE", "takes personal data out of records; the evidence stays whole", evidence_erase},
	{"keygen", "FILE", "makes a key to sign with", evidence_keygen},
	{"pubkey", "FILE", "the public key and its fingerprint, out of a private or public one", evidence_pubkey},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	printf("usage: smppevidence COMMAND [OPTION]... OPERAND...\n"
	       "Keys, proofs and the verification of the records that smppgwd writes, without the gateway.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-8s %-24s %s\n", commands[i].name, commands[i].operands, commands[i].help);
	printf("\nEach command has its own --help.\n\nExit status:\n%s\n", EVIDENCE_EXITS);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
		print_help();
		return EVIDENCE_GOOD;
	}
	if (strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0) {
		printf("smppevidence %s\n", PACKAGE_VERSION);
		return EVIDENCE_GOOD;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(word, commands[i].name) == 0)
			return (int)commands[i].run(argc - 1, argv + 1);
	}
	fprintf(stderr, "smppevidence: %s%s; see smppevidence --help\n",
		*word ? "no such command: " : "a command is missing", word);
	return EVIDENCE_USAGE;
}
