"""A small clean house, and for every rule what breaks it: (rule, path:line where it must be found, files)."""

import house

HEADER = "#ifndef A_H\n#define A_H\nint a(void);\n#endif\n"
BODY = "static int one(void) {\n    return 1;\n}\n"

CLEAN = {
    "README.md": "# a house\n",
    "gateway/README.md": "# gateway: `main.c`\n",
    "gateway/CMakeLists.txt": "foreach(folder base host core proof flow jobs bus store wire api serve cli)\nendforeach()\n",
    "gateway/main.c": '#include "cli/verb.h"\n\n' + BODY,
    **{f"gateway/{name}/README.md": f"# {name}\n\n`a` and `ports`, `verb`.\n"
       for name in "base host core proof flow jobs bus store wire api serve cli".split()},
    **{f"gateway/{name}/a.h": HEADER for name in "base host core proof flow jobs bus store wire api serve".split()},
    "gateway/flow/ports.h": HEADER,
    "gateway/cli/verb.h": HEADER,
    "gateway/base/a.c": '#include "base/a.h"\n\n#include <stdlib.h>\n\nvoid *a(void) {\n    return malloc(1);\n}\n',
    "gateway/host/a.c": '#include "host/a.h"\n\n#include <time.h>\n\nint a(void) {\n    return (int)time(NULL); /* sleep(1) */\n}\n',
    "gateway/store/a.c": '#include <libpq-fe.h>\n\n#include "flow/ports.h"\n\nint a(void) {\n    return b->time("malloc(1)");\n}\n',
    "gateway/store/CMakeLists.txt": "pontis_library(pontis_store SOURCES a.c LINK pontis_base)\n",
    "adapters/README.md": "# adapters\n\n`adapter.h`\n",
    "adapters/adapter.h": '#include "core/a.h"\n',
    "adapters/iso20022/README.md": "# iso20022: `a`\n",
    "adapters/iso20022/a.h": "#include <libxml/tree.h>\n",
    "adapters/peer/README.md": "# peer: `peer`\n",
    "adapters/peer/peer.c": '#include "adapters/adapter.h"\n#include "adapters/iso20022/a.h"\n',
    "tests/README.md": "# tests: `a`\n",
    "tests/a.c": '#include <criterion/criterion.h>\n#include <libpq-fe.h>\n\n#include "store/a.h"\n\nTest(a, b, .init = c) {\n}\n',
    "tests/a.py": "def one():\n    return 'XX' + 'X'\n",
}


def include(path, name):
    return {path: f"#include {name}\n"}


def within(path, statement):
    return {path: "static void one(void) {\n    " + statement + "\n}\n"}


def long_function(lines):
    return {"gateway/api/a.c": "\nstatic int one(void) {\n" + "    one();\n" * (lines - 2) + "}\n"}


def long_python(lines):
    return {"tests/a.py": "def one():\n" + "    one()\n" * (lines - 1)}


