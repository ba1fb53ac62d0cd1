# Outlives the test program however that ends, stops its server and removes what it left.
# Arguments: the data directory, the folder with log and socket. Input: the server's process id whenever it
# starts, an empty line whenever it ended.
trap '' HUP INT TERM
pid=
while read -r line; do pid=$line; done

alive() { [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null && [ -e "$1/postmaster.pid" ]; }

if alive "$1"; then
    kill -QUIT "$pid"
    kill -CONT "$pid"
    tries=0
    while alive "$1" && [ "$tries" -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    alive "$1" && kill -KILL "$pid"
fi

# A server that was killed leaves a segment of shared memory, named on this line.
segment=$(sed -n '7s/^ *[0-9]* *//p' "$1/postmaster.pid" 2>/dev/null)
[ -z "$segment" ] || ipcrm -m "$segment" 2>/dev/null
rm -rf "$1" "$2"
