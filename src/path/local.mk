# src/path/local.mk - the way of a message.
noinst_LIBRARIES += libpath.a
libpath_a_SOURCES = \
	src/path/address.c src/path/address.h \
	src/path/dialect.c src/path/dialect.h \
	src/path/inbound.c src/path/inbound.h \
	src/path/marks.c src/path/marks.h \
	src/path/pass.c src/path/pass.h \
	src/path/backlog.c src/path/backlog.h \
	src/path/compose.c src/path/compose.h \
	src/path/deliver.c src/path/deliver.h \
	src/path/event.c src/path/event.h \
	src/path/event_post.c src/path/event_post.h \
	src/path/finished.c src/path/finished.h \
	src/path/flow.c src/path/flow.h src/path/flow_priv.h \
	src/path/flow_accept.c src/path/flow_cancel.c src/path/flow_multi.c src/path/flow_ops.c src/path/flow_query.c src/path/flow_end.c src/path/flow_leave.c src/path/flow_send.c src/path/flow_setup.c \
	src/path/flow_rows.c src/path/flow_rows.h \
	src/path/idform.c src/path/idform.h \
	src/path/doubts.c src/path/doubts.h \
	src/path/flow_again.c \
	src/path/flow_look.c src/path/flow_look.h src/path/flow_last.c src/path/flow_stop.c \
	src/path/flow_announce.c \
	src/path/flow_cdr.c src/path/flow_tally.c src/path/flow_tell.c src/path/flow_tell.h \
	src/path/flow_watch.c src/path/flow_watch.h \
	src/path/flow_ask.c \
	src/path/flow_event.c \
	src/path/flow_explain.c \
	src/path/flow_kind.c \
	src/path/flow_load.c \
	src/path/flow_next.c \
	src/path/flow_gather.c src/path/flow_whole.c src/path/flow_review.c src/path/flow_policy.c src/path/flow_hours.c src/path/flow_clock.c src/path/flow_words.c \
	src/path/plain.c src/path/plain.h src/path/store_recipient.c src/path/store_recipient.h src/path/store_recipient_priv.h src/path/store_recipient_script.c \
	src/path/flow_parts.c \
	src/path/flow_receipt.c \
	src/path/flow_reload.c src/path/flow_route.c \
	src/path/flow_route_test.c \
	src/path/flow_sender.c src/path/flow_steps.c src/path/flow_settle.c \
	src/path/health.c src/path/health.h \
	src/path/index.c src/path/index.h \
	src/path/lanes.c src/path/lanes.h \
	src/path/match.c src/path/match.h \
	src/path/parts.c src/path/parts.h \
	src/path/menu.c src/path/menu.h src/path/menu_tree.c \
	src/path/msg.c src/path/msg.h \
	src/path/number.c src/path/number.h \
	src/path/graves.c src/path/graves.h src/path/outbox.c src/path/outbox.h \
	src/path/ported.c src/path/ported.h src/path/ported_priv.h src/path/ported_load.c \
	src/path/ported_line.c src/path/ported_line.h \
	src/path/ported_table.c src/path/ported_table.h \
	src/path/store_ported.c src/path/store_ported.h \
	src/path/list_line.c src/path/list_line.h src/path/flow_lists.c \
	src/path/lists.c src/path/lists.h src/path/lists_priv.h src/path/lists_read.c src/path/lists_audit.c \
	src/path/store_lists.c src/path/store_lists.h \
	src/path/outcome.c src/path/outcome.h \
	src/path/queue.c src/path/queue.h \
	src/path/reassembly.c src/path/reassembly.h \
	src/path/memo.c src/path/memo.h \
	src/path/memo.c src/path/memo.h \
	src/path/record.c src/path/record.h \
	src/path/relay.c src/path/relay.h \
	src/path/reply.c src/path/reply.h src/path/reply_priv.h src/path/reply_begin.c src/path/reply_do.c src/path/reply_keyword.c src/path/reply_menu.c src/path/reply_rows.c src/path/reply_webhook.c \
	src/path/restore.c src/path/restore.h \
	src/path/country.c src/path/country.h \
	src/path/credit.c src/path/credit.h \
	src/path/flow_credit.c \
	src/path/trie.c src/path/trie.h \
	src/path/route.c src/path/route.h src/path/route_priv.h src/path/route_rows.c src/path/route_rules.c \
	src/path/route_test.c src/path/route_test.h \
	src/path/senders.c src/path/senders.h \
	src/path/share.c src/path/share.h \
	src/path/store.c src/path/store.h \
	src/path/store_batch.c src/path/store_batch.h \
	src/path/store_event.c src/path/store_event.h \
	src/path/store_feed.c src/path/store_feed.h \
	src/path/store_menu.c src/path/store_menu.h \
	src/path/store_mo.c src/path/store_mo.h \
	src/path/store_backlog.c src/path/store_credit.c src/path/store_dead.c src/path/store_durable.c src/path/store_lease.c src/path/store_load.c src/path/store_sweep.c \
	src/path/submit.c src/path/submit.h \
	src/path/tally.c src/path/tally.h \
	src/path/flow_waiting.c src/path/store_heads.c src/path/store_heads.h src/path/store_history.c src/path/store_history.h

# Campaigns and brakes.
libpath_a_SOURCES += \
	src/path/brake.c src/path/brake.h \
	src/path/campaign.c src/path/campaign.h src/path/campaign_control.c src/path/campaign_priv.h \
	src/path/flow_brake.c src/path/flow_campaign.c \
	src/path/store_campaign.c src/path/store_campaign.h
