"""The built program, run as a person runs it."""
import os
import pathlib
import subprocess
import sys
import unittest

PONTIS = pathlib.Path(os.environ["PONTIS_PROGRAM"])
SOURCE = pathlib.Path(__file__).resolve().parents[3]
GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
DONE, NEGATIVE, USAGE, CONFIGURATION, UNREACHABLE, REFUSED = range(6)


class Program(unittest.TestCase):
    """`pontis` gives the program's standard output and says whether it ended as expected."""

    maxDiff = None
    environment = {}

    def pontis(self, *arguments, status=DONE, folder=None, **environment):
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("PONTIS_", "ISO20022_"))}
        ended = subprocess.run([PONTIS, *arguments], cwd=folder, env={**plain, **self.environment, **environment},
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        self.said = ended.stderr.decode()
        self.printed = ended.stdout.decode()
        self.assertEqual(status, ended.returncode, f"pontis {' '.join(map(str, arguments))}\n{self.printed}{self.said}")
        return self.printed

    def assert_golden(self, name, text):
        path = GOLDEN / name
        if os.environ.get("PONTIS_GOLDEN") == "write":
            path.write_text(text)
        self.assertEqual(path.read_text(), text, f"PONTIS_GOLDEN=write writes {path}")


def main():
    """Runs the scenarios of the calling file; the last line counts them."""
    ended = unittest.main(argv=sys.argv, exit=False).result
    for test, why in ended.skipped:
        print(f"SKIPPED: {test.id()}: {why}")
    failed, skipped = len({test.id() for test, _ in [*ended.failures, *ended.errors]}), len(ended.skipped)
    sys.stderr.flush()
    print(f"{ended.testsRun - failed - skipped} passed, {failed} failed, {skipped} skipped")
    sys.exit(0 if ended.wasSuccessful() and ended.testsRun else 1)
