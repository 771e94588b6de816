# doc/local.mk - manual pages and the documents that are installed beside them. The pages of the tools are listed here
# too, unless src/tools/local.mk has them.

dist_man_MANS += doc/man/smppgwd.8 doc/man/smppgw.conf.5
dist_doc_DATA = README README.zh_CN NEWS COPYING doc/alarms.md doc/architecture.md doc/compliance.md doc/configuration.md doc/evidence.md doc/operations.md doc/performance.md \
	doc/protocol.md doc/records.md doc/security.md doc/testing.md doc/dashboard-zh.png doc/dashboard-phone.png
