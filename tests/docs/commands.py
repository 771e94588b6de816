#!/usr/bin/env python3
"""
commands.py - the commands of the documents: finds them in the blocks of README and doc/*.md, goes by tests/docs/plan, and
writes a script that runs them (--script), or checks without running anything that each is accounted for and parses
(--check BUILD). Knows nothing of the system that they are run on.
"""
import glob
import os
import re
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
# README.zh_CN has the same blocks: scripts/check-readme
DOCUMENTS = ["README", *sorted(glob.glob("doc/*.md", root_dir=TOP))]
OWN = ("smppgwd", "smppgwctl", "smppsend", "smppload", "smppsim", "smppevidence")
OTHERS = """apt apt-get chown cp curl docker dpkg-buildpackage journalctl make mkdir openssl promtool redis-cli sed sudoedit
systemctl tshark watch install""".split()
PATHS = ("scripts/", "tests/", "build/", "./", "../", "/usr/bin/")
ACTIONS = ("as", "not", "text")


def blocks(name):
    """(line, lines) of every indented block."""
    found, blank = None, True
    out = []
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if line.startswith("    ") and (found or blank):
                if not found:
                    found = (number, [])
                    out.append(found)
                found[1].append((number, line[4:]))
            elif line.strip():
                found = None
            blank = not line.strip()
    return out


def strip_comment(line):
    return re.sub(r"(^|\s{2,})#.*$", "", line).rstrip()


def is_command(line):
    words = re.sub(r"^\(umask \S+ ", "", line)
    words = re.sub(r"^(sudo |[A-Z_]+=\S+ )+", "", words).split()
    return bool(words) and (words[0] in OWN or words[0] in OTHERS or words[0].startswith(PATHS))


def read(name):
    """(file, line, kind, text): kind is command, or text: a line that is none, or the first of a block without any."""
    out = []
    for _, lines in blocks(name):
        prompts = any(text.startswith("$ ") for _, text in lines)
        joined = []
        whole = prompts or any(is_command(text) for _, text in lines)
        for number, text in lines if whole else lines[:1]:
            if joined and joined[-1][1].endswith("\\"):
                joined[-1] = (joined[-1][0], joined[-1][1][:-1].rstrip() + " " + text.strip())
            else:
                joined.append((number, text if prompts else strip_comment(text)))
        for number, text in joined:
            if prompts and text.startswith("$ "):
                out.append((number, "command", strip_comment(text[2:])))
            elif not prompts and is_command(text):
                out.append((number, "command", text))
            elif not prompts and text:
                out.append((number, "text", text))
        out.append((0, "end", ""))
    return [(name, *row) for row in out]


