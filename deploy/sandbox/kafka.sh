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

answers() { # port
    (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

free_port() { # above a port
    local port=$(($1 + 1))
    while answers "$port"; do port=$((port + 1)); done
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

start() { # folder, port, topics...
    local folder=$1 port=$2 topic
    shift 2
    configure "$folder" "$port"
    if [ ! -f "$folder/data/meta.properties" ]; then
        java_tool "$folder" kafka.tools.StorageTool format -t "$(java_tool "$folder" kafka.tools.StorageTool random-uuid)" \
            -c "$folder/server.properties"
    fi
    setsid java -Xmx512m -XX:+UseSerialGC -cp "$folder/libs/*" kafka.Kafka "$folder/server.properties" \
        >>"$folder/kafka.log" 2>&1 </dev/null &
    echo $! >"$folder/kafka.pid"
    local tries=0
    until answers "$port"; do
        tries=$((tries + 1))
        if [ $tries -gt 600 ] || ! kill -0 "$(cat "$folder/kafka.pid")" 2>/dev/null; then
            tail -n 20 "$folder/kafka.log" >&2
            return 1
        fi
        sleep 0.1
    done
    for topic in "$@"; do
        [ -d "$folder/data/${topic%:*}-0" ] && continue
        java_tool "$folder" org.apache.kafka.tools.TopicCommand --bootstrap-server "127.0.0.1:$port" --create --if-not-exists \
            --topic "${topic%:*}" --partitions "${topic##*:}"
    done
}

stop() { # folder
    local pid
    pid=$(cat "$1/kafka.pid" 2>/dev/null) || return 0
    if tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -q "kafka.Kafka $1/server.properties"; then
        kill "$pid"
        for _ in $(seq 200); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
        kill -9 "$pid" 2>/dev/null || true
    fi
    rm -f "$1/kafka.pid"
}

case "${1:-}" in
fetch | start | stop) "$@" ;;
*)
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac
