# MariaDB of this Debian.
# shellcheck shell=bash

up_mariadb() {
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || need_packages mariadb-server
    local data=$root/mariadb port=$((ports + 10))
    if is_running "$data/pid"; then return 0; fi
    new_folder "$data" mysql
    local user=()
    if [ "$(id -u)" -eq 0 ]; then user=(--user=mysql); fi
    mariadb-install-db --no-defaults "${user[@]}" --datadir="$data/data" --auth-root-authentication-method=normal \
        --skip-test-db >"$data.log" 2>&1 || die "see $data.log"
    setsid mariadbd --no-defaults "${user[@]}" --datadir="$data/data" --socket="$data/s.sock" --port="$port" \
        --bind-address=127.0.0.1 --pid-file="$data/pid" --skip-log-bin --innodb-flush-log-at-trx-commit=0 \
        >"$data/log" 2>&1 </dev/null &
    for _ in $(seq 100); do
        if mariadb-admin --no-defaults -uroot -S "$data/s.sock" ping >/dev/null 2>&1; then
            started mariadb "127.0.0.1:$port"
            return 0
        fi
        sleep 0.1
    done
    die "mariadb did not start; see $data/log"
}

down_mariadb() {
    if is_running "$root/mariadb/pid"; then
        mariadb-admin --no-defaults -uroot -S "$root/mariadb/s.sock" shutdown
        say "mariadb: down"
    fi
    rm -rf "$root/mariadb"
}

env_mariadb() { echo "export AGNO_TEST_MARIADB_URL=mariadb://root@127.0.0.1:$((ports + 10))/mysql"; }
