# A throw-away PostgreSQL server; sourced after common.sh, not run.
# shellcheck shell=bash

postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }

as_user() { local user=$1; shift; if [ "$(id -u)" -eq 0 ]; then setpriv --reuid="$user" --regid="$user" --clear-groups "$@"; else "$@"; fi; }

# start_postgres FOLDER PORT: installs the server where it is missing, and starts one with its data in FOLDER/data.
start_postgres() {
    local bin data=$1 port=$2
    [ -n "$(postgres_bin)" ] && [ -x "$(postgres_bin)/initdb" ] || need_packages postgresql
    bin=$(postgres_bin)
    rm -rf "$data"
    mkdir -p "$data"
    if [ "$(id -u)" -eq 0 ]; then chown postgres "$data"; fi
    as_user postgres "$bin/initdb" -D "$data/data" -A trust -U postgres --no-sync -E UTF8 --locale=C >"$data.log" 2>&1
    # One role must give its password, for the tests of refused connections.
    sed -i '1i host all agno_password 127.0.0.1/32 scram-sha-256' "$data/data/pg_hba.conf"
    as_user postgres "$bin/pg_ctl" -D "$data/data" -w -l "$data/log" -o "-k $data -p $port -c listen_addresses=127.0.0.1 \
        -c fsync=off -c synchronous_commit=off -c full_page_writes=off" start >>"$data.log" 2>&1 || die "see $data.log and $data/log"
}

# stop_postgres FOLDER: stops what start_postgres started there.
stop_postgres() { as_user postgres "$(postgres_bin)/pg_ctl" -D "$1/data" -m fast stop >/dev/null; }
