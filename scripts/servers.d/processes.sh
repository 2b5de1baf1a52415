# What starting and stopping servers has in common.
# shellcheck shell=bash

# new_folder FOLDER USER: an empty folder that the user may write to and everybody may enter.
new_folder() {
    own_folder "$1" "$2"
    may_be_entered "$1"
}

# may_be_entered FOLDER...: by the servers' users, with the folders above it.
may_be_entered() {
    mkdir -p "$root"
    if [ "$(id -u)" -eq 0 ]; then chmod a+rx "$cache" "$root" "$@"; fi
}

# started NAME PLACE: tells people on standard error and scripts on standard output.
started() {
    say "$1: up on $2"
    echo "$1"
}

# make_certificates FOLDER [USER]: a CA, a certificate for localhost and nothing else with a key that the user may read, and a
# CA that signed nothing.
make_certificates() {
    command -v openssl >/dev/null || need_packages openssl
    rm -rf "$1"
    mkdir -p "$1"
    {
        for ca in ca other-ca; do
            openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=agno-migrate test $ca" \
                -keyout "$1/$ca.key" -out "$1/$ca.crt"
        done
        openssl req -new -newkey rsa:2048 -nodes -subj /CN=localhost -keyout "$1/server.key" -out "$1/server.csr"
        openssl x509 -req -days 30 -in "$1/server.csr" -CA "$1/ca.crt" -CAkey "$1/ca.key" -CAcreateserial \
            -extfile <(echo subjectAltName=DNS:localhost) -out "$1/server.crt"
    } >>"$1.log" 2>&1 || die "no certificates; see $1.log"
    if [ "$(id -u)" -eq 0 ] && [ -n "${2:-}" ]; then
        id "$2" >/dev/null 2>&1 || useradd -r -s /usr/sbin/nologin "$2"
        chown "$2" "$1/server.key"
    fi
}
