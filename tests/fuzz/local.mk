# tests/fuzz/local.mk - fuzz targets and the replay of their corpora.
