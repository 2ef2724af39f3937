#!/usr/bin/env python3
"""Runs a program under what a systemd unit forbids it to call: `confined.py UNIT PROGRAM ARGUMENTS...`.

SystemCallFilter, RestrictAddressFamilies and MemoryDenyWriteExecute become a seccomp filter as systemd makes it, but a
call that the unit refuses kills the process: the test wants that none is tried.
"""

import ctypes
import os
import socket
import subprocess
import sys

KILL, ALLOW, AFNOSUPPORT = 0x80000000, 0x7FFF0000, 0x00050000 | 97
PR_SET_NO_NEW_PRIVS = 38
EQUAL, MASKED = 4, 7
PROT_WRITE, PROT_EXEC = 2, 4
FAMILIES = {"AF_UNIX": socket.AF_UNIX, "AF_INET": socket.AF_INET, "AF_INET6": socket.AF_INET6}
OTHERS = [family for family in range(1, 46) if family not in FAMILIES.values()]


class Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("operator", ctypes.c_int), ("left", ctypes.c_uint64), ("right", ctypes.c_uint64)]


def read_unit(path):
    """The unit's settings by key, in order."""
    settings = {}
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            key, equals, value = line.strip().partition("=")
            if equals and not line.startswith("#"):
                settings.setdefault(key, []).append(value)
    return settings


def members(group):
    """The system calls of a group such as @system-service, as systemd-analyze lists them."""
    text = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True).stdout
    found = set()
    for line in text.splitlines()[1:]:
        name = line.strip()
        if name.startswith("@"):
            found |= members(name)
        elif name and not name.startswith("#"):
            found.add(name)
    return found


def allowed_calls(settings):
    """A line adds to the list, and takes from it behind a ~; execve is what systemd itself adds."""
    calls = {"execve"} | members("@default")
    for value in settings["SystemCallFilter"]:
        names = set()
        for word in value.lstrip("~").split():
            names |= members(word) if word.startswith("@") else {word}
        calls = calls - names if value.startswith("~") else calls | names
    return calls


class Filter:
    def __init__(self, library):
        self.library = ctypes.CDLL(library)
        self.library.seccomp_init.restype = ctypes.c_void_p
        self.library.seccomp_init.argtypes = [ctypes.c_uint32]
        self.library.seccomp_load.argtypes = [ctypes.c_void_p]
        self.context = self.library.seccomp_init(KILL)

    def rule(self, action, name, *comparisons):
        number = self.library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return
        array = (Comparison * max(len(comparisons), 1))(*comparisons)
        status = self.library.seccomp_rule_add_array(ctypes.c_void_p(self.context), ctypes.c_uint32(action), number,
                                                     len(comparisons), array)
        if status != 0:
            raise OSError(-status, f"rule for {name}")

    def load(self):
        status = self.library.seccomp_load(self.context)
        if status != 0:
            raise OSError(-status, "seccomp_load")


def build(settings):
    found = Filter("libseccomp.so.2")
    calls = allowed_calls(settings)
    for name in calls - {"socket", "mmap", "mprotect", "pkey_mprotect"}:
        found.rule(ALLOW, name)
    for value in FAMILIES.values():
        found.rule(ALLOW, "socket", Comparison(0, EQUAL, value, 0))
    for value in OTHERS:
        found.rule(AFNOSUPPORT, "socket", Comparison(0, EQUAL, value, 0))
    for protection in (0, PROT_WRITE, PROT_EXEC):
        found.rule(ALLOW, "mmap", Comparison(2, MASKED, PROT_WRITE | PROT_EXEC, protection))
    for protection in (0, PROT_WRITE):
        found.rule(ALLOW, "mprotect", Comparison(2, MASKED, PROT_WRITE | PROT_EXEC, protection))
    return found


def main():
    unit, program = sys.argv[1], sys.argv[2:]
    settings = read_unit(unit)
    found = build(settings)
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    found.load()
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
