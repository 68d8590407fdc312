"""`./sesame texts`: brings the catalogues up to what code and templates say; a language begins here, too."""

import argparse
import sys

from devtools.documents.texts import domains, faults, renew, untranslated


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    texts = subparsers.add_parser("texts", help="bring the catalogues of messages up to code and templates")
    texts.add_argument("--check", action="store_true", help="change nothing, say what is missing or wrong")
    texts.add_argument("--begin", metavar="LANGUAGE", help="a new language, by its code: de")
    texts.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    return check() if chosen.check else update(chosen.begin)


def check() -> int:
    found = [fault for domain in domains() for fault in faults(domain)]
    print("\n".join(found), file=sys.stderr)
    return 1 if found else 0


def update(begun: str | None) -> int:
    for domain in domains():
        for language in sorted({*domain.languages(), *([begun] if begun else [])}):
            if renew(domain, language):
                print(f"{domain.path(language)}: {untranslated(domain, language)} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(check())
