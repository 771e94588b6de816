# tests/unit/policy.mk - unit tests of src/policy.

policy_unit_tests = \
	tests/unit/policy/test_class \
	tests/unit/policy/test_classes \
	tests/unit/policy/test_fault \
	tests/unit/policy/test_keyword \
	tests/unit/policy/test_policy \
	tests/unit/policy/test_retry \
	tests/unit/policy/test_wilson
check_PROGRAMS += $(policy_unit_tests)
TESTS += $(policy_unit_tests)

policy_unit_ldadd = libpolicy.a libbase.a libsmpp.a $(LIBEVENT_LIBS) $(LIBCONFIG_LIBS) $(PCRE2_LIBS) $(CMOCKA_LIBS)
tests_unit_policy_test_class_SOURCES = tests/unit/policy/test_class.c
tests_unit_policy_test_class_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_keyword_SOURCES = tests/unit/policy/test_keyword.c
tests_unit_policy_test_keyword_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_policy_SOURCES = tests/unit/policy/test_policy.c
tests_unit_policy_test_policy_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_classes_SOURCES = tests/unit/policy/test_classes.c
tests_unit_policy_test_classes_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_fault_SOURCES = tests/unit/policy/test_fault.c
tests_unit_policy_test_fault_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_retry_SOURCES = tests/unit/policy/test_retry.c
tests_unit_policy_test_retry_LDADD = $(policy_unit_ldadd)

# Rules of the recipient.
recipient_unit_tests = tests/unit/policy/test_caps tests/unit/policy/test_recipient tests/unit/policy/test_similar
check_PROGRAMS += $(recipient_unit_tests)
TESTS += $(recipient_unit_tests)
tests_unit_policy_test_caps_SOURCES = tests/unit/policy/test_caps.c
tests_unit_policy_test_caps_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_recipient_SOURCES = tests/unit/policy/test_recipient.c
tests_unit_policy_test_recipient_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_similar_SOURCES = tests/unit/policy/test_similar.c
tests_unit_policy_test_similar_LDADD = $(policy_unit_ldadd)

words_unit_tests = \
	tests/unit/policy/test_fold \
	tests/unit/policy/test_words \
	tests/unit/policy/test_wordset
check_PROGRAMS += $(words_unit_tests)
TESTS += $(words_unit_tests)
tests_unit_policy_test_fold_SOURCES = tests/unit/policy/test_fold.c
tests_unit_policy_test_fold_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_words_SOURCES = tests/unit/policy/test_words.c
tests_unit_policy_test_words_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_wordset_SOURCES = tests/unit/policy/test_wordset.c
tests_unit_policy_test_wordset_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_wilson_SOURCES = tests/unit/policy/test_wilson.c
tests_unit_policy_test_wilson_LDADD = $(policy_unit_ldadd)

opening_unit_tests = \
	tests/unit/policy/test_calendar \
	tests/unit/policy/test_opening \
	tests/unit/policy/test_zone
check_PROGRAMS += $(opening_unit_tests)
TESTS += $(opening_unit_tests)
tests_unit_policy_test_calendar_SOURCES = tests/unit/policy/test_calendar.c
tests_unit_policy_test_calendar_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_opening_SOURCES = tests/unit/policy/test_opening.c
tests_unit_policy_test_opening_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_zone_SOURCES = tests/unit/policy/test_zone.c
tests_unit_policy_test_zone_LDADD = $(policy_unit_ldadd)

text_unit_tests = \
	tests/unit/policy/test_links \
	tests/unit/policy/test_must_match \
	tests/unit/policy/test_optout_text \
	tests/unit/policy/test_personal \
	tests/unit/policy/test_phrase \
	tests/unit/policy/test_scope \
	tests/unit/policy/test_segments \
	tests/unit/policy/test_signature \
	tests/unit/policy/test_templates
check_PROGRAMS += $(text_unit_tests)
TESTS += $(text_unit_tests)
tests_unit_policy_test_links_SOURCES = tests/unit/policy/test_links.c tests/unit/policy/text_rig.h
tests_unit_policy_test_links_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_must_match_SOURCES = tests/unit/policy/test_must_match.c tests/unit/policy/text_rig.h
tests_unit_policy_test_must_match_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_optout_text_SOURCES = tests/unit/policy/test_optout_text.c tests/unit/policy/text_rig.h
tests_unit_policy_test_optout_text_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_personal_SOURCES = tests/unit/policy/test_personal.c tests/unit/policy/text_rig.h
tests_unit_policy_test_personal_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_phrase_SOURCES = tests/unit/policy/test_phrase.c
tests_unit_policy_test_phrase_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_scope_SOURCES = tests/unit/policy/test_scope.c tests/unit/policy/text_rig.h
tests_unit_policy_test_scope_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_segments_SOURCES = tests/unit/policy/test_segments.c tests/unit/policy/text_rig.h
tests_unit_policy_test_segments_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_signature_SOURCES = tests/unit/policy/test_signature.c tests/unit/policy/text_rig.h
tests_unit_policy_test_signature_LDADD = $(policy_unit_ldadd)
tests_unit_policy_test_templates_SOURCES = tests/unit/policy/test_templates.c tests/unit/policy/text_rig.h
tests_unit_policy_test_templates_LDADD = $(policy_unit_ldadd)
