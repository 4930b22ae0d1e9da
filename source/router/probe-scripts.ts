import {script} from './scripts.ts';

/**
 * One try is a function that sets `answer` and succeeds when ready; `more` says more about the answer. The last line says
 * `ready` or `late`. The words after the third space are the answer, a tab and the rest: a service chose them, so nothing
 * here may read them as anything else (`echo` of some shells would).
 */
const probeLoop = (attempt: string): string =>
	script(`
limit=$1
shift
attempt() {
	${attempt}
}
cr=$(printf '\\r')
tab=$(printf '\\t')
lf='
'
start=$(hundredths)
tries=0
said=
said_at=$start
while :; do
	tries=$((tries + 1))
	now=$(hundredths)
	seconds=$(((limit - (now - start) + 99) / 100))
	[ $seconds -gt 5 ] && seconds=5
	[ $seconds -lt 1 ] && seconds=1
	state=waits
	more=
	attempt "$@" && state=ready
	now=$(hundredths)
	[ $state = waits ] && [ $((now - start)) -ge "$limit" ] && state=late
	if [ $state != waits ] || [ "$answer" != "$said" ] || [ $((now - said_at)) -ge 100 ]; then
		printf '%s %s %s %.200s%s%.8000s\\n' $state $tries $((now - start)) "$answer" "$tab" "$more"
		said=$answer
		said_at=$now
	fi
	[ $state = waits ] || exit 0
	sleep 0.1
done
`);

/**
 * Runs with the connection as its input and output, and writes what it reads to standard error: busybox's `timeout` keeps
 * any other descriptor open until its time is up. Sends one request, whatever the answer is: a client that follows a
 * redirect would ask what only the router may reach. At most 16 KB are read: what arrives first, then the rest for one
 * second.
 */
const request = `printf "GET %s HTTP/1.1\\r\\nHost: %s\\r\\nUser-Agent: compartment\\r\\nAccept: */*\\r\\nConnection: close\\r\\n\\r\\n" "$1" "$2"
{
	timeout "$3" dd bs=4096 count=1 2>/dev/null &&
		timeout 1 head -c 12288 2>/dev/null
} >&2`;

/**
 * Arguments: hundredths of a second, address, port, path, Host header. The status line decides; what is told beside it is
 * where a redirect leads, or the first line of the body.
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
