# A throw-away PostgreSQL server; sourced after common.sh, not run.
# shellcheck shell=bash

# This Debian's newest.
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

need_postgres() {
    [ -x "$(postgres_bin)/initdb" ] || need_packages postgresql
    [ -x "$(postgres_bin)/initdb" ] || die "there is no initdb below /usr/lib/postgresql"
}

# as_user USER COMMAND...: servers refuse to run as root; who is somebody else already runs them as himself.
as_user() {
    local user=$1
    shift
    if [ "$(id -u)" -eq 0 ]; then setpriv --reuid="$user" --regid="$user" --clear-groups "$@"; else "$@"; fi
}

# own_folder FOLDER USER: an empty folder that the user may write to, who is made where root starts the servers.
own_folder() {
    rm -rf "$1"
    mkdir -p "$1"
    if [ "$(id -u)" -eq 0 ]; then
        id "$2" >/dev/null 2>&1 || useradd -r -s /usr/sbin/nologin "$2"
        chown "$2" "$1"
    fi
}

# is_running FILE: whether the process whose id is the first line of the file lives.
is_running() { [ -s "$1" ] && kill -0 "$(head -1 "$1")" 2>/dev/null; }

# start_postgres FOLDER PORT [BIN [SETTING...]]: starts a server with its data in FOLDER/data, on 127.0.0.1, on ::1 where
# there is one, and on a socket in FOLDER. BIN is this Debian's unless given, which is installed where it is missing.
# A function prepare_NAME, where there is one for FOLDER's name, is given the new data folder before the server starts.
start_postgres() {
    local folder=$1 port=$2 bin=${3:-} name addresses=127.0.0.1 options
    shift $(($# > 3 ? 3 : $#))
    if [ -z "$bin" ]; then
        need_postgres
        bin=$(postgres_bin)
    fi
    own_folder "$folder" postgres
    as_user postgres "$bin/initdb" -D "$folder/data" -A trust -U postgres --no-sync -E UTF8 --locale=C \
        >"$folder.log" 2>&1 || die "initdb failed; see $folder.log"
    # One role must give its password, for the tests of refused connections.
    sed -i -e '1i host all agno_password 127.0.0.1/32 scram-sha-256' "$folder/data/pg_hba.conf"
    name=$(basename "$folder")
    if declare -F "prepare_${name//-/_}" >/dev/null; then "prepare_${name//-/_}" "$folder/data"; fi
    if grep -qs ' lo$' /proc/net/if_inet6; then addresses+=,::1; fi
    options="-k $folder -p $port -c listen_addresses=$addresses -c fsync=off -c synchronous_commit=off"
    options+=" -c full_page_writes=off -c max_connections=200"
    for setting in "$@"; do options+=" -c $setting"; done
    as_user postgres "$bin/pg_ctl" -D "$folder/data" -w -l "$folder/log" -o "$options" start >>"$folder.log" 2>&1 \
        || die "the server did not start; see $folder.log and $folder/log"
    # A server is content with one of its addresses.
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
        stop_postgres "$folder"
        die "something else has port $port of 127.0.0.1; set AGNO_TEST_PORTS to another first port"
    fi
}

# stop_postgres FOLDER: stops what start_postgres started there, by its own process id.
stop_postgres() {
    local id
    id=$(head -1 "$1/data/postmaster.pid")
    kill -INT "$id"
    for _ in $(seq 300); do kill -0 "$id" 2>/dev/null || return 0; sleep 0.1; done
    die "the server does not stop; see $1/log"
}
