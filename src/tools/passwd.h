/*
 * passwd.h - smppgwctl passwd: a password to the crypt(3) hash that stands in the configuration. Asks no gateway.
 */
#ifndef TOOLS_PASSWD_H
#define TOOLS_PASSWD_H

#define PASSWD_SMPP_MAX 8 /* octets that a bind can say [S 5.2.2] */

/*
 * argv[0] is "passwd". Reads the password from the terminal, twice, without echo; without a terminal the one line of
 * standard input. The hash goes to standard output. The program's exit code: 0, 1 (a password that cannot be used), 2
 * (wrong usage).
 */
int passwd_main(int argc, char **argv);

#endif
