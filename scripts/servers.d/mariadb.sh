# MariaDB of this Debian, one without TLS and one with.
# shellcheck shell=bash

# mysql_url SCHEME PORT [HOST]
mysql_url() { echo "$1://root@${3:-127.0.0.1}:$2/mysql"; }

down_mysql_server() {
    if is_running "$root/$1/pid"; then
        stop_mysql "$root/$1"
        say "$1: down"
    elif [ -e "$root/$1/pid" ]; then
        say "$1: it ended by itself; the end of its log:"
        tail -n 60 "$root/$1/log" >&2
    fi
    rm -rf "${root:?}/$1" "${root:?}/$1.log"
}

up_mariadb() {
    if is_running "$root/mariadb/pid"; then return 0; fi
    need_mariadb
    may_be_entered
    start_mariadb "$root/mariadb" $((ports + 10))
    started mariadb "127.0.0.1:$((ports + 10))"
}
down_mariadb() { down_mysql_server mariadb; }
env_mariadb() {
    echo "export AGNO_TEST_MARIADB_URL=$(mysql_url mariadb $((ports + 10)))"
    echo "export AGNO_TEST_MARIADB_SOCKET=$(printf %q "$root/mariadb/s.sock")"
}

up_mariadb_tls() {
    if is_running "$root/mariadb-tls/pid"; then return 0; fi
    need_mariadb
    may_be_entered
    local files=$root/mariadb-tls-files
    make_certificates "$files" mysql
    start_mariadb "$root/mariadb-tls" $((ports + 11)) \
        --ssl-ca="$files/ca.crt" --ssl-cert="$files/server.crt" --ssl-key="$files/server.key"
    started mariadb-tls "127.0.0.1:$((ports + 11))"
}
down_mariadb_tls() {
    down_mysql_server mariadb-tls
    rm -rf "$root/mariadb-tls-files" "$root/mariadb-tls-files.log"
}
env_mariadb_tls() {
    echo "export AGNO_TEST_MARIADB_TLS_URL=$(mysql_url mariadb $((ports + 11)) localhost)"
    echo "export AGNO_TEST_MARIADB_TLS_FILES=$(printf %q "$root/mariadb-tls-files")"
}
