# What Pontis needs of Debian, and how it gets there. For deploy/sandbox/run and tests/run, which source it.

# package, and why
packages_to_build="gcc|the compiler
libc6-dev|headers of the C library
cmake|the build's description
ninja-build|runs the build
pkg-config|finds the libraries
libevent-dev|event loop and HTTP server
libssl-dev|TLS and signatures
libcurl4-openssl-dev|HTTP client
libxml2-dev|XML and schemas
libjansson-dev|JSON
libcyaml-dev|YAML of settings and corridors
libyaml-dev|the YAML parser below it
libpq-dev|PostgreSQL's client library
librdkafka-dev|Kafka's client library and the embedded broker"
packages_to_run="postgresql-15|the database (a private cluster; Debian's own is not started)
openssl|the development certificates
curl|the API call shown at the end
python3|the sandbox's runner"
packages_for_apache="openjdk-17-jre-headless|runs Apache Kafka
maven|fetches Apache Kafka from Maven Central"

packages_to_monitor="prometheus|scrapes both gateways, judges alert rules (Debian's own is not started)"

is_installed() {
    [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]
}

list_missing() { # from a list "package|why"
    local package why state
    state=$(dpkg-query -W -f='${Package}|${Status}\n' $(echo "$1" | cut -d'|' -f1) 2>/dev/null || true)
    while IFS='|' read -r package why; do
        case $'\n'$state$'\n' in
        *$'\n'"$package|install ok installed"$'\n'*) ;;
        *) echo "$package|$why" ;;
        esac
    done <<<"$1"
}

apt_install() {
    apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold install -y --no-install-recommends "$@"
}

# What is installed meanwhile starts no service of its own.
without_services() { # command
    local policy=/usr/sbin/policy-rc.d mine=no status=0
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
        mine=yes
    fi
    "$@" || status=$?
    if [ "$mine" = yes ]; then rm -f "$policy"; fi
    return $status
}

# Debian's package would scrape itself from every start of the machine on.
install_prometheus() {
    without_services apt_install prometheus || return
    if [ -d /run/systemd/system ]; then systemctl disable --quiet prometheus; fi
}

# Debian's package would make and start a cluster of its own unless its settings say no; a machine that has the
# package already keeps whatever it has.
install_all() { # packages
    local settings=/etc/postgresql-common/createcluster.conf line='create_main_cluster = false # pontis'
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 update || return
    if [[ " $* " == *" prometheus "* ]]; then install_prometheus || return; fi
    if [[ " $* " == *" postgresql-15 "* ]]; then
        apt_install postgresql-common || return
        echo "$line" >>"$settings"
        local status=0
        apt_install "$@" || status=$?
        sed -i '/# pontis$/d' "$settings"
        return $status
    fi
    apt_install "$@"
}

# Says what it will install and why; ends the script when it cannot.
install_missing() { # list "package|why", log file
    local missing packages log=$2
    missing=$(list_missing "$1")
    [ -n "$missing" ] || return 0
    {
        echo "Pontis needs these Debian packages and installs them with apt:"
        echo "$missing" | awk -F'|' '{ printf "  %-24s %s\n", $1, $2 }'
    } >&2
    packages=$(echo "$missing" | cut -d'|' -f1 | tr '\n' ' ')
    if [ "$(id -u)" -ne 0 ]; then
        echo "Only root may install. Run once as root: apt-get install --no-install-recommends $packages" >&2
        exit 3
    fi
    mkdir -p "$(dirname "$log")"
    if ! install_all $packages >"$log" 2>&1 </dev/null; then
        tail -n 5 "$log" >&2
        echo "failed: installing packages; see $log" >&2
        exit 3
    fi
}
