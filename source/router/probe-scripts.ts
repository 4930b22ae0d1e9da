import {script} from './scripts.ts';

/**
 * `attempt` is the body of a function for one try: it sets `answer`, and `more` for details, and succeeds if the target is
 * ready. The last line starts with `ready` or `late`. After the third space come the answer, a tab and the details. They
 * are foreign text, so the script must not interpret them (some shells' `echo` would).
 *
 * Tries every 0.1 s during the first second, then less often, down to twice a second: twenty services that take long to start
 * must not keep the machine busy with probes. For the same reason `clock` starts no process, as a substitution would.
 */
const probeLoop = (attempt: string): string =>
	script(`
limit=$1
shift
attempt() {
	${attempt}
}
clock() { read -r up rest </proc/uptime; now=\${up%.*}\${up#*.}; }
cr=$(printf '\\r')
tab=$(printf '\\t')
lf='
'
clock
start=$now
tries=0
said=
said_at=$start
while :; do
	tries=$((tries + 1))
	clock
	seconds=$(((limit - (now - start) + 99) / 100))
	[ $seconds -gt 5 ] && seconds=5
	[ $seconds -lt 1 ] && seconds=1
	state=waits
	more=
	attempt "$@" && state=ready
	clock
	[ $state = waits ] && [ $((now - start)) -ge "$limit" ] && state=late
	if [ $state != waits ] || [ "$answer" != "$said" ] || [ $((now - said_at)) -ge 100 ]; then
		printf '%s %s %s %.200s%s%.8000s\\n' $state $tries $((now - start)) "$answer" "$tab" "$more"
		said=$answer
		said_at=$now
	fi
	[ $state = waits ] || exit 0
	pause=10
	[ $((now - start)) -lt 100 ] || pause=$((10 + (now - start) / 20))
	[ $pause -lt 50 ] || pause=50
	left=$((limit - (now - start)))
	[ $pause -lt $left ] || pause=$left
	[ $pause -gt 9 ] || pause=0$pause
	sleep 0.$pause
done
`);

/**
 * Runs with the connection as stdin and stdout, and writes what it reads to stderr: busybox's `timeout` keeps any other
 * descriptor open until its time is up. Sends one request and follows no redirect, which could lead to targets that only
 * the router may reach. Reads at most 16 KB: the first chunk, then the rest for one second.
 */
const request = `printf "GET %s HTTP/1.1\\r\\nHost: %s\\r\\nUser-Agent: compartment\\r\\nAccept: */*\\r\\nConnection: close\\r\\n\\r\\n" "$1" "$2"
{
	timeout "$3" dd bs=4096 count=1 2>/dev/null &&
		timeout 1 head -c 12288 2>/dev/null
} >&2`;

/**
 * Arguments: hundredths of a second, address, port, path, Host header. The status line decides. The details are the target
 * of a redirect or the first line of the body.
 */
export const httpProbeScript = probeLoop(`output=$(nc -w "$seconds" "$1" "$2" -e sh -c '
${request}' sh "$3" "$4" "$seconds" 2>&1)
	answer=\${output%%"$lf"*}
	answer=\${answer%"$cr"}
	case $answer in
		HTTP/[0-9].[0-9]' '*) answer=\${answer#* } ;;
		'nc: '*) answer=\${answer#nc: }; return 1 ;;
		'') answer="no answer within $seconds s"; return 1 ;;
		*) more=$answer; answer='no HTTP answer'; return 1 ;;
	esac
	case $answer in
		2[0-9][0-9] | 2[0-9][0-9]' '*) return 0 ;;
	esac
	head=\${output%%"$lf$cr$lf"*}
	body=\${output#"$head"}
	body=\${body#"$lf$cr$lf"}
	case $head in
		*"$lf"[Tt]ransfer-[Ee]ncoding:*[Cc]hunked*) body=\${body#*"$lf"} ;;
	esac
	more=\${body%%"$lf"*}
	case $answer$head in
		3*"$lf"[Ll]ocation:*) more=\${head#*"$lf"[Ll]ocation:}; more=to\${more%%"$lf"*} ;;
	esac
	return 1`);

/** Arguments: hundredths of a second, host, port. */
export const tcpProbeScript = probeLoop(`if output=$(timeout "$seconds" nc -w "$seconds" "$1" "$2" -e true 2>&1); then
		answer='accepts connections'
		return 0
	fi
	answer=\${output%%"$lf"*}
	case $answer in
		'nc: '*) answer=\${answer#nc: } ;;
		*) answer="no connection within $seconds s" ;;
	esac
	return 1`);
