#!/usr/bin/env python3
"""The rules of the house, held to every file: tests/tidy/tidy.py [ROOT].

Prints `path:line: rule: what` for each finding, how long functions are, and last `N passed, N failed, N skipped`. First
each rule is tried on samples that it must find, so that none can pass because it sees nothing.
"""

import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True

import samples  # noqa: E402
import source  # noqa: E402
from rules import RULES  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


def findings(files):
    """{rule: ["path:line: rule: text"]}"""
    return {name: [f"{path}:{line}: {name}: {text}" for path, line, text in check(files)] for name, check in RULES.items()}


def judge_sample(changes):
    """What is found in the clean house after these changes; None takes a file away."""
    with tempfile.TemporaryDirectory(prefix="pontis-tidy-") as folder:
        for name, text in {**samples.CLEAN, **changes}.items():
            if text is None:
                continue
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return [line for found in findings(source.read(folder)).values() for line in found]


def try_rules():
    """[what went otherwise than it should], and how many samples there are."""
    wrong = [f"found where nothing is wrong: {line}" for changes in [{}, *samples.FINE] for line in judge_sample(changes)]
    for name, place, changes in samples.SAMPLES:
        found = judge_sample(changes)
        if len(found) != 1 or not found[0].startswith(f"{place}: {name}: "):
            wrong.append(f"wanted {place}: {name}, found {found}")
    tried = {name for name, _, _ in samples.SAMPLES}
    wrong += [f"no sample breaks the rule {name}" for name in RULES if name not in tried]
    return wrong, 1 + len(samples.FINE) + len(samples.SAMPLES)


def tell_lengths(files):
    for title, folders in (("the program", ("gateway/", "adapters/")), ("tests", ("tests/",))):
        lengths = sorted(length for file in files.values() if file.is_c and file.path.startswith(folders)
                         for _, _, length in file.functions)
        if lengths:
            print(f"C functions of {title}: {len(lengths)}, median {lengths[len(lengths) // 2]} lines, "
                  f"90th percentile {lengths[len(lengths) * 9 // 10]}, longest {lengths[-1]}")


def main():
    wrong, samples_tried = try_rules()
    files = source.read(sys.argv[1] if len(sys.argv) > 1 else ROOT)
    broken = {name: found for name, found in findings(files).items() if found}
    for line in wrong + [line for found in broken.values() for line in found]:
        print(line)
    tell_lengths(files)
    print(f"{len(files)} files under {len(RULES)} rules, each tried on samples first ({samples_tried} in all)")
    failed = len(wrong) + len(broken)
    print(f"{samples_tried - len(wrong) + len(RULES) - len(broken)} passed, {failed} failed, 0 skipped")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
