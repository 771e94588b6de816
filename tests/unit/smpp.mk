# tests/unit/smpp.mk - unit tests of src/smpp.
