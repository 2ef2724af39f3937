#!/usr/bin/env bash
# A single-node Apache Kafka (KRaft) in a folder of its own, for the sandbox and for tests.
#
#   kafka.sh fetch FOLDER                          gets the pinned version from Maven Central (Maven and Java 17 are there)
#   kafka.sh start FOLDER PORT TOPIC:PARTITIONS... starts it on 127.0.0.1:PORT and makes the topics that are missing
#   kafka.sh stop FOLDER                           stops it; its data stay
set -euo pipefail
version=4.3.1

fetch() { # folder
    [ -f "$1/libs/.$version" ] && return
    rm -rf "$1/libs" "$1/fetch"
    mkdir -p "$1/fetch"
    cat >"$1/fetch/pom.xml" <<POM
<project><modelVersion>4.0.0</modelVersion><groupId>pontis</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>$version</version></dependency>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>$version</version></dependency>
</dependencies></project>
POM
    mvn -q -B -f "$1/fetch/pom.xml" -Dmaven.repo.local="$1/fetch/repository" dependency:copy-dependencies -DoutputDirectory="$1/libs"
    rm -rf "$1/fetch"
    touch "$1/libs/.$version"
}

is_taken() { # port
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Asks for the versions it speaks (ApiVersions 0) and wants any answer: a port that is open is no broker yet.
answers() { # port
    [ "$( (exec 3<>"/dev/tcp/127.0.0.1/$1" && printf '\0\0\0\012\0\022\0\0\0\0\0\001\377\377' >&3 &&
        timeout 2 head -c 4 <&3 | wc -c) 2>/dev/null)" = 4 ]
}

free_port() { # above a port
    local port=$(($1 + 1))
    while is_taken "$port"; do port=$((port + 1)); done
    echo "$port"
}

configure() { # folder, port
    local controller
    controller=$(free_port "$2")
    cat >"$1/server.properties" <<PROPERTIES
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$2,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$2
controller.listener.names=CONTROLLER
log.dirs=$1/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
PROPERTIES
}

java_tool() { # folder, class, arguments...
    local folder=$1
    shift
    java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$folder/libs/*" "$@"
}

# The process of this folder, not one that got its number since.
running() { # folder; prints its id
    local pid
    pid=$(cat "$1/kafka.pid" 2>/dev/null) || return 1
    { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "kafka.Kafka $1/server.properties" && echo "$pid"
}

format() { # folder
    [ -f "$1/data/meta.properties" ] && return
    java_tool "$1" kafka.tools.StorageTool format -t "$(java_tool "$1" kafka.tools.StorageTool random-uuid)" -c "$1/server.properties"
}

launch() { # folder
    setsid java -Xmx512m -XX:+UseSerialGC -cp "$1/libs/*" kafka.Kafka "$1/server.properties" >>"$1/kafka.log" 2>&1 </dev/null &
    echo $! >"$1/kafka.pid.new"
    mv "$1/kafka.pid.new" "$1/kafka.pid"
}

# One that was just killed keeps its port for a moment.
await_free() { # port
    for _ in $(seq 30); do
        is_taken "$1" || return 0
        sleep 0.1
    done
    echo "port $1 is taken" >&2
    return 1
}

await() { # folder, port
    for _ in $(seq 600); do
        running "$1" >/dev/null || break
        answers "$2" && return
        sleep 0.1
    done
    tail -n 20 "$1/kafka.log" >&2
    return 1
}

make_topics() { # folder, port, topics...
    local folder=$1 port=$2 topic makers=()
    shift 2
    for topic in "$@"; do
        [ -d "$folder/data/${topic%:*}-0" ] && continue
        java_tool "$folder" org.apache.kafka.tools.TopicCommand --bootstrap-server "127.0.0.1:$port" --create --if-not-exists \
            --topic "${topic%:*}" --partitions "${topic##*:}" &
        makers+=($!)
    done
    for topic in "${makers[@]}"; do wait "$topic"; done
}

start() { # folder, port, topics...
    if ! running "$1" >/dev/null; then
        await_free "$2"
        configure "$1" "$2"
        format "$1"
        launch "$1"
    fi
    await "$1" "$2"
    make_topics "$@"
}

stop() { # folder
    local pid
    if pid=$(running "$1"); then
        kill "$pid"
        for _ in $(seq 200); do
            running "$1" >/dev/null || break
            sleep 0.1
        done
        kill -9 "$pid" 2>/dev/null || true
    fi
    rm -f "$1/kafka.pid"
}

verb=${1:-} folder=${2:-}
case "$verb" in
fetch | start | stop)
    [ -n "$folder" ] || { echo "$verb: which folder?" >&2; exit 2; }
    shift 2
    "$verb" "$(realpath -m "$folder")" "$@"
    ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
