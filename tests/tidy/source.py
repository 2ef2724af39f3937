"""Reads the house: its files, and what is code in them."""

import ast
import functools
import re
from pathlib import Path

C_KINDS = {".c", ".h", ".def"}
TOKENS = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


class File:
    """A text file of the house; `path` is relative to its root."""

    def __init__(self, root, path):
        self.path = path.relative_to(root).as_posix()
        self.folder = str(Path(self.path).parent)
        self.kind = path.suffix
        self.raw = path.read_bytes()
        self.text = self.raw.decode("utf-8", "replace")
        if not self.kind and self.text.startswith("#!"):
            first = self.text.partition("\n")[0]
            self.kind = ".py" if "python" in first else ".mk" if "make" in first else ".sh"
        self.lines = self.text.split("\n")
        if self.lines[-1] == "":
            self.lines.pop()

    @property
    def is_c(self):
        return self.kind in C_KINDS

    @functools.cached_property
    def code(self):
        """The lines of a C file without what stands in comments and strings."""
        return TOKENS.sub(_blank, self.text).split("\n")

    def includes(self):
        """(line, '<' or '"', name) of each."""
        for number, line in enumerate(self.lines, 1):
            found = INCLUDE.match(line)
            if found:
                yield number, found[1], found[2]

    @functools.cached_property
    def functions(self):
        """[(line, name, lines it takes)]"""
        if self.is_c:
            return list(_c_functions(self.code))
        if self.kind == ".py":
            return list(_python_functions(self.text))
        return []


def _blank(token):
    quote = token[0][0]
    if quote in "\"'":
        return quote + quote
    return "\n" * token[0].count("\n") or " "


def _c_functions(lines):
    """The form is clang-format's: a definition begins and ends in the first column."""
    begin, head = None, ""
    for number, line in enumerate(lines, 1):
        if begin is None and re.match(r"[A-Za-z_]", line):
            begin, head = number, line
        elif begin is not None and not head.endswith("{"):
            head += " " + line.strip()
        if begin is None:
            continue
        head = head.rstrip()
        if line.startswith("}") or (not head.endswith("{") and re.search(r"[;}]$", head)):
            if line == "}" and re.search(r"\)\s*\{$", head):
                yield begin, _name(head), number - begin + 1
            begin, head = None, ""


def _name(head):
    found = re.search(r"(\w+)\s*\(([^()]*)", head)
    return f"{found[1]}({found[2].strip()})" if found[1] in ("Test", "ReportHook") else found[1]


def _python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.name, node.end_lineno - node.lineno + 1


def is_outside(name):
    """Build trees, caches, and what belongs to a tool."""
    return name.startswith(".") or name == "build" or name.startswith("build-") or name == "__pycache__"


def read(root):
    """{path: File} of the house, without binary files."""
    root = Path(root)
    files = {}
    waiting = [root]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if is_outside(path.name) or path.is_symlink():
                continue
            if path.is_dir():
                waiting.append(path)
            elif b"\0" not in path.read_bytes():
                file = File(root, path)
                files[file.path] = file
    return files
