"""Progress: one line a step, with its time; a failed step names its log."""

import subprocess
import sys
import time

from state import Failure


class Steps:
    def __init__(self, stream=sys.stdout):
        self.stream = stream
        self.begun = time.monotonic()
        self.text = ""

    def say(self, text=""):
        print(text, file=self.stream, flush=True)

    def run(self, text, action, *arguments):
        """Does `action`, which may return a note to print; a Failure passes with the step's name before it."""
        live = self.stream.isatty()
        self.text = text
        self.progress("")
        begun = time.monotonic()
        try:
            note = action(*arguments)
        except Failure as failure:
            self._end(live, "FAIL", begun, text, "")
            raise Failure(f"{text}: {failure}", failure.log, failure.status) from failure
        self._end(live, "done", begun, text, note)
        return note

    def progress(self, how_far):
        """Shows how far the step that runs has come, where somebody watches."""
        if self.stream.isatty():
            print(f"\r  ... {self.text} {how_far}".rstrip() + " ", end="", file=self.stream, flush=True)

    def _end(self, live, mark, begun, text, note):
        start = "\r\033[K" if live else ""
        tail = f" ({note})" if isinstance(note, str) and note else ""
        print(f"{start}  {mark} {time.monotonic() - begun:6.1f} s  {text}{tail}", file=self.stream, flush=True)


def command(arguments, log, **options):
    """Runs a program to its end; its output goes to `log`. Raises a Failure that names the log."""
    with open(log, "ab") as stream:
        stream.write(("\n$ " + " ".join(str(argument) for argument in arguments) + "\n").encode())
        stream.flush()
        try:
            ended = subprocess.run([str(argument) for argument in arguments], stdin=subprocess.DEVNULL,
                                   stdout=stream, stderr=subprocess.STDOUT, **options)
        except FileNotFoundError as error:
            raise Failure(f"{error.filename} is missing", log) from error
    if ended.returncode != 0:
        raise Failure(f"{arguments[0]} ended with status {ended.returncode}", log)


def watched(arguments, log, on_line):
    """`command` for a program whose lines tell how far it is."""
    with open(log, "ab") as stream, subprocess.Popen([str(argument) for argument in arguments], stdin=subprocess.DEVNULL,
                                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        for line in running.stdout:
            stream.write(line)
            on_line(line.decode(errors="replace"))
    if running.returncode != 0:
        raise Failure(f"{arguments[0]} ended with status {running.returncode}", log)


def wait_until(condition, seconds, interval=0.05):
    """Asks until it is so; False when the time is over."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(interval)
    return True
