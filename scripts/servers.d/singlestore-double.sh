# The double of SingleStore, in front of MariaDB: see Tests/SingleStoreDouble/README.md.
# shellcheck shell=bash

# double_certificate FILES: one that signs itself; the original's connections insist on TLS and check nothing.
double_certificate() {
    command -v openssl >/dev/null || need_packages openssl
    mkdir -p "$1"
    openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
        -keyout "$1/server.key" -out "$1/server.crt" >>"$1/log" 2>&1 || die "singlestore-double: no certificate; see $1/log"
    chmod 600 "$1/server.key"
}

up_singlestore_double() {
    need_python
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || die "singlestore-double needs Python 3.11 or newer"
    local folder=$root/singlestore-double port=$((ports + 16))
    up_mariadb
    if is_running "$folder/pid"; then return 0; fi
    rm -rf "$folder"
    mkdir -p "$folder"
    double_certificate "$folder"
    PYTHONPATH=Tests/SingleStoreDouble PYTHONDONTWRITEBYTECODE=1 setsid python3 -m singlestore_double \
        --port "$port" --mariadb-port $((ports + 10)) --pid-file "$folder/pid" \
        --tls-certificate "$folder/server.crt" --tls-key "$folder/server.key" >"$folder/log" 2>&1 </dev/null &
    for _ in $(seq 100); do
        if is_running "$folder/pid" && (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            started singlestore-double "127.0.0.1:$port"
            return 0
        fi
        sleep 0.1
    done
    die "singlestore-double did not start; see $folder/log"
}

down_singlestore_double() {
    local folder=$root/singlestore-double id
    if is_running "$folder/pid"; then
        id=$(cat "$folder/pid")
        kill -TERM "$id"
        for _ in $(seq 100); do kill -0 "$id" 2>/dev/null || break; sleep 0.1; done
        say "singlestore-double: down"
    fi
    rm -rf "$folder"
}

env_singlestore_double() {
    echo "export AGNO_TEST_SINGLESTORE_DOUBLE_URL=singlestore://root@127.0.0.1:$((ports + 16))/memsql"
}
