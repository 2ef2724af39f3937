"""What the house allows, as tables. A row that changes here is a change of the house's rules."""

# folder -> the folders (not what lies below them) or single files whose headers it may include besides its own. The
# longest path that a file lies under is its row. What is not listed is forbidden.
BASICS = ("gateway/base", "gateway/host", "gateway/core")
ADAPTERS = ("adapters", "adapters/iso20022", "adapters/peer")
LAYERS = {
    "gateway/base": (),
    "gateway/host": ("gateway/base",),
    "gateway/core": ("gateway/base",),
    "gateway/proof": ("gateway/base",),
    "gateway/flow": BASICS + ("gateway/proof", "adapters/adapter.h"),
    "gateway/jobs": BASICS + ("gateway/flow",),
    "gateway/bus": BASICS + ("gateway/flow/ports.h",),
    "gateway/store": BASICS + ("gateway/flow/ports.h",),
    "gateway/wire": BASICS + ("gateway/flow/ports.h",),
    "gateway/api": BASICS + ("gateway/flow",),
    "gateway/serve": BASICS + ADAPTERS + ("gateway/flow", "gateway/jobs", "gateway/bus", "gateway/store", "gateway/wire", "gateway/api"),
    "gateway/cli": BASICS + ADAPTERS + ("gateway/flow", "gateway/store", "gateway/serve"),
    "gateway": ("gateway/cli", "gateway/serve"),
    "adapters": BASICS + ("adapters/peer",),
    "adapters/iso20022": BASICS,
    "adapters/peer": BASICS + ("adapters/adapter.h", "adapters/iso20022"),
    "deploy/sandbox/wallet": ("gateway/base", "gateway/host"),
    "deploy/sandbox/broker": (),
    "tests/support/plain": BASICS + ("adapters/adapter.h",),
    "tests": ("*",),
}

# CMake target -> its folder, where the name alone does not say it.
TARGETS = {"pontis_adapters": "adapters", "pontis_iso20022": "adapters/iso20022", "pontis_peer": "adapters/peer"}

# Beginning of a header's name -> the folders where that library is at home. Tests may use every one.
LIBRARIES = {
    "event2/": ("gateway/bus", "gateway/store", "gateway/wire", "gateway/serve"),
    "libpq-fe.h": ("gateway/store",),
    "librdkafka/": ("gateway/bus", "deploy/sandbox/wallet", "deploy/sandbox/broker"),
    "curl/": ("gateway/wire", "gateway/cli"),
    "openssl/": ("gateway/host", "gateway/proof", "gateway/wire", "adapters/iso20022"),
    "libxml/": ("adapters/iso20022",),
    "xmlsec/": (),
    "jansson.h": ("gateway/flow", "gateway/api", "gateway/cli", "deploy/sandbox/wallet"),
    "cyaml/": ("gateway/host", "gateway/flow"),
    "yaml.h": ("gateway/host",),
    "criterion/": (),
    "sanitizer/": (),
}

# Folders whose code computes only, and the headers of the C library that it needs for that.
PURE_FOLDERS = ("gateway/base", "gateway/core", "gateway/proof")
PURE_HEADERS = {"assert.h", "ctype.h", "inttypes.h", "limits.h", "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h",
                "stdint.h", "stdio.h", "stdlib.h", "string.h"}
SYSTEM_HEADERS = PURE_HEADERS | {
    "dirent.h", "endian.h", "errno.h", "fcntl.h", "glob.h", "grp.h", "poll.h", "pthread.h", "pwd.h", "search.h",
    "signal.h", "spawn.h", "stdatomic.h", "strings.h", "time.h", "unistd.h"}
SYSTEM_FOLDERS = ("arpa/", "linux/", "net/", "netinet/", "sys/")

# Functions that nobody calls -> (what to use instead, the folders that may).
MEMORY = ("must_alloc and its kin, which abort", ("gateway/base",))
CLOCK = ("host/clock.h, or time that is handed in", ("gateway/host", "tests/bench"))
BOUNDED = ("base/text.h, base/buffer.h or snprintf", ())
CALENDAR = ("base/instant.h", ())
# A lock on a table tells nobody that it is free: migrate tries again.
WAITING = ("the event itself is waited for", ("gateway/store/migrate.c",))
BANNED_CALLS = {
    **dict.fromkeys(("strcpy", "stpcpy", "strcat", "strncpy", "strncat", "sprintf", "vsprintf", "gets"), BOUNDED),
    "strtok": ("it keeps a place between calls: strcspn and strspn do not", ()),
    **dict.fromkeys(("atoi", "atol", "atoll", "atof"), ("strtol and a look at where it stopped", ())),
    **dict.fromkeys(("rand", "srand", "random", "srandom", "drand48"), ("host/random.h", ())),
    **dict.fromkeys(("system", "popen"), ("no shell: execv", ())),
    "alloca": ("a fixed size or base/arena.h", ()),
    **dict.fromkeys(("localtime", "localtime_r", "gmtime", "ctime", "asctime"), CALENDAR),
    **dict.fromkeys(("sleep", "usleep", "nanosleep"), WAITING),
    **dict.fromkeys(("time", "clock_gettime", "gettimeofday"), CLOCK),
    **dict.fromkeys(("malloc", "calloc", "realloc", "reallocarray", "strdup", "strndup", "asprintf", "vasprintf"), MEMORY),
}

# Where money passes; it is never a binary fraction.
EXACT_FOLDERS = ("gateway/base", "gateway/core", "gateway/flow", "gateway/jobs", "gateway/store", "gateway/api", "gateway/cli",
                 "adapters", "deploy/sandbox/wallet")

# Pattern -> why it does not belong into what is published. As a text the third is the code of no currency.
BANNED_WORDS = {
    r"\bTO[D]O\b": "do it or say it in an issue",
    r"\bFIX[M]E\b": "fix it",
    r"\bXX[X]\b(?![\"\\])": "say what is wrong",
    r"\bHAC[K]\b": "say why it is needed",
    r"/wor[k]/": "a path of one machine",
}

FILE_MOST_LINES = 600
FUNCTION_MOST_LINES = 70

# Files that a README need not name.
NAMELESS = {"README.md", "CMakeLists.txt", "__init__.py"}
# Folders that another tool lays out; the README above them says what they are.
FOREIGN_FOLDERS = ("deploy/debian",)
# Bytes that are judged as they are.
RAW_FOLDERS = ("tests/unit/iso20022/golden",)