LAYER = [
    ("layer", "gateway/base/a.h:1", include("gateway/base/a.h", '"host/a.h"')),
    ("layer", "gateway/host/a.h:1", include("gateway/host/a.h", '"core/a.h"')),
    ("layer", "gateway/core/a.h:1", include("gateway/core/a.h", '"host/a.h"')),
    ("layer", "gateway/core/a.h:1", include("gateway/core/a.h", '"adapters/adapter.h"')),
    ("layer", "gateway/proof/a.h:1", include("gateway/proof/a.h", '"core/a.h"')),
    ("layer", "gateway/flow/a.h:1", include("gateway/flow/a.h", '"store/a.h"')),
    ("layer", "gateway/flow/a.h:1", include("gateway/flow/a.h", '"jobs/a.h"')),
    ("layer", "gateway/flow/a.h:1", include("gateway/flow/a.h", '"adapters/iso20022/a.h"')),
    ("layer", "gateway/jobs/a.h:1", include("gateway/jobs/a.h", '"store/a.h"')),
    ("layer", "gateway/bus/a.h:1", include("gateway/bus/a.h", '"flow/a.h"')),
    ("layer", "gateway/store/a.h:1", include("gateway/store/a.h", '"flow/a.h"')),
    ("layer", "gateway/wire/a.h:1", include("gateway/wire/a.h", '"api/a.h"')),
    ("layer", "gateway/api/a.h:1", include("gateway/api/a.h", '"wire/a.h"')),
    ("layer", "gateway/cli/verb.h:1", include("gateway/cli/verb.h", '"wire/a.h"')),
    ("layer", "gateway/main.c:1", include("gateway/main.c", '"store/a.h"')),
    ("layer", "adapters/adapter.h:1", include("adapters/adapter.h", '"flow/a.h"')),
    ("layer", "adapters/iso20022/a.h:1", include("adapters/iso20022/a.h", '"adapters/adapter.h"')),
    ("layer", "adapters/peer/peer.c:1", include("adapters/peer/peer.c", '"flow/ports.h"')),
    ("layer", "gateway/api/a.h:1", include("gateway/api/a.h", '"base/absent.h"')),
    ("layer", "gateway/api/a.h:1", include("gateway/api/a.h", '"../wire/a.h"')),
    ("layer", "gateway/new/a.h:1", {"gateway/new/README.md": "# `a`\n", **include("gateway/new/a.h", '"base/a.h"')}),
    ("layer", "elsewhere/a.h:1", {"elsewhere/README.md": "# `a`\n", **include("elsewhere/a.h", '<stdio.h>')}),
]

STRUCTURE = [
    ("order", "gateway/CMakeLists.txt:2", {
        "gateway/CMakeLists.txt": "\nforeach(folder base core proof flow host jobs bus store wire api serve cli)\n"}),
    ("order", "gateway/CMakeLists.txt:1", {"gateway/CMakeLists.txt": "add_subdirectory(base)\n"}),
    ("link", "gateway/store/CMakeLists.txt:2", {
        "gateway/store/CMakeLists.txt": "\npontis_library(pontis_store\n  SOURCES a.c\n  LINK pontis_base pontis_wire)\n"}),
    ("library", "gateway/api/a.h:1", include("gateway/api/a.h", "<event2/event.h>")),
    ("library", "gateway/flow/a.h:1", include("gateway/flow/a.h", "<libpq-fe.h>")),
    ("library", "gateway/bus/a.h:1", include("gateway/bus/a.h", "<libpq-fe.h>")),
    ("library", "gateway/jobs/a.h:1", include("gateway/jobs/a.h", "<librdkafka/rdkafka.h>")),
    ("library", "gateway/api/a.h:1", include("gateway/api/a.h", "<curl/curl.h>")),
    ("library", "gateway/core/a.h:1", include("gateway/core/a.h", "<jansson.h>")),
    ("library", "gateway/flow/a.h:1", include("gateway/flow/a.h", "<libxml/tree.h>")),
    ("library", "gateway/wire/a.h:1", include("gateway/wire/a.h", "<sqlite3.h>")),
    ("pure", "gateway/core/a.h:1", include("gateway/core/a.h", "<time.h>")),
    ("pure", "gateway/base/a.h:1", include("gateway/base/a.h", "<sys/socket.h>")),
    ("pure", "gateway/proof/a.h:1", include("gateway/proof/a.h", "<unistd.h>")),
]

