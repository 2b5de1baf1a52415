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
