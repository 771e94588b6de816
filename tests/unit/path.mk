# tests/unit/path.mk - unit tests of src/path.