def read_plan():
    """{text: (action, argument, line)}; a text that ends with * stands for what begins so."""
    plan = {}
    with open(os.path.join(TOP, "tests/docs/plan"), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if not line.strip() or line.startswith("#"):
                continue
            fields = [field for field in line.rstrip("\n").split("\t") if field]
            if fields[0] not in ACTIONS or len(fields) != 3:
                sys.exit("tests/docs/plan:%d: not ACTION, COMMAND, ARGUMENT with tabs between" % number)
            plan[fields[1]] = (fields[0], fields[2], number)
    return plan


def look_up(plan, text):
    if text in plan:
        return text
    for key in plan:
        if key.endswith("*") and text.startswith(key[:-1]):
            return key
    return None


# --- the check ---


class Judge:
    def __init__(self):
        self.passed = self.failed = 0

    def verdict(self, good, what):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print("FAILED  " + what)

    def end(self):
        print("%d passed, %d failed, 0 skipped" % (self.passed, self.failed))
        sys.exit(self.failed > 0)


def options_of(build, program):
    said = subprocess.run([os.path.join(build, program), "--help"], capture_output=True, text=True, check=True).stdout
    if program == "smppevidence":  # each of its commands has a help of its own
        for name in set(re.findall(r"^(?:usage: |  +)smppevidence ([a-z]+)|^  ([a-z]+)  ", said, re.M)):
            words = [os.path.join(build, program), next(filter(None, name)), "--help"]
            said += subprocess.run(words, capture_output=True, text=True, check=False).stdout
    return set(re.findall(r"(?<![\w-])(--?[a-zA-Z][a-z0-9-]*)", said))


def verbs():
    """{verb: words that may follow} out of the completion, which tests/system/console.sh compares with `help`."""
    with open(os.path.join(TOP, "etc/completion/smppgwctl"), encoding="utf-8") as f:
        text = f.read()
    first = re.search(r"'' \| *\n|''\) echo ((?:\"[^\"]*\"(?: \\\n\s*)?)+)", text)
    known = {word: None for word in re.sub(r'["\\]', " ", first.group(1)).split()}
    for verb, words in re.findall(r"^\t([a-z-]+)\) echo \"([^\"]*)\"", text, re.M):
        known[verb] = words.split()
    return known


def own_parts(command):
    """The command lines of our programs in a line of shell."""
    for part in re.split(r"\s*(?:&&|\|\||[|;])\s*", command):
        words = re.sub(r"^(sudo |[A-Z_]+=\S+ )+", "", part).split()
        if words and words[0] in OWN:
            yield words


def check_words(judge, where, words, options, known):
    program = words[0]
    rest, verb_at = [], None
    for i, word in enumerate(words[1:], 1):
        if word.startswith(">"):
            break
        if word.startswith("-") and len(word) > 1 and not word[1:].isdigit():
            name = word.split("=")[0]
            judge.verdict(
                name in options[program] or (program == "smppgwctl" and verb_at is not None),
                "%s: %s has no option %s" % (where, program, name),
            )
        elif program == "smppgwctl" and verb_at is None and words[i - 1] not in ("-s", "--socket", "--token-file"):
            verb_at = i
            rest = words[i:]
    if program == "smppgwctl" and rest:
        judge.verdict(rest[0] in known or rest[0].isupper(), "%s: smppgwctl has no command %s" % (where, rest[0]))


def check_inline(judge, name, options, known):
    with open(os.path.join(TOP, name), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.startswith("    "):
                continue
            for command in re.findall(r"`((?:%s) [^`]*)`" % "|".join(OWN), line):
                command = re.split(r"[|…<>\[]", command)[0]
                check_words(judge, "%s:%d" % (name, number), command.split(), options, known)


def check_table(judge, known):
    """Each command of smppgwctl stands in the table of doc/operations.md and in the manual."""
    with open(os.path.join(TOP, "doc/operations.md"), encoding="utf-8") as f:
        table = re.search(r"^## Console commands\n(.*?)^## ", f.read(), re.M | re.S).group(1)
    with open(os.path.join(TOP, MANUALS["smppgwctl"]), encoding="utf-8") as f:
        manual = f.read()
    for verb in sorted(known):
        judge.verdict(
            re.search(r"^\|.*`%s[ `]" % re.escape(verb), table, re.M),
            "doc/operations.md, Console commands: has no row for %s" % verb,
        )
        judge.verdict(
            re.search(r"^\.(?:It )?Ic .*(?<![\w-])%s(?![\w-])" % re.escape(verb), manual, re.M),
            "%s: does not name %s" % (MANUALS["smppgwctl"], verb),
        )


MANUALS = {program: "doc/man/%s.%d" % (program, 8 if program == "smppgwd" else 1) for program in OWN}


def check_manual(judge, program, options):
    with open(os.path.join(TOP, MANUALS[program]), encoding="utf-8") as f:
        text = f.read().replace("\\-", "-").replace("\\&", "")
    # mdoc: Fl -json, Fl c; man: -c, --json
    named = set(re.findall(r"(?<![\w-])(--?[a-zA-Z][a-z0-9-]*)", re.sub(r"\\f[A-Z]", "", text)))
    named |= {"-" + flag for flag in re.findall(r"\bFl (-?[a-zA-Z][a-z0-9-]*)", text)}
    for line in re.findall(r"^\.(?:It )?Fl .*", text, re.M):  # Fl h , -help
        named |= {"-" + word for word in line.split()[1:] if word.startswith("-")}
    for option in sorted(options):
        judge.verdict(option in named, "%s: does not name %s of --help" % (MANUALS[program], option))


def check(build):
    judge = Judge()
    plan, used = read_plan(), set()
    options = {program: options_of(build, program) for program in OWN}
    known = verbs()
    for program in OWN:
        check_manual(judge, program, options[program])
    check_table(judge, known)
    judge.verdict(len(known) > 20, "etc/completion/smppgwctl names commands")
    for name in [*DOCUMENTS, "README.zh_CN"]:
        for _, line, kind, text in read(name):
            key = look_up(plan, text) if kind != "end" else None
            used.add(key)
            if kind == "text":
                judge.verdict(
                    key is not None and plan[key][0] == "text",
                    "%s:%d: neither a command nor listed as text in tests/docs/plan: %s" % (name, line, text),
                )
            for words in own_parts(text) if kind == "command" else ():
                check_words(judge, "%s:%d" % (name, line), words, options, known)
        check_inline(judge, name, options, known)
    for key, (_, _, line) in plan.items():
        judge.verdict(key in used, "tests/docs/plan:%d: stands in no document: %s" % (line, key))
    judge.end()


# --- the script ---


def quote(text):
    return "'" + text.replace("'", "'\\''") + "'"


INSTALLS = "./autogen.sh"  # begins the commands of the block that installs the gateway
KEYS = "doc/records.md"  # makes the keys that the fixture's configuration names


def in_order(only):
    """(document, rows): what installs it, what makes its keys, None for the fixture, then the rest."""
    readme = split(read("README"))
    first = [b for b in readme if any(text.startswith(INSTALLS) for _, _, _, text in b)]
    yield "README", [row for b in first for row in b]
    yield KEYS, read(KEYS)
    yield None, []
    for name in only or DOCUMENTS:
        rows = [row for b in readme if b not in first for row in b] if name == "README" else read(name)
        if name != KEYS:
            yield name, rows


def split(rows):
    out, block = [], []
    for row in rows:
        block.append(row)
        if row[2] == "end":
            out.append(block)
            block = []
    return out


def script(only):
    plan = read_plan()
    print("prepare")
    for name, rows in in_order(only):
        if name is None:
            print("fixture")
            continue
        print("document %s" % quote(name))
        for _, line, kind, text in rows:
            key = look_up(plan, text)
            action, argument = plan[key][:2] if key and kind == "command" else ("run", text)
            if kind == "end":
                print("block")
            elif kind == "command" and action == "not":
                print("leave %s %s" % (quote("%s:%d: %s" % (name, line, text)), quote(argument)))
            elif kind == "command":
                print("step %s %s" % (quote("%s:%d: %s" % (name, line, text)), quote(argument)))


if len(sys.argv) > 2 and sys.argv[1] == "--check":
    check(sys.argv[2])
elif len(sys.argv) > 1 and sys.argv[1] == "--script":
    script(sys.argv[2:])
else:
    sys.exit("usage: commands.py --check BUILD | --script [DOCUMENT...]")
