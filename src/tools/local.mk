# src/tools/local.mk - the command-line programs: bin smppgwctl smppsim smppload smppsend.
