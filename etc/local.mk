# etc/local.mk - configuration files. An edited file is never overwritten: the new one is put beside it as FILE.new.

CONF_FILES = etc/smppgw.conf etc/operators-cn.conf etc/errors-cn.conf etc/calendar-cn.conf etc/routes.test etc/words.sample \
	etc/compliance-cn.conf etc/words-finance-cn.txt
EXTRA_DIST += $(CONF_FILES) etc/smppgwd.service etc/smppgw.logrotate
pkgconfdir = $(sysconfdir)/smppgw
# bash looks there by itself, for prefix /usr and /usr/local
completiondir = $(datarootdir)/bash-completion/completions
dist_completion_DATA = etc/completion/smppgwctl

# For those who watch from outside; read where they stand, or copied.
grafanadir = $(pkgdatadir)/grafana
dist_grafana_DATA = etc/grafana/smppgw.json
prometheusdir = $(pkgdatadir)/prometheus
dist_prometheus_DATA = etc/prometheus/prometheus.yml etc/prometheus/smppgw.rules.yml

# included by Redis' own configuration; the tests, the bench and the quickstart run with it
redisdir = $(pkgdatadir)
dist_redis_DATA = etc/redis.conf

install-data-local:
	@set -e; test -z "$(CONF_FILES)" || $(MKDIR_P) "$(DESTDIR)$(pkgconfdir)"; \
	for file in $(CONF_FILES); do \
		from="$(srcdir)/$$file"; to="$(DESTDIR)$(pkgconfdir)/$${file##*/}"; \
		if test -e "$$to" && ! cmp -s "$$from" "$$to"; then to="$$to.new"; fi; \
		echo " $(INSTALL) -m 640 $$from $$to"; $(INSTALL) -m 640 "$$from" "$$to"; \
	done; \
	$(MKDIR_P) "$(DESTDIR)$(sysconfdir)/logrotate.d"; to="$(DESTDIR)$(sysconfdir)/logrotate.d/smppgw"; \
	if test -e "$$to" && ! cmp -s "$(srcdir)/etc/smppgw.logrotate" "$$to"; then to="$$to.dpkg-new"; fi; \
	echo " $(INSTALL) -m 644 $(srcdir)/etc/smppgw.logrotate $$to"; \
	$(INSTALL) -m 644 "$(srcdir)/etc/smppgw.logrotate" "$$to"
	@if test -z "$(DESTDIR)" && ! id smppgw >/dev/null 2>&1; then \
		echo "There is no user smppgw yet, whom the unit and logrotate name: useradd --system smppgw"; fi

uninstall-local:
	@set -e; to="$(DESTDIR)$(sysconfdir)/logrotate.d/smppgw"; \
	if cmp -s "$(srcdir)/etc/smppgw.logrotate" "$$to"; then rm -f "$$to"; fi; rm -f "$$to.dpkg-new"; \
	rmdir "$(DESTDIR)$(sysconfdir)/logrotate.d" 2>/dev/null || :; \
	for file in $(CONF_FILES); do \
		from="$(srcdir)/$$file"; to="$(DESTDIR)$(pkgconfdir)/$${file##*/}"; \
		if cmp -s "$$from" "$$to"; then rm -f "$$to"; fi; rm -f "$$to.new"; \
	done; \
	rmdir "$(DESTDIR)$(pkgconfdir)" 2>/dev/null || :
