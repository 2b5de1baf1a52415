# MySQL, the newest of Debian's newest suite, which has TLS on.
# shellcheck shell=bash

up_mysql() {
    if is_running "$root/mysql/pid"; then return 0; fi
    if ! need_mysql; then
        say "mysql: NOT STARTED: Debian's newest MySQL cannot be had for this machine; see $mysql_server.log"
        return 0
    fi
    may_be_entered
    local files=$root/mysql-files
    make_certificates "$files" mysql
    start_mysql "$root/mysql" $((ports + 12)) --innodb-buffer-pool-size=64M \
        --ssl-ca="$files/ca.crt" --ssl-cert="$files/server.crt" --ssl-key="$files/server.key"
    started mysql "127.0.0.1:$((ports + 12))"
}
down_mysql() {
    down_mysql_server mysql
    rm -rf "$root/mysql-files" "$root/mysql-files.log"
}
env_mysql() {
    if [ ! -e "$root/mysql/data" ]; then return 0; fi
    echo "export AGNO_TEST_MYSQL_URL=$(mysql_url mysql $((ports + 12)))"
    echo "export AGNO_TEST_MYSQL_SOCKET=$(printf %q "$root/mysql/s.sock")"
    echo "export AGNO_TEST_MYSQL_FILES=$(printf %q "$root/mysql-files")"
    echo "export AGNO_TEST_MYSQL_PROGRAM=$(printf %q "$mysql_server/mysqld")"
}
