# doc/local.mk - manual pages and the documents that are installed beside them.

dist_man_MANS +=
dist_doc_DATA = README NEWS COPYING doc/testing.md
