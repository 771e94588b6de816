# doc/local.mk - manual pages and the documents that are installed beside them.

dist_man_MANS += doc/man/smppgwd.8 doc/man/smppgw.conf.5
dist_doc_DATA = README NEWS COPYING doc/operations.md doc/testing.md
