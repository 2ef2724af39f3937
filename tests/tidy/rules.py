"""The rules of the house. A rule yields (path, line, text) for what breaks it; RULES names them all."""

import fnmatch
import re
from pathlib import Path

import house

RULES = {}


def rule(function):
    """Registers a rule under its function's name."""
    RULES[function.__name__.replace("_", "-")] = function
    return function


def lies_in(path, folders):
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def row_of(path):
    """The row of LAYERS for a file; None: the file is under none."""
    rows = [folder for folder in house.LAYERS if path.startswith(folder + "/")]
    return max(rows, key=len, default=None)


def may_use(row, target):
    """Whether a row allows a header: its own folder, a folder of its row but not those below, or that very file."""
    folder = str(Path(target).parent)
    return folder == row or any(fnmatch.fnmatchcase(folder, used) or used == target for used in house.LAYERS[row])


def find_header(files, file, name):
    """Beside the file that includes it, in gateway/, or from the top."""
    beside = f"{file.folder}/{name}"
    return next((path for path in (beside, "gateway/" + name, name) if path in files), None)


@rule
def layer(files):
    """A header of the house is included only from where the dependency rule lets it be."""
    for file in filter(lambda file: file.is_c, files.values()):
        row = row_of(file.path)
        if row is None:
            yield file.path, 1, "house.py has no row for this folder in LAYERS"
            continue
        for line, quote, name in file.includes():
            if quote != '"':
                continue
            target = find_header(files, file, name)
            if target is None:
                yield file.path, line, f"{name} is not there"
            elif not may_use(row, target):
                yield file.path, line, f"{row} may not use {target}"


@rule
def order(files):
    """gateway/CMakeLists.txt names the folders so that each uses only those before it."""
    lists = files.get("gateway/CMakeLists.txt")
    found = lists and re.search(r"foreach\(folder ([^)]*)\)", lists.text)
    if not found:
        yield "gateway/CMakeLists.txt", 1, "no foreach(folder ...) tells the order of the folders"
        return
    before = []
    line = lists.text[: found.start()].count("\n") + 1
    for name in found[1].split():
        for used in house.LAYERS.get("gateway/" + name, ()):
            used = used.split("/")[1] if used.startswith("gateway/") else None
            if used and used not in before:
                yield lists.path, line, f"{name} uses {used}, which comes later"
        before.append(name)


@rule
def link(files):
    """A target links only what its folder may include."""
    for file in filter(lambda file: Path(file.path).name == "CMakeLists.txt", files.values()):
        row = row_of(file.path)
        if row is None:
            continue
        for target in re.finditer(r"pontis_(?:library|program)\(\w+.*?\bLINK\b([^)]*)\)", file.text, re.DOTALL):
            line = file.text[: target.start()].count("\n") + 1
            for name in re.findall(r"\bpontis_\w+", target[1]):
                folder = house.TARGETS.get(name, "gateway/" + name.removeprefix("pontis_"))
                if not any(fnmatch.fnmatchcase(folder, used) or used.startswith(folder + "/") for used in house.LAYERS[row]):
                    yield file.path, line, f"{row} may not link {name}"


@rule
def library(files):
    """A library is used only where it is at home, behind a port; the tests may use every one."""
    for file in filter(lambda file: file.is_c, files.values()):
        for line, quote, name in file.includes():
            if quote == '"' or name in house.SYSTEM_HEADERS or name.startswith(house.SYSTEM_FOLDERS):
                continue
            home = next((folders for start, folders in house.LIBRARIES.items() if name.startswith(start)), None)
            if home is None:
                yield file.path, line, f"house.py does not know {name}"
            elif not lies_in(file.path, home + ("tests",)):
                yield file.path, line, f"{name} is for {', '.join(home) or 'tests'} only"


@rule
def pure(files):
    """What computes only needs no header that can do I/O or read a clock."""
    for file in filter(lambda file: file.is_c and lies_in(file.path, house.PURE_FOLDERS), files.values()):
        for line, quote, name in file.includes():
            is_system = name in house.SYSTEM_HEADERS or name.startswith(house.SYSTEM_FOLDERS)
            if quote == "<" and is_system and name not in house.PURE_HEADERS:
                yield file.path, line, f"{name} in a folder that only computes"


@rule
def call(files):
    """Functions of the C library that have a better in the house."""
    pattern = re.compile(r"(?<![\w.>])(" + "|".join(house.BANNED_CALLS) + r")\s*\(")
    for file in filter(lambda file: file.is_c, files.values()):
        for line, code in enumerate(file.code, 1):
            for found in pattern.finditer(code):
                instead, folders = house.BANNED_CALLS[found[1]]
                if not lies_in(file.path, folders):
                    yield file.path, line, f"{found[1]}: {instead}"


@rule
def exact(files):
    """No float and no double."""
    for file in filter(lambda file: file.is_c and lies_in(file.path, house.EXACT_FOLDERS), files.values()):
        for line, code in enumerate(file.code, 1):
            for found in re.finditer(r"\b(float|double)\b", code):
                yield file.path, line, f"{found[1]}: int64 minor units, or mantissa and scale"


@rule
def file_length(files):
    """A file that grows too long is two."""
    for file in files.values():
        if (file.is_c or file.kind in (".py", ".sh")) and len(file.lines) > house.FILE_MOST_LINES:
            yield file.path, len(file.lines), f"{len(file.lines)} lines, {house.FILE_MOST_LINES} at most"


@rule
def function_length(files):
    """A function fits on a screen."""
    for file in files.values():
        for line, name, length in file.functions:
            if length > house.FUNCTION_MOST_LINES:
                yield file.path, line, f"{name} takes {length} lines, {house.FUNCTION_MOST_LINES} at most"


@rule
def readme(files):
    """Each folder says who lives in it."""
    for folder in sorted({file.folder for file in files.values()}):
        if lies_in(folder, house.FOREIGN_FOLDERS):
            continue
        path = "README.md" if folder == "." else folder + "/README.md"
        if path not in files:
            yield path, 1, "there is none"


def names_in(text):
    """What a README names: words in backticks. Who names one half of a pair names both."""
    names = {name for quoted in re.findall(r"`([^`]+)`", text) for name in re.split(r"[\s,]+", quoted) if name}
    return names | {name[:-1] + other for name in names if name.endswith((".c", ".h")) for other in "ch"}


@rule
def unnamed(files):
    """A folder's README names each file of it, or the pair that the file is half of."""
    for file in files.values():
        path, own = Path(file.path), files.get(file.folder + "/README.md")
        if own is None or path.name in house.NAMELESS:
            continue
        names = names_in(own.text)
        if not any(fnmatch.fnmatchcase(path.name, name) or fnmatch.fnmatchcase(path.stem, name) for name in names):
            yield file.path, 1, f"{own.path} does not name it"


@rule
def whitespace(files):
    """No tab, no blank at the end of a line, LF, and a last line that ends."""
    for file in files.values():
        if file.folder in house.RAW_FOLDERS:
            continue
        for line, text in enumerate(file.lines, 1):
            if "\t" in text and file.kind != ".mk":
                yield file.path, line, "a tab"
            if text != text.rstrip():
                yield file.path, line, "blank or CR at the end of the line"
        if file.raw and not file.raw.endswith(b"\n"):
            yield file.path, len(file.lines), "the last line does not end"


@rule
def word(files):
    """Notes to oneself and places of one machine are not published."""
    for file in files.values():
        for line, text in enumerate(file.lines, 1):
            for pattern, why in house.BANNED_WORDS.items():
                found = re.search(pattern, text)
                if found:
                    yield file.path, line, f"{found[0]}: {why}"
