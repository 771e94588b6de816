/*
 * certs.h - certificates for tests, made when they run: files in a folder of their own.
 */
#ifndef UNIT_LINK_CERTS_H
#define UNIT_LINK_CERTS_H

struct cert_wish {
	const char *file;     /* FILE.pem and FILE.key are written */
	const char *name;     /* common name, and DNS name of what no CA is */
	const char *issuer;   /* the file of a CA made before; NULL: signs itself, and is a CA */
	long begins, ends;    /* seconds from now */
	const char *password; /* of the key; NULL: none */
};

/* The folder, made anew with every call; certs_gone() removes it. */
const char *certs_folder(void);
void certs_gone(void);
void certs_make(const struct cert_wish *wish);
/* The same of a CA that another one has signed. */
void certs_make_ca(const struct cert_wish *wish);
/* Writes FILE.pem, the revocation list of a CA made before: who stands in it, files made before and then NULL, and when
 * it begins and ends, seconds from now; ends 0: it does not. Number 1, and one more with each call. */
void certs_revoke(const char *file, const char *ca, const char *const *revoked, long begins, long ends);
/* "FOLDER/file", good until the eighth call after. */
char *certs_path(const char *file);

/* What a side that speaks TLS is configured with. */
struct certs_files {
	char certificate[140], key[140], ca[140];
};
/* A folder with a CA, "ca", and with "gw" of gw.example that it has signed, good for so many seconds from now. */
void certs_make_files(struct certs_files *files, long ends);
void certs_sign(const char *file, long ends); /* another one of gw.example */
int certs_remove_all(void **state);	      /* group teardown */

#endif
