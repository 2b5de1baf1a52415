# Throw-away MariaDB and MySQL servers; sourced after common.sh and postgres.sh, not run.
# shellcheck shell=bash

need_mariadb() {
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null && command -v mariadb-admin >/dev/null \
        || need_packages mariadb-server
}

# Unpacked once; $mysql_server/mysqld is its program.
mysql_server=$cache/mysql-server

# need_mysql: unpacks the newest MySQL of Debian's newest suite from the mirror that this machine uses, and installs
# nothing; fails where it cannot be had.
need_mysql() {
    if [ -e "$mysql_server/.complete-1" ]; then return 0; fi
    need_mariadb # For its client.
    rm -rf "$mysql_server"
    mkdir -p "$mysql_server"
    if unpack_mysql >"$mysql_server.log" 2>&1; then
        touch "$mysql_server/.complete-1"
        return 0
    fi
    rm -rf "$mysql_server"
    return 1
}

# unpack_mysql: with apt's own resolver and lists of its own, so that neither the machine's sources nor its packages change.
unpack_mysql() {
    local codename mirror folder=$mysql_server/apt apt packages package libraries
    codename=$(. /etc/os-release && echo "$ID-$VERSION_CODENAME")
    [[ $codename == debian-* ]] || return 1
    mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' \
        | awk -v codename="${codename#debian-}" '$2 == codename { print $1; exit }')
    [ -n "$mirror" ] || return 1
    mkdir -p "$folder"/{lists/partial,cache/archives/partial,debs} || return 1
    : >"$folder/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" >"$folder/sources.list"
    apt=(apt-get -q -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$folder/lists"
        -o Dir::Cache="$folder/cache" -o Dir::State::status="$folder/status" -o APT::Sandbox::User=root)
    "${apt[@]}" -o APT::Update::Error-Mode=any update || return 1
    # The server and the libraries that it loads, without what only installing them needs.
    mapfile -t packages < <("${apt[@]}" install -s --no-install-recommends mysql-server-core | awk '/^Inst/ { print $2 }' \
        | grep -E '^(lib|zlib1g|mysql-server-core|openssl-provider)' | grep -vE 'perl|^libdb|^libgdbm|sasl2-modules')
    [[ " ${packages[*]} " == *" mysql-server-core "* ]] || return 1
    (cd "$folder/debs" && "${apt[@]}" download "${packages[@]}") || return 1
    for package in "$folder"/debs/*.deb; do dpkg -x "$package" "$mysql_server/tree" || return 1; done
    rm -rf "$folder"
    libraries=$(dirname "$(ls "$mysql_server"/tree/usr/lib/*/ld-linux-*.so.* | head -1)")
    [ -x "$mysql_server/tree/usr/sbin/mysqld" ] && [ -d "$libraries" ] || return 1
    # Its C library is newer than the machine's, so its own loader starts it.
    cat >"$mysql_server/mysqld" <<END
#!/bin/sh
root=$(printf %q "$mysql_server/tree") libraries=$(printf %q "$libraries")
exec "\$libraries"/ld-linux-*.so.* --library-path "\$libraries" "\$root/usr/sbin/mysqld" --no-defaults --basedir="\$root/usr" \\
    --lc-messages-dir="\$root/usr/share/mysql" --plugin-dir="\$root/usr/lib/mysql/plugin" --secure-file-priv= "\$@"
END
    chmod +x "$mysql_server/mysqld"
    chmod -R a+rX "$mysql_server"
}

# On 127.0.0.1 and on a socket in the folder. Nothing waits for the disk: of a throw-away server nothing has to outlive
# the machine. Its temporary tables lie in the folder too: a MariaDB deletes at its start those that it finds, also those
# of another server, which then ends with signal 11.
server_settings() {
    as_mysql=()
    if [ "$(id -u)" -eq 0 ]; then as_mysql=(--user=mysql); fi
    settings=("${as_mysql[@]}" --datadir="$1/data" --socket="$1/s.sock" --port="$2" --bind-address=127.0.0.1
        --pid-file="$1/pid" --tmpdir="$1/data" --skip-log-bin --max-connections=200 --innodb-flush-log-at-trx-commit=0
        --innodb-doublewrite=OFF --innodb-flush-method=nosync)
}

# start_mariadb FOLDER PORT [SETTING...]: this Debian's server, with the character set and collation that Debian gives it.
start_mariadb() {
    local folder=$1 port=$2 settings as_mysql
    shift 2
    own_folder "$folder" mysql
    server_settings "$folder" "$port"
    mariadb-install-db --no-defaults "${as_mysql[@]}" --datadir="$folder/data" --auth-root-authentication-method=normal \
        --skip-test-db >"$folder.log" 2>&1 || die "mariadb-install-db failed; see $folder.log"
    run_server "$folder" mariadbd --no-defaults "${settings[@]}" --debug-no-sync \
        --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci "$@"
    server_sql "$folder" "CREATE USER agno_password@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('secret');
        GRANT ALL ON *.* TO agno_password@localhost"
}

# start_mysql FOLDER PORT [SETTING...]: the server of need_mysql, small, with its own defaults otherwise.
start_mysql() {
    local folder=$1 port=$2 settings as_mysql
    shift 2
    own_folder "$folder" mysql
    server_settings "$folder" "$port"
    "$mysql_server/mysqld" "${as_mysql[@]}" --datadir="$folder/data" --initialize-insecure \
        --innodb-data-file-path=ibdata1:5M:autoextend >"$folder.log" 2>&1 || die "mysqld does not begin; see $folder.log"
    run_server "$folder" "$mysql_server/mysqld" "${settings[@]}" --mysqlx=OFF --performance-schema=OFF \
        --innodb-data-file-path=ibdata1:5M:autoextend "$@"
    server_sql "$folder" "CREATE USER agno_password@localhost IDENTIFIED WITH caching_sha2_password BY 'secret';
        GRANT ALL ON *.* TO agno_password@localhost"
}

# run_server FOLDER PROGRAM ARGUMENT...: in the background, until it answers.
run_server() {
    local folder=$1 child
    shift
    setsid "$@" >"$folder/log" 2>&1 </dev/null &
    child=$!
    for _ in $(seq 300); do
        if is_running "$folder/pid" && server_sql "$folder" "DO 0" 2>/dev/null; then return 0; fi
        kill -0 "$child" 2>/dev/null || break
        sleep 0.1
    done
    kill -TERM "$child" 2>/dev/null || true
    die "$1 did not start (does something else have its port? AGNO_TEST_PORTS moves it); see $folder/log"
}

# server_sql FOLDER STATEMENTS: as root.
server_sql() { mariadb --no-defaults -uroot -S "$1/s.sock" -N -B -e "$2"; }

# stop_mysql FOLDER: stops what start_mariadb or start_mysql started there, by its own process id.
stop_mysql() {
    local id
    id=$(head -1 "$1/pid")
    kill -TERM "$id"
    for _ in $(seq 300); do kill -0 "$id" 2>/dev/null || return 0; sleep 0.1; done
    die "the server does not stop; see $1/log"
}
