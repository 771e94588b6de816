# tests/unit/link.mk - unit tests of src/link.
