#!/usr/bin/env bash
# Puts the same load on the mock and on those of its peers that are installed, one after the other: bench/compare.sh
#
#   prism        on the PATH, or in test/contract after `make contract`
#   mockoon-cli  on the PATH
#   wiremock     WIREMOCK_JAR names its standalone jar
#   stripe-mock  on the PATH; it can serve no API but Stripe's, so it is asked for a charge
#
# Servers listen on loopback only, and each is ended before the next one starts. DURATION is of each row (2s),
# after as long a time to get warm.
set -euo pipefail
cd "$(dirname "$0")/.."

api=/api/v2/connections/alm
good='{"alias": "Web Shop", "connector": 1, "project": 1, "frequency": "daily", "params": {"alm_project": "SHOP"}}'
bad='{"alias": 7, "connector": "Rally", "project": 1, "frequency": "yearly", "params": {}}'
duration=${DURATION:-2s}
work=$(mktemp -d)
pid=
on_server=() on_load=()
if taskset --cpu-list 0 true 2>/dev/null && taskset --cpu-list 1 true 2>/dev/null; then
	on_server=(taskset --cpu-list 0) on_load=(taskset --cpu-list 1)
fi

stop() {
	if [[ -n $pid ]]; then
		kill "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
		pid=
	fi
}
trap 'stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

free_port() {
	port=$((20000 + RANDOM % 10000))
	while answers "$port"; do port=$((port + 1)); done
}

start() { # NAME COMMAND...
	name=$1
	shift
	"${on_server[@]}" "$@" >"$work/$name.log" 2>&1 &
	pid=$!
	for _ in {1..600}; do
		if answers "$port"; then return; fi
		if ! kill -0 "$pid" 2>/dev/null; then break; fi
		sleep 0.1
	done
	echo "$name: doesn't answer on port $port:"
	tail -5 "$work/$name.log"
	stop
	return 1
}

row() { # SHAPE METHOD PATH [BODY]
	local body=()
	if [[ -n ${4-} ]]; then body=(-body "$4" -header 'Content-Type: application/json'); fi
	local load=(env GOMAXPROCS=1 "${on_load[@]}" "$work/load" -url "http://127.0.0.1:$port$3" -method "$2"
		-header "Authorization: ${authorization:-Token editor-token}" "${body[@]}")
	printf '%-12s  %-12s  ' "$name" "$1"
	"${load[@]}" -duration "$duration" >/dev/null 2>&1 || true # it compiles what it needs, if it does so as it runs
	"${load[@]}" -duration "$duration" 2>&1 || true
}

rows() {
	row get GET "$api/1/"
	row list GET "$api/"
	row put PUT "$api/1/" "$good"
	row post POST "$api/" "$good"
	row post-refused POST "$api/" "$bad"
	stop
}

missing=()
find_command() { # NAME COMMAND: sets found
	found=$(command -v "$2") || { missing+=("$1"); return 1; }
}

go build -o "$work/load" ./bench/load
go build -o "$work/sdecontract" ./cmd/sdecontract

free_port
start sdecontract env GOMAXPROCS=1 "$work/sdecontract" mock --listen "127.0.0.1:$port" --log none && rows

PATH=$PATH:$PWD/test/contract/node_modules/.bin
if find_command prism prism; then
	free_port
	start prism "$found" mock --host 127.0.0.1 --port "$port" --multiprocess=false openapi.yaml && rows
fi
if find_command mockoon-cli mockoon-cli; then
	free_port
	start mockoon-cli "$found" start --data openapi.yaml --hostname 127.0.0.1 --port "$port" --disable-log-to-file && rows
fi
if [[ -z ${WIREMOCK_JAR-} ]]; then
	missing+=("wiremock (set WIREMOCK_JAR)")
elif find_command java java; then
	mkdir -p "$work/wiremock/mappings" "$work/wiremock/__files" # it can't read the contract: it gets the sample
	cp fixtures/docs/alm-get.reply.json "$work/wiremock/__files/"
	cat >"$work/wiremock/mappings/get.json" <<-END
		{"request": {"method": "GET", "urlPath": "$api/1/"},
		 "response": {"status": 200, "bodyFileName": "alm-get.reply.json", "headers": {"Content-Type": "application/json"}}}
	END
	free_port
	start wiremock "$found" -jar "$WIREMOCK_JAR" --bind-address 127.0.0.1 --port "$port" --root-dir "$work/wiremock" &&
		row get GET "$api/1/"
	stop
fi
if find_command stripe-mock stripe-mock; then
	free_port
	start stripe-mock env GOMAXPROCS=1 "$found" -http-addr "127.0.0.1:$port" &&
		authorization='Bearer sk_test_123' row get GET /v1/charges/ch_123
	stop
fi
for peer in "${missing[@]}"; do echo "$peer: not installed"; done