CODE = [
    *(("call", "gateway/api/a.c:2", within("gateway/api/a.c", f"{name}(x);")) for name in house.BANNED_CALLS),
    ("call", "gateway/core/a.c:2", within("gateway/core/a.c", "int64_t now = time(NULL);")),
    ("call", "gateway/flow/a.c:2", within("gateway/flow/a.c", "clock_gettime(CLOCK_REALTIME, &now);")),
    ("call", "gateway/host/a.c:2", within("gateway/host/a.c", "char *text = strdup (other);")),
    ("call", "tests/a.c:2", within("tests/a.c", "sleep(1); /* until it is there */")),
    ("call", "gateway/base/a.c:2", within("gateway/base/a.c", "b(\"/*\"), strcpy(x, y), c(\"*/\");")),
    ("exact", "gateway/core/a.c:2", within("gateway/core/a.c", "double amount = 0;")),
    ("exact", "adapters/peer/peer.c:2", within("adapters/peer/peer.c", "x = (float)y;")),
    ("file-length", f"gateway/api/a.c:{house.FILE_MOST_LINES + 1}", {"gateway/api/a.c": "\n" * (house.FILE_MOST_LINES + 1)}),
    ("file-length", f"tests/a.py:{house.FILE_MOST_LINES + 1}", {"tests/a.py": "\n" * (house.FILE_MOST_LINES + 1)}),
    ("function-length", "gateway/api/a.c:2", long_function(house.FUNCTION_MOST_LINES + 1)),
    ("function-length", "gateway/api/a.c:1", {
        "gateway/api/a.c": "static struct x *one(int a,\n                int b) {\n" + "\n" * house.FUNCTION_MOST_LINES + "}\n"}),
    ("function-length", "tests/a.c:1", {"tests/a.c": "Test(a, b, .init = c) {\n" + "\n" * house.FUNCTION_MOST_LINES + "}\n"}),
    ("function-length", "tests/a.py:1", long_python(house.FUNCTION_MOST_LINES + 1)),
]

TEXT = [
    ("readme", "gateway/new/README.md:1", {"gateway/new/CMakeLists.txt": "\n"}),
    ("readme", "README.md:1", {"README.md": None, "CMakeLists.txt": "\n"}),
    ("unnamed", "gateway/api/b.c:1", {"gateway/api/b.c": BODY}),
    ("unnamed", "tests/run:1", {"tests/run": "#!/bin/sh\n"}),
    ("unnamed", "tests/a.py:1", {"tests/README.md": "# a, and `a.c`, `b`, `c_*`, a.py\n", "tests/a.h": "\n", "tests/b.py": "\n",
                                "tests/c_1.sql": "\n"}),
    ("whitespace", "gateway/api/a.c:1", {"gateway/api/a.c": "\tint one;\n"}),
    ("whitespace", "gateway/api/README.md:2", {"gateway/api/README.md": "# `a`\n \n"}),
    ("whitespace", "gateway/api/README.md:1", {"gateway/api/README.md": "# `a`\r\n"}),
    ("whitespace", "gateway/api/README.md:1", {"gateway/api/README.md": "# `a`"}),
    ("word", "gateway/api/a.c:1", {"gateway/api/a.c": "/* TO" "DO: later */\n"}),
    ("word", "gateway/api/a.c:1", {"gateway/api/a.c": "/* FIX" "ME */\n"}),
    ("word", "gateway/api/a.c:1", {"gateway/api/a.c": "/* XX" "X */\n"}),
    ("word", "gateway/api/a.c:1", {"gateway/api/a.c": "/* HA" "CK */\n"}),
    ("word", "gateway/api/README.md:2", {"gateway/api/README.md": "# `a`\nin /wo" "rk/main\n"}),
]

# What looks like a finding and is none.
FINE = [
    long_function(house.FUNCTION_MOST_LINES),
    long_python(house.FUNCTION_MOST_LINES),
    {"gateway/api/a.c": "\n" * house.FILE_MOST_LINES},
    {"gateway/api/a.c": '/* time(NULL), double */\nstatic const char a[] = "strcpy(", b = \'"\';\n'},
    {"gateway/api/a.c": "static const int table[] = {\n" + "    1,\n" * 100 + "};\n\nstruct row {\n" + "    int a;\n" * 100 + "};\n"},
    {"tests/a.c": 'static const char code[] = "XX' 'X";\n'},
    {"build-release/a.c": "\t\n", ".git/a.c": "\t\n", "tests/__pycache__/a.py": "\t\n"},
    {"tests/README.md": "# `a`, `b`\n", "tests/b": "#!/usr/bin/make -f\nall:\n\techo\n"},
    {"deploy/README.md": "# `debian/`\n", "deploy/debian/source/format": "3.0 (native)\n"},
    {"tests/support/README.md": "# `plain`\n", **include("tests/support/plain.c", '"wire/a.h"')},
]

SAMPLES = LAYER + STRUCTURE + CODE + TEXT
