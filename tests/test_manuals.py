#!/usr/bin/env python3
"""The manual pages say what the programs' tables say, and the shell completes it.

$SRCDIR and $KAIRAN_BUILD_DIR are make check's. Speaks TAP."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

import plain_tap

SOURCE = pathlib.Path(os.environ["SRCDIR"])
BUILD = pathlib.Path(os.environ["KAIRAN_BUILD_DIR"])
PAGES = ("conf/kairan.conf.5", "conf/kairan.7", "ctl/kairanctl.8", "milter/kairan-milter.8",
         *(["web/kairan-web.8"] if (BUILD / "kairan-web").exists() else []))
COMPLETION = SOURCE / "ctl/bash-completion/kairanctl"


def run(*words, **options):
    return subprocess.run(words, capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C.UTF-8"}, **options)


def rendered(page):
    """A page as people read it, with all blanks made one."""
    shown = run("mandoc", "-T", "utf8", "-O", "width=300", str(BUILD / page)).stdout
    return " ".join(re.sub(".\b", "", shown).split())


def check_has(page, parts, advice):
    text = rendered(page)
    missing = [part for part in parts if " ".join(part.split()) not in text]
    assert not missing, f"{page} lacks {missing}; {advice}"
    assert parts, f"nothing to look for in {page}"


def table_of(path, pattern):
    return re.findall(pattern, (SOURCE / path).read_text(encoding="utf-8"))


def test_pages_are_well_formed():
    for page in PAGES:
        lint = run("mandoc", "-T", "lint", "-W", "warning", str(BUILD / page))
        assert not lint.stdout and lint.returncode == 0, lint.stdout
        groff = run("groff", "-k", "-mdoc", "-ww", "-T", "utf8", str(BUILD / page))
        assert not groff.stderr and groff.returncode == 0, groff.stderr
        assert not re.search(r"@[A-Z]+@", (BUILD / page).read_text(encoding="utf-8")), page


def test_every_setting_is_described():
    rows = table_of("conf/settings.c",
                    r"ROW\((\w+), TYPE_\w+,\s+(NULL|(?:PKGDATADIR )?\"[^\"]*\"),\s+"
                    r"((?:\"(?:[^\"\\]|\\.)*\"\s*)+)\)")
    assert len(rows) == (SOURCE / "conf/settings.c").read_text(encoding="utf-8").count("ROW(") - 1
    wanted = []
    for name, fallback, meaning in rows:
        sentence = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', meaning))
        head = f"{name} = {fallback} " if fallback.startswith('"') else f"{name} "
        if fallback.startswith("PKGDATADIR"):
            wanted += [f"{name} = ", f"/templates\" {sentence}"]
        else:
            wanted.append(head + sentence)
    check_has("conf/kairan.conf.5", wanted, "it is made from conf/settings.c: run make")


def test_every_command_is_described():
    lines = run(str(BUILD / "kairanctl"), "-w").stdout.splitlines()
    meanings = re.findall(r"^      (\S.*)$", run(str(BUILD / "kairanctl"), "-h").stdout, re.M)
    assert len(lines) == len(meanings) > 20
    check_has("ctl/kairanctl.8",
              [f"{line} {meaning}" for line, meaning in
               zip([line.replace("...", " ...") for line in lines], meanings)],
              "it is made from the table in ctl/main.c: run make")


def test_options_of_the_daemon_are_described():
    letters = table_of("milter/main.c", r"getopt_long\(argc, argv, \"([^\"]+)\"")
    check_has("milter/kairan-milter.8", [f"-{letter}" for letter in letters[0].replace(":", "")],
              "describe the option in milter/kairan-milter.8.in")


def test_states_addresses_and_words_are_described():
    states = table_of("policy/lifecycle.c", r"\[DRAFT_\w+\] = \"([^\"]+)\"")
    prefixes = table_of("policy/service_address.c", r"\{ SERVICE_\w+, \"(\w+)\"")
    words = table_of("policy/decision.c", r"\{ \"([^\"]+)\", DECISION_")
    assert len(states) == 8 and len(prefixes) > 5 and len(words) > 20
    text = rendered("conf/kairan.7").lower()
    missing = [word for word in states + words if word not in text]
    source = (BUILD / "conf/kairan.7").read_text(encoding="utf-8")
    missing += [word for word in prefixes if f"{word}+" not in text and f"{word}-" not in text
                and f"\n.It Cm {word}\n" not in source]
    assert not missing, f"conf/kairan.7.in says nothing of {missing}"


def test_articles_are_described():
    text = (BUILD / "conf/kairan.7").read_text(encoding="utf-8")
    described = set(re.findall(r"[\d()-]+", " ".join(re.findall(r"^\.It ([\d, ()-]+)$", text,
                                                                re.M))))
    cited = {article for article in
             table_of("policy/verdict.c", r"VERDICT_\w+, \"[\w-]+\", \"([\d()-]+)\"")}
    assert len(cited) > 8, cited
    missing = [article for article in cited
               if article not in described and article.split("(")[0] not in described]
    assert not missing, f"conf/kairan.7.in says nothing of the articles {missing}"


# ---- the shell ----

def complete(*words):
    """What bash offers for the last word, as readline would ask for it."""
    script = (f'source "{COMPLETION}"\n'
              'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()\n'
              '"$(complete -p kairanctl | sed -E "s/.*-F ([^ ]+) .*/\\1/")"'
              ' kairanctl "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"\n'
              'printf "%s\\n" "${COMPREPLY[@]}"')
    done = run("bash", "--norc", "-c", script, "bash", str(BUILD / "kairanctl"), *words,
               cwd=SOURCE)
    assert not done.stderr, done.stderr
    return set(done.stdout.split())


def check_offered(words, wanted, unwanted=()):
    offered = complete(*words)
    missing, surplus = set(wanted) - offered, set(unwanted) & offered
    assert not missing and not surplus, f"{words}: offered are {sorted(offered)}"


def test_completion_has_every_command():
    for line in run(str(BUILD / "kairanctl"), "-w").stdout.splitlines():
        words = re.match(r"[a-z]+(?: [a-z]\w*)*", line)[0].split()
        check_offered(words[:1], words[:1])
        for i in range(1, len(words)):
            check_offered([*words[:i], ""], [words[i]], words[:i])
        options = re.findall(r"--[a-z-]+", line)
        check_offered([*words, "-"], options + ["--help"])
        check_offered(["-c", "/etc/kairan.conf", *words, "--"], options)
        if words[0] == "drafts":
            check_offered([words[1]], [words[1]])
            check_offered([words[1], "-"], options)


def test_completion_of_what_follows():
    states = table_of("policy/lifecycle.c", r"\[DRAFT_\w+\] = \"([^\"]+)\"")
    check_offered(["drafts", "list", ""], states)
    check_offered(["list", "re"], ["releasing", "released"], ["held"])
    check_offered(["list", "held", "--s"], ["--since"], ["--json"])
    check_offered(["list", "--since", "1h", "--j"], ["--json"])
    check_offered(["list", "--since", ""], [], states)
    check_offered(["subscribers", "list", "--list", "bosai", "--state", ""],
                  ["active", "suspended"])
    check_offered(["sub"], ["subscribers"], ["status"])
    check_offered(["audit", "ex"], ["export"], ["list", "explain"])
    check_offered(["people", "signatures", "f"], ["forget"], ["list"])
    check_offered(["people", "nonsense", ""], [], ["list", "signatures"])
    check_offered(["nonsense", ""], [], ["list", "status"])
    check_offered(["backup", "READ"], ["README", "README.ja"])
    check_offered(["subscribers", "import", "--list", "bosai", "--dry-run", "READ"], ["README"])
    check_offered(["-c", "READ"], ["README"])
    check_offered(["drafts", "show", "READ"], [], ["README"])


if __name__ == "__main__":
    if not shutil.which("mandoc") or not shutil.which("groff"):
        print("1..0 # SKIP there is no mandoc, or no groff (tests/stack/install.sh)")
        sys.exit(0)
    sys.exit(plain_tap.main(globals()))
