#!/bin/sh
# Shows that what the README says first works in an empty environment: Go, git, make and the tools of POSIX, and neither
# a compiler for C, nor bash, curl, npm, Python or a browser. The last commit is cloned, without its history, to a
# directory with a space in its name, for nobody else to read; locale and time zone are odd.
#
#   test/fresh.sh            what it needs is downloaded
#   test/fresh.sh CACHE      that is taken from the module cache CACHE, such as "$(go env GOMODCACHE)", which isn't written to
set -eu
cd "$(dirname "$0")/.."

fail() { # MESSAGE [LOG]
	echo "fresh: $1"
	[ $# -lt 2 ] || tail -n 50 "$2"
	exit 1
}
tool() ( # NAME: where the program is, also if the shell has one of that name built in
	IFS=:
	for folder in $PATH; do
		if [ -x "$folder/$1" ]; then
			echo "$folder/$1"
			exit
		fi
	done
	fail "there is no $1 on the PATH" >&2
)
timeout=$(tool timeout)

dir=$(mktemp -d)
server=
finish() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	chmod -R u+w "$dir"
	rm -rf "$dir"
}
trap finish EXIT
trap 'exit 1' INT TERM

place="$dir/a place"
umask 077
mkdir "$place" "$place/tools" "$place/home" "$place/archive"
for name in go git make sh awk basename cat chmod cmp cp cut date dirname env expr false find grep head ln ls mkdir mktemp mv \
	rm rmdir sed sleep sort tail tee touch tr true uname uniq wc xargs; do
	program=$(tool "$name")
	ln -s "$program" "$place/tools/$name"
done
git clone --quiet --depth 1 "file://$PWD" "$place/clone"
git archive HEAD | (cd "$place/archive" && tar xf -)

cache=${1:-$place/modules}
cat >"$place/fresh" <<END
#!/bin/sh
exec env -i PATH='$place/tools' HOME='$place/home' LC_ALL=tr_TR.UTF-8 TZ=Pacific/Chatham GOTOOLCHAIN=local GOMODCACHE='$cache' \
	GOPROXY='$(go env GOPROXY)' GOSUMDB='$(go env GOSUMDB)' HTTPS_PROXY='${HTTPS_PROXY:-}' NO_PROXY='${NO_PROXY:-}' "\$@"
END
chmod +x "$place/fresh"
fresh() { "$place/fresh" "$@"; }


echo "make serve"
: >"$place/log"
cd "$place/clone"
# timeout makes a process group of its own, and hands a signal to all of it, as a terminal does with Ctrl-C.
"$place/fresh" "$timeout" 15m make serve LISTEN=127.0.0.1:0 >"$place/log" 2>&1 &
server=$!
until url=$(sed -n 's/.* mocked at //p' "$place/log") && [ -n "$url" ]; do
	kill -0 "$server" 2>/dev/null || fail "make serve ended" "$place/log"
	sleep 1
done
health=$(fresh SDECONTRACT_LISTEN="${url#http://}" go run ./cmd/sdecontract health 2>&1) || fail "$health" "$place/log"
kill -INT "$server"
wait "$server" || :
server=
grep -q '^sdecontract: 1 request' "$place/log" || fail "make serve didn't end well" "$place/log"

echo "make test"
fresh make test >"$place/log" 2>&1 || fail "make test failed" "$place/log"
[ -z "$(git status --porcelain)" ] || fail "make test has changed the tree: $(git status --porcelain)"

echo "make build, without a repository"
(cd "$place/archive" && fresh make build && fresh bin/sdecontract version) >"$place/log" 2>&1 || fail "make build failed" "$place/log"

echo "what is missing is told"
! fresh make race >"$place/log" 2>&1 || fail "make race succeeded without a compiler for C"
grep -q "needs a C compiler" "$place/log" || fail "make race doesn't say what it needs" "$place/log"
fresh make contract >"$place/log" 2>&1 || fail "make contract failed" "$place/log"
grep -q "skipped: .* npm" "$place/log" || fail "make contract doesn't say what it needs" "$place/log"
echo "a fresh clone works"
